/* One table of keys: type, default, range. libconfuse reads the file.
 * SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <confuse.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "lantik/limits.h"

#include "memory.h"

struct key {
	const char *name;
	bool is_text;
	const char *text; /* default; a leading $NAME/ is a directory that systemd names in the environment */
	long number, least, most;
	size_t offset;
};

#define KIB 1024L
#define MIB (1024L * KIB)

static const struct key keys[] = {
	{"listen", true, "tcp://127.0.0.1:5570", 0, 0, 0, offsetof(struct config, listen)},
	{"database", true, "dbname=lantik user=lantik_daemon", 0, 0, 0, offsetof(struct config, database)},
	{"state_directory", true, "$STATE_DIRECTORY/", 0, 0, 0, offsetof(struct config, state_directory)},
	{"curve_key_file", true, "$CREDENTIALS_DIRECTORY/lantikd.curve.key", 0, 0, 0,
		offsetof(struct config, curve_key_file)},
	{"receipt_key_file", true, "$CREDENTIALS_DIRECTORY/receipt.key", 0, 0, 0,
		offsetof(struct config, receipt_key_file)},
	{"next_receipt_key_file", true, "", 0, 0, 0, offsetof(struct config, next_receipt_key_file)},
	{"recovery_key", true, "", 0, 0, 0, offsetof(struct config, recovery_key)},
	{"revoked_file", true, "/etc/lantik/revoked", 0, 0, 0, offsetof(struct config, revoked_file)},
	{"workers", false, NULL, 2, 1, 64, offsetof(struct config, workers)},
	{"in_flight_bytes", false, NULL, 256 * MIB, 32 * MIB, 64L * 1024 * MIB,
		offsetof(struct config, in_flight_bytes)},
	{"office_in_flight_bytes", false, NULL, 128 * MIB, 32 * MIB, 64L * 1024 * MIB,
		offsetof(struct config, office_in_flight_bytes)},
	{"drain_seconds", false, NULL, 20, 1, 600, offsetof(struct config, drain_seconds)},
};

static char **text_of(struct config *config, const struct key *key)
{
	return (char **)(void *)((char *)config + key->offset);
}

static long *number_of(struct config *config, const struct key *key)
{
	return (long *)(void *)((char *)config + key->offset);
}

static char *copy(const char *text)
{
	char *made = strdup(text);

	LANTIK_ASSERT(made);
	return made;
}

/* `$NAME/rest` with the environment's value; the name alone when it is not set. */
static char *expand(const char *text)
{
	const char *slash = strchr(text, '/');
	char name[64];
	char *expanded;

	if (text[0] != '$' || !slash || (size_t)(slash - text) > sizeof name)
		return copy(text);
	memcpy(name, text + 1, (size_t)(slash - text - 1));
	name[slash - text - 1] = '\0';
	const char *value = getenv(name);
	if (!value)
		return copy("");
	LANTIK_ASSERT(asprintf(&expanded, "%s%s", value, slash[1] ? slash : "") >= 0);
	return expanded;
}

static void defaults(struct config *ret)
{
	for (size_t i = 0; i < LANTIK_COUNT(keys); i++)
		if (keys[i].is_text)
			*text_of(ret, &keys[i]) = expand(keys[i].text);
		else
			*number_of(ret, &keys[i]) = keys[i].number;
}

/* libconfuse lets the last of two equal keys win in silence and knows no ranges: it calls this after each value, while
 * it still knows file and line. */
static bool seen[LANTIK_COUNT(keys)];

static int check_value(cfg_t *cfg, cfg_opt_t *opt)
{
	size_t i = 0;

	while (strcmp(keys[i].name, cfg_opt_name(opt)) != 0)
		i++;
	if (seen[i]) {
		cfg_error(cfg, "'%s' is given twice", keys[i].name);
		return -1;
	}
	seen[i] = true;
	if (keys[i].offset == offsetof(struct config, listen) && strncmp(cfg_opt_getnstr(opt, 0), "tcp://", 6) != 0) {
		cfg_error(cfg, "'listen' is not an endpoint; expected tcp://ADDRESS:PORT");
		return -1;
	}
	long value = keys[i].is_text ? 0 : cfg_opt_getnint(opt, 0);
	if (keys[i].is_text || (value >= keys[i].least && value <= keys[i].most))
		return 0;
	cfg_error(cfg, "'%s' is %ld; expected %ld to %ld", keys[i].name, value, keys[i].least, keys[i].most);
	return -1;
}

