// SPDX-License-Identifier: GPL-2.0-or-later
// Every prefix list, endpoint and security group that a profile names must be in it: see check.h.
#include <string.h>

#include "base/cleanup.h"
#include "base/names.h"
#include "profile/check.h"

typedef VEC(const char *) name_vec;

static void add_names(const struct profile *profile, enum peer_kind kind, name_vec *names)
{
	if (kind == PEER_PREFIX_LIST)
		vec_for_each (list, &profile->prefix_lists)
			vec_push(names, list->id);
	if (kind == PEER_SECURITY_GROUP)
		vec_for_each (group, &profile->security_groups)
			vec_push(names, group->id);
	if (kind != PEER_ENDPOINT)
		return;
	vec_for_each (endpoint, &profile->endpoints) {
		if (endpoint->name.text)
			vec_push(names, endpoint->name.text);
		if (endpoint->service.text)
			vec_push(names, endpoint->service.text);
	}
	vec_push(names, "self");
	vec_push(names, "subnets");
	vec_push(names, "any");
}

static void complain(struct reader *reader, const struct location *at, enum peer_kind kind, const char *name)
{
	static const char *const nouns[] = { [PEER_PREFIX_LIST] = "prefix list",
					     [PEER_SECURITY_GROUP] = "security group",
					     [PEER_ENDPOINT] = "endpoint" };
	static const char *const remedies[] = {
		[PEER_PREFIX_LIST] = "add it under \"prefix-lists\"",
		[PEER_SECURITY_GROUP] = "add it under \"security-groups\", or write the addresses of its members",
		[PEER_ENDPOINT] = "add it under \"endpoints\"; or write self, subnets, any, an address, pl-… or sg-…",
	};
	name_vec names = { 0 };

	add_names(reader->profile, kind, &names);
	const char *nearest = names_nearest(name, names.items, names.count);
	AUTO_FREE char *hint =
	    nearest ? memory_format("did you mean \"%s\"?", nearest) : memory_copy_text(remedies[kind]);
	reader_error(reader, at, hint, "unknown %s \"%.80s\"", nouns[kind], name);
	vec_release(&names);
}

static void check_peer(struct reader *reader, const struct rule_peer *peer)
{
	const struct profile *profile = reader->profile;
	bool known = true;

	if (!peer->name)
		return;
	switch (peer->kind) {
	case PEER_PREFIX_LIST:
		known = profile_find_prefix_list(profile, peer->name);
		break;
	case PEER_SECURITY_GROUP:
		known = profile_find_security_group(profile, peer->name);
		break;
	case PEER_ENDPOINT:
		known = profile_find_endpoint(profile, peer->name);
		break;
	case PEER_CIDR:
	case PEER_SELF:
	case PEER_SUBNETS:
	case PEER_ANY:
		break;
	}
	if (!known)
		complain(reader, &peer->at, peer->kind, peer->name);
}

static void check_rules(struct reader *reader, const group_rule_vec *rules)
{
	vec_for_each (rule, rules)
		vec_for_each (peer, &rule->peers)
			check_peer(reader, peer);
}

static bool has_gateway(const struct profile *profile, const char *prefix_list)
{
	vec_for_each (endpoint, &profile->endpoints)
		if (endpoint->prefix_list.text && strcmp(endpoint->prefix_list.text, prefix_list) == 0)
			return true;
	return false;
}

void check_references(struct reader *reader)
{
	const struct profile *profile = reader->profile;

	vec_for_each (endpoint, &profile->endpoints) {
		const struct text_value *list = &endpoint->prefix_list;
		if (list->text && !profile_find_prefix_list(profile, list->text))
			complain(reader, &list->at, PEER_PREFIX_LIST, list->text);
	}
	vec_for_each (group, &profile->security_groups) {
		check_rules(reader, &group->egress);
		check_rules(reader, &group->ingress);
	}
	vec_for_each (route, &profile->routes) {
		const struct rule_peer *to = &route->destination;
		if (to->kind != PEER_PREFIX_LIST)
			continue;
		check_peer(reader, to);
		if (route->target == ROUTE_GATEWAY_ENDPOINT && profile_find_prefix_list(profile, to->name) &&
		    !has_gateway(profile, to->name))
			reader_error(reader, &to->at, "add one under \"endpoints\" with this prefix list",
				     "no gateway endpoint has prefix list \"%.80s\"", to->name);
	}
}
