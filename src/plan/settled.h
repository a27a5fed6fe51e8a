// SPDX-License-Identifier: GPL-2.0-or-later
// What profile_settle filled in, as text: a running jail's policy is that of its profile and of the host at its launch.
#ifndef VPCJAIL_PLAN_SETTLED_H
#define VPCJAIL_PLAN_SETTLED_H

#include "base/error.h"
#include "base/strbuf.h"
#include "profile/profile.h"

// Lines of "subnet 10.20.1.0/24" (of `subnets: host` alone), "own …", "gateway …", "nameserver …", "proxy …", a CIDR
// block each; "known" first. Nothing for a profile that is not settled.
void settled_print(const struct profile *profile, struct strbuf *out);

// Settles the profile, which must not be yet, with such a text instead of a host. 0, or -EBADMSG for any other text:
// the profile is as it was then, or is to be thrown away.
int settled_read(const char *text, struct profile *profile, struct error *err);

#endif
