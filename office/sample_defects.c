/* Plants the named defects of sample_defects.def in the cells of single rows.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "sample_cells.h"

enum kinds {
	PW = 1 << LANTIK_PPPK_PW,
	PK = 1 << LANTIK_PPPK,
	CP = 1 << LANTIK_CPNS,
	PN = 1 << LANTIK_PNS,
	JF = 1 << LANTIK_JF,
	ALL = PW | PK | CP | PN | JF
};

struct lantik_sample_defect {
	const char *name;
	int kinds;
	const char *change, *expected;
};

static const struct lantik_sample_defect defects[] = {
#define DEFECT(case, kinds, change, expected) {#case, kinds, change, expected},
#include "sample_defects.def"
#undef DEFECT
};

const char *lantik_defect_expected(const struct lantik_sample_defect *defect)
{
	return defect->expected;
}

static struct lantik_span *cell_of(struct lantik_cells *cells, struct lantik_span name)
{
	const struct lantik_field *field = lantik_field_find(lantik_record_fields, LANTIK_FIELD_COUNT, name);
	LANTIK_ASSERT(field != NULL);
	return &cells->items[field->number - 1];
}

static void overwrite(struct lantik_cells *cells, struct lantik_span *cell, size_t at, struct lantik_span text)
{
	LANTIK_ASSERT(at + text.len <= cell->len);
	*cell = lantik_text(cells->arena, "%.*s%.*s%.*s", (int)at, (const char *)cell->data, (int)text.len,
		(const char *)text.data, (int)(cell->len - at - text.len), (const char *)cell->data + at + text.len);
}

static void overwrite_number(struct lantik_cells *cells, struct lantik_span *cell, size_t at, int width, int number)
{
	overwrite(cells, cell, at, lantik_text(cells->arena, "%0*d", width, number));
}

static int number_at(struct lantik_span text, size_t at, size_t len)
{
	int number = 0;
	for (size_t i = at; i < at + len; i++)
		number = number * 10 + (text.data[i] - '0');
	return number;
}

static void bear_again(struct lantik_cells *cells, int date)
{
	struct lantik_span *nik = &cells->items[LANTIK_F_nik - 1], *nip = &cells->items[LANTIK_F_nip - 1];
	int woman = number_at(*nik, 6, 2) > 40 ? 40 : 0;
	int year = date / 10000, month = date / 100 % 100, day = date % 100;
	overwrite_number(cells, nik, 6, 6, (day + woman) * 10000 + month * 100 + year % 100);
	overwrite_number(cells, nip, 0, 8, date);
	cells->items[LANTIK_F_tgl_lahir - 1] = lantik_text(cells->arena, "%04d-%02d-%02d", year, month, day);
	cells->items[LANTIK_F_tahun_lulus - 1] = (struct lantik_span){0};
	cells->items[LANTIK_F_tgl_tahun_lulus - 1] = (struct lantik_span){0};
}

/* A leap day would be no day a year later. */
static int next_year(int month_and_day, int year)
{
	return month_and_day == 229 ? year + 4 : year + 1;
}

/* The changes that have a name of their own; false when the text is none of them. */
static bool change_by_name(struct lantik_cells *cells, struct lantik_span change)
{
	struct lantik_span *nik = &cells->items[LANTIK_F_nik - 1], *nip = &cells->items[LANTIK_F_nip - 1];
	int day = number_at(*nik, 6, 2), month = number_at(*nik, 8, 2);
	if (lantik_span_is(change, "nik_year"))
		overwrite_number(cells, nik, 10, 2, next_year(month * 100 + day % 40, number_at(*nik, 10, 2)) % 100);
	else if (lantik_span_is(change, "nik_sex"))
		overwrite_number(cells, nik, 6, 2, day > 40 ? day - 40 : day + 40);
	else if (lantik_span_is(change, "nip_year"))
		overwrite_number(cells, nip, 0, 4, next_year(number_at(*nip, 4, 4), number_at(*nip, 0, 4)));
	else if (lantik_span_is(change, "nip_sex"))
		overwrite_number(cells, nip, 14, 1, 3 - number_at(*nip, 14, 1));
	else if (change.len == 14 && memcmp(change.data, "birth=", 6) == 0)
		bear_again(cells, number_at(change, 6, 8));
	else
		return false;
	return true;
}

