// SPDX-License-Identifier: GPL-2.0-or-later
// What the parts of the assembly share. Inside this folder only.
#ifndef VPCJAIL_IMPORT_ASSEMBLY_PARTS_H
#define VPCJAIL_IMPORT_ASSEMBLY_PARTS_H

#include "import/assembly/assembly.h"
#include "import/selection/parts.h"

// An interface under one of its groups; borrowed.
struct group_member {
	const char *group;
	const struct aws_interface *interface;
};

typedef VEC(struct group_member) group_member_vec;

// What the VPC has and the job does not reach (shut.c): its route leads nowhere.
struct shut_block {
	struct prefix block;
	char *why;  // owned: the route's note
};

// A list's id as documents and as the profile have it; borrowed from the account and the assembly.
struct list_name {
	const char *id, *profile_id;
};

// An assembly under construction.
struct building {
	struct assembly *assembly;
	group_member_vec members;     // by group, then interface: made once, for all rules
	VEC(const char *) uncarried;  // groups that rules name and whose carriers no document gives, each once
	VEC(struct shut_block) shut;
	VEC(struct list_name) lists;
};

// One function a part, in this order; each in a file of its own.
void assembly_add_network(struct building *building);  // the VPC, its blocks and subnets, its resolver
void assembly_add_groups(struct building *building);
void assembly_add_acls(struct building *building);
void assembly_add_far_acls(struct building *building);  // those of the other subnets: after the own one
void assembly_add_endpoints(struct building *building);
void assembly_add_closed_hosts(struct building *building);  // of no endpoint: after those
void assembly_add_routes(struct building *building);        // of gateways and shut endpoints, too: after them
void assembly_finish_lists(struct building *building);

// Rows by id in the selection's Region; a row of no known Region may be of it. NULL: not defined.
const struct aws_vpc *find_vpc(const struct building *building, const char *id);
const struct aws_security_group *find_group(const struct building *building, const char *id);
const struct aws_interface *find_interface(const struct building *building, const char *id);
const struct aws_prefix_list *find_list(const struct building *building, const char *id);
const struct aws_endpoint *find_endpoint(const struct building *building, const char *id);

// Interfaces by group. The run of one group: its first member and *count.
void members_index(struct building *building);
const struct group_member *members_of(const struct building *building, const char *group, size_t *count);

// NULL: no document says it.
const char *vpc_of_interface(const struct building *building, const struct aws_interface *interface);
// Whether hosts of the interface's VPC are reached at all: this VPC, or one that is peered now. peer may be NULL.
bool interface_is_near(const struct building *building, const struct aws_interface *interface,
		       const struct aws_peer *peer);
// Whether two VPCs are peered, by one connection (id not NULL) or any.
bool peering_is_active(const struct account *account, const char *id, const char *vpc, const char *other);

// Whether the job carries the group.
bool is_own_group(const struct building *building, const char *id);

// Resolves the peers of a rule of a selected group into an empty one, with its reason.
void rule_resolve(struct building *building, const struct aws_security_group *group, const struct aws_group_rule *rule,
		  struct assembled_rule *out);

// The ACL of a subnet; NULL: not given, or several, which cannot be.
const struct aws_network_acl *acl_of(const struct building *building, const struct aws_subnet *subnet);
// Whether an ACL is, or may be, of the job's VPC.
bool acl_is_of_vpc(const struct building *building, const struct aws_network_acl *acl);

// Whether any document of a command was read ("ec2 describe-vpc-endpoints"), also one without rows.
bool was_given(const struct account *account, const char *command);

// By family, then address, then length; for qsort.
int compare_blocks(const void *a, const void *b);
bool prefixes_cover(const prefix_vec *blocks, const struct prefix *inner);

// Shuts a block, and takes why over.
void shut_block(struct building *building, const struct prefix *block, char *why);
// Shuts the subnets in which an endpoint has interfaces that are not given: nobody knows at which addresses.
void shut_unknown_interfaces(struct building *building, const struct aws_endpoint *endpoint);
// Shuts the endpoints of the VPC that the assembly does not have, and what interfaces tell of such: after those that it
// has.
void shut_other_endpoints(struct building *building);
// The routes of all that is shut.
void add_shut(struct building *building);

// Whether InterfaceType of describe-network-interfaces is an endpoint's.
bool is_endpoint_kind(const char *kind);
// Whether an address is an endpoint's, or shut for one.
bool is_endpoints(const struct building *building, const struct address *address);
// Whether the interface has an address within the VPC: one without is as good as not given.
bool interface_is_placed(const struct building *building, const struct aws_interface *interface);

// How well a route fits a block, among the routes of the table: longer is better, and of one length a block is better
// than a list. -1: it does not cover it.
int route_rank(const struct building *building, const struct assembled_route *route, const struct prefix *block);

// What a route leads to, in words.
const char *target_id(const struct aws_route *route);
// The route leads nowhere; takes note over.
void route_nowhere(struct assembled_route *out, char *note);
// A route to a peered VPC; adds the parts of it that lead there, when it is not whole.
void peering_route(struct building *building, const struct aws_route *route, struct assembled_route *out);

// Whether an endpoint of the VPC is one that the assembly has by its interfaces.
bool is_interface_endpoint(const struct building *building, const struct aws_endpoint *endpoint);
// Adds an interface endpoint of the VPC, with what is not given of it.
void interface_endpoint_add(struct building *building, const struct aws_endpoint *endpoint);
// Says which interfaces of an endpoint are not given; missing: " eni-1 eni-2", empty: the endpoint names none. some: it
// has others.
void tell_interfaces(struct building *building, const struct aws_endpoint *endpoint, const struct strbuf *missing,
		     bool some);
// Says, once, that private DNS was taken to work although the VPC's attributes are not given.
void tell_dns_attributes(struct building *building);

// The gateway endpoint of the assembly that a route of the job's table leads to; NULL: it leads to none.
const struct assembled_endpoint *gateway_of(struct building *building, const struct aws_route *route);

// Takes a list into the assembly, each once; name: what it is called where no document says so, or NULL. Returns its
// id in a profile's form, which lives as long as the assembly.
const char *list_use(struct building *building, const char *id, const char *name);

// Adds an assumption; takes all three over, command may be NULL.
void assume(struct building *building, char *missing, char *assumed, char *command);

// "aws ec2 WORDS ID --region R"; the caller's. id and region may be NULL.
char *command_for(const struct building *building, const char *words, const char *id);

// What of a service's or list's name follows the Region: "com.amazonaws.eu-west-1.ecr.dkr" gives "ecr.dkr". NULL: no
// service of AWS's own, or not of that Region (region NULL: any). Borrowed.
const char *service_of_name(const char *name, const char *region);

// A subnet without a block of a family has no packets of it either way.
bool subnet_has_family(const struct aws_subnet *subnet, enum family family);

// The TCP ports by which groups let the job in, per family: of an interface endpoint.
struct door {
	port_range_vec ipv4, ipv6;  // normalized
	VEC(const char *) unknown;  // groups that no document defines
};
// Adds to an empty door; a subnet without a block of a family has no ports of it.
void door_open(const struct building *building, const struct aws_endpoint *endpoint, struct door *door);
void door_release(struct door *door);

#endif
