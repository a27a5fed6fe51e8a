// SPDX-License-Identifier: GPL-2.0-or-later
// The text file of a prefix list.
#ifndef VPCJAIL_PROFILE_PREFIX_FILE_H
#define VPCJAIL_PROFILE_PREFIX_FILE_H

#include "profile/reader.h"

// Reads the file that a prefix list names into set (normalized), complaining with the places in that file.
void prefix_file_read(struct reader *reader, const struct text_value *file, struct prefix_set *set);

#endif
