/* The table of lantik's verbs with their options, help and examples.
 * SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include <limits.h>

#include "lantik/ledger.h"
#include "office.h"

/* clang-format off */
#define MANIFEST_OPTION                                                                                               \
	{.name = "manifest", .type = LANTIK_OPTION_TEXT, .argument = "FILE",                                           \
	 .help = {"the manifest; default: FILE.manifest instead of FILE.csv",                                          \
		  "manifes; bawaan: FILE.manifest menggantikan FILE.csv"}}
#define RECEIVED_OPTION                                                                                               \
	{.name = "received", .type = LANTIK_OPTION_TEXT, .argument = "DATE",                                           \
	 .help = {"check as if the centre received it on this date; default: today",                                   \
		  "periksa seolah pusat menerimanya pada tanggal ini; bawaan: hari ini"}}
#define ALL_OPTION                                                                                                    \
	{.name = "all-or-nothing",                                                                                     \
	 .help = {"take every row or none: one row that is not good refuses the file",                                 \
		  "terima semua baris atau tidak sama sekali: satu baris yang salah menolak berkas"}}
#define REPORT_OPTION                                                                                                 \
	{.name = "report",                                                                                             \
	 .help = {"write all findings to FILE.findings.csv", "tulis semua temuan ke FILE.findings.csv"}}
#define TIMEOUT_OPTION(standard)                                                                                      \
	{.name = "timeout", .type = LANTIK_OPTION_NUMBER, .argument = "SECONDS", .least = 1, .greatest = 604800,       \
	 .help = {"give up after this time (" standard "); repeating later is safe",                                   \
		  "berhenti setelah waktu ini (" standard "); aman diulang nanti"}}

static const struct lantik_option keygen_options[] = {
	{.name = "name", .type = LANTIK_OPTION_TEXT, .argument = "NAME",
	 .help = {"the office's name, for example kanreg-03", "nama kantor, misalnya kanreg-03"}},
	{.name = "next", .help = {"make new keys beside the present ones, which stay in use",
				  "buat kunci baru di samping yang sekarang, yang tetap dipakai"}},
	{.name = "switch", .help = {"begin to use the new keys, once the centre takes them",
				    "mulai memakai kunci baru, setelah diterima pusat"}},
	TIMEOUT_OPTION("20"),
	{0},
};

static const struct lantik_option init_options[] = {
	{.name = "endpoint", .type = LANTIK_OPTION_TEXT, .argument = "tcp://HOST:PORT",
	 .help = {"where the centre listens; several apart by commas", "alamat pusat; beberapa dipisah koma"}},
	{.name = "server-key", .type = LANTIK_OPTION_TEXT, .argument = "KEY|FILE",
	 .help = {"the centre's key for the connection", "kunci pusat untuk sambungan"}},
	{.name = "receipt-key", .type = LANTIK_OPTION_TEXT, .argument = "KEY|FILE",
	 .help = {"the centre's key for receipts", "kunci pusat untuk tanda terima"}},
	{.name = "recovery-key", .type = LANTIK_OPTION_TEXT, .argument = "KEY|FILE",
	 .help = {"the centre's key for changes of its receipt key", "kunci pusat untuk pergantian kunci tanda terimanya"}},
	{.name = "office", .type = LANTIK_OPTION_TEXT, .argument = "NAME",
	 .help = {"the office's name at the centre; default: of keygen", "nama kantor di pusat; bawaan: dari keygen"}},
	{0},
};

static const struct lantik_option sync_options[] = {TIMEOUT_OPTION("60"), {0}};

static const struct lantik_option check_options[] = {
	MANIFEST_OPTION,
	REPORT_OPTION,
	ALL_OPTION,
	RECEIVED_OPTION,
	{0},
};

static const struct lantik_option submit_options[] = {
	MANIFEST_OPTION,
	{.name = "rehearse",
	 .help = {"ask the centre what it would do; nothing is recorded", "tanyakan apa yang akan dilakukan pusat; tidak ada yang dicatat"}},
	ALL_OPTION,
	REPORT_OPTION,
	{.name = "anyway", .help = {"send even what will be refused whole", "kirim walaupun akan ditolak seluruhnya"}},
	{.name = "new-id",
	 .help = {"give a file that was sent before a new batch id", "beri nomor paket baru untuk berkas yang pernah dikirim"}},
	RECEIVED_OPTION,
	TIMEOUT_OPTION("600"),
	{0},
};

