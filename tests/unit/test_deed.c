/* Tests of deeds: every kind written and read back, and nothing but the one canonical text accepted.
 * SPDX-License-Identifier: Apache-2.0 */
#include "log_world.h"

#define HEAD(kind) "lantik-deed 1\ndeed 01990a3c-5e00-7000-8000-000000000001\nkind " kind "\norigin " LOG_BASE "\n"
#define NOBODY "official -\nreason -\nend\n"
#define SOMEBODY "official Sekar Contoh\nreason kunci bocor \xe2\x80\x94 diganti\nend\n"
#define CURVE "curve Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID\n"
#define VKEY "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\n"
#define KANREG "kanreg 99\nfrom -\nuntil -\n"
#define AGENCIES "agencies 9971 9972 9999\nfrom 2025-01-31\nuntil 2026-02-01\n"
#define ROOT_A "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define ROOT_B "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI="
#define ROOT_C "Q0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0NDQ0M="
#define HASH_A "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define RECOVERY "epoch 2\ncommon 90 " ROOT_A "\nsize 95 " ROOT_B "\nlost 97 " ROOT_A "\nlost 97 " ROOT_B "\n"
#define NAMED "batch 01990a3c-5e00-7000-8000-0000000000ff\nleaf 6\nrecord 2\n"
#define ERASED                                                                                                         \
	"row 6 2 1 " HASH_A "\nrow 6 3 0 " HASH_A "\nrow 8 2 3 " HASH_A "\nreturned 4 1 " HASH_A "\nbody 4\nbody 6\n"  \
	"place 9971 PPPK_PW 1 1 PW2024\nplace 9971 PPPK_PW 2 -3 PW 2024\nrejected PPPK_PW 12 -\n"                      \
	"rejected CPNS 9 CPNS2024\n"

static struct {
	enum lantik_deed_kind kind;
	char text[2048];
} samples[] = {
	{LANTIK_DEED_OFFICE_ADD, HEAD("office-add") "office kanreg-99\n" KANREG CURVE "sign " VKEY NOBODY},
	{LANTIK_DEED_OFFICE_ADD, HEAD("office-add") "office bkd-9971\n" AGENCIES CURVE "sign " VKEY SOMEBODY},
	{LANTIK_DEED_KEY_ADD, HEAD("key-add") "office kanreg-99\n" CURVE "sign " VKEY NOBODY},
	{LANTIK_DEED_KEY_REVOKE, HEAD("key-revoke") CURVE SOMEBODY},
	{LANTIK_DEED_OFFICE_REVOKE, HEAD("office-revoke") "office kanreg-99\n" SOMEBODY},
	{LANTIK_DEED_SCOPE, HEAD("scope") "office kanreg-99\n" AGENCIES NOBODY},
	{LANTIK_DEED_RECEIPT_KEY_ADD, HEAD("receipt-key-add") "key KEY\n" SOMEBODY},
	{LANTIK_DEED_RECEIPT_KEY_RETIRE, HEAD("receipt-key-retire") "key KEY\ncompromised-from -\n" SOMEBODY},
	{LANTIK_DEED_RECEIPT_KEY_RETIRE, HEAD("receipt-key-retire") "key KEY\ncompromised-from 0\n" SOMEBODY},
	{LANTIK_DEED_RECOVER, HEAD("recover") RECOVERY SOMEBODY},
	{LANTIK_DEED_ERASE, HEAD("erase") NAMED SOMEBODY},
	{LANTIK_DEED_ERASE, HEAD("erase") NAMED ERASED SOMEBODY},
};

/* The key of receipts is named after the log, so its text is made. */
static void fill_keys(void)
{
	struct lantik_skey key = log_key(LOG_BASE, 7);
	struct lantik_buffer vkey = {0};
	lantik_vkey_format(&key.vkey, &vkey);
	for (size_t i = 0; i < LANTIK_COUNT(samples); i++) {
		char *at = strstr(samples[i].text, "key KEY"), rest[1024];
		if (!at)
			continue;
		snprintf(rest, sizeof rest, "%s", at + 7);
		sprintf(at, "key %.*s%s", (int)vkey.len, (const char *)vkey.data, rest);
	}
	lantik_buffer_free(&vkey);
}

