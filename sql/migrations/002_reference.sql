-- Reference tables by which batches are judged, the rules as data, and the rulebook's canonical text.
-- SPDX-License-Identifier: Apache-2.0
-- Every row is valid from valid_from (inclusive; 1900-01-01 means always) until valid_until (exclusive; NULL means open).
SET LOCAL ROLE lantik_owner;

CREATE TABLE lantik.agency (
    kode_instansi text COLLATE "C" NOT NULL CHECK (kode_instansi ~ '^[0-9]{4}$'),
    nama          text             NOT NULL CHECK (nama <> ''),
    level         text COLLATE "C" NOT NULL CHECK (level IN ('pusat', 'provinsi', 'kabupaten', 'kota')),
    kanreg_id     text COLLATE "C" NOT NULL CHECK (kanreg_id ~ '^[0-9]{2}$'),
    province_code text COLLATE "C"          CHECK (province_code ~ '^[0-9]{2}$'),
    valid_from    date NOT NULL DEFAULT '1900-01-01' CHECK (valid_from >= '1900-01-01'),
    valid_until   date CHECK (valid_until > valid_from AND valid_until < '2200-01-01'),
    CONSTRAINT agency_pkey PRIMARY KEY (kode_instansi, valid_from),
    CONSTRAINT agency_province CHECK ((level = 'pusat') = (province_code IS NULL))
);
COMMENT ON TABLE lantik.agency IS
    'Agencies (instansi). Grain: one agency and period. Source: sql/reference/agencies.csv, BKN''s list of 2020. Privacy: N.';
COMMENT ON COLUMN lantik.agency.kode_instansi IS 'BKN''s agency code, 4 digits; not a Kemendagri code. Privacy: N.';
COMMENT ON COLUMN lantik.agency.nama IS 'Name of the agency. Privacy: N.';
COMMENT ON COLUMN lantik.agency.level IS 'pusat, provinsi, kabupaten or kota. Privacy: N.';
COMMENT ON COLUMN lantik.agency.kanreg_id IS 'Regional office that serves it, 2 digits; 00 is the centre. Privacy: N.';
COMMENT ON COLUMN lantik.agency.province_code IS 'Kemendagri province code, 2 digits; NULL for a central agency. Privacy: N.';
COMMENT ON COLUMN lantik.agency.valid_from IS 'First day of validity; 1900-01-01 means always. Privacy: N.';
COMMENT ON COLUMN lantik.agency.valid_until IS 'First day on which it is no longer valid; NULL means open. Privacy: N.';

CREATE TABLE lantik.kanreg (
    kanreg_id   text COLLATE "C" NOT NULL CHECK (kanreg_id ~ '^[0-9]{2}$'),
    nama        text NOT NULL CHECK (nama <> ''),
    seat        text,
    coverage    text,
    valid_from  date NOT NULL DEFAULT '1900-01-01' CHECK (valid_from >= '1900-01-01'),
    valid_until date CHECK (valid_until > valid_from AND valid_until < '2200-01-01'),
    CONSTRAINT kanreg_pkey PRIMARY KEY (kanreg_id, valid_from)
);
COMMENT ON TABLE lantik.kanreg IS
    'Regional offices of BKN. Grain: one office and period. Source: sql/reference/kanreg.csv. Privacy: N.';
COMMENT ON COLUMN lantik.kanreg.kanreg_id IS '2 digits: 01-14, 00 is the centre. Privacy: N.';
COMMENT ON COLUMN lantik.kanreg.nama IS 'Name of the regional office. Privacy: N.';
COMMENT ON COLUMN lantik.kanreg.seat IS 'City of its seat. Privacy: N.';
COMMENT ON COLUMN lantik.kanreg.coverage IS 'How sure its provinces are: sourced, partly sourced, unverified. Privacy: N.';
COMMENT ON COLUMN lantik.kanreg.valid_from IS 'First day of validity; 1900-01-01 means always. Privacy: N.';
COMMENT ON COLUMN lantik.kanreg.valid_until IS 'First day on which it is no longer valid; NULL means open. Privacy: N.';

