/* Receipts of batches and of decisions: what they prove of the batch, of a body, of one record.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "lantik/codec.h"
#include "sent.h"
#include "verify.h"

/* Rows of a decision that are named one by one. */
#define DECIDED_SHOWN 20u

/* Spans of LANTIK_MAX_RECORDS records, the manifest, and one record. */
#define BODY_ARENA (LANTIK_MAX_RECORDS * sizeof(struct lantik_span) + 512u * 1024)

const char *lantik_durability_text(struct lantik_cli *cli, uint8_t durability)
{
	if (durability == LANTIK_DURABLE_QUORUM)
		return lantik_cli_pick(cli, "on several database servers", "di beberapa peladen basis data");
	if (durability == LANTIK_DURABLE_LOCAL)
		return lantik_cli_pick(cli, "on one database server", "di satu peladen basis data");
	return lantik_cli_pick(
		cli, "in a test installation without safe storage", "di instalasi uji tanpa penyimpanan aman");
}

/* --- the body that was given --- */

/* What the body is, compared with the receipt. */
struct body {
	struct lantik_arena *arena;
	struct lantik_batch_view view;
	bool signed_here; /* one of this office's keys makes the signature whose digest is in the leaf */
};

static int contradicted(struct lantik_verifying *verifying, const char *path)
{
	return lantik_fail(verifying->cli, 188, LANTIK_EXIT_NOT_VERIFIED,
		"%s is about this body, but its leaf or verdict says something else of it: the centre wrote one thing "
		"and "
		"signed another\ntell the operator and the auditor",
		"%s memang tentang isi ini, tetapi daun atau putusannya menyebut hal lain: pusat menulis satu hal dan "
		"menandatangani hal lain\nberi tahu operator dan auditor",
		path);
}

static int look_at_signature(
	struct lantik_verifying *verifying, const struct lantik_batch_leaf *leaf, struct body *body)
{
	struct lantik_own_signature *own = NULL;
	size_t count = 0;
	int code = lantik_own_signatures(verifying->cli, &verifying->home, leaf->manifest_sha256, &own, &count);
	for (size_t i = 0; i < count; i++)
		body->signed_here |= memcmp(own[i].key_id, leaf->signing_key_id, sizeof own[i].key_id) == 0 &&
				     memcmp(own[i].sha256, leaf->signature_sha256, LANTIK_HASH) == 0;
	free(own);
	return code;
}

/* That the leaf names the manifest was proved, and that the manifest names the records; the verdict names them too. */
static int read_body(
	struct lantik_verifying *verifying, const char *path, const struct lantik_proved *proved, struct body *ret)
{
	uint32_t record_no;
	if (!verifying->has_body)
		return LANTIK_EXIT_OK;
	ret->arena = lantik_arena_new(BODY_ARENA);
	LANTIK_ASSERT(ret->arena);
	if (lantik_batch_scan(lantik_buffer_span(&verifying->body), ret->arena, &ret->view, &record_no) != LANTIK_OK)
		return contradicted(verifying, path);
	if (memcmp(verifying->digests.records_root, proved->verdict.records_root, LANTIK_HASH) != 0 ||
		ret->view.record_count != proved->verdict.records)
		return contradicted(verifying, path);
	return look_at_signature(verifying, &proved->receipt.leaf, ret);
}

/* --- one record --- */

static enum lantik_outcome outcome_of(const struct lantik_proved *proved, uint32_t record_no)
{
	struct lantik_finding own[LANTIK_MAX_FINDINGS_PER_RECORD * 2];
	size_t count = 0;
	if (proved->verdict.refused)
		return LANTIK_REFUSED;
	for (size_t i = 0; i < proved->findings.count && count < LANTIK_COUNT(own); i++)
		if (proved->findings.items[i].record_no == record_no)
			own[count++] = proved->findings.items[i];
	return lantik_outcome_of(own, count);
}

