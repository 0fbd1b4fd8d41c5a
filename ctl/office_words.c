/* Names, scopes and keys of offices as the command line gives them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "office_words.h"

#include <inttypes.h>
#include <string.h>

#include "lantik/time.h"

int office_name_read(struct lantik_cli *cli, const char *name)
{
	size_t len = strlen(name);
	if (len > 0 && len <= LANTIK_MAX_OFFICE_NAME && name[0] != '-' &&
		strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len)
		return LANTIK_EXIT_OK;
	return lantik_fail(cli, 540, LANTIK_EXIT_USAGE,
		"the name of an office has 1 to 40 small letters, digits and hyphens",
		"nama kantor terdiri atas 1 sampai 40 huruf kecil, angka, dan tanda hubung");
}

/* ---- scope ---- */

static int by_code(const void *a, const void *b)
{
	const struct lantik_span *left = a, *right = b;
	return memcmp(left->data, right->data, 4);
}

static void sort_agencies(struct lantik_deed_scope *scope)
{
	size_t kept = 0;
	qsort(scope->agencies, scope->agency_count, sizeof scope->agencies[0], by_code);
	for (size_t i = 0; i < scope->agency_count; i++)
		if (!kept || by_code(&scope->agencies[kept - 1], &scope->agencies[i]) != 0)
			scope->agencies[kept++] = scope->agencies[i];
	scope->agency_count = kept;
}

/* --agencies may be repeated, and holds codes between commas. */
static bool read_agencies(struct lantik_cli *cli, struct lantik_deed_scope *scope)
{
	const char *list;
	for (unsigned i = 0; (list = lantik_option_text_at(cli, "agencies", i)); i++) {
		do {
			size_t len = strcspn(list, ",");
			if (len != 4 || strspn(list, "0123456789") < 4 ||
				scope->agency_count == LANTIK_MAX_DEED_AGENCIES)
				return false;
			scope->agencies[scope->agency_count++] = (struct lantik_span){(const uint8_t *)list, len};
			list += len;
		} while (*list && *++list);
	}
	sort_agencies(scope);
	return true;
}

static int read_day(struct lantik_cli *cli, const char *option, int32_t *ret)
{
	const char *text = lantik_option_text(cli, option);
	if (!text)
		return LANTIK_EXIT_OK;
	*ret = lantik_date_parse(lantik_span_of(text));
	if (lantik_date_valid(*ret))
		return LANTIK_EXIT_OK;
	return lantik_fail(cli, 541, LANTIK_EXIT_USAGE, "--%s: expected a day, such as 2026-07-01",
		"--%s: seharusnya tanggal, misalnya 2026-07-01", option);
}

static int read_period(struct lantik_cli *cli, struct lantik_deed_scope *ret)
{
	int exit_code = read_day(cli, "from", &ret->from);
	if (!exit_code)
		exit_code = read_day(cli, "until", &ret->until);
	if (!exit_code && ret->from && ret->until && ret->from >= ret->until)
		return lantik_fail(cli, 541, LANTIK_EXIT_USAGE,
			"--until is the first day on which it may send no longer; it must come after --from",
			"--until adalah hari pertama kantor tidak boleh mengirim lagi; harus sesudah --from");
	return exit_code;
}

int office_scope_read(struct lantik_cli *cli, struct lantik_deed_scope *ret, bool *ret_given)
{
	const char *kanreg = lantik_option_text(cli, "kanreg");
	if (kanreg && (strlen(kanreg) != 2 || strspn(kanreg, "0123456789") != 2))
		return lantik_fail(
			cli, 541, LANTIK_EXIT_USAGE, "--kanreg: expected 2 digits", "--kanreg: seharusnya 2 angka");
	if (!read_agencies(cli, ret))
		return lantik_fail(cli, 541, LANTIK_EXIT_USAGE,
			"--agencies: expected at most %u codes of 4 digits between commas",
			"--agencies: seharusnya paling banyak %u kode 4 angka yang dipisahkan koma",
			LANTIK_MAX_DEED_AGENCIES);
	if (kanreg && ret->agency_count)
		return lantik_fail(cli, 541, LANTIK_EXIT_USAGE, "give either --kanreg or --agencies",
			"beri salah satu: --kanreg atau --agencies");
	if (kanreg)
		ret->kanreg = lantik_span_of(kanreg);
	*ret_given = kanreg || ret->agency_count;
	if (!*ret_given && (lantik_option_given(cli, "from") || lantik_option_given(cli, "until")))
		return lantik_fail(cli, 541, LANTIK_EXIT_USAGE, "--from and --until belong to --kanreg or --agencies",
			"--from dan --until menyertai --kanreg atau --agencies");
	return read_period(cli, ret);
}

