/* What the files of the check share: rule numbers, the batch being checked and the record being checked.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CORE_RULES_PRIVATE_H
#define LANTIK_CORE_RULES_PRIVATE_H

#include "lantik/limits.h"
#include "lantik/rules.h"

enum lantik_rule_id {
#define RULE(code, layer, kinds, steps, certainty, source, english, indonesian) LANTIK_RULE_##code,
#define CASE(code, name, severity, english, indonesian)
#include "lantik/rules.def"
#undef RULE
#undef CASE
	LANTIK_RULE_COUNT
};

/* One value that stands in the batch, by a number made of it. */
struct lantik_slot {
	uint64_t key;
	uint64_t other;     /* what the first record holds beside it */
	uint32_t record_no; /* of its first record; 0: the slot is free */
	bool reported;
};

/* The values of one kind. It grows with the batch and is never more than half full, so that probes stay short and a
 * small batch costs little; zero it to begin. */
#define LANTIK_SET_BITS 5u /* at first */

struct lantik_set {
	struct lantik_slot *slots;
	unsigned bits; /* 2^bits slots */
	uint32_t used;
};

/* Answers of the rulebook about ids that stand in many records of a batch: positions, units, studies. */
#define LANTIK_SEEN 512u

struct lantik_seen {
	uint8_t id[16];
	const struct lantik_position *position;
	uint8_t answer; /* what it means is the rule's; 0: the place is free */
};

/* The same for the first six digits of a NIK. */
#define LANTIK_SEEN_DISTRICTS 256u

struct lantik_seen_district {
	uint32_t code;
	enum lantik_case_id found; /* LANTIK_CASE_COUNT: nothing; 0: the place is free */
};

/* The same for the parts of kategori, of which there are a dozen. */
#define LANTIK_SEEN_CATEGORIES 16u

struct lantik_seen_category {
	uint64_t part; /* its bytes; 0: the place is free */
	enum lantik_category category;
};

/* Documents that a rulebook may require; a record holds LANTIK_MAX_DOCUMENTS. */
#define LANTIK_MAX_REQUIRED 64u

/* What the rulebook says of this batch, asked once: programme, step, agency and the day are the same for all records.
 */
struct lantik_policy {
	enum lantik_case_id window; /* of B06 and of every record; LANTIK_CASE_COUNT: in time */
	bool window_unverified;
	bool has_window, has_policy, formed;     /* whether the rulebook says anything of them */
	int32_t decided;                         /* the day of the agency's formation; 0: not known */
	bool late;                               /* B07 */
	bool agency_known;                       /* else B05 tells it, and K02 and J03 have nothing to compare with */
	bool other_procurement, other_formation; /* K03 */
	bool first_proposal_step;                /* K04, K05: every record of this step proposes a person */
	bool admitted[3][3][3];                  /* K05, by the words of the three columns, 0 for not stated */
	bool agreement_listed[LANTIK_LISTED];    /* P05 */
	bool status_refused[LANTIK_LISTED];      /* S07 */
	int32_t bup;                             /* of positions that no table knows */
	int32_t spmt_deadline;                   /* D14 */
	int32_t documents[LANTIK_MAX_REQUIRED];  /* S04 */
	size_t document_count;
};

/* What of a batch decides which cases are judged and how: all but the instant, by which windows open and close. */
struct lantik_basis_key {
	uint64_t rulebook; /* lantik_rulebook_identity; 0: nothing is kept under this key */
	int32_t received, kind, step;
	uint8_t lens[4];
	char agency[4], programme[LANTIK_MAX_PROGRAMME], procurement[8], formation[8];
};

_Static_assert(sizeof(struct lantik_basis_key) == 64, "keys are compared as bytes, and none of them is padding");

/* The answer. */
struct lantik_basis {
	struct lantik_basis_key key;
	struct lantik_severities severities;
	uint8_t judged[LANTIK_CASE_COUNT];
	uint64_t not_checked[4];
	struct lantik_policy policy;
};

/* Agencies take turns in a group of small batches. */
#define LANTIK_BASES 64u

struct lantik_check {
	const struct lantik_rulebook *rulebook;
	const struct lantik_manifest *manifest;
	int64_t received_at;
	int32_t received;
	uint32_t records;
	uint32_t groups[4];                  /* records by kelompok_lapor; 0: none or unreadable */
	struct lantik_severities severities; /* of every case that is on */
	uint8_t judged[LANTIK_CASE_COUNT];   /* severity of each case that this check reports; 0: it does not */
	uint64_t not_checked[4];
	struct lantik_policy policy;
	uint32_t whole_niks, round_niks; /* of 16 digits; of these, ending in 0 */
	int32_t wage_year;               /* the last one asked for */
	bool wages_asked, wages_known;   /* of any year */
	struct lantik_seen positions[LANTIK_SEEN], units[LANTIK_SEEN], studies[LANTIK_SEEN];
	struct lantik_seen_district districts[LANTIK_SEEN_DISTRICTS];
	struct lantik_seen_category categories[LANTIK_SEEN_CATEGORIES];
	uint8_t levels[100]; /* answers about tk_pendidikan_id, by its two digits */
	struct lantik_set niks, perteks;
	struct lantik_set decrees;   /* of people who stand twice */
	struct lantik_basis_key key; /* of the batch that the answers above were given to; lantik_check_again's alone */
	struct lantik_basis *bases;  /* by their keys; NULL before the second batch */
};

