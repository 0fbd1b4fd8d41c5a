/* What the audit believes: the pinned keys, and what deeds signed by the recovery key made of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

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

static bool deed_take(struct audit *audit, struct lantik_span text, uint64_t leaf_index)
{
	struct lantik_deed deed;
	enum lantik_error error = lantik_deed_parse(text, &deed);
	if (error)
		return false;
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
	return true;
}

/* The request of a deed about keys is the same text. */
static bool request_take(struct audit *audit, const struct lantik_deed_leaf *leaf, uint64_t leaf_index)
{
	char id[37];
	uint8_t hash[LANTIK_HASH];
	lantik_id_format(leaf->deed_id, id);
	PGresult *rows = database_query_binary(audit->database,
		"SELECT request FROM lantik.deed_request WHERE deed_id = $1::uuid", 1, (const char *const[]){id});
	struct lantik_span text = rows && PQntuples(rows) ? cell_span(rows, 0, 0) : (struct lantik_span){0};
	lantik_sha256(text, hash);
	bool taken = memcmp(hash, leaf->deed_sha256, LANTIK_HASH) == 0 && deed_take(audit, text, leaf_index);
	PQclear(rows);
	return taken;
}

bool audit_trust_leaf(struct audit *audit, struct lantik_span leaf_bytes, struct lantik_span text, uint64_t leaf_index)
{
	struct lantik_deed_leaf leaf;
	uint8_t hash[LANTIK_HASH];
	bool is_read = lantik_deed_leaf_parse(leaf_bytes, &leaf) == LANTIK_OK;
	lantik_sha256(text, hash);
	bool is_bound = is_read && memcmp(hash, leaf.deed_sha256, LANTIK_HASH) == 0;
	bool taken = (is_bound || !is_read) && text.data && deed_take(audit, text, leaf_index);
	if (!taken && is_read)
		taken = leaf.type == LANTIK_LEAF_ERASURE || request_take(audit, &leaf, leaf_index);
	if (!taken)
		audit->is_unproved = audit->deed_is_lost = true;
	return is_bound;
}

/* Before the first leaf that is looked at. */
static void deeds_before(struct audit *audit)
{
	struct audit_stream deeds;
	audit_open(audit, &deeds,
		"SELECT d.leaf_index, d.text, l.leaf FROM lantik.deed d LEFT JOIN lantik.ledger_leaf l USING "
		"(leaf_index) WHERE d.leaf_index >= 0 AND d.leaf_index < %" PRIu64 " ORDER BY d.leaf_index",
		audit->from);
	while (audit_next(&deeds)) {
		int64_t index = audit_integer(&deeds, 0);
		enum lantik_leaf_type type = lantik_leaf_type_of(audit_cell(&deeds, 2));
		if (type != LANTIK_LEAF_NONE && !lantik_is_deed_type(type))
			audit_found(audit, "deed", AUDIT_REORDERED, NULL, "leaf_index %" PRId64, index);
		else if (!audit_trust_leaf(audit, audit_cell(&deeds, 2), audit_cell(&deeds, 1), (uint64_t)index) &&
			 type != LANTIK_LEAF_NONE)
			audit_found(audit, "deed", AUDIT_ALTERED, "text", "leaf_index %" PRId64, index);
	}
	audit_close(&deeds);
}

void audit_trust_start(struct audit *audit)
{
	if (!audit->is_pinned)
		key_from_database(audit);
	if (audit->from)
		deeds_before(audit);
}
