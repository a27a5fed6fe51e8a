// SPDX-License-Identifier: GPL-2.0-or-later
// The network ACL of an imported profile. See part.h.
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "import/profile/acl_part.h"
#include "profile/form.h"

static int compare(const void *left, const void *right)
{
	const struct aws_acl_entry *a = *(const struct aws_acl_entry *const *)left;
	const struct aws_acl_entry *b = *(const struct aws_acl_entry *const *)right;

	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return a->allow - b->allow;
}

size_t text_acl_order(const struct aws_network_acl *acl, bool egress, const struct aws_acl_entry ***order)
{
	size_t count = 0;

	*order = NEW_ARRAY(const struct aws_acl_entry *, acl ? acl->entries.count : 0);
	if (acl)
		vec_for_each (entry, &acl->entries)
			if (entry->egress == egress && entry->number >= 1 && entry->number <= ACL_LAST_RULE)
				(*order)[count++] = entry;
	if (count)
		qsort((void *)*order, count, sizeof(**order), compare);
	return count;
}

static void leave_out(const struct aws_acl_entry *entry, const char *why, struct node *rows)
{
	AUTO_STRBUF struct strbuf text = { 0 };
	char cidr[PREFIX_TEXT_SIZE];

	strbuf_format(&text, "left out, %s: rule %ld %s ", why, entry->number, entry->allow ? "allows" : "denies");
	text_match_describe(&entry->match, &text);
	strbuf_format(&text, " %s %s", entry->egress ? "to" : "from", prefix_print(&entry->prefix, cidr));
	node_add_after(rows, strbuf_text(&text));
}

// The rules of the other subnets' ACLs come first: they only deny what would reach theirs.
static struct node *rule_rows(const struct text_draft *draft, const struct aws_network_acl *acl, bool egress)
{
	AUTO_FREE const struct aws_acl_entry **order = NULL;
	size_t count = text_acl_order(acl, egress, &order);
	struct node *rows = node_new(NODE_SEQUENCE);
	long number;

	acl_add_far_rules(draft, egress, rows);
	number = (long)rows->items.count;
	for (size_t i = 0; i < count; i++) {
		AUTO_NODE struct node *row = node_new(NODE_MAPPING);
		const char *why;

		number = order[i]->number > number ? order[i]->number : number + 1;  // documents may have one twice
		row->style = NODE_STYLE_FLOW;
		node_set(row, "rule", text_scalar("%ld", number));
		node_set(row, "action", node_scalar(order[i]->allow ? "allow" : "deny"));
		node_set(row, "cidr", text_prefix(&order[i]->prefix));
		why = text_match(row, &order[i]->match, text_family(order[i]->prefix.base.family));
		if (number > ACL_LAST_RULE)
			break;
		if (why)
			leave_out(order[i], why, rows);
		else
			node_append(rows, STEAL(row));
	}
	return rows;
}

const struct assembled_acl *text_own_acl(const struct assembly *assembly)
{
	vec_for_each (acl, &assembly->acls)
		if (acl->own)
			return acl;
	return NULL;
}

// One that was not given denies everything.
static struct node *acl_of(const struct text_draft *draft, const struct assembled_acl *own)
{
	const struct aws_network_acl *acl = own ? own->acl : NULL;
	struct node *row = node_new(NODE_MAPPING);
	AUTO_STRBUF struct strbuf aside = { 0 };

	node_set(row, "egress", rule_rows(draft, acl, true));
	node_set(row, "ingress", rule_rows(draft, acl, false));
	if (!acl) {
		node_set_aside(row, "not given: nothing crosses the subnet's boundary");
	} else {
		if (acl->thing.id && own->id && strcmp(acl->thing.id, own->id) != 0)
			text_thing(&aside, &acl->thing);
		else if (acl->thing.name)
			text_foreign(&aside, acl->thing.name);
		if (acl->is_default)
			strbuf_format(&aside, "%sthe VPC's default one", aside.length ? ", " : "");
		node_set_aside(row, strbuf_text(&aside));
	}
	return row;
}

struct node *text_acls(const struct text_draft *draft)
{
	const struct assembled_acl *own = text_own_acl(draft->first);
	bool named = own && own->id && !form_id(own->id);
	struct node *acls;

	if (!draft->subnets.count)
		return NULL;
	acls = node_new(NODE_MAPPING);
	if (draft->count > 1)
		node_set(acls, "every-subnet", text_acl_intersect(draft));
	else
		node_set(acls, named ? own->id : "acl", acl_of(draft, own));
	return acls;
}