/* Findings that this lantik does not know may have decided: then the line of the verdict itself tells. */
static enum lantik_outcome outcome_told(const struct lantik_proved *proved, uint32_t record_no)
{
	struct lantik_span text = proved->receipt.verdict_text;
	char line[40];
	for (int outcome = LANTIK_ACCEPTED; outcome <= LANTIK_REFUSED; outcome++) {
		snprintf(line, sizeof line, "\nrecord %" PRIu32 " %s", record_no,
			lantik_outcome_word((enum lantik_outcome)outcome));
		const uint8_t *found = memmem(text.data, text.len, line, strlen(line));
		const uint8_t *end = found ? found + strlen(line) : NULL;
		if (end && end < text.data + text.len && (*end == ' ' || *end == '\n'))
			return (enum lantik_outcome)outcome;
	}
	return outcome_of(proved, record_no);
}

static void say_findings(struct lantik_cli *cli, const struct lantik_findings *findings, uint32_t record_no)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct lantik_finding *finding = &findings->items[i];
		char name[64];
		if (finding->record_no != record_no)
			continue;
		lantik_case_format((enum lantik_case_id)finding->case_id, name);
		lantik_say(cli, "      %s%s%s: %s", "      %s%s%s: %s", name, finding->field ? " " : "",
			finding->field ? lantik_record_fields[finding->field - 1].name : "",
			lantik_case_of((enum lantik_case_id)finding->case_id)->expected[lantik_cli_language(cli)]);
	}
}

static void say_record(struct lantik_verifying *verifying, const struct lantik_proved *proved)
{
	struct lantik_cli *cli = verifying->cli;
	uint32_t record_no = verifying->record_no;
	if (record_no == 0)
		return;
	lantik_say(cli, "  - Record %u of the batch: %s, as the centre judged it then.",
		"  - Baris urutan %u dalam paket: %s, menurut penilaian pusat saat itu.", record_no,
		lantik_outcome_text(cli, outcome_told(proved, record_no)));
	say_findings(cli, &proved->findings, record_no);
}

/* The values are the office's own, out of the file that it gave. */
static void say_values(struct lantik_verifying *verifying, const struct body *body)
{
	struct lantik_record record;
	struct lantik_cli *cli = verifying->cli;
	if (!body->view.records || verifying->record_no == 0 ||
		lantik_record_decode(body->view.records[verifying->record_no - 1], body->arena, &record) != LANTIK_OK)
		return;
	lantik_say(cli, "  - Record %u holds, as it was sent:", "  - Isi baris urutan %u, seperti saat dikirim:",
		verifying->record_no);
	for (size_t i = 0; i < LANTIK_FIELD_COUNT; i++) {
		struct lantik_buffer value = {0};
		lantik_value_text(cli, &record, &lantik_record_fields[i], &value);
		if (value.len > 0)
			lantik_say(cli, "      %s: %.*s", "      %s: %.*s", lantik_record_fields[i].name,
				(int)value.len, (const char *)value.data);
		lantik_buffer_free(&value);
	}
}

static void write_record(
	struct lantik_verifying *verifying, const struct lantik_proved *proved, const struct body *body)
{
	struct lantik_record record;
	struct lantik_cli *cli = verifying->cli;
	uint32_t record_no = verifying->record_no;
	if (record_no == 0 || !lantik_cli_json(cli))
		return;
	lantik_json_open(cli, "record");
	lantik_json_number(cli, "record", record_no);
	lantik_json_text(cli, "outcome", lantik_outcome_word(outcome_told(proved, record_no)));
	lantik_json_list(cli, "rules");
	for (size_t i = 0; i < proved->findings.count; i++) {
		char name[64];
		if (proved->findings.items[i].record_no != record_no)
			continue;
		lantik_case_format((enum lantik_case_id)proved->findings.items[i].case_id, name);
		lantik_json_text(cli, NULL, name);
	}
	lantik_json_end(cli);
	bool decoded = body->view.records &&
		       lantik_record_decode(body->view.records[record_no - 1], body->arena, &record) == LANTIK_OK;
	for (size_t i = 0; decoded && i < LANTIK_FIELD_COUNT; i++) {
		struct lantik_buffer value = {0};
		char name[64];
		snprintf(name, sizeof name, "value_%s", lantik_record_fields[i].name);
		lantik_value_text(cli, &record, &lantik_record_fields[i], &value);
		if (value.len > 0)
			lantik_json_span(cli, name, lantik_buffer_span(&value));
		lantik_buffer_free(&value);
	}
	lantik_json_close(cli);
}

