/* CSV as offices save it: delimiters, marks, quotes, true line numbers, and what is refused.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/cli.h"
#include "unit.h"

static struct lantik_csv read_csv(const char *text, size_t len)
{
	struct lantik_csv csv = {0};
	uint32_t line = 99;
	struct lantik_span file = {(const uint8_t *)text, len};
	enum lantik_csv_fault fault = lantik_csv_read(file, 1000, &csv, &line);
	cr_assert_eq(fault, LANTIK_CSV_FINE, "fault %d in line %u", (int)fault, line);
	return csv;
}

static enum lantik_csv_fault fault_of(const char *text, size_t len, size_t most_rows, uint32_t *ret_line)
{
	struct lantik_csv csv = {0};
	enum lantik_csv_fault fault =
		lantik_csv_read((struct lantik_span){(const uint8_t *)text, len}, most_rows, &csv, ret_line);
	if (fault == LANTIK_CSV_FINE)
		lantik_csv_free(&csv);
	return fault;
}

static void expect_cell(const struct lantik_csv *csv, size_t row, size_t column, const char *expected)
{
	cr_assert_lt(row, csv->row_count);
	cr_assert_lt(column, csv->rows[row].count);
	struct lantik_span cell = csv->rows[row].cells[column];
	cr_assert(lantik_span_is(cell, expected), "row %zu column %zu: `%.*s`, not `%s`", row, column, (int)cell.len,
		cell.data ? (const char *)cell.data : "", expected);
}

#define READ(text) read_csv(text, sizeof(text) - 1)
#define FAULT(text, line) fault_of(text, sizeof(text) - 1, 1000, line)

Test(csv, finds_the_delimiter)
{
	static const struct {
		const char *text;
		char delimiter;
	} files[] = {{"a,b,c\n1,2,3\n", ','}, {"a;b;c\r\n1;2;3\r\n", ';'}, {"a\tb\tc\n1\t2\t3", '\t'},
		{"\xef\xbb\xbf"
		 "a;b;c\n1;2;3\n",
			';'},
		{"sep=;\na;b;c\n1;2;3\n", ';'}, {"\"a,x,y,z\";b;c\n1;2;3\n", ';'}};
	for (size_t i = 0; i < LANTIK_COUNT(files); i++) {
		struct lantik_csv csv = read_csv(files[i].text, strlen(files[i].text));
		cr_assert_eq(csv.delimiter, files[i].delimiter, "file %zu", i);
		cr_assert_eq(csv.header.count, 3, "file %zu", i);
		cr_assert_eq(csv.row_count, 1, "file %zu", i);
		expect_cell(&csv, 0, 2, "3");
		lantik_csv_free(&csv);
	}
}

Test(csv, byte_order_mark_is_no_part_of_the_first_header)
{
	struct lantik_csv csv = READ("\xef\xbb\xbfnik,nama\n1,A\n");
	cr_assert(lantik_span_is(csv.header.cells[0], "nik"));
	cr_assert_eq(lantik_csv_column(&csv, "NIK"), 0);
	cr_assert_eq(lantik_csv_column(&csv, "nip"), -1);
	lantik_csv_free(&csv);
}

Test(csv, quoted_cells_keep_delimiters_quotes_and_line_breaks)
{
	struct lantik_csv csv = READ("a,b\n\"x, y\",\"say \"\"hi\"\"\"\n\"two\r\nlines\",z\n");
	expect_cell(&csv, 0, 0, "x, y");
	expect_cell(&csv, 0, 1, "say \"hi\"");
	expect_cell(&csv, 1, 0, "two\r\nlines");
	expect_cell(&csv, 1, 1, "z");
	lantik_csv_free(&csv);
}

Test(csv, line_numbers_are_those_of_the_file)
{
	struct lantik_csv csv = READ("a,b\r\n"          /* 1 */
				     "\r\n"             /* 2: blank */
				     "1,2\r\n"          /* 3 */
				     "\"x\r\ny\",2\r\n" /* 4-5 */
				     ",\r\n"            /* 6: emptied row */
				     "   \r\n"          /* 7: blank */
				     "3,4\r\n"          /* 8 */
				     "5,6");            /* 9 without an end */
	static const uint32_t lines[] = {3, 4, 8, 9};
	cr_assert_eq(csv.row_count, LANTIK_COUNT(lines));
	for (size_t i = 0; i < LANTIK_COUNT(lines); i++)
		cr_assert_eq(csv.rows[i].line, lines[i], "row %zu: line %u", i, csv.rows[i].line);
	lantik_csv_free(&csv);
}

Test(csv, line_numbers_with_lone_carriage_returns)
{
	struct lantik_csv csv = READ("a,b\r1,2\r\r3,4\r");
	cr_assert_eq(csv.row_count, 2);
	cr_assert_eq(csv.rows[0].line, 2);
	cr_assert_eq(csv.rows[1].line, 4);
	lantik_csv_free(&csv);
}

Test(csv, blank_lines_before_the_header_are_passed_over)
{
	struct lantik_csv csv = READ("\n\na,b\n1,2\n");
	cr_assert_eq(csv.header.line, 3);
	cr_assert_eq(csv.rows[0].line, 4);
	lantik_csv_free(&csv);
}

Test(csv, rows_keep_their_own_width)
{
	struct lantik_csv csv = READ("a,b,c\n1,2\n1,2,3,4\n1,,\n");
	cr_assert_eq(csv.rows[0].count, 2);
	cr_assert_eq(csv.rows[1].count, 4);
	cr_assert_eq(csv.rows[2].count, 3);
	lantik_csv_free(&csv);
}

