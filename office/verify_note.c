/* Signed checkpoints by themselves and under receipts: who signed, who cosigned, and of which epoch they are.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "lost.h"
#include "verify.h"

/* --- who signed --- */

/* Whether this key signed the note: a trust of this key alone says so. A later key may stand in for a compromised one
 * at a size before its own first. */
static bool signed_by(struct lantik_span note, const struct lantik_trust *trust, const struct lantik_trusted_key *key)
{
	struct lantik_checkpoint head;
	struct lantik_trust alone = *trust;
	alone.keys[0] = *key;
	alone.keys[0].from_size = 0;
	alone.key_count = 1;
	return lantik_checkpoint_trusted(note, &alone, &head) == LANTIK_OK;
}

static void say_key(struct lantik_cli *cli, const struct lantik_trusted_key *key)
{
	char id[9];
	lantik_hex_encode(key->vkey.id, sizeof key->vkey.id, id);
	if (key->until_size == LANTIK_TRUST_OPEN && !key->is_added)
		lantik_say(cli, "  - The holder of the key %s+%s signed this.",
			"  - Ini ditandatangani pemegang kunci %s+%s.", key->vkey.name, id);
	else if (key->until_size == LANTIK_TRUST_OPEN)
		lantik_say(cli,
			"  - The holder of the key %s+%s signed this; a deed of the centre, leaf %" PRIu64
			", brought that key "
			"into use.",
			"  - Ini ditandatangani pemegang kunci %s+%s; kunci itu diberlakukan dengan akta pusat (daun "
			"%" PRIu64 ").",
			key->vkey.name, id, key->added_leaf);
	else
		lantik_say(cli,
			"  - The holder of the key %s+%s signed this, before a deed of the centre, leaf %" PRIu64
			", took that "
			"key out of use.",
			"  - Ini ditandatangani pemegang kunci %s+%s, sebelum kunci itu diakhiri dengan akta pusat "
			"(daun %" PRIu64 ").",
			key->vkey.name, id, key->until_size - 1);
}

static const char *seconds_text(uint64_t seconds, char ret[32])
{
	return lantik_time_text((int64_t)seconds * 1000000, ret);
}

int lantik_cosigners_check(struct lantik_verifying *verifying, const char *path, struct lantik_span note)
{
	uint64_t seconds;
	for (size_t i = 0; i < verifying->cosigner_count; i++) {
		const struct lantik_cosigner *cosigner = &verifying->cosigners[i];
		if (lantik_cosignature_verify(note, cosigner, &seconds) != LANTIK_OK)
			return lantik_fail(verifying->cli, 190, LANTIK_EXIT_NOT_VERIFIED,
				"%s carries no valid cosignature of %s\nask the auditor for the cosigned checkpoint",
				"%s tidak memuat tanda tangan pendamping yang sah dari %s\nminta checkpoint yang sudah "
				"ditandatangani kepada auditor",
				path, cosigner->name);
	}
	return LANTIK_EXIT_OK;
}

static void say_cosigners(struct lantik_verifying *verifying, struct lantik_span note)
{
	char when[32];
	uint64_t seconds;
	for (size_t i = 0; i < verifying->cosigner_count; i++) {
		const struct lantik_cosigner *cosigner = &verifying->cosigners[i];
		if (lantik_cosignature_verify(note, cosigner, &seconds) != LANTIK_OK)
			continue;
		lantik_say(verifying->cli,
			"  - The auditor %s cosigned it, by the auditor's clock at %s: it continued all that the "
			"auditor had "
			"seen of this ledger.",
			"  - Auditor %s ikut menandatanganinya, menurut jam auditor pada %s: ini kelanjutan dari semua "
			"yang "
			"pernah dilihat auditor di buku besar ini.",
			cosigner->name, seconds_text(seconds, when));
	}
}

static void say_epoch(struct lantik_verifying *verifying, const struct lantik_checkpoint *head)
{
	const struct lantik_trust *trust = &verifying->trust;
	if (trust->epoch == 1 || lantik_trust_maybe_lost(trust, head))
		return;
	if (head->epoch == trust->epoch)
		lantik_say(verifying->cli, "  - It is of epoch %u of the ledger, the newest that is known here.",
			"  - Ini dari epoch %u buku besar, yang terbaru yang dikenal di sini.", head->epoch);
	else
		lantik_say(verifying->cli,
			"  - It is of epoch %u of the ledger, and of the part from which epoch %u goes on: the "
			"recovery key "
			"signed that.",
			"  - Ini dari epoch %u buku besar, dan dari bagian yang dilanjutkan oleh epoch %u: kunci "
			"pemulihan "
			"menandatanganinya.",
			head->epoch, trust->epoch);
}

