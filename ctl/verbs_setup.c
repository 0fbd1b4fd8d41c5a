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
	{.name = "status", .run = ctl_status,
	 .summary = {"the state in one word, then what the database holds",
		     "keadaan dalam satu kata, lalu isi basis data"},
	 .details = {"READY; TEST: holds the fictional province 99; STANDBY: a read-only copy; INCOMPLETE: origin, reference "
		     "tables or offices are missing; FORK: the ledger lost leaves that were signed; NOT-SET-UP: not migrated; "
		     "UNREACHABLE.",
		     "READY: siap; TEST: memuat provinsi rekaan 99; STANDBY: salinan hanya-baca; INCOMPLETE: asal, tabel "
		     "rujukan, atau kantor belum ada; FORK: buku besar kehilangan daun yang sudah ditandatangani; NOT-SET-UP: belum "
		     "dimigrasi; UNREACHABLE: tak terhubung."},
	 .examples = "lantikctl status\nlantikctl status --json\n"},
	{.name = NULL},
};
/* clang-format on */
