/* Rulebooks as texts: in force, once some files were loaded, or out of the history.
 * SPDX-License-Identifier: Apache-2.0 */
#include "book.h"

#include <string.h>

#include "lantik/limits.h"
#include "load.h"

#define FIRST_LINE "lantik-rulebook "

static bool read_text(struct database *database, struct lantik_buffer *ret)
{
	PGresult *rows = database_query(database, "SELECT lantik.rulebook_text()", 0, NULL);
	if (rows)
		lantik_buffer_append(ret, cell(rows, 0, 0), (size_t)PQgetlength(rows, 0, 0));
	PQclear(rows);
	return rows != NULL;
}

/* what: of which text; the line at fault is shown, since a rulebook holds nothing of a person. */
static int parse(struct lantik_cli *cli, const char *what, struct book *book)
{
	struct lantik_span rest = lantik_buffer_span(&book->text), at = {NULL, 0};
	unsigned line = 0;
	enum lantik_error error = lantik_rulebook_parse(rest, &book->rulebook, &line);
	if (!error) {
		lantik_hex_encode(lantik_rulebook_digest(book->rulebook), LANTIK_HASH, book->digest);
		return LANTIK_EXIT_OK;
	}
	for (unsigned i = 0; i < line && book_line(&rest, &at); i++)
		;
	return lantik_fail(cli, 640, LANTIK_EXIT_FAILED, "%s cannot be read as a rulebook: %s\nLine %u: %.*s",
		"%s tidak terbaca sebagai buku aturan: %s\nBaris %u: %.*s", what,
		lantik_error_text(error, lantik_cli_language(cli)), line, (int)(at.len < 200 ? at.len : 200),
		(const char *)at.data);
}

int book_in_force(struct database *database, struct book *ret)
{
	*ret = (struct book){.rulebook = NULL};
	if (!read_text(database, &ret->text))
		return database_fail(database, "could not read the rulebook", "gagal membaca buku aturan");
	return parse(database->cli, lantik_cli_pick(database->cli, "the rulebook in force", "buku aturan yang berlaku"),
		ret);
}

/* Which of two roles is missing, and the way round it: the text can be made by one and tried by the other. */
static int needs_operator(struct database *database)
{
	if (database_may(database, "submission_window", "opens", "UPDATE"))
		return LANTIK_EXIT_OK;
	return lantik_fail(database->cli, 641, LANTIK_EXIT_FAILED,
		"the role %s may not load tables, not even for a trial; lantik_operator is needed\nLet an operator "
		"make the "
		"text, and try that: lantikctl rulebook export --with FILE > new.txt",
		"peran %s tidak boleh memuat tabel, juga untuk percobaan; diperlukan lantik_operator\nMinta operator "
		"membuat teksnya, lalu coba teks itu: lantikctl rulebook export --with BERKAS > baru.txt",
		PQuser(database->connection));
}

static bool holds_test_regions(struct database *database)
{
	PGresult *rows = database_query(database, "SELECT EXISTS (SELECT FROM lantik.region WHERE is_test)", 0, NULL);
	bool holds = rows && cell_true(rows, 0, 0);
	PQclear(rows);
	return holds;
}

static int load_all(struct database *database, const char *const *paths, unsigned count, struct book *ret)
{
	bool fictional = holds_test_regions(database);
	char digest[65];
	int exit_code = LANTIK_EXIT_OK;
	database_begin(database);
	for (unsigned i = 0; i < count && !exit_code && !database->failed; i++) {
		char *path = strdup(paths[i]);
		LANTIK_ASSERT(path);
		struct loaded loaded = {.path = path};
		exit_code = load_file(database, fictional, &loaded);
		free(path);
	}
	if (!exit_code)
		exit_code = load_check(database, digest);
	if (!exit_code && !read_text(database, &ret->text))
		exit_code = database_fail(database, "could not load a reference table", "gagal memuat tabel rujukan");
	database_run(database, "ROLLBACK");
	return exit_code;
}

/* Whether the file is a text; it then stands in ret. */
static int read_file(struct lantik_cli *cli, const char *path, struct lantik_buffer *ret, bool *ret_text)
{
	enum lantik_error error = lantik_file_read(path, (size_t)4 * LANTIK_MAX_RULEBOOK, ret);
	if (error)
		return lantik_fail(cli, 642, LANTIK_EXIT_FAILED, "could not read %s: %s", "gagal membaca %s: %s", path,
			lantik_error_text(error, lantik_cli_language(cli)));
	*ret_text = ret->len >= strlen(FIRST_LINE) && memcmp(ret->data, FIRST_LINE, strlen(FIRST_LINE)) == 0;
	if (!*ret_text)
		lantik_buffer_reset(ret);
	return LANTIK_EXIT_OK;
}

