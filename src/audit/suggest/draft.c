// SPDX-License-Identifier: GPL-2.0-or-later
// A profile that is being added to: see draft.h.
#include "audit/suggest/draft.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "audit/record/name_lookup.h"
#include "audit/suggest/tree_edit.h"
#include "base/cleanup.h"
#include "profile/load_text.h"
#include "profile/print.h"

enum { FIRST_FREE = 40, FREE_TRIED = 4096 };

static void texts_release(suggest_text_vec *texts)
{
	vec_for_each (text, texts)
		free(*text);
	vec_release(texts);
}

// What the host added to the profile is no text: `subnets: host`, and what is known of the host.
static void restore_host(const struct profile *given, struct profile *now)
{
	prefix_set_copy(&now->host.own, &given->host.own);
	prefix_set_copy(&now->host.gateways, &given->host.gateways);
	prefix_set_copy(&now->host.nameservers, &given->host.nameservers);
	prefix_set_copy(&now->host.proxies, &given->host.proxies);
	now->host.known = given->host.known;
	if (!now->vpc.subnets_of_host)
		return;
	vec_for_each (subnet, &given->vpc.subnets)
		vec_push(&now->vpc.subnets, *subnet);
	for (size_t i = 0; !now->vpc.cidrs.count && i < given->vpc.cidrs.count; i++)
		vec_push(&now->vpc.cidrs, given->vpc.cidrs.items[i]);
}

// A profile that is elsewhere is judged from within its VPC: from this host nothing of it is ever reached, and that the
// VPC is here is no addition but for people to say. Its text stays as it is.
static void move_into_vpc(const struct draft *draft, struct profile *now)
{
	if (draft->given->vpc.located != LOCATED_ELSEWHERE || draft->given->network.isolation != ISOLATION_VPC)
		return;
	now->vpc.located = LOCATED_HERE;
	now->network.uplink = UPLINK_MACVLAN;
}

// 0: draft->now and draft->policy are of the tree.
static int load(struct draft *draft, struct error *err)
{
	AUTO_STRBUF struct strbuf text = { 0 };
	struct profile loaded = { 0 };
	struct policy policy = { 0 };

	node_print_yaml(draft->tree, &text);
	if (profile_load_text("suggested", strbuf_text(&text), &loaded, err) < 0) {
		profile_release(&loaded);
		return -EINVAL;
	}
	restore_host(draft->given, &loaded);
	move_into_vpc(draft, &loaded);
	if (policy_build(&loaded, &policy, err) < 0) {
		profile_release(&loaded);
		return -EINVAL;
	}
	policy_release(&draft->policy);
	profile_release(&draft->now);
	draft->now = loaded;
	draft->policy = policy;
	return 0;
}

int draft_begin(struct draft *draft, const struct profile *given, struct suggestions *out, struct error *err)
{
	AUTO_STRBUF struct strbuf text = { 0 };

	*draft = (struct draft){ .given = given, .facts = hint_facts_of(given), .out = out };
	profile_print(given, &text);
	draft->tree = tree_read(strbuf_text(&text));
	draft->kept = strbuf_steal(&text);
	if (!draft->tree)
		return error_set(err, -EINVAL, "%s: the profile cannot be written as text", given->name);
	return load(draft, err);
}

static void cut_edits(struct draft *draft, size_t count)
{
	while (draft->edits.count > count) {
		struct suggest_edit *edit = &draft->edits.items[--draft->edits.count];

		for (size_t i = 0; edit->path[i]; i++)
			free(edit->path[i]);
		free(edit->value);
	}
}

void draft_release(struct draft *draft)
{
	cut_edits(draft, 0);
	vec_release(&draft->edits);
	node_free(draft->tree);
	free(draft->kept);
	policy_release(&draft->policy);
	profile_release(&draft->now);
	texts_release(&draft->made_up);
	vec_for_each (left, &draft->left) {
		free(left->group);
		free(left->first);
		free(left->why);
	}
	vec_release(&draft->left);
	*draft = (struct draft){ 0 };
}

