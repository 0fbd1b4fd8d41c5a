/* Proves what receipts say, offline.
 * SPDX-License-Identifier: Apache-2.0 */
#include "proof.h"

#include <string.h>

static enum lantik_doubt doubt_of(enum lantik_error error)
{
	switch (error) {
	case LANTIK_OK:
		return LANTIK_NO_DOUBT;
	case LANTIK_E_BAD_SIGNATURE:
	case LANTIK_E_MISMATCH:
		return LANTIK_DOUBT_SIGNATURE;
	case LANTIK_E_BAD_PROOF:
		return LANTIK_DOUBT_PROOF;
	case LANTIK_E_BAD_VERSION:
		return LANTIK_DOUBT_VERSION;
	default:
		return LANTIK_DOUBT_FORM;
	}
}

/* Both stand under the signature; a centre that is sound says the same in both. */
static bool leaf_agrees(const struct lantik_batch_leaf *leaf, const struct lantik_verdict *verdict)
{
	return lantik_span_equal(leaf->office, verdict->office) &&
	       memcmp(leaf->batch_id, verdict->batch_id, sizeof leaf->batch_id) == 0 &&
	       memcmp(leaf->rulebook_sha256, verdict->rulebook_sha256, LANTIK_HASH) == 0 &&
	       leaf->rows == (verdict->refused ? 0 : verdict->accepted);
}

static bool same(const uint8_t *expected, const uint8_t *found, size_t len)
{
	return !expected || memcmp(expected, found, len) == 0;
}

static enum lantik_doubt compare(struct lantik_proved *proved, const struct lantik_expectation *expected)
{
	const struct lantik_batch_leaf *leaf = &proved->receipt.leaf;
	if (!leaf_agrees(leaf, &proved->verdict))
		return LANTIK_DOUBT_VERDICT;
	if (expected->office && !lantik_span_is(leaf->office, expected->office))
		return LANTIK_DOUBT_OFFICE;
	if (same(expected->batch_id, leaf->batch_id, sizeof leaf->batch_id) &&
		same(expected->body_sha256, leaf->body_sha256, LANTIK_HASH))
		return LANTIK_NO_DOUBT;
	proved->earlier = expected->records_sha256 &&
			  memcmp(expected->records_sha256, proved->verdict.records_sha256, LANTIK_HASH) == 0;
	return proved->earlier ? LANTIK_NO_DOUBT : LANTIK_DOUBT_BATCH;
}

enum lantik_doubt lantik_prove(struct lantik_span text, const struct lantik_vkey *key,
	const struct lantik_expectation *expected, struct lantik_proved *ret)
{
	struct lantik_proved proved = {0};
	enum lantik_doubt doubt = doubt_of(lantik_receipt_parse(text, &proved.receipt));
	if (doubt != LANTIK_NO_DOUBT)
		return doubt;
	doubt = doubt_of(lantik_receipt_verify(&proved.receipt, key));
	if (doubt == LANTIK_NO_DOUBT)
		doubt = doubt_of(lantik_verdict_parse(proved.receipt.verdict_text, &proved.verdict, &proved.findings));
	if (doubt == LANTIK_NO_DOUBT)
		doubt = compare(&proved, expected);
	if (doubt == LANTIK_NO_DOUBT)
		*ret = proved;
	else
		lantik_proved_free(&proved);
	return doubt;
}

void lantik_proved_free(struct lantik_proved *proved)
{
	lantik_receipt_free(&proved->receipt);
	lantik_findings_free(&proved->findings);
	*proved = (struct lantik_proved){0};
}

const char *lantik_doubt_text(enum lantik_doubt doubt, enum lantik_language language)
{
	static const char *const texts[][2] = {
		[LANTIK_NO_DOUBT] = {"the receipt verifies", "tanda terima terbukti sah"},
		[LANTIK_DOUBT_FORM] = {"this is no receipt, or it was damaged",
			"ini bukan tanda terima, atau telah rusak"},
		[LANTIK_DOUBT_SIGNATURE] = {"it is not signed with the centre's key that you gave",
			"tidak ditandatangani dengan kunci pusat yang Anda berikan"},
		[LANTIK_DOUBT_PROOF] = {"its content is not what the centre signed",
			"isinya bukan yang ditandatangani pusat"},
		[LANTIK_DOUBT_VERSION] =
			{"it speaks of rules that this lantik does not know; install the current lantik",
				"memuat aturan yang tidak dikenal lantik ini; pasang lantik terbaru"},
		[LANTIK_DOUBT_OFFICE] = {"it belongs to another office", "milik kantor lain"},
		[LANTIK_DOUBT_BATCH] = {"it belongs to another batch", "milik paket lain"},
		[LANTIK_DOUBT_VERDICT] = {"its leaf and its verdict contradict each other",
			"daun dan putusannya saling bertentangan"},
	};
	return texts[doubt][language];
}

