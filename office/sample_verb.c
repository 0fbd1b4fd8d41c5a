/* `lantik sample`: a synthetic batch as files, for trying things out and for tests.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "lantik/codec.h"
#include "office.h"
#include "sample.h"

#define MEASURED_ROWS 500u
#define PLAN_BUDGET (256u * 1024)
#define RECORD_BUDGET (64u * 1024)
#define MAX_PATH_LENGTH 4096

/* clang-format off */
const struct lantik_option lantik_sample_options[] = {
	{.name = "kind", .type = LANTIK_OPTION_TEXT, .argument = "KIND",
	 .help = {"PPPK_PW (default), PPPK, CPNS, PNS or JF", "PPPK_PW (bawaan), PPPK, CPNS, PNS, atau JF"}},
	{.name = "step", .type = LANTIK_OPTION_TEXT, .argument = "STEP",
	 .help = {"NI, SK, PERJANJIAN, SPMT or PELANTIKAN; default: the first of the kind",
		  "NI, SK, PERJANJIAN, SPMT, atau PELANTIKAN; bawaan: tahap pertama jenis itu"}},
	{.name = "agency", .type = LANTIK_OPTION_TEXT, .argument = "CODE",
	 .help = {"BKN's 4-digit code of the agency; default 6171", "kode instansi BKN, 4 angka; bawaan 6171"}},
	{.name = "kanreg", .type = LANTIK_OPTION_TEXT, .argument = "ID",
	 .help = {"regional office, 2 digits; default: by the agency's code",
		  "Kantor Regional, 2 angka; bawaan: menurut kode instansi"}},
	{.name = "rows", .type = LANTIK_OPTION_NUMBER, .argument = "N", .least = 1, .greatest = LANTIK_MAX_RECORDS,
	 .help = {"records; default 100, or the sum of --groups or --positions",
		  "jumlah baris; bawaan 100, atau jumlah dari --groups atau --positions"}},
	{.name = "groups", .type = LANTIK_OPTION_TEXT, .argument = "guru=N,...",
	 .help = {"records of each reporting group: guru, kesehatan, teknis", "jumlah baris tiap kelompok lapor: guru, kesehatan, teknis"}},
	{.name = "in-person", .type = LANTIK_OPTION_TEXT, .argument = "guru=N,...",
	 .help = {"people of each group who sign in person; the others sign online (from step PERJANJIAN on)",
		  "orang tiap kelompok yang tanda tangan langsung; lainnya daring (mulai tahap PERJANJIAN)"}},
	{.name = "positions", .type = LANTIK_OPTION_TEXT, .argument = "NAME=N,...",
	 .help = {"records of each position, for example auditor=10,perencana=7",
		  "jumlah baris tiap jabatan, misalnya auditor=10,perencana=7"}},
	{.name = "seed", .type = LANTIK_OPTION_NUMBER, .argument = "N", .least = 0, .greatest = INT64_MAX,
	 .help = {"seed and number are the person, in every step; default 1",
		  "benih dan nomor menentukan orangnya, pada setiap tahap; bawaan 1"}},
	{.name = "first", .type = LANTIK_OPTION_NUMBER, .argument = "N", .least = 0, .greatest = LANTIK_SAMPLE_PEOPLE,
	 .help = {"number of the first person; default 0", "nomor orang pertama; bawaan 0"}},
	{.name = "pay", .type = LANTIK_OPTION_NUMBER, .argument = "RUPIAH", .least = 1, .greatest = 1000000000,
	 .help = {"monthly pay of everyone; default: by position", "upah sebulan setiap orang; bawaan: menurut jabatan"}},
	{.name = "monthly", .type = LANTIK_OPTION_FLAG,
	 .help = {"TMT on the 1st of October, November and December in turn, instead of October for all",
		  "TMT bergantian 1 Oktober, November, dan Desember, bukan Oktober untuk semua"}},
	{.name = "predecessor", .type = LANTIK_OPTION_TEXT, .argument = "BATCH_ID",
	 .help = {"record n continues record n of that batch", "baris n melanjutkan baris n paket itu"}},
	{.name = "separator", .type = LANTIK_OPTION_TEXT, .argument = "CHARACTER",
	 .help = {"`,` (default) or `;`", "`,` (bawaan) atau `;`"}},
	{.name = "bom", .type = LANTIK_OPTION_FLAG,
	 .help = {"begin with a byte order mark, as Excel does", "awali dengan byte order mark seperti Excel"}},
	{.name = "dates", .type = LANTIK_OPTION_TEXT, .argument = "FORM",
	 .help = {"iso: 2025-10-01 (default); dmy: 01-10-2025", "iso: 2025-10-01 (bawaan); dmy: 01-10-2025"}},
	{.name = "defects", .type = LANTIK_OPTION_TEXT, .argument = "LIST",
	 .help = {"rule cases such as N05.birth_date, apart by commas, or `all`: one broken row each; FILE.expected "
		  "says what a checker must find",
		  "kasus aturan seperti N05.birth_date, dipisah koma, atau `all`: satu baris rusak tiap kasus; "
		  "FILE.expected memuat temuan yang harus muncul"}},
	{.name = "batch-defect", .type = LANTIK_OPTION_TEXT, .argument = "NAME",
	 .help = {"one defect of the whole batch, such as B02.row_count",
		  "satu cacat seluruh paket, misalnya B02.row_count"}},
	{.name = "list-defects", .type = LANTIK_OPTION_FLAG,
	 .help = {"print the names of the row defects of the kind and stop",
		  "tampilkan nama cacat baris untuk jenis itu, lalu selesai"}},
	{.name = "list-batch-defects", .type = LANTIK_OPTION_FLAG,
	 .help = {"print the names of the batch defects that the centre refuses with a receipt and stop",
		  "tampilkan nama cacat paket yang ditolak pusat dengan tanda terima, lalu selesai"}},
	{0},
};
/* clang-format on */

