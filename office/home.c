/* Finds and keeps the office's folder: its settings and the files in it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "home.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "lantik/limits.h"
#include "pairs.h"

#define SETTINGS_FILE "lantik.conf"

static const char *const setting_names[] = {"endpoint", "server_key", "receipt_key", "recovery_key", "office"};
_Static_assert(LANTIK_COUNT(setting_names) == LANTIK_SETTING_COUNT, "every setting has a name");

const char *lantik_setting_name(enum lantik_setting setting)
{
	return setting_names[setting];
}

enum lantik_setting lantik_setting_find(struct lantik_span name)
{
	int setting = 0;
	while (setting < LANTIK_SETTING_COUNT && !lantik_span_is(name, setting_names[setting]))
		setting++;
	return (enum lantik_setting)setting;
}

static bool is_endpoint_list(const char *value)
{
	while (*value) {
		value += strspn(value, ", ");
		if (strncmp(value, "tcp://", 6) != 0 && strncmp(value, "ipc://", 6) != 0)
			return false;
		value += strcspn(value, ", ");
		value += strspn(value, ", ");
	}
	return true;
}

static bool is_z85_key(const char *value)
{
	static const char alphabet[] =
		"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
	return strlen(value) == LANTIK_Z85_KEY && strspn(value, alphabet) == LANTIK_Z85_KEY;
}

static bool is_office_name(const char *value)
{
	return strlen(value) <= LANTIK_MAX_OFFICE_NAME && !strpbrk(value, " +\t");
}

int lantik_setting_check(struct lantik_cli *cli, enum lantik_setting setting, const char *value)
{
	struct lantik_vkey key;
	if (!*value || strlen(value) >= LANTIK_MAX_SETTING || strpbrk(value, "\r\n"))
		return lantik_fail(cli, 20, LANTIK_EXIT_USAGE, "%s is empty or too long",
			"%s kosong atau terlalu panjang", setting_names[setting]);
	if (setting == LANTIK_SETTING_ENDPOINT && !is_endpoint_list(value))
		return lantik_fail(cli, 21, LANTIK_EXIT_USAGE, "endpoint must look like tcp://host:port, not `%s`",
			"endpoint harus seperti tcp://host:port, bukan `%s`", value);
	if (setting == LANTIK_SETTING_SERVER_KEY && !is_z85_key(value))
		return lantik_fail(cli, 22, LANTIK_EXIT_USAGE, "server_key must be the centre's key of 40 characters",
			"server_key harus kunci pusat sepanjang 40 karakter");
	if (setting == LANTIK_SETTING_RECEIPT_KEY && lantik_vkey_parse(lantik_span_of(value), &key) != LANTIK_OK)
		return lantik_fail(cli, 23, LANTIK_EXIT_USAGE, "receipt_key must look like NAME+0123abcd+BASE64",
			"receipt_key harus seperti NAMA+0123abcd+BASE64");
	if (setting == LANTIK_SETTING_RECOVERY_KEY && lantik_vkey_parse(lantik_span_of(value), &key) != LANTIK_OK)
		return lantik_fail(cli, 180, LANTIK_EXIT_USAGE,
			"recovery_key must look like NAME/recovery+0123abcd+BASE64",
			"recovery_key harus seperti NAMA/recovery+0123abcd+BASE64");
	if (setting == LANTIK_SETTING_OFFICE && !is_office_name(value))
		return lantik_fail(cli, 24, LANTIK_EXIT_USAGE,
			"an office's name has at most %u characters, no blank and no `+`",
			"nama kantor paling panjang %u karakter, tanpa spasi dan tanpa `+`", LANTIK_MAX_OFFICE_NAME);
	return LANTIK_EXIT_OK;
}

const char *lantik_home_path(const struct lantik_home *home, const char *name, char *ret)
{
	int length = snprintf(ret, LANTIK_MAX_PATH, "%s/%s", home->folder, name);
	LANTIK_ASSERT(length > 0 && (size_t)length < LANTIK_MAX_PATH);
	return ret;
}

bool lantik_home_holds(const struct lantik_home *home, const char *name)
{
	char path[LANTIK_MAX_PATH];
	return access(lantik_home_path(home, name, path), F_OK) == 0;
}

/* The folder that was named, or the one where data of a person's programs belong. */
static bool choose_folder(struct lantik_cli *cli, struct lantik_home *home)
{
	const char *given = lantik_option_text(cli, "home");
	const char *named = getenv("LANTIK_HOME"), *data = getenv("XDG_DATA_HOME"), *user = getenv("HOME");
	int length = 0;
	if (given || (named && *named))
		length = snprintf(home->folder, sizeof home->folder, "%s", given ? given : named);
	else if (data && *data)
		length = snprintf(home->folder, sizeof home->folder, "%s/lantik", data);
	else if (user && *user)
		length = snprintf(home->folder, sizeof home->folder, "%s/.local/share/lantik", user);
	return length > 0 && (size_t)length < sizeof home->folder;
}

