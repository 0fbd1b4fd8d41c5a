/* The office's tool without a network: cells to records, headers, manifests, the outbox, and whole commands.
 * SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <unistd.h>

#include "body.h"
#include "entry_state.h"
#include "exchange.h"
#include "pairs.h"
#include "table.h"
#include "unit.h"
#include "verbs.h"

/* --- values --- */

static const struct lantik_field *field_of(const char *name)
{
	const struct lantik_field *field =
		lantik_field_find(lantik_record_fields, LANTIK_FIELD_COUNT, lantik_span_of(name));
	cr_assert_not_null(field);
	return field;
}

static struct lantik_record value(struct lantik_arena *arena, const char *name, const char *text)
{
	struct lantik_record record = {0};
	cr_assert(lantik_value_read(field_of(name), lantik_span_of(text), arena, &record));
	return record;
}

Test(value, numbers_dates_words_money)
{
	struct lantik_arena *arena = lantik_arena_new(4096);
	cr_assert_eq(value(arena, "agama_id", "").agama_id, 0);
	cr_assert_eq(value(arena, "agama_id", "3").agama_id, 3);
	cr_assert_eq(value(arena, "agama_id", "-3").agama_id, LANTIK_UNREADABLE);
	cr_assert_eq(value(arena, "agama_id", "3.0").agama_id, LANTIK_UNREADABLE);
	cr_assert_eq(value(arena, "row_no", "2147483647").row_no, INT32_MAX);
	cr_assert_eq(value(arena, "row_no", "2147483648").row_no, LANTIK_UNREADABLE);
	cr_assert_eq(value(arena, "row_no", "99999999999999999999").row_no, LANTIK_UNREADABLE);
	cr_assert_eq(value(arena, "tgl_lahir", "17-08-1985").tgl_lahir, 19850817);
	cr_assert_eq(value(arena, "tgl_lahir", "31-02-1985").tgl_lahir, LANTIK_UNREADABLE);
	cr_assert_eq(value(arena, "tgl_lahir", "1985-08-17T00:00:00Z").tgl_lahir, 19850817);
	cr_assert_eq(value(arena, "tgl_lahir", "05/04/1985").tgl_lahir, LANTIK_UNREADABLE, "April or May?");
	cr_assert_eq(value(arena, "terdata_non_asn", "Ya").terdata_non_asn, 1);
	cr_assert_eq(value(arena, "terdata_non_asn", "mungkin").terdata_non_asn, LANTIK_WORD_UNREADABLE);
	cr_assert_eq(value(arena, "upah", "4.482.914,00").upah, 448291400);
	cr_assert_eq(value(arena, "upah", "banyak").upah, LANTIK_UNREADABLE);
	lantik_arena_free(&arena);
}

Test(value, an_identifier_is_sixteen_bytes_only_when_it_is_one)
{
	struct lantik_arena *arena = lantik_arena_new(4096);
	cr_assert_eq(value(arena, "orang_id", "0198a7b2-0000-7000-8000-000000000001").orang_id.len, 16);
	cr_assert_eq(value(arena, "orang_id", "0198A7B2000070008000000000000001").orang_id.len, 16);
	cr_assert_eq(value(arena, "orang_id", "").orang_id.len, 0);
	cr_assert(lantik_span_is(value(arena, "orang_id", "siapa?").orang_id, "siapa?"));
	cr_assert_neq(value(arena, "orang_id", "sixteen letters!").orang_id.len, 16, "it would pass for an identifier");
	lantik_arena_free(&arena);
}

Test(value, documents)
{
	char text[300];
	struct lantik_arena *arena = lantik_arena_new(16384);
	struct lantik_documents none = value(arena, "dokumen", "").dokumen;
	cr_assert_eq(none.count, 0);
	snprintf(text, sizeof text, "13 a/b.pdf %064d|14 c.pdf -| 15  d.pdf", 7);
	struct lantik_documents three = value(arena, "dokumen", text).dokumen;
	cr_assert_eq(three.count, 3);
	cr_assert_eq(three.items[0].type, 13);
	cr_assert(lantik_span_is(three.items[0].object, "a/b.pdf"));
	cr_assert_eq(three.items[0].sha256.len, LANTIK_HASH);
	cr_assert_eq(three.items[0].sha256.data[31], 7);
	cr_assert_eq(three.items[1].sha256.len, 0);
	cr_assert(lantik_span_is(three.items[2].object, "d.pdf"));
	static const char *const bad[] = {"x a.pdf -", "13", "13 a.pdf 12ab", "|"};
	for (size_t i = 0; i < LANTIK_COUNT(bad); i++)
		cr_assert_eq(value(arena, "dokumen", bad[i]).dokumen.items[0].type, LANTIK_UNREADABLE, "%s", bad[i]);
	struct lantik_documents many =
		value(arena, "dokumen", "1 a|1 a|1 a|1 a|1 a|1 a|1 a|1 a|1 a|1 a|1 a|1 a|1 a|1 a|1 a|1 a|1 a").dokumen;
	cr_assert_eq(many.count, 1);
	cr_assert_eq(many.items[0].type, LANTIK_UNREADABLE);
	lantik_arena_free(&arena);
}