/* What one pass over a text tells, in one word: of single bytes that are read as one the processor waits. */
enum lantik_text_fact {
	LANTIK_TEXT_VALID = 1,      /* UTF-8 without NUL */
	LANTIK_TEXT_CONTROL = 2,    /* holds C0, DEL or C1 */
	LANTIK_TEXT_INVISIBLE = 4,  /* turns the direction of writing, or joins words without a width */
	LANTIK_TEXT_ZERO_WIDTH = 8, /* holds U+200B-U+200D */
	LANTIK_TEXT_ORDINARY = 16,  /* nothing of that, and no formula either */
};

struct lantik_text_facts {
	uint32_t characters;
	uint32_t holds; /* of enum lantik_text_fact */
};

/* One record on its way through the rules. */
struct lantik_row {
	struct lantik_check *check;
	const struct lantik_record *record;
	struct lantik_findings *findings;
	uint32_t number;
	uint32_t count;                                       /* its findings so far */
	enum lantik_severity gravest;                         /* of its findings; 0: none yet */
	struct lantik_text_facts facts[LANTIK_FIELD_END];     /* of text fields, once lantik_row_readable has run */
	struct lantik_text_facts paths[LANTIK_MAX_DOCUMENTS]; /* of the documents' objects, likewise */
	bool spoiled[LANTIK_FIELD_END]; /* returned by T01, T06, T07 or T08: no second finding for that cause */
	bool nik_ok, nip_ok;            /* N01 and P01 hold */
	uint64_t nik, pertek;           /* as numbers, for what may stand twice in the batch */
	bool pertek_ok;                 /* no_pertek is there and readable */
	int32_t birth;                  /* tgl_lahir when it is a day, else 0 */
	int32_t tmt;                    /* the TMT of this kind when it is a day, else 0 */
	enum lantik_field_id tmt_field;
	const struct lantik_position *position; /* as the table has it; NULL: it does not */
};

/* Adds a finding when its case is judged in this batch and the record has room for it. True when the case returns the
 * record (or refuses the batch), so that a second finding for the same cause tells nothing new. */
bool lantik_row_report(struct lantik_row *row, enum lantik_case_id case_id, enum lantik_field_id field);
/* The same for what rests on a row of the rulebook; when that is unverified the case warns at most. */
bool lantik_row_report_by(
	struct lantik_row *row, enum lantik_case_id case_id, enum lantik_field_id field, bool unverified);
/* Whether the case is said of the whole batch, under record 0. */
bool lantik_case_of_batch(enum lantik_case_id id);
/* Adds a finding of the batch when its case is judged. */
void lantik_batch_report(struct lantik_check *check, struct lantik_findings *findings, enum lantik_case_id case_id);

/* The rules by file; in this order, since later ones ask what earlier ones found. */
bool lantik_row_readable(struct lantik_row *row);    /* B01.utf8; false: nothing else can be judged */
void lantik_row_batch(struct lantik_row *row);       /* B06, B08, K03: the same for every record */
void lantik_row_text(struct lantik_row *row);        /* T01, T06, T08 */
void lantik_row_name(struct lantik_row *row);        /* T03, T05, T09 */
void lantik_row_values(struct lantik_row *row);      /* T07, D01, and what later rules need of dates */
void lantik_row_nip_shape(struct lantik_row *row);   /* P01 */
void lantik_row_nik(struct lantik_row *row);         /* N01-N06 */
void lantik_row_keys(struct lantik_row *row);        /* what lantik_row_repeated will look for */
void lantik_row_nip(struct lantik_row *row);         /* P02-P09, T06.rounded */
void lantik_row_participant(struct lantik_row *row); /* K01, K02, K04-K06 */
void lantik_row_position(struct lantik_row *row);    /* J01-J07, and the position that the dates ask for */
void lantik_row_dates(struct lantik_row *row);       /* D02-D15 */
void lantik_row_pay(struct lantik_row *row);         /* W01-W03 */
void lantik_row_papers(struct lantik_row *row);      /* S01, S03, S04, S07, S08 */
void lantik_row_repeated(struct lantik_row *row);    /* N07, S02, S03: what stands twice in the batch */
/* Severities, judged, not_checked and policy, of a check whose rulebook, manifest and instant are known. */
void lantik_check_settle(struct lantik_check *check);

/* Asks the rulebook what it says of the batch; everything but the severities stands in the check. */
void lantik_policy_read(const struct lantik_check *check, struct lantik_policy *ret);
/* The same of what may differ between two batches of one basis: B06. */
void lantik_policy_window(const struct lantik_check *check, struct lantik_policy *ret);
/* False when a table that the case needs is empty, or says nothing of this batch. */
bool lantik_policy_tells(const struct lantik_check *check, enum lantik_case_id case_id);

struct lantik_text_facts lantik_text_facts(struct lantik_span text);
/* Whether a spreadsheet takes it for a formula: after blanks it begins with = + - or @. */
bool lantik_text_formula(struct lantik_span text);

/* After blanks at both ends are taken off. */
struct lantik_span lantik_text_trimmed(struct lantik_span text);

/* Digits as a number; the span must hold digits only, at most 18. */
uint64_t lantik_digits_value(struct lantik_span digits);
bool lantik_all_digits(struct lantik_span text);
/* Part of a span that is long enough. */
struct lantik_span lantik_part(struct lantik_span text, size_t from, size_t len);

#endif
