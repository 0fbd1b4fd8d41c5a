/* lantikd: receives appointment batches, judges them, records them, and answers with a signed receipt.
 * SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <getopt.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "config.h"
#include "counters.h"
#include "decide.h"
#include "house.h"
#include "intake.h"
#include "log.h"
#include "notify.h"
#include "revoked.h"
#include "worker.h"

#define KEY_FILE 512
/* What a daemon that could not open its door waits for a decision under way. */
#define START_FAILED_MICROS 5000000

enum { EXIT_GOOD = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

static const char usage[] =
	"lantikd --config FILE                  serve\n"
	"lantikd --config FILE --check-config   check the file and the keys, open nothing for writing, and end\n"
	"\n"
	"  --config FILE     read FILE (default /etc/lantik/lantikd.conf)\n"
	"  --check-config    status 0 when the configuration is good, 1 otherwise\n"
	"  --print-config    print the effective configuration and end\n"
	"  --version         print the version and end\n"
	"  --help            print this and end\n"
	"\n"
	"SIGTERM drains and ends; a second one ends at once. SIGUSR1 logs the counters. See lantikd(8).\n";

struct options {
	const char *config;
	bool check, print, help, version;
};

static bool parse_options(int argc, char **argv, struct options *ret)
{
	static const struct option known[] = {{"config", required_argument, NULL, 'c'},
		{"check-config", no_argument, NULL, 'C'}, {"print-config", no_argument, NULL, 'p'},
		{"help", no_argument, NULL, 'h'}, {"version", no_argument, NULL, 'v'}, {NULL, 0, NULL, 0}};
	int option;

	*ret = (struct options){.config = "/etc/lantik/lantikd.conf"};
	while ((option = getopt_long(argc, argv, "h", known, NULL)) != -1) {
		if (option == 'c')
			ret->config = optarg;
		else if (option == 'C')
			ret->check = true;
		else if (option == 'p')
			ret->print = true;
		else if (option == 'h')
			ret->help = true;
		else if (option == 'v')
			ret->version = true;
		else
			return false;
	}
	return optind == argc;
}

/* The first line of a key file, wiped by the caller. */
static bool read_key(const char *path, char ret[KEY_FILE])
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = file < 0 ? -1 : read(file, ret, KEY_FILE - 1);

	if (file >= 0)
		close(file);
	if (len <= 0) {
		log_line(LOG_LINE_ERROR, "could not read the key file %s; make one with lantikctl keygen", path);
		return false;
	}
	ret[len] = '\0';
	ret[strcspn(ret, "\r\n")] = '\0';
	return true;
}

/* All keys of the daemon; wiped by the caller. */
struct keys {
	char curve[KEY_FILE];
	struct lantik_skey receipt[LANTIK_MAX_SIGNERS];
	size_t receipt_count;
	struct lantik_vkey recovery;
	bool has_recovery;
};

static bool read_receipt_key(const char *path, struct keys *ret)
{
	char text[KEY_FILE];

	if (!read_key(path, text))
		return false;
	enum lantik_error error = lantik_skey_parse(lantik_span_of(text), &ret->receipt[ret->receipt_count]);
	lantik_wipe(text, sizeof text);
	if (error)
		log_line(LOG_LINE_ERROR, "%s: %s", path, lantik_error_text(error, LANTIK_ENGLISH));
	else
		ret->receipt_count++;
	return !error;
}

/* The key itself, or the file that holds it: no path has a plus and a digest in it. */
static bool read_recovery_key(const char *text, struct keys *ret)
{
	char held[KEY_FILE], name[LANTIK_MAX_ORIGIN + 1];

	if (!text[0])
		return true;
	ret->has_recovery = lantik_vkey_parse(lantik_span_of(text), &ret->recovery) == LANTIK_OK;
	if (!ret->has_recovery && !read_key(text, held))
		return false;
	if (!ret->has_recovery)
		ret->has_recovery = lantik_vkey_parse(lantik_span_of(held), &ret->recovery) == LANTIK_OK;
	if (ret->has_recovery && lantik_recovery_name(ret->receipt[0].vkey.name, name) &&
		strcmp(name, ret->recovery.name) == 0)
		return true;
	log_line(LOG_LINE_ERROR, "recovery_key: expected the verifier key %s/recovery+..., or a file that holds it",
		ret->receipt[0].vkey.name);
	return false;
}

