/* Weighing a batch against the register: what a commit asks under its locks, and a rehearsal without any.
 * SPDX-License-Identifier: Apache-2.0 */
#include "submission.h"

/* Of yes_no in words.def. */
#define YES 1

bool submission_wants_all(const struct submission *s)
{
	return s->manifest.all_or_nothing == YES;
}

/* Whether the register must be asked before anything is written. A batch that wants all and cannot have it is asked for
 * too, so that its office learns everything at once. */
static bool must_ask(const struct submission *s, enum approach approach)
{
	if (s->verdict.refused)
		return false;
	return approach != APPROACH_FAST || (submission_wants_all(s) && s->verdict.accepted < s->verdict.records);
}

static enum store_result ask(struct submission *s, enum approach approach, int32_t **ret_judged, size_t *ret_count)
{
	enum store_result result = submission_ask_register(s, ret_judged, ret_count);

	if (result)
		return result;
	submission_settle(s);
	if (s->verdict.refused || approach == APPROACH_ASK || !submission_is_formed(s))
		return STORE_OK;
	result = submission_ask_formation(s);
	if (!result)
		submission_settle(s);
	return result;
}

enum store_result submission_weigh(
	struct submission *s, enum approach approach, bool *ret_asked, int32_t **ret_judged, size_t *ret_count)
{
	enum store_result result = STORE_OK;

	submission_forget_register(s);
	submission_settle(s);
	*ret_asked = must_ask(s, approach);
	if (!*ret_asked)
		result = submission_has_rejected(s, ret_asked);
	if (!result && *ret_asked)
		result = ask(s, approach, ret_judged, ret_count);
	if (!result && submission_wants_all(s)) {
		lantik_findings_all_or_nothing(&s->manifest, &s->severities, &s->desk->findings);
		submission_settle(s);
	}
	return result;
}
