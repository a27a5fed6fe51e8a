// SPDX-License-Identifier: GPL-2.0-or-later
// The file of a prefix list: text or JSON.
#ifndef VPCJAIL_PROFILE_PREFIX_FILE_H
#define VPCJAIL_PROFILE_PREFIX_FILE_H

#include "profile/reader.h"

// Reads the file that a prefix list names into its entries (normalized), complaining with the places in that file.
void prefix_file_read(struct reader *reader, struct profile_prefix_list *list);

// Complains of `service` and `region` where there is nothing to choose from: they belong to ip-ranges.json.
void prefix_list_refuse_choice(struct reader *reader, const struct profile_prefix_list *list);

#endif
