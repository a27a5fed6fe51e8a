// SPDX-License-Identifier: GPL-2.0-or-later
// policy: the conformance table of the semantics, flow by flow, and the shape of what is built.
#include "policy_fixture.h"

#include <netinet/in.h>

static const char isolated[] = "vpcjail: 1\nnetwork: {isolation: full}\n";

static const char isolated_hosts[] = "vpcjail: 1\n"
				     "network: {isolation: full, peers: [10.20.1.21, 10.20.1.22, 'fd12:3456::21']}\n";

// Both: the VPC is described, but isolation does not care.
#define VPC_TEXT                                                                                                       \
	"  region: eu-west-1\n"                                                                                        \
	"  cidrs: [10.20.0.0/16, 'fd12:3456::/56']\n"                                                                  \
	"  subnets: [10.20.1.0/24, 10.20.2.0/24]\n"
#define ENDPOINT_TEXT                                                                                                  \
	"prefix-lists:\n"                                                                                              \
	"  pl-6da54004: {name: com.amazonaws.eu-west-1.s3, entries: [52.218.0.0/17, 3.5.64.0/21]}\n"                   \
	"endpoints:\n"                                                                                                 \
	"  - {service: s3, type: gateway, prefix-list: pl-6da54004}\n"                                                 \
	"  - {service: sts, type: interface, addresses: [10.20.1.40, 10.20.2.40]}\n"                                   \
	"  - {service: logs, type: interface, addresses: [10.20.1.41]}\n"                                              \
	"  - {name: minio, type: custom, addresses: [10.20.5.10], ports: [9000]}\n"
#define GROUP_TEXT                                                                                                     \
	"security-groups:\n"                                                                                           \
	"  sg-train:\n"                                                                                                \
	"    egress:\n"                                                                                                \
	"      - {to: pl-6da54004, protocol: tcp, ports: [443]}\n"                                                     \
	"      - {to: [subnets], protocol: tcp, ports: [443, 8000-8100]}\n"                                            \
	"      - {to: minio}\n"                                                                                        \
	"      - {to: 10.20.1.0/24, protocol: icmp, icmp-type: 8}\n"                                                   \
	"      - {to: self, protocol: all}\n"                                                                          \
	"    ingress:\n"                                                                                               \
	"      - {from: self, protocol: all}\n"                                                                        \
	"  sg-watch:\n"                                                                                                \
	"    egress: []\n"                                                                                             \
	"    ingress:\n"                                                                                               \
	"      - {from: 10.20.9.0/24, protocol: tcp, ports: [9090]}\n"

static const char isolated_vpc[] =
    "vpcjail: 1\nnetwork: {isolation: full, peers: [10.20.1.21]}\nvpc:\n" VPC_TEXT
    "  dns: resolver\n  resolver: 10.20.0.2\n  imds: allow\n  time-sync: allow\n" ENDPOINT_TEXT GROUP_TEXT
    "process: {credentials: scrub}\n";

static const char grouped[] =
    "vpcjail: 1\nnetwork: {isolation: vpc, peers: [10.20.1.21]}\nvpc:\n" VPC_TEXT ENDPOINT_TEXT GROUP_TEXT
    "process: {credentials: scrub}\n";

// Every service open, an ACL that closes most, and a group that closes nothing.
static const char served[] =
    "vpcjail: 1\nnetwork: {isolation: vpc}\nvpc:\n" VPC_TEXT
    "  dns: resolver\n  resolver: 10.20.7.53\n  imds: allow\n  time-sync: allow\n" ENDPOINT_TEXT "security-groups:\n"
    "  sg-open: {ingress: [{from: any}]}\n"
    "network-acls:\n"
    "  acl-other: {subnets: [10.20.2.0/24], egress: [], ingress: []}\n"
    "  acl-job:\n"
    "    subnets: [10.20.1.0/24]\n"
    "    egress:\n"
    "      - {rule: 50, action: deny, cidr: 10.20.2.66/32}\n"
    "      - {rule: 100, action: allow, cidr: 10.20.0.0/16, protocol: tcp, ports: [443]}\n"
    "      - {rule: 110, action: allow, cidr: 0.0.0.0/0, protocol: tcp, ports: [443]}\n"
    "    ingress:\n"
    "      - {rule: 100, action: allow, cidr: 0.0.0.0/0, protocol: tcp, ports: [1024-65535]}\n"
    "process: {credentials: keep}\n";

