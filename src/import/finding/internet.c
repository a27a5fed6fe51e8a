// SPDX-License-Identifier: GPL-2.0-or-later
// Whether a service without an endpoint is reached over the Internet on AWS, where a profile denies it.
#include "base/cleanup.h"
#include "import/finding/parts.h"
#include "net/private_space.h"

enum { TCP = 6, HTTPS = 443 };

static bool is_list_of(const char *name, const char *service)
{
	static const char head[] = "com.amazonaws.";
	size_t length = name ? strlen(name) : 0, end = strlen(service);

	return length > end && strncmp(name, head, sizeof(head) - 1) == 0 && name[length - end - 1] == '.' &&
	       strcmp(name + length - end, service) == 0;
}

static void keep_ipv4(struct prefix_set *set)
{
	static const struct prefix all = IPV4_PREFIX(0, 0, 0, 0, 0);
	CLEANUP(prefix_set_release) struct prefix_set ipv4 = { 0 };

	prefix_set_add(&ipv4, &all);
	prefix_set_normalize(&ipv4);
	prefix_set_intersect(set, &ipv4);
}

// The service's own addresses where a list has them, else all of the Internet.
static void public_addresses(const struct assembly *assembly, const char *service, struct prefix_set *out)
{
	static const struct prefix all = IPV4_PREFIX(0, 0, 0, 0, 0);
	CLEANUP(prefix_set_release) struct prefix_set inside = { 0 };
	const char *region = assembly->selection ? assembly->selection->region : NULL;

	vec_for_each (list, &assembly->account->lists)
		if (is_list_of(list->thing.name, service) && region_fits(list->thing.region, region))
			prefix_set_add_set(out, &list->entries);
	vec_for_each (list, &assembly->lists)
		if (is_list_of(list->name, service))
			prefix_set_add_set(out, &list->entries);
	prefix_set_normalize(out);
	keep_ipv4(out);
	if (!prefix_set_is_empty(out))
		return;
	prefix_set_add(out, &all);
	private_space_add(&inside);
	vec_for_each (block, &assembly->cidrs)
		prefix_set_add(&inside, block);
	prefix_set_normalize(&inside);
	prefix_set_normalize(out);
	prefix_set_subtract(out, &inside);
}

// An internet gateway is of no use to a job, whose interfaces have no public address.
static bool carries(const struct assembled_route *route)
{
	if (!route->route || route->route->blackhole || route->target == ROUTE_PEERING)
		return false;
	switch (route->route->target) {
	case TARGET_NAT_GATEWAY:
	case TARGET_TRANSIT_GATEWAY:
	case TARGET_VPN_GATEWAY:
	case TARGET_INTERFACE:
	case TARGET_OTHER:
		return true;
	case TARGET_ENDPOINT:
		return !route->is_list;
	case TARGET_LOCAL:
	case TARGET_INTERNET_GATEWAY:
	case TARGET_EGRESS_ONLY_GATEWAY:
	case TARGET_PEERING:
		return false;
	}
	return false;
}

static bool are_let_out(const struct assembly *assembly, const struct prefix_set *addresses)
{
	CLEANUP(reach_release) struct reach groups = { 0 };

	groups_reach(assembly, EGRESS, NULL, &groups);
	if (!reach_has(&groups, TCP, HTTPS, HTTPS, addresses))
		return false;
	vec_for_each (acl, &assembly->acls) {
		CLEANUP(reach_release) struct reach out = { 0 };

		if (!acl->own || !acl->acl)
			continue;
		acl_reach(acl->acl, EGRESS, &out);
		if (!reach_has(&out, TCP, HTTPS, HTTPS, addresses))
			return false;
	}
	return true;
}

char *internet_words(const struct assembly *assembly, const char *service)
{
	CLEANUP(prefix_set_release) struct prefix_set wanted = { 0 }, carried = { 0 };
	const struct aws_route *first = NULL;
	struct strbuf words = { 0 };

	public_addresses(assembly, service, &wanted);
	vec_for_each (route, &assembly->routes) {
		if (!carries(route))
			continue;
		route_addresses(assembly, route, &carried);
		first = first ? first : route->route;
	}
	prefix_set_normalize(&carried);
	if (!first || !prefix_set_is_within(&wanted, &carried) || !are_let_out(assembly, &wanted))
		return NULL;
	strbuf_add(&words, first->target == TARGET_NAT_GATEWAY ? "reached on AWS over " : "reached on AWS where ");
	text_add_short(&words, first->target_id ? first->target_id : "its target");
	strbuf_format(&words, ", %s%s, and not in this profile", route_target_words(first),
		      first->target == TARGET_NAT_GATEWAY ? "" : ", leads to the Internet");
	return strbuf_steal(&words);
}
