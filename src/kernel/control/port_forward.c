// SPDX-License-Identifier: GPL-2.0-or-later
// The caller's side of `vpcjail forward`: see port_forward.h.
#include "kernel/control/port_forward.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "kernel/control/control.h"
#include "kernel/control/relay.h"

enum { CONNECTIONS_MAXIMUM = 256, WAITING = 64, OWN = 2 /* signals, supervisor */ };

struct listener {
	int fd;
	uint16_t inside;
};

struct carrier {
	int control, signals;
	const struct port_forward *forward;
	VEC(struct listener) listeners;
	VEC(struct relay *) relays;
	VEC(struct pollfd) watched;
	int ended_by;
	bool ended, told;  // told: that connections fail
};

static int listen_on(struct carrier *c, const struct sockaddr *address, socklen_t length,
		     const struct forward_port *port)
{
	const int one = 1;
	AUTO_CLOSE int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
	    bind(fd, address, length) < 0 || listen(fd, WAITING) < 0)
		return -errno;
	vec_push(&c->listeners, (struct listener){ .fd = steal_fd(&fd), .inside = port->inside });
	return 0;
}

// Both families: what a browser makes of `localhost` is its own choice. A host without IPv6 has one.
static int listen_at(struct carrier *c, const struct forward_port *port, struct error *err)
{
	const struct sockaddr_in first = { .sin_family = AF_INET,
					   .sin_port = htons(port->outside),
					   .sin_addr = { htonl(INADDR_LOOPBACK) } };
	const struct sockaddr_in6 second = { .sin6_family = AF_INET6,
					     .sin6_port = htons(port->outside),
					     .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int code = listen_on(c, (const struct sockaddr *)&first, sizeof(first), port);

	if (code < 0)
		return error_set_errno(err, code, "cannot listen on 127.0.0.1 port %u; choose another: %u:PORT",
				       port->outside, port->inside);
	code = listen_on(c, (const struct sockaddr *)&second, sizeof(second), port);
	if (code < 0 && code != -EADDRNOTAVAIL && code != -EAFNOSUPPORT)
		return error_set_errno(err, code, "cannot listen on [::1] port %u; choose another: %u:PORT",
				       port->outside, port->inside);
	return 0;
}

// One connection of ours for one of the jail's; a failure is told once until the next success.
static void carry(struct carrier *c, const struct listener *listener)
{
	const struct control_message request = { .kind = CONTROL_CONNECT, .value = listener->inside };
	struct control_message answer;
	struct error err = { 0 };
	int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	if (control_ask(c->control, &request, CONTROL_CONNECTED, &answer, &err) < 0) {
		c->ended = err.code == -ECONNRESET || err.code == -EPIPE;
		if (!c->told && !c->ended)
			c->forward->failed(&err);
		c->told = true;
		close(fd);
		return;
	}
	struct relay *relay = NEW(struct relay);
	relay->fds[0] = fd;
	relay->fds[1] = answer.fds[0];
	answer.fds[0] = -1;
	control_message_release(&answer);
	vec_push(&c->relays, relay);
	c->told = false;
}

static void watch(struct carrier *c)
{
	bool full = c->relays.count >= CONNECTIONS_MAXIMUM;

	c->watched.count = 0;
	vec_push(&c->watched, (struct pollfd){ .fd = c->signals, .events = POLLIN });
	vec_push(&c->watched, (struct pollfd){ .fd = c->control, .events = POLLIN });
	vec_for_each (listener, &c->listeners)
		vec_push(&c->watched, (struct pollfd){ .fd = full ? -1 : listener->fd, .events = POLLIN });
	vec_for_each (relay, &c->relays) {
		struct pollfd ends[2];
		relay_watch(*relay, ends);
		vec_push(&c->watched, ends[0]);
		vec_push(&c->watched, ends[1]);
	}
}

static void turn_relays(struct carrier *c)
{
	const struct pollfd *seen = c->watched.items + OWN + c->listeners.count;
	size_t kept = 0;

	for (size_t i = 0; i < c->relays.count; i++) {
		struct relay *relay = c->relays.items[i];
		if (relay_turn(relay, seen + 2 * i)) {
			c->relays.items[kept++] = relay;
			continue;
		}
		relay_release(relay);
		free(relay);
	}
	c->relays.count = kept;
}

static void turn(struct carrier *c)
{
	struct signalfd_siginfo info;

	watch(c);
	if (poll(c->watched.items, (nfds_t)c->watched.count, -1) < 0)
		return;
	turn_relays(c);
	if (c->watched.items[0].revents && read(c->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		c->ended_by = (int)info.ssi_signo;
		c->ended = true;
	}
	// Whatever it says unasked: it has ended, or is no supervisor of ours.
	if (c->watched.items[1].revents)
		c->ended = true;
	for (size_t i = 0; i < c->listeners.count && !c->ended; i++)
		if (c->watched.items[OWN + i].revents)
			carry(c, &c->listeners.items[i]);
}

static void release(struct carrier *c)
{
	vec_for_each (listener, &c->listeners)
		close(listener->fd);
	vec_for_each (relay, &c->relays) {
		relay_release(*relay);
		free(*relay);
	}
	vec_release(&c->listeners);
	vec_release(&c->relays);
	vec_release(&c->watched);
	if (c->signals >= 0)
		close(c->signals);
}

static int start(struct carrier *c, struct error *err)
{
	struct control_message answer;

	if (control_ask(c->control, &(struct control_message){ .kind = CONTROL_FORWARD }, CONTROL_ALLOWED, &answer,
			err) < 0)
		return err->code;
	control_message_release(&answer);
	vec_for_each (port, &c->forward->ports)
		if (listen_at(c, port, err) < 0)
			return err->code;
	return 0;
}

int port_forward_run(int control, const struct port_forward *forward, int *ended_by, struct error *err)
{
	struct carrier c = { .control = control, .forward = forward, .signals = -1 };
	sigset_t mask, old;

	sigemptyset(&mask);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGHUP);
	int result = start(&c, err);
	if (result == 0) {
		sigprocmask(SIG_BLOCK, &mask, &old);
		c.signals = signalfd(-1, &mask, SFD_CLOEXEC);
		if (c.signals < 0)
			result = error_set_errno(err, -errno, "cannot watch signals");
		else
			forward->ready(forward);
		while (result == 0 && !c.ended)
			turn(&c);
		sigprocmask(SIG_SETMASK, &old, NULL);
	}
	*ended_by = c.ended_by;
	release(&c);
	return result;
}
