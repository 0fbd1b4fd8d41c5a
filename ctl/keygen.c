/* lantikctl keygen: the daemon's CURVE key and the key that signs receipts, each with its public half.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl.h"
#include "lantik/note.h"

struct key_file {
	const char *name;
	unsigned mode;
	struct lantik_buffer content;
	char *path;
	bool made;
};

enum { CURVE_KEY, CURVE_PUB, RECEIPT_KEY, RECEIPT_VKEY, FILES };

static void make_curve(struct key_file *files)
{
	uint8_t public[LANTIK_PUBLIC_KEY], secret[LANTIK_SEED];
	char text[41];
	lantik_curve_keypair(public, secret);
	lantik_z85_encode(secret, text);
	lantik_buffer_printf(&files[CURVE_KEY].content, "%s\n", text);
	lantik_z85_encode(public, text);
	lantik_buffer_printf(&files[CURVE_PUB].content, "%s\n", text);
	lantik_wipe(secret, sizeof secret);
}

static bool make_receipt(struct key_file *files, const char *origin)
{
	uint8_t seed[LANTIK_SEED];
	struct lantik_skey key;
	lantik_random(seed, sizeof seed);
	bool good = lantik_skey_make(origin, seed, &key) == LANTIK_OK;
	if (good) {
		lantik_skey_format(&key, &files[RECEIPT_KEY].content);
		lantik_buffer_append(&files[RECEIPT_KEY].content, "\n", 1);
		lantik_vkey_format(&key.vkey, &files[RECEIPT_VKEY].content);
		lantik_buffer_append(&files[RECEIPT_VKEY].content, "\n", 1);
	}
	lantik_wipe(seed, sizeof seed);
	lantik_wipe(&key, sizeof key);
	return good;
}

/* Never over a file that is there: O_EXCL, not a look beforehand. */
static bool write_new(struct key_file *file)
{
	int fd = open(file->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, file->mode);
	if (fd < 0)
		return false;
	file->made = true;
	ssize_t written = write(fd, file->content.data, file->content.len);
	bool good = written == (ssize_t)file->content.len && fchmod(fd, file->mode) == 0 && fsync(fd) == 0;
	return close(fd) == 0 && good;
}

static bool sync_folder(const char *directory)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool good = fsync(fd) == 0;
	return close(fd) == 0 && good;
}

/* All four or none. */
static int write_all(struct lantik_cli *cli, const char *directory, struct key_file *files)
{
	if (lantik_folder_make(directory, 0700) != LANTIK_OK)
		return lantik_fail(cli, 561, LANTIK_EXIT_FAILED, "could not make the folder %s: %s",
			"gagal membuat folder %s: %s", directory, strerror(errno));
	size_t made = 0;
	for (; made < FILES; made++) {
		LANTIK_ASSERT(asprintf(&files[made].path, "%s/%s", directory, files[made].name) > 0);
		if (!write_new(&files[made]))
			break;
	}
	if (made == FILES && sync_folder(directory))
		return LANTIK_EXIT_OK;
	int error = errno;
	for (size_t i = 0; i < FILES; i++)
		if (files[i].made)
			(void)unlink(files[i].path);
	if (error == EEXIST)
		return lantik_fail(cli, 562, LANTIK_EXIT_FAILED,
			"%s is there already; no key was written\nA key is never overwritten: choose another folder, "
			"or "
			"move the old keys away.",
			"%s sudah ada; tidak ada kunci yang ditulis\nKunci tidak pernah ditimpa: pilih folder lain, "
			"atau "
			"pindahkan kunci lama.",
			files[made].path);
	return lantik_fail(cli, 561, LANTIK_EXIT_FAILED, "could not write the keys into %s: %s",
		"gagal menulis kunci ke %s: %s", directory, strerror(error));
}

static void tell(struct lantik_cli *cli, const char *directory, const struct key_file *files)
{
	int curve = (int)files[CURVE_PUB].content.len - 1, vkey = (int)files[RECEIPT_VKEY].content.len - 1;
	const char *curve_text = (const char *)files[CURVE_PUB].content.data;
	const char *vkey_text = (const char *)files[RECEIPT_VKEY].content.data;
	lantik_say(cli, "keys written to %s", "kunci ditulis ke %s", directory);
	lantik_say(cli, "  server key   %.*s", "  kunci server %.*s", curve, curve_text);
	lantik_say(cli, "  receipt key  %.*s", "  kunci tanda terima %.*s", vkey, vkey_text);
	lantik_say(cli,
		"Give these two to every office; keep the files that end in .key secret, with a copy elsewhere.",
		"Beri keduanya kepada setiap kantor; rahasiakan berkas berakhiran .key, simpan salinannya di tempat "
		"lain.");
	lantik_json_open(cli, "keys");
	lantik_json_text(cli, "directory", directory);
	lantik_json_span(cli, "server_key", (struct lantik_span){files[CURVE_PUB].content.data, (size_t)curve});
	lantik_json_span(cli, "receipt_key", (struct lantik_span){files[RECEIPT_VKEY].content.data, (size_t)vkey});
	lantik_json_close(cli);
}

int ctl_keygen(struct lantik_cli *cli)
{
	struct key_file files[FILES] = {
		[CURVE_KEY] = {.name = "lantikd.curve.key", .mode = 0600},
		[CURVE_PUB] = {.name = "lantikd.curve.pub", .mode = 0644},
		[RECEIPT_KEY] = {.name = "receipt.key", .mode = 0600},
		[RECEIPT_VKEY] = {.name = "receipt.vkey", .mode = 0644},
	};
	const char *directory = lantik_option_text(cli, "directory"), *origin = lantik_option_text(cli, "origin");
	int exit_code = LANTIK_EXIT_OK;
	if (!directory || !*directory || !origin)
		return lantik_fail(cli, 560, LANTIK_EXIT_USAGE, "--directory and --origin are needed",
			"--directory dan --origin diperlukan");
	make_curve(files);
	if (!make_receipt(files, origin))
		exit_code = lantik_fail(cli, 512, LANTIK_EXIT_USAGE,
			"--origin: expected a name of at most 128 characters without blanks, controls and `+`",
			"--origin: seharusnya nama paling banyak 128 karakter tanpa spasi, karakter kendali, dan `+`");
	if (!exit_code)
		exit_code = write_all(cli, directory, files);
	if (!exit_code)
		tell(cli, directory, files);
	for (size_t i = 0; i < FILES; i++) {
		lantik_wipe(files[i].content.data, files[i].content.len);
		lantik_buffer_free(&files[i].content);
		free(files[i].path);
	}
	return exit_code;
}
