// SPDX-License-Identifier: GPL-2.0-or-later
// Security groups: allow-only, stateful, the union of all groups; and what stands in for them when there are none.
#include <netinet/in.h>

#include "base/cleanup.h"
#include "policy/layer.h"
#include "policy/peer.h"

enum { DNS_PORT = 53 };

static const char *preposition(enum direction direction)
{
	return direction == EGRESS ? "to" : "from";
}

static bool is_ported(int protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP;
}

// The rule's own protocol, ports, type and code.
static int rule_match(const struct group_rule *rule, struct policy_match *match, struct error *err)
{
	*match = match_of(rule->protocol);
	if (rule->ports.count && !is_ported(rule->protocol))
		return peer_error(&rule->at, err, "ports need protocol: tcp or protocol: udp");
	vec_for_each (port, &rule->ports)
		vec_push(&match->ports, port->range);
	match->icmp_type = rule->icmp_type;
	match->icmp_code = rule->icmp_code;
	return 0;
}

// The same towards an endpoint: what the rule leaves open, the endpoint decides.
static int endpoint_match(const struct group_rule *rule, const struct profile_endpoint *endpoint,
			  struct policy_match *match, struct error *err)
{
	struct group_rule narrowed = *rule;

	if (rule->protocol == PROTOCOL_ALL && rule->ports.count == 0) {
		*match = match_of(PROTOCOL_ALL);
		return endpoint_ports(endpoint, match, err);
	}
	if (rule->protocol == PROTOCOL_ALL)
		narrowed.protocol = endpoint->protocol;
	if (narrowed.protocol == endpoint->protocol && rule->ports.count == 0)
		narrowed.ports = endpoint->ports;  // borrowed: rule_match copies
	return rule_match(&narrowed, match, err);
}

// "security group sg-train allows tcp 443 to WHAT: the user's own reason"
static void group_add(const struct security_group *group, const struct group_rule *rule, struct policy_match *match,
		      const char *what, struct layer_draft *draft)
{
	AUTO_STRBUF struct strbuf text = { 0 };

	port_ranges_normalize(&match->ports);
	match_describe(match, &text);
	layer_add(draft, VERDICT_PASS, match, &rule->at, "security group %s allows %s %s %s%s%s", group->id,
		  strbuf_text(&text), preposition(draft->direction), what, rule->reason.text ? ": " : "",
		  rule->reason.text ? rule->reason.text : "");
}

// An endpoint brings ports of its own, so it has a rule of its own.
static int group_endpoint(const struct profile *profile, const struct security_group *group,
			  const struct group_rule *rule, const struct rule_peer *peer, struct layer_draft *draft,
			  struct error *err)
{
	const struct profile_endpoint *endpoint = profile_find_endpoint(profile, peer->name);
	CLEANUP(match_release) struct policy_match match = { 0 };
	AUTO_STRBUF struct strbuf what = { 0 };
	int result;

	if (!endpoint)
		return peer_error(&peer->at, err, "no endpoint %s under endpoints", peer->name);
	// The ports of an endpoint are where it listens: they say nothing about what comes from it.
	result =
	    draft->direction == EGRESS ? endpoint_match(rule, endpoint, &match, err) : rule_match(rule, &match, err);
	if (result == 0)
		result = endpoint_add(profile, endpoint, &match.remote, err);
	if (result)
		return result;
	peer_describe(profile, peer, &what);
	group_add(group, rule, &match, strbuf_text(&what), draft);
	return 0;
}

// The other peers of a rule share one: a set costs less than rules.
static int group_hosts(const struct profile *profile, const struct security_group *group, const struct group_rule *rule,
		       struct layer_draft *draft, struct error *err)
{
	CLEANUP(match_release) struct policy_match match = { 0 };
	AUTO_STRBUF struct strbuf what = { 0 };
	int result = rule_match(rule, &match, err);

	vec_for_each (peer, &rule->peers) {
		if (result)
			return result;
		if (peer->kind == PEER_ENDPOINT)
			continue;
		result = peer_add(profile, peer, &match, err);
		strbuf_add(&what, what.length ? ", " : "");
		peer_describe(profile, peer, &what);
	}
	if (result == 0)
		group_add(group, rule, &match, strbuf_text(&what), draft);
	return result;
}

static int group_rule_add(const struct profile *profile, const struct security_group *group,
			  const struct group_rule *rule, struct layer_draft *draft, struct error *err)
{
	bool hosts = false;

	if (rule->icmp_type < 0 && rule->icmp_code >= 0)
		return 0;  // as on AWS: any type with one code matches nothing
	vec_for_each (peer, &rule->peers) {
		int result;

		hosts |= peer->kind != PEER_ENDPOINT;
		if (peer->kind != PEER_ENDPOINT)
			continue;
		result = group_endpoint(profile, group, rule, peer, draft, err);
		if (result)
			return result;
	}
	return hosts ? group_hosts(profile, group, rule, draft, err) : 0;
}

