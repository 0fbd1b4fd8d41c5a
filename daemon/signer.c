/* Signing checkpoints, and never two that contradict each other.
 * SPDX-License-Identifier: Apache-2.0 */
#include "signer.h"

#include <pthread.h>
#include <string.h>

#include "clock.h"

/* A disk that cannot be written fails every receipt; an operator is told this often. */
#define TELL_MICROS INT64_C(60000000)

struct signer {
	pthread_mutex_t lock;
	struct lantik_skey keys[LANTIK_MAX_SIGNERS];  /* under the base origin */
	struct lantik_skey named[LANTIK_MAX_SIGNERS]; /* under the epoch's: a new name costs as much as a signature */
	size_t key_count;
	struct head_directory directory;
	struct head_file file; /* of the epoch */
	struct signer_head last;
	char why[SIGNER_WHY]; /* of the last failure of the head file */
	unsigned long long failed_writes;
	int64_t told_at;
	bool believes;
	struct lantik_trust trust;
	uint64_t trust_size;
	uint64_t belief; /* goes up when other keys may sign */
};

static enum lantik_error name_keys(
	const struct signer *signer, const char *origin, struct lantik_skey ret[LANTIK_MAX_SIGNERS])
{
	enum lantik_error error = LANTIK_OK;

	for (size_t i = 0; i < signer->key_count && !error; i++)
		error = lantik_skey_rename(&signer->keys[i], origin, &ret[i]);
	return error;
}

static void take_last(struct signer *signer)
{
	signer->last.size = signer->file.size;
	memcpy(signer->last.root, signer->file.root, LANTIK_HASH);
}

/* The head file of an epoch takes the place of the one before; nothing but why changes on failure. */
static enum lantik_error epoch_enter(struct signer *signer, unsigned epoch, char ret_why[SIGNER_WHY])
{
	char origin[LANTIK_MAX_ORIGIN + 1];
	struct head_file file = {.file = -1};
	struct lantik_skey named[LANTIK_MAX_SIGNERS];

	if (!lantik_epoch_origin(signer->keys[0].vkey.name, epoch, origin))
		return LANTIK_E_TOO_LARGE;
	enum lantik_error error = name_keys(signer, origin, named);
	if (!error)
		error = head_file_open(&signer->directory, epoch, origin, &file, ret_why);
	if (!error) {
		head_file_close(&signer->file);
		signer->file = file;
		signer->belief++;
		signer->last.epoch = epoch;
		take_last(signer);
		memcpy(signer->named, named, signer->key_count * sizeof *named);
	}
	lantik_wipe(named, sizeof named);
	return error;
}

static enum lantik_error directory_open(struct signer *signer, const char *path, char ret_why[SIGNER_WHY])
{
	for (size_t i = 1; i < signer->key_count; i++)
		if (strcmp(signer->keys[i].vkey.name, signer->keys[0].vkey.name) != 0) {
			snprintf(ret_why, SIGNER_WHY, "next_receipt_key_file is of another log than receipt_key_file");
			return LANTIK_E_MISMATCH;
		}
	enum lantik_error error = head_directory_open(path, &signer->directory, ret_why);
	if (!error)
		error = epoch_enter(signer, head_directory_epoch(&signer->directory), ret_why);
	if (!error && signer->file.half_damaged)
		snprintf(ret_why, SIGNER_WHY,
			"%s/%s: one of its halves is damaged; lantikd goes on with the other, which remembers %llu "
			"leaves. Perhaps it lacks the head that was signed last: was the database put back, too, see "
			"\"A damaged head file\" in operator.md",
			path, signer->file.name, (unsigned long long)signer->last.size);
	return error;
}

