// SPDX-License-Identifier: GPL-2.0-or-later
// The ACLs of the VPC's other subnets, as rules of the job's own: see acl_part.h.
//
// What goes between two subnets is judged by the ACLs of both, as it leaves the one and as it enters the other. A
// profile has the job's ACL alone, so that what another subnet's would deny is denied here, in front of the own rules,
// which go on to decide about the rest. The other side of such an ACL is the job's whole subnet, since the job may have
// any address of it.
#include <netinet/in.h>

#include "base/cleanup.h"
#include "import/profile/acl_part.h"

enum { FAR_RULES = 1000 };  // of one direction: beyond that nothing passes between the subnets

// Whether an ACL lets the job's whole subnet through with one value of the protocol.
static bool lets_through(const struct aws_network_acl *acl, const struct aws_subnet *subnet, bool egress, int protocol,
			 unsigned value, enum family family)
{
	CLEANUP(prefix_set_release) struct prefix_set remotes = { 0 };

	acl_add_remotes(acl, !egress, protocol, value, &remotes);
	vec_for_each (block, &subnet->blocks)
		if (block->base.family == family && !prefix_set_covers(&remotes, block))
			return false;
	return true;
}

static void add_blocks(const struct prefix_set *from, enum family family, struct prefix_set *to)
{
	prefix_vec blocks = { 0 };

	prefix_set_to_prefixes(from, family, &blocks);
	vec_for_each (block, &blocks)
		prefix_set_add(to, block);
	prefix_set_normalize(to);
	vec_release(&blocks);
}

