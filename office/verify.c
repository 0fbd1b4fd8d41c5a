/* `lantik verify`: proves receipts and checkpoints offline and says in sentences what was proved and what was not.
 * SPDX-License-Identifier: Apache-2.0 */
#include "verify.h"

#include <string.h>

#include "office.h"
#include "through.h"

static int cannot_read(struct lantik_cli *cli, const char *path, enum lantik_error error)
{
	return lantik_fail(cli, 131, LANTIK_EXIT_FAILED, "cannot read %s: %s", "tidak dapat membaca %s: %s", path,
		lantik_file_error(cli, error));
}

/* --- keys --- */

/* The key itself, or a file that holds it. */
static int read_key(struct lantik_cli *cli, const char *path, struct lantik_vkey *ret)
{
	struct lantik_buffer text = {0};
	if (lantik_vkey_parse(lantik_span_of(path), ret) == LANTIK_OK)
		return LANTIK_EXIT_OK;
	enum lantik_error error = lantik_file_read(path, 64 * 1024, &text);
	if (error == LANTIK_OK)
		error = lantik_vkey_parse(lantik_buffer_span(&text), ret);
	lantik_buffer_free(&text);
	if (error == LANTIK_OK)
		return LANTIK_EXIT_OK;
	return lantik_fail(cli, 130, LANTIK_EXIT_USAGE, "%s holds no verifier key: %s",
		"%s tidak memuat kunci pemeriksa: %s", path, lantik_file_error(cli, error));
}

/* The keys that were given stand for themselves; otherwise those of the home with the deeds that are kept there. */
static int read_trust(struct lantik_verifying *verifying)
{
	struct lantik_vkey receipt, recovery;
	struct lantik_cli *cli = verifying->cli;
	const char *path = lantik_option_text(cli, "key"), *recovery_path = lantik_option_text(cli, "recovery-key");
	if (!path && recovery_path)
		return lantik_fail(cli, 196, LANTIK_EXIT_USAGE, "--recovery-key goes with --key",
			"--recovery-key dipakai bersama --key");
	if (!path)
		return lantik_home_trust(cli, &verifying->home, &verifying->trust);
	int code = read_key(cli, path, &receipt);
	if (code == LANTIK_EXIT_OK && recovery_path)
		code = read_key(cli, recovery_path, &recovery);
	if (code == LANTIK_EXIT_OK)
		lantik_trust_start(&verifying->trust, &receipt, recovery_path ? &recovery : NULL);
	return code;
}

static int add_deed(struct lantik_verifying *verifying, const char *path)
{
	struct lantik_buffer text = {0};
	enum lantik_error error = lantik_file_read(path, LANTIK_MAX_ENVELOPE_DEED, &text);
	if (error != LANTIK_OK) {
		lantik_buffer_free(&text);
		return cannot_read(verifying->cli, path, error);
	}
	error = lantik_trust_add(&verifying->trust, lantik_buffer_span(&text));
	lantik_buffer_free(&text);
	if (error == LANTIK_OK)
		return LANTIK_EXIT_OK;
	if (error == LANTIK_E_NOT_FOUND)
		return lantik_fail(verifying->cli, 197, LANTIK_EXIT_USAGE,
			"%s counts only with the recovery key\ngive it with --recovery-key",
			"%s hanya berlaku dengan kunci pemulihan\nberikan dengan --recovery-key", path);
	return lantik_fail(verifying->cli, 198, LANTIK_EXIT_NOT_VERIFIED, "%s is no deed that proves: %s",
		"%s bukan akta yang terbukti sah: %s", path,
		lantik_error_text(error, lantik_cli_language(verifying->cli)));
}

static int add_deeds(struct lantik_verifying *verifying)
{
	const char *path;
	int code = LANTIK_EXIT_OK;
	for (unsigned i = 0; code == LANTIK_EXIT_OK && (path = lantik_option_text_at(verifying->cli, "deed", i)); i++)
		code = add_deed(verifying, path);
	return code;
}

/* The key itself, or a file that holds it. */
static int add_cosigner(struct lantik_verifying *verifying, const char *given)
{
	struct lantik_buffer text = {0};
	struct lantik_cosigner *cosigner = &verifying->cosigners[verifying->cosigner_count];
	bool is_file = lantik_file_read(given, 64 * 1024, &text) == LANTIK_OK;
	enum lantik_error error =
		lantik_cosigner_parse(is_file ? lantik_buffer_span(&text) : lantik_span_of(given), cosigner);
	struct lantik_vkey key;
	if (error != LANTIK_OK &&
		lantik_vkey_parse(is_file ? lantik_buffer_span(&text) : lantik_span_of(given), &key) == LANTIK_OK) {
		lantik_cosigner_of(&key, cosigner);
		error = LANTIK_OK;
	}
	lantik_buffer_free(&text);
	if (error != LANTIK_OK)
		return lantik_fail(verifying->cli, 199, LANTIK_EXIT_USAGE, "%s is no key of an auditor: %s",
			"%s bukan kunci auditor: %s", given,
			lantik_error_text(error, lantik_cli_language(verifying->cli)));
	verifying->cosigner_count++;
	return LANTIK_EXIT_OK;
}

