/* The verbs of lantikctl, one a file, and the options that only one of them has.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_CTL_H
#define LANTIK_CTL_CTL_H

#include "lantik/cli.h"

int ctl_keygen(struct lantik_cli *cli);
int ctl_load(struct lantik_cli *cli);
int ctl_migrate(struct lantik_cli *cli);
int ctl_office_add(struct lantik_cli *cli);
int ctl_office_list(struct lantik_cli *cli);
int ctl_office_revoke(struct lantik_cli *cli);
int ctl_status(struct lantik_cli *cli);

#endif
