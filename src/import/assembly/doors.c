// SPDX-License-Identifier: GPL-2.0-or-later
// By which TCP ports the groups of an interface endpoint let the job in.
//
// The job's addresses are not known, only its subnet's block: a rule lets it in when it covers the whole block, names a
// group that the job carries, or a prefix list that covers the block.
#include <netinet/in.h>
#include <stdlib.h>

#include "import/assembly/parts.h"

static bool is_about_tcp(const struct aws_group_rule *rule)
{
	return !rule->egress && !rule->match.nothing &&
	       (rule->match.protocol == PROTOCOL_ALL || rule->match.protocol == IPPROTO_TCP);
}

static bool list_covers(const struct building *building, const char *id, const struct prefix *block)
{
	const struct aws_prefix_list *list = find_list(building, id);

	return list && list->given && !list->approximate && prefix_set_covers(&list->entries, block);
}

static bool peer_covers(const struct building *building, const struct aws_peer *peer, const struct prefix *block)
{
	switch (peer->kind) {
	case AWS_PEER_CIDR:
		return prefix_covers(&peer->prefix, block);
	case AWS_PEER_PREFIX_LIST:
		return list_covers(building, peer->id, block);
	case AWS_PEER_GROUP:
		return is_own_group(building, peer->id);
	}
	return false;
}

static bool rule_covers(const struct building *building, const struct aws_group_rule *rule, const struct prefix *block)
{
	vec_for_each (peer, &rule->peers)
		if (peer_covers(building, peer, block))
			return true;
	return false;
}

static void add_rule(const struct building *building, const struct aws_group_rule *rule, struct door *door)
{
	static const struct port_range all = { 1, UINT16_MAX };
	const bool open = rule->match.all_ports || rule->match.protocol == PROTOCOL_ALL;
	const struct port_range ports = open ? all : rule->match.ports;

	vec_for_each (block, &building->assembly->subnet->blocks) {
		if (!rule_covers(building, rule, block))
			continue;
		if (block->base.family == FAMILY_IPV4)
			vec_push(&door->ipv4, ports);
		else
			vec_push(&door->ipv6, ports);
	}
}

void door_open(const struct building *building, const struct aws_endpoint *endpoint, struct door *door)
{
	vec_for_each (id, &endpoint->groups) {
		const struct aws_security_group *group = find_group(building, *id);

		if (!group) {
			vec_push(&door->unknown, *id);
			continue;
		}
		vec_for_each (rule, &group->rules)
			if (is_about_tcp(rule))
				add_rule(building, rule, door);
	}
	port_ranges_normalize(&door->ipv4);
	port_ranges_normalize(&door->ipv6);
}

void door_release(struct door *door)
{
	vec_release(&door->ipv4);
	vec_release(&door->ipv6);
	vec_release(&door->unknown);
}
