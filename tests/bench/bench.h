/* What the programs of the bench share: files of pieces, a clock, percentiles, and numbers as one line of JSON.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_BENCH_H
#define LANTIK_BENCH_H

#include <stdio.h>

#include "lantik/bytes.h"

/* Prints the sentence and ends the process with status 1. */
_Noreturn void bench_fail(const char *format, ...) LANTIK_PRINTF(1, 2);

/* A file of pieces, each a length (8 bytes, little-endian) and its bytes; held in memory. */
struct bench_pieces {
	struct lantik_buffer file;
	struct lantik_span *items;
	size_t count;
};

void bench_piece_write(FILE *file, struct lantik_span piece);
void bench_pieces_read(const char *path, struct bench_pieces *ret);
void bench_pieces_free(struct bench_pieces *pieces);

/* A whole file; the caller frees. */
void bench_file(const char *path, struct lantik_buffer *ret);
/* The whole of a small text file without the newline at its end; the caller frees. */
char *bench_text(const char *path);

double bench_now(void);     /* seconds of the monotonic clock */
double bench_own_cpu(void); /* seconds that this process has used, user and system */
double bench_cpu_of(int pid);

/* One result line: rate, latencies (seconds, are sorted here) and the CPU of this process. The caller ends the object.
 */
struct bench_result {
	double seconds;
	size_t rows, batches, bytes;
	double *latencies; /* batches */
	double feeder_cpu; /* seconds of this process while the clock ran */
};
void bench_result_print(struct bench_result *result);

#endif
