/* Every receipt that is kept here, proved one by one: a line each.
 * SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <inttypes.h>
#include <string.h>

#include "lost.h"
#include "verify.h"

static void say_batch(
	struct lantik_verifying *verifying, const struct lantik_entry *entry, const struct lantik_history *history)
{
	char rows[32];
	struct lantik_cli *cli = verifying->cli;
	const struct lantik_proved *proved = &history->proved;
	lantik_count_format(cli, proved->verdict.accepted, rows);
	if (history->maybe_lost)
		lantik_say(cli,
			"verifies: leaf %" PRIu64
			" of epoch %u, %s rows recorded, %s; that epoch ended and the centre may have "
			"lost it: lantik resend",
			"sah: daun %" PRIu64
			" epoch %u, %s baris dicatat, %s; epoch itu sudah berakhir dan mungkin hilang di "
			"pusat: lantik resend",
			proved->receipt.index, proved->receipt.head.epoch, rows, entry->file);
	else
		lantik_say(cli, "verifies: leaf %" PRIu64 ", %s rows recorded, %s",
			"sah: daun %" PRIu64 ", %s baris dicatat, %s", proved->receipt.index, rows, entry->file);
	lantik_say_unknown(cli, proved->verdict.unknown, proved->verdict.unknown_names);
}

static void say_entry(
	struct lantik_verifying *verifying, const struct lantik_entry *entry, const struct lantik_history *history)
{
	char path[LANTIK_MAX_PATH], rows[32];
	struct lantik_cli *cli = verifying->cli;
	say_batch(verifying, entry, history);
	lantik_write_batch(verifying, lantik_outbox_path(&verifying->home, entry, "receipt", path), &history->proved);
	for (size_t i = 0; i < history->decision_count; i++) {
		const struct lantik_decision *decision = history->decisions[i];
		lantik_say(cli, "verifies: leaf %" PRIu64 ", a decision about it (rows: %s)",
			"sah: daun %" PRIu64 ", keputusan tentangnya (baris: %s)", decision->receipt.index,
			lantik_count_format(cli, (int64_t)decision->statement.record_count, rows));
		lantik_write_decision(verifying,
			lantik_decision_path(&verifying->home, entry, decision->receipt.index, path), decision);
	}
	if (history->given_up > 0)
		lantik_say(cli,
			"  %zu decisions about it are of an epoch that ended and count no longer; the present ones: "
			"lantik status",
			"  %zu keputusan tentangnya berasal dari epoch yang sudah berakhir dan tidak berlaku lagi; "
			"yang sekarang: "
			"lantik status",
			history->given_up);
}

/* The receipt of an epoch that ended, beside the one that took its place. */
static int verify_former(struct lantik_verifying *verifying, const struct lantik_entry *entry, const char *name)
{
	char path[LANTIK_MAX_PATH];
	struct lantik_buffer text = {0};
	struct lantik_proved proved;
	struct lantik_expectation expected = {.manifest_sha256 = entry->manifest_sha256};
	lantik_outbox_path(&verifying->home, entry, name, path);
	enum lantik_error error = lantik_file_read(path, LANTIK_MAX_RECEIPT, &text);
	enum lantik_doubt doubt =
		error == LANTIK_OK ? lantik_prove(lantik_buffer_span(&text), &verifying->trust, &expected, &proved)
				   : LANTIK_DOUBT_FORM;
	int code = LANTIK_EXIT_OK;
	if (doubt == LANTIK_NO_DOUBT) {
		lantik_say(verifying->cli,
			"verifies: leaf %" PRIu64
			" of epoch %u, which ended: the centre had it and recorded it again, as the "
			"line above says",
			"sah: daun %" PRIu64
			" epoch %u yang sudah berakhir: pusat pernah memilikinya dan mencatatnya lagi, "
			"seperti di baris atas",
			proved.receipt.index, proved.receipt.head.epoch);
		lantik_write_batch(verifying, path, &proved);
		lantik_proved_free(&proved);
	} else {
		code = lantik_not_proved(verifying, path, doubt, (struct lantik_span){0});
	}
	lantik_buffer_free(&text);
	return code;
}

