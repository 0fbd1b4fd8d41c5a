/* Writing new keys: secret halves for their owner alone, nothing overwritten, all files or none.
 * SPDX-License-Identifier: Apache-2.0 */
#include "key_files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool key_make(const char *name, struct lantik_skey *ret)
{
	uint8_t seed[LANTIK_SEED];
	lantik_random(seed, sizeof seed);
	bool good = lantik_skey_make(name, seed, ret) == LANTIK_OK;
	lantik_wipe(seed, sizeof seed);
	return good;
}

void key_files_of(const struct lantik_skey *key, const char *directory, const char *name, struct key_file ret[2])
{
	ret[0] = (struct key_file){.directory = directory, .mode = 0600};
	ret[1] = (struct key_file){.directory = directory, .mode = 0644};
	snprintf(ret[0].name, sizeof ret[0].name, "%s.key", name);
	snprintf(ret[1].name, sizeof ret[1].name, "%s.vkey", name);
	lantik_skey_format(key, &ret[0].content);
	lantik_vkey_format(&key->vkey, &ret[1].content);
	for (int i = 0; i < 2; i++)
		lantik_buffer_append(&ret[i].content, "\n", 1);
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

static int tell_failure(struct lantik_cli *cli, const struct key_file *file, int error)
{
	if (error == EEXIST)
		return lantik_fail(cli, 562, LANTIK_EXIT_FAILED,
			"%s is there already; no key was written\nA key is never overwritten: choose another folder, "
			"or move the old keys away.",
			"%s sudah ada; tidak ada kunci yang ditulis\nKunci tidak pernah ditimpa: pilih folder lain, "
			"atau pindahkan kunci lama.",
			file->path);
	return lantik_fail(cli, 561, LANTIK_EXIT_FAILED, "could not write the keys into %s: %s",
		"gagal menulis kunci ke %s: %s", file->directory, strerror(error));
}

int key_files_write(struct lantik_cli *cli, struct key_file *files, size_t count)
{
	size_t at = 0;
	for (; at < count; at++) {
		struct key_file *file = &files[at];
		if (!file->directory)
			continue;
		if (lantik_folder_make(file->directory, 0700) != LANTIK_OK)
			break;
		LANTIK_ASSERT(asprintf(&file->path, "%s/%s", file->directory, file->name) > 0);
		if (!write_new(file) || !sync_folder(file->directory))
			break;
	}
	if (at == count)
		return LANTIK_EXIT_OK;
	int error = errno;
	for (size_t i = 0; i < count; i++)
		if (files[i].made)
			(void)unlink(files[i].path);
	return tell_failure(cli, &files[at], error);
}

struct lantik_span key_file_line(const struct key_file *file)
{
	struct lantik_span line = lantik_buffer_span(&file->content);
	return (struct lantik_span){line.data, line.len ? line.len - 1 : 0};
}

void key_files_free(struct key_file *files, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		lantik_wipe(files[i].content.data, files[i].content.len);
		lantik_buffer_free(&files[i].content);
		free(files[i].path);
	}
}
