/* lantikctl ledger recover: after leaves were lost, the deed by which the ledger goes on in a new epoch.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "confirm.h"
#include "ctl.h"
#include "deeds.h"
#include "lantik/trust.h"
#include "ledger.h"

/* The largest lost heads, told in ascending order. */
static void take_lost(const struct ledger *is, struct lantik_deed_recovery *ret)
{
	size_t count = is->fork_count < LANTIK_MAX_LOST ? is->fork_count : LANTIK_MAX_LOST;
	for (size_t i = 0; i < count; i++) {
		struct lantik_tree_head head = is->forks[count - 1 - i].head;
		size_t at = ret->lost_count++;
		/* Of one size they ascend by root, and the database gives them so. */
		for (; at > 0 && ret->lost[at - 1].size == head.size &&
			memcmp(ret->lost[at - 1].root, head.root, LANTIK_HASH) > 0;
			at--)
			ret->lost[at] = ret->lost[at - 1];
		ret->lost[at] = head;
	}
}

static uint64_t least_lost(const struct lantik_deed_recovery *recovery)
{
	return recovery->lost[0].size;
}

static int unknown_common(struct lantik_cli *cli, const struct ledger *is)
{
	if (!is->before)
		return lantik_fail(cli, 660, LANTIK_EXIT_USAGE,
			"--common is needed: all leaves were written on PostgreSQL's timeline %d, so that it does not "
			"tell "
			"how many the lost side had in common with this one\nGive a size that both had for certain, "
			"such as "
			"that of the backup; 0 when nothing is known. What lies above it is sent again.",
			"--common diperlukan: semua daun ditulis pada timeline PostgreSQL %d, sehingga tidak diketahui "
			"berapa yang sama dengan sisi yang hilang\nBeri ukuran yang pasti dimiliki keduanya, misalnya "
			"ukuran pada cadangan; 0 bila tidak diketahui. Yang di atasnya dikirim ulang.",
			is->timeline);
	return lantik_fail(cli, 660, LANTIK_EXIT_USAGE,
		"--common is needed: PostgreSQL's timeline began at %" PRIu64
		" leaves, after what was lost\nGive a size that both sides had for certain; 0 when nothing is known.",
		"--common diperlukan: timeline PostgreSQL mulai pada %" PRIu64
		" daun, sesudah yang hilang\nBeri ukuran yang pasti dimiliki kedua sisi; 0 bila tidak diketahui.",
		is->before);
}

static int choose_common(struct database *database, const struct ledger *is, struct lantik_deed_recovery *ret)
{
	struct lantik_cli *cli = database->cli;
	bool given = lantik_option_given(cli, "common");
	uint64_t common = given ? (uint64_t)lantik_option_number(cli, "common", 0) : is->before;
	if (!given && (!is->before || common >= least_lost(ret)))
		return unknown_common(cli, is);
	if (common > is->head.size || common >= least_lost(ret))
		return lantik_fail(cli, 661, LANTIK_EXIT_USAGE,
			"--common: expected a size below that of every lost checkpoint (%" PRIu64
			") and not above the ledger's (%" PRIu64 ")",
			"--common: seharusnya ukuran di bawah setiap titik periksa yang hilang (%" PRIu64
			") dan tidak di atas buku besar (%" PRIu64 ")",
			least_lost(ret), is->head.size);
	ret->common.size = common;
	if (ledger_root(database, common, ret->common.root))
		return LANTIK_EXIT_OK;
	if (database->failed)
		return database_fail(database, "could not read the ledger", "gagal membaca buku besar");
	return lantik_fail(cli, 662, LANTIK_EXIT_FAILED,
		"the ledger's own nodes are missing\nRun `lantikctl audit`: this database is damaged, too.",
		"simpul buku besar tidak lengkap\nJalankan `lantikctl audit`: basis data ini juga rusak.");
}

