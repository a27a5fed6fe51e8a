// SPDX-License-Identifier: GPL-2.0-or-later
// The rows: see keys.h. Their order is the order of printing and of the manual.
#include "profile/keys.h"

#include <string.h>

#include "base/cleanup.h"
#include "profile/complete.h"
#include "profile/form.h"
#include "profile/profile.h"

#define FIELD(type, field) .offset = offsetof(type, field)
#define PLACE(type, field) .at_offset = offsetof(type, field)
#define WORDS(...)                                                                                                     \
	.words = (const char *const[])                                                                                 \
	{                                                                                                              \
		__VA_ARGS__, NULL                                                                                      \
	}
#define TABLE(table_rows, type, function)                                                                              \
	{                                                                                                              \
		.rows = (table_rows), .count = sizeof(table_rows) / sizeof((table_rows)[0]), .size = sizeof(type),     \
		.at_offset = offsetof(type, at), .complete = (function)                                                \
	}

#define ISOLATION_WORDS WORDS([ISOLATION_FULL] = "full", [ISOLATION_VPC] = "vpc")
#define ON_DENY_WORDS WORDS([ON_DENY_REJECT] = "reject", [ON_DENY_DROP] = "drop")
#define UPLINK_WORDS                                                                                                   \
	WORDS([UPLINK_AUTO] = "auto", [UPLINK_NONE] = "none", [UPLINK_VETH] = "veth", [UPLINK_MACVLAN] = "macvlan",    \
	      [UPLINK_IPVLAN] = "ipvlan", [UPLINK_DEVICE] = "device", [UPLINK_PASTA] = "pasta")
#define LOCATED_WORDS WORDS([LOCATED_HERE] = "here", [LOCATED_ELSEWHERE] = "elsewhere")
#define DNS_WORDS WORDS([DNS_NONE] = "none", [DNS_ENDPOINTS] = "endpoints", [DNS_RESOLVER] = "resolver")
#define PERMISSION_WORDS WORDS([PERMISSION_DENY] = "deny", [PERMISSION_ALLOW] = "allow")
#define ENDPOINT_WORDS                                                                                                 \
	WORDS([ENDPOINT_GATEWAY] = "gateway", [ENDPOINT_INTERFACE] = "interface", [ENDPOINT_CUSTOM] = "custom")
#define ACTION_WORDS WORDS([ACL_DENY] = "deny", [ACL_ALLOW] = "allow")
#define TARGET_WORDS                                                                                                   \
	WORDS([ROUTE_LOCAL] = "local", [ROUTE_GATEWAY_ENDPOINT] = "gateway-endpoint", [ROUTE_PEERING] = "peering",     \
	      [ROUTE_BLACKHOLE] = "blackhole")
#define CREDENTIALS_WORDS WORDS([CREDENTIALS_SCRUB] = "scrub", [CREDENTIALS_KEEP] = "keep")
#define MODE_WORDS WORDS([ENVIRONMENT_INHERIT] = "inherit", [ENVIRONMENT_CLEAN] = "clean")
#define HOME_WORDS WORDS([HOME_SHARED] = "shared", [HOME_PRIVATE] = "private")
// The additional mechanisms of plan/mechanism.c; a test compares.
#define REQUIRE_WORDS WORDS("landlock-scope", "landlock-unix")
#define SECCOMP_WORDS WORDS([SECCOMP_DEFAULT] = "default", [SECCOMP_STRICT] = "strict")

