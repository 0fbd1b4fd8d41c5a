/* The verbs that set the database up and look after it: options, help and examples.
 * SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>

#include "ctl.h"

/* clang-format off */
static const struct lantik_option migrate_options[] = {
	{.name = "origin", .type = LANTIK_OPTION_TEXT, .argument = "NAME",
	 .help = {"name of the ledger in every receipt; set once, never changed",
		  "nama buku besar di setiap tanda terima; ditetapkan sekali, tidak pernah berubah"}},
	{.name = NULL},
};

static const struct lantik_option load_options[] = {
	{.name = "reference", .type = LANTIK_OPTION_TEXT, .argument = "DIR",
	 .help = {"folder of the reference tables (default, without FILE: the installed one)",
		  "folder tabel rujukan (bawaan, tanpa BERKAS: yang terpasang)"}},
	{.name = "test-regions", .type = LANTIK_OPTION_FLAG,
	 .help = {"also load the fictional province 99; the database says TEST from then on",
		  "muat juga provinsi rekaan 99; sejak itu basis data bertuliskan TEST"}},
	{.name = NULL},
};

static const struct lantik_option add_options[] = {
	{.name = "kanreg", .type = LANTIK_OPTION_TEXT, .argument = "ID",
	 .help = {"it may send for every agency of this regional office: 03",
		  "boleh mengirim bagi semua instansi kantor regional ini: 03"}},
	{.name = "agencies", .type = LANTIK_OPTION_TEXT, .argument = "A,B", .repeats = true,
	 .help = {"it may send for these agencies: 6171,6271", "boleh mengirim bagi instansi ini: 6171,6271"}},
	{.name = "curve-key", .type = LANTIK_OPTION_TEXT, .argument = "Z85",
	 .help = {"its public key, the content of curve.pub", "kunci publiknya, isi curve.pub"}},
	{.name = "signing-key", .type = LANTIK_OPTION_TEXT, .argument = "VKEY",
	 .help = {"its verifier key, the content of sign.vkey", "kunci pemeriksanya, isi sign.vkey"}},
	{.name = NULL},
};

static const struct lantik_option revoke_options[] = {
	{.name = "key", .type = LANTIK_OPTION_TEXT, .argument = "Z85",
	 .help = {"only this CURVE key, not the whole office", "hanya kunci CURVE ini, bukan seluruh kantor"}},
	{.name = "reason", .type = LANTIK_OPTION_TEXT, .argument = "TEXT",
	 .help = {"why; kept for the audit", "alasannya; disimpan untuk audit"}},
	{.name = NULL},
};

static const struct lantik_option keygen_options[] = {
	{.name = "directory", .type = LANTIK_OPTION_TEXT, .argument = "DIR",
	 .help = {"where the four files are written; made when it is not there",
		  "tempat keempat berkas ditulis; dibuat bila belum ada"}},
	{.name = "origin", .type = LANTIK_OPTION_TEXT, .argument = "NAME",
	 .help = {"name of the ledger, as in migrate", "nama buku besar, seperti pada migrate"}},
	{.name = NULL},
};

