/* Asking before what cannot be taken back.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_CONFIRM_H
#define LANTIK_CTL_CONFIRM_H

#include "lantik/cli.h"

/* The option of every verb that asks. */
#define CONFIRM_OPTION_YES                                                                                             \
	{                                                                                                              \
		.name = "yes", .type = LANTIK_OPTION_FLAG,                                                             \
		.help = {"do not ask first, for scripts", "jangan bertanya lebih dahulu, untuk skrip"},                \
	}

/* LANTIK_EXIT_OK when --yes is given or a person at the terminal says yes; otherwise the exit code of what was
 * reported. The sentence says what would be done, and that it cannot be taken back. */
LANTIK_MUST_CHECK int confirm(struct lantik_cli *cli, const char *english, const char *indonesian);

#endif
