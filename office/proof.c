/* Proves what receipts say, offline.
 * SPDX-License-Identifier: Apache-2.0 */
#include "proof.h"

#include <errno.h>
#include <string.h>

#include "sent.h"
#include "through.h"

enum lantik_doubt lantik_doubt_of(enum lantik_error error)
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

static bool same_signature(const struct lantik_batch_leaf *leaf, const struct lantik_expectation *expected)
{
	bool found = expected->signature_count == 0;
	for (size_t i = 0; i < expected->signature_count && !found; i++) {
		const struct lantik_own_signature *own = &expected->signatures[i];
		found = memcmp(own->key_id, leaf->signing_key_id, sizeof own->key_id) == 0 &&
			memcmp(own->sha256, leaf->signature_sha256, LANTIK_HASH) == 0;
	}
	return found;
}

/* The same records for the same agency, kind and step, under whatever batch id and office. */
static bool is_earlier(const struct lantik_verdict *verdict, const struct lantik_expectation *expected)
{
	return expected->records_root && memcmp(expected->records_root, verdict->records_root, LANTIK_HASH) == 0 &&
	       expected->agency.len > 0 && lantik_span_equal(expected->agency, verdict->agency) &&
	       expected->kind == verdict->kind && expected->step == verdict->step;
}

static enum lantik_doubt compare(struct lantik_proved *proved, const struct lantik_expectation *expected)
{
	const struct lantik_batch_leaf *leaf = &proved->receipt.leaf;
	if (!leaf_agrees(leaf, &proved->verdict))
		return LANTIK_DOUBT_VERDICT;
	bool office = !expected->office || lantik_span_is(leaf->office, expected->office);
	bool ours = same(expected->batch_id, leaf->batch_id, sizeof leaf->batch_id) &&
		    same(expected->manifest_sha256, leaf->manifest_sha256, LANTIK_HASH);
	proved->earlier = !ours && is_earlier(&proved->verdict, expected);
	if (proved->earlier)
		return LANTIK_NO_DOUBT;
	if (!office)
		return LANTIK_DOUBT_OFFICE;
	if (!ours)
		return LANTIK_DOUBT_BATCH;
	/* the manifest that the leaf names holds the root that the verdict must name */
	if (!same(expected->records_root, proved->verdict.records_root, LANTIK_HASH))
		return LANTIK_DOUBT_VERDICT;
	return same_signature(leaf, expected) ? LANTIK_NO_DOUBT : LANTIK_DOUBT_SIGNER;
}

