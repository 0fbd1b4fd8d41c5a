/* Proves that what the centre shows continues what it showed before.
 * SPDX-License-Identifier: Apache-2.0 */
#include "continuity.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "forks.h"
#include "lost.h"
#include "through.h"

#define CHECKPOINT_FILE "checkpoint"

/* --- comparing --- */

static enum lantik_continuity compare(
	const struct lantik_checkpoint *held, const struct lantik_checkpoint *shown, const struct lantik_proof *proof)
{
	const struct lantik_checkpoint *small = held->size <= shown->size ? held : shown;
	const struct lantik_checkpoint *large = small == held ? shown : held;
	if (small->size == large->size)
		return memcmp(small->root, large->root, LANTIK_HASH) == 0 ? LANTIK_CONTINUES : LANTIK_TWO_LEDGERS;
	return lantik_consistency_verify(small->size, large->size, small->root, large->root, proof) == LANTIK_OK
		       ? LANTIK_CONTINUES
		       : LANTIK_NO_PROOF;
}

/* A tree's maths knows no epochs: what is proved to be a part of the present ledger is, whatever its origin says. */
enum lantik_continuity lantik_continuity_of(const struct lantik_trust *trust, const struct lantik_checkpoint *held,
	const struct lantik_checkpoint *shown, const struct lantik_proof *proof, bool newest)
{
	if (!held)
		return LANTIK_FIRST;
	enum lantik_continuity continuity = compare(held, shown, proof);
	if (continuity == LANTIK_CONTINUES)
		return newest && shown->size < held->size ? LANTIK_OLDER : LANTIK_CONTINUES;
	if (lantik_trust_maybe_lost(trust, held) && shown->epoch > held->epoch)
		return LANTIK_FIRST; /* the recovery key signed that it ended */
	if (shown->epoch < trust->epoch && lantik_trust_maybe_lost(trust, shown))
		return LANTIK_ENDED;
	return newest && continuity == LANTIK_NO_PROOF && shown->size < held->size ? LANTIK_OLDER : continuity;
}

/* --- what is held --- */

static void hold(struct lantik_witness *witness, struct lantik_span note, const struct lantik_checkpoint *checkpoint)
{
	lantik_buffer_reset(&witness->note);
	lantik_buffer_append_span(&witness->note, note);
	LANTIK_ASSERT(!witness->note.error);
	witness->held = *checkpoint;
}

static bool take_note(struct lantik_witness *witness, struct lantik_span note)
{
	struct lantik_checkpoint checkpoint;
	if (lantik_checkpoint_trusted(note, &witness->trust, &checkpoint) != LANTIK_OK || checkpoint.size == 0)
		return false;
	hold(witness, note, &checkpoint);
	return true;
}

/* What was proved when it was kept is not forgotten when its key is believed no more: the ledger must continue it, or
 * somebody showed this office another one. */
static bool take_former(struct lantik_witness *witness, struct lantik_span note)
{
	struct lantik_checkpoint checkpoint, trusted;
	if (lantik_checkpoint_trusted(note, &witness->trust, &trusted) != LANTIK_E_BAD_SIGNATURE ||
		!lantik_checkpoint_of_log(note, &witness->trust, &checkpoint) || checkpoint.size == 0)
		return false;
	hold(witness, note, &checkpoint);
	return true;
}

static bool is_believed(const struct lantik_witness *witness)
{
	struct lantik_checkpoint checkpoint;
	return lantik_checkpoint_trusted(lantik_buffer_span(&witness->note), &witness->trust, &checkpoint) == LANTIK_OK;
}

static void hold_nothing(struct lantik_witness *witness)
{
	lantik_buffer_reset(&witness->note);
	witness->held = (struct lantik_checkpoint){0};
}

static void take_receipt_of(struct lantik_witness *witness, const struct lantik_entry *entry)
{
	char path[LANTIK_MAX_PATH];
	struct lantik_buffer text = {0};
	struct lantik_receipt receipt;
	lantik_outbox_path(witness->home, entry, "receipt", path);
	if (lantik_file_read(path, LANTIK_MAX_RECEIPT, &text) == LANTIK_OK &&
		lantik_receipt_parse(lantik_buffer_span(&text), &receipt) == LANTIK_OK) {
		if (lantik_receipt_verify(&receipt, &witness->trust) == LANTIK_OK)
			take_note(witness, receipt.checkpoint);
		lantik_receipt_free(&receipt);
	}
	lantik_buffer_free(&text);
}

