// SPDX-License-Identifier: GPL-2.0-or-later
// What is added to a profile for one event, by what it is: see draft.h. The first row that applies does it all.
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "audit/record/site_address.h"
#include "audit/suggest/draft.h"
#include "base/cleanup.h"
#include "profile/form.h"

static bool is_ported(const struct event *event)
{
	return event->flow.protocol == IPPROTO_TCP || event->flow.protocol == IPPROTO_UDP;
}

static bool leaves(const struct event *event)
{
	return event->kind == EVENT_PACKET && event->flow.direction == EGRESS;
}

// Under full isolation nothing of the kind helps.
static bool by_isolation(struct draft *draft, const struct event *event, const struct hint_advice *advice)
{
	if (draft->given->network.isolation != ISOLATION_FULL)
		return false;
	if (strcmp(advice->hint->name, "anything") != 0 && advice->key && strcmp(advice->key, "network.peers") == 0) {
		draft_note_left(draft, event, advice->group,
				"where it is a host of the job, list it under network.peers");
		return true;
	}
	draft_note_left(draft, event, advice->group, advice->fix);
	return true;
}

// A server of this host.
static bool by_host_port(struct draft *draft, const struct event *event, const struct hint_advice *advice)
{
	AUTO_FREE char *port = memory_format("%u", event->flow.destination_port);

	if (strcmp(advice->hint->name, "host-ports") != 0 || event->kind != EVENT_PACKET ||
	    event->flow.protocol != IPPROTO_TCP)
		return false;
	(void)draft_add(draft, true, port, DRAFT_PATH("network", "host-ports"));
	if (draft_keep(draft, NULL))
		draft_note_added(draft, "port %s of this host, which the program reaches as host.vpcjail:%s", port,
				 port);
	else
		draft_note_left(draft, event, advice->group, advice->fix);
	return true;
}

static bool by_time_sync(struct draft *draft, const struct event *event, const struct hint_advice *advice)
{
	if (strcmp(advice->hint->name, "time-sync") != 0)
		return false;
	(void)draft_add(draft, false, "allow", DRAFT_PATH("vpc", "time-sync"));
	if (draft_keep(draft, event))
		draft_note_added(draft, "the Time Sync service, which AWS lets every instance reach");
	else
		draft_note_left(draft, event, advice->group, advice->fix);
	return true;
}

// Another host of the job.
static bool by_peer(struct draft *draft, const struct event *event, const struct hint_advice *advice)
{
	char text[ADDRESS_TEXT_SIZE + 2];

	if (!advice->key || strcmp(advice->key, "network.peers") != 0 || !leaves(event) ||
	    !address_is_of_site(&event->flow.remote))
		return false;
	(void)draft_add(draft, true, suggest_address(&event->flow.remote, text), DRAFT_PATH("network", "peers"));
	bool kept = draft_keep(draft, event);
	if (!kept) {
		(void)draft_add(draft, true, text, DRAFT_PATH("network", "peers"));
		suggest_rule(draft, "egress", "self", "protocol: all");
		suggest_rule(draft, "ingress", "self", "protocol: all");
		kept = draft_keep(draft, event);
	}
	if (kept)
		draft_note_added(draft, "%s as a host of the job (network.peers): check that it is one", text);
	return kept;
}

// A name for an endpoint of one's own: the host's first label, where it makes one; else "server-N".
static char *endpoint_name(const struct draft *draft, const struct event *event)
{
	AUTO_FREE char *label =
	    event->name ? memory_copy_bytes(event->name, strcspn(event->name, ".")) : memory_copy_text("");

	if (label[0] && strlen(label) < 32 && !form_endpoint_name(label) && !profile_find_endpoint(&draft->now, label))
		return STEAL(label);
	for (unsigned i = 1;; i++) {
		AUTO_FREE char *name = memory_format("server-%u", i);
		if (!profile_find_endpoint(&draft->now, name))
			return STEAL(name);
	}
}

static bool may_be_named(const struct draft *draft, const char *name)
{
	if (!name || form_host_name(name))
		return false;
	vec_for_each (endpoint, &draft->now.endpoints)
		vec_for_each (other, &endpoint->names)
			if (strcmp(other->text, name) == 0)
				return false;
	return true;
}

static void apply(struct draft *draft, const struct edit *edit)
{
	const char *path[EDIT_PATH + 1] = { 0 };

	for (size_t i = 0; i < EDIT_PATH && edit->path[i]; i++)
		path[i] = edit->path[i];
	draft->peering = draft->peering || strstr(edit->value, "target: peering");
	(void)draft_add(draft, edit->add, edit->value, path);
}

