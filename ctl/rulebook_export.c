/* lantikctl rulebook export: the text of a rulebook, byte for byte: in force, earlier, or as files would make it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "book.h"
#include "ctl.h"

static int find(struct database *database, struct book *ret)
{
	struct lantik_cli *cli = database->cli;
	const char *digest = lantik_argument(cli, 0), *paths[64];
	unsigned count = 0;
	*ret = (struct book){.rulebook = NULL};
	while (count < LANTIK_COUNT(paths) && lantik_option_text_at(cli, "with", count)) {
		paths[count] = lantik_option_text_at(cli, "with", count);
		count++;
	}
	if (lantik_option_text_at(cli, "with", count) || (count && digest))
		return lantik_fail(cli, 646, LANTIK_EXIT_USAGE, "give a digest, or at most %zu files by --with",
			"beri digest, atau paling banyak %zu berkas dengan --with", LANTIK_COUNT(paths));
	if (count)
		return book_with(database, paths, count, ret);
	return digest ? book_of_history(database, digest, ret) : book_in_force(database, ret);
}

static void tell(struct lantik_cli *cli, const struct book *book)
{
	if (!lantik_cli_json(cli))
		fwrite(book->text.data, 1, book->text.len, stdout);
	lantik_json_open(cli, "result");
	lantik_json_text(cli, "rulebook_sha256", book->digest);
	lantik_json_span(cli, "text", lantik_buffer_span(&book->text));
	lantik_json_close(cli);
}

int ctl_rulebook_export(struct lantik_cli *cli)
{
	struct database database;
	struct book book = {.rulebook = NULL};
	int exit_code = database_open_migrated(cli, &database);
	if (!exit_code)
		exit_code = database_needs(&database, "rulebook", "text", "SELECT", "lantik_operator");
	if (!exit_code)
		exit_code = find(&database, &book);
	if (!exit_code)
		tell(cli, &book);
	book_free(&book);
	database_close(&database);
	return exit_code;
}
