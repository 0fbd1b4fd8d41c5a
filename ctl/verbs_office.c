/* The verbs about offices and their keys: options, help and examples.
 * SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>

#include "ctl.h"
#include "deeds.h"

/* clang-format off */
#define SCOPE_OPTIONS \
	{.name = "kanreg", .type = LANTIK_OPTION_TEXT, .argument = "ID", \
	 .help = {"it may send for every agency of this regional office: 03", \
		  "boleh mengirim bagi semua instansi kantor regional ini: 03"}}, \
	{.name = "agencies", .type = LANTIK_OPTION_TEXT, .argument = "A,B", .repeats = true, \
	 .help = {"it may send for these agencies: 6171,6271", "boleh mengirim bagi instansi ini: 6171,6271"}}, \
	{.name = "from", .type = LANTIK_OPTION_TEXT, .argument = "DAY", \
	 .help = {"first day on which it may (default: any day before)", "hari pertama boleh mengirim (bawaan: tak terbatas)"}}, \
	{.name = "until", .type = LANTIK_OPTION_TEXT, .argument = "DAY", \
	 .help = {"first day on which it may no longer (default: no end)", \
		  "hari pertama tidak boleh lagi (bawaan: tanpa akhir)"}}

static const struct lantik_option add_options[] = {
	SCOPE_OPTIONS,
	{.name = "curve-key", .type = LANTIK_OPTION_TEXT, .argument = "Z85",
	 .help = {"its public key, the content of curve.pub", "kunci publiknya, isi curve.pub"}},
	{.name = "signing-key", .type = LANTIK_OPTION_TEXT, .argument = "VKEY",
	 .help = {"its verifier key, the content of sign.vkey", "kunci pemeriksanya, isi sign.vkey"}},
	DEED_OPTION_OFFICIAL,
	DEED_OPTION_REASON,
	DEED_OPTION_TIMEOUT,
	{.name = NULL},
};

static const struct lantik_option scope_options[] = {
	SCOPE_OPTIONS,
	DEED_OPTION_OFFICIAL,
	DEED_OPTION_REASON,
	DEED_OPTION_TIMEOUT,
	{.name = NULL},
};

static const struct lantik_option revoke_options[] = {
	{.name = "key", .type = LANTIK_OPTION_TEXT, .argument = "Z85",
	 .help = {"only this CURVE key, not the whole office", "hanya kunci CURVE ini, bukan seluruh kantor"}},
	DEED_OPTION_OFFICIAL,
	DEED_OPTION_REASON,
	DEED_OPTION_TIMEOUT,
	{.name = NULL},
};

static const struct lantik_option cut_options[] = {
	{.name = "office", .type = LANTIK_OPTION_TEXT, .argument = "NAME",
	 .help = {"all keys of this office, which the database tells",
		  "semua kunci kantor ini, menurut basis data"}},
	{.name = "file", .type = LANTIK_OPTION_TEXT, .argument = "FILE",
	 .help = {"the daemon's revoked_file (default /etc/lantik/revoked)",
		  "revoked_file milik daemon (bawaan /etc/lantik/revoked)"}},
	{.name = NULL},
};