static int group_layer(const struct profile *profile, struct layer_draft *draft, struct error *err)
{
	bool leaving = draft->direction == EGRESS;

	vec_for_each (group, &profile->security_groups) {
		if (leaving && group->egress_at.line == 0) {
			struct policy_match match = match_of(PROTOCOL_ALL);

			match.any_remote = true;
			layer_add(draft, VERDICT_PASS, &match, &group->at,
				  "security group %s has no egress: AWS's default allows all", group->id);
			continue;
		}
		vec_for_each (rule, leaving ? &group->egress : &group->ingress) {
			int result = group_rule_add(profile, group, rule, draft, err);

			if (result)
				return result;
		}
	}
	layer_close(draft, VERDICT_DENY, &profile->security_groups_at, "no security group rule allows it");
	return 0;
}

// Names leave through a resolver even when nothing else does: without groups, port 53 of the VPC's hosts is closed,
// except where an endpoint is a name server.
static int default_dns(const struct profile *profile, struct layer_draft *draft, struct error *err)
{
	static const int protocols[] = { IPPROTO_UDP, IPPROTO_TCP };
	CLEANUP(prefix_set_release) struct prefix_set hosts = { 0 }, servers = { 0 };

	vec_for_each (endpoint, &profile->endpoints) {
		CLEANUP(match_release) struct policy_match match = match_of(PROTOCOL_ALL);
		int result = endpoint_ports(endpoint, &match, err);

		port_ranges_normalize(&match.ports);
		if (result == 0 && port_ranges_contain(&match.ports, DNS_PORT))
			result = endpoint_add(profile, endpoint, &servers, err);
		if (result)
			return result;
	}
	subnets_add(profile, &hosts);
	prefix_set_normalize(&hosts);
	prefix_set_normalize(&servers);
	prefix_set_subtract(&hosts, &servers);
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		struct policy_match match = match_of(protocols[i]);
		struct port_range port = { DNS_PORT, DNS_PORT };
		struct policy_rule *rule;

		vec_push(&match.ports, port);
		prefix_set_add_set(&match.remote, &hosts);
		rule = layer_add(draft, VERDICT_DENY, &match, NULL,
				 "port 53 of the VPC's hosts: without security groups no name server is open");
		if (rule)
			rule->aws = "allowed";
	}
	return 0;
}

static int default_egress(const struct profile *profile, struct layer_draft *draft, struct error *err)
{
	struct policy_match subnets = match_of(PROTOCOL_ALL);
	int result = default_dns(profile, draft, err);

	if (result)
		return result;
	subnets_add(profile, &subnets.remote);
	layer_add(draft, VERDICT_PASS, &subnets, &profile->vpc.subnets_at,
		  "without security groups, all protocols to the VPC's subnets");
	vec_for_each (endpoint, &profile->endpoints) {
		CLEANUP(match_release) struct policy_match match = match_of(PROTOCOL_ALL);
		AUTO_STRBUF struct strbuf text = { 0 };

		result = endpoint_ports(endpoint, &match, err);
		if (result == 0)
			result = endpoint_add(profile, endpoint, &match.remote, err);
		if (result)
			return result;
		match_describe(&match, &text);
		layer_add(draft, VERDICT_PASS, &match, &endpoint->at, "without security groups, %s to endpoint %s",
			  strbuf_text(&text), endpoint_name(endpoint));
	}
	layer_close(draft, VERDICT_DENY, NULL,
		    "without security groups, only the VPC's subnets and endpoints are reached");
	return 0;
}

static int default_ingress(const struct profile *profile, struct layer_draft *draft)
{
	struct policy_match match = match_of(PROTOCOL_ALL);

	peers_add(profile, &match.remote);
	layer_add(draft, VERDICT_PASS, &match, &profile->network.peers_at,
		  "without security groups, all protocols from the job's peers");
	layer_close(draft, VERDICT_DENY, NULL, "without security groups, only the job's peers may connect");
	return 0;
}

int security_group_layer(const struct profile *profile, struct layer_draft *draft, struct error *err)
{
	draft->layer.stateful = true;
	if (profile->security_groups_at.line || profile->security_groups.count)
		return group_layer(profile, draft, err);
	return draft->direction == EGRESS ? default_egress(profile, draft, err) : default_ingress(profile, draft);
}