CREATE TABLE lantik.kanreg_province (
    kanreg_id     text COLLATE "C" NOT NULL CHECK (kanreg_id ~ '^[0-9]{2}$'),
    province_code text COLLATE "C" NOT NULL CHECK (province_code ~ '^[0-9]{2}$'),
    unverified    boolean NOT NULL DEFAULT false,
    valid_from    date NOT NULL DEFAULT '1900-01-01' CHECK (valid_from >= '1900-01-01'),
    valid_until   date CHECK (valid_until > valid_from AND valid_until < '2200-01-01'),
    CONSTRAINT kanreg_province_pkey PRIMARY KEY (kanreg_id, province_code, valid_from)
);
COMMENT ON TABLE lantik.kanreg_province IS
    'Which regional office serves which province. Grain: one pair and period. Source: sql/reference/kanreg_province.csv. Privacy: N.';
COMMENT ON COLUMN lantik.kanreg_province.kanreg_id IS 'Regional office, 2 digits. Privacy: N.';
COMMENT ON COLUMN lantik.kanreg_province.province_code IS 'Kemendagri province code, 2 digits. Privacy: N.';
COMMENT ON COLUMN lantik.kanreg_province.unverified IS
    'True when no source confirms it: a rule that rests on it warns at most. Privacy: N.';
COMMENT ON COLUMN lantik.kanreg_province.valid_from IS 'First day of validity; 1900-01-01 means always. Privacy: N.';
COMMENT ON COLUMN lantik.kanreg_province.valid_until IS
    'First day on which it is no longer valid; NULL means open. Privacy: N.';

CREATE TABLE lantik.region (
    code        text COLLATE "C" NOT NULL CHECK (code ~ '^([0-9]{2}){1,3}$'),
    nama        text    NOT NULL CHECK (nama <> ''),
    is_test     boolean NOT NULL GENERATED ALWAYS AS (code LIKE '99%') STORED,
    valid_from  date NOT NULL DEFAULT '1900-01-01' CHECK (valid_from >= '1900-01-01'),
    valid_until date CHECK (valid_until > valid_from AND valid_until < '2200-01-01'),
    CONSTRAINT region_pkey PRIMARY KEY (code)
);
COMMENT ON TABLE lantik.region IS
    'Provinces, regencies and districts; a NIK keeps its code for life, so the period limits nothing. Grain: one region. Source: idn-area-data 4.0.1 (Kemendagri codes, data under ODbL 1.0). Privacy: N.';
COMMENT ON COLUMN lantik.region.code IS
    'Kemendagri code without dots: 2 digits a province, 4 a regency or city, 6 a district. Privacy: N.';
COMMENT ON COLUMN lantik.region.nama IS 'Name of the region. Privacy: N.';
COMMENT ON COLUMN lantik.region.is_test IS 'True for the fictional province 99, which only a test database holds. Privacy: N.';
COMMENT ON COLUMN lantik.region.valid_from IS 'First day of the region''s existence, when known; else 1900-01-01. Privacy: N.';
COMMENT ON COLUMN lantik.region.valid_until IS 'First day on which the region no longer exists; NULL means it does. Privacy: N.';

CREATE TABLE lantik.retired_region (
    code text COLLATE "C" NOT NULL CHECK (code ~ '^[0-9]{4}([0-9]{2})?$'),
    CONSTRAINT retired_region_pkey PRIMARY KEY (code)
);
COMMENT ON TABLE lantik.retired_region IS
    'Regency and district codes that are no longer in use but stand in people''s NIKs. Grain: one code. Source: sql/reference/regions/retired.csv (ODbL 1.0). Privacy: N.';
COMMENT ON COLUMN lantik.retired_region.code IS 'Kemendagri code without dots, 4 or 6 digits. Privacy: N.';

CREATE TABLE lantik.education_level (
    tk_pendidikan_id text COLLATE "C" NOT NULL CHECK (tk_pendidikan_id ~ '^[0-9]{2}$'),
    nama             text NOT NULL CHECK (nama <> ''),
    valid_from       date NOT NULL DEFAULT '1900-01-01' CHECK (valid_from >= '1900-01-01'),
    valid_until      date CHECK (valid_until > valid_from AND valid_until < '2200-01-01'),
    CONSTRAINT education_level_pkey PRIMARY KEY (tk_pendidikan_id)
);
COMMENT ON TABLE lantik.education_level IS
    'Education levels of SIASN; a diploma keeps its level, so the period limits nothing. Grain: one level. Source: sql/reference/education_level.csv. Privacy: N.';
