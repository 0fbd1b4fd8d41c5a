/* The commit: everything that one batch writes, in the order of the locks
 * (current_appointment by NIK: store_current.c; counters: store_register.c; ledger head: store_ledger.c).
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_private.h"

#include <string.h>

#include "compress.h"
#include "row.h"

/* Bodies of refused batches are evidence, read rarely: the level is chosen for the writer. */
#define BODY_LEVEL 1

#define APPEND_BATCH                                                                                                   \
	"INSERT INTO batch (batch_no, office_no, batch_id, kode_instansi, kind, step, outcome, "                       \
	"corrects_batch_id, manifest_sha256, records_root, signing_key_id, signature, rulebook_sha256, row_count, "    \
	"accepted, returned, review, row_format, rows_root, programme, periode, no_surat_usulan, tgl_surat_usulan, "   \
	"certifier_nama, certifier_nip, sptjm_no, sptjm_tgl, pengirim_nip, sent_at, verdict, leaf_index, durability, " \
	"received_at, recorded_at, manifest, all_or_nothing, body_form, row_hashes, returned_hashes, nodes) VALUES "   \
	"($1::bigint, $2::int, $3::uuid, "                                                                             \
	"$4::text, $5::smallint, $6::smallint, $7::smallint, $8::uuid, $9::bytea, $10::bytea, $11::bytea, "            \
	"$12::bytea, $13::bytea, $14::int, $15::int, $16::int, $17::int, $18::smallint, $19::bytea, $20::text, "       \
	"$21::int, $22::text, $23::date, $24::text, $25::text, $26::text, $27::date, $28::text, $29::timestamptz, "    \
	"$30::text, $31::bigint, $32::smallint, $33::timestamptz, $34::timestamptz, $35::bytea, $36::boolean, "        \
	"$37::smallint, $38::bytea, $39::bytea, $40::bytea)"

const struct store_statement store_commit_statements[] = {
	{"findings", "INSERT INTO finding (batch_no, record_no, rule_case, field, severity) "
		     "SELECT $1::bigint, r, c, nullif(f, ''), s FROM unnest($2::int[], $3::text[], $4::text[], "
		     "$5::smallint[]) AS t(r, c, f, s)"},
	{"returned", "INSERT INTO returned_record (batch_no, record_no, outcome, salt, bytes, cause) "
		     "SELECT $1::bigint, r, o, s, b, c FROM unnest($2::int[], $3::smallint[], $4::bytea[], "
		     "$5::bytea[], $6::text[]) AS t(r, o, s, b, c)"},
	{"body", "INSERT INTO batch_body (batch_no, body, body_size) VALUES ($1::bigint, $2::bytea, $3::int)"},
	{"append_batch", APPEND_BATCH},
	{NULL, NULL},
};

enum store_result store_copy_into(struct store *store, const char *copy)
{
	static const char header[19] = "PGCOPY\n\377\r\n"; /* a NUL ends it, then flags and extension: 0 */
	enum store_result result = store_simple(store, copy, NULL);

	return result ? result : store_copy_data(store, header, sizeof header);
}

enum store_result store_copy_begin(struct store *store, const struct row_columns *columns)
{
	struct lantik_buffer sql = {0};

	lantik_buffer_printf(&sql, "COPY register (");
	row_columns_name(columns, &sql);
	lantik_buffer_printf(&sql, ") FROM STDIN (FORMAT binary)");
	lantik_buffer_append(&sql, "", 1);
	LANTIK_ASSERT(!sql.error);
	enum store_result result = store_copy_into(store, (const char *)sql.data);
	lantik_buffer_free(&sql);
	return result;
}

enum store_result store_copy_data(struct store *store, const void *data, size_t len)
{
	if (PQputCopyData(store->connection, data, (int)len) == 1)
		return STORE_OK;
	return store_failure(store, NULL);
}

enum store_result store_copy_end(struct store *store)
{
	static const uint8_t trailer[] = {0xff, 0xff};
	PGresult *result;
	enum store_result failed = store_copy_data(store, trailer, sizeof trailer);

	if (failed)
		return failed;
	if (PQputCopyEnd(store->connection, NULL) != 1)
		return store_failure(store, NULL);
	result = PQgetResult(store->connection);
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		failed = store_failure(store, result);
	else
		PQclear(result);
	while (store->connection && (result = PQgetResult(store->connection)))
		PQclear(result);
	return failed;
}

enum store_result store_findings(
	struct store *store, int64_t batch_no, const struct lantik_finding *findings, size_t count)
{
	struct store_call call = store_call(store);
	char name[64];

	if (!count)
		return STORE_OK;
	call_int8(&call, batch_no);
	call_array(&call, TYPE_INT4, count);
	for (size_t i = 0; i < count; i++)
		call_element_int4(&call, (int32_t)findings[i].record_no);
	call_array_end(&call);
	call_array(&call, TYPE_TEXT, count);
	for (size_t i = 0; i < count; i++) {
		lantik_case_format(findings[i].case_id, name);
		call_element(&call, name, strlen(name));
	}
	call_array_end(&call);
	call_array(&call, TYPE_TEXT, count);
	for (size_t i = 0; i < count; i++) {
		const char *field = findings[i].field ? lantik_record_fields[findings[i].field - 1].name : "";
		call_element(&call, field, strlen(field));
	}
	call_array_end(&call);
	call_array(&call, TYPE_INT2, count);
	for (size_t i = 0; i < count; i++)
		call_element_int2(&call, findings[i].severity);
	call_array_end(&call);
	return store_run(&call, "findings", NULL);
}

