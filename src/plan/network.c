// SPDX-License-Identifier: GPL-2.0-or-later
// The steps of init that make the network: switches, the sink, the rule set while every link is down, then links up.
#include "base/cleanup.h"
#include "base/memory.h"
#include "plan/steps.h"

#define NETWORK MECHANISM_BIT(NETWORK)

// A new namespace inherits the host's switches (net.core.devconf_inherit_init_net): written, never assumed.
// IPv6 rows are skipped only where the kernel has no IPv6 at all.
static const struct {
	const char *name, *value, *why;
} switches[] = {
	{ "ipv4/ip_forward", "0", "the jail routes for nobody" },
	{ "ipv4/conf/all/route_localnet", "0", "127.0.0.0/8 stays on loopback" },
	{ "ipv4/conf/default/route_localnet", "0", "127.0.0.0/8 stays on loopback" },
	{ "ipv4/conf/all/accept_redirects", "0", "no router changes the routes" },
	{ "ipv4/conf/default/accept_redirects", "0", "no router changes the routes" },
	{ "ipv4/conf/default/arp_ignore", "8", "nothing answers ARP" },
	{ "ipv6/conf/all/disable_ipv6", "0", "::1 works inside whatever the host does" },
	{ "ipv6/conf/default/disable_ipv6", "0", "denied IPv6 is seen, named and refused like IPv4" },
	{ "ipv6/conf/all/forwarding", "0", "the jail routes for nobody" },
	{ "ipv6/conf/default/accept_ra", "0", "no router configures a link" },
	{ "ipv6/conf/default/autoconf", "0", "no address but our own" },
	{ "ipv6/conf/default/accept_redirects", "0", "no router changes the routes" },
	{ "ipv6/conf/default/addr_gen_mode", "1", "no link-local address: only what is written here" },
	{ "ipv6/conf/default/dad_transmits", "0", "nothing is sent by itself" },
};

// The sink's own addresses: RFC 7600 keeps 192.0.0.8 as a source that nobody answers; the ULA's digits are random (RFC
// 4193).
static const char *const sink_addresses[] = { "192.0.0.8/32", "fd5c:8b1e:7a42::8/128" };
const char host_ports_address[] = "127.86.80.67";
static const char *const sink_routes[] = { "0.0.0.0/0", "::/0" };

bool plan_pings(const struct launch_request *request)
{
	return request->policy->icmp || (request->audit == AUDIT_ONLINE && request->host->pings);
}

static void add_switches(struct launch_plan *plan, const struct launch_request *request)
{
	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
		if (switches[i].name[3] == '6' && !request->host->ipv6)
			continue;
		AUTO_FREE char *path = memory_format("/proc/sys/net/%s", switches[i].name);
		AUTO_FREE char *name = memory_format("sysctl %s", switches[i].name);
		STEP(plan, PLACE_INIT, .kind = STEP_SYSCTL, .closes = NETWORK, .name = name, .path = path,
		     .value = switches[i].value, .why = switches[i].why);
	}
	if (plan->link.kind != UPLINK_NONE || request->profile->network.isolation == ISOLATION_VPC)
		STEP(plan, PLACE_INIT, .kind = STEP_SYSCTL, .closes = NETWORK,
		     .name = "sysctl netfilter/nf_conntrack_tcp_loose",
		     .path = "/proc/sys/net/netfilter/nf_conntrack_tcp_loose", .value = "0",
		     .why = "a packet from the middle of a stream starts no conversation");
	if (plan_pings(request))
		STEP(plan, PLACE_INIT, .kind = STEP_SYSCTL, .closes = NETWORK, .name = "sysctl ipv4/ping_group_range",
		     .path = "/proc/sys/net/ipv4/ping_group_range", .value = "GID",
		     .why = request->policy->icmp ? "the policy allows ICMP echo: ping sockets for the job's group"
						  : "an audit of who may have ping sockets: for the job's group");
}

// Listeners are made inside, where the job connects to them; the supervisor, outside, accepts.
static void plan_host_ports(struct launch_plan *plan, const struct launch_request *request)
{
	vec_for_each (ports, &request->profile->network.host_ports)
		for (unsigned port = ports->range.first; port <= ports->range.last; port++) {
			AUTO_FREE char *name = memory_format("host port %u", port);
			AUTO_FREE char *value = memory_format("%u", port);
			STEP(plan, PLACE_INIT, .kind = STEP_HOST_PORT, .closes = NETWORK, .name = name,
			     .path = host_ports_address, .value = value,
			     .why = "network.host-ports: relayed to the host's 127.0.0.1");
		}
	if (request->profile->network.host_ports.count)
		plan_open_door(plan, "tcp4_loopback", "network.host-ports");
}

void plan_network(struct launch_plan *plan, const struct launch_request *request)
{
	size_t families = request->host->ipv6 ? 2 : 1;

	add_switches(plan, request);
	STEP(plan, PLACE_INIT, .kind = STEP_VIEW_START, .name = "start view",
	     .why = "the file tree is made beside the network; the switches are held open");
	STEP(plan, PLACE_INIT, .kind = STEP_SINK, .closes = NETWORK, .name = "create sink", .path = "sink0",
	     .value = "sink1", .why = "where packets without a route go, so that a denial is counted, named and seen");
	plan_link_wait(plan, request);
	STEP(plan, PLACE_INIT, .kind = STEP_RULESET, .closes = MECHANISM_BIT(RULESET), .name = "load rule set",
	     .why = "one transaction while every link is down");
	STEP(plan, PLACE_INIT, .kind = STEP_READ_BACK, .closes = MECHANISM_BIT(RULESET), .name = "read rule set back",
	     .why = "the kernel must have what was meant, no more and no less");
	STEP(plan, PLACE_INIT, .kind = STEP_LOG, .closes = NETWORK, .name = "open denial log",
	     .why = "denials are named after the job");
	if (plan->link.kind != UPLINK_NONE)
		STEP(plan, PLACE_INIT, .kind = STEP_COUNT, .closes = NETWORK, .name = "count conversations",
		     .why = "what is carried is recorded with its packets and bytes");
	STEP(plan, PLACE_INIT, .kind = STEP_LINK_UP, .closes = NETWORK, .name = "loopback up", .path = "lo",
	     .why = "127.0.0.1 and ::1 work");
	STEP(plan, PLACE_INIT, .kind = STEP_LINK_UP, .closes = NETWORK, .name = "sink peer up", .path = "sink1",
	     .why = "gives the sink its carrier");
	STEP(plan, PLACE_INIT, .kind = STEP_LINK_UP, .closes = NETWORK, .name = "sink up", .path = "sink0",
	     .why = "the other end drops everything");
	for (size_t i = 0; i < families; i++)
		STEP(plan, PLACE_INIT, .kind = STEP_ADDRESS, .closes = NETWORK,
		     .name = i ? "sink address IPv6" : "sink address IPv4", .path = "sink0", .value = sink_addresses[i],
		     .why = "a source for packets that go nowhere");
	for (size_t i = 0; i < families; i++)
		STEP(plan, PLACE_INIT, .kind = STEP_ROUTE, .closes = NETWORK,
		     .name = i ? "sink route IPv6" : "sink route IPv4", .path = "sink0", .value = sink_routes[i],
		     .why = "everything without a real route");
	plan_dns(plan, request);
	plan_host_ports(plan, request);
	plan_link_up(plan, request);
	STEP(plan, PLACE_INIT, .kind = STEP_HAND_OVER, .closes = NETWORK, .name = "hand sockets over",
	     .why = "the supervisor reads the denials from outside");
}
