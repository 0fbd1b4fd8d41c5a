/* Sentences about rules for people at a terminal: causes taken apart, texts of cases, wrapped lines.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_CTL_SENTENCES_H
#define LANTIK_CTL_SENTENCES_H

#include "lantik/cli.h"
#include "lantik/rules.h"

/* Says head and text; on a terminal further lines are indented by so many blanks, or when that is 0 by as many as head
 * has columns. */
void say_wrapped(struct lantik_cli *cli, const char *head, size_t indent, const char *text);

/* Takes the first token, `CODE.case[:field]`, off a cause; false at its end. */
bool cause_next(struct lantik_span *cause, struct lantik_span *ret_token);
/* The case of a token; LANTIK_CASE_COUNT when this program does not know it. */
enum lantik_case_id cause_case(struct lantik_span token);
/* What a case's sentence says, also when this program does not know it. */
const char *case_sentence(const struct lantik_cli *cli, enum lantik_case_id id);
/* `fatal`, `error`, `review`, `warning`, and `-` for 0: words of --json. */
const char *severity_name(unsigned severity);
/* The same word in the person's language. */
const char *severity_short(const struct lantik_cli *cli, unsigned severity);

/* Cases that were named in an answer, so that each sentence is told once, at its end. */
struct legend {
	bool named[LANTIK_CASE_COUNT];
};

void legend_add(struct legend *legend, struct lantik_span cause);
void legend_say(struct lantik_cli *cli, const struct legend *legend);

#endif