COMMENT ON COLUMN lantik.education_level.tk_pendidikan_id IS 'Code, two characters: 05, not 5. Privacy: N.';
COMMENT ON COLUMN lantik.education_level.nama IS 'Name of the level. Privacy: N.';
COMMENT ON COLUMN lantik.education_level.valid_from IS 'First day of validity; 1900-01-01 means always. Privacy: N.';
COMMENT ON COLUMN lantik.education_level.valid_until IS
    'First day on which it is no longer valid; NULL means open. Privacy: N.';

CREATE TABLE lantik.minimum_wage (
    region_code  text COLLATE "C" NOT NULL CHECK (region_code ~ '^[0-9]{2}([0-9]{2})?$'),
    year         integer NOT NULL CHECK (year BETWEEN 1990 AND 2199),
    upah_minimum numeric(14,2) NOT NULL CHECK (upah_minimum > 0),
    note         text,
    valid_from   date NOT NULL DEFAULT '1900-01-01' CHECK (valid_from >= '1900-01-01'),
    valid_until  date CHECK (valid_until > valid_from AND valid_until < '2200-01-01'),
    CONSTRAINT minimum_wage_pkey PRIMARY KEY (region_code, year, valid_from)
);
COMMENT ON TABLE lantik.minimum_wage IS
    'Minimum wages of provinces (UMP) and regencies or cities (UMK). Grain: one region, year and period. Source: sql/reference/minimum_wage_2025.csv, from the press, not complete. Privacy: N.';
COMMENT ON COLUMN lantik.minimum_wage.region_code IS 'Kemendagri code: 2 digits UMP, 4 digits UMK. Privacy: N.';
COMMENT ON COLUMN lantik.minimum_wage.year IS 'Calendar year. Privacy: N.';
COMMENT ON COLUMN lantik.minimum_wage.upah_minimum IS 'Monthly wage. Unit: rupiah with sen. Privacy: N.';
COMMENT ON COLUMN lantik.minimum_wage.note IS 'Name of the region, and doubts about the figure. Privacy: N.';
COMMENT ON COLUMN lantik.minimum_wage.valid_from IS
    'First day, when a year has several decrees; 1900-01-01 means the whole year. Privacy: N.';
COMMENT ON COLUMN lantik.minimum_wage.valid_until IS 'First day on which a later decree holds; NULL means none. Privacy: N.';

CREATE TABLE lantik.formation (
    kode_instansi  text COLLATE "C" NOT NULL CHECK (kode_instansi ~ '^[0-9]{4}$'),
    programme      text COLLATE "C" NOT NULL CHECK (programme <> ''),
    kelompok_lapor smallint NOT NULL CHECK (kelompok_lapor BETWEEN 1 AND 3),
    quota          integer  NOT NULL CHECK (quota >= 0),
    valid_from     date NOT NULL DEFAULT '1900-01-01' CHECK (valid_from >= '1900-01-01'),
    valid_until    date CHECK (valid_until > valid_from AND valid_until < '2200-01-01'),
    CONSTRAINT formation_pkey PRIMARY KEY (kode_instansi, programme, kelompok_lapor, valid_from)
);
COMMENT ON TABLE lantik.formation IS
    'Formation: how many positions MenPANRB fixed. Grain: one agency, programme, reporting group and period. Source: sql/reference/formations.csv and the operator. Privacy: N.';
COMMENT ON COLUMN lantik.formation.kode_instansi IS 'BKN''s agency code, 4 digits. Privacy: N.';
COMMENT ON COLUMN lantik.formation.programme IS 'Programme, as in the batch''s manifest: PW2024. Privacy: N.';
COMMENT ON COLUMN lantik.formation.kelompok_lapor IS
    'Reporting group: 1 guru, 2 kesehatan, 3 teknis (list kelompok_lapor of lantik.word). Privacy: N.';
COMMENT ON COLUMN lantik.formation.quota IS 'Positions. Unit: people. Privacy: N.';
COMMENT ON COLUMN lantik.formation.valid_from IS 'First day of validity; 1900-01-01 means always. Privacy: N.';
COMMENT ON COLUMN lantik.formation.valid_until IS 'First day on which another decision holds; NULL means open. Privacy: N.';

