/* What stands in for functions of lantikd and of the sender in `scripts/bench evidence`; each has its original's form.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_BENCH_WITHOUT_H
#define LANTIK_BENCH_WITHOUT_H

#include "lantik/receipt.h"
#include "lantik/row.h"

#include "signer.h"
#include "store.h"

void without_row_hash(const struct lantik_row *row, const uint8_t record_hash[LANTIK_HASH], uint8_t ret[LANTIK_HASH]);
void without_root_of(const uint8_t *hashes, size_t count, uint8_t ret[LANTIK_HASH]);
enum store_result without_store_append(struct store *store, const struct store_batch *batch);
bool without_verify(const uint8_t public_key[LANTIK_PUBLIC_KEY], struct lantik_span message,
	const uint8_t signature[LANTIK_SIGNATURE]);
enum lantik_error without_signer_sign(struct signer *signer, uint64_t size, const uint8_t root[LANTIK_HASH],
	const struct lantik_edge *before, lantik_node_source nodes, void *context,
	const struct signer_prepared *prepared, struct lantik_buffer *ret_note);
void without_signer_prepare(
	struct signer *signer, uint64_t size, const uint8_t root[LANTIK_HASH], struct signer_prepared *ret);

/* The sender's: a receipt is believed as it is. */
enum lantik_error without_receipt_verify(struct lantik_receipt *receipt, const struct lantik_trust *trust);

#endif
