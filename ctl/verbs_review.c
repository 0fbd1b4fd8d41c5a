/* The verbs by which officials decide and returned records are judged again: options, help and examples.
 * SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>

#include "ctl.h"

/* clang-format off */
#define OFFICE_OPTION \
	{.name = "office", .type = LANTIK_OPTION_TEXT, .argument = "NAME", \
	 .help = {"of this office only", "kantor ini saja"}}
#define AGENCY_OPTION \
	{.name = "agency", .type = LANTIK_OPTION_TEXT, .argument = "CODE", \
	 .help = {"of this agency only: 6171", "instansi ini saja: 6171"}}
#define OFFICIAL_OPTIONS \
	{.name = "official", .type = LANTIK_OPTION_TEXT, .argument = "NAME", \
	 .help = {"the official who decides; stands in the office's receipt", \
		  "pejabat yang memutuskan; tercantum di tanda terima kantor"}}, \
	{.name = "position", .type = LANTIK_OPTION_TEXT, .argument = "TEXT", \
	 .help = {"the official's position", "jabatan pejabat itu"}}, \
	{.name = "reason", .type = LANTIK_OPTION_TEXT, .argument = "TEXT", \
	 .help = {"why, in one line; the office reads it", "alasannya, satu baris; dibaca kantor"}}, \
	{.name = "timeout", .type = LANTIK_OPTION_NUMBER, .argument = "S", .least = 0, .greatest = 86400, \
	 .help = {"wait so many seconds for lantikd (30)", "tunggu lantikd sekian detik (30)"}}

static const struct lantik_option list_options[] = {
	OFFICE_OPTION, AGENCY_OPTION,
	{.name = "rule", .type = LANTIK_OPTION_TEXT, .argument = "RULE",
	 .help = {"for this rule or case only: K05, N08.other_kind", "aturan atau kasus ini saja: K05, N08.other_kind"}},
	{.name = NULL},
};

static const struct lantik_option show_options[] = {
	{.name = "office", .type = LANTIK_OPTION_TEXT, .argument = "NAME",
	 .help = {"whose batch, when two offices use the same id", "kantor pemilik paket, bila dua kantor memakai nomor sama"}},
	{.name = NULL},
};

static const struct lantik_option decide_options[] = {
	OFFICIAL_OPTIONS,
	{.name = "office", .type = LANTIK_OPTION_TEXT, .argument = "NAME",
	 .help = {"whose batch, when two offices use the same id", "kantor pemilik paket, bila dua kantor memakai nomor sama"}},
	{.name = NULL},
};

static const struct lantik_option reject_options[] = {
	OFFICIAL_OPTIONS,
	{.name = "office", .type = LANTIK_OPTION_TEXT, .argument = "NAME",
	 .help = {"whose batch, when two offices use the same id", "kantor pemilik paket, bila dua kantor memakai nomor sama"}},
	{.name = "yes", .type = LANTIK_OPTION_FLAG,
	 .help = {"do not ask: the rejection is meant", "jangan bertanya: penolakan memang dimaksudkan"}},
	{.name = NULL},
};

static const struct lantik_option returned_options[] = {
	OFFICE_OPTION, AGENCY_OPTION,
	{.name = "since", .type = LANTIK_OPTION_TEXT, .argument = "DATE",
	 .help = {"returned on this day or later: 2025-11-01", "dikembalikan sejak hari ini: 2025-11-01"}},
	{.name = "cause", .type = LANTIK_OPTION_TEXT, .argument = "TEXT",
	 .help = {"a rule, a case, or a whole cause as shown", "aturan, kasus, atau seluruh sebab seperti ditampilkan"}},
	{.name = "all", .type = LANTIK_OPTION_FLAG,
	 .help = {"also those that were corrected or decided since", "juga yang sudah diperbaiki atau diputuskan"}},
	{.name = NULL},
};

