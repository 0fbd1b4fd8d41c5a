/* lantikctl office list: the keys of every office, what each may send and when, and what was asked for and waits.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "ctl.h"
#include "office_words.h"

/* As lantikd asks (daemon/store_offices.c): the deed names the office, the key and its signing key. */
#define NAMES(word, value) "strpos(d.text, E'\\n" word " ' || " value " || E'\\n') > 0"
#define HAS_DEED                                                                                                       \
	"d.leaf_index = k.added_leaf AND d.kind IN (1, 2) AND " NAMES("office", "o.name") " AND " NAMES(               \
		"curve", "k.curve_public_key") " AND " NAMES("sign", "k.signing_vkey")

/* The scope that counts today in Asia/Jakarta: of the latest deed whose period holds the day. */
static const char keys_query[] =
	"SELECT o.name, coalesce('kanreg ' || f.kanreg_id, array_to_string(f.agencies, ',')), "
	"CASE WHEN o.revoked_at IS NOT NULL OR k.revoked_at IS NOT NULL THEN 'revoked' "
	"WHEN k.office_no IS NULL THEN 'keyless' WHEN NOT EXISTS (SELECT FROM lantik.deed d WHERE " HAS_DEED
	") THEN 'no-deed' ELSE 'active' END, "
	"k.curve_public_key, encode(k.signing_key_id, 'hex'), "
	"to_char(coalesce(k.added_at, o.added_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), "
	"coalesce(k.added_leaf, o.added_leaf), "
	"to_char(coalesce(k.revoked_at, o.revoked_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), "
	"coalesce(k.reason, o.reason) "
	"FROM lantik.office o LEFT JOIN lantik.office_key k USING (office_no) "
	"LEFT JOIN LATERAL (SELECT c.kanreg_id, c.agencies FROM lantik.office_scope c "
	"WHERE c.office_no = o.office_no AND c.valid_from <= (now() AT TIME ZONE 'Asia/Jakarta')::date "
	"AND c.valid_to > (now() AT TIME ZONE 'Asia/Jakarta')::date ORDER BY c.leaf_index DESC LIMIT 1) f ON true "
	"ORDER BY o.name, k.added_at, k.curve_public_key";
enum { KEY_OFFICE, KEY_SCOPE, KEY_STATE, KEY_CURVE, KEY_SIGNING, KEY_ADDED, KEY_LEAF, KEY_REVOKED, KEY_REASON };

static const struct lantik_column key_columns[] = {
	{"office", {"office", "kantor"}, false},
	{"scope", {"scope today", "cakupan hari ini"}, false},
	{"state", {"state", "keadaan"}, false},
	{"curve_key", {"CURVE key", "kunci CURVE"}, false},
	{"signing_key_id", {"signing key", "kunci tanda tangan"}, false},
	{"added_at", {"added", "ditambah"}, false},
	{"leaf_index", {"leaf", "daun"}, true},
	{"revoked_at", {"revoked", "dicabut"}, false},
	{"reason", {"reason", "alasan"}, false},
};

static const char scopes_query[] =
	"SELECT o.name, coalesce('kanreg ' || s.kanreg_id, array_to_string(s.agencies, ',')), "
	"nullif(s.valid_from, '-infinity')::text, nullif(s.valid_to, 'infinity')::text, s.leaf_index "
	"FROM lantik.office_scope s JOIN lantik.office o USING (office_no) ORDER BY o.name, s.leaf_index";

static const struct lantik_column scope_columns[] = {
	{"office", {"office", "kantor"}, false},
	{"may_send_for", {"may send for", "boleh mengirim bagi"}, false},
	{"from", {"from", "sejak"}, false},
	{"until", {"until", "sampai"}, false},
	{"leaf_index", {"leaf", "daun"}, true},
};

static const struct lantik_column request_columns[] = {
	{"request", {"request", "permintaan"}, true},
	{"asked_at", {"asked", "diminta"}, false},
	{"deed", {"waits for lantikd", "menunggu lantikd"}, false},
	{"office", {"office", "kantor"}, false},
	{"curve_key", {"CURVE key", "kunci CURVE"}, false},
};

static const char refusals_query[] =
	"SELECT r.request_no, to_char(r.requested_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), r.kind, "
	"to_char(f.refused_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), f.why "
	"FROM lantik.deed_refusal f JOIN lantik.deed_request r USING (request_no) "
	"WHERE f.refused_at > now() - interval '30 days' ORDER BY 1";
enum { REFUSAL_REQUEST, REFUSAL_ASKED, REFUSAL_KIND, REFUSAL_AT, REFUSAL_WHY };

static const struct lantik_column refusal_columns[] = {
	{"request", {"request", "permintaan"}, true},
	{"asked_at", {"asked", "diminta"}, false},
	{"deed", {"refused by lantikd", "ditolak lantikd"}, false},
	{"refused_at", {"refused", "ditolak"}, false},
	{"why", {"why", "alasan"}, false},
};

static void blank_line(struct lantik_cli *cli)
{
	lantik_say(cli, "%s", "%s", "");
}

static void add_number_or_null(struct lantik_listing *listing, const PGresult *rows, int row, int column)
{
	if (PQgetisnull(rows, row, column))
		lantik_listing_text(listing, NULL);
	else
		lantik_listing_number(listing, cell_number(rows, row, column));
}

/* A revocation counts from the moment it is asked for. */
static bool is_revoking(const struct deeds_waiting *waiting, const char *office, const char *curve)
{
	uint8_t key[32];
	if (office_waiting(waiting, LANTIK_DEED_OFFICE_REVOKE, lantik_span_of(office)))
		return true;
	return curve && lantik_z85_decode(lantik_span_of(curve), key) &&
	       curve_waiting(waiting, LANTIK_DEED_KEY_REVOKE, key);
}

