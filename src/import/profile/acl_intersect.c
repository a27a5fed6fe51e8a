// SPDX-License-Identifier: GPL-2.0-or-later
// The ACLs of several subnets as one: what each of them lets through, as allowing rules. See part.h.
//
// A packet that stays within a subnet meets no ACL there, but it does when the job runs in another one: so the new ACL
// judges inside of the subnet too, and a subnet's own block counts as allowed by its own ACL. Ports (or ICMP types and
// codes) fall into intervals within which no ACL changes its mind; each has a set of addresses.
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "import/profile/part.h"

enum { LAST_RULE = 32766, LAST = UINT16_MAX, CODES = 256, PROTOCOLS = 4 };

// What a policy ever lets through.
static const int protocols[PROTOCOLS] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_ICMPV6 };

struct interval {
	unsigned first, last;
	struct prefix_set remotes;
};

typedef VEC(struct interval) interval_vec;
typedef VEC(unsigned) unsigned_vec;

struct allowed {
	struct prefix_set whole;     // by every protocol that a policy lets through
	interval_vec of[PROTOCOLS];  // the rest, ascending, neighbours differ
};

static void allowed_release(struct allowed *allowed)
{
	prefix_set_release(&allowed->whole);
	for (size_t i = 0; i < PROTOCOLS; i++) {
		vec_for_each (interval, &allowed->of[i])
			prefix_set_release(&interval->remotes);
		vec_release(&allowed->of[i]);
	}
}

static bool is_icmp(int protocol)
{
	return protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6;
}

// The part of a protocol's packets that a rule is about; false: none.
static bool span_of(const struct aws_match *match, int protocol, unsigned *first, unsigned *last)
{
	*first = 0;
	*last = LAST;
	if (match->nothing || (match->protocol != PROTOCOL_ALL && match->protocol != protocol))
		return false;
	if (match->protocol == PROTOCOL_ALL)
		return true;
	if (is_icmp(protocol)) {
		if (match->icmp_type < 0)
			return match->icmp_code < 0;
		*first = (unsigned)match->icmp_type * CODES + (match->icmp_code < 0 ? 0 : (unsigned)match->icmp_code);
		*last = match->icmp_code < 0 ? *first + CODES - 1 : *first;
		return true;
	}
	if (match->all_ports || (match->ports.first <= 1 && match->ports.last == LAST))
		return true;
	*first = match->ports.first ? match->ports.first : 1;  // as text_match writes it
	*last = match->ports.last;
	return *first <= *last;
}

static int by_number(const void *left, const void *right)
{
	unsigned a = *(const unsigned *)left, b = *(const unsigned *)right;

	return a < b ? -1 : a > b;
}

// Where any ACL may change its mind: the first values of intervals.
static void boundaries(const struct text_draft *draft, bool egress, int protocol, unsigned_vec *starts)
{
	size_t kept = 0;

	vec_push(starts, 0);
	for (size_t i = 0; i < draft->count; i++) {
		const struct assembled_acl *own = text_own_acl(&draft->assemblies[i]);
		unsigned first, last;

		if (!own || !own->acl)
			continue;
		vec_for_each (entry, &own->acl->entries) {
			if (entry->egress != egress || !span_of(&entry->match, protocol, &first, &last))
				continue;
			vec_push(starts, first);
			vec_push(starts, last + 1);
		}
	}
	qsort(starts->items, starts->count, sizeof(*starts->items), by_number);
	for (size_t i = 0; i < starts->count; i++)
		if (starts->items[i] <= LAST && (!kept || starts->items[i] != starts->items[kept - 1]))
			starts->items[kept++] = starts->items[i];
	starts->count = kept;
}

static void add_family(struct prefix_set *set, int protocol)
{
	static const struct prefix all4 = IPV4_PREFIX(0, 0, 0, 0, 0), all6 = IPV6_PREFIX(0, 0, 0);

	if (protocol != IPPROTO_ICMPV6)
		prefix_set_add(set, &all4);
	if (protocol != IPPROTO_ICMP)
		prefix_set_add(set, &all6);
	prefix_set_normalize(set);
}

