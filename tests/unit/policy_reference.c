// SPDX-License-Identifier: GPL-2.0-or-later
// policy: random profiles against a reference evaluator that reads struct profile alone.
//
// The reference knows no layers, sets or rules of struct policy: it scans what the profile says, in the words of the
// semantics, and gives the layer that denies. Flows are taken at the edges of every prefix and port in play.
#include "policy_fixture.h"

#include <netinet/in.h>
#include <stdio.h>

enum { PROFILES = 400, FLOWS = 120 };
enum { ALLOWED = -1 };  // else an enum layer_kind: the layer that denies

// ---- the reference ----

static bool in(const struct address *address, const char *text)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix, NULL), 0);
	return prefix_contains(&prefix, address);
}

static bool in_any(const struct address *address, const char *const *texts)
{
	for (; *texts; texts++)
		if (in(address, *texts))
			return true;
	return false;
}

static bool is_peer(const struct profile *profile, const struct address *address)
{
	vec_for_each (peer, &profile->network.peers)
		if (address_equal(&peer->address, address))
			return true;
	return false;
}

static bool in_values(const prefix_value_vec *values, const struct address *address)
{
	vec_for_each (value, values)
		if (prefix_contains(&value->prefix, address))
			return true;
	return false;
}

static bool in_list(const struct profile *profile, const char *id, const struct address *address)
{
	vec_for_each (list, &profile->prefix_lists)
		if (strcmp(list->id, id) == 0)
			return prefix_set_contains(&list->entries, address);
	fail();
	return false;
}

static bool in_endpoint(const struct profile *profile, const struct profile_endpoint *endpoint,
			const struct address *address)
{
	if (endpoint->type == ENDPOINT_GATEWAY)
		return in_list(profile, endpoint->prefix_list.text, address);
	vec_for_each (own, &endpoint->addresses)
		if (address_equal(&own->address, address))
			return true;
	return false;
}

static bool has_port(const port_vec *ports, uint16_t port)
{
	vec_for_each (value, ports)
		if (port >= value->range.first && port <= value->range.last)
			return true;
	return false;
}

static bool is_ported(int protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP;
}

// Protocol, ports, type and code as AWS means them.
static bool means(int protocol, const port_vec *ports, int type, int code, const struct flow *flow)
{
	if (type == -1 && code != -1)
		return false;
	if (protocol == PROTOCOL_ALL)
		return true;
	if (protocol != flow->protocol)
		return false;
	if (is_ported(protocol) && ports->count && !has_port(ports, flow->destination_port))
		return false;
	if (protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6)
		return (type == -1 || flow->icmp_type == type) && (code == -1 || flow->icmp_code == code);
	return true;
}

