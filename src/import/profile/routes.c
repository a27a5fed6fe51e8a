// SPDX-License-Identifier: GPL-2.0-or-later
// The route table of an imported profile. See part.h.
#include <string.h>

#include "base/cleanup.h"
#include "import/profile/part.h"
#include "net/private_space.h"

void text_routes_release(text_route_vec *routes)
{
	vec_for_each (route, routes)
		free(route->note);
	vec_release(routes);
}

static bool is_private_list(const struct assembled_list *list)
{
	CLEANUP(prefix_set_release) struct prefix_set private = { 0 };

	private_networks_add(&private);
	return prefix_set_is_within(&list->entries, &private);
}

static bool has_gateway(const struct text_draft *draft, const struct assembly *assembly, const char *list)
{
	vec_for_each (endpoint, &assembly->endpoints)
		if (endpoint->type == ENDPOINT_GATEWAY && strcmp(endpoint->list, list) == 0)
			return text_has_gateway(draft, list);
	return false;
}

// What a profile would refuse becomes a black hole, with the reason; NULL: it stands.
static const char *why_blackhole(const struct text_draft *draft, const struct assembly *assembly,
				 const struct text_route *route)
{
	switch (route->target) {
	case ROUTE_LOCAL:
		return route->is_list ? "a prefix list has no local route" : NULL;
	case ROUTE_GATEWAY_ENDPOINT:
		return route->is_list && has_gateway(draft, assembly, route->list) ? NULL
										   : "its gateway endpoint is not here";
	case ROUTE_PEERING:
		return (route->is_list ? is_private_list(text_list(draft, route->list))
				       : private_networks_cover(&route->prefix))
			   ? NULL
			   : "a peered VPC's addresses are private ones in a profile";
	case ROUTE_BLACKHOLE:
		return NULL;
	}
	return NULL;
}

bool text_same_prefix(const struct prefix *a, const struct prefix *b)
{
	return prefix_covers(a, b) && prefix_covers(b, a);
}

static struct text_route *find(const text_route_vec *routes, const struct text_route *wanted)
{
	vec_for_each (route, routes)
		if (route->is_list == wanted->is_list &&
		    (route->is_list ? strcmp(route->list, wanted->list) == 0
				    : text_same_prefix(&route->prefix, &wanted->prefix)))
			return route;
	return NULL;
}

static void say(struct text_route *route, const char *note)
{
	AUTO_FREE char *before = route->note;

	if (!note || !*note)
		route->note = STEAL(before);
	else
		route->note = before ? memory_format("%s; %s", before, note) : memory_copy_text(note);
}

// Two of one destination: the one that denies.
static void add(text_route_vec *routes, struct text_route *route)
{
	struct text_route *known = find(routes, route);

	if (!known) {
		vec_push(routes, *route);
		return;
	}
	if (route->target == ROUTE_BLACKHOLE)
		known->target = ROUTE_BLACKHOLE;
	say(known, route->note);
	free(route->note);
}

void text_routes_of(const struct text_draft *draft, const struct assembly *assembly, text_route_vec *routes)
{
	vec_for_each (from, &assembly->routes) {
		struct text_route route = { from->is_list, from->prefix, from->list, from->target,
					    text_foreign_value(from->note) };
		const char *why;

		if (route.is_list && !text_list(draft, route.list)) {
			free(route.note);
			continue;  // nothing is known of it: see text_routes
		}
		why = why_blackhole(draft, assembly, &route);
		if (why)
			route.target = ROUTE_BLACKHOLE;
		say(&route, why);
		add(routes, &route);
	}
}

// Longest prefix match finds these first, whatever else the table says.
static void close_endpoints(const struct text_draft *draft, text_route_vec *routes)
{
	vec_for_each (endpoint, &draft->endpoints) {
		if (!endpoint->closed)
			continue;
		vec_for_each (address, &endpoint->addresses) {
			struct text_route route = { .prefix = prefix_of_address(address), .target = ROUTE_BLACKHOLE };
			const struct text_route *known = find(routes, &route);

			if (known && known->target == ROUTE_BLACKHOLE)
				continue;
			AUTO_FREE char *id =
			    text_thing_name(endpoint->of->endpoint ? &endpoint->of->endpoint->thing : NULL);
			route.note = memory_format("%s: %s", id, endpoint->why);
			add(routes, &route);
		}
	}
}

struct node *text_route_row(const struct text_route *route)
{
	static const char *const targets[] = { [ROUTE_LOCAL] = "local",
					       [ROUTE_GATEWAY_ENDPOINT] = "gateway-endpoint",
					       [ROUTE_PEERING] = "peering",
					       [ROUTE_BLACKHOLE] = "blackhole" };
	struct node *row = node_new(NODE_MAPPING);

	row->style = NODE_STYLE_FLOW;
	node_set(row, "destination", route->is_list ? node_scalar(route->list) : text_prefix(&route->prefix));
	node_set(row, "target", node_scalar(targets[route->target]));
	// A denial tells why, also when it denies.
	if (route->note && route->target == ROUTE_BLACKHOLE)
		node_set(row, "reason", node_scalar(route->note));
	else
		node_set_aside(row, route->note);
	return row;
}

static void add_unknown_lists(const struct text_draft *draft, struct node *rows)
{
	for (size_t i = 0; i < draft->count; i++)
		vec_for_each (route, &draft->assemblies[i].routes) {
			AUTO_STRBUF struct strbuf text = { 0 };
			if (!route->is_list || text_list(draft, route->list))
				continue;
			strbuf_add(&text, "left out, the list's entries were not given: ");
			text_foreign(&text, route->list);
			if (!rows->after || !strstr(rows->after, strbuf_text(&text)))
				node_add_after(rows, strbuf_text(&text));
		}
}

static bool comes_first(const struct text_route *route)
{
	return !route->is_list || route->target == ROUTE_BLACKHOLE;
}

// Of two lists that have the same block the first route decides: the one that leads nowhere.
static void put_denials_first(text_route_vec *routes)
{
	text_route_vec ordered = { 0 };

	for (int first = 1; first >= 0; first--)
		vec_for_each (route, routes)
			if (comes_first(route) == first)
				vec_push(&ordered, *route);
	vec_release(routes);
	*routes = ordered;
}

struct node *text_routes(const struct text_draft *draft)
{
	CLEANUP(text_routes_release) text_route_vec routes = { 0 };
	struct node *rows;

	if (!draft->subnets.count)
		return NULL;
	if (draft->count == 1)
		text_routes_of(draft, draft->first, &routes);
	else
		text_routes_intersect(draft, &routes);
	close_endpoints(draft, &routes);
	text_closed_route(draft, &routes);
	put_denials_first(&routes);
	rows = node_new(NODE_SEQUENCE);
	vec_for_each (route, &routes)
		node_append(rows, text_route_row(route));
	add_unknown_lists(draft, rows);
	if (draft->first->table) {
		AUTO_FREE char *aside = text_thing_name(&draft->first->table->thing);
		AUTO_FREE char *main = memory_format("%s, the VPC's main table", aside);
		if (draft->count == 1)
			node_set_aside(rows, draft->first->table_is_main ? main : aside);
	}
	return rows;
}
