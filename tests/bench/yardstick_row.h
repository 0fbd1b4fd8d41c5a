/* A row of Y's table (yardstick.sql) as PostgreSQL's COPY BINARY takes it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_BENCH_YARDSTICK_ROW_H
#define LANTIK_BENCH_YARDSTICK_ROW_H

#include "lantik/bytes.h"
#include "lantik/record.h"

#define YARDSTICK_SALT 16

struct yardstick_row {
	int64_t batch_no;
	uint32_t record_no;
	int32_t office_no;
	const struct lantik_manifest *manifest;
};

/* Appends the tuple; returns its bytes. */
size_t yardstick_row_append(const struct yardstick_row *row, const struct lantik_record *record,
	const uint8_t salt[YARDSTICK_SALT], struct lantik_buffer *tuples);

#endif