TestSuite(deed, .init = fill_keys);

static enum lantik_error parse(const char *text, struct lantik_deed *ret)
{
	return lantik_deed_parse(lantik_span_of(text), ret);
}

static void assert_refused(const char *text)
{
	struct lantik_deed deed = {.kind = LANTIK_DEED_ERASE};
	cr_assert_eq(parse(text, &deed), LANTIK_E_MALFORMED, "%s", text);
	cr_assert(deed.kind == LANTIK_DEED_ERASE && !deed.origin.len, "ret is untouched");
}

Test(deed, each_kind_is_written_as_it_was_read)
{
	for (size_t i = 0; i < LANTIK_COUNT(samples); i++) {
		struct lantik_deed deed;
		struct lantik_buffer again = {0};
		lantik_buffer_append(&again, "before", 6);
		cr_assert_eq(parse(samples[i].text, &deed), LANTIK_OK, "%s", samples[i].text);
		cr_assert_eq(deed.kind, samples[i].kind);
		cr_assert(!deed.is_signed && deed.signed_text.len == 0);
		cr_assert_eq(lantik_deed_format(&deed, &again), LANTIK_OK);
		cr_assert(lantik_span_is((struct lantik_span){again.data + 6, again.len - 6}, samples[i].text));
		lantik_buffer_free(&again);
		lantik_deed_free(&deed);
	}
}

/* What is accepted after a change is what it says now, and never two spellings of one deed. */
static void check_changed(struct lantik_span text)
{
	struct lantik_deed deed;
	struct lantik_buffer again = {0};
	if (lantik_deed_parse(text, &deed))
		return;
	cr_assert_eq(lantik_deed_format(&deed, &again), LANTIK_OK);
	cr_assert(lantik_span_equal(lantik_buffer_span(&again), text), "%.*s", (int)text.len, (const char *)text.data);
	lantik_buffer_free(&again);
	lantik_deed_free(&deed);
}

Test(deed, has_one_spelling)
{
	static const char instead[] = "\n\r \t=+/0A9-z\xe2";
	for (size_t i = 0; i < LANTIK_COUNT(samples); i++) {
		char *text = samples[i].text;
		size_t len = strlen(text);
		for (size_t at = 0; at < len; at++) {
			char was = text[at];
			for (unsigned bit = 0; bit < 8; bit++) {
				text[at] = (char)((unsigned char)was ^ 1u << bit);
				check_changed((struct lantik_span){(const uint8_t *)text, len});
			}
			for (unsigned c = 0; c < sizeof instead; c++) {
				text[at] = instead[c];
				check_changed((struct lantik_span){(const uint8_t *)text, len});
			}
			text[at] = was;
		}
	}
}

static bool is_of_a_list(const char *line)
{
	static const char *const words[] = {"lost ", "row ", "returned ", "body ", "place ", "rejected "};
	for (size_t i = 0; i < LANTIK_COUNT(words); i++)
		if (!strncmp(line, words[i], strlen(words[i])))
			return true;
	return false;
}

/* Every line stands once: without it, or with it twice, the text is no deed. */
Test(deed, every_line_stands_exactly_once)
{
	for (size_t i = 0; i < LANTIK_COUNT(samples); i++) {
		const char *text = samples[i].text, *end;
		for (const char *line = text; *line; line = end) {
			char changed[4096];
			struct lantik_deed deed;
			end = strchr(line, '\n') + 1;
			snprintf(changed, sizeof changed, "%.*s%s", (int)(line - text), text, end);
			if (!is_of_a_list(line))
				cr_assert_neq(parse(changed, &deed), LANTIK_OK, "%s", changed);
			snprintf(changed, sizeof changed, "%.*s%s", (int)(end - text), text, line);
			cr_assert_neq(parse(changed, &deed), LANTIK_OK, "%s", changed);
		}
		for (size_t len = 0; len < strlen(text); len++) {
			struct lantik_deed deed;
			cr_assert_neq(
				lantik_deed_parse((struct lantik_span){(const uint8_t *)text, len}, &deed), LANTIK_OK);
		}
	}
}

