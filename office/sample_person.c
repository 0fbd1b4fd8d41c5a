/* The people of the sample: numbers that nobody else has, names, births. All live in the fictional province 99.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sample_parts.h"

/* Birth dates and serial numbers of a kind. Every pair of day and serial is one person's, so that neither NIK nor NIP
 * can come twice; the kinds are kept apart by the district in the NIK and by serials or TMT in the NIP. */
struct range {
	int32_t youngest;
	uint32_t days;
	uint32_t first_serial, serials;
};

static const struct range ranges[LANTIK_KIND_END] = {
	[LANTIK_PPPK_PW] = {20030601, 10000, 1, 699},
	[LANTIK_PPPK] = {20030601, 10000, 700, 300},
	[LANTIK_CPNS] = {20030531, 4000, 1, 999},
	[LANTIK_PNS] = {20010531, 4500, 1, 999},
	[LANTIK_JF] = {19911231, 8000, 1, 999},
};

/* People of one window: the greatest file. Seeds that follow each other take neighbouring windows. */
#define WINDOW 10000u

static const char *const regencies[12] = {"01", "02", "03", "04", "05", "06", "07", "08", "71", "72", "73", "74"};
static const char *const birthplaces[12] = {"TIRTALOKA", "WANASAKTI", "ARGALOKA", "MEKARSAKTI", "BUMILOKA",
	"SAMUDRALOKA", "GIRIWANA", "RAWALOKA", "NUSALOKA", "PELITARAYA", "CAHAYALOKA", "ADILOKA"};

#define LIST(name, ...) static const char *const name[] = {__VA_ARGS__};
#define CUSTOM(weight, men, women, last_men, last_women, one, middle, faith)
#include "names.def"
#undef LIST
#undef CUSTOM

struct names {
	const char *const *items;
	uint32_t count;
};

static const struct custom {
	uint32_t weight;
	struct names first[2], last[2]; /* men, women */
	uint32_t one, middle;           /* percent */
	int32_t faith;
} customs[] = {
#define LIST(name, ...)
#define CUSTOM(weight, men, women, last_men, last_women, one, middle, faith)                                           \
	{weight, {{men, LANTIK_COUNT(men)}, {women, LANTIK_COUNT(women)}},                                             \
		{{last_men, LANTIK_COUNT(last_men)}, {last_women, LANTIK_COUNT(last_women)}}, one, middle, faith},
#include "names.def"
#undef LIST
#undef CUSTOM
};

/* One round trip through a Feistel network of 2 x bits bits under a fixed key. */
static uint32_t shuffle(uint32_t value, unsigned bits)
{
	uint32_t mask = (1u << bits) - 1, left = value >> bits, right = value & mask;
	for (uint64_t round = 1; round <= 4; round++) {
		uint32_t next = left ^ ((uint32_t)lantik_mix(right ^ (round << 40)) & mask);
		left = right;
		right = next;
	}
	return (left << bits) | right;
}

/* A bijection of the numbers below count: walks the cycle until it is back inside. */
static uint32_t permute(uint32_t value, uint32_t count)
{
	unsigned bits = 1;
	while ((UINT32_C(1) << (2 * bits)) < count)
		bits++;
	do
		value = shuffle(value, bits);
	while (value >= count);
	return value;
}

static uint32_t slot_of(const struct lantik_sample *sample, uint64_t number)
{
	const struct range *range = &ranges[sample->kind];
	uint32_t count = range->days * range->serials;
	uint64_t window = sample->seed % (count / WINDOW);
	return permute((uint32_t)((window * WINDOW + number % count) % count), count);
}

static const struct custom *pick_custom(struct lantik_dice *dice)
{
	uint32_t all = 0;
	for (size_t i = 0; i < LANTIK_COUNT(customs); i++)
		all += customs[i].weight;
	uint32_t rest = lantik_dice_roll(dice, all);
	const struct custom *custom = customs;
	for (; rest >= custom->weight; custom++)
		rest -= custom->weight;
	return custom;
}

static const char *pick_name(struct lantik_dice *dice, const struct names *names)
{
	return names->items[lantik_dice_roll(dice, names->count)];
}

static void make_name(struct lantik_making *making)
{
	struct lantik_dice dice = lantik_dice_of(making->sample, making->number, LANTIK_TOPIC_NAME);
	const struct custom *custom = pick_custom(&dice);
	const char *first = pick_name(&dice, &custom->first[making->woman]);
	const char *last = pick_name(&dice, &custom->last[making->woman]);
	const char *middle = pick_name(&dice, &custom->first[making->woman]);
	struct lantik_record *record = making->record;
	record->agama_id = custom->faith;
	if (lantik_dice_percent(&dice, custom->one) || first == last)
		record->nama = lantik_text(making->arena, "%s", first);
	else if (lantik_dice_percent(&dice, custom->middle) && middle != first)
		record->nama = lantik_text(making->arena, "%s %s %s", first, middle, last);
	else
		record->nama = lantik_text(making->arena, "%s %s", first, last);
}

