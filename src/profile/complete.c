// SPDX-License-Identifier: GPL-2.0-or-later
// How the keys of one member go together: see complete.h.
#include "profile/complete.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "profile/prefix_file.h"

void prefix_list_complete(struct reader *reader, const struct node *node, void *member)
{
	struct profile_prefix_list *list = member;
	bool inline_entries = node_get(node, "entries"), file = node_get(node, "file");
	size_t before = reader->mistakes->errors;

	if (inline_entries == file)
		reader_error(reader, &node->at,
			     file ? "keep one of them" : "write \"entries: [CIDR, …]\" or \"file: NAME\"",
			     file ? "prefix list \"%s\" has both entries and a file"
				  : "prefix list \"%s\" has neither entries nor a file",
			     list->id);
	else if (list->file.text)
		prefix_file_read(reader, list);
	else
		prefix_list_refuse_choice(reader, list);
	bool unnamed = file && !list->file.text;  // "file:" without a name: said where the key was read
	if (reader->mistakes->errors == before && !unnamed && prefix_set_is_empty(&list->entries))
		reader_error(reader, file ? &list->file.at : &node_get(node, "entries")->at,
			     "leave out the list and what leads to it, or give its blocks",
			     "prefix list \"%s\" is empty", list->id);
}

static bool has_ports(int protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP;
}

// Ports belong to TCP and UDP, types and codes to ICMP; an empty list of ports would match nothing while an absent one
// matches all, so it is refused.
static void check_ports(struct reader *reader, const struct node *node, int protocol)
{
	static const char *const icmp_keys[] = { "icmp-type", "icmp-code" };
	const struct node *ports = node_get(node, "ports");

	if (ports && ports->kind == NODE_SEQUENCE && !ports->items.count)
		reader_error(reader, &ports->at, "leave the key out for all ports, or the whole entry out for none",
			     "no port is in \"ports\"");
	else if (ports && !has_ports(protocol))
		reader_error(reader, &ports->at, "write protocol: tcp or protocol: udp",
			     "\"ports\" needs a protocol that has ports");
	for (size_t i = 0; i < sizeof(icmp_keys) / sizeof(icmp_keys[0]); i++) {
		const struct node *icmp = node_get(node, icmp_keys[i]);
		if (icmp && protocol != IPPROTO_ICMP && protocol != IPPROTO_ICMPV6)
			reader_error(reader, &icmp->at, "write protocol: icmp or protocol: icmpv6",
				     "\"%s\" needs protocol icmp or icmpv6", icmp_keys[i]);
	}
}

// AWS takes such a rule and matches nothing with it.
static void check_icmp(struct reader *reader, const struct node *node, int type, int code)
{
	const struct node *at = node_get(node, "icmp-code");

	if (at && type < 0 && code >= 0)
		reader_error(reader, &at->at, "write the icmp-type too", "an ICMP code without a type matches nothing");
}

// Which keys an endpoint of a type must have or must not have.
static const struct {
	enum endpoint_type type;
	const char *key;
	bool needed;
} endpoint_keys[] = {
	{ ENDPOINT_GATEWAY, "service", true },     { ENDPOINT_GATEWAY, "prefix-list", true },
	{ ENDPOINT_GATEWAY, "addresses", false },  { ENDPOINT_INTERFACE, "service", true },
	{ ENDPOINT_INTERFACE, "addresses", true }, { ENDPOINT_INTERFACE, "prefix-list", false },
	{ ENDPOINT_CUSTOM, "name", true },         { ENDPOINT_CUSTOM, "addresses", true },
	{ ENDPOINT_CUSTOM, "prefix-list", false }, { ENDPOINT_CUSTOM, "service", false },
	{ ENDPOINT_CUSTOM, "private-dns", false }, { ENDPOINT_GATEWAY, "private-dns", false },
};

static const char *const endpoint_type_names[] = {
	[ENDPOINT_GATEWAY] = "gateway", [ENDPOINT_INTERFACE] = "interface", [ENDPOINT_CUSTOM] = "custom"
};

static void check_endpoint_keys(struct reader *reader, const struct node *node, enum endpoint_type type)
{
	for (size_t i = 0; i < sizeof(endpoint_keys) / sizeof(endpoint_keys[0]); i++) {
		const struct node *value = node_get(node, endpoint_keys[i].key);
		if (endpoint_keys[i].type != type || !value == !endpoint_keys[i].needed)
			continue;
		if (value)
			reader_error(reader, &value->at, "leave it out", "endpoints of type %s have no \"%s\"",
				     endpoint_type_names[type], endpoint_keys[i].key);
		else
			reader_error(reader, &node->at, NULL, "an endpoint of type %s needs \"%s\"",
				     endpoint_type_names[type], endpoint_keys[i].key);
	}
}

