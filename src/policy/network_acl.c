// SPDX-License-Identifier: GPL-2.0-or-later
// The network ACL of the job's subnet: numbered, the first match decides, stateless, not inside the subnet.
#include <netinet/in.h>

#include "base/cleanup.h"
#include "policy/layer.h"
#include "policy/peer.h"

// An ACL that names the subnet is its own; one that names none is for the job's subnet, whichever that is.
// (One that names a part of it, or more than it, guards it too: better strict than open.)
static bool acl_names_subnet(const struct network_acl *acl, const struct prefix *subnet)
{
	vec_for_each (named, &acl->subnets) {
		if (prefix_covers(&named->prefix, subnet) || prefix_covers(subnet, &named->prefix))
			return true;
	}
	return false;
}

// A subnet of both families is listed as two blocks: the job's own is the first of each.
static bool is_own_subnet(const struct profile *profile, const struct prefix_value *subnet)
{
	vec_for_each (listed, &profile->vpc.subnets)
		if (listed->prefix.base.family == subnet->prefix.base.family)
			return listed == subnet;
	return false;
}

static bool acl_names_own_subnet(const struct network_acl *acl, const struct profile *profile)
{
	vec_for_each (subnet, &profile->vpc.subnets)
		if (is_own_subnet(profile, subnet) && acl_names_subnet(acl, &subnet->prefix))
			return true;
	return false;
}

// *found: the one ACL that applies, NULL when none does. A subnet has one ACL: two are a mistake.
static int acl_find(const struct profile *profile, const struct network_acl **found, struct error *err)
{
	*found = NULL;
	for (int named = 1; named >= 0 && !*found; named--) {
		vec_for_each (acl, &profile->network_acls) {
			bool applies = named ? acl_names_own_subnet(acl, profile) : acl->subnets.count == 0;

			if (!applies)
				continue;
			if (*found)
				return peer_error(&acl->at, err, "network ACLs %s and %s are both for the job's subnet",
						  (*found)->id, acl->id);
			*found = acl;
		}
	}
	return 0;
}

static int acl_rule_add(const struct network_acl *acl, const struct acl_rule *rule, struct layer_draft *draft,
			struct error *err)
{
	struct policy_match match = match_of(rule->protocol);
	AUTO_STRBUF struct strbuf text = { 0 };
	char cidr[PREFIX_TEXT_SIZE];

	if (rule->icmp_type < 0 && rule->icmp_code >= 0)
		return 0;  // as on AWS: any type with one code matches nothing
	if (rule->ports.count && rule->protocol != IPPROTO_TCP && rule->protocol != IPPROTO_UDP)
		return peer_error(&rule->at, err, "ports need protocol: tcp or protocol: udp");
	vec_for_each (port, &rule->ports)
		vec_push(&match.ports, port->range);
	match.icmp_type = rule->icmp_type;
	match.icmp_code = rule->icmp_code;
	prefix_set_add(&match.remote, &rule->cidr);
	match_describe(&match, &text);
	layer_add(draft, rule->action == ACL_ALLOW ? VERDICT_PASS : VERDICT_DENY, &match, &rule->at,
		  "network ACL %s rule %u %s %s %s %s", acl->id, rule->number,
		  rule->action == ACL_ALLOW ? "allows" : "denies", strbuf_text(&text),
		  draft->direction == EGRESS ? "to" : "from", prefix_print(&rule->cidr, cidr));
	return 0;
}

static void exemption_add(struct layer_draft *draft, const struct prefix_set *remotes, int protocol,
			  const struct location *at, const char *reason)
{
	struct policy_match match = match_of(protocol);

	prefix_set_add_set(&match.remote, remotes);
	layer_add(draft, VERDICT_PASS, &match, at, "%s", reason);
}

// What meets no ACL: packets that stay in the subnet (unless the ACL stands for several subnets'), and what AWS's
// services answer. (To them egress needs no exemption: the service layer has accepted it before.)
static void exemptions_add(const struct profile *profile, const struct network_acl *acl, struct layer_draft *draft)
{
	CLEANUP(prefix_set_release) struct prefix_set subnet = { 0 }, services = { 0 };

	if (profile->vpc.subnets.count && !acl->inside_subnet) {
		vec_for_each (listed, &profile->vpc.subnets)
			if (is_own_subnet(profile, listed))
				prefix_set_add(&subnet, &listed->prefix);
		prefix_set_normalize(&subnet);
		exemption_add(draft, &subnet, PROTOCOL_ALL, &profile->vpc.subnets.items[0].at,
			      "same subnet: a network ACL is not evaluated");
	}
	if (draft->direction == EGRESS)
		return;
	service_accepted(profile, &services);
	exemption_add(draft, &services, IPPROTO_UDP, NULL, "an AWS service's answer: a network ACL is not evaluated");
	exemption_add(draft, &services, IPPROTO_TCP, NULL, "an AWS service's answer: a network ACL is not evaluated");
}

int network_acl_layer(const struct profile *profile, struct layer_draft *draft, struct error *err)
{
	const struct network_acl *acl;
	int result = acl_find(profile, &acl, err);

	if (result || !acl)
		return result;
	exemptions_add(profile, acl, draft);
	vec_for_each (rule, draft->direction == EGRESS ? &acl->egress : &acl->ingress) {
		result = acl_rule_add(acl, rule, draft, err);
		if (result)
			return result;
	}
	layer_close(draft, VERDICT_DENY, &acl->at, "no rule of the network ACL allows it: implicit deny");
	return 0;
}
