// SPDX-License-Identifier: GPL-2.0-or-later
// The SHA-256 digest of a text (FIPS 180-4), as hexadecimal digits.
#ifndef VPCJAIL_BASE_SHA256_H
#define VPCJAIL_BASE_SHA256_H

#include <stddef.h>

enum { SHA256_TEXT_SIZE = 65 };

// out holds SHA256_TEXT_SIZE bytes. Returns out.
const char *sha256_text(const void *bytes, size_t length, char *out);

#endif
