/* Tests of severities: the defaults, what a rulebook may make of them, which line wins, and what all or nothing does.
 * SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "lantik/rules.h"

static struct lantik_manifest good_manifest(int32_t rows)
{
	return (struct lantik_manifest){
		.schema_version = lantik_span_of(LANTIK_SCHEMA_VERSION),
		.kanreg_id = lantik_span_of("99"),
		.kode_instansi = lantik_span_of("9901"),
		.kind = LANTIK_PPPK_PW,
		.step = LANTIK_STEP_NI,
		.row_count = rows,
	};
}

Test(severities, are_those_of_the_table_without_a_rulebook)
{
	struct lantik_rulebook *nothing = lantik_rulebook_empty();
	struct lantik_manifest manifest = good_manifest(0);
	struct lantik_severities severities;
	lantik_severities_for(nothing, &manifest, 20251015, &severities);
	for (unsigned id = 0; id < LANTIK_CASE_COUNT; id++)
		cr_expect_eq(severities.of[id], lantik_case_of((enum lantik_case_id)id)->severity);
	lantik_rulebook_free(&nothing);
}

/* The severities that a name may be given, as letters; `-` is off. */
static void expect_legal(const char *name, const char *letters)
{
	static const char all[] = "-FERW";
	for (int32_t severity = -1; severity <= 5; severity++) {
		bool legal = severity >= 0 && severity <= 4 && strchr(letters, all[severity]) != NULL;
		cr_expect_eq(lantik_override_legal(lantik_span_of(name), severity), legal, "%s %d", name, severity);
	}
}

Test(severities, that_a_rulebook_may_give)
{
	expect_legal("N05.birth_date", "-FERW");
	expect_legal("N05", "-FERW");
	expect_legal("K05", "-FERW");
	expect_legal("B06.closed", "-FERW");
	expect_legal("B09", "-FERW");
	expect_legal("B07", "-FW");
	expect_legal("B02.row_count", "-FW");
	expect_legal("T06.rounded_column", "-FW");
	expect_legal("T06", "-FERW");
	expect_legal("B01.kind", "F");
	expect_legal("B01", "F");
	expect_legal("B08", "FE");
	expect_legal("N01.length", "FE");
	expect_legal("N07", "FER");
	expect_legal("S05.same_step", "FE");
	expect_legal("S05.rejected", "-FERW");
	expect_legal("T02", "-W");
	expect_legal("B04.kanreg_unverified", "-W");
	expect_legal("T04", "");
	expect_legal("N05.nothing", "");
	expect_legal("Z01", "");
	expect_legal("", "");
}

static struct lantik_rulebook *rulebook_of(const char *lines)
{
	struct lantik_rulebook *rulebook = NULL;
	char text[4096];
	unsigned line;
	snprintf(text, sizeof text, "lantik-rulebook 1\n%s", lines);
	cr_assert_eq(lantik_rulebook_parse(lantik_span_of(text), &rulebook, &line), LANTIK_OK, "line %u", line);
	return rulebook;
}

static uint8_t severity_by(const char *lines, enum lantik_case_id id)
{
	struct lantik_rulebook *rulebook = rulebook_of(lines);
	struct lantik_manifest manifest = good_manifest(0);
	struct lantik_severities severities;
	lantik_severities_for(rulebook, &manifest, 20251015, &severities);
	lantik_rulebook_free(&rulebook);
	return severities.of[id];
}