enum lantik_error signer_open(const char *directory, const struct lantik_skey *keys, size_t count, struct signer **ret,
	char ret_why[SIGNER_WHY])
{
	struct signer *signer = calloc(1, sizeof *signer);

	LANTIK_ASSERT(signer && count >= 1 && count <= LANTIK_MAX_SIGNERS);
	memcpy(signer->keys, keys, count * sizeof *keys);
	signer->key_count = count;
	signer->directory.file = signer->file.file = -1;
	LANTIK_ASSERT(pthread_mutex_init(&signer->lock, NULL) == 0);
	ret_why[0] = '\0';
	enum lantik_error error = directory_open(signer, directory, ret_why);
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
	signer_settle(*signer);
	head_file_close(&(*signer)->file);
	head_directory_close(&(*signer)->directory);
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
		error = epoch_enter(signer, trust->epoch, signer->why);
	if (!error && (!signer->believes || trust_size >= signer->trust_size || may_go_back)) {
		signer->believes = true;
		signer->belief++;
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
	enum lantik_error error = head_file_write(&signer->file, size, root, signer->why);
	signer->failed_writes = error ? signer->failed_writes + 1 : 0;
	if (!error)
		take_last(signer);
	return error;
}

void signer_mean(struct signer *signer, uint64_t size, const uint8_t root[LANTIK_HASH])
{
	enum lantik_error ignored = LANTIK_OK; /* what fails here fails again, and is told, when it is signed */
	char why[HEAD_WHY];

	pthread_mutex_lock(&signer->lock);
	bool may = signer->believes && signer->trust.epoch == signer->last.epoch && !signer->file.in_doubt;
	if (may && size > signer->last.size)
		ignored = head_file_mean(&signer->file, size, root, why);
	(void)ignored;
	pthread_mutex_unlock(&signer->lock);
}

void signer_withdraw(struct signer *signer, uint64_t size, const uint8_t root[LANTIK_HASH])
{
	pthread_mutex_lock(&signer->lock);
	head_file_withdraw(&signer->file, size, root);
	pthread_mutex_unlock(&signer->lock);
}

void signer_settle(struct signer *signer)
{
	char why[HEAD_WHY];

	pthread_mutex_lock(&signer->lock);
	enum lantik_error ignored = head_file_settle(&signer->file, why);
	(void)ignored;
	pthread_mutex_unlock(&signer->lock);
}

void signer_discard(struct signer_prepared *prepared)
{
	if (prepared->note.len)
		lantik_wipe(prepared->note.data, prepared->note.len);
	lantik_buffer_free(&prepared->note);
	*prepared = (struct signer_prepared){0};
}

void signer_prepare(struct signer *signer, uint64_t size, const uint8_t root[LANTIK_HASH], struct signer_prepared *ret)
{
	struct lantik_skey keys[LANTIK_MAX_SIGNERS];
	struct lantik_vkey lacking;
	size_t count = 0;

	signer_discard(ret);
	pthread_mutex_lock(&signer->lock);
	enum lantik_error error = keys_for(signer, size, keys, &count, &lacking);
	uint64_t belief = signer->belief;
	pthread_mutex_unlock(&signer->lock);
	if (!error)
		error = lantik_checkpoint_sign(size, root, keys, count, &ret->note);
	lantik_wipe(keys, sizeof keys);
	if (error) {
		signer_discard(ret);
		return;
	}
	ret->size = size;
	ret->belief = belief;
	memcpy(ret->root, root, LANTIK_HASH);
}

/* Signed by the keys of this belief, for this tree. */
static bool stands(const struct signer_prepared *prepared, uint64_t belief, uint64_t size, const uint8_t *root)
{
	return prepared && prepared->note.len && prepared->belief == belief && prepared->size == size &&
	       memcmp(prepared->root, root, LANTIK_HASH) == 0;
}

enum lantik_error signer_sign(struct signer *signer, uint64_t size, const uint8_t root[LANTIK_HASH],
	const struct lantik_edge *before, lantik_node_source nodes, void *context,
	const struct signer_prepared *prepared, struct lantik_buffer *ret_note)
{
	struct lantik_skey keys[LANTIK_MAX_SIGNERS];
	struct lantik_vkey lacking;
	size_t count = 0;

	pthread_mutex_lock(&signer->lock);
	enum lantik_error error = keys_for(signer, size, keys, &count, &lacking);
	bool is_signed = stands(prepared, signer->belief, size, root);
	if (!error && signer->file.in_doubt)
		error = LANTIK_E_INCONSISTENT;
	if (!error)
		error = consistent(&signer->last, size, root, before, nodes, context);
	if (!error)
		error = remember(signer, size, root);
	pthread_mutex_unlock(&signer->lock);
	if (!error && is_signed) {
		lantik_buffer_append_span(ret_note, lantik_buffer_span(&prepared->note));
		error = ret_note->error;
	} else if (!error) {
		error = lantik_checkpoint_sign(size, root, keys, count, ret_note);
	}
	lantik_wipe(keys, sizeof keys);
	return error;
}

bool signer_tells(struct signer *signer, char ret_why[SIGNER_WHY], unsigned long long *ret_times)
{
	pthread_mutex_lock(&signer->lock);
	int64_t now = clock_steady();
	bool tells = signer->failed_writes && (!signer->told_at || now - signer->told_at >= TELL_MICROS);
	if (tells) {
		signer->told_at = now;
		memcpy(ret_why, signer->why, SIGNER_WHY);
		*ret_times = signer->failed_writes;
	}
	pthread_mutex_unlock(&signer->lock);
	return tells;
}

void signer_why(struct signer *signer, char ret[SIGNER_WHY])
{
	pthread_mutex_lock(&signer->lock);
	memcpy(ret, signer->why, SIGNER_WHY);
	pthread_mutex_unlock(&signer->lock);
}

void signer_last(struct signer *signer, struct signer_head *ret)
{
	pthread_mutex_lock(&signer->lock);
	*ret = signer->last;
	pthread_mutex_unlock(&signer->lock);
}

/* ---- doubt ---- */

bool signer_doubts(struct signer *signer, struct head_doubt *ret)
{
	pthread_mutex_lock(&signer->lock);
	bool doubts = head_file_doubt(&signer->file, ret);
	pthread_mutex_unlock(&signer->lock);
	return doubts;
}

enum lantik_error signer_decide(struct signer *signer, bool was_signed, struct signer_head *ret_last)
{
	pthread_mutex_lock(&signer->lock);
	enum lantik_error error = head_file_decide(&signer->file, was_signed, signer->why);
	if (!error) {
		take_last(signer);
		*ret_last = signer->last;
	}
	pthread_mutex_unlock(&signer->lock);
	return error;
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
