/* Makes, reads and names the office's keys.
 * SPDX-License-Identifier: Apache-2.0 */
#include "keys.h"

#include <string.h>

const char *const lantik_key_files[LANTIK_KEY_FILES] = {"curve.pub", "curve.key", "sign.vkey", "sign.key"};
static const unsigned modes[LANTIK_KEY_FILES] = {0644, 0600, 0644, 0600};

const char *lantik_key_name(const char *folder, const char *file, char *ret)
{
	int length = snprintf(ret, 64, "%s%s%s", folder ? folder : "", folder ? "/" : "", file);
	LANTIK_ASSERT(length > 0 && length < 64);
	return ret;
}

unsigned lantik_keys_held(const struct lantik_home *home, const char *folder)
{
	char name[64];
	unsigned held = 0;
	for (size_t i = 0; i < LANTIK_KEY_FILES; i++)
		held += lantik_home_holds(home, lantik_key_name(folder, lantik_key_files[i], name));
	return held;
}

static void make_curve(struct lantik_buffer *ret_public, struct lantik_buffer *ret_secret)
{
	uint8_t public_key[LANTIK_PUBLIC_KEY], secret[LANTIK_SEED];
	char text[LANTIK_Z85_KEY + 1];
	lantik_curve_keypair(public_key, secret);
	lantik_z85_encode(public_key, text);
	lantik_buffer_printf(ret_public, "%s\n", text);
	lantik_z85_encode(secret, text);
	lantik_buffer_printf(ret_secret, "%s\n", text);
	lantik_wipe(secret, sizeof secret);
	lantik_wipe(text, sizeof text);
}

static void make_signing(const char *name, struct lantik_buffer *ret_public, struct lantik_buffer *ret_secret)
{
	uint8_t seed[LANTIK_SEED];
	struct lantik_skey key;
	lantik_random(seed, sizeof seed);
	LANTIK_ASSERT(lantik_skey_make(name, seed, &key) == LANTIK_OK); /* the name was checked */
	lantik_vkey_format(&key.vkey, ret_public);
	lantik_buffer_append(ret_public, "\n", 1);
	lantik_skey_format(&key, ret_secret);
	lantik_buffer_append(ret_secret, "\n", 1);
	lantik_wipe(seed, sizeof seed);
	lantik_wipe(&key, sizeof key);
}

static int write_all(struct lantik_cli *cli, const struct lantik_home *home, const char *folder,
	const struct lantik_buffer texts[LANTIK_KEY_FILES])
{
	char name[64], path[LANTIK_MAX_PATH];
	int code = LANTIK_EXIT_OK;
	enum lantik_error ignored = folder ? lantik_folder_make(lantik_home_path(home, folder, path), 0700) : LANTIK_OK;
	(void)ignored; /* writing into it tells */
	for (size_t i = 0; i < LANTIK_KEY_FILES && code == LANTIK_EXIT_OK; i++) {
		LANTIK_ASSERT(!texts[i].error);
		code = lantik_home_write(cli, home, lantik_key_name(folder, lantik_key_files[i], name), modes[i],
			lantik_buffer_span(&texts[i]));
	}
	return code;
}

static void take_line(const struct lantik_buffer *text, char *ret, size_t room)
{
	snprintf(ret, room, "%.*s", (int)text->len, text->data ? (const char *)text->data : "");
	ret[strcspn(ret, "\r\n")] = '\0';
}

int lantik_keys_make(struct lantik_cli *cli, const struct lantik_home *home, const char *folder, const char *name,
	struct lantik_public_keys *ret)
{
	struct lantik_buffer texts[LANTIK_KEY_FILES] = {{0}};
	make_curve(&texts[0], &texts[1]);
	make_signing(name, &texts[2], &texts[3]);
	int code = write_all(cli, home, folder, texts);
	take_line(&texts[0], ret->curve, sizeof ret->curve);
	take_line(&texts[2], ret->sign, sizeof ret->sign);
	for (size_t i = 0; i < LANTIK_KEY_FILES; i++) {
		lantik_wipe(texts[i].data, texts[i].len);
		lantik_buffer_free(&texts[i]);
	}
	return code;
}

static int read_line(struct lantik_cli *cli, const struct lantik_home *home, const char *folder, const char *file,
	char *ret, size_t room)
{
	char name[64];
	struct lantik_buffer text = {0};
	int code = lantik_home_read(cli, home, lantik_key_name(folder, file, name), &text);
	if (code == LANTIK_EXIT_OK)
		take_line(&text, ret, room);
	lantik_buffer_free(&text);
	return code;
}

int lantik_keys_read(
	struct lantik_cli *cli, const struct lantik_home *home, const char *folder, struct lantik_public_keys *ret)
{
	int code = read_line(cli, home, folder, "curve.pub", ret->curve, sizeof ret->curve);
	return code == LANTIK_EXIT_OK ? read_line(cli, home, folder, "sign.vkey", ret->sign, sizeof ret->sign) : code;
}
