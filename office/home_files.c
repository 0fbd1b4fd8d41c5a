/* The keys and the rulebook in the office's folder.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "home.h"
#include "keys.h"
#include "lantik/trust.h"

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
	if (strncmp(name, LANTIK_NEXT_KEYS "/", sizeof LANTIK_NEXT_KEYS) == 0)
		return "lantik keygen --next";
	return "lantik keygen --name NAME";
}

/* One of the four was lost: new ones over the others would not be keys that the centre knows. */
static bool is_lost_key(const struct lantik_home *home, const char *name)
{
	bool is_key = false;
	for (size_t i = 0; i < LANTIK_KEY_FILES; i++)
		is_key |= strcmp(name, lantik_key_files[i]) == 0;
	return is_key && lantik_keys_held(home, NULL) > 0;
}

int lantik_home_read(
	struct lantik_cli *cli, const struct lantik_home *home, const char *name, struct lantik_buffer *ret)
{
	char path[LANTIK_MAX_PATH];
	enum lantik_error error = lantik_file_read(lantik_home_path(home, name, path), LANTIK_MAX_RULEBOOK, ret);
	if (error == LANTIK_OK)
		return LANTIK_EXIT_OK;
	if (error == LANTIK_E_NOT_FOUND && is_lost_key(home, name))
		return lantik_fail(cli, 31, LANTIK_EXIT_NOT_SET_UP,
			"%s is missing, and other keys are here\n"
			"restore it from your copy; without one make keys in a new folder (lantik keygen --home FOLDER "
			"--name NAME), and tell the operator, who adds them and revokes the present ones",
			"%s tidak ada, sedangkan kunci lain ada\n"
			"pulihkan dari salinan; tanpa salinan, buat kunci di folder baru (lantik keygen --home FOLDER "
			"--name NAMA), dan beri tahu operator, yang menambahkannya dan mencabut yang sekarang",
			path);
	if (error == LANTIK_E_NOT_FOUND)
		return lantik_fail(cli, 31, LANTIK_EXIT_NOT_SET_UP, "%s is missing\nrun: %s",
			"%s tidak ada\njalankan: %s", path, maker_of(name));
	return lantik_fail(cli, 32, LANTIK_EXIT_FAILED, "cannot read %s: %s", "tidak dapat membaca %s: %s", path,
		lantik_file_error(cli, error));
}

int lantik_home_sign_key(
	struct lantik_cli *cli, const struct lantik_home *home, const char *name, struct lantik_skey *ret)
{
	struct lantik_buffer text = {0};
	int code = lantik_home_read(cli, home, name, &text);
	if (code == LANTIK_EXIT_OK && lantik_skey_parse(lantik_buffer_span(&text), ret) != LANTIK_OK)
		code = lantik_fail(cli, 33, LANTIK_EXIT_NOT_SET_UP, "%s/%s is damaged\nrestore it from your copy",
			"%s/%s rusak\npulihkan dari salinan Anda", home->folder, name);
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

int lantik_home_keys_fit(struct lantik_cli *cli, const struct lantik_home *home)
{
	struct lantik_vkey receipt, recovery;
	char wanted[LANTIK_MAX_ORIGIN + 1];
	struct lantik_span receipt_text = lantik_span_of(home->settings[LANTIK_SETTING_RECEIPT_KEY]);
	struct lantik_span recovery_text = lantik_span_of(home->settings[LANTIK_SETTING_RECOVERY_KEY]);
	if (lantik_vkey_parse(receipt_text, &receipt) != LANTIK_OK ||
		lantik_vkey_parse(recovery_text, &recovery) != LANTIK_OK)
		return LANTIK_EXIT_OK; /* one of them is not set */
	if (lantik_recovery_name(receipt.name, wanted) && strcmp(recovery.name, wanted) == 0)
		return LANTIK_EXIT_OK;
	return lantik_fail(cli, 181, LANTIK_EXIT_USAGE,
		"receipt_key and recovery_key are not of one ledger: they are named %s and %s\n"
		"ask the operator for both keys of the same ledger",
		"receipt_key dan recovery_key bukan dari satu buku besar: namanya %s dan %s\n"
		"minta kepada operator kedua kunci dari buku besar yang sama",
		receipt.name, recovery.name);
}