// No groups, no AWS: the shape of vpc-private with one server of its own and one name server.
static const char private[] = "vpcjail: 1\nnetwork: {isolation: vpc, peers: [192.168.7.9]}\nvpc:\n"
			      "  subnets: [192.168.7.0/24, 'fd12:3456::/64']\n"
			      "endpoints:\n"
			      "  - {name: store, type: custom, addresses: [192.168.9.1], ports: [9000]}\n"
			      "  - {name: names, type: custom, addresses: [192.168.7.53], ports: [53], protocol: udp}\n"
			      "process: {credentials: scrub}\n";

static const char routed[] =
    "vpcjail: 1\nnetwork: {isolation: vpc}\nvpc:\n" VPC_TEXT ENDPOINT_TEXT "security-groups: {sg-open: {ingress: []}}\n"
    "routes:\n"
    "  - {destination: 10.20.0.0/16, target: local}\n"
    "  - {destination: 10.20.8.0/24, target: blackhole}\n"
    "  - {destination: 10.20.8.128/25, target: local}\n"
    "  - {destination: pl-6da54004, target: gateway-endpoint}\n"
    "  - {destination: 3.5.64.0/21, target: blackhole}\n"
    "  - {destination: 10.30.0.0/16, target: peering}\n"
    "  - {destination: 10.30.4.0/24, target: blackhole}\n"
    "process: {credentials: scrub}\n";

static const char several[] =
    "vpcjail: 1\nnetwork: {isolation: vpc}\nvpc: {cidrs: [10.20.0.0/16], subnets: [10.20.1.0/24]}\n"
    "security-groups: {sg-open: {ingress: []}}\n"
    "network-acls: {acl-1: {inside-subnet: yes, ingress: [], "
    "egress: [{rule: 1, action: allow, cidr: 10.20.1.0/25}]}}\n"
    "process: {credentials: scrub}\n";

static const char linkless[] = "vpcjail: 1\nnetwork: {isolation: vpc, uplink: none}\nvpc:\n"
			       "  subnets: [192.168.7.0/24]\n  region: eu-west-1\n  cidrs: [192.168.0.0/16]\n"
			       "  time-sync: allow\nprocess: {credentials: scrub}\n";

static const char peerless[] = "vpcjail: 1\nnetwork: {isolation: full, uplink: none, peers: [192.168.7.8]}\n";

// Flows leave the job; IN has the job's port, THEN is a later packet of an accepted conversation.
enum way { OUT, IN, OUT_THEN, IN_THEN };

