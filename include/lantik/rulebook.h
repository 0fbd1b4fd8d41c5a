/* The rulebook: reference tables and parameters by which both ends judge, as one canonical text with one digest.
 *
 * Text: UTF-8, LF, first line `lantik-rulebook 1`, then one line a row, tab-separated, sorted bytewise, no line twice.
 * The daemon makes it from its database, the office gets it by a Reference request; both parse the same bytes, and a
 * line that this version does not know is refused: half a rulebook would judge otherwise than the centre.
 *   agency       code  level  kanreg_id  province  from  until   (level pusat: province empty)
 *   category     programme  kategori  admitted|failed  from  until   (kategori in capitals, one part, without `/`)
 *   district     code6                       regency  code4                 province  code2
 *   document     programme  step  type  from  until
 *   education    tk_pendidikan_id
 *   eligibility  programme  kode_instansi  terdata_non_asn  ikut_cpns_2024  ikut_pppk_2024_lengkap  from  until
 *   formation    kode_instansi  programme  kelompok_lapor  quota  decided_on  from  until
 *   group        kelompok_jabatan  min_education  [unverified]
 *   holiday      date
 *   kanreg       kanreg_id  province  from  until  [unverified]
 *   parameter    name  value  from  until
 *   position     id  jenis_jabatan_id  min_education  min_golongan  max_golongan  bup  entry_age  from  until
 * [unverified] reason       alasan_tolak_id  deceased|inactive|no_budget|no_need retired      code4 or code6 (codes
 * that people's NIKs still carry) severity     CODE or CODE.case  FATAL|ERROR|REVIEW|WARN|OFF  kind  step kode_instansi
 * from  until study        id unit         id  kode_instansi  from  until wage         region  year  sen  from  until
 * [unverified] window       programme  step  kode_instansi  opens  closes  grace_minutes  [unverified] An id is 32 hex
 * digits in lower case. kind, step, groups and yes|no are the words of words.def. A date is YYYY-MM-DD, an instant
 * YYYY-MM-DDTHH:MM:SSZ. from is inclusive, until and closes are exclusive; an empty one is open. An empty kind, step or
 * kode_instansi means all of them, an empty yes|no means either, an empty bound of a position none. No two lines say
 * something of the same thing for the same day. `unverified` marks a row that no source confirms: what rests on it
 * warns at most.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_RULEBOOK_H
#define LANTIK_RULEBOOK_H

#include "lantik/crypto.h"

struct lantik_rulebook;

/* Copies what it keeps. On failure *ret_line is the line at fault (1-based; 0: none, or two lines that contradict each
 * other). */
LANTIK_MUST_CHECK enum lantik_error lantik_rulebook_parse(
	struct lantik_span text, struct lantik_rulebook **ret, unsigned *ret_line);
/* A rulebook with no table at all: every rule that needs one is "not checked". */
LANTIK_MUST_CHECK struct lantik_rulebook *lantik_rulebook_empty(void);
void lantik_rulebook_free(struct lantik_rulebook **rulebook);

/* SHA-256 of the text; 32 zero bytes for the empty rulebook. */
const uint8_t *lantik_rulebook_digest(const struct lantik_rulebook *rulebook);
/* Never 0, and no other one that this process has, had or will have is given it: what points into a rulebook may be
 * kept beside it. */
uint64_t lantik_rulebook_identity(const struct lantik_rulebook *rulebook);

enum lantik_table {
	LANTIK_TABLE_AGENCY,
	LANTIK_TABLE_REGION, /* province, regency, district */
	LANTIK_TABLE_RETIRED,
	LANTIK_TABLE_KANREG,
	LANTIK_TABLE_EDUCATION,
	LANTIK_TABLE_PARAMETER,
	LANTIK_TABLE_SEVERITY,
	LANTIK_TABLE_WINDOW,
	LANTIK_TABLE_ELIGIBILITY,
	LANTIK_TABLE_FORMATION,
	LANTIK_TABLE_WAGE,
	LANTIK_TABLE_POSITION,
	LANTIK_TABLE_UNIT,
	LANTIK_TABLE_STUDY,
	LANTIK_TABLE_GROUP,
	LANTIK_TABLE_DOCUMENT,
	LANTIK_TABLE_CATEGORY,
	LANTIK_TABLE_REASON,
	LANTIK_TABLE_HOLIDAY,
	LANTIK_TABLE_COUNT
};
bool lantik_rulebook_has(const struct lantik_rulebook *rulebook, enum lantik_table table);

