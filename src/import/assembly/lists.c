// SPDX-License-Identifier: GPL-2.0-or-later
// The prefix lists that rules, routes and endpoints name, with their entries.
//
// A list whose entries no document gives is made of ip-ranges.json where it is AWS's own of S3 or DynamoDB. That
// over-allows: the list itself is a part of those ranges (measured: 10 of 30 are strict subsets).
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "import/assembly/parts.h"

// Services with gateway endpoints: what their lists' names end in, and as ip-ranges.json has them. Their lists have
// IPv4 blocks.
static const struct {
	const char *word, *service;
} range_services[] = { { "s3", "S3" }, { "dynamodb", "DYNAMODB" } };

// Two ids of documents may be one in a profile's form; they are two lists all the same.
static char *own_id(const struct assembly *assembly, const char *id)
{
	AUTO_FREE char *plain = assembly_id("pl", id);
	char *own = memory_copy_text(plain);

	for (unsigned number = 2;; number++) {
		bool used = false;

		vec_for_each (list, &assembly->lists)
			used |= strcmp(list->id, own) == 0;
		if (!used)
			return own;
		free(own);
		own = memory_format("%s-%u", plain, number);
	}
}

const char *list_use(struct building *building, const char *id, const char *name)
{
	struct assembled_list list = { .list = find_list(building, id) };
	struct list_name known = { .id = id };

	if (list.list && list.list->thing.name)
		name = list.list->thing.name;
	vec_for_each (used, &building->lists) {
		if (strcmp(used->id, id) != 0)
			continue;
		vec_for_each (other, &building->assembly->lists)
			if (other->id == used->profile_id && !other->name)
				other->name = memory_copy_text(name);
		return used->profile_id;
	}
	list.id = own_id(building->assembly, id);
	list.name = memory_copy_text(name);
	vec_push(&building->assembly->lists, list);
	known.profile_id = list.id;
	vec_push(&building->lists, known);
	return list.id;
}

// "com.amazonaws.eu-west-1.s3": what of ip-ranges.json it is about; NULL: nothing.
static const char *service_of_list(const char *name)
{
	const char *word = service_of_name(name, NULL);

	for (size_t i = 0; word && i < sizeof(range_services) / sizeof(range_services[0]); i++)
		if (strcmp(word, range_services[i].word) == 0)
			return range_services[i].service;
	return NULL;
}

static void make_of_ranges(const struct account *account, struct assembled_list *list)
{
	const char *service = list->name ? service_of_list(list->name) : NULL;

	if (!service)
		return;
	vec_for_each (range, &account->ranges)
		if (range->prefix.base.family == FAMILY_IPV4 && strcmp(range->service, service) == 0 &&
		    service_of_name(list->name, range->region))
			prefix_set_add(&list->entries, &range->prefix);
	prefix_set_normalize(&list->entries);
	if (prefix_set_is_empty(&list->entries))
		return;
	list->given = true;
	list->approximate = true;
	list->source = account->ranges_file;
	list->date = account->ranges_date;
}

// Whether blocks that no document gives may be more specific than those of other routes: not those of a gateway
// endpoint or of AWS, which are the public addresses of one service.
static bool may_divert(const struct building *building, const struct assembled_route *route,
		       const struct assembled_list *list)
{
	const struct aws_endpoint *endpoint;

	if (!route->is_list || strcmp(route->list, list->id) != 0 || list->given || !route->route ||
	    route->target == ROUTE_GATEWAY_ENDPOINT || (list->list && text_equal(list->list->owner, "AWS")))
		return false;
	endpoint = route->route->target == TARGET_ENDPOINT ? find_endpoint(building, route->route->target_id) : NULL;
	return !endpoint || endpoint->type != AWS_ENDPOINT_GATEWAY;
}

// A longer block of such a list takes traffic out of any other route, which then is not known to lead anywhere. Returns
// whether the list is one.
static bool close_routes(struct building *building, const struct assembled_list *list)
{
	struct assembly *assembly = building->assembly;
	bool diverts = false;

	vec_for_each (route, &assembly->routes)
		diverts |= may_divert(building, route, list);
	if (!diverts)
		return false;
	vec_for_each (route, &assembly->routes) {
		if (route->target == ROUTE_LOCAL || route->target == ROUTE_BLACKHOLE)
			continue;
		free(route->note);
		route->target = ROUTE_BLACKHOLE;
		route->note = memory_format(
		    "%s has a route, too, and its entries, which were not given, may be some of these", list->id);
	}
	return true;
}

static const char *assumed_of(const struct assembled_list *list, bool diverts)
{
	if (list->approximate)
		return "the service's blocks of ip-ranges.json, which are more than the list has";
	if (diverts)
		return "rules with it match nothing; and as its route may take any address, the other routes lead "
		       "nowhere, but for the local ones";
	return "it is empty: rules and routes with it match nothing";
}

static void tell_list(struct building *building, const struct assembled_list *list, const char *id, bool diverts)
{
	AUTO_FREE char *title =
	    memory_format("%s%s%s%s", id, list->name ? " (" : "", list->name ? list->name : "", list->name ? ")" : "");

	if (list->given && !list->approximate)
		return;
	assume(building, memory_format("the entries of prefix list %s", title),
	       memory_copy_text(assumed_of(list, diverts)),
	       command_for(building, "get-managed-prefix-list-entries --prefix-list-id", id));
}

static void finish_list(struct building *building, struct assembled_list *list, const char *id)
{
	if (list->list && list->list->given) {
		prefix_set_copy(&list->entries, &list->list->entries);
		list->given = true;
		list->approximate = list->list->approximate;
		list->source = list->list->thing.at.file;
		list->date = list->list->date;
	} else {
		make_of_ranges(building->assembly->account, list);
	}
	tell_list(building, list, id, close_routes(building, list));
}

static int compare_lists(const void *a, const void *b)
{
	const struct assembled_list *left = a, *right = b;

	return strcmp(left->id, right->id);
}

static const char *source_id(const struct building *building, const struct assembled_list *list)
{
	vec_for_each (known, &building->lists)
		if (known->profile_id == list->id)
			return known->id;
	return list->id;
}

void assembly_finish_lists(struct building *building)
{
	struct assembly *assembly = building->assembly;

	if (assembly->lists.count)
		qsort(assembly->lists.items, assembly->lists.count, sizeof(*assembly->lists.items), compare_lists);
	vec_for_each (list, &assembly->lists)
		finish_list(building, list, source_id(building, list));
}
