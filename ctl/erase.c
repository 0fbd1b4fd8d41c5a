/* lantikctl erase: one person leaves the database, with an official's order and a leaf that says so.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "batches.h"
#include "confirm.h"
#include "ctl.h"
#include "deeds.h"

static int read_record(struct lantik_cli *cli, uint32_t *ret)
{
	const char *text = lantik_argument(cli, 1);
	uint64_t number = text && *text && strspn(text, "0123456789") == strlen(text) ? strtoull(text, NULL, 10) : 0;
	if (!lantik_argument(cli, 0) || number == 0 || number > LANTIK_MAX_RECORDS)
		return lantik_fail(cli, 665, LANTIK_EXIT_USAGE,
			"say which BATCH and which RECORD of it, as a receipt names them: the id and a number from 1",
			"sebutkan PAKET dan BARIS, seperti pada tanda terima: nomor paket dan angka mulai 1");
	*ret = (uint32_t)number;
	return LANTIK_EXIT_OK;
}

/* As long as a NIK; a NIP is longer. */
#define NUMBER_DIGITS 16u

/* The reason stays for ever, the person must not stay in it. */
static int check_reason(struct lantik_cli *cli, struct lantik_span reason)
{
	size_t digits = 0;
	for (size_t i = 0; i < reason.len && digits < NUMBER_DIGITS; i++)
		digits = reason.data[i] >= '0' && reason.data[i] <= '9' ? digits + 1 : 0;
	if (digits < NUMBER_DIGITS)
		return LANTIK_EXIT_OK;
	return lantik_fail(cli, 666, LANTIK_EXIT_USAGE,
		"--reason holds a number as long as a NIK; it would stay in the ledger for ever\nName the order that "
		"the "
		"official follows, and not the person.",
		"--reason memuat angka sepanjang NIK; angka itu akan tinggal selamanya di buku besar\nSebutkan dasar "
		"perintahnya, bukan orangnya.");
}

static int confirm_erase(struct lantik_cli *cli, const struct batch *batch, uint32_t record_no)
{
	char sentence[2][400];
	snprintf(sentence[0], sizeof sentence[0],
		"All that the database holds of the person of record %" PRIu32
		" of batch %s (%s) is deleted: every version, what was returned, and the bodies of refused batches "
		"that held the person. This cannot be taken back.",
		record_no, batch->id, batch->office);
	snprintf(sentence[1], sizeof sentence[1],
		"Semua yang disimpan basis data tentang orang pada baris %" PRIu32
		" paket %s (%s) dihapus: setiap versi, yang dikembalikan, dan isi paket yang ditolak yang "
		"memuatnya. Tidak dapat ditarik kembali.",
		record_no, batch->id, batch->office);
	return confirm(cli, sentence[0], sentence[1]);
}

/* What became of it stands in the deed's text. */
static void tell_erased(struct database *database, const struct deed_ask *ask)
{
	struct lantik_cli *cli = database->cli;
	struct lantik_deed deed;
	char number[24], rows_count[32], returned[32], bodies[32];
	snprintf(number, sizeof number, "%" PRId64, ask->request_no);
	PGresult *rows = database_query(
		database, "SELECT text FROM lantik.deed WHERE request_no = $1", 1, (const char *const[]){number});
	if (rows && PQntuples(rows) == 1 && lantik_deed_parse(cell_span(rows, 0, 0), &deed) == LANTIK_OK) {
		const struct lantik_deed_erasure *e = &deed.erasure;
		lantik_say(cli, "  versions %s, returned records %s, bodies %s",
			"  versi %s, baris dikembalikan %s, isi paket %s",
			lantik_count_format(cli, (int64_t)e->row_count, rows_count),
			lantik_count_format(cli, (int64_t)e->returned_count, returned),
			lantik_count_format(cli, (int64_t)e->body_count, bodies));
		lantik_json_open(cli, "erased");
		lantik_json_number(cli, "versions", (int64_t)e->row_count);
		lantik_json_number(cli, "returned", (int64_t)e->returned_count);
		lantik_json_number(cli, "bodies", (int64_t)e->body_count);
		lantik_json_number(cli, "rejections", (int64_t)e->rejection_count);
		lantik_json_close(cli);
		lantik_deed_free(&deed);
	}
	PQclear(rows);
	lantik_say(cli,
		"The files of PostgreSQL, its backups and archived WAL hold the bytes for a while: docs/operator.md, "
		"Erasure.",
		"Berkas PostgreSQL, cadangan, dan arsip WAL masih memuat datanya untuk sementara: docs/operator.md, "
		"Erasure.");
}

static int erase(struct database *database, uint32_t record_no)
{
	struct lantik_cli *cli = database->cli;
	struct batch batch;
	struct deed_ask ask;
	int exit_code = deed_begin(database, LANTIK_DEED_ERASE, &ask);
	if (!exit_code)
		exit_code = deed_words(cli, true, true, true, &ask.deed);
	if (!exit_code)
		exit_code = check_reason(cli, ask.deed.reason);
	if (!exit_code)
		exit_code = batch_find(database, lantik_argument(cli, 0), &batch);
	if (!exit_code)
		exit_code = confirm_erase(cli, &batch, record_no);
	if (exit_code)
		return exit_code;
	LANTIK_ASSERT(lantik_id_parse(lantik_span_of(batch.id), ask.deed.erasure.batch_id));
	ask.deed.erasure.leaf_index = batch.leaf_index;
	ask.deed.erasure.record_no = record_no;
	ask.in_force = lantik_option_given(cli, "in-force");
	snprintf(ask.done[0], sizeof ask.done[0], "erased the person of record %" PRIu32 " of batch %s", record_no,
		batch.id);
	snprintf(ask.done[1], sizeof ask.done[1], "data orang pada baris %" PRIu32 " paket %s dihapus", record_no,
		batch.id);
	exit_code = deed_ask(database, &ask, NULL);
	if (!exit_code && ask.state == DEED_DONE)
		tell_erased(database, &ask);
	return exit_code;
}

int ctl_erase(struct lantik_cli *cli)
{
	struct database database;
	uint32_t record_no = 0;
	int exit_code = read_record(cli, &record_no);
	if (exit_code)
		return exit_code;
	exit_code = database_open_migrated(cli, &database);
	if (!exit_code)
		exit_code = erase(&database, record_no);
	database_close(&database);
	return exit_code;
}