static void apply_found(struct draft *draft, const struct flow *flow)
{
	CLEANUP(edits_release) struct edits edits = { 0 };

	edits_find(&draft->now, flow, NULL, &edits);
	if (edits.ways.count)
		vec_for_each (edit, &edits.ways.items[0])
			apply(draft, edit);
}

// A proxy, a DNS server and the Docker daemon are ways out to anywhere, and no servers like others; nor is what a
// variable or nothing at all mends.
static bool may_be_server(const struct hint_advice *advice)
{
	static const char *const keys[] = { "endpoints", "security-groups", "routes", "network-acls", "network.peers" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (advice->key && strcmp(advice->key, keys[i]) == 0)
			return advice->hint->remedy != HINT_SET && advice->hint->remedy != HINT_NOTHING &&
			       advice->hint->remedy != HINT_CODE;
	return false;
}

// A server of the site: an endpoint with its name, a rule for it; where that is not enough (no route, an ACL), what
// policy/edit.h finds besides.
static bool by_server(struct draft *draft, const struct event *event, const struct hint_advice *advice)
{
	char text[ADDRESS_TEXT_SIZE + 2], number[12];
	const char *protocol = protocol_print(event->flow.protocol, number);

	if (!may_be_server(advice) || !leaves(event) || !is_ported(event) || !address_is_of_site(&event->flow.remote))
		return false;
	AUTO_FREE char *name = endpoint_name(draft, event);
	AUTO_FREE char *names =
	    may_be_named(draft, event->name) ? memory_format("names: [\"%s\"], ", event->name) : memory_copy_text("");
	AUTO_FREE char *traffic = memory_format("protocol: %s, ports: [%u]", protocol, event->flow.destination_port);
	AUTO_FREE char *endpoint = memory_format("{name: %s, type: custom, %saddresses: [%s], %s}", name, names,
						 suggest_address(&event->flow.remote, text), traffic);
	draft->peering = false;
	(void)draft_add(draft, true, endpoint, DRAFT_PATH("endpoints"));
	suggest_rule(draft, "egress", name, traffic);
	bool kept = draft_keep(draft, event);
	if (!kept && draft_add(draft, true, endpoint, DRAFT_PATH("endpoints"))) {
		apply_found(draft, &event->flow);
		kept = draft_keep(draft, event);
	}
	if (!kept) {
		apply_found(draft, &event->flow);
		kept = draft_keep(draft, event);
	}
	if (kept)
		draft_note_added(draft, "%s, %s port %u, as the custom endpoint %s%s", text, protocol,
				 event->flow.destination_port, name,
				 draft->peering ? ", and a route to it (target: peering), for it is beyond the VPC's "
						  "blocks: check that the VPC's table has one"
						: "");
	return kept;
}

// Somebody on the Internet, and no service of AWS.
static bool is_public(const struct event *event, const struct hint *hint)
{
	static const struct prefix local[] = { IPV4_PREFIX(169, 254, 0, 0, 16), IPV4_PREFIX(127, 0, 0, 0, 8),
					       IPV4_PREFIX(224, 0, 0, 0, 3), IPV6_PREFIX(0, 0, 127),
					       IPV6_PREFIX(0xfc00000000000000, 0, 6) };

	for (size_t i = 0; i < sizeof(local) / sizeof(local[0]); i++)
		if (prefix_contains(&local[i], &event->flow.remote))
			return false;
	return leaves(event) && !address_is_of_site(&event->flow.remote) && !hint->services[0] && !hint->service;
}

static bool by_nothing(struct draft *draft, const struct event *event, const struct hint_advice *advice)
{
	AUTO_FREE char *why =
	    memory_format("%s%s", is_public(event, advice->hint) ? "public, and no service of AWS: " : "", advice->fix);

	draft_note_left(draft, event, advice->group, why);
	return true;
}

typedef bool suggest_row(struct draft *draft, const struct event *event, const struct hint_advice *advice);

static suggest_row *const rows[] = {
	by_isolation, suggest_endpoint, by_host_port, by_time_sync, by_peer, by_server, by_nothing,
};

bool suggest_for(struct draft *draft, const struct event *event)
{
	CLEANUP(hint_advice_release) struct hint_advice advice = { 0 };

	hint_advise(event, &draft->facts, &advice);
	bool quieted = suggest_variables(draft, &advice);

	draft->quiet = quieted;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i](draft, event, &advice))
			break;
	draft->quiet = false;
	return quieted;
}