Test(deed, what_it_says_is_read)
{
	struct lantik_deed deed;
	cr_assert_eq(parse(samples[1].text, &deed), LANTIK_OK);
	cr_assert(lantik_span_is(deed.office, "bkd-9971") && lantik_span_is(deed.origin, LOG_BASE));
	cr_assert(deed.scope.agency_count == 3 && lantik_span_is(deed.scope.agencies[2], "9999"));
	cr_assert(deed.scope.from == 20250131 && deed.scope.until == 20260201 && !deed.scope.kanreg.len);
	cr_assert(!strcmp(deed.sign.name, "example.com/foo") && lantik_span_is(deed.official, "Sekar Contoh"));
	cr_assert_eq(parse(samples[9].text, &deed), LANTIK_OK);
	cr_assert(deed.recovery.epoch == 2 && deed.recovery.common.size == 90 && deed.recovery.size.size == 95);
	cr_assert(deed.recovery.lost_count == 2 && deed.recovery.lost[1].root[5] == 0x42);
	cr_assert_eq(parse(samples[11].text, &deed), LANTIK_OK);
	const struct lantik_deed_erasure *erasure = &deed.erasure;
	cr_assert(erasure->leaf_index == 6 && erasure->record_no == 2 && erasure->batch_id[15] == 0xff);
	cr_assert(erasure->row_count == 3 && erasure->rows[2].leaf_index == 8 && erasure->rows[2].hash[31] == 0x1f);
	cr_assert(erasure->rows[0].group == 1 && erasure->rows[1].group == 0 && erasure->rows[2].group == 3);
	cr_assert(erasure->returned_count == 1 && erasure->body_count == 2 && erasure->bodies[1] == 6);
	cr_assert(erasure->place_count == 2 && erasure->places[1].used == -3 && erasure->places[1].group == 2);
	cr_assert(lantik_span_is(erasure->places[1].programme, "PW 2024"));
	cr_assert(erasure->rejection_count == 2 && erasure->rejections[0].programme.len == 0);
	cr_assert(lantik_span_is(erasure->rejections[1].programme, "CPNS2024"));
	lantik_deed_free(&deed);
	cr_assert(deed.kind == 0 && !deed.erasure.rows);
}

Test(deed, each_kind_has_its_leaf_and_its_signature)
{
	for (int kind = -1; kind <= LANTIK_DEED_KIND_END; kind++) {
		enum lantik_leaf_type leaf = lantik_deed_leaf_type((enum lantik_deed_kind)kind);
		bool is_kind = kind >= LANTIK_DEED_OFFICE_ADD && kind <= LANTIK_DEED_ERASE;
		cr_assert_eq(leaf, !is_kind                      ? LANTIK_LEAF_NONE
				   : kind == LANTIK_DEED_RECOVER ? LANTIK_LEAF_RECOVERY
				   : kind == LANTIK_DEED_ERASE   ? LANTIK_LEAF_ERASURE
								 : LANTIK_LEAF_KEY);
		cr_assert_eq(lantik_deed_is_signed_kind((enum lantik_deed_kind)kind),
			kind >= LANTIK_DEED_RECEIPT_KEY_ADD && kind <= LANTIK_DEED_RECOVER);
		cr_assert_eq(lantik_word(LANTIK_WORDS_deed_kind, kind, LANTIK_ENGLISH) != NULL, is_kind);
	}
}