static const struct {
	const char *profile;
	enum way way;
	const char *flow;
	const char *denied_by;  // the layer; NULL: allowed
} rows[] = {
	// (a) isolation, one host
	{ isolated, OUT, "udp 8.8.8.8:53", "isolation_egress" },
	{ isolated, OUT, "tcp 10.20.0.2:53", "isolation_egress" },
	{ isolated, OUT, "tcp 169.254.169.254:80", "isolation_egress" },
	{ isolated, OUT, "tcp [fd00:ec2::254]:80", "isolation_egress" },
	{ isolated, OUT, "tcp 169.254.170.2:80", "isolation_egress" },
	{ isolated, OUT, "udp 169.254.169.123:123", "isolation_egress" },
	{ isolated, OUT, "tcp 52.218.1.1:443", "isolation_egress" },
	{ isolated, OUT, "tcp 52.218.1.1:80", "isolation_egress" },
	{ isolated, OUT, "tcp [2600:1f00::1]:443", "isolation_egress" },
	{ isolated, OUT, "icmp 1.1.1.1", "isolation_egress" },
	{ isolated, OUT, "tcp 10.20.1.21:22", "isolation_egress" },
	{ isolated, OUT, "udp 255.255.255.255:67", "isolation_egress" },
	{ isolated, OUT, "udp 224.0.0.251:5353", "isolation_egress" },
	{ isolated, OUT_THEN, "tcp 10.20.1.21:22", "isolation_egress" },
	{ isolated, IN, "tcp 10.20.1.21:22", "isolation_ingress" },
	{ isolated, IN_THEN, "tcp 10.20.1.21:22", "isolation_ingress" },
	// (b) isolation, several hosts: peers on every port, both directions
	{ isolated_hosts, OUT, "tcp 10.20.1.21:1", NULL },
	{ isolated_hosts, OUT, "udp 10.20.1.22:65535", NULL },
	{ isolated_hosts, OUT, "tcp 10.20.1.22:53", NULL },
	{ isolated_hosts, OUT, "icmp 10.20.1.21", NULL },
	{ isolated_hosts, OUT, "icmpv6 fd12:3456::21", NULL },
	{ isolated_hosts, OUT, "tcp [fd12:3456::21]:29500", NULL },
	{ isolated_hosts, IN, "tcp 10.20.1.21:29500", NULL },
	{ isolated_hosts, IN, "udp 10.20.1.22:500", NULL },
	{ isolated_hosts, OUT, "tcp 10.20.1.20:22", "isolation_egress" },
	{ isolated_hosts, OUT, "tcp 10.20.1.23:22", "isolation_egress" },
	{ isolated_hosts, OUT, "tcp [fd12:3456::22]:22", "isolation_egress" },
	{ isolated_hosts, IN, "tcp 10.20.1.23:22", "isolation_ingress" },
	{ isolated_hosts, OUT, "tcp 52.218.1.1:443", "isolation_egress" },
	{ isolated_hosts, OUT, "tcp 169.254.169.254:80", "isolation_egress" },
	{ isolated_hosts, OUT, "udp 239.1.1.1:5000", "packet_egress" },
	// (d) both: isolation wins over everything the VPC would allow
	{ isolated_vpc, OUT, "tcp 52.218.1.1:443", "isolation_egress" },
	{ isolated_vpc, OUT, "tcp 10.20.1.40:443", "isolation_egress" },
	{ isolated_vpc, OUT, "udp 10.20.0.2:53", "isolation_egress" },
	{ isolated_vpc, OUT, "tcp 169.254.169.254:80", "isolation_egress" },
	{ isolated_vpc, OUT, "udp 169.254.169.123:123", "isolation_egress" },
	{ isolated_vpc, OUT, "tcp 10.20.1.22:443", "isolation_egress" },
	{ isolated_vpc, OUT, "tcp 10.20.1.21:6000", NULL },
	{ isolated_vpc, IN, "tcp 10.20.9.1:9090", "isolation_ingress" },
	// (c) VPC only, private subnets, S3 gateway and interface endpoints
	{ grouped, OUT, "tcp 52.218.0.0:443", NULL },
	{ grouped, OUT, "tcp 52.218.127.255:443", NULL },
	{ grouped, OUT, "tcp 52.217.255.255:443", "sg_egress" },
	{ grouped, OUT, "tcp 52.218.128.0:443", "sg_egress" },
	{ grouped, OUT, "tcp 52.218.1.1:80", "sg_egress" },
	{ grouped, OUT, "udp 52.218.1.1:443", "sg_egress" },
	{ grouped, OUT, "tcp 10.20.1.40:443", NULL },
	{ grouped, OUT, "tcp 10.20.1.40:80", "sg_egress" },
	{ grouped, OUT, "tcp 10.20.1.40:8000", "endpoint_egress" },
	{ grouped, OUT, "tcp 10.20.1.41:8100", "endpoint_egress" },
	{ grouped, OUT, "icmp 10.20.1.41", "endpoint_egress" },
	{ grouped, OUT, "tcp 10.20.1.42:8000", NULL },
	{ grouped, OUT, "tcp 10.20.1.42:7999", "sg_egress" },
	{ grouped, OUT, "tcp 10.20.2.42:8101", "sg_egress" },
	{ grouped, OUT, "icmp 10.20.1.42", NULL },
	{ grouped, OUT, "icmp 10.20.1.42 type 13 code 0", "sg_egress" },
	{ grouped, OUT, "icmp 10.20.2.42", "sg_egress" },
	{ grouped, OUT, "tcp 10.20.5.10:9000", NULL },
	{ grouped, OUT, "tcp 10.20.5.10:9001", "sg_egress" },
	{ grouped, OUT, "udp 10.20.1.21:7777", NULL },
	{ grouped, OUT, "udp 10.20.1.22:7777", "sg_egress" },
	{ grouped, OUT, "udp 10.20.0.2:53", "service_egress" },
	{ grouped, OUT, "udp 169.254.169.253:53", "service_egress" },
	{ grouped, OUT, "tcp [fd00:ec2::253]:53", "service_egress" },
	{ grouped, OUT, "udp 8.8.8.8:53", "sg_egress" },
	{ grouped, OUT, "tcp 169.254.169.254:80", "service_egress" },
	{ grouped, OUT, "tcp [fd00:ec2::254]:80", "service_egress" },
	{ grouped, OUT, "tcp 169.254.170.2:80", "service_egress" },
	{ grouped, OUT, "tcp 169.254.170.23:80", "service_egress" },
	{ grouped, OUT, "udp 169.254.169.123:123", "service_egress" },
	{ grouped, OUT, "tcp 169.254.169.250:1688", "service_egress" },
	{ grouped, OUT, "tcp 169.254.0.1:443", "service_egress" },
	{ grouped, OUT, "tcp [2600:1f00::1]:443", "sg_egress" },
	{ grouped, OUT, "udp 10.20.1.255:9", "packet_egress" },
	{ grouped, OUT, "tcp 10.20.2.0:443", "packet_egress" },
	{ grouped, OUT, "udp [ff02::fb]:5353", "packet_egress" },
	{ grouped, OUT, "tcp 127.0.0.1:443", "packet_egress" },
	{ grouped, OUT, "tcp [::1]:443", "packet_egress" },
	{ grouped, OUT, "tcp 0.0.0.0:443", "packet_egress" },
	{ grouped, OUT, "tcp [fe80::1]:443", "packet_egress" },
	{ grouped, IN, "tcp 10.20.1.21:1", NULL },
	{ grouped, IN, "tcp 10.20.1.22:1", "sg_ingress" },
	{ grouped, IN, "tcp 10.20.9.7:9090", NULL },
	{ grouped, IN, "tcp 10.20.9.7:9091", "sg_ingress" },
	{ grouped, IN, "tcp 52.218.1.1:9090", "endpoint_ingress" },
	{ grouped, IN, "tcp 10.20.1.40:9090", "endpoint_ingress" },
	{ grouped, IN, "udp 169.254.169.253:1024", "service_ingress" },
	{ grouped, IN, "udp 224.0.0.1:1024", "packet_ingress" },
	{ grouped, IN_THEN, "tcp 52.218.1.1:40000", NULL },
	{ grouped, OUT_THEN, "tcp 10.20.9.7:51000", NULL },
	// services open; groups open; an ACL between subnets
	{ served, OUT, "udp 10.20.0.2:53", NULL },
	{ served, OUT, "tcp 10.20.7.53:53", NULL },
	{ served, OUT_THEN, "tcp 10.20.7.53:53", NULL },
	{ served, OUT, "tcp 10.20.7.53:80", "nacl_egress" },
	{ served, OUT, "tcp 10.20.0.2:80", "service_egress" },
	{ served, OUT, "udp [fd00:ec2::253]:53", NULL },
	{ served, OUT, "tcp 169.254.169.254:80", NULL },
	{ served, OUT, "tcp 169.254.169.254:81", "service_egress" },
	{ served, OUT, "udp 169.254.169.254:80", "service_egress" },
	{ served, OUT, "tcp 169.254.170.2:80", NULL },
	{ served, OUT, "udp 169.254.169.123:123", NULL },
	{ served, OUT, "tcp 169.254.169.251:1688", "service_egress" },
	{ served, IN_THEN, "udp 169.254.169.253:40000", NULL },
	{ served, IN_THEN, "udp 10.20.7.53:1000", NULL },
	{ served, IN, "tcp 169.254.169.254:40000", "service_ingress" },
	{ served, OUT, "tcp 10.20.1.99:22", NULL },
	{ served, OUT, "tcp 10.20.2.99:22", "nacl_egress" },
	{ served, OUT, "tcp 10.20.2.99:443", NULL },
	{ served, OUT, "tcp 10.20.2.66:443", "nacl_egress" },
	{ served, OUT_THEN, "tcp 10.20.2.66:443", "nacl_egress" },
	{ served, OUT, "tcp [fd12:3456::9]:443", "nacl_egress" },
	{ served, OUT, "tcp 52.218.1.1:443", NULL },
	{ served, OUT, "tcp 8.8.8.8:443", "route_egress" },
	{ served, IN_THEN, "tcp 52.218.1.1:1024", NULL },
	{ served, IN_THEN, "tcp 52.218.1.1:1023", "nacl_ingress" },
	{ served, IN, "tcp 10.20.2.99:2000", NULL },
	{ served, IN, "tcp 10.20.2.99:22", "nacl_ingress" },
	// no groups, nothing of AWS
	{ private, OUT, "tcp 192.168.7.8:22", NULL },
	{ private, OUT, "udp [fd12:3456::8]:7", NULL },
	{ private, OUT, "tcp 192.168.7.8:53", "sg_egress" },
	{ private, OUT, "udp 192.168.7.8:53", "sg_egress" },
	{ private, OUT, "udp [fd12:3456::8]:53", "sg_egress" },
	{ private, OUT, "udp 192.168.7.53:53", NULL },
	{ private, OUT, "tcp 192.168.9.1:9000", NULL },
	{ private, OUT, "tcp 192.168.9.1:9001", "sg_egress" },
	{ private, OUT, "tcp 192.168.8.1:80", "sg_egress" },
	{ private, OUT, "tcp 169.254.169.254:80", "service_egress" },
	{ private, OUT, "tcp [fd00:ec2::254]:80", "service_egress" },
	{ private, OUT, "udp 192.168.7.2:123", NULL },
	{ private, IN, "tcp 192.168.7.9:5000", NULL },
	{ private, IN, "tcp 192.168.7.8:5000", "sg_ingress" },
	{ private, IN_THEN, "tcp 192.168.7.8:5000", NULL },
	// longest prefix, blackholes, a CIDR against a prefix list of equal length
	{ routed, OUT, "tcp 10.20.7.255:80", NULL },
	{ routed, OUT, "tcp 10.30.3.255:80", NULL },
	{ routed, OUT, "tcp 10.30.4.0:80", "route_egress" },
	{ routed, OUT, "tcp 10.31.0.0:80", "route_egress" },
	{ routed, OUT, "tcp 10.20.8.0:80", "route_egress" },
	{ several, OUT, "tcp 10.20.1.127:80", NULL },
	{ several, OUT, "tcp 10.20.1.128:80", "nacl_egress" },
	{ several, IN_THEN, "tcp 10.20.1.127:80", "nacl_ingress" },
	{ routed, OUT, "tcp 10.20.8.127:80", "route_egress" },
	{ routed, OUT, "tcp 10.20.8.128:80", NULL },
	{ routed, OUT, "tcp 10.20.9.0:80", NULL },
	{ routed, OUT, "tcp 10.21.0.0:80", "route_egress" },
	{ routed, OUT, "tcp 52.218.1.1:80", NULL },
	{ routed, OUT, "icmp 52.218.1.1", NULL },
	{ routed, OUT, "udp 52.218.1.1:443", "endpoint_egress" },
	{ routed, OUT, "icmp 52.218.1.1 type 3 code 1", "endpoint_egress" },
	{ routed, OUT, "tcp 3.5.64.1:443", "route_egress" },
	{ routed, OUT, "tcp [fd12:3456::9]:443", "route_egress" },
	{ routed, OUT, "udp 8.8.8.8:53", "route_egress" },
	{ routed, IN, "tcp 10.20.1.5:22", "sg_ingress" },
	// no link
	{ linkless, OUT, "tcp 192.168.7.8:22", "uplink_egress" },
	{ linkless, OUT, "tcp 192.168.8.8:22", "sg_egress" },
	{ linkless, OUT, "udp 169.254.169.123:123", "service_egress" },
	{ peerless, OUT, "tcp 192.168.7.8:22", "isolation_egress" },
	{ peerless, IN, "tcp 192.168.7.8:22", "isolation_ingress" },
};

