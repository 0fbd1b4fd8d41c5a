/* The batch of the test vectors: fictional people of the fictional province 99.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "interop.h"

static const uint8_t batch_id[] = {
	0x01, 0x99, 0x0a, 0x3c, 0x5e, 0x00, 0x70, 0x00, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x99};
static const uint8_t other_id[] = {
	0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
static const uint8_t document_sha256[LANTIK_HASH] = {0x64, 0x6f, 0x6b};

void interop_manifest(struct lantik_manifest *ret)
{
	*ret = (struct lantik_manifest){
		.schema_version = lantik_span_of(LANTIK_SCHEMA_VERSION),
		.batch_id = {batch_id, sizeof batch_id},
		.kanreg_id = lantik_span_of("03"),
		.kode_instansi = lantik_span_of("9971"),
		.instansi_id = {other_id, sizeof other_id},
		.kind = LANTIK_PPPK_PW,
		.step = LANTIK_STEP_NI,
		.programme = lantik_span_of("PW2024"),
		.jenis_pengadaan_id = lantik_span_of("02"),
		.jenis_formasi_id = lantik_span_of("0210"),
		.periode = 2025,
		.count_guru = 1,
		.count_kesehatan = 1,
		.pengirim_nip = lantik_span_of("198001012005011001"),
		.no_surat_usulan = lantik_span_of("800.1.2.2/0001/BKD/2025"),
		.tgl_surat_usulan = 20250901,
		.sent_at = INT64_C(1756713600000000),
		.certifier_nama = lantik_span_of("Sekar Contoh"),
		.certifier_nip = lantik_span_of("197501012000012001"),
		.sptjm_no = lantik_span_of("800/SPTJM/0001/2025"),
		.sptjm_tgl = 20250901,
		.all_or_nothing = 2,
	};
}

/* As an office sends it for the step NI. */
static struct lantik_record plain_record(void)
{
	return (struct lantik_record){
		.row_no = 1,
		.office_reference = lantik_span_of("PW-0001"),
		.kode_instansi = lantik_span_of("9971"),
		.orang_id = {other_id, sizeof other_id},
		.no_peserta = lantik_span_of("PW24997100000000001"),
		.nik = lantik_span_of("9971014507900001"),
		.nama = lantik_span_of("Ni Luh Nur'aini Conto\xc3\xa9"), /* not ASCII */
		.glr_belakang = lantik_span_of("S.Pd."),
		.tempat_lahir = lantik_span_of("Kota Contoh"),
		.tgl_lahir = 19900705,
		.jenis_kelamin = lantik_span_of("F"),
		.kategori = lantik_span_of("R3"),
		.terdata_non_asn = 1,
		.ikut_cpns_2024 = 2,
		.ikut_pppk_2024_lengkap = 1,
		.tk_pendidikan_id = lantik_span_of("40"),
		.jenis_jabatan_id = 4,
		.jabatan_fungsional_umum_id = {other_id, sizeof other_id},
		.jabatan_nama = lantik_span_of("Penata Layanan Operasional"),
		.kelompok_jabatan = 7,
		.kelompok_lapor = 1,
		.unor_nama = lantik_span_of("Dinas Contoh"),
		.kode_kabkot = lantik_span_of("9971"),
		.tmt = 20251001,
		.upah = 250000050,
	};
}

/* Each field by its type and number, so that a mix-up of two fields shows. */
static void set_field(const struct lantik_field *field, struct lantik_record *record)
{
	static char texts[LANTIK_FIELD_COUNT][32];
	static uint8_t ids[LANTIK_FIELD_COUNT][16];
	unsigned i = field->number - 1;
	void *member = lantik_member_mutable(record, field);

	switch (field->type) {
	case LANTIK_TEXT:
		snprintf(texts[i], sizeof texts[i], "%u %s", field->number, field->name);
		*(struct lantik_span *)member = (struct lantik_span){(const uint8_t *)texts[i],
			strlen(texts[i]) < (size_t)field->extent ? strlen(texts[i]) : (size_t)field->extent};
		break;
	case LANTIK_ID:
		memset(ids[i], (int)field->number, sizeof ids[i]);
		*(struct lantik_span *)member = (struct lantik_span){ids[i], sizeof ids[i]};
		break;
	case LANTIK_DATE:
		*(int32_t *)member = 20250100 + 1 + (int32_t)(field->number % 28);
		break;
	case LANTIK_INT:
		*(int32_t *)member = (int32_t)field->number;
		break;
	case LANTIK_WORD:
		*(int32_t *)member = 1 + (int32_t)(field->number % 2);
		break;
	case LANTIK_TIME:
	case LANTIK_MONEY:
		*(int64_t *)member = INT64_C(10000000000) + (int64_t)field->number;
		break;
	case LANTIK_HASH_FIELD:
	case LANTIK_DOCUMENTS:
		break;
	}
}

static struct lantik_record full_record(void)
{
	static const struct lantik_document documents[] = {
		{.type = 1, .object = {(const uint8_t *)"a/1.pdf", 7}, .sha256 = {document_sha256, LANTIK_HASH}},
		{.type = 2, .object = {(const uint8_t *)"a/2.pdf", 7}},
	};
	struct lantik_record record = {.dokumen = {documents, LANTIK_COUNT(documents)}};

	for (size_t i = 0; i < LANTIK_FIELD_COUNT; i++)
		set_field(&lantik_record_fields[i], &record);
	record.kode_instansi = lantik_span_of("9971");
	record.kelompok_lapor = 2;
	return record;
}

static void spoil_field(const struct lantik_field *field, struct lantik_record *record)
{
	void *member = lantik_member_mutable(record, field);

	switch (field->type) {
	case LANTIK_ID:
		*(struct lantik_span *)member = lantik_span_of("no id at all");
		break;
	case LANTIK_DATE:
	case LANTIK_INT:
		*(int32_t *)member = LANTIK_UNREADABLE;
		break;
	case LANTIK_WORD:
		*(int32_t *)member = LANTIK_WORD_UNREADABLE;
		break;
	case LANTIK_TIME:
	case LANTIK_MONEY:
		*(int64_t *)member = LANTIK_UNREADABLE;
		break;
	case LANTIK_TEXT:
	case LANTIK_HASH_FIELD:
	case LANTIK_DOCUMENTS:
		break;
	}
}

static struct lantik_record unreadable_record(void)
{
	struct lantik_record record = {.nik = lantik_span_of("99710145079"), .nama = lantik_span_of("Budi")};

	for (size_t i = 0; i < LANTIK_FIELD_COUNT; i++)
		spoil_field(&lantik_record_fields[i], &record);
	return record;
}

void interop_records(struct lantik_buffer *ret)
{
	const struct lantik_record records[] = {plain_record(), full_record(), unreadable_record()};

	for (size_t i = 0; i < LANTIK_COUNT(records); i++)
		LANTIK_ASSERT(lantik_record_append(&records[i], ret) == LANTIK_OK);
}
