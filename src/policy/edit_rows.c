// SPDX-License-Identifier: GPL-2.0-or-later
// Which changes are tried where a layer denies, and those that write one key.
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "policy/edit_trial.h"
#include "policy/explain.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const struct edit_row edit_rows[] = {
	{ LAYER_ISOLATION, edit_uplink },
	{ LAYER_ISOLATION, edit_peer },
	{ LAYER_ISOLATION, edit_isolation },
	{ LAYER_SERVICE, edit_uplink },
	{ LAYER_SERVICE, edit_service_dns },
	{ LAYER_SERVICE, edit_service_imds },
	{ LAYER_SERVICE, edit_service_credentials },
	{ LAYER_SERVICE, edit_service_time },
	{ LAYER_SECURITY_GROUP, edit_group_rule },
	{ LAYER_SECURITY_GROUP, edit_ingress_peer },
	{ LAYER_SECURITY_GROUP, edit_endpoint },
	{ LAYER_SECURITY_GROUP, edit_subnet },
	{ LAYER_NETWORK_ACL, edit_acl_rule },
	{ LAYER_NETWORK_ACL, edit_acl_action },
	{ LAYER_ROUTE, edit_route },
	{ LAYER_ROUTE, edit_route_target },
	{ LAYER_ROUTE, edit_endpoint },
	{ LAYER_ROUTE, edit_cidr },
	{ LAYER_ENDPOINT, edit_endpoint_port },
	{ LAYER_UPLINK, edit_uplink },
	{ LAYER_UPLINK, edit_located },
	{ LAYER_UPLINK, edit_host_subnets },
	{ 0, NULL },
};

const char *edit_why_none(const struct profile *profile, enum layer_kind layer)
{
	switch (layer) {
	case LAYER_PACKET:
		return "nothing in a profile can: no VPC carries such a packet";
	case LAYER_SERVICE:
		return "nothing in a profile can: nothing else is open at such an address";
	case LAYER_ENDPOINT:
		return "nothing in a profile can: that is what such an endpoint carries, as on AWS";
	case LAYER_UPLINK:
		if (profile->vpc.located == LOCATED_ELSEWHERE)
			return "a stand-in for the endpoint, where one is near this host; else vpc.located: here, on a "
			       "host of that VPC";
		return "no key opens it: the host's own services are reached through network.host-ports, as "
		       "host.vpcjail";
	case LAYER_ISOLATION:
		return "nothing in a profile can: only TCP, UDP and ICMP are ever carried, and to hosts' addresses";
	case LAYER_ROUTE:
		return "no change of the routes does: a service needs an endpoint, a host groups that let the job in";
	case LAYER_SECURITY_GROUP:
	case LAYER_NETWORK_ACL:
		return "no small change of the profile allows it";
	}
	return NULL;
}

// Ranges that no profile may name as a host's.
static const struct prefix never[] = {
	IPV4_PREFIX(0, 0, 0, 0, 8),
	IPV4_PREFIX(127, 0, 0, 0, 8),
	IPV4_PREFIX(169, 254, 0, 0, 16),
	IPV4_PREFIX(224, 0, 0, 0, 3),
	IPV6_PREFIX(0, 0, 127),
	IPV6_PREFIX(0xfd000ec200000000, 0, 32),
	IPV6_PREFIX(0xfe80000000000000, 0, 10),
	IPV6_PREFIX(0xff00000000000000, 0, 8),
	IPV6_PREFIX(0, 0xffff00000000, 96),
};

bool edit_may_be_host(const struct address *address)
{
	for (size_t i = 0; i < COUNT(never); i++)
		if (prefix_contains(&never[i], address))
			return false;
	return true;
}

bool edit_vpc_has_family(const struct profile *profile, enum family family)
{
	vec_for_each (cidr, &profile->vpc.cidrs)
		if (cidr->prefix.base.family == family)
			return true;
	vec_for_each (subnet, &profile->vpc.subnets)
		if (subnet->prefix.base.family == family)
			return true;
	return false;
}

const char *edit_address(const struct address *address, char *out)
{
	const char *quote = address->family == FAMILY_IPV6 ? "\"" : "";
	char text[ADDRESS_TEXT_SIZE];

	(void)snprintf(out, PREFIX_TEXT_SIZE + 2, "%s%s%s", quote, address_print(address, text), quote);
	return out;
}

const char *edit_block(const struct address *address, char *out)
{
	const char *quote = address->family == FAMILY_IPV6 ? "\"" : "";
	struct prefix block = prefix_of_address(address);
	char text[PREFIX_TEXT_SIZE];

	(void)snprintf(out, PREFIX_TEXT_SIZE + 2, "%s%s%s", quote, prefix_print(&block, text), quote);
	return out;
}

void edit_traffic(const struct edit_search *search, struct strbuf *out)
{
	const struct flow *flow = search->flow;
	struct port_range own = { flow->destination_port, flow->destination_port };
	char text[12];

	strbuf_add(out, protocol_print(flow->protocol, text));
	if (flow->protocol == IPPROTO_TCP || flow->protocol == IPPROTO_UDP)
		strbuf_format(out, ", ports: [%s]",
			      port_range_print(search->ports && search->ports->first ? search->ports : &own, text));
	else if (flow->protocol == IPPROTO_ICMP || flow->protocol == IPPROTO_ICMPV6)
		strbuf_format(out, ", icmp-type: %u, icmp-code: %u", flow->icmp_type, flow->icmp_code);
}

