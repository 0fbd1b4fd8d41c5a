/* lantikctl key add and key retire: deeds of the recovery key about the keys that sign receipts.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "confirm.h"
#include "ctl.h"
#include "deeds.h"

#define VKEY_LIMIT 1024u

/* KEY is the verifier key itself or a file that holds it. */
static bool read_vkey(const char *text, struct lantik_vkey *ret)
{
	struct lantik_buffer file = {0};
	bool good = lantik_vkey_parse(lantik_span_of(text), ret) == LANTIK_OK;
	if (!good && lantik_file_read(text, VKEY_LIMIT, &file) == LANTIK_OK)
		good = lantik_vkey_parse(lantik_buffer_span(&file), ret) == LANTIK_OK;
	lantik_buffer_free(&file);
	return good;
}

static int no_argument(struct lantik_cli *cli)
{
	return lantik_fail(cli, 654, LANTIK_EXIT_USAGE, "say which KEY: the file that ends in .vkey, or its line",
		"sebutkan KUNCI: berkas berakhiran .vkey, atau barisnya");
}

static int read_new(struct lantik_cli *cli, const struct deed_ask *ask, struct lantik_vkey *ret)
{
	const char *argument = lantik_argument(cli, 0);
	if (!read_vkey(argument, ret))
		return lantik_fail(cli, 655, LANTIK_EXIT_USAGE,
			"%s is no verifier key and no file that holds one\nIt is the .vkey file of `lantikctl key "
			"new-receipt`.",
			"%s bukan kunci pemeriksa dan bukan berkas yang memuatnya\nYang dimaksud berkas .vkey dari "
			"`lantikctl key new-receipt`.",
			argument);
	if (strcmp(ret->name, ask->origin) != 0)
		return lantik_fail(cli, 656, LANTIK_EXIT_USAGE,
			"the key is of %s, and this ledger is %s\nMake it with `lantikctl key new-receipt --origin "
			"%s`.",
			"kunci itu milik %s, sedangkan buku besar ini %s\nBuat dengan `lantikctl key new-receipt "
			"--origin %s`.",
			ret->name, ask->origin, ask->origin);
	return LANTIK_EXIT_OK;
}

/* By its id, as `key list` shows it, or as for key add. */
static int find_known(struct database *database, struct lantik_vkey *ret)
{
	const char *argument = lantik_argument(database->cli, 0);
	struct lantik_vkey wanted;
	bool whole = read_vkey(argument, &wanted), found = false;
	PGresult *rows = database_query(database, "SELECT vkey FROM lantik.receipt_key", 0, NULL);
	for (int row = 0; rows && row < PQntuples(rows) && !found; row++) {
		char id[9];
		if (lantik_vkey_parse(cell_span(rows, row, 0), ret) != LANTIK_OK)
			continue;
		lantik_hex_encode(ret->id, sizeof ret->id, id);
		found = whole ? memcmp(ret->public_key, wanted.public_key, LANTIK_PUBLIC_KEY) == 0
			      : strcmp(id, argument) == 0;
	}
	PQclear(rows);
	if (database->failed)
		return database_fail(database, "could not read the keys", "gagal membaca kunci");
	return found ? LANTIK_EXIT_OK
		     : lantik_fail(database->cli, 657, LANTIK_EXIT_FAILED,
			       "%s is no receipt key of this ledger\n`lantikctl key list` shows them with their ids.",
			       "%s bukan kunci tanda terima buku besar ini\n`lantikctl key list` menampilkannya.",
			       argument);
}

static int ask_signed(struct database *database, struct deed_ask *ask)
{
	struct lantik_skey recovery;
	int exit_code = deed_recovery_key(database->cli, ask->origin, &recovery);
	if (exit_code)
		return exit_code;
	exit_code = deed_ask(database, ask, &recovery);
	lantik_wipe(&recovery, sizeof recovery);
	return exit_code;
}

