// SPDX-License-Identifier: GPL-2.0-or-later
// What AWS's own documents say of an account's networks: the data model between the readers and the assembly.
//
// Rows are as the documents have them: nothing is resolved here, what a row does not say is NULL, empty or unknown, and
// an id that is named may be of a thing that no document defines. Source: Amazon EC2 and SageMaker API References.
#ifndef VPCJAIL_IMPORT_ACCOUNT_ACCOUNT_H
#define VPCJAIL_IMPORT_ACCOUNT_ACCOUNT_H

#include "base/vec.h"
#include "net/prefix_set.h"
#include "profile/load.h"

typedef VEC(char *) id_vec;  // owned texts

enum known { KNOWN_NOT, KNOWN_NO, KNOWN_YES };  // a yes or no that a document may leave open

// The head of every row.
struct aws_thing {
	char *id;            // opaque, and unique within one Region only; foreign text
	char *region;        // NULL: the row does not say
	char *name;          // the tag Name, or the row's own name; foreign text; NULL: none
	struct location at;  // of the row; file is the account's
};

struct aws_vpc {
	struct aws_thing thing;
	prefix_vec blocks;  // both families, those alone that are associated now
	char *dhcp_options;
	enum known dns_support, dns_hostnames;  // describe-vpc-attribute
};

struct aws_subnet {
	struct aws_thing thing;
	char *vpc;
	char *zone;                   // "eu-west-1a"
	prefix_vec blocks;            // IPv4 first
	enum known public_addresses;  // MapPublicIpOnLaunch
};

enum aws_target {
	TARGET_LOCAL,
	TARGET_ENDPOINT,  // vpce-…: a gateway endpoint with a prefix list, else a gateway load balancer's
	TARGET_INTERNET_GATEWAY,
	TARGET_EGRESS_ONLY_GATEWAY,
	TARGET_NAT_GATEWAY,
	TARGET_PEERING,
	TARGET_TRANSIT_GATEWAY,
	TARGET_VPN_GATEWAY,
	TARGET_INTERFACE,  // eni-… or an instance
	TARGET_OTHER,      // carrier, local and core network gateways, and what is yet to come
};

struct aws_route {
	bool is_list;  // destination is list, else prefix
	struct prefix prefix;
	char *list;  // pl-…
	enum aws_target target;
	char *target_id;  // "local", "igw-…"
	bool blackhole;   // State
	struct location at;
};

struct aws_route_table {
	struct aws_thing thing;
	char *vpc;
	bool main;
	id_vec subnets;    // explicit associations, those alone that stand
	id_vec unsettled;  // subnets whose association comes, goes or failed
	VEC(struct aws_route) routes;
};

// What of a packet a rule of a group or of an ACL is about.
struct aws_match {
	bool nothing;    // matches no packet: an end is missing, a code of any type (unless denied), port 0 alone
	int protocol;    // PROTOCOL_ALL or its number
	bool all_ports;  // also of a protocol without ports
	struct port_range ports;   // unless all_ports
	int icmp_type, icmp_code;  // -1: any
};

enum aws_peer_kind { AWS_PEER_CIDR, AWS_PEER_PREFIX_LIST, AWS_PEER_GROUP };

struct aws_peer {
	enum aws_peer_kind kind;
	struct prefix prefix;
	char *id;           // of a list or group
	char *vpc;          // of a group, when the document says so; NULL
	char *peering;      // pcx-… over which the group is reached; NULL: this VPC
	char *status;       // of that peering: "active"; NULL
	char *description;  // foreign text; NULL
	struct location at;
};

struct aws_group_rule {
	char *id;  // sgr-…; NULL: describe-security-groups has none
	bool egress;
	struct aws_match match;
	VEC(struct aws_peer) peers;  // none: matches nothing
	struct location at;
};

struct aws_security_group {
	struct aws_thing thing;  // name: GroupName
	char *vpc;
	char *description;
	bool defined;   // by describe-security-groups; else only rules of it were given
	bool given[2];  // whether it was defined with a list of its rules, [1]: of those of egress; also an empty one
	VEC(struct aws_group_rule) rules;
};

struct aws_acl_entry {
	long number;  // 1 to 32767; the last is the implicit denial
	bool egress, allow;
	struct prefix prefix;
	struct aws_match match;
	struct location at;
};

struct aws_network_acl {
	struct aws_thing thing;
	char *vpc;
	bool is_default;
	id_vec subnets;
	VEC(struct aws_acl_entry) entries;  // as listed
};

enum aws_endpoint_type { AWS_ENDPOINT_GATEWAY, AWS_ENDPOINT_INTERFACE, AWS_ENDPOINT_OTHER };

struct aws_endpoint {
	struct aws_thing thing;
	char *vpc;
	enum aws_endpoint_type type;
	char *service;   // "com.amazonaws.eu-west-1.s3"
	bool available;  // State
	char *state;     // as written; NULL
	enum known
	    open_policy;  // PolicyDocument is the one that lets everybody do everything, which AWS gives by itself
	id_vec route_tables, subnets, groups, interfaces;
	enum known private_dns;
	id_vec names;     // DnsEntries, without duplicates
	char *type_name;  // as written
};

// An interface, also one that an instance lists.
struct aws_interface {
	struct aws_thing thing;
	char *vpc, *subnet;
	id_vec groups;
	bool groups_given;              // groups is the list, also when it is empty
	VEC(struct address) addresses;  // private ones, the primary first
	bool has_public;                // an address of the Internet is associated
	char *instance;                 // i-…; NULL: none
	char *kind;                     // InterfaceType; NULL
	char *description;
};