static int usage(struct lantik_cli *cli, const char *option, const char *english, const char *indonesian)
{
	return lantik_fail(cli, 160, LANTIK_EXIT_USAGE, "--%s: %s\nsee lantik sample --help",
		"--%s: %s\nlihat lantik sample --help", option, lantik_cli_pick(cli, english, indonesian));
}

/* ---- options ---- */

/* `name=N` off the front of *text; false when it is none. */
static bool take_share(char **text, char **ret_name, uint32_t *ret_count)
{
	char *equals = strchr(*text, '=');
	if (equals == NULL || equals == *text)
		return false;
	*equals = '\0';
	*ret_name = *text;
	char *end = equals + 1;
	uint64_t count = 0;
	while (*end >= '0' && *end <= '9' && count <= LANTIK_MAX_RECORDS)
		count = count * 10 + (uint64_t)(*end++ - '0');
	if (end == equals + 1 || count > LANTIK_MAX_RECORDS || (*end != '\0' && *end != ','))
		return false;
	*ret_count = (uint32_t)count;
	*text = *end == ',' ? end + 1 : end;
	return true;
}

static int read_groups(struct lantik_cli *cli, const char *option, uint32_t groups[LANTIK_SAMPLE_GROUPS])
{
	const char *given = lantik_option_text(cli, option);
	char copy[256], *text = copy, *name;
	if (given == NULL)
		return LANTIK_EXIT_OK;
	if (snprintf(copy, sizeof copy, "%s", given) >= (int)sizeof copy)
		return usage(cli, option, "too long", "terlalu panjang");
	while (*text != '\0') {
		uint32_t count;
		bool taken = take_share(&text, &name, &count);
		int32_t group = taken ? lantik_word_code(LANTIK_WORDS_kelompok_lapor, lantik_span_of(name)) : 0;
		if (group < 1 || group >= LANTIK_SAMPLE_GROUPS)
			return usage(cli, option, "takes guru=N,kesehatan=N,teknis=N",
				"berbentuk guru=N,kesehatan=N,teknis=N");
		groups[group] = count;
	}
	return LANTIK_EXIT_OK;
}

