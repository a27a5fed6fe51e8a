// SPDX-License-Identifier: GPL-2.0-or-later
// What the written profile lets through, by the parts of the address space that people ask about. Computed from the
// policy and not retold from the documents, so that it is what will be enforced.
#include <netinet/in.h>

#include "base/cleanup.h"
#include "import/finding/summary_parts.h"
#include "policy/space.h"

enum { ROWS_SAID = 4, RANGES_SAID = 3, NAMES_SAID = 24 };

void summary_release(struct summary *summary)
{
	vec_for_each (part, &summary->parts) {
		free(part->what);
		free(part->unreached);
		prefix_set_release(&part->space);
		reach_release(&part->reach);
	}
	vec_release(&summary->parts);
}

static void add_part(struct summary *summary, const struct policy *policy, struct summary_part part)
{
	prefix_set_normalize(&part.space);
	const struct reach_question question = { .layers = SIZE_MAX, .within = &part.space };

	policy_reach_of(policy, part.direction, &question, &part.reach);
	vec_push(&summary->parts, part);
}

static void add_addresses(const address_vec *addresses, struct prefix_set *out)
{
	vec_for_each (value, addresses) {
		const struct prefix prefix = prefix_of_address(&value->address);

		prefix_set_add(out, &prefix);
	}
}

static void add_gateway_space(const struct profile *profile, const struct profile_endpoint *endpoint,
			      struct prefix_set *out)
{
	const struct profile_prefix_list *list =
	    endpoint->prefix_list.text ? profile_find_prefix_list(profile, endpoint->prefix_list.text) : NULL;

	if (list)
		prefix_set_add_set(out, &list->entries);
}

static const char *title_of(const struct profile_endpoint *endpoint)
{
	return endpoint->name.text ? endpoint->name.text : endpoint->service.text ? endpoint->service.text : "unnamed";
}

static void add_gateways(struct summary *summary, const struct profile *profile, const struct policy *policy)
{
	vec_for_each (endpoint, &profile->endpoints) {
		struct summary_part part = { "gateways", "gateway endpoint", .brief = true };
		AUTO_STRBUF struct strbuf what = { 0 };

		if (endpoint->type != ENDPOINT_GATEWAY)
			continue;
		add_foreign(&what, title_of(endpoint));
		if (endpoint->prefix_list.text) {
			strbuf_add(&what, " by ");
			add_foreign(&what, endpoint->prefix_list.text);
		}
		add_gateway_space(profile, endpoint, &part.space);
		part.what = strbuf_steal(&what);
		add_part(summary, policy, part);
	}
}

static bool is_reached(const struct policy *policy, const struct profile_endpoint *endpoint)
{
	CLEANUP(prefix_set_release) struct prefix_set all = { 0 }, reached = { 0 };

	add_addresses(&endpoint->addresses, &all);
	prefix_set_normalize(&all);
	reach_remotes(&policy->reach[EGRESS], &reached);
	return prefix_set_meets(&all, &reached);
}

// All interface endpoints together; those that nothing leads to are named apart.
static void add_interfaces(struct summary *summary, const struct profile *profile, const struct policy *policy)
{
	AUTO_STRBUF struct strbuf unreached = { 0 }, what = { 0 };
	struct summary_part part = { "endpoints", "endpoints", .brief = true };
	size_t count = 0;

	vec_for_each (endpoint, &profile->endpoints) {
		if (endpoint->type == ENDPOINT_GATEWAY)
			continue;
		struct strbuf *to = is_reached(policy, endpoint) ? &what : &unreached;
		add_addresses(&endpoint->addresses, &part.space);
		if (count++ >= NAMES_SAID)
			continue;
		strbuf_add(to, to->length ? ", " : "");
		add_foreign(to, title_of(endpoint));
	}
	if (!count)
		return;
	if (count > NAMES_SAID)
		strbuf_format(&what, "%s%zu more", what.length ? " and " : "", count - NAMES_SAID);
	part.what = what.length ? strbuf_steal(&what) : NULL;
	part.unreached = unreached.length ? strbuf_steal(&unreached) : NULL;
	add_part(summary, policy, part);
}

static void add_vpc(struct summary *summary, const struct profile *profile, const struct policy *policy)
{
	const prefix_value_vec *blocks = profile->vpc.cidrs.count ? &profile->vpc.cidrs : &profile->vpc.subnets;
	CLEANUP(prefix_set_release) struct prefix_set others = { 0 };
	struct summary_part part = { "vpc", "in the VPC" };

	vec_for_each (block, blocks)
		prefix_set_add(&part.space, &block->prefix);
	vec_for_each (endpoint, &profile->endpoints)
		add_addresses(&endpoint->addresses, &others);
	prefix_set_normalize(&part.space);
	prefix_set_normalize(&others);
	prefix_set_subtract(&part.space, &others);
	add_part(summary, policy, part);
}

static void add_peered(struct summary *summary, const struct profile *profile, const struct policy *policy)
{
	struct summary_part part = { "peered", "peered VPCs" };

	vec_for_each (route, &profile->routes)
		if (route->target == ROUTE_PEERING && route->destination.kind == PEER_CIDR)
			prefix_set_add(&part.space, &route->destination.prefix);
	if (part.space.ranges.count)
		add_part(summary, policy, part);
}