Test(deed, texts_that_are_no_deeds)
{
	struct lantik_deed deed;
	cr_assert_eq(parse("", &deed), LANTIK_E_BAD_VERSION);
	cr_assert_eq(parse("lantik-deed 2\n", &deed), LANTIK_E_BAD_VERSION);
	static const char *const wrong[] = {
		HEAD("office-add") "office Kanreg-99\n" KANREG CURVE "sign " VKEY NOBODY,
		HEAD("office-add") "office -99\n" KANREG CURVE "sign " VKEY NOBODY,
		HEAD("scope") "office kanreg-99\nkanreg 9\nfrom -\nuntil -\n" NOBODY,
		HEAD("scope") "office kanreg-99\nagencies 9972 9971\nfrom -\nuntil -\n" NOBODY,
		HEAD("scope") "office kanreg-99\nagencies 9971 9971\nfrom -\nuntil -\n" NOBODY,
		HEAD("scope") "office kanreg-99\nagencies 997\nfrom -\nuntil -\n" NOBODY,
		HEAD("scope") "office kanreg-99\nagencies 9971 \nfrom -\nuntil -\n" NOBODY,
		HEAD("scope") "office kanreg-99\nagencies 9971\nfrom 2025-02-30\nuntil -\n" NOBODY,
		HEAD("scope") "office kanreg-99\nagencies 9971\nfrom 01-02-2025\nuntil -\n" NOBODY,
		HEAD("scope") "office kanreg-99\nagencies 9971\nfrom 2025-02-01\nuntil 2025-02-01\n" NOBODY,
		HEAD("key-revoke") CURVE NOBODY,
		HEAD("office-revoke") "office kanreg-99\n" NOBODY,
		HEAD("receipt-key-add") "key " VKEY SOMEBODY,
		HEAD("recover") "epoch 1\ncommon 90 " ROOT_A "\nsize 95 " ROOT_B "\nlost 97 " ROOT_A "\n" SOMEBODY,
		HEAD("recover") "epoch 2\ncommon 96 " ROOT_A "\nsize 95 " ROOT_B "\nlost 97 " ROOT_A "\n" SOMEBODY,
		HEAD("recover") "epoch 2\ncommon 95 " ROOT_A "\nsize 95 " ROOT_B "\nlost 97 " ROOT_A "\n" SOMEBODY,
		HEAD("recover") "epoch 2\ncommon 90 " ROOT_A "\nsize 95 " ROOT_B "\n" SOMEBODY,
		HEAD("recover") "epoch 2\ncommon 90 " ROOT_A "\nsize 95 " ROOT_B "\nlost 98 " ROOT_A "\nlost 97 " ROOT_A
				"\n" SOMEBODY,
		HEAD("erase") NAMED NOBODY,
		HEAD("erase") "batch 01990a3c-5e00-7000-8000-0000000000ff\nleaf 6\nrecord 0\n" SOMEBODY,
		HEAD("erase") "batch 01990A3C-5e00-7000-8000-0000000000ff\nleaf 6\nrecord 1\n" SOMEBODY,
		HEAD("erase") NAMED "row 6 3 1 " HASH_A "\nrow 6 2 1 " HASH_A "\n" SOMEBODY,
		HEAD("erase") NAMED "row 6 2 " HASH_A "\n" SOMEBODY,
		HEAD("erase") NAMED "row 6 2 16 " HASH_A "\n" SOMEBODY,
		HEAD("erase") NAMED "returned 6 2 0 " HASH_A "\n" SOMEBODY,
		HEAD("erase") NAMED "body 4\nrow 6 3 1 " HASH_A "\n" SOMEBODY,
		HEAD("erase") NAMED "place 9971 PPPK_PW 1 0 PW2024\n" SOMEBODY,
		HEAD("erase") NAMED "place 9971 PPPK_PW 1 -0 PW2024\n" SOMEBODY,
		HEAD("erase") NAMED "place 9971 PPPK_PW 16 1 PW2024\n" SOMEBODY,
		HEAD("erase") NAMED "place 9971 pppk_pw 1 1 PW2024\n" SOMEBODY,
		HEAD("erase") NAMED "place 9971 PPPK_PW 1 1 -\n" SOMEBODY,
		HEAD("erase") NAMED "rejected PPPK_PW 9 123456789012345678901\n" SOMEBODY,
		HEAD("nothing") NOBODY,
		HEAD("-") NOBODY,
		HEAD("key-revoke") CURVE SOMEBODY "\n",
		HEAD("key-revoke") CURVE SOMEBODY "\n\xe2\x80\x94 " LOG_RECOVERY " AAAAAAAA\n",
	};
	for (size_t i = 0; i < LANTIK_COUNT(wrong); i++)
		assert_refused(wrong[i]);
}