/* The names stay in text, which must outlive the sample. */
static int read_positions(struct lantik_cli *cli, char *text, size_t size, struct lantik_sample *sample)
{
	const char *given = lantik_option_text(cli, "positions");
	char *name;
	if (given == NULL)
		return LANTIK_EXIT_OK;
	if (snprintf(text, size, "%s", given) >= (int)size)
		return usage(cli, "positions", "too long", "terlalu panjang");
	while (*text != '\0') {
		uint32_t count;
		if (sample->position_count == LANTIK_SAMPLE_POSITIONS || !take_share(&text, &name, &count))
			return usage(cli, "positions", "takes NAME=N,NAME=N, at most 16",
				"berbentuk NAMA=N,NAMA=N, paling banyak 16");
		sample->positions[sample->position_count++] = (struct lantik_sample_share){name, count};
	}
	return LANTIK_EXIT_OK;
}

static int read_kind(struct lantik_cli *cli, struct lantik_sample *sample)
{
	static const enum lantik_step first_steps[LANTIK_KIND_END] = {[LANTIK_PPPK_PW] = LANTIK_STEP_NI,
		[LANTIK_PPPK] = LANTIK_STEP_NI,
		[LANTIK_CPNS] = LANTIK_STEP_NI,
		[LANTIK_PNS] = LANTIK_STEP_SK,
		[LANTIK_JF] = LANTIK_STEP_PELANTIKAN};
	const char *kind = lantik_option_text(cli, "kind"), *step = lantik_option_text(cli, "step");
	int32_t code = lantik_word_code(LANTIK_WORDS_kind, lantik_span_of(kind ? kind : "PPPK_PW"));
	if (code < 1 || code >= LANTIK_KIND_END)
		return usage(cli, "kind", "PPPK_PW, PPPK, CPNS, PNS or JF", "PPPK_PW, PPPK, CPNS, PNS, atau JF");
	sample->kind = (enum lantik_kind)code;
	code = step ? lantik_word_code(LANTIK_WORDS_step, lantik_span_of(step)) : (int32_t)first_steps[sample->kind];
	if (code < 1 || code >= LANTIK_STEP_END)
		return usage(cli, "step", "NI, SK, PERJANJIAN, SPMT or PELANTIKAN",
			"NI, SK, PERJANJIAN, SPMT, atau PELANTIKAN");
	sample->step = (enum lantik_step)code;
	return LANTIK_EXIT_OK;
}

static int read_predecessor(struct lantik_cli *cli, struct lantik_sample *sample)
{
	const char *given = lantik_option_text(cli, "predecessor");
	if (given == NULL)
		return LANTIK_EXIT_OK;
	if (!lantik_id_parse(lantik_span_of(given), sample->predecessor))
		return usage(cli, "predecessor", "takes a batch id", "memerlukan nomor paket");
	sample->has_predecessor = true;
	return LANTIK_EXIT_OK;
}

static int read_format(struct lantik_cli *cli, struct lantik_sample_format *ret)
{
	const char *separator = lantik_option_text(cli, "separator"), *dates = lantik_option_text(cli, "dates");
	ret->separator = separator ? separator[0] : ',';
	if (separator && strcmp(separator, ",") != 0 && strcmp(separator, ";") != 0)
		return usage(cli, "separator", "`,` or `;`", "`,` atau `;`");
	if (dates && strcmp(dates, "iso") != 0 && strcmp(dates, "dmy") != 0)
		return usage(cli, "dates", "iso or dmy", "iso atau dmy");
	ret->dmy = dates && strcmp(dates, "dmy") == 0;
	ret->bom = lantik_option_given(cli, "bom");
	return LANTIK_EXIT_OK;
}

