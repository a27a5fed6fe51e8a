// SPDX-License-Identifier: GPL-2.0-or-later
// network.host-ports: init listens on an address of the jail's loopback, the supervisor connects to the host's
// 127.0.0.1.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/number.h"
#include "kernel/control/relay.h"
#include "kernel/launch/launch_state.h"
#include "kernel/loop/channel.h"

enum { RELAYED_MAXIMUM = 256, WAITING = 64 };

// A port of the host, offered inside.
struct offer {
	struct launch *launch;
	uint16_t port;
	int listener;
};

struct connection {
	struct launch *launch;
	struct relay relay;
};

int step_host_port(struct launch *launch, const struct launch_step *step, struct error *err)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	uint64_t port = 0;

	if (number_parse(step->value, UINT16_MAX, &port) < 0 || inet_pton(AF_INET, step->path, &address.sin_addr) != 1)
		return error_set(err, -EINVAL, "%s:%s is no address", step->path, step->value);
	address.sin_port = htons((uint16_t)port);
	AUTO_CLOSE int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, WAITING) < 0)
		return error_set_errno(err, -errno, "cannot listen on %s port %s", step->path, step->value);
	const struct message message = { .kind = MESSAGE_LISTENER, .value = (int)port };
	int result = channel_send(launch->channel, &message, fd);
	return result < 0 ? error_set_errno(err, result, "cannot hand the listener over") : 0;
}

static size_t watch_connection(void *data, struct pollfd *out)
{
	const struct connection *connection = data;

	relay_watch(&connection->relay, out);
	return 2;
}

static void turn_connection(void *data, const struct pollfd *seen, size_t count)
{
	struct connection *connection = data;

	(void)count;
	if (!relay_turn(&connection->relay, seen))
		loop_remove(&connection->launch->loop, connection);
}

static void release_connection(void *data)
{
	struct connection *connection = data;

	connection->launch->relayed--;
	relay_release(&connection->relay);
	free(connection);
}

// A refusal of the host's shows inside as a connection that ends at once.
static void carry(const struct offer *offer, int inside)
{
	const struct sockaddr_in address = { .sin_family = AF_INET,
					     .sin_port = htons(offer->port),
					     .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int outside = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (outside < 0 ||
	    (connect(outside, (const struct sockaddr *)&address, sizeof(address)) < 0 && errno != EINPROGRESS)) {
		if (outside >= 0)
			close(outside);
		close(inside);
		return;
	}
	struct connection *connection = NEW(struct connection);
	connection->launch = offer->launch;
	connection->relay.fds[0] = inside;
	connection->relay.fds[1] = outside;
	offer->launch->relayed++;
	loop_add(&offer->launch->loop, &(struct loop_source){ .data = connection,
							      .watch = watch_connection,
							      .turn = turn_connection,
							      .release = release_connection });
}

// At the limit, further ones wait in the listener's queue.
static size_t watch_offer(void *data, struct pollfd *out)
{
	const struct offer *offer = data;
	bool full = offer->launch->relayed >= RELAYED_MAXIMUM;

	*out = (struct pollfd){ .fd = full ? -1 : offer->listener, .events = POLLIN };
	return 1;
}

static void turn_offer(void *data, const struct pollfd *seen, size_t count)
{
	const struct offer *offer = data;
	int fd = accept4(offer->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)seen;
	(void)count;
	if (fd >= 0)
		carry(offer, fd);
}

static void release_offer(void *data)
{
	struct offer *offer = data;

	close(offer->listener);
	free(offer);
}

void host_port_serve(struct launch *launch, uint16_t port, int listener)
{
	struct offer *offer = NEW(struct offer);

	*offer = (struct offer){ .launch = launch, .port = port, .listener = listener };
	loop_add(
	    &launch->loop,
	    &(struct loop_source){ .data = offer, .watch = watch_offer, .turn = turn_offer, .release = release_offer });
}
