/* The interop program: makes the test vectors, and tells Python what the C side reads and believes.
 * interop make DIRECTORY | decode BODY | verify VKEY RECEIPT... | verdict VERDICT... | statement STATEMENT... |
 * message KIND MESSAGE... | deed DEED... | cosignature KEY NOTE... | tree LEAVES | prove PROOFS |
 * trust VKEY RECOVERY-VKEY SCRIPT
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interop.h"

enum lantik_error interop_read_file(const char *path, struct lantik_buffer *ret)
{
	FILE *file = fopen(path, "rb");
	uint8_t chunk[65536];
	size_t len;

	if (!file)
		return LANTIK_E_IO;
	while ((len = fread(chunk, 1, sizeof chunk, file)) > 0)
		lantik_buffer_append(ret, chunk, len);
	bool failed = ferror(file);
	fclose(file);
	return failed ? LANTIK_E_IO : ret->error;
}

/* The JSON, or the error's sentence; the status tells which. */
static int decode(const char *path)
{
	struct lantik_buffer body = {0}, json = {0};
	enum lantik_error error = interop_read_file(path, &body);

	if (!error)
		error = interop_body_json(lantik_buffer_span(&body), &json);
	if (error)
		puts(lantik_error_text(error, LANTIK_ENGLISH));
	else
		fwrite(json.data, 1, json.len, stdout);
	lantik_buffer_free(&body);
	lantik_buffer_free(&json);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}

static enum lantik_error judge_verdict(struct lantik_span text)
{
	struct lantik_verdict verdict;
	struct lantik_findings findings = {0};
	enum lantik_error error = lantik_verdict_parse(text, &verdict, &findings);

	lantik_findings_free(&findings);
	return error;
}

static enum lantik_error judge_statement(struct lantik_span text)
{
	struct lantik_statement statement = {0};
	enum lantik_error error = lantik_statement_parse(text, &statement);

	lantik_statement_free(&statement);
	return error;
}

static enum lantik_error judge_decision(const struct lantik_receipt *receipt)
{
	struct lantik_statement statement = {0};
	enum lantik_error error = lantik_statement_parse(receipt->statement_text, &statement);

	if (!error && !lantik_statement_fits(&statement, &receipt->decision))
		error = LANTIK_E_MISMATCH;
	lantik_statement_free(&statement);
	return error;
}

static enum lantik_error judge_deed(const struct lantik_receipt *receipt)
{
	struct lantik_deed deed;
	enum lantik_error error = lantik_deed_parse(receipt->deed_text, &deed);

	if (error)
		return error;
	bool fits = memcmp(deed.deed_id, receipt->deed.deed_id, sizeof deed.deed_id) == 0 &&
		    lantik_deed_leaf_type(deed.kind) == receipt->type;
	lantik_deed_free(&deed);
	return fits ? LANTIK_OK : LANTIK_E_MISMATCH;
}

/* All that an office asks of a receipt: the proof, and a text that can be read. */
static enum lantik_error judge_receipt(struct lantik_span text, const struct lantik_vkey *key)
{
	struct lantik_trust trust;
	struct lantik_receipt receipt;
	enum lantik_error error = lantik_receipt_parse(text, &receipt);

	if (error)
		return error;
	lantik_trust_start(&trust, key, NULL);
	error = lantik_receipt_verify(&receipt, &trust);
	if (!error && receipt.type == LANTIK_LEAF_DECISION)
		error = judge_decision(&receipt);
	else if (!error && receipt.type == LANTIK_LEAF_BATCH)
		error = judge_verdict(receipt.verdict_text);
	else if (!error)
		error = judge_deed(&receipt);
	lantik_receipt_free(&receipt);
	return error;
}

/* What is said of one file: a line. */
struct judge {
	const struct lantik_vkey *key; /* of receipts */
	const char *kind;              /* of messages */
	const char *cosigner;          /* of cosigned checkpoints */
	enum lantik_error (*text)(struct lantik_span text);
};

static void say(const struct judge *judge, struct lantik_span text)
{
	struct lantik_buffer json = {0};
	enum lantik_error error = judge->key        ? judge_receipt(text, judge->key)
				  : judge->kind     ? interop_message_json(judge->kind, text, &json)
				  : judge->cosigner ? interop_judge_cosignature(text, judge->cosigner)
						    : judge->text(text);

	if (error)
		puts(lantik_error_text(error, LANTIK_ENGLISH));
	else if (judge->kind)
		printf("%.*s\n", (int)json.len, (const char *)json.data);
	else
		puts("ok");
	lantik_buffer_free(&json);
}

/* One line a file: `ok` or the JSON, or why not. */
static int say_all(const struct judge *judge, int count, char **paths)
{
	for (int i = 0; i < count; i++) {
		struct lantik_buffer text = {0};
		enum lantik_error error = interop_read_file(paths[i], &text);
		if (error)
			puts(lantik_error_text(error, LANTIK_ENGLISH));
		else
			say(judge, lantik_buffer_span(&text));
		lantik_buffer_free(&text);
	}
	return EXIT_SUCCESS;
}

static int verify(int count, char **paths, const char *key_text)
{
	struct lantik_vkey key;

	if (lantik_vkey_parse(lantik_span_of(key_text), &key))
		return EXIT_FAILURE;
	return say_all(&(struct judge){.key = &key}, count, paths);
}

int main(int argc, char **argv)
{
	lantik_crypto_start();
	if (argc == 3 && !strcmp(argv[1], "make")) {
		interop_make(argv[2]);
		return EXIT_SUCCESS;
	}
	if (argc == 3 && !strcmp(argv[1], "decode"))
		return decode(argv[2]);
	if (argc > 3 && !strcmp(argv[1], "verify"))
		return verify(argc - 3, argv + 3, argv[2]);
	if (argc > 2 && !strcmp(argv[1], "verdict"))
		return say_all(&(struct judge){.text = judge_verdict}, argc - 2, argv + 2);
	if (argc > 2 && !strcmp(argv[1], "statement"))
		return say_all(&(struct judge){.text = judge_statement}, argc - 2, argv + 2);
	if (argc > 3 && !strcmp(argv[1], "message"))
		return say_all(&(struct judge){.kind = argv[2]}, argc - 3, argv + 3);
	if (argc > 2 && !strcmp(argv[1], "deed"))
		return say_all(&(struct judge){.text = interop_judge_deed}, argc - 2, argv + 2);
	if (argc > 3 && !strcmp(argv[1], "cosignature"))
		return say_all(&(struct judge){.cosigner = argv[2]}, argc - 3, argv + 3);
	if (argc == 3 && !strcmp(argv[1], "tree"))
		return interop_tree((unsigned)strtoul(argv[2], NULL, 10));
	if (argc == 3 && !strcmp(argv[1], "prove"))
		return interop_prove(argv[2]);
	if (argc == 5 && !strcmp(argv[1], "trust"))
		return interop_trust(argv[2], argv[3], argv[4]);
	fprintf(stderr,
		"usage: interop make DIRECTORY | decode BODY | verify VKEY RECEIPT... | verdict VERDICT... |\n"
		"       statement STATEMENT... | message KIND MESSAGE... | deed DEED... | cosignature KEY NOTE... |\n"
		"       tree LEAVES | prove PROOFS | trust VKEY RECOVERY-VKEY SCRIPT\n");
	return 2;
}