Test(csv, refuses_what_would_be_misread)
{
	uint32_t line;
	cr_assert_eq(FAULT("", &line), LANTIK_CSV_EMPTY);
	cr_assert_eq(FAULT("\n \n", &line), LANTIK_CSV_EMPTY);
	cr_assert_eq(FAULT("\xff\xfe"
			   "a\0b\0",
			     &line),
		LANTIK_CSV_UTF16);
	cr_assert_eq(FAULT("a\0,\0b\0", &line), LANTIK_CSV_UTF16);
	cr_assert_eq(FAULT("PK\x03\x04xxxx", &line), LANTIK_CSV_WORKBOOK);
	cr_assert_eq(FAULT("\xd0\xcf\x11\xe0xxxx", &line), LANTIK_CSV_WORKBOOK);
	cr_assert_eq(FAULT("a,b\n1,2\n3,\xe9\n", &line), LANTIK_CSV_ENCODING);
	cr_assert_eq(line, 3);
	cr_assert_eq(FAULT("abcd,b\n1,\0\n", &line), LANTIK_CSV_ENCODING);
	cr_assert_eq(line, 2);
}

Test(csv, a_stray_quote_is_told_with_its_line)
{
	uint32_t line;
	cr_assert_eq(FAULT("a,b\n1,2\nx\"y,2\n3,4\n", &line), LANTIK_CSV_QUOTE);
	cr_assert_eq(line, 3);
	cr_assert_eq(FAULT("a,b\n1,2\n\"never closed,2\n3,4\n", &line), LANTIK_CSV_QUOTE);
	cr_assert_eq(line, 3);
}

Test(csv, sizes_are_bounded)
{
	uint32_t line;
	cr_assert_eq(fault_of("a\n1\n2\n3\n", 8, 2, &line), LANTIK_CSV_LIMIT);
	cr_assert_eq(line, 4);
	cr_assert_eq(fault_of("a\n1\n2\n\n\n", 8, 2, &line), LANTIK_CSV_FINE);
	struct lantik_buffer wide = {0};
	for (size_t i = 0; i <= LANTIK_CSV_COLUMNS; i++)
		lantik_buffer_append(&wide, "x,", 2);
	cr_assert_eq(fault_of((const char *)wide.data, wide.len, 2, &line), LANTIK_CSV_LIMIT);
	lantik_buffer_reset(&wide);
	uint8_t *cell = lantik_buffer_extend(&wide, LANTIK_CSV_CELL + 1);
	cr_assert_not_null(cell);
	memset(cell, 'x', LANTIK_CSV_CELL + 1);
	cr_assert_eq(fault_of((const char *)wide.data, wide.len, 2, &line), LANTIK_CSV_LIMIT);
	lantik_buffer_free(&wide);
}

Test(csv, headers_match_without_case_blanks_and_underscores)
{
	cr_assert(lantik_header_is(lantik_span_of("Tgl Lahir"), "tgl_lahir"));
	cr_assert(lantik_header_is(lantik_span_of(" TGL_LAHIR "), "tgl_lahir"));
	cr_assert(lantik_header_is(lantik_span_of("tgllahir"), "tgl_lahir"));
	cr_assert_not(lantik_header_is(lantik_span_of("tgl_lahir2"), "tgl_lahir"));
	cr_assert_not(lantik_header_is(lantik_span_of(""), "nik"));
}

Test(csv, written_cells_read_back)
{
	struct unit_random random = unit_random_start();
	static const char alphabet[] = "ab\",;\t\r\n x";
	for (int round = 0; round < 500; round++) {
		char cells[3][9];
		struct lantik_buffer text = {0};
		lantik_buffer_append(&text, "a,b,c\nx", 7);
		for (int i = 0; i < 3; i++) {
			size_t length = unit_next(&random) % 8;
			for (size_t j = 0; j < length; j++)
				cells[i][j] = alphabet[unit_next(&random) % (sizeof alphabet - 1)];
			cells[i][length] = '\0';
			lantik_buffer_append(&text, ",", 1);
			lantik_csv_append(&text, lantik_span_of(cells[i]));
		}
		struct lantik_csv csv = read_csv((const char *)text.data, text.len);
		for (size_t i = 0; i < 3; i++)
			expect_cell(&csv, 0, i + 1, cells[i]);
		lantik_csv_free(&csv);
		lantik_buffer_free(&text);
	}
}

Test(csv, random_bytes_are_read_or_refused)
{
	struct unit_random random = unit_random_start();
	static const char alphabet[] = "a1\"\",;\t\r\n \xc3\xa9";
	for (int round = 0; round < 5000; round++) {
		char text[64];
		size_t length = unit_next(&random) % sizeof text;
		for (size_t j = 0; j < length; j++)
			text[j] = alphabet[unit_next(&random) % (sizeof alphabet - 1)];
		struct lantik_csv csv = {0};
		uint32_t line;
		if (lantik_csv_read((struct lantik_span){(uint8_t *)text, length}, 5, &csv, &line) != LANTIK_CSV_FINE)
			continue;
		uint32_t last = csv.header.line;
		for (size_t i = 0; i < csv.row_count; i++) {
			cr_assert_gt(csv.rows[i].line, last);
			last = csv.rows[i].line;
		}
		lantik_csv_free(&csv);
	}
}
