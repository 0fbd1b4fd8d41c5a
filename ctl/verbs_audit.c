/* The verb of the auditor: options, help and examples.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ctl.h"

/* clang-format off */
static const struct lantik_option audit_options[] = {
	{.name = "from", .type = LANTIK_OPTION_NUMBER, .argument = "N", .least = 0, .greatest = INT64_MAX,
	 .help = {"look at leaves from this index on only (default 0: everything)",
		  "periksa hanya daun mulai indeks ini (bawaan 0: semuanya)"}},
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
	 .examples = "lantikctl audit --database \"dbname=lantik user=lantik_auditor\"\n"
		     "lantikctl audit --from 8000 --json\n"},
	{.name = NULL},
};
/* clang-format on */