bool edit_uplink(struct edit_search *search, struct profile *profile, const struct judgement *judgement,
		 edit_vec *edits)
{
	(void)search;
	(void)judgement;
	if (profile->network.uplink != UPLINK_NONE)
		return false;
	profile->network.uplink = UPLINK_AUTO;
	edit_note(edits, false, &profile->network.uplink_at, EDIT_AT("network", "uplink"), "auto");
	return true;
}

bool edit_peer(struct edit_search *search, struct profile *profile, const struct judgement *judgement, edit_vec *edits)
{
	const struct address *remote = &search->flow->remote;
	char text[PREFIX_TEXT_SIZE + 2];

	(void)judgement;
	if (!edit_may_be_host(remote))
		return false;
	edit_push(search, &profile->network.peers, (struct address_value){ .address = *remote });
	edit_note(edits, true, &profile->network.peers_at, EDIT_AT("network", "peers"), "%s",
		  edit_address(remote, text));
	return true;
}

// Without groups, only peers may connect.
bool edit_ingress_peer(struct edit_search *search, struct profile *profile, const struct judgement *judgement,
		       edit_vec *edits)
{
	if (search->flow->direction != INGRESS || profile->security_groups_at.line || profile->security_groups.count)
		return false;
	return edit_peer(search, profile, judgement, edits);
}

static void write_subnet(struct edit_search *search, struct profile *profile, edit_vec *edits)
{
	const struct address *remote = &search->flow->remote;
	struct prefix_value subnet = { .prefix = prefix_of_address(remote) };
	char text[PREFIX_TEXT_SIZE + 2];

	edit_push(search, &profile->vpc.subnets, subnet);
	edit_push(search, &profile->vpc.cidrs, subnet);
	edit_note(edits, false, NULL, EDIT_AT("vpc", "subnets"), "[%s]", edit_block(remote, text));
}

// What a VPC must say besides is written too.
bool edit_isolation(struct edit_search *search, struct profile *profile, const struct judgement *judgement,
		    edit_vec *edits)
{
	(void)judgement;
	profile->network.isolation = ISOLATION_VPC;
	edit_note(edits, false, &profile->network.isolation_at, EDIT_AT("network", "isolation"), "vpc");
	if (!profile->process.credentials_at.line)
		edit_note(edits, false, NULL, EDIT_AT("process", "credentials"), "scrub");
	if (profile->vpc.subnets_at.line)
		return true;
	if (!edit_may_be_host(&search->flow->remote))
		return false;
	write_subnet(search, profile, edits);
	return true;
}

static bool has_resolver(const struct profile *profile)
{
	if (profile->vpc.resolver.address.family != FAMILY_NONE)
		return true;
	vec_for_each (cidr, &profile->vpc.cidrs)
		if (cidr->prefix.base.family == FAMILY_IPV4 && cidr->prefix.length <= 30)
			return true;
	return false;
}

bool edit_service_dns(struct edit_search *search, struct profile *profile, const struct judgement *judgement,
		      edit_vec *edits)
{
	char text[PREFIX_TEXT_SIZE + 2];

	(void)judgement;
	profile->vpc.dns = DNS_RESOLVER;
	edit_note(edits, false, &profile->vpc.dns_at, EDIT_AT("vpc", "dns"), "resolver");
	if (has_resolver(profile))
		return true;
	profile->vpc.resolver.address = search->flow->remote;
	edit_note(edits, false, NULL, EDIT_AT("vpc", "resolver"), "%s", edit_address(&search->flow->remote, text));
	return true;
}

bool edit_service_imds(struct edit_search *search, struct profile *profile, const struct judgement *judgement,
		       edit_vec *edits)
{
	(void)search;
	(void)judgement;
	profile->vpc.imds = PERMISSION_ALLOW;
	edit_note(edits, false, &profile->vpc.imds_at, EDIT_AT("vpc", "imds"), "allow");
	return true;
}

bool edit_service_credentials(struct edit_search *search, struct profile *profile, const struct judgement *judgement,
			      edit_vec *edits)
{
	(void)search;
	(void)judgement;
	profile->process.credentials = CREDENTIALS_KEEP;
	edit_note(edits, false, &profile->process.credentials_at, EDIT_AT("process", "credentials"), "keep");
	return true;
}

bool edit_service_time(struct edit_search *search, struct profile *profile, const struct judgement *judgement,
		       edit_vec *edits)
{
	(void)search;
	(void)judgement;
	profile->vpc.time_sync = PERMISSION_ALLOW;
	edit_note(edits, false, &profile->vpc.time_sync_at, EDIT_AT("vpc", "time-sync"), "allow");
	return true;
}

// A stand-in has no meaning in a VPC that is here.
bool edit_located(struct edit_search *search, struct profile *profile, const struct judgement *judgement,
		  edit_vec *edits)
{
	(void)search;
	(void)judgement;
	if (profile->vpc.located != LOCATED_ELSEWHERE)
		return false;
	vec_for_each (endpoint, &profile->endpoints)
		if (endpoint->stand_in.text)
			return false;
	profile->vpc.located = LOCATED_HERE;
	edit_note(edits, false, &profile->vpc.located_at, EDIT_AT("vpc", "located"), "here");
	return true;
}
