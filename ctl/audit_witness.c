/* Checkpoints that others hold: the last audit's own, and files of offices. The ledger must continue each of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit_ledger.h"
#include "lantik/receipt.h"

#define RECEIPT_START "c2sp.org/tlog-proof@"

/* ---- reading ---- */

static int refuse(struct lantik_cli *cli, const char *path, enum lantik_error error)
{
	return lantik_fail(cli, 704, LANTIK_EXIT_FAILED, "%s: %s\nGive a signed checkpoint or a receipt.",
		"%s: %s\nBerikan checkpoint bertanda tangan atau tanda terima.", path,
		error == LANTIK_E_IO          ? strerror(errno)
		: error == LANTIK_E_NOT_FOUND ? strerror(ENOENT)
					      : lantik_error_text(error, lantik_cli_language(cli)));
}

/* A receipt holds the checkpoint of its own leaf. */
static enum lantik_error said_read(struct audit_witness *witness)
{
	struct lantik_span text = lantik_buffer_span(&witness->text);
	struct lantik_receipt receipt;
	size_t start = strlen(RECEIPT_START);
	witness->is_receipt = text.len > start && memcmp(text.data, RECEIPT_START, start) == 0;
	if (!witness->is_receipt)
		return lantik_checkpoint_read(text, &witness->said);
	enum lantik_error error = lantik_receipt_parse(text, &receipt);
	if (error)
		return error;
	error = lantik_checkpoint_read(receipt.checkpoint, &witness->said);
	lantik_receipt_free(&receipt);
	return error;
}

static int witness_read(struct audit *audit, const char *path, bool is_memory)
{
	struct audit_witness *witness = &audit->witnesses[audit->witness_count];
	*witness = (struct audit_witness){0};
	snprintf(witness->name, sizeof witness->name, "%s", path);
	enum lantik_error error = lantik_file_read(path, LANTIK_MAX_RECEIPT, &witness->text);
	if (error == LANTIK_E_NOT_FOUND && is_memory)
		return LANTIK_EXIT_OK; /* the first audit */
	if (!error)
		error = said_read(witness);
	audit->witness_count++;
	return error ? refuse(audit->cli, path, error) : LANTIK_EXIT_OK;
}

/* Signed checkpoints that offices showed and the ledger did not continue. */
static void forks_read(struct audit *audit, uint64_t most)
{
	struct audit_stream forks;
	audit_open(audit, &forks, "SELECT fork_no, note FROM lantik.ledger_fork ORDER BY fork_no LIMIT %" PRIu64, most);
	while (audit_next(&forks)) {
		struct audit_witness *witness = &audit->witnesses[audit->witness_count++];
		*witness = (struct audit_witness){.is_fork = true};
		snprintf(witness->name, sizeof witness->name, "ledger_fork fork_no %" PRId64, audit_integer(&forks, 0));
		lantik_buffer_append_span(&witness->text, audit_cell(&forks, 1));
		LANTIK_ASSERT(!witness->text.error);
		if (said_read(witness) != LANTIK_OK)
			witness->said.size = 0;
	}
	audit_close(&forks);
}

int audit_witnesses_read(struct audit *audit, const char *memory)
{
	unsigned count = 0;
	uint64_t forks = audit_count(audit, "SELECT count(*) FROM lantik.ledger_fork");
	int exit_code = LANTIK_EXIT_OK;
	while (lantik_option_text_at(audit->cli, "against", count))
		count++;
	audit->witnesses = calloc(count + forks + 1, sizeof *audit->witnesses);
	LANTIK_ASSERT(audit->witnesses);
	if (memory)
		exit_code = witness_read(audit, memory, true);
	for (unsigned i = 0; i < count && !exit_code; i++)
		exit_code = witness_read(audit, lantik_option_text_at(audit->cli, "against", i), false);
	if (!exit_code)
		forks_read(audit, forks);
	return exit_code;
}

void audit_witnesses_free(struct audit *audit)
{
	for (size_t i = 0; i < audit->witness_count; i++)
		lantik_buffer_free(&audit->witnesses[i].text);
	free(audit->witnesses);
	audit->witnesses = NULL;
	audit->witness_count = 0;
}

/* ---- beside the tree ---- */

