/* Answering what is held: the state of one batch, and all that is held of an office.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_ENQUIRY_H
#define LANTIK_DAEMON_ENQUIRY_H

#include "submission.h"

/* STATUS: state and counts as of now, the receipt, and receipts of the decisions. */
void enquiry_status(struct worker *worker, struct job *job);
/* RECONCILE: a page of the asking office's own batches and decisions. */
void enquiry_reconcile(struct worker *worker, struct job *job);

#endif