/* The batch is PPPK_PW, NI, of agency 9901, on 2025-10-15. */
Test(severities, of_a_rulebook_are_those_of_its_most_specific_line)
{
	static const struct {
		const char *lines;
		uint8_t severity;
	} examples[] = {
		{"severity\tN05\tREVIEW\t\t\t\t\t\n", LANTIK_REVIEW},
		{"severity\tN05.birth_date\tOFF\t\t\t\t\t\n", 0},
		{"severity\tN06\tREVIEW\t\t\t\t\t\n", LANTIK_WARN},
		{"severity\tN05\tERROR\tPPPK\t\t\t\t\n", LANTIK_WARN},
		{"severity\tN05\tERROR\tPPPK_PW\t\t\t\t\n", LANTIK_ERROR_ROW},
		{"severity\tN05\tERROR\t\tSK\t\t\t\n", LANTIK_WARN},
		{"severity\tN05\tERROR\t\tNI\t\t\t\n", LANTIK_ERROR_ROW},
		{"severity\tN05\tERROR\t\t\t9902\t\t\n", LANTIK_WARN},
		{"severity\tN05\tERROR\t\t\t9901\t\t\n", LANTIK_ERROR_ROW},
		{"severity\tN05\tERROR\t\t\t\t2025-10-16\t\n", LANTIK_WARN},
		{"severity\tN05\tERROR\t\t\t\t2025-10-15\t\n", LANTIK_ERROR_ROW},
		{"severity\tN05\tERROR\t\t\t\t\t2025-10-15\n", LANTIK_WARN},
		{"severity\tN05\tERROR\tPPPK_PW\tNI\t\t\t\nseverity\tN05\tREVIEW\t\t\t9901\t\t\n", LANTIK_REVIEW},
		{"severity\tN05\tERROR\tPPPK_PW\t\t\t\t\nseverity\tN05\tREVIEW\t\tNI\t\t\t\n", LANTIK_REVIEW},
		{"severity\tN05\tERROR\tPPPK_PW\t\t\t\t\nseverity\tN05.birth_date\tREVIEW\t\t\t\t\t\n",
			LANTIK_ERROR_ROW},
		{"severity\tN05\tERROR\t\t\t\t2025-01-01\t\nseverity\tN05.birth_date\tREVIEW\t\t\t\t\t\n",
			LANTIK_REVIEW},
	};
	for (size_t i = 0; i < LANTIK_COUNT(examples); i++)
		cr_expect_eq(severity_by(examples[i].lines, LANTIK_CASE_N05_birth_date), examples[i].severity, "%s",
			examples[i].lines);
	cr_expect_eq(severity_by("severity\tN05\tERROR\t\t\t\t2025-01-01\t2025-02-01\n"
				 "severity\tN05\tOFF\t\t\t\t2025-02-01\t\n",
			     LANTIK_CASE_N05_birth_date),
		0);
}

/* A line that may not stand there, from an operator who went round the tools, changes nothing. */
Test(severities, of_a_rulebook_never_let_pass_what_the_register_cannot_hold)
{
	cr_expect_eq(severity_by("severity\tN01\tWARN\t\t\t\t\t\n", LANTIK_CASE_N01_length), LANTIK_ERROR_ROW);
	cr_expect_eq(severity_by("severity\tB02\tREVIEW\t\t\t\t\t\n", LANTIK_CASE_B02_row_count), LANTIK_FATAL);
	cr_expect_eq(severity_by("severity\tT06\tREVIEW\t\t\t\t\t\n", LANTIK_CASE_T06_decimal), LANTIK_REVIEW);
	cr_expect_eq(severity_by("severity\tT06\tREVIEW\t\t\t\t\t\n", LANTIK_CASE_T06_rounded_column), LANTIK_FATAL);
}

static uint8_t all_or_nothing(int32_t wanted, uint32_t record_no, enum lantik_severity severity)
{
	struct lantik_manifest manifest = good_manifest(1);
	struct lantik_severities severities = {0};
	struct lantik_findings findings = {0};
	manifest.all_or_nothing = wanted;
	severities.of[LANTIK_CASE_B10_all_or_nothing] = LANTIK_FATAL;
	lantik_findings_add(&findings, record_no, LANTIK_CASE_N05_birth_date, severity, LANTIK_F_nik);
	for (int i = 0; i < 2; i++)
		lantik_findings_all_or_nothing(&manifest, &severities, &findings);
	bool found = findings.items[0].case_id == LANTIK_CASE_B10_all_or_nothing;
	cr_expect_eq(findings.count, found ? 2 : 1);
	uint8_t ret = found ? findings.items[0].severity : 0;
	lantik_findings_free(&findings);
	return ret;
}

Test(findings, of_all_or_nothing_refuse_the_batch_when_a_record_falls_out)
{
	cr_expect_eq(all_or_nothing(1, 1, LANTIK_ERROR_ROW), LANTIK_FATAL);
	cr_expect_eq(all_or_nothing(1, 1, LANTIK_REVIEW), LANTIK_FATAL);
	cr_expect_eq(all_or_nothing(1, 1, LANTIK_WARN), 0);
	cr_expect_eq(all_or_nothing(1, 0, LANTIK_WARN), 0);
	cr_expect_eq(all_or_nothing(2, 1, LANTIK_ERROR_ROW), 0);
	cr_expect_eq(all_or_nothing(0, 1, LANTIK_ERROR_ROW), 0);
}

/* A finding that the rulebook turned off is never added. */
Test(severities, that_are_off_are_silent)
{
	struct lantik_findings findings = {0};
	lantik_findings_add(&findings, 1, LANTIK_CASE_N05_birth_date, 0, LANTIK_F_nik);
	cr_expect_eq(findings.count, 0);
}
