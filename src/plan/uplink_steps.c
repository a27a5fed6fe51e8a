// SPDX-License-Identifier: GPL-2.0-or-later
// The steps that make the jail's link: the host's side, and what init does with the end inside.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "plan/steps.h"

#define NETWORK MECHANISM_BIT(NETWORK)

static const char *const uplink_words[] = {
	[UPLINK_AUTO] = "auto",     [UPLINK_NONE] = "none",     [UPLINK_VETH] = "veth",   [UPLINK_MACVLAN] = "macvlan",
	[UPLINK_IPVLAN] = "ipvlan", [UPLINK_DEVICE] = "device", [UPLINK_PASTA] = "pasta",
};

const char *uplink_word(enum uplink uplink)
{
	return uplink_words[uplink];
}

void plan_uplink(struct launch_plan *plan, const struct launch_request *request)
{
	const struct link_plan *link = &plan->link;

	(void)request;
	if (link->kind == UPLINK_NONE)
		return;
	AUTO_FREE char *name = memory_format("uplink %s", uplink_word(link->kind));
	AUTO_FREE char *by =
	    memory_format("by %s%s%s", link->device, link->why ? "; chosen: " : "", link->why ? link->why : "");
	STEP(plan, PLACE_SUPERVISOR, .kind = STEP_UPLINK, .closes = NETWORK, .name = name, .path = link->inside,
	     .value = by,
	     .why = ruleset_asks_neighbours(link->kind)
			? "the jail's link, down: its walls are all inside"
			: "the jail's link, down; the host's walls stand before its end is up");
}

// A link has switches of its own, made from the defaults of whoever made it.
enum links { ANY_LINK, TOLD_LINK, ASKING_LINK };  // neighbours are told for good, or asked for

static const struct {
	const char *name, *value;
	enum links links;
	const char *why;
} link_switches[] = {
	{ "ipv4/conf/%s/route_localnet", "0", ANY_LINK, "127.0.0.0/8 stays on loopback" },
	{ "ipv4/conf/%s/accept_redirects", "0", ANY_LINK, "no router changes the routes" },
	{ "ipv4/conf/%s/arp_ignore", "8", TOLD_LINK, "nothing answers ARP" },
	{ "ipv4/conf/all/arp_ignore", "0", ASKING_LINK, "the larger one counts: the link's own decides" },
	{ "ipv4/conf/%s/arp_ignore", "1", ASKING_LINK, "ARP is answered for the link's own address alone" },
	{ "ipv4/conf/%s/arp_announce", "2", ASKING_LINK, "nobody is asked in the name of another address" },
	{ "ipv4/conf/%s/arp_notify", "0", ASKING_LINK, "nothing is sent by itself" },
	{ "ipv4/conf/%s/proxy_arp", "0", ASKING_LINK, "nothing is answered for others" },
	{ "ipv6/conf/%s/accept_ra", "0", ANY_LINK, "no router configures the link" },
	{ "ipv6/conf/%s/autoconf", "0", ANY_LINK, "no address but our own" },
	{ "ipv6/conf/%s/accept_redirects", "0", ANY_LINK, "no router changes the routes" },
	{ "ipv6/conf/%s/addr_gen_mode", "1", ANY_LINK, "no link-local address: only what is written here" },
	{ "ipv6/conf/%s/dad_transmits", "0", ANY_LINK, "nothing is sent by itself" },
	{ "ipv6/conf/%s/ndisc_notify", "0", ASKING_LINK, "nothing is sent by itself" },
	{ "ipv6/conf/%s/proxy_ndp", "0", ASKING_LINK, "nothing is answered for others" },
};

// The name of a switch, of the link or of all.
static char *switch_name(const char *pattern, const char *link)
{
	const char *mark = strstr(pattern, "%s");

	return mark ? memory_format("%.*s%s%s", (int)(mark - pattern), pattern, link, mark + 2)
		    : memory_copy_text(pattern);
}

static void add_switches(struct launch_plan *plan, const struct launch_request *request)
{
	enum links not = ruleset_asks_neighbours(plan->link.kind) ? TOLD_LINK : ASKING_LINK;

	for (size_t i = 0; i < sizeof(link_switches) / sizeof(link_switches[0]); i++) {
		if (link_switches[i].links == not || (link_switches[i].name[3] == '6' && !request->host->ipv6))
			continue;
		AUTO_FREE char *which = switch_name(link_switches[i].name, plan->link.inside);
		AUTO_FREE char *path = memory_format("/proc/sys/net/%s", which);
		AUTO_FREE char *name = memory_format("sysctl %s", which);
		STEP(plan, PLACE_INIT, .kind = STEP_SYSCTL, .closes = NETWORK, .name = name, .path = path,
		     .value = link_switches[i].value, .why = link_switches[i].why);
	}
}

