/* Puts receipt and decisions of a batch together to how each record stands.
 * SPDX-License-Identifier: Apache-2.0 */
#include "history.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lost.h"
#include "sent.h"

#define DECISION_PREFIX "decision-"

/* --- the records of a text --- */

static struct lantik_span take_line(struct lantik_span *text)
{
	const uint8_t *end = memchr(text->data, '\n', text->len);
	struct lantik_span line = {text->data, end ? (size_t)(end - text->data) : text->len};
	size_t used = end ? line.len + 1 : line.len;
	*text = (struct lantik_span){text->data + used, text->len - used};
	return line;
}

static struct lantik_span take_word(struct lantik_span *line)
{
	const uint8_t *blank = line->len > 0 ? memchr(line->data, ' ', line->len) : NULL;
	struct lantik_span word = {line->data, blank ? (size_t)(blank - line->data) : line->len};
	size_t used = blank ? word.len + 1 : word.len;
	*line = (struct lantik_span){line->data + used, line->len - used};
	return word;
}

static enum lantik_outcome outcome_of_word(struct lantik_span word)
{
	enum lantik_outcome outcome = LANTIK_ACCEPTED;
	while (outcome < LANTIK_REJECTED && !lantik_span_is(word, lantik_outcome_word(outcome)))
		outcome++;
	return outcome;
}

/* The next line `record <no> <outcome> <token> ...` of a verdict or statement whose form was proved. */
static bool next_record(struct lantik_span *text, uint32_t *ret_record_no, struct lantik_fate *ret)
{
	while (text->len > 0) {
		struct lantik_span line = take_line(text);
		if (!lantik_span_is(take_word(&line), "record"))
			continue;
		struct lantik_span number = take_word(&line);
		*ret_record_no = 0;
		for (size_t i = 0; i < number.len; i++)
			*ret_record_no = *ret_record_no * 10 + (uint32_t)(number.data[i] - '0');
		ret->outcome = outcome_of_word(take_word(&line));
		ret->tokens = line;
		return true;
	}
	return false;
}

static void count(struct lantik_history *history)
{
	uint32_t counts[LANTIK_REJECTED + 1] = {0};
	for (uint32_t i = 0; i < history->proved.verdict.records; i++)
		counts[history->fates[i].outcome]++;
	history->accepted = counts[LANTIK_ACCEPTED];
	history->returned = counts[LANTIK_RETURNED];
	history->review = counts[LANTIK_IN_REVIEW];
	history->rejected = counts[LANTIK_REJECTED];
}

static void begin_fates(struct lantik_history *history)
{
	const struct lantik_verdict *verdict = &history->proved.verdict;
	struct lantik_span text = history->proved.receipt.verdict_text;
	struct lantik_fate fate = {0};
	uint32_t record_no;
	history->fates = calloc(verdict->records + 1, sizeof *history->fates);
	LANTIK_ASSERT(history->fates);
	for (uint32_t i = 0; i < verdict->records; i++)
		history->fates[i].outcome = verdict->refused ? LANTIK_REFUSED : LANTIK_ACCEPTED;
	while (next_record(&text, &record_no, &fate)) {
		LANTIK_ASSERT(record_no > 0 && record_no <= verdict->records);
		history->fates[record_no - 1] = fate;
	}
	count(history);
}

/* --- decisions --- */

const uint8_t *lantik_history_batch_id(const struct lantik_history *history)
{
	return history->proved.verdict.batch_id;
}

bool lantik_history_is_own(const struct lantik_home *home, const struct lantik_history *history)
{
	const char *office = home->settings[LANTIK_SETTING_OFFICE];
	if (!history->proved.earlier)
		return true;
	return *office && lantik_span_is(history->proved.receipt.leaf.office, office);
}

uint64_t lantik_history_next_leaf(const struct lantik_history *history)
{
	size_t decisions = history->decision_count;
	return (decisions > 0 ? history->decisions[decisions - 1]->receipt.index : history->proved.receipt.index) + 1;
}

static bool is_about_it(const struct lantik_history *history, const struct lantik_statement *statement)
{
	const struct lantik_receipt *receipt = &history->proved.receipt;
	return memcmp(statement->batch_id, lantik_history_batch_id(history), 16) == 0 &&
	       statement->batch_leaf_index == receipt->index &&
	       lantik_span_equal(statement->office, receipt->leaf.office);
}

