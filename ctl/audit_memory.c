/* The last audited checkpoint is kept for the next audit; --cosign says to others that it was audited.
 * SPDX-License-Identifier: Apache-2.0 */
#include "audit_memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_KEY_FILE 4096u

/* ---- memory ---- */

/* $XDG_STATE_HOME or ~/.local/state, and the origin as a file name. */
static bool default_path(const char *origin, struct lantik_buffer *ret)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	if (state && *state == '/')
		lantik_buffer_printf(ret, "%s", state);
	else if (home && *home)
		lantik_buffer_printf(ret, "%s/.local/state", home);
	else
		return false;
	lantik_buffer_printf(ret, "/lantik/audit-");
	size_t name = ret->len;
	lantik_buffer_printf(ret, "%s", origin);
	for (size_t i = name; i < ret->len && !ret->error; i++)
		if (ret->data[i] == '/')
			ret->data[i] = '_';
	return true;
}

bool audit_memory_path(struct audit *audit, struct lantik_buffer *ret)
{
	const char *named = lantik_option_text(audit->cli, "memory");
	if (named)
		lantik_buffer_printf(ret, "%s", named);
	else if (!default_path(audit->origin, ret))
		return false;
	lantik_buffer_append(ret, "", 1);
	LANTIK_ASSERT(!ret->error);
	return true;
}

static bool folder_make(const char *path)
{
	char folder[4096];
	const char *slash = strrchr(path, '/');
	if (!slash || slash == path)
		return true;
	if ((size_t)snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path) >= sizeof folder)
		return false;
	return lantik_folder_make(folder, 0700) == LANTIK_OK;
}

int audit_memory_keep(struct audit *audit, const char *path)
{
	if (!audit->newest_note.len)
		return LANTIK_EXIT_OK;
	if (folder_make(path) && lantik_file_write(path, 0600, lantik_buffer_span(&audit->newest_note)) == LANTIK_OK)
		return LANTIK_EXIT_OK;
	return lantik_fail(audit->cli, 705, LANTIK_EXIT_FAILED,
		"could not keep the audited checkpoint in %s: %s\nName another file with --memory.",
		"gagal menyimpan checkpoint yang telah diperiksa di %s: %s\nSebutkan berkas lain dengan --memory.",
		path, strerror(errno));
}

/* ---- cosignature ---- */

int audit_cosign_prepare(struct audit *audit, struct lantik_skey *ret, bool *ret_wanted)
{
	const char *path = lantik_option_text(audit->cli, "cosign"), *out = lantik_option_text(audit->cli, "out");
	struct lantik_buffer text = {0};
	*ret_wanted = path != NULL;
	if (!path != !out)
		return lantik_fail(audit->cli, 706, LANTIK_EXIT_USAGE, "--cosign KEYFILE and --out FILE go together",
			"--cosign BERKAS dan --out BERKAS diberikan bersama");
	if (!path)
		return LANTIK_EXIT_OK;
	if (!audit->is_pinned)
		return lantik_fail(audit->cli, 711, LANTIK_EXIT_USAGE,
			"--cosign needs --key\nA cosignature says that the log's own key was checked, not the "
			"database's word "
			"for it.",
			"--cosign memerlukan --key\nTanda tangan bersama menyatakan bahwa kunci log sendiri yang "
			"diperiksa, bukan "
			"kata basis data.");
	enum lantik_error error = lantik_file_read(path, MAX_KEY_FILE, &text);
	if (!error)
		error = lantik_skey_parse(lantik_buffer_span(&text), ret);
	if (text.data)
		lantik_wipe(text.data, text.len);
	lantik_buffer_free(&text);
	if (!error)
		return LANTIK_EXIT_OK;
	return lantik_fail(audit->cli, 707, LANTIK_EXIT_FAILED,
		"--cosign %s: %s\nGive the auditor's own signing key (lantikctl keygen).",
		"--cosign %s: %s\nBerikan kunci tanda tangan milik auditor (lantikctl keygen).", path,
		lantik_error_text(error, lantik_cli_language(audit->cli)));
}

int audit_cosign(struct audit *audit, const struct lantik_skey *key)
{
	struct lantik_cli *cli = audit->cli;
	const char *out = lantik_option_text(cli, "out");
	struct lantik_buffer note = {0};
	if (!audit->newest_note.len)
		return lantik_fail(cli, 708, LANTIK_EXIT_FAILED,
			"there is no signed checkpoint to cosign\nGive --key, and audit after the first batch.",
			"tidak ada checkpoint bertanda tangan untuk ditandatangani bersama\nBerikan --key, dan periksa "
			"setelah "
			"paket pertama.");
	enum lantik_error error =
		lantik_checkpoint_cosign(lantik_buffer_span(&audit->newest_note), key, (uint64_t)time(NULL), &note);
	if (!error)
		error = lantik_file_write(out, 0644, lantik_buffer_span(&note));
	lantik_buffer_free(&note);
	if (error)
		return lantik_fail(cli, 709, LANTIK_EXIT_FAILED, "could not write %s: %s", "gagal menulis %s: %s", out,
			lantik_error_text(error, lantik_cli_language(cli)));
	lantik_say(cli, "cosigned   size %llu: %s", "ditandatangani bersama   ukuran %llu: %s",
		(unsigned long long)audit->newest_size, out);
	return LANTIK_EXIT_OK;
}