static const char *state_of(const PGresult *rows, int row, const struct deeds_waiting *waiting)
{
	const char *state = cell(rows, row, KEY_STATE);
	bool revoking = strcmp(state, "revoked") != 0 &&
			is_revoking(waiting, cell(rows, row, KEY_OFFICE), cell_or_null(rows, row, KEY_CURVE));
	return revoking ? "revoking" : state;
}

static bool list_keys(struct database *database, const struct deeds_waiting *waiting)
{
	PGresult *rows = database_query(database, keys_query, 0, NULL);
	if (!rows)
		return false;
	struct lantik_listing *listing = lantik_listing_new(database->cli, key_columns, LANTIK_COUNT(key_columns));
	for (int row = 0; row < PQntuples(rows); row++)
		for (int i = 0; i < (int)LANTIK_COUNT(key_columns); i++)
			if (i == KEY_STATE)
				lantik_listing_text(listing, state_of(rows, row, waiting));
			else if (i == KEY_LEAF)
				add_number_or_null(listing, rows, row, i);
			else
				lantik_listing_text(listing, cell_or_null(rows, row, i));
	lantik_listing_print(&listing);
	lantik_summary_number(database->cli, "keys", PQntuples(rows));
	PQclear(rows);
	return true;
}

static bool list_scopes(struct database *database)
{
	PGresult *rows = database_query(database, scopes_query, 0, NULL);
	if (!rows)
		return false;
	int last = (int)LANTIK_COUNT(scope_columns) - 1;
	if (PQntuples(rows))
		blank_line(database->cli);
	struct lantik_listing *listing = lantik_listing_new(database->cli, scope_columns, LANTIK_COUNT(scope_columns));
	for (int row = 0; row < PQntuples(rows); row++) {
		for (int i = 0; i < last; i++)
			lantik_listing_text(listing, cell_or_null(rows, row, i));
		add_number_or_null(listing, rows, row, last);
	}
	lantik_listing_print(&listing);
	PQclear(rows);
	return true;
}

/* Words in JSON are never translated. */
static const char *deed_word(struct lantik_cli *cli, int32_t kind)
{
	return lantik_word(
		LANTIK_WORDS_deed_kind, kind, lantik_cli_json(cli) ? LANTIK_ENGLISH : lantik_cli_language(cli));
}

static bool names_key(enum lantik_deed_kind kind)
{
	return kind == LANTIK_DEED_OFFICE_ADD || kind == LANTIK_DEED_KEY_ADD || kind == LANTIK_DEED_KEY_REVOKE;
}

static void list_waiting(struct lantik_cli *cli, const struct deeds_waiting *waiting)
{
	lantik_summary_number(cli, "waiting", (int64_t)waiting->count);
	if (!waiting->count)
		return;
	blank_line(cli);
	struct lantik_listing *listing = lantik_listing_new(cli, request_columns, LANTIK_COUNT(request_columns));
	for (size_t i = 0; i < waiting->count; i++) {
		const struct lantik_deed *deed = &waiting->items[i].deed;
		char name[LANTIK_MAX_OFFICE_NAME + 1], curve[41];
		snprintf(name, sizeof name, "%.*s", (int)deed->office.len, (const char *)deed->office.data);
		lantik_z85_encode(deed->curve, curve);
		lantik_listing_number(listing, waiting->items[i].request_no);
		lantik_listing_text(listing, waiting->items[i].asked_at);
		lantik_listing_text(listing, deed_word(cli, (int32_t)deed->kind));
		lantik_listing_text(listing, deed->office.len ? name : NULL);
		lantik_listing_text(listing, names_key(deed->kind) ? curve : NULL);
	}
	lantik_listing_print(&listing);
}

/* Of those that were only asked for nobody would hear otherwise. */
static bool list_refusals(struct database *database)
{
	struct lantik_cli *cli = database->cli;
	PGresult *rows = database_query(database, refusals_query, 0, NULL);
	int count = rows ? PQntuples(rows) : 0;
	if (count) {
		blank_line(cli);
		struct lantik_listing *listing =
			lantik_listing_new(cli, refusal_columns, LANTIK_COUNT(refusal_columns));
		for (int row = 0; row < count; row++) {
			lantik_listing_number(listing, cell_number(rows, row, REFUSAL_REQUEST));
			lantik_listing_text(listing, cell(rows, row, REFUSAL_ASKED));
			lantik_listing_text(listing, deed_word(cli, (int32_t)cell_number(rows, row, REFUSAL_KIND)));
			lantik_listing_text(listing, cell(rows, row, REFUSAL_AT));
			lantik_listing_text(listing, cell(rows, row, REFUSAL_WHY));
		}
		lantik_listing_print(&listing);
	}
	lantik_summary_number(cli, "refused", count);
	PQclear(rows);
	return rows != NULL;
}

static int list(struct database *database)
{
	struct deeds_waiting waiting;
	bool good = deeds_waiting_read(database, &waiting) && list_keys(database, &waiting) && list_scopes(database);
	if (good)
		list_waiting(database->cli, &waiting);
	good = good && list_refusals(database);
	deeds_waiting_free(&waiting);
	return good ? LANTIK_EXIT_OK : database_fail(database, "could not read the offices", "gagal membaca kantor");
}

int ctl_office_list(struct lantik_cli *cli)
{
	struct database database;
	int exit_code = database_open_migrated(cli, &database);
	if (!exit_code)
		exit_code = list(&database);
	database_close(&database);
	return exit_code;
}