void office_scope_format(const struct lantik_deed_scope *scope, struct lantik_buffer *ret)
{
	if (scope->kanreg.len)
		lantik_buffer_printf(ret, "kanreg %.*s", (int)scope->kanreg.len, (const char *)scope->kanreg.data);
	for (size_t i = 0; i < scope->agency_count; i++)
		lantik_buffer_printf(ret, "%s%.*s", i ? "," : "", (int)scope->agencies[i].len,
			(const char *)scope->agencies[i].data);
}

bool office_scope_equal(const struct lantik_deed_scope *a, const struct lantik_deed_scope *b)
{
	if (!lantik_span_equal(a->kanreg, b->kanreg) || a->agency_count != b->agency_count || a->from != b->from ||
		a->until != b->until)
		return false;
	for (size_t i = 0; i < a->agency_count; i++)
		if (!lantik_span_equal(a->agencies[i], b->agencies[i]))
			return false;
	return true;
}

int office_scope_check(struct database *database, const struct lantik_deed_scope *scope)
{
	struct lantik_buffer list = {0};
	char kanreg[3] = "";
	if (scope->kanreg.len)
		memcpy(kanreg, scope->kanreg.data, 2);
	else
		office_scope_format(scope, &list);
	lantik_buffer_append(&list, "", 1);
	PGresult *rows = database_query(database,
		"SELECT ($1 = '' OR EXISTS (SELECT FROM lantik.kanreg WHERE kanreg_id = $1)) AND "
		"NOT EXISTS (SELECT FROM unnest(string_to_array($2, ',')) AS u(code) WHERE NOT EXISTS "
		"(SELECT FROM lantik.agency a WHERE a.kode_instansi = u.code))",
		2, (const char *const[]){kanreg, (const char *)list.data});
	bool known = rows && cell_true(rows, 0, 0);
	PQclear(rows);
	lantik_buffer_free(&list);
	if (database->failed)
		return database_fail(database, "could not read the reference tables", "gagal membaca tabel rujukan");
	if (known)
		return LANTIK_EXIT_OK;
	return lantik_fail(database->cli, 547, LANTIK_EXIT_FAILED,
		"the regional office or an agency is not in the reference tables\nRun `lantikctl load` first.",
		"kantor regional atau instansi tidak ada di tabel rujukan\nJalankan `lantikctl load` lebih dahulu.");
}

/* ---- keys ---- */

int office_curve_read(struct lantik_cli *cli, const char *text, uint8_t ret[32])
{
	if (text && lantik_z85_decode(lantik_span_of(text), ret))
		return LANTIK_EXIT_OK;
	return lantik_fail(cli, 542, LANTIK_EXIT_USAGE,
		"expected the office's CURVE public key, 40 characters of Z85\nIt is the content of its curve.pub.",
		"seharusnya kunci publik CURVE kantor, 40 karakter Z85\nKunci itu adalah isi curve.pub kantor.");
}

int office_keys_read(struct lantik_cli *cli, struct lantik_deed *ret)
{
	const char *signing = lantik_option_text(cli, "signing-key");
	int exit_code = office_curve_read(cli, lantik_option_text(cli, "curve-key"), ret->curve);
	if (exit_code)
		return exit_code;
	if (signing && lantik_vkey_parse(lantik_span_of(signing), &ret->sign) == LANTIK_OK)
		return LANTIK_EXIT_OK;
	return lantik_fail(cli, 543, LANTIK_EXIT_USAGE,
		"--signing-key: expected the office's verifier key, NAME+ID+KEY",
		"--signing-key: seharusnya kunci pemeriksa kantor, NAMA+ID+KUNCI");
}

/* ---- what waits ---- */

const struct deed_waiting *office_waiting(
	const struct deeds_waiting *waiting, enum lantik_deed_kind kind, struct lantik_span name)
{
	for (size_t i = 0; i < waiting->count; i++)
		if (waiting->items[i].deed.kind == kind && lantik_span_equal(waiting->items[i].deed.office, name))
			return &waiting->items[i];
	return NULL;
}

const struct deed_waiting *curve_waiting(
	const struct deeds_waiting *waiting, enum lantik_deed_kind kind, const uint8_t curve[32])
{
	for (size_t i = 0; i < waiting->count; i++)
		if (waiting->items[i].deed.kind == kind && memcmp(waiting->items[i].deed.curve, curve, 32) == 0)
			return &waiting->items[i];
	return NULL;
}

int office_wait_for(struct database *database, const struct deed_waiting *waiting, struct deed_ask *ask)
{
	lantik_say(database->cli, "asked for before, at %s", "sudah diminta, pada %s", waiting->asked_at);
	ask->request_no = waiting->request_no;
	memcpy(ask->deed.deed_id, waiting->deed.deed_id, sizeof ask->deed.deed_id);
	return deed_wait(database, ask);
}