/* Officials decide about records that were returned or wait, and about none a second time after the last word. */
static bool is_possible(const struct lantik_history *history, const struct lantik_statement *statement)
{
	for (size_t i = 0; i < statement->record_count; i++) {
		uint32_t record_no = statement->records[i].record_no;
		if (record_no > history->proved.verdict.records)
			return false;
		enum lantik_outcome before = history->fates[record_no - 1].outcome;
		if (before != LANTIK_RETURNED && before != LANTIK_IN_REVIEW)
			return false;
	}
	return true;
}

static void apply(struct lantik_history *history, size_t at)
{
	struct lantik_span text = history->decisions[at]->receipt.statement_text;
	struct lantik_fate fate;
	uint32_t record_no;
	while (next_record(&text, &record_no, &fate)) {
		fate.decision = (uint32_t)at + 1;
		history->fates[record_no - 1] = fate;
	}
	count(history);
}

/* From the receipt on; false when a decision is impossible after those before it. */
static bool replay(struct lantik_history *history)
{
	bool possible = true;
	free(history->fates);
	begin_fates(history);
	for (size_t i = 0; i < history->decision_count && possible; i++) {
		possible = is_possible(history, &history->decisions[i]->statement);
		if (possible)
			apply(history, i);
	}
	return possible;
}

/* Puts it where its leaf belongs; returns the place. */
static size_t insert(struct lantik_history *history, struct lantik_decision *decision)
{
	size_t at = history->decision_count++;
	history->decisions = realloc(history->decisions, history->decision_count * sizeof *history->decisions);
	LANTIK_ASSERT(history->decisions);
	for (; at > 0 && history->decisions[at - 1]->receipt.index > decision->receipt.index; at--)
		history->decisions[at] = history->decisions[at - 1];
	history->decisions[at] = decision;
	return at;
}

static bool has_leaf(const struct lantik_history *history, uint64_t leaf)
{
	for (size_t i = 0; i < history->decision_count; i++)
		if (history->decisions[i]->receipt.index == leaf)
			return true;
	return leaf <= history->proved.receipt.index;
}

/* Whether it can have stood between those that are held: one that was lost here comes back after later ones. */
static bool fits(struct lantik_history *history, struct lantik_decision *decision)
{
	if (decision->receipt.index >= lantik_history_next_leaf(history))
		return is_possible(history, &decision->statement);
	if (has_leaf(history, decision->receipt.index))
		return false;
	size_t at = insert(history, decision);
	bool possible = replay(history);
	memmove(&history->decisions[at], &history->decisions[at + 1],
		(--history->decision_count - at) * sizeof *history->decisions);
	replay(history);
	return possible;
}

static enum lantik_doubt doubt_in(struct lantik_history *history, struct lantik_decision *decision)
{
	if (!is_about_it(history, &decision->statement))
		return LANTIK_DOUBT_BATCH;
	return fits(history, decision) ? LANTIK_NO_DOUBT : LANTIK_DOUBT_HISTORY;
}

static void add(struct lantik_history *history, struct lantik_decision *decision)
{
	size_t at = insert(history, decision);
	if (at + 1 == history->decision_count)
		apply(history, at);
	else
		replay(history);
}

/* Proves the text as a decision that belongs to those before. */
static enum lantik_doubt prove_one(struct lantik_history *history, struct lantik_span text,
	const struct lantik_trust *trust, struct lantik_decision **ret)
{
	struct lantik_decision *decision = calloc(1, sizeof *decision);
	LANTIK_ASSERT(decision);
	enum lantik_doubt doubt = lantik_decision_prove(text, trust, decision);
	if (doubt == LANTIK_NO_DOUBT)
		doubt = doubt_in(history, decision);
	if (doubt == LANTIK_NO_DOUBT) {
		*ret = decision;
	} else {
		lantik_decision_free(decision);
		free(decision);
	}
	return doubt;
}

/* --- on disk --- */

struct leaves {
	uint64_t *items;
	size_t count;
};

static const char *path_of(const struct lantik_home *home, const struct lantik_entry *entry, uint64_t leaf,
	const char *end, char ret[LANTIK_MAX_PATH])
{
	char name[64];
	snprintf(name, sizeof name, DECISION_PREFIX "%" PRIu64 "%s", leaf, end);
	return lantik_outbox_path(home, entry, name, ret);
}