/* --- the table --- */

static struct lantik_rows *read_rows(const char *text)
{
	uint32_t line;
	struct lantik_rows *rows = calloc(1, sizeof *rows);
	cr_assert_not_null(rows);
	cr_assert_eq(lantik_rows_read(lantik_span_of(text), rows, &line), LANTIK_CSV_FINE);
	return rows;
}

static void free_rows(struct lantik_rows *rows)
{
	lantik_rows_free(rows);
	free(rows);
}

Test(table, cells_are_cleaned)
{
	static const struct {
		const char *cell, *clean;
		bool changed;
	} cases[] = {{"  x ", "x", false}, {"'0123", "0123", true}, {"null", "", true}, {"NULL", "", true},
		{"-", "", true}, {"--", "--", false}, {"", "", false}, {"nullus", "nullus", false}, {"'", "", true},
		{"\"\xc2\xa0x\r\n\"", "x", false}, {"Null", "Null", false}};
	for (size_t i = 0; i < LANTIK_COUNT(cases); i++) {
		char text[64];
		snprintf(text, sizeof text, "nik,nama\n1,%s\n", cases[i].cell);
		struct lantik_rows *rows = read_rows(text);
		cr_assert(lantik_span_is(rows->records[0].nama, cases[i].clean), "`%s`", cases[i].cell);
		cr_assert_eq(rows->findings.count, cases[i].changed, "`%s`", cases[i].cell);
		free_rows(rows);
	}
}

Test(table, columns_in_any_order_and_spelling)
{
	struct lantik_rows *rows = read_rows("Tgl Lahir;NIK;x_ours;Catatan kami;Nama\n01-02-1990;123;q;r;SITI\n");
	cr_assert_eq(rows->fault_count, 0);
	cr_assert_eq(rows->count, 1);
	cr_assert_eq(rows->records[0].tgl_lahir, 19900201);
	cr_assert(lantik_span_is(rows->records[0].nik, "123"));
	cr_assert(lantik_span_is(rows->records[0].nama, "SITI"));
	cr_assert_eq(rows->records[0].row_no, 2, "the line of the file");
	cr_assert(lantik_span_is(lantik_rows_cell(rows, 1, LANTIK_F_tgl_lahir), "01-02-1990"));
	cr_assert(lantik_span_is(lantik_rows_header(rows, LANTIK_F_tgl_lahir), "Tgl Lahir"));
	cr_assert(lantik_span_is(lantik_rows_header(rows, LANTIK_F_nip), "nip"));
	cr_assert(lantik_span_is(lantik_rows_reference(rows, 1), "123"));
	cr_assert_eq(lantik_rows_line(rows, 1), 2);
	cr_assert_eq(lantik_rows_line(rows, 2), 0);
	free_rows(rows);
}

Test(table, unknown_and_double_columns_are_named)
{
	struct lantik_rows *rows = read_rows("nik,nomor,NIK,\n1,2,3,\n");
	cr_assert_eq(rows->fault_count, 2);
	cr_assert_eq(rows->faults[0].case_id, LANTIK_CASE_B01_header);
	cr_assert(lantik_span_is(rows->faults[0].name, "nomor"));
	cr_assert_not(rows->faults[0].twice);
	cr_assert(lantik_span_is(rows->faults[1].name, "NIK"));
	cr_assert(rows->faults[1].twice);
	cr_assert(lantik_span_is(rows->records[0].nik, "1"));
	free_rows(rows);
}

Test(table, a_nameless_column_with_content_is_a_fault)
{
	struct lantik_rows *rows = read_rows("nik,\n1,\n2,x\n");
	cr_assert_eq(rows->fault_count, 1);
	free_rows(rows);
}

