/* Tests of the rulebook's look-ups against a search through all rows, and of what no key may be.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rulebook_sample.h"

#include "lantik/record.h"

#define THINGS 60
#define MOST_PERIODS 5
#define MOST_LINES (4 * THINGS * MOST_PERIODS)

/* What holds of one thing in one period: its value stands in each kind of line. */
struct period {
	unsigned thing, value;
	int32_t from, until; /* 0: open */
};

struct model {
	struct period periods[THINGS * MOST_PERIODS];
	size_t count;
	char lines[MOST_LINES][128];
	const char *sorted[MOST_LINES];
	size_t line_count;
};

static void add_line(struct model *model, const char *format, unsigned thing, const char *between, unsigned value,
	const struct period *period)
{
	char dates[2][11] = {"", ""}, start[96];
	if (period->from != 0)
		lantik_date_format(period->from, dates[0]);
	if (period->until != 0)
		lantik_date_format(period->until, dates[1]);
	char *line = model->lines[model->line_count];
	snprintf(start, sizeof start, "%s%0*u%s%u", format, format[0] == 'w' || format[0] == 'f' ? 4 : 32, thing,
		between, value);
	snprintf(line, sizeof model->lines[0], "%s\t%s%s\t%s", start, format[0] == 'f' ? "\t" : "", dates[0], dates[1]);
	if (format[0] == 'p')
		snprintf(line, sizeof model->lines[0], "%s\t\t%s\t%s", start, dates[0], dates[1]);
	model->sorted[model->line_count++] = line;
}

