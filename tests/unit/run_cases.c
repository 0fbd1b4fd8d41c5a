/* Runs the readable cases without a test framework and prints the lines that go red: what break.py builds around each
 * broken rule.
 * SPDX-License-Identifier: Apache-2.0
 *
 * run_cases DIRECTORY [--first]: prints file and line, rule, what was expected and what was found of each red line, or
 * of the first one alone; status 1 when there is one. */
#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct run {
	unsigned red;
	bool first_only;
};

static void print_red(const struct cases_line *line, const struct cases_result *result, void *user)
{
	struct run *run = user;
	if (result->agrees)
		return;
	printf("%s:%u\t%s\t%s\t%s\n", line->file, line->number, line->rule, result->expected, result->found);
	run->red++;
	if (run->first_only)
		exit(1);
}

int main(int argc, char **argv)
{
	struct run run = {.first_only = argc == 3 && strcmp(argv[2], "--first") == 0};
	if (argc != 2 && !run.first_only) {
		fprintf(stderr, "usage: run_cases DIRECTORY [--first]\n");
		return 2;
	}
	cases_run(argv[1], print_red, &run);
	return run.red > 0;
}