static int32_t start_as_cpns(const struct lantik_making *making, struct lantik_dice *dice)
{
	static const int months[] = {1, 3, 4, 12};
	if (making->sample->kind == LANTIK_CPNS)
		return making->start;
	if (making->sample->kind == LANTIK_PNS)
		return lantik_date_make(2024, 6, 1);
	int year = lantik_date_year(making->record->tgl_lahir) + 24 + (int)lantik_dice_roll(dice, 4);
	return lantik_date_make(year, months[lantik_dice_roll(dice, LANTIK_COUNT(months))], 1);
}

static void make_numbers(struct lantik_making *making, struct lantik_dice *dice)
{
	const struct range *range = &ranges[making->sample->kind];
	struct lantik_record *record = making->record;
	struct lantik_arena *arena = making->arena;
	int32_t birth = record->tgl_lahir;
	uint32_t serial = making->slot / range->days + range->first_serial;
	uint32_t regency = lantik_dice_roll(dice, LANTIK_COUNT(regencies));
	uint32_t nik_serial = serial + 999 * lantik_dice_roll(dice, 10);
	int day = lantik_date_day(birth) + (making->woman ? 40 : 0);
	record->nik = lantik_text(arena, "99%s%02d%02d%02d%02d%04u", regencies[regency], (int)making->sample->kind, day,
		lantik_date_month(birth), lantik_date_year(birth) % 100, nik_serial);
	record->tempat_lahir = lantik_text(arena, "%s", birthplaces[lantik_dice_percent(dice, 80) ? regency : 0]);
	record->tempat_lahir_id = lantik_reference_id(arena, "tempat", record->tempat_lahir);
	int sex = making->woman ? 2 : 1;
	if (lantik_kind_is_pppk(making->sample->kind)) {
		int year = lantik_date_year(making->start);
		record->nip = lantik_text(arena, "%08d%04d21%d%03u", (int)birth, year, sex, serial);
		return;
	}
	record->tmt_cpns = start_as_cpns(making, dice);
	record->nip = lantik_text(arena, "%08d%06d%d%03u", (int)birth, (int)(record->tmt_cpns / 100), sex, serial);
	if (lantik_date_year(record->tmt_cpns) <= 2008) /* nine digits until 2009 */
		record->nip_lama = lantik_text(arena, "%09u", 130000000u + making->slot);
}

/* How the person came to be proposed: the selection of 2024. */
static void make_selection(struct lantik_making *making, struct lantik_dice *dice)
{
	struct lantik_record *record = making->record;
	enum lantik_kind kind = making->sample->kind;
	if (kind == LANTIK_PNS || kind == LANTIK_JF)
		return;
	record->no_peserta = lantik_text(making->arena, "%s24%s%d%010u", kind == LANTIK_PPPK_PW ? "PW" : "",
		making->sample->agency, (int)kind, making->slot);
	if (kind != LANTIK_PPPK_PW) {
		record->kategori = lantik_text(making->arena, "L");
		return;
	}
	bool took_cpns = lantik_dice_percent(dice, 15);
	record->kategori = lantik_text(making->arena, lantik_dice_percent(dice, 12) ? "R2" : "R3");
	record->terdata_non_asn = 1;
	record->ikut_cpns_2024 = took_cpns ? 1 : 2;
	record->ikut_pppk_2024_lengkap = took_cpns ? 2 : 1;
}

void lantik_sample_person(struct lantik_making *making)
{
	const struct range *range = &ranges[making->sample->kind];
	struct lantik_record *record = making->record;
	struct lantik_dice ids = lantik_dice_of(making->sample, making->number, LANTIK_TOPIC_IDS);
	struct lantik_dice dice = lantik_dice_of(making->sample, making->number, LANTIK_TOPIC_PERSON);
	making->slot = slot_of(making->sample, making->number);
	making->woman = lantik_dice_percent(&dice, 56);
	record->orang_id = lantik_random_id(making->arena, &ids);
	record->usulan_id = lantik_random_id(making->arena, &ids);
	record->tgl_lahir = lantik_date_add_days(range->youngest, -(int)(making->slot % range->days));
	record->jenis_kelamin = lantik_text(making->arena, "%c", making->woman ? 'F' : 'M');
	make_name(making);
	make_numbers(making, &dice);
	make_selection(making, &dice);
	bool married = lantik_dice_percent(&dice, lantik_date_age(record->tgl_lahir, 20251001) < 27 ? 35 : 85);
	record->jenis_kawin_id = married ? 1 : 2;
}
