/* Signing checkpoints, and never two that contradict each other.
 * SPDX-License-Identifier: Apache-2.0 */
#include "signer.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

/* One slot fills a sector, so that a torn write harms one slot and the other still stands. */
#define SLOT 512
#define SLOT_MAGIC "lantik head 1\n\0"

struct slot {
	char magic[16];
	uint64_t size; /* big-endian */
	uint8_t root[LANTIK_HASH];
	char origin[LANTIK_MAX_ORIGIN + 1];
	char padding[SLOT - 16 - 8 - LANTIK_HASH - (LANTIK_MAX_ORIGIN + 1) - LANTIK_HASH];
	uint8_t checksum[LANTIK_HASH]; /* SHA-256 of all before it */
};
_Static_assert(sizeof(struct slot) == SLOT, "a slot is a sector");

struct signer {
	pthread_mutex_t lock;
	struct lantik_skey key;
	int file;
	int next_slot;
	uint64_t size; /* the last signed head; 0: none */
	uint8_t root[LANTIK_HASH];
};

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

static enum lantik_error slot_write(struct signer *signer, uint64_t size, const uint8_t root[LANTIK_HASH])
{
	struct slot slot = {.magic = SLOT_MAGIC, .size = htobe64(size)};

	memcpy(slot.root, root, LANTIK_HASH);
	memcpy(slot.origin, signer->key.vkey.name, sizeof slot.origin);
	slot_checksum(&slot, slot.checksum);
	if (pwrite(signer->file, &slot, sizeof slot, (off_t)signer->next_slot * SLOT) != (ssize_t)sizeof slot)
		return LANTIK_E_IO;
	if (fdatasync(signer->file) != 0)
		return LANTIK_E_IO;
	signer->next_slot = !signer->next_slot;
	return LANTIK_OK;
}

/* The valid slot with the larger size wins; the other is written next. */
static enum lantik_error slots_read(struct signer *signer)
{
	for (int i = 0; i < 2; i++) {
		struct slot slot;
		if (pread(signer->file, &slot, sizeof slot, (off_t)i * SLOT) != (ssize_t)sizeof slot)
			return LANTIK_E_IO;
		if (!slot_valid(&slot))
			continue;
		if (strcmp(slot.origin, signer->key.vkey.name) != 0)
			return LANTIK_E_MISMATCH;
		if (be64toh(slot.size) < signer->size)
			continue;
		signer->size = be64toh(slot.size);
		memcpy(signer->root, slot.root, LANTIK_HASH);
		signer->next_slot = !i;
	}
	return LANTIK_OK;
}

/* A new file is written in full and flushed with its directory, so that later writes change data alone. */
static enum lantik_error file_prepare(int file, int directory)
{
	static const uint8_t empty[2 * SLOT];
	off_t end = lseek(file, 0, SEEK_END);

	if (end == (off_t)sizeof empty)
		return LANTIK_OK;
	if (end != 0)
		return LANTIK_E_MALFORMED;
	if (pwrite(file, empty, sizeof empty, 0) != (ssize_t)sizeof empty || fsync(file) != 0 || fsync(directory) != 0)
		return LANTIK_E_IO;
	return LANTIK_OK;
}

static enum lantik_error file_open(struct signer *signer, const char *path)
{
	int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum lantik_error error = LANTIK_E_IO;

	if (directory < 0)
		return LANTIK_E_IO;
	signer->file = openat(directory, "head", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (signer->file >= 0)
		error = file_prepare(signer->file, directory);
	close(directory);
	return error ? error : slots_read(signer);
}

enum lantik_error signer_open(const char *directory, const struct lantik_skey *key, struct signer **ret)
{
	struct signer *signer = calloc(1, sizeof *signer);

	LANTIK_ASSERT(signer);
	signer->key = *key;
	signer->file = -1;
	LANTIK_ASSERT(pthread_mutex_init(&signer->lock, NULL) == 0);
	enum lantik_error error = file_open(signer, directory);
	if (error) {
		signer_close(&signer);
		return error;
	}
	*ret = signer;
	return LANTIK_OK;
}

void signer_close(struct signer **signer)
{
	if (!*signer)
		return;
	if ((*signer)->file >= 0)
		close((*signer)->file);
	pthread_mutex_destroy(&(*signer)->lock);
	lantik_wipe(&(*signer)->key, sizeof(*signer)->key);
	free(*signer);
	*signer = NULL;
}

/* Whether the tree of the larger size extends the tree of the smaller one. */
static enum lantik_error extends(uint64_t from, const uint8_t *from_root, uint64_t to, const uint8_t *to_root,
	lantik_node_source nodes, void *context)
{
	struct lantik_proof proof;

	if (from == 0)
		return LANTIK_OK;
	if (from == to)
		return memcmp(from_root, to_root, LANTIK_HASH) == 0 ? LANTIK_OK : LANTIK_E_INCONSISTENT;
	enum lantik_error error = lantik_consistency_proof(nodes, context, from, to, &proof);
	if (error)
		return error;
	return lantik_consistency_verify(from, to, from_root, to_root, &proof) ? LANTIK_E_INCONSISTENT : LANTIK_OK;
}

static enum lantik_error consistent(const struct signer *signer, uint64_t size, const uint8_t *root,
	const struct lantik_edge *before, lantik_node_source nodes, void *context)
{
	uint8_t before_root[LANTIK_HASH];

	if (before && before->size == signer->size && before->size > 0) {
		lantik_edge_root(before, before_root);
		return memcmp(before_root, signer->root, LANTIK_HASH) == 0 ? LANTIK_OK : LANTIK_E_INCONSISTENT;
	}
	if (size < signer->size)
		return extends(size, root, signer->size, signer->root, nodes, context);
	return extends(signer->size, signer->root, size, root, nodes, context);
}

enum lantik_error signer_sign(struct signer *signer, uint64_t size, const uint8_t root[LANTIK_HASH],
	const struct lantik_edge *before, lantik_node_source nodes, void *context, struct lantik_buffer *ret_note)
{
	pthread_mutex_lock(&signer->lock);
	enum lantik_error error = consistent(signer, size, root, before, nodes, context);
	if (!error && size > signer->size) {
		error = slot_write(signer, size, root);
		if (!error) {
			signer->size = size;
			memcpy(signer->root, root, LANTIK_HASH);
		}
	}
	pthread_mutex_unlock(&signer->lock);
	return error ? error : lantik_checkpoint_sign(size, root, &signer->key, 1, ret_note);
}

enum lantik_error signer_check_head(
	struct signer *signer, uint64_t size, const uint8_t root[LANTIK_HASH], lantik_node_source nodes, void *context)
{
	pthread_mutex_lock(&signer->lock);
	enum lantik_error error = size < signer->size ? LANTIK_E_INCONSISTENT
						      : extends(signer->size, signer->root, size, root, nodes, context);
	pthread_mutex_unlock(&signer->lock);
	return error;
}

void signer_last_note(struct signer *signer, struct lantik_buffer *ret)
{
	pthread_mutex_lock(&signer->lock);
	uint64_t size = signer->size;
	uint8_t root[LANTIK_HASH];
	memcpy(root, signer->root, LANTIK_HASH);
	pthread_mutex_unlock(&signer->lock);
	if (size && lantik_checkpoint_sign(size, root, &signer->key, 1, ret))
		LANTIK_ASSERT(ret->error);
}

const struct lantik_vkey *signer_vkey(const struct signer *signer)
{
	return &signer->key.vkey;
}
