/* The ROUTER: messages in, signals, and the loop.
 *
 * Identity is the authenticated key on a payload frame: libzmq 4.3.4 has no metadata on the routing id frame after a
 * poll, and a routing id is whatever a peer says.
 * SPDX-License-Identifier: Apache-2.0 */
#include "intake.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <zmq.h>

#include "clock.h"
#include "counters.h"
#include "door.h"
#include "flow.h"
#include "log.h"
#include "monitor.h"
#include "notify.h"
#include "reply.h"
#include "request.h"
#include "submission.h"
#include "watch.h"

#define IO_THREADS 2
#define BUSY_DOWN_MILLISECONDS 1000
/* libzmq at the office forgets a reply that the program has not read when the connection ends (with ZMQ_IMMEDIATE, as
 * the contract recommends): whoever was answered while draining gets this long to read. */
#define HOLD_MILLISECONDS 1000
#define FRAMES 3 /* routing id, envelope, body */

struct intake {
	pthread_mutex_t lock; /* of all that follows, and of the sockets: the intake's, but while it waits */
	bool serving;
	struct house *house;
	void *context;
	struct door *door;
	void *router;
	void *monitor;
	int signals;
	struct lantik_arena *arena; /* one envelope */
	struct flow *flow;
	struct replies *replies;
	struct watch watch;
	bool draining, at_once;
	int64_t drain_until;
	int64_t hold_until; /* connections are held, for who was answered last */
};

/* ---- answers ---- */

static void hold_connections(struct intake *intake)
{
	intake->hold_until = clock_steady() + HOLD_MILLISECONDS * 1000;
}

static void send_answered(struct intake *intake)
{
	struct job *next;

	for (struct job *job = queue_answered(intake->house->queue); job; job = next) {
		next = job->next;
		flow_release(intake->flow, job, clock_steady());
		reply_send(intake->replies, job);
		hold_connections(intake);
	}
}

/* ---- messages ---- */

/* Up to three frames of one message; the rest is read and thrown away. Returns how many frames there were. */
static unsigned receive(void *router, zmq_msg_t frames[FRAMES])
{
	unsigned count = 0;
	zmq_msg_t spare;
	bool more = true;

	while (more) {
		zmq_msg_t *frame = count < FRAMES ? &frames[count] : &spare;
		zmq_msg_init(frame);
		int got;
		while ((got = zmq_msg_recv(frame, router, ZMQ_DONTWAIT)) < 0 && errno == EINTR)
			;
		if (got < 0) {
			zmq_msg_close(frame);
			return count;
		}
		more = zmq_msg_more(frame);
		if (count >= FRAMES)
			zmq_msg_close(frame);
		count++;
	}
	return count;
}

static struct lantik_span frame_span(zmq_msg_t *frame)
{
	return (struct lantik_span){.data = zmq_msg_data(frame), .len = zmq_msg_size(frame)};
}

/* Who sent it, from the authenticated key on a payload frame, and what that office may send at this moment. */
static bool identify(struct intake *intake, zmq_msg_t *payload, int64_t at, struct office *ret)
{
	const char *key = zmq_msg_gets(payload, "User-Id");

	return key && offices_find(intake->house->offices, key, lantik_instant_date(at), ret);
}

/* A job with the body's frame; the frames are the caller's to close. */
static struct job *job_new(zmq_msg_t frames[FRAMES], unsigned count, int64_t received_at)
{
	struct job *job = calloc(1, sizeof *job);
	zmq_msg_t *message = malloc(sizeof *message);

	LANTIK_ASSERT(job && message);
	memcpy(job->route, zmq_msg_data(&frames[0]), JOB_ROUTE);
	job->received_at = received_at;
	zmq_msg_init(message);
	if (count >= FRAMES)
		zmq_msg_move(message, &frames[2]);
	job->message = message;
	job->body = frame_span(message);
	return job;
}

/* ---- Busy ---- */

static void tell_to_wait(struct intake *intake, struct job *job, int64_t now)
{
	struct flow_wait wait = flow_defer(intake->flow, job, reply_may_hold_back(intake->replies), now);

	answer_busy(job, LANTIK_BUSY_LOAD, wait.milliseconds);
	job->tell_at = wait.tell_at;
	if (wait.tell_at > now)
		reply_hold_back(intake->replies, job);
	else
		reply_send(intake->replies, job);
}

static void dispatch(struct intake *intake, struct job *job)
{
	int64_t now = clock_steady();

	counter_increment(COUNTER_received);
	job->credit = flow_credit(intake->flow, job);
	if (intake->draining)
		answer_busy(job, LANTIK_BUSY_DRAINING, BUSY_DOWN_MILLISECONDS);
	else if (house_busy(intake->house))
		answer_busy(job, house_busy(intake->house), BUSY_DOWN_MILLISECONDS);
	else if (!flow_admit(intake->flow, job, now)) {
		tell_to_wait(intake, job, now);
		return;
	} else {
		job->rulebook = house_rulebook(intake->house);
		queue_put(intake->house->queue, job);
		return;
	}
	reply_send(intake->replies, job);
}

