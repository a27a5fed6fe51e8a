// SPDX-License-Identifier: GPL-2.0-or-later
// The ACLs of several subnets as one: what each of them lets through, as allowing rules. See part.h.
//
// A packet that stays within a subnet meets no ACL there, but it does when the job runs in another one: so the new ACL
// judges inside of the subnet too, and a subnet's own block counts as allowed by its own ACL.
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "import/profile/acl_part.h"

struct allowed {
	struct prefix_set whole;             // by every protocol that a policy lets through
	acl_interval_vec of[ACL_PROTOCOLS];  // the rest, ascending, neighbours differ
};

static void allowed_release(struct allowed *allowed)
{
	prefix_set_release(&allowed->whole);
	for (size_t i = 0; i < ACL_PROTOCOLS; i++)
		acl_release_intervals(&allowed->of[i]);
}

// Where any ACL may change its mind: the first values of intervals.
static void boundaries(const struct text_draft *draft, bool egress, int protocol, acl_start_vec *starts)
{
	for (size_t i = 0; i < draft->count; i++) {
		const struct assembled_acl *own = text_own_acl(&draft->assemblies[i]);

		acl_add_starts(own ? own->acl : NULL, egress, protocol, starts);
		vec_for_each (far, &draft->assemblies[i].far)
			acl_add_starts(far->acl, !egress, protocol, starts);
	}
	acl_order_starts(starts);
}

// Whom one subnet's ACL lets through, and those of the subnets around it do not stop.
static void of_subnet(const struct assembly *assembly, bool egress, int protocol, unsigned value,
		      struct prefix_set *remotes)
{
	const struct assembled_acl *own = text_own_acl(assembly);
	CLEANUP(prefix_set_release) struct prefix_set denied = { 0 };

	acl_add_remotes(own ? own->acl : NULL, egress, protocol, value, remotes);
	acl_add_far_denied(assembly, egress, protocol, value, &denied);
	prefix_set_subtract(remotes, &denied);
	if (assembly->subnet)
		vec_for_each (block, &assembly->subnet->blocks)
			prefix_set_add(remotes, block);
	prefix_set_normalize(remotes);
}

static void of_protocol(const struct text_draft *draft, bool egress, int protocol, acl_interval_vec *intervals)
{
	acl_start_vec starts = { 0 };

	boundaries(draft, egress, protocol, &starts);
	for (size_t at = 0; at < starts.count; at++) {
		struct acl_interval interval = { .first = starts.items[at], .last = acl_interval_end(&starts, at) };

		acl_add_family(&interval.remotes, protocol);
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
	acl_add_family(&allowed->whole, IPPROTO_TCP);
	for (size_t i = 0; i < ACL_PROTOCOLS; i++)
		vec_for_each (interval, &allowed->of[i]) {
			CLEANUP(prefix_set_release) struct prefix_set denied = { 0 };
			acl_add_family(&denied, acl_protocols[i]);
			prefix_set_subtract(&denied, &interval->remotes);
			prefix_set_subtract(&allowed->whole, &denied);
		}
	for (size_t i = 0; i < ACL_PROTOCOLS; i++)
		vec_for_each (interval, &allowed->of[i])
			prefix_set_subtract(&interval->remotes, &allowed->whole);
}

static struct node *rules(const struct text_draft *draft, bool egress)
{
	struct allowed allowed = { 0 };
	struct node *rows = node_new(NODE_SEQUENCE);

	for (size_t i = 0; i < ACL_PROTOCOLS; i++)
		of_protocol(draft, egress, acl_protocols[i], &allowed.of[i]);
	find_whole(&allowed);
	acl_add_rules(rows, "allow", PROTOCOL_ALL, &allowed.whole, NULL);
	for (size_t i = 0; i < ACL_PROTOCOLS; i++) {
		acl_merge_intervals(&allowed.of[i]);
		vec_for_each (interval, &allowed.of[i])
			acl_add_rules(rows, "allow", acl_protocols[i], &interval->remotes, interval);
	}
	allowed_release(&allowed);
	if (rows->items.count >= ACL_LAST_RULE)
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
	for (size_t i = 0; i < draft->count; i++)
		if (draft->assemblies[i].far.count) {
			strbuf_add(&note, "\nand what those of the VPC's other subnets let through between them");
			break;
		}
	node_add_note(row, strbuf_text(&note));
	node_set(row, "inside-subnet", node_scalar("yes"));
	node_set(row, "egress", rules(draft, true));
	node_set(row, "ingress", rules(draft, false));
	return row;
}
