/* What the C side says of proofs, deeds, cosignatures and a growing trust, a line each, for Python to compare.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interop.h"

/* --- trees --- */

#define MAX_LEAVES 1024u
#define LEVELS 11u

static uint8_t nodes[LEVELS][MAX_LEAVES][LANTIK_HASH];

static void keep_node(void *context, unsigned level, uint64_t index, const uint8_t hash[LANTIK_HASH])
{
	(void)context;
	memcpy(nodes[level][index], hash, LANTIK_HASH);
}

static bool give_node(void *context, unsigned level, uint64_t index, uint8_t ret[LANTIK_HASH])
{
	(void)context;
	memcpy(ret, nodes[level][index], LANTIK_HASH);
	return true;
}

static void print_hash(const uint8_t hash[LANTIK_HASH])
{
	char hex[2 * LANTIK_HASH + 1];

	lantik_hex_encode(hash, LANTIK_HASH, hex);
	printf(" %s", hex);
}

static void append_proof(struct lantik_buffer *all, const struct lantik_proof *proof, enum lantik_error error)
{
	uint8_t count = (uint8_t)proof->count;

	LANTIK_ASSERT(!error);
	lantik_buffer_append(all, &count, 1);
	lantik_buffer_append(all, proof->hashes, (size_t)proof->count * LANTIK_HASH);
}

/* The digest of all proofs of one kind in a tree of this size, each with its number of hashes in front. */
static void print_proofs(unsigned size, bool consistency)
{
	struct lantik_buffer all = {0};
	struct lantik_proof proof;
	uint8_t hash[LANTIK_HASH];

	for (unsigned i = 0; i < size; i++)
		append_proof(&all, &proof,
			consistency ? lantik_consistency_proof(give_node, NULL, i + 1, size, &proof)
				    : lantik_inclusion_proof(give_node, NULL, i, size, &proof));
	LANTIK_ASSERT(!all.error);
	lantik_sha256(lantik_buffer_span(&all), hash);
	print_hash(hash);
	lantik_buffer_free(&all);
}

int interop_tree(unsigned leaves)
{
	struct lantik_edge edge = {0};
	uint8_t hash[LANTIK_HASH];

	if (leaves > MAX_LEAVES)
		return EXIT_FAILURE;
	for (unsigned size = 1; size <= leaves; size++) {
		char leaf[16];
		snprintf(leaf, sizeof leaf, "leaf %u", size - 1);
		lantik_leaf_hash(lantik_span_of(leaf), hash);
		lantik_edge_append(&edge, hash, keep_node, NULL);
		lantik_edge_root(&edge, hash);
		printf("%u", size);
		print_hash(hash);
		print_proofs(size, false);
		print_proofs(size, true);
		printf("\n");
	}
	return EXIT_SUCCESS;
}

/* --- single proofs --- */

static bool next_number(char **at, uint64_t *ret)
{
	char *word = strtok_r(NULL, " ", at);

	*ret = word ? strtoull(word, NULL, 10) : 0;
	return word != NULL;
}

static bool next_hash(char **at, uint8_t ret[LANTIK_HASH])
{
	char *word = strtok_r(NULL, " ", at);

	return word && lantik_hex_decode(lantik_span_of(word), ret, LANTIK_HASH);
}

/* `inclusion INDEX SIZE LEAF ROOT HASH...` or `consistency OLD NEW OLDROOT NEWROOT HASH...` */
void interop_prove_line(char *line)
{
	struct lantik_proof proof = {0};
	uint64_t a, b;
	uint8_t first[LANTIK_HASH], second[LANTIK_HASH];
	char *at = NULL, *kind = strtok_r(line, " ", &at);

	if (!kind || !next_number(&at, &a) || !next_number(&at, &b) || !next_hash(&at, first) ||
		!next_hash(&at, second)) {
		puts("not a proof");
		return;
	}
	while (proof.count < LANTIK_MAX_PROOF && next_hash(&at, proof.hashes[proof.count]))
		proof.count++;
	enum lantik_error error = !strcmp(kind, "inclusion") ? lantik_inclusion_verify(a, b, first, &proof, second)
							     : lantik_consistency_verify(a, b, first, second, &proof);
	puts(error ? lantik_error_text(error, LANTIK_ENGLISH) : "ok");
}

