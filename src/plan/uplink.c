// SPDX-License-Identifier: GPL-2.0-or-later
// Choosing the jail's link: see uplink.h.
#include "plan/uplink.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "dns/made_up.h"
#include "nft/ruleset.h"
#include "plan/link_routes.h"
#include "plan/link_subnet.h"
#include "plan/pasta.h"
#include "policy/reach.h"

#define INSIDE_NAME "eth0"

static const enum family families[LINK_FAMILIES] = { FAMILY_IPV4, FAMILY_IPV6 };

static enum uplink link_kind_for(bool root, const char **why)
{
	*why = root ? "root, and no other kind is asked for" : "a user without root makes no link on the host";
	return root ? UPLINK_VETH : UPLINK_PASTA;
}

enum uplink link_kind(const struct profile *profile, const struct policy *policy, bool root, const char **why)
{
	*why = NULL;
	if (!policy_needs_link(policy)) {
		if (profile->network.uplink == UPLINK_AUTO)
			*why = "the policy lets nothing through that a link could carry";
		return UPLINK_NONE;
	}
	if (profile->network.uplink != UPLINK_AUTO)
		return profile->network.uplink;
	return link_kind_for(root, why);
}

static void own_ranges(const struct profile *profile, struct prefix_set *out)
{
	vec_for_each (cidr, &profile->vpc.cidrs)
		prefix_set_add(out, &cidr->prefix);
	vec_for_each (subnet, &profile->vpc.subnets)
		prefix_set_add(out, &subnet->prefix);
	vec_for_each (peer, &profile->network.peers) {
		struct prefix prefix = prefix_of_address(&peer->address);
		prefix_set_add(out, &prefix);
	}
	prefix_set_normalize(out);
}

void link_named_addresses(const struct link_facts *facts, struct prefix_set *out)
{
	link_reached(facts->policy, out);
	own_ranges(facts->profile, out);
}

static void set_name(char to[LINK_NAME_SIZE], const char *name)
{
	(void)snprintf(to, LINK_NAME_SIZE, "%s", name);
}

static const struct host_interface *find_interface(const struct host_network *network, const char *name)
{
	vec_for_each (interface, &network->interfaces)
		if (strcmp(interface->name, name) == 0)
			return interface;
	return NULL;
}

static char *list_interfaces(const struct host_network *network)
{
	struct strbuf text = { 0 };

	vec_for_each (interface, &network->interfaces)
		if (!interface->loopback)
			strbuf_format(&text, "%s%s", text.length ? ", " : "", interface->name);
	return text.length ? strbuf_steal(&text) : memory_copy_text("none");
}

static int named_interface(const struct link_facts *facts, const struct host_interface **out, struct error *err)
{
	const struct text_value *named = &facts->profile->network.interface;

	*out = find_interface(facts->network, named->text);
	if (*out && !(*out)->loopback)
		return 0;
	AUTO_FREE char *known = list_interfaces(facts->network);
	vec_for_each (away, &facts->network->away)
		if (strcmp(*away, named->text) == 0)
			return link_place_error(facts, &named->at, "network.interface", err, -EBUSY,
						"the link is in another jail, which gives it back when it ends");
	AUTO_FREE char *message = *out ? memory_format("%s is loopback; this host has: %s", named->text, known)
				       : memory_format("this host has no link %s; it has: %s", named->text, known);
	return link_place_error(facts, &named->at, "network.interface", err, -ENODEV, message);
}

static bool is_link_local(const struct address *address)
{
	static const struct prefix link_local = IPV6_PREFIX(0xfe80000000000000, 0, 10);

	return prefix_contains(&link_local, address);
}

// An address inside the job's own subnet, or of the first thing that the policy reaches.
static bool typical_destination(const struct link_facts *facts, const prefix_vec *routes, struct address *out)
{
	const prefix_value_vec *subnets = &facts->profile->vpc.subnets;

	if (subnets->count) {
		*out = prefix_first(&subnets->items[0].prefix);
		out->bits += subnets->items[0].prefix.length + 1U < (unsigned)out->family ? 1 : 0;
		return true;
	}
	if (!routes->count)
		return false;
	*out = prefix_first(&routes->items[0]);
	return true;
}

static bool is_of_jail(const struct host_interface *interface)
{
	return strncmp(interface->name, RULESET_HOST_LINKS, strlen(RULESET_HOST_LINKS)) == 0;
}

// The link that the host's default route leaves by, else that of any route: a host is audited as it is.
static int choose_any_interface(const struct link_facts *facts, const struct host_interface **out, struct error *err)
{
	const struct host_route *best = NULL;

	vec_for_each (route, &facts->network->routes) {
		const struct host_interface *interface = host_network_interface(facts->network, route->interface);

		if (!interface || interface->loopback || is_link_local(&route->destination.base) ||
		    is_of_jail(interface))
			continue;
		if (!best || route->destination.length < best->destination.length ||
		    (route->destination.length == best->destination.length &&
		     (route->destination.base.family < best->destination.base.family ||
		      (route->destination.base.family == best->destination.base.family &&
		       route->metric < best->metric))))
			best = route;
	}
	if (!best)
		return error_set(
		    err, -ENODEV,
		    "this host has no route to anywhere, so there is nothing that the job could reach: audit "
		    "it with --offline");
	*out = host_network_interface(facts->network, best->interface);
	return 0;
}

