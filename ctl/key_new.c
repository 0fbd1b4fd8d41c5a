/* lantikctl key new-receipt and new-auditor: the next key that signs receipts, and the key of an auditor who cosigns.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ctl.h"
#include "key_files.h"

static int need(struct lantik_cli *cli, const char *name, const char *option)
{
	const char *directory = lantik_option_text(cli, "directory");
	if (name && directory && *directory)
		return LANTIK_EXIT_OK;
	return lantik_fail(cli, 650, LANTIK_EXIT_USAGE, "--directory and --%s are needed",
		"--directory dan --%s diperlukan", option);
}

static int bad_name(struct lantik_cli *cli, const char *option)
{
	return lantik_fail(cli, 651, LANTIK_EXIT_USAGE,
		"--%s: expected a name of at most 128 characters without blanks, controls and `+`",
		"--%s: seharusnya nama paling banyak 128 karakter tanpa spasi, karakter kendali, dan `+`", option);
}

static void tell(struct lantik_cli *cli, const struct key_file *files, const char *english, const char *indonesian)
{
	struct lantik_span line = key_file_line(&files[1]);
	lantik_say(cli, "%s, %s", "%s, %s", files[0].path, files[1].path);
	lantik_say(cli, "  %.*s", "  %.*s", (int)line.len, (const char *)line.data);
	lantik_say(cli, "%s", "%s", lantik_cli_pick(cli, english, indonesian));
	lantik_json_open(cli, "keys");
	lantik_json_text(cli, "secret", files[0].path);
	lantik_json_text(cli, "public", files[1].path);
	lantik_json_span(cli, "key", line);
	lantik_json_close(cli);
}

int ctl_key_new_receipt(struct lantik_cli *cli)
{
	const char *origin = lantik_option_text(cli, "origin");
	struct key_file files[2] = {0};
	struct lantik_skey key;
	char name[32], id[9];
	int exit_code = need(cli, origin, "origin");
	if (exit_code)
		return exit_code;
	if (!key_make(origin, &key))
		return bad_name(cli, "origin");
	/* Several lie in one folder. */
	lantik_hex_encode(key.vkey.id, sizeof key.vkey.id, id);
	snprintf(name, sizeof name, "receipt-%s", id);
	key_files_of(&key, lantik_option_text(cli, "directory"), name, files);
	lantik_wipe(&key, sizeof key);
	exit_code = key_files_write(cli, files, 2);
	if (!exit_code)
		tell(cli, files,
			"It signs nothing yet: name the .key file as next_receipt_key_file in lantikd.conf of every "
			"daemon, "
			"start them again, then `lantikctl key add`.",
			"Kunci ini belum menandatangani apa pun: sebut berkas .key sebagai next_receipt_key_file di "
			"lantikd.conf setiap daemon, jalankan ulang, lalu `lantikctl key add`.");
	key_files_free(files, 2);
	return exit_code;
}

/* Cosignatures have a key type of their own (C2SP tlog-cosignature), which the public half names. */
int ctl_key_new_auditor(struct lantik_cli *cli)
{
	const char *name = lantik_option_text(cli, "name");
	struct key_file files[2] = {0};
	struct lantik_cosigner cosigner;
	struct lantik_skey key;
	int exit_code = need(cli, name, "name");
	if (exit_code)
		return exit_code;
	if (!key_make(name, &key))
		return bad_name(cli, "name");
	key_files_of(&key, lantik_option_text(cli, "directory"), "auditor", files);
	lantik_cosigner_of(&key.vkey, &cosigner);
	lantik_wipe(&key, sizeof key);
	lantik_buffer_reset(&files[1].content);
	lantik_cosigner_format(&cosigner, &files[1].content);
	lantik_buffer_append(&files[1].content, "\n", 1);
	exit_code = key_files_write(cli, files, 2);
	if (!exit_code)
		tell(cli, files,
			"Publish this line: whoever holds it can see that the auditor saw a checkpoint. Keep the .key "
			"file on "
			"the auditor's own machine.",
			"Umumkan baris ini: pemegangnya dapat melihat bahwa auditor telah melihat suatu titik periksa. "
			"Simpan "
			"berkas .key di komputer auditor sendiri.");
	key_files_free(files, 2);
	return exit_code;
}
