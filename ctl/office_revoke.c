/* lantikctl office revoke: asks for an end of an office with all its keys, or of one key.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "ctl.h"
#include "office_words.h"

/* What is to be revoked: an office by its name, or one key. */
struct wanted {
	const char *name, *key; /* one of them is NULL */
	uint8_t curve[32];
};

struct standing {
	bool known, revoked;
	const struct deed_waiting *asked;
};

static bool look(struct database *database, const struct wanted *wanted, struct standing *ret)
{
	PGresult *rows = database_query(database,
		"SELECT revoked_at IS NOT NULL FROM lantik.office WHERE name = $1 UNION ALL "
		"SELECT revoked_at IS NOT NULL FROM lantik.office_key WHERE curve_public_key = $2",
		2, (const char *const[]){wanted->name, wanted->key});
	if (!rows)
		return false;
	ret->known = PQntuples(rows) > 0;
	ret->revoked = ret->known && cell_true(rows, 0, 0);
	PQclear(rows);
	return true;
}

/* An office or key that was only asked for can be revoked as well; requests are carried out in their order. */
static void look_waiting(const struct deeds_waiting *waiting, const struct wanted *wanted, struct standing *is)
{
	if (wanted->name) {
		struct lantik_span name = lantik_span_of(wanted->name);
		is->known |= office_waiting(waiting, LANTIK_DEED_OFFICE_ADD, name) != NULL;
		is->asked = office_waiting(waiting, LANTIK_DEED_OFFICE_REVOKE, name);
		return;
	}
	is->known |= curve_waiting(waiting, LANTIK_DEED_OFFICE_ADD, wanted->curve) ||
		     curve_waiting(waiting, LANTIK_DEED_KEY_ADD, wanted->curve);
	is->asked = curve_waiting(waiting, LANTIK_DEED_KEY_REVOKE, wanted->curve);
}

static int ask(struct database *database, const struct wanted *wanted, const struct standing *is)
{
	const char *what = wanted->name ? wanted->name : wanted->key;
	struct deed_ask asked;
	int exit_code = deed_begin(database, wanted->name ? LANTIK_DEED_OFFICE_REVOKE : LANTIK_DEED_KEY_REVOKE, &asked);
	if (exit_code)
		return exit_code;
	if (wanted->name)
		asked.deed.office = lantik_span_of(wanted->name);
	memcpy(asked.deed.curve, wanted->curve, sizeof asked.deed.curve);
	snprintf(asked.done[0], sizeof asked.done[0], "%s revoked", what);
	snprintf(asked.done[1], sizeof asked.done[1], "%s dicabut", what);
	exit_code = deed_words(database->cli, true, false, true, &asked.deed);
	if (exit_code)
		return exit_code;
	exit_code = is->asked ? office_wait_for(database, is->asked, &asked) : deed_ask(database, &asked, NULL);
	if (asked.state == DEED_WAITING && asked.request_no)
		lantik_remark(database->cli, "Running daemons let it in no longer, from now on.",
			"Daemon yang berjalan tidak menerimanya lagi, mulai sekarang.");
	return exit_code;
}

static int revoke(struct database *database, const struct wanted *wanted, const struct deeds_waiting *waiting)
{
	struct lantik_cli *cli = database->cli;
	struct standing is = {0};
	if (!look(database, wanted, &is))
		return database_fail(database, "could not read the offices", "gagal membaca kantor");
	look_waiting(waiting, wanted, &is);
	if (!is.known)
		return lantik_fail(cli, 548, LANTIK_EXIT_FAILED,
			"there is no such office or key\n`lantikctl office list` shows them.",
			"kantor atau kunci itu tidak ada\n`lantikctl office list` menampilkannya.");
	lantik_summary_number(cli, "revoked", !is.revoked);
	if (!is.revoked)
		return ask(database, wanted, &is);
	lantik_say(cli, "%s: nothing changed; it was revoked before",
		"%s: tidak ada perubahan; sudah dicabut sebelumnya", wanted->name ? wanted->name : wanted->key);
	return LANTIK_EXIT_OK;
}

static int read_command(struct lantik_cli *cli, struct wanted *ret)
{
	*ret = (struct wanted){.name = lantik_argument(cli, 0), .key = lantik_option_text(cli, "key")};
	if (!ret->name == !ret->key)
		return lantik_fail(cli, 549, LANTIK_EXIT_USAGE, "give either the office's NAME or --key",
			"beri salah satu: NAMA kantor atau --key");
	if (!lantik_option_given(cli, "reason"))
		return lantik_fail(cli, 549, LANTIK_EXIT_USAGE, "--reason: say why, it stands in the ledger for ever",
			"--reason: sebutkan alasannya, tercatat di buku besar untuk selamanya");
	return ret->key ? office_curve_read(cli, ret->key, ret->curve) : office_name_read(cli, ret->name);
}

int ctl_office_revoke(struct lantik_cli *cli)
{
	struct database database;
	struct wanted wanted;
	struct deeds_waiting waiting = {0};
	int exit_code = read_command(cli, &wanted);
	if (exit_code)
		return exit_code;
	exit_code = database_open_migrated(cli, &database);
	if (!exit_code && !deeds_waiting_read(&database, &waiting))
		exit_code = database_fail(&database, "could not read the requests", "gagal membaca permintaan");
	if (!exit_code)
		exit_code = revoke(&database, &wanted, &waiting);
	deeds_waiting_free(&waiting);
	database_close(&database);
	return exit_code;
}
