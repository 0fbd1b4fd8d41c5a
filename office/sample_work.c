/* What the people of the sample have learnt, what they do, where, and for how much.
 * SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "sample_parts.h"

enum group { GURU = 1, KESEHATAN, TEKNIS };
enum kinds {
	PW = 1 << LANTIK_PPPK_PW,
	PK = 1 << LANTIK_PPPK,
	CP = 1 << LANTIK_CPNS,
	PN = 1 << LANTIK_PNS,
	JF = 1 << LANTIK_JF
};
enum field {
	GENERAL,
	OFFICE,
	COMPUTER,
	PRIMARY_TEACHING,
	PRESCHOOL_TEACHING,
	SUBJECT_TEACHING,
	MATH_TEACHING,
	SPORT_TEACHING,
	FAITH_TEACHING,
	COUNSELLING,
	NURSING,
	MIDWIFERY,
	PHARMACY,
	NUTRITION,
	LABORATORY,
	MEDICINE,
	PUBLIC_HEALTH,
	GOVERNANCE,
	ACCOUNTING,
	PLANNING,
	LABOUR,
	TRAINING,
};
enum units { SCHOOL, CLINIC, OFFICES, INSPECTORATE, PLANNERS, LABOUR_OFFICE, TRAINERS };
enum school { PRIMARY, JUNIOR, SENIOR, VOCATIONAL, COURSE, UNIVERSITY, HEALTH, ACADEMY };

struct study {
	enum field field;
	const char *level, *name, *before, *after;
	enum school school;
};

struct position {
	int kinds;
	enum group group;
	uint32_t weight;
	const char *key, *name;
	int type;
	int kelompok;
	const char *level;
	enum field field;
	enum units units;
	const char *golongan_pppk, *golongan_pns, *jenjang;
};

struct unit {
	enum units units;
	const char *name;
	uint32_t highest;
	const char *parent;
};

#define STUDY(...)
#define POSITION(...)
#define UNIT(...)
#define PAY(...)
#define WORKPLACE(...)

#undef STUDY
#define STUDY(...) {__VA_ARGS__},
static const struct study studies[] = {
#include "positions.def"
};
#undef STUDY
#define STUDY(...)

#undef POSITION
#define POSITION(...) {__VA_ARGS__},
static const struct position positions[] = {
#include "positions.def"
};
#undef POSITION
#define POSITION(...)

#undef UNIT
#define UNIT(...) {__VA_ARGS__},
static const struct unit units[] = {
#include "positions.def"
};
#undef UNIT
#define UNIT(...)

#undef PAY
#define PAY(...) {__VA_ARGS__},
static const struct {
	const char *golongan;
	int64_t rupiah;
} pays[] = {
#include "positions.def"
};
#undef PAY
#define PAY(...)

#undef WORKPLACE
#define WORKPLACE(...) {__VA_ARGS__},
static const struct {
	const char *agency, *regency, *name;
} workplaces[] = {
#include "positions.def"
};

static const char *const wards[] = {"MEKARSARI", "SUKAMAJU", "CIBUNAR", "TIRTASARI", "KARANGANYAR", "MARGAHAYU",
	"BABAKAN", "PASIRJAYA", "SINDANGSARI", "WANAJAYA", "CEMPAKA", "ANGGREK", "MELATI", "SEKARWANGI", "GIRIMUKTI",
	"RANCABALI"};
static const char *const universities[] = {"UNIVERSITAS NUSALOKA", "UNIVERSITAS PELITARAYA", "UNIVERSITAS CAHAYALOKA",
	"UNIVERSITAS ADILOKA", "SEKOLAH TINGGI ILMU TIRTALOKA", "INSTITUT TEKNOLOGI WANASAKTI", "POLITEKNIK NUSALOKA"};

static bool key_is(const char *a, const char *b)
{
	for (; *a != '\0' && *b != '\0'; a++, b++) {
		int x = *a == '-' || *a == '_' ? ' ' : tolower((unsigned char)*a);
		int y = *b == '-' || *b == '_' ? ' ' : tolower((unsigned char)*b);
		if (x != y)
			return false;
	}
	return *a == *b;
}

static const struct position *find_position(enum lantik_kind kind, const char *key)
{
	for (size_t i = 0; i < LANTIK_COUNT(positions); i++)
		if ((positions[i].kinds & 1 << kind) != 0 && key_is(positions[i].key, key))
			return &positions[i];
	return NULL;
}

bool lantik_sample_position_known(enum lantik_kind kind, const char *key)
{
	return find_position(kind, key) != NULL;
}

int lantik_sample_position_group(enum lantik_kind kind, const char *key)
{
	const struct position *position = find_position(kind, key);
	return position == NULL ? 0 : (int)position->group;
}

const char *lantik_sample_place(const char *agency, const char **ret_regency)
{
	for (size_t i = 0; i < LANTIK_COUNT(workplaces); i++) {
		if (strcmp(workplaces[i].agency, agency) != 0)
			continue;
		*ret_regency = workplaces[i].regency;
		return workplaces[i].name;
	}
	*ret_regency = "9971";
	return "KOTA NUSALOKA";
}

/* The key that --positions gives to this rank of the group, NULL when any may be taken. */
static const char *key_of(const struct lantik_making *making)
{
	const struct lantik_sample *sample = making->sample;
	uint32_t rank = making->rank;
	for (size_t i = 0; i < sample->position_count; i++) {
		if (lantik_sample_position_group(sample->kind, sample->positions[i].key) != making->group)
			continue;
		if (rank < sample->positions[i].rows)
			return sample->positions[i].key;
		rank -= sample->positions[i].rows;
	}
	return NULL;
}

