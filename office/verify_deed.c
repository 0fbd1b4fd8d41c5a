/* Receipts of deeds: what the operator did about offices, keys, the ledger, or a person's data.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "verify.h"

static const char *key_id(const struct lantik_vkey *key, char ret[9])
{
	lantik_hex_encode(key->id, sizeof key->id, ret);
	return ret;
}

static void say_office(struct lantik_cli *cli, const struct lantik_deed *deed)
{
	char id[9], curve[41];
	lantik_z85_encode(deed->curve, curve);
	if (deed->kind == LANTIK_DEED_OFFICE_ADD)
		lantik_say(cli, "  - The office %.*s was admitted, with the connection key %s and the signing key %s.",
			"  - Kantor %.*s didaftarkan, dengan kunci sambungan %s dan kunci tanda tangan %s.",
			(int)deed->office.len, (const char *)deed->office.data, curve, key_id(&deed->sign, id));
	else if (deed->kind == LANTIK_DEED_KEY_ADD)
		lantik_say(cli, "  - The office %.*s got further keys: the connection key %s and the signing key %s.",
			"  - Kantor %.*s mendapat kunci tambahan: kunci sambungan %s dan kunci tanda tangan %s.",
			(int)deed->office.len, (const char *)deed->office.data, curve, key_id(&deed->sign, id));
	else if (deed->kind == LANTIK_DEED_KEY_REVOKE)
		lantik_say(cli, "  - The connection key %s was revoked.", "  - Kunci sambungan %s dicabut.", curve);
	else if (deed->kind == LANTIK_DEED_OFFICE_REVOKE)
		lantik_say(cli, "  - The office %.*s was revoked.", "  - Kantor %.*s dicabut.", (int)deed->office.len,
			(const char *)deed->office.data);
	else
		lantik_say(cli, "  - The office %.*s got another scope.", "  - Lingkup kantor %.*s diubah.",
			(int)deed->office.len, (const char *)deed->office.data);
}

static void say_scope(struct lantik_cli *cli, const struct lantik_deed *deed)
{
	const struct lantik_deed_scope *scope = &deed->scope;
	char from[16] = "-", until[16] = "-";
	struct lantik_buffer agencies = {0};
	if (deed->kind != LANTIK_DEED_OFFICE_ADD && deed->kind != LANTIK_DEED_SCOPE)
		return;
	if (scope->from > 0)
		lantik_date_format(scope->from, from);
	if (scope->until > 0)
		lantik_date_format(scope->until, until);
	for (size_t i = 0; i < scope->agency_count; i++)
		lantik_buffer_printf(
			&agencies, " %.*s", (int)scope->agencies[i].len, (const char *)scope->agencies[i].data);
	if (scope->kanreg.len > 0)
		lantik_buffer_printf(&agencies, " %s %.*s", lantik_cli_pick(cli, "regional office", "Kantor Regional"),
			(int)scope->kanreg.len, (const char *)scope->kanreg.data);
	lantik_buffer_append(&agencies, "", 1);
	lantik_say(cli, "    It may send for:%s; from %s, until before %s.",
		"    Boleh mengirim untuk:%s; mulai %s, sampai sebelum %s.", (const char *)agencies.data, from, until);
	lantik_buffer_free(&agencies);
}

static void say_receipt_key(struct lantik_cli *cli, const struct lantik_deed *deed, uint64_t leaf)
{
	char id[9];
	key_id(&deed->key, id);
	if (deed->kind == LANTIK_DEED_RECEIPT_KEY_ADD)
		lantik_say(cli,
			"  - The receipt key %s+%s came into use: it signs from a ledger of %" PRIu64 " entries on.",
			"  - Kunci tanda terima %s+%s mulai dipakai: menandatangani sejak buku besar berisi %" PRIu64
			" entri.",
			deed->key.name, id, leaf + 1);
	else if (deed->is_compromised)
		lantik_say(cli,
			"  - The receipt key %s+%s went out of use: it fell into other hands, and what it signed from "
			"a ledger "
			"of %" PRIu64 " entries on proves nothing.",
			"  - Kunci tanda terima %s+%s tidak dipakai lagi: kunci itu jatuh ke tangan lain, dan yang "
			"ditandatanganinya sejak buku besar berisi %" PRIu64 " entri tidak membuktikan apa pun.",
			deed->key.name, id, deed->compromised_from);
	else
		lantik_say(cli, "  - The receipt key %s+%s went out of use; what it signed before stays valid.",
			"  - Kunci tanda terima %s+%s tidak dipakai lagi; yang ditandatanganinya sebelumnya tetap sah.",
			deed->key.name, id);
}

static void say_recovery(struct lantik_cli *cli, const struct lantik_deed_recovery *recovery)
{
	lantik_say(cli,
		"  - The ledger lost entries and goes on as epoch %u: the first %" PRIu64 " entries are as before.",
		"  - Sebagian entri buku besar hilang, dan buku besar berlanjut sebagai epoch %u: %" PRIu64
		" entri pertama tetap seperti "
		"semula.",
		recovery->epoch, recovery->common.size);
	for (size_t i = 0; i < recovery->lost_count; i++)
		lantik_say(cli, "    Given up: a signed ledger of %" PRIu64 " entries.",
			"    Tidak dilanjutkan: buku besar bertanda tangan berisi %" PRIu64 " entri.",
			recovery->lost[i].size);
}

static void say_erasure(struct lantik_cli *cli, const struct lantik_deed_erasure *erasure)
{
	char id[37];
	lantik_id_format(erasure->batch_id, id);
	lantik_say(cli,
		"  - The data of the person of record %" PRIu32
		" of batch %s were erased: %zu rows, %zu returned records, %zu "
		"bodies of batches; their digests stay.",
		"  - Data orang pada baris urutan %" PRIu32
		" paket %s dihapus: %zu baris, %zu baris yang dikembalikan, %zu "
		"isi paket; intisarinya tetap ada.",
		erasure->record_no, id, erasure->row_count, erasure->returned_count, erasure->body_count);
}

static void say_what(struct lantik_cli *cli, const struct lantik_deed *deed, uint64_t leaf)
{
	switch (deed->kind) {
	case LANTIK_DEED_RECEIPT_KEY_ADD:
	case LANTIK_DEED_RECEIPT_KEY_RETIRE:
		say_receipt_key(cli, deed, leaf);
		break;
	case LANTIK_DEED_RECOVER:
		say_recovery(cli, &deed->recovery);
		break;
	case LANTIK_DEED_ERASE:
		say_erasure(cli, &deed->erasure);
		break;
	default:
		say_office(cli, deed);
		say_scope(cli, deed);
	}
}

static void say_who(struct lantik_cli *cli, const struct lantik_deed *deed)
{
	struct lantik_buffer text = {0};
	if (deed->official.len > 0) {
		lantik_buffer_printf(&text, "%s: ", lantik_cli_pick(cli, "official", "pejabat"));
		lantik_printable(deed->official, &text);
		lantik_say_wrapped(cli, 4, 6, &text);
	}
	if (deed->reason.len > 0) {
		lantik_buffer_printf(&text, "%s: ", lantik_cli_pick(cli, "reason", "alasan"));
		lantik_printable(deed->reason, &text);
		lantik_say_wrapped(cli, 4, 6, &text);
	}
	lantik_buffer_free(&text);
}

static void write_deed(struct lantik_verifying *verifying, const char *path, const struct lantik_deed_receipt *proved,
	bool recovery_signed)
{
	char id[37], when[28];
	struct lantik_cli *cli = verifying->cli;
	const struct lantik_deed *deed = &proved->deed;
	lantik_id_format(deed->deed_id, id);
	lantik_instant_format(proved->receipt.deed.recorded_at, when);
	lantik_json_open(cli, "result");
	lantik_json_text(cli, "receipt", path);
	lantik_json_flag(cli, "verified", true);
	lantik_json_text(cli, "deed_id", id);
	lantik_json_text(cli, "kind", lantik_word(LANTIK_WORDS_deed_kind, (int32_t)deed->kind, LANTIK_ENGLISH));
	lantik_json_number(cli, "leaf_index", (int64_t)proved->receipt.index);
	lantik_json_text(cli, "recorded_at", when);
	lantik_json_span(cli, "official", deed->official);
	lantik_json_span(cli, "reason", deed->reason);
	lantik_json_flag(cli, "recovery_key_signed", recovery_signed);
	lantik_json_signed(verifying, proved->receipt.checkpoint, &proved->receipt.head);
	lantik_json_close(cli);
}

/* The deed may itself bring the key under which its receipt verifies. */
static enum lantik_error prove(
	struct lantik_verifying *verifying, struct lantik_span text, struct lantik_deed_receipt *deed)
{
	struct lantik_trust after = verifying->trust;
	enum lantik_error error = lantik_receipt_verify(&deed->receipt, &verifying->trust);
	if (error == LANTIK_OK || lantik_trust_add(&after, text) != LANTIK_OK)
		return error;
	error = lantik_receipt_verify(&deed->receipt, &after);
	if (error == LANTIK_OK)
		verifying->trust = after;
	return error;
}

