/* Progress: a bar on a terminal, complete lines elsewhere, JSON for programs.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli_private.h"

/* A bar appears after 1 s, so that short work leaves no trace; lines are for logs, where one in 10 s is enough. */
#define BAR_AFTER_MS 1000
#define BAR_EVERY_MS 200
#define LINE_EVERY_MS 10000
#define BAR_WIDTH 24

volatile sig_atomic_t lantik_show_progress_now;

int64_t lantik_now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool terminal_can_redraw(void)
{
	const char *term = getenv("TERM");
	return isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
}

void lantik_progress_choose(struct lantik_cli *cli, const char *mode)
{
	static const char *const names[] = {"auto", "bar", "plain", "json", "none"};
	cli->progress.mode = PROGRESS_AUTO;
	for (size_t i = 0; mode && i < LANTIK_COUNT(names); i++)
		if (strcmp(mode, names[i]) == 0)
			cli->progress.mode = (enum progress_mode)i;
	if (cli->progress.mode == PROGRESS_AUTO)
		cli->progress.mode = cli->json ? PROGRESS_JSON : terminal_can_redraw() ? PROGRESS_BAR : PROGRESS_PLAIN;
	if (cli->progress.mode == PROGRESS_JSON && !cli->json)
		cli->progress.mode = PROGRESS_PLAIN; /* JSON belongs on stdout, which holds text without --json */
}

static void count_text(const struct lantik_cli *cli, char *ret, size_t size)
{
	char done[32], total[32];
	const struct progress *progress = &cli->progress;
	lantik_count_format(cli, (int64_t)progress->done, done);
	lantik_count_format(cli, (int64_t)progress->total, total);
	int64_t seconds = (lantik_now_ms() - progress->started_ms) / 1000;
	const char *unit = lantik_cli_pick(cli, "s", "dtk");
	if (progress->total > 0)
		snprintf(ret, size, "%s %s %s %s, %" PRId64 " %s", done, lantik_cli_pick(cli, "of", "dari"), total,
			progress->what, seconds, unit);
	else if (progress->done > 0)
		snprintf(ret, size, "%s %s, %" PRId64 " %s", done, progress->what, seconds, unit);
	else
		snprintf(ret, size, "%s, %" PRId64 " %s", progress->what, seconds, unit);
}

static void draw_bar(struct lantik_cli *cli)
{
	char text[160], bar[BAR_WIDTH + 1];
	struct progress *progress = &cli->progress;
	size_t full = progress->total == 0 ? 0 : (size_t)(progress->done * BAR_WIDTH / progress->total);
	for (size_t i = 0; i < BAR_WIDTH; i++)
		bar[i] = i < full ? '#' : '.';
	bar[BAR_WIDTH] = '\0';
	count_text(cli, text, sizeof text);
	fprintf(stderr, "\r[%s] %s\033[K", bar, text);
	progress->drawn = true;
}

static void print_line(struct lantik_cli *cli)
{
	char text[160];
	count_text(cli, text, sizeof text);
	fprintf(stderr, "%s: %s\n", cli->program->name, text);
}

static void write_object(struct lantik_cli *cli)
{
	lantik_json_open(cli, "progress");
	lantik_json_number(cli, "done", (int64_t)cli->progress.done);
	lantik_json_number(cli, "total", (int64_t)cli->progress.total);
	lantik_json_text(cli, "what", cli->progress.what);
	lantik_json_number(cli, "elapsed_ms", lantik_now_ms() - cli->progress.started_ms);
	lantik_json_close(cli);
}

static void show(struct lantik_cli *cli)
{
	if (cli->progress.mode == PROGRESS_BAR)
		draw_bar(cli);
	else if (cli->progress.mode == PROGRESS_PLAIN)
		print_line(cli);
	else if (cli->progress.mode == PROGRESS_JSON)
		write_object(cli);
}

void lantik_progress_start(struct lantik_cli *cli, const char *english, const char *indonesian, uint64_t total)
{
	struct progress *progress = &cli->progress;
	progress->running = true;
	progress->what = lantik_cli_pick(cli, english, indonesian);
	progress->total = total;
	progress->done = 0;
	progress->started_ms = lantik_now_ms();
	/* the first bar comes BAR_AFTER_MS from now */
	progress->shown_ms = progress->started_ms + (progress->mode == PROGRESS_BAR ? BAR_AFTER_MS - BAR_EVERY_MS : 0);
}

void lantik_progress(struct lantik_cli *cli, uint64_t done)
{
	struct progress *progress = &cli->progress;
	if (!progress->running || progress->mode == PROGRESS_NONE)
		return;
	progress->done = done;
	int64_t now = lantik_now_ms();
	bool due = now - progress->shown_ms >= (progress->mode == PROGRESS_BAR ? BAR_EVERY_MS : LINE_EVERY_MS);
	if (!due && !lantik_show_progress_now)
		return;
	lantik_show_progress_now = 0;
	progress->shown_ms = now;
	show(cli);
}

void lantik_progress_clear(struct lantik_cli *cli)
{
	if (cli->progress.drawn)
		fputs("\r\033[K", stderr);
	cli->progress.drawn = false;
}

void lantik_progress_end(struct lantik_cli *cli)
{
	lantik_progress_clear(cli);
	cli->progress.running = false;
}
