/* Compiler attributes that every room uses, and the always-on assertion.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_ATTR_H
#define LANTIK_ATTR_H

#include <stdio.h>
#include <stdlib.h>

/* The result says whether it worked; ignoring it is a bug. */
#define LANTIK_MUST_CHECK __attribute__((warn_unused_result))
#define LANTIK_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* A broken invariant is a bug of ours and ends the process, in every build. Bytes from outside never reach it. */
#define LANTIK_ASSERT(expression)                                                                                      \
	do {                                                                                                           \
		if (!(expression)) {                                                                                   \
			fprintf(stderr, "lantik: bug: %s:%d: %s\n", __FILE__, __LINE__, #expression);                  \
			abort();                                                                                       \
		}                                                                                                      \
	} while (0)

#define LANTIK_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