/* Every look-up bisects and allocates nothing. `on` is a date in Asia/Jakarta, `at` an instant. */

struct lantik_agency {
	char code[5];
	char kanreg_id[3];
	char province[3]; /* Kemendagri code; empty for a central agency */
	int32_t valid_from, valid_until;
};

/* The agency as of the date; NULL when unknown or not valid then. */
const struct lantik_agency *lantik_rulebook_agency(
	const struct lantik_rulebook *rulebook, struct lantik_span code, int32_t on);
bool lantik_rulebook_agency_known(const struct lantik_rulebook *rulebook, struct lantik_span code);
/* Current or retired code of 2, 4 or 6 digits without dots. */
bool lantik_rulebook_region(const struct lantik_rulebook *rulebook, struct lantik_span code);
/* Whether the Kanreg serves the province on that date; 00 serves the central agencies (province empty). */
bool lantik_rulebook_serves(
	const struct lantik_rulebook *rulebook, struct lantik_span kanreg_id, const char *province, int32_t on);
/* False when all that is known of who serves the province on that date is marked unverified. */
bool lantik_rulebook_serves_sure(const struct lantik_rulebook *rulebook, const char *province, int32_t on);
/* Whether the level of education stands in the table. */
bool lantik_rulebook_education(const struct lantik_rulebook *rulebook, struct lantik_span code);

/* Parameters. In use: ni_pppk_kk (allowed digits 13-14, one line each), bup_default and bup_<jenjang> (retirement age
 * in years), spmt_deadline_pw (last day of SPMT, YYYYMMDD), jenis_pengadaan_<kind> and jenis_formasi_<kind> (kind in
 * small letters), status_usulan_ditolak (one line each). */

/* Whether the parameter has this value on that date; parameters may have several. */
bool lantik_rulebook_parameter_is(
	const struct lantik_rulebook *rulebook, const char *name, struct lantik_span value, int32_t on);
/* Which of the numbers 0 to 99 the parameter lists on that date: all written in two digits, or none with a leading
 * zero. */
#define LANTIK_LISTED 100u
void lantik_rulebook_listed(
	const struct lantik_rulebook *rulebook, const char *name, bool two_digits, int32_t on, bool ret[LANTIK_LISTED]);
/* Whether the parameter has any value on that date; 0: on any date. */
bool lantik_rulebook_parameter_known(const struct lantik_rulebook *rulebook, const char *name, int32_t on);
/* The parameter as a number on that date, or otherwise when it is absent or no number. Of several values the one that
 * began last, of these the first in the text. */
int32_t lantik_rulebook_number(const struct lantik_rulebook *rulebook, const char *name, int32_t otherwise, int32_t on);

/* One changed severity, as it stands in the text; which one wins is the rules' matter (rules.h). */
struct lantik_override {
	char name[64];                   /* CODE or CODE.case; may be unknown to this version */
	int severity;                    /* 0 OFF, else enum lantik_severity */
	int32_t kind;                    /* 0: every kind */
	int32_t step;                    /* 0: every step */
	char agency[5];                  /* empty: every agency */
	int32_t valid_from, valid_until; /* 0: open */
};
size_t lantik_rulebook_override_count(const struct lantik_rulebook *rulebook);
const struct lantik_override *lantik_rulebook_override(const struct lantik_rulebook *rulebook, size_t i);

enum lantik_window_state {
	LANTIK_WINDOW_NONE,   /* no line for this programme and step */
	LANTIK_WINDOW_OPEN,   /* opens <= at < closes */
	LANTIK_WINDOW_GRACE,  /* closed, but within the minutes of grace */
	LANTIK_WINDOW_EARLY,  /* before any of them opens */
	LANTIK_WINDOW_CLOSED, /* after one of them, and none is open */
};
/* Windows of the agency stand in place of the general ones. *ret_unverified: the state rests on an unverified row. */
enum lantik_window_state lantik_rulebook_window(const struct lantik_rulebook *rulebook, struct lantik_span programme,
	int32_t step, struct lantik_span agency, int64_t at, bool *ret_unverified);

/* Whom the policy admits, by words of yes_no, of which 0 (not stated) fits only a policy that takes either. An agency's
 * own policy stands in place of the general one. False: none for this programme and agency on that date. */
