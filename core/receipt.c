/* Receipts: putting one together, taking it apart, and proving what it says.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/receipt.h"

#include <string.h>

#include "lines.h"

#define FAMILY "c2sp.org/tlog-proof@"
#define VERSION "v1"
/* The note's last newline, a blank line, and the first line of what the leaf binds; no note can hold it, since its
 * signature lines come last. */
#define VERDICT_START "\n\nlantik-verdict 1\n"
#define STATEMENT_START "\n\nlantik-decision 1\n"
#define DEED_START "\n\nlantik-deed 1\n"

static void hash_line(const uint8_t hash[LANTIK_HASH], struct lantik_buffer *ret)
{
	lantik_base64_append(ret, hash, LANTIK_HASH);
	lantik_buffer_append(ret, "\n", 1);
}

enum lantik_error lantik_receipt_format(struct lantik_span leaf, uint64_t index, const struct lantik_proof *proof,
	struct lantik_span checkpoint, struct lantik_span text, struct lantik_buffer *ret)
{
	LANTIK_ASSERT(proof->count <= LANTIK_MAX_PROOF);
	lantik_buffer_append_text(ret, FAMILY VERSION "\nextra ");
	lantik_base64_append(ret, leaf.data, leaf.len);
	lantik_buffer_append_text(ret, "\nindex ");
	lantik_buffer_append_number(ret, index);
	lantik_buffer_append(ret, "\n", 1);
	for (unsigned i = 0; i < proof->count; i++)
		hash_line(proof->hashes[i], ret);
	lantik_buffer_append(ret, "\n", 1);
	lantik_buffer_append_span(ret, checkpoint);
	lantik_buffer_append(ret, "\n", 1);
	lantik_buffer_append_span(ret, text);
	return ret->error;
}

static enum lantik_error first_line(struct lantik_span *text)
{
	struct lantik_span line, version;
	if (!lantik_line_take(text, &line) || !lantik_line_after(line, FAMILY, &version))
		return LANTIK_E_MALFORMED;
	return lantik_span_is(version, VERSION) ? LANTIK_OK : LANTIK_E_BAD_VERSION;
}

static enum lantik_error leaf_parse(struct lantik_span bytes, struct lantik_receipt *ret)
{
	ret->type = lantik_leaf_type_of(bytes);
	if (ret->type == LANTIK_LEAF_BATCH)
		return lantik_batch_leaf_parse(bytes, &ret->leaf);
	if (ret->type == LANTIK_LEAF_DECISION)
		return lantik_decision_leaf_parse(bytes, &ret->decision);
	return lantik_deed_leaf_parse(bytes, &ret->deed);
}

static enum lantik_error leaf_line(struct lantik_span *text, struct lantik_receipt *ret)
{
	struct lantik_span line, base64;
	if (!lantik_line_take(text, &line) || !lantik_line_after(line, "extra ", &base64))
		return LANTIK_E_MALFORMED;
	ret->leaf_bytes.limit = LANTIK_MAX_LEAF;
	enum lantik_error error = lantik_base64_decode(base64, &ret->leaf_bytes);
	return error ? error : leaf_parse(lantik_buffer_span(&ret->leaf_bytes), ret);
}

static enum lantik_error index_line(struct lantik_span *text, struct lantik_receipt *ret)
{
	struct lantik_span line, number;
	if (!lantik_line_take(text, &line) || !lantik_line_after(line, "index ", &number) ||
		!lantik_decimal_parse(number, &ret->index))
		return LANTIK_E_MALFORMED;
	return LANTIK_OK;
}

/* Up to and with the blank line. */
static enum lantik_error proof_lines(struct lantik_span *text, struct lantik_proof *ret)
{
	struct lantik_span line;
	ret->count = 0;
	while (lantik_line_take(text, &line)) {
		if (!line.len)
			return LANTIK_OK;
		if (ret->count == LANTIK_MAX_PROOF ||
			!lantik_base64_exact(line, ret->hashes[ret->count++], LANTIK_HASH))
			return LANTIK_E_MALFORMED;
	}
	return LANTIK_E_MALFORMED;
}

