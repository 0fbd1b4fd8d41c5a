/* What the daemons of `scripts/bench evidence` leave out: they are lantikd, with these in place of what they name.
 * SPDX-License-Identifier: Apache-2.0
 *
 * WITHOUT_ROWS_ROOT   no hash a row, no root over them, no stored hashes
 * WITHOUT_SIGNATURES  the office's is not verified; checkpoints repeat the first signature, and no head is kept */
#include "without.h"

#include <pthread.h>
#include <string.h>

#ifdef WITHOUT_ROWS_ROOT
static const bool rows_root = false;
#else
static const bool rows_root = true;
#endif
#ifdef WITHOUT_SIGNATURES
static const bool signs = false;
#else
static const bool signs = true;
#endif

void without_row_hash(const struct lantik_row *row, const uint8_t record_hash[LANTIK_HASH], uint8_t ret[LANTIK_HASH])
{
	if (rows_root)
		lantik_row_hash(row, record_hash, ret);
	else
		memset(ret, 0, LANTIK_HASH);
}

void without_root_of(const uint8_t *hashes, size_t count, uint8_t ret[LANTIK_HASH])
{
	if (rows_root)
		lantik_root_of(hashes, count, ret);
	else
		memset(ret, 0, LANTIK_HASH);
}

enum store_result without_store_append(struct store *store, const struct store_batch *batch)
{
	struct store_batch kept = *batch;

	if (!rows_root)
		kept.row_hashes.len = kept.returned_hashes.len = 0;
	return store_append(store, &kept);
}

bool without_verify(const uint8_t public_key[LANTIK_PUBLIC_KEY], struct lantik_span message,
	const uint8_t signature[LANTIK_SIGNATURE])
{
	return !signs || lantik_verify(public_key, message, signature);
}

/* ---- checkpoints ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct lantik_buffer first; /* the one note that was signed */

static size_t line_end(const struct lantik_buffer *note, size_t from)
{
	const uint8_t *end = memchr(note->data + from, '\n', note->len - from);

	LANTIK_ASSERT(end);
	return (size_t)(end - note->data) + 1;
}

/* Origin of the first note, the size and root at hand, the first note's signature. */
static void repeat_signature(uint64_t size, const uint8_t root[LANTIK_HASH], struct lantik_buffer *ret)
{
	size_t origin = line_end(&first, 0), text = line_end(&first, line_end(&first, origin));

	lantik_buffer_append(ret, first.data, origin);
	lantik_buffer_printf(ret, "%llu\n", (unsigned long long)size);
	lantik_base64_append(ret, root, LANTIK_HASH);
	lantik_buffer_append(ret, "\n", 1);
	lantik_buffer_append(ret, first.data + text, first.len - text);
}

enum lantik_error without_signer_sign(struct signer *signer, uint64_t size, const uint8_t root[LANTIK_HASH],
	const struct lantik_edge *before, lantik_node_source nodes, void *context,
	const struct signer_prepared *prepared, struct lantik_buffer *ret_note)
{
	enum lantik_error error = LANTIK_OK;

	if (signs)
		return signer_sign(signer, size, root, before, nodes, context, prepared, ret_note);
	pthread_mutex_lock(&lock);
	if (!first.len)
		error = signer_sign(signer, size, root, before, nodes, context, prepared, &first);
	if (!error)
		repeat_signature(size, root, ret_note);
	pthread_mutex_unlock(&lock);
	return error;
}

void without_signer_prepare(
	struct signer *signer, uint64_t size, const uint8_t root[LANTIK_HASH], struct signer_prepared *ret)
{
	if (signs)
		signer_prepare(signer, size, root, ret);
}
