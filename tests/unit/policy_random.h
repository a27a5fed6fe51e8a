// SPDX-License-Identifier: GPL-2.0-or-later
// Random profiles as text, and random flows at the edges of every prefix and port in play.
#ifndef VPCJAIL_POLICY_RANDOM_H
#define VPCJAIL_POLICY_RANDOM_H

#include "policy_fixture.h"

#include <netinet/in.h>

static uint64_t seed;

static unsigned below(unsigned count)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed >> 20) % count);
}

static bool chance(unsigned percent)
{
	return below(100) < percent;
}

static const char *const cidrs[] = {
	"10.20.0.0/16",   "10.20.1.0/24", "10.20.2.0/24",  "10.20.1.128/25", "10.20.0.0/20",   "10.20.3.7/32",
	"10.0.0.0/8",     "0.0.0.0/0",    "::/0",          "52.218.0.0/17",  "52.218.64.0/18", "3.5.64.0/21",
	"fd12:3456::/64", "192.0.2.0/24", "10.20.8.0/23",  "10.20.9.0/24",   "fd12:3456::/56", "10.20.9.16/31",
	"2600:1f00::/24", "10.21.0.0/16", "52.218.0.0/16",
};
static const char *const hosts[] = {
	"10.20.1.21", "10.20.2.22", "10.20.9.1", "fd12:3456::21", "10.21.0.5", "10.20.1.128", "10.20.3.7",
};
static const char *const subnets[] = { "10.20.1.0/24", "10.20.2.0/24", "10.20.1.0/31" };
static const char *const more_subnets[] = { "10.20.9.0/24", "fd12:3456::/64", "10.20.16.0/20", "10.20.3.4/30" };
static const char *const ports[] = { "443", "53", "80", "1024-65535", "8000-8100", "1", "53-80", "123, 443" };
static const char *const uplinks[] = { "none", "veth", "veth", "pasta", "pasta", "auto", "auto", "auto" };
static const char *const protocols[] = { "tcp", "udp", "all", "tcp", "47" };

#define PICK(array) ((array)[below(sizeof(array) / sizeof((array)[0]))])
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

// ", protocol: tcp, ports: [443]" or the like; sometimes nothing.
static void add_traffic(struct strbuf *text)
{
	const char *protocol = PICK(protocols);

	if (chance(20))
		return;
	strbuf_format(text, ", protocol: %s", protocol);
	if ((strcmp(protocol, "tcp") == 0 || strcmp(protocol, "udp") == 0) && chance(50))
		strbuf_format(text, ", ports: [%s]", PICK(ports));
}

// A few different ones of a list: "a, 'b', c".
static void add_some(struct strbuf *text, const char *const *from, size_t count, unsigned percent)
{
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		if (!chance(percent))
			continue;
		strbuf_format(text, "%s'%s'", any ? ", " : "", from[i]);
		any = true;
	}
}

static void add_group_rules(struct strbuf *text, const char *direction, const char *word)
{
	static const char *const peers[] = { "self", "subnets", "any",   "pl-aaaa", "pl-bbbb", "s3",
					     "sts",  "store",   "names", "sg-a",    "self" };

	strbuf_format(text, "    %s:\n", direction);
	if (chance(5)) {
		text->text[text->length - 1] = ' ';
		strbuf_add(text, "[]\n");
		return;
	}
	for (unsigned i = 0, count = 1 + below(5); i < count; i++) {
		strbuf_format(text, "      - {%s: ", word);
		if (chance(50))
			strbuf_format(text, "'%s'", PICK(cidrs));
		else if (chance(50))
			strbuf_add(text, PICK(peers));
		else
			strbuf_format(text, "['%s', '%s', %s]", PICK(cidrs), PICK(cidrs), PICK(peers));
		add_traffic(text);
		strbuf_add(text, "}\n");
	}
}

static void add_acl(struct strbuf *text, const char *id, const char *of)
{
	strbuf_format(text, "  %s:\n", id);
	if (of)
		strbuf_format(text, "    subnets: ['%s']\n", of);
	if (chance(25))
		strbuf_add(text, "    inside-subnet: yes\n");
	for (int way = 0; way < 2; way++) {
		strbuf_format(text, "    %s:\n", way ? "ingress" : "egress");
		for (unsigned i = 0, count = 1 + below(5); i < count; i++) {
			strbuf_format(text, "      - {rule: %u, action: %s, cidr: '%s'", 10 * i + 1,
				      chance(65) ? "allow" : "deny", PICK(cidrs));
			add_traffic(text);
			strbuf_add(text, "}\n");
		}
	}
}

