// SPDX-License-Identifier: GPL-2.0-or-later
// Rules of groups, routes and entries of ACLs as fields of rows: see rows.h.
#include <stdlib.h>
#include <string.h>

#include "import/account/rows.h"

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

int compare_matches(const struct aws_match *a, const struct aws_match *b)
{
	const int left[] = { a->protocol,   a->nothing,   a->all_ports, a->ports.first,
			     a->ports.last, a->icmp_type, a->icmp_code };
	const int right[] = { b->protocol,   b->nothing,   b->all_ports, b->ports.first,
			      b->ports.last, b->icmp_type, b->icmp_code };

	for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++)
		if (left[i] != right[i])
			return ORDER(left[i], right[i]);
	return 0;
}

int compare_peers(const struct aws_peer *a, const struct aws_peer *b)
{
	if (a->kind != b->kind)
		return ORDER(a->kind, b->kind);
	return a->kind == AWS_PEER_CIDR ? compare_prefixes(&a->prefix, &b->prefix) : compare_texts(a->id, b->id);
}

int compare_rules(const struct aws_group_rule *a, const struct aws_group_rule *b)
{
	return a->egress != b->egress ? ORDER(b->egress, a->egress) : compare_matches(&a->match, &b->match);
}

static void peer_release(struct aws_peer *peer)
{
	free(peer->id);
	free(peer->vpc);
	free(peer->peering);
	free(peer->status);
	free(peer->description);
}

static void rules_release(void *field)
{
	rule_vec *rules = field;

	vec_for_each (rule, rules) {
		free(rule->id);
		vec_for_each (peer, &rule->peers)
			peer_release(peer);
		vec_release(&rule->peers);
	}
	vec_release(rules);
}

static bool rules_is_empty(const void *field)
{
	return !((const rule_vec *)field)->count;
}

// Of settled rules.
static int rules_compare(const void *a, const void *b)
{
	const rule_vec *left = a, *right = b;

	for (size_t i = 0; i < left->count && i < right->count; i++) {
		const struct aws_group_rule *one = &left->items[i], *other = &right->items[i];
		int order = compare_rules(one, other);
		for (size_t j = 0; !order && j < one->peers.count && j < other->peers.count; j++)
			order = compare_peers(&one->peers.items[j], &other->peers.items[j]);
		if (!order)
			order = ORDER(one->peers.count, other->peers.count);
		if (order)
			return order;
	}
	return ORDER(left->count, right->count);
}

// A rule of one peer, as describe-security-group-rules has them.
struct single {
	struct aws_group_rule rule;  // without peers
	struct aws_peer peer;
};

static int compare_singles(const void *a, const void *b)
{
	const struct single *left = a, *right = b;
	int order = compare_rules(&left->rule, &right->rule);

	if (!order)
		order = compare_peers(&left->peer, &right->peer);
	return order ? order : compare_places(&left->peer.at, &right->peer.at);
}

// The lesser of two texts, or the only one; the other is freed.
static char *take_lesser(char *a, char *b)
{
	bool first = !b || (a && strcmp(a, b) <= 0);

	free(first ? b : a);
	return first ? a : b;
}

// A peering that is not active in one of them is not active.
static char *take_status(char *a, char *b)
{
	bool first = !b || (a && strcmp(a, "active") != 0);

	free(first ? b : a);
	return first ? a : b;
}

static void join_singles(struct single *to, struct single *from)
{
	to->rule.id = take_lesser(to->rule.id, from->rule.id);
	to->peer.description = take_lesser(to->peer.description, from->peer.description);
	to->peer.vpc = take_lesser(to->peer.vpc, from->peer.vpc);
	to->peer.peering = take_lesser(to->peer.peering, from->peer.peering);
	to->peer.status = take_status(to->peer.status, from->peer.status);
	free(from->peer.id);
}

static size_t join_same(struct single *singles, size_t count)
{
	size_t kept = 0;

	for (size_t i = 1; i < count; i++) {
		if (compare_rules(&singles[kept].rule, &singles[i].rule) == 0 &&
		    compare_peers(&singles[kept].peer, &singles[i].peer) == 0)
			join_singles(&singles[kept], &singles[i]);
		else
			singles[++kept] = singles[i];
	}
	return count ? kept + 1 : 0;
}

// Empties rules: what has no peer matches nothing and goes.
static struct single *take_apart(rule_vec *rules, size_t *count)
{
	size_t peers = 0;

	vec_for_each (rule, rules)
		peers += rule->peers.count;
	struct single *singles = NEW_ARRAY(struct single, peers + 1);
	*count = 0;
	vec_for_each (rule, rules) {
		vec_for_each (peer, &rule->peers) {
			struct single single = { .rule = *rule, .peer = *peer };
			single.rule.peers = (__typeof__(single.rule.peers)){ 0 };
			single.rule.id = memory_copy_text(rule->id);
			singles[(*count)++] = single;
		}
		free(rule->id);
		vec_release(&rule->peers);
	}
	vec_release(rules);
	return singles;
}

