// SPDX-License-Identifier: GPL-2.0-or-later
// Ranges and the host's routes; allowed addresses and the host's own servers: see host_meaning.h.
#include "plan/host_meaning.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "policy/peer.h"
#include "policy/reach.h"

enum { INNER_SHOWN = 3, PORTS_SHOWN = 3 };

// "on docker0 (bridge) itself", "through eth0 by 10.20.1.1", "nowhere: this host has no route".
static void add_way(const struct host_network *host, const struct host_route *route, struct strbuf *out)
{
	const struct host_interface *interface = route ? host_network_interface(host, route->interface) : NULL;
	char text[ADDRESS_TEXT_SIZE];

	if (!interface) {
		strbuf_add(out, "nowhere: this host has no route");
		return;
	}
	strbuf_format(out, "%s %s", route->gateway.family == FAMILY_NONE ? "on" : "through", interface->name);
	if (interface->kind[0])
		strbuf_format(out, " (%s)", interface->kind);
	if (route->gateway.family == FAMILY_NONE)
		strbuf_add(out, " itself");
	else
		strbuf_format(out, " by %s", address_print(&route->gateway, text));
}

static const struct host_route *way_to(const struct host_network *host, const struct prefix *prefix)
{
	struct address first = prefix_first(prefix);

	return host_network_route(host, &first);
}

// Parts of the prefix that go another way than its first address.
static void add_inner(const struct host_network *host, const struct prefix *prefix, const struct host_route *way,
		      struct strbuf *out)
{
	size_t shown = 0;

	vec_for_each (route, &host->routes) {
		char text[PREFIX_TEXT_SIZE];

		if (!prefix_covers(prefix, &route->destination) || route->destination.length <= prefix->length ||
		    way_to(host, &route->destination) != route)
			continue;
		if (way && way->interface == route->interface && address_equal(&way->gateway, &route->gateway))
			continue;
		if (++shown > INNER_SHOWN)
			continue;
		strbuf_format(out, ", but %s ", prefix_print(&route->destination, text));
		add_way(host, route, out);
	}
	if (shown > INNER_SHOWN)
		strbuf_format(out, ", and %zu further parts otherwise", shown - INNER_SHOWN);
}

static void add_prefix(const struct host_network *host, const char *noun, const struct prefix *prefix, text_list *out)
{
	CLEANUP(strbuf_release) struct strbuf line = { 0 };
	const struct host_route *way = way_to(host, prefix);
	struct address first = prefix_first(prefix);
	bool alone = prefix->length == first.family;
	char text[PREFIX_TEXT_SIZE];

	strbuf_format(&line, "%s%s: ", noun, alone ? address_print(&first, text) : prefix_print(prefix, text));
	if (alone && host_network_owner(host, &first))
		strbuf_add(&line, "this host itself");
	else
		add_way(host, way, &line);
	add_inner(host, prefix, way, &line);
	vec_push(out, strbuf_steal(&line));
}

// How many blocks of a list go the same way.
struct way_count {
	const struct host_route *way;  // NULL: nowhere
	size_t blocks;
};

static bool same_way(const struct host_route *a, const struct host_route *b)
{
	if (!a || !b)
		return a == b;
	return a->interface == b->interface && address_equal(&a->gateway, &b->gateway);
}

static void add_list(const struct host_network *host, const struct profile_prefix_list *list, text_list *out)
{
	CLEANUP(strbuf_release) struct strbuf line = { 0 };
	prefix_vec blocks = { 0 };
	VEC(struct way_count) ways = { 0 };

	prefix_set_to_prefixes(&list->entries, FAMILY_IPV4, &blocks);
	prefix_set_to_prefixes(&list->entries, FAMILY_IPV6, &blocks);
	vec_for_each (block, &blocks) {
		const struct host_route *way = way_to(host, block);
		struct way_count *found = NULL;

		vec_for_each (other, &ways)
			found = same_way(other->way, way) ? other : found;
		if (found)
			found->blocks++;
		else
			vec_push(&ways, (struct way_count){ way, 1 });
	}
	strbuf_format(&line, "prefix list %s%s%s%s:", list->id, list->name.text ? " (" : "",
		      list->name.text ? list->name.text : "", list->name.text ? ")" : "");
	vec_for_each (way, &ways) {
		strbuf_format(&line, "%s %zu block%s ", way == ways.items ? "" : ",", way->blocks,
			      way->blocks == 1 ? "" : "s");
		add_way(host, way->way, &line);
	}
	vec_push(out, strbuf_steal(&line));
	vec_release(&blocks);
	vec_release(&ways);
}

void host_meaning_add(const struct profile *profile, const struct host_network *host, text_list *out)
{
	vec_for_each (subnet, &profile->vpc.subnets)
		add_prefix(host, "subnet ", &subnet->prefix, out);
	vec_for_each (endpoint, &profile->endpoints) {
		AUTO_FREE char *noun = memory_format("endpoint %s, ", endpoint_name(endpoint));
		vec_for_each (address, &endpoint->addresses) {
			struct prefix prefix = prefix_of_address(&address->address);
			add_prefix(host, noun, &prefix, out);
		}
	}
	vec_for_each (list, &profile->prefix_lists)
		add_list(host, list, out);
}

