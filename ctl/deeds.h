/* Deeds asked of the daemon: offices, keys, recovery, erasure. Written and signed here, carried out there, waited for
 * here. SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_DEEDS_H
#define LANTIK_CTL_DEEDS_H

#include "database.h"
#include "lantik/deed.h"

enum deed_state { DEED_WAITING, DEED_DONE, DEED_REFUSED };

struct deed_ask {
	struct lantik_deed deed; /* begun by deed_begin; the verb fills in the fields of the kind */
	char origin[LANTIK_MAX_ORIGIN + 1];
	bool in_force;     /* erase: also a person with an appointment in force */
	char done[2][240]; /* what to say when it is carried out, English and Indonesian; one line each */
	/* After asking. */
	int64_t request_no;
	enum deed_state state;
	int64_t leaf_index; /* done */
	char why[1024];     /* refused */
};

/* Every verb that asks has these options. */
#define DEED_TIMEOUT_SECONDS 20
#define DEED_OPTION_TIMEOUT                                                                                            \
	{                                                                                                              \
		.name = "timeout", .type = LANTIK_OPTION_NUMBER, .argument = "SECONDS", .least = 0, .greatest = 86400, \
		.help = {"how long to wait for lantikd (default 20; 0: only ask)",                                     \
			"berapa lama menunggu lantikd (bawaan 20; 0: hanya meminta)"},                                 \
	}
#define DEED_OPTION_OFFICIAL                                                                                           \
	{                                                                                                              \
		.name = "official", .type = LANTIK_OPTION_TEXT, .argument = "NAME",                                    \
		.help = {"who orders it; stands in the ledger", "siapa yang memerintahkan; tercatat di buku besar"},   \
	}
#define DEED_OPTION_REASON                                                                                             \
	{                                                                                                              \
		.name = "reason", .type = LANTIK_OPTION_TEXT, .argument = "TEXT",                                      \
		.help = {"why; stands in the ledger", "alasannya; tercatat di buku besar"},                            \
	}
#define DEED_OPTION_RECOVERY_KEY                                                                                       \
	{                                                                                                              \
		.name = "recovery-key", .type = LANTIK_OPTION_TEXT, .argument = "FILE",                                \
		.help = {"the secret recovery key, which signs the deed",                                              \
			"kunci pemulihan rahasia, yang menandatangani akta"},                                          \
	}

/* A new deed of the kind for the ledger of this database, after a look whether the role may ask for it. ret is large
 * and borrows from itself: it must not move. LANTIK_EXIT_OK, or the exit code of a failure that was reported. */
LANTIK_MUST_CHECK int deed_begin(struct database *database, enum lantik_deed_kind kind, struct deed_ask *ret);
/* --official and --reason, whichever the verb has. needs_*: without it the command line is wrong. */
LANTIK_MUST_CHECK int deed_words(
	struct lantik_cli *cli, bool has_official, bool needs_official, bool needs_reason, struct lantik_deed *ret);
/* The key of --recovery-key, which must be the one of this ledger by name. Wipe it. */
LANTIK_MUST_CHECK int deed_recovery_key(struct lantik_cli *cli, const char *origin, struct lantik_skey *ret);

/* Writes, signs with the recovery key when the kind is signed (else NULL), asks, waits for --timeout seconds and tells
 * what became of it. Returns the exit code: 0 also when nobody could answer yet because lantikd never ran over this
 * database, or with --timeout 0; 4 when lantikd did not answer; 5 when it refused. The request stays in any case. */
int deed_ask(struct database *database, struct deed_ask *ask, const struct lantik_skey *recovery);
/* The second half, for a request that stands already: request_no is set. */
int deed_wait(struct database *database, struct deed_ask *ask);

/* A request that nobody has answered. */
struct deed_waiting {
	int64_t request_no;
	char asked_at[40]; /* ISO, UTC */
	struct lantik_deed deed;
};
struct deeds_waiting {
	struct deed_waiting *items;
	size_t count;
	struct lantik_buffer texts; /* what the deeds borrow from */
};
/* All of them, oldest first; those whose text is not a deed are left out. */
LANTIK_MUST_CHECK bool deeds_waiting_read(struct database *database, struct deeds_waiting *ret);
void deeds_waiting_free(struct deeds_waiting *waiting);

#endif
