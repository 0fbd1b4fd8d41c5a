/* Tests of trust: keys that come and go, recoveries, and notes and deeds that must not count.
 * SPDX-License-Identifier: Apache-2.0 */
#include "log_world.h"

static struct lantik_trust trust_of(const struct log_world *log)
{
	struct lantik_trust trust;
	lantik_trust_start(&trust, &log->keys[0].vkey, &log->recovery.vkey);
	return trust;
}

static enum lantik_error judge(const struct log_world *log, const struct lantik_trust *trust)
{
	struct lantik_checkpoint head;
	struct lantik_buffer note = log_note(log);
	enum lantik_error error = lantik_checkpoint_trusted(lantik_buffer_span(&note), trust, &head);
	if (!error) {
		cr_assert_eq(head.size, log->edge.size);
		cr_assert_eq(head.epoch, log->epoch);
	}
	lantik_buffer_free(&note);
	return error;
}

static struct lantik_deed key_deed(enum lantik_deed_kind kind, const struct lantik_skey *key)
{
	struct lantik_deed deed = log_deed_start(kind);
	deed.key = key->vkey;
	return deed;
}

static struct lantik_deed recovery_deed(const struct log_world *log, unsigned epoch, uint64_t common)
{
	struct lantik_deed deed = log_deed_start(LANTIK_DEED_RECOVER);
	deed.recovery.epoch = epoch;
	deed.recovery.common.size = common;
	deed.recovery.size.size = log->edge.size;
	lantik_edge_root(&log->edge, deed.recovery.size.root);
	if (common == log->edge.size)
		memcpy(deed.recovery.common.root, deed.recovery.size.root, LANTIK_HASH);
	deed.recovery.lost[0] = (struct lantik_tree_head){.size = log->edge.size + 9};
	deed.recovery.lost_count = 1;
	return deed;
}

static enum lantik_error add(struct lantik_trust *trust, struct lantik_buffer receipt)
{
	struct lantik_trust before = *trust;
	enum lantik_error error = lantik_trust_add(trust, lantik_buffer_span(&receipt));
	if (error)
		cr_assert_eq(memcmp(&before, trust, sizeof before), 0, "what fails changes nothing");
	lantik_buffer_free(&receipt);
	return error;
}

static size_t signers(const struct lantik_trust *trust, uint64_t size)
{
	struct lantik_vkey keys[LANTIK_MAX_SIGNERS];
	size_t count;
	lantik_trust_signers(trust, size, keys, &count);
	return count;
}

Test(trust, begins_with_one_key)
{
	struct log_world log = log_start(), other = log_start();
	struct lantik_trust trust = trust_of(&log);
	log_grow(&log, 5);
	cr_assert_eq(judge(&log, &trust), LANTIK_OK);
	cr_assert(trust.epoch == 1 && trust.key_count == 1 && signers(&trust, 0) == 1);
	other.keys[0] = other.keys[1];
	cr_assert_eq(judge(&other, &trust), LANTIK_E_BAD_SIGNATURE);
	log.epoch = 2;
	cr_assert_eq(judge(&log, &trust), LANTIK_E_MISMATCH, "no such epoch is known");
	struct lantik_trust elsewhere;
	struct lantik_skey key = log_key("lantik.test/98", 1);
	lantik_trust_start(&elsewhere, &key.vkey, NULL);
	log.epoch = 1;
	cr_assert_eq(judge(&log, &elsewhere), LANTIK_E_MISMATCH);
}

