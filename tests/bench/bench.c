/* Files of pieces, clocks and percentiles for the programs of the bench.
 * SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include <endian.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

void bench_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

void bench_piece_write(FILE *file, struct lantik_span piece)
{
	uint64_t len = htole64(piece.len);

	if (fwrite(&len, sizeof len, 1, file) != 1 || fwrite(piece.data, 1, piece.len, file) != piece.len)
		bench_fail("could not write: %s", strerror(errno));
}

void bench_file(const char *path, struct lantik_buffer *ret)
{
	FILE *file = fopen(path, "rb");
	size_t got = 1;

	if (!file)
		bench_fail("%s: %s", path, strerror(errno));
	while (got) {
		size_t room = 1u << 24, before = ret->len;
		uint8_t *at = lantik_buffer_extend(ret, room);
		if (!at)
			bench_fail("%s: no memory", path);
		got = fread(at, 1, room, file);
		ret->len = before + got;
	}
	fclose(file);
}

static bool next_piece(const struct lantik_buffer *file, size_t *at, struct lantik_span *ret)
{
	uint64_t len;

	if (file->len - *at < sizeof len)
		return false;
	memcpy(&len, file->data + *at, sizeof len);
	len = le64toh(len);
	*at += sizeof len;
	if (file->len - *at < len)
		bench_fail("a file of pieces is cut short");
	*ret = (struct lantik_span){.data = file->data + *at, .len = (size_t)len};
	*at += (size_t)len;
	return true;
}

void bench_pieces_read(const char *path, struct bench_pieces *ret)
{
	struct lantik_span piece;
	size_t at = 0;

	*ret = (struct bench_pieces){0};
	bench_file(path, &ret->file);
	while (next_piece(&ret->file, &at, &piece))
		ret->count++;
	ret->items = calloc(ret->count + 1, sizeof *ret->items);
	LANTIK_ASSERT(ret->items);
	at = 0;
	for (size_t i = 0; i < ret->count; i++)
		LANTIK_ASSERT(next_piece(&ret->file, &at, &ret->items[i]));
}

void bench_pieces_free(struct bench_pieces *pieces)
{
	lantik_buffer_free(&pieces->file);
	free(pieces->items);
	*pieces = (struct bench_pieces){0};
}

char *bench_text(const char *path)
{
	struct lantik_buffer text = {0};

	bench_file(path, &text);
	lantik_buffer_append(&text, "", 1);
	LANTIK_ASSERT(!text.error);
	text.data[strcspn((char *)text.data, "\r\n")] = '\0';
	return (char *)text.data;
}

double bench_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double bench_own_cpu(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

double bench_cpu_of(int pid)
{
	char path[64];
	unsigned long user, system;

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	char *text = bench_text(path);
	char *behind_name = strrchr(text, ')');
	if (!behind_name ||
		sscanf(behind_name + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
		bench_fail("%s has another form than expected", path);
	free(text);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Nearest rank of sorted values. */
static double percentile(const double *values, size_t count, unsigned permille)
{
	size_t rank = (count * permille + 999) / 1000;

	return count ? values[rank ? rank - 1 : 0] : 0;
}

void bench_result_print(struct bench_result *result)
{
	static const struct {
		const char *name;
		unsigned permille;
	} kept[] = {{"p50", 500}, {"p99", 990}, {"p999", 999}, {"max", 1000}};

	qsort(result->latencies, result->batches, sizeof *result->latencies, by_value);
	printf("{\"seconds\":%.6f,\"rows\":%zu,\"batches\":%zu,\"bytes\":%zu,\"feeder_cpu_seconds\":%.6f",
		result->seconds, result->rows, result->batches, result->bytes, result->feeder_cpu);
	for (size_t i = 0; i < LANTIK_COUNT(kept); i++)
		printf(",\"latency_%s_ms\":%.3f", kept[i].name,
			percentile(result->latencies, result->batches, kept[i].permille) * 1e3);
}
