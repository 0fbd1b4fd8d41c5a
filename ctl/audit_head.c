/* The ledger's head against the tree that its leaves make.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "audit_ledger.h"

#define KEY "only_row true"

enum { SIZE, EDGE, ROOT, RECORDED_AT, ORIGIN, EPOCH, REJECTED_SIZE, TRUST_SIZE, ONLY_ROW };

static void altered(struct ledger *ledger, const char *column)
{
	audit_found(ledger->audit, "ledger_head", AUDIT_ALTERED, column, KEY);
}

static void tree_check(struct ledger *ledger, const struct audit_stream *head)
{
	uint8_t root[LANTIK_HASH];
	if (ledger->broken)
		return;
	if ((uint64_t)audit_integer(head, SIZE) != ledger->edge.size)
		altered(ledger, "size");
	struct lantik_span edge = {ledger->edge.hashes[0], (size_t)ledger->edge.count * LANTIK_HASH};
	if (!lantik_span_equal(audit_cell(head, EDGE), edge))
		altered(ledger, "edge");
	lantik_edge_root(&ledger->edge, root);
	if (!audit_is_hash(head, ROOT, root))
		altered(ledger, "root");
}

/* Of leaves before --from it is known that they lie there, of missing ones nothing. */
static bool size_fits(const struct ledger *ledger, uint64_t seen, int64_t stored)
{
	if (stored < 0)
		return false;
	if (ledger->incomplete)
		return (uint64_t)stored >= seen && (uint64_t)stored <= ledger_size(ledger);
	return seen ? (uint64_t)stored == seen : (uint64_t)stored <= ledger->audit->from;
}

static void names_check(struct ledger *ledger, const struct audit_stream *head)
{
	const struct lantik_trust *trust = &ledger->audit->trust;
	if (trust->key_count && !audit_is(head, ORIGIN, lantik_span_of(trust->origin)))
		altered(ledger, "origin");
	if (trust->key_count && !ledger->audit->is_unproved && audit_integer(head, EPOCH) != trust->epoch)
		altered(ledger, "epoch");
}

static void times_check(struct ledger *ledger, const struct audit_stream *head)
{
	bool told = ledger->recorded_at || ledger->edge.size == 0;
	if (told && audit_time(head, RECORDED_AT) != ledger->recorded_at)
		altered(ledger, "recorded_at");
	if (!size_fits(ledger, ledger->rejected_size, audit_integer(head, REJECTED_SIZE)))
		altered(ledger, "rejected_size");
	if (!size_fits(ledger, ledger->trust_size, audit_integer(head, TRUST_SIZE)))
		altered(ledger, "trust_size");
}

void ledger_head_check(struct ledger *ledger)
{
	struct audit_stream head;
	audit_open(ledger->audit, &head,
		"SELECT size, edge, root, recorded_at, origin, epoch, rejected_size, trust_size, only_row FROM "
		"lantik.ledger_head ORDER BY only_row DESC");
	if (audit_next(&head)) {
		if (!audit_integer(&head, ONLY_ROW))
			altered(ledger, "only_row");
		tree_check(ledger, &head);
		names_check(ledger, &head);
		times_check(ledger, &head);
	} else if (!ledger->audit->failed) {
		audit_found(ledger->audit, "ledger_head", AUDIT_MISSING, NULL, KEY);
	}
	while (audit_next(&head))
		audit_found(ledger->audit, "ledger_head", AUDIT_EXTRA, NULL, "only_row %s",
			audit_integer(&head, ONLY_ROW) ? "true" : "false");
	audit_close(&head);
}
