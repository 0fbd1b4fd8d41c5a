/* A rulebook with one line of every word, for the tests of what it must be and of what it answers.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_UNIT_RULEBOOK_SAMPLE_H
#define LANTIK_UNIT_RULEBOOK_SAMPLE_H

#include "unit.h"

#include "lantik/limits.h"
#include "lantik/rulebook.h"

#define HEAD "lantik-rulebook 1\n"

static inline struct lantik_rulebook *parse(const char *text)
{
	struct lantik_rulebook *rulebook = NULL;
	unsigned line = 99;
	enum lantik_error error = lantik_rulebook_parse(lantik_span_of(text), &rulebook, &line);
	cr_assert_eq(error, LANTIK_OK, "line %u", line);
	cr_assert_eq(line, 0);
	return rulebook;
}

static inline struct lantik_span span(const char *text)
{
	return lantik_span_of(text);
}

/* One line of every word, and of some what a look-up can trip over. */
static const char sample[] =
	HEAD "agency\t1010\tpusat\t00\t\t\t\n"
	     "agency\t6171\tkota\t03\t32\t\t\n"
	     "agency\t9902\tkota\t99\t99\t2020-01-01\t2025-01-01\n"
	     "agency\t9902\tkota\t99\t99\t2026-01-01\t\n"
	     "category\tPW2024\tR2\tadmitted\t\t\n"
	     "category\tPW2024\tR3\tadmitted\t\t2026-01-01\n"
	     "category\tPW2024\tR3\tfailed\t2026-01-01\t\n"
	     "category\tPW2024\tTMS\tfailed\t\t\n"
	     "category\tPW2025\tR5\tadmitted\t2026-01-01\t\n"
	     "district\t990101\n"
	     "document\tPW2024\tNI\t1\t\t\n"
	     "document\tPW2024\tNI\t300\t\t2026-01-01\n"
	     "document\tPW2024\tNI\t4\t2025-06-01\t\n"
	     "document\tPW2024\tSK\t9\t\t\n"
	     "education\t05\n"
	     "education\t40\n"
	     "eligibility\tPW2024\t\tyes\t\tyes\t\t\n"
	     "eligibility\tPW2024\t\tyes\tyes\t\t\t\n"
	     "eligibility\tPW2024\t9901\tyes\t\tyes\t2025-01-01\t2026-01-01\n"
	     "eligibility\tPW2024\t9902\tno\t\t\t\t\n"
	     "eligibility\tPW2025\t9901\t\tno\t\t\t\n"
	     "formation\t6171\tPW2024\tguru\t688\t\t\t\n"
	     "formation\t9901\tPW2024\tguru\t10\t2025-08-29\t\t2025-12-01\n"
	     "formation\t9901\tPW2024\tguru\t12\t2025-11-20\t2025-12-01\t\n"
	     "formation\t9901\tPW2024\tteknis\t30\t2025-09-03\t\t\n"
	     "group\tpenata_layanan_operasional\t35\n"
	     "group\tpengelola_umum_operasional\t05\tunverified\n"
	     "holiday\t2025-09-05\n"
	     "holiday\t2025-12-25\n"
	     "kanreg\t03\t32\t\t2026-01-01\n"
	     "kanreg\t05\t32\t2026-01-01\t\n"
	     "kanreg\t98\t98\t\t\tunverified\n"
	     "parameter\tbup_ahli_utama\t65\t\t\n"
	     "parameter\tbup_default\t58\t\t2026-01-01\n"
	     "parameter\tbup_default\t60\t2026-01-01\t\n"
	     "parameter\tlist\t21\t\t\n"
	     "parameter\tlist\t24\t2025-06-01\t\n"
	     "parameter\tword\tx1\t\t\n"
	     "position\t00000000000000000000000000000001\t2\t40\tIII/b\tIV/e\t65\t40\t\t2026-01-01\n"
	     "position\t00000000000000000000000000000001\t2\t40\tIII/c\tIV/e\t65\t40\t2026-01-01\t\tunverified\n"
	     "position\ta0000000000000000000000000000001\t4\t\t\t\t\t\t2025-01-01\t2025-12-01\n"
	     "position\tf0000000000000000000000000000001\t2\t\tIX\tXVII\t60\t\t\t\n"
	     "province\t99\n"
	     "reason\t1\tdeceased\n"
	     "reason\t12\tno_need\n"
	     "reason\t2\tinactive\n"
	     "reason\t3\tno_budget\n"
	     "regency\t9901\n"
	     "retired\t9101\n"
	     "retired\t970201\n"
	     "severity\tN05\tOFF\t\t\t\t\t\n"
	     "severity\tN05.birth_date\tERROR\tPPPK_PW\tNI\t9901\t2025-01-01\t2026-01-01\n"
	     "severity\tZ99.new\tFATAL\tJF\t\t\t\t\n"
	     "study\t00000000000000000000000000000001\n"
	     "study\tffffffffffffffffffffffffffffffff\n"
	     "unit\t00000000000000000000000000000001\t9901\t\t\n"
	     "unit\t00000000000000000000000000000002\t9901\t2026-01-01\t\n"
	     "unit\t00000000000000000000000000000002\t9902\t\t2026-01-01\n"
	     "unit\tffffffffffffffffffffffffffffffff\t9902\t2025-01-01\t2025-12-01\n"
	     "wage\t32\t2025\t219123200\t\t\n"
	     "wage\t3273\t2025\t448291400\t\t\n"
	     "wage\t3273\t2026\t460000000\t\t\tunverified\n"
	     "window\tPW2024\tNI\t\t2025-08-22T17:00:00Z\t2025-12-19T17:00:00Z\t60\n"
	     "window\tPW2024\tNI\t9901\t2025-08-22T17:00:00Z\t2025-09-30T17:00:00Z\t0\tunverified\n"
	     "window\tPW2024\tNI\t9901\t2025-11-30T17:00:00Z\t2025-12-19T17:00:00Z\t10\n"
	     "window\tPW2024\tSK\t\t2025-10-01T00:00:00Z\t2025-12-31T17:00:00Z\t0\n";

#endif
