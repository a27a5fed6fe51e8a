// SPDX-License-Identifier: GPL-2.0-or-later
// Changes of a network ACL: a rule in front of the one that denies, or that rule's action.
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "policy/edit_trial.h"
#include "policy/explain.h"

enum { RULE_MAXIMUM = 32766, RULE_STEP = 100 };

// What denied, found again in a profile whose ACLs are a copy.
struct acl_place {
	struct network_acl *acl;
	acl_rule_vec *rules;
	size_t index;  // of the rule that denied; the count: the implicit one
};

static bool is_at(const struct location *at, const char *origin)
{
	AUTO_FREE char *text = memory_format("%s:%u:%u", at->file ? at->file : "", at->line, at->column);

	return strcmp(text, origin) == 0;
}

static bool find_place(struct edit_search *search, struct profile *profile, const struct judgement *judgement,
		       struct acl_place *place)
{
	size_t count = profile->network_acls.count;
	struct network_acl *acls = edit_keep(search, (count + 1) * sizeof(*acls));

	memcpy(acls, profile->network_acls.items, count * sizeof(*acls));
	profile->network_acls.items = acls;
	for (size_t i = 0; i < count; i++) {
		*place = (struct acl_place){ .acl = &acls[i] };
		place->rules = search->flow->direction == EGRESS ? &acls[i].egress : &acls[i].ingress;
		for (; place->index < place->rules->count; place->index++)
			if (is_at(&place->rules->items[place->index].at, judgement->rule->origin))
				return true;
		if (is_at(&acls[i].at, judgement->rule->origin))
			return true;
	}
	return false;
}

// A free number in front of the rule that denied; behind all others where it is the implicit one. 0: there is none.
static unsigned free_number(const struct acl_place *place)
{
	unsigned before = place->index ? place->rules->items[place->index - 1].number : 0;
	unsigned denies = place->index < place->rules->count ? place->rules->items[place->index].number : 0;

	if (!denies)
		return before + RULE_STEP <= RULE_MAXIMUM ? before + RULE_STEP : before < RULE_MAXIMUM ? before + 1 : 0;
	return denies - before > 1 ? before + (denies - before) / 2 : 0;
}

static void insert_rule(struct edit_search *search, const struct acl_place *place, const struct acl_rule *rule)
{
	edit_push(search, place->rules, *rule);
	for (size_t i = place->rules->count - 1; i > place->index; i--)
		place->rules->items[i] = place->rules->items[i - 1];
	place->rules->items[place->index] = *rule;
}

bool edit_acl_rule(struct edit_search *search, struct profile *profile, const struct judgement *judgement,
		   edit_vec *edits)
{
	const struct flow *flow = search->flow;
	struct acl_rule rule = { .action = ACL_ALLOW, .protocol = flow->protocol, .icmp_type = -1, .icmp_code = -1 };
	AUTO_STRBUF struct strbuf traffic = { 0 };
	char block[PREFIX_TEXT_SIZE + 2];
	struct acl_place place;

	if (!find_place(search, profile, judgement, &place))
		return false;
	rule.number = free_number(&place);
	rule.cidr = prefix_of_address(&flow->remote);
	if (flow->protocol == IPPROTO_TCP || flow->protocol == IPPROTO_UDP) {
		struct port_value ports = { .range = { flow->destination_port, flow->destination_port } };

		if (search->ports && search->ports->first)
			ports.range = *search->ports;
		edit_push(search, &rule.ports, ports);
	} else {
		rule.icmp_type = flow->icmp_type;
		rule.icmp_code = flow->icmp_code;
	}
	if (!rule.number)
		return false;
	insert_rule(search, &place, &rule);
	edit_traffic(search, &traffic);
	edit_note(edits, true, &place.acl->at,
		  EDIT_AT("network-acls", place.acl->id, flow->direction == EGRESS ? "egress" : "ingress"),
		  "{rule: %u, action: allow, cidr: %s, protocol: %s}", rule.number, edit_block(&flow->remote, block),
		  strbuf_text(&traffic));
	return true;
}

bool edit_acl_action(struct edit_search *search, struct profile *profile, const struct judgement *judgement,
		     edit_vec *edits)
{
	struct acl_place place;
	char index[24];

	if (!find_place(search, profile, judgement, &place) || place.index == place.rules->count)
		return false;
	struct acl_rule changed = place.rules->items[place.index];

	changed.action = ACL_ALLOW;
	(void)snprintf(index, sizeof(index), "[%zu]", place.index);
	edit_push(search, place.rules, changed);  // copies the list
	place.rules->count--;
	place.rules->items[place.index] = changed;
	edit_note(edits, false, &changed.at,
		  EDIT_AT("network-acls", place.acl->id, search->flow->direction == EGRESS ? "egress" : "ingress",
			  index, "action"),
		  "allow");
	return true;
}