/* Two keys for a while, then the new one alone. */
Test(trust, a_key_is_rotated)
{
	struct log_world log = log_start();
	struct lantik_trust trust = trust_of(&log);
	log_grow(&log, 5);
	struct lantik_deed added = key_deed(LANTIK_DEED_RECEIPT_KEY_ADD, &log.keys[1]);
	log.key_count = 2;
	cr_assert_eq(judge(&log, &trust), LANTIK_OK, "a stranger's signature beside ours is ignored");
	struct lantik_buffer receipt = log_deed(&log, &added);
	cr_assert_eq(lantik_trust_add(&trust, lantik_buffer_span(&receipt)), LANTIK_OK);
	cr_assert(trust.key_count == 2 && trust.keys[1].from_size == 6);
	cr_assert(signers(&trust, 5) == 1 && signers(&trust, 6) == 2);
	cr_assert_eq(add(&trust, receipt), LANTIK_OK);
	cr_assert_eq(trust.key_count, 2, "the same deed again changes nothing");
	log_grow(&log, 2);
	struct lantik_deed retired = key_deed(LANTIK_DEED_RECEIPT_KEY_RETIRE, &log.keys[0]);
	struct log_world next = log;
	next.keys[0] = log.keys[1];
	next.key_count = 1;
	cr_assert_eq(add(&trust, log_deed(&next, &retired)), LANTIK_OK);
	cr_assert(trust.keys[0].until_size == 9 && next.edge.size == 9);
	cr_assert(signers(&trust, 8) == 2 && signers(&trust, 9) == 1);
	cr_assert_eq(judge(&next, &trust), LANTIK_OK);
	log_grow(&log, 1);
	log.key_count = 1;
	cr_assert_eq(judge(&log, &trust), LANTIK_E_BAD_SIGNATURE, "the old key signs no size 9");
}

/* The old key's signatures hold below the size from which it was in other hands, and no more above. */
Test(trust, a_compromised_key_does_not_count_alone)
{
	for (uint64_t from = 0; from <= 12; from++) {
		struct log_world log = log_start();
		struct lantik_trust trust = trust_of(&log);
		struct lantik_deed deed = key_deed(LANTIK_DEED_RECEIPT_KEY_ADD, &log.keys[1]);
		log_grow(&log, 3);
		log.key_count = 2;
		cr_assert_eq(add(&trust, log_deed(&log, &deed)), LANTIK_OK);
		log_grow(&log, 5);
		deed = key_deed(LANTIK_DEED_RECEIPT_KEY_RETIRE, &log.keys[0]);
		deed.is_compromised = true;
		deed.compromised_from = from;
		cr_assert_eq(add(&trust, log_deed(&log, &deed)), LANTIK_OK);
		struct log_world old = log_start();
		for (uint64_t size = 0; size < 12; size++, log_grow(&old, 1)) {
			bool good = size < from && size < 10;
			cr_assert_eq(judge(&old, &trust), good ? LANTIK_OK : LANTIK_E_BAD_SIGNATURE, "size %u from %u",
				(unsigned)size, (unsigned)from);
			old.key_count = 2;
			cr_assert_eq(judge(&old, &trust),
				good || size >= 4 || size >= from ? LANTIK_OK : LANTIK_E_BAD_SIGNATURE,
				"the key that goes on stands in from %u", (unsigned)from);
			old.key_count = 1;
		}
	}
}

Test(trust, a_wrong_signature_of_a_trusted_key_spoils_the_note)
{
	struct log_world log = log_start();
	struct lantik_trust trust = trust_of(&log);
	struct lantik_deed deed = key_deed(LANTIK_DEED_RECEIPT_KEY_ADD, &log.keys[1]);
	struct lantik_checkpoint head = {.size = 77};
	log.key_count = 2;
	cr_assert_eq(add(&trust, log_deed(&log, &deed)), LANTIK_OK);
	struct lantik_buffer note = log_note(&log);
	struct lantik_span text = lantik_buffer_span(&note);
	cr_assert_eq(lantik_checkpoint_trusted(text, &trust, &head), LANTIK_OK);
	for (size_t i = 0; i < note.len; i++) {
		head.size = 77;
		note.data[i] ^= 1;
		enum lantik_error error = lantik_checkpoint_trusted(text, &trust, &head);
		/* A flipped bit in a line's name or key id makes it a stranger's, who is ignored. */
		if (!error)
			cr_assert(i >= 67 && head.size == 1, "byte %zu", i);
		else
			cr_assert_eq(head.size, 77);
		note.data[i] ^= 1;
	}
	note.data[note.len - 10] ^= 1;
	cr_assert_eq(lantik_checkpoint_trusted(text, &trust, &head), LANTIK_E_BAD_SIGNATURE, "the second line");
	lantik_buffer_free(&note);
}