void plan_link_wait(struct launch_plan *plan, const struct launch_request *request)
{
	if (plan->link.kind == UPLINK_NONE)
		return;
	STEP(plan, PLACE_INIT, .kind = STEP_UPLINK_WAIT, .closes = NETWORK, .name = "wait for link",
	     .path = plan->link.inside, .why = "the supervisor makes it, down, while its rules are not there yet");
	add_switches(plan, request);
	STEP(plan, PLACE_INIT, .kind = STEP_SYSCTL, .closes = NETWORK, .name = "sysctl ipv4/tcp_mtu_probing",
	     .path = "/proc/sys/net/ipv4/tcp_mtu_probing", .value = "1",
	     .why = "no ICMP error is let in that would tell the size of a path");
}

static void add_routes(struct launch_plan *plan, const prefix_vec *routes, bool behind)
{
	char prefix[PREFIX_TEXT_SIZE], gateway[ADDRESS_TEXT_SIZE];

	vec_for_each (route, routes) {
		size_t index = route->base.family == FAMILY_IPV6;
		AUTO_FREE char *name = memory_format("route %s", prefix_print(route, prefix));
		STEP(plan, PLACE_INIT, .kind = STEP_ROUTE, .closes = NETWORK, .name = name, .path = plan->link.inside,
		     .value = prefix, .data = behind ? address_print(&plan->link.gateways[index], gateway) : NULL,
		     .why = "the policy reaches something there");
	}
}

static void add_address(struct launch_plan *plan, size_t index)
{
	const struct link_plan *link = &plan->link;
	AUTO_FREE char *name = memory_format("link address %s", link_family_name(index));
	char text[ADDRESS_TEXT_SIZE];

	// Alone, whatever the subnet's length: routes say who is on the link.
	STEP(plan, PLACE_INIT, .kind = STEP_ADDRESS, .closes = NETWORK, .name = name, .path = link->inside,
	     .value = address_print(&link->own[index].address, text), .why = "the only source a packet may have");
}

static void add_neighbour(struct launch_plan *plan, size_t index)
{
	const struct link_plan *link = &plan->link;
	AUTO_FREE char *name = memory_format("link neighbour %s", link_family_name(index));
	char text[ADDRESS_TEXT_SIZE], mac[18];

	(void)snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", link->gateway_mac[0], link->gateway_mac[1],
		       link->gateway_mac[2], link->gateway_mac[3], link->gateway_mac[4], link->gateway_mac[5]);
	STEP(plan, PLACE_INIT, .kind = STEP_NEIGHBOUR, .closes = NETWORK, .name = name, .path = link->inside,
	     .value = address_print(&link->gateways[index], text), .data = mac,
	     .why = "the host's end, told once: nobody asks for it on the link");
}

static void add_sink_rules(struct launch_plan *plan, const struct launch_request *request)
{
	static const char *const defaults[LINK_FAMILIES] = { "0.0.0.0/0", "::/0" };

	for (size_t i = 0; i < (request->host->ipv6 ? 2 : 1); i++) {
		AUTO_FREE char *name = memory_format("sink rule %s", link_family_name(i));
		STEP(plan, PLACE_INIT, .kind = STEP_SINK_RULE, .closes = NETWORK, .name = name, .path = "sink0",
		     .value = defaults[i], .flags = RULESET_SINK_MARK,
		     .why = "a denied packet hangs, though a link leads to where it wants to go");
	}
}

void plan_link_up(struct launch_plan *plan, const struct launch_request *request)
{
	const struct link_plan *link = &plan->link;
	bool pair = link->kind == UPLINK_VETH || link->kind == UPLINK_PASTA;

	if (link->kind == UPLINK_NONE)
		return;
	if (request->policy->on_deny == ON_DENY_DROP && !link->open)
		add_sink_rules(plan, request);
	if (link->kind == UPLINK_PASTA) {
		AUTO_FREE char *mtu = memory_format("%u", link->mtu);
		STEP(plan, PLACE_INIT, .kind = STEP_LINK_QUIET, .closes = NETWORK, .name = "link quiet",
		     .path = link->inside, .value = mtu,
		     .why = "pasta's tap: nobody is asked for on it, nor does IPv6 speak by itself");
	}
	for (size_t i = 0; i < LINK_FAMILIES; i++)
		if (link->own[i].address.family != FAMILY_NONE)
			add_address(plan, i);
	STEP(plan, PLACE_INIT, .kind = STEP_LINK_UP, .closes = NETWORK, .name = "link up", .path = link->inside,
	     .why = pair ? "after the rules, which stand on both ends" : "after the rules");
	for (size_t i = 0; i < LINK_FAMILIES; i++)
		if (pair && link->own[i].address.family != FAMILY_NONE)
			add_neighbour(plan, i);
	add_routes(plan, &link->neighbours, false);
	add_routes(plan, &link->routes, true);
}
