/* Tests of keys and signed checkpoints, against other people's examples and against tampering.
 * SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "lantik/note.h"

#define DASH "\xe2\x80\x94"

static struct lantik_skey sample_key(const char *name, uint8_t fill)
{
	uint8_t seed[LANTIK_SEED];
	struct lantik_skey key;
	memset(seed, fill, sizeof seed);
	cr_assert_eq(lantik_skey_make(name, seed, &key), LANTIK_OK);
	return key;
}

static struct lantik_buffer sample_note(const struct lantik_skey *key, uint64_t size)
{
	uint8_t root[LANTIK_HASH];
	struct lantik_buffer note = {0};
	memset(root, 0x42, sizeof root);
	cr_assert_eq(lantik_checkpoint_sign(size, root, key, 1, &note), LANTIK_OK);
	return note;
}

/* Signs any text as a note of key; text ends in a newline. */
static struct lantik_buffer note_of(const char *text, size_t len, const struct lantik_skey *key)
{
	struct lantik_buffer note = {0};
	uint8_t signature[4 + LANTIK_SIGNATURE];
	memcpy(signature, key->vkey.id, 4);
	lantik_sign(key->seed, (struct lantik_span){(const uint8_t *)text, len}, signature + 4);
	lantik_buffer_append(&note, text, len);
	lantik_buffer_printf(&note, "\n" DASH " %s ", key->vkey.name);
	lantik_base64_append(&note, signature, sizeof signature);
	lantik_buffer_append(&note, "\n", 1);
	return note;
}

/* --- keys --- */

/* The example of C2SP signed-note. */
#define C2SP_VKEY "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
#define C2SP_NOTE                                                                                                      \
	"This is an example message.\n\n" DASH " example.com/foo "                                                     \
	"Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"

/* The example of golang.org/x/mod/sumdb/note, from which C2SP's format comes. */
#define GO_SKEY "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
#define GO_VKEY "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define GO_TEXT "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
#define GO_SIGNATURE                                                                                                   \
	"\n" DASH " PeterNeumann "                                                                                     \
	"x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"

Test(key, examples_of_others_parse_and_format_back)
{
	struct lantik_vkey vkey;
	struct lantik_skey skey;
	struct lantik_buffer text = {0};
	cr_assert_eq(lantik_vkey_parse(lantik_span_of(C2SP_VKEY), &vkey), LANTIK_OK);
	cr_assert_str_eq(vkey.name, "example.com/foo");
	lantik_vkey_format(&vkey, &text);
	cr_assert(lantik_span_is(lantik_buffer_span(&text), C2SP_VKEY));
	cr_assert_eq(lantik_skey_parse(lantik_span_of(GO_SKEY), &skey), LANTIK_OK);
	lantik_buffer_reset(&text);
	lantik_skey_format(&skey, &text);
	cr_assert(lantik_span_is(lantik_buffer_span(&text), GO_SKEY));
	lantik_buffer_reset(&text);
	lantik_vkey_format(&skey.vkey, &text);
	cr_assert(lantik_span_is(lantik_buffer_span(&text), GO_VKEY));
	lantik_buffer_free(&text);
}

Test(key, one_newline_at_the_end_is_tolerated)
{
	struct lantik_vkey vkey;
	struct lantik_skey skey;
	cr_assert_eq(lantik_vkey_parse(lantik_span_of(C2SP_VKEY "\n"), &vkey), LANTIK_OK);
	cr_assert_eq(lantik_skey_parse(lantik_span_of(GO_SKEY "\n"), &skey), LANTIK_OK);
	cr_assert_eq(lantik_vkey_parse(lantik_span_of(C2SP_VKEY "\n\n"), &vkey), LANTIK_E_BAD_KEY);
	cr_assert_eq(lantik_vkey_parse(lantik_span_of(C2SP_VKEY "\r\n"), &vkey), LANTIK_E_BAD_KEY);
	cr_assert_eq(lantik_skey_parse(lantik_span_of(GO_SKEY "\n\n"), &skey), LANTIK_E_BAD_KEY);
}

