/* Reads whole files and writes them so that a crash leaves the former or the whole new content.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lantik/cli.h"

static enum lantik_error read_all(int fd, size_t limit, struct lantik_buffer *ret)
{
	size_t begin = ret->len;
	for (;;) {
		uint8_t piece[64 * 1024];
		ssize_t got = read(fd, piece, sizeof piece);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return LANTIK_E_IO;
		if (got == 0)
			return ret->error;
		if (ret->len - begin + (size_t)got > limit)
			return LANTIK_E_TOO_LARGE;
		lantik_buffer_append(ret, piece, (size_t)got);
	}
}

enum lantik_error lantik_file_read(const char *path, size_t limit, struct lantik_buffer *ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? LANTIK_E_NOT_FOUND : LANTIK_E_IO;
	enum lantik_error error = read_all(fd, limit, ret);
	int saved = errno;
	close(fd);
	errno = saved;
	return error;
}

static bool write_all(int fd, struct lantik_span content)
{
	size_t at = 0;
	while (at < content.len) {
		ssize_t put = write(fd, content.data + at, content.len - at);
		if (put < 0 && errno != EINTR)
			return false;
		at += put > 0 ? (size_t)put : 0;
	}
	return fsync(fd) == 0;
}

/* The folder's entry is on disk only after this. */
static bool sync_folder_of(const char *path)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
	int fd = open(folder[0] ? folder : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool done = fsync(fd) == 0;
	close(fd);
	return done;
}

enum lantik_error lantik_file_write(const char *path, unsigned mode, struct lantik_span content)
{
	char temporary[PATH_MAX];
	if (snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >= (int)sizeof temporary)
		return LANTIK_E_TOO_LARGE;
	int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return LANTIK_E_IO;
	bool written = fchmod(fd, (mode_t)mode) == 0 && write_all(fd, content);
	bool closed = close(fd) == 0;
	if (written && closed && rename(temporary, path) == 0)
		return sync_folder_of(path) ? LANTIK_OK : LANTIK_E_IO;
	int saved = errno;
	unlink(temporary);
	errno = saved;
	return LANTIK_E_IO;
}

enum lantik_error lantik_folder_make(const char *path, unsigned mode)
{
	char folder[PATH_MAX];
	struct stat status;
	if (snprintf(folder, sizeof folder, "%s", path) >= (int)sizeof folder)
		return LANTIK_E_TOO_LARGE;
	for (char *at = folder + 1; *at; at++) {
		if (*at != '/')
			continue;
		*at = '\0';
		if (mkdir(folder, (mode_t)mode) == 0 && !sync_folder_of(folder))
			return LANTIK_E_IO;
		*at = '/';
	}
	if (mkdir(folder, (mode_t)mode) == 0)
		return sync_folder_of(folder) ? LANTIK_OK : LANTIK_E_IO;
	return errno == EEXIST && stat(folder, &status) == 0 && S_ISDIR(status.st_mode) ? LANTIK_OK : LANTIK_E_IO;
}
