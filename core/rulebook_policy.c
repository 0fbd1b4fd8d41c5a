/* Look-ups in the rulebook: parameters, severities, and what a programme allows, needs and has room for.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <string.h>

#include "rulebook_cells.h"
#include "rulebook_find.h"

/* The bytes of a row up to and with a member. */
#define THROUGH(type, member) (offsetof(struct type, member) + sizeof(((struct type *)0)->member))

static struct lantik_block parameters(const struct lantik_rulebook *book, const char *name)
{
	char probe[LANTIK_MAX_PARAMETER + 1] = "";
	if (!lantik_cell_text(lantik_span_of(name), LANTIK_MAX_PARAMETER, probe))
		return (struct lantik_block){NULL, 0};
	return lantik_rulebook_block(book, LANTIK_TABLE_PARAMETER, probe, sizeof probe);
}

bool lantik_rulebook_parameter_is(
	const struct lantik_rulebook *rulebook, const char *name, struct lantik_span value, int32_t on)
{
	struct lantik_block block = parameters(rulebook, name);
	const struct lantik_parameter_row *rows = (const void *)block.at;
	for (size_t i = 0; i < block.count; i++) {
		if (lantik_span_is(value, rows[i].value) &&
			lantik_in_force(rows[i].valid_from, rows[i].valid_until, on))
			return true;
	}
	return false;
}

/* The number that a value writes; -1 when it writes none of these. */
static int listed_number(const char *value, bool two_digits)
{
	size_t len = strlen(value);
	bool padded = len == 2 && value[0] == '0';
	if (len == 0 || len > 2 || strspn(value, "0123456789") != len || (two_digits ? len != 2 : padded))
		return -1;
	return len == 1 ? value[0] - '0' : (value[0] - '0') * 10 + (value[1] - '0');
}

void lantik_rulebook_listed(
	const struct lantik_rulebook *rulebook, const char *name, bool two_digits, int32_t on, bool ret[LANTIK_LISTED])
{
	struct lantik_block block = parameters(rulebook, name);
	const struct lantik_parameter_row *rows = (const void *)block.at;
	memset(ret, 0, LANTIK_LISTED * sizeof *ret);
	for (size_t i = 0; i < block.count; i++) {
		int number = listed_number(rows[i].value, two_digits);
		if (number >= 0 && lantik_in_force(rows[i].valid_from, rows[i].valid_until, on))
			ret[number] = true;
	}
}

bool lantik_rulebook_parameter_known(const struct lantik_rulebook *rulebook, const char *name, int32_t on)
{
	struct lantik_block block = parameters(rulebook, name);
	const struct lantik_parameter_row *rows = (const void *)block.at;
	for (size_t i = 0; i < block.count; i++) {
		if (on == 0 || lantik_in_force(rows[i].valid_from, rows[i].valid_until, on))
			return true;
	}
	return false;
}

int32_t lantik_rulebook_number(const struct lantik_rulebook *rulebook, const char *name, int32_t otherwise, int32_t on)
{
	struct lantik_block block = parameters(rulebook, name);
	const struct lantik_parameter_row *rows = (const void *)block.at, *found = NULL;
	for (size_t i = 0; i < block.count; i++) {
		if (lantik_in_force(rows[i].valid_from, rows[i].valid_until, on) &&
			(found == NULL || rows[i].valid_from > found->valid_from))
			found = &rows[i];
	}
	size_t len = found != NULL ? strlen(found->value) : 0;
	if (len == 0 || len > 9 || strspn(found->value, "0123456789") != len)
		return otherwise;
	int32_t number = 0;
	for (size_t i = 0; i < len; i++)
		number = number * 10 + (found->value[i] - '0');
	return number;
}

size_t lantik_rulebook_override_count(const struct lantik_rulebook *rulebook)
{
	return rulebook->tables[LANTIK_TABLE_SEVERITY].count;
}

const struct lantik_override *lantik_rulebook_override(const struct lantik_rulebook *rulebook, size_t i)
{
	return (const struct lantik_override *)rulebook->tables[LANTIK_TABLE_SEVERITY].items + i;
}

static struct lantik_block windows(
	const struct lantik_rulebook *book, struct lantik_span programme, int32_t step, struct lantik_span agency)
{
	struct lantik_window_row probe;
	memset(&probe, 0, sizeof probe);
	probe.step = step;
	if (!lantik_cell_text(programme, LANTIK_MAX_PROGRAMME, probe.programme) ||
		!lantik_cell_digits_or_none(agency, 4, probe.agency))
		return (struct lantik_block){NULL, 0};
	return lantik_rulebook_block(book, LANTIK_TABLE_WINDOW, &probe, THROUGH(lantik_window_row, step));
}