static int verify_formers(struct lantik_verifying *verifying, const struct lantik_entry *entry, size_t *ret_receipts)
{
	char path[LANTIK_MAX_PATH];
	int worst = LANTIK_EXIT_OK;
	DIR *folder = opendir(lantik_outbox_path(&verifying->home, entry, "", path));
	struct dirent *item;
	while (folder && (item = readdir(folder)) != NULL) {
		if (strncmp(item->d_name, LANTIK_FORMER_RECEIPT, sizeof LANTIK_FORMER_RECEIPT - 1) != 0)
			continue;
		++*ret_receipts;
		int code = verify_former(verifying, entry, item->d_name);
		worst = worst == LANTIK_EXIT_OK ? code : worst;
	}
	if (folder)
		closedir(folder);
	return worst;
}

static int verify_entry(struct lantik_verifying *verifying, const struct lantik_entry *entry, size_t *ret_receipts)
{
	struct lantik_history history;
	struct lantik_cli *cli = verifying->cli;
	if (entry->damaged)
		return lantik_report_damaged(cli, entry);
	++*ret_receipts;
	int code = lantik_history_load(cli, &verifying->home, &verifying->trust, entry, &history);
	if (code != LANTIK_EXIT_OK)
		return code;
	say_entry(verifying, entry, &history);
	*ret_receipts += history.decision_count;
	if (history.damaged)
		code = lantik_fail(cli, 134, LANTIK_EXIT_NOT_VERIFIED,
			"a decision about %s that is kept here does NOT verify\n"
			"`lantik status` with the file's name fetches it again",
			"keputusan tentang %s yang disimpan di sini TIDAK terbukti sah\n"
			"`lantik status` dengan nama berkas mengambilnya lagi",
			entry->file);
	lantik_history_free(&history);
	int former = verify_formers(verifying, entry, ret_receipts);
	return code == LANTIK_EXIT_OK ? former : code;
}

/* The deeds were proved when the trust was made of them; what they say of the keys stands here. */
static void say_trust(struct lantik_verifying *verifying)
{
	const struct lantik_trust *trust = &verifying->trust;
	struct lantik_cli *cli = verifying->cli;
	for (size_t i = 0; i < trust->key_count && trust->key_count > 1; i++) {
		const struct lantik_trusted_key *key = &trust->keys[i];
		char id[9];
		lantik_hex_encode(key->vkey.id, sizeof key->vkey.id, id);
		if (key->compromised_from != LANTIK_TRUST_OPEN)
			lantik_say(cli, "key %s+%s: believed below a ledger of %" PRIu64 " entries alone",
				"kunci %s+%s: hanya dipercaya di bawah buku besar berisi %" PRIu64 " entri",
				key->vkey.name, id, key->compromised_from);
		else if (key->until_size != LANTIK_TRUST_OPEN)
			lantik_say(cli, "key %s+%s: in use until leaf %" PRIu64,
				"kunci %s+%s: dipakai sampai daun %" PRIu64, key->vkey.name, id, key->until_size - 1);
		else
			lantik_say(cli, "key %s+%s: in use", "kunci %s+%s: dipakai", key->vkey.name, id);
	}
}

int lantik_verify_outbox(struct lantik_verifying *verifying)
{
	struct lantik_entries entries;
	struct lantik_cli *cli = verifying->cli;
	int worst = LANTIK_EXIT_OK;
	if (!lantik_home_holds(&verifying->home, "sign.key"))
		lantik_remark(cli, "%s holds no sign.key, so the signature under each receipt is not compared",
			"%s tidak memuat sign.key, sehingga tanda tangan pada tanda terima tidak dibandingkan",
			verifying->home.folder);
	int code = lantik_outbox_list(cli, &verifying->home, &entries);
	if (code != LANTIK_EXIT_OK)
		return code;
	size_t receipts = 0;
	for (size_t i = 0; i < entries.count; i++) {
		const struct lantik_entry *entry = &entries.items[i];
		if (!entry->damaged && entry->state != LANTIK_ENTRY_RECORDED && entry->state != LANTIK_ENTRY_REFUSED)
			continue;
		code = verify_entry(verifying, entry, &receipts);
		worst = worst == LANTIK_EXIT_OK ? code : worst;
	}
	lantik_entries_free(&entries);
	if (receipts == 0 && worst == LANTIK_EXIT_OK)
		return lantik_fail(cli, 133, LANTIK_EXIT_FAILED, "%s holds no receipt\nname one: lantik verify FILE",
			"%s tidak memuat tanda terima\nsebutkan satu: lantik verify BERKAS", verifying->home.folder);
	say_trust(verifying);
	lantik_summary_number(cli, "receipts", (int64_t)receipts);
	return worst;
}