/* The receipts hold checkpoints, too: what they prove shall not be forgotten with the one that was kept. */
static void search_outbox(struct lantik_witness *witness)
{
	struct lantik_entries entries;
	if (lantik_outbox_list(witness->cli, witness->home, &entries) != LANTIK_EXIT_OK)
		return;
	for (size_t i = 0; i < entries.count; i++) {
		const struct lantik_entry *entry = &entries.items[i];
		bool proved = entry->state == LANTIK_ENTRY_RECORDED || entry->state == LANTIK_ENTRY_REFUSED;
		if (!entry->damaged && proved && entry->leaf_index >= witness->held.size &&
			!lantik_entry_maybe_lost(&witness->trust, entry))
			take_receipt_of(witness, entry);
	}
	lantik_entries_free(&entries);
}

/* Nothing is held of an epoch that is behind us; the largest that the present ledger has in common with it is. */
static void drop_ended(struct lantik_witness *witness)
{
	if (witness->held.size == 0 || !lantik_trust_maybe_lost(&witness->trust, &witness->held))
		return;
	hold_nothing(witness);
	search_outbox(witness);
}

static void read_held(struct lantik_witness *witness)
{
	char path[LANTIK_MAX_PATH];
	struct lantik_buffer note = {0};
	lantik_home_path(witness->home, CHECKPOINT_FILE, path);
	enum lantik_error error = lantik_file_read(path, LANTIK_MAX_NOTE, &note);
	struct lantik_span text = lantik_buffer_span(&note);
	bool good = error == LANTIK_OK &&
		    (take_note(witness, text) || (witness->trust.key_count > 1 && take_former(witness, text)));
	lantik_buffer_free(&note);
	if (good)
		return;
	search_outbox(witness);
	if (error != LANTIK_E_NOT_FOUND && witness->held.size > 0)
		lantik_remark(witness->cli, "%s was damaged here; the newest receipt stands for it",
			"%s rusak di sini; tanda terima terbaru menggantikannya", path);
	else if (error != LANTIK_E_NOT_FOUND)
		lantik_remark(witness->cli,
			"%s was damaged here, or is not of the keys that are set; the centre's next answer begins anew",
			"%s rusak di sini, atau bukan dari kunci yang diatur; jawaban pusat berikutnya menjadi awal "
			"baru",
			path);
}

int lantik_witness_open(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_witness *ret)
{
	*ret = (struct lantik_witness){.cli = cli, .home = home};
	size_t missing = 0;
	int code = lantik_home_trust_counted(cli, home, &ret->trust, &missing);
	if (code == LANTIK_EXIT_OK && missing > 0)
		ret->asking_deeds = true; /* all of them: whoever shows a checkpoint is told those behind it alone */
	else if (code == LANTIK_EXIT_OK)
		read_held(ret);
	return code;
}

void lantik_witness_close(struct lantik_witness *witness)
{
	lantik_buffer_free(&witness->note);
	lantik_buffer_free(&witness->through);
	*witness = (struct lantik_witness){0};
}

/* What cannot be kept is proved again from the one before. While a deed waits the one before stays, too: whoever is
 * past a deed is not told it again. */
static void keep(struct lantik_witness *witness, struct lantik_span note, const struct lantik_checkpoint *shown)
{
	char path[LANTIK_MAX_PATH];
	if (witness->deeds_wait || shown->size <= witness->held.size ||
		lantik_trust_maybe_lost(&witness->trust, shown) || !take_note(witness, note))
		return;
	lantik_home_path(witness->home, CHECKPOINT_FILE, path);
	if (lantik_file_write(path, 0644, note) != LANTIK_OK)
		lantik_remark(witness->cli, "%s cannot be written: %s; the one before stays",
			"%s tidak dapat ditulis: %s; yang sebelumnya tetap dipakai", path, strerror(errno));
}

