// SPDX-License-Identifier: GPL-2.0-or-later
// What is sent and what is seen: see traffic.h and world.h.
#include "traffic.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "kernel/netlink/nfnetlink.h"
#include "world.h"

enum { BUFFER = 4 << 20, FRAME_HEADER = 14, FRAME_SIZE = 2048, PATIENCE = 20000 };  // milliseconds

static void raise_buffer(int fd)
{
	const int size = BUFFER;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

int tap_open(const char *link, uint16_t protocol, int *fd, struct error *err)
{
	const struct sockaddr_ll at = { .sll_family = AF_PACKET,
					.sll_protocol = htons(protocol),
					.sll_ifindex = (int)if_nametoindex(link) };
	const int yes = 1;
	AUTO_CLOSE int opened = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (opened < 0 || setsockopt(opened, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof(yes)) < 0 ||
	    bind(opened, (const struct sockaddr *)&at, sizeof(at)) < 0)
		return error_set_errno(err, -errno, "cannot watch %s", link);
	raise_buffer(opened);
	*fd = steal_fd(&opened);
	return 0;
}

int raw_open(int family, int *fd, struct error *err)
{
	const int yes = 1, mark = TRAFFIC_MARK;
	AUTO_CLOSE int opened = socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW);

	if (opened < 0 || setsockopt(opened, SOL_SOCKET, SO_BROADCAST, &yes, sizeof(yes)) < 0 ||
	    setsockopt(opened, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) < 0)
		return error_set_errno(err, -errno, "cannot open a raw socket");
	*fd = steal_fd(&opened);
	return 0;
}

static int send_raw(const struct world *world, const struct packet *packet, const uint8_t *bytes, size_t length)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6 };
	bool six = packet->destination.family == FAMILY_IPV6;
	const struct sockaddr *at = six ? (const void *)&to6 : (const void *)&to;
	uint8_t address[16];

	(void)address_to_bytes(&packet->destination, address);
	memcpy(&to.sin_addr, address, sizeof(to.sin_addr));
	memcpy(&to6.sin6_addr, address, sizeof(to6.sin6_addr));
	if (IN6_IS_ADDR_LINKLOCAL(&to6.sin6_addr) || IN6_IS_ADDR_MULTICAST(&to6.sin6_addr))
		to6.sin6_scope_id = if_nametoindex("sink0");
	return sendto(world->raw[six], bytes, length, 0, at, six ? sizeof(to6) : sizeof(to)) < 0 ? -errno : 0;
}

// From one end of the link to the other.
static int send_frame(const struct world *world, bool inside, uint16_t protocol, const uint8_t *bytes, size_t length)
{
	const struct sockaddr_ll at = { .sll_family = AF_PACKET,
					.sll_protocol = htons(protocol),
					.sll_ifindex = (int)world->links[inside ? 0 : 1] };
	uint8_t frame[FRAME_HEADER + PACKET_SIZE];

	memcpy(frame, world->mac[inside ? 1 : 0], 6);
	memcpy(frame + 6, world->mac[inside ? 0 : 1], 6);
	frame[12] = (uint8_t)(protocol >> 8);
	frame[13] = (uint8_t)protocol;
	memcpy(frame + FRAME_HEADER, bytes, length);
	return sendto(world->taps[inside ? TAP_INSIDE : TAP_WIRE], frame, FRAME_HEADER + length, 0,
		      (const struct sockaddr *)&at, sizeof(at)) < 0
		   ? -errno
		   : 0;
}

int world_send(struct world *world, const struct packet *packet, enum direction direction, bool past_layers)
{
	uint8_t bytes[PACKET_SIZE];
	size_t length = packet_format(packet, bytes);
	uint16_t protocol = packet->source.family == FAMILY_IPV4 ? ETH_P_IP : ETH_P_IPV6;

	if (direction == EGRESS && !past_layers)
		return send_raw(world, packet, bytes, length);
	return send_frame(world, direction == EGRESS, protocol, bytes, length);
}

// Nothing may be missing of what a tap should have seen.
static int count_lost(int fd, struct world_events *events, struct error *err)
{
	struct tpacket_stats stats;
	socklen_t length = sizeof(stats);

	if (getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &length) < 0)
		return error_set_errno(err, -errno, "packet socket");
	events->lost += stats.tp_drops;
	return 0;
}

static int read_tap(const struct world *world, enum tap tap, struct world_events *events, struct error *err)
{
	uint8_t frame[FRAME_SIZE];
	ssize_t length;

	while ((length = recv(world->taps[tap], frame, sizeof(frame), 0)) >= 0) {
		struct packet packet;
		if (length > FRAME_HEADER &&
		    packet_parse(frame + FRAME_HEADER, (size_t)length - FRAME_HEADER, &packet) == 0)
			events->arrived(events->data, tap, &packet);
	}
	if (errno != EAGAIN)
		return error_set_errno(err, -errno, "packet socket");
	return count_lost(world->taps[tap], events, err);
}

static int wait_for_barrier(const struct world *world, struct error *err)
{
	static const uint8_t nothing[46];
	struct pollfd inside = { .fd = world->taps[TAP_INSIDE], .events = POLLIN };
	uint8_t frame[FRAME_SIZE];
	int result = send_frame(world, false, TRAFFIC_BARRIER, nothing, sizeof(nothing));

	if (result < 0)
		return error_set_errno(err, result, "cannot send a frame on the link");
	if (poll(&inside, 1, PATIENCE) != 1)
		return error_set(err, -ETIMEDOUT, "a frame was lost on the link");
	return recv(inside.fd, frame, sizeof(frame), 0) < 0 ? error_set_errno(err, -errno, "packet socket") : 0;
}

static int read_log(struct world *world, struct world_events *events, struct error *err)
{
	struct log_sink sink = { .data = events->data, .event = events->logged };
	int result = nfnetlink_log_flush(world->log, ruleset_defaults.log_group, err);

	if (result == 0)
		result = nfnetlink_log_read(world->log, &sink, err);
	events->lost += sink.lost + sink.foreign;
	close(world->log);
	world->log = -1;
	return result < 0 ? result : nfnetlink_log_open(ruleset_defaults.log_group, &world->log, err);
}

int world_collect(struct world *world, struct world_events *events, struct error *err)
{
	int result = wait_for_barrier(world, err);

	for (enum tap tap = TAP_WIRE; tap < TAP_INSIDE && result == 0; tap++)
		result = read_tap(world, tap, events, err);
	return result == 0 ? read_log(world, events, err) : result;
}
