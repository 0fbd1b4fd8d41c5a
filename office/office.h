/* The verbs of lantik and what they share; private to this room.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_OFFICE_H
#define LANTIK_OFFICE_H

#include "lantik/cli.h"
#include "lantik/record.h"

/* One verb a file; each returns enum lantik_exit. The options that a verb asks for stand in verbs.c. */
int lantik_keygen_main(struct lantik_cli *cli);
int lantik_init_main(struct lantik_cli *cli);
int lantik_config_main(struct lantik_cli *cli);
int lantik_sync_main(struct lantik_cli *cli);
int lantik_rules_main(struct lantik_cli *cli);
int lantik_sample_main(struct lantik_cli *cli);
int lantik_check_main(struct lantik_cli *cli);
int lantik_submit_main(struct lantik_cli *cli);
int lantik_rehearse(struct lantik_cli *cli); /* submit --rehearse */
int lantik_verify_main(struct lantik_cli *cli);
int lantik_status_main(struct lantik_cli *cli);
int lantik_reconcile_main(struct lantik_cli *cli);
int lantik_ping_main(struct lantik_cli *cli);
int lantik_resend_main(struct lantik_cli *cli);

/* Of several files: a failure outweighs rows that fell out, which outweigh success; the first failure is the answer. */
int lantik_exit_worse(int so_far, int code);

/* The options of `sample`, beside its code. */
extern const struct lantik_option lantik_sample_options[];

#endif