Test(table, ragged_rows_are_told_with_their_line)
{
	struct lantik_rows *rows = read_rows("nik,nip\n1,2\n3\n\n4,5,6\n");
	cr_assert_eq(rows->fault_count, 2);
	cr_assert_eq(rows->faults[0].case_id, LANTIK_CASE_B01_columns);
	cr_assert_eq(rows->faults[0].line, 3);
	cr_assert_eq(rows->faults[0].cells, 1);
	cr_assert_eq(rows->faults[1].line, 5);
	cr_assert_eq(rows->faults[1].cells, 3);
	cr_assert_eq(rows->faults[1].expected, 2);
	free_rows(rows);
}

Test(table, normalised_cells_are_found)
{
	struct lantik_rows *rows = read_rows("nik,nip\n'123,-\n4,5\n");
	cr_assert_eq(rows->findings.count, 2);
	cr_assert_eq(rows->findings.items[0].case_id, LANTIK_CASE_T02_normalised);
	cr_assert_eq(rows->findings.items[0].field, LANTIK_F_nik);
	cr_assert_eq(rows->records[0].nip.len, 0);
	cr_assert(lantik_span_is(rows->records[0].nik, "123"));
	free_rows(rows);
}

Test(table, zeros_that_a_spreadsheet_dropped_are_put_back)
{
	struct lantik_rows *rows = read_rows("tk_pendidikan_id,golongan_id,nama\n5,0,5\n05,00,0\n'5,IX,x\n");
	cr_assert(lantik_span_is(rows->records[0].tk_pendidikan_id, "05"));
	cr_assert(lantik_span_is(rows->records[0].golongan_id, "00"));
	cr_assert(lantik_span_is(rows->records[0].nama, "5"));
	cr_assert(lantik_span_is(lantik_rows_cell(rows, 1, LANTIK_F_tk_pendidikan_id), "5"), "as the sheet has it");
	cr_assert(lantik_span_is(rows->records[1].tk_pendidikan_id, "05"));
	cr_assert(lantik_span_is(rows->records[2].tk_pendidikan_id, "05"));
	static const struct lantik_finding expected[] = {{1, LANTIK_CASE_T02_padded, LANTIK_F_tk_pendidikan_id, 0},
		{1, LANTIK_CASE_T02_padded, LANTIK_F_golongan_id, 0},
		{3, LANTIK_CASE_T02_normalised, LANTIK_F_tk_pendidikan_id, 0},
		{3, LANTIK_CASE_T02_padded, LANTIK_F_tk_pendidikan_id, 0}};
	cr_assert_eq(rows->findings.count, LANTIK_COUNT(expected));
	for (size_t i = 0; i < LANTIK_COUNT(expected); i++) {
		cr_expect_eq(rows->findings.items[i].record_no, expected[i].record_no, "%zu", i);
		cr_expect_eq(rows->findings.items[i].case_id, expected[i].case_id, "%zu", i);
		cr_expect_eq(rows->findings.items[i].field, expected[i].field, "%zu", i);
	}
	free_rows(rows);
}

Test(table, what_is_corrected_is_read)
{
	struct lantik_rows *rows = read_rows("x_why,x_line,catatan_sebab,nik,corrects batch id,Corrects_Record_No\n"
					     "\"=1\",2,-,1,0198a7b2-0000-7000-8000-000000000001,17\n");
	cr_assert_eq(rows->fault_count, 0);
	cr_assert_eq(rows->findings.count, 0, "passed over, whatever stands in them");
	cr_assert_eq(rows->records[0].corrects_batch_id.len, 16);
	cr_assert_eq(rows->records[0].corrects_record_no, 17);
	free_rows(rows);
}

/* --- pairs and the outbox's state --- */

Test(pairs, lines_comments_and_quotes)
{
	struct lantik_span text = lantik_span_of("# note\r\n\r\n kind = PPPK_PW \r\nstep,NI\na=\"b = c\"\nempty =\n");
	static const char *const expected[][2] = {{"kind", "PPPK_PW"}, {"step", "NI"}, {"a", "b = c"}, {"empty", ""}};
	struct lantik_pair pair;
	uint32_t line = 0;
	for (size_t i = 0; i < LANTIK_COUNT(expected); i++) {
		cr_assert(lantik_pairs_next(&text, &line, &pair));
		cr_assert(lantik_span_is(pair.name, expected[i][0]), "%s", expected[i][0]);
		cr_assert(lantik_span_is(pair.value, expected[i][1]), "%s", expected[i][1]);
	}
	cr_assert_not(lantik_pairs_next(&text, &line, &pair));
	cr_assert_eq(text.len, 0);
}

