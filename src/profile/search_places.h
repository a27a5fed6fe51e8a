// SPDX-License-Identifier: GPL-2.0-or-later
// What finding one profile and listing all of them share.
#ifndef VPCJAIL_PROFILE_SEARCH_PLACES_H
#define VPCJAIL_PROFILE_SEARCH_PLACES_H

#include "profile/built_in.h"

#define PROFILE_SUFFIX ".yaml"

// The shipped profile of that name, or NULL: its name is then free.
const struct built_in_file *find_built_in(const char *name);

// "built-in:NAME"; the caller frees it.
char *built_in_path(const struct built_in_file *file);

// Why a file of a reserved name is refused; the caller frees it.
char *reserved_problem(const char *path, const char *name);

#endif
