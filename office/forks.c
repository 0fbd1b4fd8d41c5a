/* Keeps what the operator and the auditor must see.
 * SPDX-License-Identifier: Apache-2.0 */
#include "forks.h"

#define FORKS_FOLDER "forks"

/* Named by what it holds, so that a command that is repeated fills no disk. */
static bool make_folder(const struct lantik_home *home, struct lantik_span a, struct lantik_span b, char *ret)
{
	const struct lantik_span pieces[] = {a, b};
	uint8_t digest[LANTIK_HASH];
	char name[sizeof FORKS_FOLDER + 1 + 16 + 1], hex[17];
	lantik_sha256_of(pieces, LANTIK_COUNT(pieces), digest);
	lantik_hex_encode(digest, 8, hex);
	snprintf(name, sizeof name, FORKS_FOLDER "/%s", hex);
	if (lantik_folder_make(lantik_home_path(home, name, ret), 0700) == LANTIK_OK)
		return true;
	lantik_home_path(home, FORKS_FOLDER, ret);
	return false;
}

static void put(const char *folder, const char *name, struct lantik_span content)
{
	char path[LANTIK_MAX_PATH + 16];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	enum lantik_error ignored = content.len > 0 ? lantik_file_write(path, 0644, content) : LANTIK_OK;
	(void)ignored;
}

static void put_proof(const char *folder, const struct lantik_proof *proof)
{
	struct lantik_buffer text = {0};
	for (unsigned i = 0; proof && i < proof->count; i++) {
		lantik_base64_append(&text, proof->hashes[i], LANTIK_HASH);
		lantik_buffer_append(&text, "\n", 1);
	}
	put(folder, "proof", lantik_buffer_span(&text));
	lantik_buffer_free(&text);
}

void lantik_forks_keep(const struct lantik_home *home, const struct lantik_fork *fork, char *ret_folder)
{
	if (!make_folder(home, fork->ours, fork->theirs, ret_folder))
		return;
	put(ret_folder, "ours", fork->ours);
	put(ret_folder, "theirs", fork->theirs);
	put_proof(ret_folder, fork->proof);
	put(ret_folder, "receipt", fork->answer);
	put(ret_folder, "about.txt", lantik_span_of(fork->about));
}

void lantik_forks_keep_deed(const struct lantik_home *home, struct lantik_span receipt, char *ret_folder)
{
	if (make_folder(home, receipt, (struct lantik_span){0}, ret_folder))
		put(ret_folder, "deed", receipt);
}
