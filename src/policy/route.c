// SPDX-License-Identifier: GPL-2.0-or-later
// The route table: longest prefix first, turned into disjoint sets, one rule a target.
#include "base/cleanup.h"
#include "policy/layer.h"
#include "policy/peer.h"

// A route as the layer needs it; written ones and the ones of a profile without `routes` alike.
struct route_entry {
	bool is_list;         // destination is a prefix list: loses against a CIDR of equal length
	prefix_vec prefixes;  // owned
	enum route_target target;
	struct prefix_set won;  // what the longest prefix leaves to this route
	char *what;             // owned: "pl-6da54004 (s3)"
	const char *reason;     // the user's own; NULL: none
	const struct location *at;
};

typedef VEC(struct route_entry) route_table;

static void route_table_release(route_table *table)
{
	vec_for_each (entry, table) {
		vec_release(&entry->prefixes);
		prefix_set_release(&entry->won);
		free(entry->what);
	}
	vec_release(table);
}

static void entry_add_list(struct route_entry *entry, struct prefix_set *set)
{
	prefix_set_normalize(set);
	prefix_set_to_prefixes(set, FAMILY_IPV4, &entry->prefixes);
	prefix_set_to_prefixes(set, FAMILY_IPV6, &entry->prefixes);
}

static int written_table(const struct profile *profile, route_table *table, struct error *err)
{
	vec_for_each (route, &profile->routes) {
		CLEANUP(match_release) struct policy_match list = match_of(PROTOCOL_ALL);
		struct route_entry entry = { .target = route->target, .reason = route->reason.text, .at = &route->at };
		struct strbuf what = { 0 };

		if (route->destination.kind == PEER_CIDR) {
			vec_push(&entry.prefixes, route->destination.prefix);
		} else {
			int result = peer_add(profile, &route->destination, &list, err);

			if (result)
				return result;
			entry.is_list = true;
			entry_add_list(&entry, &list.remote);
		}
		peer_describe(profile, &route->destination, &what);
		entry.what = strbuf_steal(&what);
		vec_push(table, entry);
	}
	return 0;
}

// The VPC itself and what the profile places in it. As written, not merged: lengths decide between routes.
static void local_entry(const struct profile *profile, route_table *table)
{
	struct route_entry entry = { .target = ROUTE_LOCAL, .at = &profile->vpc.at };
	const prefix_value_vec *blocks = profile->vpc.cidrs.count ? &profile->vpc.cidrs : &profile->vpc.subnets;

	vec_for_each (block, blocks)
		vec_push(&entry.prefixes, block->prefix);
	vec_for_each (peer, &profile->network.peers)
		vec_push(&entry.prefixes, prefix_of_address(&peer->address));
	vec_for_each (endpoint, &profile->endpoints)
		vec_for_each (address, &endpoint->addresses)
			vec_push(&entry.prefixes, prefix_of_address(&address->address));
	vec_push(table, entry);
}

// Without routes: what is in the VPC is local, and gateway endpoints have their routes.
static int default_table(const struct profile *profile, route_table *table, struct error *err)
{
	local_entry(profile, table);
	vec_for_each (endpoint, &profile->endpoints) {
		CLEANUP(prefix_set_release) struct prefix_set list = { 0 };
		struct route_entry entry = { .is_list = true, .target = ROUTE_GATEWAY_ENDPOINT, .at = &endpoint->at };
		int result;

		if (endpoint->type != ENDPOINT_GATEWAY)
			continue;
		result = endpoint_add(profile, endpoint, &list, err);
		if (result)
			return result;
		entry_add_list(&entry, &list);
		entry.what = memory_format("%s (%s)", endpoint->prefix_list.text, endpoint_name(endpoint));
		vec_push(table, entry);
	}
	return 0;
}

// The entry's prefixes of one length, less what is covered already, become its own and covered.
static void entry_claim(struct route_entry *entry, unsigned length, struct prefix_set *covered)
{
	CLEANUP(prefix_set_release) struct prefix_set claim = { 0 };

	vec_for_each (prefix, &entry->prefixes) {
		if (prefix->length == length)
			prefix_set_add(&claim, prefix);
	}
	if (claim.ranges.count == 0)
		return;
	prefix_set_normalize(&claim);
	prefix_set_subtract(&claim, covered);
	prefix_set_add_set(&entry->won, &claim);
	prefix_set_add_set(covered, &claim);
	prefix_set_normalize(&entry->won);
	prefix_set_normalize(covered);
}

// Longest prefix match: the longest claim first; of equal length CIDRs before prefix lists, then as written.
// The families do not meet, so that their lengths can be walked together.
static void table_resolve(route_table *table)
{
	CLEANUP(prefix_set_release) struct prefix_set covered = { 0 };

	for (int length = FAMILY_IPV6; length >= 0; length--) {
		for (int is_list = 0; is_list <= 1; is_list++) {
			vec_for_each (entry, table) {
				if (entry->is_list == is_list)
					entry_claim(entry, (unsigned)length, &covered);
			}
		}
	}
}

// One rule for all routes of a target that needs no more to be said of it, at the first of them.
static void united_rule(const route_table *table, enum route_target target, const char *reason,
			struct layer_draft *draft)
{
	struct policy_match match = match_of(PROTOCOL_ALL);
	const struct location *at = NULL;

	vec_for_each (entry, table) {
		if (entry->target != target)
			continue;
		prefix_set_add_set(&match.remote, &entry->won);
		if (!at)
			at = entry->at;
	}
	layer_add(draft, VERDICT_PASS, &match, at, "%s", reason);
}

int route_layer(const struct profile *profile, struct layer_draft *draft, struct error *err)
{
	CLEANUP(route_table_release) route_table table = { 0 };
	bool written = profile->routes_at.line || profile->routes.count;
	int result = written ? written_table(profile, &table, err) : default_table(profile, &table, err);

	if (result)
		return result;
	table_resolve(&table);
	united_rule(&table, ROUTE_LOCAL, "route: local", draft);
	united_rule(&table, ROUTE_PEERING, "route: peering", draft);
	vec_for_each (entry, &table) {
		struct policy_match match = match_of(PROTOCOL_ALL);

		if (entry->target == ROUTE_LOCAL || entry->target == ROUTE_PEERING)
			continue;
		prefix_set_add_set(&match.remote, &entry->won);
		layer_add(draft, entry->target == ROUTE_BLACKHOLE ? VERDICT_DENY : VERDICT_PASS, &match, entry->at,
			  entry->target == ROUTE_BLACKHOLE ? "route: %s is a blackhole%s%s"
							   : "route: %s to its gateway endpoint%s%s",
			  entry->what, entry->reason ? ": " : "", entry->reason ? entry->reason : "");
	}
	layer_close(draft, VERDICT_DENY, &profile->routes_at,
		    "no route: the destination is outside the VPC's CIDRs and endpoints");
	return 0;
}