Test(pairs, a_line_that_is_no_pair_stops)
{
	struct lantik_span text = lantik_span_of("a = 1\nnonsense\nb = 2\n");
	struct lantik_pair pair;
	uint32_t line = 0;
	cr_assert(lantik_pairs_next(&text, &line, &pair));
	cr_assert_not(lantik_pairs_next(&text, &line, &pair));
	cr_assert_gt(text.len, 0);
	cr_assert_eq(line, 2);
}

Test(outbox, the_state_file_reads_back)
{
	struct lantik_entry entry = {.file = "/tmp/a, b = c.csv",
		.state = LANTIK_ENTRY_RECORDED,
		.records = 7326,
		.tries = 3,
		.accepted = 7000,
		.returned = 300,
		.review = 26,
		.rejected = 1,
		.created_at = 1,
		.first_sent_at = 2,
		.last_sent_at = 3,
		.recorded_at = 1761555555123456,
		.leaf_index = 12};
	struct lantik_entry again = {0};
	struct lantik_buffer text = {0};
	lantik_random(entry.batch_id, sizeof entry.batch_id);
	lantik_random(entry.records_root, LANTIK_HASH);
	lantik_random(entry.manifest_sha256, LANTIK_HASH);
	lantik_random(entry.returned_sha256, LANTIK_HASH);
	lantik_entry_format(&entry, &text);
	cr_assert(lantik_entry_parse(lantik_buffer_span(&text), &again));
	cr_assert_eq(memcmp(&entry, &again, sizeof entry), 0);
	for (size_t cut = 0; cut + 40 < text.len; cut += 7) {
		struct lantik_entry part = {0};
		struct lantik_span piece = {text.data, cut};
		bool whole = lantik_entry_parse(piece, &part);
		cr_assert(!whole || memcmp(part.manifest_sha256, entry.manifest_sha256, LANTIK_HASH) == 0, "cut at %zu",
			cut);
	}
	lantik_buffer_free(&text);
}

/* --- whole commands --- */

static char folder[] = "/tmp/lantik-office-XXXXXX";

static void make_folder(void)
{
	lantik_crypto_start();
	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
	setenv("LANTIK_HOME", "home", 1);
	setenv("LANGUAGE", "en", 1);
}

static void remove_folder(void)
{
	char command[PATH_MAX + 16];
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	cr_assert_eq(system(command), 0);
}

/* Runs a command line of at most 15 words, its output into a file. */
static int run_program(const struct lantik_program *program, const char *line)
{
	char words[512];
	char *argv[16] = {(char *)"lantik"};
	int argc = 1;
	snprintf(words, sizeof words, "%s", line);
	for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	cr_assert_not_null(freopen("output", "w", stdout));
	return lantik_cli_main(program, argc, argv);
}

static int run(const char *line)
{
	return run_program(&lantik_office_program, line);
}

static bool printed(const char *text)
{
	struct lantik_buffer output = {0};
	cr_assert_eq(lantik_file_read("output", 16 * 1024 * 1024, &output), LANTIK_OK);
	lantik_buffer_append(&output, "", 1);
	bool found = strstr((const char *)output.data, text) != NULL;
	lantik_buffer_free(&output);
	return found;
}

static void write_file(const char *name, const char *text)
{
	cr_assert_eq(lantik_file_write(name, 0600, lantik_span_of(text)), LANTIK_OK);
}

TestSuite(command, .init = make_folder, .fini = remove_folder);

/* A body of one record: nama, with a tag of one byte and a length of two, brings it to that many. */
static size_t record_len;

static int body_main(struct lantik_cli *cli)
{
	struct lantik_csv_row line = {.line = 2};
	char *nama = calloc(1, record_len);
	struct lantik_record record = {.nama = {(const uint8_t *)nama, record_len - 3}};
	struct lantik_sheet sheet = {
		.path = "a.csv", .table = {.csv = {.rows = &line}, .records = &record, .count = 1}};
	struct lantik_body body;
	cr_assert_not_null(nama);
	memset(nama, 'A', record_len);
	int code = lantik_body_make(cli, &sheet, &body);
	if (code == LANTIK_EXIT_OK)
		lantik_buffer_free(&body.bytes);
	free(nama);
	return code;
}

