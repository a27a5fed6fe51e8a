// SPDX-License-Identifier: GPL-2.0-or-later
// What a profile says, every value with the place it was written at. The data model of the whole program.
//
// profile_load (load.h) fills it, resolved: `extends` followed, defaults set, prefix-list files read.
// A field that the profile may leave out has its `given` told by at.line > 0 (defaults have line 0).
#ifndef VPCJAIL_PROFILE_PROFILE_H
#define VPCJAIL_PROFILE_PROFILE_H

#include "base/vec.h"
#include "net/port_range.h"
#include "net/prefix.h"
#include "net/prefix_set.h"

// Where a value was written. file is owned by the profile; NULL and line 0 for a default.
struct location {
	const char *file;
	unsigned line;    // from 1
	unsigned column;  // from 1
};

enum isolation { ISOLATION_FULL, ISOLATION_VPC };
enum on_deny { ON_DENY_REJECT, ON_DENY_DROP };
enum uplink { UPLINK_AUTO, UPLINK_NONE, UPLINK_VETH, UPLINK_MACVLAN, UPLINK_IPVLAN, UPLINK_DEVICE, UPLINK_PASTA };
enum located { LOCATED_HERE, LOCATED_ELSEWHERE };
enum dns_mode { DNS_NONE, DNS_ENDPOINTS, DNS_RESOLVER };
enum permission { PERMISSION_DENY, PERMISSION_ALLOW };
enum endpoint_type { ENDPOINT_GATEWAY, ENDPOINT_INTERFACE, ENDPOINT_CUSTOM };
enum acl_action { ACL_DENY, ACL_ALLOW };
enum route_target { ROUTE_LOCAL, ROUTE_GATEWAY_ENDPOINT, ROUTE_PEERING, ROUTE_BLACKHOLE };
enum credentials { CREDENTIALS_SCRUB, CREDENTIALS_KEEP };
enum environment_mode { ENVIRONMENT_INHERIT, ENVIRONMENT_CLEAN };
enum home_mode { HOME_SHARED, HOME_PRIVATE };
enum seccomp_level { SECCOMP_DEFAULT, SECCOMP_STRICT };

struct text_value {
	char *text;  // owned
	struct location at;
};

struct address_value {
	struct address address;
	struct location at;
};

struct prefix_value {
	struct prefix prefix;
	struct location at;
};

struct port_value {
	struct port_range range;
	struct location at;
};

// name: value of a map whose keys the user chooses
struct named_text {
	char *name;
	char *text;
	struct location at;
};

struct host_value {
	char *name;
	struct address address;
	struct location at;
};

typedef VEC(struct text_value) text_vec;
typedef VEC(struct address_value) address_vec;
typedef VEC(struct prefix_value) prefix_value_vec;
typedef VEC(struct port_value) port_vec;
typedef VEC(struct named_text) named_text_vec;
typedef VEC(struct host_value) host_vec;

struct profile_network {
	enum isolation isolation;
	struct location isolation_at;
	enum on_deny on_deny;
	struct location on_deny_at;
	address_vec peers;
	struct location peers_at;
	enum uplink uplink;
	struct location uplink_at;
	struct text_value interface;  // the host's link that the jail's leads to; NULL: found by the routes
	port_vec host_ports;
	struct location host_ports_at;
	enum permission forward;
	struct location forward_at;
};

struct profile_vpc {
	struct location at;        // of the whole section; line 0: none given
	struct text_value region;  // text NULL: none, and then nothing of AWS is assumed
	enum located located;
	struct location located_at;
	prefix_value_vec cidrs;
	prefix_value_vec subnets;
	bool subnets_of_host;  // `subnets: host`: subnets is empty until the profile is settled (plan/settle.h)
	struct location subnets_at;
	enum dns_mode dns;
	struct location dns_at;
	struct address_value resolver;  // family NONE: not given
	text_vec domains;
	enum permission imds;
	struct location imds_at;
	enum permission time_sync;
	struct location time_sync_at;
};

struct profile_prefix_list {
	char *id;                   // pl-6da54004
	struct text_value name;     // com.amazonaws.eu-west-1.s3; may be NULL
	struct text_value file;     // as written; NULL when entries are inline
	struct prefix_set entries;  // normalized
	struct text_value service;  // what of ip-ranges.json it is made of; NULL with any other source
	struct text_value region;   // likewise
	char *date;                 // of ip-ranges.json ("2026-08-22-11-57-05"), no key; NULL: not known
	bool approximate;           // made from ip-ranges.json: over-allows
	struct location at;
};

struct profile_endpoint {
	struct text_value service;  // s3, sts, …; NULL for custom
	struct text_value name;     // NULL unless given
	enum endpoint_type type;
	struct text_value prefix_list;  // id; NULL unless gateway
	address_vec addresses;
	text_vec names;
	struct text_value private_dns;  // "no": the names that follow from the service do not lead to it; NULL: they do
	int protocol;                   // IPPROTO_TCP unless given
	port_vec ports;                 // default 443 for gateway and interface endpoints
	struct text_value stand_in;
	bool stand_in_public;           // the word: what the host's resolver gives for the service's public name
	struct address stand_in_at[2];  // IPv4, IPv6; family NONE: none, or not looked up yet
	struct location at;
};

