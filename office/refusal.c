/* Says why the centre refused and what an office can do about it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "exchange.h"

/* What an office can do about a permanent refusal. */
static const char *remedy(struct lantik_cli *cli, enum lantik_refusal code)
{
	switch (code) {
	case LANTIK_REFUSED_TOO_LARGE:
		return lantik_cli_pick(cli, "split the file", "pecah berkas");
	case LANTIK_REFUSED_VERSION:
		return lantik_cli_pick(cli, "install the current lantik", "pasang lantik terbaru");
	case LANTIK_REFUSED_NOT_ALLOWED:
	case LANTIK_REFUSED_BAD_SIGNATURE:
		return lantik_cli_pick(cli, "ask the operator at the centre to check this office's keys and scope",
			"minta operator di pusat memeriksa kunci dan lingkup kantor ini");
	case LANTIK_REFUSED_ID_REUSED:
		return lantik_cli_pick(cli, "the batch needs a new id: lantik submit --new-id FILE",
			"paket memerlukan nomor baru: lantik submit --new-id BERKAS");
	default:
		return lantik_cli_pick(
			cli, "report this to the operator at the centre", "laporkan kepada operator di pusat");
	}
}

int lantik_report_refusal(struct lantik_cli *cli, struct lantik_span body)
{
	struct lantik_refused answer;
	struct lantik_buffer detail = {0};
	struct lantik_arena *arena = lantik_arena_new(64 * 1024);
	LANTIK_ASSERT(arena);
	enum lantik_error error = lantik_refused_decode(body, arena, &answer);
	int code = LANTIK_EXIT_REFUSED;
	if (error == LANTIK_OK) {
		lantik_printable(answer.detail, &detail);
		lantik_fail(cli, 74, code,
			"the centre refused and recorded nothing: %.*s (code %d, record %" PRIu32 ")\n%s",
			"pusat menolak dan tidak mencatat apa pun: %.*s (kode %d, baris %" PRIu32 ")\n%s",
			(int)detail.len, detail.data ? (const char *)detail.data : "", (int)answer.code,
			answer.record_no, remedy(cli, answer.code));
	} else {
		lantik_fail(cli, 75, code, "the centre refused, and its reason cannot be read",
			"pusat menolak, dan alasannya tidak terbaca");
	}
	lantik_buffer_free(&detail);
	lantik_arena_free(&arena);
	return code;
}