static bool reference_packet(const struct profile *profile, const struct flow *flow)
{
	static const char *const special[] = { "224.0.0.0/4", "255.255.255.255", "0.0.0.0/8", "127.0.0.0/8", "::",
					       "::1",         "ff00::/8",        "fe80::/10", NULL };
	bool ipv6 = flow->remote.family == FAMILY_IPV6;

	if (in_any(&flow->remote, special) || (ipv6 && flow->remote.bits >> 32 == 0xffff))
		return false;
	vec_for_each (subnet, &profile->vpc.subnets) {
		struct address first = prefix_first(&subnet->prefix), last = prefix_last(&subnet->prefix);

		if (!ipv6 && subnet->prefix.length < 31 &&
		    (address_equal(&first, &flow->remote) || address_equal(&last, &flow->remote)))
			return false;
	}
	return is_ported(flow->protocol) || flow->protocol == (ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
}

static bool is_resolver(const struct profile *profile, const struct address *address)
{
	static const char *const resolvers[] = { "169.254.169.253", "fd00:ec2::253", NULL };

	if (!profile->vpc.region.text)
		return false;
	vec_for_each (cidr, &profile->vpc.cidrs)
		if (address->family == FAMILY_IPV4 && prefix_contains(&cidr->prefix, address) &&
		    address->bits == cidr->prefix.base.bits + 2)
			return true;
	return in_any(address, resolvers);
}

// 1: accepted, 0: denied, -1: not a service.
static int reference_service(const struct profile *profile, const struct flow *flow)
{
	static const char *const imds[] = { "169.254.169.254", "fd00:ec2::254", NULL };
	static const char *const credentials[] = { "169.254.170.2", "169.254.170.23", "fd00:ec2::23", NULL };
	static const char *const times[] = { "169.254.169.123", "fd00:ec2::123", NULL };
	static const char *const ranges[] = { "169.254.0.0/16", "fd00:ec2::/32", NULL };
	const struct profile_vpc *vpc = &profile->vpc;
	bool aws = vpc->region.text, leaving = flow->direction == EGRESS;
	bool tcp80 = flow->protocol == IPPROTO_TCP && flow->destination_port == 80;
	bool given = vpc->resolver.address.family && address_equal(&vpc->resolver.address, &flow->remote);

	if (leaving && vpc->dns == DNS_RESOLVER && is_ported(flow->protocol) && flow->destination_port == 53 &&
	    (given || is_resolver(profile, &flow->remote)))
		return 1;
	if (leaving && aws && vpc->imds == PERMISSION_ALLOW && tcp80 && in_any(&flow->remote, imds))
		return 1;
	if (leaving && aws && profile->process.credentials == CREDENTIALS_KEEP && tcp80 &&
	    in_any(&flow->remote, credentials))
		return 1;
	if (leaving && aws && vpc->time_sync == PERMISSION_ALLOW && flow->protocol == IPPROTO_UDP &&
	    flow->destination_port == 123 && in_any(&flow->remote, times))
		return 1;
	if (!leaving && flow->state == FLOW_ESTABLISHED)
		return -1;
	return in_any(&flow->remote, ranges) || is_resolver(profile, &flow->remote) ? 0 : -1;
}

static bool is_endpoint_peer(const struct profile *profile, const struct group_rule *rule, const struct rule_peer *peer,
			     const struct flow *flow)
{
	const struct profile_endpoint *endpoint = profile_find_endpoint(profile, peer->name);
	bool open = rule->protocol == PROTOCOL_ALL;

	if (!in_endpoint(profile, endpoint, &flow->remote))
		return false;
	if (flow->direction == INGRESS)
		return means(rule->protocol, &rule->ports, rule->icmp_type, rule->icmp_code, flow);
	if (!means(open ? endpoint->protocol : rule->protocol, &rule->ports, rule->icmp_type, rule->icmp_code, flow))
		return false;
	if (rule->ports.count || flow->protocol != endpoint->protocol)
		return true;
	return has_port(&endpoint->ports, flow->destination_port);
}

static bool is_rule_peer(const struct profile *profile, const struct group_rule *rule, const struct rule_peer *peer,
			 const struct flow *flow)
{
	bool meant = means(rule->protocol, &rule->ports, rule->icmp_type, rule->icmp_code, flow);

	switch (peer->kind) {
	case PEER_CIDR:
		return meant && prefix_contains(&peer->prefix, &flow->remote);
	case PEER_PREFIX_LIST:
		return meant && in_list(profile, peer->name, &flow->remote);
	case PEER_ENDPOINT:
		return is_endpoint_peer(profile, rule, peer, flow);
	case PEER_SECURITY_GROUP:
	case PEER_SELF:
		return meant && is_peer(profile, &flow->remote);
	case PEER_SUBNETS:
		return meant && in_values(&profile->vpc.subnets, &flow->remote);
	case PEER_ANY:
		return meant;
	}
	return false;
}

static bool reference_default_group(const struct profile *profile, const struct flow *flow)
{
	bool name_server = false;

	if (flow->direction == INGRESS)
		return is_peer(profile, &flow->remote);
	vec_for_each (endpoint, &profile->endpoints) {
		if (!in_endpoint(profile, endpoint, &flow->remote))
			continue;
		if (means(endpoint->protocol, &endpoint->ports, -1, -1, flow))
			return true;
		name_server |= has_port(&endpoint->ports, 53);
	}
	if (is_ported(flow->protocol) && flow->destination_port == 53 && !name_server)
		return false;
	return in_values(&profile->vpc.subnets, &flow->remote);
}

static bool reference_group(const struct profile *profile, const struct flow *flow)
{
	if (flow->state == FLOW_ESTABLISHED)
		return true;
	if (!profile->security_groups_at.line)
		return reference_default_group(profile, flow);
	vec_for_each (group, &profile->security_groups) {
		if (flow->direction == EGRESS && !group->egress_at.line)
			return true;
		vec_for_each (rule, flow->direction == EGRESS ? &group->egress : &group->ingress)
			vec_for_each (peer, &rule->peers)
				if (!(rule->icmp_type == -1 && rule->icmp_code != -1) &&
				    is_rule_peer(profile, rule, peer, flow))
					return true;
	}
	return false;
}

// The ACL of the first subnet: one that names it, else one that names none.
static const struct network_acl *reference_acl(const struct profile *profile)
{
	const struct network_acl *found = NULL;

	vec_for_each (acl, &profile->network_acls) {
		if (!acl->subnets.count && !found)
			found = acl;
		vec_for_each (subnet, &acl->subnets)
			if (profile->vpc.subnets.count &&
			    prefix_covers(&subnet->prefix, &profile->vpc.subnets.items[0].prefix))
				return acl;
	}
	return found;
}

static bool reference_network_acl(const struct profile *profile, const struct flow *flow)
{
	const struct network_acl *acl = reference_acl(profile);
	struct flow question = *flow;

	if (!acl)
		return true;
	if (profile->vpc.subnets.count && prefix_contains(&profile->vpc.subnets.items[0].prefix, &flow->remote))
		return true;
	// An answer of a service that may be asked: judged by nobody.
	question.direction = EGRESS;
	for (uint16_t port = 53; flow->direction == INGRESS && port <= 123; port++) {
		question.destination_port = port;
		question.protocol = IPPROTO_TCP;
		if (is_ported(flow->protocol) && reference_service(profile, &question) == 1)
			return true;
		question.protocol = IPPROTO_UDP;
		if (is_ported(flow->protocol) && reference_service(profile, &question) == 1)
			return true;
	}
	vec_for_each (rule, flow->direction == EGRESS ? &acl->egress : &acl->ingress)
		if (prefix_contains(&rule->cidr, &flow->remote) &&
		    means(rule->protocol, &rule->ports, rule->icmp_type, rule->icmp_code, flow))
			return rule->action == ACL_ALLOW;
	return false;
}

// The best of all routes so far: the longest; of equal length a CIDR before a list; of equals the first.
struct best {
	int rank;
	enum route_target target;
};

static void best_of(struct best *best, const struct prefix *prefix, bool is_list, enum route_target target,
		    const struct flow *flow)
{
	int rank = 2 * prefix->length + !is_list;

	if (prefix_contains(prefix, &flow->remote) && rank > best->rank)
		*best = (struct best){ rank, target };
}

static void best_of_list(struct best *best, const struct profile *profile, const char *id, enum route_target target,
			 const struct flow *flow)
{
	prefix_vec prefixes = { 0 };

	prefix_set_to_prefixes(&profile_find_prefix_list(profile, id)->entries, flow->remote.family, &prefixes);
	vec_for_each (prefix, &prefixes)
		best_of(best, prefix, true, target, flow);
	vec_release(&prefixes);
}

static void best_of_defaults(struct best *best, const struct profile *profile, const struct flow *flow)
{
	const prefix_value_vec *local = profile->vpc.cidrs.count ? &profile->vpc.cidrs : &profile->vpc.subnets;
	struct prefix own = prefix_of_address(&flow->remote);

	vec_for_each (cidr, local)
		best_of(best, &cidr->prefix, false, ROUTE_LOCAL, flow);
	if (is_peer(profile, &flow->remote))
		best_of(best, &own, false, ROUTE_LOCAL, flow);
	vec_for_each (endpoint, &profile->endpoints) {
		if (endpoint->type == ENDPOINT_GATEWAY)
			best_of_list(best, profile, endpoint->prefix_list.text, ROUTE_GATEWAY_ENDPOINT, flow);
		else if (in_endpoint(profile, endpoint, &flow->remote))
			best_of(best, &own, false, ROUTE_LOCAL, flow);
	}
}

static bool reference_route(const struct profile *profile, const struct flow *flow)
{
	struct best best = { -1, ROUTE_BLACKHOLE };

	if (flow->direction == INGRESS)
		return true;
	if (!profile->routes_at.line)
		best_of_defaults(&best, profile, flow);
	vec_for_each (route, &profile->routes) {
		if (route->destination.kind == PEER_CIDR)
			best_of(&best, &route->destination.prefix, false, route->target, flow);
		else
			best_of_list(&best, profile, route->destination.name, route->target, flow);
	}
	return best.target != ROUTE_BLACKHOLE;
}

static bool reference_endpoint(const struct profile *profile, const struct flow *flow)
{
	bool gateway = false, interface = false, carried = false;

	if (flow->state == FLOW_ESTABLISHED)
		return true;
	vec_for_each (endpoint, &profile->endpoints) {
		if (endpoint->type == ENDPOINT_CUSTOM || !in_endpoint(profile, endpoint, &flow->remote))
			continue;
		if (endpoint->type == ENDPOINT_INTERFACE) {
			interface = true;
			carried |= means(endpoint->protocol, &endpoint->ports, -1, -1, flow);
			continue;
		}
		gateway = true;
		carried |= flow->protocol == IPPROTO_TCP || (flow->protocol == IPPROTO_ICMP && flow->icmp_type == 8) ||
			   (flow->protocol == IPPROTO_ICMPV6 && flow->icmp_type == 128);
	}
	if (flow->direction == INGRESS)
		return !gateway && !interface;
	return carried || (!gateway && !interface);
}

static int reference(const struct profile *profile, const struct flow *flow)
{
	bool leaving = flow->direction == EGRESS;
	int service;

	if (profile->network.isolation == ISOLATION_FULL) {
		if (profile->network.peers.count && !reference_packet(profile, flow))
			return LAYER_PACKET;
		return is_peer(profile, &flow->remote) ? ALLOWED : LAYER_ISOLATION;
	}
	if (!reference_packet(profile, flow))
		return LAYER_PACKET;
	service = reference_service(profile, flow);
	if (service >= 0)
		return service ? ALLOWED : LAYER_SERVICE;
	if (leaving && !reference_group(profile, flow))
		return LAYER_SECURITY_GROUP;
	if (!leaving && !reference_endpoint(profile, flow))
		return LAYER_ENDPOINT;
	if (!reference_network_acl(profile, flow))
		return LAYER_NETWORK_ACL;
	if (!leaving && !reference_group(profile, flow))
		return LAYER_SECURITY_GROUP;
	if (!reference_route(profile, flow))
		return LAYER_ROUTE;
	if (leaving && !reference_endpoint(profile, flow))
		return LAYER_ENDPOINT;
	return profile->network.uplink == UPLINK_NONE ? LAYER_UPLINK : ALLOWED;
}

// ---- random profiles ----

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
static const char *const subnets[] = { "10.20.1.0/24", "10.20.2.0/24",   "10.20.9.0/24",
				       "10.20.1.0/31", "fd12:3456::/64", "10.20.0.0/20" };
static const char *const ports[] = { "443", "53", "80", "1024-65535", "8000-8100", "1", "53-80", "123, 443" };
static const char *const protocols[] = { "tcp", "udp", "icmp", "icmpv6", "all", "tcp", "47" };

#define PICK(array) ((array)[below(sizeof(array) / sizeof((array)[0]))])
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

// ", protocol: tcp, ports: [443]" or the like; sometimes nothing.
static void add_traffic(struct strbuf *text)
{
	const char *protocol = PICK(protocols);

	if (chance(20))
		return;
	strbuf_format(text, ", protocol: %s", protocol);
	if ((strcmp(protocol, "tcp") == 0 || strcmp(protocol, "udp") == 0) && chance(70))
		strbuf_format(text, ", ports: [%s]", PICK(ports));
	else if (strncmp(protocol, "icmp", 4) == 0 && chance(60)) {
		strbuf_format(text, ", icmp-type: %d", PICK(((const int[]){ 0, 3, 8, 128 })));
		if (chance(50))
			strbuf_format(text, ", icmp-code: %u", below(2));
	}
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
				      chance(65) ? "local" : "blackhole");
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
		strbuf_add(text, "  cidrs: [10.20.0.0/16, 'fd12:3456::/56']\n");
	strbuf_format(text, "  subnets: ['%s'", subnets[below(5)]);
	if (chance(60))
		strbuf_format(text, ", '%s'", subnets[5]);
	strbuf_format(text, "]\n  dns: %s\n  resolver: %s\n", chance(50) ? "resolver" : "none",
		      chance(50) ? "10.20.0.2" : "10.21.0.53");
	strbuf_format(text, "  imds: %s\n  time-sync: %s\n", chance(50) ? "allow" : "deny",
		      chance(50) ? "allow" : "deny");
}