/* --- a batch --- */

static void say_batch(struct lantik_verifying *verifying, const struct lantik_proved *proved)
{
	struct lantik_cli *cli = verifying->cli;
	const struct lantik_batch_leaf *leaf = &proved->receipt.leaf;
	const struct lantik_verdict *verdict = &proved->verdict;
	char id[37], when[32], accepted[32], returned[32], review[32];
	lantik_id_format(leaf->batch_id, id);
	lantik_time_text(leaf->recorded_at, when);
	lantik_count_format(cli, verdict->accepted, accepted);
	lantik_count_format(cli, verdict->returned, returned);
	lantik_count_format(cli, verdict->review, review);
	lantik_say(cli, "  - Batch %s of the office %.*s is leaf %" PRIu64 " of its ledger, recorded %s, %s.",
		"  - Paket %s dari kantor %.*s adalah daun %" PRIu64 " pada buku besarnya, tercatat %s, %s.", id,
		(int)leaf->office.len, (const char *)leaf->office.data, proved->receipt.index, when,
		lantik_durability_text(cli, leaf->durability));
	if (verdict->refused)
		lantik_say(cli, "  - The batch was refused whole by a rule; no row of it was recorded.",
			"  - Paket ditolak seluruhnya oleh aturan; tidak ada baris yang dicatat.");
	else
		lantik_say(cli, "  - %s rows were recorded, %s returned, %s wait for an official.",
			"  - %s baris dicatat, %s dikembalikan, %s menunggu pejabat.", accepted, returned, review);
}

static void say_body(struct lantik_verifying *verifying, const struct lantik_proved *proved, const struct body *body)
{
	char id[9];
	if (!verifying->has_body)
		return;
	lantik_say(verifying->cli, "  - The body that you gave is, byte for byte, the one that was recorded.",
		"  - Isi kiriman yang Anda berikan sama persis dengan yang dicatat.");
	lantik_hex_encode(proved->receipt.leaf.signing_key_id, 4, id);
	if (body->signed_here)
		lantik_say(verifying->cli, "  - This office signed it, with its key %s, which is kept here.",
			"  - Kantor ini menandatanganinya, dengan kuncinya %s yang tersimpan di sini.", id);
}

static void say_not_proved(
	struct lantik_verifying *verifying, const struct lantik_proved *proved, const struct body *body)
{
	char id[9];
	struct lantik_cli *cli = verifying->cli;
	lantik_say(cli, "Not proved:", "Tidak terbukti:");
	lantik_say_epoch_open(verifying, &proved->receipt.head);
	if (!verifying->has_body)
		lantik_say(cli, "  - That it is about a certain file: give its body with --body.",
			"  - Bahwa ini tentang berkas tertentu: berikan isinya dengan --body.");
	lantik_hex_encode(proved->receipt.leaf.signing_key_id, 4, id);
	if (verifying->has_body && !body->signed_here)
		lantik_say(cli, "  - Who signed the batch: the receipt names the key %s, which is not kept here.",
			"  - Siapa yang menandatangani paket: tanda terima menyebut kunci %s, yang tidak tersimpan di "
			"sini.",
			id);
	if (verifying->record_no > 0)
		lantik_say(cli,
			"  - That record %u stands in the register now as it was sent: the auditor at the centre "
			"compares "
			"that.",
			"  - Bahwa baris urutan %u sekarang ada di register seperti saat dikirim: itu dibandingkan "
			"auditor di "
			"pusat.",
			verifying->record_no);
	lantik_say(cli, "  - That the key is the centre's: that you know from where you got it.",
		"  - Bahwa kunci itu milik pusat: itu Anda ketahui dari mana Anda memperolehnya.");
	lantik_say(cli, "  - That nothing was changed at the centre since, and what officials decided later.",
		"  - Bahwa tidak ada yang berubah di pusat sesudahnya, dan keputusan pejabat kemudian.");
}