static void assert_key_text_is_rigid(const char *text, bool secret)
{
	struct lantik_vkey vkey;
	struct lantik_skey skey;
	char changed[256];
	size_t len = strlen(text);
	for (size_t i = 0; i < len; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			memcpy(changed, text, len);
			changed[i] = (char)((uint8_t)changed[i] ^ 1u << bit);
			struct lantik_span span = {(const uint8_t *)changed, len};
			enum lantik_error error =
				secret ? lantik_skey_parse(span, &skey) : lantik_vkey_parse(span, &vkey);
			cr_assert_eq(error, LANTIK_E_BAD_KEY, "byte %zu, bit %u", i, bit);
		}
	for (size_t cut = 0; cut < len; cut++) {
		struct lantik_span span = {(const uint8_t *)text, cut};
		cr_assert_eq(
			secret ? lantik_skey_parse(span, &skey) : lantik_vkey_parse(span, &vkey), LANTIK_E_BAD_KEY);
	}
}

Test(key, every_flipped_bit_and_every_cut_is_refused)
{
	assert_key_text_is_rigid(C2SP_VKEY, false);
	assert_key_text_is_rigid(GO_SKEY, true);
}

Test(key, secret_and_public_are_not_mixed_up)
{
	struct lantik_vkey vkey;
	struct lantik_skey skey;
	cr_assert_eq(lantik_vkey_parse(lantik_span_of(GO_SKEY), &vkey), LANTIK_E_BAD_KEY);
	cr_assert_eq(lantik_skey_parse(lantik_span_of(GO_VKEY), &skey), LANTIK_E_BAD_KEY);
}

Test(key, names_are_checked)
{
	const char *bad[] = {
		"", "a b", "a+b", "a\nb", "a\tb", "a\x7f", " a", "a ", "a\xc2\xa0z", "a\xe2\x80\x89z", "a\xff"};
	uint8_t seed[LANTIK_SEED] = {1};
	struct lantik_skey key;
	for (unsigned i = 0; i < LANTIK_COUNT(bad); i++)
		cr_assert_eq(lantik_skey_make(bad[i], seed, &key), LANTIK_E_BAD_KEY, "%u", i);
	char name[LANTIK_MAX_ORIGIN + 2] = {0};
	memset(name, 'a', LANTIK_MAX_ORIGIN + 1);
	cr_assert_eq(lantik_skey_make(name, seed, &key), LANTIK_E_BAD_KEY);
	name[LANTIK_MAX_ORIGIN] = '\0';
	cr_assert_eq(lantik_skey_make(name, seed, &key), LANTIK_OK);
	cr_assert_str_eq(key.vkey.name, name);
	struct lantik_buffer text = {0};
	struct lantik_skey back;
	lantik_skey_format(&key, &text);
	cr_assert_eq(lantik_skey_parse(lantik_buffer_span(&text), &back), LANTIK_OK);
	cr_assert_arr_eq(back.seed, seed, LANTIK_SEED);
	cr_assert_str_eq(back.vkey.name, name);
	lantik_buffer_free(&text);
}

/* --- notes of others: the signature is judged before the text --- */

Test(note, c2sp_example_verifies_and_is_no_checkpoint)
{
	struct lantik_vkey key;
	struct lantik_checkpoint head = {.size = 77};
	char changed[] = C2SP_NOTE;
	cr_assert_eq(lantik_vkey_parse(lantik_span_of(C2SP_VKEY), &key), LANTIK_OK);
	cr_assert_eq(lantik_checkpoint_verify(lantik_span_of(C2SP_NOTE), &key, &head), LANTIK_E_MALFORMED);
	changed[0] = 't';
	cr_assert_eq(lantik_checkpoint_verify(lantik_span_of(changed), &key, &head), LANTIK_E_BAD_SIGNATURE);
	cr_assert_eq(head.size, 77, "ret is untouched");
}