static void add_routes(struct strbuf *text)
{
	strbuf_add(text, "routes:\n  - {destination: 10.20.0.0/16, target: local}\n");
	for (size_t i = 1; i < COUNT(cidrs); i++)
		if (chance(30))
			strbuf_format(text, "  - {destination: '%s', target: %s}\n", cidrs[i],
				      chance(45)                                       ? "local"
				      : chance(50) && strncmp(cidrs[i], "10.", 3) == 0 ? "peering"
										       : "blackhole");
	if (chance(70))
		strbuf_format(text, "  - {destination: pl-aaaa, target: %s}\n",
			      chance(80) ? "gateway-endpoint" : "blackhole");
	if (chance(40))
		strbuf_add(text, "  - {destination: pl-bbbb, target: blackhole}\n");
}

static void add_vpc(struct strbuf *text)
{
	strbuf_add(text, "vpc:\n  region: eu-west-1\n");
	if (chance(60))
		strbuf_format(text, "  cidrs: [10.20.0.0/16, 'fd12:3456::/56']\n  subnets: ['%s', '%s'", PICK(subnets),
			      PICK(more_subnets));
	else  // without other blocks, the endpoints' addresses lie in the subnets
		strbuf_format(text, "  subnets: ['10.20.0.0/20'%s", chance(50) ? ", 'fd12:3456::/64'" : "");
	strbuf_format(text, "]\n  dns: %s\n  resolver: %s\n", chance(50) ? "resolver" : "none",
		      chance(50) ? "10.20.0.2" : "10.21.0.53");
	strbuf_format(text, "  imds: %s\n  time-sync: %s\n", chance(50) ? "allow" : "deny",
		      chance(50) ? "allow" : "deny");
}

static void add_hosts(struct prefix_set *set)
{
	for (size_t i = 0; i < COUNT(hosts); i++) {
		struct prefix prefix;

		if (chance(20) && prefix_parse(hosts[i], &prefix, NULL) == 0)
			prefix_set_add(set, &prefix);
	}
	prefix_set_normalize(set);
}

// What profile_settle would find out.
static void random_host(struct profile *profile)
{
	add_hosts(&profile->host.own);
	add_hosts(&profile->host.gateways);
	add_hosts(&profile->host.proxies);
	profile->host.known = true;
	profile->vpc.subnets_of_host = chance(40);
}

static void random_text(struct strbuf *text)
{
	bool full = chance(10);

	strbuf_format(text, "vpcjail: 1\nnetwork:\n  isolation: %s\n  peers: [", full ? "full" : "vpc");
	add_some(text, hosts, COUNT(hosts), full && chance(50) ? 0 : 30);
	strbuf_format(text, "]\n  uplink: %s\n", full || chance(50) ? "auto" : PICK(uplinks));
	add_vpc(text);
	strbuf_add(text, "prefix-lists:\n  pl-aaaa: {entries: [52.218.0.0/17, 3.5.64.0/21, '2600:1f00::/24']}\n"
			 "  pl-bbbb: {entries: [10.20.8.0/24, 10.20.9.0/24, 52.218.64.0/18, 3.5.64.0/21]}\n"
			 "endpoints:\n  - {service: s3, type: gateway, prefix-list: pl-aaaa}\n"
			 "  - {service: sts, type: interface, addresses: [10.20.1.40, 10.20.2.40]}\n"
			 "  - {service: logs, type: interface, addresses: [10.20.1.41], ports: [80, 443]}\n"
			 "  - {name: store, type: custom, addresses: [10.20.9.1, 10.22.0.1], ports: [9000]}\n"
			 "  - {name: names, type: custom, addresses: [10.20.1.53], ports: [53], protocol: udp}\n");
	if (chance(30))
		strbuf_add(text, "  - {service: dynamodb, type: gateway, prefix-list: pl-bbbb}\n");
	if (chance(85)) {
		strbuf_add(text, "security-groups:\n  sg-a:\n");
		if (chance(70))
			add_group_rules(text, "egress", "to");
		add_group_rules(text, "ingress", "from");
		strbuf_add(text, chance(50) ? "  sg-b:\n" : "");
		if (text->text[text->length - 2] == ':') {
			add_group_rules(text, "egress", "to");
			add_group_rules(text, "ingress", "from");
		}
	}
	if (chance(40)) {
		strbuf_add(text, "network-acls:\n");
		add_acl(text, "acl-other", "10.20.200.0/24");
		if (chance(40))
			add_acl(text, "acl-mine", "10.20.0.0/20");
		if (chance(60))
			add_acl(text, "acl-default", NULL);
	}
	if (chance(50))
		add_routes(text);
	strbuf_format(text, "process: {credentials: %s}\n", full || chance(50) ? "scrub" : "keep");
}

