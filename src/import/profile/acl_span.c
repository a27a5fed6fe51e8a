// SPDX-License-Identifier: GPL-2.0-or-later
// What network ACLs say of one value of a protocol, and intervals of values as rules: see acl_part.h.
#include <netinet/in.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "import/profile/acl_part.h"

const int acl_protocols[ACL_PROTOCOLS] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_ICMPV6 };

bool acl_is_icmp(int protocol)
{
	return protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6;
}

// The part of a protocol's packets that a rule is about; false: none.
static bool span_of(const struct aws_match *match, int protocol, unsigned *first, unsigned *last)
{
	*first = 0;
	*last = ACL_LAST;
	if (match->nothing || (match->protocol != PROTOCOL_ALL && match->protocol != protocol))
		return false;
	if (match->protocol == PROTOCOL_ALL)
		return true;
	if (acl_is_icmp(protocol)) {
		if (match->icmp_type < 0)
			return match->icmp_code < 0;
		*first =
		    (unsigned)match->icmp_type * ACL_CODES + (match->icmp_code < 0 ? 0 : (unsigned)match->icmp_code);
		*last = match->icmp_code < 0 ? *first + ACL_CODES - 1 : *first;
		return true;
	}
	if (match->all_ports || (match->ports.first <= 1 && match->ports.last == ACL_LAST))
		return true;
	*first = match->ports.first ? match->ports.first : 1;  // as text_match writes it
	*last = match->ports.last;
	return *first <= *last;
}

void acl_add_starts(const struct aws_network_acl *acl, bool egress, int protocol, acl_start_vec *starts)
{
	unsigned first, last;

	if (!acl)
		return;
	vec_for_each (entry, &acl->entries) {
		if (entry->egress != egress || !span_of(&entry->match, protocol, &first, &last))
			continue;
		vec_push(starts, first);
		vec_push(starts, last + 1);
	}
}

static int by_number(const void *left, const void *right)
{
	unsigned a = *(const unsigned *)left, b = *(const unsigned *)right;

	return a < b ? -1 : a > b;
}

void acl_order_starts(acl_start_vec *starts)
{
	size_t kept = 0;

	vec_push(starts, 0);
	qsort(starts->items, starts->count, sizeof(*starts->items), by_number);
	for (size_t i = 0; i < starts->count; i++)
		if (starts->items[i] <= ACL_LAST && (!kept || starts->items[i] != starts->items[kept - 1]))
			starts->items[kept++] = starts->items[i];
	starts->count = kept;
}

unsigned acl_interval_end(const acl_start_vec *starts, size_t at)
{
	return at + 1 < starts->count ? starts->items[at + 1] - 1 : (unsigned)ACL_LAST;
}

void acl_merge_intervals(acl_interval_vec *intervals)
{
	size_t kept = 0;

	for (size_t i = 0; i < intervals->count; i++) {
		struct acl_interval *last = kept ? &intervals->items[kept - 1] : NULL;
		if (last && prefix_set_equal(&last->remotes, &intervals->items[i].remotes)) {
			last->last = intervals->items[i].last;
			prefix_set_release(&intervals->items[i].remotes);
		} else {
			intervals->items[kept++] = intervals->items[i];
		}
	}
	intervals->count = kept;
}

void acl_release_intervals(acl_interval_vec *intervals)
{
	vec_for_each (interval, intervals)
		prefix_set_release(&interval->remotes);
	vec_release(intervals);
}

void acl_add_family(struct prefix_set *set, int protocol)
{
	static const struct prefix all4 = IPV4_PREFIX(0, 0, 0, 0, 0), all6 = IPV6_PREFIX(0, 0, 0);

	if (protocol != IPPROTO_ICMPV6)
		prefix_set_add(set, &all4);
	if (protocol != IPPROTO_ICMP)
		prefix_set_add(set, &all6);
	prefix_set_normalize(set);
}

void acl_add_remotes(const struct aws_network_acl *acl, bool egress, int protocol, unsigned value,
		     struct prefix_set *remotes)
{
	CLEANUP(prefix_set_release) struct prefix_set undecided = { 0 };
	AUTO_FREE const struct aws_acl_entry **order = NULL;
	size_t count = text_acl_order(acl, egress, &order);
	unsigned first, last;

	acl_add_family(&undecided, protocol);
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
	prefix_set_normalize(remotes);
}

static void add_rows(struct node *rows, const char *action, int protocol, const struct prefix_set *remotes,
		     const struct acl_interval *span)
{
	prefix_vec blocks = { 0 };
	char out[24];

	prefix_set_to_prefixes(remotes, FAMILY_IPV4, &blocks);
	prefix_set_to_prefixes(remotes, FAMILY_IPV6, &blocks);
	vec_for_each (block, &blocks) {
		struct node *row;
		if (rows->items.count >= ACL_LAST_RULE)
			break;
		row = node_new(NODE_MAPPING);
		row->style = NODE_STYLE_FLOW;
		node_set(row, "rule", text_scalar("%zu", rows->items.count + 1));
		node_set(row, "action", node_scalar(action));
		node_set(row, "cidr", text_prefix(block));
		node_set(row, "protocol", node_scalar(protocol_print(protocol, out)));
		if (span && acl_is_icmp(protocol) && span->first / ACL_CODES == span->last / ACL_CODES)
			node_set(row, "icmp-type", text_scalar("%u", span->first / ACL_CODES));
		if (span && acl_is_icmp(protocol) && span->first == span->last)
			node_set(row, "icmp-code", text_scalar("%u", span->first % ACL_CODES));
		if (span && !acl_is_icmp(protocol) && !(span->first == 0 && span->last == ACL_LAST)) {
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
static void add_icmp(struct node *rows, const char *action, int protocol, const struct acl_interval *interval)
{
	struct acl_interval part = { .first = interval->first };

	for (; part.first <= interval->last; part.first = part.last + 1) {
		bool whole = part.first % ACL_CODES == 0 && part.first + ACL_CODES - 1 <= interval->last;
		part.last = whole ? part.first + ACL_CODES - 1 : part.first;
		add_rows(rows, action, protocol, &interval->remotes, &part);
	}
}

void acl_add_rules(struct node *rows, const char *action, int protocol, const struct prefix_set *remotes,
		   const struct acl_interval *interval)
{
	bool whole = !interval || (interval->first == 0 && interval->last == ACL_LAST);

	if (whole || !acl_is_icmp(protocol)) {
		if (whole || interval->last)
			add_rows(rows, action, protocol, remotes, whole ? NULL : interval);
	} else {
		add_icmp(rows, action, protocol, interval);
	}
}
