/* Runs the readable cases without a test framework and prints the lines that go red: what break.py builds around each
 * broken rule.
 * SPDX-License-Identifier: Apache-2.0
 *
 * run_cases DIRECTORY: prints `file:line rule expected | found` for each red line; status 1 when there is one. */
#include "cases.h"

#include <stdio.h>

static void print_red(const struct cases_line *line, const struct cases_result *result, void *user)
{
	if (result->agrees)
		return;
	printf("%s:%u\t%s\t%s\t%s\n", line->file, line->number, line->rule, result->expected, result->found);
	++*(unsigned *)user;
}

int main(int argc, char **argv)
{
	unsigned red = 0;
	if (argc != 2) {
		fprintf(stderr, "usage: run_cases DIRECTORY\n");
		return 2;
	}
	cases_run(argv[1], print_red, &red);
	return red > 0;
}
