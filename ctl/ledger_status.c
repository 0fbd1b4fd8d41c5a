/* lantikctl ledger status: epoch, head and keys of the ledger, and what says that it lost leaves.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "ctl.h"
#include "deeds.h"
#include "ledger.h"

static void tell_head(struct lantik_cli *cli, const struct ledger *is)
{
	char root[2 * LANTIK_HASH + 1];
	lantik_hex_encode(is->head.root, LANTIK_HASH, root);
	lantik_say(cli, "ledger    %s", "buku besar  %s", is->origin);
	lantik_say(cli, "epoch     %u", "epoch       %u", is->epoch);
	lantik_say(cli, "leaves    %" PRIu64, "daun        %" PRIu64, is->head.size);
	lantik_say(cli, "root      %s", "akar        %s", root);
	if (*is->recorded_at)
		lantik_say(cli, "recorded  %s", "dicatat     %s", is->recorded_at);
	if (is->timeline)
		lantik_say(cli, "timeline  %d of PostgreSQL; %" PRIu64 " leaves were written on others",
			"timeline    %d dari PostgreSQL; %" PRIu64 " daun ditulis pada yang lain", is->timeline,
			is->before);
	if (is->unsigned_sizes)
		lantik_say(cli, "unsigned  %" PRIu64 " leaves have no stored checkpoint yet",
			"tanpa tanda tangan  %" PRIu64 " daun belum memiliki titik periksa tersimpan",
			is->unsigned_sizes);
	lantik_json_open(cli, "ledger");
	lantik_json_text(cli, "origin", is->origin);
	lantik_json_number(cli, "epoch", is->epoch);
	lantik_json_number(cli, "size", (int64_t)is->head.size);
	lantik_json_text(cli, "root", root);
	lantik_json_text(cli, "recorded_at", *is->recorded_at ? is->recorded_at : NULL);
	lantik_json_number(cli, "timeline", is->timeline);
	lantik_json_number(cli, "leaves_of_other_timelines", (int64_t)is->before);
	lantik_json_number(cli, "without_checkpoint", (int64_t)is->unsigned_sizes);
	lantik_json_flag(cli, "forked", is->fork_count > 0);
	lantik_json_close(cli);
}

static void tell_fork(struct lantik_cli *cli, const struct ledger_fork *fork)
{
	char root[2 * LANTIK_HASH + 1], ours[2 * LANTIK_HASH + 1];
	lantik_hex_encode(fork->head.root, LANTIK_HASH, root);
	lantik_hex_encode(fork->ledger.root, LANTIK_HASH, ours);
	lantik_say(cli, "  %" PRIu64 " leaves, epoch %u, root %.16s; shown by %s at %s, when the ledger had %" PRIu64,
		"  %" PRIu64 " daun, epoch %u, akar %.16s; ditunjukkan %s pada %s, ketika buku besar memiliki %" PRIu64,
		fork->head.size, fork->epoch, root,
		*fork->office ? fork->office : lantik_cli_pick(cli, "lantikd itself", "lantikd sendiri"),
		fork->found_at, fork->ledger.size);
	lantik_json_open(cli, "fork");
	lantik_json_number(cli, "epoch", fork->epoch);
	lantik_json_number(cli, "size", (int64_t)fork->head.size);
	lantik_json_text(cli, "root", root);
	lantik_json_text(cli, "office", *fork->office ? fork->office : NULL);
	lantik_json_text(cli, "found_at", fork->found_at);
	lantik_json_number(cli, "ledger_size", (int64_t)fork->ledger.size);
	lantik_json_text(cli, "ledger_root", ours);
	lantik_json_close(cli);
}

static int tell_waiting(struct database *database)
{
	struct lantik_cli *cli = database->cli;
	struct deeds_waiting waiting = {0};
	if (!deeds_waiting_read(database, &waiting))
		return database_fail(database, "could not read the requests", "gagal membaca permintaan");
	for (size_t i = 0; i < waiting.count; i++) {
		const struct deed_waiting *item = &waiting.items[i];
		int32_t kind = (int32_t)item->deed.kind;
		lantik_say(cli, "waits     request %" PRId64 ", %s, since %s",
			"menunggu    permintaan %" PRId64 ", %s, sejak %s", item->request_no,
			lantik_word(LANTIK_WORDS_deed_kind, kind, lantik_cli_language(cli)), item->asked_at);
		lantik_json_open(cli, "waiting");
		lantik_json_number(cli, "request", item->request_no);
		lantik_json_text(cli, "deed", lantik_word(LANTIK_WORDS_deed_kind, kind, LANTIK_ENGLISH));
		lantik_json_text(cli, "asked_at", item->asked_at);
		lantik_json_close(cli);
	}
	deeds_waiting_free(&waiting);
	return LANTIK_EXIT_OK;
}

static int tell(struct database *database, const struct ledger *is)
{
	struct lantik_cli *cli = database->cli;
	tell_head(cli, is);
	int exit_code = tell_waiting(database);
	if (exit_code)
		return exit_code;
	if (!is->fork_count) {
		lantik_say(cli, "no signed checkpoint is known that this ledger does not continue",
			"tidak diketahui titik periksa bertanda tangan yang tidak dilanjutkan buku besar ini");
		return LANTIK_EXIT_OK;
	}
	lantik_say(cli, "FORK: these signed checkpoints are not of this ledger; it lost leaves",
		"BERCABANG: titik periksa bertanda tangan ini bukan dari buku besar ini; ada daun yang hilang");
	for (size_t i = 0; i < is->fork_count; i++)
		tell_fork(cli, &is->forks[i]);
	lantik_say(cli,
		"lantikd takes nothing until this ends. Look first whether the database with the lost leaves can still "
		"come "
		"back; when it cannot: lantikctl ledger recover.",
		"lantikd tidak menerima apa pun sampai hal ini diakhiri. Periksa dahulu apakah basis data dengan daun "
		"yang "
		"hilang masih dapat dikembalikan; bila tidak: lantikctl ledger recover.");
	return LANTIK_EXIT_NOT_VERIFIED;
}

int ctl_ledger_status(struct lantik_cli *cli)
{
	struct database database;
	struct ledger is = {0};
	int exit_code = database_open_migrated(cli, &database);
	if (!exit_code)
		exit_code = ledger_read(&database, &is);
	if (!exit_code)
		exit_code = tell(&database, &is);
	ledger_free(&is);
	database_close(&database);
	return exit_code;
}
