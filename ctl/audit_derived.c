/* The steps of the audit about what is made from the ledger and the register, and the rulebooks that were judged by.
 * SPDX-License-Identifier: Apache-2.0 */
#include "audit_derived.h"

const char *audit_shown(struct lantik_span text, char ret[AUDIT_SHOWN])
{
	size_t len = text.len < AUDIT_SHOWN - 1 ? text.len : AUDIT_SHOWN - 1;

	for (size_t i = 0; i < len; i++)
		ret[i] = text.data[i] > ' ' && text.data[i] < 0x7f ? (char)text.data[i] : '?';
	ret[len] = '\0';
	return ret;
}

static void rulebook_found(struct audit *audit, enum audit_what what, const char *column, struct lantik_span digest)
{
	char hex[17] = "";

	if (digest.len >= 8)
		lantik_hex_encode(digest.data, 8, hex);
	audit_found(audit, "rulebook", what, column, "sha256 %s", hex);
}

/* Every rulebook is its digest, and every digest that a batch or decision names is there. */
void audit_rulebook_run(struct audit *audit)
{
	struct audit_stream stream;

	audit_open(audit, &stream,
		"SELECT sha256, sha256 = sha256(convert_to(text, 'UTF8')) FROM lantik.rulebook ORDER BY first_used_at");
	while (audit_next(&stream)) {
		audit_progress(audit);
		if (!audit_integer(&stream, 1))
			rulebook_found(audit, AUDIT_ALTERED, "text", audit_cell(&stream, 0));
	}
	audit_close(&stream);
	audit_open(audit, &stream,
		"(SELECT rulebook_sha256 FROM lantik.batch UNION SELECT rulebook_sha256 FROM lantik.decision) "
		"EXCEPT SELECT sha256 FROM lantik.rulebook ORDER BY 1");
	while (audit_next(&stream))
		rulebook_found(audit, AUDIT_MISSING, NULL, audit_cell(&stream, 0));
	audit_close(&stream);
}

const struct audit_step audit_derived_steps[] = {
	{.what = {"versions and current rows", "versi dan baris terkini"},
		.needs_whole = true,
		.count = audit_current_count,
		.run = audit_current_run},
	{.what = {"decided records", "baris yang diputuskan"},
		.needs_whole = true,
		.count = audit_decided_count,
		.run = audit_decided_run},
	{.what = {"rejections", "penolakan (TMS)"}, .needs_whole = true, .run = audit_rejected_run},
	{.what = {"offices, keys and scopes", "kantor, kunci, dan cakupan"}, .run = audit_office_run},
	{.what = {"receipt keys", "kunci tanda terima"}, .run = audit_receipt_key_run},
	{.what = {"erasures", "penghapusan"}, .run = audit_erased_run},
	{.what = {"rulebooks", "buku aturan"}, .run = audit_rulebook_run},
	{.what = {"numbers of batches", "nomor paket"}, .needs_whole = true, .run = audit_number_run},
	{.what = {NULL, NULL}},
};
