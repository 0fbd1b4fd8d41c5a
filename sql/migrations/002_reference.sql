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
    upah_minimum numeric(14,2) NOT NULL CHECK (upah_minimum > 0 AND upah_minimum < 1000000000000),
    unverified   boolean NOT NULL DEFAULT false,
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
COMMENT ON COLUMN lantik.minimum_wage.unverified IS
    'True when sources disagree or none confirms it: a rule that rests on it warns at most. Privacy: N.';
COMMENT ON COLUMN lantik.minimum_wage.note IS 'Name of the region, and doubts about the figure. Privacy: N.';
COMMENT ON COLUMN lantik.minimum_wage.valid_from IS
    'First day, when a year has several decrees; 1900-01-01 means the whole year. Privacy: N.';
COMMENT ON COLUMN lantik.minimum_wage.valid_until IS 'First day on which a later decree holds; NULL means none. Privacy: N.';

CREATE TABLE lantik.formation (
    kode_instansi  text COLLATE "C" NOT NULL CHECK (kode_instansi ~ '^[0-9]{4}$'),
    programme      text COLLATE "C" NOT NULL CHECK (programme ~ '^[!-~]{1,20}$'),
    kelompok_lapor smallint NOT NULL CHECK (kelompok_lapor BETWEEN 1 AND 3),
    quota          integer  NOT NULL CHECK (quota BETWEEN 0 AND 999999999),
    decided_on     date CHECK (decided_on >= '1900-01-01' AND decided_on < '2200-01-01'),
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
COMMENT ON COLUMN lantik.formation.decided_on IS
    'Date of MenPANRB''s decision, from which the days to propose are counted; NULL when not known. Privacy: N.';
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
    'ni_pppk_kk: allowed digits 13-14 of an NI PPPK; bup_default and bup_<jenjang>: retirement age in years; spmt_deadline_pw: last day of SPMT, YYYYMMDD; jenis_pengadaan_<kind> and jenis_formasi_<kind>: codes that a batch of the kind may carry; status_usulan_ditolak: SIASN states that are a rejection. Privacy: N.';
COMMENT ON COLUMN lantik.rule_parameter.value IS 'The value as text without blanks. Privacy: N.';
COMMENT ON COLUMN lantik.rule_parameter.valid_from IS 'First day of validity; 1900-01-01 means always. Privacy: N.';
COMMENT ON COLUMN lantik.rule_parameter.valid_until IS
    'First day on which it is no longer valid; NULL means open. Privacy: N.';

CREATE TABLE lantik.severity_override (
    rule_case     text COLLATE "C" NOT NULL CHECK (rule_case ~ '^[A-Z][0-9]{2}(\.[a-z0-9_]{1,59})?$'),
    severity      smallint NOT NULL CHECK (severity BETWEEN 0 AND 4),
    kind          smallint NOT NULL DEFAULT 0 CHECK (kind BETWEEN 0 AND 14),
    step          smallint NOT NULL DEFAULT 0 CHECK (step BETWEEN 0 AND 14),
    kode_instansi text COLLATE "C" NOT NULL DEFAULT '' CHECK (kode_instansi ~ '^([0-9]{4})?$'),
    note          text,
    valid_from    date NOT NULL DEFAULT '1900-01-01' CHECK (valid_from >= '1900-01-01'),
    valid_until   date CHECK (valid_until > valid_from AND valid_until < '2200-01-01'),
    CONSTRAINT severity_override_pkey PRIMARY KEY (rule_case, kind, step, kode_instansi, valid_from)
);
COMMENT ON TABLE lantik.severity_override IS
    'Severities that differ from the table of rules; the most specific row wins: agency, then step, then kind, a case before its rule, a later valid_from. Grain: one rule or case, kind, step, agency and period. Source: the operator. Privacy: N.';
COMMENT ON COLUMN lantik.severity_override.rule_case IS 'CODE for all cases of a rule, or CODE.case: N05.birth_date. Privacy: N.';
COMMENT ON COLUMN lantik.severity_override.severity IS
    '0 OFF (not reported), 1 FATAL, 2 ERROR, 3 REVIEW, 4 WARN. Privacy: N.';
COMMENT ON COLUMN lantik.severity_override.kind IS 'Kind of appointment (list kind of lantik.word); 0 means every kind. Privacy: N.';
COMMENT ON COLUMN lantik.severity_override.step IS 'Step (list step of lantik.word); 0 means every step. Privacy: N.';
COMMENT ON COLUMN lantik.severity_override.kode_instansi IS 'BKN''s agency code; empty means every agency. Privacy: N.';
COMMENT ON COLUMN lantik.severity_override.note IS 'Who decided it and why. Privacy: N.';
COMMENT ON COLUMN lantik.severity_override.valid_from IS 'First day of validity; 1900-01-01 means always. Privacy: N.';
COMMENT ON COLUMN lantik.severity_override.valid_until IS
    'First day on which it is no longer valid; NULL means open. Privacy: N.';

CREATE TABLE lantik.submission_window (
    programme     text COLLATE "C" NOT NULL CHECK (programme ~ '^[!-~]{1,20}$'),
    step          smallint NOT NULL CHECK (step BETWEEN 1 AND 14),
    kode_instansi text COLLATE "C" NOT NULL DEFAULT '' CHECK (kode_instansi ~ '^([0-9]{4})?$'),
    opens         timestamptz NOT NULL CHECK (opens > '1970-01-02Z' AND opens = date_trunc('second', opens)),
    closes        timestamptz NOT NULL CHECK (closes < '2199-12-31Z' AND closes = date_trunc('second', closes)),
    grace_minutes integer NOT NULL DEFAULT 0 CHECK (grace_minutes BETWEEN 0 AND 43200),
    unverified    boolean NOT NULL DEFAULT false,
    note          text,
    CONSTRAINT submission_window_pkey PRIMARY KEY (programme, step, kode_instansi, opens),
    CONSTRAINT submission_window_order CHECK (closes > opens)
);
COMMENT ON TABLE lantik.submission_window IS
    'When batches of a programme and step may arrive; an agency''s own windows stand in place of the general ones. Grain: one programme, step, agency and opening. Source: the operator, from BKN''s letters. Privacy: N.';
COMMENT ON COLUMN lantik.submission_window.programme IS 'Programme, as in the batch''s manifest: PW2024. Privacy: N.';
COMMENT ON COLUMN lantik.submission_window.step IS 'Step (list step of lantik.word). Privacy: N.';
COMMENT ON COLUMN lantik.submission_window.kode_instansi IS 'BKN''s agency code; empty means every agency. Privacy: N.';
COMMENT ON COLUMN lantik.submission_window.opens IS 'First instant; files give it in Asia/Jakarta. Privacy: N.';
COMMENT ON COLUMN lantik.submission_window.closes IS 'First instant that is too late; files give it in Asia/Jakarta. Privacy: N.';
COMMENT ON COLUMN lantik.submission_window.grace_minutes IS
    'So long after closing a batch passes with a warning. Unit: minutes. Privacy: N.';
COMMENT ON COLUMN lantik.submission_window.unverified IS
    'True when no source confirms it: a rule that rests on it warns at most. Privacy: N.';
COMMENT ON COLUMN lantik.submission_window.note IS 'The letter that says so. Privacy: N.';

CREATE TABLE lantik.eligibility_policy (
    programme              text COLLATE "C" NOT NULL CHECK (programme ~ '^[!-~]{1,20}$'),
    kode_instansi          text COLLATE "C" NOT NULL DEFAULT '' CHECK (kode_instansi ~ '^([0-9]{4})?$'),
    terdata_non_asn        smallint NOT NULL DEFAULT 0 CHECK (terdata_non_asn BETWEEN 0 AND 2),
    ikut_cpns_2024         smallint NOT NULL DEFAULT 0 CHECK (ikut_cpns_2024 BETWEEN 0 AND 2),
    ikut_pppk_2024_lengkap smallint NOT NULL DEFAULT 0 CHECK (ikut_pppk_2024_lengkap BETWEEN 0 AND 2),
    note                   text,
    valid_from             date NOT NULL DEFAULT '1900-01-01' CHECK (valid_from >= '1900-01-01'),
    valid_until            date CHECK (valid_until > valid_from AND valid_until < '2200-01-01'),
    CONSTRAINT eligibility_policy_pkey PRIMARY KEY
        (programme, kode_instansi, terdata_non_asn, ikut_cpns_2024, ikut_pppk_2024_lengkap, valid_from)
);
COMMENT ON TABLE lantik.eligibility_policy IS
    'Who may be proposed: a person whom one row fits; an agency''s own rows stand in place of the general ones. Grain: one combination, programme, agency and period. Source: sql/reference/eligibility.csv and the operator. Privacy: N.';
COMMENT ON COLUMN lantik.eligibility_policy.programme IS 'Programme, as in the batch''s manifest: PW2024. Privacy: N.';
COMMENT ON COLUMN lantik.eligibility_policy.kode_instansi IS 'BKN''s agency code; empty means every agency. Privacy: N.';
COMMENT ON COLUMN lantik.eligibility_policy.terdata_non_asn IS
    'In BKN''s database of non-ASN: 1 yes, 2 no (list yes_no of lantik.word), 0 either. Privacy: N.';
COMMENT ON COLUMN lantik.eligibility_policy.ikut_cpns_2024 IS 'Took the CPNS selection of 2024: 1 yes, 2 no, 0 either. Privacy: N.';
COMMENT ON COLUMN lantik.eligibility_policy.ikut_pppk_2024_lengkap IS
    'Took every stage of the PPPK selection of 2024: 1 yes, 2 no, 0 either. Privacy: N.';
COMMENT ON COLUMN lantik.eligibility_policy.note IS 'The decree or decision that says so. Privacy: N.';
COMMENT ON COLUMN lantik.eligibility_policy.valid_from IS 'First day of validity; 1900-01-01 means always. Privacy: N.';
COMMENT ON COLUMN lantik.eligibility_policy.valid_until IS
    'First day on which it is no longer valid; NULL means open. Privacy: N.';

CREATE TABLE lantik.position (
    jabatan_id           uuid NOT NULL,
    nama                 text NOT NULL CHECK (nama <> ''),
    jenis_jabatan_id     smallint NOT NULL CHECK (jenis_jabatan_id BETWEEN 1 AND 99),
    min_tk_pendidikan_id text COLLATE "C" CHECK (min_tk_pendidikan_id ~ '^[0-9]{2}$'),
    min_golongan         text COLLATE "C" CHECK (min_golongan ~ '^[IVX]{1,5}(/[a-e])?$'),
    max_golongan         text COLLATE "C" CHECK (max_golongan ~ '^[IVX]{1,5}(/[a-e])?$'),
    bup                  smallint CHECK (bup BETWEEN 1 AND 99),
    entry_age            smallint CHECK (entry_age BETWEEN 1 AND 99),
    unverified           boolean NOT NULL DEFAULT false,
    valid_from           date NOT NULL DEFAULT '1900-01-01' CHECK (valid_from >= '1900-01-01'),
    valid_until          date CHECK (valid_until > valid_from AND valid_until < '2200-01-01'),
    CONSTRAINT position_pkey PRIMARY KEY (jabatan_id, valid_from)
);
COMMENT ON TABLE lantik.position IS
    'Positions, with what they ask of a person. Grain: one position and period. Source: SIASN''s reference lists, loaded by the operator. Privacy: N.';
COMMENT ON COLUMN lantik.position.jabatan_id IS
    'SIASN''s id: jabatan_fungsional_id or jabatan_fungsional_umum_id of a record. Privacy: N.';
COMMENT ON COLUMN lantik.position.nama IS 'Name of the position. Privacy: N.';
COMMENT ON COLUMN lantik.position.jenis_jabatan_id IS '1 structural, 2 functional, 4 general staff (pelaksana). Privacy: N.';
COMMENT ON COLUMN lantik.position.min_tk_pendidikan_id IS 'Least level of education; NULL means none. Privacy: N.';
COMMENT ON COLUMN lantik.position.min_golongan IS 'Lowest golongan, I/a..IV/e or I..XVII; NULL means none. Privacy: N.';
COMMENT ON COLUMN lantik.position.max_golongan IS 'Highest golongan, of the same scale; NULL means none. Privacy: N.';
COMMENT ON COLUMN lantik.position.bup IS 'Retirement age (BUP); NULL means that of the level. Unit: years. Privacy: N.';
COMMENT ON COLUMN lantik.position.entry_age IS
    'Greatest age at application as CPNS; NULL means the general one. Unit: years. Privacy: N.';
COMMENT ON COLUMN lantik.position.unverified IS
    'True when no source confirms it: a rule that rests on it warns at most. Privacy: N.';
COMMENT ON COLUMN lantik.position.valid_from IS 'First day of validity; 1900-01-01 means always. Privacy: N.';
COMMENT ON COLUMN lantik.position.valid_until IS 'First day on which it is no longer valid; NULL means open. Privacy: N.';

CREATE TABLE lantik.unit (
    unor_id       uuid NOT NULL,
    nama          text NOT NULL CHECK (nama <> ''),
    kode_instansi text COLLATE "C" NOT NULL CHECK (kode_instansi ~ '^[0-9]{4}$'),
    valid_from    date NOT NULL DEFAULT '1900-01-01' CHECK (valid_from >= '1900-01-01'),
    valid_until   date CHECK (valid_until > valid_from AND valid_until < '2200-01-01'),
    CONSTRAINT unit_pkey PRIMARY KEY (unor_id, valid_from)
);
COMMENT ON TABLE lantik.unit IS
    'Organisational units (unor) and their agency. Grain: one unit and period. Source: SIASN''s reference lists, loaded by the operator, all units of an agency together. Privacy: N.';
COMMENT ON COLUMN lantik.unit.unor_id IS 'SIASN''s id of the unit. Privacy: N.';
COMMENT ON COLUMN lantik.unit.nama IS 'Name of the unit. Privacy: N.';
COMMENT ON COLUMN lantik.unit.kode_instansi IS 'BKN''s code of the agency that it belongs to. Privacy: N.';
COMMENT ON COLUMN lantik.unit.valid_from IS 'First day of validity; 1900-01-01 means always. Privacy: N.';
COMMENT ON COLUMN lantik.unit.valid_until IS 'First day on which it is no longer valid; NULL means open. Privacy: N.';

CREATE TABLE lantik.field_of_study (
    pendidikan_id uuid NOT NULL,
    nama          text NOT NULL CHECK (nama <> ''),
    CONSTRAINT field_of_study_pkey PRIMARY KEY (pendidikan_id)
);
COMMENT ON TABLE lantik.field_of_study IS
    'Programmes of study; a diploma keeps its own, so they have no period. Grain: one programme of study. Source: SIASN''s reference lists, loaded by the operator. Privacy: N.';
COMMENT ON COLUMN lantik.field_of_study.pendidikan_id IS 'SIASN''s id of the programme of study. Privacy: N.';
COMMENT ON COLUMN lantik.field_of_study.nama IS 'Name of the programme of study. Privacy: N.';

CREATE TABLE lantik.group_education (
    kelompok_jabatan     smallint NOT NULL CHECK (kelompok_jabatan BETWEEN 1 AND 14),
    min_tk_pendidikan_id text COLLATE "C" NOT NULL CHECK (min_tk_pendidikan_id ~ '^[0-9]{2}$'),
    unverified           boolean NOT NULL DEFAULT false,
    note                 text,
    CONSTRAINT group_education_pkey PRIMARY KEY (kelompok_jabatan)
);
COMMENT ON TABLE lantik.group_education IS
    'Least level of education for a group of positions of PPPK Paruh Waktu. Grain: one group. Source: sql/reference/group_education.csv. Privacy: N.';
COMMENT ON COLUMN lantik.group_education.kelompok_jabatan IS 'Group (list kelompok_jabatan of lantik.word). Privacy: N.';
COMMENT ON COLUMN lantik.group_education.min_tk_pendidikan_id IS 'Least level of education. Privacy: N.';
COMMENT ON COLUMN lantik.group_education.unverified IS
    'True when no source confirms it: a rule that rests on it warns at most. Privacy: N.';
COMMENT ON COLUMN lantik.group_education.note IS 'Where it is said. Privacy: N.';

CREATE TABLE lantik.required_document (
    programme   text COLLATE "C" NOT NULL CHECK (programme ~ '^[!-~]{1,20}$'),
    step        smallint NOT NULL CHECK (step BETWEEN 1 AND 14),
    type        integer NOT NULL CHECK (type BETWEEN 1 AND 999999),
    nama        text NOT NULL CHECK (nama <> ''),
    valid_from  date NOT NULL DEFAULT '1900-01-01' CHECK (valid_from >= '1900-01-01'),
    valid_until date CHECK (valid_until > valid_from AND valid_until < '2200-01-01'),
    CONSTRAINT required_document_pkey PRIMARY KEY (programme, step, type, valid_from)
);
COMMENT ON TABLE lantik.required_document IS
    'Documents that every record of a programme must bring at a step. Grain: one programme, step, type and period. Source: the operator. Privacy: N.';
COMMENT ON COLUMN lantik.required_document.programme IS 'Programme, as in the batch''s manifest: PW2024. Privacy: N.';
COMMENT ON COLUMN lantik.required_document.step IS 'Step (list step of lantik.word). Privacy: N.';
COMMENT ON COLUMN lantik.required_document.type IS 'SIASN''s number of the type of document. Privacy: N.';
COMMENT ON COLUMN lantik.required_document.nama IS 'What the document is. Privacy: N.';
COMMENT ON COLUMN lantik.required_document.valid_from IS 'First day of validity; 1900-01-01 means always. Privacy: N.';
COMMENT ON COLUMN lantik.required_document.valid_until IS
    'First day on which it is no longer required; NULL means open. Privacy: N.';

CREATE TABLE lantik.selection_category (
    programme   text COLLATE "C" NOT NULL CHECK (programme ~ '^[!-~]{1,20}$'),
    kategori    text COLLATE "C" NOT NULL CHECK (kategori ~ '^[!-.0-`{-~]{1,8}$'),
    admitted    boolean NOT NULL,
    note        text,
    valid_from  date NOT NULL DEFAULT '1900-01-01' CHECK (valid_from >= '1900-01-01'),
    valid_until date CHECK (valid_until > valid_from AND valid_until < '2200-01-01'),
    CONSTRAINT selection_category_pkey PRIMARY KEY (programme, kategori, valid_from)
);
COMMENT ON TABLE lantik.selection_category IS
    'Parts of a record''s kategori (R3/L has two) and what they mean for a programme. Grain: one programme, part and period. Source: sql/reference/selection_categories.csv and the operator. Privacy: N.';
COMMENT ON COLUMN lantik.selection_category.programme IS 'Programme, as in the batch''s manifest: PW2024. Privacy: N.';
COMMENT ON COLUMN lantik.selection_category.kategori IS 'One part, in capitals: R3, TMS. Privacy: N.';
COMMENT ON COLUMN lantik.selection_category.admitted IS
    'True: the category is admitted; false: it says that the selection was not passed. Privacy: N.';
COMMENT ON COLUMN lantik.selection_category.note IS 'What it stands for, and how sure that is. Privacy: N.';
COMMENT ON COLUMN lantik.selection_category.valid_from IS 'First day of validity; 1900-01-01 means always. Privacy: N.';
COMMENT ON COLUMN lantik.selection_category.valid_until IS
    'First day on which it is no longer valid; NULL means open. Privacy: N.';

CREATE TABLE lantik.status_reason (
    alasan_tolak_id integer NOT NULL CHECK (alasan_tolak_id BETWEEN 1 AND 9999),
    meaning         text COLLATE "C" NOT NULL CHECK (meaning IN ('deceased', 'inactive', 'no_budget', 'no_need')),
    nama            text NOT NULL CHECK (nama <> ''),
    CONSTRAINT status_reason_pkey PRIMARY KEY (alasan_tolak_id)
);
COMMENT ON TABLE lantik.status_reason IS
    'SIASN''s reasons against a proposal that the rules know. Grain: one reason. Source: the operator; the ids are not public. Privacy: N.';
COMMENT ON COLUMN lantik.status_reason.alasan_tolak_id IS 'SIASN''s number of the reason. Privacy: N.';
COMMENT ON COLUMN lantik.status_reason.meaning IS
    'deceased, inactive (no longer works there), no_budget or no_need. Privacy: N.';
COMMENT ON COLUMN lantik.status_reason.nama IS 'The reason in SIASN''s words. Privacy: N.';

CREATE TABLE lantik.holiday (
    date date NOT NULL CHECK (date >= '1900-01-01' AND date < '2200-01-01'),
    nama text NOT NULL CHECK (nama <> ''),
    CONSTRAINT holiday_pkey PRIMARY KEY (date)
);
COMMENT ON TABLE lantik.holiday IS
    'Days from Monday to Friday on which offices do not work. Grain: one day. Source: sql/reference/holidays.csv, the joint decrees of three ministers. Privacy: N.';
COMMENT ON COLUMN lantik.holiday.date IS 'The day. Privacy: N.';
COMMENT ON COLUMN lantik.holiday.nama IS 'Name of the holiday or joint leave. Privacy: N.';

CREATE TABLE lantik.rulebook (
    sha256        bytea NOT NULL,
    text          text COMPRESSION lz4 COLLATE "C" NOT NULL,
    first_used_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT rulebook_pkey PRIMARY KEY (sha256),
    CONSTRAINT rulebook_digest CHECK (sha256 = sha256(convert_to(text, 'UTF8')))
);
COMMENT ON TABLE lantik.rulebook IS
    'Every rulebook by which this database was judged, as its text was then. Grain: one rulebook. Source: lantikd, before its first use. Privacy: N.';
COMMENT ON COLUMN lantik.rulebook.sha256 IS
    'SHA-256 of the text, 32 bytes: batch.rulebook_sha256, and what verdicts and receipts name. Privacy: N.';
COMMENT ON COLUMN lantik.rulebook.text IS 'The text, as rulebook_text() made it. Privacy: N.';
COMMENT ON COLUMN lantik.rulebook.first_used_at IS 'When a daemon first took it up. Privacy: N.';

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

-- The first day of a period in the rulebook's text: always is empty.
CREATE FUNCTION lantik.rulebook_from(valid_from date) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN valid_from > '1900-01-01' THEN to_char(valid_from, 'YYYY-MM-DD') ELSE '' END;
COMMENT ON FUNCTION lantik.rulebook_from(date) IS
    'First day of a period as the rulebook writes it: empty for always. Privacy: N.';
CREATE FUNCTION lantik.rulebook_until(valid_until date) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(to_char(valid_until, 'YYYY-MM-DD'), '');
COMMENT ON FUNCTION lantik.rulebook_until(date) IS
    'First day after a period as the rulebook writes it: empty for open. Privacy: N.';
CREATE FUNCTION lantik.rulebook_instant(at timestamptz) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
RETURN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');
COMMENT ON FUNCTION lantik.rulebook_instant(timestamptz) IS 'An instant as the rulebook writes it, in UTC. Privacy: N.';
CREATE FUNCTION lantik.rulebook_id(id uuid) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN replace(id::text, '-', '');
COMMENT ON FUNCTION lantik.rulebook_id(uuid) IS 'An id as the rulebook writes it: 32 hex digits. Privacy: N.';

-- One line a row, sorted bytewise, every line ended by LF: the same tables give the same bytes on every server. Keys make
-- every line different. A word that lantik.word does not hold becomes `?`, which no program reads.
CREATE FUNCTION lantik.rulebook_text() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
RETURN (
    WITH word (list, code, word) AS MATERIALIZED (SELECT list, code, word FROM lantik.word),
    line (line) AS (
        SELECT concat_ws(E'\t', 'agency', kode_instansi, level, kanreg_id, coalesce(province_code, ''),
                   lantik.rulebook_from(valid_from), lantik.rulebook_until(valid_until))
          FROM lantik.agency
        UNION ALL
        SELECT concat_ws(E'\t', CASE length(code) WHEN 2 THEN 'province' WHEN 4 THEN 'regency' ELSE 'district' END, code)
          FROM lantik.region
        UNION ALL
        SELECT concat_ws(E'\t', 'retired', code) FROM lantik.retired_region
        UNION ALL
        SELECT concat_ws(E'\t', 'kanreg', kanreg_id, province_code, lantik.rulebook_from(valid_from),
                   lantik.rulebook_until(valid_until), CASE WHEN unverified THEN 'unverified' END)
          FROM lantik.kanreg_province
        UNION ALL
        SELECT concat_ws(E'\t', 'education', tk_pendidikan_id) FROM lantik.education_level
        UNION ALL
        SELECT concat_ws(E'\t', 'parameter', name, value, lantik.rulebook_from(valid_from),
                   lantik.rulebook_until(valid_until))
          FROM lantik.rule_parameter
        UNION ALL
        SELECT concat_ws(E'\t', 'severity', rule_case,
                   (ARRAY['OFF', 'FATAL', 'ERROR', 'REVIEW', 'WARN'])[severity + 1],
                   CASE kind WHEN 0 THEN '' ELSE coalesce(k.word, '?') END,
                   CASE step WHEN 0 THEN '' ELSE coalesce(s.word, '?') END, kode_instansi,
                   lantik.rulebook_from(valid_from), lantik.rulebook_until(valid_until))
          FROM lantik.severity_override
          LEFT JOIN word k ON k.list = 'kind' AND k.code = kind
          LEFT JOIN word s ON s.list = 'step' AND s.code = step
        UNION ALL
        SELECT concat_ws(E'\t', 'window', programme, coalesce(s.word, '?'), kode_instansi, lantik.rulebook_instant(opens),
                   lantik.rulebook_instant(closes), grace_minutes, CASE WHEN unverified THEN 'unverified' END)
          FROM lantik.submission_window
          LEFT JOIN word s ON s.list = 'step' AND s.code = step
        UNION ALL
        SELECT concat_ws(E'\t', 'eligibility', programme, kode_instansi,
                   CASE terdata_non_asn WHEN 0 THEN '' ELSE coalesce(t.word, '?') END,
                   CASE ikut_cpns_2024 WHEN 0 THEN '' ELSE coalesce(c.word, '?') END,
                   CASE ikut_pppk_2024_lengkap WHEN 0 THEN '' ELSE coalesce(p.word, '?') END,
                   lantik.rulebook_from(valid_from), lantik.rulebook_until(valid_until))
          FROM lantik.eligibility_policy
          LEFT JOIN word t ON t.list = 'yes_no' AND t.code = terdata_non_asn
          LEFT JOIN word c ON c.list = 'yes_no' AND c.code = ikut_cpns_2024
          LEFT JOIN word p ON p.list = 'yes_no' AND p.code = ikut_pppk_2024_lengkap
        UNION ALL
        SELECT concat_ws(E'\t', 'formation', kode_instansi, programme, coalesce(g.word, '?'), quota,
                   lantik.rulebook_until(decided_on), lantik.rulebook_from(valid_from),
                   lantik.rulebook_until(valid_until))
          FROM lantik.formation
          LEFT JOIN word g ON g.list = 'kelompok_lapor' AND g.code = kelompok_lapor
        UNION ALL
        SELECT concat_ws(E'\t', 'wage', region_code, year, (upah_minimum * 100)::bigint, lantik.rulebook_from(valid_from),
                   lantik.rulebook_until(valid_until), CASE WHEN unverified THEN 'unverified' END)
          FROM lantik.minimum_wage
        UNION ALL
        SELECT concat_ws(E'\t', 'position', lantik.rulebook_id(jabatan_id), jenis_jabatan_id,
                   coalesce(min_tk_pendidikan_id, ''), coalesce(min_golongan, ''), coalesce(max_golongan, ''),
                   coalesce(bup::text, ''), coalesce(entry_age::text, ''), lantik.rulebook_from(valid_from),
                   lantik.rulebook_until(valid_until), CASE WHEN unverified THEN 'unverified' END)
          FROM lantik.position
        UNION ALL
        SELECT concat_ws(E'\t', 'unit', lantik.rulebook_id(unor_id), kode_instansi, lantik.rulebook_from(valid_from),
                   lantik.rulebook_until(valid_until))
          FROM lantik.unit
        UNION ALL
        SELECT concat_ws(E'\t', 'study', lantik.rulebook_id(pendidikan_id)) FROM lantik.field_of_study
        UNION ALL
        SELECT concat_ws(E'\t', 'group', coalesce(g.word, '?'), min_tk_pendidikan_id,
                   CASE WHEN unverified THEN 'unverified' END)
          FROM lantik.group_education
          LEFT JOIN word g ON g.list = 'kelompok_jabatan' AND g.code = kelompok_jabatan
        UNION ALL
        SELECT concat_ws(E'\t', 'document', programme, coalesce(s.word, '?'), type, lantik.rulebook_from(valid_from),
                   lantik.rulebook_until(valid_until))
          FROM lantik.required_document
          LEFT JOIN word s ON s.list = 'step' AND s.code = step
        UNION ALL
        SELECT concat_ws(E'\t', 'category', programme, kategori, CASE WHEN admitted THEN 'admitted' ELSE 'failed' END,
                   lantik.rulebook_from(valid_from), lantik.rulebook_until(valid_until))
          FROM lantik.selection_category
        UNION ALL
        SELECT concat_ws(E'\t', 'reason', alasan_tolak_id, meaning) FROM lantik.status_reason
        UNION ALL
        SELECT concat_ws(E'\t', 'holiday', to_char(date, 'YYYY-MM-DD')) FROM lantik.holiday
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
GRANT SELECT ON lantik.severity_override, lantik.submission_window, lantik.eligibility_policy, lantik.position,
    lantik.unit, lantik.field_of_study, lantik.group_education, lantik.required_document, lantik.selection_category,
    lantik.status_reason, lantik.holiday, lantik.rulebook TO lantik_daemon, lantik_operator, lantik_reviewer;
GRANT INSERT ON lantik.rulebook TO lantik_daemon;
GRANT INSERT, UPDATE, DELETE ON lantik.agency, lantik.kanreg, lantik.kanreg_province, lantik.region,
    lantik.retired_region, lantik.education_level, lantik.minimum_wage, lantik.formation, lantik.target,
    lantik.pay_budget, lantik.rule_parameter, lantik.severity_override, lantik.submission_window,
    lantik.eligibility_policy, lantik.position, lantik.unit, lantik.field_of_study, lantik.group_education,
    lantik.required_document, lantik.selection_category, lantik.status_reason, lantik.holiday TO lantik_operator;
GRANT UPDATE (version, changed_at) ON lantik.reference_version TO lantik_operator;
GRANT EXECUTE ON FUNCTION lantik.rulebook_from(date), lantik.rulebook_until(date), lantik.rulebook_instant(timestamptz),
    lantik.rulebook_id(uuid), lantik.rulebook_text() TO lantik_daemon, lantik_operator, lantik_reviewer;