Test(command, the_greatest_record_fits_and_no_greater_one)
{
	static const struct lantik_verb verbs[] = {{.name = "body", .summary = {"e", "i"}, .run = body_main}, {0}};
	static const struct lantik_program program = {
		.name = "lantik", .summary = {"e", "i"}, .examples = "lantik body", .verbs = verbs};
	for (record_len = LANTIK_MAX_RECORD - 2; record_len <= LANTIK_MAX_RECORD + 2; record_len++)
		cr_expect_eq(run_program(&program, "body"),
			record_len <= LANTIK_MAX_RECORD ? LANTIK_EXIT_OK : LANTIK_EXIT_FAILED, "%zu", record_len);
}

Test(command, keys_are_made_once)
{
	struct lantik_buffer before = {0}, after = {0};
	cr_assert_eq(run("keygen"), LANTIK_EXIT_USAGE);
	cr_assert_eq(run("keygen --name two+words"), LANTIK_EXIT_USAGE);
	cr_assert_eq(run("keygen --name kanreg-03"), LANTIK_EXIT_OK);
	cr_assert(printed("lantikctl office add kanreg-03 --kanreg"));
	cr_assert_eq(lantik_file_read("home/sign.key", 4096, &before), LANTIK_OK);
	cr_assert_eq(run("keygen --name kanreg-03"), LANTIK_EXIT_FAILED);
	cr_assert_eq(lantik_file_read("home/sign.key", 4096, &after), LANTIK_OK);
	cr_assert(lantik_span_equal(lantik_buffer_span(&before), lantik_buffer_span(&after)));
	lantik_buffer_free(&before);
	lantik_buffer_free(&after);
}

Test(command, settings_are_checked_and_changed_one_by_one)
{
	cr_assert_eq(run("sync"), LANTIK_EXIT_NOT_SET_UP);
	cr_assert_eq(run("keygen --name kanreg-03"), LANTIK_EXIT_OK);
	cr_assert_eq(run("init --endpoint tcp://127.0.0.1:1"), LANTIK_EXIT_NOT_SET_UP);
	cr_assert_eq(run("init --endpoint http://x --server-key home/curve.pub --receipt-key home/sign.vkey"),
		LANTIK_EXIT_USAGE);
	cr_assert_eq(run("init --endpoint tcp://127.0.0.1:1 --server-key short --receipt-key home/sign.vkey"),
		LANTIK_EXIT_USAGE);
	cr_assert_eq(run("init --endpoint tcp://127.0.0.1:1 --server-key home/curve.pub --receipt-key home/sign.vkey"),
		LANTIK_EXIT_OK);
	cr_assert_eq(run("config endpoint=tcp://127.0.0.1:2"), LANTIK_EXIT_OK);
	cr_assert(printed("tcp://127.0.0.1:1 -> tcp://127.0.0.1:2"));
	cr_assert_eq(run("config colour=red"), LANTIK_EXIT_USAGE);
	cr_assert_eq(run("config --json"), LANTIK_EXIT_OK);
	cr_assert(printed("tcp://127.0.0.1:2"));
	write_file("home/lantik.conf", "endpont = tcp://x\n");
	cr_assert_eq(run("config"), LANTIK_EXIT_NOT_SET_UP);
}

Test(command, check_tells_good_from_returned_from_refused)
{
	cr_assert_eq(run("sample --rows 20 good.csv"), LANTIK_EXIT_OK);
	cr_assert_eq(run("check good.csv --received 2025-12-31"), LANTIK_EXIT_OK);
	cr_assert(printed("all 20 rows are good"));
	cr_assert_eq(run("sample --rows 20 --defects N01.length bad.csv"), LANTIK_EXIT_OK);
	cr_assert_eq(run("check --report bad.csv --received 2025-12-31"), LANTIK_EXIT_PARTIAL);
	cr_assert(printed("N01.length"));
	cr_assert_eq(access("bad.csv.findings.csv", R_OK), 0);
	cr_assert_eq(run("check --json bad.csv --received 2025-12-31"), LANTIK_EXIT_PARTIAL);
	cr_assert(printed("\"rule\":\"N01.length\",\"severity\":\"error\",\"field\":\"nik\""));
	cr_assert(printed("\"type\":\"summary\",\"program\":\"lantik\",\"verb\":\"check\",\"exit_code\":3"));
	cr_assert_eq(run("sample --rows 20 --batch-defect B02.row_count refused.csv"), LANTIK_EXIT_OK);
	cr_assert_eq(run("check refused.csv"), LANTIK_EXIT_REFUSED);
	cr_assert(printed("REFUSED"));
}

