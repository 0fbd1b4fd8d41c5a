/* The rulebook: reference tables and parameters by which both ends judge, as one canonical text with one digest.
 *
 * Text: UTF-8, LF, first line `lantik-rulebook 1`, then one line a row, tab-separated, sorted bytewise, no line twice.
 * The daemon makes it from its database, the office gets it by a Reference request; both parse the same bytes.
 *   agency     code  level  kanreg_id  province  valid_from  valid_until   (level pusat: province empty)
 *   district   code6                       regency  code4                 province  code2
 *   retired    code4 or code6              (codes that people's NIKs still carry)
 *   kanreg     kanreg_id  province  valid_from  valid_until  [unverified]
 *   education  tk_pendidikan_id
 *   parameter  name  value
 * Parameters: ni_pppk_kk (allowed digits 13-14, one line each), bup_default and bup_<jenjang> (retirement age in
 * years), spmt_deadline_pw (last day of SPMT, YYYYMMDD). `unverified` marks a mapping that no source confirms.
 * valid_from is inclusive, valid_until exclusive; YYYY-MM-DD; empty is open.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_RULEBOOK_H
#define LANTIK_RULEBOOK_H

#include "lantik/crypto.h"

struct lantik_rulebook;

/* Copies what it keeps. On failure *ret_line is the line at fault (1-based; 0: none). */
LANTIK_MUST_CHECK enum lantik_error lantik_rulebook_parse(
	struct lantik_span text, struct lantik_rulebook **ret, unsigned *ret_line);
/* A rulebook with no table at all: every rule that needs one is "not checked". */
LANTIK_MUST_CHECK struct lantik_rulebook *lantik_rulebook_empty(void);
void lantik_rulebook_free(struct lantik_rulebook **rulebook);

/* SHA-256 of the text; 32 zero bytes for the empty rulebook. */
const uint8_t *lantik_rulebook_digest(const struct lantik_rulebook *rulebook);

enum lantik_table {
	LANTIK_TABLE_AGENCY,
	LANTIK_TABLE_REGION, /* province, regency, district */
	LANTIK_TABLE_RETIRED,
	LANTIK_TABLE_KANREG,
	LANTIK_TABLE_EDUCATION,
	LANTIK_TABLE_PARAMETER,
	LANTIK_TABLE_COUNT
};
bool lantik_rulebook_has(const struct lantik_rulebook *rulebook, enum lantik_table table);

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
/* Whether the parameter has this value; parameters may have several. */
bool lantik_rulebook_parameter_is(const struct lantik_rulebook *rulebook, const char *name, struct lantik_span value);
/* The parameter as a number, or otherwise when it is absent or no number. */
int32_t lantik_rulebook_number(const struct lantik_rulebook *rulebook, const char *name, int32_t otherwise);

#endif