static const struct lantik_option replay_options[] = {
	{.name = "cause", .type = LANTIK_OPTION_TEXT, .argument = "TEXT",
	 .help = {"every open record whose cause names this rule or case", "semua baris terbuka yang sebabnya menyebut aturan atau kasus ini"}},
	{.name = "batch", .type = LANTIK_OPTION_TEXT, .argument = "ID",
	 .help = {"the open records of this batch", "baris terbuka paket ini"}},
	{.name = "records", .type = LANTIK_OPTION_TEXT, .argument = "LIST",
	 .help = {"of them, these: 3,7-9 (default all)", "di antaranya: 3,7-9 (bawaan semua)"}},
	{.name = "dry-run", .type = LANTIK_OPTION_FLAG,
	 .help = {"show what would change (default)", "tampilkan yang akan berubah (bawaan)"}},
	{.name = "apply", .type = LANTIK_OPTION_FLAG,
	 .help = {"have lantikd carry it out", "minta lantikd melaksanakannya"}},
	OFFICIAL_OPTIONS,
	{.name = "office", .type = LANTIK_OPTION_TEXT, .argument = "NAME",
	 .help = {"whose batch, when two offices use the same id", "kantor pemilik paket, bila dua kantor memakai nomor sama"}},
	{.name = NULL},
};

#define DECIDE_DETAILS_EN \
	" RECORD is a list such as 3,7-9, or all for every record of the batch that waits. lantikd carries it out, with a " \
	"leaf in the ledger and a receipt for the office. If lantikd does not answer in time the request stays: see " \
	"`review status`. Exit codes: 0 done, 4 not answered yet, 5 refused. Needs lantik_reviewer."
#define DECIDE_DETAILS_ID \
	" BARIS berupa daftar seperti 3,7-9, atau all untuk semua baris paket yang menunggu. lantikd melaksanakannya, dengan " \
	"daun di buku besar dan tanda terima bagi kantor. Bila lantikd tidak menjawab pada waktunya, permintaan tetap ada: " \
	"lihat `review status`. Kode keluar: 0 selesai, 4 belum dijawab, 5 ditolak. Perlu lantik_reviewer."