/* --- deeds that must not count --- */

Test(trust, only_the_pinned_recovery_key_speaks)
{
	struct log_world log = log_start(), thief = log;
	struct lantik_deed deed = key_deed(LANTIK_DEED_RECEIPT_KEY_ADD, &log.keys[1]), parsed;
	struct lantik_trust trust = trust_of(&log), without;
	lantik_trust_start(&without, &log.keys[0].vkey, NULL);
	thief.recovery = log_key(LOG_RECOVERY, 201);
	cr_assert_eq(add(&trust, log_deed(&thief, &deed)), LANTIK_E_BAD_SIGNATURE);
	thief = log;
	thief.recovery = log.keys[0]; /* whoever has the receipt key has not the recovery key */
	cr_assert_eq(add(&trust, log_deed(&thief, &deed)), LANTIK_E_BAD_SIGNATURE);
	thief = log;
	struct lantik_buffer text = {0};
	cr_assert_eq(lantik_deed_format(&deed, &text), LANTIK_OK);
	cr_assert_eq(add(&trust, log_append_text(&thief, &deed, lantik_buffer_span(&text))), LANTIK_E_BAD_SIGNATURE);
	cr_assert_eq(lantik_deed_parse(lantik_buffer_span(&text), &parsed), LANTIK_OK);
	cr_assert_eq(lantik_trust_take(&trust, &parsed, 0), LANTIK_E_BAD_SIGNATURE);
	cr_assert_eq(lantik_trust_take(&without, &parsed, 0), LANTIK_E_NOT_FOUND);
	thief = log;
	cr_assert_eq(add(&without, log_deed(&thief, &deed)), LANTIK_E_NOT_FOUND);
	cr_assert_eq(add(&trust, log_deed(&log, &deed)), LANTIK_OK);
	lantik_buffer_free(&text);
}

/* A genuine deed under a checkpoint that nobody signed who counts after it. */
Test(trust, a_deed_needs_its_receipt)
{
	struct log_world log = log_start(), forger = log;
	struct lantik_trust trust = trust_of(&log);
	struct lantik_deed deed = key_deed(LANTIK_DEED_RECEIPT_KEY_ADD, &log.keys[1]);
	forger.keys[0] = log.keys[2];
	cr_assert_eq(add(&trust, log_deed(&forger, &deed)), LANTIK_E_BAD_SIGNATURE);
	forger = log;
	forger.keys[0] = log.keys[1]; /* the new key alone is enough: the recovery key vouches for it */
	cr_assert_eq(add(&trust, log_deed(&forger, &deed)), LANTIK_OK);
	struct lantik_deed retired = key_deed(LANTIK_DEED_RECEIPT_KEY_RETIRE, &log.keys[0]);
	forger = log;
	log_grow(&forger, 3);
	cr_assert_eq(add(&trust, log_deed(&forger, &retired)), LANTIK_E_BAD_SIGNATURE, "signed by the retired alone");
	struct lantik_buffer leaf = {0};
	struct lantik_batch_leaf batch = {.office = lantik_span_of("kanreg-99"), .durability = LANTIK_DURABLE_LOCAL};
	cr_assert_eq(lantik_batch_leaf_format(&batch, &leaf), LANTIK_OK);
	forger = log_start();
	cr_assert_eq(
		add(&trust, log_append(&forger, lantik_buffer_span(&leaf), lantik_span_of("lantik-verdict 1\nend\n"))),
		LANTIK_E_MALFORMED, "no deed");
	lantik_buffer_free(&leaf);
}

