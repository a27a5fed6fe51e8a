// SPDX-License-Identifier: GPL-2.0-or-later
// "Did you mean": the nearest of a list of names.
#ifndef VPCJAIL_BASE_NAMES_H
#define VPCJAIL_BASE_NAMES_H

#include <stddef.h>

// The candidate nearest to word by edit distance (transpositions count one), or NULL when
// none is near enough to be meant (a third of the word's length, at least 1, at most 3;
// a candidate that begins with a word of 3 letters or more is near too).
const char *names_nearest(const char *word, const char *const *candidates, size_t count);

#endif
