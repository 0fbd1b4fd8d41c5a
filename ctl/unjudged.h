/* What is not judged when stored records are judged again here, without the register.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_UNJUDGED_H
#define LANTIK_CTL_UNJUDGED_H

#include "lantik/rules.h"

/* Rules that need the register, so that nobody but lantikd judges them. */
struct unjudged {
	bool rules[256]; /* by the place in lantik_rules, which has fewer */
};

/* Adds those that are meant for this kind and step and are not off. */
void unjudged_add(
	struct unjudged *unjudged, const struct lantik_manifest *manifest, const struct lantik_severities *severities);
/* `B09 N08 P08`; nothing when there is none. */
void unjudged_format(const struct unjudged *unjudged, struct lantik_buffer *ret);

#endif