static int add_cosigners(struct lantik_verifying *verifying)
{
	const char *given;
	int code = LANTIK_EXIT_OK;
	for (unsigned i = 0; code == LANTIK_EXIT_OK && i < LANTIK_MAX_COSIGNERS &&
			     (given = lantik_option_text_at(verifying->cli, "cosigner", i));
		i++)
		code = add_cosigner(verifying, given);
	return code;
}

/* --- what is to be proved --- */

static int read_body(struct lantik_verifying *verifying)
{
	const char *path = lantik_option_text(verifying->cli, "body");
	if (!path)
		return LANTIK_EXIT_OK;
	verifying->has_body = true;
	enum lantik_error error = lantik_file_read(path, LANTIK_MAX_BODY, &verifying->body);
	return error == LANTIK_OK ? LANTIK_EXIT_OK : cannot_read(verifying->cli, path, error);
}

/* A checkpoint begins with its origin, a receipt with the name of its format. */
static bool is_receipt(struct lantik_span text)
{
	static const char start[] = "c2sp.org/tlog-proof@";
	return text.len >= sizeof start - 1 && memcmp(text.data, start, sizeof start - 1) == 0;
}

static int verify_text(struct lantik_verifying *verifying, const char *path, struct lantik_span text)
{
	struct lantik_receipt receipt;
	struct lantik_checkpoint head;
	bool asks_batch = verifying->has_body || verifying->record_no > 0;
	if (!is_receipt(text) && asks_batch && lantik_checkpoint_read(text, &head) == LANTIK_OK)
		return lantik_fail(verifying->cli, 195, LANTIK_EXIT_USAGE,
			"%s is a checkpoint: --body and --record go with the receipt of a batch",
			"%s adalah checkpoint: --body dan --record hanya untuk tanda terima paket", path);
	if (!is_receipt(text) && text.len <= LANTIK_MAX_NOTE && !asks_batch)
		return lantik_verify_checkpoint(verifying, path, text);
	enum lantik_error error = lantik_receipt_parse(text, &receipt);
	if (error != LANTIK_OK)
		return lantik_not_proved(verifying, path, lantik_doubt_of(error), (struct lantik_span){0});
	enum lantik_leaf_type type = receipt.type;
	lantik_receipt_free(&receipt);
	if (lantik_is_deed_type(type))
		return lantik_verify_deed(verifying, path, text);
	if (type == LANTIK_LEAF_DECISION)
		return lantik_verify_decision(verifying, path, text);
	return lantik_verify_batch(verifying, path, text);
}

/* What proves the receipt when its own key is believed no more stands beside it. */
static void read_through(struct lantik_verifying *verifying, const char *path)
{
	char beside[LANTIK_MAX_PATH];
	if (snprintf(beside, sizeof beside, "%s.through", path) >= (int)sizeof beside ||
		lantik_file_read(beside, LANTIK_MAX_THROUGH, &verifying->through) != LANTIK_OK)
		lantik_buffer_reset(&verifying->through);
}

static int verify_file(struct lantik_verifying *verifying, const char *path)
{
	struct lantik_buffer text = {0};
	read_through(verifying, path);
	enum lantik_error error = lantik_file_read(path, LANTIK_MAX_RECEIPT, &text);
	int code = error == LANTIK_OK ? verify_text(verifying, path, lantik_buffer_span(&text))
				      : cannot_read(verifying->cli, path, error);
	lantik_buffer_free(&text);
	return code;
}

static int verify(struct lantik_verifying *verifying)
{
	struct lantik_cli *cli = verifying->cli;
	const char *path = lantik_argument(cli, 0);
	if (path)
		return verify_file(verifying, path);
	if (verifying->has_body || verifying->record_no > 0 || verifying->cosigner_count > 0)
		return lantik_fail(cli, 200, LANTIK_EXIT_USAGE,
			"--body, --record and --cosigner go with one receipt\nname it: lantik verify RECEIPT ...",
			"--body, --record, dan --cosigner dipakai dengan satu tanda terima\nsebutkan: lantik verify "
			"TANDA-TERIMA ...");
	return lantik_verify_outbox(verifying);
}

int lantik_verify_main(struct lantik_cli *cli)
{
	struct lantik_verifying *verifying = calloc(1, sizeof *verifying);
	LANTIK_ASSERT(verifying);
	verifying->cli = cli;
	verifying->record_no = (uint32_t)lantik_option_number(cli, "record", 0);
	int code = lantik_home_open(cli, &verifying->home);
	if (code == LANTIK_EXIT_OK)
		code = read_trust(verifying);
	if (code == LANTIK_EXIT_OK)
		code = add_deeds(verifying);
	if (code == LANTIK_EXIT_OK)
		code = add_cosigners(verifying);
	if (code == LANTIK_EXIT_OK)
		code = read_body(verifying);
	if (code == LANTIK_EXIT_OK)
		code = verify(verifying);
	lantik_buffer_free(&verifying->body);
	lantik_buffer_free(&verifying->through);
	free(verifying);
	return code;
}
