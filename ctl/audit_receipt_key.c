/* The audit of the keys that sign checkpoints: the first one, and what deeds added and retired.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit_derived.h"
#include "lantik/deed.h"

/* A key as the deeds left it. */
struct key {
	struct lantik_vkey vkey;
	int64_t added_leaf, retired_leaf; /* -1: none */
	bool is_compromised;
	int64_t compromised_from;
	bool seen;
};

struct key_audit {
	struct audit *audit;
	struct key *keys;
	size_t count;
	bool first_seen;
};

#define ROWS                                                                                                           \
	"SELECT vkey, from_size, until_size, compromised_from, added_leaf, retired_leaf FROM lantik.receipt_key "      \
	"ORDER BY from_size, vkey"
enum { VKEY, FROM_SIZE, UNTIL_SIZE, COMPROMISED_FROM, ADDED_LEAF, RETIRED_LEAF };

/* ---- deeds ---- */

static bool is_vkey(const struct lantik_vkey *a, const struct lantik_vkey *b)
{
	return strcmp(a->name, b->name) == 0 && memcmp(a->public_key, b->public_key, sizeof a->public_key) == 0;
}

static struct key *key_of(struct key_audit *k, const struct lantik_vkey *vkey)
{
	for (size_t i = 0; i < k->count; i++)
		if (is_vkey(&k->keys[i].vkey, vkey))
			return &k->keys[i];
	return NULL;
}

/* A key that no deed added is the first one. */
static struct key *key_add(struct key_audit *k, const struct lantik_vkey *vkey, int64_t added_leaf)
{
	struct key *room = realloc(k->keys, (k->count + 1) * sizeof *room);
	LANTIK_ASSERT(room);
	k->keys = room;
	room[k->count] = (struct key){.vkey = *vkey, .added_leaf = added_leaf, .retired_leaf = -1};
	return &room[k->count++];
}

/* A key is retired once; later it may turn out that it was in other hands, or since when. */
static void deed_take(struct key_audit *k, const struct lantik_deed *deed, int64_t leaf_index)
{
	struct key *key = key_of(k, &deed->key);

	if (deed->kind == LANTIK_DEED_RECEIPT_KEY_ADD) {
		if (!key)
			key_add(k, &deed->key, leaf_index);
		return;
	}
	if (!key)
		key = key_add(k, &deed->key, -1);
	if (key->retired_leaf < 0)
		key->retired_leaf = leaf_index;
	if (!deed->is_compromised || (key->is_compromised && key->compromised_from <= (int64_t)deed->compromised_from))
		return;
	key->is_compromised = true;
	key->compromised_from = (int64_t)deed->compromised_from;
}

static void deeds_read(struct key_audit *k)
{
	struct audit_stream stream;
	struct lantik_deed deed;

	audit_open(
		k->audit, &stream, "SELECT leaf_index, text FROM lantik.deed WHERE kind IN (6, 7) ORDER BY leaf_index");
	while (audit_next(&stream)) {
		if (lantik_deed_parse(audit_cell(&stream, 1), &deed))
			continue; /* altered, and named as such */
		deed_take(k, &deed, audit_integer(&stream, 0));
		lantik_deed_free(&deed);
	}
	audit_close(&stream);
}

/* ---- rows ---- */

static void found(struct key_audit *k, enum audit_what what, const char *column, struct lantik_span vkey)
{
	char shown[AUDIT_SHOWN];

	audit_found(k->audit, "receipt_key", what, column, "vkey %s", audit_shown(vkey, shown));
}

static bool is_integer(const struct audit_stream *stream, unsigned column, bool there, int64_t value)
{
	if (!there)
		return audit_null(stream, column);
	return !audit_null(stream, column) && audit_integer(stream, column) == value;
}