Test(deed, nothing_unsound_is_written)
{
	struct lantik_buffer text = {0};
	struct lantik_deed deed = log_deed_start(LANTIK_DEED_SCOPE);
	deed.office = lantik_span_of("kanreg-99");
	cr_assert_eq(lantik_deed_format(&deed, &text), LANTIK_E_MALFORMED, "no scope");
	for (size_t i = 0; i < LANTIK_MAX_DEED_AGENCIES; i++) {
		static char codes[LANTIK_MAX_DEED_AGENCIES][5];
		snprintf(codes[i], sizeof codes[i], "99%02u", (unsigned)i % 100);
		deed.scope.agencies[i] = lantik_span_of(codes[i]);
	}
	deed.scope.agency_count = LANTIK_MAX_DEED_AGENCIES;
	cr_assert_eq(lantik_deed_format(&deed, &text), LANTIK_OK);
	lantik_buffer_reset(&text);
	deed.scope.agency_count++;
	cr_assert_eq(lantik_deed_format(&deed, &text), LANTIK_E_MALFORMED, "one agency too many");
	deed.scope.agency_count = 1;
	deed.reason = lantik_span_of("two\nlines");
	cr_assert_eq(lantik_deed_format(&deed, &text), LANTIK_E_MALFORMED);
	deed.reason = lantik_span_of("-");
	cr_assert_eq(lantik_deed_format(&deed, &text), LANTIK_E_MALFORMED, "a hyphen would be read as none");
	deed.kind = LANTIK_DEED_KIND_END;
	cr_assert_eq(lantik_deed_format(&deed, &text), LANTIK_E_MALFORMED);
	cr_assert_eq(text.len, 0);
	lantik_buffer_free(&text);
}

Test(deed, an_erasure_of_thousands_of_rows_fits_and_a_larger_one_is_told)
{
	struct lantik_buffer text = {0};
	struct lantik_deed deed = log_deed_start(LANTIK_DEED_ERASE), back;
	size_t count = 20000;
	deed.erasure.record_no = 1;
	deed.erasure.rows = calloc(count, sizeof *deed.erasure.rows);
	cr_assert_not_null(deed.erasure.rows);
	for (size_t i = 0; i < count; i++)
		deed.erasure.rows[i] = (struct lantik_erased_row){.leaf_index = i, .record_no = 1};
	deed.erasure.row_count = 10000;
	cr_assert_eq(lantik_deed_format(&deed, &text), LANTIK_OK);
	cr_assert_eq(lantik_deed_parse(lantik_buffer_span(&text), &back), LANTIK_OK);
	cr_assert_eq(back.erasure.row_count, 10000);
	lantik_deed_free(&back);
	lantik_buffer_reset(&text);
	deed.erasure.row_count = count;
	cr_assert_eq(lantik_deed_format(&deed, &text), LANTIK_E_TOO_LARGE);
	cr_assert_eq(text.len, 0);
	uint8_t *large = lantik_buffer_extend(&text, LANTIK_MAX_DEED + 1);
	memset(large, '\n', LANTIK_MAX_DEED + 1);
	cr_assert_eq(lantik_deed_parse(lantik_buffer_span(&text), &back), LANTIK_E_TOO_LARGE);
	lantik_deed_free(&deed);
	lantik_buffer_free(&text);
}

/* --- signatures --- */

Test(deed, the_recovery_key_of_its_log_signs_it)
{
	struct lantik_skey recovery = log_key(LOG_RECOVERY, 200), other = log_key(LOG_RECOVERY, 201);
	struct lantik_skey elsewhere = log_key("lantik.test/98/recovery", 200);
	struct lantik_deed deed;
	struct lantik_buffer note = {0};
	cr_assert_eq(lantik_note_sign(lantik_span_of(samples[9].text), &recovery, &note), LANTIK_OK);
	struct lantik_span text = lantik_buffer_span(&note);
	cr_assert_eq(lantik_deed_parse(text, &deed), LANTIK_OK);
	cr_assert(deed.is_signed && lantik_span_equal(deed.signed_text, text));
	cr_assert_eq(lantik_deed_signature(&deed, &recovery.vkey), LANTIK_OK);
	cr_assert_eq(lantik_deed_signature(&deed, &other.vkey), LANTIK_E_BAD_SIGNATURE);
	cr_assert_eq(lantik_deed_signature(&deed, &elsewhere.vkey), LANTIK_E_BAD_SIGNATURE);
	for (size_t i = 0; i < note.len; i++) {
		note.data[i] ^= 1;
		if (lantik_deed_parse(text, &deed) == LANTIK_OK)
			cr_assert_eq(
				lantik_deed_signature(&deed, &recovery.vkey), LANTIK_E_BAD_SIGNATURE, "byte %zu", i);
		note.data[i] ^= 1;
	}
	struct lantik_buffer theirs = {0};
	cr_assert_eq(lantik_note_sign(lantik_span_of(samples[9].text), &elsewhere, &theirs), LANTIK_OK);
	cr_assert_eq(lantik_deed_parse(lantik_buffer_span(&theirs), &deed), LANTIK_OK);
	cr_assert_eq(lantik_deed_signature(&deed, &elsewhere.vkey), LANTIK_E_BAD_SIGNATURE, "of another log");
	lantik_buffer_free(&theirs);
	lantik_buffer_append_span(&note, lantik_span_of("\xe2\x80\x94 someone.test AAAAAAAA\n"));
	cr_assert_eq(lantik_deed_parse(lantik_buffer_span(&note), &deed), LANTIK_E_MALFORMED, "one signature");
	cr_assert_eq(parse(samples[9].text, &deed), LANTIK_OK);
	cr_assert_eq(lantik_deed_signature(&deed, &recovery.vkey), LANTIK_E_BAD_SIGNATURE, "it has none");
	lantik_buffer_free(&note);
}

