/* Workers and the small requests.
 * SPDX-License-Identifier: Apache-2.0 */
#include "worker.h"

#include <pthread.h>
#include <string.h>

#include "enquiry.h"
#include "group.h"
#include "log.h"
#include "request.h"
#include "submit.h"
#include "witness.h"

/* A record's struct and texts after unpacking: the generated message is under 4 kB, its texts at most the record. */
#define RECORD_ARENA (64u * 1024)
struct workers {
	struct house *house;
	struct in_hand *in_hand;
	struct permits *permits;
	size_t count;
	pthread_t *threads;
};

static void *allocate(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	LANTIK_ASSERT(memory);
	return memory;
}

void worker_open(struct worker *w, struct house *house, const char *name)
{
	*w = (struct worker){.house = house, .store = store_new(house->config->database, name)};
	w->desk = desk_new(LANTIK_MAX_RECORDS, LANTIK_MAX_BODY);
	w->record_arena = lantik_arena_new(RECORD_ARENA);
	LANTIK_ASSERT(w->record_arena);
	w->check = lantik_check_blank();
	LANTIK_ASSERT(w->check);
	w->nodes = allocate(1, sizeof *w->nodes);
	nodes_open(w->nodes, w->store);
	rejections_open(&w->rejections, w->store);
}

void worker_close(struct worker *w)
{
	store_free(&w->store);
	desk_free(&w->desk);
	lantik_arena_free(&w->record_arena);
	lantik_check_free(&w->check);
	lantik_buffer_free(&w->chunk);
	group_free(&w->group);
	free(w->nodes);
}

/* The text only to an office that holds another one. */
static void answer_reference(struct job *job, const struct rulebook_copy *copy, struct lantik_span held)
{
	const uint8_t *digest = lantik_rulebook_digest(copy->rulebook);
	struct lantik_reference_answer answer = {0};

	memcpy(answer.sha256, digest, LANTIK_HASH);
	if (held.len != LANTIK_HASH || memcmp(held.data, digest, LANTIK_HASH) != 0) {
		answer.text_zstd = lantik_buffer_span(&copy->packed);
		answer.text_size = (uint32_t)copy->text.len;
	}
	job->reply = LANTIK_REFERENCE_ANSWER;
	LANTIK_ASSERT(lantik_reference_answer_encode(&answer, &job->reply_body) == LANTIK_OK);
}

static void reference(struct worker *w, struct job *job)
{
	struct lantik_span held;

	lantik_arena_reset(w->record_arena);
	if (lantik_reference_request_decode(job->body, w->record_arena, &held)) {
		answer_refusal(job, LANTIK_REFUSED_MALFORMED, 0,
			"a ReferenceRequest holds the 32 bytes of one digest, or nothing");
		return;
	}
	struct rulebook_copy *copy = house_rulebook(w->house);
	answer_reference(job, copy, held);
	house_rulebook_put(w->house, copy);
}

/* The head as the primary has it now: what an office holds beyond it proves that leaves were lost. */
static void ping(struct worker *w, struct job *job)
{
	enum lantik_error error = receipt_head(w, &job->reply_body);

	job->reply = LANTIK_PONG;
	if (error)
		answer_head_failure(w, job, error);
}

static void carry_out(struct worker *w, struct job *job)
{
	/* the key may have been cut off while the message waited */
	if (!offices_let_in(w->house->offices, job->office.curve_key)) {
		request_refuse_revoked(job);
		return;
	}
	switch (job->request) {
	case LANTIK_SUBMIT:
	case LANTIK_REHEARSE:
		submit(w, job);
		return;
	case LANTIK_STATUS:
		enquiry_status(w, job);
		return;
	case LANTIK_RECONCILE:
		enquiry_reconcile(w, job);
		return;
	case LANTIK_REFERENCE:
		reference(w, job);
		return;
	case LANTIK_PING:
		ping(w, job);
		return;
	default:
		LANTIK_ASSERT(!"a request that the intake let through");
	}
}

static void take_job(struct worker *w, struct job *job)
{
	if (witness_request(w, job)) {
		carry_out(w, job);
		witness_reply(w, job);
	}
	queue_answer(w->house->queue, job);
}

/* The queue gives a job to who worked last, which may have lost its connection with that: it connects before it waits,
 * and others are asked meanwhile. When it cannot, the next job finds out. */
static struct job *take_ready(struct worker *w, struct queue *queue)
{
	enum store_result connected = store_is_up(w->store) ? STORE_OK : store_connect(w->store);

	(void)connected;
	return queue_take(queue);
}

static void *work(void *context)
{
	struct workers *workers = context;
	struct queue *queue = workers->house->queue;
	struct worker w;
	struct job *job;

	worker_open(&w, workers->house, "lantikd worker");
	w.in_hand = workers->in_hand;
	w.permit.of = workers->permits;
	w.notes_wait = true;
	while ((job = take_ready(&w, queue))) {
		if (job_size(job) != JOB_ALONE)
			group_submit(&w, job);
		else
			take_job(&w, job);
		receipt_send_notes(&w, group_stock(&w));
		log_send();
	}
	worker_close(&w);
	return NULL;
}

struct workers *workers_start(struct house *house)
{
	struct workers *workers = allocate(1, sizeof *workers);

	workers->house = house;
	workers->count = (size_t)house->config->workers + 1;
	workers->in_hand = in_hand_new();
	workers->permits = permits_new((size_t)house->config->workers);
	workers->threads = allocate(workers->count, sizeof *workers->threads);
	for (size_t i = 0; i < workers->count; i++)
		LANTIK_ASSERT(pthread_create(&workers->threads[i], NULL, work, workers) == 0);
	return workers;
}

void workers_join(struct workers **workers)
{
	for (size_t i = 0; i < (*workers)->count; i++)
		LANTIK_ASSERT(pthread_join((*workers)->threads[i], NULL) == 0);
	in_hand_free(&(*workers)->in_hand);
	permits_free(&(*workers)->permits);
	free((*workers)->threads);
	free(*workers);
	*workers = NULL;
}