void lantik_say_signed(
	struct lantik_verifying *verifying, struct lantik_span note, const struct lantik_checkpoint *head)
{
	bool counts = false;
	for (size_t i = 0; i < verifying->trust.key_count; i++) {
		if (!signed_by(note, &verifying->trust, &verifying->trust.keys[i]))
			continue;
		say_key(verifying->cli, &verifying->trust.keys[i]);
		counts = true;
	}
	if (!counts)
		lantik_say(verifying->cli,
			"  - The key that signed this fell into other hands; but a later checkpoint, which the centre "
			"signed with "
			"its present key, holds the same entry (the file beside it, .through).",
			"  - Kunci yang menandatangani ini jatuh ke tangan lain; tetapi checkpoint yang lebih baru, "
			"yang "
			"ditandatangani pusat dengan kuncinya yang sekarang, memuat entri yang sama (berkas di "
			"sampingnya, "
			".through).");
	say_epoch(verifying, head);
	say_cosigners(verifying, note);
}

void lantik_say_epoch_open(struct lantik_verifying *verifying, const struct lantik_checkpoint *head)
{
	const struct lantik_recovered *recovery = lantik_lost_by(&verifying->trust, head);
	if (!recovery)
		return;
	lantik_say(verifying->cli,
		"  - That it stands in the present ledger: this is of epoch %u, which ended, and epoch %u goes on from "
		"the "
		"first %" PRIu64
		" entries alone. It proves that the centre had it; lantik resend brings a receipt of the "
		"present ledger.",
		"  - Bahwa ini ada di buku besar yang sekarang: ini dari epoch %u yang sudah berakhir, dan epoch %u "
		"hanya "
		"melanjutkan %" PRIu64 " entri pertama. Ini membuktikan bahwa pusat pernah memilikinya; lantik resend "
		"mengambil tanda terima dari buku besar yang sekarang.",
		head->epoch, recovery->epoch, recovery->common);
}

void lantik_json_signed(
	struct lantik_verifying *verifying, struct lantik_span note, const struct lantik_checkpoint *head)
{
	struct lantik_cli *cli = verifying->cli;
	lantik_json_number(cli, "epoch", head->epoch);
	lantik_json_flag(cli, "maybe_lost", lantik_trust_maybe_lost(&verifying->trust, head));
	lantik_json_list(cli, "signers");
	for (size_t i = 0; i < verifying->trust.key_count; i++) {
		struct lantik_buffer key = {0};
		if (!signed_by(note, &verifying->trust, &verifying->trust.keys[i]))
			continue;
		lantik_vkey_format(&verifying->trust.keys[i].vkey, &key);
		lantik_json_span(cli, NULL, lantik_buffer_span(&key));
		lantik_buffer_free(&key);
	}
	lantik_json_end(cli);
	lantik_json_list(cli, "cosigners");
	for (size_t i = 0; i < verifying->cosigner_count; i++)
		lantik_json_text(cli, NULL, verifying->cosigners[i].name);
	lantik_json_end(cli);
}

/* --- why not --- */

/* Whether it is signed with a key that was believed before or after, and why that does not count. */
static bool say_key_out_of_use(struct lantik_verifying *verifying, const char *path, struct lantik_span note)
{
	for (size_t i = 0; i < verifying->trust.key_count; i++) {
		struct lantik_trusted_key key = verifying->trust.keys[i], open = key;
		open.from_size = 0;
		open.until_size = open.compromised_from = LANTIK_TRUST_OPEN;
		if (!signed_by(note, &verifying->trust, &open))
			continue;
		char id[9];
		lantik_hex_encode(key.vkey.id, sizeof key.vkey.id, id);
		if (key.compromised_from != LANTIK_TRUST_OPEN)
			lantik_fail(verifying->cli, 191, LANTIK_EXIT_NOT_VERIFIED,
				"%s does NOT verify: it is signed with the key %s+%s, which fell into other hands: "
				"from a ledger of "
				"%" PRIu64 " entries on its signature proves nothing\n"
				"lantik resend asks the centre to prove it through a later checkpoint of its ledger",
				"%s TIDAK terbukti sah: ditandatangani dengan kunci %s+%s yang jatuh ke tangan lain: "
				"sejak buku "
				"besar berisi %" PRIu64 " entri tanda tangannya tidak membuktikan apa pun\n"
				"lantik resend meminta pusat membuktikannya lewat checkpoint buku besar yang lebih "
				"baru",
				path, key.vkey.name, id, key.compromised_from);
		else
			lantik_fail(verifying->cli, 192, LANTIK_EXIT_NOT_VERIFIED,
				"%s does NOT verify: it is signed with the key %s+%s, which was not in use at that "
				"size of the "
				"ledger\ntell the operator and the auditor",
				"%s TIDAK terbukti sah: ditandatangani dengan kunci %s+%s yang tidak berlaku pada "
				"ukuran buku "
				"besar itu\nberi tahu operator dan auditor",
				path, key.vkey.name, id);
		return true;
	}
	return false;
}