/* --- leaves --- */

Test(deed, leaf_has_the_documented_layout)
{
	struct lantik_deed_leaf leaf = {.type = LANTIK_LEAF_ERASURE,
					.leaf_index = UINT64_C(0x0102030405060708),
					.requested_at = INT64_C(1764547200123456),
					.recorded_at = -2,
					.durability = LANTIK_DURABLE_QUORUM},
				back;
	struct lantik_buffer bytes = {0};
	char hex[200];
	memset(leaf.deed_id, 0xa1, sizeof leaf.deed_id);
	memset(leaf.deed_sha256, 0xb2, sizeof leaf.deed_sha256);
	cr_assert_eq(lantik_deed_leaf_format(&leaf, &bytes), LANTIK_OK);
	lantik_hex_encode(bytes.data, bytes.len, hex);
	cr_assert_str_eq(hex, "0001030102030405060708"
			      "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"
			      "b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2"
			      "000644d8a90d8240fffffffffffffffe02");
	cr_assert_eq(lantik_deed_leaf_parse(lantik_buffer_span(&bytes), &back), LANTIK_OK);
	cr_assert(back.type == leaf.type && back.leaf_index == leaf.leaf_index && back.recorded_at == -2);
	for (unsigned type = 0; type < 256; type++) {
		bytes.data[2] = (uint8_t)type;
		bool good = type == LANTIK_LEAF_KEY || type == LANTIK_LEAF_ERASURE || type == LANTIK_LEAF_RECOVERY;
		cr_assert_eq(lantik_deed_leaf_parse(lantik_buffer_span(&bytes), &back),
			good ? LANTIK_OK : LANTIK_E_MALFORMED);
	}
	bytes.data[2] = LANTIK_LEAF_KEY;
	for (size_t len = 0; len < bytes.len; len++)
		cr_assert_eq(lantik_deed_leaf_parse((struct lantik_span){bytes.data, len}, &back), LANTIK_E_MALFORMED);
	bytes.data[bytes.len - 1] = 4;
	cr_assert_eq(lantik_deed_leaf_parse(lantik_buffer_span(&bytes), &back), LANTIK_E_MALFORMED);
	leaf.type = LANTIK_LEAF_BATCH;
	cr_assert_eq(lantik_deed_leaf_format(&leaf, &bytes), LANTIK_E_MALFORMED);
	lantik_buffer_free(&bytes);
}

Test(deed, returned_hash_is_the_documented_one)
{
	static const uint8_t message[] = "\0\0\1\0\0\1\2\2ssssssssssssssssrecord";
	uint8_t salt[16], hash[LANTIK_HASH], expected[LANTIK_HASH];
	memset(salt, 's', sizeof salt);
	lantik_returned_hash(258, LANTIK_DID_WAIT, salt, lantik_span_of("record"), hash);
	lantik_sha256((struct lantik_span){message, sizeof message - 1}, expected);
	cr_assert_arr_eq(hash, expected, LANTIK_HASH);
}