static void test_rows(void **state)
{
	const char *built = NULL;
	struct policy policy = { 0 };
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct judgement judgement;
		struct flow flow;
		const char *by;

		if (rows[i].profile != built) {
			policy_release(&policy);
			fixture_build(rows[i].profile, &policy);
			built = rows[i].profile;
		}
		assert_int_equal(flow_parse(rows[i].flow, &flow, NULL), 0);
		flow.direction = rows[i].way == OUT || rows[i].way == OUT_THEN ? EGRESS : INGRESS;
		flow.state = rows[i].way == OUT || rows[i].way == IN ? FLOW_NEW : FLOW_ESTABLISHED;
		judgement = policy_evaluate(&policy, &flow);
		assert_non_null(judgement.reason);
		by = judgement.layer ? layer_name(judgement.layer->kind, flow.direction) : "every layer passed";
		if (judgement.allowed == !rows[i].denied_by &&
		    (judgement.allowed || strcmp(by, rows[i].denied_by) == 0))
			continue;
		print_error("row %zu: %s way %d: %s by %s (%s), wanted %s\n", i, rows[i].flow, rows[i].way,
			    judgement.allowed ? "allowed" : "denied", by, judgement.reason,
			    rows[i].denied_by ? rows[i].denied_by : "allowed");
		wrong++;
	}
	policy_release(&policy);
	assert_int_equal(wrong, 0);
}

