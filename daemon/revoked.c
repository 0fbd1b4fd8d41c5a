/* Looks at the file of keys that are cut off.
 * SPDX-License-Identifier: Apache-2.0 */
#include "revoked.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

#define LOOK_MILLISECONDS 250
/* 25,000 keys: every office of the country with dozens of them. */
#define MAX_FILE (1024u * 1024)

/* What tells that the file is another one than at the last look. */
struct stamp {
	int error; /* of open or fstat; 0: it is there */
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec modified, changed;
};

struct list {
	char (*keys)[OFFICE_KEY + 1]; /* sorted, each once */
	size_t count;
};

struct revoked {
	const char *path;
	struct offices *offices;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stop;
	/* the thread's own */
	struct stamp seen;
	struct list held;
};

/* ---- the text ---- */

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct lantik_span trim(struct lantik_span line)
{
	while (line.len && is_blank(line.data[line.len - 1]))
		line.len--;
	for (; line.len && is_blank(line.data[0]); line.len--)
		line.data++;
	return line;
}

/* A key may hold # but never begins with it: five characters from # on would be more than 32 bits. */
static bool read_key(struct lantik_span line, char ret[OFFICE_KEY + 1])
{
	uint8_t bytes[32];

	if (line.len < OFFICE_KEY ||
		!lantik_z85_decode((struct lantik_span){.data = line.data, .len = OFFICE_KEY}, bytes))
		return false;
	if (line.len > OFFICE_KEY && !is_blank(line.data[OFFICE_KEY]))
		return false;
	struct lantik_span rest =
		trim((struct lantik_span){.data = line.data + OFFICE_KEY, .len = line.len - OFFICE_KEY});
	if (rest.len && rest.data[0] != '#')
		return false;
	memcpy(ret, line.data, OFFICE_KEY);
	ret[OFFICE_KEY] = '\0';
	return true;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void list_sort(struct list *list)
{
	size_t kept = 0;

	if (list->count)
		qsort(list->keys, list->count, sizeof *list->keys, by_text);
	for (size_t i = 0; i < list->count; i++)
		if (!kept || strcmp(list->keys[kept - 1], list->keys[i]) != 0)
			memmove(list->keys[kept++], list->keys[i], sizeof *list->keys);
	list->count = kept;
}

static struct list list_new(size_t room)
{
	struct list list = {.keys = calloc(room ? room : 1, sizeof *list.keys)};

	LANTIK_ASSERT(list.keys);
	return list;
}

static struct lantik_span take_line(struct lantik_span *text)
{
	const uint8_t *end = text->len ? memchr(text->data, '\n', text->len) : NULL;
	struct lantik_span line = {.data = text->data, .len = end ? (size_t)(end - text->data) : text->len};
	size_t used = line.len + (end != NULL);

	text->data += used;
	text->len -= used;
	return trim(line);
}

unsigned revoked_parse(struct lantik_span text, char (**ret_keys)[OFFICE_KEY + 1], size_t *ret_count)
{
	struct list list = list_new(text.len / OFFICE_KEY);
	unsigned bad = 0;

	for (unsigned number = 1; text.len; number++) {
		struct lantik_span line = take_line(&text);
		if (read_key(line, list.keys[list.count]))
			list.count++;
		else if (line.len && line.data[0] != '#' && !bad)
			bad = number;
	}
	list_sort(&list);
	*ret_keys = list.keys;
	*ret_count = list.count;
	return bad;
}

/* ---- the file ---- */

static struct stamp stamp_of(int file)
{
	struct stat stat;

	if (file < 0 || fstat(file, &stat) < 0)
		return (struct stamp){.error = errno};
	if (!S_ISREG(stat.st_mode))
		return (struct stamp){.error = EINVAL};
	return (struct stamp){.device = stat.st_dev,
		.inode = stat.st_ino,
		.size = stat.st_size,
		.modified = stat.st_mtim,
		.changed = stat.st_ctim};
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool same(const struct stamp *a, const struct stamp *b)
{
	return a->error == b->error && a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       same_time(&a->modified, &b->modified) && same_time(&a->changed, &b->changed);
}

/* Whether all of it could be read. */
static bool read_all(int file, struct lantik_buffer *ret)
{
	uint8_t chunk[4096];
	ssize_t len;

	while ((len = read(file, chunk, sizeof chunk)) > 0)
		lantik_buffer_append(ret, chunk, (size_t)len);
	return len == 0 && !ret->error;
}

static void put_into_force(struct revoked *r)
{
	struct list copy = list_new(r->held.count);

	memcpy(copy.keys, r->held.keys, r->held.count * sizeof *copy.keys);
	offices_cut(r->offices, copy.keys, r->held.count);
}

static void add(struct revoked *r, const struct list *read)
{
	struct list both = list_new(r->held.count + read->count);

	memcpy(both.keys, r->held.keys, r->held.count * sizeof *both.keys);
	memcpy(both.keys + r->held.count, read->keys, read->count * sizeof *both.keys);
	both.count = r->held.count + read->count;
	list_sort(&both);
	free(r->held.keys);
	r->held = both;
}

static void take_file(struct revoked *r, int file)
{
	struct lantik_buffer text = {.limit = MAX_FILE};
	struct list read;
	bool whole = read_all(file, &text);
	unsigned bad = revoked_parse(lantik_buffer_span(&text), &read.keys, &read.count);

	lantik_buffer_free(&text);
	if (whole && !bad) {
		free(r->held.keys);
		r->held = read;
	} else {
		add(r, &read);
		free(read.keys);
		if (bad)
			log_line(LOG_LINE_ERROR, "%s: line %u is not a CURVE key of 40 characters", r->path, bad);
		else
			log_line(LOG_LINE_ERROR, "%s: could not be read to its end", r->path);
	}
	log_line(LOG_LINE_NOTICE, "%s: %zu keys are cut off%s", r->path, r->held.count,
		whole && !bad ? "" : ", those that it named before among them");
	put_into_force(r);
}

static void look(struct revoked *r)
{
	int file = open(r->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stamp stamp = stamp_of(file);
	bool changed = !same(&stamp, &r->seen);

	r->seen = stamp;
	if (changed && !stamp.error)
		take_file(r, file);
	else if (changed && (stamp.error != ENOENT || r->held.count))
		log_line(LOG_LINE_ERROR, "%s: %s; the %zu keys that it named stay cut off", r->path,
			strerror(stamp.error), r->held.count);
	if (file >= 0)
		close(file);
}

/* ---- the thread ---- */

static void wait_for_next_look(struct revoked *r)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += LOOK_MILLISECONDS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	while (!r->stop)
		if (pthread_cond_timedwait(&r->wake, &r->lock, &until))
			break;
}

static void *watch(void *context)
{
	struct revoked *r = context;

	pthread_mutex_lock(&r->lock);
	while (!r->stop) {
		pthread_mutex_unlock(&r->lock);
		look(r);
		pthread_mutex_lock(&r->lock);
		wait_for_next_look(r);
	}
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

struct revoked *revoked_start(const char *path, struct offices *offices)
{
	struct revoked *r = calloc(1, sizeof *r);
	pthread_condattr_t monotonic;

	LANTIK_ASSERT(r && pthread_mutex_init(&r->lock, NULL) == 0);
	LANTIK_ASSERT(pthread_condattr_init(&monotonic) == 0);
	LANTIK_ASSERT(pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
	LANTIK_ASSERT(pthread_cond_init(&r->wake, &monotonic) == 0);
	pthread_condattr_destroy(&monotonic);
	r->path = path;
	r->offices = offices;
	r->seen.error = ENOENT;
	r->held = list_new(0);
	look(r);
	LANTIK_ASSERT(pthread_create(&r->thread, NULL, watch, r) == 0);
	return r;
}

void revoked_stop(struct revoked **revoked)
{
	struct revoked *r = *revoked;

	pthread_mutex_lock(&r->lock);
	r->stop = true;
	pthread_cond_signal(&r->wake);
	pthread_mutex_unlock(&r->lock);
	LANTIK_ASSERT(pthread_join(r->thread, NULL) == 0);
	pthread_cond_destroy(&r->wake);
	pthread_mutex_destroy(&r->lock);
	free(r->held.keys);
	free(r);
	*revoked = NULL;
}
