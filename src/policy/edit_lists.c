// SPDX-License-Identifier: GPL-2.0-or-later
// Changes that add one item to a list of the profile: a rule, a route, an endpoint, a port, a block.
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "net/private_space.h"
#include "policy/edit_trial.h"
#include "policy/explain.h"

static bool is_ported(const struct flow *flow)
{
	return flow->protocol == IPPROTO_TCP || flow->protocol == IPPROTO_UDP;
}

static bool is_icmp(const struct flow *flow)
{
	return flow->protocol == IPPROTO_ICMP || flow->protocol == IPPROTO_ICMPV6;
}

static struct port_value own_port(const struct edit_search *search)
{
	return (struct port_value){ .range = { search->flow->destination_port, search->flow->destination_port } };
}

static struct group_rule group_rule_of(struct edit_search *search)
{
	const struct flow *flow = search->flow;
	struct group_rule rule = { .protocol = flow->protocol, .icmp_type = -1, .icmp_code = -1 };
	struct rule_peer peer = { .kind = PEER_CIDR, .prefix = prefix_of_address(&flow->remote) };

	edit_push(search, &rule.peers, peer);
	if (is_ported(flow))
		edit_push(search, &rule.ports, own_port(search));
	if (is_icmp(flow)) {
		rule.icmp_type = flow->icmp_type;
		rule.icmp_code = flow->icmp_code;
	}
	return rule;
}

// To the first group that says anything of the direction: the groups are united.
bool edit_group_rule(struct edit_search *search, struct profile *profile, const struct judgement *judgement,
		     edit_vec *edits)
{
	bool leaving = search->flow->direction == EGRESS;
	AUTO_STRBUF struct strbuf traffic = { 0 };
	char block[PREFIX_TEXT_SIZE + 2];
	struct security_group *groups, *group;

	(void)judgement;
	if (!profile->security_groups.count)
		return false;
	groups = edit_keep(search, profile->security_groups.count * sizeof(*groups));
	memcpy(groups, profile->security_groups.items, profile->security_groups.count * sizeof(*groups));
	profile->security_groups.items = groups;
	group = groups;
	for (size_t i = 0; i < profile->security_groups.count; i++) {
		if ((leaving ? groups[i].egress_at : groups[i].ingress_at).line) {
			group = &groups[i];
			break;
		}
	}
	edit_push(search, leaving ? &group->egress : &group->ingress, group_rule_of(search));
	edit_traffic(search, &traffic);
	edit_note(edits, true, leaving ? &group->egress_at : &group->ingress_at,
		  EDIT_AT("security-groups", group->id, leaving ? "egress" : "ingress"), "{%s: %s, protocol: %s}",
		  leaving ? "to" : "from", edit_block(&search->flow->remote, block), strbuf_text(&traffic));
	return true;
}

// A server that the profile names by itself: without groups it is reached, and without routes it has one.
bool edit_endpoint(struct edit_search *search, struct profile *profile, const struct judgement *judgement,
		   edit_vec *edits)
{
	const struct flow *flow = search->flow;
	struct profile_endpoint endpoint = { .type = ENDPOINT_CUSTOM, .protocol = flow->protocol };
	AUTO_STRBUF struct strbuf traffic = { 0 };
	char address[PREFIX_TEXT_SIZE + 2];
	static char name[] = "server";

	(void)judgement;
	if (flow->direction != EGRESS || !is_ported(flow) || !edit_may_be_host(&flow->remote) ||
	    !edit_vpc_has_family(profile, flow->remote.family) || profile_find_endpoint(profile, name))
		return false;
	endpoint.name.text = name;
	edit_push(search, &endpoint.addresses, (struct address_value){ .address = flow->remote });
	edit_push(search, &endpoint.ports, own_port(search));
	edit_push(search, &profile->endpoints, endpoint);
	edit_traffic(search, &traffic);
	edit_note(edits, true, NULL, EDIT_AT("endpoints"), "{name: %s, type: custom, addresses: [%s], protocol: %s}",
		  name, edit_address(&flow->remote, address), strbuf_text(&traffic));
	return true;
}

// The list as it will be, where it is written anew: the blocks it has, and one more.
static void list_blocks(const prefix_value_vec *blocks, struct strbuf *out)
{
	vec_for_each (value, blocks) {
		char text[PREFIX_TEXT_SIZE];
		const char *quote = value->prefix.base.family == FAMILY_IPV6 ? "\"" : "";

		strbuf_format(out, "%s%s%s%s", value == blocks->items ? "" : ", ", quote,
			      prefix_print(&value->prefix, text), quote);
	}
}