/* Routing ids that a peer chose are answered with a refusal and mean nothing else. */
static bool route_is_ours(zmq_msg_t *route)
{
	return zmq_msg_size(route) == JOB_ROUTE && *(const uint8_t *)zmq_msg_data(route) == 0;
}

static void take_message(struct intake *intake, zmq_msg_t frames[FRAMES], unsigned count)
{
	int64_t now = clock_now();
	struct office office;

	if (count < 2 || !route_is_ours(&frames[0])) {
		counter_increment(COUNTER_refused_malformed);
		return;
	}
	if (intake->watch.probing &&
		door_probe_takes(intake->door, zmq_msg_gets(&frames[1], "User-Id"), frame_span(&frames[1])))
		return;
	if (!identify(intake, &frames[1], now, &office)) {
		counter_increment(COUNTER_dropped_unknown_key);
		return;
	}
	struct job *job = job_new(frames, count, now);
	job->office = office;
	if (request_read(job, count == FRAMES, frame_span(&frames[1]), intake->arena))
		dispatch(intake, job);
	else
		reply_send(intake->replies, job);
}

static bool read_router(struct intake *intake)
{
	zmq_msg_t frames[FRAMES];
	unsigned count = receive(intake->router, frames);

	if (!count)
		return false;
	take_message(intake, frames, count);
	for (unsigned i = 0; i < count && i < FRAMES; i++)
		zmq_msg_close(&frames[i]);
	return true;
}

/* ---- signals ---- */

static void withdraw(struct intake *intake)
{
	struct job *next;

	for (struct job *job = queue_withdraw(intake->house->queue); job; job = next) {
		next = job->next;
		flow_release(intake->flow, job, clock_steady());
		answer_busy(job, LANTIK_BUSY_DRAINING, BUSY_DOWN_MILLISECONDS);
		reply_send(intake->replies, job);
		hold_connections(intake);
	}
}

static void begin_drain(struct intake *intake)
{
	if (intake->draining) {
		intake->at_once = true;
		return;
	}
	intake->draining = true;
	intake->drain_until = clock_steady() + (int64_t)intake->house->config->drain_seconds * 1000000;
	log_line(LOG_LINE_NOTICE, "draining: %zu jobs in flight", flow_jobs(intake->flow));
	notify_stopping();
	withdraw(intake);
	if (reply_next_held(intake->replies) < INT64_MAX)
		hold_connections(intake);
	reply_send_held(intake->replies, INT64_MAX);
}

static void read_signals(struct intake *intake)
{
	struct signalfd_siginfo signal;

	while (read(intake->signals, &signal, sizeof signal) == (ssize_t)sizeof signal)
		if (signal.ssi_signo == SIGUSR1)
			log_counters();
		else
			begin_drain(intake);
}

static bool drained(const struct intake *intake)
{
	int64_t now = clock_steady();

	if (!intake->draining)
		return false;
	return intake->at_once || now > intake->drain_until || (!flow_jobs(intake->flow) && now > intake->hold_until);
}

static long poll_milliseconds(const struct intake *intake)
{
	long wait = intake->draining ? 100 : intake->watch.milliseconds ? intake->watch.milliseconds : -1;
	int64_t next = reply_next_held(intake->replies);

	if (next == INT64_MAX)
		return wait;
	int64_t held = (next - clock_steady()) / 1000 + 1;
	held = held < 0 ? 0 : held;
	return wait >= 0 && wait < held ? wait : (long)held;
}

/* ---- the loop ---- */

enum { DOOR, MONITOR, ROUTER, ANSWERS, SIGNALS, WAITED };

static bool is_readable(void *socket)
{
	int events = 0;
	size_t size = sizeof events;

	return zmq_getsockopt(socket, ZMQ_EVENTS, &events, &size) == 0 && (events & ZMQ_POLLIN) != 0;
}

/* What libzmq writes to when something may have come. Whoever uses a socket takes that away, so a socket is looked at
 * after every use: zmq_poll would look at all of them before and after each wait. */
static int socket_fd(void *socket)
{
	int fd = -1;
	size_t size = sizeof fd;

	LANTIK_ASSERT(zmq_getsockopt(socket, ZMQ_FD, &fd, &size) == 0);
	return fd;
}

static void begin_waiting(struct intake *intake, struct pollfd ret[WAITED])
{
	ret[DOOR].fd = socket_fd(door_socket(intake->door));
	ret[MONITOR].fd = socket_fd(intake->monitor);
	ret[ROUTER].fd = socket_fd(intake->router);
	ret[ANSWERS].fd = queue_fd(intake->house->queue);
	ret[SIGNALS].fd = intake->signals;
	for (int i = 0; i < WAITED; i++)
		ret[i].events = ret[i].revents = POLLIN; /* whatever came before */
}

/* A few messages a turn, so that replies and handshakes are never starved by one flood. True: there may be more. */
static bool read_some(struct intake *intake)
{
	enum { MESSAGES_A_TURN = 16 };

	for (int i = 0; i < MESSAGES_A_TURN; i++)
		if (!read_router(intake))
			return false;
	return true;
}

/* Likewise. */
static bool answer_door(struct intake *intake)
{
	if (!is_readable(door_socket(intake->door)))
		return false;
	door_answer(intake->door);
	return true;
}

