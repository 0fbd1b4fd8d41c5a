/* Deeds: takes the requests of the operator in their order and makes each a leaf of the ledger or a refusal.
 * SPDX-License-Identifier: Apache-2.0 */
#include "deed.h"

#include <stdarg.h>
#include <string.h>

#include "counters.h"
#include "log.h"

/* The handlers by kind; a kind without one is refused. */
static const struct deed_handler *const handlers[LANTIK_DEED_KIND_END] = {
	[LANTIK_DEED_OFFICE_ADD] = &deed_office_add,
	[LANTIK_DEED_KEY_ADD] = &deed_key_add,
	[LANTIK_DEED_KEY_REVOKE] = &deed_key_revoke,
	[LANTIK_DEED_OFFICE_REVOKE] = &deed_office_revoke,
	[LANTIK_DEED_SCOPE] = &deed_scope,
	[LANTIK_DEED_RECEIPT_KEY_ADD] = &deed_receipt_key_add,
	[LANTIK_DEED_RECEIPT_KEY_RETIRE] = &deed_receipt_key_retire,
	[LANTIK_DEED_RECOVER] = &deed_recover,
	[LANTIK_DEED_ERASE] = &deed_erase,
};

/* What the transaction left behind for the checkpoint. */
struct appended {
	struct lantik_buffer leaf;
	struct lantik_edge before;
};

void deed_refuse(struct deed *d, const char *format, ...)
{
	va_list arguments;

	if (deed_is_refused(d))
		return;
	va_start(arguments, format);
	vsnprintf(d->why, sizeof d->why, format, arguments);
	va_end(arguments);
}

static const struct deed_handler *handler_of(const struct deed *d)
{
	int32_t kind = d->request.kind;

	return kind > 0 && kind < LANTIK_DEED_KIND_END ? handlers[kind] : NULL;
}

static void deed_free(struct deed *d)
{
	const struct deed_handler *handler = handler_of(d);

	if (handler && handler->release)
		handler->release(d);
	lantik_deed_free(&d->asked);
	lantik_buffer_free(&d->text);
	lantik_buffer_free(&d->request.text);
}

/* ---- one transaction ---- */

/* What no request of lantikctl gets wrong; but anybody with the operator's role may write one. */
static void judge_text(struct deed *d, const char *origin)
{
	const struct lantik_deed *asked = &d->asked;

	if (memcmp(asked->deed_id, d->request.deed_id, sizeof asked->deed_id) != 0 ||
		(int32_t)asked->kind != d->request.kind)
		deed_refuse(d, "its text is of another deed");
	if (!lantik_span_is(asked->origin, origin))
		deed_refuse(d, "it is for another ledger than %s", origin);
	if (asked->is_signed != lantik_deed_is_signed_kind(asked->kind))
		deed_refuse(d, "this kind of deed is signed by the recovery key; ask with lantikctl and that key");
	if (!handler_of(d))
		deed_refuse(d, "lantikd does not know this kind of deed; use the lantikd of this lantikctl's version");
}

static enum store_result read_text(struct deed *d)
{
	char origin[LANTIK_MAX_ORIGIN + 1];
	enum store_result result = store_origin(d->worker->store, origin);

	if (result)
		return result;
	if (lantik_deed_parse(lantik_buffer_span(&d->request.text), &d->asked)) {
		d->asked = (struct lantik_deed){0};
		deed_refuse(d, "its text is not a deed; ask with lantikctl of this version");
		return STORE_OK;
	}
	judge_text(d, origin);
	return STORE_OK;
}

static enum store_result step(struct deed *d, enum store_result (*function)(struct deed *d))
{
	return function && !deed_is_refused(d) ? function(d) : STORE_OK;
}

static void leaf_of(struct deed *d)
{
	d->leaf = (struct lantik_deed_leaf){.type = lantik_deed_leaf_type(d->asked.kind),
		.leaf_index = d->ledger.edge.size,
		.requested_at = d->request.requested_at,
		.recorded_at = d->ledger.now,
		.durability = (uint8_t)d->ledger.durability};
	memcpy(d->leaf.deed_id, d->request.deed_id, sizeof d->leaf.deed_id);
	lantik_sha256(lantik_buffer_span(&d->text), d->leaf.deed_sha256);
}

/* The head is locked. */
static enum store_result append_leaf(struct deed *d, struct appended *ret)
{
	struct growth growth;

	leaf_of(d);
	ret->before = d->ledger.edge;
	lantik_buffer_reset(&ret->leaf);
	LANTIK_ASSERT(lantik_deed_leaf_format(&d->leaf, &ret->leaf) == LANTIK_OK);
	growth_of(&d->ledger.edge, lantik_buffer_span(&ret->leaf), &growth);
	struct store_deed deed = {.request = &d->request,
		.leaf = &d->leaf,
		.text = lantik_buffer_span(&d->text),
		.leaf_bytes = lantik_buffer_span(&ret->leaf),
		.growth = &growth};
	return store_append_deed(d->worker->store, &deed);
}

/* The version first: an operator who loads tables holds it to the end, and nobody may wait with the head in hand. */
static enum store_result carry_out(struct deed *d, struct appended *ret)
{
	const struct deed_handler *handler = handler_of(d);
	struct store *store = d->worker->store;
	enum store_result result = step(d, handler->open);