static bool covers_remote(const prefix_value_vec *blocks, const struct address *remote)
{
	vec_for_each (value, blocks)
		if (prefix_contains(&value->prefix, remote))
			return true;
	return false;
}

static bool are_written(const prefix_value_vec *blocks, const prefix_value_vec *as)
{
	return blocks->count && !(as->count && blocks->items[0].at.line == as->items[0].at.line &&
				  blocks->items[0].at.column == as->items[0].at.column);
}

static void add_cidr(struct edit_search *search, struct profile *profile, edit_vec *edits)
{
	bool written = are_written(&profile->vpc.cidrs, &profile->vpc.subnets);
	AUTO_STRBUF struct strbuf list = { 0 };

	if (covers_remote(&profile->vpc.cidrs, &search->flow->remote))
		return;
	edit_push(search, &profile->vpc.cidrs,
		  (struct prefix_value){ .prefix = prefix_of_address(&search->flow->remote) });
	list_blocks(&profile->vpc.cidrs, &list);
	edit_note(edits, false, written ? &profile->vpc.cidrs.items[0].at : NULL, EDIT_AT("vpc", "cidrs"), "[%s]",
		  strbuf_text(&list));
}

bool edit_cidr(struct edit_search *search, struct profile *profile, const struct judgement *judgement, edit_vec *edits)
{
	(void)judgement;
	if (profile->routes_at.line || profile->routes.count || !edit_may_be_host(&search->flow->remote) ||
	    covers_remote(&profile->vpc.cidrs, &search->flow->remote))
		return false;
	add_cidr(search, profile, edits);
	return true;
}

// A subnet of the one address, which has neither base nor broadcast.
bool edit_subnet(struct edit_search *search, struct profile *profile, const struct judgement *judgement,
		 edit_vec *edits)
{
	const struct address *remote = &search->flow->remote;
	AUTO_STRBUF struct strbuf list = { 0 };

	(void)judgement;
	if (search->flow->direction != EGRESS || profile->security_groups_at.line || profile->vpc.subnets_of_host ||
	    !edit_may_be_host(remote) || covers_remote(&profile->vpc.subnets, remote))
		return false;
	edit_push(search, &profile->vpc.subnets, (struct prefix_value){ .prefix = prefix_of_address(remote) });
	list_blocks(&profile->vpc.subnets, &list);
	edit_note(edits, false, &profile->vpc.subnets_at, EDIT_AT("vpc", "subnets"), "[%s]", strbuf_text(&list));
	if (are_written(&profile->vpc.cidrs, &profile->vpc.subnets))
		add_cidr(search, profile, edits);
	else
		edit_push(search, &profile->vpc.cidrs, (struct prefix_value){ .prefix = prefix_of_address(remote) });
	return true;
}

// As they are on this host, so that its gateway, resolver and proxy are hosts like others.
bool edit_host_subnets(struct edit_search *search, struct profile *profile, const struct judgement *judgement,
		       edit_vec *edits)
{
	AUTO_STRBUF struct strbuf list = { 0 };

	(void)search;
	(void)judgement;
	if (!profile->vpc.subnets_of_host || !profile->vpc.subnets.count)
		return false;
	profile->vpc.subnets_of_host = false;
	list_blocks(&profile->vpc.subnets, &list);
	edit_note(edits, false, &profile->vpc.subnets_at, EDIT_AT("vpc", "subnets"), "[%s]", strbuf_text(&list));
	return true;
}

static const struct profile_endpoint *gateway_of(const struct profile *profile, const struct address *remote)
{
	vec_for_each (endpoint, &profile->endpoints) {
		const struct profile_prefix_list *list =
		    endpoint->type == ENDPOINT_GATEWAY && endpoint->prefix_list.text
			? profile_find_prefix_list(profile, endpoint->prefix_list.text)
			: NULL;

		if (list && prefix_set_contains(&list->entries, remote))
			return endpoint;
	}
	return NULL;
}

static const char *const target_words[] = { [ROUTE_LOCAL] = "local",
					    [ROUTE_GATEWAY_ENDPOINT] = "gateway-endpoint",
					    [ROUTE_PEERING] = "peering",
					    [ROUTE_BLACKHOLE] = "blackhole" };

