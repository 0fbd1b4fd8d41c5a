-- What scripts/run shows at its end: the figures of the demonstration as an analyst asks for them.
-- SPDX-License-Identifier: Apache-2.0
SET ROLE lantik_analyst;

\pset title 'Kota Bandung: work agreements signed, part-time PPPK'
SELECT coalesce(kelompok_lapor, 'together') AS "group", sum(in_person) AS "in person", sum(online) AS online, sum(signed) AS signed
  FROM analyst.signing
 WHERE kode_instansi = '6171' AND kind = 'PPPK_PW'
 GROUP BY ROLLUP (kelompok_lapor)
 ORDER BY kelompok_lapor NULLS LAST;

\pset title 'Kota Bandung: against the formation'
SELECT coalesce(kelompok_lapor, 'together') AS "group", sum(quota) AS formation, sum(accepted) AS appointed, sum(remaining) AS remaining
  FROM analyst.formation_fill
 WHERE kode_instansi = '6171'
 GROUP BY ROLLUP (kelompok_lapor)
 ORDER BY kelompok_lapor NULLS LAST;

\pset title 'Provinsi Banten: decrees issued, part-time PPPK'
SELECT coalesce(kelompok_lapor, 'together') AS "group", sum(people) AS decrees
  FROM analyst.current_appointment_summary
 WHERE kode_instansi = '6200' AND kind = 'PPPK_PW' AND step = 'SK'
 GROUP BY ROLLUP (kelompok_lapor)
 ORDER BY kelompok_lapor NULLS LAST;

\pset title 'Provinsi Banten: functional officials inaugurated'
SELECT coalesce(jabatan_nama, 'together') AS position, sum(people) AS officials
  FROM analyst.functional_officials
 WHERE kode_instansi = '6200'
 GROUP BY ROLLUP (jabatan_nama)
 ORDER BY (jabatan_nama IS NULL), sum(people) DESC, jabatan_nama;

\pset title 'Appointments in force, by agency and kind'
SELECT kode_instansi AS code, instansi AS agency, kind, step, sum(people) AS people
  FROM analyst.current_appointment_summary
 GROUP BY kode_instansi, instansi, kind, step
 ORDER BY kode_instansi, kind, step;

\pset title 'Against the target of the regional office'
SELECT kanreg AS "regional office", year, target, appointed, remaining, percent
  FROM analyst.target_fill
 WHERE kanreg_id = '03'
 ORDER BY year;

\pset title 'Yearly pay of part-time PPPK against the budget, rupiah'
SELECT kode_instansi AS code, instansi AS agency, people, yearly_pay AS "yearly pay", budget, percent AS "% of budget"
  FROM analyst.pay_budget
 WHERE kode_instansi = '6271'
 ORDER BY 1;

\pset title 'Batches'
SELECT kode_instansi AS agency, kind, step, row_count AS "rows", accepted, returned, review, outcome, leaf_index AS leaf
  FROM analyst.batches
 ORDER BY leaf_index;