int lantik_not_proved(
	struct lantik_verifying *verifying, const char *path, enum lantik_doubt doubt, struct lantik_span note)
{
	struct lantik_checkpoint head;
	if (doubt == LANTIK_DOUBT_SIGNATURE && say_key_out_of_use(verifying, path, note))
		return LANTIK_EXIT_NOT_VERIFIED;
	if (doubt == LANTIK_DOUBT_SIGNATURE && lantik_checkpoint_read(note, &head) == LANTIK_OK &&
		strncmp(head.origin, verifying->trust.origin, strlen(verifying->trust.origin)) != 0)
		return lantik_fail(verifying->cli, 193, LANTIK_EXIT_NOT_VERIFIED,
			"%s does NOT verify here: it is of the ledger %s, and the key is of %s\n"
			"give the receipt key of that ledger with --key",
			"%s TIDAK terbukti sah di sini: ini dari buku besar %s, sedangkan kuncinya milik %s\n"
			"berikan kunci tanda terima buku besar itu dengan --key",
			path, head.origin, verifying->trust.origin);
	if (doubt == LANTIK_DOUBT_SIGNATURE)
		return lantik_fail(verifying->cli, 132, LANTIK_EXIT_NOT_VERIFIED,
			"%s does NOT verify: %s\nif the centre changed its receipt key since, `lantik ping` fetches "
			"the deeds; "
			"elsewhere give them with --deed",
			"%s TIDAK terbukti sah: %s\nbila pusat telah mengganti kunci tanda terimanya, `lantik ping` "
			"mengambil "
			"aktanya; di tempat lain berikan dengan --deed",
			path, lantik_doubt_text(doubt, lantik_cli_language(verifying->cli)));
	return lantik_fail(verifying->cli, 132, LANTIK_EXIT_NOT_VERIFIED, "%s does NOT verify: %s",
		"%s TIDAK terbukti sah: %s", path, lantik_doubt_text(doubt, lantik_cli_language(verifying->cli)));
}

/* --- a checkpoint by itself --- */

static void write_checkpoint(struct lantik_verifying *verifying, const char *path, struct lantik_span note,
	const struct lantik_checkpoint *head)
{
	char root[2 * LANTIK_HASH + 1];
	lantik_hex_encode(head->root, LANTIK_HASH, root);
	lantik_json_open(verifying->cli, "result");
	lantik_json_text(verifying->cli, "checkpoint", path);
	lantik_json_flag(verifying->cli, "verified", true);
	lantik_json_text(verifying->cli, "origin", head->origin);
	lantik_json_number(verifying->cli, "size", (int64_t)head->size);
	lantik_json_text(verifying->cli, "root", root);
	lantik_json_signed(verifying, note, head);
	lantik_json_close(verifying->cli);
}

int lantik_verify_checkpoint(struct lantik_verifying *verifying, const char *path, struct lantik_span text)
{
	char size[32];
	struct lantik_checkpoint head;
	struct lantik_cli *cli = verifying->cli;
	enum lantik_error error = lantik_checkpoint_trusted(text, &verifying->trust, &head);
	if (error != LANTIK_OK)
		return lantik_not_proved(verifying, path, lantik_doubt_of(error), text);
	int code = lantik_cosigners_check(verifying, path, text);
	if (code != LANTIK_EXIT_OK)
		return code;
	lantik_say(cli, "%s verifies: it is a signed checkpoint of the ledger.",
		"%s terbukti sah: checkpoint buku besar yang ditandatangani.", path);
	lantik_say(cli, "Proved:", "Terbukti:");
	lantik_say_signed(verifying, text, &head);
	lantik_say(cli, "  - The ledger had %s entries then, and no other ones than those under this signature.",
		"  - Saat itu buku besar berisi %s entri, dan tidak ada entri lain selain yang di bawah tanda tangan "
		"ini.",
		lantik_count_format(cli, (int64_t)head.size, size));
	lantik_say(cli, "Not proved:", "Tidak terbukti:");
	lantik_say_epoch_open(verifying, &head);
	lantik_say(cli,
		"  - That it continues what this office holds: `lantik ping` asks for that proof.\n"
		"  - What the entries are: that the receipts and the auditor's run tell.",
		"  - Bahwa ini kelanjutan dari yang dipegang kantor ini: `lantik ping` meminta buktinya.\n"
		"  - Apa isi entrinya: itu ada di tanda terima dan di hasil pemeriksaan auditor.");
	write_checkpoint(verifying, path, text, &head);
	return LANTIK_EXIT_OK;
}
