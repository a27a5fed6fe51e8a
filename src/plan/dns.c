// SPDX-License-Identifier: GPL-2.0-or-later
// The resolver in the jail: its addresses on loopback, its sockets, and what it will answer.
#include "base/cleanup.h"
#include "base/memory.h"
#include "plan/steps.h"

#define NETWORK MECHANISM_BIT(NETWORK)

// Where programs look that read the job's resolv.conf; all of 127.0.0.0/8 is loopback's already.
static const char first_address[] = "127.0.0.53";

bool dns_is_answered(const struct profile *profile, enum audit_mode audit)
{
	if (audit != AUDIT_NONE)
		return true;
	return profile->network.isolation == ISOLATION_VPC && profile->vpc.dns != DNS_NONE;
}

// The host's address on the device of a link, in the family of the peers.
static struct address host_address(const struct launch_plan *plan, const struct host_facts *host, enum family family)
{
	const struct host_interface *device = host_network_interface(&host->network, plan->link.device_index);

	if (device)
		vec_for_each (each, &device->addresses)
			if (each->address.family == family)
				return each->address;
	return (struct address){ 0 };
}

struct zone_facts dns_facts(const struct launch_plan *plan, const struct profile *profile)
{
	const struct host_facts *host = plan->host;
	const address_vec *peers = &profile->network.peers;
	enum family family = peers->count ? peers->items[0].address.family : FAMILY_IPV4;
	struct zone_facts facts = { .hostname = host->hostname, .full_name = host->full_name, .ipv6 = host->ipv6 };

	if (plan->link.kind == UPLINK_NONE)
		return facts;
	facts.own = plan->link.own[family == FAMILY_IPV6].address;
	// A pair and pasta have addresses that only this host knows.
	bool translated = plan->link.kind == UPLINK_VETH || plan->link.kind == UPLINK_PASTA;
	facts.known_as = translated ? host_address(plan, host, family) : facts.own;
	return facts;
}

static void add_sockets(struct launch_plan *plan, const char *address)
{
	AUTO_FREE char *name = memory_format("resolver on %s", address);

	STEP(plan, PLACE_INIT, .kind = STEP_DNS, .closes = NETWORK, .name = name, .path = address,
	     .why = "port 53, UDP and TCP, of loopback alone; the supervisor answers");
}

static void add_address(struct launch_plan *plan, const struct address *address)
{
	char text[ADDRESS_TEXT_SIZE];
	struct prefix prefix = prefix_of_address(address);
	char value[PREFIX_TEXT_SIZE];
	AUTO_FREE char *name = memory_format("resolver address %s", address_print(address, text));

	STEP(plan, PLACE_INIT, .kind = STEP_ADDRESS, .closes = NETWORK, .name = name, .path = "lo",
	     .value = prefix_print(&prefix, value), .why = "where programs expect the VPC's resolver");
	add_sockets(plan, text);
}

// What of the job's questions leaves, if any does.
static void open_door(struct launch_plan *plan)
{
	const struct forward_rules *rules = &plan->dns.forward;

	if (plan->audit == AUDIT_ONLINE)
		plan_open_door(plan, "dns", "an audit");
	else if (rules->everything)
		plan_open_door(plan, "dns", "vpc.dns: resolver");
	else if (rules->domains.count)
		plan_open_door(plan, "dns", "vpc.domains");
	else if (rules->gateways.count)
		plan_open_door(plan, "dns", "a gateway endpoint, by names of buckets");
}

void launch_dns_rules(const struct launch_plan *plan, const struct profile *profile, struct dns_rules *rules)
{
	const struct zone_facts facts = dns_facts(plan, profile);
	const struct host_network *network = &plan->host->network;

	if (plan->audit == AUDIT_ONLINE)
		dns_rules_build_audit(profile, &facts, network->nameservers.items, network->nameservers.count, rules);
	else
		dns_rules_build(profile, &facts, network->nameservers.items, network->nameservers.count, rules);
	rules->made_up = plan->audit == AUDIT_OFFLINE;
}

void plan_dns(struct launch_plan *plan, const struct launch_request *request)
{
	dns_address_vec addresses = { 0 };

	launch_dns_rules(plan, request->profile, &plan->dns);
	if (!dns_is_answered(request->profile, request->audit))
		return;
	plan->resolver = true;
	open_door(plan);
	add_sockets(plan, first_address);
	if (!request->host->resolv)
		add_sockets(plan, "127.0.0.1");
	dns_service_addresses(request->profile, request->host->ipv6, &addresses);
	vec_for_each (address, &addresses)
		add_address(plan, address);
	vec_release(&addresses);
}
