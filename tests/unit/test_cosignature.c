/* Tests of cosignatures: their form, that they verify, and that nothing else does.
 * SPDX-License-Identifier: Apache-2.0 */
#include "log_world.h"

#define DASH "\xe2\x80\x94"

static struct lantik_buffer sample_note(const struct lantik_skey *key)
{
	uint8_t root[LANTIK_HASH];
	struct lantik_buffer note = {0};
	memset(root, 0x42, sizeof root);
	cr_assert_eq(lantik_checkpoint_sign(7, root, key, 1, &note), LANTIK_OK);
	return note;
}

static struct lantik_buffer poem_of(const struct lantik_skey *key)
{
	struct lantik_buffer note = {0};
	cr_assert_eq(lantik_note_sign(lantik_span_of("a poem\n"), key, &note), LANTIK_OK);
	return note;
}

#define WITNESS "auditor.test/1"

Test(cosignature, has_the_form_of_the_standard)
{
	struct lantik_skey log = log_key("lantik.test/99", 3), witness = log_key(WITNESS, 5);
	struct lantik_buffer note = sample_note(&log), cosigned = {0}, message = {0}, decoded = {0};
	struct lantik_cosigner cosigner;
	lantik_cosigner_of(&witness.vkey, &cosigner);
	cr_assert_eq(lantik_checkpoint_cosign(lantik_buffer_span(&note), &witness, 1679315147, &cosigned), LANTIK_OK);
	static const char mark[] = DASH " " WITNESS " ";
	cr_assert_eq(memcmp(cosigned.data, note.data, note.len), 0, "the note stays as it is");
	cr_assert_eq(memcmp(cosigned.data + note.len, mark, sizeof mark - 1), 0);
	struct lantik_span base64 = {cosigned.data + note.len + sizeof mark - 1,
		cosigned.len - note.len - sizeof mark}; /* without the newline */
	cr_assert_eq(lantik_base64_decode(base64, &decoded), LANTIK_OK);
	cr_assert_eq(decoded.len, 4 + 8 + LANTIK_SIGNATURE);
	static const uint8_t stamp[8] = {0, 0, 0, 0, 0x64, 0x18, 0x50, 0xcb};
	cr_assert_arr_eq(decoded.data + 4, stamp, sizeof stamp);
	lantik_buffer_printf(&message, "cosignature/v1\ntime 1679315147\n");
	lantik_buffer_append(
		&message, note.data, (size_t)((uint8_t *)memmem(note.data, note.len, "\n\n", 2) - note.data) + 1);
	cr_assert(lantik_verify(witness.vkey.public_key, lantik_buffer_span(&message), decoded.data + 12));
	uint8_t hash[LANTIK_HASH], id_of[sizeof WITNESS + 1 + LANTIK_PUBLIC_KEY] = WITNESS "\n\4";
	memcpy(id_of + sizeof WITNESS + 1, witness.vkey.public_key, LANTIK_PUBLIC_KEY);
	lantik_sha256((struct lantik_span){id_of, sizeof id_of}, hash);
	cr_assert_arr_eq(decoded.data, hash, 4);
	cr_assert_arr_eq(cosigner.id, hash, 4);
	lantik_buffer_free(&note);
	lantik_buffer_free(&cosigned);
	lantik_buffer_free(&message);
	lantik_buffer_free(&decoded);
}

