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

/* Two slots take turns, each a sector. The newest signed head stays where it is while the next one is written to the
 * other slot; so a torn write harms one that nobody was told of.
 *
 * A slot has two parts. Its body names the head and comes with a checksum; its mark says that the head was signed. A
 * head that a commit under way would make is *meant*: body without mark, flushed while the server commits. When COMMIT
 * is known the mark follows, in place and without a flush, and then the head is told. The mark is flushed with the next
 * head, and by the house's next look at the latest.
 *
 * What a start finds:
 *
 * - The process died. The page cache has every write. A head that is told has its mark.
 * - The machine went down before the mark reached the disk. The body is there, flushed before COMMIT was known. Whether
 *   anybody was told is in doubt, and nothing is signed until the ledger was looked at (house_ledger.c). It holds the
 *   head: that counts as signed. It lacks it: the commit did not happen, and nobody was told. Where commits are not
 *   flushed (fsync=off) nothing is meant.
 * - The mark was torn: bytes of it are old, others new, and the body, which is written with the bytes that it had,
 *   stands. It is no mark, and in doubt like a missing one.
 * - A body was torn. It was being written as meant, or is being written as signed where nothing was meant, and is told
 *   after its flush: nobody knows that head. The other slot has the newest; its mark is in the same write, and if that
 *   was lost before, it is a body in doubt. Once the next body stands, that one's base says that it was signed.
 *
 * Two cases are not told apart. A damaged slot was torn or decayed later on; a decayed one may have held the newest
 * head. And a machine goes down between a reply and the flush of its mark (a quarter of a second), while its database
 * goes back by that one commit and no further (a standby that had all but this one): the ledger looks as if it had
 * never been. Either way the memory is one head behind, and the office that was told of it finds the fork. Both take
 * two misfortunes at once; of the first the operator is warned. A head in doubt never counts as signed against the
 * ledger's word: a commit that was cut off by the same failure that made a standby the primary would pass for a fork,
 * which stops every daemon, and be signed as proof of it. */
#define SLOTS HEAD_SLOTS
#define SLOT_MAGIC "lantik head 1\n\0"
#define SIGNED "lantik head signed\n"
#define NEW_NAME "head.new"

_Static_assert(sizeof(struct head_slot) == 512, "a slot is a sector");

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

static void slot_checksum(const struct head_slot *slot, uint8_t ret[LANTIK_HASH])
{
	lantik_sha256(
		(struct lantik_span){.data = (const uint8_t *)slot, .len = offsetof(struct head_slot, checksum)}, ret);
}

static bool slot_valid(const struct head_slot *slot)
{
	uint8_t checksum[LANTIK_HASH];

	slot_checksum(slot, checksum);
	return memcmp(slot->magic, SLOT_MAGIC, sizeof slot->magic) == 0 &&
	       memcmp(slot->checksum, checksum, LANTIK_HASH) == 0 && memchr(slot->origin, 0, sizeof slot->origin);
}

static void mark_of(const struct head_slot *slot, uint8_t ret[LANTIK_HASH])
{
	uint8_t text[sizeof SIGNED - 1 + LANTIK_HASH];

	memcpy(text, SIGNED, sizeof SIGNED - 1);
	memcpy(text + sizeof SIGNED - 1, slot->checksum, LANTIK_HASH);
	lantik_sha256((struct lantik_span){.data = text, .len = sizeof text}, ret);
}

static bool slot_signed(const struct head_slot *slot)
{
	uint8_t mark[LANTIK_HASH];

	mark_of(slot, mark);
	return memcmp(slot->mark, mark, LANTIK_HASH) == 0;
}

/* Without its mark. */
static void slot_fill(
	const struct head_file *file, struct head_slot *slot, uint64_t size, const uint8_t root[LANTIK_HASH])
{
	*slot = (struct head_slot){.magic = SLOT_MAGIC, .size = htobe64(size), .base_size = htobe64(file->size)};
	memcpy(slot->root, root, LANTIK_HASH);
	memcpy(slot->base_root, file->root, LANTIK_HASH);
	strcpy(slot->origin, file->origin);
	slot_checksum(slot, slot->checksum);
}

