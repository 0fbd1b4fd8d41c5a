/* The state directory and its lock; head files, made whole or not at all, read with care and written slot by slot.
 * SPDX-License-Identifier: Apache-2.0 */
#include "head_file.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Two slots take turns, each a sector, so that a torn write harms one and the other still stands.
 *
 * Nobody is told of a head before its slot is flushed. So the slot that a crash tears held a head that nobody knows,
 * and the other one has the newest that anybody was told: to go on with it is safe. It is not known, though, whether a
 * damaged slot was torn or decayed later on. A decayed one may have held the newest head; then the other is one head
 * behind, and a database that was put back to just before that head would not be noticed here, but by the office that
 * was told of it. That takes two misfortunes at once, and the operator is warned of the first. */
#define SLOT 512
#define SLOTS 2
#define SLOT_MAGIC "lantik head 1\n\0"
#define NEW_NAME "head.new"

struct slot {
	char magic[16];
	uint64_t size; /* big-endian; 0: not written yet, so that zeros alone are a damaged slot */
	uint8_t root[LANTIK_HASH];
	char origin[LANTIK_MAX_ORIGIN + 1];
	char padding[SLOT - 16 - 8 - LANTIK_HASH - (LANTIK_MAX_ORIGIN + 1) - LANTIK_HASH];
	uint8_t checksum[LANTIK_HASH]; /* SHA-256 of all before it */
};
_Static_assert(sizeof(struct slot) == SLOT, "a slot is a sector");

static enum lantik_error fail(char ret_why[HEAD_WHY], enum lantik_error error, const char *format, ...)
	LANTIK_PRINTF(3, 4);

static enum lantik_error fail(char ret_why[HEAD_WHY], enum lantik_error error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(ret_why, HEAD_WHY, format, args);
	va_end(args);
	return error;
}

/* ---- the directory ---- */

enum lantik_error head_directory_open(const char *path, struct head_directory *ret, char ret_why[HEAD_WHY])
{
	int file = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (file < 0)
		return fail(ret_why, LANTIK_E_IO,
			"state_directory %s: %s; it must be a directory that lantikd may write to", path,
			strerror(errno));
	if (flock(file, LOCK_EX | LOCK_NB) != 0) {
		enum lantik_error error =
			errno == EWOULDBLOCK
				? fail(ret_why, LANTIK_E_UNAVAILABLE,
					  "state_directory %s: another lantikd works with it; give each one a "
					  "directory of its own",
					  path)
				: fail(ret_why, LANTIK_E_IO,
					  "state_directory %s: could not be locked: %s; it must be on a local disk",
					  path, strerror(errno));
		close(file);
		return error;
	}
	*ret = (struct head_directory){.file = file, .path = strdup(path)};
	LANTIK_ASSERT(ret->path);
	return LANTIK_OK;
}

void head_directory_close(struct head_directory *directory)
{
	if (directory->file >= 0)
		close(directory->file);
	free(directory->path);
	*directory = (struct head_directory){.file = -1};
}

static void name_of(unsigned epoch, char ret[HEAD_NAME])
{
	if (epoch == 1)
		snprintf(ret, HEAD_NAME, "head");
	else
		snprintf(ret, HEAD_NAME, "head.%u", epoch);
}

