/* The parts of the audit about what is made from the ledger and the register: what is current, counted, decided,
 * rejected and erased, offices and keys. SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_AUDIT_DERIVED_H
#define LANTIK_CTL_AUDIT_DERIVED_H

#include "audit.h"

#define AUDIT_SHOWN 48

/* A text of a key as a finding may show it: printable ASCII, at most 40 bytes of it; returns ret. Never of a person. */
const char *audit_shown(struct lantik_span text, char ret[AUDIT_SHOWN]);

void audit_current_run(struct audit *audit);
uint64_t audit_current_count(struct audit *audit);
void audit_decided_run(struct audit *audit);
uint64_t audit_decided_count(struct audit *audit);
void audit_rejected_run(struct audit *audit);
void audit_office_run(struct audit *audit);
void audit_receipt_key_run(struct audit *audit);
void audit_erased_run(struct audit *audit);
void audit_number_run(struct audit *audit);
void audit_rulebook_run(struct audit *audit);

#endif
