/* The office's two key pairs on disk, in the home or in one of its folders.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_KEYS_H
#define LANTIK_KEYS_H

#include "home.h"

/* curve.pub, curve.key, sign.vkey, sign.key: public halves first, so that a folder that lacks a secret half is visibly
 * incomplete. */
#define LANTIK_KEY_FILES 4
extern const char *const lantik_key_files[LANTIK_KEY_FILES];

/* The public halves, as text. */
struct lantik_public_keys {
	char curve[LANTIK_Z85_KEY + 1];
	char sign[LANTIK_MAX_SETTING];
};

/* Path of a key file inside the home: folder NULL is the home itself. ret needs 64 bytes; returns ret. */
const char *lantik_key_name(const char *folder, const char *file, char *ret);

/* All of these return LANTIK_EXIT_OK or the exit code of a failure that they reported. */

/* Makes both pairs and writes them; overwrites. */
int lantik_keys_make(struct lantik_cli *cli, const struct lantik_home *home, const char *folder, const char *name,
	struct lantik_public_keys *ret);
int lantik_keys_read(
	struct lantik_cli *cli, const struct lantik_home *home, const char *folder, struct lantik_public_keys *ret);
/* How many of the four files are there. */
unsigned lantik_keys_held(const struct lantik_home *home, const char *folder);

int lantik_keygen_next(struct lantik_cli *cli, const struct lantik_home *home);   /* keygen --next */
int lantik_keygen_switch(struct lantik_cli *cli, const struct lantik_home *home); /* keygen --switch */

#endif
