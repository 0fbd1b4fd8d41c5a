/* Rows in the order of their numbers: against qsort, and the same numbers in the order they came.
 * SPDX-License-Identifier: Apache-2.0 */
#include "row_sort.h"
#include "unit.h"

#define MOST 3000

static int by_number(const void *a, const void *b)
{
	const struct row *const *x = a, *const *y = b;

	if ((*x)->nip != (*y)->nip)
		return (*x)->nip < (*y)->nip ? -1 : 1;
	return (*x)->record_no < (*y)->record_no ? -1 : 1;
}

/* Numbers as NIKs and NIPs are, few different ones, small ones, and any. */
static int64_t any_number(struct unit_random *random, unsigned kind)
{
	uint64_t number = unit_next(random);

	switch (kind) {
	case 0:
		return INT64_C(9902010000000000) + (int64_t)(number % 400000000);
	case 1:
		return (int64_t)(number % 17);
	case 2:
		return (int64_t)(number % UINT64_C(1000000000000000000));
	default:
		return (int64_t)number;
	}
}

Test(row_sort, rows_stand_by_number_and_then_as_they_came)
{
	struct unit_random random = unit_random_start();
	struct row *rows = calloc(MOST, sizeof *rows), **got = malloc(MOST * sizeof *got),
		   **wanted = malloc(MOST * sizeof *wanted);

	cr_assert(rows && got && wanted);
	for (unsigned round = 0; round < 400; round++) {
		size_t count = round < 120 ? round : unit_next(&random) % MOST;
		for (size_t i = 0; i < count; i++) {
			rows[i] = (struct row){.record_no = (uint32_t)i, .nip = any_number(&random, round % 4)};
			got[i] = wanted[i] = &rows[i];
		}
		rows_sort(got, count, row_nip);
		if (count)
			qsort(wanted, count, sizeof *wanted, by_number);
		cr_assert(count == 0 || memcmp(got, wanted, count * sizeof *got) == 0, "round %u, %zu rows", round,
			count);
	}
	rows[0].nik = 2, rows[1].nik = 1, got[0] = &rows[0], got[1] = &rows[1];
	rows_sort(got, 2, row_nik);
	cr_expect(got[0] == &rows[1] && got[1] == &rows[0]);
	free(rows), free(got), free(wanted);
}