// Loopback is open and other protocols are closed, whatever the profile.
static void test_every_profile(void **state)
{
	static const char *const profiles[] = { isolated, isolated_hosts, isolated_vpc, grouped,
						served,   private,        routed,       linkless };
	static const int others[] = { 0, 2, 4, 41, 47, 50, 58, 132, 136, 255 };

	(void)state;
	for (size_t p = 0; p < sizeof(profiles) / sizeof(profiles[0]); p++) {
		CLEANUP(policy_release) struct policy policy = { 0 };
		struct flow flow;

		fixture_build(profiles[p], &policy);
		assert_int_equal(flow_parse("tcp 10.20.1.21:443", &flow, NULL), 0);
		for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++) {
			flow.direction = direction;
			flow.loopback = true;
			flow.protocol = IPPROTO_TCP;
			assert_true(policy_evaluate(&policy, &flow).allowed);
			flow.loopback = false;
			for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
				flow.protocol = others[i];
				assert_false(policy_evaluate(&policy, &flow).allowed);
			}
			vec_for_each (layer, &policy.layers[direction]) {
				const struct policy_rule *last = &layer->rules.items[layer->rules.count - 1];

				assert_true(last->match.any_remote);
				assert_int_equal(last->match.protocol, PROTOCOL_ALL);
				assert_int_equal(last->match.ports.count, 0);
				for (size_t i = 0; i < layer->rules.count; i++) {
					const struct policy_layer *found = NULL;
					const struct policy_rule *rule = &layer->rules.items[i];

					assert_int_equal(rule->number, i + 1);
					assert_ptr_equal(policy_find(&policy, layer_name(layer->kind, direction),
								     rule->number, &found),
							 rule);
					assert_ptr_equal(found, layer);
				}
			}
		}
		assert_null(policy_find(&policy, "sg_egress", 0, NULL));
		assert_null(policy_find(&policy, "sg_egress", 1000, NULL));
		assert_null(policy_find(&policy, "nothing", 1, NULL));
	}
}

