// SPDX-License-Identifier: GPL-2.0-or-later
// What a link carries: all that the policy can reach, and nothing else.
#include "plan/link_routes.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "dns/made_up.h"
#include "nft/ruleset.h"
#include "policy/reach.h"

static const enum family families[LINK_FAMILIES] = { FAMILY_IPV4, FAMILY_IPV6 };

void link_reached(const struct policy *policy, struct prefix_set *out)
{
	for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++)
		reach_remotes(&policy->reach[direction], out);
}

// A half each is longer than a default route, and still the same.
static void split_defaults(prefix_vec *routes)
{
	size_t count = routes->count;

	for (size_t i = 0; i < count; i++) {
		struct prefix *prefix = &routes->items[i];
		if (prefix->length)
			continue;
		struct prefix upper = { { prefix->base.family, (address_bits)1 << (prefix->base.family - 1) }, 1 };
		prefix->length = 1;
		vec_push(routes, upper);
	}
}

static void add_everything(struct prefix_set *out)
{
	for (size_t i = 0; i < LINK_FAMILIES; i++)
		prefix_set_add(out, &(struct prefix){ { families[i], 0 }, 0 });
	prefix_set_normalize(out);
}

static void remove_made_up(struct prefix_set *set)
{
	CLEANUP(prefix_set_release) struct prefix_set made_up = { 0 };

	prefix_set_add(&made_up, &dns_made_up_range);
	prefix_set_normalize(&made_up);
	prefix_set_normalize(set);
	prefix_set_subtract(set, &made_up);
}

void link_find_routes(const struct link_plan *link, const struct policy *policy, prefix_vec *routes)
{
	CLEANUP(prefix_set_release) struct prefix_set set = { 0 };

	if (link->open)
		add_everything(&set);
	else
		link_reached(policy, &set);
	if (link->made_up)
		remove_made_up(&set);
	for (size_t i = 0; i < LINK_FAMILIES; i++)
		prefix_set_to_prefixes(&set, families[i], routes);
	split_defaults(routes);
}

bool link_has_family(const prefix_vec *routes, size_t index)
{
	vec_for_each (prefix, routes)
		if (prefix->base.family == families[index])
			return true;
	return false;
}

void link_drop_family(prefix_vec *routes, size_t index)
{
	size_t kept = 0;

	for (size_t i = 0; i < routes->count; i++)
		if (routes->items[i].base.family != families[index])
			routes->items[kept++] = routes->items[i];
	routes->count = kept;
}

int link_divide_routes(struct link_plan *link, size_t index, struct error *err)
{
	const struct host_address *own = &link->own[index];
	CLEANUP(prefix_set_release) struct prefix_set behind = { 0 }, near = { 0 };
	struct prefix subnet = prefix_around(&own->address, own->length);
	char text[PREFIX_TEXT_SIZE], address[ADDRESS_TEXT_SIZE];

	prefix_set_add(&near, &subnet);
	prefix_set_normalize(&near);
	vec_for_each (route, &link->routes)
		if (route->base.family == families[index])
			prefix_set_add(&behind, route);
	prefix_set_normalize(&behind);
	link_drop_family(&link->routes, index);
	prefix_set_intersect(&near, &behind);
	prefix_set_subtract(&behind, &near);
	prefix_set_to_prefixes(&near, families[index], &link->neighbours);
	prefix_set_to_prefixes(&behind, families[index], &link->routes);
	if (!prefix_set_is_empty(&behind) && link->gateways[index].family != families[index])
		return error_set(err, -EHOSTUNREACH,
				 "%s is not on the subnet of --address %s: give that subnet's router, as in --gateway "
				 "10.0.1.1",
				 prefix_print(&link->routes.items[link->routes.count - 1], text),
				 address_print(&own->address, address));
	return 0;
}

void link_plan_neighbours(const struct link_plan *link, struct ruleset_neighbours *out)
{
	struct ruleset_neighbours made = { 0 };

	memcpy(made.mac, link->mac, sizeof(made.mac));
	vec_for_each (prefix, &link->neighbours)
		prefix_set_add(&made.whom, prefix);
	for (size_t i = 0; i < LINK_FAMILIES; i++) {
		struct prefix gateway = prefix_of_address(&link->gateways[i]);
		if (link->gateways[i].family != FAMILY_NONE && link_has_family(&link->routes, i))
			prefix_set_add(&made.whom, &gateway);
	}
	prefix_set_normalize(&made.whom);
	*out = made;
}

int link_plan_reroute(const struct link_plan *link, const struct policy *policy, struct link_plan *routes,
		      struct error *err)
{
	struct link_plan made = *link;

	made.neighbours = made.routes = (prefix_vec){ 0 };
	memset(&made.ways, 0, sizeof(made.ways));
	link_find_routes(link, policy, &made.routes);
	if (link->kind == UPLINK_NONE && made.routes.count) {
		link_plan_release(&made);
		return error_set(err, -EINVAL,
				 "the profile needs a link to other hosts, and this jail was started without one");
	}
	for (size_t i = 0; i < LINK_FAMILIES; i++) {
		if (made.own[i].address.family == FAMILY_NONE) {
			link_drop_family(&made.routes, i);
		} else if (link_divide_routes(&made, i, err) < 0) {
			link_plan_release(&made);
			return err ? err->code : -EHOSTUNREACH;
		}
	}
	*routes = made;
	return 0;
}