void lantik_write_batch(struct lantik_verifying *verifying, const char *path, const struct lantik_proved *proved)
{
	char id[37], when[28];
	struct lantik_cli *cli = verifying->cli;
	const struct lantik_verdict *verdict = &proved->verdict;
	lantik_id_format(verdict->batch_id, id);
	lantik_instant_format(proved->receipt.leaf.recorded_at, when);
	lantik_json_open(cli, "result");
	lantik_json_text(cli, "receipt", path);
	lantik_json_flag(cli, "verified", true);
	lantik_json_span(cli, "office", verdict->office);
	lantik_json_text(cli, "batch_id", id);
	lantik_json_number(cli, "leaf_index", (int64_t)proved->receipt.index);
	lantik_json_text(cli, "recorded_at", when);
	lantik_json_text(cli, "outcome", verdict->refused ? "refused" : "committed");
	lantik_json_number(cli, "records", verdict->records);
	lantik_json_number(cli, "accepted", verdict->accepted);
	lantik_json_number(cli, "returned", verdict->returned);
	lantik_json_number(cli, "review", verdict->review);
	lantik_json_number(cli, "unknown_findings", verdict->unknown);
	lantik_json_flag(cli, "body_compared", verifying->has_body);
	lantik_json_signed(verifying, proved->receipt.checkpoint, &proved->receipt.head);
	lantik_json_close(cli);
}

static int no_such_record(struct lantik_verifying *verifying, const char *path, uint32_t records)
{
	return lantik_fail(verifying->cli, 194, LANTIK_EXIT_USAGE,
		"%s is about a batch of %u records: it has no record %u",
		"%s tentang paket berisi %u baris: tidak ada baris urutan %u", path, records, verifying->record_no);
}

static int tell_batch(struct lantik_verifying *verifying, const char *path, const struct lantik_proved *proved)
{
	struct body body = {0};
	struct lantik_cli *cli = verifying->cli;
	if (verifying->record_no > proved->verdict.records)
		return no_such_record(verifying, path, proved->verdict.records);
	int code = lantik_cosigners_check(verifying, path, proved->receipt.checkpoint);
	if (code == LANTIK_EXIT_OK)
		code = read_body(verifying, path, proved, &body);
	if (code == LANTIK_EXIT_OK) {
		lantik_say(cli, "%s verifies.", "%s terbukti sah.", path);
		lantik_say(cli, "Proved:", "Terbukti:");
		lantik_say_signed(verifying, proved->receipt.checkpoint, &proved->receipt.head);
		say_batch(verifying, proved);
		say_body(verifying, proved, &body);
		say_record(verifying, proved);
		say_values(verifying, &body);
		say_not_proved(verifying, proved, &body);
		lantik_say_unknown(cli, proved->verdict.unknown, proved->verdict.unknown_names);
		lantik_write_batch(verifying, path, proved);
		write_record(verifying, proved, &body);
	}
	lantik_arena_free(&body.arena);
	return code;
}

