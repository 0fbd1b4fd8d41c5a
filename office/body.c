/* Builds the body of a submission out of a sheet.
 * SPDX-License-Identifier: Apache-2.0 */
#include "body.h"

#include <inttypes.h>
#include <time.h>

static int64_t now_micros(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int too_large(struct lantik_cli *cli, const struct lantik_sheet *sheet, uint32_t record_no)
{
	if (record_no > 0)
		return lantik_fail(cli, 90, LANTIK_EXIT_FAILED,
			"%s: line %u is larger than a record may be\nshorten its texts",
			"%s: baris %u melebihi ukuran satu data\npersingkat isinya", sheet->path,
			lantik_rows_line(&sheet->table, record_no));
	return lantik_fail(cli, 91, LANTIK_EXIT_FAILED,
		"%s is larger than a batch may be (%u MiB); nothing was sent\nsplit the file",
		"%s melebihi ukuran satu paket (%u MiB); tidak ada yang dikirim\npecah berkas", sheet->path,
		LANTIK_MAX_BODY / (1024 * 1024));
}

/* The greatest record with its tag, one byte, and its length, three. */
#define GREATEST_ITEM (LANTIK_MAX_RECORD + 4u)
_Static_assert(
	LANTIK_MAX_RECORD >= 1u << 14 && LANTIK_MAX_RECORD < 1u << 21, "the length of the greatest record has 3 bytes");

static int encode_records(struct lantik_cli *cli, const struct lantik_sheet *sheet, struct lantik_buffer *records)
{
	for (uint32_t i = 0; i < sheet->table.count; i++) {
		size_t before = records->len;
		enum lantik_error error = lantik_record_append(&sheet->table.records[i], records);
		if (error == LANTIK_E_TOO_LARGE && records->len + LANTIK_MAX_RECORD > LANTIK_MAX_BODY)
			return too_large(cli, sheet, 0);
		if (error != LANTIK_OK || records->len - before > GREATEST_ITEM)
			return too_large(cli, sheet, i + 1);
	}
	return LANTIK_EXIT_OK;
}

static int encode_batch(
	struct lantik_cli *cli, const struct lantik_sheet *sheet, struct lantik_span records, struct lantik_body *ret)
{
	struct lantik_manifest manifest = sheet->manifest;
	struct lantik_span sent;
	LANTIK_ASSERT(lantik_records_root(records, ret->digests.records_root) == LANTIK_OK);
	manifest.batch_id = (struct lantik_span){ret->batch_id, sizeof ret->batch_id};
	manifest.records_root = (struct lantik_span){ret->digests.records_root, LANTIK_HASH};
	manifest.sent_at = now_micros();
	ret->bytes.limit = LANTIK_MAX_BODY;
	if (lantik_batch_encode(&manifest, records, &ret->bytes) != LANTIK_OK)
		return too_large(cli, sheet, 0);
	LANTIK_ASSERT(lantik_batch_manifest(lantik_buffer_span(&ret->bytes), &sent) == LANTIK_OK);
	lantik_sha256(sent, ret->digests.manifest_sha256);
	return LANTIK_EXIT_OK;
}

int lantik_body_make(struct lantik_cli *cli, const struct lantik_sheet *sheet, struct lantik_body *ret)
{
	uint8_t dice[10];
	struct lantik_buffer records = {.limit = LANTIK_MAX_BODY};
	*ret = (struct lantik_body){0};
	lantik_random(dice, sizeof dice);
	lantik_id_make((uint64_t)(now_micros() / 1000), dice, ret->batch_id);
	int code = encode_records(cli, sheet, &records);
	if (code == LANTIK_EXIT_OK)
		code = encode_batch(cli, sheet, lantik_buffer_span(&records), ret);
	lantik_buffer_free(&records);
	if (code != LANTIK_EXIT_OK)
		lantik_buffer_free(&ret->bytes);
	return code;
}
