// SPDX-License-Identifier: GPL-2.0-or-later
// Which job, subnets and security groups of an account the profile is for.
#ifndef VPCJAIL_IMPORT_SELECTION_SELECTION_H
#define VPCJAIL_IMPORT_SELECTION_SELECTION_H

#include "import/account/account.h"
#include "profile/load.h"

// As asked for; texts borrowed.
struct import_request {
	const char *region;         // NULL: the subnets' own
	const char *job_file;       // --training-job: the file whose job is meant; NULL
	VEC(const char *) subnets;  // ids, or none
	VEC(const char *) groups;
	bool strict;              // several subnets: their intersection in one profile
	bool assume_default_acl;  // where no ACL was given, AWS's default one, which allows all
};

struct import_selection {
	const struct aws_job *job;               // NULL: none
	VEC(const struct aws_subnet *) subnets;  // in the order asked for; none: an isolated job without a VPC
	VEC(const struct aws_security_group *) groups;
	const char *region;  // NULL: not known
	VEC(char *)
	chosen;  // sentences: what was chosen because nothing was asked ("subnet-1 is the only private one")
};

// Borrows from account. Mistakes, all at once: ids that no document defines, each with the command that would print it;
// subnets of several VPCs or Regions; groups of another VPC; a job without a VPC and without isolation; several jobs
// and none named. Nothing asked for: the only job; else the only private subnet, and the groups that the interfaces
// there carry alike; else a mistake that lists the candidates with the options to copy.
void import_select(const struct account *account, const struct import_request *request,
		   struct import_selection *selection, struct mistakes *mistakes);
void import_selection_release(struct import_selection *selection);

// The route table that is a subnet's: the explicit one, or the VPC's main one. NULL: not given, or not to be told.
// *main: it is the main one, or would be.
const struct aws_route_table *subnet_route_table(const struct account *account, const struct aws_subnet *subnet,
						 bool *main);

// Whether a route leads out of the private network: to a gateway of the Internet or of NAT, or anywhere else but local,
// an endpoint and nowhere (blackhole) for addresses that are not private. Source: SEMANTICS section 3.3.
bool route_is_public(const struct aws_route *route);

#endif