static const struct policy_layer *layer_of(const struct policy *policy, enum direction direction, enum layer_kind kind)
{
	vec_for_each (layer, &policy->layers[direction])
		if (layer->kind == kind)
			return layer;
	return NULL;
}

// A launch pays for each rule: isolation of one host has one a direction, and what is open has no layer.
static void test_size(void **state)
{
	CLEANUP(policy_release) struct policy alone = { 0 }, open = { 0 }, hosts = { 0 };

	(void)state;
	fixture_build(isolated, &alone);
	for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++) {
		assert_int_equal(alone.layers[direction].count, 1);
		assert_int_equal(alone.layers[direction].items[0].kind, LAYER_ISOLATION);
		assert_int_equal(alone.layers[direction].items[0].rules.count, 1);
	}
	fixture_build(isolated_hosts, &hosts);
	assert_non_null(layer_of(&hosts, EGRESS, LAYER_PACKET));
	assert_int_equal(layer_of(&hosts, EGRESS, LAYER_ISOLATION)->rules.count, 5);
	fixture_build(
	    "vpcjail: 1\nnetwork: {isolation: vpc}\nvpc: {subnets: [10.0.0.0/24]}\n"
	    "security-groups: {sg-a: {ingress: [{from: 0.0.0.0/0}, {from: '::/0'}]}}\n"
	    "network-acls:\n  acl-a:\n"
	    "    egress: [{rule: 1, action: allow, cidr: 0.0.0.0/0}, {rule: 2, action: allow, cidr: '::/0'},\n"
	    "             {rule: 3, action: deny, cidr: 10.1.1.1/32}]\n"
	    "    ingress: [{rule: 1, action: allow, cidr: 0.0.0.0/0}]\n"
	    "process: {credentials: scrub}\n",
	    &open);
	assert_null(layer_of(&open, EGRESS, LAYER_SECURITY_GROUP));
	assert_null(layer_of(&open, INGRESS, LAYER_SECURITY_GROUP));
	assert_null(layer_of(&open, EGRESS, LAYER_NETWORK_ACL));
	assert_non_null(layer_of(&open, INGRESS, LAYER_NETWORK_ACL));
	assert_null(layer_of(&open, EGRESS, LAYER_ENDPOINT));
	assert_null(layer_of(&open, EGRESS, LAYER_UPLINK));
}

