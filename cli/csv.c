/* Reads CSV out of memory with libcsv: finds the delimiter, keeps true line numbers, refuses what would be misread.
 * SPDX-License-Identifier: Apache-2.0 */
#include <csv.h>
#include <string.h>

#include "lantik/cli.h"

/* What the callbacks of libcsv fill. */
struct reading {
	struct lantik_csv *csv;
	size_t text_at; /* next free byte of csv->text */
	size_t cell_count, cell_capacity;
	size_t row_capacity, most_rows;
	size_t row_cells;        /* cells of the row being read */
	uint32_t line, row_line; /* the line being fed, the line on which the row began */
	bool in_row, row_ended, have_header;
	enum lantik_csv_fault fault;
};

static const uint8_t byte_order_mark[] = {0xef, 0xbb, 0xbf};

static bool begins(struct lantik_span file, const void *prefix, size_t len)
{
	return file.len >= len && memcmp(file.data, prefix, len) == 0;
}

static struct lantik_span skip(struct lantik_span text, size_t count)
{
	return (struct lantik_span){text.data + count, text.len - count};
}

/* Excel's exports that are no UTF-8 text, recognised by their first bytes. */
static enum lantik_csv_fault judge_bytes(struct lantik_span file)
{
	if (begins(file, "PK\x03\x04", 4) || begins(file, "\xd0\xcf\x11\xe0", 4))
		return LANTIK_CSV_WORKBOOK;
	if (begins(file, "\xff\xfe", 2) || begins(file, "\xfe\xff", 2) ||
		(file.len > 3 && ((file.data[0] == 0) != (file.data[1] == 0)) &&
			((file.data[2] == 0) != (file.data[3] == 0))))
		return LANTIK_CSV_UTF16;
	if (file.len > 0 && memchr(file.data, 0, file.len))
		return LANTIK_CSV_ENCODING;
	return LANTIK_CSV_FINE;
}

/* The line at which UTF-8 breaks; the file is known to be bad. */
static uint32_t line_of_bad_byte(struct lantik_span file)
{
	uint32_t line = 1;
	while (file.len > 0) {
		const uint8_t *end = memchr(file.data, '\n', file.len);
		size_t length = end ? (size_t)(end - file.data) + 1 : file.len;
		if (!lantik_utf8_valid((struct lantik_span){file.data, length}) || memchr(file.data, 0, length))
			return line;
		file = skip(file, length);
		line++;
	}
	return 0;
}

/* Length of the first line with its end: LF, CRLF or a lone CR. */
static size_t line_length(struct lantik_span text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '\n')
			return i + 1;
		if (text.data[i] == '\r')
			return i + 1 + (i + 1 < text.len && text.data[i + 1] == '\n');
	}
	return text.len;
}

/* The delimiter that occurs most in the header outside quotation marks. */
static char sniff(struct lantik_span file)
{
	size_t commas = 0, semicolons = 0, tabs = 0;
	bool quoted = false;
	for (size_t i = 0; i < file.len && (quoted || (file.data[i] != '\n' && file.data[i] != '\r')); i++) {
		quoted ^= file.data[i] == '"';
		commas += !quoted && file.data[i] == ',';
		semicolons += !quoted && file.data[i] == ';';
		tabs += !quoted && file.data[i] == '\t';
	}
	if (semicolons > commas && semicolons >= tabs)
		return ';';
	return tabs > commas ? '\t' : ',';
}

/* Excel's first line `sep=;` names the delimiter and is no header. */
static size_t separator_line(struct lantik_span file, char *ret_delimiter)
{
	size_t length = line_length(file);
	if (length < 6 || length > 7 || strncasecmp((const char *)file.data, "sep=", 4) != 0)
		return 0;
	*ret_delimiter = (char)file.data[4];
	return length;
}

static void cell_done(void *data, size_t length, void *context)
{
	struct reading *reading = context;
	struct lantik_csv *csv = reading->csv;
	if (reading->fault)
		return;
	if (++reading->row_cells > LANTIK_CSV_COLUMNS || length > LANTIK_CSV_CELL) {
		reading->fault = LANTIK_CSV_LIMIT;
		return;
	}
	if (reading->cell_count == reading->cell_capacity) {
		reading->cell_capacity = reading->cell_capacity * 2 + 1024;
		csv->cells = realloc(csv->cells, reading->cell_capacity * sizeof *csv->cells);
		LANTIK_ASSERT(csv->cells);
	}
	LANTIK_ASSERT(length <= csv->text.len - reading->text_at); /* cells are never longer than what was read */
	if (length > 0)
		memcpy(csv->text.data + reading->text_at, data, length);
	csv->cells[reading->cell_count++] = (struct lantik_span){csv->text.data + reading->text_at, length};
	reading->text_at += length;
}