// Where the profile brings an address in; its subnets when a rule names the address in other words.
static const struct location *place_of(const struct profile *profile, const struct address *address)
{
	vec_for_each (endpoint, &profile->endpoints)
		vec_for_each (own, &endpoint->addresses)
			if (address_equal(&own->address, address))
				return &own->at;
	vec_for_each (list, &profile->prefix_lists)
		if (prefix_set_contains(&list->entries, address))
			return &list->at;
	vec_for_each (subnet, &profile->vpc.subnets)
		if (prefix_contains(&subnet->prefix, address))
			return &subnet->at;
	return &profile->vpc.subnets_at;
}

static void add_ranges(const reach_range_vec *ranges, struct strbuf *out)
{
	vec_for_each (range, ranges) {
		if (range == ranges->items + PORTS_SHOWN) {
			strbuf_add(out, ", …");
			return;
		}
		strbuf_format(out, "%s%u", range == ranges->items ? " " : ", ", range->first);
		if (range->last > range->first)
			strbuf_format(out, "-%u", range->last);
	}
}

static int compare_ranges(const void *a, const void *b)
{
	const struct reach_range *left = a, *right = b;

	return left->first < right->first ? -1 : left->first > right->first;
}

static bool asks_names(const reach_range_vec *ranges)
{
	bool found = false;

	vec_for_each (range, ranges)
		found =
		    found || (range->first <= 53 && range->last >= 53) || (range->first <= 853 && range->last >= 853);
	return found;
}

// "tcp 443, 8000-8100; udp", or nothing when the address is not reached. resolver: only what asks for names counts.
static void add_traffic(const struct reach *reach, const struct address *address, bool resolver, struct strbuf *out)
{
	static const int protocols[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_ICMPV6 };

	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		bool ported = protocols[i] == IPPROTO_TCP || protocols[i] == IPPROTO_UDP, whole = false;
		reach_range_vec ranges = { 0 };
		char text[12];

		vec_for_each (row, &reach->rows) {
			if (row->protocol != protocols[i] || !prefix_set_contains(&row->remotes, address))
				continue;
			whole = whole || reach_row_is_whole(row);
			vec_for_each (range, &row->ranges)
				vec_push(&ranges, *range);
		}
		if (ranges.count && (!resolver || (ported && asks_names(&ranges)))) {
			qsort(ranges.items, ranges.count, sizeof(*ranges.items), compare_ranges);
			strbuf_format(out, "%s%s", out->length ? "; " : "", protocol_print(protocols[i], text));
			if (ported && !whole)
				add_ranges(&ranges, out);
		}
		vec_release(&ranges);
	}
}

// Every address of a set, which has single addresses only.
static void warn_set(const struct profile *profile, const struct reach *reach, const struct prefix_set *set,
		     bool resolver, const char *what, unavailable_vec *out)
{
	vec_for_each (range, &set->ranges) {
		for (struct address address = range->first; address.bits <= range->last.bits; address.bits++) {
			CLEANUP(strbuf_release) struct strbuf traffic = { 0 };
			char text[ADDRESS_TEXT_SIZE];

			add_traffic(reach, &address, resolver, &traffic);
			if (!traffic.length)
				continue;
			vec_push(out, (struct unavailable){ .at = *place_of(profile, &address),
							    .message = memory_format("%s is allowed (%s) and is %s",
										     address_print(&address, text),
										     traffic.text, what) });
		}
	}
}

static void warn_unreachable(const struct host_network *host, const struct location *at, const char *noun,
			     const struct prefix *prefix, unavailable_vec *out)
{
	char text[PREFIX_TEXT_SIZE];

	if (!way_to(host, prefix))
		vec_push(out, (struct unavailable){ .at = *at,
						    .message = memory_format("%s %s: this host has no route to it",
									     noun, prefix_print(prefix, text)) });
}

void host_meaning_warn(const struct profile *profile, const struct policy *policy, const struct host_network *host,
		       unavailable_vec *out)
{
	const struct reach *reach = &policy->reach[EGRESS];
	const struct profile_host *facts = &profile->host;

	warn_set(profile, reach, &facts->own, false, "this host itself: whatever listens there acts for the job", out);
	warn_set(profile, reach, &facts->gateways, false, "a gateway of this host: what runs there may lead anywhere",
		 out);
	warn_set(profile, reach, &facts->nameservers, true, "a resolver of this host: DNS queries carry data out", out);
	warn_set(profile, reach, &facts->proxies, false, "a proxy of this host: it connects on to anywhere", out);
	if (profile->network.uplink == UPLINK_NONE)
		return;
	vec_for_each (subnet, &profile->vpc.subnets)
		warn_unreachable(host, &subnet->at, "subnet", &subnet->prefix, out);
	vec_for_each (endpoint, &profile->endpoints)
		vec_for_each (address, &endpoint->addresses) {
			struct prefix prefix = prefix_of_address(&address->address);
			warn_unreachable(host, &address->at, "endpoint", &prefix, out);
		}
}
