// SPDX-License-Identifier: GPL-2.0-or-later
// Random profiles as text, with every layer in play.
#ifndef VPCJAIL_TEST_RANDOM_PROFILE_H
#define VPCJAIL_TEST_RANDOM_PROFILE_H

#include "base/strbuf.h"
#include "random.h"

enum { LIST_LARGEST = 5000 };

// Adds a profile's text, one value a line where there may be many. Most can be loaded; some say what check_* refuses.
// What profile_settle would find out of the host stands in it as comments: "# host own: ADDRESS", gateway, proxy, and
// "# host subnets". largest: one prefix list has LIST_LARGEST entries.
void random_profile(struct random *random, bool largest, struct strbuf *out);

// Adds the same text without some of its rules, entries and peers: another profile, much like it. Likewise.
void random_variant(struct random *random, const char *text, struct strbuf *out);

#endif
