/* Reads back what was sent: the manifest of the body, and the signature over it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sent.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "lantik/codec.h"
#include "through.h"

/* Without a readable body the agency stays empty, and no earlier receipt can stand for it. */
static void read_manifest(const struct lantik_home *home, const struct lantik_entry *entry, struct lantik_sent *ret)
{
	struct lantik_buffer body = {0};
	struct lantik_batch_view view;
	struct lantik_manifest manifest;
	uint32_t record_no;
	if (lantik_outbox_read_body(home, entry, &body) &&
		lantik_batch_scan(lantik_buffer_span(&body), ret->arena, &view, &record_no) == LANTIK_OK &&
		lantik_manifest_decode(view.manifest, ret->arena, &manifest) == LANTIK_OK) {
		ret->expected.agency = manifest.kode_instansi;
		ret->expected.kind = manifest.kind;
		ret->expected.step = manifest.step;
	}
	lantik_buffer_free(&body);
}

static void read_through(const struct lantik_home *home, const struct lantik_entry *entry, struct lantik_sent *ret)
{
	char path[LANTIK_MAX_PATH];
	lantik_outbox_path(home, entry, LANTIK_THROUGH_FILE, path);
	if (lantik_file_read(path, LANTIK_MAX_THROUGH, &ret->through) != LANTIK_OK)
		lantik_buffer_reset(&ret->through);
	ret->expected.through = lantik_buffer_span(&ret->through);
}

/* What the keys of this office make of one manifest. */
struct signing {
	struct lantik_own_signature *items;
	size_t count;
	uint8_t message[LANTIK_SUBMISSION_MESSAGE];
};

static int sign_with(struct lantik_cli *cli, const struct lantik_home *home, const char *name, struct signing *signing)
{
	struct lantik_skey key;
	uint8_t signature[LANTIK_SIGNATURE];
	int code = lantik_home_sign_key(cli, home, name, &key);
	if (code != LANTIK_EXIT_OK)
		return code;
	signing->items = realloc(signing->items, (signing->count + 1) * sizeof *signing->items);
	LANTIK_ASSERT(signing->items);
	struct lantik_own_signature *own = &signing->items[signing->count++];
	lantik_sign(key.seed, (struct lantik_span){signing->message, sizeof signing->message}, signature);
	lantik_sha256((struct lantik_span){signature, sizeof signature}, own->sha256);
	memcpy(own->key_id, key.vkey.id, sizeof own->key_id);
	lantik_wipe(&key, sizeof key);
	return code;
}

/* HOME/former/<key id>/sign.key, of every rotation. */
static int sign_with_former(struct lantik_cli *cli, const struct lantik_home *home, struct signing *signing)
{
	char path[LANTIK_MAX_PATH], name[sizeof LANTIK_FORMER_KEYS + 16 + sizeof "//sign.key"];
	int code = LANTIK_EXIT_OK;
	DIR *folder = opendir(lantik_home_path(home, LANTIK_FORMER_KEYS, path));
	struct dirent *item;
	while (folder && code == LANTIK_EXIT_OK && (item = readdir(folder)) != NULL) {
		if (item->d_name[0] == '.' || strlen(item->d_name) > 16)
			continue;
		snprintf(name, sizeof name, LANTIK_FORMER_KEYS "/%.16s/sign.key", item->d_name);
		if (lantik_home_holds(home, name))
			code = sign_with(cli, home, name, signing);
	}
	if (folder)
		closedir(folder);
	return code;
}

int lantik_own_signatures(struct lantik_cli *cli, const struct lantik_home *home,
	const uint8_t manifest_sha256[LANTIK_HASH], struct lantik_own_signature **ret, size_t *ret_count)
{
	struct signing signing = {0};
	lantik_submission_message(LANTIK_TO_SUBMIT, manifest_sha256, signing.message);
	int code = lantik_home_holds(home, "sign.key") ? sign_with(cli, home, "sign.key", &signing) : LANTIK_EXIT_OK;
	if (code == LANTIK_EXIT_OK && signing.count > 0)
		code = sign_with_former(cli, home, &signing);
	if (code != LANTIK_EXIT_OK) {
		free(signing.items);
		return code;
	}
	*ret = signing.items;
	*ret_count = signing.count;
	return code;
}

int lantik_sent_read(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_entry *entry,
	struct lantik_sent *ret)
{
	const char *office = home->settings[LANTIK_SETTING_OFFICE];
	*ret = (struct lantik_sent){.expected = {.office = *office ? office : NULL,
					    .batch_id = entry->batch_id,
					    .manifest_sha256 = entry->manifest_sha256,
					    .records_root = entry->records_root}};
	ret->arena = lantik_arena_new(1024 * 1024);
	LANTIK_ASSERT(ret->arena);
	read_manifest(home, entry, ret);
	read_through(home, entry, ret);
	int code = lantik_own_signatures(
		cli, home, entry->manifest_sha256, &ret->signatures, &ret->expected.signature_count);
	ret->expected.signatures = ret->signatures;
	if (code != LANTIK_EXIT_OK)
		lantik_sent_free(ret);
	return code;
}

void lantik_sent_free(struct lantik_sent *sent)
{
	lantik_arena_free(&sent->arena);
	free(sent->signatures);
	lantik_buffer_free(&sent->through);
}