Test(command, check_names_the_form_that_is_wrong)
{
	write_file("a.manifest", "kind = PPPK_PW\nstep = NI\nkode_instansi = 6171\nkanreg_id = 03\n");
	write_file("a.csv", "nik,warna\n1,2\n");
	cr_assert_eq(run("check a.csv"), LANTIK_EXIT_REFUSED);
	cr_assert(printed("the column \"warna\" is unknown"));
	write_file("a.csv", "nik,nip\n1\n");
	cr_assert_eq(run("check a.csv"), LANTIK_EXIT_REFUSED);
	cr_assert(printed("line 2 has 1 cells, the header has 2"));
	write_file("a.csv", "nik\n\"1\n");
	cr_assert_eq(run("check a.csv"), LANTIK_EXIT_FAILED);
	write_file("a.csv", "nik\n");
	cr_assert_eq(run("check a.csv"), LANTIK_EXIT_FAILED);
	cr_assert_eq(run("check b.csv"), LANTIK_EXIT_FAILED);
	write_file("b.csv", "nik\n1\n");
	cr_assert_eq(run("check b.csv"), LANTIK_EXIT_FAILED, "no manifest");
}

Test(command, manifests_are_strict)
{
	static const char *const bad[] = {"kind = PPPK_PW\nkolor = 1\n", "kind = PPPK_PW\nkind = PNS\n", "kind\n",
		"batch_id = 0198a7b2-0000-7000-8000-000000000001\n", "sent_at = 2025-01-01 10:00\n", "kind = \xff\n"};
	write_file("a.csv", "nik\n1\n");
	for (size_t i = 0; i < LANTIK_COUNT(bad); i++) {
		write_file("a.manifest", bad[i]);
		cr_assert_eq(run("check a.csv"), LANTIK_EXIT_FAILED, "%s", bad[i]);
	}
	write_file("a.manifest", "kind = PPPK_PW\nstep = NI\nkode_instansi = 6171\nkanreg_id = 3\nprogramme = "
				 "PW2024\njenis_formasi_id = 210\n");
	cr_assert_eq(run("check --json a.csv"), LANTIK_EXIT_PARTIAL);
	cr_assert(
		printed("\"record\":0,\"line\":0,\"reference\":\"\",\"rule\":\"T02.padded\",\"severity\":\"warning\""));
	write_file("a.manifest", "kind = dancer\nstep = NI\nkode_instansi = 6171\nkanreg_id = 03\n");
	cr_assert_eq(run("check a.csv"), LANTIK_EXIT_REFUSED);
	cr_assert(printed("B01.kind"));
}

static void set_up(void)
{
	cr_assert_eq(run("keygen --name kanreg-03"), LANTIK_EXIT_OK);
	cr_assert_eq(run("init --endpoint tcp://127.0.0.1:1 --server-key home/curve.pub --receipt-key home/sign.vkey"),
		LANTIK_EXIT_OK);
}

Test(command, status_needs_the_right_folder)
{
	cr_assert_eq(run("status --json --offline"), LANTIK_EXIT_NOT_SET_UP);
	cr_assert(printed("--home"));
	cr_assert_not(printed("Nothing was sent"));
	set_up();
	write_file("home/outbox", "in the way of the folder");
	cr_assert_eq(run("status --json --offline"), LANTIK_EXIT_FAILED);
	cr_assert(printed("LNT-0102"));
}

Test(command, a_damaged_entry_is_told_and_hides_no_other)
{
	set_up();
	cr_assert_eq(run("sample --rows 3 a.csv"), LANTIK_EXIT_OK);
	cr_assert_eq(run("sample --rows 4 b.csv"), LANTIK_EXIT_OK);
	cr_assert_eq(run("submit --timeout 1 a.csv"), LANTIK_EXIT_NETWORK);
	cr_assert_eq(system("mkdir home/outbox/empty && rm home/outbox/*/state"), 0);
	cr_assert_eq(run("submit --timeout 1 b.csv"), LANTIK_EXIT_NETWORK);
	cr_assert_eq(run("status --json --offline"), LANTIK_EXIT_FAILED);
	cr_assert(printed("\"state\":\"damaged\""));
	cr_assert(printed("\"state\":\"sent\""));
	cr_assert(printed("\"batches\":2"));
	cr_assert_eq(run("status --json --offline a.csv"), LANTIK_EXIT_FAILED);
	cr_assert(printed("\"state\":\"damaged\""));
	cr_assert_eq(run("verify --json"), LANTIK_EXIT_FAILED);
	cr_assert(printed("LNT-0101"));
	cr_assert_eq(run("submit --json --timeout 1 a.csv"), LANTIK_EXIT_FAILED);
	cr_assert(printed("LNT-0101"));
	cr_assert_eq(run("submit --timeout 1 --new-id a.csv"), LANTIK_EXIT_NETWORK);
	cr_assert_eq(system("test -s home/damaged/*/body"), 0, "the damaged folder is kept");
	cr_assert_eq(run("status --json --offline"), LANTIK_EXIT_OK);
	cr_assert(printed("\"batches\":2"));
}