static int report_fault(struct lantik_cli *cli, enum lantik_sample_fault fault)
{
	switch (fault) {
	case LANTIK_SAMPLE_FINE:
		return LANTIK_EXIT_OK;
	case LANTIK_SAMPLE_STEP:
		return usage(cli, "step", "this kind has no such step", "jenis ini tidak memiliki tahap itu");
	case LANTIK_SAMPLE_ROWS:
		return usage(cli, "rows", "groups, positions and rows do not add up",
			"jumlah kelompok, jabatan, dan baris tidak cocok");
	case LANTIK_SAMPLE_IN_PERSON:
		return usage(cli, "in-person", "more people than the group has, or nobody has signed at this step",
			"lebih banyak daripada anggota kelompok, atau belum ada yang tanda tangan pada tahap ini");
	case LANTIK_SAMPLE_POSITION:
		return usage(
			cli, "positions", "this kind has no such position", "jenis ini tidak memiliki jabatan itu");
	case LANTIK_SAMPLE_AGENCY:
		break;
	}
	return usage(cli, "agency",
		"4 digits, and 2 of a regional office that --kanreg names when it does not follow from them",
		"4 angka, dan 2 angka Kantor Regional pada --kanreg bila tidak dapat ditentukan dari kodenya");
}

static int read_sample(struct lantik_cli *cli, char *positions, size_t size, struct lantik_sample *ret)
{
	const char *agency = lantik_option_text(cli, "agency"), *kanreg = lantik_option_text(cli, "kanreg");
	snprintf(ret->agency, sizeof ret->agency, "%s", agency ? agency : "6171");
	snprintf(ret->kanreg, sizeof ret->kanreg, "%s", kanreg ? kanreg : lantik_sample_kanreg(ret->agency));
	ret->seed = (uint64_t)lantik_option_number(cli, "seed", 1);
	ret->first = (uint64_t)lantik_option_number(cli, "first", 0);
	ret->pay = lantik_option_number(cli, "pay", 0) * 100;
	ret->monthly = lantik_option_given(cli, "monthly");
	int code = read_kind(cli, ret);
	if (code == LANTIK_EXIT_OK)
		code = read_groups(cli, "groups", ret->groups);
	if (code == LANTIK_EXIT_OK)
		code = read_groups(cli, "in-person", ret->in_person);
	if (code == LANTIK_EXIT_OK)
		code = read_positions(cli, positions, size, ret);
	if (code == LANTIK_EXIT_OK)
		code = read_predecessor(cli, ret);
	if (code != LANTIK_EXIT_OK)
		return code;
	bool divided = lantik_option_given(cli, "groups") || ret->position_count > 0;
	ret->rows = (uint32_t)lantik_option_number(cli, "rows", divided ? 0 : 100);
	if ((agency && strlen(agency) != 4) || (kanreg && strlen(kanreg) != 2))
		return report_fault(cli, LANTIK_SAMPLE_AGENCY);
	code = report_fault(cli, lantik_sample_fill(ret));
	if (code == LANTIK_EXIT_OK && ret->rows > LANTIK_MAX_RECORDS)
		return usage(
			cli, "groups", "a batch has at most 10,000 records", "satu paket paling banyak 10.000 baris");
	return code;
}

