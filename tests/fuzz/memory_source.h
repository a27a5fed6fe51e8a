// SPDX-License-Identifier: GPL-2.0-or-later
// Profiles and their files out of one text, for the targets that load a profile.
#ifndef VPCJAIL_FUZZ_MEMORY_SOURCE_H
#define VPCJAIL_FUZZ_MEMORY_SOURCE_H

#include "profile/load.h"

// The name under which the text before the first separator is found.
#define MEMORY_SOURCE_MAIN "main"

// A source over a text that holds several files: a line "%% NAME" begins the file NAME, what stands before the first
// such line is the file "main". Names are compared without the folder of `from`. The text is borrowed.
struct profile_source memory_source(const char *text);

#endif