static void add_row(struct reading *reading, struct lantik_csv_row row)
{
	struct lantik_csv *csv = reading->csv;
	if (csv->row_count == reading->most_rows) {
		reading->fault = LANTIK_CSV_LIMIT;
		return;
	}
	if (csv->row_count == reading->row_capacity) {
		reading->row_capacity = reading->row_capacity * 2 + 256;
		csv->rows = realloc(csv->rows, reading->row_capacity * sizeof *csv->rows);
		LANTIK_ASSERT(csv->rows);
	}
	csv->rows[csv->row_count++] = row;
}

/* Spreadsheets write rows that were emptied as delimiters alone; they are blank lines too. */
static bool row_is_blank(const struct reading *reading)
{
	for (size_t i = 0; i < reading->row_cells; i++)
		if (reading->csv->cells[reading->cell_count - 1 - i].len > 0)
			return false;
	return true;
}

static void row_done(int character, void *context)
{
	struct reading *reading = context;
	(void)character;
	reading->row_ended = true;
	if (reading->fault)
		return;
	struct lantik_csv_row row = {.line = reading->row_line, .count = (uint32_t)reading->row_cells};
	if (row_is_blank(reading))
		reading->cell_count -= reading->row_cells;
	else if (reading->have_header)
		add_row(reading, row);
	else
		reading->csv->header = row;
	reading->have_header |= row.count > 0 && reading->csv->header.count > 0;
	reading->row_cells = 0;
}

static bool is_blank_line(struct lantik_span line)
{
	for (size_t i = 0; i < line.len; i++)
		if (!strchr(" \t\r\n", line.data[i]))
			return false;
	return true;
}

/* libcsv gives no positions: it is fed line by line, so that every row's first line is known. */
static bool feed_line(struct csv_parser *parser, struct reading *reading, struct lantik_span line)
{
	if (!reading->in_row)
		reading->row_line = reading->line;
	reading->row_ended = false;
	bool blank = !reading->in_row && is_blank_line(line);
	if (csv_parse(parser, line.data, line.len, cell_done, row_done, reading) != line.len)
		reading->fault = LANTIK_CSV_QUOTE;
	reading->in_row = !reading->row_ended && !blank;
	return !reading->fault;
}

static void feed(struct csv_parser *parser, struct reading *reading, struct lantik_span file)
{
	while (file.len > 0) {
		size_t length = line_length(file);
		if (!feed_line(parser, reading, (struct lantik_span){file.data, length}))
			return;
		reading->line++;
		file = skip(file, length);
	}
	reading->line = reading->row_line;
	if (csv_fini(parser, cell_done, row_done, reading) != 0 && !reading->fault)
		reading->fault = LANTIK_CSV_QUOTE;
}

/* The cells have their final place: hand each row its own. */
static void link_rows(struct lantik_csv *csv)
{
	const struct lantik_span *cell = csv->cells;
	csv->header.cells = cell;
	cell += csv->header.count;
	for (size_t i = 0; i < csv->row_count; i++) {
		csv->rows[i].cells = cell;
		cell += csv->rows[i].count;
	}
}

static enum lantik_csv_fault parse(struct lantik_span file, struct reading *reading)
{
	struct csv_parser parser;
	LANTIK_ASSERT(csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) == 0);
	csv_set_delim(&parser, (unsigned char)reading->csv->delimiter);
	feed(&parser, reading, file);
	csv_free(&parser);
	if (!reading->fault && reading->csv->header.count == 0)
		reading->fault = LANTIK_CSV_EMPTY;
	return reading->fault;
}