Test(note, go_example_is_signed_to_the_byte)
{
	struct lantik_skey key;
	struct lantik_checkpoint head;
	cr_assert_eq(lantik_skey_parse(lantik_span_of(GO_SKEY), &key), LANTIK_OK);
	struct lantik_buffer note = note_of(GO_TEXT, strlen(GO_TEXT), &key);
	cr_assert(lantik_span_is(lantik_buffer_span(&note), GO_TEXT GO_SIGNATURE));
	cr_assert_eq(lantik_checkpoint_verify(lantik_buffer_span(&note), &key.vkey, &head), LANTIK_E_MALFORMED);
	lantik_buffer_free(&note);
}

/* --- checkpoints --- */

Test(checkpoint, signs_and_verifies)
{
	const uint64_t sizes[] = {0, 1, 9, 10, 20852163, INT64_MAX};
	struct lantik_skey key = sample_key("lantik.test/99", 3);
	for (unsigned i = 0; i < LANTIK_COUNT(sizes); i++) {
		struct lantik_buffer note = sample_note(&key, sizes[i]), again = sample_note(&key, sizes[i]);
		struct lantik_checkpoint head;
		cr_assert_eq(lantik_checkpoint_verify(lantik_buffer_span(&note), &key.vkey, &head), LANTIK_OK);
		cr_assert_eq(head.size, sizes[i]);
		cr_assert_str_eq(head.origin, "lantik.test/99");
		cr_assert_eq(head.root[31], 0x42);
		cr_assert(lantik_span_equal(lantik_buffer_span(&note), lantik_buffer_span(&again)),
			"any daemon with the key makes the same bytes");
		lantik_buffer_free(&note);
		lantik_buffer_free(&again);
	}
}

Test(checkpoint, has_the_form_of_the_standard)
{
	struct lantik_skey key = sample_key("lantik.test/99", 3);
	struct lantik_buffer note = {0};
	uint8_t root[LANTIK_HASH];
	memset(root, 0x42, sizeof root);
	lantik_buffer_append(&note, "before", 6);
	cr_assert_eq(lantik_checkpoint_sign(12, root, &key, 1, &note), LANTIK_OK);
	static const char start[] =
		"beforelantik.test/99\n12\nQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=\n\n" DASH " lantik.test/99 ";
	cr_assert_eq(memcmp(note.data, start, sizeof start - 1), 0);
	cr_assert_eq(note.len, sizeof start - 1 + 92 + 1);
	struct lantik_checkpoint head;
	struct lantik_span own = {note.data + 6, note.len - 6};
	cr_assert_eq(lantik_checkpoint_verify(own, &key.vkey, &head), LANTIK_OK);
	lantik_buffer_free(&note);
	cr_assert_eq(lantik_checkpoint_sign(UINT64_C(1) << 63, root, &key, 1, &note), LANTIK_E_TOO_LARGE);
	cr_assert_eq(note.len, 0);
	note.limit = 100;
	cr_assert_eq(lantik_checkpoint_sign(12, root, &key, 1, &note), LANTIK_E_TOO_LARGE);
	lantik_buffer_free(&note);
}

Test(checkpoint, every_changed_bit_cut_and_doubled_byte_is_refused)
{
	struct lantik_skey key = sample_key("lantik.test/99", 3);
	struct lantik_buffer note = sample_note(&key, 20852163);
	struct lantik_checkpoint head;
	for (size_t i = 0; i < note.len; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			note.data[i] ^= (uint8_t)(1u << bit);
			cr_assert_neq(lantik_checkpoint_verify(lantik_buffer_span(&note), &key.vkey, &head), LANTIK_OK,
				"byte %zu, bit %u", i, bit);
			note.data[i] ^= (uint8_t)(1u << bit);
		}
	for (size_t len = 0; len < note.len; len++)
		cr_assert_neq(
			lantik_checkpoint_verify((struct lantik_span){note.data, len}, &key.vkey, &head), LANTIK_OK);
	for (size_t i = 0; i < note.len; i++) {
		struct lantik_buffer doubled = {0};
		lantik_buffer_append(&doubled, note.data, i + 1);
		lantik_buffer_append(&doubled, note.data + i, note.len - i);
		cr_assert_neq(lantik_checkpoint_verify(lantik_buffer_span(&doubled), &key.vkey, &head), LANTIK_OK);
		lantik_buffer_free(&doubled);
	}
	lantik_buffer_free(&note);
}