struct aws_prefix_list {
	struct aws_thing thing;     // name: "com.amazonaws.eu-west-1.s3", or its owner's own
	struct prefix_set entries;  // normalized
	bool given;                 // entries is the list, also when it is empty
	bool approximate;           // made of ip-ranges.json: over-allows
	char *date;                 // of ip-ranges.json ("2026-08-22-11-57-05"); NULL
	char *owner;                // "AWS", an account; NULL
	long most;                  // MaxEntries; 0: not said
	enum family family;         // AddressFamily; 0: not said
};

// Entries whose document names no list (get-managed-prefix-list-entries): they belong to the list that the file's name
// has in it ("pl-6da54004.json"), in the Region that it has in it ("us-east-1/"), or else to the only list without
// entries, if they can be its.
struct aws_entries {
	struct prefix_set entries;  // normalized
	size_t count;               // as listed
	bool more;                  // it is a page that another one follows
	struct location at;
	bool used;
};

struct aws_dhcp_options {
	struct aws_thing thing;
	VEC(struct address) servers;
	bool amazon_dns;  // AmazonProvidedDNS is among the servers
	id_vec domains;
};

struct aws_peering {
	struct aws_thing thing;
	bool active;
	char *vpcs[2];  // requester, accepter
	prefix_vec blocks[2];
};

enum aws_job_kind { JOB_TRAINING, JOB_PROCESSING, JOB_TUNING, JOB_DEFAULTS };  // the last: the SDK's config.yaml

struct aws_job_id {
	char *id;
	struct location at;
};

typedef VEC(struct aws_job_id) job_id_vec;

// A job as its request, its description or a tool's file has it.
struct aws_job {
	struct aws_thing thing;  // id: the job's name
	enum aws_job_kind kind;
	bool has_vpc;                           // VpcConfig was given
	job_id_vec subnets;                     // 1 to 16
	job_id_vec groups;                      // 1 to 5
	struct location subnets_at, groups_at;  // of the lists, or of VpcConfig without them; line 0: not to be counted
	enum known isolation;                   // EnableNetworkIsolation
	enum known encryption;                  // EnableInterContainerTrafficEncryption
	named_text_vec environment;             // foreign text
	unsigned hosts;                         // instances; 0: not said
	char *instance_type;                    // the first; NULL
	char *image;                            // of the container; NULL
	id_vec uris;                            // s3://… of inputs and outputs
	enum known kms_key;         // a KMS key is named: VolumeKmsKeyId, KmsKeyId of the output or of an input
	enum known in_file_system;  // an input is on EFS or FSx, which the container reaches over the network
	char *source;               // "CreateTrainingJob": what was recognised
	struct location isolation_at, encryption_at, hosts_at, uris_at;  // of the first; line 0: not said
};

// A range of ip-ranges.json.
struct aws_range {
	struct prefix prefix;
	const char *region, *service;  // owned by account->words
};

enum { ACCOUNT_FORMS = 160 };

// Of one form: documents that end with a token for the next page.
struct aws_pages {
	unsigned open;
	struct location at;  // of the first such token
};

struct account {
	VEC(struct aws_vpc) vpcs;
	VEC(struct aws_subnet) subnets;
	VEC(struct aws_route_table) route_tables;
	VEC(struct aws_security_group) groups;
	VEC(struct aws_network_acl) acls;
	VEC(struct aws_endpoint) endpoints;
	VEC(struct aws_interface) interfaces;
	VEC(struct aws_prefix_list) lists;
	VEC(struct aws_entries) entries;
	VEC(struct aws_dhcp_options) dhcp_options;
	VEC(struct aws_peering) peerings;
	VEC(struct aws_job) jobs;
	VEC(struct aws_range) ranges;
	char *ranges_date;  // createDate; NULL: no ip-ranges.json
	char *ranges_file;
	id_vec words;                  // regions and services of the ranges, each once
	unsigned seen[ACCOUNT_FORMS];  // how many documents of each form were read, by its index (import/read/forms.h)
	struct aws_pages pages[ACCOUNT_FORMS];
	VEC(char *) files;  // names that locations point to
};

void account_release(struct account *account);

// Keeps a file's name for locations: the same pointer for the same name.
const char *account_file(struct account *account, const char *file);

// After the last document: merges rows of one id (pages, several calls), gives entries without an id to their list, and
// sorts for the look-ups below. Two rows of one id and Region that say different things are mistakes, with both places;
// of two Regions, or where a Region is not known and no other row contradicts, they stay apart.
void account_settle(struct account *account, struct mistakes *mistakes);

// Of a settled account, O(log n). region NULL: of any, when the id is one Region's alone. NULL: not defined (or, of a
// region NULL, in several). Borrowed.
const struct aws_vpc *account_vpc(const struct account *account, const char *id, const char *region);
const struct aws_subnet *account_subnet(const struct account *account, const char *id, const char *region);
const struct aws_security_group *account_group(const struct account *account, const char *id, const char *region);
const struct aws_interface *account_interface(const struct account *account, const char *id, const char *region);
const struct aws_prefix_list *account_list(const struct account *account, const char *id, const char *region);
const struct aws_endpoint *account_endpoint(const struct account *account, const char *id, const char *region);

#endif