static void tell_plan(struct lantik_cli *cli, const struct ledger *is, const struct lantik_deed_recovery *r)
{
	char origin[LANTIK_MAX_ORIGIN + 1];
	if (!lantik_epoch_origin(is->origin, r->epoch, origin))
		snprintf(origin, sizeof origin, "?");
	lantik_say(cli, "the ledger %s goes on from %" PRIu64 " leaves as epoch %u, with the origin %s",
		"buku besar %s dilanjutkan dari %" PRIu64 " daun sebagai epoch %u, dengan asal %s", is->origin,
		r->size.size, r->epoch, origin);
	lantik_say(cli, "  common  %" PRIu64 " leaves, which both sides have%s",
		"  sama    %" PRIu64 " daun, yang dimiliki kedua sisi%s", r->common.size,
		lantik_option_given(cli, "common")
			? ""
			: lantik_cli_pick(cli, ": written before PostgreSQL's timeline began",
				  ": ditulis sebelum timeline PostgreSQL dimulai"));
	for (size_t i = 0; i < r->lost_count; i++)
		lantik_say(cli, "  lost    the signed tree of %" PRIu64 " leaves",
			"  hilang  pohon bertanda tangan dengan %" PRIu64 " daun", r->lost[i].size);
	lantik_say(cli,
		"Offices send what they hold receipts for above %" PRIu64
		" leaves again from their outboxes (lantik resend), and keep both receipts.",
		"Kantor mengirim ulang dari kotak keluarnya (lantik resend) semua yang tanda terimanya di atas %" PRIu64
		" daun, dan menyimpan kedua tanda terima.",
		r->common.size);
}

static int ask(struct database *database, const struct ledger *is, struct deed_ask *deed)
{
	struct lantik_cli *cli = database->cli;
	struct lantik_skey recovery;
	int exit_code = deed_recovery_key(cli, deed->origin, &recovery);
	if (exit_code)
		return exit_code;
	tell_plan(cli, is, &deed->deed.recovery);
	exit_code = confirm(cli, "The lost leaves are given up for good: this cannot be taken back.",
		"Daun yang hilang dilepaskan untuk selamanya: tidak dapat ditarik kembali.");
	if (!exit_code)
		exit_code = deed_ask(database, deed, &recovery);
	lantik_wipe(&recovery, sizeof recovery);
	return exit_code;
}

static int recover(struct database *database, const struct ledger *is)
{
	struct lantik_cli *cli = database->cli;
	struct deed_ask deed;
	struct lantik_deed_recovery *r = &deed.deed.recovery;
	if (!is->fork_count)
		return lantik_fail(cli, 663, LANTIK_EXIT_FAILED,
			"there is nothing to recover: no signed checkpoint is known that this ledger does not continue",
			"tidak ada yang perlu dipulihkan: tidak diketahui titik periksa bertanda tangan yang tidak "
			"dilanjutkan buku besar ini");
	int exit_code = deed_begin(database, LANTIK_DEED_RECOVER, &deed);
	if (!exit_code)
		exit_code = deed_words(cli, true, true, true, &deed.deed);
	if (exit_code)
		return exit_code;
	r->epoch = is->greatest + 1;
	r->size = is->head;
	take_lost(is, r);
	exit_code = choose_common(database, is, r);
	if (exit_code)
		return exit_code;
	snprintf(deed.done[0], sizeof deed.done[0], "epoch %u began; lantikd takes batches again", r->epoch);
	snprintf(deed.done[1], sizeof deed.done[1], "epoch %u dimulai; lantikd kembali menerima paket", r->epoch);
	return ask(database, is, &deed);
}

int ctl_ledger_recover(struct lantik_cli *cli)
{
	struct database database;
	struct ledger is = {0};
	int exit_code = database_open_migrated(cli, &database);
	if (!exit_code)
		exit_code = ledger_read(&database, &is);
	if (!exit_code)
		exit_code = recover(&database, &is);
	ledger_free(&is);
	database_close(&database);
	return exit_code;
}