static enum lantik_window_state window_state(const struct lantik_window_row *window, int64_t at)
{
	if (at < window->opens)
		return LANTIK_WINDOW_EARLY;
	if (at < window->closes)
		return LANTIK_WINDOW_OPEN;
	bool grace = at < window->closes + (int64_t)window->grace_minutes * 60 * 1000000;
	return grace ? LANTIK_WINDOW_GRACE : LANTIK_WINDOW_CLOSED;
}

/* Of several windows the kindest counts, but between two of them it is no longer early. One sure window that is open,
 * or in grace, makes that sure; that none is rests on all of them. */
enum lantik_window_state lantik_rulebook_window(const struct lantik_rulebook *rulebook, struct lantik_span programme,
	int32_t step, struct lantik_span agency, int64_t at, bool *ret_unverified)
{
	struct lantik_block block = {NULL, 0};
	size_t seen[LANTIK_WINDOW_CLOSED + 1] = {0}, sure[LANTIK_WINDOW_CLOSED + 1] = {0};
	*ret_unverified = false;
	if (agency.len > 0)
		block = windows(rulebook, programme, step, agency);
	if (block.count == 0)
		block = windows(rulebook, programme, step, (struct lantik_span){NULL, 0});
	const struct lantik_window_row *rows = (const void *)block.at;
	for (size_t i = 0; i < block.count; i++) {
		enum lantik_window_state state = window_state(&rows[i], at);
		seen[state]++;
		sure[state] += !rows[i].unverified;
	}
	for (enum lantik_window_state state = LANTIK_WINDOW_OPEN; state <= LANTIK_WINDOW_GRACE; state++) {
		if (seen[state] == 0)
			continue;
		*ret_unverified = sure[state] == 0;
		return state;
	}
	*ret_unverified = sure[LANTIK_WINDOW_EARLY] + sure[LANTIK_WINDOW_CLOSED] < block.count;
	return seen[LANTIK_WINDOW_CLOSED] > 0  ? LANTIK_WINDOW_CLOSED
	       : seen[LANTIK_WINDOW_EARLY] > 0 ? LANTIK_WINDOW_EARLY
					       : LANTIK_WINDOW_NONE;
}

static bool fits(uint8_t wanted, int32_t stated)
{
	return wanted == 0 || wanted == stated;
}

static void admit(const struct lantik_policy_row *row, bool ret[3][3][3])
{
	for (int32_t listed = 0; listed < 3; listed++)
		for (int32_t cpns = 0; cpns < 3; cpns++)
			for (int32_t pppk = 0; pppk < 3; pppk++)
				ret[listed][cpns][pppk] |=
					fits(row->terdata, listed) && fits(row->cpns, cpns) && fits(row->pppk, pppk);
}

/* False when no row of this agency (or of all, when it is empty) is in force. */
static bool policy(const struct lantik_rulebook *book, struct lantik_span programme, struct lantik_span agency,
	int32_t on, bool ret_admitted[3][3][3])
{
	struct lantik_policy_row probe;
	bool any = false;
	memset(&probe, 0, sizeof probe);
	if (!lantik_cell_text(programme, LANTIK_MAX_PROGRAMME, probe.programme) ||
		!lantik_cell_digits_or_none(agency, 4, probe.agency))
		return false;
	struct lantik_block block =
		lantik_rulebook_block(book, LANTIK_TABLE_ELIGIBILITY, &probe, THROUGH(lantik_policy_row, agency));
	const struct lantik_policy_row *rows = (const void *)block.at;
	for (size_t i = 0; i < block.count; i++) {
		if (!lantik_in_force(rows[i].valid_from, rows[i].valid_until, on))
			continue;
		admit(&rows[i], ret_admitted);
		any = true;
	}
	return any;
}

bool lantik_rulebook_policy(const struct lantik_rulebook *rulebook, struct lantik_span programme,
	struct lantik_span agency, int32_t on, bool ret_admitted[3][3][3])
{
	memset(ret_admitted, 0, 27 * sizeof(bool));
	if (agency.len > 0 && policy(rulebook, programme, agency, on, ret_admitted))
		return true;
	return policy(rulebook, programme, (struct lantik_span){NULL, 0}, on, ret_admitted);
}

const struct lantik_formation *lantik_rulebook_formation(const struct lantik_rulebook *rulebook,
	struct lantik_span agency, struct lantik_span programme, int32_t group, int32_t on)
{
	struct lantik_formation probe;
	memset(&probe, 0, sizeof probe);
	probe.group = group;
	if (!lantik_cell_digits(agency, 4, probe.agency) ||
		!lantik_cell_text(programme, LANTIK_MAX_PROGRAMME, probe.programme))
		return NULL;
	return lantik_rulebook_row(rulebook, LANTIK_TABLE_FORMATION, &probe, on);
}