Test(command, what_was_not_read_whole_is_never_sent)
{
	set_up();
	write_file("a.manifest", "kind = PPPK_PW\nstep = NI\nkode_instansi = 6171\nkanreg_id = 03\n");
	static const char *const sheets[] = {"nik,warna\n1,2\n", "nik,nip\n1\n", "nik,nik\n1,2\n"};
	for (size_t i = 0; i < LANTIK_COUNT(sheets); i++) {
		write_file("a.csv", sheets[i]);
		cr_assert_eq(run("submit --json --timeout 1 --anyway a.csv"), LANTIK_EXIT_REFUSED, "%s", sheets[i]);
		cr_assert(printed("LNT-0122"));
		cr_assert_eq(run("submit --json --timeout 1 a.csv"), LANTIK_EXIT_REFUSED, "%s", sheets[i]);
	}
	cr_assert_eq(run("status --offline"), LANTIK_EXIT_OK);
	cr_assert(printed("Nothing was sent"));
}

Test(exchange, waits_as_long_as_the_centre_says)
{
	struct lantik_busy busy = {.retry_after_ms = 60000};
	int64_t least = INT64_MAX, most = 0;
	for (int i = 0; i < 200; i++) {
		int64_t pause = lantik_busy_pause(&busy);
		least = pause < least ? pause : least;
		most = pause > most ? pause : most;
	}
	cr_assert_geq(least, 60000);
	cr_assert(most > least + 5000 && most <= 75000, "offices that were told the same do not come in step");
	busy.retry_after_ms = UINT32_MAX;
	cr_assert_leq(lantik_busy_pause(&busy), 75000, "nobody waits for days because of a slip");
	busy.retry_after_ms = 0;
	cr_assert_geq(lantik_busy_pause(&busy), 100, "nor asks without a pause");
}

Test(command, status_never_says_not_found)
{
	set_up();
	cr_assert_eq(run("sample --rows 3 a.csv"), LANTIK_EXIT_OK);
	cr_assert_eq(run("status --offline"), LANTIK_EXIT_OK);
	cr_assert(printed("Nothing was sent from here yet"));
	cr_assert_eq(run("status --offline a.csv"), LANTIK_EXIT_OK);
	cr_assert(printed("not sent"));
	cr_assert_not(printed("not found"));
}

Test(command, a_submit_without_an_answer_keeps_its_batch)
{
	cr_assert_eq(run("keygen --name kanreg-03"), LANTIK_EXIT_OK);
	cr_assert_eq(run("init --endpoint tcp://127.0.0.1:1 --server-key home/curve.pub --receipt-key home/sign.vkey"),
		LANTIK_EXIT_OK);
	cr_assert_eq(run("sample --rows 3 a.csv"), LANTIK_EXIT_OK);
	cr_assert_eq(run("submit --timeout 1 a.csv"), LANTIK_EXIT_NETWORK);
	cr_assert_eq(run("status --offline --json"), LANTIK_EXIT_OK);
	cr_assert(printed("\"state\":\"sent\""));
	struct lantik_buffer output = {0};
	cr_assert_eq(lantik_file_read("output", 64 * 1024, &output), LANTIK_OK);
	lantik_buffer_append(&output, "", 1);
	const char *id = strstr((const char *)output.data, "\"batch_id\":\"");
	cr_assert_not_null(id);
	char first[64];
	snprintf(first, sizeof first, "%.49s", id);
	cr_assert_eq(run("submit --timeout 1 a.csv"), LANTIK_EXIT_NETWORK);
	cr_assert_eq(run("status --offline --json"), LANTIK_EXIT_OK);
	cr_assert(printed(first), "the second try has the batch id of the first");
	cr_assert_eq(run("submit --timeout 1 --new-id a.csv"), LANTIK_EXIT_NETWORK);
	cr_assert_eq(run("status --offline --json"), LANTIK_EXIT_OK);
	cr_assert(printed("\"batches\":2"));
	lantik_buffer_free(&output);
}

