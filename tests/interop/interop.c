/* The interop program: makes the test vectors, and tells Python what the C side reads and believes.
 * interop make DIRECTORY | decode BODY | verify VKEY RECEIPT... | verdict VERDICT...
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interop.h"

static enum lantik_error read_file(const char *path, struct lantik_buffer *ret)
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
	enum lantik_error error = read_file(path, &body);

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

/* All that an office asks of a receipt: the proof, and a verdict that can be read. */
static enum lantik_error judge(struct lantik_span text, const struct lantik_vkey *key)
{
	struct lantik_receipt receipt;
	struct lantik_verdict verdict;
	struct lantik_findings findings = {0};
	enum lantik_error error = lantik_receipt_parse(text, &receipt);

	if (error)
		return error;
	error = lantik_receipt_verify(&receipt, key);
	if (!error && receipt.type != LANTIK_LEAF_BATCH)
		error = LANTIK_E_MISMATCH;
	if (!error)
		error = lantik_verdict_parse(receipt.verdict_text, &verdict, &findings);
	lantik_findings_free(&findings);
	lantik_receipt_free(&receipt);
	return error;
}

static enum lantik_error judge_verdict(struct lantik_span text)
{
	struct lantik_verdict verdict;
	struct lantik_findings findings = {0};
	enum lantik_error error = lantik_verdict_parse(text, &verdict, &findings);

	lantik_findings_free(&findings);
	return error;
}

/* One line a file: `ok`, or why not. A receipt when there is a key, a verdict when there is none. */
static int verify(int count, char **paths, const char *key_text)
{
	struct lantik_vkey key;

	if (key_text && lantik_vkey_parse(lantik_span_of(key_text), &key))
		return EXIT_FAILURE;
	for (int i = 0; i < count; i++) {
		struct lantik_buffer text = {0};
		enum lantik_error error = read_file(paths[i], &text);
		if (!error)
			error = key_text ? judge(lantik_buffer_span(&text), &key)
					 : judge_verdict(lantik_buffer_span(&text));
		puts(error ? lantik_error_text(error, LANTIK_ENGLISH) : "ok");
		lantik_buffer_free(&text);
	}
	return EXIT_SUCCESS;
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
		return verify(argc - 2, argv + 2, NULL);
	fprintf(stderr, "usage: interop make DIRECTORY | decode BODY | verify VKEY RECEIPT... | verdict VERDICT...\n");
	return 2;
}
