/* Current rows in COPY BINARY.
 * SPDX-License-Identifier: Apache-2.0 */
#include "current.h"

#include <endian.h>
#include <string.h>

#define COLUMNS 9
/* Lengths and numbers of all columns, and the texts of an agency and a programme as call_text lets them in. */
#define MAX_TUPLE (2 + COLUMNS * 12 + LANTIK_PLACE_AGENCY + LANTIK_PLACE_PROGRAMME)

static bool number_of(struct lantik_span text, size_t digits, int64_t *ret)
{
	int64_t value = 0;

	if (text.len != digits)
		return false;
	for (size_t i = 0; i < digits; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		value = value * 10 + (text.data[i] - '0');
	}
	*ret = value;
	return true;
}

bool current_numbers(const struct lantik_record *record, int64_t *ret_nik, int64_t *ret_nip)
{
	int64_t nik, nip = 0;

	if (!number_of(record->nik, CURRENT_NIK_DIGITS, &nik) ||
		(record->nip.len && !number_of(record->nip, CURRENT_NIP_DIGITS, &nip)))
		return false;
	*ret_nik = nik;
	*ret_nip = nip;
	return true;
}

static uint8_t *put_bytes(uint8_t *at, const void *bytes, size_t len)
{
	uint32_t wire = htobe32((uint32_t)len);

	memcpy(at, &wire, sizeof wire);
	memcpy(at + sizeof wire, bytes, len);
	return at + sizeof wire + len;
}

static uint8_t *put_null(uint8_t *at)
{
	memset(at, 0xff, 4);
	return at + 4;
}

static uint8_t *put16(uint8_t *at, int32_t value)
{
	uint16_t wire = htobe16((uint16_t)value);

	return put_bytes(at, &wire, sizeof wire);
}

static uint8_t *put32(uint8_t *at, uint32_t value)
{
	uint32_t wire = htobe32(value);

	return put_bytes(at, &wire, sizeof wire);
}

static uint8_t *put64(uint8_t *at, int64_t value)
{
	uint64_t wire = htobe64((uint64_t)value);

	return put_bytes(at, &wire, sizeof wire);
}

void current_encode(
	int64_t batch_no, const struct lantik_manifest *manifest, const struct row *row, struct lantik_buffer *tuples)
{
	static const uint8_t count[2] = {0, COLUMNS};
	size_t start = tuples->len;
	uint8_t *tuple = lantik_buffer_extend(tuples, MAX_TUPLE), *at = tuple;
	bool formed = manifest->programme.len;

	LANTIK_ASSERT(tuple && manifest->kode_instansi.len < LANTIK_PLACE_AGENCY &&
		      manifest->programme.len < LANTIK_PLACE_PROGRAMME);
	memcpy(at, count, sizeof count);
	at = put64(at + sizeof count, current_key(row->nik, 0));
	at = row->nip ? put64(at, current_key(row->nip, 0)) : put_null(at);
	at = put64(at, batch_no);
	at = put32(at, row->record_no);
	at = put16(at, manifest->kind);
	at = put16(at, manifest->step);
	at = formed ? put16(at, row->kelompok_lapor) : put_null(at);
	at = put_bytes(at, manifest->kode_instansi.data, manifest->kode_instansi.len);
	at = formed ? put_bytes(at, manifest->programme.data, manifest->programme.len) : put_null(at);
	tuples->len = start + (size_t)(at - tuple);
}
