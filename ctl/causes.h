/* What makes a cause of a returned record the one that a person means.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_CAUSES_H
#define LANTIK_CTL_CAUSES_H

/* SQL: whether the parameter is the whole cause, or one of its tokens, or the case or the rule of one. */
#define CAUSE_IS_ABOUT(cause, parameter)                                                                               \
	"(" cause " = " parameter " OR EXISTS (SELECT FROM unnest(string_to_array(" cause ", ' ')) AS token "          \
	"WHERE token = " parameter " OR starts_with(token, " parameter " || '.') "                                     \
	"OR starts_with(token, " parameter " || ':')))"

#endif
