/* What verbs about offices read from the command line, and what the deeds about an office stand at.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_OFFICE_WORDS_H
#define LANTIK_CTL_OFFICE_WORDS_H

#include "deeds.h"

/* LANTIK_EXIT_OK, or the exit code of a failure that was reported. All of them. */
LANTIK_MUST_CHECK int office_name_read(struct lantik_cli *cli, const char *name);
/* --kanreg or --agencies, --from and --until; *ret_given: whether one of the first two was given. */
LANTIK_MUST_CHECK int office_scope_read(struct lantik_cli *cli, struct lantik_deed_scope *ret, bool *ret_given);
/* --curve-key and --signing-key. */
LANTIK_MUST_CHECK int office_keys_read(struct lantik_cli *cli, struct lantik_deed *ret);
/* A CURVE key as the value of --key. */
LANTIK_MUST_CHECK int office_curve_read(struct lantik_cli *cli, const char *text, uint8_t ret[32]);

/* `kanreg 03` or `6171,6271`. Appends. */
void office_scope_format(const struct lantik_deed_scope *scope, struct lantik_buffer *ret);
bool office_scope_equal(const struct lantik_deed_scope *a, const struct lantik_deed_scope *b);

/* The first request of the kind for this office that waits; NULL: none. */
const struct deed_waiting *office_waiting(
	const struct deeds_waiting *waiting, enum lantik_deed_kind kind, struct lantik_span name);
/* The same by a CURVE key. */
const struct deed_waiting *curve_waiting(
	const struct deeds_waiting *waiting, enum lantik_deed_kind kind, const uint8_t curve[32]);

/* Whether regional office and agencies are in the reference tables; reports when not. */
LANTIK_MUST_CHECK int office_scope_check(struct database *database, const struct lantik_deed_scope *scope);
/* Waits for a request that stands already instead of asking twice. */
int office_wait_for(struct database *database, const struct deed_waiting *waiting, struct deed_ask *ask);

#endif