static bool has_family(int protocol, enum family family)
{
	return protocol != (family == FAMILY_IPV4 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
}

void acl_add_far_denied(const struct assembly *assembly, bool egress, int protocol, unsigned value,
			struct prefix_set *denied)
{
	static const enum family families[] = { FAMILY_IPV4, FAMILY_IPV6 };

	vec_for_each (far, &assembly->far)
		for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
			if (has_family(protocol, families[i]) && prefix_set_has_family(&far->blocks, families[i]) &&
			    !lets_through(far->acl, assembly->subnet, egress, protocol, value, families[i]))
				add_blocks(&far->blocks, families[i], denied);
}

// The rules of one ACL about the blocks of one family.
struct far_draft {
	const struct assembly *assembly;
	const struct assembled_far_acl *far;
	bool egress;
	enum family family;
	struct prefix_set blocks;
	acl_interval_vec denied[ACL_PROTOCOLS];  // merged; remotes is blocks or empty
};

static void find_denied(struct far_draft *draft, size_t which)
{
	const int protocol = acl_protocols[which];
	acl_start_vec starts = { 0 };

	acl_add_starts(draft->far->acl, !draft->egress, protocol, &starts);
	acl_order_starts(&starts);
	for (size_t at = 0; at < starts.count; at++) {
		struct acl_interval interval = { .first = starts.items[at], .last = acl_interval_end(&starts, at) };

		if (!lets_through(draft->far->acl, draft->assembly->subnet, draft->egress, protocol, interval.first,
				  draft->family))
			prefix_set_copy(&interval.remotes, &draft->blocks);
		vec_push(&draft->denied[which], interval);
	}
	acl_merge_intervals(&draft->denied[which]);
	vec_release(&starts);
}

// Whether a protocol is denied as a whole; *any: some of it is. Of the other family's nothing is asked.
static bool is_denied(const struct far_draft *draft, size_t which, bool *any)
{
	bool all = true;

	*any = false;
	vec_for_each (interval, &draft->denied[which]) {
		bool denied = !prefix_set_is_empty(&interval->remotes);

		all &= denied;
		*any |= denied;
	}
	return all;
}

// Types have no ranges in a profile: what all ACLs let through, and then a denial. Blocks of which it is not known
// whose they are may be those of another one, too.
static void add_icmp(const struct far_draft *draft, int protocol, struct node *rows)
{
	const struct assembled_acl *own = text_own_acl(draft->assembly);
	acl_interval_vec intervals = { 0 };
	acl_start_vec starts = { 0 };

	vec_for_each (far, &draft->assembly->far)
		acl_add_starts(far->acl, !draft->egress, protocol, &starts);
	acl_add_starts(own ? own->acl : NULL, draft->egress, protocol, &starts);
	acl_order_starts(&starts);
	for (size_t at = 0; at < starts.count; at++) {
		struct acl_interval interval = { .first = starts.items[at], .last = acl_interval_end(&starts, at) };
		CLEANUP(prefix_set_release) struct prefix_set denied = { 0 };

		acl_add_far_denied(draft->assembly, draft->egress, protocol, interval.first, &denied);
		acl_add_remotes(own ? own->acl : NULL, draft->egress, protocol, interval.first, &interval.remotes);
		prefix_set_intersect(&interval.remotes, &draft->blocks);
		prefix_set_subtract(&interval.remotes, &denied);
		vec_push(&intervals, interval);
	}
	acl_merge_intervals(&intervals);
	vec_for_each (interval, &intervals)
		acl_add_rules(rows, "allow", protocol, &interval->remotes, interval);
	acl_add_rules(rows, "deny", protocol, &draft->blocks, NULL);
	acl_release_intervals(&intervals);
	vec_release(&starts);
}

static void add_protocols(struct far_draft *draft, struct node *rows)
{
	bool any, all = true;

	for (size_t i = 0; i < ACL_PROTOCOLS; i++)
		if (has_family(acl_protocols[i], draft->family))
			all &= is_denied(draft, i, &any);
	if (all) {
		acl_add_rules(rows, "deny", PROTOCOL_ALL, &draft->blocks, NULL);
		return;
	}
	for (size_t i = 0; i < ACL_PROTOCOLS; i++) {
		bool whole = is_denied(draft, i, &any);

		if (!any || !has_family(acl_protocols[i], draft->family))
			continue;
		if (acl_is_icmp(acl_protocols[i]) && !whole) {
			add_icmp(draft, acl_protocols[i], rows);
			continue;
		}
		vec_for_each (interval, &draft->denied[i])
			acl_add_rules(rows, "deny", acl_protocols[i], &interval->remotes, interval);
	}
}

// "acl-2 (b) of subnet-b: what it denies on the way to it"
static void add_note(const struct far_draft *draft, struct node *row)
{
	AUTO_STRBUF struct strbuf note = { 0 };

	if (draft->far->acl)
		text_thing(&note, &draft->far->acl->thing);
	else
		strbuf_add(&note, "the ACL that was not given");
	strbuf_add(&note, " of ");
	text_foreign(&note, draft->far->subnets);
	strbuf_format(&note, ": what it denies %s", draft->egress ? "as it enters there" : "as it leaves from there");
	node_add_note(row, strbuf_text(&note));
}

static void add_far(struct far_draft *draft, struct node *rows)
{
	size_t before = rows->items.count;

	prefix_set_release(&draft->blocks);
	add_blocks(&draft->far->blocks, draft->family, &draft->blocks);
	if (prefix_set_is_empty(&draft->blocks))
		return;
	for (size_t i = 0; i < ACL_PROTOCOLS; i++) {
		acl_release_intervals(&draft->denied[i]);
		if (has_family(acl_protocols[i], draft->family))
			find_denied(draft, i);
	}
	add_protocols(draft, rows);
	if (rows->items.count > before)
		add_note(draft, rows->items.items[before]);
}

// Too many to be read, or to leave numbers for the own rules.
static void deny_all(const struct text_draft *draft, struct node *rows)
{
	CLEANUP(prefix_set_release) struct prefix_set blocks = { 0 };

	while (rows->items.count)
		node_free(rows->items.items[--rows->items.count]);
	vec_for_each (far, &draft->first->far)
		prefix_set_add_set(&blocks, &far->blocks);
	prefix_set_normalize(&blocks);
	acl_add_rules(rows, "deny", PROTOCOL_ALL, &blocks, NULL);
	if (rows->items.count)
		node_add_note(rows->items.items[0], "the ACLs of other subnets have too many rules to be told one by "
						    "one: nothing passes between them and the job's");
}

void acl_add_far_rules(const struct text_draft *draft, bool egress, struct node *rows)
{
	static const enum family families[] = { FAMILY_IPV4, FAMILY_IPV6 };

	vec_for_each (far, &draft->first->far) {
		struct far_draft one = { .assembly = draft->first, .far = far, .egress = egress };

		for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
			one.family = families[i];
			add_far(&one, rows);
		}
		for (size_t i = 0; i < ACL_PROTOCOLS; i++)
			acl_release_intervals(&one.denied[i]);
		prefix_set_release(&one.blocks);
		if (rows->items.count > FAR_RULES)
			break;
	}
	if (rows->items.count > FAR_RULES)
		deny_all(draft, rows);
}
