/* Everything that the database holds of one person, found from one of the person's records.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_DEED_PERSON_H
#define LANTIK_DAEMON_DEED_PERSON_H

#include "store_erase.h"
#include "submission.h"

struct person {
	uint64_t seen; /* leaves that were looked at */
	struct store_named named;
	uint8_t nik[STORE_NIK];
	size_t nik_len; /* STORE_NIK, or 0 when the record's NIK cannot be read: then it is this record alone */
	struct store_person_rows rows, returned;
	struct store_held_body *bodies; /* ascending */
	size_t body_count;
	struct store_rejections rejections;
	struct lantik_buffer *rooms; /* what rows borrow from, besides their own */
	size_t room_count;
};
void person_free(struct person *person);
static inline struct lantik_span person_nik(const struct person *person)
{
	return (struct lantik_span){.data = person->nik, .len = person->nik_len};
}

/* From named, which the caller has filled; free it in any case. found: the named record is there. */
LANTIK_MUST_CHECK enum store_result person_find(
	struct worker *worker, uint32_t record_no, struct person *person, bool *ret_found);
/* What came since, up to a ledger of this size whose head is locked. */
LANTIK_MUST_CHECK enum store_result person_follow(struct worker *worker, struct person *person, uint64_t size);
/* The places of formations that the rows account for, in the order of agency, kind, group and programme; malloc'ed,
 * borrows from person. */
void person_places(const struct person *person, struct store_place_used **ret, size_t *ret_count);

#endif
