/* Keeps the deeds of the centre and makes the office's trust of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "deeds.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "forks.h"
#include "lost.h"

/* HOME/deeds/0001-leaf-20: in the order in which they were taken, which is the order in which they must be applied. */
#define DEEDS_FOLDER "deeds"
#define MAX_DEEDS 999u
#define MAX_NAME 64u

struct names {
	char items[MAX_DEEDS][MAX_NAME];
	size_t count;
};

enum lantik_error lantik_deed_receipt_parse(struct lantik_span text, struct lantik_deed_receipt *ret)
{
	struct lantik_deed_receipt deed = {0};
	enum lantik_error error = lantik_receipt_parse(text, &deed.receipt);
	if (error != LANTIK_OK)
		return error;
	error = lantik_is_deed_type(deed.receipt.type) ? lantik_deed_parse(deed.receipt.deed_text, &deed.deed)
						       : LANTIK_E_MALFORMED;
	if (error == LANTIK_OK)
		*ret = deed;
	else
		lantik_receipt_free(&deed.receipt);
	return error;
}

void lantik_deed_receipt_free(struct lantik_deed_receipt *deed)
{
	lantik_deed_free(&deed->deed);
	lantik_receipt_free(&deed->receipt);
}

/* --- the folder --- */

static bool is_deed_name(const char *name)
{
	return strlen(name) < MAX_NAME && name[0] >= '0' && name[0] <= '9' && strstr(name, "-leaf-") == name + 4 &&
	       !strchr(name, '.');
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* 0 or the errno of a failure. No folder: no deeds. */
static int list_names(const struct lantik_home *home, struct names *ret)
{
	char path[LANTIK_MAX_PATH];
	DIR *folder = opendir(lantik_home_path(home, DEEDS_FOLDER, path));
	struct dirent *item;
	ret->count = 0;
	if (!folder)
		return errno == ENOENT ? 0 : errno;
	errno = 0;
	while ((item = readdir(folder)) != NULL) {
		if (is_deed_name(item->d_name) && ret->count < MAX_DEEDS)
			snprintf(ret->items[ret->count++], MAX_NAME, "%s", item->d_name);
		errno = 0;
	}
	int failure = errno;
	closedir(folder);
	qsort(ret->items, ret->count, MAX_NAME, by_name);
	return failure;
}

static const char *path_of(const struct lantik_home *home, const char *name, char ret[LANTIK_MAX_PATH])
{
	char inside[MAX_NAME + sizeof DEEDS_FOLDER + 1];
	snprintf(inside, sizeof inside, DEEDS_FOLDER "/%s", name);
	return lantik_home_path(home, inside, ret);
}

static enum lantik_error apply_kept(const struct lantik_home *home, const char *name, struct lantik_trust *trust)
{
	char path[LANTIK_MAX_PATH];
	struct lantik_buffer text = {0};
	enum lantik_error error = lantik_file_read(path_of(home, name, path), LANTIK_MAX_ENVELOPE_DEED, &text);
	if (error == LANTIK_OK)
		error = lantik_trust_add(trust, lantik_buffer_span(&text));
	lantik_buffer_free(&text);
	return error;
}

static void say_passed_over(
	struct lantik_cli *cli, const struct lantik_home *home, const char *name, struct lantik_trust *trust)
{
	char path[LANTIK_MAX_PATH];
	enum lantik_error error = apply_kept(home, name, trust);
	path_of(home, name, path);
	if (error == LANTIK_E_NOT_FOUND && !trust->has_recovery)
		lantik_remark(cli, "%s is passed over: recovery_key is not set (lantik config recovery_key=KEY)",
			"%s diabaikan: recovery_key belum diatur (lantik config recovery_key=KUNCI)", path);
	else if (error != LANTIK_OK)
		lantik_remark(cli,
			"%s was damaged here, or is not of the keys that are set, and is passed over: %s; the centre "
			"gives it "
			"again (lantik ping), else restore it from your copy or check lantik config",
			"%s rusak di sini, atau bukan dari kunci yang diatur, dan diabaikan: %s; pusat memberikannya "
			"lagi (lantik ping), atau pulihkan dari salinan atau periksa lantik config",
			path, lantik_file_error(cli, error));
}

/* A leaf of the ledger is one deed: the centre gave again what was damaged here. */
static bool is_replaced(const struct names *names, const bool *taken, size_t at)
{
	for (size_t i = at + 1; i < names->count; i++)
		if (taken[i] && strcmp(names->items[i] + 4, names->items[at] + 4) == 0)
			return true;
	return false;
}

/* A deed that was damaged here and given again stands behind those that need it: what is passed over is tried again as
 * long as others are taken. Returns how many stay passed over; cli NULL: 0, without remarks. */
static size_t apply_all(
	struct lantik_cli *cli, const struct lantik_home *home, const struct names *names, struct lantik_trust *trust)
{
	size_t missing = 0;
	bool *taken = calloc(names->count + 1, sizeof *taken), grows = true;
	LANTIK_ASSERT(taken);
	while (grows) {
		grows = false;
		for (size_t i = 0; i < names->count; i++) {
			if (taken[i])
				continue;
			taken[i] = apply_kept(home, names->items[i], trust) == LANTIK_OK;
			grows |= taken[i];
		}
	}
	for (size_t i = 0; cli && i < names->count; i++) {
		if (taken[i] || is_replaced(names, taken, i))
			continue;
		say_passed_over(cli, home, names->items[i], trust);
		missing++;
	}
	free(taken);
	return missing;
}

static int start(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_trust *ret)
{
	struct lantik_vkey receipt, recovery;
	const char *recovery_text = home->settings[LANTIK_SETTING_RECOVERY_KEY];
	int code = lantik_home_need(cli, home, LANTIK_SETTING_RECEIPT_KEY);
	if (code == LANTIK_EXIT_OK)
		code = lantik_home_keys_fit(cli, home);
	if (code != LANTIK_EXIT_OK)
		return code;
	/* both were checked when the settings were read */
	struct lantik_span receipt_text = lantik_span_of(home->settings[LANTIK_SETTING_RECEIPT_KEY]);
	LANTIK_ASSERT(lantik_vkey_parse(receipt_text, &receipt) == LANTIK_OK);
	LANTIK_ASSERT(!*recovery_text || lantik_vkey_parse(lantik_span_of(recovery_text), &recovery) == LANTIK_OK);
	lantik_trust_start(ret, &receipt, *recovery_text ? &recovery : NULL);
	return LANTIK_EXIT_OK;
}

int lantik_home_trust_counted(
	struct lantik_cli *cli, const struct lantik_home *home, struct lantik_trust *ret, size_t *ret_missing)
{
	struct lantik_trust trust;
	size_t missing = 0;
	int code = start(cli, home, &trust);
	if (code != LANTIK_EXIT_OK)
		return code;
	struct names *names = calloc(1, sizeof *names);
	LANTIK_ASSERT(names);
	int failure = list_names(home, names);
	if (failure == 0)
		missing = apply_all(cli, home, names, &trust);
	free(names);
	if (failure != 0)
		return lantik_fail(cli, 182, LANTIK_EXIT_FAILED, "cannot read %s/" DEEDS_FOLDER ": %s",
			"tidak dapat membaca %s/" DEEDS_FOLDER ": %s", home->folder, strerror(failure));
	*ret = trust;
	*ret_missing = trust.has_recovery ? missing : 0;
	return LANTIK_EXIT_OK;
}

int lantik_home_trust(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_trust *ret)
{
	size_t missing;
	return lantik_home_trust_counted(cli, home, ret, &missing);
}

/* --- what the centre sends --- */

static bool is_kept(const struct lantik_home *home, const struct names *names, struct lantik_span receipt)
{
	char path[LANTIK_MAX_PATH];
	bool found = false;
	for (size_t i = 0; i < names->count && !found; i++) {
		struct lantik_buffer held = {0};
		found = lantik_file_read(path_of(home, names->items[i], path), LANTIK_MAX_ENVELOPE_DEED, &held) ==
				LANTIK_OK &&
			lantik_span_equal(lantik_buffer_span(&held), receipt);
		lantik_buffer_free(&held);
	}
	return found;
}

/* It must be on disk before a checkpoint behind it is: the centre tells a deed only to those who are before it. */
static int keep(struct lantik_cli *cli, const struct lantik_home *home, const struct names *names,
	struct lantik_span receipt, uint64_t leaf)
{
	char path[LANTIK_MAX_PATH], name[MAX_NAME];
	unsigned number = names->count > 0 ? (unsigned)atoi(names->items[names->count - 1]) + 1 : 1;
	snprintf(name, sizeof name, "%04u-leaf-%" PRIu64, number, leaf);
	lantik_home_path(home, DEEDS_FOLDER, path);
	if (number <= MAX_DEEDS && lantik_folder_make(path, 0700) == LANTIK_OK &&
		lantik_file_write(path_of(home, name, path), 0644, receipt) == LANTIK_OK)
		return LANTIK_EXIT_OK;
	return lantik_fail(cli, 178, LANTIK_EXIT_NETWORK,
		"a deed of the centre could not be kept here: %s: %s\nmake room and repeat the same command: the "
		"centre "
		"gives it again",
		"akta pusat tidak dapat disimpan di sini: %s: %s\nsediakan ruang dan ulangi perintah yang sama: pusat "
		"memberikannya lagi",
		path, strerror(errno));
}

static void say_key(struct lantik_cli *cli, const struct lantik_deed *deed, uint64_t leaf)
{
	char id[9];
	lantik_hex_encode(deed->key.id, 4, id);
	if (deed->kind == LANTIK_DEED_RECEIPT_KEY_ADD)
		lantik_remark(cli,
			"the centre has a further receipt key, %s+%s (leaf %" PRIu64 ", signed with its recovery key); "
			"receipts under it are believed from there on",
			"pusat memiliki kunci tanda terima tambahan, %s+%s (daun %" PRIu64
			", ditandatangani dengan kunci "
			"pemulihannya); tanda terima di bawahnya dipercaya sejak itu",
			deed->key.name, id, leaf);
	else if (!deed->is_compromised)
		lantik_remark(cli,
			"the centre uses its receipt key %s+%s no longer (leaf %" PRIu64 "); receipts from before stay "
			"valid",
			"pusat tidak lagi memakai kunci tanda terima %s+%s (daun %" PRIu64 "); tanda terima sebelumnya "
			"tetap sah",
			deed->key.name, id, leaf);
	else
		lantik_remark(cli,
			"the centre says that its receipt key %s+%s fell into other hands: what it signed from a "
			"ledger of "
			"%" PRIu64 " entries on is not believed any more; see which receipts are meant: lantik verify",
			"pusat menyatakan kunci tanda terima %s+%s jatuh ke tangan lain: yang ditandatanganinya sejak "
			"buku "
			"besar berisi %" PRIu64 " entri tidak dipercaya lagi; lihat tanda terima yang dimaksud: lantik "
			"verify",
			deed->key.name, id, deed->compromised_from);
}

static void say_recovery(struct lantik_cli *cli, const struct lantik_deed *deed, size_t lost)
{
	char count[32];
	struct lantik_buffer reason = {0};
	lantik_printable(deed->reason, &reason);
	lantik_buffer_append(&reason, "", 1);
	lantik_remark(cli,
		"the centre lost the end of its ledger and goes on from the first %" PRIu64 " entries, as epoch %u: %s",
		"bagian akhir buku besar pusat hilang; pusat melanjutkan dari %" PRIu64
		" entri pertama, sebagai epoch %u: %s",
		deed->recovery.common.size, deed->recovery.epoch, (const char *)reason.data);
	lantik_remark(cli, "what this office sent is in its outbox, nothing is lost",
		"semua kiriman kantor ini ada di kotak keluarnya, tidak ada yang hilang");
	if (lost > 0)
		lantik_remark(cli,
			"batches of this office that the centre may have lost: %s; send them again: lantik resend",
			"paket kantor ini yang mungkin hilang di pusat: %s; kirim ulang: lantik resend",
			lantik_count_format(cli, (int64_t)lost, count));
	lantik_buffer_free(&reason);
}

static void tell(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_trust *trust,
	const struct lantik_deed_receipt *taken)
{
	const struct lantik_deed *deed = &taken->deed;
	size_t lost = 0;
	if (deed->kind == LANTIK_DEED_RECOVER) {
		lost = lantik_lost_count(cli, home, trust);
		say_recovery(cli, deed, lost);
	} else {
		say_key(cli, deed, taken->receipt.index);
	}
	lantik_json_open(cli, "deed");
	lantik_json_text(cli, "kind", lantik_word(LANTIK_WORDS_deed_kind, (int32_t)deed->kind, LANTIK_ENGLISH));
	lantik_json_number(cli, "leaf_index", (int64_t)taken->receipt.index);
	lantik_json_number(cli, "epoch", trust->epoch);
	lantik_json_span(cli, "official", deed->official);
	lantik_json_span(cli, "reason", deed->reason);
	lantik_json_number(cli, "maybe_lost", (int64_t)lost);
	lantik_json_close(cli);
}

static int not_proved(
	struct lantik_cli *cli, const struct lantik_home *home, struct lantik_span receipt, enum lantik_error error)
{
	char folder[LANTIK_MAX_PATH];
	lantik_forks_keep_deed(home, receipt, folder);
	return lantik_fail(cli, 170, LANTIK_EXIT_NOT_VERIFIED,
		"the centre sent a deed about its keys that does not prove: %s\n"
		"nothing of the answer counts; it is kept in %s: send that folder to the operator and to the auditor",
		"pusat mengirim akta tentang kuncinya yang tidak terbukti sah: %s\n"
		"jangan anggap jawaban itu berlaku; akta itu disimpan di %s: kirim folder itu kepada operator dan "
		"auditor",
		lantik_error_text(error, lantik_cli_language(cli)), folder);
}

static int take_new(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_trust *trust,
	const struct names *names, struct lantik_span text, enum lantik_deed_taking *ret)
{
	struct lantik_trust after = *trust;
	struct lantik_deed_receipt taken;
	enum lantik_error error = lantik_trust_add(&after, text);
	if (error == LANTIK_E_NOT_FOUND && !trust->has_recovery) {
		lantik_remark(cli,
			"the centre changed its keys or recovered its ledger, which cannot be proved here without its "
			"recovery key; ask the operator for it, then: lantik config recovery_key=KEY",
			"pusat mengganti kuncinya atau memulihkan buku besarnya; itu tidak dapat dibuktikan di sini "
			"tanpa kunci pemulihannya; minta kepada operator, lalu: lantik config recovery_key=KUNCI");
		*ret = LANTIK_DEED_WAITING;
		return LANTIK_EXIT_OK;
	}
	if (error == LANTIK_OK)
		error = lantik_deed_receipt_parse(text, &taken);
	if (error != LANTIK_OK)
		return not_proved(cli, home, text, error);
	int code = LANTIK_EXIT_OK;
	if (!lantik_deed_is_signed_kind(taken.deed.kind)) { /* changes nothing that an office believes */
		lantik_deed_receipt_free(&taken);
		return code;
	}
	code = keep(cli, home, names, text, taken.receipt.index);
	if (code == LANTIK_EXIT_OK) {
		*trust = after;
		*ret = LANTIK_DEED_TAKEN;
		tell(cli, home, trust, &taken);
	}
	lantik_deed_receipt_free(&taken);
	return code;
}

/* The new deed may be the one that others, which are kept already, were passed over for. */
static void apply_again(
	struct lantik_cli *cli, const struct lantik_home *home, struct names *names, struct lantik_trust *trust)
{
	struct lantik_trust whole;
	if (list_names(home, names) != 0 || start(cli, home, &whole) != LANTIK_EXIT_OK)
		return;
	(void)apply_all(NULL, home, names, &whole);
	*trust = whole;
}

int lantik_deeds_take(struct lantik_cli *cli, const struct lantik_home *home, struct lantik_trust *trust,
	struct lantik_span receipt, enum lantik_deed_taking *ret)
{
	struct names *names = calloc(1, sizeof *names);
	LANTIK_ASSERT(names);
	*ret = LANTIK_DEED_KNOWN;
	int failure = list_names(home, names);
	int code = LANTIK_EXIT_OK;
	if (failure != 0)
		code = lantik_fail(cli, 182, LANTIK_EXIT_FAILED, "cannot read %s/" DEEDS_FOLDER ": %s",
			"tidak dapat membaca %s/" DEEDS_FOLDER ": %s", home->folder, strerror(failure));
	else if (!is_kept(home, names, receipt))
		code = take_new(cli, home, trust, names, receipt, ret);
	if (code == LANTIK_EXIT_OK && *ret == LANTIK_DEED_TAKEN)
		apply_again(cli, home, names, trust);
	free(names);
	return code;
}
