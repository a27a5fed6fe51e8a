// SPDX-License-Identifier: GPL-2.0-or-later
// The routes of several subnets as one table, which carries only what each of theirs does. See part.h.
//
// Every destination of any table is one of the new table, and carries if all tables do what they do there, by longest
// prefix match. Between two destinations no table changes its mind, so that the new one is exact. A prefix list that
// every table sends the same way stays a list; one that they do not is taken apart into its blocks, of which those stay
// that say something else than the blocks around them.
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "import/profile/part.h"

struct tables {
	const struct text_draft *draft;
	text_route_vec *each;  // draft->count
};

static void list_blocks(const struct text_draft *draft, const char *id, prefix_vec *blocks)
{
	const struct assembled_list *list = text_list(draft, id);

	prefix_set_to_prefixes(&list->entries, FAMILY_IPV4, blocks);
	prefix_set_to_prefixes(&list->entries, FAMILY_IPV6, blocks);
}

// The longest block of a route that covers all of block, as a rank among routes; -1: none.
static int rank(const struct text_draft *draft, const struct text_route *route, const struct prefix *block)
{
	prefix_vec blocks = { 0 };
	int best = -1;

	if (!route->is_list)
		return prefix_covers(&route->prefix, block) ? 2 * route->prefix.length + 1 : -1;
	list_blocks(draft, route->list, &blocks);
	vec_for_each (own, &blocks)
		if (prefix_covers(own, block) && 2 * own->length > best)
			best = 2 * own->length;
	vec_release(&blocks);
	return best;
}

static const struct text_route *best_route(const struct text_draft *draft, const text_route_vec *routes,
					   const struct prefix *block)
{
	const struct text_route *found = NULL;
	int best = -1;

	vec_for_each (route, routes) {
		int own = rank(draft, route, block);
		if (own > best || (own >= 0 && own == best && route->target == ROUTE_BLACKHOLE)) {
			best = own;
			found = route;
		}
	}
	return found;
}

// The same for whole lists: the targets of all tables, or -1 where they differ.
static int uniform_target(const struct tables *tables, const char *list)
{
	int target = -1;

	for (size_t i = 0; i < tables->draft->count; i++) {
		int own = -1;
		vec_for_each (route, &tables->each[i])
			if (route->is_list && strcmp(route->list, list) == 0)
				own = (int)route->target;
		if (own < 0 || (target >= 0 && own != target))
			return -1;
		target = own;
	}
	return target;
}

// What all tables together do with a block.
static void judge(const struct tables *tables, struct text_route *route)
{
	AUTO_STRBUF struct strbuf note = { 0 };

	route->target = ROUTE_LOCAL;
	for (size_t i = 0; i < tables->draft->count; i++) {
		const struct text_route *own = best_route(tables->draft, &tables->each[i], &route->prefix);
		bool carries = own && own->target != ROUTE_BLACKHOLE;

		if (!carries)
			route->target = ROUTE_BLACKHOLE;
		else if (own->target == ROUTE_PEERING && route->target == ROUTE_LOCAL)
			route->target = ROUTE_PEERING;
		if (own && own->note && !strstr(strbuf_text(&note), own->note))
			strbuf_format(&note, "%s%s", note.length ? "; " : "", own->note);
		if (!own && tables->draft->assemblies[i].subnet) {
			strbuf_add(&note, note.length ? "; no route of " : "no route of ");
			text_thing(&note, &tables->draft->assemblies[i].subnet->thing);
		}
	}
	free(route->note);
	route->note = note.length ? strbuf_steal(&note) : NULL;
}

static bool is_there(const text_route_vec *routes, const struct prefix *block)
{
	vec_for_each (route, routes)
		if (!route->is_list && prefix_covers(&route->prefix, block) && prefix_covers(block, &route->prefix))
			return true;
	return false;
}

static bool has_list(const text_route_vec *routes, const char *list)
{
	vec_for_each (route, routes)
		if (route->is_list && strcmp(route->list, list) == 0)
			return true;
	return false;
}

// What some table says of one destination, into out: once.
static void add(const struct tables *tables, const struct text_route *from, text_route_vec *out)
{
	struct text_route route = { .is_list = from->is_list, .prefix = from->prefix, .list = from->list };

	if (from->is_list) {
		int target = uniform_target(tables, from->list);
		if (target < 0 || has_list(out, from->list))
			return;
		route.target = (enum route_target)target;
		route.note = memory_copy_text(from->note);
	} else {
		if (is_there(out, &from->prefix))
			return;
		judge(tables, &route);
	}
	vec_push(out, route);
}

static int by_length(const void *left, const void *right)
{
	const struct prefix *a = left, *b = right;

	if (a->length != b->length)
		return a->length < b->length ? -1 : 1;
	if (a->base.family != b->base.family)
		return a->base.family < b->base.family ? -1 : 1;
	return a->base.bits < b->base.bits ? -1 : a->base.bits > b->base.bits;
}

// The blocks of lists that the tables treat differently, wide ones first.
static void differing_blocks(const struct tables *tables, prefix_vec *blocks)
{
	for (size_t i = 0; i < tables->draft->count; i++)
		vec_for_each (route, &tables->each[i])
			if (route->is_list && uniform_target(tables, route->list) < 0)
				list_blocks(tables->draft, route->list, blocks);
	if (blocks->count)
		qsort(blocks->items, blocks->count, sizeof(*blocks->items), by_length);
}

static void add_block(const struct tables *tables, const struct prefix *block, text_route_vec *out)
{
	struct text_route route = { .prefix = *block };
	const struct text_route *around = best_route(tables->draft, out, block);

	if (is_there(out, block))
		return;
	judge(tables, &route);
	if ((around && around->target != ROUTE_BLACKHOLE) == (route.target != ROUTE_BLACKHOLE)) {
		free(route.note);
		return;
	}
	vec_push(out, route);
}

void text_routes_intersect(const struct text_draft *draft, text_route_vec *routes)
{
	struct tables tables = { .draft = draft, .each = NEW_ARRAY(text_route_vec, draft->count) };
	prefix_vec blocks = { 0 };

	for (size_t i = 0; i < draft->count; i++)
		text_routes_of(draft, &draft->assemblies[i], &tables.each[i]);
	for (size_t i = 0; i < draft->count; i++)
		vec_for_each (route, &tables.each[i])
			add(&tables, route, routes);
	differing_blocks(&tables, &blocks);
	vec_for_each (block, &blocks)
		add_block(&tables, block, routes);
	vec_release(&blocks);
	for (size_t i = 0; i < draft->count; i++)
		text_routes_release(&tables.each[i]);
	free(tables.each);
}
