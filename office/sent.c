/* Reads back what was sent: the manifest of the body, and the signature over it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sent.h"

#include <string.h>

#include "lantik/codec.h"

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

static int sign_again(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_entry *entry,
	struct lantik_sent *ret)
{
	struct lantik_skey key;
	uint8_t message[LANTIK_SUBMISSION_MESSAGE], signature[LANTIK_SIGNATURE];
	if (!lantik_home_holds(home, "sign.key"))
		return LANTIK_EXIT_OK;
	int code = lantik_home_sign_key(cli, home, &key);
	if (code != LANTIK_EXIT_OK)
		return code;
	lantik_submission_message(LANTIK_TO_SUBMIT, entry->body_sha256, message);
	lantik_sign(key.seed, (struct lantik_span){message, sizeof message}, signature);
	lantik_sha256((struct lantik_span){signature, sizeof signature}, ret->signature_sha256);
	memcpy(ret->key_id, key.vkey.id, sizeof ret->key_id);
	lantik_wipe(&key, sizeof key);
	ret->expected.key_id = ret->key_id;
	ret->expected.signature_sha256 = ret->signature_sha256;
	return LANTIK_EXIT_OK;
}

int lantik_sent_read(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_entry *entry,
	struct lantik_sent *ret)
{
	const char *office = home->settings[LANTIK_SETTING_OFFICE];
	*ret = (struct lantik_sent){.expected = {.office = *office ? office : NULL,
					    .batch_id = entry->batch_id,
					    .body_sha256 = entry->body_sha256,
					    .records_sha256 = entry->records_sha256}};
	ret->arena = lantik_arena_new(1024 * 1024);
	LANTIK_ASSERT(ret->arena);
	read_manifest(home, entry, ret);
	int code = sign_again(cli, home, entry, ret);
	if (code != LANTIK_EXIT_OK)
		lantik_sent_free(ret);
	return code;
}

void lantik_sent_free(struct lantik_sent *sent)
{
	lantik_arena_free(&sent->arena);
}