/* --- telling --- */

#define PRINT(ret, cli, english, indonesian, ...)                                                                      \
	(lantik_cli_language(cli) == LANTIK_INDONESIAN ? lantik_buffer_printf(ret, indonesian, __VA_ARGS__)            \
						       : lantik_buffer_printf(ret, english, __VA_ARGS__))

static void what_happened(struct lantik_cli *cli, enum lantik_continuity continuity,
	const struct lantik_checkpoint *held, const struct lantik_checkpoint *shown, struct lantik_buffer *ret)
{
	char ours[32], theirs[32];
	lantik_count_format(cli, (int64_t)held->size, ours);
	lantik_count_format(cli, (int64_t)shown->size, theirs);
	if (continuity == LANTIK_TWO_LEDGERS)
		PRINT(ret, cli,
			"the centre signed two different ledgers of %s entries: this is proof that one of them is "
			"false",
			"pusat menandatangani dua buku besar berbeda dengan %s entri: ini bukti bahwa salah satunya "
			"palsu",
			ours);
	else if (continuity == LANTIK_OLDER)
		PRINT(ret, cli,
			"the centre's ledger has %s entries now, and it signed %s for this office before: an older "
			"copy of its database was put back, or entries were taken out",
			"buku besar pusat kini berisi %s entri, padahal sebelumnya menandatangani %s entri untuk "
			"kantor ini: salinan lama basis datanya dipasang kembali, atau ada entri yang dihapus",
			theirs, ours);
	else if (continuity == LANTIK_ENDED)
		PRINT(ret, cli,
			"the centre answered from epoch %u of its ledger, which ended; what stands there is not in the "
			"ledger of %s entries that this office holds",
			"pusat menjawab dari epoch %u buku besarnya, yang sudah berakhir; isinya tidak ada di buku "
			"besar %s entri yang dipegang kantor ini",
			shown->epoch, ours);
	else
		PRINT(ret, cli,
			"the centre did not prove that its ledger of %s entries and the one of %s entries that this "
			"office holds are the same ledger",
			"pusat tidak membuktikan bahwa buku besarnya dengan %s entri dan buku besar %s entri yang "
			"dipegang kantor ini adalah buku besar yang sama",
			theirs, ours);
	lantik_buffer_append(ret, "", 1);
	LANTIK_ASSERT(!ret->error);
}

/* Each has its number, so that it can be searched. */
static unsigned number_of(enum lantik_continuity continuity)
{
	switch (continuity) {
	case LANTIK_TWO_LEDGERS:
		return 173;
	case LANTIK_OLDER:
		return 175;
	case LANTIK_ENDED:
		return 176;
	default:
		return 174;
	}
}

static int accuse(struct lantik_witness *witness, enum lantik_continuity continuity,
	const struct lantik_checkpoint *shown, const struct lantik_fork *fork)
{
	char folder[LANTIK_MAX_PATH];
	struct lantik_buffer what = {0};
	struct lantik_fork kept = *fork;
	what_happened(witness->cli, continuity, &witness->held, shown, &what);
	kept.about = (const char *)what.data;
	lantik_forks_keep(witness->home, &kept, folder);
	int code = lantik_fail(witness->cli, number_of(continuity), LANTIK_EXIT_NOT_VERIFIED,
		"%s\n"
		"both signed checkpoints are kept in %s: send that folder to the operator and to the auditor, not over "
		"this "
		"connection; keep the outbox, it holds all that you sent; send nothing more until they have answered",
		"%s\n"
		"kedua checkpoint yang ditandatangani disimpan di %s: kirim folder itu kepada operator dan kepada "
		"auditor, "
		"jangan lewat sambungan ini; simpan kotak keluar, semua kiriman Anda ada di sana; jangan mengirim apa "
		"pun "
		"lagi sebelum ada jawaban",
		(const char *)what.data, folder);
	lantik_buffer_free(&what);
	return code;
}