/* The note with one more signature line. */
static void add_signature(struct lantik_buffer *note, const struct lantik_skey *key)
{
	const uint8_t *blank = memmem(note->data, note->len, "\n\n", 2);
	cr_assert_not_null(blank);
	size_t text_len = (size_t)(blank - note->data) + 1;
	struct lantik_buffer other = note_of((const char *)note->data, text_len, key);
	lantik_buffer_append(note, other.data + text_len + 1, other.len - text_len - 1);
	lantik_buffer_free(&other);
}

Test(checkpoint, signatures_of_others_are_ignored)
{
	struct lantik_skey ours = sample_key("lantik.test/99", 3), next = sample_key("lantik.test/99", 4);
	struct lantik_skey witness = sample_key("witness.test/1", 5);
	struct lantik_buffer note = sample_note(&witness, 8);
	struct lantik_checkpoint head;
	cr_assert_eq(lantik_checkpoint_verify(lantik_buffer_span(&note), &ours.vkey, &head), LANTIK_E_BAD_SIGNATURE);
	lantik_buffer_free(&note);
	note = sample_note(&next, 8);
	cr_assert_eq(lantik_checkpoint_verify(lantik_buffer_span(&note), &ours.vkey, &head), LANTIK_E_BAD_SIGNATURE);
	add_signature(&note, &witness);
	add_signature(&note, &ours);
	cr_assert_eq(lantik_checkpoint_verify(lantik_buffer_span(&note), &ours.vkey, &head), LANTIK_OK);
	cr_assert_eq(lantik_checkpoint_verify(lantik_buffer_span(&note), &next.vkey, &head), LANTIK_OK);
	cr_assert_eq(lantik_checkpoint_verify(lantik_buffer_span(&note), &witness.vkey, &head), LANTIK_E_MISMATCH);
	lantik_buffer_free(&note);
}

Test(checkpoint, sixteen_signatures_fit)
{
	struct lantik_skey ours = sample_key("lantik.test/99", 3);
	struct lantik_buffer note = {0};
	struct lantik_checkpoint head;
	note = sample_note(&ours, 8);
	for (uint8_t i = 0; i < 15; i++) {
		struct lantik_skey witness = sample_key("witness.test/a-name-of-some-length", (uint8_t)(100 + i));
		add_signature(&note, &witness);
	}
	cr_assert_eq(lantik_checkpoint_verify(lantik_buffer_span(&note), &ours.vkey, &head), LANTIK_OK);
	while (note.len <= LANTIK_MAX_NOTE)
		add_signature(&note, &ours);
	cr_assert_eq(lantik_checkpoint_verify(lantik_buffer_span(&note), &ours.vkey, &head), LANTIK_E_TOO_LARGE);
	lantik_buffer_free(&note);
}

Test(checkpoint, a_false_signature_of_our_key_spoils_a_good_note)
{
	struct lantik_skey ours = sample_key("lantik.test/99", 3);
	for (int first = 0; first < 2; first++) {
		struct lantik_buffer note = sample_note(&ours, 8), other = sample_note(&ours, 9);
		struct lantik_checkpoint head;
		size_t text_len = (size_t)((uint8_t *)memmem(note.data, note.len, "\n\n", 2) - note.data) + 2;
		struct lantik_buffer both = {0};
		lantik_buffer_append(&both, note.data, text_len);
		const struct lantik_buffer *lines[] = {first ? &other : &note, first ? &note : &other};
		for (int i = 0; i < 2; i++)
			lantik_buffer_append(&both, lines[i]->data + text_len, lines[i]->len - text_len);
		cr_assert_eq(
			lantik_checkpoint_verify(lantik_buffer_span(&both), &ours.vkey, &head), LANTIK_E_BAD_SIGNATURE);
		lantik_buffer_free(&both);
		lantik_buffer_free(&note);
		lantik_buffer_free(&other);
	}
}