static const struct key_row prefix_list_rows[] = {
	{ "name", KEY_TEXT, FIELD(struct profile_prefix_list, name), .form = form_id,
	  .help = "Its name at AWS, for reports." },
	{ "entries", KEY_PREFIX_SET, FIELD(struct profile_prefix_list, entries),
	  .help = "The CIDR blocks it stands for. Needed unless there is a file." },
	{ "file", KEY_FILE, FIELD(struct profile_prefix_list, file),
	  .help = "A file with its CIDR blocks, relative to the profile: a text, one a line, '#' begins a comment; or "
		  "JSON: "
		  "get-managed-prefix-list-entries, describe-prefix-lists, or ip-ranges.json, which is approximate." },
	{ "service", KEY_CHOICE, FIELD(struct profile_prefix_list, service), .form = form_service,
	  .help = "Whose ranges to take from ip-ranges.json; default: what the name ends in." },
	{ "region", KEY_CHOICE, FIELD(struct profile_prefix_list, region), .form = form_region,
	  .help = "And of which Region; default: the one in the name." },
	{ "approximate", KEY_YES_NO, FIELD(struct profile_prefix_list, approximate), .fallback = "no",
	  .help = "Whether it was made from ip-ranges.json, which allows more than the list itself." },
};
static const struct key_table prefix_list_keys =
    TABLE(prefix_list_rows, struct profile_prefix_list, prefix_list_complete);

static const struct key_row endpoint_rows[] = {
	{ "service", KEY_TEXT, FIELD(struct profile_endpoint, service), .form = form_service,
	  .help = "The AWS service behind it. Needed for gateway and interface endpoints." },
	{ "name", KEY_TEXT, FIELD(struct profile_endpoint, name), .form = form_endpoint_name,
	  .help = "What rules call it; default: its service. Needed for custom endpoints." },
	{ "type", KEY_WORD, .required = true, FIELD(struct profile_endpoint, type), ENDPOINT_WORDS,
	  .help = "A gateway for a prefix list, an interface with private addresses, or a server of your own." },
	{ "prefix-list", KEY_TEXT, FIELD(struct profile_endpoint, prefix_list), .form = form_prefix_list_id,
	  .help = "The prefix list a gateway leads to." },
	{ "addresses", KEY_ADDRESSES, FIELD(struct profile_endpoint, addresses),
	  .help = "The addresses of an interface or custom endpoint." },
	{ "names", KEY_TEXTS, FIELD(struct profile_endpoint, names), .form = form_host_name,
	  .help = "Further names that resolve to it." },
	{ "private-dns", KEY_TEXT, FIELD(struct profile_endpoint, private_dns), .form = form_yes_no,
	  .help =
	      "Whether the public names of the service lead to the interface; no: its `names` alone. Absent: yes." },
	{ "protocol", KEY_PROTOCOL, FIELD(struct profile_endpoint, protocol), .fallback = "tcp",
	  .help = "Its protocol." },
	{ "ports", KEY_PORTS, FIELD(struct profile_endpoint, ports),
	  .help = "Its ports; default: 443 for gateway and interface endpoints. Needed for custom endpoints of tcp or "
		  "udp." },
	{ "stand-in", KEY_TEXT, FIELD(struct profile_endpoint, stand_in),
	  .help = "Under vpc.located: elsewhere, where it is reached from this host: an address, or public (what the "
		  "host's resolver gives for the service's public name)." },
};
static const struct key_table endpoint_keys = TABLE(endpoint_rows, struct profile_endpoint, endpoint_complete);

#define GROUP_RULE_ROWS                                                                                                \
	{ "protocol", KEY_PROTOCOL, FIELD(struct group_rule, protocol), .fallback = "all",                             \
	  .help = "The protocol: tcp, udp, icmp, icmpv6, all, or a number." },                                         \
	    { "ports", KEY_PORTS, FIELD(struct group_rule, ports), .help = "The ports of tcp or udp; absent: all." },  \
	    { "icmp-type", KEY_ICMP, FIELD(struct group_rule, icmp_type), .fallback = "any",                           \
	      .help = "The type, for icmp and icmpv6." },                                                              \
	    { "icmp-code", KEY_ICMP, FIELD(struct group_rule, icmp_code), .fallback = "any",                           \
	      .help = "The code, for icmp and icmpv6." },                                                              \
	{                                                                                                              \
		"reason", KEY_TEXT, FIELD(struct group_rule, reason), .help = "Why the rule is there, for reports."    \
	}