static int not_signed(struct lantik_witness *witness, enum lantik_error error)
{
	return lantik_fail(witness->cli, 171, LANTIK_EXIT_NOT_VERIFIED,
		"the centre's answer is not under its signature: %s\n"
		"nothing of it counts; ask the operator whether the centre changed its receipt key, and compare "
		"receipt_key and recovery_key (lantik config) with the keys that the operator has",
		"jawaban pusat tidak di bawah tanda tangannya: %s\n"
		"jangan anggap berlaku; tanyakan kepada operator apakah pusat mengganti kunci tanda terimanya, dan "
		"cocokkan receipt_key dan recovery_key (lantik config) dengan kunci milik operator",
		lantik_error_text(error, lantik_cli_language(witness->cli)));
}

static int not_shown(struct lantik_witness *witness)
{
	return lantik_fail(witness->cli, 172, LANTIK_EXIT_NOT_VERIFIED,
		"the centre's answer does not show its ledger, so nothing proves that it continues the one that this "
		"office holds\ntell the operator; keep the outbox",
		"jawaban pusat tidak menunjukkan buku besarnya, jadi tidak terbukti bahwa itu kelanjutan dari yang "
		"dipegang "
		"kantor ini\nberi tahu operator; simpan kotak keluar");
}

/* --- hearing --- */

/* The checkpoint of an answer; empty when it shows none. A receipt has its own. */
static struct lantik_span shown_in(const struct lantik_envelope *envelope, struct lantik_span body)
{
	struct lantik_receipt receipt;
	struct lantik_span note = {0};
	if (envelope->message == LANTIK_PONG)
		return body;
	if (envelope->message != LANTIK_RECEIPT)
		return envelope->checkpoint;
	if (lantik_receipt_parse(body, &receipt) == LANTIK_OK) {
		note = receipt.checkpoint;
		lantik_receipt_free(&receipt);
	}
	return note;
}

static int take_deeds(
	struct lantik_witness *witness, const struct lantik_envelope *envelope, struct lantik_heard *heard)
{
	int code = LANTIK_EXIT_OK;
	for (size_t i = 0; code == LANTIK_EXIT_OK && i < envelope->deed_count; i++) {
		enum lantik_deed_taking taking = LANTIK_DEED_KNOWN;
		code = lantik_deeds_take(witness->cli, witness->home, &witness->trust, envelope->deeds[i], &taking);
		heard->deeds += taking == LANTIK_DEED_TAKEN;
		witness->deeds_wait |= taking == LANTIK_DEED_WAITING;
	}
	return code;
}

/* As many deeds as an answer holds: there may be more behind the last one. */
static bool ask_for_more(struct lantik_witness *witness, const struct lantik_envelope *envelope)
{
	struct lantik_receipt receipt;
	bool asks = false;
	if (witness->knows_deeds || envelope->deed_count < LANTIK_MAX_ENVELOPE_DEEDS)
		return false;
	if (lantik_receipt_parse(envelope->deeds[envelope->deed_count - 1], &receipt) == LANTIK_OK) {
		uint64_t before = witness->asking_deeds ? witness->held.size : 0;
		asks = receipt.index + 1 > before && take_note(witness, receipt.checkpoint);
		lantik_receipt_free(&receipt);
	}
	witness->asking_deeds |= asks;
	return asks;
}

/* The end of asking for deeds: back to what is kept. */
static enum lantik_hearing resume(struct lantik_witness *witness)
{
	witness->asking_deeds = false;
	witness->knows_deeds = true;
	hold_nothing(witness);
	read_held(witness);
	drop_ended(witness);
	return LANTIK_ASK_AGAIN;
}

/* The receipt's own signature counts no more; that its root is a part of the ledger that is held does. */
static void prove_through(struct lantik_witness *witness, struct lantik_span note, const struct lantik_proof *proof,
	struct lantik_heard *heard)
{
	struct lantik_checkpoint own;
	lantik_buffer_reset(&witness->through);
	if (witness->held.size == 0 || !is_believed(witness) ||
		!lantik_checkpoint_of_log(note, &witness->trust, &own) || own.size > witness->held.size ||
		compare(&witness->held, &own, proof) != LANTIK_CONTINUES)
		return;
	lantik_through_format(lantik_buffer_span(&witness->note), proof, &witness->through);
	LANTIK_ASSERT(!witness->through.error);
	heard->proved = true;
	heard->through = lantik_buffer_span(&witness->through);
}