static bool read_keys(const struct config *config, struct keys *ret)
{
	if (!read_key(config->curve_key_file, ret->curve) || !read_receipt_key(config->receipt_key_file, ret))
		return false;
	if (config->next_receipt_key_file[0] && !read_receipt_key(config->next_receipt_key_file, ret))
		return false;
	if (strlen(ret->curve) == OFFICE_KEY)
		return read_recovery_key(config->recovery_key, ret);
	log_line(LOG_LINE_ERROR, "%s does not hold a CURVE secret key of 40 characters", config->curve_key_file);
	return false;
}

/* Every thread inherits the mask; the intake reads the signals. */
static void block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGUSR1);
	LANTIK_ASSERT(pthread_sigmask(SIG_BLOCK, &set, NULL) == 0);
	LANTIK_ASSERT(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
}

/* Somebody is still at work whom nobody should wait for: what is not committed is done again. */
static _Noreturn void end_at_once(int status)
{
	log_counters();
	_exit(status);
}

static bool open_signer(const struct config *config, const struct keys *keys, struct signer **ret)
{
	char why[SIGNER_WHY];
	enum lantik_error error = signer_open(config->state_directory, keys->receipt, keys->receipt_count, ret, why);

	if (why[0])
		log_line(error ? LOG_LINE_ERROR : LOG_LINE_WARNING, "%s", why);
	else if (error)
		log_line(LOG_LINE_ERROR, "state_directory %s: %s", config->state_directory,
			lantik_error_text(error, LANTIK_ENGLISH));
	return !error;
}

static int serve(const struct config *config, const struct keys *keys)
{
	struct house house = {.config = config, .recovery = keys->has_recovery ? &keys->recovery : NULL};
	struct intake *intake = NULL;
	struct workers *workers;
	struct decider *decider;
	struct revoked *revoked;

	if (!open_signer(config, keys, &house.signer))
		return EXIT_FAILED;
	house.queue = queue_new((size_t)config->workers);
	house_open(&house);
	revoked = revoked_start(config->revoked_file, house.offices);
	workers = workers_start(&house);
	decider = decider_start(&house);
	if (intake_open(&house, keys->curve, &intake)) {
		/* failure is no longer an option */
		log_line(LOG_LINE_NOTICE, "listening on %s with %ld workers", config->listen, config->workers);
		notify_ready();
		if (!intake_serve(intake))
			end_at_once(EXIT_GOOD);
	}
	int status = intake ? EXIT_GOOD : EXIT_FAILED;
	if (!decider_stop(&decider, intake ? intake_drain_until(intake) : clock_steady() + START_FAILED_MICROS))
		end_at_once(status);
	queue_close(house.queue);
	workers_join(&workers);
	intake_close(&intake);
	revoked_stop(&revoked);
	house_close(&house);
	queue_free(&house.queue);
	signer_close(&house.signer);
	log_counters();
	return status;
}

/* Bodies and other large pieces come from the kernel and go back to it. By itself glibc raises this bound to the size
 * of the first body that is freed; then bodies lie among small pieces, and what is free between them is never given
 * back.
 */
#define LARGE_PIECE (1024 * 1024)

static void bound_memory(void)
{
	mallopt(M_MMAP_THRESHOLD, LARGE_PIECE);
	mallopt(M_TRIM_THRESHOLD, LARGE_PIECE);
}

int main(int argc, char **argv)
{
	struct options options;
	struct config config;
	struct keys keys = {0};

	bound_memory();
	log_start();
	if (!parse_options(argc, argv, &options)) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	if (options.help || options.version) {
		fputs(options.help ? usage : "lantikd " LANTIK_VERSION "\n", stdout);
		return EXIT_GOOD;
	}
	if (!config_load(options.config, &config))
		return EXIT_FAILED;
	if (options.print) {
		config_print(&config);
		config_free(&config);
		return EXIT_GOOD;
	}
	lantik_crypto_start();
	block_signals();
	int status = EXIT_FAILED;
	if (read_keys(&config, &keys))
		status = options.check ? EXIT_GOOD : serve(&config, &keys);
	lantik_wipe(&keys, sizeof keys);
	config_free(&config);
	return status;
}
