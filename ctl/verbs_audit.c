/* The verbs about evidence: options, help and examples.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ctl.h"

/* clang-format off */
static const struct lantik_option audit_options[] = {
	{.name = "from", .type = LANTIK_OPTION_NUMBER, .argument = "N", .least = 0, .greatest = INT64_MAX,
	 .help = {"look at leaves from this index on only (default 0: everything)",
		  "periksa hanya daun mulai indeks ini (bawaan 0: semuanya)"}},
	{.name = "key", .type = LANTIK_OPTION_TEXT, .argument = "FILE",
	 .help = {"verifier key with which the ledger began, as the offices pinned it (receipt.vkey)",
		  "kunci pemeriksa saat buku besar dimulai, seperti yang dipegang kantor (receipt.vkey)"}},
	{.name = "recovery-key", .type = LANTIK_OPTION_TEXT, .argument = "FILE",
	 .help = {"verifier key that proves changes of receipt keys and recoveries",
		  "kunci pemeriksa yang membuktikan pergantian kunci tanda terima dan pemulihan"}},
	{.name = "against", .type = LANTIK_OPTION_TEXT, .argument = "FILE", .repeats = true,
	 .help = {"a signed checkpoint or a receipt that somebody holds; the ledger must continue it",
		  "checkpoint bertanda tangan atau tanda terima milik pihak lain; buku besar harus melanjutkannya"}},
	{.name = "memory", .type = LANTIK_OPTION_TEXT, .argument = "FILE",
	 .help = {"where the last audited checkpoint is kept (default: $XDG_STATE_HOME/lantik/audit-ORIGIN)",
		  "tempat checkpoint terakhir yang diperiksa (bawaan: $XDG_STATE_HOME/lantik/audit-ASAL)"}},
	{.name = "cosign", .type = LANTIK_OPTION_TEXT, .argument = "KEYFILE",
	 .help = {"when all holds: cosign the newest checkpoint with the auditor's own key",
		  "bila semua sah: tandatangani bersama checkpoint terbaru dengan kunci auditor"}},
	{.name = "out", .type = LANTIK_OPTION_TEXT, .argument = "FILE",
	 .help = {"where the cosigned checkpoint is written", "tempat checkpoint itu ditulis"}},
	{.name = NULL},
};

static const struct lantik_option body_options[] = {
	{.name = "out", .type = LANTIK_OPTION_TEXT, .argument = "FILE",
	 .help = {"write the body to this file, which its owner alone may read",
		  "tulis isi paket ke berkas ini, yang hanya boleh dibaca pemiliknya"}},
	{.name = "office", .type = LANTIK_OPTION_TEXT, .argument = "NAME",
	 .help = {"whose batch, when two offices use the same id", "kantor pemilik paket, bila dua kantor memakai nomor sama"}},
	{.name = NULL},
};

const struct lantik_verb ctl_audit_verbs[] = {
	{.name = "audit", .run = ctl_audit, .options = audit_options,
	 .summary = {"check the whole database against the signed ledger",
		     "periksa seluruh basis data terhadap buku besar yang ditandatangani"},
	 .details = {"Reads everything in one snapshot and writes nothing. Each row that was altered, removed, added or moved "
		     "is named. Exit status 0: all holds; 8: something was found; 3: remarks only.",
		     "Membaca semuanya dalam satu potret dan tidak menulis apa pun. Setiap baris yang diubah, dihapus, "
		     "ditambah, atau dipindah disebut. Kode keluar 0: semua sah; 8: ada temuan; 3: hanya catatan."},
	 .examples = "lantikctl audit --key receipt.vkey --database \"dbname=lantik user=lantik_auditor\"\n"
		     "lantikctl audit --key receipt.vkey --recovery-key recovery.vkey --against office.checkpoint\n"
		     "lantikctl audit --key receipt.vkey --cosign auditor.key --out checkpoint.cosigned\n"
		     "lantikctl audit --from 8000 --json\n"},
	{.name = "batch body", .run = ctl_batch_body, .options = body_options, .arguments = "BATCH", .least_arguments = 1,
	 .most_arguments = 1,
	 .summary = {"a batch byte for byte as its office sent it", "satu paket persis seperti dikirim kantornya"},
	 .details = {"The body is made from the rows of the register and from what was returned; of a batch that a rule refused "
		     "it is kept whole. It is shown only when the manifest is the recorded one, the records are those that it "
		     "names, and the office's signature verifies. With --out it is written; it holds personal data. Exit codes: "
		     "0 done, 5 a person of the batch was erased, 8 it is not what was sent. Needs lantik_reviewer.",
		     "Isi paket disusun dari baris register dan dari yang dikembalikan; isi paket yang ditolak oleh aturan "
		     "disimpan utuh. Ditampilkan hanya bila manifesnya yang tercatat, barisnya yang disebut manifes itu, dan "
		     "tanda tangan kantor sah. Dengan --out isinya ditulis; memuat data pribadi. Kode keluar: 0 selesai, 5 ada "
		     "orang dalam paket yang sudah dihapus, 8 bukan yang dikirim. Perlu lantik_reviewer."},
	 .examples = "lantikctl batch body 019a1b2c-0000-7000-8000-000000000000 --out batch.bin\n"
		     "lantikctl batch body 019a1b2c-0000-7000-8000-000000000000 --json\n"},
	{.name = NULL},
};
/* clang-format on */