enum peer_kind {
	PEER_CIDR,            // prefix
	PEER_PREFIX_LIST,     // name = pl-…
	PEER_ENDPOINT,        // name = an endpoint's name or service
	PEER_SECURITY_GROUP,  // name = a group of this profile (its members: unknown to us except through `self`)
	PEER_SELF,            // the job's peers
	PEER_SUBNETS,         // the word `subnets`: all of vpc.subnets
	PEER_ANY,             // the word `any`: every address of both families
};

struct rule_peer {
	enum peer_kind kind;
	struct prefix prefix;
	char *name;  // as written, always set
	struct location at;
};

// A row of a security group. Absent ports mean all ports.
struct group_rule {
	VEC(struct rule_peer) peers;  // `to` or `from`: one or a list
	int protocol;                 // PROTOCOL_ALL when absent
	port_vec ports;
	int icmp_type;  // -1: any
	int icmp_code;  // -1: any
	struct text_value reason;
	struct location at;
};

typedef VEC(struct group_rule) group_rule_vec;

struct security_group {
	char *id;
	group_rule_vec egress;
	struct location egress_at;  // line 0: absent = AWS's default of a new group: allow all
	group_rule_vec ingress;     // absent = none
	struct location ingress_at;
	struct location at;
};

struct acl_rule {
	unsigned number;  // 1 to 32766
	enum acl_action action;
	struct prefix cidr;
	int protocol;
	port_vec ports;
	int icmp_type;
	int icmp_code;
	struct location at;
};

typedef VEC(struct acl_rule) acl_rule_vec;

struct network_acl {
	char *id;
	prefix_value_vec subnets;  // the subnets it is associated with; empty: the job's (the first of vpc.subnets)
	acl_rule_vec egress;       // ascending by number
	acl_rule_vec ingress;
	bool inside_subnet;  // it also judges what stays in the job's subnet
	struct location at;
};

struct profile_route {
	struct rule_peer destination;  // PEER_CIDR or PEER_PREFIX_LIST
	enum route_target target;
	struct text_value reason;
	struct location at;
};

struct profile_process {
	enum credentials credentials;
	struct location credentials_at;
	enum environment_mode environment_mode;
	struct location environment_mode_at;
	named_text_vec environment_set;
	text_vec environment_keep;
	text_vec environment_remove;
	text_vec share;     // absolute paths
	text_vec writable;  // empty with writable_at.line 0: `user`
	struct location writable_at;
	text_vec sockets;
	struct text_value tmp;  // NULL: private; else a path
	enum home_mode home;
	struct location home_at;
	enum seccomp_level seccomp;
	struct location seccomp_at;
	struct {
		enum permission gpu, rdma, mps, imex;
		struct location gpu_at, rdma_at, mps_at, imex_at;
	} devices;
};

// A value of a template that nobody has replaced yet (placeholder.h). No key.
struct placeholder {
	char *key;  // "vpc.region"
	struct location at;
};

struct toleration {
	char *destination;
	char *reason;
	struct location at;
};

// What is known of the host that the job runs on: no keys, but filled in by profile_settle (plan/settle.h). All of it
// empty, and `known` false, for a profile that is looked at without a host.
struct profile_host {
	bool known;
	struct prefix_set own;          // its own addresses, but for loopback and link-local ones
	struct prefix_set gateways;     // of its routes
	struct prefix_set nameservers;  // whom it asks for names
	struct prefix_set proxies;      // of its environment
};

struct profile {
	char *name;  // "network-isolation", or the path it was given by
	char *path;  // the file, or "built-in:NAME"
	char *description;
	struct location at;
	struct profile_network network;
	struct profile_vpc vpc;
	host_vec hosts;
	VEC(struct profile_prefix_list) prefix_lists;
	VEC(struct profile_endpoint) endpoints;
	VEC(struct security_group) security_groups;
	struct location security_groups_at;  // line 0: absent
	VEC(struct network_acl) network_acls;
	VEC(struct profile_route) routes;
	struct location routes_at;  // line 0: absent = local + gateway endpoints
	struct profile_process process;
	VEC(struct toleration) tolerate;
	text_vec require;
	struct profile_host host;
	VEC(struct placeholder) placeholders;
	VEC(char *) files;  // owned file names that locations point to
};

// A profile with every default set; release with profile_release.
void profile_init(struct profile *profile);
void profile_release(struct profile *profile);

// "FILE:LINE:COLUMN: KEY", for a message about a value of the profile; the key alone when it is a default. The caller
// frees it.
char *profile_place(const struct profile *profile, const struct location *at, const char *key);

const struct profile_prefix_list *profile_find_prefix_list(const struct profile *profile, const char *id);
const struct profile_endpoint *profile_find_endpoint(const struct profile *profile, const char *name_or_service);
const struct security_group *profile_find_security_group(const struct profile *profile, const char *id);

#endif