static void take_all(cfg_t *cfg, struct config *ret)
{
	for (size_t i = 0; i < LANTIK_COUNT(keys); i++) {
		if (!cfg_size(cfg, keys[i].name))
			continue;
		if (!keys[i].is_text) {
			*number_of(ret, &keys[i]) = cfg_getint(cfg, keys[i].name);
			continue;
		}
		free(*text_of(ret, &keys[i]));
		*text_of(ret, &keys[i]) = copy(cfg_getstr(cfg, keys[i].name));
	}
}

static bool read_file(const char *path, struct config *ret)
{
	cfg_opt_t options[LANTIK_COUNT(keys) + 1];
	cfg_opt_t end = CFG_END();

	for (size_t i = 0; i < LANTIK_COUNT(keys); i++) {
		cfg_opt_t text = CFG_STR(keys[i].name, NULL, CFGF_NODEFAULT);
		cfg_opt_t number = CFG_INT(keys[i].name, 0, CFGF_NODEFAULT);
		options[i] = keys[i].is_text ? text : number;
	}
	options[LANTIK_COUNT(keys)] = end;
	cfg_t *cfg = cfg_init(options, CFGF_NONE);
	LANTIK_ASSERT(cfg);
	memset(seen, 0, sizeof seen);
	for (size_t i = 0; i < LANTIK_COUNT(keys); i++)
		cfg_set_validate_func(cfg, keys[i].name, check_value);
	int outcome = cfg_parse(cfg, path);
	if (outcome == CFG_FILE_ERROR)
		fprintf(stderr, "%s: could not read: %s\n", path, strerror(errno));
	if (outcome == CFG_SUCCESS)
		take_all(cfg, ret);
	cfg_free(cfg);
	return outcome == CFG_SUCCESS;
}

static bool complete(const struct config *config)
{
	if (config->state_directory[0] && config->curve_key_file[0] && config->receipt_key_file[0])
		return true;
	fprintf(stderr,
		"lantikd: state_directory, curve_key_file and receipt_key_file must be set when systemd does not "
		"give STATE_DIRECTORY and CREDENTIALS_DIRECTORY\n");
	return false;
}

/* Beside the bodies: a thread's rows of the largest batch and the tuples of its groups, and everything else. */
#define THREAD_BYTES (32 * MIB)
#define REST_BYTES (64 * MIB)

long config_own_bytes(const struct config *config)
{
	return (config->workers + 1) * THREAD_BYTES + REST_BYTES;
}

/* Budgets that do not fit each other or the memory would be found out by the kernel, in the midst of a busy day. */
static bool budgets_fit(const struct config *config)
{
	long memory = (long)memory_limit(), rest = config_own_bytes(config);

	if (config->office_in_flight_bytes > config->in_flight_bytes) {
		fprintf(stderr,
			"lantikd: office_in_flight_bytes is %ld, more than in_flight_bytes, %ld, which is of all "
			"offices together; set it to %ld or less, half of it, or raise in_flight_bytes\n",
			config->office_in_flight_bytes, config->in_flight_bytes, config->in_flight_bytes / 2);
		return false;
	}
	if (config->in_flight_bytes + rest <= memory)
		return true;
	fprintf(stderr,
		"lantikd: in_flight_bytes is %ld, and %ld workers need about %ld more: that does not fit into the "
		"memory "
		"that lantikd may use, %ld bytes; ",
		config->in_flight_bytes, config->workers, rest, memory);
	if (memory - rest >= 2 * (long)LANTIK_MAX_BODY)
		fprintf(stderr,
			"set in_flight_bytes to %ld or less, or give it more memory (MemoryHigh= of the unit)\n",
			(memory - rest) / MIB * MIB);
	else
		fprintf(stderr, "set workers lower, or give it more memory (MemoryHigh= of the unit)\n");
	return false;
}

bool config_load(const char *path, struct config *ret)
{
	struct config config = {0};

	defaults(&config);
	if ((path && !read_file(path, &config)) || !complete(&config) || !budgets_fit(&config)) {
		config_free(&config);
		return false;
	}
	*ret = config;
	return true;
}

void config_print(const struct config *config)
{
	struct config copy = *config;

	for (size_t i = 0; i < LANTIK_COUNT(keys); i++)
		if (keys[i].is_text)
			printf("%s = '%s'\n", keys[i].name, *text_of(&copy, &keys[i]));
		else
			printf("%s = %ld\n", keys[i].name, *number_of(&copy, &keys[i]));
}

void config_free(struct config *config)
{
	for (size_t i = 0; i < LANTIK_COUNT(keys); i++)
		if (keys[i].is_text)
			free(*text_of(config, &keys[i]));
	memset(config, 0, sizeof *config);
}