// Whom one subnet's ACL lets through with one value of the protocol: the first rule that matches decides.
static void of_subnet(const struct assembly *assembly, bool egress, int protocol, unsigned value,
		      struct prefix_set *remotes)
{
	const struct assembled_acl *own = text_own_acl(assembly);
	CLEANUP(prefix_set_release) struct prefix_set undecided = { 0 };
	AUTO_FREE const struct aws_acl_entry **order = NULL;
	size_t count = text_acl_order(own ? own->acl : NULL, egress, &order);
	unsigned first, last;

	add_family(&undecided, protocol);
	for (size_t i = 0; i < count; i++) {
		CLEANUP(prefix_set_release) struct prefix_set matched = { 0 };

		if (!span_of(&order[i]->match, protocol, &first, &last) || value < first || value > last)
			continue;
		prefix_set_add(&matched, &order[i]->prefix);
		prefix_set_normalize(&matched);
		prefix_set_intersect(&matched, &undecided);
		prefix_set_subtract(&undecided, &matched);
		if (order[i]->allow)
			prefix_set_add_set(remotes, &matched);
	}
	if (assembly->subnet)
		vec_for_each (block, &assembly->subnet->blocks)
			prefix_set_add(remotes, block);
	prefix_set_normalize(remotes);
}

static void of_protocol(const struct text_draft *draft, bool egress, int protocol, interval_vec *intervals)
{
	unsigned_vec starts = { 0 };

	boundaries(draft, egress, protocol, &starts);
	for (size_t at = 0; at < starts.count; at++) {
		unsigned last = at + 1 < starts.count ? starts.items[at + 1] - 1 : LAST;
		struct interval interval = { .first = starts.items[at], .last = last };

		add_family(&interval.remotes, protocol);
		for (size_t i = 0; i < draft->count; i++) {
			CLEANUP(prefix_set_release) struct prefix_set own = { 0 };
			of_subnet(&draft->assemblies[i], egress, protocol, interval.first, &own);
			prefix_set_intersect(&interval.remotes, &own);
		}
		vec_push(intervals, interval);
	}
	vec_release(&starts);
}

// Takes out of all intervals what goes by every protocol and value: that is one rule a block.
static void find_whole(struct allowed *allowed)
{
	add_family(&allowed->whole, IPPROTO_TCP);
	for (size_t i = 0; i < PROTOCOLS; i++)
		vec_for_each (interval, &allowed->of[i]) {
			CLEANUP(prefix_set_release) struct prefix_set denied = { 0 };
			add_family(&denied, protocols[i]);
			prefix_set_subtract(&denied, &interval->remotes);
			prefix_set_subtract(&allowed->whole, &denied);
		}
	for (size_t i = 0; i < PROTOCOLS; i++)
		vec_for_each (interval, &allowed->of[i])
			prefix_set_subtract(&interval->remotes, &allowed->whole);
}

static void merge_neighbours(interval_vec *intervals)
{
	size_t kept = 0;

	for (size_t i = 0; i < intervals->count; i++) {
		struct interval *last = kept ? &intervals->items[kept - 1] : NULL;
		if (last && prefix_set_equal(&last->remotes, &intervals->items[i].remotes)) {
			last->last = intervals->items[i].last;
			prefix_set_release(&intervals->items[i].remotes);
		} else {
			intervals->items[kept++] = intervals->items[i];
		}
	}
	intervals->count = kept;
}

