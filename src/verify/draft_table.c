// SPDX-License-Identifier: GPL-2.0-or-later
// The conformance table as rows: see draft.h. A line is a cell of the table with the flows that try it.
#include <assert.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stdio.h>
#include <string.h>

#include "dns/answer.h"
#include "policy/service_name.h"
#include "verify/acts.h"
#include "verify/draft.h"

enum { CELL_FLOWS = 10 };

// FIXED: denied whatever the profile says. LET: as the policy has it under `vpc`; under `full` it is PEERS: as the
// policy has it for peers, which may be any address, and denied for all others.
enum fate { FIXED, LET, PEERS };

static const struct cell {
	const char *what;
	enum row_kind kind;
	enum fate fate;
	const char *flows[CELL_FLOWS];
} cells[] = {
	{ "port 53 of a server outside the VPC",
	  ROW_SOCKET,
	  LET,
	  { "udp 9.9.9.9:53", "tcp 9.9.9.9:53", "udp [2620:fe::fe]:53", "tcp [2620:fe::fe]:53" } },
	{ "the VPC's resolver addresses",
	  ROW_SOCKET,
	  LET,
	  { "udp 169.254.169.253:53", "tcp 169.254.169.253:53", "udp [fd00:ec2::253]:53", "tcp [fd00:ec2::253]:53" } },
	{ "instance metadata (IMDS)",
	  ROW_SOCKET,
	  LET,
	  { "tcp 169.254.169.254:80", "tcp [fd00:ec2::254]:80", "udp 169.254.169.254:9999" } },
	{ "the task's credentials",
	  ROW_SOCKET,
	  LET,
	  { "tcp 169.254.170.2:80", "tcp 169.254.170.23:80", "tcp [fd00:ec2::23]:80" } },
	{ "Time Sync", ROW_SOCKET, LET, { "udp 169.254.169.123:123", "udp [fd00:ec2::123]:123" } },
	{ "public addresses",
	  ROW_SOCKET,
	  LET,
	  { "tcp 198.51.100.1:443", "tcp 203.0.113.9:80", "tcp [2001:db8::1]:443", "tcp [2600:1f00::1]:22",
	    "udp 198.51.100.1:9999", "udp [2001:db8::1]:9999", "icmp 198.51.100.1", "icmpv6 2001:db8::1" } },
	{ "broadcast and multicast",
	  ROW_RAW,
	  FIXED,
	  { "udp 255.255.255.255:9999", "udp 224.0.0.5:9999", "udp 239.1.2.3:9999", "udp [ff05::5]:9999" } },
	{ "protocols other than TCP, UDP and ICMP",
	  ROW_RAW,
	  FIXED,
	  { "47 198.51.100.1", "132 198.51.100.1", "47 2001:db8::1", "132 2001:db8::1" } },
};

static bool is_peer(const struct profile *profile, const struct address *address)
{
	vec_for_each (peer, &profile->network.peers)
		if (address_equal(&peer->address, address))
			return true;
	return false;
}

static void add_text(struct draft *draft, unsigned promise, enum row_kind kind, enum fate fate, const char *text)
{
	struct flow flow;

	if (flow_parse(text, &flow, NULL) < 0)
		assert(!"the flows of the table are flows");
	else if (fate == FIXED || (fate == PEERS && !is_peer(draft->profile, &flow.remote)))
		draft_denied(draft, promise, kind, &flow);
	else
		draft_flow(draft, promise, kind, &flow);
}

// The ways of a training job to a machine: ssh, rendezvous, a store, datagrams, an echo.
static void add_machine(struct draft *draft, unsigned promise, enum row_kind kind, const struct address *address)
{
	static const struct {
		int protocol;
		uint16_t port;
	} ways[] = { { IPPROTO_TCP, 22 },
		     { IPPROTO_TCP, 443 },
		     { IPPROTO_TCP, 29500 },
		     { IPPROTO_UDP, 9999 },
		     { IPPROTO_ICMP, 0 } };

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct flow flow = { .direction = kind == ROW_INBOUND ? INGRESS : EGRESS,
				     .protocol = ways[i].protocol,
				     .remote = *address,
				     .destination_port = ways[i].port };
		if (flow.protocol == IPPROTO_ICMP && address->family == FAMILY_IPV6)
			flow.protocol = IPPROTO_ICMPV6;
		if (flow.protocol == IPPROTO_ICMP)
			flow.icmp_type = ICMP_ECHO;
		else if (flow.protocol == IPPROTO_ICMPV6)
			flow.icmp_type = ICMP6_ECHO_REQUEST;
		draft_flow(draft, promise, kind, &flow);
	}
}

// An address in the block with which nobody else is meant.
static struct address some_host(const struct draft *draft, const struct prefix *block)
{
	enum { FIRST = 77 };
	struct address address = prefix_first(block), last = prefix_last(block);

	for (address.bits += FIRST; address.bits < last.bits; address.bits++)
		if (!prefix_set_contains(&draft->own, &address))
			return address;
	return last;
}

static void add_subnets(struct draft *draft)
{
	const prefix_value_vec *subnets = &draft->profile->vpc.subnets;

	for (size_t i = 0; i < subnets->count; i++) {
		char text[PREFIX_TEXT_SIZE];
		unsigned promise = draft_promise(draft, PROMISE_TABLE, NULL, "another host in %s",
						 prefix_print(&subnets->items[i].prefix, text));
		struct address host = some_host(draft, &subnets->items[i].prefix);
		add_machine(draft, promise, ROW_SOCKET, &host);
	}
}

static const struct profile_prefix_list *list_of(const struct profile *profile, const char *id)
{
	vec_for_each (list, &profile->prefix_lists)
		if (strcmp(list->id, id) == 0)
			return list;
	return NULL;
}

