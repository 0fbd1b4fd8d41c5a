/* `lantik verify`: proves receipts offline and says in sentences what was proved and what was not.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "history.h"
#include "office.h"

/* Rows of a decision that are named one by one. */
#define DECIDED_SHOWN 20u

/* The pinned key of the home, or the file that --key names. */
static int read_key(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_vkey *ret)
{
	const char *path = lantik_option_text(cli, "key");
	struct lantik_buffer text = {0};
	if (!path)
		return lantik_home_receipt_key(cli, home, ret);
	enum lantik_error error = lantik_file_read(path, 64 * 1024, &text);
	if (error == LANTIK_OK)
		error = lantik_vkey_parse(lantik_buffer_span(&text), ret);
	lantik_buffer_free(&text);
	if (error == LANTIK_OK)
		return LANTIK_EXIT_OK;
	return lantik_fail(cli, 130, LANTIK_EXIT_USAGE, "%s holds no verifier key: %s",
		"%s tidak memuat kunci pemeriksa: %s", path, lantik_error_text(error, lantik_cli_language(cli)));
}

static const char *durability_text(struct lantik_cli *cli, uint8_t durability)
{
	if (durability == LANTIK_DURABLE_QUORUM)
		return lantik_cli_pick(cli, "on several database servers", "di beberapa peladen basis data");
	if (durability == LANTIK_DURABLE_LOCAL)
		return lantik_cli_pick(cli, "on one database server", "di satu peladen basis data");
	return lantik_cli_pick(
		cli, "in a test installation without safe storage", "di instalasi uji tanpa penyimpanan aman");
}

static void say_proved(struct lantik_cli *cli, const struct lantik_proved *proved, const struct lantik_vkey *key)
{
	const struct lantik_batch_leaf *leaf = &proved->receipt.leaf;
	const struct lantik_verdict *verdict = &proved->verdict;
	char id[37], when[32], accepted[32], returned[32], review[32];
	lantik_id_format(leaf->batch_id, id);
	lantik_time_text(leaf->recorded_at, when);
	lantik_count_format(cli, verdict->accepted, accepted);
	lantik_count_format(cli, verdict->returned, returned);
	lantik_count_format(cli, verdict->review, review);
	lantik_say(cli, "Proved:", "Terbukti:");
	lantik_say(cli, "  - The holder of the key %s signed this.", "  - Pemegang kunci %s menandatangani ini.",
		key->name);
	lantik_say(cli, "  - Batch %s of the office %.*s is leaf %" PRIu64 " of its ledger, recorded %s, %s.",
		"  - Paket %s dari kantor %.*s adalah daun %" PRIu64 " pada buku besarnya, tercatat %s, %s.", id,
		(int)leaf->office.len, (const char *)leaf->office.data, proved->receipt.index, when,
		durability_text(cli, leaf->durability));
	if (verdict->refused)
		lantik_say(cli, "  - The batch was refused whole by a rule; no row of it was recorded.",
			"  - Paket ditolak seluruhnya oleh aturan; tidak ada baris yang dicatat.");
	else
		lantik_say(cli, "  - %s rows were recorded, %s returned, %s wait for an official.",
			"  - %s baris dicatat, %s dikembalikan, %s menunggu pejabat.", accepted, returned, review);
}

static void say_not_proved(struct lantik_cli *cli, bool body_compared)
{
	if (body_compared)
		lantik_say(cli, "  - The body that you gave is, byte for byte, the one that was recorded.",
			"  - Isi kiriman yang Anda berikan sama persis dengan yang dicatat.");
	lantik_say(cli, "Not proved:", "Tidak terbukti:");
	if (!body_compared)
		lantik_say(cli, "  - That it is about a certain file: give its body with --body.",
			"  - Bahwa ini tentang berkas tertentu: berikan isinya dengan --body.");
	lantik_say(cli, "  - That the key is the centre's: that you know from where you got it.",
		"  - Bahwa kunci itu milik pusat: itu Anda ketahui dari mana Anda memperolehnya.");
	lantik_say(cli, "  - That nothing was changed at the centre since, and what officials decided later.",
		"  - Bahwa tidak ada yang berubah di pusat sesudahnya, dan keputusan pejabat kemudian.");
}

