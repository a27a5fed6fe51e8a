// SPDX-License-Identifier: GPL-2.0-or-later
// One subnet of the selection, with everything that decides what its job reaches, resolved. What profiles are written,
// findings made and summaries printed from.
//
// Nothing that is missing turns into "allowed": each thing that no document gives is an assumption, said in words, and
// what it stands for is denied.
#ifndef VPCJAIL_IMPORT_ASSEMBLY_ASSEMBLY_H
#define VPCJAIL_IMPORT_ASSEMBLY_ASSEMBLY_H

#include "import/selection/selection.h"

// Who a rule is about, as a profile names it: a CIDR block, an address, "pl-…", "self".
struct assembled_peer {
	char *text;
	char *note;  // "sg-0a1 (workers): eni-1, eni-2"; NULL
};

struct assembled_rule {
	VEC(struct assembled_peer)
	peers;                   // none: nobody carries the group, nothing is known of the list: matches nothing
	struct aws_match match;  // also one that matches nothing
	char *reason;            // the descriptions, "EFA: all traffic to itself"; foreign text; NULL
	const struct aws_group_rule *rule;
};

typedef VEC(struct assembled_rule) assembled_rule_vec;

struct assembled_group {
	const struct aws_security_group *group;
	char *id;  // in the form that a profile wants: "sg-…"
	assembled_rule_vec egress, ingress;
};

struct assembled_acl {
	const struct aws_network_acl
	    *acl;  // NULL: not given, denies all; AWS's default one where that is to be assumed
	char *id;
	bool own;            // the job's subnet's
	prefix_vec subnets;  // it guards; of this VPC
};

// An ACL that judges between the job's subnet and others of the VPC. Those that let everything through are left out.
struct assembled_far_acl {
	const struct aws_network_acl *acl;  // also the own one, of other subnets; NULL: not given
	struct prefix_set blocks;           // of those subnets, or where they may be; normalized; not the job's own
	char *subnets;                      // in words
};

struct assembled_route {
	bool is_list;
	struct prefix prefix;
	const char *list;  // id
	enum route_target target;
	char *note;                     // "igw-1: an internet gateway; a profile is private"; NULL
	const struct aws_route *route;  // NULL: assumed
};

typedef VEC(struct assembled_route) assembled_route_vec;

// A host of the VPC or of a peered one, by one of its addresses.
struct assembled_host {
	const struct aws_interface *interface;
	struct address address;
};

struct assembled_endpoint {
	const struct aws_endpoint *endpoint;
	char *service;            // "s3", "ecr.dkr": without Region; NULL: not AWS's own service
	char *name;               // for one that is not, and for a further one of a service
	enum endpoint_type type;  // gateway, interface; custom for somebody's own service
	const char *list;         // of a gateway
	VEC(struct address) addresses;
	port_range_vec ports;  // by which its groups let the job in; none: nobody, and its routes are blackholes
	id_vec names;          // of its DNS entries, those that a host can have; without private DNS no public ones
	bool private_dns;      // its public names lead to it: asked for, and the VPC's DNS attributes allow it
	char *note;
};

// A prefix list that something of the profile names.
struct assembled_list {
	const struct aws_prefix_list *list;  // NULL: not given at all
	char *id, *name;                     // name NULL: not known
	struct prefix_set entries;           // normalized; empty when not given
	bool given, approximate;
	const char *source;  // the file; NULL
	const char *date;
};

struct assumption {
	char *missing;  // "network ACLs of vpc-1": what no document gives; has foreign text, as the next has
	char *assumed;  // "an ACL that denies everything"
	char *command;  // "aws ec2 describe-network-acls --filters Name=vpc-id,Values=vpc-1"; NULL
};

struct assembly {
	const struct account *account;
	const struct import_selection *selection;
	const struct import_request *request;
	const struct aws_subnet *subnet;  // NULL: an isolated job without a VPC
	const struct aws_vpc *vpc;        // NULL: not given
	const struct aws_route_table *table;
	bool table_is_main;
	prefix_vec cidrs;    // of the VPC, of the families that the job's subnet has
	prefix_vec subnets;  // the job's own first, then the VPC's others that are known; families as of cidrs
	bool isolated, encrypted;
	bool several_hosts;       // or not known to be one
	struct address resolver;  // the VPC's: base + 2; family NONE: not known
	bool amazon_dns;          // the VPC's DHCP options and attributes name it
	VEC(struct assembled_group) groups;
	VEC(struct assembled_acl) acls;     // own first; no own one where AWS's default is assumed
	VEC(struct assembled_far_acl) far;  // none where the own one was not given or is assumed
	assembled_route_vec routes;
	VEC(struct assembled_endpoint) endpoints;
	VEC(struct assembled_list) lists;
	VEC(struct assembled_host)
	closed;        // by address: neither its groups let the job in by any rule, nor the job's let it in
	size_t wider;  // hosts whose groups let in less than the job's let out
	struct assembled_host wider_example;
	VEC(struct assumption) assumptions;
};

// Resolves the selection for one of its subnets (index; 0 for a job without a VPC). Borrows from all three, which
// outlive it. Never fails: what cannot be resolved is an assumption.
void assembly_build(const struct account *account, const struct import_request *request,
		    const struct import_selection *selection, size_t index, struct assembly *assembly);
void assembly_release(struct assembly *assembly);

// An id of AWS in the form a profile wants ("GroupId:77" becomes "sg-77"); the caller's.
char *assembly_id(const char *kind, const char *id);

#endif