Test(trust, no_forged_receipt_of_a_deed_counts)
{
	struct log_world log = log_start();
	log_grow(&log, 6);
	log.key_count = 2;
	struct lantik_deed deed = key_deed(LANTIK_DEED_RECEIPT_KEY_ADD, &log.keys[2]);
	struct lantik_trust fresh = trust_of(&log), trust = fresh;
	struct lantik_buffer receipt = log_deed(&log, &deed);
	struct lantik_span text = lantik_buffer_span(&receipt);
	unsigned ignored = 0;
	for (size_t i = 0; i < receipt.len; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			receipt.data[i] ^= (uint8_t)(1u << bit);
			trust = fresh;
			if (lantik_trust_add(&trust, text) == LANTIK_OK)
				ignored++; /* the line of a key that is not known */
			else
				cr_assert_eq(memcmp(&trust, &fresh, sizeof trust), 0);
			receipt.data[i] ^= (uint8_t)(1u << bit);
		}
	/* At most every bit of the stranger's line: 109 visible bytes, and nothing else. */
	cr_assert_lt(ignored, 8u * 111u);
	for (size_t len = 0; len < receipt.len; len++)
		cr_assert_neq(lantik_trust_add(&trust, (struct lantik_span){receipt.data, len}), LANTIK_OK);
	lantik_buffer_free(&receipt);
	log = log_start();
	log_grow(&log, 6);
	receipt = log_deed(&log, &deed);
	text = lantik_buffer_span(&receipt);
	for (size_t i = 0; i < receipt.len; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			receipt.data[i] ^= (uint8_t)(1u << bit);
			trust = fresh;
			cr_assert_neq(lantik_trust_add(&trust, text), LANTIK_OK, "byte %zu, bit %u", i, bit);
			receipt.data[i] ^= (uint8_t)(1u << bit);
		}
	cr_assert_eq(lantik_trust_add(&trust, text), LANTIK_OK);
	lantik_buffer_free(&receipt);
}

Test(trust, deeds_of_another_log_or_about_offices_change_nothing)
{
	struct log_world log = log_start();
	struct lantik_trust trust = trust_of(&log), before = trust;
	struct lantik_deed deed = log_deed_start(LANTIK_DEED_OFFICE_REVOKE);
	deed.office = lantik_span_of("kanreg-99");
	cr_assert_eq(add(&trust, log_deed(&log, &deed)), LANTIK_OK);
	cr_assert_eq(memcmp(&trust, &before, sizeof trust), 0);
	deed.origin = lantik_span_of("lantik.test/98");
	cr_assert_eq(add(&trust, log_deed(&log, &deed)), LANTIK_E_MISMATCH);
	struct lantik_skey other = log_key("lantik.test/98", 3);
	deed = key_deed(LANTIK_DEED_RECEIPT_KEY_ADD, &other);
	deed.origin = lantik_span_of("lantik.test/98");
	cr_assert_eq(add(&trust, log_deed(&log, &deed)), LANTIK_E_MISMATCH);
	deed = key_deed(LANTIK_DEED_RECEIPT_KEY_RETIRE, &log.keys[3]);
	cr_assert_eq(add(&trust, log_deed(&log, &deed)), LANTIK_OK, "retiring a key that is not known");
	cr_assert_eq(memcmp(&trust, &before, sizeof trust), 0);
}

Test(trust, keeps_within_its_bounds)
{
	struct log_world log = log_start();
	struct lantik_trust trust = trust_of(&log);
	for (unsigned i = 0; i < 40; i++) {
		struct lantik_skey key = log_key(LOG_BASE, (uint8_t)(20 + i));
		struct lantik_deed deed = key_deed(LANTIK_DEED_RECEIPT_KEY_ADD, &key);
		enum lantik_error error = add(&trust, log_deed(&log, &deed));
		cr_assert_eq(error, i < LANTIK_MAX_TRUSTED_KEYS - 1 ? LANTIK_OK : LANTIK_E_TOO_LARGE, "key %u", i);
		deed.kind = LANTIK_DEED_RECEIPT_KEY_RETIRE;
		cr_assert_eq(add(&trust, log_deed(&log, &deed)), LANTIK_OK);
	}
	log = log_start();
	trust = trust_of(&log);
	for (unsigned i = 0; i < 6; i++) {
		struct lantik_skey key = log_key(LOG_BASE, (uint8_t)(20 + i));
		struct lantik_deed deed = key_deed(LANTIK_DEED_RECEIPT_KEY_ADD, &key);
		cr_assert_eq(add(&trust, log_deed(&log, &deed)),
			i < LANTIK_MAX_SIGNERS - 1 ? LANTIK_OK : LANTIK_E_TOO_LARGE, "signer %u", i);
	}
	cr_assert_eq(signers(&trust, 1000), LANTIK_MAX_SIGNERS);
}