Test(cosignature, is_verified_and_nothing_else_is)
{
	struct lantik_skey log = log_key("lantik.test/99", 3), witness = log_key(WITNESS, 5);
	struct lantik_buffer note = sample_note(&log), cosigned = {0}, later = {0};
	struct lantik_cosigner cosigner, other;
	struct lantik_checkpoint head;
	uint64_t seconds = 5;
	lantik_cosigner_of(&witness.vkey, &cosigner);
	lantik_cosigner_of(&log.vkey, &other);
	cr_assert_eq(lantik_cosignature_verify(lantik_buffer_span(&note), &cosigner, &seconds), LANTIK_E_BAD_SIGNATURE);
	cr_assert_eq(lantik_checkpoint_cosign(lantik_buffer_span(&note), &witness, 1679315147, &cosigned), LANTIK_OK);
	struct lantik_span text = lantik_buffer_span(&cosigned);
	cr_assert_eq(lantik_cosignature_verify(text, &other, &seconds), LANTIK_E_BAD_SIGNATURE,
		"the log's own signature is of another type");
	cr_assert_eq(seconds, 5, "ret is untouched");
	cr_assert_eq(lantik_cosignature_verify(text, &cosigner, &seconds), LANTIK_OK);
	cr_assert_eq(seconds, 1679315147);
	cr_assert_eq(lantik_checkpoint_verify(text, &log.vkey, &head), LANTIK_OK, "the log's signature still holds");
	cr_assert_eq(lantik_checkpoint_verify(text, &witness.vkey, &head), LANTIK_E_BAD_SIGNATURE);
	size_t own = (size_t)((uint8_t *)memmem(cosigned.data, cosigned.len, "\n\n", 2) - cosigned.data) + 1;
	for (size_t i = 0; i < cosigned.len; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			cosigned.data[i] ^= (uint8_t)(1u << bit);
			if (i < own || i >= note.len)
				cr_assert_neq(lantik_cosignature_verify(text, &cosigner, &seconds), LANTIK_OK,
					"byte %zu, bit %u", i, bit);
			cosigned.data[i] ^= (uint8_t)(1u << bit);
		}
	cr_assert_eq(lantik_checkpoint_cosign(text, &witness, 1679315149, &later), LANTIK_OK);
	cr_assert_eq(lantik_cosignature_verify(lantik_buffer_span(&later), &cosigner, &seconds), LANTIK_OK);
	cr_assert_eq(seconds, 1679315149, "the last time that it looked");
	lantik_buffer_free(&note);
	lantik_buffer_free(&cosigned);
	lantik_buffer_free(&later);
}

Test(cosignature, of_what_is_no_checkpoint_is_not_made)
{
	struct lantik_skey log = log_key("lantik.test/99", 3), witness = log_key(WITNESS, 5);
	struct lantik_buffer note = poem_of(&log), ret = {0};
	cr_assert_eq(lantik_checkpoint_cosign(lantik_buffer_span(&note), &witness, 1, &ret), LANTIK_E_MALFORMED);
	cr_assert_eq(lantik_checkpoint_cosign(lantik_span_of("nothing"), &witness, 1, &ret), LANTIK_E_MALFORMED);
	lantik_buffer_free(&note);
	note = sample_note(&log);
	cr_assert_eq(
		lantik_checkpoint_cosign(lantik_buffer_span(&note), &witness, UINT64_MAX, &ret), LANTIK_E_TOO_LARGE);
	cr_assert_eq(ret.len, 0);
	while (!lantik_checkpoint_cosign(lantik_buffer_span(&note), &witness, 1, &ret)) {
		cr_assert_leq(ret.len, LANTIK_MAX_NOTE);
		lantik_buffer_free(&note);
		note = ret;
		memset(&ret, 0, sizeof ret);
	}
	cr_assert_eq(ret.len, 0, "a note that would be too large is not begun");
	lantik_buffer_free(&note);
	lantik_buffer_free(&ret);
}

Test(cosignature, keys_are_told_by_their_type)
{
	struct lantik_skey key = log_key(WITNESS, 5);
	struct lantik_cosigner cosigner, back;
	struct lantik_vkey vkey;
	struct lantik_buffer text = {0}, vkey_text = {0};
	lantik_cosigner_of(&key.vkey, &cosigner);
	lantik_cosigner_format(&cosigner, &text);
	lantik_vkey_format(&key.vkey, &vkey_text);
	cr_assert_eq(lantik_cosigner_parse(lantik_buffer_span(&text), &back), LANTIK_OK);
	cr_assert_eq(memcmp(&back, &cosigner, sizeof back), 0);
	cr_assert_eq(lantik_vkey_parse(lantik_buffer_span(&text), &vkey), LANTIK_E_BAD_KEY);
	cr_assert_eq(lantik_cosigner_parse(lantik_buffer_span(&vkey_text), &back), LANTIK_E_BAD_KEY);
	for (size_t i = 0; i < text.len; i++) {
		text.data[i] ^= 1;
		cr_assert_eq(lantik_cosigner_parse(lantik_buffer_span(&text), &back), LANTIK_E_BAD_KEY, "byte %zu", i);
		text.data[i] ^= 1;
	}
	lantik_buffer_append(&text, "\n", 1);
	cr_assert_eq(lantik_cosigner_parse(lantik_buffer_span(&text), &back), LANTIK_OK);
	lantik_buffer_free(&text);
	lantik_buffer_free(&vkey_text);
}
