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
	struct lantik_skey keys[LANTIK_MAX_SIGNERS];  /* under the base origin */
	struct lantik_skey named[LANTIK_MAX_SIGNERS]; /* under the epoch's: a new name costs as much as a signature */
	size_t key_count;
	int directory, file;
	int next_slot;
	char origin[LANTIK_MAX_ORIGIN + 1]; /* of the epoch */
	struct signer_head last;
	bool believes;
	struct lantik_trust trust;
	uint64_t trust_size;
};

/* ---- the head file ---- */

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
	memcpy(slot.origin, signer->origin, sizeof slot.origin);
	slot_checksum(&slot, slot.checksum);
	if (pwrite(signer->file, &slot, sizeof slot, (off_t)signer->next_slot * SLOT) != (ssize_t)sizeof slot)
		return LANTIK_E_IO;
	if (fdatasync(signer->file) != 0)
		return LANTIK_E_IO;
	signer->next_slot = !signer->next_slot;
	return LANTIK_OK;
}

/* The valid slot with the larger size wins; the other is written next. */
static enum lantik_error slots_read(int file, const char *origin, struct signer_head *ret, int *ret_next_slot)
{
	for (int i = 0; i < 2; i++) {
		struct slot slot;
		if (pread(file, &slot, sizeof slot, (off_t)i * SLOT) != (ssize_t)sizeof slot)
			return LANTIK_E_IO;
		if (!slot_valid(&slot))
			continue;
		if (strcmp(slot.origin, origin) != 0)
			return LANTIK_E_MISMATCH;
		if (be64toh(slot.size) < ret->size)
			continue;
		ret->size = be64toh(slot.size);
		memcpy(ret->root, slot.root, LANTIK_HASH);
		*ret_next_slot = !i;
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

static void file_name(unsigned epoch, char ret[32])
{
	if (epoch == 1)
		snprintf(ret, 32, "head");
	else
		snprintf(ret, 32, "head.%u", epoch);
}

static enum lantik_error name_keys(
	const struct signer *signer, const char *origin, struct lantik_skey ret[LANTIK_MAX_SIGNERS])
{
	enum lantik_error error = LANTIK_OK;

	for (size_t i = 0; i < signer->key_count && !error; i++)
		error = lantik_skey_rename(&signer->keys[i], origin, &ret[i]);
	return error;
}

/* The head file of an epoch takes the place of the one before; nothing changes on failure. */
static enum lantik_error epoch_enter(struct signer *signer, unsigned epoch)
{
	char name[32], origin[LANTIK_MAX_ORIGIN + 1];
	struct signer_head last = {.epoch = epoch};
	struct lantik_skey named[LANTIK_MAX_SIGNERS];
	int next_slot = 0;

	file_name(epoch, name);
	if (!lantik_epoch_origin(signer->keys[0].vkey.name, epoch, origin))
		return LANTIK_E_TOO_LARGE;
	int file = openat(signer->directory, name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (file < 0)
		return LANTIK_E_IO;
	enum lantik_error error = file_prepare(file, signer->directory);
	if (!error)
		error = slots_read(file, origin, &last, &next_slot);
	if (!error)
		error = name_keys(signer, origin, named);
	if (error) {
		close(file);
		return error;
	}
	if (signer->file >= 0)
		close(signer->file);
	signer->file = file;
	signer->next_slot = next_slot;
	signer->last = last;
	memcpy(signer->origin, origin, sizeof signer->origin);
	memcpy(signer->named, named, signer->key_count * sizeof *named);
	lantik_wipe(named, sizeof named);
	return LANTIK_OK;
}

/* The newest epoch that left a head file behind. */
static unsigned newest_epoch(int directory)
{
	unsigned epoch = LANTIK_MAX_RECOVERIES + 1;
	char name[32];

	for (; epoch > 1; epoch--) {
		file_name(epoch, name);
		if (faccessat(directory, name, F_OK, 0) == 0)
			break;
	}
	return epoch;
}

static enum lantik_error directory_open(struct signer *signer, const char *path)
{
	for (size_t i = 1; i < signer->key_count; i++)
		if (strcmp(signer->keys[i].vkey.name, signer->keys[0].vkey.name) != 0)
			return LANTIK_E_MISMATCH;
	signer->directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (signer->directory < 0)
		return LANTIK_E_IO;
	return epoch_enter(signer, newest_epoch(signer->directory));
}

enum lantik_error signer_open(const char *directory, const struct lantik_skey *keys, size_t count, struct signer **ret)
{
	struct signer *signer = calloc(1, sizeof *signer);

	LANTIK_ASSERT(signer && count >= 1 && count <= LANTIK_MAX_SIGNERS);
	memcpy(signer->keys, keys, count * sizeof *keys);
	signer->key_count = count;
	signer->directory = signer->file = -1;
	LANTIK_ASSERT(pthread_mutex_init(&signer->lock, NULL) == 0);
	enum lantik_error error = directory_open(signer, directory);
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
	if ((*signer)->directory >= 0)
		close((*signer)->directory);
	pthread_mutex_destroy(&(*signer)->lock);
	lantik_wipe((*signer)->keys, sizeof(*signer)->keys);
	lantik_wipe((*signer)->named, sizeof(*signer)->named);
	free(*signer);
	*signer = NULL;
}

/* ---- what is believed, and with which keys ---- */

enum lantik_error signer_believe(
	struct signer *signer, const struct lantik_trust *trust, uint64_t trust_size, bool may_go_back)
{
	enum lantik_error error = LANTIK_OK;

	pthread_mutex_lock(&signer->lock);
	if (trust->epoch < signer->last.epoch && !may_go_back)
		error = LANTIK_E_INCONSISTENT;
	else if (trust->epoch > signer->last.epoch)
		error = epoch_enter(signer, trust->epoch);
	if (!error && (!signer->believes || trust_size >= signer->trust_size || may_go_back)) {
		signer->believes = true;
		signer->trust = *trust;
		signer->trust_size = trust_size;
	}
	pthread_mutex_unlock(&signer->lock);
	return error;
}

bool signer_believes(struct signer *signer, uint64_t *ret_trust_size)
{
	pthread_mutex_lock(&signer->lock);
	bool believes = signer->believes;
	if (believes)
		*ret_trust_size = signer->trust_size;
	pthread_mutex_unlock(&signer->lock);
	return believes;
}

bool signer_trust(struct signer *signer, struct lantik_trust *ret)
{
	pthread_mutex_lock(&signer->lock);
	bool believes = signer->believes;
	if (believes)
		*ret = signer->trust;
	pthread_mutex_unlock(&signer->lock);
	return believes;
}

const struct lantik_vkey *signer_vkey(const struct signer *signer)
{
	return &signer->keys[0].vkey;
}

/* Its place among the daemon's keys; key_count: it is not here. */
static size_t find_key(const struct signer *signer, const struct lantik_vkey *vkey)
{
	size_t at = 0;

	while (at < signer->key_count &&
		memcmp(signer->keys[at].vkey.public_key, vkey->public_key, LANTIK_PUBLIC_KEY) != 0)
		at++;
	return at;
}

bool signer_holds(const struct signer *signer, const struct lantik_vkey *vkey)
{
	return find_key(signer, vkey) < signer->key_count;
}

/* The keys that sign a size, under the name of the epoch; the lock is the caller's. *ret_lacking is the one that is not
 * here. The keys are the caller's to wipe. */
static enum lantik_error keys_for(const struct signer *signer, uint64_t size,
	struct lantik_skey ret[LANTIK_MAX_SIGNERS], size_t *ret_count, struct lantik_vkey *ret_lacking)
{
	struct lantik_vkey wanted[LANTIK_MAX_SIGNERS];
	size_t count = 0;

	if (signer->believes && signer->trust.epoch != signer->last.epoch)
		return LANTIK_E_INCONSISTENT;
	if (signer->believes)
		lantik_trust_signers(&signer->trust, size, wanted, &count);
	if (!count)
		return LANTIK_E_NOT_FOUND;
	for (size_t i = 0; i < count; i++) {
		size_t at = find_key(signer, &wanted[i]);
		if (at == signer->key_count) {
			*ret_lacking = wanted[i];
			return LANTIK_E_BAD_KEY;
		}
		ret[i] = signer->named[at];
	}
	*ret_count = count;
	return LANTIK_OK;
}

bool signer_lacks(struct signer *signer, uint64_t size, char ret_id[9])
{
	struct lantik_skey keys[LANTIK_MAX_SIGNERS];
	struct lantik_vkey lacking;
	size_t count;

	pthread_mutex_lock(&signer->lock);
	enum lantik_error error = keys_for(signer, size, keys, &count, &lacking);
	pthread_mutex_unlock(&signer->lock);
	lantik_wipe(keys, sizeof keys);
	if (error == LANTIK_E_BAD_KEY)
		lantik_hex_encode(lacking.id, sizeof lacking.id, ret_id);
	return error == LANTIK_E_BAD_KEY;
}

/* ---- signing ---- */

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

static enum lantik_error consistent(const struct signer_head *last, uint64_t size, const uint8_t *root,
	const struct lantik_edge *before, lantik_node_source nodes, void *context)
{
	uint8_t before_root[LANTIK_HASH];

	if (before && before->size == last->size && before->size > 0) {
		lantik_edge_root(before, before_root);
		return memcmp(before_root, last->root, LANTIK_HASH) == 0 ? LANTIK_OK : LANTIK_E_INCONSISTENT;
	}
	if (size < last->size)
		return extends(size, root, last->size, last->root, nodes, context);
	return extends(last->size, last->root, size, root, nodes, context);
}

/* Under the lock: what is signed is remembered first. */
static enum lantik_error remember(struct signer *signer, uint64_t size, const uint8_t root[LANTIK_HASH])
{
	if (size <= signer->last.size)
		return LANTIK_OK;
	enum lantik_error error = slot_write(signer, size, root);
	if (error)
		return error;
	signer->last.size = size;
	memcpy(signer->last.root, root, LANTIK_HASH);
	return LANTIK_OK;
}

enum lantik_error signer_sign(struct signer *signer, uint64_t size, const uint8_t root[LANTIK_HASH],
	const struct lantik_edge *before, lantik_node_source nodes, void *context, struct lantik_buffer *ret_note)
{
	struct lantik_skey keys[LANTIK_MAX_SIGNERS];
	struct lantik_vkey lacking;
	size_t count = 0;

	pthread_mutex_lock(&signer->lock);
	enum lantik_error error = keys_for(signer, size, keys, &count, &lacking);
	if (!error)
		error = consistent(&signer->last, size, root, before, nodes, context);
	if (!error)
		error = remember(signer, size, root);
	pthread_mutex_unlock(&signer->lock);
	if (!error)
		error = lantik_checkpoint_sign(size, root, keys, count, ret_note);
	lantik_wipe(keys, sizeof keys);
	return error;
}

void signer_last(struct signer *signer, struct signer_head *ret)
{
	pthread_mutex_lock(&signer->lock);
	*ret = signer->last;
	pthread_mutex_unlock(&signer->lock);
}

void signer_last_note(struct signer *signer, struct lantik_buffer *ret)
{
	struct lantik_skey keys[LANTIK_MAX_SIGNERS];
	struct lantik_vkey lacking;
	size_t count = 0;

	pthread_mutex_lock(&signer->lock);
	struct signer_head last = signer->last;
	/* what is believed may have gone back with the database: the first key of this daemon will have signed it */
	if (keys_for(signer, last.size, keys, &count, &lacking)) {
		keys[0] = signer->named[0];
		count = 1;
	}
	pthread_mutex_unlock(&signer->lock);
	if (last.size && count && lantik_checkpoint_sign(last.size, last.root, keys, count, ret))
		LANTIK_ASSERT(ret->error);
	lantik_wipe(keys, sizeof keys);
}

enum lantik_error signer_follows(const struct signer_head *last, uint64_t size, const uint8_t root[LANTIK_HASH],
	lantik_node_source nodes, void *context)
{
	return size < last->size ? LANTIK_E_INCONSISTENT : extends(last->size, last->root, size, root, nodes, context);
}
