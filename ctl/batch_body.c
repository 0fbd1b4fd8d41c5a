/* lantikctl batch body: a batch as its office sent it, with the office's signature checked.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "batches.h"
#include "body.h"
#include "ctl.h"
#include "lantik/codec.h"
#include "lantik/note.h"

struct signed_by {
	char key_id[9];
	bool is_signed;
};

/* Any key of the office with the id that the batch names. */
static bool check_signature(struct database *database, const struct batch *batch,
	const uint8_t manifest_sha256[LANTIK_HASH], struct signed_by *ret)
{
	char text[24];
	const char *number = text;
	uint8_t message[LANTIK_SUBMISSION_MESSAGE];
	struct lantik_vkey vkey;

	snprintf(text, sizeof text, "%" PRId64, batch->batch_no);
	PGresult *rows = database_query_binary(database,
		"SELECT b.signing_key_id, b.signature, k.signing_vkey FROM lantik.batch b LEFT JOIN lantik.office_key "
		"k ON "
		"k.office_no = b.office_no AND k.signing_key_id = b.signing_key_id WHERE b.batch_no = $1",
		1, &number);
	lantik_submission_message(LANTIK_TO_SUBMIT, manifest_sha256, message);
	for (int row = 0; rows && row < PQntuples(rows); row++) {
		struct lantik_span signature = cell_span(rows, row, 1);
		lantik_hex_encode(cell_span(rows, row, 0).data, 4, ret->key_id);
		ret->is_signed |=
			signature.len == LANTIK_SIGNATURE &&
			lantik_vkey_parse(cell_span(rows, row, 2), &vkey) == LANTIK_OK &&
			lantik_verify(vkey.public_key, (struct lantik_span){message, sizeof message}, signature.data);
	}
	PQclear(rows);
	return rows != NULL;
}

static int not_whole(struct lantik_cli *cli, const struct batch *batch, enum body_found found)
{
	if (found == BODY_ERASED)
		return lantik_fail(cli, 712, LANTIK_EXIT_REFUSED,
			"batch %s held a person who was erased: it cannot be shown as it was sent any more",
			"paket %s memuat orang yang sudah dihapus: isi kirimannya tidak dapat ditampilkan lagi",
			batch->id);
	return lantik_fail(cli, 713, LANTIK_EXIT_NOT_VERIFIED,
		"what is stored of batch %s is not what was sent\n`lantikctl audit` names what was altered.",
		"yang tersimpan dari paket %s bukan yang dikirim\n`lantikctl audit` menyebut apa yang diubah.",
		batch->id);
}

static int write_body(struct lantik_cli *cli, const char *path, struct lantik_span body)
{
	if (!path || lantik_file_write(path, 0600, body) == LANTIK_OK)
		return LANTIK_EXIT_OK;
	return lantik_fail(
		cli, 714, LANTIK_EXIT_FAILED, "could not write %s: %s", "gagal menulis %s: %s", path, strerror(errno));
}

static void tell(struct lantik_cli *cli, const struct batch *batch, size_t len,
	const struct lantik_batch_digests *digests, const struct signed_by *by)
{
	char manifest[2 * LANTIK_HASH + 1], records[2 * LANTIK_HASH + 1], rows[32], bytes[32];

	lantik_hex_encode(digests->manifest_sha256, LANTIK_HASH, manifest);
	lantik_hex_encode(digests->records_root, LANTIK_HASH, records);
	lantik_say(cli, "batch %s of %s: %s records, %s bytes, as they were sent",
		"paket %s dari %s: %s baris, %s byte, seperti dikirim", batch->id, batch->office,
		lantik_count_format(cli, batch->rows, rows), lantik_count_format(cli, (int64_t)len, bytes));
	lantik_say(cli, "manifest  %s", "manifes   %s", manifest);
	lantik_say(cli, "records   %s", "baris     %s", records);
	if (by->is_signed)
		lantik_say(
			cli, "signed    by key %s of the office", "bertanda tangan kunci %s milik kantor", by->key_id);
	lantik_json_open(cli, "result");
	lantik_json_text(cli, "batch_id", batch->id);
	lantik_json_text(cli, "office", batch->office);
	lantik_json_number(cli, "records", batch->rows);
	lantik_json_number(cli, "bytes", (int64_t)len);
	lantik_json_text(cli, "manifest_sha256", manifest);
	lantik_json_text(cli, "records_root", records);
	lantik_json_text(cli, "signing_key_id", by->key_id);
	lantik_json_text(cli, "file", lantik_option_text(cli, "out"));
	lantik_json_close(cli);
}

static int show(struct database *database, const struct batch *batch, struct lantik_span body)
{
	struct lantik_cli *cli = database->cli;
	struct lantik_batch_digests digests;
	struct signed_by by = {.is_signed = false};

	LANTIK_ASSERT(lantik_batch_digests(body, &digests) == LANTIK_OK);
	if (!check_signature(database, batch, digests.manifest_sha256, &by))
		return database_fail(database, "could not read the office's key", "gagal membaca kunci kantor");
	if (!by.is_signed)
		return lantik_fail(cli, 715, LANTIK_EXIT_NOT_VERIFIED,
			"no key %s of %s signed batch %s\n`lantikctl audit` tells whether the key or the signature was "
			"altered.",
			"tidak ada kunci %s dari %s yang menandatangani paket %s\n`lantikctl audit` menyebut apakah "
			"kunci atau "
			"tanda tangannya diubah.",
			by.key_id, batch->office, batch->id);
	int exit_code = write_body(cli, lantik_option_text(cli, "out"), body);
	if (!exit_code)
		tell(cli, batch, body.len, &digests, &by);
	return exit_code;
}

static int batch_body(struct database *database, const struct batch *batch)
{
	struct lantik_buffer body = {0};
	enum body_found found = BODY_DAMAGED;
	int exit_code;

	if (!body_read(database, batch->batch_no, &body, &found))
		exit_code = database_fail(database, "could not read the batch", "gagal membaca paket");
	else if (found != BODY_WHOLE)
		exit_code = not_whole(database->cli, batch, found);
	else
		exit_code = show(database, batch, lantik_buffer_span(&body));
	lantik_wipe(body.data, body.len);
	lantik_buffer_free(&body);
	return exit_code;
}

int ctl_batch_body(struct lantik_cli *cli)
{
	struct database database;
	struct batch batch;
	int exit_code = database_open_migrated(cli, &database);

	if (!exit_code)
		exit_code = database_needs(&database, "register", "nik", "SELECT", "lantik_reviewer");
	if (!exit_code)
		exit_code = batch_find(&database, lantik_argument(cli, 0), &batch);
	if (!exit_code)
		exit_code = batch_body(&database, &batch);
	database_close(&database);
	return exit_code;
}