/* Periods of a thing in a row, some with a gap between them; the first may have no beginning, the last no end. */
static void add_thing(struct model *model, unsigned thing, struct unit_random *random)
{
	int32_t day = unit_next(random) % 2 ? 0 : (int32_t)(20200101 + unit_next(random) % 28);
	for (uint64_t left = unit_next(random) % (MOST_PERIODS + 1); left > 0; left--) {
		struct period *period = &model->periods[model->count++];
		int days = (int)(unit_next(random) % 300) + 1;
		*period = (struct period){thing, (unsigned)(unit_next(random) % 80) + 16, day, 0};
		if (left > 1 || unit_next(random) % 2)
			period->until = lantik_date_add_days(day ? day : 20200201, days);
		add_line(model, "unit\t", thing, "\t99", period->value, period);
		add_line(model, "wage\t", thing, "\t2025\t", period->value, period);
		add_line(model, "formation\t", thing, "\tPW2024\tteknis\t", period->value, period);
		add_line(model, "position\t", thing, "\t2\t\t\t\t", period->value, period);
		if (period->until == 0)
			return;
		day = unit_next(random) % 3 ? period->until : lantik_date_add_days(period->until, days);
	}
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static struct lantik_rulebook *rulebook_of(struct model *model)
{
	struct lantik_buffer text = {0};
	qsort(model->sorted, model->line_count, sizeof *model->sorted, by_bytes);
	lantik_buffer_printf(&text, HEAD);
	for (size_t i = 0; i < model->line_count; i++)
		lantik_buffer_printf(&text, "%s\n", model->sorted[i]);
	lantik_buffer_append(&text, "", 1);
	struct lantik_rulebook *book = parse((const char *)text.data);
	lantik_buffer_free(&text);
	return book;
}

/* 0: nothing holds on that day. */
static unsigned value_on(const struct model *model, unsigned thing, int32_t on)
{
	for (size_t i = 0; i < model->count; i++) {
		const struct period *period = &model->periods[i];
		if (period->thing == thing && on >= period->from && (period->until == 0 || on < period->until))
			return period->value;
	}
	return 0;
}

static void compare(const struct model *model, const struct lantik_rulebook *book, unsigned thing, int32_t on)
{
	unsigned expected = value_on(model, thing, on);
	char hex[40], code[8], agency[5] = "9900", wanted[16];
	uint8_t id[16];
	bool unverified;
	snprintf(hex, sizeof hex, "%032u", thing);
	snprintf(code, sizeof code, "%04u", thing);
	snprintf(wanted, sizeof wanted, "99%02u", expected);
	unit_hex(hex, id, sizeof id);
	cr_assert_eq(lantik_rulebook_unit(book, id, on, agency), expected != 0, "unit %u on %d", thing, on);
	cr_assert_str_eq(agency, wanted, "unit %u on %d", thing, on);
	cr_assert_eq(lantik_rulebook_wage(book, span(code), 2025, on, &unverified), expected, "%u on %d", thing, on);
	const struct lantik_formation *formation = lantik_rulebook_formation(book, span(code), span("PW2024"), 3, on);
	cr_assert_eq(formation ? (unsigned)formation->quota : 0, expected, "formation %u on %d", thing, on);
	const struct lantik_position *position = lantik_rulebook_position(book, id, on);
	cr_assert_eq(position ? (unsigned)position->bup : 0, expected, "position %u on %d", thing, on);
}

Test(rulebook_model, finds_what_a_search_through_all_rows_finds)
{
	struct unit_random random = unit_random_start();
	for (unsigned round = 0; round < 40; round++) {
		struct model *model = calloc(1, sizeof *model);
		cr_assert(model);
		for (unsigned thing = 0; thing < THINGS; thing += 1 + (unsigned)(unit_next(&random) % 2))
			add_thing(model, thing, &random);
		struct lantik_rulebook *book = rulebook_of(model);
		for (size_t i = 0; i < model->count; i++) {
			int32_t from = model->periods[i].from ? model->periods[i].from : 19000102;
			int32_t until = model->periods[i].until ? model->periods[i].until : 21991231;
			const int32_t edges[] = {
				lantik_date_add_days(from, -1), from, lantik_date_add_days(until, -1), until};
			for (size_t edge = 0; edge < LANTIK_COUNT(edges); edge++)
				compare(model, book, model->periods[i].thing, edges[edge]);
		}
		for (unsigned thing = 0; thing <= THINGS; thing++)
			compare(model, book, thing, (int32_t)(20190101 + unit_next(&random) % 60000));
		lantik_rulebook_free(&book);
		free(model);
	}
}

/* A NUL ends no key early: `99` and two NULs are not the province 99. */
Test(rulebook_model, takes_no_bytes_for_padding)
{
	struct lantik_rulebook *book = parse(sample);
	static const uint8_t region[] = {'9', '9', 0, 0}, category[] = {'R', '2', 0},
			     programme[] = {'P', 'W', '2', '0', '2', '4', 0};
	cr_expect_not(lantik_rulebook_region(book, (struct lantik_span){region, sizeof region}));
	cr_expect_eq(lantik_rulebook_category(
			     book, span("PW2024"), (struct lantik_span){category, sizeof category}, 20251231),
		LANTIK_CATEGORY_UNKNOWN);
	cr_expect_not(lantik_rulebook_categories(book, (struct lantik_span){programme, sizeof programme}, 20251231));
	cr_expect_not(lantik_rulebook_parameter_is(book, "list", (struct lantik_span){region, 0}, 20251231));
	lantik_rulebook_free(&book);
}

Test(rulebook_model, the_empty_rulebook_answers_nothing)
{
	struct lantik_rulebook *book = lantik_rulebook_empty();
	uint8_t id[16] = {0};
	char agency[5];
	bool unverified, admitted[3][3][3];
	int32_t decided;
	cr_expect_null(lantik_rulebook_agency(book, span("6171"), 20251001));
	cr_expect_not(lantik_rulebook_region(book, span("32")));
	cr_expect_eq(lantik_rulebook_number(book, "bup_default", 58, 20251001), 58);
	cr_expect_eq(lantik_rulebook_override_count(book), 0);
	cr_expect_eq(lantik_rulebook_window(book, span("PW2024"), 1, span("6171"), 1, &unverified), LANTIK_WINDOW_NONE);
	cr_expect_not(lantik_rulebook_policy(book, span("PW2024"), span("6171"), 20251001, admitted));
	cr_expect_null(lantik_rulebook_formation(book, span("6171"), span("PW2024"), 1, 20251001));
	cr_expect_not(lantik_rulebook_formed(book, span("6171"), span("PW2024"), 20251001, &decided));
	cr_expect_eq(lantik_rulebook_wage(book, span("32"), 2025, 20251001, &unverified), 0);
	cr_expect_null(lantik_rulebook_position(book, id, 20251001));
	cr_expect_not(lantik_rulebook_unit(book, id, 20251001, agency));
	cr_expect_not(lantik_rulebook_study(book, id));
	cr_expect_null(lantik_rulebook_group_education(book, 1, &unverified));
	cr_expect_eq(lantik_rulebook_documents(book, span("PW2024"), 1, 20251001, NULL, 0), 0);
	cr_expect_eq(lantik_rulebook_category(book, span("PW2024"), span("R2"), 20251001), LANTIK_CATEGORY_UNKNOWN);
	cr_expect_eq(lantik_rulebook_reason(book, 1), LANTIK_REASON_NONE);
	cr_expect_not(lantik_rulebook_holiday(book, 20251225));
	lantik_rulebook_free(&book);
}

Test(rulebook_model, golongan_has_two_scales)
{
	static const struct {
		const char *text;
		int rank;
		bool pppk;
	} known[] = {{"I/a", 1, false}, {"I/d", 4, false}, {"II/a", 5, false}, {"III/d", 12, false},
		{"IV/e", 17, false}, {"I", 1, true}, {"IV", 4, true}, {"IX", 9, true}, {"XVII", 17, true}};
	static const char *const unknown[] = {
		"", "00", "I/e", "IV/f", "V/a", "XVIII", "IIII", "i/a", "III/A", "III/", " I"};
	bool pppk = false;
	for (size_t i = 0; i < LANTIK_COUNT(known); i++) {
		cr_expect_eq(lantik_golongan_rank(span(known[i].text), &pppk), known[i].rank, "%s", known[i].text);
		cr_expect_eq(pppk, known[i].pppk, "%s", known[i].text);
	}
	for (size_t i = 0; i < LANTIK_COUNT(unknown); i++)
		cr_expect_eq(lantik_golongan_rank(span(unknown[i]), &pppk), 0, "%s", unknown[i]);
}
