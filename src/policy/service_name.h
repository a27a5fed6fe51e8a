// SPDX-License-Identifier: GPL-2.0-or-later
// The DNS names that lead to an endpoint: those the profile gives, and those that follow from service and Region.
#ifndef VPCJAIL_POLICY_SERVICE_NAME_H
#define VPCJAIL_POLICY_SERVICE_NAME_H

#include <stdbool.h>

#include "base/vec.h"
#include "profile/profile.h"

typedef VEC(char *) name_vec;  // owned texts

// Adds the names of an endpoint, each once, lower case, no final dot; a leading "*." stands for one label or more in
// front of the rest. First those of its service under vpc.region, where both are given, then its `names`. FIPS names
// are there where the Region has them and no endpoint of the profile is for them alone (service kms-fips).
void endpoint_dns_names(const struct profile *profile, const struct profile_endpoint *endpoint, name_vec *names);
void name_vec_release(name_vec *names);

// Whether the names that follow from a service, such as "ecr.dkr", are known. Those of any other are a guess:
// SERVICE.REGION.amazonaws.com.
bool endpoint_service_is_known(const char *service);

// The service of vpc.region that has the name, such as "ecr.dkr"; NULL: none of the table, or no Region is given. A
// literal.
const char *endpoint_service_of_name(const struct profile *profile, const char *name);

// Whether name is what pattern says, in any case of its letters and with or without a final dot.
bool endpoint_name_matches(const char *pattern, const char *name);

#endif
