/* `lantik keygen`: the office's two keys, made once.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "home.h"
#include "office.h"

static int refuse_overwriting(struct lantik_cli *cli, const struct lantik_home *home)
{
	static const char *const files[] = {"curve.key", "curve.pub", "sign.key", "sign.vkey"};
	for (size_t i = 0; i < LANTIK_COUNT(files); i++)
		if (lantik_home_holds(home, files[i]))
			return lantik_fail(cli, 60, LANTIK_EXIT_FAILED,
				"%s/%s exists already; nothing was changed\na new key needs a new folder (--home), and "
				"the centre must be told",
				"%s/%s sudah ada; tidak ada yang diubah\nkunci baru memerlukan folder baru (--home), "
				"dan pusat harus diberi tahu",
				home->folder, files[i]);
	return LANTIK_EXIT_OK;
}

static int write_line(struct lantik_cli *cli, const struct lantik_home *home, const char *name, unsigned mode,
	struct lantik_buffer *text)
{
	lantik_buffer_append(text, "\n", 1);
	LANTIK_ASSERT(!text->error);
	int code = lantik_home_write(cli, home, name, mode, lantik_buffer_span(text));
	lantik_wipe(text->data, text->len);
	lantik_buffer_free(text);
	return code;
}

/* Public halves are written first: a folder that lacks a secret half is visibly incomplete. */
static int make_curve(struct lantik_cli *cli, const struct lantik_home *home, char ret_public[LANTIK_Z85_KEY + 1])
{
	uint8_t public_key[LANTIK_PUBLIC_KEY], secret[LANTIK_SEED];
	char text[LANTIK_Z85_KEY + 1];
	struct lantik_buffer public_line = {0}, secret_line = {0};
	lantik_curve_keypair(public_key, secret);
	lantik_z85_encode(public_key, ret_public);
	lantik_z85_encode(secret, text);
	lantik_buffer_append(&public_line, ret_public, LANTIK_Z85_KEY);
	lantik_buffer_append(&secret_line, text, LANTIK_Z85_KEY);
	lantik_wipe(secret, sizeof secret);
	lantik_wipe(text, sizeof text);
	int code = write_line(cli, home, "curve.pub", 0644, &public_line);
	if (code == LANTIK_EXIT_OK)
		return write_line(cli, home, "curve.key", 0600, &secret_line);
	lantik_wipe(secret_line.data, secret_line.len);
	lantik_buffer_free(&secret_line);
	return code;
}

static int make_signing(
	struct lantik_cli *cli, const struct lantik_home *home, const char *name, struct lantik_buffer *ret_vkey)
{
	uint8_t seed[LANTIK_SEED];
	struct lantik_skey key;
	struct lantik_buffer public_line = {0}, secret_line = {0};
	lantik_random(seed, sizeof seed);
	LANTIK_ASSERT(lantik_skey_make(name, seed, &key) == LANTIK_OK); /* the name was checked */
	lantik_skey_format(&key, &secret_line);
	lantik_vkey_format(&key.vkey, &public_line);
	lantik_buffer_append_span(ret_vkey, lantik_buffer_span(&public_line));
	lantik_buffer_append(ret_vkey, "", 1);
	lantik_wipe(seed, sizeof seed);
	lantik_wipe(&key, sizeof key);
	int code = write_line(cli, home, "sign.vkey", 0644, &public_line);
	if (code == LANTIK_EXIT_OK)
		return write_line(cli, home, "sign.key", 0600, &secret_line);
	lantik_wipe(secret_line.data, secret_line.len);
	lantik_buffer_free(&secret_line);
	return code;
}

static void say_done(
	struct lantik_cli *cli, const struct lantik_home *home, const char *name, const char *curve, const char *vkey)
{
	lantik_say(cli, "Keys of %s are in %s. Keep curve.key and sign.key secret, and keep a copy.\n",
		"Kunci %s ada di %s. Rahasiakan curve.key dan sign.key, dan simpan salinannya.\n", name, home->folder);
	lantik_say(cli, "Send this line to the operator at the centre, who fills in the regional office:\n",
		"Kirim baris ini kepada operator di pusat, yang mengisi Kantor Regional:\n");
	lantik_say(cli, "  lantikctl office add %s --kanreg NN --curve-key '%s' --signing-key '%s'",
		"  lantikctl office add %s --kanreg NN --curve-key '%s' --signing-key '%s'", name, curve, vkey);
	lantik_say(cli, "\nNext: lantik init --endpoint tcp://HOST:PORT --server-key KEY --receipt-key KEY",
		"\nBerikutnya: lantik init --endpoint tcp://HOST:PORT --server-key KUNCI --receipt-key KUNCI");
	lantik_json_open(cli, "result");
	lantik_json_text(cli, "office", name);
	lantik_json_text(cli, "folder", home->folder);
	lantik_json_text(cli, "curve_key", curve);
	lantik_json_text(cli, "signing_key", vkey);
	lantik_json_close(cli);
}

static int make_keys(struct lantik_cli *cli, struct lantik_home *home, const char *name)
{
	char curve[LANTIK_Z85_KEY + 1];
	struct lantik_buffer vkey = {0};
	int code = make_curve(cli, home, curve);
	if (code == LANTIK_EXIT_OK)
		code = make_signing(cli, home, name, &vkey);
	if (code == LANTIK_EXIT_OK) {
		snprintf(home->settings[LANTIK_SETTING_OFFICE], LANTIK_MAX_SETTING, "%s", name);
		code = lantik_home_save(cli, home);
	}
	if (code == LANTIK_EXIT_OK)
		say_done(cli, home, name, curve, (const char *)vkey.data);
	lantik_buffer_free(&vkey);
	return code;
}

int lantik_keygen_main(struct lantik_cli *cli)
{
	struct lantik_home home;
	int code = lantik_home_open(cli, &home);
	if (code != LANTIK_EXIT_OK)
		return code;
	const char *name = lantik_option_text(cli, "name");
	if (!name)
		name = home.settings[LANTIK_SETTING_OFFICE];
	if (!*name)
		return lantik_fail(cli, 61, LANTIK_EXIT_USAGE,
			"the office needs a name\ngive one with --name, for example kanreg-03",
			"kantor memerlukan nama\nberikan dengan --name, misalnya kanreg-03");
	code = lantik_setting_check(cli, LANTIK_SETTING_OFFICE, name);
	if (code == LANTIK_EXIT_OK)
		code = refuse_overwriting(cli, &home);
	return code == LANTIK_EXIT_OK ? make_keys(cli, &home, name) : code;
}
