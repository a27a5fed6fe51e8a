// SPDX-License-Identifier: GPL-2.0-or-later
// What must hold between the values of a profile, once all are read.
#ifndef VPCJAIL_PROFILE_CHECK_H
#define VPCJAIL_PROFILE_CHECK_H

#include "profile/reader.h"

// All checks of the profile being read, in reader->profile; also fills vpc.cidrs from vpc.subnets where none are given.
void profile_check(struct reader *reader);

// Its parts. check_references: every prefix list, endpoint and group that is named exists (check_references.c).
// check_vpc: ranges, endpoints, ACLs, routes (check_vpc.c). check_families: nothing says one address family where only
// the other is (check_families.c).
void check_references(struct reader *reader);
void check_vpc(struct reader *reader);
void check_families(struct reader *reader);

// Whether a block can be a VPC's, a subnet's or a host's: it has nothing of loopback, link-local, multicast and the
// like.
bool check_is_ordinary(const struct prefix *prefix);

#endif
