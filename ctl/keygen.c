/* lantikctl keygen: the daemon's CURVE key, the key that signs receipts, and the recovery key, which stays offline.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ctl.h"
#include "key_files.h"
#include "lantik/trust.h"

enum { CURVE_KEY, CURVE_PUB, RECEIPT_KEY, RECEIPT_VKEY, RECOVERY_KEY, RECOVERY_VKEY, FILES };

static void make_curve(const char *directory, struct key_file *files)
{
	uint8_t public[LANTIK_PUBLIC_KEY], secret[LANTIK_SEED];
	char text[41];
	files[0] = (struct key_file){.directory = directory, .name = "lantikd.curve.key", .mode = 0600};
	files[1] = (struct key_file){.directory = directory, .name = "lantikd.curve.pub", .mode = 0644};
	lantik_curve_keypair(public, secret);
	lantik_z85_encode(secret, text);
	lantik_buffer_printf(&files[0].content, "%s\n", text);
	lantik_wipe(text, sizeof text);
	lantik_z85_encode(public, text);
	lantik_buffer_printf(&files[1].content, "%s\n", text);
	lantik_wipe(secret, sizeof secret);
}

static bool make_signer(const char *name, const char *directory, const char *file, struct key_file *files)
{
	struct lantik_skey key;
	bool good = key_make(name, &key);
	if (good)
		key_files_of(&key, directory, file, files);
	lantik_wipe(&key, sizeof key);
	return good;
}

static bool make_all(const char *origin, const char *directory, const char *recovery, struct key_file files[FILES])
{
	char name[LANTIK_MAX_ORIGIN + 1];
	if (!lantik_recovery_name(origin, name))
		return false;
	if (directory) {
		make_curve(directory, &files[CURVE_KEY]);
		if (!make_signer(origin, directory, "receipt", &files[RECEIPT_KEY]))
			return false;
	}
	return !recovery || make_signer(name, recovery, "recovery", &files[RECOVERY_KEY]);
}

static void tell_daemon(struct lantik_cli *cli, const char *directory, const struct key_file *files)
{
	struct lantik_span curve = key_file_line(&files[CURVE_PUB]), receipt = key_file_line(&files[RECEIPT_VKEY]);
	lantik_say(cli, "keys written to %s", "kunci ditulis ke %s", directory);
	lantik_say(cli, "  server key   %.*s", "  kunci server        %.*s", (int)curve.len, (const char *)curve.data);
	lantik_say(
		cli, "  receipt key  %.*s", "  kunci tanda terima  %.*s", (int)receipt.len, (const char *)receipt.data);
	lantik_say(cli, "Give these two to every office; keep the files that end in .key secret.",
		"Beri keduanya kepada setiap kantor; rahasiakan berkas berakhiran .key.");
}

static void tell_recovery(struct lantik_cli *cli, const char *directory, const struct key_file *files)
{
	struct lantik_span line = key_file_line(&files[RECOVERY_VKEY]);
	lantik_say(cli, "recovery key written to %s", "kunci pemulihan ditulis ke %s", directory);
	lantik_say(cli, "  recovery key %.*s", "  kunci pemulihan     %.*s", (int)line.len, (const char *)line.data);
	lantik_say(cli,
		"Put this line into lantikd.conf as recovery_key and give it to every office. Take recovery.key off "
		"this "
		"machine, onto two media in two safes: whoever holds it can name other receipt keys.",
		"Tulis baris ini sebagai recovery_key di lantikd.conf dan beri kepada setiap kantor. Pindahkan "
		"recovery.key dari komputer ini ke dua media di dua brankas: pemegangnya dapat menetapkan kunci tanda "
		"terima lain.");
}

static void tell(struct lantik_cli *cli, const char *directory, const char *recovery, const struct key_file *files)
{
	if (directory)
		tell_daemon(cli, directory, files);
	if (recovery)
		tell_recovery(cli, recovery, files);
	else
		lantik_remark(cli,
			"no recovery key was made: without one no receipt key can be replaced and no fork ended "
			"(--recovery-directory)",
			"kunci pemulihan tidak dibuat: tanpa kunci itu kunci tanda terima tidak dapat diganti dan "
			"cabang "
			"buku besar tidak dapat diakhiri (--recovery-directory)");
	lantik_json_open(cli, "keys");
	lantik_json_text(cli, "directory", directory);
	if (directory) {
		lantik_json_span(cli, "server_key", key_file_line(&files[CURVE_PUB]));
		lantik_json_span(cli, "receipt_key", key_file_line(&files[RECEIPT_VKEY]));
	}
	lantik_json_text(cli, "recovery_directory", recovery);
	if (recovery)
		lantik_json_span(cli, "recovery_key", key_file_line(&files[RECOVERY_VKEY]));
	lantik_json_close(cli);
}

int ctl_keygen(struct lantik_cli *cli)
{
	struct key_file files[FILES] = {0};
	const char *directory = lantik_option_text(cli, "directory"), *origin = lantik_option_text(cli, "origin");
	const char *recovery = lantik_option_text(cli, "recovery-directory");
	int exit_code = LANTIK_EXIT_OK;
	if ((!directory && !recovery) || (directory && !*directory) || (recovery && !*recovery) || !origin)
		return lantik_fail(cli, 560, LANTIK_EXIT_USAGE,
			"--origin and --directory are needed, or --recovery-directory, or both folders",
			"--origin dan --directory diperlukan, atau --recovery-directory, atau kedua folder");
	if (!make_all(origin, directory, recovery, files))
		exit_code = lantik_fail(cli, 512, LANTIK_EXIT_USAGE,
			"--origin: expected a name of at most 110 characters without blanks, controls and `+`",
			"--origin: seharusnya nama paling banyak 110 karakter tanpa spasi, karakter kendali, dan `+`");
	if (!exit_code)
		exit_code = key_files_write(cli, files, FILES);
	if (!exit_code)
		tell(cli, directory, recovery, files);
	key_files_free(files, FILES);
	return exit_code;
}