const char *lantik_decision_path(
	const struct lantik_home *home, const struct lantik_entry *entry, uint64_t leaf, char *ret)
{
	return path_of(home, entry, leaf, "", ret);
}

static int by_leaf(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;
	return *left < *right ? -1 : *left > *right;
}

static bool leaf_of(const char *name, uint64_t *ret)
{
	char *end;
	size_t prefix = sizeof DECISION_PREFIX - 1;
	if (strncmp(name, DECISION_PREFIX, prefix) != 0 || name[prefix] < '0' || name[prefix] > '9')
		return false;
	*ret = strtoull(name + prefix, &end, 10);
	return *end == '\0';
}

/* What cannot be listed is asked for again. */
static struct leaves list_decisions(const struct lantik_home *home, const struct lantik_entry *entry)
{
	char path[LANTIK_MAX_PATH];
	struct leaves leaves = {0};
	DIR *folder = opendir(lantik_outbox_path(home, entry, "", path));
	struct dirent *item;
	uint64_t leaf;
	while (folder && (item = readdir(folder)) != NULL) {
		if (!leaf_of(item->d_name, &leaf))
			continue;
		leaves.items = realloc(leaves.items, (leaves.count + 1) * sizeof *leaves.items);
		LANTIK_ASSERT(leaves.items);
		leaves.items[leaves.count++] = leaf;
	}
	if (folder)
		closedir(folder);
	if (leaves.count > 1)
		qsort(leaves.items, leaves.count, sizeof *leaves.items, by_leaf);
	return leaves;
}

/* Of an epoch that ended, behind what the present ledger has in common with it: what it decided may be undone. */
static bool is_given_up(struct lantik_span text, const struct lantik_trust *trust, unsigned *ret_epoch)
{
	struct lantik_decision decision;
	if (lantik_decision_prove(text, trust, &decision) != LANTIK_NO_DOUBT)
		return false;
	*ret_epoch = decision.receipt.head.epoch;
	bool given_up = lantik_trust_maybe_lost(trust, &decision.receipt.head);
	lantik_decision_free(&decision);
	return given_up;
}

static bool load_decision(const struct lantik_home *home, const struct lantik_entry *entry, uint64_t leaf,
	const struct lantik_trust *trust, struct lantik_history *history)
{
	char path[LANTIK_MAX_PATH];
	struct lantik_buffer text = {0};
	struct lantik_decision *decision;
	unsigned epoch;
	bool given_up = false;
	bool good = lantik_file_read(path_of(home, entry, leaf, "", path), LANTIK_MAX_RECEIPT, &text) == LANTIK_OK;
	if (good)
		given_up = is_given_up(lantik_buffer_span(&text), trust, &epoch);
	if (good && !given_up)
		good = prove_one(history, lantik_buffer_span(&text), trust, &decision) == LANTIK_NO_DOUBT;
	lantik_buffer_free(&text);
	if (good && !given_up)
		add(history, decision);
	history->given_up += given_up;
	return good;
}

static void load_decisions(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_entry *entry,
	const struct lantik_trust *trust, struct lantik_history *history)
{
	char path[LANTIK_MAX_PATH];
	struct leaves leaves = list_decisions(home, entry);
	for (size_t i = 0; i < leaves.count; i++) {
		if (load_decision(home, entry, leaves.items[i], trust, history))
			continue;
		lantik_remark(cli, "%s was damaged here; it is passed over until the centre gives it again",
			"%s rusak di sini; diabaikan sampai pusat memberikannya lagi",
			path_of(home, entry, leaves.items[i], "", path));
		history->damaged = true;
		break;
	}
	free(leaves.items);
}