const struct lantik_verb ctl_setup_verbs[] = {
	{.name = "migrate", .run = ctl_migrate, .options = migrate_options,
	 .summary = {"bring the database to the state that this program knows",
		     "bawa basis data ke keadaan yang dikenal program ini"},
	 .details = {"Makes the roles when they are absent, applies what is missing, each migration in its own "
		     "transaction, and writes rules and words. Repeating it is safe. The first time it needs a superuser, "
		     "or a role that may create roles and owns the database.",
		     "Membuat peran bila belum ada, menerapkan yang kurang, setiap migrasi dalam transaksinya sendiri, "
		     "lalu menulis aturan dan kata. Aman diulang. Pertama kali memerlukan superuser, atau peran yang boleh "
		     "membuat peran dan memiliki basis data."},
	 .examples = "lantikctl migrate --origin lantik.bkn.example/1\n"
		     "lantikctl migrate --database \"host=/run/postgresql dbname=lantik user=postgres\"\n"},
	{.name = "load", .run = ctl_load, .options = load_options, .arguments = "[FILE...]", .most_arguments = UINT_MAX,
	 .summary = {"load reference tables from CSV files", "muat tabel rujukan dari berkas CSV"},
	 .details = {"All files are loaded or none. A file is known by its first line; rows are added or changed, never "
		     "removed: valid_until ends a row. Tables with a period may have valid_from and valid_until.\n"
		     "  agencies             agency_code name level kanreg_id province_code\n"
		     "  regional offices     kanreg_id name seat [coverage]\n"
		     "  provinces they serve kanreg_id province_code [coverage]\n"
		     "  provinces            code name\n"
		     "  regencies            code province_code name\n"
		     "  districts            code regency_code name\n"
		     "  retired regions      code\n"
		     "  education levels     tk_pendidikan_id name\n"
		     "  minimum wages        region_code year monthly_wage_idr [coverage] [note]\n"
		     "  formations           kode_instansi programme kelompok_lapor quota [decided_on]\n"
		     "  targets              kanreg_id year target\n"
		     "  pay budgets          kode_instansi year amount\n"
		     "  parameters           name value\n"
		     "  severities           rule_case severity [kind] [step] [kode_instansi] [note]\n"
		     "  submission windows   programme step [kode_instansi] opens closes [grace_minutes] [coverage] [note]\n"
		     "  eligibility          programme [kode_instansi] terdata_non_asn ikut_cpns_2024\n"
		     "                       ikut_pppk_2024_lengkap [note]\n"
		     "  positions            jabatan_id name jenis_jabatan_id [min_tk_pendidikan_id] [min_golongan]\n"
		     "                       [max_golongan] [bup] [entry_age] [coverage]\n"
		     "  units                unor_id name kode_instansi\n"
		     "  programmes of study  pendidikan_id name\n"
		     "  education by group   kelompok_jabatan min_tk_pendidikan_id [coverage] [note]\n"
		     "  required documents   programme step type name\n"
		     "  categories           programme kategori result [note]\n"
		     "  status reasons       alasan_tolak_id meaning name\n"
		     "  holidays             date name\n"
		     "README.md beside the installed tables says what each column means.",
		     "Semua berkas dimuat atau tidak sama sekali. Berkas dikenali dari baris pertamanya; baris ditambah atau "
		     "diubah, tidak pernah dihapus: valid_until mengakhiri baris. Tabel berjangka boleh memiliki valid_from dan "
		     "valid_until.\n"
		     "  instansi             agency_code name level kanreg_id province_code\n"
		     "  kantor regional      kanreg_id name seat [coverage]\n"
		     "  provinsi layanannya  kanreg_id province_code [coverage]\n"
		     "  provinsi             code name\n"
		     "  kabupaten/kota       code province_code name\n"
		     "  kecamatan            code regency_code name\n"
		     "  wilayah lama         code\n"
		     "  tingkat pendidikan   tk_pendidikan_id name\n"
		     "  upah minimum         region_code year monthly_wage_idr [coverage] [note]\n"
		     "  formasi              kode_instansi programme kelompok_lapor quota [decided_on]\n"
		     "  target               kanreg_id year target\n"
		     "  anggaran upah        kode_instansi year amount\n"
		     "  parameter            name value\n"
		     "  tingkat temuan       rule_case severity [kind] [step] [kode_instansi] [note]\n"
		     "  jendela pengajuan    programme step [kode_instansi] opens closes [grace_minutes] [coverage] [note]\n"
		     "  kelayakan            programme [kode_instansi] terdata_non_asn ikut_cpns_2024\n"
		     "                       ikut_pppk_2024_lengkap [note]\n"
		     "  jabatan              jabatan_id name jenis_jabatan_id [min_tk_pendidikan_id] [min_golongan]\n"
		     "                       [max_golongan] [bup] [entry_age] [coverage]\n"
		     "  unit organisasi      unor_id name kode_instansi\n"
		     "  program studi        pendidikan_id name\n"
		     "  pendidikan kelompok  kelompok_jabatan min_tk_pendidikan_id [coverage] [note]\n"
		     "  dokumen wajib        programme step type name\n"
		     "  kategori             programme kategori result [note]\n"
		     "  alasan status        alasan_tolak_id meaning name\n"
		     "  hari libur           date name\n"
		     "README.md di samping tabel terpasang menjelaskan setiap kolom."},
	 .examples = "lantikctl load\n"
		     "lantikctl load formations-2026.csv targets-2026.csv\n"
		     "lantikctl load --test-regions\n"},
	{.name = "office add", .run = ctl_office_add, .options = add_options, .arguments = "NAME", .least_arguments = 1,
	 .most_arguments = 1,
	 .summary = {"let an office send batches, or add a key to one", "izinkan kantor mengirim, atau tambah kuncinya"},
	 .details = {"The office makes both keys by `lantik keygen` and tells the public halves. For an office that is "
		     "there already, a second pair of keys is added; the scope may then be left out.",
		     "Kantor membuat kedua kunci dengan `lantik keygen` dan memberitahukan bagian publiknya. Bagi kantor yang "
		     "sudah ada, pasangan kunci kedua ditambahkan; cakupan boleh dihilangkan."},
	 .examples = "lantikctl office add kanreg-03 --kanreg 03 --curve-key \"$(cat curve.pub)\" "
		     "--signing-key \"$(cat sign.vkey)\"\n"
		     "lantikctl office add bkpsdm-bandung --agencies 6171 --curve-key Z85 --signing-key VKEY\n"},
	{.name = "office list", .run = ctl_office_list,
	 .summary = {"show offices, their scopes and keys", "tampilkan kantor, cakupan, dan kuncinya"},
	 .examples = "lantikctl office list\nlantikctl office list --json\n"},
	{.name = "office revoke", .run = ctl_office_revoke, .options = revoke_options, .arguments = "[NAME]",
	 .most_arguments = 1,
	 .summary = {"cut off an office, or one stolen key", "putus akses kantor, atau satu kunci yang dicuri"},
	 .details = {"Running daemons follow within seconds; what was recorded stays. A revoked name or key is never used "
		     "again.",
		     "Daemon yang berjalan mengikuti dalam hitungan detik; yang sudah dicatat tetap ada. Nama atau kunci yang "
		     "dicabut tidak dipakai lagi."},
	 .examples = "lantikctl office revoke --key Z85 --reason \"laptop stolen\"\n"
		     "lantikctl office revoke kanreg-03 --reason \"office closed\"\n"},
	{.name = "status", .run = ctl_status,
	 .summary = {"the state in one word, then what the database holds",
		     "keadaan dalam satu kata, lalu isi basis data"},
	 .details = {"READY; TEST: holds the fictional province 99; STANDBY: a read-only copy; INCOMPLETE: origin, reference "
		     "tables or offices are missing; NOT-SET-UP: not migrated; UNREACHABLE.",
		     "READY: siap; TEST: memuat provinsi rekaan 99; STANDBY: salinan hanya-baca; INCOMPLETE: asal, tabel "
		     "rujukan, atau kantor belum ada; NOT-SET-UP: belum dimigrasi; UNREACHABLE: tak terhubung."},
	 .examples = "lantikctl status\nlantikctl status --json\n"},
	{.name = "keygen", .run = ctl_keygen, .options = keygen_options,
	 .summary = {"make the daemon's keys", "buat kunci daemon"},
	 .details = {"Writes lantikd.curve.key and receipt.key (secret, mode 0600), lantikd.curve.pub and receipt.vkey (for "
		     "the offices). Never overwrites a key.",
		     "Menulis lantikd.curve.key dan receipt.key (rahasia, mode 0600), lantikd.curve.pub dan receipt.vkey (bagi "
		     "kantor). Tidak pernah menimpa kunci."},
	 .examples = "lantikctl keygen --directory /etc/lantik/keys --origin lantik.bkn.example/1\n"},
	{.name = NULL},
};
/* clang-format on */