const struct lantik_verb ctl_review_verbs[] = {
	{.name = "review list", .run = ctl_review_list, .options = list_options,
	 .summary = {"show what waits for an official", "tampilkan yang menunggu pejabat"},
	 .details = {"By batch, with the record numbers as the other verbs take them. Nothing of a person is shown.",
		     "Per paket, dengan nomor baris seperti dipakai perintah lain. Tidak memuat data orang."},
	 .examples = "lantikctl review list\nlantikctl review list --agency 6171 --rule K05\n"},
	{.name = "review show", .run = ctl_review_show, .options = show_options, .arguments = "BATCH RECORD",
	 .least_arguments = 2, .most_arguments = 2,
	 .summary = {"show one record with its values", "tampilkan satu baris beserta isinya"},
	 .details = {"What was found, what was decided before, and the record as the office sent it. It shows personal data. "
		     "Needs lantik_reviewer.",
		     "Temuan, keputusan sebelumnya, dan isi baris seperti dikirim kantor. Memuat data pribadi. Perlu "
		     "lantik_reviewer."},
	 .examples = "lantikctl review show 019a1b2c-0000-7000-8000-000000000000 3\n"},
	{.name = "review accept", .run = ctl_review_accept, .options = decide_options, .arguments = "BATCH RECORD...",
	 .least_arguments = 2, .most_arguments = UINT_MAX,
	 .summary = {"accept records that wait (MS)", "terima baris yang menunggu (MS)"},
	 .details = {"They go into the register. What the register itself forbids is refused." DECIDE_DETAILS_EN,
		     "Baris masuk ke register. Yang dilarang register sendiri akan ditolak." DECIDE_DETAILS_ID},
	 .examples = "lantikctl review accept 019a1b2c-0000-7000-8000-000000000000 3,7-9 --official \"NAME\" --position \"TEXT\" "
		     "--reason \"TEXT\"\n"},
	{.name = "review return", .run = ctl_review_return, .options = decide_options, .arguments = "BATCH RECORD...",
	 .least_arguments = 2, .most_arguments = UINT_MAX,
	 .summary = {"give records that wait back (BTS)", "kembalikan baris yang menunggu (BTS)"},
	 .details = {"The office corrects them and sends them again." DECIDE_DETAILS_EN,
		     "Kantor memperbaiki dan mengirimnya lagi." DECIDE_DETAILS_ID},
	 .examples = "lantikctl review return 019a1b2c-0000-7000-8000-000000000000 all --official \"NAME\" --reason \"TEXT\"\n"},
	{.name = "review reject", .run = ctl_review_reject, .options = reject_options, .arguments = "BATCH RECORD...",
	 .least_arguments = 2, .most_arguments = UINT_MAX,
	 .summary = {"reject records that wait (TMS)", "tolak baris yang menunggu (TMS)"},
	 .details = {"The person's appointment of this kind and programme ends here: TMS, which cannot be taken back. On a "
		     "terminal it is asked for; elsewhere --yes is needed." DECIDE_DETAILS_EN,
		     "Pengangkatan orang itu untuk jenis dan program ini berakhir: TMS, tidak dapat ditarik kembali. Di "
		     "terminal ditanyakan dahulu; di tempat lain perlu --yes." DECIDE_DETAILS_ID},
	 .examples = "lantikctl review reject 019a1b2c-0000-7000-8000-000000000000 3 --official \"NAME\" --reason \"TEXT\"\n"},
	{.name = "review status", .run = ctl_review_status, .arguments = "[REQUEST]", .most_arguments = 1,
	 .summary = {"what became of a request to lantikd", "hasil suatu permintaan kepada lantikd"},
	 .details = {"Without a number: the requests that lantikd has not carried out yet (exit code 4 when there are any).",
		     "Tanpa nomor: permintaan yang belum dilaksanakan lantikd (kode keluar 4 bila ada)."},
	 .examples = "lantikctl review status 17\nlantikctl review status\n"},
	{.name = "returned", .run = ctl_returned, .options = returned_options,
	 .summary = {"group returned records by cause", "kelompokkan baris dikembalikan menurut sebab"},
	 .details = {"Over all batches: how many records of how many batches and offices, since when, and what each case says. "
		     "Those that were corrected, accepted or rejected since are left out.",
		     "Dari semua paket: berapa baris, paket, dan kantor, sejak kapan, dan isi setiap kasus. Yang sudah "
		     "diperbaiki, diterima, atau ditolak tidak dihitung."},
	 .examples = "lantikctl returned\nlantikctl returned --agency 6171 --since 2025-11-01\n"},
	{.name = "replay", .run = ctl_replay, .options = replay_options,
	 .summary = {"judge open records again by the present rulebook", "uji ulang baris terbuka dengan buku aturan kini"},
	 .details = {"Open records are those returned and not corrected, and those that wait. They are judged as of the time at "
		     "which they were received. Without --apply nothing changes: it is shown what would become of them, and "
		     "which rules only lantikd can judge. --apply asks lantikd for those that would change, one request a "
		     "batch. Exit codes: 0 done, 3 some are still returned or wait, 4 not answered yet, 5 refused. Needs "
		     "lantik_reviewer.",
		     "Baris terbuka ialah yang dikembalikan dan belum diperbaiki, dan yang menunggu. Baris diuji menurut "
		     "waktu penerimaannya. Tanpa --apply tidak ada yang berubah: ditampilkan hasilnya nanti, dan aturan yang "
		     "hanya dapat diuji lantikd. --apply meminta lantikd melaksanakan yang akan berubah, satu permintaan per "
		     "paket. Kode keluar: 0 selesai, 3 sebagian tetap dikembalikan atau menunggu, 4 belum dijawab, 5 "
		     "ditolak. Perlu lantik_reviewer."},
	 .examples = "lantikctl replay --cause J04.unknown\n"
		     "lantikctl replay --cause B06.closed --apply --official \"NAME\" --position \"TEXT\" --reason \"TEXT\"\n"
		     "lantikctl replay --batch 019a1b2c-0000-7000-8000-000000000000 --records 3,7-9\n"},
	{.name = NULL},
};
/* clang-format on */
