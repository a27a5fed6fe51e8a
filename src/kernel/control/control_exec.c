// SPDX-License-Identifier: GPL-2.0-or-later
// A command that a client of the control socket has started, as the supervisor sees it; executed.c is init's side.
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "kernel/control/control_server.h"
#include "kernel/loop/channel.h"

enum { GRACE = 5 };  // seconds between SIGHUP and SIGKILL when the client went away

static int check_streams(const struct control_message *request, struct error *err)
{
	size_t next = 0;

	for (int fd = 0; fd < 3; fd++)
		if (!(request->terminals & 1U << fd) && stdio_check(request->fds[next++], fd, err) < 0)
			return err->code;
	return 0;
}

static int start(struct control_client *client, const struct control_message *request, struct error *err)
{
	struct launch *launch = client->launch;
	int ends[2];

	if (check_streams(request, err) < 0 || channel_open(ends, err) < 0)
		return err->code;
	AUTO_CLOSE int ours = ends[0];
	AUTO_CLOSE int theirs = ends[1];
	if (control_send(ours, request, 0, err) < 0)
		return err->code;
	const struct message message = { .kind = MESSAGE_EXEC, .number = ++launch->control->last_number };
	if (channel_send(launch->channel, &message, theirs) < 0)
		return error_set(err, -ESRCH, "the jail has ended");
	client->number = message.number;
	client->inside = steal_fd(&ours);
	client->state = CLIENT_EXECUTING;
	return 0;
}

void control_exec(struct control_client *client, const struct control_message *request)
{
	struct error err = { 0 };

	if (start(client, request, &err) < 0)
		(void)control_answer_error(client, &err);
}

static void close_inside(struct control_client *client)
{
	close(client->inside);
	client->inside = -1;
}

// Before its exec the new process says what it has to say; then its end is closed by the exec itself.
void control_exec_heard(struct control_client *client)
{
	struct message message;
	int fd;
	int got = channel_receive(client->inside, &message, &fd);

	if (got == -EAGAIN || got == -EINTR)
		return;
	if (got <= 0) {
		close_inside(client);
		(void)control_answer(client, &(struct control_message){ .kind = CONTROL_STARTED });
		return;
	}
	if (message.kind == MESSAGE_TERMINAL && fd >= 0) {
		const struct control_message answer = { .kind = CONTROL_TERMINAL,
							.fds = { fd, -1, -1 },
							.fd_count = 1 };
		(void)control_answer(client, &answer);
	} else if (message.kind == MESSAGE_ERROR) {
		close_inside(client);
		if (client->fd >= 0)
			(void)control_answer_error(client, &message.error);
	}
	if (fd >= 0)
		close(fd);
}

void control_exec_left(struct control_client *client)
{
	const struct message message = { .kind = MESSAGE_EXEC_SIGNAL, .number = client->number, .value = SIGHUP };

	if (client->fd < 0)
		return;
	close(client->fd);
	client->fd = -1;
	(void)channel_send(client->launch->channel, &message, -1);
	(void)clock_gettime(CLOCK_MONOTONIC, &client->kill_at);
	client->kill_at.tv_sec += GRACE;
}

void control_exec_ended(struct control_client *client, int status)
{
	const struct control_message answer = { .kind = CONTROL_STATUS, .value = status & 0xffff };

	// Its last words may not have been heard yet: a terminal, an error or none, and the end.
	for (unsigned i = 0; i < 3 && client->inside >= 0; i++)
		control_exec_heard(client);
	if (client->fd >= 0)
		(void)control_send(client->fd, &answer, MSG_DONTWAIT, NULL);
	client->state = CLIENT_IDLE;
}