static int bad_line(struct lantik_cli *cli, const struct lantik_home *home, uint32_t line, const char *english,
	const char *indonesian)
{
	return lantik_fail(cli, 25, LANTIK_EXIT_NOT_SET_UP, "%s/" SETTINGS_FILE ":%u: %s",
		"%s/" SETTINGS_FILE ":%u: %s", home->folder, line, lantik_cli_pick(cli, english, indonesian));
}

static int take_setting(struct lantik_cli *cli, struct lantik_home *home, const struct lantik_pair *pair)
{
	enum lantik_setting setting = lantik_setting_find(pair->name);
	if (setting == LANTIK_SETTING_COUNT)
		return bad_line(cli, home, pair->line,
			"the names are endpoint, server_key, receipt_key, recovery_key, office",
			"nama yang dikenal: endpoint, server_key, receipt_key, recovery_key, office");
	if (home->settings[setting][0])
		return bad_line(cli, home, pair->line, "given twice", "diberikan dua kali");
	if (pair->value.len >= LANTIK_MAX_SETTING)
		return bad_line(cli, home, pair->line, "too long", "terlalu panjang");
	if (pair->value.len > 0)
		memcpy(home->settings[setting], pair->value.data, pair->value.len);
	if (home->settings[setting][0] && lantik_setting_check(cli, setting, home->settings[setting]) != LANTIK_EXIT_OK)
		return bad_line(cli, home, pair->line, "not usable", "tidak dapat dipakai");
	return LANTIK_EXIT_OK;
}

static int read_settings(struct lantik_cli *cli, struct lantik_home *home, struct lantik_span text)
{
	struct lantik_pair pair;
	uint32_t line = 0;
	while (lantik_pairs_next(&text, &line, &pair)) {
		int code = take_setting(cli, home, &pair);
		if (code != LANTIK_EXIT_OK)
			return code;
	}
	return text.len == 0 ? LANTIK_EXIT_OK : bad_line(cli, home, line, "no `name = value`", "bukan `nama = nilai`");
}

int lantik_home_open(struct lantik_cli *cli, struct lantik_home *ret)
{
	char path[LANTIK_MAX_PATH];
	struct lantik_buffer text = {0};
	*ret = (struct lantik_home){0};
	if (!choose_folder(cli, ret))
		return lantik_fail(cli, 26, LANTIK_EXIT_NOT_SET_UP,
			"no folder for keys and settings\ngive one with --home",
			"tidak ada folder untuk kunci dan setelan\nberikan dengan --home");
	enum lantik_error error = lantik_file_read(lantik_home_path(ret, SETTINGS_FILE, path), 64 * 1024, &text);
	int code = LANTIK_EXIT_OK;
	if (error == LANTIK_OK)
		code = read_settings(cli, ret, lantik_buffer_span(&text));
	else if (error != LANTIK_E_NOT_FOUND)
		code = lantik_fail(cli, 27, LANTIK_EXIT_NOT_SET_UP, "cannot read %s: %s", "tidak dapat membaca %s: %s",
			path, lantik_file_error(cli, error));
	lantik_buffer_free(&text);
	return code;
}

