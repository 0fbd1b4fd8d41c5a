/* The file of keys that are cut off at once, whatever the database says or does: one CURVE key a line, in Z85.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_DAEMON_REVOKED_H
#define LANTIK_DAEMON_REVOKED_H

#include "offices.h"

struct revoked;

/* Keys of such a file, each once, malloc'ed; empty lines and lines that begin with # say nothing, and a comment may
 * stand behind a key and a blank. Returns the number of the first line that is no key, 0 when there is none; the others
 * are read all the same. */
unsigned revoked_parse(struct lantik_span text, char (**ret_keys)[OFFICE_KEY + 1], size_t *ret_count);

/* Reads the file, then starts the thread that looks at it four times a second. A file that is not there is an empty
 * one. What could not be read, or is gone later, is logged once; then what it said before stays cut off, too. */
LANTIK_MUST_CHECK struct revoked *revoked_start(const char *path, struct offices *offices);
void revoked_stop(struct revoked **revoked);

#endif
