// SPDX-License-Identifier: GPL-2.0-or-later
// The supervisor's side of the control socket: see control_server.h.
//
// Theory of operation. Every client is a source of the loop, reads and writes of it never wait, and each has at most
// one thing going on; one that sends what it should not, or does not take its answers, is forgotten. What must be done
// inside the jail is done by init, which the supervisor asks over its channel by number and whose answer finds the
// client by it.
#include "kernel/control/control_server.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kernel/loop/channel.h"

static void forget(struct control_client *client)
{
	loop_remove(&client->launch->loop, client);
}

static void release(void *data)
{
	struct control_client *client = data;
	struct control_server *server = client->launch->control;
	size_t kept = 0;

	if (client->state == CLIENT_EXECUTING)  // the jail has ended, and with it every process inside
		control_exec_ended(client, 9);
	for (size_t i = 0; i < server->clients.count; i++)
		if (server->clients.items[i] != client)
			server->clients.items[kept++] = server->clients.items[i];
	server->clients.count = kept;
	if (client->fd >= 0)
		close(client->fd);
	if (client->inside >= 0)
		close(client->inside);
	free(client);
}

bool control_answer(struct control_client *client, const struct control_message *answer)
{
	if (client->fd >= 0 && control_send(client->fd, answer, MSG_DONTWAIT, NULL) == 0)
		return true;
	if (client->state == CLIENT_EXECUTING) {
		control_exec_left(client);
		return false;
	}
	forget(client);
	return false;
}

bool control_answer_error(struct control_client *client, const struct error *err)
{
	struct control_message answer = { .kind = CONTROL_ERROR, .value = err->code ? err->code : -EIO };

	control_message_add(&answer, err->step);
	control_message_add(&answer, err->message);
	bool there = control_answer(client, &answer);
	control_message_release(&answer);
	return there;
}

// Whether the profile, as it is now, lets ports be forwarded. false: the client was told.
static bool may_forward(struct control_client *client)
{
	const struct profile *profile = client->launch->profile;
	struct error err = { 0 };

	if (profile->network.forward == PERMISSION_ALLOW)
		return true;
	error_set(&err, -EPERM, "profile %s says network.forward: deny", profile->name);
	(void)control_answer_error(client, &err);
	return false;
}

static void ask_for_connection(struct control_client *client, int port)
{
	struct launch *launch = client->launch;
	struct message message = { .kind = MESSAGE_CONNECT, .value = port };

	if (!may_forward(client))
		return;
	client->number = message.number = ++launch->control->last_number;
	client->port = port;
	client->state = CLIENT_CONNECTING;
	(void)channel_send(launch->channel, &message, -1);
}

static void ask_to_update(struct control_client *client, const struct control_message *request)
{
	struct error err = { 0 };

	if (control_update(client->launch, request, &err) < 0)
		(void)control_answer_error(client, &err);
	else
		(void)control_answer(client, &(struct control_message){ .kind = CONTROL_UPDATED });
}

static void tell_policy(struct control_client *client)
{
	struct control_message answer = { .kind = CONTROL_ENFORCED };
	struct error err = { 0 };

	if (control_policy(client->launch, &answer, &err) < 0)
		(void)control_answer_error(client, &err);
	else
		(void)control_answer(client, &answer);
	control_message_release(&answer);
}

// What a client may say depends on what it has going on; anything else ends the conversation.
static void obey(struct control_client *client, const struct control_message *request)
{
	struct error err = { 0 };
	bool idle = client->state == CLIENT_IDLE;

	if (client->state == CLIENT_EXECUTING && request->kind == CONTROL_SIGNAL) {
		const struct message message = { .kind = MESSAGE_EXEC_SIGNAL,
						 .number = client->number,
						 .value = request->value };
		(void)channel_send(client->launch->channel, &message, -1);
	} else if (idle && client->launch->workload_fd < 0) {
		error_set(&err, -EAGAIN, "the jail is being made: try again");
		(void)control_answer_error(client, &err);
	} else if (idle && request->kind == CONTROL_EXEC) {
		control_exec(client, request);
	} else if (idle && request->kind == CONTROL_CONNECT) {
		ask_for_connection(client, request->value);
	} else if (idle && request->kind == CONTROL_FORWARD) {
		if (may_forward(client))
			(void)control_answer(client, &(struct control_message){ .kind = CONTROL_ALLOWED });
	} else if (idle && request->kind == CONTROL_UPDATE) {
		ask_to_update(client, request);
	} else if (idle && request->kind == CONTROL_POLICY) {
		tell_policy(client);
	} else if (client->state == CLIENT_EXECUTING) {
		control_exec_left(client);
	} else {
		forget(client);
	}
}