/* A link that leads nowhere exists, too: what was remembered is behind it. */
static bool exists(const struct head_directory *directory, const char *name)
{
	struct stat status;

	return fstatat(directory->file, name, &status, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

unsigned head_directory_epoch(const struct head_directory *directory)
{
	unsigned epoch = LANTIK_MAX_RECOVERIES + 1;
	char name[HEAD_NAME];

	for (; epoch > 1; epoch--) {
		name_of(epoch, name);
		if (exists(directory, name))
			break;
	}
	return epoch;
}

/* ---- slots ---- */

static void slot_checksum(const struct slot *slot, uint8_t ret[LANTIK_HASH])
{
	lantik_sha256((struct lantik_span){.data = (const uint8_t *)slot, .len = offsetof(struct slot, checksum)}, ret);
}

static bool slot_valid(const struct slot *slot)
{
	uint8_t checksum[LANTIK_HASH];

	slot_checksum(slot, checksum);
	return memcmp(slot->magic, SLOT_MAGIC, sizeof slot->magic) == 0 &&
	       memcmp(slot->checksum, checksum, LANTIK_HASH) == 0 && memchr(slot->origin, 0, sizeof slot->origin);
}

static void slot_fill(struct slot *slot, const char *origin, uint64_t size, const uint8_t root[LANTIK_HASH])
{
	*slot = (struct slot){.magic = SLOT_MAGIC, .size = htobe64(size)};
	memcpy(slot->root, root, LANTIK_HASH);
	strcpy(slot->origin, origin);
	slot_checksum(slot, slot->checksum);
}

static enum lantik_error fail_io(
	const struct head_directory *directory, const char *name, const char *what, char ret_why[HEAD_WHY])
{
	return fail(ret_why, LANTIK_E_IO, "%s/%s could not be %s: %s", directory->path, name, what,
		errno ? strerror(errno) : "the disk is full");
}

static enum lantik_error fail_damaged(const struct head_file *file, const char *what, char ret_why[HEAD_WHY])
{
	return fail(ret_why, LANTIK_E_MALFORMED,
		"%s/%s %s, so what was signed last is not known; nothing is signed. Do not remove the file before you "
		"know that the database lost nothing: \"A damaged head file\" in operator.md, lantikd(8)",
		file->directory->path, file->name, what);
}

/* The valid slot with the larger size wins; the other is written next. */
static enum lantik_error take_slots(struct head_file *file, const struct slot slots[SLOTS], char ret_why[HEAD_WHY])
{
	int damaged = 0;

	for (int i = 0; i < SLOTS; i++) {
		if (!slot_valid(&slots[i])) {
			damaged++;
			continue;
		}
		if (strcmp(slots[i].origin, file->origin) != 0)
			return fail(ret_why, LANTIK_E_MISMATCH,
				"%s/%s is of the log %s, and receipt_key_file of %s: use the key or the "
				"state_directory of the right one",
				file->directory->path, file->name, slots[i].origin, file->origin);
		if (be64toh(slots[i].size) < file->size)
			continue;
		file->size = be64toh(slots[i].size);
		memcpy(file->root, slots[i].root, LANTIK_HASH);
		file->next_slot = !i;
	}
	file->half_damaged = damaged == 1;
	return damaged == SLOTS ? fail_damaged(file, "is damaged in both halves", ret_why) : LANTIK_OK;
}

/* ---- files ---- */

static bool flush_new(const struct head_file *file, int opened)
{
	static const uint8_t none[LANTIK_HASH];
	struct slot slots[SLOTS];

	for (int i = 0; i < SLOTS; i++)
		slot_fill(&slots[i], file->origin, 0, none);
	errno = 0;
	return pwrite(opened, slots, sizeof slots, 0) == (ssize_t)sizeof slots && fsync(opened) == 0 &&
	       renameat(file->directory->file, NEW_NAME, file->directory->file, file->name) == 0 &&
	       fsync(file->directory->file) == 0;
}

/* A crash leaves none or a whole one; later writes change data alone. */
static enum lantik_error make(const struct head_file *file, char ret_why[HEAD_WHY])
{
	int opened =
		openat(file->directory->file, NEW_NAME, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (opened < 0)
		return fail_io(file->directory, NEW_NAME, "made", ret_why);
	enum lantik_error error =
		flush_new(file, opened) ? LANTIK_OK : fail_io(file->directory, file->name, "made", ret_why);
	close(opened);
	if (error)
		(void)unlinkat(file->directory->file, NEW_NAME, 0);
	return error;
}

static enum lantik_error load(struct head_file *file, char ret_why[HEAD_WHY])
{
	struct slot slots[SLOTS];
	struct stat status;

	file->file = openat(file->directory->file, file->name, O_RDWR | O_CLOEXEC);
	if (file->file < 0 || fstat(file->file, &status) != 0)
		return fail_io(file->directory, file->name, "opened", ret_why);
	if (status.st_size != (off_t)sizeof slots)
		return fail_damaged(file, "is not 1,024 bytes long", ret_why);
	errno = 0;
	if (pread(file->file, slots, sizeof slots, 0) != (ssize_t)sizeof slots)
		return fail_io(file->directory, file->name, "read", ret_why);
	return take_slots(file, slots, ret_why);
}

enum lantik_error head_file_open(const struct head_directory *directory, unsigned epoch, const char *origin,
	struct head_file *ret, char ret_why[HEAD_WHY])
{
	struct head_file file = {.directory = directory, .file = -1};
	enum lantik_error error = LANTIK_OK;

	name_of(epoch, file.name);
	snprintf(file.origin, sizeof file.origin, "%s", origin);
	if (!exists(directory, file.name))
		error = make(&file, ret_why);
	if (!error)
		error = load(&file, ret_why);
	if (error)
		head_file_close(&file);
	else
		*ret = file;
	return error;
}

void head_file_close(struct head_file *file)
{
	if (file->file >= 0)
		close(file->file);
	file->file = -1;
}

/* After a failure the next head goes to the same slot, in full: the kernel may have dropped what it could not flush. */
enum lantik_error head_file_write(
	struct head_file *file, uint64_t size, const uint8_t root[LANTIK_HASH], char ret_why[HEAD_WHY])
{
	struct slot slot;

	slot_fill(&slot, file->origin, size, root);
	errno = 0;
	if (pwrite(file->file, &slot, sizeof slot, (off_t)file->next_slot * SLOT) != (ssize_t)sizeof slot ||
		fdatasync(file->file) != 0)
		return fail_io(file->directory, file->name, "written", ret_why);
	file->next_slot = !file->next_slot;
	file->half_damaged = false;
	file->size = size;
	memcpy(file->root, root, LANTIK_HASH);
	return LANTIK_OK;
}
