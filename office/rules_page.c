/* Makes docs/rules.md out of the table of rules.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rules_page.h"

#include <string.h>

#define ALL_KINDS ((1u << LANTIK_KIND_END) - 2)
#define ALL_STEPS ((1u << LANTIK_STEP_END) - 2)

static const char head[] =
	"# The rules\n"
	"\n"
	"Made by `lantik rules --markdown > docs/rules.md` out of `include/lantik/rules.def`; a test compares the "
	"two.\n"
	"\n"
	"## How to read it\n"
	"\n"
	"A rule has a code, `N05`, and one or more cases, the ways to break it: `N05.birth_date`. Verdicts, reports "
	"and the "
	"database name the case. Office and centre run the same rules with the same rulebook, so that `lantik check` "
	"says "
	"beforehand what the centre will say.\n"
	"\n"
	"The severity says what a case does:\n"
	"\n"
	"| severity | letter | what happens |\n"
	"|---|---|---|\n"
	"| FATAL | F | the whole batch is refused; nothing of it goes into the register |\n"
	"| ERROR | E | the record is returned (BTS); the others go in |\n"
	"| REVIEW | R | the record waits until a named official decides; a machine never gives the final no (TMS) |\n"
	"| WARN | W | the record goes in, and the finding is recorded |\n"
	"\n"
	"The severities on this page are *defaults*. The rulebook may give a case another one, or turn it off, for a "
	"kind, a "
	"step or an agency, and for a time; the letter in the verdict is the one by which it was judged. Not "
	"everything can be "
	"made milder: what the register cannot hold, or what would let a record out of its agency, stays what it is, "
	"and what "
	"is said of a whole batch is FATAL, WARN or off. A rule that needs a table which the rulebook does not have, "
	"or a line "
	"for this programme, step or agency, is silent; verdict and report list it as not checked. What rests on a row "
	"of the "
	"rulebook that is marked unverified warns at most.\n"
	"\n"
	"The mark says where a rule comes from: **S** sourced (a public text says so, mostly press about a legal "
	"text), **D** "
	"derived from sourced facts, **U** an unverified default that an operator should look at.\n"
	"\n"
	"## Cara membaca\n"
	"\n"
	"Setiap aturan memiliki kode, `N05`, dan satu atau beberapa kasus, yaitu cara melanggarnya: `N05.birth_date`. "
	"Putusan, "
	"laporan, dan basis data menyebut kasusnya. Kantor dan pusat menjalankan aturan yang sama dengan buku aturan "
	"yang sama, "
	"sehingga `lantik check` sudah mengatakan lebih dahulu apa yang akan dikatakan pusat.\n"
	"\n"
	"| tingkat | huruf | akibat |\n"
	"|---|---|---|\n"
	"| FATAL | F | seluruh paket ditolak; tidak ada yang masuk register |\n"
	"| ERROR | E | baris dikembalikan (BTS); baris lain tetap masuk |\n"
	"| REVIEW | R | baris menunggu keputusan pejabat yang disebut namanya; mesin tidak pernah memutuskan TMS |\n"
	"| WARN | W | baris masuk, temuannya dicatat |\n"
	"\n"
	"Tingkat pada halaman ini adalah *bawaan*. Buku aturan dapat memberi tingkat lain atau mematikan suatu kasus "
	"untuk jenis, "
	"tahap, atau instansi tertentu dan untuk masa tertentu; huruf dalam putusan adalah tingkat yang dipakai. Tidak "
	"semua dapat "
	"diringankan: yang tidak dapat disimpan register dan yang mengeluarkan baris dari instansinya tetap seperti "
	"semula, dan "
	"yang menyangkut seluruh paket hanya FATAL, WARN, atau mati. Aturan yang tabelnya, atau baris tabelnya untuk "
	"program, "
	"tahap, atau instansi itu, tidak ada dalam buku aturan tidak diperiksa; putusan dan laporan menyebutkannya. "
	"Temuan yang "
	"bersandar pada baris buku aturan bertanda belum dipastikan paling berat berupa peringatan.\n"
	"\n"
	"Tanda menunjukkan asal aturan: **S** bersumber, **D** disimpulkan dari fakta bersumber, **U** bawaan yang "
	"belum "
	"dipastikan.\n";

/* By the first letter of the code, in the order of the table. */
static const struct {
	char letter;
	const char *title;
} subjects[] = {
	{'B', "Batch · Paket"},
	{'T', "Text and names · Teks dan nama"},
	{'N', "NIK"},
	{'P', "NIP and NI PPPK · NIP dan NI PPPK"},
	{'K', "Participation · Kepesertaan"},
	{'D', "Dates, age and agreement · Tanggal, usia, dan perjanjian"},
	{'J', "Position, education and grade · Jabatan, pendidikan, dan golongan"},
	{'W', "Pay · Upah"},
	{'S', "Papers and order · Surat dan urutan"},
};