CREATE TABLE lantik.target (
    kanreg_id   text COLLATE "C" NOT NULL CHECK (kanreg_id ~ '^[0-9]{2}$'),
    year        integer NOT NULL CHECK (year BETWEEN 1990 AND 2199),
    target      integer NOT NULL CHECK (target >= 0),
    valid_from  date NOT NULL DEFAULT '1900-01-01' CHECK (valid_from >= '1900-01-01'),
    valid_until date CHECK (valid_until > valid_from AND valid_until < '2200-01-01'),
    CONSTRAINT target_pkey PRIMARY KEY (kanreg_id, year, valid_from)
);
COMMENT ON TABLE lantik.target IS
    'How many PPPK a regional office wants to see appointed in a year. Grain: one regional office, year and period. Source: sql/reference/targets.csv and the operator. Privacy: N.';
COMMENT ON COLUMN lantik.target.kanreg_id IS 'Regional office, 2 digits. Privacy: N.';
COMMENT ON COLUMN lantik.target.year IS 'Calendar year (periode of the manifest). Privacy: N.';
COMMENT ON COLUMN lantik.target.target IS 'Unit: people, full-time and part-time PPPK together. Privacy: N.';
COMMENT ON COLUMN lantik.target.valid_from IS 'First day of validity; 1900-01-01 means always. Privacy: N.';
COMMENT ON COLUMN lantik.target.valid_until IS 'First day on which another target holds; NULL means open. Privacy: N.';

CREATE TABLE lantik.pay_budget (
    kode_instansi text COLLATE "C" NOT NULL CHECK (kode_instansi ~ '^[0-9]{4}$'),
    year          integer NOT NULL CHECK (year BETWEEN 1990 AND 2199),
    amount        numeric(16,2) NOT NULL CHECK (amount >= 0),
    valid_from    date NOT NULL DEFAULT '1900-01-01' CHECK (valid_from >= '1900-01-01'),
    valid_until   date CHECK (valid_until > valid_from AND valid_until < '2200-01-01'),
    CONSTRAINT pay_budget_pkey PRIMARY KEY (kode_instansi, year, valid_from)
);
COMMENT ON TABLE lantik.pay_budget IS
    'What an agency budgeted for the pay of its part-time PPPK. Grain: one agency, year and period. Source: sql/reference/pay_budgets.csv and the operator. Privacy: N.';
COMMENT ON COLUMN lantik.pay_budget.kode_instansi IS 'BKN''s agency code, 4 digits. Privacy: N.';
COMMENT ON COLUMN lantik.pay_budget.year IS 'Budget year. Privacy: N.';
COMMENT ON COLUMN lantik.pay_budget.amount IS 'Unit: rupiah a year. Privacy: N.';
COMMENT ON COLUMN lantik.pay_budget.valid_from IS 'First day of validity; 1900-01-01 means always. Privacy: N.';
COMMENT ON COLUMN lantik.pay_budget.valid_until IS 'First day on which a changed budget holds; NULL means open. Privacy: N.';

CREATE TABLE lantik.rule_parameter (
    name        text COLLATE "C" NOT NULL CHECK (name ~ '^[a-z][a-z0-9_]{0,63}$'),
    value       text COLLATE "C" NOT NULL CHECK (value ~ '^[!-~]{1,64}$'),
    valid_from  date NOT NULL DEFAULT '1900-01-01' CHECK (valid_from >= '1900-01-01'),
    valid_until date CHECK (valid_until > valid_from AND valid_until < '2200-01-01'),
    CONSTRAINT rule_parameter_pkey PRIMARY KEY (name, value, valid_from)
);
COMMENT ON TABLE lantik.rule_parameter IS
    'Numbers and lists that the rules ask for. Grain: one value and period; a name may have several values. Source: sql/reference/parameters.csv and the operator. Privacy: N.';
COMMENT ON COLUMN lantik.rule_parameter.name IS
    'ni_pppk_kk: allowed digits 13-14 of an NI PPPK; bup_default and bup_<jenjang>: retirement age in years; spmt_deadline_pw: last day of SPMT, YYYYMMDD. Privacy: N.';
