// SPDX-License-Identifier: GPL-2.0-or-later
// What decides an answer, and where a job may ask: see answer.h.
#include "dns/answer.h"

#include <stdlib.h>

#include "base/memory.h"

void dns_rules_build(const struct profile *profile, const struct zone_facts *facts, const struct address *nameservers,
		     size_t count, struct dns_rules *rules)
{
	zone_build(profile, facts, &rules->zone);
	forward_rules_build(profile, nameservers, count, &rules->forward);
}

void dns_rules_build_audit(const struct profile *profile, const struct zone_facts *facts,
			   const struct address *nameservers, size_t count, struct dns_rules *rules)
{
	struct zone_facts own = *facts;

	own.hosts_only = true;
	zone_build(profile, &own, &rules->zone);
	rules->forward = (struct forward_rules){ .everything = true, .elsewhere = true };
	for (size_t i = 0; i < count; i++)
		vec_push(&rules->forward.nameservers, nameservers[i]);
	rules->profile = NEW(struct dns_rules);
	dns_rules_build(profile, facts, nameservers, count, rules->profile);
}

const dns_address_vec *dns_profile_addresses(const struct dns_rules *rules, const char *name)
{
	const struct zone_name *known = zone_find(&(rules->profile ? rules->profile : rules)->zone, name);

	return known && !known->pointer ? &known->addresses : NULL;
}

void dns_rules_release(struct dns_rules *rules)
{
	if (rules->profile)
		dns_rules_release(rules->profile);
	free(rules->profile);
	zone_release(&rules->zone);
	forward_rules_release(&rules->forward);
}

// The addresses of AWS's resolver that are the same in every VPC; its policy is in policy/service.c.
static const struct address fixed[] = {
	{ FAMILY_IPV4, 0xa9fea9fd },                                     // 169.254.169.253
	{ FAMILY_IPV6, (address_bits)0xfd000ec200000000 << 64 | 0x253 }  // fd00:ec2::253
};

static bool is_loopback(const struct address *address)
{
	return address->family == FAMILY_IPV4 ? address->bits >> 24 == 127 : address->bits == 1;
}

static void add(dns_address_vec *out, const struct address *address, bool ipv6)
{
	if (address->family == FAMILY_NONE || is_loopback(address) || (address->family == FAMILY_IPV6 && !ipv6))
		return;
	vec_for_each (known, out)
		if (address_equal(known, address))
			return;
	vec_push(out, *address);
}

void dns_service_addresses(const struct profile *profile, bool ipv6, dns_address_vec *out)
{
	if (profile->network.isolation == ISOLATION_FULL || profile->vpc.dns == DNS_NONE)
		return;
	add(out, &profile->vpc.resolver.address, ipv6);
	if (!profile->vpc.region.text)
		return;
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		add(out, &fixed[i], ipv6);
	vec_for_each (cidr, &profile->vpc.cidrs) {
		struct address third = prefix_first(&cidr->prefix);
		third.bits += 2;
		if (third.family == FAMILY_IPV4 && cidr->prefix.length <= 30)
			add(out, &third, ipv6);
	}
}
