/* What was given out to be sent, kept so that neither a crash nor a second try makes a second batch of it.
 * HOME/outbox/<key>/ holds body, sheet.csv and sheet.manifest as they were, batch_id, state, at the end receipt, and
 * decision-<leaf index> for each decision about it. An entry appears whole or not at all.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_OUTBOX_H
#define LANTIK_OUTBOX_H

#include "body.h"
#include "home.h"

enum lantik_entry_state {
	LANTIK_ENTRY_NEW,         /* durable here, not sent */
	LANTIK_ENTRY_SENT,        /* sent at least once, no answer */
	LANTIK_ENTRY_RECORDED,    /* receipt of a commit is here */
	LANTIK_ENTRY_REFUSED,     /* receipt of a refusal by a rule is here */
	LANTIK_ENTRY_TURNED_AWAY, /* the transport refused for good; nothing is recorded */
	LANTIK_ENTRY_STATE_COUNT
};

/* A receipt of an epoch that ended, once another one of the batch came: with the epoch's number behind. */
#define LANTIK_FORMER_RECEIPT "receipt.epoch-"

struct lantik_entry {
	char key[160];              /* name of its folder in the outbox; begins with the digest of both files */
	char file[LANTIK_MAX_PATH]; /* where the office's file was */
	uint8_t batch_id[16], records_root[LANTIK_HASH], manifest_sha256[LANTIK_HASH];
	enum lantik_entry_state state;
	uint32_t records, tries;
	uint32_t accepted, returned, review, rejected;   /* as of the last decision that is held here */
	int64_t created_at, first_sent_at, last_sent_at; /* microseconds since 1970 UTC; 0: never */
	int64_t recorded_at;
	uint64_t leaf_index;
	/* The epoch of the ledger in which its receipt was last proved to stand; 0: of an earlier version, which
	 * means 1. */
	uint32_t epoch;
	uint8_t returned_sha256[LANTIK_HASH]; /* of the file of returned rows as it was last written; 0: none was */
	bool damaged; /* its state cannot be read: only key, file (the folder) and, if readable, batch_id are there */
};

/* All of these return LANTIK_EXIT_OK or the exit code of a failure that they reported. */

/* False when there is none. A damaged one is found, reported by whoever cannot do without it. */
bool lantik_outbox_find(const struct lantik_home *home, const char *key, struct lantik_entry *ret);
int lantik_report_damaged(struct lantik_cli *cli, const struct lantik_entry *entry);
/* Makes the entry durable: files, their folder, and the outbox. */
int lantik_outbox_add(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_sheet *sheet,
	const struct lantik_body *body, struct lantik_entry *ret);
/* Reports nothing: whether something was sent before is the caller's to say. errno stands. */
LANTIK_MUST_CHECK enum lantik_error lantik_outbox_save(
	const struct lantik_home *home, const struct lantik_entry *entry);
/* The body as it was first made; a changed one is reported, never sent. */
int lantik_outbox_body(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_entry *entry,
	struct lantik_buffer *ret);
bool lantik_outbox_read_body(
	const struct lantik_home *home, const struct lantik_entry *entry, struct lantik_buffer *ret); /* no report */
/* Puts the entry aside under another name, so that the file can get a new batch id; a damaged one leaves the outbox
 * for HOME/damaged/, which is said. */
int lantik_outbox_set_aside(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_entry *entry);
/* ret needs LANTIK_MAX_PATH bytes; returns ret. */
const char *lantik_outbox_path(
	const struct lantik_home *home, const struct lantik_entry *entry, const char *name, char *ret);

struct lantik_entries {
	struct lantik_entry *items; /* oldest first, damaged ones before all */
	size_t count;
};

int lantik_outbox_list(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_entries *ret);
void lantik_entries_free(struct lantik_entries *entries);

int64_t lantik_now_micros(void);

#endif