const struct lantik_verb ctl_office_verbs[] = {
	{.name = "office add", .run = ctl_office_add, .options = add_options, .arguments = "NAME", .least_arguments = 1,
	 .most_arguments = 1,
	 .summary = {"let an office send batches, or add keys to one", "izinkan kantor mengirim, atau tambah kuncinya"},
	 .details = {"The office makes both keys by `lantik keygen` (new ones: `--next`) and tells the public halves. "
		     "For an office that is there already, leave the scope out: a second pair of keys is added, and both count until you revoke "
		     "the old one. lantikd carries it out as a deed, with a leaf of its own in the ledger. Before its first "
		     "start it is only asked for, and done when it starts.",
		     "Kantor membuat kedua kunci dengan `lantik keygen` (yang baru: `--next`) dan memberitahukan bagian "
		     "publiknya. Bagi kantor yang sudah ada, jangan beri cakupan: pasangan kunci kedua ditambahkan, dan keduanya berlaku sampai yang lama "
		     "dicabut. lantikd melaksanakannya sebagai akta, dengan daunnya sendiri di buku besar. Sebelum lantikd "
		     "pertama kali mulai, hal ini hanya diminta, dan dilaksanakan saat mulai."},
	 .examples = "lantikctl office add kanreg-03 --kanreg 03 --curve-key \"$(cat curve.pub)\" "
		     "--signing-key \"$(cat sign.vkey)\"\n"
		     "lantikctl office add bkpsdm-bandung --agencies 6171 --curve-key Z85 --signing-key VKEY\n"
		     "lantikctl office add kanreg-03 --curve-key Z85 --signing-key VKEY\n"},
	{.name = "office list", .run = ctl_office_list,
	 .summary = {"show offices, their keys and scopes, and what waits",
		     "tampilkan kantor, kunci dan cakupannya, serta yang menunggu"},
	 .examples = "lantikctl office list\nlantikctl office list --json\n"},
	{.name = "office revoke", .run = ctl_office_revoke, .options = revoke_options, .arguments = "[NAME]",
	 .most_arguments = 1,
	 .summary = {"cut off an office, or one of its keys, for good",
		     "putus akses kantor, atau salah satu kuncinya, untuk selamanya"},
	 .details = {"It counts from the moment it is asked for: running daemons follow within a second. What was recorded "
		     "stays. A revoked name or key is never used again. When the database is away: `lantikctl key cut`.",
		     "Berlaku sejak diminta: daemon yang berjalan mengikuti dalam satu detik. Yang sudah dicatat tetap ada. "
		     "Nama atau kunci yang dicabut tidak dipakai lagi. Bila basis data tak terjangkau: `lantikctl key cut`."},
	 .examples = "lantikctl office revoke --key Z85 --reason \"laptop stolen\"\n"
		     "lantikctl office revoke kanreg-03 --reason \"office closed\"\n"},
	{.name = "office scope", .run = ctl_office_scope, .options = scope_options, .arguments = "NAME",
	 .least_arguments = 1, .most_arguments = 1,
	 .summary = {"change for which agencies an office may send, and when",
		     "ubah bagi instansi mana kantor boleh mengirim, dan kapan"},
	 .details = {"On each day the latest change whose period holds the day counts; days are those of Asia/Jakarta. A day "
		     "that no period holds is a day on which the office may send for nobody.",
		     "Setiap hari berlaku perubahan terakhir yang jangkanya memuat hari itu; hari menurut Asia/Jakarta. Pada "
		     "hari yang tidak dimuat jangka mana pun, kantor tidak boleh mengirim bagi siapa pun."},
	 .examples = "lantikctl office scope bkpsdm-bandung --agencies 6171,6271\n"
		     "lantikctl office scope kanreg-03 --kanreg 03 --from 2026-07-01\n"},
	{.name = "key cut", .run = ctl_key_cut, .options = cut_options, .arguments = "[KEY...]", .most_arguments = 64,
	 .summary = {"cut off an office's key at once, without the database",
		     "putus kunci kantor seketika, tanpa basis data"},
	 .details = {"Appends CURVE keys to the file that lantikd on this machine reads four times a second. The file is "
		     "replaced as a whole, so that no daemon reads half of it. It holds for this machine; `lantikctl office "
		     "revoke` makes it last.",
		     "Menambahkan kunci CURVE ke berkas yang dibaca lantikd di mesin ini empat kali sedetik. Berkas diganti "
		     "seutuhnya, sehingga tidak ada daemon yang membaca separuhnya. Berlaku bagi mesin ini; `lantikctl office "
		     "revoke` menetapkannya."},
	 .examples = "lantikctl key cut 'v2uV17m>E>ZaWDS-Kfhp{PP(GxWfB1rSm7JQXn*J'\n"
		     "lantikctl key cut --office kanreg-03\n"},
	{.name = NULL},
};
/* clang-format on */