// An address, or the word for what a service is under its public name.
static void read_stand_in(struct reader *reader, const struct node *node, struct profile_endpoint *endpoint)
{
	struct address address;
	struct error err = { 0 };

	endpoint->stand_in_public = strcmp(endpoint->stand_in.text, "public") == 0;
	if (endpoint->stand_in_public && endpoint->type == ENDPOINT_CUSTOM)
		reader_error(reader, &node->at, "write the address where it is reached from here",
			     "a custom endpoint has no public name");
	if (endpoint->stand_in_public)
		return;
	if (address_parse(endpoint->stand_in.text, &address, &err) < 0)
		reader_error(reader, &node->at, "write an address, or public", "\"stand-in\": %s", err.message);
	else
		endpoint->stand_in_at[address.family == FAMILY_IPV6] = address;
}

void endpoint_complete(struct reader *reader, const struct node *node, void *member)
{
	static const struct port_value https = { .range = { 443, 443 } };
	struct profile_endpoint *endpoint = member;
	const struct node *type = node_get(node, "type"), *stand_in = node_get(node, "stand-in");

	check_ports(reader, node, endpoint->protocol);
	if (stand_in && endpoint->stand_in.text)
		read_stand_in(reader, stand_in, endpoint);
	if (!type || !type->text || strcmp(type->text, endpoint_type_names[endpoint->type]) != 0)
		return;  // told already
	check_endpoint_keys(reader, node, endpoint->type);
	if (node_get(node, "ports") || !has_ports(endpoint->protocol))
		return;
	if (endpoint->type == ENDPOINT_CUSTOM)
		reader_error(reader, &node->at, "write \"ports: [9000]\"", "a custom endpoint needs \"ports\"");
	else
		vec_push(&endpoint->ports, https);
}

void group_rule_complete(struct reader *reader, const struct node *node, void *member)
{
	const struct group_rule *rule = member;

	check_ports(reader, node, rule->protocol);
	check_icmp(reader, node, rule->icmp_type, rule->icmp_code);
}

void acl_rule_complete(struct reader *reader, const struct node *node, void *member)
{
	const struct acl_rule *rule = member;

	check_ports(reader, node, rule->protocol);
	check_icmp(reader, node, rule->icmp_type, rule->icmp_code);
}

static int compare_rules(const void *a, const void *b)
{
	const struct acl_rule *left = a, *right = b;

	if (left->number != right->number)
		return left->number < right->number ? -1 : 1;
	return left->at.line < right->at.line ? -1 : left->at.line > right->at.line;
}

static void sort_rules(struct reader *reader, acl_rule_vec *rules)
{
	if (rules->count)
		qsort(rules->items, rules->count, sizeof(*rules->items), compare_rules);
	for (size_t i = 1; i < rules->count; i++)
		if (rules->items[i].number && rules->items[i].number == rules->items[i - 1].number)
			reader_error(reader, &rules->items[i].at, "give each rule of a direction its own number",
				     "rule %u stands here twice: first in line %u", rules->items[i].number,
				     rules->items[i - 1].at.line);
}

void network_acl_complete(struct reader *reader, const struct node *node, void *member)
{
	struct network_acl *acl = member;
	const struct node *subnets = node_get(node, "subnets");

	sort_rules(reader, &acl->egress);
	sort_rules(reader, &acl->ingress);
	if (subnets && subnets->kind == NODE_SEQUENCE && !subnets->items.count)
		reader_error(reader, &subnets->at, "leave the key out for the job's own subnet, or the ACL out",
			     "network ACL \"%s\" guards no subnet", acl->id);
}

void route_complete(struct reader *reader, const struct node *node, void *member)
{
	const struct profile_route *route = member;
	enum peer_kind kind = route->destination.kind;
	const struct node *target = node_get(node, "target");

	if (!route->destination.name || !target)
		return;
	if (kind != PEER_CIDR && kind != PEER_PREFIX_LIST)
		reader_error(reader, &route->destination.at, "write a CIDR block or a prefix list's id",
			     "\"%.80s\" is not a route's destination", route->destination.name);
	else if (route->target == ROUTE_GATEWAY_ENDPOINT && kind == PEER_CIDR)
		reader_error(reader, &route->destination.at, "write the prefix list's id",
			     "a route to a gateway endpoint has a prefix list as its destination");
	else if (route->target == ROUTE_LOCAL && kind == PEER_PREFIX_LIST && target->text &&
		 strcmp(target->text, "local") == 0)
		reader_error(reader, &target->at, "write gateway-endpoint", "a prefix list has no local route");
}