static void key_check(struct key_audit *k, const struct audit_stream *s, const struct key *key)
{
	struct lantik_span vkey = audit_cell(s, VKEY);
	bool added = key->added_leaf >= 0, retired = key->retired_leaf >= 0;

	if (!is_integer(s, FROM_SIZE, true, key->added_leaf + 1))
		found(k, AUDIT_ALTERED, "from_size", vkey);
	if (!is_integer(s, UNTIL_SIZE, retired, key->retired_leaf + 1))
		found(k, AUDIT_ALTERED, "until_size", vkey);
	if (!is_integer(s, COMPROMISED_FROM, key->is_compromised, key->compromised_from))
		found(k, AUDIT_ALTERED, "compromised_from", vkey);
	if (!is_integer(s, ADDED_LEAF, added, key->added_leaf))
		found(k, AUDIT_ALTERED, "added_leaf", vkey);
	if (!is_integer(s, RETIRED_LEAF, retired, key->retired_leaf))
		found(k, AUDIT_ALTERED, "retired_leaf", vkey);
}

/* Under whichever epoch's name: a ledger may have been recovered while it was young. */
static bool signed_by(struct lantik_span note, const struct lantik_vkey *vkey)
{
	struct lantik_checkpoint checkpoint;
	struct lantik_vkey key;

	return lantik_checkpoint_read(note, &checkpoint) == LANTIK_OK &&
	       lantik_vkey_rename(vkey, checkpoint.origin, &key) == LANTIK_OK &&
	       lantik_checkpoint_verify(note, &key, &checkpoint) == LANTIK_OK;
}

/* The first key is in no deed unless it was retired; it is the one that signed the first checkpoint. */
static bool signed_first(struct key_audit *k, const struct lantik_vkey *vkey)
{
	struct audit_stream stream;
	bool any = false, verified = false;

	audit_open(k->audit, &stream, "SELECT note FROM lantik.checkpoint ORDER BY size LIMIT 3");
	while (audit_next(&stream)) {
		any = true;
		verified |= signed_by(audit_cell(&stream, 0), vkey);
	}
	audit_close(&stream);
	return verified || !any;
}

static void row_check(struct key_audit *k, const struct audit_stream *s)
{
	struct lantik_vkey vkey;
	struct lantik_span text = audit_cell(s, VKEY);
	bool readable = lantik_vkey_parse(text, &vkey) == LANTIK_OK;
	struct key *key = readable ? key_of(k, &vkey) : NULL;
	struct key first = {.vkey = vkey, .added_leaf = -1, .retired_leaf = -1};

	if (!key && readable && !k->first_seen && signed_first(k, &vkey))
		key = &first;
	if (!key || key->seen) {
		bool was_first = audit_null(s, ADDED_LEAF) && !k->first_seen;
		found(k, was_first ? AUDIT_ALTERED : AUDIT_EXTRA, was_first ? "vkey" : NULL, text);
		k->first_seen |= was_first;
		return;
	}
	key->seen = true;
	k->first_seen |= key->added_leaf < 0;
	key_check(k, s, key);
}

static void missing_tell(struct key_audit *k)
{
	struct lantik_buffer text = {0};

	for (size_t i = 0; i < k->count; i++) {
		if (k->keys[i].seen)
			continue;
		lantik_buffer_reset(&text);
		lantik_vkey_format(&k->keys[i].vkey, &text);
		found(k, AUDIT_MISSING, NULL, lantik_buffer_span(&text));
		k->first_seen |= k->keys[i].added_leaf < 0;
	}
	lantik_buffer_free(&text);
	if (!k->first_seen && k->audit->size > 0)
		audit_found(k->audit, "receipt_key", AUDIT_MISSING, NULL, "from_size 0");
}

void audit_receipt_key_run(struct audit *audit)
{
	struct key_audit k = {.audit = audit};
	struct audit_stream stream;

	deeds_read(&k);
	audit_open(audit, &stream, ROWS);
	while (audit_next(&stream)) {
		audit_progress(audit);
		row_check(&k, &stream);
	}
	audit_close(&stream);
	if (!audit->failed)
		missing_tell(&k);
	free(k.keys);
}