static const struct key_row egress_rows[] = {
	{ "to", KEY_PEERS, .required = true, FIELD(struct group_rule, peers),
	  .help = "Where to: self (the peers), subnets, any, an endpoint's name, an address or CIDR block, a prefix "
		  "list or group." },
	GROUP_RULE_ROWS,
};
static const struct key_table egress_keys = TABLE(egress_rows, struct group_rule, group_rule_complete);

static const struct key_row ingress_rows[] = {
	{ "from", KEY_PEERS, .required = true, FIELD(struct group_rule, peers), .help = "Where from, as `to`." },
	GROUP_RULE_ROWS,
};
static const struct key_table ingress_keys = TABLE(ingress_rows, struct group_rule, group_rule_complete);

static const struct key_row security_group_rows[] = {
	{ "egress", KEY_LIST, FIELD(struct security_group, egress), PLACE(struct security_group, egress_at),
	  .members = &egress_keys, .help = "What may be reached; absent: everything, as in a new group at AWS." },
	{ "ingress", KEY_LIST, FIELD(struct security_group, ingress), PLACE(struct security_group, ingress_at),
	  .members = &ingress_keys, .help = "Who may reach the job; absent: nobody." },
};
static const struct key_table security_group_keys = TABLE(security_group_rows, struct security_group, NULL);

static const struct key_row acl_rule_rows[] = {
	{ "rule", KEY_RULE_NUMBER, .required = true, FIELD(struct acl_rule, number),
	  .help = "Its number, 1 to 32766; the lowest that matches decides." },
	{ "action", KEY_WORD, .required = true, FIELD(struct acl_rule, action), ACTION_WORDS,
	  .help = "Whether it allows or denies." },
	{ "cidr", KEY_PREFIX, .required = true, FIELD(struct acl_rule, cidr), .help = "The other side." },
	{ "protocol", KEY_PROTOCOL, FIELD(struct acl_rule, protocol), .fallback = "all", .help = "The protocol." },
	{ "ports", KEY_PORTS, FIELD(struct acl_rule, ports), .help = "The ports of tcp or udp; absent: all." },
	{ "icmp-type", KEY_ICMP, FIELD(struct acl_rule, icmp_type), .fallback = "any",
	  .help = "The type, for icmp and icmpv6." },
	{ "icmp-code", KEY_ICMP, FIELD(struct acl_rule, icmp_code), .fallback = "any",
	  .help = "The code, for icmp and icmpv6." },
};
static const struct key_table acl_rule_keys = TABLE(acl_rule_rows, struct acl_rule, acl_rule_complete);

static const struct key_row network_acl_rows[] = {
	{ "subnets", KEY_PREFIXES, FIELD(struct network_acl, subnets),
	  .help = "The subnets it guards; absent: the job's own, the first of vpc.subnets." },
	{ "inside-subnet", KEY_YES_NO, FIELD(struct network_acl, inside_subnet), .fallback = "no",
	  .help =
	      "Whether it judges packets within the job's subnet too, as AWS's ACLs do not: for a profile that stands "
	      "for several subnets." },
	{ "egress", KEY_LIST, .required = true, FIELD(struct network_acl, egress), .members = &acl_rule_keys,
	  .help = "The rules for what leaves a subnet." },
	{ "ingress", KEY_LIST, .required = true, FIELD(struct network_acl, ingress), .members = &acl_rule_keys,
	  .help = "The rules for what enters a subnet." },
};
static const struct key_table network_acl_keys = TABLE(network_acl_rows, struct network_acl, network_acl_complete);

static const struct key_row route_rows[] = {
	{ "destination", KEY_PEER, .required = true, FIELD(struct profile_route, destination),
	  .help = "A CIDR block or a prefix list." },
	{ "target", KEY_WORD, .required = true, FIELD(struct profile_route, target), TARGET_WORDS,
	  .form = form_route_target,
	  .help = "Where it leads; peering: to another VPC, whose addresses must be private ones." },
	{ "reason", KEY_TEXT, FIELD(struct profile_route, reason), .help = "Why the route is there, for reports." },
};
static const struct key_table route_keys = TABLE(route_rows, struct profile_route, route_complete);

