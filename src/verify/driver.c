// SPDX-License-Identifier: GPL-2.0-or-later
// Has the rows tried: see driver.h.
#include "verify/driver.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"

enum {
	BATCH = 200,  // asks that are under way at once: less than descriptors that a process may have
	ANSWERED_IN =
	    150,           // milliseconds for an answer that nobody has promised; packets that leak are counted outside
	ON_ITS_WAY = 20,   // that a packet takes to the range
	BY_PASTA = 100,    // the same by a process in between
	PATIENCE = 30000,  // that a probe may take for a batch
	LOG_BURST = 900,   // denials that the kernel's log takes at once, and each second
};

int prober_open(struct prober *prober, struct error *err)
{
	int in[2], out[2];

	if (pipe2(in, O_CLOEXEC) < 0)
		return error_set_errno(err, -errno, "cannot make a pipe");
	if (pipe2(out, O_CLOEXEC) < 0) {
		int code = -errno;
		close(in[0]);
		close(in[1]);
		return error_set_errno(err, code, "cannot make a pipe");
	}
	*prober = (struct prober){ .ask = in[1], .answer = out[0], .inside = { in[0], out[1] } };
	return 0;
}

static void close_all(int *const *fds, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
}

int prober_started(struct prober *prober, struct error *err)
{
	int *const theirs[] = { &prober->inside[0], &prober->inside[1] };
	int code = -errno;

	close_all(theirs, 2);
	return prober->process < 0 ? error_set_errno(err, code, "cannot start a probe") : 0;
}

void prober_forget(struct prober *prober)
{
	int *const ours[] = { &prober->ask, &prober->answer };

	close_all(ours, 2);
}

_Noreturn void prober_become(struct prober *prober, const struct doors_world *world, int descriptor)
{
	char words[DOORS_WORDS][DOORS_WORD];
	char *const list[DOORS_WORDS] = { words[0], words[1], words[2], words[3] };
	int left = descriptor < 0 ? -1 : socket(AF_INET, SOCK_STREAM, 0);

	prober_forget(prober);
	if (dup2(prober->inside[0], STDIN_FILENO) < 0 || dup2(prober->inside[1], STDOUT_FILENO) < 0 ||
	    (left >= 0 && dup2(left, descriptor) < 0))
		_exit(EXIT_FAILURE);
	doors_set_secrets();
	doors_world_words(world, words);
	probe_main(list);
}

static int64_t now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

// Nothing here waits for ever, whatever a kernel does: who does not end is made to.
static int wait_for(pid_t process, int *status)
{
	enum { STEP = 5000 };  // microseconds
	pid_t ended = 0;

	for (int64_t end = now() + PATIENCE; ended == 0 && now() < end;) {
		ended = waitpid(process, status, WNOHANG);
		if (ended == 0)
			(void)usleep(STEP);
	}
	if (ended == process)
		return 0;
	(void)kill(process, SIGKILL);
	while (waitpid(process, status, 0) < 0 && errno == EINTR)
		;
	return -ETIMEDOUT;
}

int prober_end(struct prober *prober)
{
	int *const fds[] = { &prober->ask, &prober->answer, &prober->inside[0], &prober->inside[1] };
	int status = 0, result = 0;

	close_all(fds, 4);
	if (prober->process > 0)
		result = wait_for(prober->process, &status);
	prober->process = 0;
	return result == 0 && status == 0 ? 0 : -ECHILD;
}

void prober_close(struct prober *prober)
{
	if (prober->process > 0)
		(void)kill(prober->process, SIGKILL);
	(void)prober_end(prober);
}

static int put(const struct prober *prober, const struct ask *ask, struct error *err)
{
	int result = io_write_all(prober->ask, ask, sizeof(*ask));

	return result < 0 ? error_set_errno(err, result, "the probe has ended before it was done") : 0;
}

static int get(const struct prober *prober, struct answer *answer, struct error *err)
{
	size_t have = 0;

	while (have < sizeof(*answer)) {
		struct pollfd fd = { .fd = prober->answer, .events = POLLIN };
		if (poll(&fd, 1, PATIENCE) == 0)
			return error_set(err, -ETIMEDOUT, "the probe does not answer");
		ssize_t got = read(prober->answer, (char *)answer + have, sizeof(*answer) - have);
		if (got == 0 || (got < 0 && errno != EINTR))
			return error_set(err, -EPIPE, "the probe has ended before it was done");
		have += got > 0 ? (size_t)got : 0;
	}
	return 0;
}

static void note(struct board *board, const struct answer *answer)
{
	if (answer->row >= board->count)
		return;
	struct board_row *row = &board->rows[answer->row];
	row->seen[board->phase].outcome = answer->outcome;
	if (row->kind == ROW_NAME && board->phase == PHASE_JAIL)
		row->resolved = answer->address;
}

// All that was asked is answered.
static int go(struct driver *driver, const struct prober *prober, struct error *err)
{
	struct answer answer;

	if (put(prober, &(struct ask){ .kind = ASK_GO, .wait = ANSWERED_IN, .patience = driver->board->patience },
		err) < 0)
		return err->code;
	do {
		if (get(prober, &answer, err) < 0)
			return err->code;
		note(driver->board, &answer);
	} while (answer.row != ANSWER_END);
	return 0;
}

// Whether something of the row must be seen: without the jail, all of them.
static bool is_awaited(const struct board *board, const struct board_row *row)
{
	if (board->phase == PHASE_CONTROL)
		return true;
	return row->allowed && row->carried && !row->untried && !row->unanswered;
}

