/* Writes and reads the state file of an outbox entry.
 * SPDX-License-Identifier: Apache-2.0 */
#include "entry_state.h"

#include <inttypes.h>
#include <string.h>

#include "pairs.h"

static const char *const state_words[] = {"new", "sent", "recorded", "refused", "turned_away"};
_Static_assert(LANTIK_COUNT(state_words) == LANTIK_ENTRY_STATE_COUNT, "every state has a word");

static void append_hex(struct lantik_buffer *buffer, const char *name, const uint8_t digest[LANTIK_HASH])
{
	char hex[2 * LANTIK_HASH + 1];
	lantik_hex_encode(digest, LANTIK_HASH, hex);
	lantik_buffer_printf(buffer, "%s = %s\n", name, hex);
}

/* The whole numbers of an entry: name, place, width. */
#define NUMBERS(NUMBER)                                                                                                \
	NUMBER(records, uint32_t)                                                                                      \
	NUMBER(tries, uint32_t)                                                                                        \
	NUMBER(accepted, uint32_t)                                                                                     \
	NUMBER(returned, uint32_t)                                                                                     \
	NUMBER(review, uint32_t)                                                                                       \
	NUMBER(rejected, uint32_t)                                                                                     \
	NUMBER(created_at, int64_t)                                                                                    \
	NUMBER(first_sent_at, int64_t)                                                                                 \
	NUMBER(last_sent_at, int64_t)                                                                                  \
	NUMBER(recorded_at, int64_t)                                                                                   \
	NUMBER(leaf_index, uint64_t)                                                                                   \
	NUMBER(epoch, uint32_t)

void lantik_entry_format(const struct lantik_entry *entry, struct lantik_buffer *ret)
{
	char id[37];
	lantik_id_format(entry->batch_id, id);
	lantik_buffer_printf(ret, "batch_id = %s\nstate = %s\nfile = %s\n", id, state_words[entry->state], entry->file);
	append_hex(ret, "records_root", entry->records_root);
	append_hex(ret, "manifest_sha256", entry->manifest_sha256);
	append_hex(ret, "returned_sha256", entry->returned_sha256);
#define NUMBER(name, type) lantik_buffer_printf(ret, #name " = %" PRId64 "\n", (int64_t)entry->name);
	NUMBERS(NUMBER)
#undef NUMBER
}

static bool parse_number(struct lantik_span text, int64_t *ret)
{
	char digits[24], *end;
	if (text.len == 0 || text.len >= sizeof digits)
		return false;
	memcpy(digits, text.data, text.len);
	digits[text.len] = '\0';
	*ret = strtoll(digits, &end, 10);
	return *end == '\0';
}

static bool take_number(const struct lantik_pair *pair, struct lantik_entry *entry)
{
	int64_t number = 0;
	if (!parse_number(pair->value, &number))
		return false;
#define NUMBER(name_, type)                                                                                            \
	if (lantik_span_is(pair->name, #name_)) {                                                                      \
		entry->name_ = (type)number;                                                                           \
		return true;                                                                                           \
	}
	NUMBERS(NUMBER)
#undef NUMBER
	return true; /* a later version's number is passed over */
}

static bool take_state(struct lantik_span word, struct lantik_entry *entry)
{
	for (int i = 0; i < LANTIK_ENTRY_STATE_COUNT; i++)
		if (lantik_span_is(word, state_words[i])) {
			entry->state = (enum lantik_entry_state)i;
			return true;
		}
	return false;
}

static bool take_file(struct lantik_span value, struct lantik_entry *entry)
{
	if (value.len >= sizeof entry->file)
		return false;
	if (value.len > 0)
		memcpy(entry->file, value.data, value.len);
	entry->file[value.len] = '\0';
	return true;
}

/* The bit of a pair that must be there, or 0. */
static bool take(const struct lantik_pair *pair, struct lantik_entry *entry, unsigned *seen)
{
	if (lantik_span_is(pair->name, "batch_id")) {
		*seen |= 1u;
		return lantik_id_parse(pair->value, entry->batch_id);
	}
	if (lantik_span_is(pair->name, "state")) {
		*seen |= 2u;
		return take_state(pair->value, entry);
	}
	if (lantik_span_is(pair->name, "records_root")) {
		*seen |= 4u;
		return lantik_hex_decode(pair->value, entry->records_root, LANTIK_HASH);
	}
	if (lantik_span_is(pair->name, "manifest_sha256")) {
		*seen |= 8u;
		return lantik_hex_decode(pair->value, entry->manifest_sha256, LANTIK_HASH);
	}
	if (lantik_span_is(pair->name, "returned_sha256"))
		return lantik_hex_decode(pair->value, entry->returned_sha256, LANTIK_HASH);
	return lantik_span_is(pair->name, "file") ? take_file(pair->value, entry) : take_number(pair, entry);
}

bool lantik_entry_parse(struct lantik_span text, struct lantik_entry *ret)
{
	struct lantik_pair pair;
	uint32_t line = 0;
	unsigned seen = 0;
	while (lantik_pairs_next(&text, &line, &pair))
		if (!take(&pair, ret, &seen))
			return false;
	return text.len == 0 && seen == 15u;
}