void audit_witnesses_reach(struct audit *audit, const struct lantik_edge *edge)
{
	for (size_t i = 0; i < audit->witness_count; i++) {
		struct audit_witness *witness = &audit->witnesses[i];
		if (witness->said.size != edge->size)
			continue;
		lantik_edge_root(edge, witness->root);
		witness->is_reached = true;
	}
}

/* Smaller than the first leaf that is looked at: by the stored nodes, whose edge at that leaf was compared. */
static void reach_before(struct audit *audit, struct audit_witness *witness)
{
	struct lantik_edge edge;
	if (witness->is_reached || witness->said.size >= audit->from ||
		!ledger_edge_at(audit, witness->said.size, &edge))
		return;
	lantik_edge_root(&edge, witness->root);
	witness->is_reached = true;
}

/* ---- judging ---- */

static enum lantik_error prove(
	const struct audit *audit, const struct audit_witness *witness, struct lantik_checkpoint *ret)
{
	struct lantik_span text = lantik_buffer_span(&witness->text);
	struct lantik_receipt receipt;
	if (!audit->trust.key_count)
		return LANTIK_E_BAD_KEY;
	if (!witness->is_receipt)
		return lantik_checkpoint_trusted(text, &audit->trust, ret);
	enum lantik_error error = lantik_receipt_parse(text, &receipt);
	if (error)
		return error;
	error = lantik_receipt_verify(&receipt, &audit->trust);
	if (!error)
		*ret = receipt.head;
	lantik_receipt_free(&receipt);
	return error;
}

static void tell_lost(struct audit *audit, const struct audit_witness *witness, uint64_t size)
{
	audit_found(audit, "ledger_leaf", AUDIT_MISSING, NULL, "leaf_index %" PRIu64 "-%" PRIu64 " (signed: %s)", size,
		witness->said.size - 1, witness->name);
	lantik_say(audit->cli,
		"           The ledger ends before what was signed: an older copy of the database, or leaves were "
		"removed.",
		"           Buku besar berakhir sebelum yang ditandatangani: salinan lama basis data, atau daun "
		"dihapus.");
}

static void tell_forked(struct audit *audit, const struct audit_witness *witness)
{
	audit_found(audit, "ledger_leaf", AUDIT_ALTERED, NULL, "leaf_index 0-%" PRIu64 " (signed otherwise: %s)",
		witness->said.size - 1, witness->name);
	lantik_say(audit->cli, "           The same key signed another history of the same length.",
		"           Kunci yang sama menandatangani riwayat lain yang sama panjang.");
}

static void judge(struct audit *audit, struct audit_witness *witness, uint64_t size)
{
	struct lantik_checkpoint checkpoint;
	enum lantik_error error = prove(audit, witness, &checkpoint);
	if (error) {
		audit_remark(audit, "not_proved", "%s is not proved by the keys of this ledger: %s",
			"%s tidak terbukti oleh kunci buku besar ini: %s", witness->name,
			lantik_error_text(error, lantik_cli_language(audit->cli)));
		return;
	}
	reach_before(audit, witness);
	bool is_lost = lantik_trust_maybe_lost(&audit->trust, &checkpoint);
	if (is_lost && witness->is_fork)
		return; /* the recovery is what was done about it */
	if (is_lost)
		audit_remark(audit, "lost_by_recovery",
			"%s was signed before a recovery that gave its last leaves up; its office sends them again",
			"%s ditandatangani sebelum pemulihan yang melepas daun terakhirnya; kantornya mengirim ulang",
			witness->name);
	else if (checkpoint.size > size)
		tell_lost(audit, witness, size);
	else if (!witness->is_reached && checkpoint.size)
		audit_remark(audit, "not_compared",
			"%s cannot be compared: leaves before its size are lost, and with them the tree",
			"%s tidak dapat dibandingkan: daun sebelum ukurannya hilang, dan pohonnya ikut hilang",
			witness->name);
	else if (witness->is_reached && memcmp(witness->root, checkpoint.root, LANTIK_HASH) != 0)
		tell_forked(audit, witness);
}

void audit_witnesses_judge(struct audit *audit, uint64_t size)
{
	for (size_t i = 0; i < audit->witness_count && !audit->failed; i++)
		judge(audit, &audit->witnesses[i], size);
}