static void random_text(struct strbuf *text)
{
	bool full = chance(10);

	strbuf_format(text, "vpcjail: 1\nnetwork:\n  isolation: %s\n  peers: [", full ? "full" : "vpc");
	add_some(text, hosts, COUNT(hosts), full && chance(50) ? 0 : 30);
	strbuf_format(text, "]\n%s", !full && chance(5) ? "  uplink: none\n" : "");
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

// AWS takes "any type, code 5", which the loader refuses but an import can bring.
static void spoil_icmp(struct profile *profile)
{
	vec_for_each (group, &profile->security_groups)
		vec_for_each (rule, &group->egress)
			if (rule->protocol == IPPROTO_ICMP && chance(30)) {
				rule->icmp_type = -1;
				rule->icmp_code = 5;
			}
	vec_for_each (acl, &profile->network_acls)
		vec_for_each (rule, &acl->egress)
			if (rule->protocol == IPPROTO_ICMP && chance(30)) {
				rule->icmp_type = -1;
				rule->icmp_code = 5;
			}
}

// ---- flows at the edges ----

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

	return (struct flow){
		.direction = chance(65) ? EGRESS : INGRESS,
		.protocol = PICK(flow_protocols),
		.remote = random_edge(),
		.destination_port = PICK(flow_ports),
		.icmp_type = (uint8_t)PICK(((const int[]){ 0, 3, 8, 128, 13 })),
		.icmp_code = (uint8_t)PICK(((const int[]){ 0, 1, 5 })),
		.state = chance(75) ? FLOW_NEW : FLOW_ESTABLISHED,
	};
}