#define ROOT "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI="
#define ORIGIN "lantik.test/99\n"

static const struct {
	const char *text;
	enum lantik_error expected;
} signed_texts[] = {
	{ORIGIN "8\n" ROOT "\n", LANTIK_OK},
	{ORIGIN "8\n" ROOT "\nextension\nanother\n", LANTIK_OK},
	{ORIGIN "8\n" ROOT "\nselamat siang \xe2\x80\x94 \xf0\x9f\x8c\xba\n", LANTIK_OK},
	{ORIGIN "8\n" ROOT "\n\nafter a blank line\n", LANTIK_E_MALFORMED},
	{"lantik.test/98\n8\n" ROOT "\n", LANTIK_E_MISMATCH},
	{"lantik.test/999\n8\n" ROOT "\n", LANTIK_E_MISMATCH},
	{"lantik.test/9\n8\n" ROOT "\n", LANTIK_E_MISMATCH},
	{"\n8\n" ROOT "\n", LANTIK_E_MALFORMED},
	{ORIGIN "\n" ROOT "\n", LANTIK_E_MALFORMED},
	{ORIGIN "08\n" ROOT "\n", LANTIK_E_MALFORMED},
	{ORIGIN "00\n" ROOT "\n", LANTIK_E_MALFORMED},
	{ORIGIN "+8\n" ROOT "\n", LANTIK_E_MALFORMED},
	{ORIGIN "-8\n" ROOT "\n", LANTIK_E_MALFORMED},
	{ORIGIN "8 \n" ROOT "\n", LANTIK_E_MALFORMED},
	{ORIGIN "0x8\n" ROOT "\n", LANTIK_E_MALFORMED},
	{ORIGIN "9223372036854775807\n" ROOT "\n", LANTIK_OK},
	{ORIGIN "9223372036854775808\n" ROOT "\n", LANTIK_E_MALFORMED},
	{ORIGIN "18446744073709551616\n" ROOT "\n", LANTIK_E_MALFORMED},
	{ORIGIN "99999999999999999999999999\n" ROOT "\n", LANTIK_E_MALFORMED},
	{ORIGIN "8\n", LANTIK_E_MALFORMED},
	{ORIGIN, LANTIK_E_MALFORMED},
	{ORIGIN "8\nQkJC\n", LANTIK_E_MALFORMED},
	{ORIGIN "8\n" ROOT " \n", LANTIK_E_MALFORMED},
	{ORIGIN "8\nQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJ=\n", LANTIK_E_MALFORMED},
	{ORIGIN "8\nQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJC\n", LANTIK_E_MALFORMED},
	{ORIGIN "8\r\n" ROOT "\n", LANTIK_E_MALFORMED},
	{ORIGIN "8\n" ROOT "\ntab\there\n", LANTIK_E_MALFORMED},
	{ORIGIN "8\n" ROOT "\n\xff\n", LANTIK_E_MALFORMED},
	{ORIGIN "8\n" ROOT "\n\xc0\xaf\n", LANTIK_E_MALFORMED},
	{ORIGIN "8\n" ROOT "\n\xe0\x80\xaf\n", LANTIK_E_MALFORMED},
	{ORIGIN "8\n" ROOT "\n\xed\xa0\x80\n", LANTIK_E_MALFORMED},
	{ORIGIN "8\n" ROOT "\n\xf4\x90\x80\x80\n", LANTIK_E_MALFORMED},
	{ORIGIN "8\n" ROOT "\n\xf0\x8f\xbf\xbf\n", LANTIK_E_MALFORMED},
	{ORIGIN "8\n" ROOT "\n\xe2\x80\n", LANTIK_E_MALFORMED},
};

