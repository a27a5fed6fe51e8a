// SPDX-License-Identifier: GPL-2.0-or-later
// What is added to a profile for one event, by what it is: see suggest_draft.h. The first row that applies does it all.
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "audit/suggest_draft.h"
#include "audit/tree_edit.h"
#include "base/cleanup.h"
#include "profile/form.h"

#define REASON "suggested by an audit"

enum { SUBNETS_SERVED = 4 };

static bool is_ported(const struct event *event)
{
	return event->flow.protocol == IPPROTO_TCP || event->flow.protocol == IPPROTO_UDP;
}

static bool leaves(const struct event *event)
{
	return event->kind == EVENT_PACKET && event->flow.direction == EGRESS;
}

// The only addresses that anything is added for by themselves: RFC 1918, RFC 6598 and RFC 4193 without those of AWS.
static bool is_private(const struct address *address)
{
	static const struct prefix site[] = { IPV4_PREFIX(10, 0, 0, 0, 8), IPV4_PREFIX(172, 16, 0, 0, 12),
					      IPV4_PREFIX(192, 168, 0, 0, 16), IPV4_PREFIX(100, 64, 0, 0, 10),
					      IPV6_PREFIX(0xfc00000000000000, 0, 7) };
	static const struct prefix aws = IPV6_PREFIX(0xfd000ec200000000, 0, 32);
	bool found = false;

	for (size_t i = 0; i < sizeof(site) / sizeof(site[0]); i++)
		found = found || prefix_contains(&site[i], address);
	return found && !prefix_contains(&aws, address);
}

static const char *address_text(const struct address *address, char out[static ADDRESS_TEXT_SIZE + 2])
{
	char text[ADDRESS_TEXT_SIZE];
	const char *quote = address->family == FAMILY_IPV6 ? "\"" : "";

	(void)snprintf(out, ADDRESS_TEXT_SIZE + 2, "%s%s%s", quote, address_print(address, text), quote);
	return out;
}

// The group that a rule goes to: the first that says anything of what leaves; NULL: no groups are written.
static const char *group_of(const struct draft *draft)
{
	vec_for_each (group, &draft->given->security_groups)
		if (group->egress_at.line)
			return group->id;
	return draft->given->security_groups.count ? draft->given->security_groups.items[0].id : NULL;
}