static void hear(struct control_client *client)
{
	struct control_message request;
	int got = control_receive(client->fd, MSG_DONTWAIT, &request, NULL);

	if (got == -EAGAIN)
		return;
	if (got > 0) {
		obey(client, &request);
		control_message_release(&request);
	} else if (client->state == CLIENT_EXECUTING) {
		control_exec_left(client);
	} else {
		forget(client);
	}
}

static size_t watch(void *data, struct pollfd *out)
{
	const struct control_client *client = data;

	// Whoever waits for init's answer has nothing to say meanwhile, but may go away.
	out[0] = (struct pollfd){ .fd = client->fd, .events = client->state == CLIENT_CONNECTING ? 0 : POLLIN };
	out[1] = (struct pollfd){ .fd = client->inside, .events = POLLIN };
	return 2;
}

static int left(void *data)
{
	const struct control_client *client = data;
	struct timespec now;

	if (!client->kill_at.tv_sec)
		return -1;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	long wait = (client->kill_at.tv_sec - now.tv_sec) * 1000 + (client->kill_at.tv_nsec - now.tv_nsec) / 1000000;
	return wait > 0 ? (int)wait : 0;
}

static void turn(void *data, const struct pollfd *seen, size_t count)
{
	struct control_client *client = data;

	(void)count;
	if (left(client) == 0) {  // it had its time to end
		const struct message message = { .kind = MESSAGE_EXEC_SIGNAL, .number = client->number, .value = 9 };
		client->kill_at.tv_sec = 0;
		(void)channel_send(client->launch->channel, &message, -1);
	}
	if (seen[1].fd >= 0 && seen[1].revents) {
		control_exec_heard(client);  // may have ended the client: the rest is for the next turn
		return;
	}
	if (seen[0].fd >= 0 && seen[0].revents)
		hear(client);
}

static void welcome(struct launch *launch)
{
	struct control_server *server = launch->control;
	int fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	if (server->clients.count >= CLIENTS_MAXIMUM || !control_may_speak(fd)) {
		close(fd);
		return;
	}
	struct control_client *client = NEW(struct control_client);
	*client = (struct control_client){ .launch = launch, .fd = fd, .inside = -1 };
	vec_push(&server->clients, client);
	loop_add(&launch->loop, &(struct loop_source){
				    .data = client, .watch = watch, .turn = turn, .left = left, .release = release });
}

static size_t watch_listener(void *data, struct pollfd *out)
{
	const struct launch *launch = data;

	*out = (struct pollfd){ .fd = launch->control->listener, .events = POLLIN };
	return 1;
}

static void turn_listener(void *data, const struct pollfd *seen, size_t count)
{
	(void)seen;
	(void)count;
	welcome(data);
}

static struct control_client *find(const struct control_server *server, unsigned number, enum client_state state)
{
	for (size_t i = 0; server && i < server->clients.count; i++)
		if (server->clients.items[i]->number == number && server->clients.items[i]->state == state)
			return server->clients.items[i];
	return NULL;
}

static void record(struct launch_result *result, int port)
{
	vec_for_each (row, &result->forwarded)
		if (row->port == port) {
			row->connections++;
			return;
		}
	vec_push(&result->forwarded, (struct forwarded){ .port = (uint16_t)port, .connections = 1 });
}

static void hand_connection(struct control_client *client, int code, int fd)
{
	struct error err = { 0 };

	client->state = CLIENT_IDLE;
	if (fd >= 0) {
		const struct control_message answer = { .kind = CONTROL_CONNECTED,
							.fds = { fd, -1, -1 },
							.fd_count = 1 };
		record(client->launch->result, client->port);
		(void)control_answer(client, &answer);
		return;
	}
	error_set_errno(&err, code < 0 ? code : -EIO, "port %d of the jail's loopback", client->port);
	(void)control_answer_error(client, &err);
}

void control_take(struct launch *launch, const struct message *message, int fd)
{
	bool connected = message->kind == MESSAGE_CONNECTED;
	struct control_client *client =
	    find(launch->control, message->number, connected ? CLIENT_CONNECTING : CLIENT_EXECUTING);

	if (client && connected)
		hand_connection(client, message->value, fd);
	else if (client) {
		control_exec_ended(client, message->value);
		forget(client);
	}
	if (fd >= 0)
		close(fd);
}

int control_server_open(struct launch *launch, struct error *err)
{
	int listener = control_listen(launch->registry.state.control, err);

	if (listener < 0)
		return listener;
	launch->control = NEW(struct control_server);
	launch->control->listener = listener;
	loop_add(&launch->loop,
		 &(struct loop_source){ .data = launch, .watch = watch_listener, .turn = turn_listener });
	return 0;
}

void control_server_close(struct launch *launch)
{
	if (!launch->control)
		return;
	close(launch->control->listener);
	vec_release(&launch->control->clients);
	free(launch->control);
	launch->control = NULL;
}
