/* lantikctl office add: asks for an office with its scope and keys, or for one more pair of keys of an office.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "ctl.h"
#include "lantik/time.h"
#include "office_words.h"

/* What the command line says. */
struct wanted {
	const char *name;
	struct lantik_deed_scope scope;
	bool has_scope;
	struct lantik_deed keys; /* curve and sign */
};

/* What stands already; a request that waits counts as done, for requests are carried out in their order. */
struct standing {
	bool office, revoked, other_scope;
	bool key, key_same, key_revoked;
	bool signing_elsewhere, signing_revoked;
	const struct deed_waiting *asked; /* for this very key */
};

static int read_command(struct lantik_cli *cli, struct wanted *ret)
{
	*ret = (struct wanted){.name = lantik_argument(cli, 0)};
	int exit_code = office_name_read(cli, ret->name);
	if (!exit_code)
		exit_code = office_scope_read(cli, &ret->scope, &ret->has_scope);
	return exit_code ? exit_code : office_keys_read(cli, &ret->keys);
}

/* An office's scope is that of its latest deed. */
#define LOOK                                                                                                           \
	"SELECT o.office_no IS NOT NULL, o.revoked_at IS NOT NULL, "                                                   \
	"s.kanreg_id IS DISTINCT FROM nullif($4, '') OR s.agencies IS DISTINCT FROM "                                  \
	"nullif(string_to_array($5, ','), '{}') OR s.valid_from IS DISTINCT FROM $6::date OR "                         \
	"s.valid_to IS DISTINCT FROM $7::date, "                                                                       \
	"k.office_no IS NOT NULL, k.office_no = o.office_no AND k.signing_vkey = $3, k.revoked_at IS NOT NULL, "       \
	"EXISTS (SELECT FROM lantik.office_key x WHERE x.signing_vkey = $3 "                                           \
	"AND x.office_no IS DISTINCT FROM o.office_no), "                                                              \
	"EXISTS (SELECT FROM lantik.office_key x WHERE x.signing_vkey = $3 AND x.revoked_at IS NOT NULL) "             \
	"FROM (SELECT) AS one LEFT JOIN lantik.office o ON o.name = $1 "                                               \
	"LEFT JOIN lantik.office_key k ON k.curve_public_key = $2 "                                                    \
	"LEFT JOIN LATERAL (SELECT * FROM lantik.office_scope c WHERE c.office_no = o.office_no "                      \
	"ORDER BY c.leaf_index DESC LIMIT 1) s ON true"

static bool look_tables(struct database *database, const struct wanted *wanted, struct standing *ret)
{
	struct lantik_buffer sign = {0}, agencies = {0};
	char curve[41], kanreg[3] = "", from[16] = "-infinity", until[16] = "infinity";
	lantik_z85_encode(wanted->keys.curve, curve);
	lantik_vkey_format(&wanted->keys.sign, &sign);
	lantik_buffer_append(&sign, "", 1);
	if (wanted->scope.kanreg.len)
		memcpy(kanreg, wanted->scope.kanreg.data, 2);
	else
		office_scope_format(&wanted->scope, &agencies);
	lantik_buffer_append(&agencies, "", 1);
	if (wanted->scope.from)
		lantik_date_format(wanted->scope.from, from);
	if (wanted->scope.until)
		lantik_date_format(wanted->scope.until, until);
	PGresult *rows = database_query(database, LOOK, 7,
		(const char *const[]){wanted->name, curve, (const char *)sign.data, kanreg, (const char *)agencies.data,
			from, until});
	lantik_buffer_free(&sign);
	lantik_buffer_free(&agencies);
	if (!rows)
		return false;
	*ret = (struct standing){.office = cell_true(rows, 0, 0),
		.revoked = cell_true(rows, 0, 1),
		.other_scope = wanted->has_scope && cell_true(rows, 0, 2),
		.key = cell_true(rows, 0, 3),
		.key_same = cell_true(rows, 0, 4),
		.key_revoked = cell_true(rows, 0, 5),
		.signing_elsewhere = cell_true(rows, 0, 6),
		.signing_revoked = cell_true(rows, 0, 7)};
	PQclear(rows);
	return true;
}

static void look_waiting(const struct deeds_waiting *waiting, const struct wanted *wanted, struct standing *is)
{
	const struct deed_waiting *office =
		office_waiting(waiting, LANTIK_DEED_OFFICE_ADD, lantik_span_of(wanted->name));
	is->asked = curve_waiting(waiting, LANTIK_DEED_OFFICE_ADD, wanted->keys.curve);
	if (!is->asked)
		is->asked = curve_waiting(waiting, LANTIK_DEED_KEY_ADD, wanted->keys.curve);
	if (office && !is->office) {
		is->office = true;
		is->other_scope = wanted->has_scope && !office_scope_equal(&wanted->scope, &office->deed.scope);
	}
}

