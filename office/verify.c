/* `lantik verify`: proves receipts offline and says in sentences what was proved and what was not.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "office.h"
#include "sent.h"

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

static void format_time(int64_t micros, char ret[32])
{
	int64_t minutes = micros / 60000000 + 7 * 60;
	char date[11];
	lantik_date_format(lantik_instant_date(micros), date);
	snprintf(ret, 32, "%s %02d:%02d WIB", date, (int)(minutes / 60 % 24), (int)(minutes % 60));
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
	format_time(leaf->recorded_at, when);
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

static int verify_text(struct lantik_cli *cli, const char *path, struct lantik_span text, const struct lantik_vkey *key,
	const struct lantik_expectation *expected)
{
	struct lantik_proved proved;
	enum lantik_doubt doubt = lantik_prove(text, key, expected, &proved);
	if (doubt != LANTIK_NO_DOUBT)
		return not_proved(cli, path, doubt);
	lantik_say(cli, "%s verifies.", "%s terbukti sah.", path);
	say_proved(cli, &proved, key);
	say_not_proved(cli, expected->body_sha256 != NULL);
	lantik_say_unknown(cli, &proved.verdict);
	write_result(cli, path, &proved);
	lantik_proved_free(&proved);
	return LANTIK_EXIT_OK;
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

/* Every receipt of the outbox against its own batch: a line each. */
static int verify_entry(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_vkey *key,
	const struct lantik_entry *entry)
{
	char path[LANTIK_MAX_PATH], rows[32];
	struct lantik_buffer text = {0};
	struct lantik_proved proved;
	struct lantik_sent sent;
	if (entry->damaged)
		return lantik_report_damaged(cli, entry);
	int code = lantik_sent_read(cli, home, entry, &sent);
	if (code != LANTIK_EXIT_OK)
		return code;
	lantik_outbox_path(home, entry, "receipt", path);
	enum lantik_error error = lantik_file_read(path, LANTIK_MAX_RECEIPT, &text);
	enum lantik_doubt doubt = LANTIK_NO_DOUBT;
	if (error != LANTIK_OK)
		code = cannot_read(cli, path, error);
	else
		doubt = lantik_prove(lantik_buffer_span(&text), key, &sent.expected, &proved);
	if (code == LANTIK_EXIT_OK && doubt != LANTIK_NO_DOUBT)
		code = not_proved(cli, path, doubt);
	if (code == LANTIK_EXIT_OK) {
		lantik_say(cli, "verifies: leaf %" PRIu64 ", %s rows recorded, %s",
			"sah: daun %" PRIu64 ", %s baris dicatat, %s", proved.receipt.index,
			lantik_count_format(cli, proved.verdict.accepted, rows), entry->file);
		lantik_say_unknown(cli, &proved.verdict);
		write_result(cli, path, &proved);
		lantik_proved_free(&proved);
	}
	lantik_sent_free(&sent);
	lantik_buffer_free(&text);
	return code;
}

static int verify_outbox(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_vkey *key)
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
		receipts += !entry->damaged;
		code = verify_entry(cli, home, key, entry);
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
	return path ? verify_file(cli, path, &key, &expected) : verify_outbox(cli, &home, &key);
}
