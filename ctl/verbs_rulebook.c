/* The verbs about the rulebook: options, help and examples.
 * SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>

#include "ctl.h"

/* clang-format off */
static const struct lantik_option export_options[] = {
	{.name = "with", .type = LANTIK_OPTION_TEXT, .argument = "FILE", .repeats = true,
	 .help = {"as it would be once this CSV file was loaded", "seperti bila berkas CSV ini dimuat"}},
	{.name = NULL},
};

static const struct lantik_option try_options[] = {
	{.name = "days", .type = LANTIK_OPTION_NUMBER, .argument = "N", .least = 1, .greatest = 36500,
	 .help = {"batches received in the last N days (30)", "paket yang diterima N hari terakhir (30)"}},
	{.name = "office", .type = LANTIK_OPTION_TEXT, .argument = "NAME",
	 .help = {"of this office only", "kantor ini saja"}},
	{.name = NULL},
};

const struct lantik_verb ctl_rulebook_verbs[] = {
	{.name = "rulebook show", .run = ctl_rulebook_show, .arguments = "[DIGEST]", .most_arguments = 1,
	 .summary = {"tables, windows, severities and parameters", "tabel, jendela, tingkat, dan parameter"},
	 .details = {"Of the rulebook in force, or of an earlier one by the beginning of its digest.",
		     "Dari buku aturan yang berlaku, atau yang terdahulu menurut awal digestnya."},
	 .examples = "lantikctl rulebook show\nlantikctl rulebook show ca78ede5\n"},
	{.name = "rulebook list", .run = ctl_rulebook_list,
	 .summary = {"the rulebooks that were in force", "buku aturan yang pernah berlaku"},
	 .details = {"The last one first, with how many batches and decisions each one judged.",
		     "Yang terakhir lebih dahulu, dengan jumlah paket dan keputusan yang diujinya."},
	 .examples = "lantikctl rulebook list\n"},
	{.name = "rulebook export", .run = ctl_rulebook_export, .options = export_options, .arguments = "[DIGEST]",
	 .most_arguments = 1,
	 .summary = {"print the text of a rulebook", "cetak teks buku aturan"},
	 .details = {"Byte for byte, so that sha256sum gives the digest that verdicts name. --with shows it as it would be with "
		     "other tables; nothing is loaded. It needs lantik_operator.",
		     "Bita demi bita, sehingga sha256sum memberi digest yang disebut putusan. --with menampilkannya dengan "
		     "tabel lain; tidak ada yang dimuat. Opsi ini perlu lantik_operator."},
	 .examples = "lantikctl rulebook export | sha256sum\n"
		     "lantikctl rulebook export --with windows.csv > new.txt\n"},
	{.name = "rulebook try", .run = ctl_rulebook_try, .options = try_options, .arguments = "FILE...",
	 .least_arguments = 1, .most_arguments = UINT_MAX,
	 .summary = {"what another rulebook would change", "yang akan diubah buku aturan lain"},
	 .details = {"FILEs are the CSV files that `load` takes, or one text of `rulebook export`. The stored batches are judged "
		     "by the rulebook in force and by the other one in the same way, each as of the time at which it was "
		     "received, and the difference is shown: per office and case, and what would become of records. Nothing "
		     "is loaded or changed. Rules that need the register are not run; they are listed. Exit codes: 0 nothing "
		     "would change, 3 something would. Needs lantik_reviewer, with CSV files lantik_operator, too.",
		     "BERKAS ialah berkas CSV seperti pada `load`, atau satu teks `rulebook export`. Paket tersimpan diuji "
		     "dengan buku aturan yang berlaku dan dengan yang lain secara sama, masing-masing menurut waktu "
		     "penerimaannya, lalu perbedaannya ditampilkan: per kantor dan kasus, dan hasil baris. Tidak ada yang "
		     "dimuat atau diubah. Aturan yang memerlukan register tidak dijalankan; semuanya disebutkan. Kode "
		     "keluar: 0 tidak ada yang berubah, 3 ada. Perlu lantik_reviewer, dengan berkas CSV juga "
		     "lantik_operator."},
	 .examples = "lantikctl rulebook try windows.csv\nlantikctl rulebook try --days 90 --office kanreg-03 severities.csv\n"
		     "lantikctl rulebook try new.txt\n"},
	{.name = NULL},
};
/* clang-format on */
