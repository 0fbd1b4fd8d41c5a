/* The rulebook in force: read from the database, shared by reference.
 * SPDX-License-Identifier: Apache-2.0 */
#include "house_private.h"

#include <string.h>

#include "compress.h"
#include "log.h"
#include "store.h"

/* A rulebook is packed once and sent to every office. */
#define PACKING_LEVEL 9

struct rulebook_copy *rulebook_new(struct lantik_rulebook *rulebook, struct lantik_buffer text)
{
	struct rulebook_copy *copy = calloc(1, sizeof *copy);

	LANTIK_ASSERT(copy && rulebook);
	*copy = (struct rulebook_copy){.references = 1, .rulebook = rulebook, .text = text};
	if (text.len)
		LANTIK_ASSERT(compress(lantik_buffer_span(&text), PACKING_LEVEL, &copy->packed) == LANTIK_OK);
	return copy;
}

void rulebook_drop(struct rulebook_copy *copy)
{
	if (--copy->references)
		return;
	lantik_rulebook_free(&copy->rulebook);
	lantik_buffer_free(&copy->text);
	lantik_buffer_free(&copy->packed);
	free(copy);
}

struct rulebook_copy *house_rulebook(struct house *house)
{
	struct house_private *p = house->private;

	pthread_mutex_lock(&p->lock);
	struct rulebook_copy *copy = p->rulebook;
	copy->references++;
	pthread_mutex_unlock(&p->lock);
	return copy;
}

void house_rulebook_put(struct house *house, struct rulebook_copy *copy)
{
	pthread_mutex_lock(&house->private->lock);
	rulebook_drop(copy);
	pthread_mutex_unlock(&house->private->lock);
}

/* NULL when the text cannot be read. Takes the text. */
static struct rulebook_copy *read_rulebook(struct lantik_buffer text)
{
	struct lantik_rulebook *rulebook = NULL;
	unsigned line = 0;

	if (!text.error && !lantik_rulebook_parse(lantik_buffer_span(&text), &rulebook, &line))
		return rulebook_new(rulebook, text);
	log_line(LOG_LINE_ERROR, "the rulebook of the database cannot be read, line %u; keeping the old one", line);
	lantik_buffer_free(&text);
	return NULL;
}

static bool is_in_force(struct house *house, const struct rulebook_copy *copy)
{
	struct rulebook_copy *old = house_rulebook(house);
	bool same =
		memcmp(lantik_rulebook_digest(old->rulebook), lantik_rulebook_digest(copy->rulebook), LANTIK_HASH) == 0;

	house_rulebook_put(house, old);
	return same;
}

/* What waits in the queue keeps the rulebook that it came in under. */
static void put_into_force(struct house *house, struct rulebook_copy *copy)
{
	struct house_private *p = house->private;
	char digest[2 * LANTIK_HASH + 1];

	lantik_hex_encode(lantik_rulebook_digest(copy->rulebook), LANTIK_HASH, digest);
	pthread_mutex_lock(&p->lock);
	struct rulebook_copy *old = p->rulebook;
	p->rulebook = copy;
	rulebook_drop(old);
	pthread_mutex_unlock(&p->lock);
	log_line(LOG_LINE_INFO, "rulebook %.16s is in force; %zu keys of offices", digest,
		offices_count(house->offices));
}

/* A text is kept before anything is judged by it, so that every digest in a receipt can be looked up. Without any
 * rulebook every rule that needs one would be skipped: then the daemon cannot go on. */
bool house_load_rulebook(struct house *house)
{
	struct house_private *p = house->private;
	struct lantik_buffer text = {.limit = LANTIK_MAX_RULEBOOK};

	if (store_rulebook(p->store, &text)) {
		lantik_buffer_free(&text);
		return house_wrong(house, store_why(p->store));
	}
	struct rulebook_copy *copy = read_rulebook(text);
	if (!copy)
		return p->version ||
		       house_wrong(house, "its rulebook cannot be read; load the tables with this version's lantikctl");
	bool changed = !is_in_force(house, copy);
	enum store_result kept = changed ? store_keep_rulebook(p->store, lantik_rulebook_digest(copy->rulebook),
						   lantik_buffer_span(&copy->text))
					 : STORE_OK;
	if (changed && !kept)
		put_into_force(house, copy);
	else
		house_rulebook_put(house, copy);
	return kept ? house_wrong(house, store_why(p->store)) : true;
}