static int other_body(struct lantik_verifying *verifying, const char *path)
{
	return lantik_fail(verifying->cli, 132, LANTIK_EXIT_NOT_VERIFIED,
		"%s does NOT prove this body: other bytes were recorded\n"
		"the body is what lantik sent, HOME/outbox/*/body, and not the spreadsheet; what the receipt proves by "
		"itself: without --body",
		"%s TIDAK membuktikan isi kiriman ini: yang dicatat berisi lain\n"
		"isi kiriman adalah yang dikirim lantik, HOME/outbox/*/body, bukan lembar kerja; yang dibuktikan tanda "
		"terima itu sendiri: tanpa --body",
		path);
}

int lantik_verify_batch(struct lantik_verifying *verifying, const char *path, struct lantik_span text)
{
	struct lantik_proved proved;
	struct lantik_receipt receipt;
	struct lantik_expectation expected = {.through = lantik_buffer_span(&verifying->through)};
	if (verifying->has_body) {
		if (lantik_batch_digests(lantik_buffer_span(&verifying->body), &verifying->digests) != LANTIK_OK)
			verifying->digests = (struct lantik_batch_digests){{0}, {0}};
		expected.manifest_sha256 = verifying->digests.manifest_sha256;
	}
	enum lantik_doubt doubt = lantik_prove(text, &verifying->trust, &expected, &proved);
	if (doubt == LANTIK_NO_DOUBT) {
		int code = tell_batch(verifying, path, &proved);
		lantik_proved_free(&proved);
		return code;
	}
	if (doubt == LANTIK_DOUBT_BATCH && verifying->has_body)
		return other_body(verifying, path);
	struct lantik_span note = {0};
	if (lantik_receipt_parse(text, &receipt) == LANTIK_OK) {
		note = receipt.checkpoint;
		lantik_receipt_free(&receipt);
	}
	return lantik_not_proved(verifying, path, doubt, note);
}

/* --- a decision --- */

static void say_outcomes(struct lantik_verifying *verifying, const struct lantik_statement *statement)
{
	char accepted[32], returned[32], review[32], rejected[32];
	struct lantik_cli *cli = verifying->cli;
	lantik_count_format(cli, statement->accepted, accepted);
	lantik_count_format(cli, statement->returned, returned);
	lantik_count_format(cli, statement->review, review);
	lantik_count_format(cli, statement->rejected, rejected);
	lantik_say(cli,
		"  - By it %s rows were recorded, %s returned, %s rejected (TMS), and %s still wait for an official.",
		"  - Karenanya %s baris dicatat, %s dikembalikan, %s ditolak (TMS), dan %s masih menunggu pejabat.",
		accepted, returned, rejected, review);
	size_t shown = 0;
	for (size_t i = 0; i < statement->record_count; i++) {
		const struct lantik_decided *decided = &statement->records[i];
		bool wanted =
			verifying->record_no == 0 ? shown < DECIDED_SHOWN : decided->record_no == verifying->record_no;
		if (!wanted)
			continue;
		shown++;
		lantik_say(cli, "    row %u: %s", "    urutan %u: %s", decided->record_no,
			lantik_outcome_text(cli, decided->outcome));
	}
	if (verifying->record_no > 0 && shown == 0)
		lantik_say(cli, "    It decided nothing about record %u.",
			"    Keputusan ini tidak menyangkut baris urutan %u.", verifying->record_no);
	if (verifying->record_no == 0 && statement->record_count > shown)
		lantik_say(cli, "    ... and %zu more", "    ... dan %zu lagi", statement->record_count - shown);
}