// By name, or the link by which the job's own subnet is reached.
static int choose_interface(const struct link_facts *facts, const prefix_vec *routes, const struct host_interface **out,
			    struct error *err)
{
	const struct host_route *route = NULL;
	char text[ADDRESS_TEXT_SIZE] = "";
	struct address to;

	if (facts->audit == AUDIT_ONLINE)
		return choose_any_interface(facts, out, err);
	if (facts->profile->network.interface.text)
		return named_interface(facts, out, err);
	if (typical_destination(facts, routes, &to)) {
		route = host_network_route(facts->network, &to);
		(void)address_print(&to, text);
	}
	*out = route ? host_network_interface(facts->network, route->interface) : NULL;
	if (*out && !(*out)->loopback)
		return 0;
	AUTO_FREE char *known = list_interfaces(facts->network);
	return error_set(err, -ENODEV,
			 "no link of this host leads to %s: name one under network.interface (it has: %s), or write "
			 "`uplink: none`",
			 text, known);
}

// An address that packets can leave the host with: not of the link itself.
static bool interface_has(const struct host_interface *interface, enum family family)
{
	vec_for_each (own, &interface->addresses)
		if (own->address.family == family && !is_link_local(&own->address))
			return true;
	return false;
}

// NULL: the family can be carried for the jail.
static const char *why_not(const struct link_facts *facts, enum uplink kind, const struct host_interface *interface,
			   size_t index)
{
	enum family family = families[index];

	if (family == FAMILY_IPV6 && !facts->ipv6)
		return "the kernel has no IPv6";
	if (ruleset_asks_neighbours(kind))
		return link_own_address(facts, kind, interface, index).address.family == family
			   ? NULL
			   : "the jail has no such address on the link's subnet: give one, as in "
			     "--address 10.0.1.50/24 --gateway 10.0.1.1, or --lease FILE";
	if (!interface_has(interface, family))
		return "the host's link has no such address";
	if (family == FAMILY_IPV6 && kind == UPLINK_VETH && !facts->forwards_ipv6)
		return "this kernel forwards IPv6 for the whole host or not at all (Linux 6.17 does it by links); "
		       "uplink macvlan, device or pasta does without";
	return NULL;
}

// Own addresses for a link whose other end is this host's, by which nobody else can mean it.
static int take_pair(const struct link_facts *facts, struct link_plan *link, size_t index, struct error *err)
{
	CLEANUP(prefix_set_release) struct prefix_set taken = { 0 };
	struct address first = { 0 };

	link_named_addresses(facts, &taken);
	if (facts->audit == AUDIT_OFFLINE) {
		prefix_set_add(&taken, &dns_made_up_range);
		prefix_set_normalize(&taken);
	}
	if (link_free_pair(facts->network, &taken, families[index], facts->jail, &first, NULL) < 0) {
		// A policy that reaches every address leaves none that it does not name: then the VPC's own are
		// avoided.
		prefix_set_release(&taken);
		own_ranges(facts->profile, &taken);
		if (facts->audit == AUDIT_OFFLINE)
			prefix_set_add(&taken, &dns_made_up_range);
		prefix_set_normalize(&taken);
		if (link_free_pair(facts->network, &taken, families[index], facts->jail, &first, err) < 0)
			return err ? err->code : -EADDRINUSE;
	}
	link->gateways[index] = first;
	link->own[index] = (struct host_address){ { first.family, first.bits | 1 }, (uint8_t)families[index] };
	return 0;
}

// 32 bits of a number of up to 128, all of which matter.
static uint32_t fold(address_bits bits)
{
	return (uint32_t)(bits ^ bits >> 32 ^ bits >> 64 ^ bits >> 96);
}