// Those that AWS has: `local` within the VPC's blocks alone, a gateway endpoint's list, a peered VPC's addresses. To
// what is public no route is private.
static bool route_for(const struct profile *profile, const struct address *remote, struct profile_route *route)
{
	const struct profile_endpoint *gateway = gateway_of(profile, remote);
	const struct prefix block = prefix_of_address(remote);

	*route = (struct profile_route){ .destination = { .kind = PEER_CIDR, .prefix = block }, .target = ROUTE_LOCAL };
	if (gateway) {
		route->destination.kind = PEER_PREFIX_LIST;
		route->destination.name = gateway->prefix_list.text;
		route->target = ROUTE_GATEWAY_ENDPOINT;
	} else if (!covers_remote(&profile->vpc.cidrs, remote) && !covers_remote(&profile->vpc.subnets, remote)) {
		route->target = ROUTE_PEERING;
	}
	return route->target != ROUTE_PEERING || private_networks_cover(&block);
}

// By a list of hosts that are denied for a reason of their own: another route would not change that.
static bool is_listed_nowhere(const struct profile *profile, const struct address *remote)
{
	vec_for_each (route, &profile->routes) {
		const struct profile_prefix_list *list =
		    route->target == ROUTE_BLACKHOLE && route->reason.text &&
			    route->destination.kind == PEER_PREFIX_LIST
			? profile_find_prefix_list(profile, route->destination.name)
			: NULL;

		if (list && prefix_set_contains(&list->entries, remote))
			return true;
	}
	return false;
}

// Beside another route to the same block the first one counts: no way on, and edit_route_target's turn.
bool edit_route(struct edit_search *search, struct profile *profile, const struct judgement *judgement, edit_vec *edits)
{
	char block[PREFIX_TEXT_SIZE + 2];
	struct profile_route route;

	(void)judgement;
	if ((!profile->routes_at.line && !profile->routes.count) || is_listed_nowhere(profile, &search->flow->remote) ||
	    !route_for(profile, &search->flow->remote, &route))
		return false;
	edit_push(search, &profile->routes, route);
	edit_note(edits, true, &profile->routes_at, EDIT_AT("routes"), "{destination: %s, target: %s}",
		  route.destination.name ? route.destination.name : edit_block(&search->flow->remote, block),
		  target_words[route.target]);
	return true;
}

// The blackhole of this very address.
bool edit_route_target(struct edit_search *search, struct profile *profile, const struct judgement *judgement,
		       edit_vec *edits)
{
	struct prefix block = prefix_of_address(&search->flow->remote);
	struct profile_route *routes = edit_keep(search, (profile->routes.count + 1) * sizeof(*routes));
	struct profile_route wanted;
	char index[24];

	(void)judgement;
	if (!route_for(profile, &search->flow->remote, &wanted) || wanted.destination.name)
		return false;
	if (profile->routes.count)
		memcpy(routes, profile->routes.items, profile->routes.count * sizeof(*routes));
	for (size_t i = 0; i < profile->routes.count; i++) {
		if (routes[i].destination.kind != PEER_CIDR || routes[i].target != ROUTE_BLACKHOLE ||
		    !prefix_covers(&block, &routes[i].destination.prefix))
			continue;
		routes[i].target = wanted.target;
		profile->routes.items = routes;
		(void)snprintf(index, sizeof(index), "[%zu]", i);
		edit_note(edits, false, &routes[i].at, EDIT_AT("routes", index, "target"), "%s",
			  target_words[wanted.target]);
		return true;
	}
	return false;
}

// The port that the interface endpoint does not carry. A list that is the default is written whole.
bool edit_endpoint_port(struct edit_search *search, struct profile *profile, const struct judgement *judgement,
			edit_vec *edits)
{
	const struct flow *flow = search->flow;
	struct profile_endpoint *endpoints;
	char index[24];

	(void)judgement;
	if (!is_ported(flow) || flow->direction != EGRESS || !profile->endpoints.count)
		return false;
	endpoints = edit_keep(search, profile->endpoints.count * sizeof(*endpoints));
	memcpy(endpoints, profile->endpoints.items, profile->endpoints.count * sizeof(*endpoints));
	profile->endpoints.items = endpoints;
	for (size_t i = 0; i < profile->endpoints.count; i++) {
		bool meant = false;

		vec_for_each (address, &endpoints[i].addresses)
			meant = meant || address_equal(&address->address, &flow->remote);
		if (!meant || endpoints[i].type != ENDPOINT_INTERFACE || endpoints[i].protocol != flow->protocol)
			continue;
		bool written = endpoints[i].ports.count && endpoints[i].ports.items[0].at.line;
		(void)snprintf(index, sizeof(index), "[%zu]", i);
		edit_push(search, &endpoints[i].ports, own_port(search));
		edit_note(edits, written, &endpoints[i].at, EDIT_AT("endpoints", index, "ports"),
			  written ? "%u" : "[443, %u]", flow->destination_port);
		return true;
	}
	return false;
}
