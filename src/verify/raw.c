// SPDX-License-Identifier: GPL-2.0-or-later
// Packets made by hand, sent through the kernel's stack so that every rule of the output sees them: see probe.h.
#include <errno.h>
#include <ifaddrs.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "net/prefix.h"
#include "nft/ruleset.h"
#include "verify/probe.h"
#include "verify/socket_name.h"

enum { FRAME_HEADER = 14, SOME_PORT = 9 };

// Kept for documentation (RFC 5737, 3849): nobody here has them.
static const struct address foreign[LINK_FAMILIES] = {
	{ FAMILY_IPV4, 0xc0000263 },
	{ FAMILY_IPV6, (address_bits)0x20010db8dead0000 << 64 | 0x63 },
};

// Groups of wider scopes than a link know no link by their address.
static int choose_link(int fd, unsigned scope)
{
	const int link = (int)scope;

	return scope ? setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &link, sizeof(link)) : 0;
}

// What the kernel would give a packet as its source: asked for with a socket that sends nothing.
static int source_for(const struct address *remote, unsigned scope, struct address *source)
{
	struct sockaddr_storage name;
	socklen_t length = socket_name(remote, SOME_PORT, scope, &name);
	const int yes = 1;
	AUTO_CLOSE int fd = socket(remote->family == FAMILY_IPV4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &yes, sizeof(yes)) < 0 || choose_link(fd, scope) < 0 ||
	    connect(fd, (struct sockaddr *)&name, length) < 0)
		return errno;
	length = sizeof(name);
	if (getsockname(fd, (struct sockaddr *)&name, &length) < 0)
		return errno;
	*source = socket_name_address((struct sockaddr *)&name);
	return 0;
}

// The link that has an address; 0: none.
static unsigned link_with(const struct address *own)
{
	struct ifaddrs *list = NULL;
	unsigned found = 0;

	if (getifaddrs(&list) < 0)
		return 0;
	for (const struct ifaddrs *each = list; each && !found; each = each->ifa_next) {
		if (!each->ifa_addr || each->ifa_addr->sa_family != AF_INET6)
			continue;
		struct address address = socket_name_address(each->ifa_addr);
		if (address_equal(&address, own))
			found = if_nametoindex(each->ifa_name);
	}
	freeifaddrs(list);
	return found;
}

// An address of which every link has its own means the jail's sink, to which all of them go; on a host, the link that
// leads to everything else.
static unsigned scope_of(const struct address *address)
{
	static const struct prefix scoped[] = { IPV6_PREFIX(0xfe80000000000000, 0, 10),
						IPV6_PREFIX(0xff00000000000000, 0, 8) };
	static const struct address elsewhere = { FAMILY_IPV6, (address_bits)0x20010db800000000 << 64 | 1 };
	struct address source;

	if (!prefix_contains(&scoped[0], address) && !prefix_contains(&scoped[1], address))
		return 0;
	unsigned sink = if_nametoindex(ruleset_defaults.sink);
	if (sink)
		return sink;
	return source_for(&elsewhere, 0, &source) == 0 ? link_with(&source) : 0;
}

static int send_bytes(const struct address *remote, unsigned scope, const uint8_t *bytes, size_t size)
{
	struct sockaddr_storage name;
	socklen_t length = socket_name(remote, 0, scope, &name);
	const int yes = 1;
	AUTO_CLOSE int fd =
	    socket(remote->family == FAMILY_IPV4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &yes, sizeof(yes)) < 0 || choose_link(fd, scope) < 0)
		return OUTCOME_NOT_TRIED;
	if (sendto(fd, bytes, size, MSG_DONTWAIT, (struct sockaddr *)&name, length) < 0)
		return errno;
	return OUTCOME_SILENT;
}

static size_t format(const struct ask *ask, const struct address *source, uint8_t bytes[PACKET_SIZE])
{
	static const char text[] = "vpcjail verify";
	const struct flow *flow = &ask->flow;
	bool typed = flow->protocol == IPPROTO_ICMP || flow->protocol == IPPROTO_ICMPV6;
	struct packet packet = { .source = *source,
				 .destination = flow->remote,
				 .protocol = flow->protocol,
				 .source_port = flow->source_port,
				 .destination_port = typed ? 1 : flow->destination_port,
				 .icmp_type = flow->icmp_type,
				 .icmp_code = flow->icmp_code,
				 .flags = ask->flags ? ask->flags : PACKET_SYN,
				 .sequence = 1000,
				 .acknowledgement = ask->flags & PACKET_ACK ? 1000 : 0,
				 .oddity = ask->oddity };

	if (flow->protocol != IPPROTO_TCP) {
		packet.payload = (const uint8_t *)text;
		packet.length = sizeof(text);
	}
	return packet_format(&packet, bytes);
}

int raw_send(const struct ask *ask)
{
	const struct address *remote = &ask->flow.remote;
	struct address source = foreign[remote->family == FAMILY_IPV6];
	unsigned scope = scope_of(remote);
	uint8_t bytes[PACKET_SIZE];
	int refused = ask->foreign ? 0 : source_for(remote, scope, &source);

	if (refused)
		return refused;
	size_t size = format(ask, &source, bytes);
	return size ? send_bytes(remote, scope, bytes, size) : EINVAL;
}

int frame_send(const struct ask *ask)
{
	bool ipv6 = ask->flow.remote.family == FAMILY_IPV6;
	const struct sockaddr_ll place = { .sll_family = AF_PACKET,
					   .sll_protocol = htons(ipv6 ? ETHERTYPE_IPV6 : ETHERTYPE_IP),
					   .sll_ifindex = (int)if_nametoindex(ask->link.inside) };
	uint8_t frame[FRAME_HEADER + PACKET_SIZE];
	AUTO_CLOSE int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return OUTCOME_NOT_TRIED;
	memcpy(frame, ask->link.next_mac, 6);
	memcpy(frame + 6, ask->link.mac, 6);
	memcpy(frame + 12, &place.sll_protocol, 2);
	size_t size = format(ask, ask->foreign ? &foreign[ipv6] : &ask->link.own[ipv6], frame + FRAME_HEADER);
	if (!size)
		return EINVAL;
	if (sendto(fd, frame, FRAME_HEADER + size, MSG_DONTWAIT, (const struct sockaddr *)&place, sizeof(place)) < 0)
		return errno;
	return OUTCOME_SILENT;
}