static bool is_recovery_signed(struct lantik_verifying *verifying, const struct lantik_deed *deed)
{
	return verifying->trust.has_recovery && lantik_deed_is_signed_kind(deed->kind) &&
	       lantik_deed_signature(deed, &verifying->trust.recovery) == LANTIK_OK;
}

/* Leaf and text say the same in a sound centre. */
static bool leaf_agrees(const struct lantik_deed_receipt *proved)
{
	return memcmp(proved->receipt.deed.deed_id, proved->deed.deed_id, sizeof proved->deed.deed_id) == 0 &&
	       proved->receipt.type == lantik_deed_leaf_type(proved->deed.kind);
}

static int tell(struct lantik_verifying *verifying, const char *path, const struct lantik_deed_receipt *proved)
{
	char id[37], when[32];
	struct lantik_cli *cli = verifying->cli;
	const struct lantik_deed *deed = &proved->deed;
	bool recovery = is_recovery_signed(verifying, deed);
	lantik_id_format(deed->deed_id, id);
	lantik_time_text(proved->receipt.deed.recorded_at, when);
	int code = lantik_cosigners_check(verifying, path, proved->receipt.checkpoint);
	if (code != LANTIK_EXIT_OK)
		return code;
	lantik_say(cli, "%s verifies: it is the receipt of a deed (%s).",
		"%s terbukti sah: tanda terima sebuah akta (%s).", path,
		lantik_word(LANTIK_WORDS_deed_kind, (int32_t)deed->kind, lantik_cli_language(cli)));
	lantik_say(cli, "Proved:", "Terbukti:");
	lantik_say_signed(verifying, proved->receipt.checkpoint, &proved->receipt.head);
	lantik_say(cli, "  - Deed %s is leaf %" PRIu64 " of its ledger, recorded %s, %s.",
		"  - Akta %s adalah daun %" PRIu64 " pada buku besarnya, tercatat %s, %s.", id, proved->receipt.index,
		when, lantik_durability_text(cli, proved->receipt.deed.durability));
	if (recovery)
		lantik_say(cli, "  - The holder of the recovery key, which is kept apart from the centre, signed it.",
			"  - Pemegang kunci pemulihan, yang disimpan terpisah dari pusat, menandatanganinya.");
	say_what(cli, deed, proved->receipt.index);
	say_who(cli, deed);
	lantik_say(cli, "Not proved:", "Tidak terbukti:");
	lantik_say_epoch_open(verifying, &proved->receipt.head);
	if (lantik_deed_is_signed_kind(deed->kind) && !recovery)
		lantik_say(cli, "  - That the recovery key signed it: it is not set here; give it with --recovery-key.",
			"  - Bahwa kunci pemulihan menandatanganinya: kunci itu tidak diatur di sini; berikan dengan "
			"--recovery-key.");
	lantik_say(cli,
		"  - That the official is the person named: for that the centre vouches.\n"
		"  - That the key is the centre's: that you know from where you got it.",
		"  - Bahwa pejabat itu memang orang yang disebut: pusat yang menjaminnya.\n"
		"  - Bahwa kunci itu milik pusat: itu Anda ketahui dari mana Anda memperolehnya.");
	write_deed(verifying, path, proved, recovery);
	return LANTIK_EXIT_OK;
}

int lantik_verify_deed(struct lantik_verifying *verifying, const char *path, struct lantik_span text)
{
	struct lantik_deed_receipt deed;
	enum lantik_error error = lantik_deed_receipt_parse(text, &deed);
	if (error != LANTIK_OK)
		return lantik_not_proved(verifying, path, lantik_doubt_of(error), text);
	if (verifying->has_body || verifying->record_no > 0) {
		lantik_deed_receipt_free(&deed);
		return lantik_fail(verifying->cli, 195, LANTIK_EXIT_USAGE,
			"%s is about a deed: --body and --record go with the receipt of a batch",
			"%s tentang akta: --body dan --record hanya untuk tanda terima paket", path);
	}
	error = prove(verifying, text, &deed);
	int code;
	if (error != LANTIK_OK)
		code = lantik_not_proved(verifying, path, lantik_doubt_of(error), deed.receipt.checkpoint);
	else if (!leaf_agrees(&deed))
		code = lantik_not_proved(verifying, path, LANTIK_DOUBT_VERDICT, deed.receipt.checkpoint);
	else
		code = tell(verifying, path, &deed);
	lantik_deed_receipt_free(&deed);
	return code;
}
