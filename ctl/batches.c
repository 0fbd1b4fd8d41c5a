/* Finds a batch by its id and says what it is.
 * SPDX-License-Identifier: Apache-2.0 */
#include "batches.h"

#include <string.h>

#include "lantik/record.h"

static const char query[] = "SELECT b.batch_no, b.batch_id, o.name, b.kode_instansi, "
			    "coalesce((SELECT nama FROM lantik.agency a WHERE a.kode_instansi = b.kode_instansi "
			    "ORDER BY valid_from DESC LIMIT 1), ''), b.kind, b.step, coalesce(b.programme, ''), "
			    "(extract(epoch FROM b.received_at) * 1000000)::bigint, b.leaf_index, b.row_count "
			    "FROM lantik.batch b JOIN lantik.office o USING (office_no) "
			    "WHERE b.batch_id = $1::uuid AND ($2::text IS NULL OR o.name = $2) ORDER BY o.name";

static void fill(const PGresult *rows, struct batch *ret)
{
	*ret = (struct batch){.batch_no = cell_number(rows, 0, 0),
		.kind = (int32_t)cell_number(rows, 0, 5),
		.step = (int32_t)cell_number(rows, 0, 6),
		.received_at = cell_number(rows, 0, 8),
		.leaf_index = (uint64_t)cell_number(rows, 0, 9),
		.rows = (uint32_t)cell_number(rows, 0, 10)};
	snprintf(ret->id, sizeof ret->id, "%s", cell(rows, 0, 1));
	snprintf(ret->office, sizeof ret->office, "%s", cell(rows, 0, 2));
	snprintf(ret->agency, sizeof ret->agency, "%s", cell(rows, 0, 3));
	snprintf(ret->agency_name, sizeof ret->agency_name, "%s", cell(rows, 0, 4));
	snprintf(ret->programme, sizeof ret->programme, "%s", cell(rows, 0, 7));
}

int batch_find(struct database *database, const char *id, struct batch *ret)
{
	struct lantik_cli *cli = database->cli;
	uint8_t bytes[16];
	char text[37];
	if (!lantik_id_parse(lantik_span_of(id), bytes))
		return lantik_fail(cli, 600, LANTIK_EXIT_USAGE,
			"`%s` is no batch id\nIt looks like 019a1b2c-0000-7000-8000-000000000000; `lantikctl review "
			"list` "
			"shows those that wait.",
			"`%s` bukan nomor paket\nBentuknya seperti 019a1b2c-0000-7000-8000-000000000000; `lantikctl "
			"review "
			"list` menampilkan yang menunggu.",
			id);
	lantik_id_format(bytes, text);
	PGresult *rows =
		database_query(database, query, 2, (const char *const[]){text, lantik_option_text(cli, "office")});
	if (!rows)
		return database_fail(database, "could not look for the batch", "gagal mencari paket");
	int count = PQntuples(rows), exit_code = LANTIK_EXIT_OK;
	if (count == 1)
		fill(rows, ret);
	else if (count == 0)
		exit_code = lantik_fail(cli, 601, LANTIK_EXIT_FAILED,
			"no batch %s is held\nTake the id from a receipt or from `lantikctl review list`.",
			"paket %s tidak tercatat\nAmbil nomornya dari tanda terima atau `lantikctl review list`.",
			text);
	else
		exit_code = lantik_fail(cli, 602, LANTIK_EXIT_FAILED,
			"%s is the id of a batch at %s and at %s\nSay which one: --office NAME.",
			"%s adalah nomor paket di %s dan di %s\nSebutkan kantornya: --office NAMA.", text,
			cell(rows, 0, 2), cell(rows, 1, 2));
	PQclear(rows);
	return exit_code;
}

const char *batch_kind(int32_t kind, int32_t step, char ret[64])
{
	const char *first = lantik_word(LANTIK_WORDS_kind, kind, LANTIK_ENGLISH);
	const char *second = lantik_word(LANTIK_WORDS_step, step, LANTIK_ENGLISH);
	snprintf(ret, 64, "%s %s", first ? first : "-", second ? second : "-");
	return ret;
}

const char *day_of(int64_t micros, char ret[11])
{
	lantik_date_format(lantik_instant_date(micros), ret);
	return ret;
}
