/* A question on the terminal; elsewhere --yes must say it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "confirm.h"

#include <string.h>
#include <unistd.h>

int confirm(struct lantik_cli *cli, const char *english, const char *indonesian)
{
	char answer[16] = "";
	if (lantik_option_given(cli, "yes"))
		return LANTIK_EXIT_OK;
	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return lantik_fail(cli, 652, LANTIK_EXIT_USAGE, "%s\nAdd --yes when that is meant.",
			"%s\nTambahkan --yes bila itu dimaksudkan.", lantik_cli_pick(cli, english, indonesian));
	lantik_remark(cli,
		"%s\nType yes to go on:", "%s\nKetik ya untuk melanjutkan:", lantik_cli_pick(cli, english, indonesian));
	if (fgets(answer, sizeof answer, stdin))
		answer[strcspn(answer, "\r\n")] = '\0';
	if (strcmp(answer, "yes") == 0 || strcmp(answer, "ya") == 0)
		return LANTIK_EXIT_OK;
	return lantik_fail(cli, 653, LANTIK_EXIT_FAILED, "not done; nothing was changed",
		"tidak dilakukan; tidak ada yang berubah");
}