static void apply(struct lantik_cells *cells, struct lantik_span change)
{
	size_t name = 0;
	if (change_by_name(cells, change))
		return;
	while (name < change.len && memchr("=@-", change.data[name], 3) == NULL)
		name++;
	LANTIK_ASSERT(name < change.len);
	struct lantik_span *cell = cell_of(cells, (struct lantik_span){change.data, name});
	struct lantik_span rest = {change.data + name + 1, change.len - name - 1};
	if (change.data[name] == '=') {
		*cell = rest;
	} else if (change.data[name] == '-') {
		cell->len--;
	} else {
		const uint8_t *equals = memchr(rest.data, '=', rest.len);
		LANTIK_ASSERT(equals != NULL);
		size_t digits = (size_t)(equals - rest.data);
		overwrite(cells, cell, (size_t)number_at(rest, 0, digits),
			(struct lantik_span){equals + 1, rest.len - digits - 1});
	}
}

void lantik_defect_plant(const struct lantik_sample_defect *defect, struct lantik_cells *cells)
{
	struct lantik_span rest = lantik_span_of(defect->change);
	for (;;) {
		const uint8_t *end = memchr(rest.data, '|', rest.len);
		size_t len = end == NULL ? rest.len : (size_t)(end - rest.data);
		apply(cells, (struct lantik_span){rest.data, len});
		if (end == NULL)
			return;
		rest = (struct lantik_span){end + 1, rest.len - len - 1};
	}
}

/* Defects lie evenly over the file; most of its rows stay clean when it has room. */
const struct lantik_sample_defect *lantik_defect_of_row(
	const struct lantik_sample *sample, const struct lantik_sample_plan *plan, uint32_t at)
{
	if (plan == NULL || plan->defect_count == 0)
		return NULL;
	uint32_t distance = sample->rows / (uint32_t)plan->defect_count;
	LANTIK_ASSERT(distance > 0);
	uint32_t index = at / distance;
	return at % distance == distance / 2 && index < plan->defect_count ? plan->defects[index] : NULL;
}

const char *lantik_sample_defect_at(enum lantik_kind kind, size_t at)
{
	const char *last = "";
	for (size_t i = 0; i < LANTIK_COUNT(defects); i++) {
		if ((defects[i].kinds & 1 << kind) == 0 || strcmp(defects[i].name, last) == 0)
			continue;
		last = defects[i].name;
		if (at-- == 0)
			return last;
	}
	return NULL;
}

static size_t add_named(const struct lantik_sample *sample, struct lantik_span name,
	const struct lantik_sample_defect **found, size_t count)
{
	bool all = lantik_span_is(name, "all");
	for (size_t i = 0; i < LANTIK_COUNT(defects); i++) {
		bool meant = all || lantik_span_is(name, defects[i].name);
		if (meant && (defects[i].kinds & 1 << sample->kind) != 0)
			found[count++] = &defects[i];
	}
	return count;
}

enum lantik_error lantik_sample_plan_defects(const struct lantik_sample *sample, const char *list,
	struct lantik_arena *arena, struct lantik_sample_plan *ret, struct lantik_span *ret_unknown)
{
	size_t names = 1, count = 0;
	for (const char *c = list; *c != '\0'; c++)
		names += *c == ',';
	const struct lantik_sample_defect **found =
		lantik_arena_alloc(arena, names * LANTIK_COUNT(defects) * sizeof(const struct lantik_sample_defect *));
	if (found == NULL)
		return LANTIK_E_TOO_LARGE;
	for (const char *at = list;; at++) {
		struct lantik_span name = {(const uint8_t *)at, strcspn(at, ",")};
		size_t before = count;
		count = add_named(sample, name, found, count);
		if (count == before) {
			*ret_unknown = name;
			return LANTIK_E_NOT_FOUND;
		}
		at += name.len;
		if (*at == '\0')
			break;
	}
	ret->defects = found;
	ret->defect_count = count;
	return LANTIK_OK;
}