static const struct key_row toleration_rows[] = {
	{ "destination", KEY_PLAIN_TEXT, .required = true, FIELD(struct toleration, destination),
	  .form = form_toleration,
	  .help = "What is denied and known: a host name (\"*.\" in front: all below it), an address or a CIDR block, "
		  "each perhaps with :PORT; \"*:PORT\" for a port of anybody; call:NAME for a system call." },
	{ "reason", KEY_PLAIN_TEXT, .required = true, FIELD(struct toleration, reason),
	  .help = "Why it does not matter." },
};
static const struct key_table toleration_keys = TABLE(toleration_rows, struct toleration, NULL);

#define P struct profile
static const struct key_row profile_rows[] = {
	{ "vpcjail", KEY_HEADER, .required = true, .help = "The version of this format: 1." },
	{ "extends", KEY_HEADER, .help = "The profile that this one changes: maps merge, anything else replaces." },
	{ "template", KEY_HEADER,
	  .help = "Yes: the values on the lines of this file that the comment \"# REPLACE\" marks are made up." },
	{ "description", KEY_PLAIN_TEXT, FIELD(P, description), .help = "One line for the list of profiles." },

	{ "network", KEY_SECTION, .required = true, .help = "The network the job sees." },
	{ "network.isolation", KEY_WORD, .required = true, FIELD(P, network.isolation), PLACE(P, network.isolation_at),
	  ISOLATION_WORDS,
	  .help = "Full: loopback and the peers, nothing else. Vpc: what the rest of the profile allows." },
	{ "network.on-deny", KEY_WORD, FIELD(P, network.on_deny), PLACE(P, network.on_deny_at), ON_DENY_WORDS,
	  .fallback = "reject", .help = "Whether a denied flow is refused at once, or hangs as it does on AWS." },
	{ "network.peers", KEY_ADDRESSES, FIELD(P, network.peers), PLACE(P, network.peers_at),
	  .help = "The other hosts of the same job." },
	{ "network.uplink", KEY_WORD, FIELD(P, network.uplink), PLACE(P, network.uplink_at), UPLINK_WORDS,
	  .fallback = "auto", .help = "How allowed packets leave." },
	{ "network.interface", KEY_TEXT, FIELD(P, network.interface), .form = form_interface,
	  .help =
	      "The host's link that the uplink uses: eth0, ens5; default: the one that leads to the job's subnet." },
	{ "network.host-ports", KEY_PORTS, FIELD(P, network.host_ports), PLACE(P, network.host_ports_at),
	  .help = "TCP ports of the host's 127.0.0.1 offered inside as host.vpcjail; never under full isolation." },
	{ "network.forward", KEY_WORD, FIELD(P, network.forward), PLACE(P, network.forward_at), PERMISSION_WORDS,
	  .fallback = "allow",
	  .help = "Whether `vpcjail forward` may reach ports of the job's loopback from the host, inwards only." },

	{ "vpc", KEY_SECTION, PLACE(P, vpc.at), .help = "The VPC; only under vpc isolation." },
	{ "vpc.region", KEY_TEXT, FIELD(P, vpc.region), .form = form_region,
	  .help = "The AWS region; without it nothing of AWS is assumed. Needed where a service is named." },
	{ "vpc.located", KEY_WORD, FIELD(P, vpc.located), PLACE(P, vpc.located_at), LOCATED_WORDS, .fallback = "here",
	  .help = "Whether its ranges mean on this host what they mean in the VPC." },
	{ "vpc.cidrs", KEY_PREFIXES, FIELD(P, vpc.cidrs), .help = "Its CIDR blocks; default: its subnets." },
	{ "vpc.subnets", KEY_PREFIXES, FIELD(P, vpc.subnets), PLACE(P, vpc.subnets_at), .otherwise = "host",
	  .otherwise_flag = offsetof(P, vpc.subnets_of_host),
	  .help =
	      "Its private subnets, the job's own first; host: the private prefixes of this host's main interface." },
	{ "vpc.dns", KEY_WORD, FIELD(P, vpc.dns), PLACE(P, vpc.dns_at), DNS_WORDS, .fallback = "endpoints",
	  .help = "Which names resolve: none, those the profile knows, or all (forwarded, a way out)." },
	{ "vpc.resolver", KEY_ADDRESS, FIELD(P, vpc.resolver),
	  .help = "The resolver to forward to; default, with a region: the third address of the VPC." },
	{ "vpc.domains", KEY_TEXTS, FIELD(P, vpc.domains), .form = form_domain,
	  .help = "Further suffixes that may be forwarded." },
	{ "vpc.imds", KEY_WORD, FIELD(P, vpc.imds), PLACE(P, vpc.imds_at), PERMISSION_WORDS, .fallback = "deny",
	  .help = "The instance metadata service." },
	{ "vpc.time-sync", KEY_WORD, FIELD(P, vpc.time_sync), PLACE(P, vpc.time_sync_at), PERMISSION_WORDS,
	  .fallback = "deny", .help = "The Time Sync service." },

	{ "hosts", KEY_HOST_MAP, FIELD(P, hosts), .form = form_host_name,
	  .help = "Names to addresses. They resolve; this allows nothing." },
	{ "prefix-lists", KEY_MAP, FIELD(P, prefix_lists), .members = &prefix_list_keys, .form = form_prefix_list_id,
	  .help = "Prefix lists by their id." },
	{ "endpoints", KEY_LIST, FIELD(P, endpoints), .members = &endpoint_keys,
	  .help = "Gateway, interface and custom endpoints." },
	{ "security-groups", KEY_MAP, FIELD(P, security_groups), PLACE(P, security_groups_at),
	  .members = &security_group_keys, .form = form_group_id,
	  .help = "The job's security groups by their id, united; absent: subnets, endpoints and peers." },
	{ "network-acls", KEY_MAP, FIELD(P, network_acls), .members = &network_acl_keys, .form = form_id,
	  .help = "Network ACLs by their id; absent: everything passes." },
	{ "routes", KEY_LIST, FIELD(P, routes), PLACE(P, routes_at), .members = &route_keys,
	  .help = "The route table; absent: local and the gateway endpoints." },

	{ "process", KEY_SECTION, .help = "What the job's processes see of the host." },
	{ "process.credentials", KEY_WORD, FIELD(P, process.credentials), PLACE(P, process.credentials_at),
	  CREDENTIALS_WORDS, .fallback = "scrub",
	  .help = "Credentials in files and in the environment; must be written under vpc isolation." },
	{ "process.environment", KEY_SECTION, .help = "The job's environment." },
	{ "process.environment.mode", KEY_WORD, FIELD(P, process.environment_mode),
	  PLACE(P, process.environment_mode_at), MODE_WORDS, .fallback = "inherit",
	  .help = "The caller's less what is removed, or almost empty." },
	{ "process.environment.set", KEY_TEXT_MAP, FIELD(P, process.environment_set), .form = form_variable,
	  .help = "Variables to set." },
	{ "process.environment.keep", KEY_TEXTS, FIELD(P, process.environment_keep), .form = form_variable,
	  .help = "Variables to keep that would be removed." },
	{ "process.environment.remove", KEY_TEXTS, FIELD(P, process.environment_remove), .form = form_variable,
	  .help = "Further variables to remove." },
	{ "process.share", KEY_PATHS, FIELD(P, process.share),
	  .help = "Paths that stay although they lie in a hidden folder; no symbolic links." },
	{ "process.writable", KEY_PATHS, FIELD(P, process.writable), PLACE(P, process.writable_at), .otherwise = "user",
	  .fallback = "user",
	  .help = "Where the job may write: wherever the user may, or only below these paths and in the folders of its "
		  "own." },
	{ "process.sockets", KEY_PATHS, FIELD(P, process.sockets),
	  .help =
	      "UNIX sockets of the host that stay reachable, also in a hidden folder: whatever listens there acts for "
	      "the job." },
	{ "process.tmp", KEY_PATH, FIELD(P, process.tmp), .otherwise = "private", .fallback = "private",
	  .help = "The job's /tmp: its own, removed at the end, or a folder of the host." },
	{ "process.home", KEY_WORD, FIELD(P, process.home), PLACE(P, process.home_at), HOME_WORDS, .fallback = "shared",
	  .help = "The user's home, or a fresh, empty one." },
	{ "process.seccomp", KEY_WORD, FIELD(P, process.seccomp), PLACE(P, process.seccomp_at), SECCOMP_WORDS,
	  .fallback = "default", .help = "The system call filter." },
	{ "process.devices", KEY_SECTION, .help = "Devices that packet filters do not see." },
	{ "process.devices.gpu", KEY_WORD, FIELD(P, process.devices.gpu), PLACE(P, process.devices.gpu_at),
	  PERMISSION_WORDS, .fallback = "allow", .help = "GPUs." },
	{ "process.devices.rdma", KEY_WORD, FIELD(P, process.devices.rdma), PLACE(P, process.devices.rdma_at),
	  PERMISSION_WORDS, .fallback = "deny", .help = "RDMA and EFA: traffic that no packet filter sees." },
	{ "process.devices.mps", KEY_WORD, FIELD(P, process.devices.mps), PLACE(P, process.devices.mps_at),
	  PERMISSION_WORDS, .fallback = "deny", .help = "The NVIDIA MPS server, shared with other users' jobs." },
	{ "process.devices.imex", KEY_WORD, FIELD(P, process.devices.imex), PLACE(P, process.devices.imex_at),
	  PERMISSION_WORDS, .fallback = "deny", .help = "NVIDIA IMEX channels: memory shared between hosts." },

	{ "tolerate", KEY_LIST, FIELD(P, tolerate), .members = &toleration_keys,
	  .help = "Denials that audit reports but does not count." },
	{ "require", KEY_TEXTS, FIELD(P, require), REQUIRE_WORDS,
	  .help = "Mechanisms that older kernels lack and this job insists on; all others are always insisted on: "
		  "landlock-scope, a second wall around abstract sockets and signals (Linux 6.12), and landlock-unix, "
		  "no way to UNIX sockets that are bound after the launch (Linux 7.1)." },
};
#undef P