static bool fits(const struct lantik_making *making, const struct position *position, const char *key)
{
	return (position->kinds & 1 << making->sample->kind) != 0 && (int)position->group == making->group &&
	       (key == NULL || key_is(position->key, key));
}

static const struct position *pick_position(const struct lantik_making *making)
{
	struct lantik_dice dice = lantik_dice_of(making->sample, making->number, LANTIK_TOPIC_POSITION);
	const char *key = key_of(making);
	uint32_t all = 0;
	for (size_t i = 0; i < LANTIK_COUNT(positions); i++)
		if (fits(making, &positions[i], key))
			all += positions[i].weight;
	LANTIK_ASSERT(all > 0);
	uint32_t rest = lantik_dice_roll(&dice, all);
	for (size_t i = 0;; i++) {
		if (!fits(making, &positions[i], key))
			continue;
		if (rest < positions[i].weight)
			return &positions[i];
		rest -= positions[i].weight;
	}
}

static const struct study *pick_study(const struct position *position, struct lantik_dice *dice)
{
	const struct study *found[LANTIK_COUNT(studies)];
	uint32_t count = 0;
	for (size_t i = 0; i < LANTIK_COUNT(studies); i++)
		if (studies[i].field == position->field && strcmp(studies[i].level, position->level) == 0)
			found[count++] = &studies[i];
	LANTIK_ASSERT(count > 0);
	return found[lantik_dice_roll(dice, count)];
}

static struct lantik_span school_name(struct lantik_making *making, enum school school, struct lantik_dice *dice)
{
	const char *town = (const char *)making->record->tempat_lahir.data;
	int len = (int)making->record->tempat_lahir.len;
	uint32_t number = lantik_dice_roll(dice, 12) + 1;
	const char *university = universities[lantik_dice_roll(dice, LANTIK_COUNT(universities))];
	switch (school) {
	case PRIMARY:
		return lantik_text(making->arena, "SD NEGERI %u %.*s", number, len, town);
	case JUNIOR:
		return lantik_text(making->arena, "SMP NEGERI %u %.*s", number, len, town);
	case SENIOR:
		return lantik_text(making->arena, "SMA NEGERI %u %.*s", number, len, town);
	case VOCATIONAL:
		return lantik_text(making->arena, "SMK NEGERI %u %.*s", number, len, town);
	case COURSE:
		return lantik_text(making->arena, "PKBM BINA ILMU %.*s", len, town);
	case HEALTH:
		return lantik_text(making->arena, "POLITEKNIK KESEHATAN %.*s", len, town);
	case ACADEMY:
		return lantik_text(making->arena, "INSTITUT PEMERINTAHAN DALAM NEGERI");
	case UNIVERSITY:
		break;
	}
	return lantik_text(making->arena, "%s", university);
}

/* The usual age at the end of the level. */
static int age_of(const char *level)
{
	static const struct {
		const char *level;
		int age;
	} ages[] = {{"05", 12}, {"10", 15}, {"15", 18}, {"17", 18}, {"30", 21}, {"35", 22}, {"40", 22}, {"45", 26}};
	for (size_t i = 0; i < LANTIK_COUNT(ages); i++)
		if (strcmp(ages[i].level, level) == 0)
			return ages[i].age;
	return 18;
}

static void make_study(struct lantik_making *making, const struct position *position)
{
	struct lantik_dice dice = lantik_dice_of(making->sample, making->number, LANTIK_TOPIC_STUDY);
	struct lantik_record *record = making->record;
	struct lantik_arena *arena = making->arena;
	const struct study *study = pick_study(position, &dice);
	int year = lantik_date_year(record->tgl_lahir) + age_of(study->level) + (int)lantik_dice_roll(&dice, 3);
	if (year > 2025)
		year = 2025;
	record->tk_pendidikan_id = lantik_text(arena, "%s", study->level);
	record->pendidikan_nama = lantik_text(arena, "%s", study->name);
	record->pendidikan_id = lantik_reference_id(arena, "pendidikan", record->pendidikan_nama);
	record->nama_sek = school_name(making, study->school, &dice);
	record->tahun_lulus = year;
	record->tgl_tahun_lulus =
		lantik_date_make(year, 5 + (int)lantik_dice_roll(&dice, 3), 1 + (int)lantik_dice_roll(&dice, 28));
	record->nomor_ijazah =
		lantik_text(arena, "DN-%s/%04d/%07u", study->level, year, lantik_dice_roll(&dice, 10000000));
	bool hajj = record->agama_id == 1 && lantik_date_age(record->tgl_lahir, 20251001) >= 40 &&
		    lantik_dice_percent(&dice, 12);
	const char *pilgrim = !hajj ? "" : making->woman ? "Hj." : "H.";
	const char *gap = hajj && study->before[0] != '\0' ? " " : "";
	record->glr_depan = lantik_text(arena, "%s%s%s", study->before, gap, pilgrim);
	record->glr_belakang = lantik_text(arena, "%s", study->after);
}

