// SPDX-License-Identifier: GPL-2.0-or-later
// Endpoints of services of AWS, and rules for what is added: see draft.h.
#include <stdio.h>
#include <string.h>

#include "audit/suggest/draft.h"
#include "base/cleanup.h"

#define REASON "suggested by an audit"

enum { SUBNETS_SERVED = 4 };

const char *suggest_address(const struct address *address, char *out)
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

void suggest_rule(struct draft *draft, const char *side, const char *peer, const char *traffic)
{
	const char *group = group_of(draft);
	bool leaving = strcmp(side, "egress") == 0;
	AUTO_FREE char *rule =
	    memory_format("{%s: %s, %s, reason: %s}", leaving ? "to" : "from", peer, traffic, REASON);

	if (group)
		(void)draft_add(draft, true, rule, DRAFT_PATH("security-groups", group, side));
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
	suggest_rule(draft, "egress", id, "protocol: tcp, ports: [443]");
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
		strbuf_format(&addresses, "%s%s", count++ ? ", " : "", suggest_address(&address, text));
		draft_note_made_up(draft, address_print(&address, text));
	}
	AUTO_FREE char *endpoint =
	    memory_format("{service: %s, type: interface, addresses: [%s]}", service, strbuf_text(&addresses));
	(void)draft_add(draft, true, endpoint, DRAFT_PATH("endpoints"));
	if (with_rule)
		suggest_rule(draft, "egress", service, "protocol: tcp, ports: [443]");
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

bool suggest_endpoint(struct draft *draft, const struct event *event, const struct hint_advice *advice)
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
