// SPDX-License-Identifier: GPL-2.0-or-later
// The keys in which two resolved profiles differ.
#ifndef VPCJAIL_PROFILE_KEY_DIFFERENCE_H
#define VPCJAIL_PROFILE_KEY_DIFFERENCE_H

#include "profile/keys.h"
#include "profile/profile.h"

struct key_difference {
	const struct key_row *row;
	char *values[2];  // left and right as one line; NULL: not there, or no value that has one line; owned
};

typedef VEC(struct key_difference) key_difference_vec;

// Adds every key whose values would not be written alike, sections apart, in the order of the table. A section that is
// not there has the defaults of its keys; but without a VPC there is nobody who answers for names.
void profile_key_differences(const struct profile *left, const struct profile *right, key_difference_vec *out);
void key_differences_release(key_difference_vec *differences);

#endif
