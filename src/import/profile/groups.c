// SPDX-License-Identifier: GPL-2.0-or-later
// Security groups of an imported profile. See part.h.
#include <string.h>

#include "base/cleanup.h"
#include "import/profile/part.h"
#include "profile/form.h"

static const struct assembled_group *group_of(const struct text_draft *draft, const char *id)
{
	vec_for_each (group, &draft->first->groups)
		if (strcmp(group->id, id) == 0)
			return group;
	return NULL;
}

// The families of a peer that a profile can name; 0: it cannot be one.
static unsigned peer_families(const struct text_draft *draft, const char *peer)
{
	const struct assembled_list *list = text_list(draft, peer);
	struct prefix prefix;

	if (list)
		return text_families(&list->entries);
	if (strcmp(peer, "self") == 0 || group_of(draft, peer))
		return TEXT_BOTH;
	if (prefix_parse(peer, &prefix, NULL) == 0)
		return text_family(prefix.base.family);
	return 0;
}

static bool has_item(const struct node *list, const char *text)
{
	vec_for_each (item, &list->items)
		if (strcmp((*item)->text, text) == 0)
			return true;
	return false;
}

// The peers that a profile can name, each once; *notes: who they are, and who is left out.
static struct node *peer_list(const struct text_draft *draft, const struct assembled_rule *rule, unsigned *families,
			      struct strbuf *notes)
{
	struct node *list = node_new(NODE_SEQUENCE);

	vec_for_each (peer, &rule->peers) {
		unsigned of_peer = peer_families(draft, peer->text);
		AUTO_FREE char *note = text_foreign_value(peer->note);
		*families |= of_peer;
		if (of_peer && !has_item(list, peer->text))
			node_append(list, node_scalar(peer->text));
		if (!of_peer)
			strbuf_format(notes, "%snot in it, nothing is known of it: ", notes->length ? "\n" : "");
		else if (note)
			strbuf_add(notes, notes->length ? "\n" : "");
		if (!of_peer || note)
			text_foreign(notes, peer->text);
		if (note)
			strbuf_format(notes, ": %s", note);
	}
	return list;
}

// "left out, WHY: sgr-1, tcp 443, REASON", with whom it named.
static void leave_out(const struct assembled_rule *rule, const char *why, const char *notes, struct node *rows)
{
	AUTO_FREE char *reason = text_foreign_value(rule->reason);
	AUTO_STRBUF struct strbuf text = { 0 };

	strbuf_format(&text, "left out, %s: ", why);
	if (rule->rule && rule->rule->id) {
		text_foreign(&text, rule->rule->id);
		strbuf_add(&text, ", ");
	}
	text_match_describe(&rule->match, &text);
	if (reason)
		strbuf_format(&text, ", %s", reason);
	if (*notes)
		strbuf_format(&text, "\n  %s", notes);
	node_add_after(rows, strbuf_text(&text));
}

static void add_rule(const struct text_draft *draft, const struct assembled_rule *rule, const char *preposition,
		     struct node *rows)
{
	AUTO_NODE struct node *row = node_new(NODE_MAPPING), *peers = NULL;
	AUTO_FREE char *reason = text_foreign_value(rule->reason);
	AUTO_STRBUF struct strbuf notes = { 0 }, aside = { 0 };
	unsigned families = 0;
	const char *why;

	peers = peer_list(draft, rule, &families, &notes);
	row->style = NODE_STYLE_FLOW;
	if (peers->items.count == 1)
		node_set(row, preposition, node_scalar(peers->items.items[0]->text));
	else
		node_set(row, preposition, STEAL(peers));
	why = text_match(row, &rule->match, families);
	if (why) {
		leave_out(rule, why, strbuf_text(&notes), rows);
		return;
	}
	if (reason)
		node_set(row, "reason", node_scalar(reason));
	node_add_note(row, strbuf_text(&notes));
	if (rule->rule && rule->rule->id)
		text_foreign(&aside, rule->rule->id);
	node_set_aside(row, strbuf_text(&aside));
	node_append(rows, STEAL(row));
}

static struct node *rule_rows(const struct text_draft *draft, const assembled_rule_vec *rules, const char *preposition)
{
	struct node *rows = node_new(NODE_SEQUENCE);

	vec_for_each (rule, rules)
		add_rule(draft, rule, preposition, rows);
	return rows;
}

// All groups of the job are alike in every subnet.
struct node *text_groups(const struct text_draft *draft)
{
	struct node *groups = node_new(NODE_MAPPING);

	vec_for_each (group, &draft->first->groups) {
		struct node *row;
		AUTO_STRBUF struct strbuf aside = { 0 };

		if (form_group_id(group->id) || node_get(groups, group->id))
			continue;
		row = node_new(NODE_MAPPING);
		node_set(row, "egress", rule_rows(draft, &group->egress, "to"));
		node_set(row, "ingress", rule_rows(draft, &group->ingress, "from"));
		if (group->group && group->group->thing.id && strcmp(group->group->thing.id, group->id) != 0)
			text_thing(&aside, &group->group->thing);
		else if (group->group && group->group->thing.name)
			text_foreign(&aside, group->group->thing.name);
		if (group->group && group->group->description) {
			strbuf_add(&aside, aside.length ? ": " : "");
			text_foreign(&aside, group->group->description);
		}
		node_set_aside(row, strbuf_text(&aside));
		node_set(groups, group->id, row);
	}
	if (!groups->members.count)
		node_add_note(groups, "No security group: nothing may leave, and nobody may connect.");
	return groups;
}
