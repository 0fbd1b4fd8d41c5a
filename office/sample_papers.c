/* The papers of the sample: decrees, agreements, certificates and documents, in the order in which an office gets them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "sample_parts.h"

#define DAY_US (INT64_C(24) * 3600 * 1000000)
#define MINUTE_US (INT64_C(60) * 1000000)

static const char *const months[] = {"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"};

/* SIASN's document types as a proposal of PPPK Paruh Waktu has them: seven. */
static const struct {
	int32_t type;
	const char *name;
} documents[] = {
	{887, "foto.jpg"},
	{888, "ijazah.pdf"},
	{889, "transkrip.pdf"},
	{890, "pernyataan.pdf"},
	{891, "skck.pdf"},
	{892, "sehat.pdf"},
	{893, "napza.pdf"},
};

int32_t lantik_sample_start(const struct lantik_sample *sample, uint64_t number)
{
	return lantik_date_make(2025, 10 + (sample->monthly ? (int)(number % 3) : 0), 1);
}

/* Which body of the agency writes the letters: BKD in a province, BKPSDM elsewhere. */
static const char *body_of(const struct lantik_sample *sample)
{
	return sample->agency[2] == '0' && sample->agency[3] == '0' ? "BKD" : "BKPSDM";
}

static void make_consideration(struct lantik_making *making, struct lantik_dice *dice)
{
	struct lantik_record *record = making->record;
	enum lantik_kind kind = making->sample->kind;
	if (kind == LANTIK_PNS || kind == LANTIK_JF)
		return;
	record->no_pertek = lantik_text(making->arena, "PTK-%s%d%08u", making->sample->kanreg, (int)kind, making->slot);
	record->tgl_pertek = lantik_date_add_days(making->start, -4 - (int)lantik_dice_roll(dice, 4));
}

/* A collective decree for part-time workers, one number a group; an individual one for everybody else. */
static void make_decree(struct lantik_making *making)
{
	struct lantik_record *record = making->record;
	const struct lantik_sample *sample = making->sample;
	bool collective = sample->kind == LANTIK_PPPK_PW;
	int32_t date = lantik_date_add_days(making->start, -2);
	record->jenis_sk = collective ? 2 : 1;
	record->tgl_sk = date;
	record->pejabat_ttd_sk = lantik_text(making->arena, "19680412199303199%d", sample->kanreg[1] - '0');
	if (collective)
		record->no_sk = lantik_text(making->arena, "800.1.2.2/Kep.%d%d-%s/%d", making->group,
			700 + lantik_date_month(making->start), body_of(sample), lantik_date_year(date));
	else
		record->no_sk = lantik_text(making->arena, "800.1.2.2/%" PRIu64 "/%s/%d", making->number + 1,
			body_of(sample), lantik_date_year(date));
}

/* What stands in the papers of those who are or become civil servants. */
static void make_service(struct lantik_making *making)
{
	struct lantik_record *record = making->record;
	const char *body = body_of(making->sample);
	uint64_t number = making->number + 1;
	if (making->sample->kind == LANTIK_CPNS) {
		record->nomor_sk_cpns = record->no_sk;
		record->tanggal_sk_cpns = record->tgl_sk;
		return;
	}
	record->tanggal_sk_cpns = lantik_date_add_days(record->tmt_cpns, -7);
	record->nomor_sk_cpns = lantik_text(
		making->arena, "813.3/%" PRIu64 "/%s/%d", number, body, lantik_date_year(record->tanggal_sk_cpns));
	if (making->sample->kind == LANTIK_PNS) {
		record->tmt_pns = making->start;
		record->nomor_sk_pns = record->no_sk;
		record->tanggal_sk_pns = record->tgl_sk;
		return;
	}
	record->tmt_pns = lantik_date_add_months(record->tmt_cpns, 16);
	record->tanggal_sk_pns = lantik_date_add_days(record->tmt_pns, -7);
	record->nomor_sk_pns = lantik_text(
		making->arena, "821.1/%" PRIu64 "/%s/%d", number, body, lantik_date_year(record->tanggal_sk_pns));
}

static void make_agreement(struct lantik_making *making, struct lantik_dice *dice)
{
	struct lantik_record *record = making->record;
	const struct lantik_sample *sample = making->sample;
	bool in_person = making->rank < sample->in_person[making->group];
	int32_t date = lantik_date_add_days(making->start, 26);
	int64_t minute = in_person ? 8 * 60 + lantik_dice_roll(dice, 240) : 7 * 60 + lantik_dice_roll(dice, 840);
	record->tgl_perjanjian = date;
	record->no_perjanjian = lantik_text(making->arena, "800.1.11.1/%" PRIu64 "/PK/%s/%d", making->number + 1,
		body_of(sample), lantik_date_year(date));
	record->signing_mode = in_person ? 1 : 2;
	record->signed_at = lantik_date_days(date) * DAY_US + (minute - 7 * 60) * MINUTE_US; /* the clock of Jakarta */
}