COMMENT ON COLUMN lantik.rule_parameter.value IS 'The value as text without blanks. Privacy: N.';
COMMENT ON COLUMN lantik.rule_parameter.valid_from IS 'First day of validity; 1900-01-01 means always. Privacy: N.';
COMMENT ON COLUMN lantik.rule_parameter.valid_until IS
    'First day on which it is no longer valid; NULL means open. Privacy: N.';

CREATE TABLE lantik.reference_version (
    only_row   boolean NOT NULL DEFAULT true CHECK (only_row),
    version    bigint NOT NULL DEFAULT 1,
    changed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT reference_version_pkey PRIMARY KEY (only_row)
);
COMMENT ON TABLE lantik.reference_version IS
    'Raised by every change of offices, keys or reference tables; the daemon polls it. Grain: one row. Source: lantikctl. Privacy: N.';
COMMENT ON COLUMN lantik.reference_version.only_row IS 'True: there is one row. Privacy: N.';
COMMENT ON COLUMN lantik.reference_version.version IS 'Counts up from 1. Privacy: N.';
COMMENT ON COLUMN lantik.reference_version.changed_at IS 'Time of the last change. Privacy: N.';
INSERT INTO lantik.reference_version DEFAULT VALUES;

CREATE TABLE lantik.rule (
    code      text COLLATE "C" NOT NULL,
    position  smallint NOT NULL,
    layer     text NOT NULL CHECK (layer IN ('file', 'row', 'batch', 'central')),
    kinds     text[] NOT NULL,
    steps     text[] NOT NULL,
    certainty text NOT NULL CHECK (certainty IN ('S', 'D', 'U')),
    title_en  text NOT NULL,
    title_id  text NOT NULL,
    source    text NOT NULL,
    CONSTRAINT rule_pkey PRIMARY KEY (code)
);
COMMENT ON TABLE lantik.rule IS
    'The rules of the field, as the program has them. Grain: one rule. Source: core/rules.def, written by lantikctl migrate. Privacy: N.';
COMMENT ON COLUMN lantik.rule.code IS 'Code in the field''s list: N05. Privacy: N.';
COMMENT ON COLUMN lantik.rule.position IS 'Place in the table of rules, from 0. Privacy: N.';
COMMENT ON COLUMN lantik.rule.layer IS
    'file: needs the spreadsheet''s text; row: one record; batch: all records; central: the register. Privacy: N.';
COMMENT ON COLUMN lantik.rule.kinds IS 'Kinds of appointment it applies to. Privacy: N.';
COMMENT ON COLUMN lantik.rule.steps IS 'Steps it applies to. Privacy: N.';
COMMENT ON COLUMN lantik.rule.certainty IS 'S sourced, D derived from sourced facts, U unverified default. Privacy: N.';
COMMENT ON COLUMN lantik.rule.title_en IS 'What it demands, in English. Privacy: N.';
COMMENT ON COLUMN lantik.rule.title_id IS 'What it demands, in Indonesian. Privacy: N.';
COMMENT ON COLUMN lantik.rule.source IS 'Where the field says so. Privacy: N.';

CREATE TABLE lantik.rule_case (
    rule_case   text COLLATE "C" NOT NULL,
    code        text COLLATE "C" NOT NULL,
    position    smallint NOT NULL,
    severity    smallint NOT NULL CHECK (severity BETWEEN 1 AND 4),
    expected_en text NOT NULL,
    expected_id text NOT NULL,
    CONSTRAINT rule_case_pkey PRIMARY KEY (rule_case),
    CONSTRAINT rule_case_code_fkey FOREIGN KEY (code) REFERENCES lantik.rule (code)
);
COMMENT ON TABLE lantik.rule_case IS
    'Ways to break a rule. Grain: one way. Source: core/rules.def, written by lantikctl migrate. Privacy: N.';
COMMENT ON COLUMN lantik.rule_case.rule_case IS 'CODE.case, as in verdicts and findings: N05.birth_date. Privacy: N.';
COMMENT ON COLUMN lantik.rule_case.code IS 'The rule. Privacy: N.';
COMMENT ON COLUMN lantik.rule_case.position IS 'Place in the table of cases, from 0. Privacy: N.';
COMMENT ON COLUMN lantik.rule_case.severity IS
    '1 FATAL (batch refused), 2 ERROR (returned), 3 REVIEW (an official decides), 4 WARN (passes). Privacy: N.';
