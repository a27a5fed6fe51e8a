// SPDX-License-Identifier: GPL-2.0-or-later
// By which name a job knows an address: from the answers that it was given.
#ifndef VPCJAIL_KERNEL_DNS_NAMES_H
#define VPCJAIL_KERNEL_DNS_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "net/address.h"

enum {
	DNS_NAMES_MAXIMUM = 4096,  // addresses; the one noted the longest ago goes first
	DNS_NAMES_BUCKETS = 4096,
};

struct dns_known {
	struct address address;
	char *name;     // owned
	uint16_t next;  // in its bucket, plus one; 0: the last
};

// Zeroed knows none.
struct dns_names {
	struct dns_known *known;  // DNS_NAMES_MAXIMUM of them once there is one; owned
	uint16_t buckets[DNS_NAMES_BUCKETS];
	size_t count, oldest;
};

// Notes that the address was given for the name; the last name counts.
void dns_names_note(struct dns_names *names, const struct address *address, const char *name);
const char *dns_names_find(const struct dns_names *names, const struct address *address);
void dns_names_release(struct dns_names *names);

#endif