enum store_result store_returned(
	struct store *store, int64_t batch_no, const struct store_returned *records, size_t count)
{
	struct store_call call = store_call(store);

	if (!count)
		return STORE_OK;
	call_int8(&call, batch_no);
	call_array(&call, TYPE_INT4, count);
	for (size_t i = 0; i < count; i++)
		call_element_int4(&call, records[i].record_no);
	call_array_end(&call);
	call_array(&call, TYPE_INT2, count);
	for (size_t i = 0; i < count; i++)
		call_element_int2(&call, records[i].review ? 2 : 1);
	call_array_end(&call);
	call_array(&call, TYPE_BYTEA, count);
	for (size_t i = 0; i < count; i++)
		call_element(&call, records[i].salt, STORE_SALT);
	call_array_end(&call);
	call_array(&call, TYPE_BYTEA, count);
	for (size_t i = 0; i < count; i++)
		call_element(&call, records[i].bytes.data, records[i].bytes.len);
	call_array_end(&call);
	call_array(&call, TYPE_TEXT, count);
	for (size_t i = 0; i < count; i++)
		call_element(&call, records[i].cause.data, records[i].cause.len);
	call_array_end(&call);
	return store_run(&call, "returned", NULL);
}

enum store_result store_body(struct store *store, int64_t batch_no, struct lantik_span body)
{
	struct lantik_buffer packed = {0};
	struct store_call call = store_call(store);

	if (compress(body, BODY_LEVEL, &packed)) {
		lantik_buffer_free(&packed);
		snprintf(store->why, sizeof store->why, "could not compress the body");
		return STORE_FAILED;
	}
	call_int8(&call, batch_no);
	call_bytes(&call, lantik_buffer_span(&packed));
	call_int4(&call, (int32_t)body.len);
	enum store_result result = store_run(&call, "body", NULL);
	lantik_buffer_free(&packed);
	return result;
}

/* By their root the same records are known again; those of which nothing was recorded may come again. */
static struct lantik_span recorded_root(const struct store_batch *b)
{
	const struct lantik_verdict *verdict = b->verdict;
	bool recorded = !verdict->refused && verdict->accepted + verdict->review > 0;

	return recorded ? b->manifest->records_root : (struct lantik_span){0};
}

/* Parameters $1 to $19. */
static void call_batch(struct store_call *call, const struct store_batch *b)
{
	const struct lantik_manifest *m = b->manifest;

	call_int8(call, b->batch_no);
	call_int4(call, b->office_no);
	call_bytes(call, m->batch_id);
	call_text(call, m->kode_instansi);
	call_int2(call, m->kind);
	call_int2(call, m->step);
	call_int2(call, b->verdict->refused ? 2 : 1);
	call_bytes_or_null(call, m->corrects_batch_id);
	call_hash(call, b->leaf->manifest_sha256);
	call_bytes_or_null(call, recorded_root(b));
	call_bytes(call, (struct lantik_span){.data = b->leaf->signing_key_id, .len = 4});
	call_bytes(call, b->signature);
	call_hash(call, b->leaf->rulebook_sha256);
	call_int4(call, (int32_t)b->verdict->records);
	call_int4(call, (int32_t)b->verdict->accepted);
	call_int4(call, (int32_t)b->verdict->returned);
	call_int4(call, (int32_t)b->verdict->review);
	call_int2(call, b->leaf->row_format);
	call_hash(call, b->leaf->rows_root);
}

/* Parameters $20 to $34. */
static void call_manifest(struct store_call *call, const struct store_batch *b)
{
	const struct lantik_manifest *m = b->manifest;

	call_text_or_null(call, m->programme);
	if (m->periode > 0)
		call_int4(call, m->periode);
	else
		call_null(call);
	call_text_or_null(call, m->no_surat_usulan);
	call_date_or_null(call, m->tgl_surat_usulan);
	call_text_or_null(call, m->certifier_nama);
	call_text_or_null(call, m->certifier_nip);
	call_text_or_null(call, m->sptjm_no);
	call_date_or_null(call, m->sptjm_tgl);
	call_text_or_null(call, m->pengirim_nip);
	call_time_or_null(call, m->sent_at);
	call_bytes(call, b->verdict_text);
	call_int8(call, (int64_t)b->leaf->leaf_index);
	call_int2(call, b->leaf->durability);
	call_time_or_null(call, b->leaf->received_at);
	call_time_or_null(call, b->leaf->recorded_at);
}

enum store_result store_append(struct store *store, const struct store_batch *batch)
{
	enum store_result result = store_append_leaf(store, batch->leaf_bytes, batch->growth);
	struct store_call call = store_call(store);

	if (result)
		return result;
	call_batch(&call, batch);
	call_manifest(&call, batch);
	call_bytes(&call, batch->manifest_bytes);
	call_bool(&call, batch->all_or_nothing);
	call_int2(&call, batch->body_form);
	call_bytes(&call, batch->row_hashes);
	call_bytes(&call, batch->returned_hashes);
	call_nodes(&call, batch->growth);
	return store_run(&call, "append_batch", NULL);
}
