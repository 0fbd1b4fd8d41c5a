/* A Criterion test that leaks on purpose: the sanitized test run must go red over it, or it would over nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include <criterion/criterion.h>

Test(planted, leak)
{
	static void *volatile lost;
	lost = malloc(41);
	lost = NULL;
	cr_assert_null(lost);
}