static const struct unit *pick_unit(enum units set, struct lantik_dice *dice)
{
	const struct unit *found[LANTIK_COUNT(units)];
	uint32_t count = 0;
	for (size_t i = 0; i < LANTIK_COUNT(units); i++)
		if (units[i].units == set)
			found[count++] = &units[i];
	LANTIK_ASSERT(count > 0);
	return found[lantik_dice_roll(dice, count)];
}

static void make_place(struct lantik_making *making, const struct position *position)
{
	struct lantik_dice dice = lantik_dice_of(making->sample, making->number, LANTIK_TOPIC_PLACE);
	struct lantik_record *record = making->record;
	struct lantik_arena *arena = making->arena;
	const char *regency;
	const char *place = lantik_sample_place(making->sample->agency, &regency);
	const struct unit *unit = pick_unit(position->units, &dice);
	const char *ward = wards[lantik_dice_roll(&dice, LANTIK_COUNT(wards))];
	if (unit->highest > 0)
		record->unor_nama =
			lantik_text(arena, "%s %u %s", unit->name, lantik_dice_roll(&dice, unit->highest) + 1, ward);
	else
		record->unor_nama = lantik_text(arena, "%s %s", unit->name, ward);
	record->unor_induk_nama = lantik_text(arena, "%s %s", unit->parent, place);
	record->unor_id = lantik_reference_id(arena, making->sample->agency, record->unor_nama);
	record->unor_induk = lantik_reference_id(arena, making->sample->agency, record->unor_induk_nama);
	record->satuan_kerja_id = lantik_reference_id(arena, "satuan kerja", record->unor_induk_nama);
	record->lokasi_id = lantik_reference_id(arena, "lokasi", lantik_span_of(place));
	record->kode_kabkot = lantik_text(arena, "%s", regency);
}

static int64_t basic_pay(const char *golongan)
{
	for (size_t i = 0; i < LANTIK_COUNT(pays); i++)
		if (strcmp(pays[i].golongan, golongan) == 0)
			return pays[i].rupiah * 100;
	return 2500000 * 100;
}

static void make_pay(struct lantik_making *making, const char *golongan)
{
	struct lantik_dice dice = lantik_dice_of(making->sample, making->number, LANTIK_TOPIC_PAY);
	struct lantik_record *record = making->record;
	int64_t before = (500000 + 25000 * (int64_t)lantik_dice_roll(&dice, 81)) * 100;
	int64_t raise = 25000 * (int64_t)lantik_dice_roll(&dice, 21) * 100;
	if (making->sample->kind == LANTIK_PPPK_PW)
		record->upah = before + raise;
	else
		record->upah = basic_pay(golongan) * (making->sample->kind == LANTIK_CPNS ? 80 : 100) / 100;
	if (making->sample->pay > 0)
		record->upah = making->sample->pay;
	if (lantik_kind_is_pppk(making->sample->kind)) /* the decree: never less than before */
		record->upah_non_asn_terakhir = before < record->upah ? before : record->upah;
}

static void make_position(struct lantik_making *making, const struct position *position, const char *golongan)
{
	struct lantik_record *record = making->record;
	struct lantik_arena *arena = making->arena;
	record->jenis_jabatan_id = position->type;
	record->jabatan_nama = lantik_text(arena, "%s", position->name);
	struct lantik_span id = lantik_reference_id(arena, "jabatan", record->jabatan_nama);
	*(position->type == 2 ? &record->jabatan_fungsional_id : &record->jabatan_fungsional_umum_id) = id;
	if (making->sample->kind == LANTIK_PPPK_PW)
		record->kelompok_jabatan = position->kelompok;
	record->kelompok_lapor = making->group;
	record->golongan_id = lantik_text(arena, "%s", golongan);
	if (making->sample->kind == LANTIK_JF)
		record->jenjang = lantik_text(arena, "%s", position->jenjang);
}

void lantik_sample_work(struct lantik_making *making)
{
	const struct position *position = pick_position(making);
	bool pw = making->sample->kind == LANTIK_PPPK_PW;
	const char *golongan =
		lantik_kind_is_pppk(making->sample->kind) ? position->golongan_pppk : position->golongan_pns;
	make_study(making, position);
	make_position(making, position, pw ? "00" : golongan);
	make_place(making, position);
	make_pay(making, golongan);
}