/* What a stolen key signed may be false: it accuses nobody. */
static enum lantik_continuity begin_anew(struct lantik_witness *witness, struct lantik_span note)
{
	char folder[LANTIK_MAX_PATH];
	struct lantik_fork fork = {.ours = lantik_buffer_span(&witness->note), .theirs = note, .about = ""};
	lantik_forks_keep(witness->home, &fork, folder);
	lantik_remark(witness->cli,
		"what this office had seen of the ledger is signed with a key that fell into other hands, and is not a "
		"part of "
		"the ledger: somebody showed it something false; it is kept in %s: send that folder to the operator "
		"and to the "
		"auditor",
		"yang pernah dilihat kantor ini ditandatangani dengan kunci yang jatuh ke tangan lain, dan bukan "
		"bagian dari "
		"buku besar: ada yang menunjukkan hal palsu; disimpan di %s: kirim folder itu kepada operator dan "
		"auditor",
		folder);
	hold_nothing(witness);
	return LANTIK_FIRST;
}

static enum lantik_hearing judge(struct lantik_witness *witness, const struct lantik_envelope *envelope,
	struct lantik_span body, struct lantik_heard *heard, int *ret_code)
{
	const struct lantik_checkpoint *held = witness->held.size > 0 ? &witness->held : NULL;
	struct lantik_span note = shown_in(envelope, body);
	bool is_receipt = envelope->message == LANTIK_RECEIPT;
	heard->before = witness->held;
	if (note.len == 0) {
		bool may = is_receipt || envelope->message == LANTIK_REFUSAL || !held;
		*ret_code = may ? LANTIK_EXIT_OK : not_shown(witness);
		return may ? LANTIK_HEARD : LANTIK_NOT_BELIEVED;
	}
	enum lantik_error error = lantik_checkpoint_trusted(note, &witness->trust, &heard->shown);
	if (error != LANTIK_OK) {
		if (is_receipt)
			prove_through(witness, note, &envelope->consistency, heard);
		*ret_code = is_receipt ? LANTIK_EXIT_OK : not_signed(witness, error);
		return is_receipt ? LANTIK_HEARD : LANTIK_NOT_BELIEVED;
	}
	enum lantik_continuity continuity = lantik_continuity_of(
		&witness->trust, held, &heard->shown, &envelope->consistency, envelope->message == LANTIK_PONG);
	heard->proved = continuity == LANTIK_CONTINUES;
	if (continuity != LANTIK_CONTINUES && held && !is_believed(witness))
		continuity = begin_anew(witness, note);
	if (continuity == LANTIK_CONTINUES || continuity == LANTIK_FIRST) {
		keep(witness, note, &heard->shown);
		return LANTIK_HEARD;
	}
	struct lantik_fork fork = {.ours = lantik_buffer_span(&witness->note),
		.theirs = note,
		.proof = &envelope->consistency,
		.answer = is_receipt ? body : (struct lantik_span){0}};
	*ret_code = accuse(witness, continuity, &heard->shown, &fork);
	return LANTIK_NOT_BELIEVED;
}

enum lantik_hearing lantik_witness_hear(struct lantik_witness *witness, const struct lantik_envelope *envelope,
	struct lantik_span body, struct lantik_heard *ret, int *ret_code)
{
	*ret = (struct lantik_heard){0};
	*ret_code = take_deeds(witness, envelope, ret);
	if (*ret_code != LANTIK_EXIT_OK)
		return LANTIK_NOT_BELIEVED;
	if (ask_for_more(witness, envelope))
		return LANTIK_ASK_DEEDS;
	if (witness->asking_deeds)
		return resume(witness);
	ret->restarted = witness->held.size > 0 && lantik_trust_maybe_lost(&witness->trust, &witness->held);
	if (ret->restarted) {
		drop_ended(witness);
		return LANTIK_ASK_AGAIN;
	}
	return judge(witness, envelope, body, ret, ret_code);
}
