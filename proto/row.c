/* Versions of the register at both ends: what the daemon hashes and whoever reads the register hashes again.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/row.h"
#include "lantik/put.h"

#include <string.h>

/* 0x00 of RFC 6962, the numbers, the salt, both lengths and the record's hash. */
#define HASHED (1u + 2u + 8u + 4u + 4u + 2u + 2u + 8u + 4u + LANTIK_ROW_SALT + 1u + 2u + LANTIK_HASH)

static uint8_t *put_bytes(uint8_t *at, const void *bytes, size_t len)
{
	if (len)
		memcpy(at, bytes, len);
	return at + len;
}

static uint8_t *put_numbers(uint8_t *at, const struct lantik_row *row)
{
	*at++ = 0;
	at = lantik_put16(at, LANTIK_ROW_FORMAT);
	at = lantik_put64(at, (uint64_t)row->batch_no);
	at = lantik_put32(at, row->record_no);
	at = lantik_put32(at, (uint32_t)row->office_no);
	at = lantik_put16(at, (uint16_t)row->kind);
	at = lantik_put16(at, (uint16_t)row->step);
	at = lantik_put64(at, (uint64_t)row->supersedes_batch_no);
	return lantik_put32(at, row->supersedes_batch_no ? (uint32_t)row->supersedes_record_no : 0);
}

void lantik_row_hash(const struct lantik_row *row, const uint8_t record_hash[LANTIK_HASH], uint8_t ret[LANTIK_HASH])
{
	struct lantik_span agency = row->record.kode_instansi;
	bool other = !lantik_span_equal(row->nama, row->record.nama);
	uint8_t bytes[HASHED + UINT8_MAX + LANTIK_ROW_MAX_NAME];

	LANTIK_ASSERT(agency.len <= UINT8_MAX && row->nama.len <= LANTIK_ROW_MAX_NAME);
	uint8_t *at = put_numbers(bytes, row);
	at = put_bytes(at, row->salt, LANTIK_ROW_SALT);
	*at++ = (uint8_t)agency.len;
	at = put_bytes(at, agency.data, agency.len);
	at = lantik_put16(at, other ? (uint16_t)row->nama.len : 0);
	if (other)
		at = put_bytes(at, row->nama.data, row->nama.len);
	at = put_bytes(at, record_hash, LANTIK_HASH);
	lantik_sha256((struct lantik_span){.data = bytes, .len = (size_t)(at - bytes)}, ret);
}
