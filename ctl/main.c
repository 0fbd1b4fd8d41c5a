/* lantikctl, the operator's tool: its tables of verbs are the parser, the help and the manual.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ctl.h"
#include "lantik/crypto.h"

/* clang-format off */
static const struct lantik_option program_options[] = {
	{.name = "database", .type = LANTIK_OPTION_TEXT, .argument = "CONNINFO",
	 .help = {"how to reach the database, as libpq takes it (default: PGHOST, PGDATABASE, PGUSER, ...)",
		  "cara menghubungi basis data, seperti libpq (bawaan: PGHOST, PGDATABASE, PGUSER, ...)"}},
	{.name = NULL},
};

/* clang-format on */

#define MAX_VERBS 64u

/* The tables one behind the other, as the help lists them; the last entry stays empty. */
static struct lantik_verb verbs[MAX_VERBS];

static void add_verbs(const struct lantik_verb *table)
{
	size_t at = 0;
	while (verbs[at].name)
		at++;
	for (; table->name; table++) {
		LANTIK_ASSERT(at + 1 < MAX_VERBS);
		verbs[at++] = *table;
	}
}

static const struct lantik_program program = {
	.name = "lantikctl",
	.summary = {"sets up and looks after the database of lantikd", "menyiapkan dan merawat basis data lantikd"},
	.examples = "lantikctl migrate --origin NAME\nlantikctl load\nlantikctl office add NAME --kanreg 03 "
		    "--curve-key Z85 "
		    "--signing-key VKEY\nlantikctl status\n",
	.verbs = verbs,
	.options = program_options,
};

int main(int argc, char **argv)
{
	lantik_crypto_start();
	add_verbs(ctl_setup_verbs);
	add_verbs(ctl_office_verbs);
	add_verbs(ctl_ledger_verbs);
	add_verbs(ctl_review_verbs);
	add_verbs(ctl_rulebook_verbs);
	add_verbs(ctl_audit_verbs);
	return lantik_cli_main(&program, argc, argv);
}