static void write_result(struct lantik_cli *cli, const char *path, const struct lantik_proved *proved)
{
	char id[37], when[28];
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
	lantik_json_close(cli);
}

/* --- decisions --- */

static void say_outcomes(struct lantik_cli *cli, const struct lantik_statement *statement)
{
	char accepted[32], returned[32], review[32], rejected[32];
	lantik_count_format(cli, statement->accepted, accepted);
	lantik_count_format(cli, statement->returned, returned);
	lantik_count_format(cli, statement->review, review);
	lantik_count_format(cli, statement->rejected, rejected);
	lantik_say(cli,
		"  - By it %s rows were recorded, %s returned, %s rejected (TMS), and %s still wait for an official.",
		"  - Karenanya %s baris dicatat, %s dikembalikan, %s ditolak (TMS), dan %s masih menunggu pejabat.",
		accepted, returned, rejected, review);
	for (size_t i = 0; i < statement->record_count && i < DECIDED_SHOWN; i++)
		lantik_say(cli, "    row %u: %s", "    urutan %u: %s", statement->records[i].record_no,
			lantik_outcome_text(cli, statement->records[i].outcome));
	if (statement->record_count > DECIDED_SHOWN)
		lantik_say(
			cli, "    ... and %zu more", "    ... dan %zu lagi", statement->record_count - DECIDED_SHOWN);
}

static void say_decision(struct lantik_cli *cli, const struct lantik_decision *decision, const struct lantik_vkey *key)
{
	const struct lantik_decision_leaf *leaf = &decision->receipt.decision;
	char id[37], batch_id[37], when[32];
	lantik_id_format(leaf->decision_id, id);
	lantik_id_format(leaf->batch_id, batch_id);
	lantik_time_text(leaf->recorded_at, when);
	lantik_say(cli, "Proved:", "Terbukti:");
	lantik_say(cli, "  - The holder of the key %s signed this.", "  - Pemegang kunci %s menandatangani ini.",
		key->name);
	lantik_say(cli, "  - Decision %s is leaf %" PRIu64 " of its ledger, recorded %s, %s.",
		"  - Keputusan %s adalah daun %" PRIu64 " pada buku besarnya, tercatat %s, %s.", id,
		decision->receipt.index, when, durability_text(cli, leaf->durability));
	lantik_say(cli, "  - It is about batch %s of the office %.*s, leaf %" PRIu64 ".",
		"  - Keputusan ini tentang paket %s dari kantor %.*s, daun %" PRIu64 ".", batch_id,
		(int)leaf->office.len, (const char *)leaf->office.data, leaf->batch_leaf_index);
	lantik_say(cli, "  - What the centre recorded as the official's word:",
		"  - Yang dicatat pusat sebagai keputusan pejabat:");
	lantik_say_decision(cli, decision, 4);
	say_outcomes(cli, &decision->statement);
	lantik_say(cli,
		"Not proved:\n"
		"  - That the official is the person named: for that the centre vouches.\n"
		"  - That the key is the centre's: that you know from where you got it.\n"
		"  - What was decided about these rows before or later: `lantik status` asks.",
		"Tidak terbukti:\n"
		"  - Bahwa pejabat itu memang orang yang disebut: pusat yang menjaminnya.\n"
		"  - Bahwa kunci itu milik pusat: itu Anda ketahui dari mana Anda memperolehnya.\n"
		"  - Keputusan sebelum atau sesudahnya tentang baris itu: `lantik status` menanyakannya.");
}

static void write_decision(struct lantik_cli *cli, const char *path, const struct lantik_decision *decision)
{
	lantik_json_open(cli, "result");
	lantik_json_text(cli, "receipt", path);
	lantik_json_flag(cli, "verified", true);
	lantik_json_span(cli, "office", decision->statement.office);
	lantik_json_decision(cli, decision);
	lantik_json_close(cli);
}