static int load_receipt(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_entry *entry,
	const struct lantik_trust *trust, struct lantik_history *history)
{
	char path[LANTIK_MAX_PATH];
	struct lantik_sent sent;
	int code = lantik_sent_read(cli, home, entry, &sent);
	if (code != LANTIK_EXIT_OK)
		return code;
	lantik_outbox_path(home, entry, "receipt", path);
	enum lantik_error error = lantik_file_read(path, LANTIK_MAX_RECEIPT, &history->text);
	enum lantik_doubt doubt = LANTIK_NO_DOUBT;
	if (error != LANTIK_OK)
		code = lantik_fail(cli, 131, LANTIK_EXIT_FAILED,
			"cannot read %s: %s\nlantik resend fetches it again from the centre",
			"tidak dapat membaca %s: %s\nlantik resend mengambilnya lagi dari pusat", path,
			lantik_file_error(cli, error));
	else
		doubt = lantik_prove(lantik_buffer_span(&history->text), trust, &sent.expected, &history->proved);
	if (doubt == LANTIK_DOUBT_SIGNATURE)
		code = lantik_fail(cli, 132, LANTIK_EXIT_NOT_VERIFIED,
			"%s does NOT verify: %s\nlantik resend asks the centre to prove it again",
			"%s TIDAK terbukti sah: %s\nlantik resend meminta pusat membuktikannya lagi", path,
			lantik_doubt_text(doubt, lantik_cli_language(cli)));
	else if (lantik_doubt_is_of_file(doubt))
		code = lantik_fail(cli, 132, LANTIK_EXIT_NOT_VERIFIED,
			"%s does NOT verify: %s\nlantik resend fetches it again from the centre",
			"%s TIDAK terbukti sah: %s\nlantik resend mengambilnya lagi dari pusat", path,
			lantik_doubt_text(doubt, lantik_cli_language(cli)));
	else if (doubt != LANTIK_NO_DOUBT)
		code = lantik_fail(cli, 132, LANTIK_EXIT_NOT_VERIFIED, "%s does NOT verify: %s",
			"%s TIDAK terbukti sah: %s", path, lantik_doubt_text(doubt, lantik_cli_language(cli)));
	lantik_sent_free(&sent);
	return code;
}

int lantik_history_load(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_trust *trust,
	const struct lantik_entry *entry, struct lantik_history *ret)
{
	struct lantik_history history = {.maybe_lost = lantik_entry_maybe_lost(trust, entry)};
	int code = load_receipt(cli, home, entry, trust, &history);
	if (code != LANTIK_EXIT_OK) {
		lantik_buffer_free(&history.text);
		return code;
	}
	begin_fates(&history);
	load_decisions(cli, home, entry, trust, &history);
	*ret = history;
	return code;
}

void lantik_history_free(struct lantik_history *history)
{
	for (size_t i = 0; i < history->decision_count; i++) {
		lantik_decision_free(history->decisions[i]);
		free(history->decisions[i]);
	}
	free(history->decisions);
	free(history->fates);
	lantik_proved_free(&history->proved);
	lantik_buffer_free(&history->text);
	*history = (struct lantik_history){0};
}

/* --- what the centre sends --- */

static bool same_counts(const struct lantik_entry *entry, const struct lantik_history *history)
{
	return entry->accepted == history->accepted && entry->returned == history->returned &&
	       entry->review == history->review && entry->rejected == history->rejected;
}

enum lantik_error lantik_history_note(
	const struct lantik_home *home, struct lantik_entry *entry, const struct lantik_history *history)
{
	if (same_counts(entry, history))
		return LANTIK_OK;
	entry->accepted = history->accepted;
	entry->returned = history->returned;
	entry->review = history->review;
	entry->rejected = history->rejected;
	return lantik_outbox_save(home, entry);
}

static int cannot_keep(struct lantik_cli *cli, const char *path)
{
	return lantik_fail(cli, 113, LANTIK_EXIT_NETWORK,
		"a decision could not be kept here: %s: %s\nmake room and repeat: the centre gives it again",
		"keputusan tidak dapat disimpan di sini: %s: %s\nsediakan ruang lalu ulangi: pusat memberikannya lagi",
		path, strerror(errno));
}

/* A leaf is one decision for ever. Only a file that proves accuses the centre of another. */
static bool is_contradicted(
	struct lantik_history *history, const char *path, struct lantik_span text, const struct lantik_trust *trust)
{
	struct lantik_buffer held = {0};
	struct lantik_decision *decision;
	bool other = lantik_file_read(path, LANTIK_MAX_RECEIPT, &held) == LANTIK_OK &&
		     !lantik_span_equal(lantik_buffer_span(&held), text) &&
		     prove_one(history, lantik_buffer_span(&held), trust, &decision) == LANTIK_NO_DOUBT;
	lantik_buffer_free(&held);
	if (other) {
		lantik_decision_free(decision);
		free(decision);
	}
	return other;
}