bool lantik_rulebook_policy(const struct lantik_rulebook *rulebook, struct lantik_span programme,
	struct lantik_span agency, int32_t on, bool ret_admitted[3][3][3]);

struct lantik_formation {
	char agency[5];
	char programme[21];
	int32_t group; /* of kelompok_lapor */
	int32_t quota;
	int32_t decided_on; /* 0: not given */
	int32_t valid_from, valid_until;
};
const struct lantik_formation *lantik_rulebook_formation(const struct lantik_rulebook *rulebook,
	struct lantik_span agency, struct lantik_span programme, int32_t group, int32_t on);
/* Whether the agency has a formation in any group; its earliest decision, 0 when none is given. */
bool lantik_rulebook_formed(const struct lantik_rulebook *rulebook, struct lantik_span agency,
	struct lantik_span programme, int32_t on, int32_t *ret_decided_on);

/* Monthly minimum wage in sen; 0 when the table does not say. */
int64_t lantik_rulebook_wage(const struct lantik_rulebook *rulebook, struct lantik_span region, int32_t year,
	int32_t on, bool *ret_unverified);
bool lantik_rulebook_wages_of(const struct lantik_rulebook *rulebook, int32_t year);

struct lantik_position {
	uint8_t id[16];
	int32_t jenis_jabatan_id;
	char min_education[3];                 /* empty: none */
	char min_golongan[6], max_golongan[6]; /* empty: none; of one scale when both are given */
	int32_t bup, entry_age;                /* years; 0: none */
	int32_t valid_from, valid_until;
	bool unverified;
};
const struct lantik_position *lantik_rulebook_position(
	const struct lantik_rulebook *rulebook, const uint8_t id[16], int32_t on);
/* The agency of the unit on that date; ret is untouched when the unit is unknown or not valid then. */
bool lantik_rulebook_unit(const struct lantik_rulebook *rulebook, const uint8_t id[16], int32_t on, char ret_agency[5]);
/* Whether any unit of the agency is known. Units are loaded agency by agency: of one whose units nobody loaded, an
 * unknown unit says nothing. */
bool lantik_rulebook_units_of(const struct lantik_rulebook *rulebook, struct lantik_span agency);
bool lantik_rulebook_study(const struct lantik_rulebook *rulebook, const uint8_t id[16]);
/* Least level of education for a group of kelompok_jabatan; NULL: the table does not say. */
const char *lantik_rulebook_group_education(
	const struct lantik_rulebook *rulebook, int32_t group, bool *ret_unverified);

/* How many types of documents are required; at most `capacity` of them are written. */
size_t lantik_rulebook_documents(const struct lantik_rulebook *rulebook, struct lantik_span programme, int32_t step,
	int32_t on, int32_t *ret_types, size_t capacity);

enum lantik_category { LANTIK_CATEGORY_UNKNOWN, LANTIK_CATEGORY_ADMITTED, LANTIK_CATEGORY_FAILED };
/* One part of a kategori, of either case. */
enum lantik_category lantik_rulebook_category(
	const struct lantik_rulebook *rulebook, struct lantik_span programme, struct lantik_span category, int32_t on);
/* Whether a line of any table and any date names the programme; also true when none names one at all. */
bool lantik_rulebook_programme(const struct lantik_rulebook *rulebook, struct lantik_span programme);
/* Whether the table says anything of the programme on that date. */
bool lantik_rulebook_categories(const struct lantik_rulebook *rulebook, struct lantik_span programme, int32_t on);

enum lantik_reason {
	LANTIK_REASON_NONE,
	LANTIK_REASON_DECEASED,
	LANTIK_REASON_INACTIVE,
	LANTIK_REASON_NO_BUDGET,
	LANTIK_REASON_NO_NEED,
};
/* What a reason against a proposal (alasan_tolak_id) means; NONE when the table does not say. */
enum lantik_reason lantik_rulebook_reason(const struct lantik_rulebook *rulebook, int32_t id);

bool lantik_rulebook_holiday(const struct lantik_rulebook *rulebook, int32_t date);

/* Place of a golongan in its scale: I/a..IV/e of civil servants or I..XVII of PPPK, both 1..17; 0 when it is in
 * neither. *ret_pppk tells the scale. */
int lantik_golongan_rank(struct lantik_span text, bool *ret_pppk);

#endif