static bool is_offered(const struct profile *profile, uint16_t port)
{
	vec_for_each (offered, &profile->network.host_ports)
		if (port >= offered->range.first && port <= offered->range.last)
			return true;
	return false;
}

// What a name is looked up for is mostly HTTPS; of a name under `hosts` nothing more is known.
static bool name_passes(const struct draft *draft, const char *name)
{
	struct flow flow = { .direction = EGRESS, .protocol = IPPROTO_TCP, .destination_port = 443 };

	if (!name_leads_to(&draft->now, name, &flow.remote))
		return false;
	vec_for_each (host, &draft->now.hosts)
		if (address_equal(&host->address, &flow.remote))
			return true;
	return flow.remote.family && policy_evaluate(&draft->policy, &flow).allowed;
}

bool draft_passes(const struct draft *draft, const struct event *event)
{
	struct flow flow = event->flow;

	if (event->kind == EVENT_CALL)
		return false;
	if (event->kind == EVENT_NAME)
		return event->name && name_passes(draft, event->name);
	if (event->hint && strcmp(event->hint, "host-ports") == 0)
		return is_offered(&draft->now, flow.destination_port);
	flow.state = FLOW_NEW;
	if (policy_evaluate(&draft->policy, &flow).allowed)
		return true;
	return event->name && flow.direction == EGRESS && name_leads_to(&draft->now, event->name, &flow.remote) &&
	       policy_evaluate(&draft->policy, &flow).allowed;
}

static void keep_text(struct draft *draft)
{
	AUTO_STRBUF struct strbuf text = { 0 };

	node_print_yaml(draft->tree, &text);
	free(draft->kept);
	draft->kept = strbuf_steal(&text);
}

bool draft_keep(struct draft *draft, const struct event *event)
{
	draft->tries++;
	if (load(draft, NULL) == 0 && (!event || draft_passes(draft, event))) {
		keep_text(draft);
		draft->kept_edits = draft->edits.count;
		return true;
	}
	cut_edits(draft, draft->kept_edits);
	node_free(draft->tree);
	draft->tree = tree_read(draft->kept);
	(void)load(draft, NULL);
	return false;
}

bool draft_add(struct draft *draft, bool add, const char *value, const char *const *path)
{
	struct suggest_edit edit = { .add = add };

	if (!tree_edit(draft->tree, path, add, value))
		return false;
	for (size_t i = 0; i < EDIT_PATH && path[i]; i++)
		edit.path[i] = memory_copy_text(path[i]);
	edit.value = memory_copy_text(value);
	vec_push(&draft->edits, edit);
	return true;
}

static bool is_taken(const struct profile *profile, const struct address *address)
{
	vec_for_each (endpoint, &profile->endpoints)
		vec_for_each (value, &endpoint->addresses)
			if (address_equal(&value->address, address))
				return true;
	vec_for_each (host, &profile->hosts)
		if (address_equal(&host->address, address))
			return true;
	vec_for_each (peer, &profile->network.peers)
		if (address_equal(&peer->address, address))
			return true;
	return address_equal(&profile->vpc.resolver.address, address) ||
	       prefix_set_contains(&profile->host.own, address) ||
	       prefix_set_contains(&profile->host.gateways, address);
}

bool draft_free_address(const struct draft *draft, const struct prefix *subnet, struct address *address)
{
	struct address first = prefix_first(subnet), last = prefix_last(subnet);
	bool small = last.bits - first.bits <= FIRST_FREE;

	*address = first;
	address->bits += small ? 4 : FIRST_FREE;
	for (unsigned i = 0; i < FREE_TRIED && address->bits < last.bits; i++, address->bits++)
		if (!is_taken(&draft->now, address))
			return true;
	return false;
}
