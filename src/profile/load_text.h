// SPDX-License-Identifier: GPL-2.0-or-later
// A resolved profile that comes as text: over a socket, from another process.
#ifndef VPCJAIL_PROFILE_LOAD_TEXT_H
#define VPCJAIL_PROFILE_LOAD_TEXT_H

#include "base/error.h"
#include "profile/profile.h"

// Loads what profile_print printed. The text is whole: it extends nothing and reads no file, whatever it says. 0, or
// -EINVAL with the first mistake and its place; *profile is to be released in both cases.
int profile_load_text(const char *name, const char *text, struct profile *profile, struct error *err);

#endif