Test(checkpoint, well_signed_texts_are_still_judged)
{
	struct lantik_skey key = sample_key("lantik.test/99", 3);
	for (unsigned i = 0; i < LANTIK_COUNT(signed_texts); i++) {
		struct lantik_buffer note = note_of(signed_texts[i].text, strlen(signed_texts[i].text), &key);
		struct lantik_checkpoint head;
		cr_assert_eq(lantik_checkpoint_verify(lantik_buffer_span(&note), &key.vkey, &head),
			signed_texts[i].expected, "text %u", i);
		lantik_buffer_free(&note);
	}
}

Test(checkpoint, notes_without_their_parts_are_refused)
{
	const char *bad[] = {"", "\n", "\n\n", "a", "a\n", "a\n\n", "\n\n\n", "a\n\nb\n", "a\n\n" DASH "\n",
		"a\n\n" DASH " \n", "a\n\n" DASH " b\n", "a\n\n" DASH " b \n", "a\n\n" DASH "  AAAA\n",
		"a\n\n" DASH " b AAAA\n", "a\n\n" DASH " b AAAAAA==\n", "a\n\n" DASH " b+c AAAAAAAA\n",
		"a\n\n" DASH " b AAAAAAAA", "a\n\n- b AAAAAAAA\n", "a\n\n" DASH " b AAAAAAAA x\n"};
	struct lantik_skey key = sample_key("lantik.test/99", 3);
	struct lantik_checkpoint head;
	for (unsigned i = 0; i < LANTIK_COUNT(bad); i++)
		cr_assert_eq(lantik_checkpoint_verify(lantik_span_of(bad[i]), &key.vkey, &head), LANTIK_E_MALFORMED,
			"note %u", i);
	cr_assert_eq(lantik_checkpoint_verify(lantik_span_of("a\n\n" DASH " b AAAAAAAA\n"), &key.vkey, &head),
		LANTIK_E_BAD_SIGNATURE);
}

Test(checkpoint, a_signature_of_another_length_is_false)
{
	struct lantik_skey key = sample_key("lantik.test/99", 3);
	const size_t lengths[] = {5, 4 + 63, 4 + 65};
	for (unsigned i = 0; i < LANTIK_COUNT(lengths); i++) {
		struct lantik_buffer note = {0};
		uint8_t signature[4 + 65] = {0};
		struct lantik_checkpoint head;
		static const char text[] = ORIGIN "8\n" ROOT "\n";
		memcpy(signature, key.vkey.id, 4);
		lantik_sign(key.seed, lantik_span_of(text), signature + 4);
		lantik_buffer_printf(&note, "%s\n" DASH " lantik.test/99 ", text);
		lantik_base64_append(&note, signature, lengths[i]);
		lantik_buffer_append(&note, "\n", 1);
		cr_assert_eq(
			lantik_checkpoint_verify(lantik_buffer_span(&note), &key.vkey, &head), LANTIK_E_BAD_SIGNATURE);
		lantik_buffer_free(&note);
	}
}

/* --- keys under other names, and notes of any text --- */

Test(key, renamed_is_the_same_key_with_another_id)
{
	struct lantik_skey key = sample_key("lantik.test/99", 3), renamed;
	struct lantik_vkey vkey;
	cr_assert_eq(lantik_skey_rename(&key, "lantik.test/99/2", &renamed), LANTIK_OK);
	cr_assert_eq(lantik_vkey_rename(&key.vkey, "lantik.test/99/2", &vkey), LANTIK_OK);
	cr_assert_eq(memcmp(&renamed.vkey, &vkey, sizeof vkey), 0);
	cr_assert_arr_eq(vkey.public_key, key.vkey.public_key, LANTIK_PUBLIC_KEY);
	cr_assert_neq(memcmp(vkey.id, key.vkey.id, sizeof vkey.id), 0);
	cr_assert_str_eq(vkey.name, "lantik.test/99/2");
	cr_assert_eq(lantik_vkey_rename(&vkey, "lantik.test/99", &vkey), LANTIK_OK, "onto itself");
	cr_assert_eq(memcmp(&vkey, &key.vkey, sizeof vkey), 0);
	cr_assert_eq(lantik_vkey_rename(&key.vkey, "with blank", &vkey), LANTIK_E_BAD_KEY);
	cr_assert_eq(lantik_skey_rename(&key, "", &renamed), LANTIK_E_BAD_KEY);
}