const char *lantik_layer_name(enum lantik_layer layer)
{
	static const char *const names[] = {"file", "row", "batch", "central"};
	return names[layer];
}

const char *lantik_layer_text(enum lantik_layer layer, enum lantik_language language)
{
	static const char *const texts[][2] = {[LANTIK_LAYER_FILE] = {"by the office, on the text of the sheet",
						       "oleh kantor, pada teks lembar kerja"},
		[LANTIK_LAYER_ROW] = {"by office and centre, on one record", "oleh kantor dan pusat, pada satu baris"},
		[LANTIK_LAYER_BATCH] = {"by office and centre, on the whole batch",
			"oleh kantor dan pusat, pada seluruh paket"},
		[LANTIK_LAYER_CENTRAL] = {
			"by the centre alone, with the register", "oleh pusat saja, dengan register"}};
	return texts[layer][language];
}

const char *lantik_certainty_text(char certainty, enum lantik_language language)
{
	static const char *const texts[][2] = {{"sourced", "bersumber"},
		{"derived from sourced facts", "disimpulkan dari fakta bersumber"},
		{"unverified default", "bawaan yang belum dipastikan"}};
	return texts[certainty == 'S' ? 0 : certainty == 'D' ? 1 : 2][language];
}

const char *lantik_severity_text(enum lantik_severity severity, enum lantik_language language)
{
	static const char *const texts[][2] = {[LANTIK_FATAL] = {"refuses the batch", "paket ditolak"},
		[LANTIK_ERROR_ROW] = {"returned", "dikembalikan"},
		[LANTIK_REVIEW] = {"waits for an official", "menunggu pejabat"},
		[LANTIK_WARN] = {"warning", "peringatan"}};
	return texts[severity][language];
}

void lantik_bits_text(enum lantik_word_list list, unsigned bits, unsigned all, enum lantik_language language,
	struct lantik_buffer *ret)
{
	const char *word;
	const char *separator = "";
	if (bits == all) {
		lantik_buffer_printf(ret, "%s", language == LANTIK_ENGLISH ? "all" : "semua");
		return;
	}
	for (int32_t code = 1; (word = lantik_word(list, code, LANTIK_ENGLISH)) != NULL; code++) {
		if ((bits >> code & 1) == 0)
			continue;
		lantik_buffer_printf(ret, "%s%s", separator, word);
		separator = " ";
	}
}

static void append_rule(const struct lantik_rule *rule, struct lantik_buffer *ret)
{
	lantik_buffer_printf(ret, "\n### %s %s\n\n*%s*\n\n", rule->code, rule->title[LANTIK_ENGLISH],
		rule->title[LANTIK_INDONESIAN]);
	lantik_buffer_printf(ret, "Judged %s. Kinds: ", lantik_layer_text(rule->layer, LANTIK_ENGLISH));
	lantik_bits_text(LANTIK_WORDS_kind, rule->kinds, ALL_KINDS, LANTIK_ENGLISH, ret);
	lantik_buffer_printf(ret, ". Steps: ");
	lantik_bits_text(LANTIK_WORDS_step, rule->steps, ALL_STEPS, LANTIK_ENGLISH, ret);
	lantik_buffer_printf(ret, ". **%c**: %s.\n", rule->certainty, rule->source);
}

static void append_case(enum lantik_case_id id, struct lantik_buffer *ret)
{
	static const char *const words[] = {"", "FATAL", "ERROR", "REVIEW", "WARN"};
	const struct lantik_case *item = lantik_case_of(id);
	char name[64];
	lantik_case_format(id, name);
	lantik_buffer_printf(ret, "| `%s` | %s | %s<br>*%s* |\n", name, words[item->severity],
		item->expected[LANTIK_ENGLISH], item->expected[LANTIK_INDONESIAN]);
}

static void append_cases(const struct lantik_rule *rule, struct lantik_buffer *ret)
{
	bool any = false;
	for (unsigned id = 0; id < LANTIK_CASE_COUNT; id++) {
		if (lantik_case_of((enum lantik_case_id)id)->rule != rule)
			continue;
		if (!any)
			lantik_buffer_printf(
				ret, "\n| case | default | what was expected, and what to do |\n|---|---|---|\n");
		any = true;
		append_case((enum lantik_case_id)id, ret);
	}
	if (!any)
		lantik_buffer_printf(ret, "\nNothing breaks it; it stands here because others ask for it.\n");
}

void lantik_rules_page(struct lantik_buffer *ret)
{
	lantik_buffer_printf(ret, "%s", head);
	for (size_t i = 0; i < LANTIK_COUNT(subjects); i++) {
		lantik_buffer_printf(ret, "\n## %s\n", subjects[i].title);
		for (size_t at = 0; at < lantik_rule_count; at++) {
			if (lantik_rules[at].code[0] != subjects[i].letter)
				continue;
			append_rule(&lantik_rules[at], ret);
			append_cases(&lantik_rules[at], ret);
		}
	}
}
