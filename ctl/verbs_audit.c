/* The verb of the auditor: options, help and examples.
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
	{.name = NULL},
};
/* clang-format on */
