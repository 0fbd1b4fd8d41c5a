/* Which keys speak for a log, and whether they signed a checkpoint.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lantik/trust.h"

#include <string.h>

#include "lines.h"
#include "note_parts.h"

bool lantik_epoch_origin(const char *base, unsigned epoch, char *ret)
{
	char origin[LANTIK_MAX_ORIGIN + 1];
	int len = epoch == 1 ? snprintf(origin, sizeof origin, "%s", base)
			     : snprintf(origin, sizeof origin, "%s/%u", base, epoch);
	if (len < 0 || (size_t)len >= sizeof origin)
		return false;
	memcpy(ret, origin, sizeof origin);
	return true;
}

bool lantik_recovery_name(const char *base, char *ret)
{
	char name[LANTIK_MAX_ORIGIN + 1];
	int len = snprintf(name, sizeof name, "%s" LANTIK_RECOVERY_SUFFIX, base);
	if (len < 0 || (size_t)len >= sizeof name)
		return false;
	memcpy(ret, name, sizeof name);
	return true;
}

void lantik_trust_start(
	struct lantik_trust *trust, const struct lantik_vkey *receipt_key, const struct lantik_vkey *recovery_or_null)
{
	memset(trust, 0, sizeof *trust);
	memcpy(trust->origin, receipt_key->name, sizeof trust->origin);
	trust->epoch = 1;
	trust->keys[trust->key_count++] = (struct lantik_trusted_key){
		.vkey = *receipt_key, .until_size = LANTIK_TRUST_OPEN, .compromised_from = LANTIK_TRUST_OPEN};
	if (recovery_or_null) {
		trust->has_recovery = true;
		trust->recovery = *recovery_or_null;
	}
}

static bool is_in_force(const struct lantik_trusted_key *key, uint64_t size)
{
	return key->from_size <= size && size < key->until_size && size < key->compromised_from;
}

void lantik_trust_signers(
	const struct lantik_trust *trust, uint64_t size, struct lantik_vkey ret[LANTIK_MAX_SIGNERS], size_t *ret_count)
{
	size_t count = 0;
	for (size_t i = 0; i < trust->key_count && count < LANTIK_MAX_SIGNERS; i++)
		if (is_in_force(&trust->keys[i], size))
			ret[count++] = trust->keys[i].vkey;
	*ret_count = count;
}

bool lantik_trust_maybe_lost(const struct lantik_trust *trust, const struct lantik_checkpoint *checkpoint)
{
	for (size_t i = 0; i < trust->epoch_count; i++)
		if (trust->epochs[i].epoch > checkpoint->epoch && checkpoint->size > trust->epochs[i].common)
			return true;
	return false;
}

/* 0: no epoch of this log that is known. */
static unsigned epoch_of(const struct lantik_trust *trust, const char *origin)
{
	char name[LANTIK_MAX_ORIGIN + 1];
	if (strcmp(origin, trust->origin) == 0)
		return 1;
	for (size_t i = 0; i < trust->epoch_count; i++)
		if (lantik_epoch_origin(trust->origin, trust->epochs[i].epoch, name) && strcmp(origin, name) == 0)
			return trust->epochs[i].epoch;
	return 0;
}

/* The trusted keys under the name of the checkpoint's epoch. */
struct signers {
	const struct lantik_trust *trust;
	const struct lantik_checkpoint *checkpoint;
	struct lantik_vkey keys[LANTIK_MAX_TRUSTED_KEYS];
};

static enum lantik_error signers_of(
	const struct lantik_trust *trust, const struct lantik_checkpoint *checkpoint, struct signers *ret)
{
	ret->trust = trust;
	ret->checkpoint = checkpoint;
	for (size_t i = 0; i < trust->key_count; i++) {
		enum lantik_error error = lantik_vkey_rename(&trust->keys[i].vkey, checkpoint->origin, &ret->keys[i]);
		if (error)
			return error;
	}
	return LANTIK_OK;
}

/* A line of a key that is not of this log says nothing; one that claims to be of ours must hold. */
static enum lantik_error line_check(
	const struct signers *signers, struct lantik_span text, const struct signature_line *line, bool *ret_counts)
{
	for (size_t i = 0; i < signers->trust->key_count; i++) {
		const struct lantik_vkey *key = &signers->keys[i];
		if (!lantik_signature_is_of(line, key->name, key->id))
			continue;
		if (!lantik_signature_verifies(line, text, key))
			return LANTIK_E_BAD_SIGNATURE;
		*ret_counts |= is_in_force(&signers->trust->keys[i], signers->checkpoint->size);
	}
	return LANTIK_OK;
}

static enum lantik_error signatures_check(
	const struct signers *signers, struct lantik_span text, struct lantik_span signatures)
{
	struct signature_line line = {0};
	struct lantik_span next;
	bool counts = false;
	enum lantik_error error = LANTIK_OK;
	while (!error && lantik_line_take(&signatures, &next)) {
		error = lantik_signature_parse(next, &line);
		if (!error)
			error = line_check(signers, text, &line, &counts);
	}
	lantik_buffer_free(&line.bytes);
	if (error)
		return error;
	return counts ? LANTIK_OK : LANTIK_E_BAD_SIGNATURE;
}

enum lantik_error lantik_checkpoint_trusted(
	struct lantik_span note, const struct lantik_trust *trust, struct lantik_checkpoint *ret)
{
	struct lantik_span text, signatures;
	struct lantik_checkpoint checkpoint;
	struct signers signers;
	enum lantik_error error = lantik_note_open(note, LANTIK_MAX_NOTE, &text, &signatures);
	if (!error)
		error = lantik_checkpoint_parse(text, &checkpoint);
	if (error)
		return error;
	checkpoint.epoch = epoch_of(trust, checkpoint.origin);
	if (checkpoint.epoch == 0)
		return LANTIK_E_MISMATCH;
	error = signers_of(trust, &checkpoint, &signers);
	if (!error)
		error = signatures_check(&signers, text, signatures);
	if (!error)
		*ret = checkpoint;
	return error;
}
