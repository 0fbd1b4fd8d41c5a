/* What the audit believes: the pinned keys, and what deeds signed by the recovery key made of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "audit_ledger.h"

#define MAX_KEY_FILE 4096u

static int key_read(struct lantik_cli *cli, const char *option, struct lantik_vkey *ret, bool *ret_given)
{
	struct lantik_buffer text = {0};
	const char *path = lantik_option_text(cli, option);
	*ret_given = path != NULL;
	if (!path)
		return LANTIK_EXIT_OK;
	enum lantik_error error = lantik_file_read(path, MAX_KEY_FILE, &text);
	if (!error)
		error = lantik_vkey_parse(lantik_buffer_span(&text), ret);
	lantik_buffer_free(&text);
	if (!error)
		return LANTIK_EXIT_OK;
	return lantik_fail(cli, 702, LANTIK_EXIT_FAILED,
		"--%s %s: %s\nGive the file with the verifier key, as the offices have it.",
		"--%s %s: %s\nBerikan berkas berisi kunci pemeriksa, seperti yang dipegang kantor.", option, path,
		lantik_error_text(error, lantik_cli_language(cli)));
}

static int names_check(struct lantik_cli *cli, const struct lantik_vkey *recovery, const char *origin)
{
	char name[LANTIK_MAX_ORIGIN + 1];
	if (lantik_recovery_name(origin, name) && lantik_span_is(lantik_span_of(recovery->name), name))
		return LANTIK_EXIT_OK;
	return lantik_fail(cli, 703, LANTIK_EXIT_FAILED,
		"--recovery-key: the key %s is not the recovery key of %s\nGive the verifier key of the same ledger.",
		"--recovery-key: kunci %s bukan kunci pemulihan %s\nBerikan kunci pemeriksa buku besar yang sama.",
		recovery->name, origin);
}

int audit_trust_pin(struct audit *audit)
{
	struct lantik_vkey receipt, recovery;
	bool has_recovery;
	int exit_code = key_read(audit->cli, "key", &receipt, &audit->is_pinned);
	if (!exit_code)
		exit_code = key_read(audit->cli, "recovery-key", &recovery, &has_recovery);
	if (!exit_code && has_recovery && audit->is_pinned)
		exit_code = names_check(audit->cli, &recovery, receipt.name);
	if (exit_code)
		return exit_code;
	if (audit->is_pinned)
		lantik_trust_start(&audit->trust, &receipt, has_recovery ? &recovery : NULL);
	else if (has_recovery) {
		audit->trust.has_recovery = true;
		audit->trust.recovery = recovery;
	}
	return LANTIK_EXIT_OK;
}

/* The database's own first key proves nothing against whoever holds the database. */
static void key_from_database(struct audit *audit)
{
	struct audit_stream keys;
	struct lantik_vkey key, recovery = audit->trust.recovery;
	bool has_recovery = audit->trust.has_recovery, found = false;
	audit_open(audit, &keys, "SELECT vkey FROM lantik.receipt_key WHERE from_size = 0");
	while (audit_next(&keys))
		found = lantik_vkey_parse(audit_cell(&keys, 0), &key) == LANTIK_OK || found;
	audit_close(&keys);
	if (!found && audit->size)
		audit_remark(audit, "no_receipt_key",
			"no receipt key is known, so that no signature was checked; give --key",
			"kunci tanda terima tidak dikenal sehingga tanda tangan tidak diperiksa; berikan --key");
	if (!found)
		return;
	lantik_trust_start(&audit->trust, &key, has_recovery ? &recovery : NULL);
	audit_remark(audit, "key_not_pinned",
		"the receipt key was taken from the database itself; give --key with the key that the offices pinned",
		"kunci tanda terima diambil dari basis data itu sendiri; berikan --key berisi kunci yang dipegang "
		"kantor");
}

void audit_trust_deed(struct audit *audit, struct lantik_span text, uint64_t leaf_index)
{
	struct lantik_deed deed;
	enum lantik_error error = lantik_deed_parse(text, &deed);
	if (error)
		return; /* the step over the deeds tells it */
	if (lantik_deed_is_signed_kind(deed.kind)) {
		error = lantik_trust_take(&audit->trust, &deed, leaf_index);
		if (error == LANTIK_E_NOT_FOUND && !audit->is_unproved) {
			audit->is_unproved = true;
			audit_remark(audit, "recovery_key_not_pinned",
				"deeds change the receipt keys from leaf %" PRIu64
				" on; what was signed after it is not proved: give --recovery-key",
				"akta mengubah kunci tanda terima mulai daun %" PRIu64
				"; yang ditandatangani sesudahnya tidak terbukti: berikan --recovery-key",
				leaf_index);
		} else if (error && error != LANTIK_E_NOT_FOUND) {
			audit_found(audit, "deed", AUDIT_ALTERED, "text", "leaf_index %" PRIu64, leaf_index);
		}
	}
	lantik_deed_free(&deed);
}

void audit_trust_start(struct audit *audit)
{
	struct audit_stream deeds;
	if (!audit->is_pinned)
		key_from_database(audit);
	if (audit->from == 0)
		return;
	audit_open(audit, &deeds,
		"SELECT leaf_index, text FROM lantik.deed WHERE kind BETWEEN %d AND %d AND leaf_index < %" PRIu64
		" ORDER BY leaf_index",
		LANTIK_DEED_RECEIPT_KEY_ADD, LANTIK_DEED_RECOVER, audit->from);
	while (audit_next(&deeds))
		audit_trust_deed(audit, audit_cell(&deeds, 1), (uint64_t)audit_integer(&deeds, 0));
	audit_close(&deeds);
}