/* What differs between the types: how the text begins, where it is told, and what the leaf holds of it. */
struct kind {
	const char *start;
	struct lantik_span *text;
	const uint8_t *sha256;
	uint64_t leaf_index;
};

static struct kind kind_of(struct lantik_receipt *receipt)
{
	if (receipt->type == LANTIK_LEAF_BATCH)
		return (struct kind){
			VERDICT_START, &receipt->verdict_text, receipt->leaf.verdict_sha256, receipt->leaf.leaf_index};
	if (receipt->type == LANTIK_LEAF_DECISION)
		return (struct kind){STATEMENT_START, &receipt->statement_text, receipt->decision.statement_sha256,
			receipt->decision.leaf_index};
	return (struct kind){DEED_START, &receipt->deed_text, receipt->deed.deed_sha256, receipt->deed.leaf_index};
}

/* Behind a leaf of one type only its own kind of text is found: a statement is never taken for a verdict. */
static enum lantik_error note_and_text(struct lantik_span rest, struct lantik_receipt *ret)
{
	struct kind kind = kind_of(ret);
	struct lantik_span mark = lantik_span_of(kind.start);
	const uint8_t *found = rest.len ? memmem(rest.data, rest.len, mark.data, mark.len) : NULL;
	if (!found)
		return LANTIK_E_MALFORMED;
	size_t note = (size_t)(found - rest.data) + 1; /* the note keeps its last newline */
	ret->checkpoint = (struct lantik_span){rest.data, note};
	*kind.text = (struct lantik_span){rest.data + note + 1, rest.len - note - 1};
	return note <= LANTIK_MAX_NOTE ? LANTIK_OK : LANTIK_E_TOO_LARGE;
}

static enum lantik_error parse_parts(struct lantik_span text, struct lantik_receipt *ret)
{
	enum lantik_error error = first_line(&text);
	if (!error)
		error = leaf_line(&text, ret);
	if (!error)
		error = index_line(&text, ret);
	if (!error)
		error = proof_lines(&text, &ret->proof);
	if (!error)
		error = note_and_text(text, ret);
	return error;
}

enum lantik_error lantik_receipt_parse(struct lantik_span text, struct lantik_receipt *ret)
{
	if (text.len > LANTIK_MAX_RECEIPT)
		return LANTIK_E_TOO_LARGE;
	struct lantik_receipt receipt = {0};
	enum lantik_error error = parse_parts(text, &receipt);
	if (error)
		lantik_buffer_free(&receipt.leaf_bytes);
	else
		*ret = receipt;
	return error;
}

static bool text_matches(const struct kind *kind)
{
	uint8_t hash[LANTIK_HASH];
	lantik_sha256(*kind->text, hash);
	return memcmp(hash, kind->sha256, LANTIK_HASH) == 0;
}

enum lantik_error lantik_receipt_verify(struct lantik_receipt *receipt, const struct lantik_trust *trust)
{
	struct lantik_checkpoint head;
	struct kind kind = kind_of(receipt);
	enum lantik_error error = lantik_checkpoint_trusted(receipt->checkpoint, trust, &head);
	if (error)
		return error;
	if (head.size == 0 || head.size - 1 != receipt->index || kind.leaf_index != receipt->index)
		return LANTIK_E_BAD_PROOF;
	uint8_t hash[LANTIK_HASH];
	lantik_leaf_hash(lantik_buffer_span(&receipt->leaf_bytes), hash);
	error = lantik_inclusion_verify(receipt->index, head.size, hash, &receipt->proof, head.root);
	if (error)
		return error;
	if (!text_matches(&kind))
		return LANTIK_E_BAD_PROOF;
	receipt->head = head;
	return LANTIK_OK;
}

void lantik_receipt_free(struct lantik_receipt *receipt)
{
	lantik_buffer_free(&receipt->leaf_bytes);
	memset(receipt, 0, sizeof *receipt);
}