Test(note, names_of_strangers_hold_no_space_of_unicode)
{
	static const char *const spaces[] = {"\xc2\x85", "\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x8a",
		"\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80", "+"};
	static const char *const others[] = {"\xc3\xa9", "\xe2\x80\x8b", "\xe3\x80\x81", "\xe1\x9a\x81"};
	struct lantik_skey key = sample_key("lantik.test/99", 3);
	struct lantik_checkpoint head;
	for (size_t i = 0; i < LANTIK_COUNT(spaces) + LANTIK_COUNT(others); i++) {
		bool space = i < LANTIK_COUNT(spaces);
		struct lantik_buffer note = sample_note(&key, 7);
		lantik_buffer_printf(
			&note, DASH " a%sb AAAAAAAA\n", space ? spaces[i] : others[i - LANTIK_COUNT(spaces)]);
		cr_assert_eq(lantik_checkpoint_verify(lantik_buffer_span(&note), &key.vkey, &head),
			space ? LANTIK_E_MALFORMED : LANTIK_OK, "%zu", i);
		lantik_buffer_free(&note);
	}
}

Test(note, of_any_text_is_signed_and_verified)
{
	static const char text[] = "first\n\nthird, after an empty line\n";
	struct lantik_skey key = sample_key("lantik.test/99/recovery", 3), other = sample_key("someone.test/1", 4);
	struct lantik_buffer note = {0}, expected = note_of(text, sizeof text - 1, &key);
	struct lantik_span found;
	cr_assert_eq(lantik_note_sign(lantik_span_of(text), &key, &note), LANTIK_OK);
	cr_assert(lantik_span_equal(lantik_buffer_span(&note), lantik_buffer_span(&expected)));
	cr_assert_eq(lantik_note_verify(lantik_buffer_span(&note), &key.vkey, &found), LANTIK_OK);
	cr_assert(lantik_span_is(found, text) && found.data == note.data);
	cr_assert_eq(lantik_note_verify(lantik_buffer_span(&note), &other.vkey, &found), LANTIK_E_BAD_SIGNATURE);
	for (size_t i = 0; i < note.len; i++) {
		note.data[i] ^= 1;
		cr_assert_neq(lantik_note_verify(lantik_buffer_span(&note), &key.vkey, &found), LANTIK_OK);
		note.data[i] ^= 1;
	}
	lantik_buffer_free(&note);
	lantik_buffer_free(&expected);
}

Test(checkpoint, is_signed_by_several_keys_in_their_order)
{
	struct lantik_skey keys[] = {
		sample_key("lantik.test/99", 3), sample_key("lantik.test/99", 4), sample_key("lantik.test/99", 5)};
	struct lantik_buffer note = {0}, expected = sample_note(&keys[0], 7);
	uint8_t root[LANTIK_HASH];
	struct lantik_checkpoint head;
	memset(root, 0x42, sizeof root);
	add_signature(&expected, &keys[1]);
	add_signature(&expected, &keys[2]);
	cr_assert_eq(lantik_checkpoint_sign(7, root, keys, LANTIK_COUNT(keys), &note), LANTIK_OK);
	cr_assert(lantik_span_equal(lantik_buffer_span(&note), lantik_buffer_span(&expected)));
	for (size_t i = 0; i < LANTIK_COUNT(keys); i++)
		cr_assert_eq(lantik_checkpoint_verify(lantik_buffer_span(&note), &keys[i].vkey, &head), LANTIK_OK);
	memset(&head, 0, sizeof head);
	cr_assert_eq(lantik_checkpoint_read(lantik_buffer_span(&note), &head), LANTIK_OK);
	cr_assert(head.size == 7 && !strcmp(head.origin, "lantik.test/99") && head.epoch == 0);
	cr_assert_eq(lantik_checkpoint_read(lantik_span_of("no note\n"), &head), LANTIK_E_MALFORMED);
	lantik_buffer_free(&note);
	lantik_buffer_free(&expected);
}
