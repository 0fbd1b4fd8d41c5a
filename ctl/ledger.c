/* Reads the ledger's head, its forks and the roots that it had.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ledger.h"

#include <inttypes.h>
#include <string.h>

#include "lantik/ledger.h"

#define ISO(column) "to_char(" column " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"

/* A standby writes no WAL and has no timeline of its own to tell. */
static const char head_query[] =
	"WITH t AS (SELECT CASE WHEN pg_is_in_recovery() THEN 0 ELSE "
	"('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int END AS line) "
	"SELECT coalesce(h.origin, ''), h.epoch, greatest(h.epoch, (SELECT max(epoch) FROM lantik.ledger_fork)), "
	"h.size, "
	"encode(h.root, 'hex'), coalesce(" ISO(
		"h.recorded_at") ", ''), t.line, "
				 "(SELECT count(*) FROM lantik.ledger_leaf l WHERE l.timeline <> t.line), "
				 "(SELECT count(*) FROM lantik.ledger_leaf l WHERE NOT EXISTS "
				 "(SELECT FROM lantik.checkpoint c WHERE c.size = l.leaf_index + 1)) FROM "
				 "lantik.ledger_head h, t";

static const char fork_query[] = "SELECT f.epoch, f.size, encode(f.root, 'hex'), coalesce(o.name, ''), " ISO(
	"f.found_at") ", f.head_size, "
		      "encode(f.head_root, 'hex') FROM lantik.ledger_fork f JOIN lantik.ledger_head h ON f.epoch >= "
		      "h.epoch "
		      "LEFT JOIN lantik.office o ON o.office_no = f.office_no ORDER BY f.size DESC, f.root";

static void head_from(const PGresult *rows, int row, int column, struct lantik_tree_head *ret)
{
	ret->size = (uint64_t)cell_number(rows, row, column);
	LANTIK_ASSERT(lantik_hex_decode(cell_span(rows, row, column + 1), ret->root, LANTIK_HASH));
}

static void forks_from(const PGresult *rows, struct ledger *ret)
{
	ret->forks = calloc((size_t)PQntuples(rows) + 1, sizeof *ret->forks);
	LANTIK_ASSERT(ret->forks);
	for (int row = 0; row < PQntuples(rows); row++) {
		struct ledger_fork *fork = &ret->forks[ret->fork_count++];
		fork->epoch = (unsigned)cell_number(rows, row, 0);
		head_from(rows, row, 1, &fork->head);
		snprintf(fork->office, sizeof fork->office, "%s", cell(rows, row, 3));
		snprintf(fork->found_at, sizeof fork->found_at, "%s", cell(rows, row, 4));
		head_from(rows, row, 5, &fork->ledger);
	}
}

int ledger_read(struct database *database, struct ledger *ret)
{
	*ret = (struct ledger){0};
	PGresult *rows = database_query(database, head_query, 0, NULL);
	if (rows && PQntuples(rows) == 1) {
		snprintf(ret->origin, sizeof ret->origin, "%s", cell(rows, 0, 0));
		ret->epoch = (unsigned)cell_number(rows, 0, 1);
		ret->greatest = (unsigned)cell_number(rows, 0, 2);
		head_from(rows, 0, 3, &ret->head);
		snprintf(ret->recorded_at, sizeof ret->recorded_at, "%s", cell(rows, 0, 5));
		ret->timeline = (int)cell_number(rows, 0, 6);
		ret->before = (uint64_t)cell_number(rows, 0, 7);
		ret->unsigned_sizes = (uint64_t)cell_number(rows, 0, 8);
	}
	PQclear(rows);
	rows = database_query(database, fork_query, 0, NULL);
	if (rows)
		forks_from(rows, ret);
	PQclear(rows);
	if (database->failed)
		return database_fail(database, "could not read the ledger", "gagal membaca buku besar");
	return LANTIK_EXIT_OK;
}

void ledger_free(struct ledger *ledger)
{
	free(ledger->forks);
	*ledger = (struct ledger){0};
}

static bool node(void *context, unsigned level, uint64_t index, uint8_t ret[LANTIK_HASH])
{
	char numbers[2][24];
	snprintf(numbers[0], sizeof numbers[0], "%u", level);
	snprintf(numbers[1], sizeof numbers[1], "%" PRIu64, index);
	PGresult *rows = database_query(context, "SELECT encode(lantik.node_hash($1::smallint, $2::bigint), 'hex')", 2,
		(const char *const[]){numbers[0], numbers[1]});
	bool found = rows && PQntuples(rows) == 1 && lantik_hex_decode(cell_span(rows, 0, 0), ret, LANTIK_HASH);
	PQclear(rows);
	return found;
}

bool ledger_root(struct database *database, uint64_t size, uint8_t ret[LANTIK_HASH])
{
	return lantik_tree_root(node, database, size, ret) == LANTIK_OK;
}
