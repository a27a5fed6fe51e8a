// SPDX-License-Identifier: GPL-2.0-or-later
// A prefix list from one of AWS's own JSON documents.
#ifndef VPCJAIL_PROFILE_PREFIX_JSON_H
#define VPCJAIL_PROFILE_PREFIX_JSON_H

#include "profile/reader.h"

// Reads into list->entries (normalized) what the document says of the list, complaining with the places in the
// file, whose name is kept by the reader:
// - get-managed-prefix-list-entries: all of it;
// - describe-prefix-lists: the list whose id is the profile's, which also gives or must match list->name;
// - ip-ranges.json: the blocks of list->service in list->region, by default those that list->name ends in;
//   list->approximate is set, and list->date.
void prefix_json_read(struct reader *reader, const char *file, const char *text, size_t length,
		      struct profile_prefix_list *list);

#endif