// Hardware addresses: locally administered, unicast. A pair's from the jail's number. A macvlan's from its address: a
// jail that starts again under the same one has the same again, and what its neighbours remember stays right.
static void make_macs(const struct link_facts *facts, const struct host_interface *interface, struct link_plan *link)
{
	const struct address *own = &link->own[link->own[0].address.family == FAMILY_NONE].address;
	uint32_t number = link->kind == UPLINK_MACVLAN ? fold(own->bits) : facts->jail;
	const uint8_t mac[6] = {
		0x02, 0x76, (uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number
	};

	if (link->kind == UPLINK_IPVLAN || link->kind == UPLINK_DEVICE) {
		memcpy(link->mac, interface->mac, sizeof(link->mac));
		return;
	}
	memcpy(link->mac, mac, sizeof(mac));
	memcpy(link->gateway_mac, mac, sizeof(mac));
	link->gateway_mac[0] = 0x06;
}

// Which families the link has, and addresses for them.
static int take_families(const struct link_facts *facts, const struct host_interface *interface, struct link_plan *link,
			 struct error *err)
{
	const char *reason = NULL;
	bool any = false;

	for (size_t i = 0; i < LINK_FAMILIES; i++) {
		if (!link_has_family(&link->routes, i))
			continue;
		const char *no = why_not(facts, link->kind, interface, i);
		if (no) {
			reason = no;
			link->left_out[i] = no;
			link_drop_family(&link->routes, i);
			continue;
		}
		if (ruleset_asks_neighbours(link->kind) ? link_take_subnet(facts, interface, link, i, err)
							: take_pair(facts, link, i, err))
			return err->code;
		any = true;
	}
	return any ? 0
		   : error_set(err, -EADDRNOTAVAIL, "%s can carry nothing of what the profile allows: %s",
			       interface->name, reason ? reason : "there is nothing");
}

// All that the host itself may send by.
static void find_ways(const struct link_facts *facts, struct link_plan *link)
{
	vec_for_each (interface, &facts->network->interfaces) {
		struct link_way way = { .carries = { interface_has(interface, FAMILY_IPV4),
						     interface_has(interface, FAMILY_IPV6) } };

		if (!interface->up || interface->loopback || interface->index == link->device_index ||
		    is_of_jail(interface) || !(way.carries[0] || way.carries[1]))
			continue;
		set_name(way.device, interface->name);
		vec_push(&link->ways, way);
	}
}

static int choose(const struct link_facts *facts, struct link_plan *link, struct error *err)
{
	const struct host_interface *interface = NULL;

	link_find_routes(link, facts->policy, &link->routes);
	if (choose_interface(facts, &link->routes, &interface, err) < 0)
		return err->code;
	set_name(link->device, interface->name);
	link->device_index = interface->index;
	link->mtu = link->kind == UPLINK_PASTA ? PASTA_MTU : interface->mtu;
	set_name(link->inside, INSIDE_NAME);
	if (link->open && link->kind == UPLINK_VETH)
		find_ways(facts, link);
	if (link->kind == UPLINK_VETH)
		(void)snprintf(link->outside, LINK_NAME_SIZE, "vpcj%08x", (unsigned)facts->jail);
	if (ruleset_asks_neighbours(link->kind) && link_check_device(facts, link->kind, interface, err) < 0)
		return err->code;
	if (take_families(facts, interface, link, err) < 0)
		return err->code;
	make_macs(facts, interface, link);
	return 0;
}

// What no choice of addresses would make possible.
static int refuse_kind(const struct link_facts *facts, enum uplink kind, struct error *err)
{
	const struct profile_network *network = &facts->profile->network;

	if (kind == UPLINK_NONE || facts->audit == AUDIT_ONLINE)
		return 0;
	if (kind == UPLINK_PASTA && facts->root)
		return link_place_error(
		    facts, &network->uplink_at, "network.uplink", err, -EPERM,
		    "pasta is for users without root; as root write `uplink: veth` or `uplink: auto`");
	if (kind != UPLINK_PASTA && !facts->root)
		return link_place_error(
		    facts, &network->uplink_at, "network.uplink", err, -EPERM,
		    "only root makes such a link; as another user write `uplink: auto` or `uplink: none`");
	if (kind == UPLINK_PASTA && network->peers.count)
		return link_place_error(
		    facts, &network->peers_at, "network.peers", err, -ENOTSUP,
		    "uplink pasta carries no connection from outside, so no peer can reach the job; start "
		    "it as root, or leave the peers out");
	return 0;
}

int link_plan_choose(const struct link_facts *facts, struct link_plan *link, struct error *err)
{
	struct link_plan made = { 0 };

	made.open = facts->audit == AUDIT_ONLINE;
	made.made_up = facts->audit == AUDIT_OFFLINE;
	if (made.open)
		made.kind = link_kind_for(facts->root, &made.why);
	else
		made.kind = link_kind(facts->profile, facts->policy, facts->root, &made.why);
	if (refuse_kind(facts, made.kind, err) < 0 || link_check_request(facts, made.kind, err) < 0)
		return err->code;
	if (made.kind != UPLINK_NONE && choose(facts, &made, err) < 0) {
		link_plan_release(&made);
		return err->code;
	}
	*link = made;
	return 0;
}

void link_plan_release(struct link_plan *link)
{
	vec_release(&link->neighbours);
	vec_release(&link->routes);
	vec_release(&link->ways);
	*link = (struct link_plan){ 0 };
}

const char *link_family_name(size_t index)
{
	static const char *const names[LINK_FAMILIES] = { "IPv4", "IPv6" };

	return names[index];
}
