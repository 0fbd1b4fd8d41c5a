/* Parameters and results in PostgreSQL's binary form.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_private.h"

#include <endian.h>
#include <string.h>

struct store_call store_call(struct store *store)
{
	lantik_buffer_reset(&store->parameters);
	return (struct store_call){.store = store};
}

static int next(struct store_call *call)
{
	LANTIK_ASSERT(call->count < STORE_PARAMETERS);
	return call->count++;
}

static void buffered(struct store_call *call, const void *bytes, size_t len)
{
	int i = next(call);

	call->buffered[i] = true;
	call->offsets[i] = call->store->parameters.len;
	call->lengths[i] = (int)len;
	lantik_buffer_append(&call->store->parameters, bytes, len);
}

void call_bool(struct store_call *call, bool value)
{
	uint8_t wire = value;

	buffered(call, &wire, sizeof wire);
}

void call_int2(struct store_call *call, int32_t value)
{
	uint16_t wire = htobe16((uint16_t)value);

	buffered(call, &wire, sizeof wire);
}

void call_int4(struct store_call *call, int32_t value)
{
	uint32_t wire = htobe32((uint32_t)value);

	buffered(call, &wire, sizeof wire);
}

void call_int8(struct store_call *call, int64_t value)
{
	uint64_t wire = htobe64((uint64_t)value);

	buffered(call, &wire, sizeof wire);
}

void call_bytes(struct store_call *call, struct lantik_span value)
{
	int i = next(call);

	call->values[i] = value.len ? (const char *)value.data : "";
	call->lengths[i] = (int)value.len;
}

void call_null(struct store_call *call)
{
	call->null[next(call)] = true;
}

void call_bytes_or_null(struct store_call *call, struct lantik_span value)
{
	if (value.len)
		call_bytes(call, value);
	else
		call_null(call);
}

static struct lantik_span storable(struct lantik_span text)
{
	bool holds = lantik_utf8_valid(text) && !(text.len && memchr(text.data, 0, text.len));

	return holds ? text : (struct lantik_span){0};
}

void call_text(struct store_call *call, struct lantik_span value)
{
	call_bytes(call, storable(value));
}

void call_text_or_null(struct store_call *call, struct lantik_span value)
{
	call_bytes_or_null(call, storable(value));
}

void call_date_or_null(struct store_call *call, int32_t date)
{
	if (lantik_date_valid(date))
		call_int4(call, (int32_t)(lantik_date_days(date) - STORE_EPOCH_DAYS));
	else
		call_null(call);
}

/* 2200-01-01T00:00:00Z; PostgreSQL refuses instants far beyond it. */
#define LATEST_MICROS (INT64_C(7258118400) * 1000000)

void call_time_or_null(struct store_call *call, int64_t micros)
{
	if (micros > 0 && micros < LATEST_MICROS)
		call_int8(call, micros - STORE_EPOCH_MICROS);
	else
		call_null(call);
}

/* Array header: dimensions, null flag, element type, length, lower bound. */
void call_array(struct store_call *call, uint32_t element_type, size_t count)
{
	uint32_t header[5] = {htobe32(1), 0, htobe32(element_type), htobe32((uint32_t)count), htobe32(1)};
	uint32_t empty[3] = {0, 0, htobe32(element_type)};

	if (count)
		buffered(call, header, sizeof header);
	else
		buffered(call, empty, sizeof empty);
}

void call_element(struct store_call *call, const void *bytes, size_t len)
{
	uint32_t wire = htobe32((uint32_t)len);

	lantik_buffer_append(&call->store->parameters, &wire, sizeof wire);
	lantik_buffer_append(&call->store->parameters, bytes, len);
}

void call_element_int2(struct store_call *call, int32_t value)
{
	uint16_t wire = htobe16((uint16_t)value);

	call_element(call, &wire, sizeof wire);
}

void call_element_int4(struct store_call *call, int32_t value)
{
	uint32_t wire = htobe32((uint32_t)value);

	call_element(call, &wire, sizeof wire);
}

void call_element_int8(struct store_call *call, int64_t value)
{
	uint64_t wire = htobe64((uint64_t)value);

	call_element(call, &wire, sizeof wire);
}

void call_array_end(struct store_call *call)
{
	int i = call->count - 1;

	call->lengths[i] = (int)(call->store->parameters.len - call->offsets[i]);
}

void call_hash(struct store_call *call, const uint8_t hash[LANTIK_HASH])
{
	call_bytes(call, (struct lantik_span){.data = hash, .len = LANTIK_HASH});
}

static const char *value_of(const PGresult *result, int row, int column, size_t len)
{
	LANTIK_ASSERT(PQfformat(result, column) == 1);
	LANTIK_ASSERT((size_t)PQgetlength(result, row, column) == len);
	return PQgetvalue(result, row, column);
}

int32_t result_int2(const PGresult *result, int row, int column)
{
	uint16_t wire;

	memcpy(&wire, value_of(result, row, column, sizeof wire), sizeof wire);
	return (int16_t)be16toh(wire);
}

int32_t result_int4(const PGresult *result, int row, int column)
{
	uint32_t wire;

	memcpy(&wire, value_of(result, row, column, sizeof wire), sizeof wire);
	return (int32_t)be32toh(wire);
}

int64_t result_int8(const PGresult *result, int row, int column)
{
	uint64_t wire;

	memcpy(&wire, value_of(result, row, column, sizeof wire), sizeof wire);
	return (int64_t)be64toh(wire);
}

bool result_bool(const PGresult *result, int row, int column)
{
	return *value_of(result, row, column, 1) != 0;
}

struct lantik_span result_bytes(const PGresult *result, int row, int column)
{
	return (struct lantik_span){.data = (const uint8_t *)PQgetvalue(result, row, column),
		.len = (size_t)PQgetlength(result, row, column)};
}

uint8_t *result_room(const PGresult *result, const int *columns, size_t count, struct lantik_buffer *bytes)
{
	size_t total = 1;

	for (int row = 0; row < PQntuples(result); row++)
		for (size_t i = 0; i < count; i++)
			total += (size_t)PQgetlength(result, row, columns[i]);
	uint8_t *room = lantik_buffer_extend(bytes, total);
	LANTIK_ASSERT(room);
	return room;
}

struct lantik_span result_copy(const PGresult *result, int row, int column, uint8_t **room)
{
	struct lantik_span cell = result_bytes(result, row, column);
	struct lantik_span copy = {.data = *room, .len = cell.len};

	if (cell.len)
		memcpy(*room, cell.data, cell.len);
	*room += cell.len;
	return copy;
}

enum store_result store_ask_bool(struct store_call *call, const char *statement, bool *ret)
{
	PGresult *rows;
	enum store_result result = store_run(call, statement, &rows);

	if (result)
		return result;
	*ret = PQntuples(rows) > 0 && result_bool(rows, 0, 0);
	PQclear(rows);
	return STORE_OK;
}

enum store_result store_ask_int8(struct store_call *call, const char *statement, int64_t *ret)
{
	PGresult *rows;
	enum store_result result = store_run(call, statement, &rows);

	if (result)
		return result;
	*ret = result_int8(rows, 0, 0);
	PQclear(rows);
	return STORE_OK;
}