static const struct lantik_option verify_options[] = {
	{.name = "key", .type = LANTIK_OPTION_TEXT, .argument = "KEY|FILE",
	 .help = {"the centre's receipt key; default: the one of init",
		  "kunci tanda terima pusat; bawaan: dari init"}},
	{.name = "recovery-key", .type = LANTIK_OPTION_TEXT, .argument = "KEY|FILE",
	 .help = {"the centre's recovery key, beside --key", "kunci pemulihan pusat, bersama --key"}},
	{.name = "deed", .type = LANTIK_OPTION_TEXT, .argument = "FILE", .repeats = true,
	 .help = {"receipt of a deed about the centre's keys (HOME/deeds/*), in their order; may be repeated",
		  "tanda terima akta tentang kunci pusat (HOME/deeds/*), menurut urutannya; boleh diulang"}},
	{.name = "cosigner", .type = LANTIK_OPTION_TEXT, .argument = "KEY|FILE", .repeats = true,
	 .help = {"an auditor's key whose cosignature must be there; may be repeated",
		  "kunci auditor yang tanda tangan pendampingnya harus ada; boleh diulang"}},
	{.name = "body", .type = LANTIK_OPTION_TEXT, .argument = "FILE",
	 .help = {"the body that was sent (HOME/outbox/*/body), to be compared",
		  "isi yang dikirim (HOME/outbox/*/body), untuk dibandingkan"}},
	{.name = "record", .type = LANTIK_OPTION_NUMBER, .argument = "N", .least = 1, .greatest = LANTIK_MAX_RECORDS,
	 .help = {"what is proved of the batch's record N; with --body its values, too",
		  "apa yang terbukti tentang baris urutan N; dengan --body juga isinya"}},
	{0},
};

static const struct lantik_option status_options[] = {
	MANIFEST_OPTION,
	{.name = "offline", .help = {"do not ask the centre", "jangan bertanya ke pusat"}},
	TIMEOUT_OPTION("20"),
	{0},
};

static const struct lantik_option rules_options[] = {
	{.name = "markdown", .help = {"the whole list as a page", "seluruh daftar berupa halaman"}},
	{0},
};

static const struct lantik_option ping_options[] = {TIMEOUT_OPTION("20"), {0}};

static const struct lantik_option resend_options[] = {
	{.name = "since", .type = LANTIK_OPTION_TEXT, .argument = "LEAF|DATE",
	 .help = {"every batch recorded from this leaf or date on", "semua paket yang tercatat sejak daun atau tanggal ini"}},
	TIMEOUT_OPTION("600"),
	{0},
};

static const struct lantik_option reconcile_options[] = {TIMEOUT_OPTION("60"), {0}};

static const struct lantik_option common_options[] = {
	{.name = "home", .type = LANTIK_OPTION_TEXT, .argument = "DIR",
	 .help = {"folder of keys, settings and outbox; default $LANTIK_HOME or ~/.local/share/lantik",
		  "folder kunci, setelan, dan kotak keluar; bawaan $LANTIK_HOME atau ~/.local/share/lantik"}},
	{0},
};