/* --- recoveries --- */

Test(trust, the_log_goes_on_under_the_next_epoch)
{
	struct log_world log = log_start(), ahead;
	struct lantik_trust trust = trust_of(&log);
	log_grow(&log, 10);
	ahead = log;
	log_grow(&ahead, 7); /* signed, and then lost */
	struct lantik_deed deed = recovery_deed(&log, 2, 10);
	log.epoch = 2;
	cr_assert_eq(judge(&log, &trust), LANTIK_E_MISMATCH);
	struct lantik_buffer receipt = log_deed(&log, &deed);
	cr_assert_eq(lantik_trust_add(&trust, lantik_buffer_span(&receipt)), LANTIK_OK);
	cr_assert(trust.epoch == 2 && trust.epoch_count == 1 && trust.epochs[0].first == 10);
	cr_assert_eq(add(&trust, receipt), LANTIK_OK);
	cr_assert_eq(trust.epoch_count, 1, "the same deed again changes nothing");
	cr_assert_eq(judge(&log, &trust), LANTIK_OK);
	cr_assert_eq(judge(&ahead, &trust), LANTIK_OK, "it was signed all the same");
	struct lantik_checkpoint head = {.epoch = 1, .size = 10};
	cr_assert_not(lantik_trust_maybe_lost(&trust, &head));
	head.size = 11;
	cr_assert(lantik_trust_maybe_lost(&trust, &head));
	head.epoch = 2;
	cr_assert_not(lantik_trust_maybe_lost(&trust, &head));
}

Test(trust, a_second_recovery_may_reach_behind_the_first)
{
	struct log_world log = log_start(), second = log_start();
	struct lantik_trust trust = trust_of(&log);
	log_grow(&log, 10);
	struct lantik_deed deed = recovery_deed(&log, 2, 10);
	log.epoch = 2;
	cr_assert_eq(add(&trust, log_deed(&log, &deed)), LANTIK_OK);
	log_grow(&second, 4);
	deed = recovery_deed(&second, 3, 4);
	second.epoch = 3;
	cr_assert_eq(add(&trust, log_deed(&second, &deed)), LANTIK_OK);
	cr_assert_eq(judge(&second, &trust), LANTIK_OK);
	struct lantik_checkpoint head = {.epoch = 1, .size = 5};
	cr_assert(lantik_trust_maybe_lost(&trust, &head));
	head.size = 4;
	cr_assert_not(lantik_trust_maybe_lost(&trust, &head));
}

Test(trust, recoveries_that_do_not_fit_are_refused)
{
	struct log_world log = log_start(), next;
	struct lantik_trust trust = trust_of(&log);
	log_grow(&log, 10);
	struct lantik_deed deed = recovery_deed(&log, 2, 8);
	next = log;
	next.epoch = 2;
	log_grow(&next, 1);
	cr_assert_eq(add(&trust, log_deed(&next, &deed)), LANTIK_E_MISMATCH, "its tree ends elsewhere");
	next = log;
	next.epoch = 3;
	cr_assert_eq(add(&trust, log_deed(&next, &deed)), LANTIK_E_MISMATCH, "signed under another epoch");
	next = log;
	next.epoch = 2;
	next.keys[0] = next.keys[1];
	cr_assert_eq(add(&trust, log_deed(&next, &deed)), LANTIK_E_BAD_SIGNATURE);
	next = log;
	next.epoch = 2;
	next.recovery = log.keys[0];
	cr_assert_eq(add(&trust, log_deed(&next, &deed)), LANTIK_E_BAD_SIGNATURE);
	next = log;
	next.epoch = 2;
	cr_assert_eq(add(&trust, log_deed(&next, &deed)), LANTIK_OK);
	deed.recovery.common.size = 7;
	next = log;
	next.epoch = 2;
	cr_assert_eq(add(&trust, log_deed(&next, &deed)), LANTIK_E_MISMATCH, "another history of the same epoch");
}