static void add_rule(struct draft *draft, const char *side, const char *peer, const char *traffic)
{
	const char *group = group_of(draft);
	bool leaving = strcmp(side, "egress") == 0;
	AUTO_FREE char *rule =
	    memory_format("{%s: %s, %s, reason: %s}", leaving ? "to" : "from", peer, traffic, REASON);

	if (group)
		(void)draft_add(draft, true, rule, DRAFT_PATH("security-groups", group, side));
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

// Where the service's prefix list stands already, it is what is in it that has to be looked at.
static bool has_service(const struct draft *draft, const char *service)
{
	vec_for_each (endpoint, &draft->now.endpoints)
		if (endpoint->service.text && strcmp(endpoint->service.text, service) == 0)
			return true;
	return false;
}

static bool add_gateway(struct draft *draft, const char *service, const char *full_name)
{
	AUTO_FREE char *id = memory_format("pl-%s00000", strcmp(service, "s3") == 0 ? "533" : "ddb");
	AUTO_FREE char *list = memory_format("{name: %s, entries: [192.0.2.0/24]}", full_name);
	AUTO_FREE char *endpoint = memory_format("{service: %s, type: gateway, prefix-list: %s}", service, id);
	AUTO_FREE char *route = memory_format("{destination: %s, target: gateway-endpoint}", id);

	if (profile_find_prefix_list(&draft->now, id))
		return false;
	(void)draft_add(draft, false, list, DRAFT_PATH("prefix-lists", id));
	(void)draft_add(draft, true, endpoint, DRAFT_PATH("endpoints"));
	add_rule(draft, "egress", id, "protocol: tcp, ports: [443]");
	if (draft->given->routes_at.line)
		(void)draft_add(draft, true, route, DRAFT_PATH("routes"));
	draft_note_made_up(draft, "192.0.2.0/24");
	draft_note_made_up(draft, id);
	draft_note_to_fill(draft,
			   "%s and its entries: aws ec2 describe-managed-prefix-lists --filters "
			   "Name=prefix-list-name,Values=%s, then aws ec2 get-managed-prefix-list-entries "
			   "--prefix-list-id ID",
			   id, full_name);
	return true;
}

// One address of each subnet, as such an endpoint has them.
static bool add_interface(struct draft *draft, const char *service, const char *full_name, bool with_rule)
{
	AUTO_STRBUF struct strbuf addresses = { 0 };
	struct address address;
	char text[ADDRESS_TEXT_SIZE + 2];
	unsigned count = 0;

	vec_for_each (subnet, &draft->now.vpc.subnets) {
		if (count >= SUBNETS_SERVED || !draft_free_address(draft, &subnet->prefix, &address))
			continue;
		strbuf_format(&addresses, "%s%s", count++ ? ", " : "", address_text(&address, text));
		draft_note_made_up(draft, address_print(&address, text));
	}
	AUTO_FREE char *endpoint =
	    memory_format("{service: %s, type: interface, addresses: [%s]}", service, strbuf_text(&addresses));
	(void)draft_add(draft, true, endpoint, DRAFT_PATH("endpoints"));
	if (with_rule)
		add_rule(draft, "egress", service, "protocol: tcp, ports: [443]");
	draft_note_to_fill(draft,
			   "the addresses of the endpoint for %s: aws ec2 describe-vpc-endpoints --filters "
			   "Name=service-name,Values=%s, then describe-network-interfaces of its NetworkInterfaceIds",
			   service, full_name);
	return count > 0;
}

// Of SageMaker's applications the whole name is the service's.
static const char *service_in(const char *full_name)
{
	const char *front = "com.amazonaws.";
	const char *dot = strncmp(full_name, front, strlen(front)) == 0 ? strchr(full_name + strlen(front), '.') : NULL;

	return dot ? dot + 1 : full_name;
}

// What is judged once the endpoint stands: of a global name, which stays where it is, nothing.
static const struct event *judged_by(const struct event *event, const struct hint *hint)
{
	return hint->remedy == HINT_SET ? NULL : event;
}

static bool by_endpoint(struct draft *draft, const struct event *event, const struct hint_advice *advice)
{
	const struct hint *hint = advice->hint;
	const char *service = advice->endpoint ? service_in(advice->endpoint) : NULL;
	bool named = hint->hosts[0] || hint->services[0];

	if (!service || !named || !event->name)
		return false;
	if (has_service(draft, service)) {
		if (hint->remedy != HINT_SET)
			draft_note_left(draft, event, advice->group,
					"its endpoint is in the profile: compare the port, the group's rules and the "
					"entries of the prefix list with AWS");
		return true;
	}
	if (!draft->given->vpc.region.text) {
		draft_note_left(draft, event, advice->group,
				"write vpc.region first: without it nothing of AWS is assumed");
		return true;
	}
	struct draft_mark mark = draft_mark(draft);
	for (int with_rule = 0; with_rule < 2; with_rule++) {
		bool made = hint->type == ENDPOINT_GATEWAY ? add_gateway(draft, service, advice->endpoint)
							   : add_interface(draft, service, advice->endpoint, with_rule);
		if (draft_keep(draft, judged_by(event, hint)) && made) {
			draft_note_added(draft, "%s endpoint for %s", advice->endpoint_type, advice->endpoint);
			return true;
		}
		draft_forget(draft, &mark);
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
	    !is_private(&event->flow.remote))
		return false;
	(void)draft_add(draft, true, address_text(&event->flow.remote, text), DRAFT_PATH("network", "peers"));
	bool kept = draft_keep(draft, event);
	if (!kept) {
		(void)draft_add(draft, true, text, DRAFT_PATH("network", "peers"));
		add_rule(draft, "egress", "self", "protocol: all");
		add_rule(draft, "ingress", "self", "protocol: all");
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

static void apply_found(struct draft *draft, const struct flow *flow)
{
	CLEANUP(edits_release) struct edits edits = { 0 };

	edits_find(&draft->now, flow, NULL, &edits);
	if (edits.ways.count)
		vec_for_each (edit, &edits.ways.items[0])
			(void)tree_edit_apply(draft->tree, edit);
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

	if (!may_be_server(advice) || !leaves(event) || !is_ported(event) || !is_private(&event->flow.remote))
		return false;
	AUTO_FREE char *name = endpoint_name(draft, event);
	AUTO_FREE char *names =
	    may_be_named(draft, event->name) ? memory_format("names: [\"%s\"], ", event->name) : memory_copy_text("");
	AUTO_FREE char *traffic = memory_format("protocol: %s, ports: [%u]", protocol, event->flow.destination_port);
	AUTO_FREE char *endpoint = memory_format("{name: %s, type: custom, %saddresses: [%s], %s}", name, names,
						 address_text(&event->flow.remote, text), traffic);
	(void)draft_add(draft, true, endpoint, DRAFT_PATH("endpoints"));
	add_rule(draft, "egress", name, traffic);
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
		draft_note_added(draft, "%s, %s port %u, as the custom endpoint %s", text, protocol,
				 event->flow.destination_port, name);
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
	return leaves(event) && !is_private(&event->flow.remote) && !hint->services[0] && !hint->service;
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
	by_isolation, by_endpoint, by_host_port, by_time_sync, by_peer, by_server, by_nothing,
};

static bool is_set(const struct profile *profile, const char *variable)
{
	vec_for_each (value, &profile->process.environment_set)
		if (strcmp(value->name, variable) == 0)
			return true;
	return false;
}

static bool set_variable(struct draft *draft, const struct hint_advice *advice, const char *variable, const char *value)
{
	AUTO_FREE char *quoted = memory_format("\"%s\"", value);

	(void)draft_add(draft, false, quoted, DRAFT_PATH("process", "environment", "set", variable));
	if (!draft_keep(draft, NULL))
		return false;
	draft_note_added(draft, "the variable %s=%s", variable, value);
	if (value[0] == '/') {
		draft_note_made_up(draft, value);
		draft_note_to_fill(draft, "%s: where the job has %s", variable,
				   advice->channel ? advice->channel : "it");
	}
	return true;
}

// The variables of a hint that is mended by them. What is set already is left as it is, and has not kept the program
// from asking.
static bool set_variables(struct draft *draft, const struct hint_advice *advice)
{
	AUTO_FREE char *settings = memory_copy_text(advice->settings);
	char *rest = settings, *word;
	bool quieted = false;

	if (advice->hint->remedy != HINT_SET || !settings)
		return false;
	while ((word = strsep(&rest, " "))) {
		char *value = word;
		const char *variable = strsep(&value, "=");

		if (is_set(draft->given, variable))
			continue;
		quieted = is_set(&draft->now, variable) || set_variable(draft, advice, variable, value) || quieted;
	}
	return quieted;
}

bool suggest_for(struct draft *draft, const struct event *event)
{
	CLEANUP(hint_advice_release) struct hint_advice advice = { 0 };

	hint_advise(event, &draft->facts, &advice);
	bool quieted = set_variables(draft, &advice);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i](draft, event, &advice))
			break;
	return quieted;
}
