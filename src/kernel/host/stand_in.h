// SPDX-License-Identifier: GPL-2.0-or-later
// `stand-in: public`: what the host's resolver gives for a service's public name.
#ifndef VPCJAIL_KERNEL_HOST_STAND_IN_H
#define VPCJAIL_KERNEL_HOST_STAND_IN_H

#include "profile/profile.h"

// Looks up what stands in for the endpoints of a VPC that is elsewhere, into their stand_in_at. Nothing for any other
// profile. 0, or a negative errno with the place in the profile, the name and what the resolver said.
int stand_ins_resolve(struct profile *profile, struct error *err);

#endif