// Another peer of a rule: an id is of one peer.
static void add_peer(struct aws_group_rule *rule, const struct single *single)
{
	free(single->rule.id);
	free(rule->id);
	rule->id = NULL;
	if (compare_places(&single->rule.at, &rule->at) < 0)
		rule->at = single->rule.at;
	vec_push(&rule->peers, single->peer);
}

static void add_rule(rule_vec *rules, const struct single *single)
{
	struct aws_group_rule rule = single->rule;

	vec_push(&rule.peers, single->peer);
	vec_push(rules, rule);
}

void rules_settle(rule_vec *rules)
{
	size_t count;

	if (rules->count == 1 && rules->items[0].peers.count == 1)
		return;
	struct single *singles = take_apart(rules, &count);

	qsort(singles, count, sizeof(*singles), compare_singles);
	count = join_same(singles, count);
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && compare_rules(&singles[i - 1].rule, &singles[i].rule) == 0)
			add_peer(&rules->items[rules->count - 1], &singles[i]);
		else
			add_rule(rules, &singles[i]);
	}
	free(singles);
}

static void rules_settle_field(void *field)
{
	rules_settle(field);
}

const struct field_type field_rules = { rules_release, rules_is_empty, rules_compare, rules_settle_field };

static void route_release(struct aws_route *route)
{
	free(route->list);
	free(route->target_id);
}

static void routes_release(void *field)
{
	vec_for_each (route, (route_vec *)field)
		route_release(route);
	vec_release((route_vec *)field);
}

static bool routes_is_empty(const void *field)
{
	return !((const route_vec *)field)->count;
}

static int compare_routes(const struct aws_route *a, const struct aws_route *b)
{
	int order = ORDER(a->is_list, b->is_list);

	if (!order)
		order = a->is_list ? compare_texts(a->list, b->list) : compare_prefixes(&a->prefix, &b->prefix);
	if (!order)
		order = ORDER(a->target, b->target);
	if (!order)
		order = compare_texts(a->target_id, b->target_id);
	return order ? order : ORDER(a->blackhole, b->blackhole);
}

static int compare_placed_routes(const void *a, const void *b)
{
	const struct aws_route *left = a, *right = b;
	int order = compare_routes(left, right);

	return order ? order : compare_places(&left->at, &right->at);
}

static int routes_compare(const void *a, const void *b)
{
	const route_vec *left = a, *right = b;

	for (size_t i = 0; i < left->count && i < right->count; i++) {
		int order = compare_routes(&left->items[i], &right->items[i]);
		if (order)
			return order;
	}
	return ORDER(left->count, right->count);
}

static void routes_settle(void *field)
{
	route_vec *routes = field;
	size_t kept = 0;

	if (!routes->count)
		return;
	qsort(routes->items, routes->count, sizeof(*routes->items), compare_placed_routes);
	for (size_t i = 1; i < routes->count; i++) {
		if (compare_routes(&routes->items[kept], &routes->items[i]) == 0)
			route_release(&routes->items[i]);
		else
			routes->items[++kept] = routes->items[i];
	}
	routes->count = kept + 1;
}

const struct field_type field_routes = { routes_release, routes_is_empty, routes_compare, routes_settle };

static void entries_release(void *field)
{
	vec_release((entry_vec *)field);
}

static bool entries_is_empty(const void *field)
{
	return !((const entry_vec *)field)->count;
}

// By direction and number, as they are evaluated; IPv6 has the numbers of IPv4.
static int compare_entries(const struct aws_acl_entry *a, const struct aws_acl_entry *b)
{
	if (a->egress != b->egress)
		return ORDER(b->egress, a->egress);
	if (a->number != b->number)
		return ORDER(a->number, b->number);
	int order = compare_prefixes(&a->prefix, &b->prefix);
	if (!order)
		order = ORDER(a->allow, b->allow);
	return order ? order : compare_matches(&a->match, &b->match);
}

static int compare_placed_entries(const void *a, const void *b)
{
	const struct aws_acl_entry *left = a, *right = b;
	int order = compare_entries(left, right);

	return order ? order : compare_places(&left->at, &right->at);
}

static int entries_compare(const void *a, const void *b)
{
	const entry_vec *left = a, *right = b;

	for (size_t i = 0; i < left->count && i < right->count; i++) {
		int order = compare_entries(&left->items[i], &right->items[i]);
		if (order)
			return order;
	}
	return ORDER(left->count, right->count);
}

static void entries_settle(void *field)
{
	entry_vec *entries = field;
	size_t kept = 0;

	if (!entries->count)
		return;
	qsort(entries->items, entries->count, sizeof(*entries->items), compare_placed_entries);
	for (size_t i = 1; i < entries->count; i++)
		if (compare_entries(&entries->items[kept], &entries->items[i]) != 0)
			entries->items[++kept] = entries->items[i];
	entries->count = kept + 1;
}

const struct field_type field_entries = { entries_release, entries_is_empty, entries_compare, entries_settle };
