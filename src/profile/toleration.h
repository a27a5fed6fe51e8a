// SPDX-License-Identifier: GPL-2.0-or-later
// What `tolerate` names: "pypi.org", "*.pypi.org:443", "10.0.0.0/8", "[2001:db8::1]:443", "*:123", "call:unshare".
#ifndef VPCJAIL_PROFILE_TOLERATION_H
#define VPCJAIL_PROFILE_TOLERATION_H

#include "profile/load.h"
#include "profile/profile.h"

enum tolerated { TOLERATED_NAME, TOLERATED_BLOCK, TOLERATED_ANYBODY, TOLERATED_CALL };

enum { TOLERATED_NAME_SIZE = 256 };

struct toleration_meaning {
	enum tolerated kind;
	char name[TOLERATED_NAME_SIZE];  // of a host (perhaps with "*." in front), or of a call
	struct prefix block;
	struct port_range ports;  // first 0: any, also none
};

// -EINVAL: "is no …; write …".
int toleration_parse(const char *destination, struct toleration_meaning *meaning, struct error *err);

// Reads a file of further ones and adds them to the profile's: a list as under `tolerate`, or a mapping with that key
// alone. The text is terminated behind its length, as for yaml_read; file is the name for messages. -EINVAL with at
// least one error in mistakes; the profile may then have some of them.
int tolerations_read(const char *text, size_t length, const char *file, struct profile *profile,
		     struct mistakes *mistakes);

#endif
