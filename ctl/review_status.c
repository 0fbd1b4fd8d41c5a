/* lantikctl review status: what became of a request, or which requests lantikd has not carried out yet.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>

#include "ctl.h"
#include "requests.h"

#define SHOWN 100u

static int tell_one(struct database *database, const char *text)
{
	struct lantik_cli *cli = database->cli;
	struct request request;
	char *end;
	errno = 0;
	long long number = strtoll(text, &end, 10);
	if (errno || end == text || *end || number < 1)
		return lantik_fail(cli, 607, LANTIK_EXIT_USAGE, "`%s` is no number of a request",
			"`%s` bukan nomor permintaan", text);
	if (!request_read(database, number, &request)) {
		if (database->failed)
			return database_fail(database, "could not read the request", "gagal membaca permintaan");
		return lantik_fail(cli, 608, LANTIK_EXIT_FAILED,
			"there is no request %lld\n`lantikctl review status` shows those that wait.",
			"tidak ada permintaan %lld\n`lantikctl review status` menampilkan yang menunggu.", number);
	}
	if (request.state == REQUEST_WAITING)
		lantik_say(cli, "request %lld waits for lantikd, since %" PRId64 " s: is it running?",
			"permintaan %lld menunggu lantikd, sejak %" PRId64 " dtk: apakah lantikd berjalan?", number,
			request.age);
	return request_tell(cli, &request);
}

static void tell_waiting(struct lantik_cli *cli, const struct request *requests, size_t count)
{
	static const struct lantik_column columns[] = {
		{"request", {"request", "permintaan"}, true},
		{"act", {"act", "tindakan"}, false},
		{"batch_id", {"batch", "paket"}, false},
		{"count", {"records", "baris"}, true},
		{"requested_by", {"by", "oleh"}, false},
		{"requested_at", {"since", "sejak"}, false},
	};
	struct lantik_listing *listing = lantik_listing_new(cli, columns, LANTIK_COUNT(columns));
	for (size_t i = 0; i < count; i++) {
		lantik_listing_number(listing, requests[i].request_no);
		lantik_listing_text(listing, lantik_word(LANTIK_WORDS_act, (int32_t)requests[i].act, LANTIK_ENGLISH));
		lantik_listing_text(listing, requests[i].batch_id);
		lantik_listing_number(listing, requests[i].records.count);
		lantik_listing_text(listing, requests[i].asked_by);
		lantik_listing_text(listing, requests[i].asked_at);
	}
	lantik_listing_print(&listing);
}

static int tell_all(struct database *database)
{
	struct lantik_cli *cli = database->cli;
	struct request *requests = NULL;
	size_t count = 0;
	if (!requests_waiting(database, SHOWN, &requests, &count))
		return database_fail(database, "could not read the requests", "gagal membaca permintaan");
	if (count)
		tell_waiting(cli, requests, count);
	else
		lantik_say(cli, "no request waits for lantikd", "tidak ada permintaan yang menunggu lantikd");
	lantik_summary_number(cli, "waiting", (int64_t)count);
	free(requests);
	return count ? LANTIK_EXIT_NETWORK : LANTIK_EXIT_OK;
}

int ctl_review_status(struct lantik_cli *cli)
{
	struct database database;
	int exit_code = database_open_migrated(cli, &database);
	if (!exit_code)
		exit_code = database_needs(&database, "decision_request", "request_no", "SELECT", "lantik_reviewer");
	if (!exit_code)
		exit_code =
			lantik_argument_count(cli) ? tell_one(&database, lantik_argument(cli, 0)) : tell_all(&database);
	database_close(&database);
	return exit_code;
}