/* The leaf that retired a key was lost, and the log signs with that key again; a compromised key stays out. */
Test(trust, a_recovery_undoes_what_was_lost_but_never_a_compromise)
{
	for (unsigned compromised = 0; compromised < 2; compromised++) {
		struct log_world log = log_start(), ahead;
		struct lantik_trust trust = trust_of(&log);
		struct lantik_deed deed = key_deed(LANTIK_DEED_RECEIPT_KEY_ADD, &log.keys[1]);
		log.key_count = 2;
		cr_assert_eq(add(&trust, log_deed(&log, &deed)), LANTIK_OK);
		log_grow(&log, 5);
		ahead = log;
		deed = key_deed(LANTIK_DEED_RECEIPT_KEY_RETIRE, &log.keys[0]);
		deed.is_compromised = compromised != 0;
		deed.compromised_from = 6;
		cr_assert_eq(add(&trust, log_deed(&ahead, &deed)), LANTIK_OK);
		cr_assert_eq(signers(&trust, 20), 1);
		deed = recovery_deed(&log, 2, log.edge.size);
		log.epoch = 2;
		cr_assert_eq(add(&trust, log_deed(&log, &deed)), LANTIK_OK);
		log.key_count = 1;
		log_grow(&log, 1);
		cr_assert_eq(judge(&log, &trust), compromised ? LANTIK_E_BAD_SIGNATURE : LANTIK_OK);
	}
}

/* Of the leaves that only one side had some may be the ledger's own. */
Test(trust, a_recovery_keeps_the_retirements_of_its_own_tree)
{
	struct log_world log = log_start();
	struct lantik_trust trust = trust_of(&log);
	struct lantik_deed deed = key_deed(LANTIK_DEED_RECEIPT_KEY_ADD, &log.keys[1]);
	log.key_count = 2;
	cr_assert_eq(add(&trust, log_deed(&log, &deed)), LANTIK_OK);
	log_grow(&log, 5);
	deed = key_deed(LANTIK_DEED_RECEIPT_KEY_RETIRE, &log.keys[0]);
	cr_assert_eq(add(&trust, log_deed(&log, &deed)), LANTIK_OK);
	log_grow(&log, 2);
	deed = recovery_deed(&log, 2, 4);
	log.epoch = 2;
	cr_assert_eq(add(&trust, log_deed(&log, &deed)), LANTIK_OK);
	cr_assert_eq(signers(&trust, 20), 1);
	log.key_count = 1;
	cr_assert_eq(judge(&log, &trust), LANTIK_E_BAD_SIGNATURE, "the retired key alone");
}

Test(trust, names_that_are_too_long_are_told)
{
	char base[LANTIK_MAX_ORIGIN + 1], name[LANTIK_MAX_ORIGIN + 1] = "untouched";
	memset(base, 'a', sizeof base);
	base[LANTIK_MAX_ORIGIN] = '\0';
	cr_assert(lantik_epoch_origin(base, 1, name) && !strcmp(name, base));
	snprintf(name, sizeof name, "untouched");
	cr_assert(!lantik_epoch_origin(base, 2, name) && !lantik_recovery_name(base, name));
	cr_assert_str_eq(name, "untouched");
	cr_assert(lantik_epoch_origin("a/b", 12, name) && !strcmp(name, "a/b/12"));
	cr_assert(lantik_recovery_name("a/b", name) && !strcmp(name, "a/b/recovery"));
}