struct lantik_checked lantik_proved_checked(const struct lantik_proved *proved)
{
	return (struct lantik_checked){.findings = proved->findings,
		.refused = proved->verdict.refused,
		.accepted = proved->verdict.accepted,
		.returned = proved->verdict.returned,
		.review = proved->verdict.review};
}

/* A batch has one receipt for ever; a second, different one is kept beside it and told. */
static int keep_text(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_entry *entry,
	struct lantik_span text)
{
	char path[LANTIK_MAX_PATH];
	struct lantik_buffer held = {0};
	lantik_outbox_path(home, entry, "receipt", path);
	enum lantik_error error = lantik_file_read(path, LANTIK_MAX_RECEIPT, &held);
	bool differs = error == LANTIK_OK && !lantik_span_equal(lantik_buffer_span(&held), text);
	lantik_buffer_free(&held);
	if (error == LANTIK_OK && !differs)
		return LANTIK_EXIT_OK;
	if (differs)
		lantik_outbox_path(home, entry, "receipt.other", path);
	if (lantik_file_write(path, 0644, text) != LANTIK_OK)
		return lantik_fail(cli, 110, LANTIK_EXIT_FAILED,
			"the batch is recorded, but %s cannot be written\nmake room and run the same command again: it "
			"fetches the receipt",
			"paket sudah tercatat, tetapi %s tidak dapat ditulis\nsediakan ruang dan ulangi perintah: "
			"tanda terima akan diambil",
			path);
	if (differs)
		return lantik_fail(cli, 111, LANTIK_EXIT_NOT_VERIFIED,
			"the centre gave a second, different receipt for this batch; both are kept: %s\n"
			"tell the operator and the auditor: a batch has one receipt",
			"pusat memberi tanda terima kedua yang berbeda untuk paket ini; keduanya disimpan: %s\n"
			"beri tahu operator dan auditor: satu paket hanya memiliki satu tanda terima",
			path);
	return LANTIK_EXIT_OK;
}

static void note_outcome(struct lantik_entry *entry, const struct lantik_proved *proved)
{
	entry->state = proved->verdict.refused ? LANTIK_ENTRY_REFUSED : LANTIK_ENTRY_RECORDED;
	entry->accepted = proved->verdict.accepted;
	entry->returned = proved->verdict.returned;
	entry->review = proved->verdict.review;
	entry->recorded_at = proved->receipt.leaf.recorded_at;
	entry->leaf_index = proved->receipt.index;
}

static int keep_all(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_entry *entry,
	struct lantik_span text, const struct lantik_proved *proved)
{
	int code = keep_text(cli, home, entry, text);
	if (code != LANTIK_EXIT_OK)
		return code;
	note_outcome(entry, proved);
	code = lantik_outbox_save(cli, home, entry);
	if (code == LANTIK_EXIT_OK)
		code = lantik_home_keep_checkpoint(cli, home, proved->receipt.checkpoint, &proved->receipt.head);
	return code;
}

int lantik_entry_keep_receipt(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_entry *entry,
	struct lantik_span text, struct lantik_proved *ret)
{
	struct lantik_vkey key;
	const char *office = home->settings[LANTIK_SETTING_OFFICE];
	struct lantik_expectation expected = {.office = *office ? office : NULL,
		.batch_id = entry->batch_id,
		.body_sha256 = entry->body_sha256,
		.records_sha256 = entry->records_sha256};
	int code = lantik_home_receipt_key(cli, home, &key);
	if (code != LANTIK_EXIT_OK)
		return code;
	enum lantik_doubt doubt = lantik_prove(text, &key, &expected, ret);
	if (doubt != LANTIK_NO_DOUBT)
		return lantik_fail(cli, 112, LANTIK_EXIT_NOT_VERIFIED,
			"the centre's answer is no valid receipt: %s\nnothing of it counts; tell the operator at the "
			"centre",
			"jawaban pusat bukan tanda terima yang sah: %s\njangan dianggap tercatat; beri tahu operator "
			"di pusat",
			lantik_doubt_text(doubt, lantik_cli_language(cli)));
	code = keep_all(cli, home, entry, text, ret);
	if (code != LANTIK_EXIT_OK)
		lantik_proved_free(ret);
	return code;
}