/* The rows of all groups stand side by side. */
bool lantik_rulebook_formed(const struct lantik_rulebook *rulebook, struct lantik_span agency,
	struct lantik_span programme, int32_t on, int32_t *ret_decided_on)
{
	struct lantik_formation probe;
	bool formed = false;
	int32_t decided_on = 0;
	memset(&probe, 0, sizeof probe);
	if (!lantik_cell_digits(agency, 4, probe.agency) ||
		!lantik_cell_text(programme, LANTIK_MAX_PROGRAMME, probe.programme))
		return false;
	struct lantik_block block =
		lantik_rulebook_block(rulebook, LANTIK_TABLE_FORMATION, &probe, THROUGH(lantik_formation, programme));
	const struct lantik_formation *rows = (const void *)block.at;
	for (size_t i = 0; i < block.count; i++) {
		if (!lantik_in_force(rows[i].valid_from, rows[i].valid_until, on))
			continue;
		formed = true;
		if (rows[i].decided_on != 0 && (decided_on == 0 || rows[i].decided_on < decided_on))
			decided_on = rows[i].decided_on;
	}
	if (formed)
		*ret_decided_on = decided_on;
	return formed;
}

size_t lantik_rulebook_documents(const struct lantik_rulebook *rulebook, struct lantik_span programme, int32_t step,
	int32_t on, int32_t *ret_types, size_t capacity)
{
	struct lantik_document_row probe;
	size_t count = 0;
	memset(&probe, 0, sizeof probe);
	probe.step = step;
	if (!lantik_cell_text(programme, LANTIK_MAX_PROGRAMME, probe.programme))
		return 0;
	struct lantik_block block =
		lantik_rulebook_block(rulebook, LANTIK_TABLE_DOCUMENT, &probe, THROUGH(lantik_document_row, step));
	const struct lantik_document_row *rows = (const void *)block.at;
	for (size_t i = 0; i < block.count; i++) {
		if (!lantik_in_force(rows[i].valid_from, rows[i].valid_until, on))
			continue;
		if (count < capacity)
			ret_types[count] = rows[i].type;
		count++;
	}
	return count;
}

enum lantik_category lantik_rulebook_category(
	const struct lantik_rulebook *rulebook, struct lantik_span programme, struct lantik_span category, int32_t on)
{
	struct lantik_category_row probe;
	memset(&probe, 0, sizeof probe);
	if (!lantik_cell_text(programme, LANTIK_MAX_PROGRAMME, probe.programme) ||
		!lantik_cell_text(category, LANTIK_MAX_CATEGORY, probe.category))
		return LANTIK_CATEGORY_UNKNOWN;
	for (size_t i = 0; i < category.len; i++) {
		if (probe.category[i] >= 'a' && probe.category[i] <= 'z')
			probe.category[i] = (char)(probe.category[i] - 'a' + 'A');
	}
	const struct lantik_category_row *row = lantik_rulebook_row(rulebook, LANTIK_TABLE_CATEGORY, &probe, on);
	return row != NULL ? row->meaning : LANTIK_CATEGORY_UNKNOWN;
}

/* The tables that go by programme; the size of a row and where its programme stands. */
static const struct {
	enum lantik_table table;
	size_t size, at;
} by_programme[] = {
	{LANTIK_TABLE_WINDOW, sizeof(struct lantik_window_row), offsetof(struct lantik_window_row, programme)},
	{LANTIK_TABLE_ELIGIBILITY, sizeof(struct lantik_policy_row), offsetof(struct lantik_policy_row, programme)},
	{LANTIK_TABLE_FORMATION, sizeof(struct lantik_formation), offsetof(struct lantik_formation, programme)},
	{LANTIK_TABLE_DOCUMENT, sizeof(struct lantik_document_row), offsetof(struct lantik_document_row, programme)},
	{LANTIK_TABLE_CATEGORY, sizeof(struct lantik_category_row), offsetof(struct lantik_category_row, programme)},
};

bool lantik_rulebook_programme(const struct lantik_rulebook *rulebook, struct lantik_span programme)
{
	bool any = false;
	for (size_t i = 0; i < LANTIK_COUNT(by_programme); i++) {
		size_t count = rulebook->tables[by_programme[i].table].count;
		const char *rows = rulebook->tables[by_programme[i].table].items;
		for (size_t row = 0; row < count; row++) {
			if (lantik_span_is(programme, rows + row * by_programme[i].size + by_programme[i].at))
				return true;
		}
		any |= count > 0;
	}
	return !any;
}

bool lantik_rulebook_categories(const struct lantik_rulebook *rulebook, struct lantik_span programme, int32_t on)
{
	char probe[LANTIK_MAX_PROGRAMME + 1] = "";
	if (!lantik_cell_text(programme, LANTIK_MAX_PROGRAMME, probe))
		return false;
	struct lantik_block block = lantik_rulebook_block(rulebook, LANTIK_TABLE_CATEGORY, probe, sizeof probe);
	const struct lantik_category_row *rows = (const void *)block.at;
	for (size_t i = 0; i < block.count; i++) {
		if (lantik_in_force(rows[i].valid_from, rows[i].valid_until, on))
			return true;
	}
	return false;
}
