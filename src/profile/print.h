// SPDX-License-Identifier: GPL-2.0-or-later
// The resolved profile as text: `extends` folded in, every default written out, prefix lists inline.
#ifndef VPCJAIL_PROFILE_PRINT_H
#define VPCJAIL_PROFILE_PRINT_H

#include "base/strbuf.h"
#include "profile/profile.h"

struct json;

// Canonical YAML that loads back to the same profile (locations apart).
void profile_print(const struct profile *profile, struct strbuf *out);

// The same as one JSON object.
void profile_print_json(const struct profile *profile, struct strbuf *out);

// The same, as a value of an open document.
void profile_add_json(const struct profile *profile, struct json *json);

#endif