static void make_duty(struct lantik_making *making)
{
	struct lantik_record *record = making->record;
	record->tgl_spmt = lantik_date_add_days(making->start, 28);
	record->no_spmt = lantik_text(making->arena, "800.1.11.1/%" PRIu64 "/SPMT/%s/%d", making->number + 1,
		body_of(making->sample), lantik_date_year(record->tgl_spmt));
}

static void make_certificates(struct lantik_making *making, struct lantik_dice *dice)
{
	struct lantik_record *record = making->record;
	struct lantik_arena *arena = making->arena;
	int32_t day = lantik_date_add_days(making->start, -30 - (int)lantik_dice_roll(dice, 12));
	const char *month = months[lantik_date_month(day) - 1];
	int year = lantik_date_year(day);
	record->ket_sehat_tanggal = day;
	record->ket_sehat_nomor = lantik_text(arena, "445/%u/RSUD/%d", lantik_dice_roll(dice, 9000) + 1000, year);
	record->ket_kelakuanbaik_tanggal = day;
	record->ket_kelakuanbaik_nomor =
		lantik_text(arena, "SKCK/YANMAS/%u/%s/%d", lantik_dice_roll(dice, 90000) + 10000, month, year);
	record->ket_bebas_narkoba_tanggal = day;
	record->ket_bebas_narkoba_nomor =
		lantik_text(arena, "R/%u/%s/%d/LAB", lantik_dice_roll(dice, 9000) + 1000, month, year);
}

static void make_documents(struct lantik_making *making)
{
	struct lantik_dice dice = lantik_dice_of(making->sample, making->number, LANTIK_TOPIC_DOCUMENTS);
	struct lantik_document *items =
		lantik_arena_alloc(making->arena, sizeof documents / sizeof documents[0] * sizeof *items);
	LANTIK_ASSERT(items != NULL);
	for (size_t i = 0; i < LANTIK_COUNT(documents); i++) {
		uint8_t digest[32];
		for (size_t byte = 0; byte < sizeof digest; byte += 8) {
			uint64_t value = lantik_dice_next(&dice);
			for (size_t at = 0; at < 8; at++)
				digest[byte + at] = (uint8_t)(value >> (8 * at));
		}
		items[i].type = documents[i].type;
		items[i].object = lantik_text(making->arena, "%s/%u%07u/%s", making->sample->agency,
			(unsigned)making->sample->kind, making->slot, documents[i].name);
		items[i].sha256 = lantik_arena_copy(making->arena, (struct lantik_span){digest, sizeof digest});
		LANTIK_ASSERT(!lantik_arena_exhausted(making->arena));
	}
	making->record->dokumen = (struct lantik_documents){items, LANTIK_COUNT(documents)};
}

/* TMT and what the kind has in its place. */
static void make_terms(struct lantik_making *making)
{
	struct lantik_record *record = making->record;
	enum lantik_kind kind = making->sample->kind;
	if (kind == LANTIK_JF) {
		record->tmt_jabatan = lantik_date_make(2025, 12, 1);
		record->tmt_pelantikan = lantik_date_make(2025, 12, 15);
		making->start = record->tmt_jabatan;
		return;
	}
	record->tmt = making->start;
	if (!lantik_kind_is_pppk(kind))
		return;
	int32_t end = lantik_date_add_months(making->start, 12);
	record->tgl_kontrak_mulai = making->start;
	record->tgl_kontrak_akhir = lantik_date_add_days(end, -1);
}

void lantik_sample_papers(struct lantik_making *making)
{
	const struct lantik_sample *sample = making->sample;
	struct lantik_dice dice = lantik_dice_of(sample, making->number, LANTIK_TOPIC_PAPERS);
	make_terms(making);
	make_consideration(making, &dice);
	if (lantik_sample_past(sample, LANTIK_STEP_SK))
		make_decree(making);
	if (!lantik_kind_is_pppk(sample->kind) && lantik_sample_past(sample, LANTIK_STEP_SK))
		make_service(making);
	if (sample->kind != LANTIK_PNS && sample->kind != LANTIK_JF)
		make_certificates(making, &dice);
	if (lantik_kind_is_pppk(sample->kind) && lantik_sample_past(sample, LANTIK_STEP_PERJANJIAN))
		make_agreement(making, &dice);
	if (sample->step == LANTIK_STEP_SPMT)
		make_duty(making);
	making->record->status_usulan = lantik_sample_past(sample, LANTIK_STEP_SK) ? 32 : 22;
	make_documents(making);
}