// How often each answer was given: a property that never meets a layer would prove nothing about it.
static unsigned seen[LAYER_UPLINK + 2];

static int compare_flow(const struct profile *profile, const struct policy *policy, const char *text)
{
	struct flow flow = random_flow();
	int wanted = reference(profile, &flow);
	struct judgement judgement = policy_evaluate(policy, &flow);
	int got = judgement.allowed ? ALLOWED : (int)judgement.layer->kind;
	char out[ADDRESS_TEXT_SIZE];

	seen[wanted + 1]++;
	if (got == wanted)
		return 0;
	printf("%s\nprotocol %d to %s port %u type %u code %u direction %d state %d: layer %d (%s), wanted %d\n", text,
	       flow.protocol, address_print(&flow.remote, out), flow.destination_port, flow.icmp_type, flow.icmp_code,
	       (int)flow.direction, (int)flow.state, got, judgement.reason, wanted);
	return 1;
}

static void test_reference(void **state)
{
	int wrong = 0;

	(void)state;
	seed = 20240611;
	for (int i = 0; i < PROFILES && !wrong; i++) {
		CLEANUP(profile_release) struct profile profile = { 0 };
		CLEANUP(policy_release) struct policy policy = { 0 };
		AUTO_STRBUF struct strbuf text = { 0 };
		struct error err = { 0 };

		random_text(&text);
		fixture_load(strbuf_text(&text), &profile);
		spoil_icmp(&profile);
		if (policy_build(&profile, &policy, &err))
			print_error("%s\n%s\n", strbuf_text(&text), err.message);
		assert_int_equal(err.code, 0);
		for (int j = 0; j < FLOWS && !wrong; j++)
			wrong += compare_flow(&profile, &policy, strbuf_text(&text));
	}
	assert_int_equal(wrong, 0);
	for (size_t i = 0; i < COUNT(seen); i++) {
		if (seen[i] < 50)
			print_error("answer %zu was given %u times only\n", i, seen[i]);
		assert_true(seen[i] >= 50);
	}
}

// Equal profiles give equal policies.
static void test_deterministic(void **state)
{
	(void)state;
	seed = 7;
	for (int i = 0; i < 20; i++) {
		CLEANUP(policy_release) struct policy one = { 0 }, two = { 0 };
		AUTO_STRBUF struct strbuf text = { 0 }, first = { 0 }, second = { 0 };

		random_text(&text);
		fixture_build(strbuf_text(&text), &one);
		fixture_build(strbuf_text(&text), &two);
		policy_print_json(&one, &first);
		policy_print_json(&two, &second);
		assert_string_equal(strbuf_text(&first), strbuf_text(&second));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reference),
		cmocka_unit_test(test_deterministic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