static void fill(const struct driver *driver, const struct board_row *row, struct ask *ask)
{
	static const enum ask_kind kinds[ROW_KINDS] = {
		[ROW_SOCKET] = ASK_FLOW, [ROW_RAW] = ASK_RAW,   [ROW_FRAME] = ASK_FRAME,
		[ROW_ACT] = ASK_ACT,     [ROW_NAME] = ASK_NAME, [ROW_DOOR] = ASK_DOOR
	};

	*ask = (struct ask){ .kind = kinds[row->kind],
			     .row = (unsigned)(row - driver->board->rows),
			     .flow = row->flow,
			     .oddity = row->oddity,
			     .flags = row->flags,
			     .foreign = row->foreign,
			     .link = driver->board->link[driver->board->phase],
			     .door = row->door };
	memcpy(ask->name, row->name, sizeof(ask->name));
	ask->awaited = is_awaited(driver->board, row);
	ask->flow.source_port = board_source_port(driver->board, row, driver->board->phase);
}

static void pause_ms(int64_t milliseconds)
{
	if (milliseconds > 0)
		(void)usleep((useconds_t)milliseconds * 1000);
}

static bool is_missing(const struct board *board)
{
	for (size_t i = 0; i < board->count; i++) {
		const struct board_row *row = &board->rows[i];
		if (row->kind == board->kind && row->kind <= ROW_FRAME && !row->local && !row->beside &&
		    is_awaited(board, row) && row->seen[board->phase].arrived == 0)
			return true;
	}
	return false;
}

// What is on its way has arrived, and the range has dealt with it. What is promised to arrive gets more time.
static int settle(const struct driver *driver, struct error *err)
{
	int64_t start = now();

	do {
		pause_ms(driver->board->uplink == UPLINK_PASTA ? BY_PASTA : ON_ITS_WAY);
		if (range_settle(driver->range, err) < 0 || (driver->beside && beside_settle(driver->beside, err) < 0))
			return err->code;
	} while (is_missing(driver->board) && now() - start < driver->board->patience);
	return 0;
}

static int try_kind(struct driver *driver, enum row_kind kind, const struct prober *prober, struct error *err)
{
	int64_t start = now();
	size_t asked = 0, pending = 0;

	driver->board->kind = kind;
	for (size_t i = 0; i < driver->board->count; i++) {
		const struct board_row *row = &driver->board->rows[i];
		struct ask ask;
		if (row->kind != kind || (row->untried && driver->board->phase == PHASE_JAIL))
			continue;
		fill(driver, row, &ask);
		if (put(prober, &ask, err) < 0)
			return err->code;
		asked++;
		if (++pending < BATCH)
			continue;
		pending = 0;
		if (go(driver, prober, err) < 0)
			return err->code;
		if (kind == ROW_RAW && driver->board->phase == PHASE_JAIL && asked > LOG_BURST)
			pause_ms(start + (int64_t)(asked - LOG_BURST) * 1000 / LOG_BURST - now());
	}
	if (pending && go(driver, prober, err) < 0)
		return err->code;
	return asked && kind <= ROW_FRAME ? settle(driver, err) : 0;
}

// Somebody is there, for what may come in.
static int listen_for(struct driver *driver, struct error *err)
{
	VEC(uint32_t) have = { 0 };
	int result = 0;

	for (size_t i = 0; i < driver->board->count && result == 0; i++) {
		const struct board_row *row = &driver->board->rows[i];
		uint32_t place = (uint32_t)row->flow.protocol << 16 | row->flow.destination_port;
		bool known = row->kind != ROW_INBOUND ||
			     (row->flow.protocol != IPPROTO_TCP && row->flow.protocol != IPPROTO_UDP);
		vec_for_each (each, &have)
			known = known || *each == place;
		if (known)
			continue;
		vec_push(&have, place);
		result = put(driver->insider,
			     &(struct ask){ .kind = ASK_LISTEN, .row = ANSWER_NOBODY, .flow = row->flow }, err);
	}
	vec_release(&have);
	return result < 0 ? result : go(driver, driver->insider, err);
}

static int try_inbound(struct driver *driver, const struct board_host *target, struct error *err)
{
	const struct board_link *link = &driver->board->link[PHASE_JAIL];
	struct board_host inside = { .own = { link->own[0], link->own[1] } };
	size_t first = 0;

	memcpy(inside.mac, link->mac, sizeof(inside.mac));
	driver->board->kind = ROW_INBOUND;
	if (listen_for(driver, err) < 0)
		return err->code;
	while (first < driver->board->count) {
		size_t last = first, rows = 0;
		for (; last < driver->board->count && rows < BATCH; last++)
			rows += driver->board->rows[last].kind == ROW_INBOUND;
		if (rows && range_send(driver->range, target, first, last - first, err) < 0)
			return err->code;
		// Whoever is asked to go on has served all who were there: a queue takes only so many.
		if (rows && go(driver, driver->insider, err) < 0)
			return err->code;
		if (rows && driver->beside && beside_send(driver->beside, &inside, first, last - first, err) < 0)
			return err->code;
		first = last;
	}
	return settle(driver, err);
}

int driver_run(struct driver *driver, const struct board_host *target, struct error *err)
{
	if (try_kind(driver, ROW_SOCKET, driver->job, err) < 0 || try_kind(driver, ROW_RAW, driver->insider, err) < 0 ||
	    try_kind(driver, ROW_FRAME, driver->insider, err) < 0 || try_inbound(driver, target, err) < 0 ||
	    try_kind(driver, ROW_ACT, driver->job, err) < 0 || try_kind(driver, ROW_NAME, driver->job, err) < 0 ||
	    try_kind(driver, ROW_DOOR, driver->job, err) < 0)
		return err->code;
	return 0;
}