static const char *title_of(const struct profile_endpoint *endpoint)
{
	return endpoint->service.text ? endpoint->service.text : endpoint->name.text;
}

static void add_ports(struct draft *draft, unsigned promise, const struct address *address)
{
	static const uint16_t ports[] = { 443, 80 };

	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		struct flow flow = { .protocol = IPPROTO_TCP, .remote = *address, .destination_port = ports[i] };
		draft_flow(draft, promise, ROW_SOCKET, &flow);
	}
}

static void add_endpoints(struct draft *draft)
{
	vec_for_each (endpoint, &draft->profile->endpoints) {
		unsigned promise = draft_promise(draft, PROMISE_TABLE, NULL, "%s endpoint %s, ports 443 and 80",
						 endpoint->type == ENDPOINT_GATEWAY     ? "gateway"
						 : endpoint->type == ENDPOINT_INTERFACE ? "interface"
											: "custom",
						 title_of(endpoint));
		const struct profile_prefix_list *list =
		    endpoint->prefix_list.text ? list_of(draft->profile, endpoint->prefix_list.text) : NULL;
		for (size_t i = 0; list && i < list->entries.ranges.count && i < 4; i++)
			add_ports(draft, promise, &list->entries.ranges.items[i].first);
		vec_for_each (address, &endpoint->addresses)
			add_ports(draft, promise, &address->address);
	}
}

static void add_peers(struct draft *draft)
{
	vec_for_each (peer, &draft->profile->network.peers) {
		char text[ADDRESS_TEXT_SIZE];
		unsigned out =
		    draft_promise(draft, PROMISE_TABLE, NULL, "to peer %s", address_print(&peer->address, text));
		unsigned in = draft_promise(draft, PROMISE_TABLE, NULL, "from peer %s", text);
		add_machine(draft, out, ROW_SOCKET, &peer->address);
		add_machine(draft, in, ROW_INBOUND, &peer->address);
	}
}

static void add_strangers(struct draft *draft)
{
	static const char *const strangers[] = { "198.51.100.7", "2001:db8::7" };
	unsigned promise = draft_promise(draft, PROMISE_TABLE, NULL, "from elsewhere");

	for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++) {
		struct address address;
		if (address_parse(strangers[i], &address, NULL) == 0)
			add_machine(draft, promise, ROW_INBOUND, &address);
	}
}

static void add_acts(struct draft *draft)
{
	unsigned promise =
	    draft_promise(draft, PROMISE_TABLE, NULL, "own loopback, UNIX sockets, pipes, shared memory");

	for (size_t i = 0; i < verify_act_count; i++) {
		const struct board_row row = {
			.kind = ROW_ACT, .promise = promise, .door = (unsigned)i, .allowed = true
		};
		(void)board_add(draft->board, &row);
	}
}

void draft_table(struct draft *draft)
{
	bool full = draft->profile->network.isolation == ISOLATION_FULL;

	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		unsigned promise = draft_promise(draft, PROMISE_TABLE, NULL, "%s", cells[i].what);
		enum fate fate = full && cells[i].fate == LET ? PEERS : cells[i].fate;
		for (size_t k = 0; k < CELL_FLOWS && cells[i].flows[k]; k++)
			add_text(draft, promise, cells[i].kind, fate, cells[i].flows[k]);
	}
	add_acts(draft);
	add_subnets(draft);
	add_endpoints(draft);
	add_peers(draft);
	add_strangers(draft);
}

static void add_name(struct draft *draft, unsigned promise, const char *name, bool resolves, const struct address *to)
{
	struct board_row row = { .kind = ROW_NAME, .promise = promise, .allowed = resolves };

	if (strlen(name) >= sizeof(row.name))
		return;
	row.flow.remote.family = to ? to->family : FAMILY_IPV4;
	if (to)
		row.resolves_to = *to;
	memcpy(row.name, name, strlen(name) + 1);
	(void)board_add(draft->board, &row);
}

// Private names lead to the first of the endpoint's addresses; under full isolation there are none.
static void add_endpoint_names(struct draft *draft)
{
	const struct profile *profile = draft->profile;
	bool known = profile->network.isolation == ISOLATION_VPC && profile->vpc.dns != DNS_NONE;

	vec_for_each (endpoint, &profile->endpoints) {
		name_vec names = { 0 };
		if (!endpoint->addresses.count)
			continue;
		endpoint_dns_names(profile, endpoint, &names);
		unsigned promise =
		    draft_promise(draft, PROMISE_TABLE, NULL, "the private names of %s", title_of(endpoint));
		for (size_t i = 0, added = 0; i < names.count && added < 2; i++)
			if (names.items[i][0] != '*') {
				add_name(draft, promise, names.items[i], known, &endpoint->addresses.items[0].address);
				added++;
			}
		name_vec_release(&names);
	}
}

void draft_names(struct draft *draft, const char *hostname)
{
	const struct profile *profile = draft->profile;
	bool resolver = profile->network.isolation == ISOLATION_VPC && profile->vpc.dns == DNS_RESOLVER;
	unsigned own = draft_promise(draft, PROMISE_TABLE, NULL, "own names and those of `hosts`");
	unsigned public = draft_promise(draft, PROMISE_TABLE, NULL, "a public name");

	add_name(draft, own, "localhost", true, NULL);
	add_name(draft, own, hostname, true, NULL);
	vec_for_each (host, &profile->hosts)
		add_name(draft, own, host->name, true, &host->address);
	add_name(draft, public, "www.example.com", resolver, NULL);
	add_endpoint_names(draft);
}