static void slot_fill_signed(
	const struct head_file *file, struct head_slot *slot, uint64_t size, const uint8_t root[LANTIK_HASH])
{
	slot_fill(file, slot, size, root);
	mark_of(slot, slot->mark);
}

static bool slot_is(const struct head_slot *slot, uint64_t size, const uint8_t root[LANTIK_HASH])
{
	return be64toh(slot->size) == size && memcmp(slot->root, root, LANTIK_HASH) == 0;
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

/* Both at once, as they lie in one block of the disk: what an earlier failure left behind is written again. */
static bool put(const struct head_file *file)
{
	errno = 0;
	return pwrite(file->file, file->slots, sizeof file->slots, 0) == (ssize_t)sizeof file->slots;
}

static bool put_and_flush(const struct head_file *file)
{
	return put(file) && fdatasync(file->file) == 0;
}

/* A head that was signed, and the slot that holds it; -1: none, another head's slot says so. */
static void learn(struct head_file *file, uint64_t size, const uint8_t root[LANTIK_HASH], int slot)
{
	file->size = be64toh(size);
	memcpy(file->root, root, LANTIK_HASH);
	file->newest = slot;
}

static bool is_beyond(const struct head_file *file, int slot)
{
	return slot_valid(&file->slots[slot]) && be64toh(file->slots[slot].size) > file->size;
}

/* The largest head that was signed, by its mark or as another one's base. What was meant beyond it is in doubt. */
static void find_newest(struct head_file *file)
{
	const struct head_slot *slots = file->slots;

	file->newest = -1;
	for (int i = 0; i < SLOTS; i++)
		if (slot_valid(&slots[i]) && slot_signed(&slots[i]) && be64toh(slots[i].size) >= file->size)
			learn(file, slots[i].size, slots[i].root, i);
	for (int i = 0; i < SLOTS; i++)
		if (slot_valid(&slots[i]) && be64toh(slots[i].base_size) > file->size)
			learn(file, slots[i].base_size, slots[i].base_root, -1);
	for (int i = 0; i < SLOTS; i++)
		file->in_doubt |= is_beyond(file, i);
}

/* The mark of the newest one did not reach the disk, or its slot is damaged, and the other one, which says that it was
 * signed, is written next: it gets its slot again before that. And what was read may be in memory alone, since an
 * earlier run died before its flush, or its flush failed. */
static enum lantik_error mend_and_flush(struct head_file *file, char ret_why[HEAD_WHY])
{
	if (file->newest < 0) {
		file->newest = is_beyond(file, 0) ? 1 : 0;
		slot_fill_signed(file, &file->slots[file->newest], file->size, file->root);
	}
	return put_and_flush(file) ? LANTIK_OK : fail_io(file->directory, file->name, "written", ret_why);
}

static enum lantik_error take_slots(struct head_file *file, char ret_why[HEAD_WHY])
{
	int damaged = 0;

	for (int i = 0; i < SLOTS; i++) {
		const struct head_slot *slot = &file->slots[i];
		if (!slot_valid(slot))
			damaged++;
		else if (strcmp(slot->origin, file->origin) != 0)
			return fail(ret_why, LANTIK_E_MISMATCH,
				"%s/%s is of the log %s, and receipt_key_file of %s: use the key or the "
				"state_directory of the right one",
				file->directory->path, file->name, slot->origin, file->origin);
	}
	file->half_damaged = damaged == 1;
	if (damaged == SLOTS)
		return fail_damaged(file, "is damaged in both halves", ret_why);
	find_newest(file);
	return mend_and_flush(file, ret_why);
}

/* ---- files ---- */

static bool flush_new(const struct head_file *file, int opened)
{
	struct head_slot slots[SLOTS];

	for (int i = 0; i < SLOTS; i++)
		slot_fill_signed(file, &slots[i], 0, file->root);
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
	struct stat status;

	file->file = openat(file->directory->file, file->name, O_RDWR | O_CLOEXEC);
	if (file->file < 0 || fstat(file->file, &status) != 0)
		return fail_io(file->directory, file->name, "opened", ret_why);
	if (status.st_size != (off_t)sizeof file->slots)
		return fail_damaged(file, "is not 1,024 bytes long", ret_why);
	errno = 0;
	if (pread(file->file, file->slots, sizeof file->slots, 0) != (ssize_t)sizeof file->slots)
		return fail_io(file->directory, file->name, "read", ret_why);
	return take_slots(file, ret_why);
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

/* ---- writing: always the slot that is not the newest, or its mark ---- */

enum lantik_error head_file_mean(
	struct head_file *file, uint64_t size, const uint8_t root[LANTIK_HASH], char ret_why[HEAD_WHY])
{
	LANTIK_ASSERT(!file->in_doubt && size > file->size);
	slot_fill(file, &file->slots[!file->newest], size, root);
	file->is_meant = put_and_flush(file);
	if (!file->is_meant)
		return fail_io(file->directory, file->name, "written", ret_why);
	file->unflushed = file->half_damaged = false;
	return LANTIK_OK;
}

/* The next one has become the newest. */
static void turn(struct head_file *file, bool unflushed)
{
	const struct head_slot *slot = &file->slots[!file->newest];

	file->unflushed = unflushed;
	file->is_meant = file->in_doubt = file->half_damaged = false;
	learn(file, slot->size, slot->root, !file->newest);
}

/* After a failure the next head goes to the same slot, in full: the kernel may have dropped what it could not flush. */
enum lantik_error head_file_write(
	struct head_file *file, uint64_t size, const uint8_t root[LANTIK_HASH], char ret_why[HEAD_WHY])
{
	struct head_slot *slot = &file->slots[!file->newest];
	bool was_meant = file->is_meant && slot_is(slot, size, root);

	LANTIK_ASSERT(!file->in_doubt);
	file->is_meant = false;
	if (was_meant)
		mark_of(slot, slot->mark);
	else
		slot_fill_signed(file, slot, size, root);
	if (was_meant ? !put(file) : !put_and_flush(file))
		return fail_io(file->directory, file->name, "written", ret_why);
	turn(file, was_meant);
	return LANTIK_OK;
}

/* Whoever finds it after a crash doubts it; else the newest stands in both slots, as soon as somebody has time. */
void head_file_withdraw(struct head_file *file, uint64_t size, const uint8_t root[LANTIK_HASH])
{
	struct head_slot *slot = &file->slots[!file->newest];

	if (!file->is_meant || !slot_is(slot, size, root))
		return;
	slot_fill_signed(file, slot, file->size, file->root);
	file->is_meant = false;
	file->unflushed = true;
}

enum lantik_error head_file_settle(struct head_file *file, char ret_why[HEAD_WHY])
{
	if (file->unflushed && !put_and_flush(file))
		return fail_io(file->directory, file->name, "written", ret_why);
	file->unflushed = false;
	return LANTIK_OK;
}

/* ---- doubt ---- */

bool head_file_doubt(const struct head_file *file, struct head_doubt *ret)
{
	const struct head_slot *slot = &file->slots[!file->newest];

	if (!file->in_doubt)
		return false;
	ret->size = be64toh(slot->size);
	memcpy(ret->root, slot->root, LANTIK_HASH);
	return true;
}

/* One that was told to nobody is overwritten by the newest, so that nobody doubts it again. */
enum lantik_error head_file_decide(struct head_file *file, bool was_signed, char ret_why[HEAD_WHY])
{
	struct head_slot *slot = &file->slots[!file->newest], before = *slot;

	LANTIK_ASSERT(file->in_doubt);
	if (was_signed)
		mark_of(slot, slot->mark);
	else
		slot_fill_signed(file, slot, file->size, file->root);
	if (!put_and_flush(file)) {
		*slot = before;
		return fail_io(file->directory, file->name, "written", ret_why);
	}
	turn(file, false);
	return LANTIK_OK;
}