/* Waits without the lock. What is left to do from the last turn is not waited for. */
static void wait_for_any(struct intake *intake, struct pollfd items[WAITED], bool unread, bool unanswered)
{
	long wait = unread || unanswered ? 0 : poll_milliseconds(intake);

	pthread_mutex_unlock(&intake->lock);
	int ready = poll(items, WAITED, (int)wait);
	LANTIK_ASSERT(ready >= 0 || errno == EINTR);
	pthread_mutex_lock(&intake->lock);
	for (int i = 0; i < WAITED && ready < 0; i++)
		items[i].revents = 0;
	if (unanswered)
		items[DOOR].revents = POLLIN;
}

/* The router is read last: all that is sent before may have taken its sign away. */
static void serve(struct intake *intake)
{
	struct pollfd items[WAITED] = {0};

	begin_waiting(intake, items);
	while (!drained(intake)) {
		bool unanswered = items[DOOR].revents && answer_door(intake);
		if (items[MONITOR].revents)
			monitor_read(intake->monitor);
		if (items[ANSWERS].revents) {
			queue_heed(intake->house->queue);
			send_answered(intake);
		}
		if (items[SIGNALS].revents)
			read_signals(intake);
		reply_send_held(intake->replies, clock_steady());
		watch_keep(&intake->watch, intake->router);
		wait_for_any(intake, items, read_some(intake), unanswered);
	}
}

/* By the worker that brings an answer. It sends what is answered by itself, so that nobody has to wake up for it, when
 * nobody else is at it. False: the intake has to look, at the answers or at what came in with the sending. */
static bool deliver(void *context)
{
	struct intake *intake = context;

	if (pthread_mutex_trylock(&intake->lock) != 0)
		return false;
	bool delivered = intake->serving && !intake->draining;
	if (delivered) {
		send_answered(intake);
		delivered = !is_readable(intake->router);
	}
	pthread_mutex_unlock(&intake->lock);
	return delivered;
}

bool intake_serve(struct intake *intake)
{
	pthread_mutex_lock(&intake->lock);
	intake->serving = true;
	queue_deliver_by(intake->house->queue, deliver, intake);
	serve(intake);
	intake->serving = false;
	size_t jobs = flow_jobs(intake->flow);
	pthread_mutex_unlock(&intake->lock);
	if (jobs)
		log_line(LOG_LINE_WARNING, "stopping with %zu jobs in flight; their offices send again", jobs);
	return jobs == 0;
}

int64_t intake_drain_until(const struct intake *intake)
{
	return intake->at_once ? clock_steady() : intake->drain_until;
}

static bool signals_open(struct intake *intake)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGUSR1);
	intake->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return intake->signals >= 0;
}

/* A peer that names itself by the next automatic routing id ends libzmq 4.3.4. Their first comes from rand(), which
 * libzmq seeds with the time: nobody shall guess it. */
static void seed_routes(void)
{
	unsigned seed;

	lantik_random(&seed, sizeof seed);
	srand(seed);
}

static bool public_open(struct intake *intake)
{
	const char *endpoint = intake->house->config->listen;

	intake->router = door_router(intake->door);
	if (!intake->router || !(intake->monitor = monitor_open(intake->context, intake->router)))
		return false;
	intake->replies = reply_open(intake->house, intake->router);
	door_tell_bound(intake->house->config);
	if (zmq_bind(intake->router, endpoint) == 0)
		return true;
	log_line(LOG_LINE_ERROR, "could not bind %s: %s", endpoint, zmq_strerror(errno));
	return false;
}

bool intake_open(struct house *house, const char *curve_secret, struct intake **ret)
{
	struct intake *intake = calloc(1, sizeof *intake);

	LANTIK_ASSERT(intake && pthread_mutex_init(&intake->lock, NULL) == 0);
	intake->house = house;
	intake->signals = -1;
	intake->watch.milliseconds = notify_watchdog_interval();
	intake->arena = lantik_arena_new(2 * LANTIK_MAX_ENVELOPE + 4096);
	intake->flow = flow_new(house->config);
	intake->context = zmq_ctx_new();
	LANTIK_ASSERT(intake->arena && intake->context);
	seed_routes();
	zmq_ctx_set(intake->context, ZMQ_IO_THREADS, IO_THREADS);
	if (door_open(house, intake->context, curve_secret, &intake->door) && signals_open(intake) &&
		public_open(intake)) {
		intake->watch.door = intake->door;
		*ret = intake;
		return true;
	}
	intake_close(&intake);
	return false;
}

void intake_close(struct intake **intake)
{
	struct intake *i = *intake;

	if (!i)
		return;
	if (i->monitor)
		zmq_close(i->monitor);
	if (i->router)
		zmq_close(i->router);
	door_close(&i->door);
	if (i->signals >= 0)
		close(i->signals);
	zmq_ctx_term(i->context);
	flow_free(&i->flow);
	reply_close(&i->replies);
	lantik_arena_free(&i->arena);
	pthread_mutex_destroy(&i->lock);
	free(i);
	*intake = NULL;
}
