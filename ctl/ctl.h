/* The verbs of lantikctl, one a file, and the tables that describe them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_CTL_H
#define LANTIK_CTL_CTL_H

#include "lantik/cli.h"

int ctl_audit(struct lantik_cli *cli);
int ctl_batch_body(struct lantik_cli *cli);
int ctl_erase(struct lantik_cli *cli);
int ctl_key_add(struct lantik_cli *cli);
int ctl_key_cut(struct lantik_cli *cli);
int ctl_key_list(struct lantik_cli *cli);
int ctl_key_new_auditor(struct lantik_cli *cli);
int ctl_key_new_receipt(struct lantik_cli *cli);
int ctl_key_retire(struct lantik_cli *cli);
int ctl_keygen(struct lantik_cli *cli);
int ctl_ledger_recover(struct lantik_cli *cli);
int ctl_ledger_status(struct lantik_cli *cli);
int ctl_load(struct lantik_cli *cli);
int ctl_migrate(struct lantik_cli *cli);
int ctl_office_add(struct lantik_cli *cli);
int ctl_office_list(struct lantik_cli *cli);
int ctl_office_revoke(struct lantik_cli *cli);
int ctl_office_scope(struct lantik_cli *cli);
int ctl_replay(struct lantik_cli *cli);
int ctl_returned(struct lantik_cli *cli);
int ctl_review_accept(struct lantik_cli *cli);
int ctl_review_list(struct lantik_cli *cli);
int ctl_review_reject(struct lantik_cli *cli);
int ctl_review_return(struct lantik_cli *cli);
int ctl_review_show(struct lantik_cli *cli);
int ctl_review_status(struct lantik_cli *cli);
int ctl_rulebook_export(struct lantik_cli *cli);
int ctl_rulebook_list(struct lantik_cli *cli);
int ctl_rulebook_show(struct lantik_cli *cli);
int ctl_rulebook_try(struct lantik_cli *cli);
int ctl_status(struct lantik_cli *cli);

/* The tables of verbs by subject, each ended by a NULL name. */
extern const struct lantik_verb ctl_setup_verbs[], ctl_office_verbs[], ctl_review_verbs[], ctl_rulebook_verbs[],
	ctl_audit_verbs[], ctl_ledger_verbs[];

#endif
