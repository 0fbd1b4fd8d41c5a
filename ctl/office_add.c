/* lantikctl office add: an office with its scope and its keys, or one more key of an office.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "ctl.h"
#include "database.h"
#include "lantik/note.h"

#define MAX_AGENCIES 64u

struct office {
	const char *name, *kanreg, *curve_key, *signing_key;
	char key_id[2 + 8 + 1];              /* `\x` and hex */
	char agencies[MAX_AGENCIES * 5 + 2]; /* `{6171,6271}`; empty without --agencies */
};

static bool name_good(const char *name)
{
	size_t len = strlen(name);
	return len > 0 && len <= 40 && name[0] != '-' && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static bool add_agency(struct office *office, const char *code, size_t len)
{
	size_t used = strlen(office->agencies);
	if (len != 4 || strspn(code, "0123456789") < 4 || used + 6 > sizeof office->agencies)
		return false;
	snprintf(office->agencies + used, sizeof office->agencies - used, "%s%.4s", used ? "," : "{", code);
	return true;
}

/* --agencies may be repeated, and holds codes between commas. */
static bool read_agencies(struct lantik_cli *cli, struct office *office)
{
	const char *list;
	for (unsigned i = 0; (list = lantik_option_text_at(cli, "agencies", i)); i++) {
		do {
			size_t len = strcspn(list, ",");
			if (!add_agency(office, list, len))
				return false;
			list += len;
		} while (*list && *++list);
	}
	if (*office->agencies)
		strncat(office->agencies, "}", sizeof office->agencies - strlen(office->agencies) - 1);
	return true;
}

static bool read_signing_key(struct office *office)
{
	struct lantik_vkey key;
	if (lantik_vkey_parse(lantik_span_of(office->signing_key), &key) != LANTIK_OK)
		return false;
	office->key_id[0] = '\\';
	office->key_id[1] = 'x';
	lantik_hex_encode(key.id, sizeof key.id, office->key_id + 2);
	return true;
}

static int read_command(struct lantik_cli *cli, struct office *ret)
{
	uint8_t key[32];
	*ret = (struct office){.name = lantik_argument(cli, 0),
		.kanreg = lantik_option_text(cli, "kanreg"),
		.curve_key = lantik_option_text(cli, "curve-key"),
		.signing_key = lantik_option_text(cli, "signing-key")};
	if (!name_good(ret->name))
		return lantik_fail(cli, 540, LANTIK_EXIT_USAGE,
			"the name of an office has 1 to 40 small letters, digits and hyphens",
			"nama kantor terdiri atas 1 sampai 40 huruf kecil, angka, dan tanda hubung");
	if (ret->kanreg && (strlen(ret->kanreg) != 2 || strspn(ret->kanreg, "0123456789") != 2))
		return lantik_fail(
			cli, 541, LANTIK_EXIT_USAGE, "--kanreg: expected 2 digits", "--kanreg: seharusnya 2 angka");
	if (!read_agencies(cli, ret))
		return lantik_fail(cli, 541, LANTIK_EXIT_USAGE,
			"--agencies: expected at most %u codes of 4 digits between commas",
			"--agencies: seharusnya paling banyak %u kode 4 angka yang dipisahkan koma", MAX_AGENCIES);
	if (ret->kanreg && *ret->agencies)
		return lantik_fail(cli, 541, LANTIK_EXIT_USAGE, "give either --kanreg or --agencies",
			"beri salah satu: --kanreg atau --agencies");
	if (!ret->curve_key || !lantik_z85_decode(lantik_span_of(ret->curve_key), key))
		return lantik_fail(cli, 542, LANTIK_EXIT_USAGE,
			"--curve-key: expected the office's public key, 40 characters of Z85",
			"--curve-key: seharusnya kunci publik kantor, 40 karakter Z85");
	if (!ret->signing_key || !read_signing_key(ret))
		return lantik_fail(cli, 543, LANTIK_EXIT_USAGE,
			"--signing-key: expected the office's verifier key, NAME+ID+KEY",
			"--signing-key: seharusnya kunci pemeriksa kantor, NAMA+ID+KUNCI");
	return LANTIK_EXIT_OK;
}

/* What stands already; the office may be new, the same, or of another scope. */
struct standing {
	bool office, revoked, other_scope;
	bool key, key_same, key_revoked;
	bool signing_elsewhere;
	bool scope_known;
};

static bool look(struct database *database, const struct office *office, struct standing *ret)
{
	const char *const parameters[] = {office->name, office->kanreg, *office->agencies ? office->agencies : NULL,
		office->curve_key, office->signing_key};
	PGresult *rows = database_query(database,
		"SELECT o.office_no IS NOT NULL, o.revoked_at IS NOT NULL, "
		"($2::text IS NOT NULL OR $3::text[] IS NOT NULL) AND "
		"(o.kanreg_id IS DISTINCT FROM $2 OR o.agencies IS DISTINCT FROM $3::text[]), "
		"k.office_no IS NOT NULL, k.office_no = o.office_no AND k.signing_vkey = $5, k.revoked_at IS NOT NULL, "
		"EXISTS (SELECT FROM lantik.office_key x WHERE x.signing_vkey = $5 "
		"AND x.office_no IS DISTINCT FROM o.office_no), "
		"($2::text IS NULL OR EXISTS (SELECT FROM lantik.kanreg WHERE kanreg_id = $2)) AND "
		"NOT EXISTS (SELECT FROM unnest($3::text[]) AS u(code) WHERE NOT EXISTS "
		"(SELECT FROM lantik.agency a WHERE a.kode_instansi = u.code)) "
		"FROM (SELECT) AS one LEFT JOIN lantik.office o ON o.name = $1 "
		"LEFT JOIN lantik.office_key k ON k.curve_public_key = $4",
		5, parameters);
	if (!rows)
		return false;
	*ret = (struct standing){cell_true(rows, 0, 0), cell_true(rows, 0, 1), cell_true(rows, 0, 2),
		cell_true(rows, 0, 3), cell_true(rows, 0, 4), cell_true(rows, 0, 5), cell_true(rows, 0, 6),
		cell_true(rows, 0, 7)};
	PQclear(rows);
	return true;
}

static int judge(struct lantik_cli *cli, const struct office *office, const struct standing *is)
{
	if (is->revoked || (is->key && is->key_revoked))
		return lantik_fail(cli, 544, LANTIK_EXIT_FAILED,
			"the office %s or this key was revoked\nA revoked name or key is never used again: choose "
			"others.",
			"kantor %s atau kunci ini telah dicabut\nNama atau kunci yang dicabut tidak dipakai lagi: "
			"pilih "
			"yang lain.",
			office->name);
	if (is->key && !is->key_same)
		return lantik_fail(cli, 545, LANTIK_EXIT_FAILED,
			"this CURVE key stands already, for another office or with another signing key",
			"kunci CURVE ini sudah ada, untuk kantor lain atau dengan kunci tanda tangan lain");
	if (is->signing_elsewhere)
		return lantik_fail(cli, 545, LANTIK_EXIT_FAILED, "this signing key is another office's",
			"kunci tanda tangan ini milik kantor lain");
	if (is->office && is->other_scope)
		return lantik_fail(cli, 546, LANTIK_EXIT_FAILED,
			"the office %s stands already with another scope\nGive no scope to add a key to it.",
			"kantor %s sudah ada dengan cakupan lain\nJangan beri cakupan untuk menambah kunci.",
			office->name);
	if (!is->office && !office->kanreg && !*office->agencies)
		return lantik_fail(cli, 541, LANTIK_EXIT_USAGE, "a new office needs --kanreg or --agencies",
			"kantor baru memerlukan --kanreg atau --agencies");
	if (!is->scope_known)
		return lantik_fail(cli, 547, LANTIK_EXIT_FAILED,
			"the regional office or an agency is not in the reference tables\nRun `lantikctl load` first.",
			"kantor regional atau instansi tidak ada di tabel rujukan\nJalankan `lantikctl load` lebih "
			"dahulu.");
	return LANTIK_EXIT_OK;
}

static void insert(struct database *database, const struct office *office, const struct standing *is)
{
	const char *const scope[] = {office->name, office->kanreg, *office->agencies ? office->agencies : NULL};
	const char *const key[] = {office->curve_key, office->name, office->signing_key, office->key_id};
	if (!is->office)
		PQclear(database_query(database,
			"INSERT INTO lantik.office (name, kanreg_id, agencies) VALUES ($1, $2, $3::text[])", 3, scope));
	if (!is->key)
		PQclear(database_query(database,
			"INSERT INTO lantik.office_key (curve_public_key, office_no, signing_vkey, signing_key_id) "
			"SELECT $1, office_no, $3, $4::bytea FROM lantik.office WHERE name = $2",
			4, key));
	if (!is->key)
		database_raise_version(database);
}

static int add(struct database *database, const struct office *office)
{
	struct lantik_cli *cli = database->cli;
	struct standing is = {0};
	database_begin(database);
	if (look(database, office, &is)) {
		int exit_code = judge(cli, office, &is);
		if (exit_code)
			return exit_code;
		insert(database, office, &is);
	}
	if (!database_commit(database))
		return database_fail(database, "could not add the office", "gagal menambah kantor");
	if (is.key)
		lantik_say(cli, "office %s: nothing changed; it has this key already",
			"kantor %s: tidak ada perubahan; kunci ini sudah ada", office->name);
	else if (is.office)
		lantik_say(cli, "office %s: key added", "kantor %s: kunci ditambahkan", office->name);
	else
		lantik_say(cli, "office %s added", "kantor %s ditambahkan", office->name);
	lantik_summary_text(cli, "office", office->name);
	lantik_summary_text(cli, "done", is.key ? "nothing" : is.office ? "key_added" : "office_added");
	return LANTIK_EXIT_OK;
}

int ctl_office_add(struct lantik_cli *cli)
{
	struct database database;
	struct office office;
	int exit_code = read_command(cli, &office);
	if (exit_code)
		return exit_code;
	exit_code = database_open_migrated(cli, &database);
	if (!exit_code)
		exit_code = add(&database, &office);
	database_close(&database);
	return exit_code;
}