static int read_plan(struct lantik_cli *cli, const struct lantik_sample *sample, struct lantik_arena *arena,
	struct lantik_sample_plan *ret)
{
	const char *list = lantik_option_text(cli, "defects");
	struct lantik_span unknown = {0};
	ret->batch_defect = lantik_option_text(cli, "batch-defect");
	if (ret->batch_defect && !lantik_sample_batch_defect_known(ret->batch_defect))
		return usage(cli, "batch-defect", "there is none of this name", "tidak ada cacat dengan nama ini");
	if (list == NULL)
		return LANTIK_EXIT_OK;
	enum lantik_error error = lantik_sample_plan_defects(sample, list, arena, ret, &unknown);
	if (error == LANTIK_E_NOT_FOUND)
		return lantik_fail(cli, 161, LANTIK_EXIT_USAGE,
			"--defects: `%.*s` is no defect of this kind\nlantik sample --list-defects",
			"--defects: `%.*s` bukan cacat untuk jenis ini\nlantik sample --list-defects", (int)unknown.len,
			(const char *)unknown.data);
	if (error != LANTIK_OK)
		return usage(cli, "defects", "too long", "terlalu panjang");
	if (sample->monthly)
		return usage(cli, "defects", "not together with --monthly", "tidak dapat bersama --monthly");
	if (ret->defect_count > sample->rows)
		return lantik_fail(cli, 162, LANTIK_EXIT_USAGE, "%zu defects need as many rows\ngive --rows",
			"%zu cacat memerlukan baris sebanyak itu\ntentukan --rows", ret->defect_count);
	return LANTIK_EXIT_OK;
}

/* ---- files ---- */

/* As the reader looks for them: the manifest has the sheet's name with another ending, what is expected a longer one.
 */
static bool manifest_path(const char *path, char *ret)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
	int stem = (int)(dot && dot != name ? dot - path : (ptrdiff_t)strlen(path));
	return snprintf(ret, MAX_PATH_LENGTH, "%.*s.manifest", stem, path) < MAX_PATH_LENGTH;
}

static int write_one(struct lantik_cli *cli, const char *path, struct lantik_buffer *content)
{
	enum lantik_error error = content->error;
	if (error == LANTIK_OK)
		error = lantik_file_write(path, 0600, lantik_buffer_span(content));
	lantik_buffer_free(content);
	if (error == LANTIK_OK)
		return LANTIK_EXIT_OK;
	return lantik_fail(cli, 163, LANTIK_EXIT_FAILED, "could not write %s: %s", "gagal menulis %s: %s", path,
		lantik_error_text(error, lantik_cli_language(cli)));
}

static int write_files(struct lantik_cli *cli, const char *path, const struct lantik_sample *sample,
	const struct lantik_sample_format *format, const struct lantik_sample_plan *plan)
{
	char manifest[MAX_PATH_LENGTH], expected[MAX_PATH_LENGTH];
	struct lantik_buffer content = {0};
	if (!manifest_path(path, manifest) ||
		snprintf(expected, sizeof expected, "%s.expected", path) >= (int)sizeof expected)
		return lantik_fail(cli, 164, LANTIK_EXIT_USAGE, "the path is too long", "jalur berkas terlalu panjang");
	lantik_sample_csv(sample, format, plan, &content);
	int code = write_one(cli, path, &content);
	lantik_sample_sidecar(sample, plan, &content);
	if (code == LANTIK_EXIT_OK)
		code = write_one(cli, manifest, &content);
	if (plan->defect_count > 0 || plan->batch_defect)
		lantik_sample_expected(sample, plan, &content);
	if (code == LANTIK_EXIT_OK && (plan->defect_count > 0 || plan->batch_defect))
		code = write_one(cli, expected, &content);
	lantik_buffer_free(&content);
	return code;
}

/* ---- what it says ---- */

/* Mean bytes of a record on the wire, over the first rows. */
static uint32_t mean_size(const struct lantik_sample *sample)
{
	struct lantik_arena *arena = lantik_arena_new(RECORD_BUDGET);
	struct lantik_buffer wire = {0};
	uint32_t rows = sample->rows < MEASURED_ROWS ? sample->rows : MEASURED_ROWS;
	LANTIK_ASSERT(arena != NULL);
	for (uint32_t at = 0; at < rows; at++) {
		struct lantik_record record;
		lantik_arena_reset(arena);
		lantik_sample_record(sample, at, arena, &record);
		LANTIK_ASSERT(lantik_record_append(&record, &wire) == LANTIK_OK);
	}
	uint32_t mean = (uint32_t)(wire.len / rows);
	lantik_buffer_free(&wire);
	lantik_arena_free(&arena);
	return mean;
}