static void test_icmp(void **state)
{
	static const struct {
		const char *profile;
		bool icmp;
	} icmp_rows[] = {
		{ isolated, false }, { isolated_hosts, true }, { isolated_vpc, true }, { grouped, true },
		{ served, true },    { private, true },        { linkless, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(icmp_rows) / sizeof(icmp_rows[0]); i++) {
		CLEANUP(policy_release) struct policy policy = { 0 };

		fixture_build(icmp_rows[i].profile, &policy);
		assert_int_equal(policy.icmp, icmp_rows[i].icmp);
	}
}

static struct judgement judge(const struct policy *policy, const char *text)
{
	struct flow flow;

	assert_int_equal(flow_parse(text, &flow, NULL), 0);
	return policy_evaluate(policy, &flow);
}

// Reasons name what the profile names; origins its lines; and what AWS would allow is marked.
static void test_reasons(void **state)
{
	CLEANUP(policy_release) struct policy policy = { 0 };
	struct judgement judgement;

	(void)state;
	fixture_build(grouped, &policy);
	assert_string_equal(judge(&policy, "tcp 52.218.1.1:443").reason,
			    "security group sg-train allows tcp 443 to pl-6da54004 (s3)");
	assert_string_equal(judge(&policy, "tcp 10.20.5.10:9000").reason,
			    "security group sg-train allows tcp 9000 to endpoint minio");
	assert_string_equal(judge(&policy, "tcp 1.1.1.1:443").reason, "no security group rule allows it");
	assert_string_equal(judge(&policy, "tcp 1.1.1.1:443").rule->origin, "test.yaml:15:3");
	judgement = judge(&policy, "tcp 169.254.169.254:80");
	assert_string_equal(judgement.reason, "instance metadata is closed: imds is deny");
	assert_string_equal(judgement.rule->aws, "allowed");
	assert_null(judge(&policy, "tcp 169.254.169.254:81").rule->aws);
	assert_string_equal(judge(&policy, "tcp 169.254.169.250:1688").reason,
			    "licence server: no training job needs one");
	policy_release(&policy);
	fixture_build(isolated, &policy);
	assert_string_equal(judge(&policy, "tcp 1.1.1.1:443").reason,
			    "network isolation: only loopback and the job's peers");
	policy_release(&policy);
	fixture_build(served, &policy);
	assert_string_equal(judge(&policy, "tcp 10.20.2.66:443").reason,
			    "network ACL acl-job rule 50 denies all protocols to 10.20.2.66/32");
	assert_string_equal(judge(&policy, "tcp 8.8.8.8:443").reason,
			    "no route: the destination is outside the VPC's CIDRs and endpoints");
}

static void test_print(void **state)
{
	CLEANUP(policy_release) struct policy policy = { 0 };
	AUTO_STRBUF struct strbuf text = { 0 }, json = { 0 };

	(void)state;
	fixture_build(isolated, &policy);
	policy_print(&policy, &text);
	assert_string_equal(strbuf_text(&text),
			    "isolation: full\non-deny: reject\nicmp: deny\n"
			    "egress:\n"
			    "  isolation_egress (network isolation, egress, stateless)\n"
			    "    1. deny   all protocols to any address\n"
			    "       network isolation: only loopback and the job's peers [test.yaml:2:22]\n"
			    "ingress:\n"
			    "  isolation_ingress (network isolation, ingress, stateless)\n"
			    "    1. deny   all protocols from any address\n"
			    "       network isolation: only loopback and the job's peers [test.yaml:2:22]\n");
	policy_print_json(&policy, &json);
	assert_non_null(strstr(strbuf_text(&json), "\"layer\": \"isolation_egress\""));
	assert_non_null(strstr(strbuf_text(&json), "\"remote\": \"any\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows), cmocka_unit_test(test_every_profile), cmocka_unit_test(test_size),
		cmocka_unit_test(test_icmp), cmocka_unit_test(test_reasons),       cmocka_unit_test(test_print),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
