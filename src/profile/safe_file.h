// SPDX-License-Identifier: GPL-2.0-or-later
// Reading a file that decides what a jail may do.
#ifndef VPCJAIL_PROFILE_SAFE_FILE_H
#define VPCJAIL_PROFILE_SAFE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

// Reads a regular file of at most maximum bytes whole (the caller frees *text). With trusted_only, refuses a file that
// anyone but root could change, by itself or by a folder on its way: -EPERM with the remedy.
// A path that does not exist: -ENOENT.
int safe_file_read(const char *path, bool trusted_only, size_t maximum, char **text, size_t *length, struct error *err);

// The check of trusted_only alone, for a path that exists.
int safe_file_check(const char *path, struct error *err);

#endif