static int judge_office(struct lantik_cli *cli, const struct wanted *wanted, const struct standing *is)
{
	if (is->office && is->other_scope)
		return lantik_fail(cli, 546, LANTIK_EXIT_FAILED,
			"the office %s stands already with another scope\nGive no scope to add keys to it; `lantikctl "
			"office scope` changes the scope.",
			"kantor %s sudah ada dengan cakupan lain\nJangan beri cakupan untuk menambah kunci; "
			"`lantikctl office scope` mengubah cakupan.",
			wanted->name);
	if (!is->office && !wanted->has_scope)
		return lantik_fail(cli, 541, LANTIK_EXIT_USAGE, "a new office needs --kanreg or --agencies",
			"kantor baru memerlukan --kanreg atau --agencies");
	return LANTIK_EXIT_OK;
}

static int judge(struct lantik_cli *cli, const struct wanted *wanted, const struct standing *is)
{
	if (is->revoked || (is->key && is->key_revoked) || (!is->key && is->signing_revoked))
		return lantik_fail(cli, 544, LANTIK_EXIT_FAILED,
			"the office %s or one of these keys was revoked\nA revoked name or key is never used again: "
			"choose others.",
			"kantor %s atau salah satu kunci ini telah dicabut\nNama atau kunci yang dicabut tidak dipakai "
			"lagi: pilih yang lain.",
			wanted->name);
	bool other = is->asked && (!lantik_span_is(is->asked->deed.office, wanted->name) ||
					  memcmp(is->asked->deed.sign.public_key, wanted->keys.sign.public_key,
						  LANTIK_PUBLIC_KEY) != 0);
	if ((is->key && !is->key_same) || other)
		return lantik_fail(cli, 545, LANTIK_EXIT_FAILED,
			"this CURVE key stands already, for another office or with another signing key",
			"kunci CURVE ini sudah ada, untuk kantor lain atau dengan kunci tanda tangan lain");
	if (is->signing_elsewhere)
		return lantik_fail(cli, 545, LANTIK_EXIT_FAILED, "this signing key is another office's",
			"kunci tanda tangan ini milik kantor lain");
	return judge_office(cli, wanted, is);
}

static void fill(const struct wanted *wanted, struct deed_ask *ask)
{
	bool new_office = ask->deed.kind == LANTIK_DEED_OFFICE_ADD;
	ask->deed.office = lantik_span_of(wanted->name);
	if (new_office)
		ask->deed.scope = wanted->scope;
	memcpy(ask->deed.curve, wanted->keys.curve, sizeof ask->deed.curve);
	ask->deed.sign = wanted->keys.sign;
	snprintf(ask->done[0], sizeof ask->done[0], new_office ? "office %s added" : "office %s: key added",
		wanted->name);
	snprintf(ask->done[1], sizeof ask->done[1],
		new_office ? "kantor %s ditambahkan" : "kantor %s: kunci ditambahkan", wanted->name);
}

static int tell_nothing(struct lantik_cli *cli, const struct wanted *wanted)
{
	lantik_say(cli, "office %s: nothing changed; it has this key already",
		"kantor %s: tidak ada perubahan; kunci ini sudah ada", wanted->name);
	lantik_summary_text(cli, "done", "nothing");
	return LANTIK_EXIT_OK;
}

static int ask(struct database *database, const struct wanted *wanted, const struct standing *is)
{
	struct lantik_cli *cli = database->cli;
	struct deed_ask asked;
	enum lantik_deed_kind kind = is->asked    ? is->asked->deed.kind
				     : is->office ? LANTIK_DEED_KEY_ADD
						  : LANTIK_DEED_OFFICE_ADD;
	int exit_code = deed_begin(database, kind, &asked);
	if (exit_code)
		return exit_code;
	fill(wanted, &asked);
	exit_code = deed_words(cli, true, false, false, &asked.deed);
	if (exit_code)
		return exit_code;
	exit_code = is->asked ? office_wait_for(database, is->asked, &asked) : deed_ask(database, &asked, NULL);
	bool new_office = asked.deed.kind == LANTIK_DEED_OFFICE_ADD;
	lantik_summary_text(cli, "done",
		asked.state == DEED_REFUSED   ? "nothing"
		: asked.state == DEED_WAITING ? "asked"
		: new_office                  ? "office_added"
					      : "key_added");
	return exit_code;
}

static int add(struct database *database, const struct wanted *wanted, const struct deeds_waiting *waiting)
{
	struct lantik_cli *cli = database->cli;
	struct standing is = {0};
	if (!look_tables(database, wanted, &is))
		return database_fail(database, "could not read the offices", "gagal membaca kantor");
	look_waiting(waiting, wanted, &is);
	lantik_summary_text(cli, "office", wanted->name);
	int exit_code = judge(cli, wanted, &is);
	if (!exit_code && wanted->has_scope)
		exit_code = office_scope_check(database, &wanted->scope);
	if (exit_code)
		return exit_code;
	return is.key ? tell_nothing(cli, wanted) : ask(database, wanted, &is);
}

int ctl_office_add(struct lantik_cli *cli)
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
		exit_code = add(&database, &wanted, &waiting);
	deeds_waiting_free(&waiting);
	database_close(&database);
	return exit_code;
}
