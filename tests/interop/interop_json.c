/* A body as JSON, so that Python can compare what C read with what it read itself.
 * SPDX-License-Identifier: Apache-2.0 */
#include "interop.h"

static void put_name(struct lantik_buffer *ret, const char *name)
{
	if (ret->len && ret->data[ret->len - 1] != '{')
		lantik_buffer_printf(ret, ",");
	lantik_buffer_printf(ret, "\"%s\":", name);
}

/* Text as JSON; what is not plain is escaped byte by byte, and UTF-8 passes as it is. */
static void put_text(struct lantik_buffer *ret, struct lantik_span text)
{
	lantik_buffer_append(ret, "\"", 1);
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.data[i];
		if (c == '"' || c == '\\' || c < ' ' || c == 0x7f)
			lantik_buffer_printf(ret, "\\u%04x", c);
		else
			lantik_buffer_append(ret, &c, 1);
	}
	lantik_buffer_append(ret, "\"", 1);
}

void interop_put_hex(struct lantik_buffer *ret, struct lantik_span bytes)
{
	lantik_buffer_append(ret, "\"", 1);
	for (size_t i = 0; i < bytes.len; i++)
		lantik_buffer_printf(ret, "%02x", bytes.data[i]);
	lantik_buffer_append(ret, "\"", 1);
}

static void put_documents(struct lantik_buffer *ret, const struct lantik_documents *documents)
{
	lantik_buffer_printf(ret, "[");
	for (size_t i = 0; i < documents->count; i++) {
		const struct lantik_document *document = &documents->items[i];
		lantik_buffer_printf(ret, "%s{\"type\":%d,\"object\":", i ? "," : "", document->type);
		put_text(ret, document->object);
		lantik_buffer_printf(ret, ",\"sha256\":");
		interop_put_hex(ret, document->sha256);
		lantik_buffer_printf(ret, "}");
	}
	lantik_buffer_printf(ret, "]");
}

static bool is_absent(const struct lantik_field *field, const void *member)
{
	switch (field->type) {
	case LANTIK_DATE:
	case LANTIK_INT:
	case LANTIK_WORD:
		return *(const int32_t *)member == 0;
	case LANTIK_TIME:
	case LANTIK_MONEY:
		return *(const int64_t *)member == 0;
	case LANTIK_DOCUMENTS:
		return ((const struct lantik_documents *)member)->count == 0;
	case LANTIK_TEXT:
	case LANTIK_ID:
	case LANTIK_HASH_FIELD:
		break;
	}
	return ((const struct lantik_span *)member)->len == 0;
}

static void put_field(struct lantik_buffer *ret, const struct lantik_field *field, const void *member)
{
	if (is_absent(field, member))
		return;
	put_name(ret, field->name);
	switch (field->type) {
	case LANTIK_TEXT:
		put_text(ret, *(const struct lantik_span *)member);
		break;
	case LANTIK_ID:
	case LANTIK_HASH_FIELD:
		interop_put_hex(ret, *(const struct lantik_span *)member);
		break;
	case LANTIK_DATE:
	case LANTIK_INT:
	case LANTIK_WORD:
		lantik_buffer_printf(ret, "%d", *(const int32_t *)member);
		break;
	case LANTIK_TIME:
	case LANTIK_MONEY:
		lantik_buffer_printf(ret, "%lld", (long long)*(const int64_t *)member);
		break;
	case LANTIK_DOCUMENTS:
		put_documents(ret, member);
		break;
	}
}

static void put_fields(struct lantik_buffer *ret, const struct lantik_field *fields, size_t count, const void *owner)
{
	lantik_buffer_printf(ret, "{");
	for (size_t i = 0; i < count; i++)
		put_field(ret, &fields[i], lantik_member(owner, &fields[i]));
	lantik_buffer_printf(ret, "}");
}

static enum lantik_error put_records(
	const struct lantik_batch_view *view, struct lantik_arena *arena, struct lantik_buffer *ret)
{
	for (uint32_t i = 0; i < view->record_count; i++) {
		struct lantik_record record;
		enum lantik_error error = lantik_record_decode(view->records[i], arena, &record);
		if (error)
			return error;
		lantik_buffer_printf(ret, i ? ",\n" : "\n");
		put_fields(ret, lantik_record_fields, LANTIK_FIELD_COUNT, &record);
	}
	return LANTIK_OK;
}

static enum lantik_error body_json(struct lantik_span body, struct lantik_arena *arena, struct lantik_buffer *ret)
{
	struct lantik_batch_view view;
	struct lantik_manifest manifest;
	uint32_t record_no;
	enum lantik_error error = lantik_batch_scan(body, arena, &view, &record_no);

	if (!error)
		error = lantik_manifest_decode(view.manifest, arena, &manifest);
	if (error)
		return error;
	lantik_buffer_printf(ret, "{\"manifest\":");
	put_fields(ret, lantik_manifest_fields, lantik_manifest_field_count, &manifest);
	lantik_buffer_printf(ret, ",\n\"records\":[");
	error = put_records(&view, arena, ret);
	lantik_buffer_printf(ret, "]}\n");
	return error ? error : ret->error;
}

enum lantik_error interop_body_json(struct lantik_span body, struct lantik_buffer *ret)
{
	struct lantik_arena *arena = lantik_arena_new((size_t)256 * 1024 * 1024);
	enum lantik_error error = arena ? body_json(body, arena, ret) : LANTIK_E_NO_MEMORY;

	lantik_arena_free(&arena);
	return error;
}
