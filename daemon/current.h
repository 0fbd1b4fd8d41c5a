/* Current rows: a person's and a number's digits as they are keyed, and a new person's row in COPY BINARY.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_CURRENT_H
#define LANTIK_DAEMON_CURRENT_H

#include "row.h"

#define CURRENT_NIK_DIGITS 16
#define CURRENT_NIP_DIGITS 18

/* NIK and NIP as numbers; *ret_nip is 0 without a NIP. False, and nothing filled: they are not so many digits, which no
 * rulebook lets into the register. */
LANTIK_MUST_CHECK bool current_numbers(const struct lantik_record *record, int64_t *ret_nik, int64_t *ret_nip);

/* A number as the table is keyed by it: one column of eight bytes makes the smallest entry of an index. Every kind is a
 * slot, and 18 digits fit. */
#define CURRENT_SLOT_BITS 3
_Static_assert(LANTIK_KIND_END <= 1 << CURRENT_SLOT_BITS, "every kind is a slot");

static inline int64_t current_key(int64_t number, int32_t slot)
{
	return (number << CURRENT_SLOT_BITS) + slot;
}

/* The columns of a tuple, for the COPY. */
#define CURRENT_COLUMNS "nik_key, nip_key, batch_no, record_no, kind, step, kelompok_lapor, kode_instansi, programme"
/* Appends the tuple of a person whom the register does not know; kind and step of row and batch are one. */
void current_encode(
	int64_t batch_no, const struct lantik_manifest *manifest, const struct row *row, struct lantik_buffer *tuples);

#endif
