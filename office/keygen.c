/* `lantik keygen`: the office's two keys, made once; with --next and --switch those that take their place.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "keys.h"
#include "office.h"

static int refuse_overwriting(struct lantik_cli *cli, const struct lantik_home *home)
{
	for (size_t i = 0; i < LANTIK_KEY_FILES; i++)
		if (lantik_home_holds(home, lantik_key_files[i]))
			return lantik_fail(cli, 60, LANTIK_EXIT_FAILED,
				"%s/%s exists already; nothing was changed\n"
				"keys that shall take its place: lantik keygen --next; keys of another office need "
				"another "
				"folder (--home)",
				"%s/%s sudah ada; tidak ada yang diubah\n"
				"untuk kunci pengganti: lantik keygen --next; kunci kantor lain memerlukan folder lain "
				"(--home)",
				home->folder, lantik_key_files[i]);
	return LANTIK_EXIT_OK;
}

static void say_done(
	struct lantik_cli *cli, const struct lantik_home *home, const char *name, const struct lantik_public_keys *keys)
{
	lantik_say(cli, "Keys of %s are in %s. Keep curve.key and sign.key secret, and keep a copy.\n",
		"Kunci %s ada di %s. Rahasiakan curve.key dan sign.key, dan simpan salinannya.\n", name, home->folder);
	lantik_say(cli, "Send this line to the operator at the centre, who fills in the regional office:\n",
		"Kirim baris ini kepada operator di pusat, yang mengisi Kantor Regional:\n");
	lantik_say(cli, "  lantikctl office add %s --kanreg NN --curve-key '%s' --signing-key '%s'",
		"  lantikctl office add %s --kanreg NN --curve-key '%s' --signing-key '%s'", name, keys->curve,
		keys->sign);
	lantik_say(cli,
		"\nNext: lantik init --endpoint tcp://HOST:PORT --server-key KEY --receipt-key KEY --recovery-key KEY",
		"\nBerikutnya: lantik init --endpoint tcp://HOST:PORT --server-key KUNCI --receipt-key KUNCI "
		"--recovery-key KUNCI");
	lantik_json_open(cli, "result");
	lantik_json_text(cli, "office", name);
	lantik_json_text(cli, "folder", home->folder);
	lantik_json_text(cli, "curve_key", keys->curve);
	lantik_json_text(cli, "signing_key", keys->sign);
	lantik_json_close(cli);
}

static int make_first(struct lantik_cli *cli, struct lantik_home *home, const char *name)
{
	struct lantik_public_keys keys;
	int code = lantik_keys_make(cli, home, NULL, name, &keys);
	if (code == LANTIK_EXIT_OK) {
		snprintf(home->settings[LANTIK_SETTING_OFFICE], LANTIK_MAX_SETTING, "%s", name);
		code = lantik_home_save(cli, home);
	}
	if (code == LANTIK_EXIT_OK)
		say_done(cli, home, name, &keys);
	return code;
}

static int keygen_first(struct lantik_cli *cli, struct lantik_home *home)
{
	const char *name = lantik_option_text(cli, "name");
	if (!name)
		name = home->settings[LANTIK_SETTING_OFFICE];
	if (!*name)
		return lantik_fail(cli, 61, LANTIK_EXIT_USAGE,
			"the office needs a name\ngive one with --name, for example kanreg-03",
			"kantor memerlukan nama\nberikan dengan --name, misalnya kanreg-03");
	int code = lantik_setting_check(cli, LANTIK_SETTING_OFFICE, name);
	if (code == LANTIK_EXIT_OK)
		code = refuse_overwriting(cli, home);
	return code == LANTIK_EXIT_OK ? make_first(cli, home, name) : code;
}

int lantik_keygen_main(struct lantik_cli *cli)
{
	struct lantik_home home;
	bool next = lantik_option_given(cli, "next"), change = lantik_option_given(cli, "switch");
	if ((next && change) || ((next || change) && lantik_option_given(cli, "name")))
		return lantik_fail(cli, 186, LANTIK_EXIT_USAGE, "--name, --next and --switch do not go together",
			"--name, --next, dan --switch tidak dapat dipakai bersama");
	int code = lantik_home_open(cli, &home);
	if (code != LANTIK_EXIT_OK)
		return code;
	if (next)
		return lantik_keygen_next(cli, &home);
	return change ? lantik_keygen_switch(cli, &home) : keygen_first(cli, &home);
}