COMMENT ON COLUMN lantik.rule_case.expected_en IS 'What was expected and what to do, in English. Privacy: N.';
COMMENT ON COLUMN lantik.rule_case.expected_id IS 'What was expected and what to do, in Indonesian. Privacy: N.';

CREATE TABLE lantik.word (
    list       text COLLATE "C" NOT NULL,
    code       smallint NOT NULL,
    word       text NOT NULL,
    indonesian text NOT NULL,
    CONSTRAINT word_pkey PRIMARY KEY (list, code)
);
COMMENT ON TABLE lantik.word IS
    'Words of the enumerated columns. Grain: one word of one list. Source: words.def, written by lantikctl migrate. Privacy: N.';
COMMENT ON COLUMN lantik.word.list IS 'The list; most are named like their column. Privacy: N.';
COMMENT ON COLUMN lantik.word.code IS 'The number that the register holds. Privacy: N.';
COMMENT ON COLUMN lantik.word.word IS 'The word in files, views and verdicts. Privacy: N.';
COMMENT ON COLUMN lantik.word.indonesian IS 'The word for people. Privacy: N.';

-- One line a row, sorted bytewise, every line ended by LF: the same tables give the same bytes on every server.
CREATE FUNCTION lantik.rulebook_text() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
    SET datestyle = 'ISO, YMD'
RETURN (
    WITH line (line) AS (
        SELECT concat_ws(E'\t', 'agency', kode_instansi, level, kanreg_id, coalesce(province_code, ''),
                   CASE WHEN valid_from > '1900-01-01' THEN valid_from::text ELSE '' END,
                   coalesce(valid_until::text, ''))
          FROM lantik.agency
        UNION
        SELECT concat_ws(E'\t', CASE length(code) WHEN 2 THEN 'province' WHEN 4 THEN 'regency' ELSE 'district' END, code)
          FROM lantik.region
        UNION
        SELECT concat_ws(E'\t', 'retired', code) FROM lantik.retired_region
        UNION
        SELECT concat_ws(E'\t', 'kanreg', kanreg_id, province_code,
                   CASE WHEN valid_from > '1900-01-01' THEN valid_from::text ELSE '' END,
                   coalesce(valid_until::text, ''), CASE WHEN unverified THEN 'unverified' END)
          FROM lantik.kanreg_province
        UNION
        SELECT concat_ws(E'\t', 'education', tk_pendidikan_id) FROM lantik.education_level
        UNION
        SELECT concat_ws(E'\t', 'parameter', name, value,
                   CASE WHEN valid_from > '1900-01-01' THEN valid_from::text ELSE '' END,
                   coalesce(valid_until::text, ''))
          FROM lantik.rule_parameter
    )
    SELECT E'lantik-rulebook 1\n' || coalesce(string_agg(line || E'\n', '' ORDER BY line COLLATE "C"), '')
      FROM line
);
COMMENT ON FUNCTION lantik.rulebook_text() IS
    'The rulebook as canonical text (include/lantik/rulebook.h): first line `lantik-rulebook 1`, one tab-separated line a row, sorted bytewise. It does not depend on the day. Privacy: N.';

GRANT SELECT ON lantik.agency, lantik.kanreg, lantik.kanreg_province, lantik.region, lantik.retired_region,
    lantik.education_level, lantik.minimum_wage, lantik.formation, lantik.target, lantik.pay_budget,
    lantik.rule_parameter, lantik.reference_version, lantik.rule, lantik.rule_case, lantik.word
    TO lantik_daemon, lantik_operator;
GRANT INSERT, UPDATE, DELETE ON lantik.agency, lantik.kanreg, lantik.kanreg_province, lantik.region,
    lantik.retired_region, lantik.education_level, lantik.minimum_wage, lantik.formation, lantik.target,
    lantik.pay_budget, lantik.rule_parameter TO lantik_operator;
GRANT UPDATE (version, changed_at) ON lantik.reference_version TO lantik_operator;
GRANT EXECUTE ON FUNCTION lantik.rulebook_text() TO lantik_daemon, lantik_operator;