// One rule a block; what has no number left stays denied.
static void add_rules(struct node *rows, int protocol, const struct prefix_set *remotes, const struct interval *span)
{
	prefix_vec blocks = { 0 };
	char out[24];

	prefix_set_to_prefixes(remotes, FAMILY_IPV4, &blocks);
	prefix_set_to_prefixes(remotes, FAMILY_IPV6, &blocks);
	vec_for_each (block, &blocks) {
		struct node *row;
		if (rows->items.count >= LAST_RULE)
			break;
		row = node_new(NODE_MAPPING);
		row->style = NODE_STYLE_FLOW;
		node_set(row, "rule", text_scalar("%zu", rows->items.count + 1));
		node_set(row, "action", node_scalar("allow"));
		node_set(row, "cidr", text_prefix(block));
		node_set(row, "protocol", node_scalar(protocol_print(protocol, out)));
		if (span && is_icmp(protocol) && span->first / CODES == span->last / CODES)
			node_set(row, "icmp-type", text_scalar("%u", span->first / CODES));
		if (span && is_icmp(protocol) && span->first == span->last)
			node_set(row, "icmp-code", text_scalar("%u", span->first % CODES));
		if (span && !is_icmp(protocol) && !(span->first == 0 && span->last == LAST)) {
			struct node *ports = node_new(NODE_SEQUENCE);
			struct port_range range = { (uint16_t)(span->first ? span->first : 1), (uint16_t)span->last };
			node_append(ports, node_scalar(port_range_print(&range, out)));
			node_set(row, "ports", ports);
		}
		node_append(rows, row);
	}
	vec_release(&blocks);
}

// Types and codes have no ranges in a profile: whole types, and single codes at both ends.
static void add_icmp(struct node *rows, int protocol, const struct interval *interval)
{
	struct interval part = { .first = interval->first };

	if (interval->first == 0 && interval->last == LAST) {
		add_rules(rows, protocol, &interval->remotes, NULL);
		return;
	}
	for (; part.first <= interval->last; part.first = part.last + 1) {
		bool whole = part.first % CODES == 0 && part.first + CODES - 1 <= interval->last;
		part.last = whole ? part.first + CODES - 1 : part.first;
		add_rules(rows, protocol, &interval->remotes, &part);
	}
}

static struct node *rules(const struct text_draft *draft, bool egress)
{
	struct allowed allowed = { 0 };
	struct node *rows = node_new(NODE_SEQUENCE);

	for (size_t i = 0; i < PROTOCOLS; i++)
		of_protocol(draft, egress, protocols[i], &allowed.of[i]);
	find_whole(&allowed);
	add_rules(rows, PROTOCOL_ALL, &allowed.whole, NULL);
	for (size_t i = 0; i < PROTOCOLS; i++) {
		merge_neighbours(&allowed.of[i]);
		vec_for_each (interval, &allowed.of[i]) {
			if (is_icmp(protocols[i]))
				add_icmp(rows, protocols[i], interval);
			else if (interval->last)
				add_rules(rows, protocols[i], &interval->remotes, interval);
		}
	}
	allowed_release(&allowed);
	if (rows->items.count >= LAST_RULE)
		node_add_after(rows,
			       "All numbers of rules are used: what else every subnet's ACL allows is denied here.");
	return rows;
}

struct node *text_acl_intersect(const struct text_draft *draft)
{
	struct node *row = node_new(NODE_MAPPING);
	AUTO_STRBUF struct strbuf note = { 0 };

	strbuf_add(&note, "What the ACL of every subnet allows:");
	for (size_t i = 0; i < draft->count; i++) {
		const struct assembled_acl *own = text_own_acl(&draft->assemblies[i]);
		strbuf_add(&note, i ? ", " : " ");
		if (own && own->acl)
			text_thing(&note, &own->acl->thing);
		else
			strbuf_add(&note, "one that was not given, which denies everything,");
		strbuf_add(&note, " of ");
		if (draft->assemblies[i].subnet)
			text_thing(&note, &draft->assemblies[i].subnet->thing);
	}
	node_add_note(row, strbuf_text(&note));
	node_set(row, "inside-subnet", node_scalar("yes"));
	node_set(row, "egress", rules(draft, true));
	node_set(row, "ingress", rules(draft, false));
	return row;
}