static void say_decision(struct lantik_verifying *verifying, const struct lantik_decision *decision)
{
	struct lantik_cli *cli = verifying->cli;
	const struct lantik_decision_leaf *leaf = &decision->receipt.decision;
	char id[37], batch_id[37], when[32];
	lantik_id_format(leaf->decision_id, id);
	lantik_id_format(leaf->batch_id, batch_id);
	lantik_time_text(leaf->recorded_at, when);
	lantik_say(cli, "  - Decision %s is leaf %" PRIu64 " of its ledger, recorded %s, %s.",
		"  - Keputusan %s adalah daun %" PRIu64 " pada buku besarnya, tercatat %s, %s.", id,
		decision->receipt.index, when, lantik_durability_text(cli, leaf->durability));
	lantik_say(cli, "  - It is about batch %s of the office %.*s, leaf %" PRIu64 ".",
		"  - Keputusan ini tentang paket %s dari kantor %.*s, daun %" PRIu64 ".", batch_id,
		(int)leaf->office.len, (const char *)leaf->office.data, leaf->batch_leaf_index);
	lantik_say(cli, "  - What the centre recorded as the official's word:",
		"  - Yang dicatat pusat sebagai keputusan pejabat:");
	lantik_say_decision(cli, decision, 4);
	say_outcomes(verifying, &decision->statement);
	lantik_say(cli, "Not proved:", "Tidak terbukti:");
	lantik_say_epoch_open(verifying, &decision->receipt.head);
	lantik_say(cli,
		"  - That the official is the person named: for that the centre vouches.\n"
		"  - That the key is the centre's: that you know from where you got it.\n"
		"  - What was decided about these rows before or later: `lantik status` asks.",
		"  - Bahwa pejabat itu memang orang yang disebut: pusat yang menjaminnya.\n"
		"  - Bahwa kunci itu milik pusat: itu Anda ketahui dari mana Anda memperolehnya.\n"
		"  - Keputusan sebelum atau sesudahnya tentang baris itu: `lantik status` menanyakannya.");
}

void lantik_write_decision(struct lantik_verifying *verifying, const char *path, const struct lantik_decision *decision)
{
	struct lantik_cli *cli = verifying->cli;
	lantik_json_open(cli, "result");
	lantik_json_text(cli, "receipt", path);
	lantik_json_flag(cli, "verified", true);
	lantik_json_span(cli, "office", decision->statement.office);
	lantik_json_decision(cli, decision);
	lantik_json_signed(verifying, decision->receipt.checkpoint, &decision->receipt.head);
	lantik_json_close(cli);
}

static int tell_decision(struct lantik_verifying *verifying, const char *path, const struct lantik_decision *decision)
{
	struct lantik_cli *cli = verifying->cli;
	int code = lantik_cosigners_check(verifying, path, decision->receipt.checkpoint);
	if (code != LANTIK_EXIT_OK)
		return code;
	lantik_say(cli, "%s verifies: it is the receipt of a decision.",
		"%s terbukti sah: tanda terima sebuah keputusan.", path);
	lantik_say(cli, "Proved:", "Terbukti:");
	lantik_say_signed(verifying, decision->receipt.checkpoint, &decision->receipt.head);
	say_decision(verifying, decision);
	lantik_say_unknown(cli, decision->statement.unknown, decision->statement.unknown_names);
	lantik_write_decision(verifying, path, decision);
	return code;
}

int lantik_verify_decision(struct lantik_verifying *verifying, const char *path, struct lantik_span text)
{
	struct lantik_decision decision;
	struct lantik_receipt receipt;
	struct lantik_span note = {0};
	if (verifying->has_body)
		return lantik_fail(verifying->cli, 135, LANTIK_EXIT_USAGE,
			"%s is about a decision, which names a batch and no body\n"
			"give --body with the receipt of the batch",
			"%s tentang keputusan, yang menyebut paket dan bukan isinya\n"
			"berikan --body bersama tanda terima paketnya",
			path);
	enum lantik_doubt doubt = lantik_decision_prove(text, &verifying->trust, &decision);
	if (doubt == LANTIK_NO_DOUBT) {
		int code = tell_decision(verifying, path, &decision);
		lantik_decision_free(&decision);
		return code;
	}
	if (lantik_receipt_parse(text, &receipt) == LANTIK_OK) {
		note = receipt.checkpoint;
		lantik_receipt_free(&receipt);
	}
	return lantik_not_proved(verifying, path, doubt, note);
}
