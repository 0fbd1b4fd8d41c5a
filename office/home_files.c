/* The keys, the rulebook and the checkpoint in the office's folder.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "home.h"

const char *lantik_file_error(struct lantik_cli *cli, enum lantik_error error)
{
	if (error == LANTIK_E_NOT_FOUND)
		return lantik_cli_pick(cli, "there is no such file", "berkas tidak ada");
	if (error == LANTIK_E_IO)
		return strerror(errno);
	return lantik_error_text(error, lantik_cli_language(cli));
}

/* Which command makes the file that is missing. */
static const char *maker_of(const char *name)
{
	if (strcmp(name, "rulebook") == 0)
		return "lantik sync";
	return "lantik keygen --name NAME";
}

int lantik_home_read(
	struct lantik_cli *cli, const struct lantik_home *home, const char *name, struct lantik_buffer *ret)
{
	char path[LANTIK_MAX_PATH];
	enum lantik_error error = lantik_file_read(lantik_home_path(home, name, path), LANTIK_MAX_RULEBOOK, ret);
	if (error == LANTIK_OK)
		return LANTIK_EXIT_OK;
	if (error == LANTIK_E_NOT_FOUND)
		return lantik_fail(cli, 31, LANTIK_EXIT_NOT_SET_UP, "%s is missing\nrun: %s",
			"%s tidak ada\njalankan: %s", path, maker_of(name));
	return lantik_fail(cli, 32, LANTIK_EXIT_FAILED, "cannot read %s: %s", "tidak dapat membaca %s: %s", path,
		lantik_file_error(cli, error));
}

int lantik_home_receipt_key(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_vkey *ret)
{
	int code = lantik_home_need(cli, home, LANTIK_SETTING_RECEIPT_KEY);
	if (code != LANTIK_EXIT_OK)
		return code;
	struct lantik_span text = lantik_span_of(home->settings[LANTIK_SETTING_RECEIPT_KEY]);
	LANTIK_ASSERT(lantik_vkey_parse(text, ret) == LANTIK_OK); /* checked when the settings were read */
	return LANTIK_EXIT_OK;
}

int lantik_home_sign_key(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_skey *ret)
{
	struct lantik_buffer text = {0};
	int code = lantik_home_read(cli, home, "sign.key", &text);
	if (code == LANTIK_EXIT_OK && lantik_skey_parse(lantik_buffer_span(&text), ret) != LANTIK_OK)
		code = lantik_fail(cli, 33, LANTIK_EXIT_NOT_SET_UP, "%s/sign.key is damaged\nrestore it from your copy",
			"%s/sign.key rusak\npulihkan dari salinan Anda", home->folder);
	if (text.data)
		lantik_wipe(text.data, text.len);
	lantik_buffer_free(&text);
	return code;
}

static int parse_rulebook(struct lantik_cli *cli, struct lantik_span text, struct lantik_rulebook **ret)
{
	unsigned line;
	enum lantik_error error = lantik_rulebook_parse(text, ret, &line);
	if (error == LANTIK_OK)
		return LANTIK_EXIT_OK;
	return lantik_fail(cli, 34, LANTIK_EXIT_NOT_SET_UP, "the rulebook is damaged in line %u: %s\nrun: lantik sync",
		"buku aturan rusak di baris %u: %s\njalankan: lantik sync", line,
		lantik_error_text(error, lantik_cli_language(cli)));
}

int lantik_home_rulebook(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_rulebook **ret)
{
	struct lantik_buffer text = {0};
	if (!lantik_home_holds(home, "rulebook")) {
		lantik_remark(cli,
			"no rulebook yet, so rules that need its tables are not checked; `lantik sync` fetches it",
			"belum ada buku aturan, sehingga aturan yang memerlukan tabelnya tidak diperiksa; `lantik "
			"sync` mengambilnya");
		*ret = lantik_rulebook_empty();
		return LANTIK_EXIT_OK;
	}
	int code = lantik_home_read(cli, home, "rulebook", &text);
	if (code == LANTIK_EXIT_OK)
		code = parse_rulebook(cli, lantik_buffer_span(&text), ret);
	lantik_buffer_free(&text);
	return code;
}

/* Size of the checkpoint that is held; 0 when there is none that this log signed. */
static uint64_t size_held(struct lantik_cli *cli, const struct lantik_home *home)
{
	struct lantik_buffer note = {0};
	struct lantik_vkey key;
	struct lantik_checkpoint held = {.size = 0};
	char path[LANTIK_MAX_PATH];
	if (lantik_home_receipt_key(cli, home, &key) != LANTIK_EXIT_OK ||
		lantik_file_read(lantik_home_path(home, "checkpoint", path), LANTIK_MAX_NOTE, &note) != LANTIK_OK ||
		lantik_checkpoint_verify(lantik_buffer_span(&note), &key, &held) != LANTIK_OK)
		held.size = 0;
	lantik_buffer_free(&note);
	return held.size;
}

enum lantik_error lantik_home_keep_checkpoint(struct lantik_cli *cli, const struct lantik_home *home,
	struct lantik_span note, const struct lantik_checkpoint *head)
{
	char path[LANTIK_MAX_PATH];
	if (head->size <= size_held(cli, home))
		return LANTIK_OK;
	return lantik_file_write(lantik_home_path(home, "checkpoint", path), 0644, note);
}
