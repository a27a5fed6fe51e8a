// SPDX-License-Identifier: GPL-2.0-or-later
// Where a name leads by what a profile knows: its hosts and its endpoints.
#ifndef VPCJAIL_AUDIT_RECORD_NAME_LOOKUP_H
#define VPCJAIL_AUDIT_RECORD_NAME_LOOKUP_H

#include <stdbool.h>

#include "profile/profile.h"

// Whether the profile knows the name. *address is where it leads (of a gateway endpoint: somewhere in its prefix list),
// or is left as it is where an endpoint has no address.
bool name_leads_to(const struct profile *profile, const char *name, struct address *address);

#endif