static int add(struct database *database)
{
	struct lantik_cli *cli = database->cli;
	struct deed_ask ask;
	char id[9];
	int exit_code = deed_begin(database, LANTIK_DEED_RECEIPT_KEY_ADD, &ask);
	if (!exit_code)
		exit_code = deed_words(cli, true, true, true, &ask.deed);
	if (!exit_code)
		exit_code = read_new(cli, &ask, &ask.deed.key);
	if (exit_code)
		return exit_code;
	lantik_hex_encode(ask.deed.key.id, sizeof ask.deed.key.id, id);
	snprintf(ask.done[0], sizeof ask.done[0],
		"receipt key %s added; every key that is not retired signs from now on", id);
	snprintf(ask.done[1], sizeof ask.done[1],
		"kunci tanda terima %s ditambahkan; sejak kini semua kunci yang belum diakhiri menandatangani", id);
	return ask_signed(database, &ask);
}

static int confirm_retire(struct lantik_cli *cli, const struct lantik_deed *deed)
{
	char sentence[2][320], id[9];
	lantik_hex_encode(deed->key.id, sizeof deed->key.id, id);
	if (deed->is_compromised) {
		snprintf(sentence[0], sizeof sentence[0],
			"The receipt key %s signs nothing any more, and receipts of %" PRIu64
			" leaves or more that it alone signed prove nothing; this cannot be taken back.",
			id, deed->compromised_from);
		snprintf(sentence[1], sizeof sentence[1],
			"Kunci tanda terima %s tidak lagi menandatangani, dan tanda terima mulai %" PRIu64
			" daun yang hanya ditandatanganinya tidak membuktikan apa pun; tidak dapat ditarik kembali.",
			id, deed->compromised_from);
	} else {
		snprintf(sentence[0], sizeof sentence[0],
			"The receipt key %s signs nothing any more; receipts that it signed go on holding. This cannot "
			"be "
			"taken back.",
			id);
		snprintf(sentence[1], sizeof sentence[1],
			"Kunci tanda terima %s tidak lagi menandatangani; tanda terima yang sudah ditandatanganinya "
			"tetap "
			"berlaku. Tidak dapat ditarik kembali.",
			id);
	}
	return confirm(cli, sentence[0], sentence[1]);
}

static int retire(struct database *database)
{
	struct lantik_cli *cli = database->cli;
	struct deed_ask ask;
	char id[9];
	int exit_code = deed_begin(database, LANTIK_DEED_RECEIPT_KEY_RETIRE, &ask);
	if (!exit_code)
		exit_code = deed_words(cli, true, true, true, &ask.deed);
	if (!exit_code)
		exit_code = find_known(database, &ask.deed.key);
	if (exit_code)
		return exit_code;
	ask.deed.is_compromised = lantik_option_given(cli, "compromised-from");
	if (ask.deed.is_compromised)
		ask.deed.compromised_from = (uint64_t)lantik_option_number(cli, "compromised-from", 0);
	exit_code = confirm_retire(cli, &ask.deed);
	if (exit_code)
		return exit_code;
	lantik_hex_encode(ask.deed.key.id, sizeof ask.deed.key.id, id);
	snprintf(ask.done[0], sizeof ask.done[0], "receipt key %s retired", id);
	snprintf(ask.done[1], sizeof ask.done[1], "kunci tanda terima %s diakhiri", id);
	return ask_signed(database, &ask);
}

static int run(struct lantik_cli *cli, int (*act)(struct database *database))
{
	struct database database;
	if (!lantik_argument(cli, 0))
		return no_argument(cli);
	int exit_code = database_open_migrated(cli, &database);
	if (!exit_code)
		exit_code = act(&database);
	database_close(&database);
	return exit_code;
}

int ctl_key_add(struct lantik_cli *cli)
{
	return run(cli, add);
}

int ctl_key_retire(struct lantik_cli *cli)
{
	return run(cli, retire);
}