enum lantik_doubt lantik_prove(struct lantik_span text, const struct lantik_trust *trust,
	const struct lantik_expectation *expected, struct lantik_proved *ret)
{
	struct lantik_proved proved = {0};
	enum lantik_doubt doubt = lantik_doubt_of(lantik_receipt_parse(text, &proved.receipt));
	if (doubt != LANTIK_NO_DOUBT)
		return doubt;
	enum lantik_error error = lantik_receipt_verify(&proved.receipt, trust);
	if (error == LANTIK_E_BAD_SIGNATURE && expected->through.len > 0)
		error = lantik_receipt_verify_through(&proved.receipt, expected->through, trust);
	doubt = lantik_doubt_of(error);
	if (doubt == LANTIK_NO_DOUBT && proved.receipt.type != LANTIK_LEAF_BATCH)
		doubt = proved.receipt.type == LANTIK_LEAF_DECISION ? LANTIK_DOUBT_DECISION : LANTIK_DOUBT_DEED;
	if (doubt == LANTIK_NO_DOUBT)
		doubt = lantik_doubt_of(
			lantik_verdict_parse(proved.receipt.verdict_text, &proved.verdict, &proved.findings));
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

bool lantik_doubt_is_of_file(enum lantik_doubt doubt)
{
	return doubt == LANTIK_DOUBT_FORM || doubt == LANTIK_DOUBT_PROOF || doubt == LANTIK_DOUBT_BATCH ||
	       doubt == LANTIK_DOUBT_DECISION || doubt == LANTIK_DOUBT_DEED;
}

const char *lantik_doubt_text(enum lantik_doubt doubt, enum lantik_language language)
{
	static const char *const texts[][2] = {
		[LANTIK_NO_DOUBT] = {"the receipt verifies", "tanda terima terbukti sah"},
		[LANTIK_DOUBT_FORM] = {"this is no receipt, or it was damaged",
			"ini bukan tanda terima, atau telah rusak"},
		[LANTIK_DOUBT_SIGNATURE] = {"it is not signed with a key of the centre that counts here",
			"tidak ditandatangani dengan kunci pusat yang berlaku di sini"},
		[LANTIK_DOUBT_PROOF] = {"its content is not what the centre signed",
			"isinya bukan yang ditandatangani pusat"},
		[LANTIK_DOUBT_VERSION] =
			{"it is of a format that this lantik does not know; install the current lantik",
				"formatnya tidak dikenal lantik ini; pasang lantik terbaru"},
		[LANTIK_DOUBT_OFFICE] = {"it belongs to another office", "milik kantor lain"},
		[LANTIK_DOUBT_BATCH] = {"it belongs to another batch", "milik paket lain"},
		[LANTIK_DOUBT_VERDICT] = {"its leaf and its verdict contradict each other",
			"daun dan putusannya saling bertentangan"},
		[LANTIK_DOUBT_DECISION] = {"it is the receipt of a decision, not of a batch",
			"ini tanda terima keputusan, bukan tanda terima paket"},
		[LANTIK_DOUBT_NO_DECISION] = {"it is the receipt of a batch, not of a decision",
			"ini tanda terima paket, bukan tanda terima keputusan"},
		[LANTIK_DOUBT_HISTORY] = {"it contradicts what was decided about these rows before",
			"bertentangan dengan yang sebelumnya diputuskan tentang baris-baris ini"},
		[LANTIK_DOUBT_DEED] = {"it is the receipt of a deed, not of a batch or a decision",
			"ini tanda terima akta, bukan tanda terima paket atau keputusan"},
		[LANTIK_DOUBT_SIGNER] = {"it names another signing key or signature than this office's",
			"menyebut kunci atau tanda tangan lain dari milik kantor ini"},
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

void lantik_say_unknown(struct lantik_cli *cli, uint32_t unknown, const struct lantik_span *unknown_names)
{
	char count[32];
	struct lantik_buffer names = {0};
	if (unknown == 0)
		return;
	for (size_t i = 0; i < LANTIK_UNKNOWN_NAMES && unknown_names[i].len > 0; i++)
		lantik_buffer_printf(&names, " %.*s", (int)unknown_names[i].len, (const char *)unknown_names[i].data);
	lantik_buffer_append(&names, "", 1);
	LANTIK_ASSERT(!names.error);
	lantik_count_format(cli, unknown, count);
	lantik_say(cli,
		"%s findings speak of rules that this lantik does not know:%s\n"
		"The outcome of every row holds all the same; the current lantik explains them.",
		"%s temuan menyangkut aturan yang tidak dikenal lantik ini:%s\n"
		"Hasil setiap baris tetap berlaku; lantik terbaru menjelaskannya.",
		count, (const char *)names.data);
	lantik_buffer_free(&names);
}

/* Nothing is lost: the centre gives the same receipt again. */
static int cannot_keep(struct lantik_cli *cli, const char *path)
{
	return lantik_fail(cli, 110, LANTIK_EXIT_NETWORK,
		"the batch is recorded, but its receipt could not be kept here: %s: %s\n"
		"make room and repeat the same command: it brings the receipt, nothing is recorded twice",
		"paket sudah tercatat, tetapi tanda terimanya tidak dapat disimpan di sini: %s: %s\n"
		"sediakan ruang dan ulangi perintah yang sama: tanda terima diambil, tidak ada yang tercatat dua kali",
		path, strerror(errno));
}

/* A batch has one receipt for ever; a second one that proves as much is kept beside it and told. */
static int keep_second(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_entry *entry,
	struct lantik_span text)
{
	char path[LANTIK_MAX_PATH];
	lantik_outbox_path(home, entry, "receipt.other", path);
	if (lantik_file_write(path, 0644, text) != LANTIK_OK)
		return cannot_keep(cli, path);
	return lantik_fail(cli, 111, LANTIK_EXIT_NOT_VERIFIED,
		"the centre gave a second, different receipt for this batch; both are kept: %s\n"
		"tell the operator and the auditor: a batch has one receipt",
		"pusat memberi tanda terima kedua yang berbeda untuk paket ini; keduanya disimpan: %s\n"
		"beri tahu operator dan auditor: satu paket hanya memiliki satu tanda terima",
		path);
}

/* What is kept already. Only what proves counts as a receipt: a file that a disk or a person damaged accuses nobody. */
enum held { HELD_NONE, HELD_SAME, HELD_OTHER, HELD_ENDED, HELD_DISBELIEVED, HELD_DAMAGED };

/* What is needed to keep a receipt. */
struct keeping {
	struct lantik_cli *cli;
	const struct lantik_home *home;
	const struct lantik_trust *trust;
	struct lantik_entry *entry;
	const struct lantik_expectation *expected;
	struct lantik_span text;
	unsigned ended; /* epoch of the receipt that makes way */
	bool same;      /* this very receipt is held already */
};

static enum held compare_held(struct keeping *keeping, const char *path)
{
	struct lantik_buffer bytes = {0};
	struct lantik_proved proved;
	enum held held = HELD_DAMAGED;
	enum lantik_doubt doubt = LANTIK_DOUBT_FORM;
	enum lantik_error error = lantik_file_read(path, LANTIK_MAX_RECEIPT, &bytes);
	struct lantik_span held_text = lantik_buffer_span(&bytes);
	if (error == LANTIK_E_NOT_FOUND) {
		held = HELD_NONE;
	} else if (error == LANTIK_OK && lantik_span_equal(held_text, keeping->text)) {
		held = HELD_SAME;
	} else if (error == LANTIK_OK) {
		doubt = lantik_prove(held_text, keeping->trust, keeping->expected, &proved);
	}
	if (doubt == LANTIK_DOUBT_SIGNATURE)
		held = HELD_DISBELIEVED;
	if (doubt == LANTIK_NO_DOUBT) {
		keeping->ended = proved.receipt.head.epoch;
		held = lantik_trust_maybe_lost(keeping->trust, &proved.receipt.head) ? HELD_ENDED : HELD_OTHER;
		lantik_proved_free(&proved);
	}
	lantik_buffer_free(&bytes);
	return held;
}

static int keep_through(const struct keeping *keeping, struct lantik_span through)
{
	char path[LANTIK_MAX_PATH];
	lantik_outbox_path(keeping->home, keeping->entry, LANTIK_THROUGH_FILE, path);
	return lantik_file_write(path, 0644, through) == LANTIK_OK ? LANTIK_EXIT_OK : cannot_keep(keeping->cli, path);
}

/* Both receipts stay: the older one proves that the centre once had the batch. */
static int put_aside(const struct keeping *keeping, const char *path)
{
	char name[32], aside[LANTIK_MAX_PATH];
	snprintf(name, sizeof name, LANTIK_FORMER_RECEIPT "%u", keeping->ended);
	lantik_outbox_path(keeping->home, keeping->entry, name, aside);
	return rename(path, aside) == 0 ? LANTIK_EXIT_OK : cannot_keep(keeping->cli, aside);
}

static int keep_text(struct keeping *keeping)
{
	char path[LANTIK_MAX_PATH];
	int code = LANTIK_EXIT_OK;
	lantik_outbox_path(keeping->home, keeping->entry, "receipt", path);
	enum held held = compare_held(keeping, path);
	keeping->same = held == HELD_SAME;
	if (keeping->same)
		return code;
	if (held == HELD_OTHER)
		return keep_second(keeping->cli, keeping->home, keeping->entry, keeping->text);
	if (held == HELD_ENDED)
		code = put_aside(keeping, path);
	if (code != LANTIK_EXIT_OK)
		return code;
	if (lantik_file_write(path, 0644, keeping->text) != LANTIK_OK)
		return cannot_keep(keeping->cli, path);
	if (held == HELD_DISBELIEVED)
		lantik_remark(keeping->cli,
			"the key that signed %s is believed no more; it is replaced by the receipt that the centre "
			"signed anew",
			"kunci yang menandatangani %s tidak dipercaya lagi; diganti dengan tanda terima yang "
			"ditandatangani "
			"ulang oleh pusat",
			path);
	if (held == HELD_DAMAGED)
		lantik_remark(keeping->cli, "%s was damaged; it is replaced by the receipt that the centre gave again",
			"%s rusak; diganti dengan tanda terima yang diberikan ulang oleh pusat", path);
	return LANTIK_EXIT_OK;
}

static void note_outcome(struct lantik_entry *entry, const struct lantik_proved *proved, unsigned epoch)
{
	entry->state = proved->verdict.refused ? LANTIK_ENTRY_REFUSED : LANTIK_ENTRY_RECORDED;
	entry->accepted = proved->verdict.accepted;
	entry->returned = proved->verdict.returned;
	entry->review = proved->verdict.review;
	entry->rejected = 0;
	entry->recorded_at = proved->receipt.leaf.recorded_at;
	entry->leaf_index = proved->receipt.index;
	entry->epoch = epoch;
}

static int keep_state(const struct keeping *keeping, const struct lantik_proved *proved, bool present)
{
	char path[LANTIK_MAX_PATH];
	unsigned epoch = present ? keeping->trust->epoch : proved->receipt.head.epoch;
	if (keeping->same && keeping->entry->epoch > epoch) /* proved to stand there by an earlier answer */
		epoch = keeping->entry->epoch;
	note_outcome(keeping->entry, proved, epoch);
	if (lantik_outbox_save(keeping->home, keeping->entry) != LANTIK_OK)
		return cannot_keep(keeping->cli, lantik_outbox_path(keeping->home, keeping->entry, "state", path));
	return LANTIK_EXIT_OK;
}

static int not_valid(struct lantik_cli *cli, enum lantik_doubt doubt)
{
	return lantik_fail(cli, 112, LANTIK_EXIT_NOT_VERIFIED,
		"the centre's answer is no valid receipt: %s\nnothing of it counts; tell the operator at the centre",
		"jawaban pusat bukan tanda terima yang sah: %s\njangan dianggap tercatat; beri tahu operator di pusat",
		lantik_doubt_text(doubt, lantik_cli_language(cli)));
}

int lantik_entry_keep_receipt(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_trust *trust,
	struct lantik_entry *entry, struct lantik_span text, struct lantik_presence presence, struct lantik_proved *ret)
{
	struct lantik_sent sent;
	int code = lantik_sent_read(cli, home, entry, &sent);
	if (code != LANTIK_EXIT_OK)
		return code;
	struct keeping keeping = {cli, home, trust, entry, &sent.expected, text, 0, false};
	if (presence.through.len > 0)
		sent.expected.through = presence.through;
	enum lantik_doubt doubt = lantik_prove(text, trust, &sent.expected, ret);
	code = doubt == LANTIK_NO_DOUBT ? keep_text(&keeping) : not_valid(cli, doubt);
	if (code == LANTIK_EXIT_OK && presence.through.len > 0)
		code = keep_through(&keeping, presence.through);
	if (code == LANTIK_EXIT_OK)
		code = keep_state(&keeping, ret, presence.present);
	lantik_sent_free(&sent);
	if (code != LANTIK_EXIT_OK && doubt == LANTIK_NO_DOUBT)
		lantik_proved_free(ret);
	return code;
}