/* The decision of an epoch that ended makes way for the one that stands at its leaf now. */
static bool put_aside(const struct lantik_home *home, const struct lantik_entry *entry, uint64_t leaf,
	const struct lantik_trust *trust)
{
	char path[LANTIK_MAX_PATH], aside[LANTIK_MAX_PATH], end[32];
	struct lantik_buffer held = {0};
	unsigned epoch;
	bool given_up =
		lantik_file_read(path_of(home, entry, leaf, "", path), LANTIK_MAX_RECEIPT, &held) == LANTIK_OK &&
		is_given_up(lantik_buffer_span(&held), trust, &epoch);
	lantik_buffer_free(&held);
	if (!given_up)
		return true;
	snprintf(end, sizeof end, ".epoch-%u", epoch);
	return rename(path, path_of(home, entry, leaf, end, aside)) == 0;
}

static int keep(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_entry *entry,
	struct lantik_history *history, const struct lantik_decision *decision, const struct lantik_trust *trust)
{
	char path[LANTIK_MAX_PATH];
	struct lantik_span text = lantik_buffer_span(&decision->text);
	path_of(home, entry, decision->receipt.index, "", path);
	if (!put_aside(home, entry, decision->receipt.index, trust))
		return cannot_keep(cli, path);
	bool contradicted = is_contradicted(history, path, text, trust);
	if (contradicted)
		path_of(home, entry, decision->receipt.index, ".other", path);
	if (lantik_file_write(path, 0600, text) != LANTIK_OK)
		return cannot_keep(cli, path);
	if (contradicted)
		return lantik_fail(cli, 114, LANTIK_EXIT_NOT_VERIFIED,
			"the centre gave a second, different decision of the same leaf; both are kept: %s\n"
			"tell the operator and the auditor: a leaf of the ledger never changes",
			"pusat memberi keputusan kedua yang berbeda untuk daun yang sama; keduanya disimpan: %s\n"
			"beri tahu operator dan auditor: daun buku besar tidak pernah berubah",
			path);
	return LANTIK_EXIT_OK;
}

/* A decision that is here already, byte for byte: the centre tells again what an answer without it would leave out. */
static bool is_held(const struct lantik_history *history, struct lantik_span text)
{
	for (size_t i = 0; i < history->decision_count; i++)
		if (lantik_span_equal(lantik_buffer_span(&history->decisions[i]->text), text))
			return true;
	return false;
}

int lantik_history_take(struct lantik_cli *cli, const struct lantik_home *home, const struct lantik_trust *trust,
	struct lantik_entry *entry, struct lantik_history *history, struct lantik_span text)
{
	char path[LANTIK_MAX_PATH];
	struct lantik_decision *decision;
	if (is_held(history, text))
		return LANTIK_EXIT_OK;
	enum lantik_doubt doubt = prove_one(history, text, trust, &decision);
	if (doubt != LANTIK_NO_DOUBT)
		return lantik_fail(cli, 115, LANTIK_EXIT_NOT_VERIFIED,
			"the centre's answer holds no valid decision: %s\nnothing of it counts; tell the operator at "
			"the centre",
			"jawaban pusat tidak memuat keputusan yang sah: %s\njangan dianggap berlaku; beri tahu "
			"operator di pusat",
			lantik_doubt_text(doubt, lantik_cli_language(cli)));
	int code = keep(cli, home, entry, history, decision, trust);
	if (code != LANTIK_EXIT_OK) {
		lantik_decision_free(decision);
		free(decision);
		return code;
	}
	add(history, decision);
	if (lantik_history_note(home, entry, history) != LANTIK_OK)
		return cannot_keep(cli, lantik_outbox_path(home, entry, "state", path));
	return LANTIK_EXIT_OK;
}

uint64_t lantik_history_leaf_after(const struct lantik_history *history, struct lantik_span text)
{
	for (size_t i = 0; i < history->decision_count; i++)
		if (lantik_span_equal(lantik_buffer_span(&history->decisions[i]->text), text))
			return history->decisions[i]->receipt.index + 1;
	return lantik_history_next_leaf(history);
}