enum lantik_csv_fault lantik_csv_read(
	struct lantik_span file, size_t most_rows, struct lantik_csv *ret, uint32_t *ret_line)
{
	struct lantik_csv csv = {0};
	struct reading reading = {.csv = &csv, .line = 1, .most_rows = most_rows};
	enum lantik_csv_fault fault = judge_bytes(file);
	*ret_line = fault == LANTIK_CSV_ENCODING ? line_of_bad_byte(file) : 0;
	if (fault)
		return fault;
	if (!lantik_utf8_valid(file)) {
		*ret_line = line_of_bad_byte(file);
		return LANTIK_CSV_ENCODING;
	}
	if (begins(file, byte_order_mark, sizeof byte_order_mark))
		file = skip(file, sizeof byte_order_mark);
	csv.delimiter = sniff(file);
	size_t skipped = separator_line(file, &csv.delimiter);
	reading.line += skipped > 0;
	file = skip(file, skipped);
	if (file.len == 0 || !lantik_buffer_extend(&csv.text, file.len))
		fault = LANTIK_CSV_EMPTY;
	else
		fault = parse(file, &reading);
	if (fault) {
		*ret_line = fault == LANTIK_CSV_EMPTY ? 0 : reading.line;
		lantik_csv_free(&csv);
		return fault;
	}
	link_rows(&csv);
	*ret = csv;
	return LANTIK_CSV_FINE;
}

void lantik_csv_free(struct lantik_csv *csv)
{
	free(csv->rows);
	free(csv->cells);
	lantik_buffer_free(&csv->text);
	*csv = (struct lantik_csv){0};
}

const char *lantik_csv_fault_text(enum lantik_csv_fault fault, enum lantik_language language)
{
	static const char *const texts[][2] = {
		[LANTIK_CSV_FINE] = {"nothing is wrong", "tidak ada masalah"},
		[LANTIK_CSV_EMPTY] = {"the file holds no header line", "berkas tidak memuat baris judul kolom"},
		[LANTIK_CSV_UTF16] = {"this is UTF-16 text: in Excel choose Save As, \"CSV UTF-8\"",
			"ini teks UTF-16: di Excel pilih Simpan Sebagai, \"CSV UTF-8\""},
		[LANTIK_CSV_WORKBOOK] = {"this is a workbook, not CSV: in Excel choose Save As, \"CSV UTF-8\"",
			"ini buku kerja, bukan CSV: di Excel pilih Simpan Sebagai, \"CSV UTF-8\""},
		[LANTIK_CSV_ENCODING] = {"not UTF-8 text: in Excel choose Save As, \"CSV UTF-8\"",
			"bukan teks UTF-8: di Excel pilih Simpan Sebagai, \"CSV UTF-8\""},
		[LANTIK_CSV_QUOTE] = {"a quotation mark is out of place or never closed",
			"tanda kutip tidak pada tempatnya atau tidak ditutup"},
		[LANTIK_CSV_LIMIT] = {"too many rows or columns, or too long a cell: split the file",
			"terlalu banyak baris atau kolom, atau sel terlalu panjang: pecah berkas"},
	};
	return texts[fault][language];
}

/* The next letter or digit of a header; 0 at the end. */
static int next_letter(struct lantik_span text, size_t *at)
{
	while (*at < text.len) {
		uint8_t c = text.data[(*at)++];
		if (c != ' ' && c != '_' && c != '-')
			return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
	}
	return 0;
}

bool lantik_header_is(struct lantik_span header, const char *name)
{
	struct lantik_span other = lantik_span_of(name);
	size_t a = 0, b = 0;
	for (;;) {
		int left = next_letter(header, &a), right = next_letter(other, &b);
		if (left != right)
			return false;
		if (left == 0)
			return true;
	}
}

int lantik_csv_column(const struct lantik_csv *csv, const char *name)
{
	for (uint32_t i = 0; i < csv->header.count; i++)
		if (lantik_header_is(csv->header.cells[i], name))
			return (int)i;
	return -1;
}

void lantik_csv_append(struct lantik_buffer *buffer, struct lantik_span cell)
{
	bool quote = cell.len > 0 && (cell.data[0] == ' ' || cell.data[cell.len - 1] == ' ');
	for (size_t i = 0; i < cell.len && !quote; i++)
		quote = strchr("\",;\t\r\n", cell.data[i]) != NULL;
	if (!quote) {
		lantik_buffer_append_span(buffer, cell);
		return;
	}
	lantik_buffer_append(buffer, "\"", 1);
	for (size_t i = 0; i < cell.len; i++) {
		if (cell.data[i] == '"')
			lantik_buffer_append(buffer, "\"", 1);
		lantik_buffer_append(buffer, &cell.data[i], 1);
	}
	lantik_buffer_append(buffer, "\"", 1);
}
