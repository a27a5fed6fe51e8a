// SPDX-License-Identifier: GPL-2.0-or-later
// What the ACLs of several subnets say of the same packets. Inside this folder only.
//
// Ports (or ICMP types and codes) fall into intervals within which no ACL changes its mind; each has a set of
// addresses.
#ifndef VPCJAIL_IMPORT_PROFILE_ACL_PART_H
#define VPCJAIL_IMPORT_PROFILE_ACL_PART_H

#include "import/profile/part.h"

enum { ACL_LAST_RULE = 32766, ACL_LAST = UINT16_MAX, ACL_CODES = 256, ACL_PROTOCOLS = 4 };

// What a policy ever lets through.
extern const int acl_protocols[ACL_PROTOCOLS];

struct acl_interval {
	unsigned first, last;
	struct prefix_set remotes;
};

typedef VEC(struct acl_interval) acl_interval_vec;
typedef VEC(unsigned) acl_start_vec;

bool acl_is_icmp(int protocol);

// All addresses that a protocol can have.
void acl_add_family(struct prefix_set *set, int protocol);

// Adds the values at which an ACL may change its mind about a protocol; acl may be NULL.
void acl_add_starts(const struct aws_network_acl *acl, bool egress, int protocol, acl_start_vec *starts);
// In order, each once; with 0.
void acl_order_starts(acl_start_vec *starts);
unsigned acl_interval_end(const acl_start_vec *starts, size_t at);
void acl_merge_intervals(acl_interval_vec *intervals);
void acl_release_intervals(acl_interval_vec *intervals);

// Adds whom an ACL lets through with one value of the protocol: the first rule that matches decides. NULL: nobody.
void acl_add_remotes(const struct aws_network_acl *acl, bool egress, int protocol, unsigned value,
		     struct prefix_set *remotes);

// Adds what the ACLs of the VPC's other subnets deny between them and the job's, of one value of the protocol.
void acl_add_far_denied(const struct assembly *assembly, bool egress, int protocol, unsigned value,
			struct prefix_set *denied);
// In front of the rules of the job's own ACL: rules that say what those of the other subnets deny.
void acl_add_far_rules(const struct text_draft *draft, bool egress, struct node *rows);

// One rule a block, an interval (NULL: of any value) of the protocol; what has no number left stays denied.
void acl_add_rules(struct node *rows, const char *action, int protocol, const struct prefix_set *remotes,
		   const struct acl_interval *interval);

#endif