	if (result || deed_is_refused(d))
		return result;
	if (!d->text.len)
		lantik_buffer_append_span(&d->text, lantik_buffer_span(&d->request.text));
	result = store_raise_version(store, &d->version);
	if (!result)
		result = store_lock_ledger(store, &d->ledger);
	if (!result)
		result = step(d, handler->check);
	if (result || deed_is_refused(d))
		return result;
	result = append_leaf(d, ret);
	if (!result)
		result = step(d, handler->write);
	return result || deed_is_refused(d) ? result : store_commit(store);
}

/* request_no stays 0 when there is nothing to do, or another daemon decides. */
static enum store_result transact(const struct decide_line *line, struct deed *d, struct appended *ret)
{
	struct store *store = d->worker->store;
	bool alone = false;
	enum store_result result = store_begin(store);

	if (!result)
		result = store_decide_alone(store, &alone);
	if (!result && alone)
		result = store_deed_request(store, line->above, &d->request);
	if (result || !d->request.request_no)
		return result;
	if (decide_gives_up(line, d->request.request_no))
		deed_refuse(d, "the centre could not carry it out (%s); look at the log of lantikd", line->why);
	else
		result = read_text(d);
	return result || deed_is_refused(d) ? result : carry_out(d, ret);
}

/* ---- one request ---- */

/* In a transaction of its own: whatever the request had begun is gone. */
static enum store_result write_refusal(struct deed *d)
{
	struct store *store = d->worker->store;
	bool alone = false;
	enum store_result result = store_begin(store);

	if (!result)
		result = store_decide_alone(store, &alone);
	if (!result && !alone)
		result = STORE_RETRY;
	if (!result)
		result = store_refuse_deed(store, d->request.request_no, lantik_span_of(d->why));
	if (!result)
		result = store_commit(store);
	if (result) {
		store_rollback(store);
		return result;
	}
	counter_increment(COUNTER_deeds_refused);
	log_line(LOG_LINE_WARNING, "deed request %lld was not carried out: %s", (long long)d->request.request_no,
		d->why);
	return STORE_OK;
}

static void count_and_log(const struct deed *d)
{
	char id[37];

	lantik_id_format(d->request.deed_id, id);
	counter_increment(COUNTER_deeds);
	log_line(LOG_LINE_NOTICE, "deed %s: %s%s%.*s; leaf %llu", id,
		lantik_word(LANTIK_WORDS_deed_kind, d->request.kind, LANTIK_ENGLISH), d->asked.office.len ? " " : "",
		(int)d->asked.office.len, (const char *)d->asked.office.data, (unsigned long long)d->leaf.leaf_index);
}

/* The receipt is put together when somebody asks; its checkpoint is signed and kept now. A connection that was lost
 * since the commit is made anew once; what is left then the sweep signs. */
static void sign(struct deed *d, const struct appended *appended)
{
	struct lantik_buffer receipt = {0};
	enum lantik_error error = LANTIK_E_UNAVAILABLE;

	for (int attempt = 0; attempt < 2 && error == LANTIK_E_UNAVAILABLE; attempt++) {
		if (store_connect(d->worker->store))
			break;
		lantik_buffer_reset(&receipt);
		error = answer_receipt_text(d->worker, lantik_buffer_span(&appended->leaf), d->leaf.leaf_index,
			&appended->before, (struct lantik_span){0}, lantik_buffer_span(&d->text), &receipt);
	}
	if (error)
		receipt_log_failure(
			d->worker, error, "checkpoint of leaf %llu", (unsigned long long)d->leaf.leaf_index);
	lantik_buffer_free(&receipt);
}

/* The house reads offices and keys at once. */
static void after_commit(struct deed *d, const struct appended *appended)
{
	(void)house_is_current(d->worker->house, d->version);
	count_and_log(d);
	sign(d, appended);
}

static enum decide_turn do_next(struct worker *worker, struct decide_line *line)
{
	struct appended appended = {0};
	struct deed d = {.worker = worker};
	enum store_result result = STORE_RETRY;

	for (int attempt = 0; attempt < DECIDE_ATTEMPTS && store_may_repeat(result); attempt++) {
		deed_free(&d);
		d = (struct deed){.worker = worker};
		result = transact(line, &d, &appended);
		if (result || !d.request.request_no || deed_is_refused(&d))
			store_rollback(worker->store);
		if (store_may_repeat(result))
			counter_increment(COUNTER_retried);
	}
	bool done = !result && d.request.request_no && !deed_is_refused(&d);
	if (!result && deed_is_refused(&d))
		result = write_refusal(&d);
	if (done)
		after_commit(&d, &appended);
	if (result)
		decide_failed(worker, line, d.request.request_no, result);
	bool answered = !result && d.request.request_no;
	deed_free(&d);
	lantik_buffer_free(&appended.leaf);
	return answered ? DECIDE_DONE : DECIDE_NOTHING;
}

/* While the ledger is forked a recovery alone waits (store_deed_waits): it is what ends that. */
enum decide_turn deed_take_turn(struct worker *worker, struct decide_line *line)
{
	static const struct decide_questions questions = {store_last_deed_request, store_deed_waits};
	bool waits = false;

	if (!house_database_up(worker->house) && !house_is_forked(worker->house))
		return DECIDE_NOTHING;
	enum store_result result = decide_look(worker->store, line, &questions, &waits);
	if (result) {
		decide_failed(worker, line, 0, result);
		return DECIDE_NOTHING;
	}
	return waits ? do_next(worker, line) : DECIDE_NOTHING;
}
