/* The office's folder: settings, keys, rulebook, last checkpoint, outbox, and the lock that one copy holds.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_HOME_H
#define LANTIK_HOME_H

#include "lantik/cli.h"
#include "lantik/ledger.h"
#include "lantik/note.h"
#include "lantik/rulebook.h"

enum lantik_setting {
	LANTIK_SETTING_ENDPOINT,     /* tcp://host:port, several apart by commas */
	LANTIK_SETTING_SERVER_KEY,   /* the centre's CURVE key, Z85 */
	LANTIK_SETTING_RECEIPT_KEY,  /* the centre's verifier key for receipts */
	LANTIK_SETTING_RECOVERY_KEY, /* the verifier key that signs changes of receipt keys and recoveries; may be empty
				      */
	LANTIK_SETTING_OFFICE,       /* the office's name at the centre */
	LANTIK_SETTING_COUNT
};

/* A curve key is 40 characters of Z85. */
#define LANTIK_Z85_KEY 40u
#define LANTIK_MAX_PATH 4096u
/* Folders of keys in the home: those to come, and below the other, by key id, those that were used before. */
#define LANTIK_NEXT_KEYS "next"
#define LANTIK_FORMER_KEYS "former"
#define LANTIK_MAX_SETTING 1024u

struct lantik_home {
	char folder[LANTIK_MAX_PATH - 512];                      /* room for what stands in it */
	char settings[LANTIK_SETTING_COUNT][LANTIK_MAX_SETTING]; /* empty: not set */
};

const char *lantik_setting_name(enum lantik_setting setting);
/* LANTIK_SETTING_COUNT when there is none of this name. */
enum lantik_setting lantik_setting_find(struct lantik_span name);
/* LANTIK_EXIT_OK, or reports what is wrong with the value. */
int lantik_setting_check(struct lantik_cli *cli, enum lantik_setting setting, const char *value);

/* All of these return LANTIK_EXIT_OK or the exit code of a failure that they reported. */

/* --home, $LANTIK_HOME, $XDG_DATA_HOME/lantik or ~/.local/share/lantik, and the settings when there are any. */
int lantik_home_open(struct lantik_cli *cli, struct lantik_home *ret);
/* Exit code 6 unless the folder has settings: `lantik init` was run there. */
int lantik_home_need_settings(struct lantik_cli *cli, const struct lantik_home *home);
/* Exit code 6 unless the setting has a value. */
int lantik_home_need(struct lantik_cli *cli, const struct lantik_home *home, enum lantik_setting setting);
int lantik_home_save(struct lantik_cli *cli, const struct lantik_home *home);
/* Exit code 7 when another copy holds it; *ret is for lantik_home_unlock, and the process's end unlocks too. */
int lantik_home_lock(struct lantik_cli *cli, const struct lantik_home *home, int *ret);
/* -1 when another copy holds it or there is no folder; reports nothing. */
int lantik_home_try_lock(const struct lantik_home *home);
void lantik_home_unlock(int lock); /* takes -1 */

/* Why a file could not be read, in words for a person. */
const char *lantik_file_error(struct lantik_cli *cli, enum lantik_error error);

/* ret needs LANTIK_MAX_PATH bytes; returns ret. */
const char *lantik_home_path(const struct lantik_home *home, const char *name, char *ret);
bool lantik_home_holds(const struct lantik_home *home, const char *name);
/* Appends the file, reporting failure; a missing one is exit code 6 with the sentence that mends it. */
int lantik_home_read(
	struct lantik_cli *cli, const struct lantik_home *home, const char *name, struct lantik_buffer *ret);
int lantik_home_write(struct lantik_cli *cli, const struct lantik_home *home, const char *name, unsigned mode,
	struct lantik_span content);

int lantik_home_sign_key(
	struct lantik_cli *cli, const struct lantik_home *home, const char *name, struct lantik_skey *ret);
/* The stored rulebook, or the empty one with a remark. */
int lantik_home_rulebook(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_rulebook **ret);
/* Whether two keys of the settings can be of one centre: the recovery key is named after the receipt key. Reports. */
int lantik_home_keys_fit(struct lantik_cli *cli, const struct lantik_home *home);

#endif
