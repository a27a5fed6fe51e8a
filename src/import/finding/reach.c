// SPDX-License-Identifier: GPL-2.0-or-later
// What groups and ACLs let through, as the policy stage judges rules: exact, whatever the rules' order and overlaps.
#include <stdlib.h>

#include "base/cleanup.h"
#include "import/finding/parts.h"

static struct policy_rule rule_of(const struct aws_match *match, enum verdict verdict, unsigned number)
{
	struct policy_rule rule = { .number = number, .verdict = verdict };

	rule.match.protocol = match->protocol;
	rule.match.icmp_type = match->icmp_type;
	rule.match.icmp_code = match->icmp_code;
	if (!match->all_ports)
		vec_push(&rule.match.ports, match->ports);
	return rule;
}

static bool has_ports(int protocol)
{
	return protocol == 6 || protocol == 17;
}

static void layer_push(struct policy_layer *layer, const struct aws_match *match, enum verdict verdict,
		       struct prefix_set *remote)
{
	struct aws_match part = *match;

	prefix_set_normalize(remote);
	part.all_ports = match->all_ports || !has_ports(match->protocol);
	struct policy_rule rule = rule_of(&part, verdict, (unsigned)layer->rules.count + 1);
	rule.match.remote = *remote;
	*remote = (struct prefix_set){ 0 };
	vec_push(&layer->rules, rule);
}

// Ends the layer with its denial, and asks what it lets through.
static void layer_ask(struct policy_layer *layer, enum direction direction, struct reach *out)
{
	CLEANUP(policy_release) struct policy policy = { 0 };
	struct policy_rule last = { .number = (unsigned)layer->rules.count + 1, .verdict = VERDICT_DENY };

	last.match.any_remote = true;
	last.match.protocol = PROTOCOL_ALL;
	last.match.icmp_type = last.match.icmp_code = -1;
	vec_push(&layer->rules, last);
	vec_push(&policy.layers[direction], *layer);
	policy_reach(&policy, direction, out);
}

const struct assembled_list *find_assembled_list(const struct assembly *assembly, const char *id)
{
	vec_for_each (list, &assembly->lists)
		if (text_equal(list->id, id))
			return list;
	return NULL;
}

void peer_addresses(const struct assembly *assembly, const char *text, const struct prefix_set *self,
		    struct prefix_set *out)
{
	const struct assembled_list *list = find_assembled_list(assembly, text);
	struct error err = { 0 };
	struct prefix prefix;

	if (list)
		prefix_set_add_set(out, &list->entries);
	else if (text_equal(text, "self") && self)
		prefix_set_add_set(out, self);
	else if (prefix_parse(text, &prefix, &err) == 0)
		prefix_set_add(out, &prefix);
}

void groups_reach(const struct assembly *assembly, enum direction direction, const struct prefix_set *self,
		  struct reach *out)
{
	struct policy_layer layer = { .kind = LAYER_SECURITY_GROUP };

	vec_for_each (group, &assembly->groups) {
		const assembled_rule_vec *rules = direction == EGRESS ? &group->egress : &group->ingress;

		vec_for_each (rule, rules) {
			struct prefix_set remote = { 0 };

			if (rule->match.nothing)
				continue;
			vec_for_each (peer, &rule->peers)
				peer_addresses(assembly, peer->text, self, &remote);
			layer_push(&layer, &rule->match, VERDICT_PASS, &remote);
		}
	}
	layer_ask(&layer, direction, out);
}

static int compare_entries(const void *a, const void *b)
{
	const struct aws_acl_entry *const *x = a, *const *y = b;

	return (*x)->number < (*y)->number ? -1 : (*x)->number > (*y)->number;
}

void acl_reach(const struct aws_network_acl *acl, enum direction direction, struct reach *out)
{
	VEC(const struct aws_acl_entry *) entries = { 0 };
	struct policy_layer layer = { .kind = LAYER_NETWORK_ACL };

	vec_for_each (entry, &acl->entries)
		if (entry->egress == (direction == EGRESS) && !entry->match.nothing)
			vec_push(&entries, entry);
	if (entries.count)
		qsort(entries.items, entries.count, sizeof(*entries.items), compare_entries);
	vec_for_each (entry, &entries) {
		struct prefix_set remote = { 0 };

		prefix_set_add(&remote, &(*entry)->prefix);
		layer_push(&layer, &(*entry)->match, (*entry)->allow ? VERDICT_PASS : VERDICT_DENY, &remote);
	}
	vec_release(&entries);
	layer_ask(&layer, direction, out);
}

static bool covers_ports(const struct reach *reach, int protocol, unsigned port, unsigned *last,
			 const struct reach_row **row)
{
	vec_for_each (each, &reach->rows) {
		if (each->protocol != protocol)
			continue;
		vec_for_each (range, &each->ranges)
			if (range->first <= port && port <= range->last) {
				*last = range->last;
				*row = each;
				return true;
			}
	}
	return false;
}

// The ranges of a protocol's rows are disjoint: each port has one row, or nobody.
void reach_at(const struct reach *reach, int protocol, unsigned first, unsigned last, struct prefix_set *out)
{
	for (unsigned port = first; port <= last; port++) {
		const struct reach_row *row;
		unsigned end;

		if (!covers_ports(reach, protocol, port, &end, &row)) {
			prefix_set_release(out);
			return;
		}
		if (port == first)
			prefix_set_copy(out, &row->remotes);
		else
			prefix_set_intersect(out, &row->remotes);
		port = end;
	}
}

bool reach_has(const struct reach *reach, int protocol, unsigned first, unsigned last, const struct prefix_set *remotes)
{
	CLEANUP(prefix_set_release) struct prefix_set there = { 0 };

	reach_at(reach, protocol, first, last, &there);
	return prefix_set_is_within(remotes, &there);
}

// Where the next range of the protocol begins after a port that has none.
static unsigned gap_end(const struct reach *reach, int protocol, unsigned port, unsigned last)
{
	vec_for_each (row, &reach->rows) {
		if (row->protocol != protocol)
			continue;
		vec_for_each (range, &row->ranges)
			if (range->first > port && range->first <= last)
				last = range->first - 1u;
	}
	return last;
}

void reach_lacks(const struct reach *reach, int protocol, struct port_range ports, const struct prefix_set *remotes,
		 port_range_vec *lacking, struct prefix_set *addresses)
{
	for (unsigned port = ports.first, end; port <= ports.last; port = end + 1) {
		CLEANUP(prefix_set_release) struct prefix_set missing = { 0 };
		const struct reach_row *row;

		prefix_set_copy(&missing, remotes);
		if (covers_ports(reach, protocol, port, &end, &row))
			prefix_set_subtract(&missing, &row->remotes);
		else
			end = gap_end(reach, protocol, port, ports.last);
		end = end < ports.last ? end : ports.last;
		if (prefix_set_is_empty(&missing))
			continue;
		vec_push(lacking, (struct port_range){ (uint16_t)port, (uint16_t)end });
		prefix_set_add_set(addresses, &missing);
	}
	port_ranges_normalize(lacking);
	prefix_set_normalize(addresses);
}
