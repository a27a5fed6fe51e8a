// SPDX-License-Identifier: GPL-2.0-or-later
// The route table: longest prefix first, turned into disjoint sets, one rule a target.
#include "base/cleanup.h"
#include "policy/layer.h"
#include "policy/peer.h"

// A route as the layer needs it; written ones and the ones of a profile without `routes` alike.
struct route_entry {
	bool is_list;         // destination is a prefix list: loses against a CIDR of equal length
	prefix_vec prefixes;  // owned; as merged in the list, ascending
	enum route_target target;
	struct prefix_set won;  // what the longest prefix leaves to this route
	char *what;             // owned: "pl-6da54004 (s3)"
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

static void table_add(route_table *table, enum route_target target, bool is_list, struct prefix_set *set,
		      const char *what, const struct location *at)
{
	struct route_entry entry = { .is_list = is_list, .target = target, .what = memory_copy_text(what), .at = at };

	prefix_set_normalize(set);
	prefix_set_to_prefixes(set, FAMILY_IPV4, &entry.prefixes);
	prefix_set_to_prefixes(set, FAMILY_IPV6, &entry.prefixes);
	vec_push(table, entry);
}

static int written_table(const struct profile *profile, route_table *table, struct error *err)
{
	vec_for_each (route, &profile->routes) {
		CLEANUP(match_release) struct policy_match match = match_of(PROTOCOL_ALL);
		AUTO_STRBUF struct strbuf what = { 0 };
		int result = peer_add(profile, &route->destination, &match, err);

		if (result)
			return result;
		peer_describe(profile, &route->destination, &what);
		table_add(table, route->target, route->destination.kind == PEER_PREFIX_LIST, &match.remote,
			  strbuf_text(&what), &route->at);
	}
	return 0;
}

// Without routes: the VPC and what the profile places in it are local, gateway endpoints have their routes.
static int default_table(const struct profile *profile, route_table *table, struct error *err)
{
	CLEANUP(prefix_set_release) struct prefix_set local = { 0 };

	vec_for_each (cidr, &profile->vpc.cidrs)
		prefix_set_add(&local, &cidr->prefix);
	if (profile->vpc.cidrs.count == 0)
		subnets_add(profile, &local);
	peers_add(profile, &local);
	vec_for_each (endpoint, &profile->endpoints) {
		CLEANUP(prefix_set_release) struct prefix_set gateway = { 0 };
		bool is_gateway = endpoint->type == ENDPOINT_GATEWAY;
		AUTO_STRBUF struct strbuf what = { 0 };
		int result = endpoint_add(profile, endpoint, is_gateway ? &gateway : &local, err);

		if (result)
			return result;
		if (!is_gateway)
			continue;
		strbuf_format(&what, "%s (%s)", endpoint->prefix_list.text, endpoint_name(endpoint));
		table_add(table, ROUTE_GATEWAY_ENDPOINT, true, &gateway, strbuf_text(&what), &endpoint->at);
	}
	table_add(table, ROUTE_LOCAL, false, &local, "the VPC", &profile->vpc.at);
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

static void local_rule(const route_table *table, struct layer_draft *draft)
{
	struct policy_match match = match_of(PROTOCOL_ALL);
	const struct location *at = NULL;

	vec_for_each (entry, table) {
		if (entry->target != ROUTE_LOCAL)
			continue;
		prefix_set_add_set(&match.remote, &entry->won);
		if (!at)
			at = entry->at;
	}
	layer_add(draft, VERDICT_PASS, &match, at, "route: local");
}

int route_layer(const struct profile *profile, struct layer_draft *draft, struct error *err)
{
	CLEANUP(route_table_release) route_table table = { 0 };
	bool written = profile->routes_at.line || profile->routes.count;
	int result = written ? written_table(profile, &table, err) : default_table(profile, &table, err);

	if (result)
		return result;
	table_resolve(&table);
	local_rule(&table, draft);
	vec_for_each (entry, &table) {
		struct policy_match match = match_of(PROTOCOL_ALL);

		if (entry->target == ROUTE_LOCAL)
			continue;
		prefix_set_add_set(&match.remote, &entry->won);
		layer_add(draft, entry->target == ROUTE_BLACKHOLE ? VERDICT_DENY : VERDICT_PASS, &match, entry->at,
			  entry->target == ROUTE_BLACKHOLE ? "route: %s is a blackhole"
							   : "route: %s to its gateway endpoint",
			  entry->what);
	}
	layer_close(draft, VERDICT_DENY, &profile->routes_at,
		    "no route: the destination is outside the VPC's CIDRs and endpoints");
	return 0;
}