static int cannot_read(struct lantik_cli *cli, const char *path, enum lantik_error error)
{
	return lantik_fail(cli, 131, LANTIK_EXIT_FAILED, "cannot read %s: %s", "tidak dapat membaca %s: %s", path,
		lantik_file_error(cli, error));
}

static int not_proved(struct lantik_cli *cli, const char *path, enum lantik_doubt doubt)
{
	return lantik_fail(cli, 132, LANTIK_EXIT_NOT_VERIFIED, "%s does NOT verify: %s", "%s TIDAK terbukti sah: %s",
		path, lantik_doubt_text(doubt, lantik_cli_language(cli)));
}

static int verify_batch(struct lantik_cli *cli, const char *path, struct lantik_proved *proved,
	const struct lantik_vkey *key, bool body_compared)
{
	lantik_say(cli, "%s verifies.", "%s terbukti sah.", path);
	say_proved(cli, proved, key);
	say_not_proved(cli, body_compared);
	lantik_say_unknown(cli, proved->verdict.unknown, proved->verdict.unknown_names);
	write_result(cli, path, proved);
	lantik_proved_free(proved);
	return LANTIK_EXIT_OK;
}

static int verify_decision(
	struct lantik_cli *cli, const char *path, struct lantik_span text, const struct lantik_vkey *key)
{
	struct lantik_decision decision;
	enum lantik_doubt doubt = lantik_decision_prove(text, key, &decision);
	if (doubt != LANTIK_NO_DOUBT)
		return not_proved(cli, path, doubt);
	lantik_say(cli, "%s verifies: it is the receipt of a decision.",
		"%s terbukti sah: tanda terima sebuah keputusan.", path);
	say_decision(cli, &decision, key);
	lantik_say_unknown(cli, decision.statement.unknown, decision.statement.unknown_names);
	write_decision(cli, path, &decision);
	lantik_decision_free(&decision);
	return LANTIK_EXIT_OK;
}

static int verify_text(struct lantik_cli *cli, const char *path, struct lantik_span text, const struct lantik_vkey *key,
	const struct lantik_expectation *expected)
{
	struct lantik_proved proved;
	enum lantik_doubt doubt = lantik_prove(text, key, expected, &proved);
	if (doubt == LANTIK_DOUBT_DECISION && expected->body_sha256)
		return lantik_fail(cli, 135, LANTIK_EXIT_USAGE,
			"%s is about a decision, which names a batch and no body\n"
			"give --body with the receipt of the batch",
			"%s tentang keputusan, yang menyebut paket dan bukan isinya\n"
			"berikan --body bersama tanda terima paketnya",
			path);
	if (doubt == LANTIK_DOUBT_DECISION)
		return verify_decision(cli, path, text, key);
	if (doubt != LANTIK_NO_DOUBT)
		return not_proved(cli, path, doubt);
	return verify_batch(cli, path, &proved, key, expected->body_sha256 != NULL);
}

static int verify_file(struct lantik_cli *cli, const char *path, const struct lantik_vkey *key,
	const struct lantik_expectation *expected)
{
	struct lantik_buffer text = {0};
	enum lantik_error error = lantik_file_read(path, LANTIK_MAX_RECEIPT, &text);
	int code = error == LANTIK_OK ? verify_text(cli, path, lantik_buffer_span(&text), key, expected)
				      : cannot_read(cli, path, error);
	lantik_buffer_free(&text);
	return code;
}

static int digest_body(struct lantik_cli *cli, const char *path, uint8_t ret[LANTIK_HASH])
{
	struct lantik_buffer body = {0};
	enum lantik_error error = lantik_file_read(path, LANTIK_MAX_BODY, &body);
	if (error == LANTIK_OK)
		lantik_sha256(lantik_buffer_span(&body), ret);
	lantik_buffer_free(&body);
	return error == LANTIK_OK ? LANTIK_EXIT_OK : cannot_read(cli, path, error);
}