const struct key_table profile_keys = TABLE(profile_rows, struct profile, NULL);

const struct key_row *keys_find(const struct key_table *table, const char *path)
{
	for (size_t i = 0; i < table->count; i++)
		if (strcmp(table->rows[i].path, path) == 0)
			return &table->rows[i];
	return NULL;
}

const char *key_name(const struct key_row *row)
{
	const char *dot = strrchr(row->path, '.');

	return dot ? dot + 1 : row->path;
}

bool key_in_section(const struct key_row *row, const char *section)
{
	size_t length = strlen(section);

	if (!length)
		return !strchr(row->path, '.');
	return strncmp(row->path, section, length) == 0 && row->path[length] == '.' &&
	       !strchr(row->path + length + 1, '.');
}

static void walk(const struct key_table *table, const char *prefix,
		 void (*visit)(void *data, const char *path, const struct key_row *row), void *data)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct key_row *row = &table->rows[i];
		AUTO_FREE char *path = memory_format("%s%s", prefix, row->path);
		visit(data, path, row);
		if (!row->members)
			continue;
		AUTO_FREE char *inner = memory_format("%s%s", path, row->kind == KEY_MAP ? ".ID." : "[].");
		walk(row->members, inner, visit, data);
	}
}

void keys_walk(void (*visit)(void *data, const char *path, const struct key_row *row), void *data)
{
	walk(&profile_keys, "", visit, data);
}