Test(command, a_refused_file_is_not_sent)
{
	cr_assert_eq(run("keygen --name kanreg-03"), LANTIK_EXIT_OK);
	cr_assert_eq(run("init --endpoint tcp://127.0.0.1:1 --server-key home/curve.pub --receipt-key home/sign.vkey"),
		LANTIK_EXIT_OK);
	cr_assert_eq(run("sample --rows 3 --batch-defect B02.row_count a.csv"), LANTIK_EXIT_OK);
	cr_assert_eq(run("submit --timeout 1 a.csv"), LANTIK_EXIT_FAILED);
	cr_assert_eq(run("status --offline"), LANTIK_EXIT_OK);
	cr_assert(printed("Nothing was sent"));
	cr_assert_eq(run("submit --timeout 1 --anyway a.csv"), LANTIK_EXIT_NETWORK);
}

Test(command, all_or_nothing_is_another_batch_of_the_same_file)
{
	set_up();
	cr_assert_eq(run("sample --rows 5 --defects N01.length a.csv"), LANTIK_EXIT_OK);
	cr_assert_eq(run("check --received 2025-12-31 a.csv"), LANTIK_EXIT_PARTIAL);
	cr_assert_eq(run("check --all-or-nothing --received 2025-12-31 a.csv"), LANTIK_EXIT_REFUSED);
	cr_assert(printed("the file is refused: B10.all_or_nothing"));
	cr_assert_eq(run("submit --timeout 1 --all-or-nothing a.csv"), LANTIK_EXIT_FAILED);
	cr_assert_eq(run("submit --timeout 1 --all-or-nothing --anyway a.csv"), LANTIK_EXIT_NETWORK);
	cr_assert_eq(run("submit --timeout 1 a.csv"), LANTIK_EXIT_NETWORK);
	cr_assert_eq(run("status --offline --json a.csv"), LANTIK_EXIT_OK);
	cr_assert(printed("\"batches\":2"));
	cr_assert_eq(system("echo all_or_nothing,yes >> a.manifest"), 0);
	cr_assert_eq(run("check --received 2025-12-31 a.csv"), LANTIK_EXIT_REFUSED);
}

Test(command, a_rehearsal_keeps_nothing)
{
	set_up();
	cr_assert_eq(run("sample --rows 3 a.csv"), LANTIK_EXIT_OK);
	cr_assert_eq(run("submit --rehearse --timeout 1 a.csv"), LANTIK_EXIT_NETWORK);
	cr_assert_eq(run("status --offline"), LANTIK_EXIT_OK);
	cr_assert(printed("Nothing was sent"));
	static const char *const others[] = {"--anyway", "--new-id", "--received 2025-12-31"};
	for (size_t i = 0; i < LANTIK_COUNT(others); i++) {
		char line[128];
		snprintf(line, sizeof line, "submit --rehearse --timeout 1 %s a.csv", others[i]);
		cr_assert_eq(run(line), LANTIK_EXIT_USAGE, "%s", line);
	}
	write_file("a.csv", "nik,warna\n1,2\n");
	cr_assert_eq(run("submit --rehearse --timeout 1 a.csv"), LANTIK_EXIT_REFUSED);
	cr_assert(printed("the column \"warna\" is unknown"));
}

Test(command, reconcile_needs_the_centre)
{
	cr_assert_eq(run("reconcile"), LANTIK_EXIT_NOT_SET_UP);
	set_up();
	cr_assert_eq(run("reconcile --timeout 1 --json"), LANTIK_EXIT_NETWORK);
}

Test(command, verify_refuses_what_is_no_receipt)
{
	cr_assert_eq(run("keygen --name kanreg-03"), LANTIK_EXIT_OK);
	write_file("r", "c2sp.org/tlog-proof@v1\nnonsense\n");
	cr_assert_eq(run("verify --key home/sign.vkey r"), LANTIK_EXIT_NOT_VERIFIED);
	cr_assert_eq(run("verify --key r r"), LANTIK_EXIT_USAGE);
	cr_assert_eq(run("verify --key home/sign.vkey absent"), LANTIK_EXIT_FAILED);
	cr_assert_eq(run("verify r"), LANTIK_EXIT_NOT_SET_UP);
}