int lantik_home_need_settings(struct lantik_cli *cli, const struct lantik_home *home)
{
	if (lantik_home_holds(home, SETTINGS_FILE))
		return LANTIK_EXIT_OK;
	return lantik_fail(cli, 35, LANTIK_EXIT_NOT_SET_UP,
		"%s is no folder of lantik: it has no " SETTINGS_FILE "\n"
		"name the right one with --home or LANTIK_HOME, or run: lantik keygen, then lantik init",
		"%s bukan folder lantik: tidak ada " SETTINGS_FILE "\n"
		"sebutkan yang benar dengan --home atau LANTIK_HOME, atau jalankan: lantik keygen, lalu lantik init",
		home->folder);
}

int lantik_home_need(struct lantik_cli *cli, const struct lantik_home *home, enum lantik_setting setting)
{
	if (home->settings[setting][0])
		return LANTIK_EXIT_OK;
	return lantik_fail(cli, 28, LANTIK_EXIT_NOT_SET_UP,
		"%s is not set in %s\nrun: lantik keygen --name NAME, then lantik init --endpoint E --server-key K "
		"--receipt-key K --recovery-key K",
		"%s belum diatur di %s\njalankan: lantik keygen --name NAMA, lalu lantik init --endpoint E "
		"--server-key K "
		"--receipt-key K --recovery-key K",
		setting_names[setting], home->folder);
}

static int report_io(struct lantik_cli *cli, const char *path)
{
	return lantik_fail(cli, 29, LANTIK_EXIT_FAILED, "cannot write %s: %s", "tidak dapat menulis %s: %s", path,
		strerror(errno));
}

int lantik_home_write(struct lantik_cli *cli, const struct lantik_home *home, const char *name, unsigned mode,
	struct lantik_span content)
{
	char path[LANTIK_MAX_PATH];
	lantik_home_path(home, name, path);
	if (lantik_folder_make(home->folder, 0700) != LANTIK_OK || lantik_file_write(path, mode, content) != LANTIK_OK)
		return report_io(cli, path);
	return LANTIK_EXIT_OK;
}

int lantik_home_save(struct lantik_cli *cli, const struct lantik_home *home)
{
	struct lantik_buffer text = {0};
	lantik_buffer_printf(&text, "# Settings of lantik; `lantik config NAME=VALUE` changes one.\n");
	for (size_t i = 0; i < LANTIK_SETTING_COUNT; i++)
		if (home->settings[i][0])
			lantik_buffer_printf(&text, "%s = %s\n", setting_names[i], home->settings[i]);
	LANTIK_ASSERT(!text.error);
	int code = lantik_home_write(cli, home, SETTINGS_FILE, 0600, lantik_buffer_span(&text));
	lantik_buffer_free(&text);
	return code;
}

int lantik_home_try_lock(const struct lantik_home *home)
{
	char path[LANTIK_MAX_PATH];
	int fd = open(lantik_home_path(home, "lock", path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

int lantik_home_lock(struct lantik_cli *cli, const struct lantik_home *home, int *ret)
{
	char path[LANTIK_MAX_PATH];
	lantik_home_path(home, "lock", path);
	if (lantik_folder_make(home->folder, 0700) != LANTIK_OK)
		return report_io(cli, home->folder);
	int lock = lantik_home_try_lock(home);
	if (lock < 0 && access(path, R_OK | W_OK) != 0)
		return report_io(cli, path);
	if (lock < 0)
		return lantik_fail(cli, 30, LANTIK_EXIT_RUNNING,
			"another lantik is sending from %s\nwait until it has ended",
			"lantik lain sedang mengirim dari %s\ntunggu sampai selesai", home->folder);
	*ret = lock;
	return LANTIK_EXIT_OK;
}

void lantik_home_unlock(int lock)
{
	if (lock >= 0)
		close(lock);
}