/* Every receipt of the outbox against its own batch, and every decision against that: a line each. */
static void say_entry(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_entry *entry,
	const struct lantik_history *history)
{
	char path[LANTIK_MAX_PATH], rows[32];
	const struct lantik_proved *proved = &history->proved;
	lantik_say(cli, "verifies: leaf %" PRIu64 ", %s rows recorded, %s",
		"sah: daun %" PRIu64 ", %s baris dicatat, %s", proved->receipt.index,
		lantik_count_format(cli, proved->verdict.accepted, rows), entry->file);
	lantik_say_unknown(cli, proved->verdict.unknown, proved->verdict.unknown_names);
	write_result(cli, lantik_outbox_path(home, entry, "receipt", path), proved);
	for (size_t i = 0; i < history->decision_count; i++) {
		const struct lantik_decision *decision = history->decisions[i];
		lantik_say(cli, "verifies: leaf %" PRIu64 ", a decision about it (rows: %s)",
			"sah: daun %" PRIu64 ", keputusan tentangnya (baris: %s)", decision->receipt.index,
			lantik_count_format(cli, (int64_t)decision->statement.record_count, rows));
		write_decision(cli, lantik_decision_path(home, entry, decision->receipt.index, path), decision);
	}
}

static int verify_entry(
	struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_entry *entry, size_t *ret_receipts)
{
	struct lantik_history history;
	if (entry->damaged)
		return lantik_report_damaged(cli, entry);
	++*ret_receipts;
	int code = lantik_history_load(cli, home, entry, &history);
	if (code != LANTIK_EXIT_OK)
		return code;
	say_entry(cli, home, entry, &history);
	*ret_receipts += history.decision_count;
	if (history.damaged)
		code = lantik_fail(cli, 134, LANTIK_EXIT_NOT_VERIFIED,
			"a decision about %s that is kept here does NOT verify\n"
			"`lantik status` with the file's name fetches it again",
			"keputusan tentang %s yang disimpan di sini TIDAK terbukti sah\n"
			"`lantik status` dengan nama berkas mengambilnya lagi",
			entry->file);
	lantik_history_free(&history);
	return code;
}

static int verify_outbox(struct lantik_cli *cli, const struct lantik_home *home)
{
	struct lantik_entries entries;
	int worst = LANTIK_EXIT_OK;
	if (!lantik_home_holds(home, "sign.key"))
		lantik_remark(cli, "%s holds no sign.key, so the signature under each receipt is not compared",
			"%s tidak memuat sign.key, sehingga tanda tangan pada tanda terima tidak dibandingkan",
			home->folder);
	int code = lantik_outbox_list(cli, home, &entries);
	if (code != LANTIK_EXIT_OK)
		return code;
	size_t receipts = 0;
	for (size_t i = 0; i < entries.count; i++) {
		const struct lantik_entry *entry = &entries.items[i];
		if (!entry->damaged && entry->state != LANTIK_ENTRY_RECORDED && entry->state != LANTIK_ENTRY_REFUSED)
			continue;
		code = verify_entry(cli, home, entry, &receipts);
		worst = worst == LANTIK_EXIT_OK ? code : worst;
	}
	lantik_entries_free(&entries);
	if (receipts == 0 && worst == LANTIK_EXIT_OK)
		return lantik_fail(cli, 133, LANTIK_EXIT_FAILED, "%s holds no receipt\nname one: lantik verify FILE",
			"%s tidak memuat tanda terima\nsebutkan satu: lantik verify BERKAS", home->folder);
	lantik_summary_number(cli, "receipts", (int64_t)receipts);
	return worst;
}

int lantik_verify_main(struct lantik_cli *cli)
{
	struct lantik_home home;
	struct lantik_vkey key;
	uint8_t digest[LANTIK_HASH];
	struct lantik_expectation expected = {0};
	const char *body = lantik_option_text(cli, "body");
	int code = lantik_home_open(cli, &home);
	if (code == LANTIK_EXIT_OK)
		code = read_key(cli, &home, &key);
	if (code == LANTIK_EXIT_OK && body) {
		code = digest_body(cli, body, digest);
		expected.body_sha256 = digest;
	}
	if (code != LANTIK_EXIT_OK)
		return code;
	const char *path = lantik_argument(cli, 0);
	return path ? verify_file(cli, path, &key, &expected) : verify_outbox(cli, &home);
}
