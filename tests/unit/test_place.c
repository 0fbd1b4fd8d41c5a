/* Tests of the places of formations: every way from one version of an appointment to the next.
 * SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "lantik/place.h"

enum { STEP, AMENDMENT, EXTENSION, TERMINATION, WITHDRAWAL };

/* The changes as text: `+PW2024/1 -PW2024/2`. */
static const char *next(
	struct lantik_place *place, const char *agency, const char *programme, int32_t group, int32_t change_kind)
{
	static char text[256];
	char held[LANTIK_PLACE_PROGRAMME];
	struct lantik_place_change changes[LANTIK_PLACE_MAX_CHANGES];
	struct lantik_place_version version = {.agency = lantik_span_of(agency),
		.programme = lantik_span_of(programme),
		.kelompok_lapor = group,
		.change_kind = change_kind};
	size_t count = lantik_place_next(place, &version, held, changes), len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < count; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "%s%c%.*s/%d", i ? " " : "",
			changes[i].change > 0 ? '+' : '-', (int)changes[i].programme.len,
			(const char *)changes[i].programme.data, changes[i].kelompok_lapor);
	return text;
}

static void expect_held(const struct lantik_place *place, const char *agency, const char *programme, int32_t group)
{
	cr_expect_str_eq(place->agency, agency);
	cr_expect_str_eq(place->programme, programme);
	cr_expect_eq(place->kelompok_lapor, group);
}

Test(place, is_taken_at_the_beginning_and_kept_by_later_steps)
{
	struct lantik_place place = {0};

	cr_expect_str_eq(next(&place, "9901", "PW2024", 1, STEP), "+PW2024/1");
	cr_expect_str_eq(next(&place, "9901", "PW2024", 2, STEP), "", "a step does not move it");
	cr_expect_str_eq(next(&place, "9901", "PW2025", 3, STEP), "", "nor does another programme");
	expect_held(&place, "9901", "PW2024", 1);
}

Test(place, without_a_programme_is_none)
{
	struct lantik_place place = {0};

	cr_expect_str_eq(next(&place, "9901", "", 1, STEP), "");
	expect_held(&place, "9901", "", 0);
	cr_expect_str_eq(next(&place, "9901", "PW2024", 2, AMENDMENT), "", "an amendment brings no place either");
	cr_expect_str_eq(next(&place, "9901", "PW2024", 2, WITHDRAWAL), "", "nothing to give back");
	cr_expect_str_eq(next(&place, "9901", "PW2024", 2, STEP), "+PW2024/2");
	expect_held(&place, "9901", "PW2024", 2);
}

Test(place, moves_with_an_amendment_of_its_programme)
{
	struct lantik_place place = {0};

	next(&place, "9901", "PW2024", 1, STEP);
	cr_expect_str_eq(next(&place, "9901", "PW2024", 0, AMENDMENT), "", "no group says nothing");
	cr_expect_str_eq(next(&place, "9901", "PW2024", 1, AMENDMENT), "", "the same group");
	cr_expect_str_eq(next(&place, "9901", "PW2025", 2, AMENDMENT), "", "another programme");
	cr_expect_str_eq(next(&place, "9901", "", 2, EXTENSION), "", "no programme");
	expect_held(&place, "9901", "PW2024", 1);
	cr_expect_str_eq(next(&place, "9901", "PW2024", 2, EXTENSION), "+PW2024/2 -PW2024/1");
	expect_held(&place, "9901", "PW2024", 2);
	cr_expect_str_eq(next(&place, "9901", "PW2024", 3, TERMINATION), "+PW2024/3 -PW2024/2");
}

Test(place, is_given_back_once_by_a_withdrawal)
{
	struct lantik_place place = {0};

	next(&place, "9901", "PW2024", 1, STEP);
	cr_expect_str_eq(next(&place, "9901", "PW2025", 2, WITHDRAWAL), "-PW2024/1", "as it was taken");
	expect_held(&place, "9901", "PW2024", 1);
	cr_expect_str_eq(next(&place, "9901", "PW2024", 1, WITHDRAWAL), "");
	cr_expect_str_eq(next(&place, "9901", "PW2024", 3, AMENDMENT), "+PW2024/3", "whatever follows takes another");
}

Test(place, stays_used_after_a_termination)
{
	struct lantik_place place = {0};

	next(&place, "9901", "PW2024", 1, STEP);
	cr_expect_str_eq(next(&place, "9901", "PW2024", 1, TERMINATION), "");
	cr_expect_str_eq(next(&place, "9901", "PW2025", 2, STEP), "+PW2025/2", "a new appointment takes another");
	expect_held(&place, "9901", "PW2025", 2);
	cr_expect_str_eq(next(&place, "9901", "PW2025", 2, TERMINATION), "");
	cr_expect_str_eq(
		next(&place, "9901", "PW2025", 2, WITHDRAWAL), "-PW2025/2", "a terminated one can be withdrawn");
}

Test(place, stays_used_at_the_agency_that_is_left)
{
	struct lantik_place place = {0};

	next(&place, "9901", "PW2024", 1, STEP);
	cr_expect_str_eq(next(&place, "9902", "PW2024", 1, STEP), "+PW2024/1");
	expect_held(&place, "9902", "PW2024", 1);
	cr_expect_str_eq(next(&place, "9902", "PW2024", 1, WITHDRAWAL), "-PW2024/1");
}

Test(place, a_withdrawal_that_comes_first_takes_none)
{
	struct lantik_place place = {0};

	cr_expect_str_eq(next(&place, "9901", "PW2024", 1, WITHDRAWAL), "");
	expect_held(&place, "9901", "PW2024", 1);
	cr_expect_str_eq(next(&place, "9901", "PW2024", 2, STEP), "+PW2024/2");
}

/* Whatever comes: a person never gives back what is not held, nor takes two at once. */
Test(place, is_given_back_only_when_it_is_held)
{
	struct unit_random random = unit_random_start();
	static const char *const programmes[] = {"", "PW2024", "PW2025"};
	static const char *const agencies[] = {"9901", "9902"};

	for (int round = 0; round < 2000; round++) {
		struct lantik_place place = {0};
		int used = 0;
		for (int i = 0; i < 12; i++) {
			bool held = place.programme[0] && place.change_kind != WITHDRAWAL;
			const char *changes =
				next(&place, agencies[unit_next(&random) % 2], programmes[unit_next(&random) % 3],
					(int32_t)(unit_next(&random) % 4), (int32_t)(unit_next(&random) % 5));
			bool takes = strchr(changes, '+'), gives = strchr(changes, '-');
			cr_assert(held || !gives);
			used += takes - gives;
			cr_assert_geq(used, 0);
		}
	}
}