/* --- texts --- */

enum lantik_error interop_judge_deed(struct lantik_span text)
{
	struct lantik_deed deed;
	enum lantik_error error = lantik_deed_parse(text, &deed);

	if (!error)
		lantik_deed_free(&deed);
	return error;
}

enum lantik_error interop_judge_cosignature(struct lantik_span note, const char *key)
{
	struct lantik_cosigner cosigner;
	uint64_t seconds;
	enum lantik_error error = lantik_cosigner_parse(lantik_span_of(key), &cosigner);

	return error ? error : lantik_cosignature_verify(note, &cosigner, &seconds);
}

/* --- trust --- */

static void say(enum lantik_error error)
{
	puts(error ? lantik_error_text(error, LANTIK_ENGLISH) : "ok");
}

static void say_checkpoint(const struct lantik_trust *trust, struct lantik_span note)
{
	struct lantik_checkpoint head;
	enum lantik_error error = lantik_checkpoint_trusted(note, trust, &head);

	if (error)
		say(error);
	else
		printf("ok %u %llu%s\n", head.epoch, (unsigned long long)head.size,
			lantik_trust_maybe_lost(trust, &head) ? " maybe lost" : "");
}

static void say_receipt(const struct lantik_trust *trust, struct lantik_span text)
{
	struct lantik_receipt receipt;
	enum lantik_error error = lantik_receipt_parse(text, &receipt);

	if (!error) {
		error = lantik_receipt_verify(&receipt, trust);
		lantik_receipt_free(&receipt);
	}
	say(error);
}

static void say_signers(const struct lantik_trust *trust, uint64_t size)
{
	struct lantik_vkey keys[LANTIK_MAX_SIGNERS];
	size_t count;

	lantik_trust_signers(trust, size, keys, &count);
	for (size_t i = 0; i < count; i++) {
		char id[9];
		lantik_hex_encode(keys[i].id, 4, id);
		printf("%s%s", i ? " " : "", id);
	}
	printf("\n");
}

/* `add FILE`, `checkpoint FILE`, `receipt FILE` or `signers SIZE`: what is said of it. */
static void trust_line(struct lantik_trust *trust, char *line)
{
	struct lantik_buffer text = {0};
	char *word = strchr(line, ' ');

	if (!word) {
		puts("not a command");
		return;
	}
	*word++ = '\0';
	if (!strcmp(line, "signers")) {
		say_signers(trust, strtoull(word, NULL, 10));
		return;
	}
	enum lantik_error error = interop_read_file(word, &text);
	if (error)
		say(error);
	else if (!strcmp(line, "add"))
		say(lantik_trust_add(trust, lantik_buffer_span(&text)));
	else if (!strcmp(line, "checkpoint"))
		say_checkpoint(trust, lantik_buffer_span(&text));
	else
		say_receipt(trust, lantik_buffer_span(&text));
	lantik_buffer_free(&text);
}

static int each_line(const char *path, void (*take)(void *context, char *line), void *context)
{
	FILE *file = fopen(path, "rb");
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	if (!file)
		return EXIT_FAILURE;
	while ((len = getline(&line, &room, file)) > 0) {
		line[strcspn(line, "\n")] = '\0';
		take(context, line);
	}
	free(line);
	fclose(file);
	return EXIT_SUCCESS;
}

static void take_proof(void *context, char *line)
{
	(void)context;
	interop_prove_line(line);
}

static void take_trust(void *context, char *line)
{
	trust_line(context, line);
}

int interop_prove(const char *path)
{
	return each_line(path, take_proof, NULL);
}

int interop_trust(const char *key_text, const char *recovery_text, const char *path)
{
	struct lantik_trust trust;
	struct lantik_vkey key, recovery;

	if (lantik_vkey_parse(lantik_span_of(key_text), &key) ||
		lantik_vkey_parse(lantik_span_of(recovery_text), &recovery))
		return EXIT_FAILURE;
	lantik_trust_start(&trust, &key, &recovery);
	return each_line(path, take_trust, &trust);
}
