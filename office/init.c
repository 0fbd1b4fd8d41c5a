/* `lantik init` and `lantik config`: where the centre is and which keys it has.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "home.h"
#include "office.h"

/* A key may be given itself or as a file that holds it. */
static int read_value(
	struct lantik_cli *cli, enum lantik_setting setting, const char *given, char ret[LANTIK_MAX_SETTING])
{
	struct lantik_buffer text = {0};
	bool may_be_file = setting == LANTIK_SETTING_SERVER_KEY || setting == LANTIK_SETTING_RECEIPT_KEY ||
			   setting == LANTIK_SETTING_RECOVERY_KEY;
	enum lantik_error error =
		may_be_file ? lantik_file_read(given, LANTIK_MAX_SETTING - 1, &text) : LANTIK_E_NOT_FOUND;
	if (error == LANTIK_OK)
		snprintf(ret, LANTIK_MAX_SETTING, "%.*s", (int)text.len, text.data ? (const char *)text.data : "");
	else
		snprintf(ret, LANTIK_MAX_SETTING, "%s", given);
	ret[strcspn(ret, "\r\n")] = '\0';
	lantik_buffer_free(&text);
	if (strlen(given) >= LANTIK_MAX_SETTING && error != LANTIK_OK)
		ret[0] = '\0'; /* too long: the check says so */
	return lantik_setting_check(cli, setting, ret);
}

static void say_change(struct lantik_cli *cli, enum lantik_setting setting, const char *old, const char *new)
{
	const char *name = lantik_setting_name(setting);
	if (strcmp(old, new) == 0)
		lantik_say(cli, "%s: %s (unchanged)", "%s: %s (tetap)", name, new);
	else
		lantik_say(cli, "%s: %s -> %s", "%s: %s -> %s", name,
			*old ? old : lantik_cli_pick(cli, "(not set)", "(belum diatur)"), new);
	lantik_json_open(cli, "result");
	lantik_json_text(cli, "name", name);
	lantik_json_text(cli, "old", *old ? old : NULL);
	lantik_json_text(cli, "value", new);
	lantik_json_close(cli);
}

static int change(struct lantik_cli *cli, struct lantik_home *home, enum lantik_setting setting, const char *given)
{
	char value[LANTIK_MAX_SETTING];
	int code = read_value(cli, setting, given, value);
	if (code != LANTIK_EXIT_OK)
		return code;
	say_change(cli, setting, home->settings[setting], value);
	memcpy(home->settings[setting], value, sizeof value);
	return LANTIK_EXIT_OK;
}

/* Without a recovery key all works until the centre changes its receipt key or loses a part of its ledger. */
static void remark_recovery(struct lantik_cli *cli, const struct lantik_home *home)
{
	if (!home->settings[LANTIK_SETTING_RECOVERY_KEY][0])
		lantik_remark(cli,
			"recovery_key is not set: a change of the centre's receipt key cannot be proved here; ask the "
			"operator for it, then: lantik config recovery_key=KEY",
			"recovery_key belum diatur: pergantian kunci tanda terima pusat tidak dapat dibuktikan di "
			"sini; minta kepada operator, lalu: lantik config recovery_key=KUNCI");
}

static int need_all(struct lantik_cli *cli, const struct lantik_home *home)
{
	for (int i = 0; i < LANTIK_SETTING_COUNT; i++) {
		int code = i == LANTIK_SETTING_RECOVERY_KEY ? LANTIK_EXIT_OK
							    : lantik_home_need(cli, home, (enum lantik_setting)i);
		if (code != LANTIK_EXIT_OK)
			return code;
	}
	return lantik_home_keys_fit(cli, home);
}

int lantik_init_main(struct lantik_cli *cli)
{
	static const char *const options[] = {"endpoint", "server-key", "receipt-key", "recovery-key", "office"};
	struct lantik_home home;
	int code = lantik_home_open(cli, &home);
	for (int i = 0; code == LANTIK_EXIT_OK && i < LANTIK_SETTING_COUNT; i++) {
		const char *given = lantik_option_text(cli, options[i]);
		if (given)
			code = change(cli, &home, (enum lantik_setting)i, given);
	}
	if (code == LANTIK_EXIT_OK)
		code = need_all(cli, &home);
	if (code == LANTIK_EXIT_OK)
		code = lantik_home_save(cli, &home);
	if (code == LANTIK_EXIT_OK) {
		remark_recovery(cli, &home);
		lantik_say(cli, "Next: lantik sync", "Berikutnya: lantik sync");
	}
	return code;
}

static int change_pair(struct lantik_cli *cli, struct lantik_home *home, const char *argument)
{
	const char *equals = strchr(argument, '=');
	struct lantik_span name = {(const uint8_t *)argument, equals ? (size_t)(equals - argument) : 0};
	enum lantik_setting setting = lantik_setting_find(name);
	if (!equals || setting == LANTIK_SETTING_COUNT)
		return lantik_fail(cli, 62, LANTIK_EXIT_USAGE,
			"`%s` is no NAME=VALUE of endpoint, server_key, receipt_key, recovery_key or office",
			"`%s` bukan NAMA=NILAI dari endpoint, server_key, receipt_key, recovery_key atau office",
			argument);
	return change(cli, home, setting, equals + 1);
}

static int show_settings(struct lantik_cli *cli, const struct lantik_home *home)
{
	static const struct lantik_column columns[] = {
		{"name", {"SETTING", "SETELAN"}, false}, {"value", {"VALUE", "NILAI"}, false}};
	struct lantik_listing *listing = lantik_listing_new(cli, columns, LANTIK_COUNT(columns));
	lantik_listing_text(listing, "home");
	lantik_listing_text(listing, home->folder);
	for (int i = 0; i < LANTIK_SETTING_COUNT; i++) {
		lantik_listing_text(listing, lantik_setting_name((enum lantik_setting)i));
		lantik_listing_text(listing, home->settings[i][0] ? home->settings[i] : NULL);
	}
	lantik_listing_print(&listing);
	return LANTIK_EXIT_OK;
}

int lantik_config_main(struct lantik_cli *cli)
{
	struct lantik_home home;
	int code = lantik_home_open(cli, &home);
	if (code == LANTIK_EXIT_OK && lantik_argument_count(cli) == 0)
		return show_settings(cli, &home);
	for (unsigned i = 0; code == LANTIK_EXIT_OK && i < lantik_argument_count(cli); i++)
		code = change_pair(cli, &home, lantik_argument(cli, i));
	if (code == LANTIK_EXIT_OK)
		code = lantik_home_keys_fit(cli, &home);
	return code == LANTIK_EXIT_OK ? lantik_home_save(cli, &home) : code;
}