static const struct lantik_verb verbs[] = {
	{.name = "check", .arguments = "FILE", .least_arguments = 1, .most_arguments = 1,
	 .summary = {"what is wrong with a spreadsheet, without sending it", "apa yang salah pada lembar kerja, tanpa mengirim"},
	 .details = {"Runs the centre's own rules over a CSV file and its manifest, offline. Good rows go in even when\n"
		     "others come back; a finding that refuses the whole file is said first.\n"
		     "Exit code 0 all good, 3 some rows would come back, 5 the whole file would be refused.",
		     "Menjalankan aturan pusat pada berkas CSV dan manifesnya, tanpa jaringan. Baris yang baik tetap masuk\n"
		     "walaupun yang lain dikembalikan; temuan yang menolak seluruh berkas disebut lebih dahulu.\n"
		     "Kode keluar 0 semua baik, 3 sebagian akan dikembalikan, 5 seluruh berkas akan ditolak."},
	 .examples = "lantik check usulan.csv\nlantik check --report usulan.csv",
	 .options = check_options, .run = lantik_check_main},
	{.name = "submit", .arguments = "FILE...", .least_arguments = 1, .most_arguments = UINT_MAX,
	 .summary = {"send spreadsheets and bring back receipts", "kirim lembar kerja dan ambil tanda terima"},
	 .details = {"Checks, sends, and sends again by itself until the centre's signed receipt is here and verified.\n"
		     "Repeating the command is always safe: a known file keeps its batch id, nothing is recorded twice.\n"
		     "The receipt is written to FILE.lantik-receipt. Rows that come back are written to FILE.returned.csv, with\n"
		     "the reason of each: correct them there and submit that file.\n"
		     "With --rehearse the centre only says what it would do: exit code as of check, nothing is recorded.",
		     "Memeriksa, mengirim, dan mengirim ulang sendiri sampai tanda terima pusat yang ditandatangani ada dan\n"
		     "terbukti sah. Mengulang perintah selalu aman: berkas yang dikenal tetap memakai nomor paketnya, tidak\n"
		     "ada yang tercatat dua kali. Tanda terima ditulis ke FILE.lantik-receipt. Baris yang dikembalikan ditulis\n"
		     "ke FILE.returned.csv beserta alasannya: perbaiki di sana, lalu kirim berkas itu.\n"
		     "Dengan --rehearse pusat hanya menyebut yang akan dilakukannya: kode keluar seperti check, tidak ada yang\n"
		     "dicatat."},
	 .examples = "lantik submit usulan.csv\nlantik submit --rehearse usulan.csv\nlantik submit usulan.csv.returned.csv",
	 .options = submit_options, .run = lantik_submit_main},
	{.name = "status", .arguments = "[FILE|BATCH-ID]", .most_arguments = 1,
	 .summary = {"where each batch stands", "keadaan setiap paket"},
	 .details = {"Lists what was sent from here, and asks the centre about what has no receipt yet and about rows that\n"
		     "were returned or wait for an official. Decisions are proved and kept beside the receipt. With FILE or\n"
		     "BATCH-ID every decision is told, and how each row stands that is not recorded; rows to correct are\n"
		     "written to FILE.returned.csv.",
		     "Menampilkan yang dikirim dari sini, dan bertanya ke pusat tentang yang belum ada tanda terimanya serta\n"
		     "baris yang dikembalikan atau menunggu pejabat. Keputusan dibuktikan dan disimpan di samping tanda\n"
		     "terima. Dengan FILE atau BATCH-ID setiap keputusan disebut, juga keadaan setiap baris yang tidak\n"
		     "tercatat; baris yang perlu diperbaiki ditulis ke FILE.returned.csv."},
	 .examples = "lantik status\nlantik status usulan.csv",
	 .options = status_options, .run = lantik_status_main},
	{.name = "reconcile", .summary = {"compare what the centre holds with what was sent from here",
					  "bandingkan yang dimiliki pusat dengan yang dikirim dari sini"},
	 .details = {"Asks the centre for every batch of this office, and compares it with the outbox: held by both, only at the\n"
		     "centre, only here, or with another outcome than the receipt proves.\n"
		     "Exit code 0 all the same, 3 something is to be fetched or sent, 8 the centre contradicts a receipt.",
		     "Menanyakan semua paket kantor ini kepada pusat, lalu membandingkannya dengan kotak keluar: ada di kedua\n"
		     "pihak, hanya di pusat, hanya di sini, atau hasilnya berbeda dari yang dibuktikan tanda terima.\n"
		     "Kode keluar 0 semua sama, 3 ada yang perlu diambil atau dikirim, 8 pusat bertentangan dengan tanda terima."},
	 .examples = "lantik reconcile\nlantik reconcile --json", .options = reconcile_options, .run = lantik_reconcile_main},
	{.name = "resend", .summary = {"send again what the centre may have lost", "kirim ulang yang mungkin hilang di pusat"},
	 .details = {"After the centre recovered its ledger: every batch whose receipt is of the part that it gave up, and what was\n"
		     "sent and never answered, with the same batch ids: nothing is recorded twice. Both receipts are kept.\n"
		     "With --since every batch from a leaf or a date on. Exit code 3: a row stands otherwise than before.",
		     "Setelah pusat memulihkan buku besarnya: setiap paket yang tanda terimanya dari bagian yang dilepaskan, dan\n"
		     "yang terkirim tanpa jawaban, dengan nomor paket yang sama: tidak ada yang tercatat dua kali. Kedua tanda\n"
		     "terima disimpan. Dengan --since semua paket sejak daun atau tanggal itu. Kode keluar 3: keadaan suatu\n"
		     "baris berubah."},
	 .examples = "lantik resend\nlantik resend --since 2025-10-01", .options = resend_options, .run = lantik_resend_main},
	{.name = "ping", .summary = {"does the centre answer, and is its ledger still the one that was seen",
				     "apakah pusat menjawab, dan apakah buku besarnya masih yang pernah dilihat"},
	 .details = {"Measures the way there and back, fetches the newest signed checkpoint, and proves that it continues the one\n"
		     "that this office saw last. Exit code 8: it does not (an older copy was put back, or entries were changed).",
		     "Mengukur waktu pulang pergi, mengambil checkpoint terbaru yang ditandatangani, dan membuktikan bahwa itu\n"
		     "kelanjutan dari yang terakhir dilihat kantor ini. Kode keluar 8: bukan (salinan lama dipasang kembali,\n"
		     "atau ada entri yang diubah)."},
	 .examples = "lantik ping", .options = ping_options, .run = lantik_ping_main},
	{.name = "verify", .arguments = "[RECEIPT]", .most_arguments = 1,
	 .summary = {"prove receipts, offline", "buktikan tanda terima, tanpa jaringan"},
	 .details = {"RECEIPT is of a batch, a decision or a deed, or a signed checkpoint. It says what was proved and what was not.\n"
		     "Without it every receipt of the outbox is proved against its batch, and every decision.\n"
		     "Exit code 8: not proved.",
		     "RECEIPT adalah tanda terima paket, keputusan, atau akta, atau checkpoint yang ditandatangani. Disebutkan apa\n"
		     "yang terbukti dan apa yang tidak. Tanpa itu semua tanda terima dan keputusan di kotak keluar dibuktikan\n"
		     "terhadap paketnya. Kode keluar 8: tidak terbukti."},
	 .examples = "lantik verify usulan.csv.lantik-receipt\n"
		     "lantik verify --body body --record 5 usulan.csv.lantik-receipt\n"
		     "lantik verify --key centre.vkey usulan.csv.lantik-receipt",
	 .options = verify_options, .run = lantik_verify_main},
	{.name = "sync", .summary = {"fetch the centre's current rulebook", "ambil buku aturan pusat yang terbaru"},
	 .details = {"Only when it is another one than here: nothing is sent over a slow line for nothing.",
		     "Hanya bila berbeda dari yang ada di sini: saluran lambat tidak dibebani percuma."},
	 .examples = "lantik sync", .options = sync_options, .run = lantik_sync_main},
	{.name = "rules", .arguments = "[RULE]", .most_arguments = 1,
	 .summary = {"the list of rules, or everything about one", "daftar aturan, atau segala sesuatu tentang satu aturan"},
	 .details = {"The severities are defaults; the centre's rulebook may give others.",
		     "Tingkatnya bawaan; buku aturan pusat dapat memberi tingkat lain."},
	 .examples = "lantik rules\nlantik rules N05", .options = rules_options, .run = lantik_rules_main},
	{.name = "keygen", .summary = {"make this office's keys, or new ones in their place", "buat kunci kantor ini, atau penggantinya"},
	 .details = {"Never overwrites a key. Prints the line that the operator at the centre needs.\n"
		     "New keys in place of old ones: --next makes them, the operator adds them, --switch begins to use them.\n"
		     "In between both count, so that nothing has to wait.",
		     "Tidak pernah menimpa kunci. Menampilkan baris yang diperlukan operator di pusat.\n"
		     "Mengganti kunci: --next membuat yang baru, operator menambahkannya, --switch mulai memakainya. Di antaranya\n"
		     "keduanya berlaku, sehingga tidak ada yang perlu menunggu."},
	 .examples = "lantik keygen --name kanreg-03\nlantik keygen --next\nlantik keygen --switch", .options = keygen_options, .run = lantik_keygen_main},
	{.name = "init", .summary = {"say where the centre is and which keys it has", "atur alamat dan kunci pusat"},
	 .details = {"What is not given stays as it is.", "Yang tidak diberikan tetap seperti semula."},
	 .examples = "lantik init --endpoint tcp://lantik.example:5570 --server-key centre.pub --receipt-key centre.vkey --recovery-key recovery.vkey",
	 .options = init_options, .run = lantik_init_main},
	{.name = "config", .arguments = "[NAME=VALUE...]", .most_arguments = UINT_MAX,
	 .summary = {"show or change settings", "tampilkan atau ubah setelan"},
	 .examples = "lantik config\nlantik config endpoint=tcp://lantik.example:5570", .run = lantik_config_main},
	{.name = "sample", .arguments = "FILE", .most_arguments = 1,
	 .summary = {"make a synthetic batch of fictional people", "buat paket sintetis dengan orang rekaan"},
	 .examples = "lantik sample --rows 100 coba.csv\nlantik sample --defects all coba.csv",
	 .options = lantik_sample_options, .run = lantik_sample_main},
	{0},
};

const struct lantik_program lantik_office_program = {
	.name = "lantik",
	.summary = {"check appointment batches, send them, prove that they were recorded",
		    "periksa paket usulan pengangkatan, kirim, dan buktikan pencatatannya"},
	.examples = "lantik check FILE\nlantik submit FILE\nlantik status",
	.verbs = verbs,
	.options = common_options,
};
/* clang-format on */