static void make_icmp(int *protocol, size_t port_count, int *type, int *code)
{
	if ((*protocol != IPPROTO_TCP && *protocol != IPPROTO_UDP) || port_count || chance(30))
		return;
	*protocol = chance(50) ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	*type = chance(60) ? PICK(((const int[]){ 0, 3, 8, 128 })) : -1;
	*code = chance(50) ? (int)below(2) : -1;
	if (chance(20)) {
		*type = -1;
		*code = 5;
	}
}

// Of either ICMP with addresses of either family, and "any type, code 5": AWS takes what matches nothing, the loader
// refuses it, and an import can bring it.
static void add_icmp(struct profile *profile)
{
	vec_for_each (group, &profile->security_groups) {
		vec_for_each (rule, &group->egress)
			make_icmp(&rule->protocol, rule->ports.count, &rule->icmp_type, &rule->icmp_code);
		vec_for_each (rule, &group->ingress)
			make_icmp(&rule->protocol, rule->ports.count, &rule->icmp_type, &rule->icmp_code);
	}
	vec_for_each (acl, &profile->network_acls) {
		vec_for_each (rule, &acl->egress)
			make_icmp(&rule->protocol, rule->ports.count, &rule->icmp_type, &rule->icmp_code);
		vec_for_each (rule, &acl->ingress)
			make_icmp(&rule->protocol, rule->ports.count, &rule->icmp_type, &rule->icmp_code);
	}
}

static const char *const edges[] = {
	"169.254.169.254", "fd00:ec2::254",   "169.254.169.253", "fd00:ec2::253",   "169.254.170.2",  "169.254.170.23",
	"fd00:ec2::23",    "169.254.169.123", "fd00:ec2::123",   "169.254.169.250", "169.254.0.0/16", "fd00:ec2::/32",
	"224.0.0.0/4",     "255.255.255.255", "0.0.0.0/8",       "::/127",          "ff00::/8",       "fe80::/10",
	"127.0.0.0/8",     "10.20.0.2",       "10.21.0.53",      "10.20.1.40",      "10.20.2.40",     "10.20.1.41",
	"10.20.9.1",       "10.22.0.1",       "10.20.1.53",      "10.20.8.0/24",
};

static struct address random_edge(void)
{
	struct address address;
	struct prefix prefix;
	unsigned kind = below(10);

	if (kind == 0)  // the v4-mapped block, which has no text
		return (struct address){ FAMILY_IPV6,
					 ((address_bits)0xffff << 32) + (chance(50) ? 0 : 0xffffffff) + below(3) - 1 };
	assert_int_equal(prefix_parse(kind < 5   ? PICK(cidrs)
				      : kind < 6 ? PICK(hosts)
				      : kind < 7 ? PICK(subnets)
						 : PICK(edges),
				      &prefix, NULL),
			 0);
	address = chance(50) ? prefix_first(&prefix) : prefix_last(&prefix);
	address.bits += (address_bits)below(3) - 1;
	if (address.family == FAMILY_IPV4)
		address.bits &= 0xffffffff;
	return address;
}

static struct flow random_flow(void)
{
	static const int flow_protocols[] = { IPPROTO_TCP,  IPPROTO_TCP,    IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDP,
					      IPPROTO_ICMP, IPPROTO_ICMPV6, 47,          IPPROTO_ICMP };
	static const uint16_t flow_ports[] = { 1,   2,   52,   53,   54,   79,   80,   81,   122,  123,  124,   442,
					       443, 444, 1023, 1024, 7999, 8000, 8100, 8101, 9000, 9001, 65535, 1688 };

	struct flow flow = {
		.direction = chance(65) ? EGRESS : INGRESS,
		.protocol = PICK(flow_protocols),
		.remote = random_edge(),
		.destination_port = PICK(flow_ports),
		.icmp_type = (uint8_t)PICK(((const int[]){ 0, 3, 8, 128, 13 })),
		.icmp_code = (uint8_t)PICK(((const int[]){ 0, 1, 5 })),
		.state = chance(75) ? FLOW_NEW : FLOW_ESTABLISHED,
	};
	bool possible = flow.protocol == IPPROTO_TCP || flow.protocol == IPPROTO_UDP ||
			flow.protocol == (flow.remote.family == FAMILY_IPV4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);

	// No policy lets a conversation of another protocol begin.
	if (!possible)
		flow.state = FLOW_NEW;
	return flow;
}

#endif
