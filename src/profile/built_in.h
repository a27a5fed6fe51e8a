// SPDX-License-Identifier: GPL-2.0-or-later
// The shipped profiles inside the program. The table is written at build time by embed.py from profiles/.
#ifndef VPCJAIL_PROFILE_BUILT_IN_H
#define VPCJAIL_PROFILE_BUILT_IN_H

#include <stddef.h>

struct built_in_file {
	const char *name;  // "network-isolation.yaml"
	const char *text;
	size_t length;
};

extern const struct built_in_file built_in_files[];
extern const size_t built_in_file_count;

// Where `meson install` puts the same files.
extern const char built_in_folder[];

#endif