static void add_peers(struct summary *summary, const struct profile *profile, const struct policy *policy)
{
	struct summary_part part = { "peers", "the job's hosts" };

	add_addresses(&profile->network.peers, &part.space);
	if (!profile->network.peers.count)
		part.what = memory_copy_text("none named (network.peers)");
	add_part(summary, policy, part);
}

// Without what a gateway endpoint's list has: that is a service's, and said above.
static void add_internet(struct summary *summary, const struct profile *profile, const struct policy *policy)
{
	CLEANUP(prefix_set_release) struct prefix_set lists = { 0 };
	struct summary_part part = { "internet", "Internet" };

	profile_internet(profile, &part.space);
	vec_for_each (endpoint, &profile->endpoints)
		add_gateway_space(profile, endpoint, &lists);
	prefix_set_normalize(&lists);
	prefix_set_subtract(&part.space, &lists);
	add_part(summary, policy, part);
}

// From whom a connection may come: a way in without a way back is none, so that only what routes lead to counts.
static void add_inbound(struct summary *summary, const struct profile *profile, const struct policy *policy)
{
	struct summary_part part = { "inbound", "inbound", .direction = INGRESS };

	vec_for_each (block, &profile->vpc.cidrs)
		prefix_set_add(&part.space, &block->prefix);
	vec_for_each (block, &profile->vpc.subnets)
		prefix_set_add(&part.space, &block->prefix);
	vec_for_each (route, &profile->routes)
		if ((route->target == ROUTE_LOCAL || route->target == ROUTE_PEERING) &&
		    route->destination.kind == PEER_CIDR)
			prefix_set_add(&part.space, &route->destination.prefix);
	add_addresses(&profile->network.peers, &part.space);
	add_part(summary, policy, part);
}

void summary_make(const struct profile *written, struct summary *out)
{
	CLEANUP(policy_release) struct policy policy = { 0 };
	struct profile here = *written;  // borrows all of it
	const struct profile *profile = &here;

	here.vpc.located = LOCATED_HERE;
	if (policy_build(profile, &policy, &out->error))
		return;
	if (profile->network.isolation != ISOLATION_FULL) {
		add_vpc(out, profile, &policy);
		add_gateways(out, profile, &policy);
		add_interfaces(out, profile, &policy);
		add_peered(out, profile, &policy);
	}
	add_peers(out, profile, &policy);
	add_inbound(out, profile, &policy);
	add_internet(out, profile, &policy);
}

// Rows of other protocols for the same addresses are said in one breath. "Whole" is every protocol that the family has.
static bool is_told_before(const struct reach *reach, const struct reach_row *row)
{
	for (const struct reach_row *before = reach->rows.items; before < row; before++)
		if (prefix_set_equal(&before->remotes, &row->remotes))
			return true;
	return false;
}

static bool is_everything(const struct reach *reach, const struct prefix_set *remotes)
{
	bool tcp = false, udp = false, icmp = false;

	vec_for_each (row, &reach->rows) {
		bool whole = reach_row_is_whole(row) && prefix_set_equal(&row->remotes, remotes);

		tcp |= whole && row->protocol == IPPROTO_TCP;
		udp |= whole && row->protocol == IPPROTO_UDP;
		icmp |= whole && (row->protocol == IPPROTO_ICMP || row->protocol == IPPROTO_ICMPV6);
	}
	return tcp && udp && icmp;
}

static void say_protocols(const struct reach *reach, const struct prefix_set *remotes, struct strbuf *out)
{
	bool begun = false;

	if (is_everything(reach, remotes)) {
		strbuf_add(out, "all traffic");
		return;
	}
	vec_for_each (row, &reach->rows) {
		if (!prefix_set_equal(&row->remotes, remotes))
			continue;
		strbuf_add(out, begun ? " and " : "");
		reach_row_describe(row, out);
		begun = true;
	}
}

static void say_remotes(const struct summary_part *part, const struct prefix_set *remotes, struct strbuf *out)
{
	struct big_number addresses[2] = { 0 };

	strbuf_add(out, part->direction == EGRESS ? " to " : " from ");
	if (!part->brief && remotes->ranges.count <= RANGES_SAID) {
		remotes_describe(remotes, out);
		return;
	}
	prefix_set_count(remotes, addresses);
	addresses_describe(addresses, out);
}

void part_describe(const struct summary_part *part, struct strbuf *out)
{
	size_t said = 0;

	if (reach_is_empty(&part->reach)) {
		strbuf_add(out, "nothing");
		return;
	}
	vec_for_each (row, &part->reach.rows) {
		if (is_told_before(&part->reach, row))
			continue;
		if (said++ >= ROWS_SAID)
			continue;
		strbuf_add(out, said > 1 ? "; " : "");
		say_protocols(&part->reach, &row->remotes, out);
		say_remotes(part, &row->remotes, out);
	}
	if (said > ROWS_SAID)
		strbuf_format(out, "; and %zu more", said - ROWS_SAID);
}