int book_with(struct database *database, const char *const *paths, unsigned count, struct book *ret)
{
	struct lantik_cli *cli = database->cli;
	bool text = false;
	int exit_code = LANTIK_EXIT_OK;
	*ret = (struct book){.rulebook = NULL};
	for (unsigned i = 0; i < count && !exit_code && !text; i++)
		exit_code = read_file(cli, paths[i], &ret->text, &text);
	if (!exit_code && text && count > 1)
		return lantik_fail(cli, 643, LANTIK_EXIT_USAGE,
			"give either one text of a rulebook or CSV files\nA text is whole; nothing is added to it.",
			"beri satu teks buku aturan atau berkas CSV\nTeks sudah utuh; tidak ada yang ditambahkan.");
	if (!exit_code && !text)
		exit_code = needs_operator(database);
	if (!exit_code && !text)
		exit_code = load_all(database, paths, count, ret);
	return exit_code ? exit_code
			 : parse(cli, text ? paths[0] : lantik_cli_pick(cli, "the new rulebook", "buku aturan baru"),
				   ret);
}

static int history_fault(struct lantik_cli *cli, const char *digest, int found)
{
	if (found)
		return lantik_fail(cli, 645, LANTIK_EXIT_FAILED, "%d rulebooks begin with %s\nGive more digits.",
			"%d buku aturan berawalan %s\nTulis lebih banyak angka.", found, digest);
	return lantik_fail(cli, 645, LANTIK_EXIT_FAILED,
		"no rulebook %s was ever in force here\n`lantikctl rulebook list` shows those that were.",
		"buku aturan %s tidak pernah berlaku di sini\n`lantikctl rulebook list` menampilkan yang pernah.",
		digest);
}

int book_of_history(struct database *database, const char *digest, struct book *ret)
{
	struct lantik_cli *cli = database->cli;
	size_t len = strlen(digest);
	*ret = (struct book){.rulebook = NULL};
	if (len < 4 || len > 64 || strspn(digest, "0123456789abcdef") != len)
		return lantik_fail(cli, 644, LANTIK_EXIT_USAGE,
			"`%s` is no digest: 4 to 64 hex digits in small letters were expected",
			"`%s` bukan digest: seharusnya 4 sampai 64 angka heksadesimal huruf kecil", digest);
	PGresult *rows = database_query(
		database, "SELECT text FROM lantik.rulebook WHERE starts_with(encode(sha256, 'hex'), $1)", 1, &digest);
	if (!rows)
		return database_fail(database, "could not read the history", "gagal membaca riwayat");
	int exit_code = LANTIK_EXIT_OK;
	if (PQntuples(rows) == 1)
		lantik_buffer_append(&ret->text, cell(rows, 0, 0), (size_t)PQgetlength(rows, 0, 0));
	else
		exit_code = history_fault(cli, digest, PQntuples(rows));
	PQclear(rows);
	return exit_code ? exit_code : parse(cli, digest, ret);
}

void book_free(struct book *book)
{
	lantik_buffer_free(&book->text);
	lantik_rulebook_free(&book->rulebook);
}

bool book_line(struct lantik_span *text, struct lantik_span *ret)
{
	if (text->len == 0)
		return false;
	const uint8_t *end = memchr(text->data, '\n', text->len);
	size_t len = end ? (size_t)(end - text->data) : text->len;
	*ret = (struct lantik_span){text->data, len};
	len += end != NULL;
	*text = (struct lantik_span){text->data + len, text->len - len};
	return true;
}

struct lantik_span book_cell(struct lantik_span line, unsigned at)
{
	for (;; at--) {
		const uint8_t *end = line.len ? memchr(line.data, '\t', line.len) : NULL;
		size_t len = end ? (size_t)(end - line.data) : line.len;
		if (at == 0)
			return (struct lantik_span){line.data, len};
		if (!end)
			return (struct lantik_span){NULL, 0};
		line = (struct lantik_span){line.data + len + 1, line.len - len - 1};
	}
}

const char *book_table_title(const struct lantik_cli *cli, struct lantik_span word)
{
	static const char *const titles[][3] = {
		{"agency", "agencies", "instansi"},
		{"category", "categories of the selection", "kategori seleksi"},
		{"district", "districts", "kecamatan"},
		{"document", "required documents", "dokumen wajib"},
		{"education", "levels of education", "tingkat pendidikan"},
		{"eligibility", "eligibility policies", "kebijakan kelayakan"},
		{"formation", "formations", "formasi"},
		{"group", "groups of positions", "kelompok jabatan"},
		{"holiday", "holidays", "hari libur"},
		{"kanreg", "provinces of regional offices", "provinsi kantor regional"},
		{"parameter", "parameters", "parameter"},
		{"position", "positions", "jabatan"},
		{"province", "provinces", "provinsi"},
		{"reason", "reasons against a proposal", "alasan tolak"},
		{"regency", "regencies and cities", "kabupaten dan kota"},
		{"retired", "retired regions", "wilayah lama"},
		{"severity", "changed severities", "tingkat temuan yang diubah"},
		{"study", "fields of study", "program studi"},
		{"unit", "units", "unit organisasi"},
		{"wage", "minimum wages", "upah minimum"},
		{"window", "submission windows", "jendela pengajuan"},
	};
	for (size_t i = 0; i < LANTIK_COUNT(titles); i++)
		if (lantik_span_is(word, titles[i][0]))
			return lantik_cli_pick(cli, titles[i][1], titles[i][2]);
	return NULL;
}
