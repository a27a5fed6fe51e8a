// SPDX-License-Identifier: GPL-2.0-or-later
// Whole reads and writes that survive signals and short counts.
#ifndef VPCJAIL_BASE_IO_H
#define VPCJAIL_BASE_IO_H

#include <stddef.h>

#include "base/error.h"

// Reads fd to its end into *text (terminated; the caller frees it). More than maximum bytes: -EFBIG.
int io_read_all(int fd, size_t maximum, char **text, size_t *length, struct error *err);

// Opens path read-only and reads it whole, as io_read_all. Errors name the path.
int io_read_file(const char *path, size_t maximum, char **text, size_t *length, struct error *err);

// Writes all of bytes; 0 or a negative errno.
int io_write_all(int fd, const void *bytes, size_t length);

// Writes text to an existing file in one write(2), as /proc and /sys want it; 0 or a negative errno.
int io_write_file(const char *path, const char *text);

// Likewise; path is relative to the folder that the descriptor is.
int io_write_file_at(int folder, const char *path, const char *text);

#endif