static void report(struct lantik_cli *cli, const char *path, const struct lantik_sample *sample,
	const struct lantik_sample_plan *plan)
{
	char rows[32], groups[3][32], size[32];
	uint32_t mean = mean_size(sample);
	lantik_count_format(cli, sample->rows, rows);
	for (int i = 0; i < 3; i++)
		lantik_count_format(cli, sample->groups[i + 1], groups[i]);
	lantik_say(cli, "%s: %s fictional people (guru %s, kesehatan %s, teknis %s), %s bytes a record on the wire",
		"%s: %s orang fiktif (guru %s, kesehatan %s, teknis %s), %s bita tiap baris saat dikirim", path, rows,
		groups[0], groups[1], groups[2], lantik_count_format(cli, mean, size));
	if (plan->defect_count > 0)
		lantik_say(cli, "%zu rows are broken; %s.expected says how",
			"%zu baris rusak; %s.expected memuat caranya", plan->defect_count, path);
	lantik_summary_text(cli, "file", path);
	lantik_summary_number(cli, "rows", sample->rows);
	lantik_summary_number(cli, "record_bytes", mean);
	lantik_summary_number(cli, "defects", (int64_t)plan->defect_count);
}

static void list_name(struct lantik_cli *cli, const char *name)
{
	lantik_say(cli, "%s", "%s", name);
	lantik_json_open(cli, "result");
	lantik_json_text(cli, "defect", name);
	lantik_json_close(cli);
}

static int list_names(struct lantik_cli *cli)
{
	struct lantik_sample sample = {0};
	const char *name;
	bool sendable;
	int code = read_kind(cli, &sample);
	if (code != LANTIK_EXIT_OK)
		return code;
	if (lantik_option_given(cli, "list-defects"))
		for (size_t i = 0; (name = lantik_sample_defect_at(sample.kind, i)) != NULL; i++)
			list_name(cli, name);
	if (lantik_option_given(cli, "list-batch-defects"))
		for (size_t i = 0; (name = lantik_sample_batch_defect_at(i, &sendable)) != NULL; i++)
			if (sendable)
				list_name(cli, name);
	return LANTIK_EXIT_OK;
}

static int run(struct lantik_cli *cli, const char *path, struct lantik_arena *arena)
{
	char positions[1024];
	struct lantik_sample sample = {0};
	struct lantik_sample_format format;
	struct lantik_sample_plan plan = {0};
	int code = read_sample(cli, positions, sizeof positions, &sample);
	if (code == LANTIK_EXIT_OK)
		code = read_format(cli, &format);
	if (code == LANTIK_EXIT_OK)
		code = read_plan(cli, &sample, arena, &plan);
	if (code == LANTIK_EXIT_OK)
		code = write_files(cli, path, &sample, &format, &plan);
	if (code == LANTIK_EXIT_OK)
		report(cli, path, &sample, &plan);
	return code;
}

int lantik_sample_main(struct lantik_cli *cli)
{
	if (lantik_option_given(cli, "list-defects") || lantik_option_given(cli, "list-batch-defects"))
		return list_names(cli);
	if (lantik_argument_count(cli) == 0)
		return lantik_fail(cli, 165, LANTIK_EXIT_USAGE, "name the file to write\nlantik sample FILE.csv",
			"sebutkan berkas yang akan ditulis\nlantik sample FILE.csv");
	struct lantik_arena *arena = lantik_arena_new(PLAN_BUDGET);
	LANTIK_ASSERT(arena != NULL);
	int code = run(cli, lantik_argument(cli, 0), arena);
	lantik_arena_free(&arena);
	return code;
}
