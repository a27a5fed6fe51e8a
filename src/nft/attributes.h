// SPDX-License-Identifier: GPL-2.0-or-later
// Netlink attributes of foreign origin: checked walks, and what it means that two trees are equal. Inside src/nft only.
#ifndef VPCJAIL_NFT_ATTRIBUTES_H
#define VPCJAIL_NFT_ATTRIBUTES_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Attributes side by side in length bytes.
struct attributes {
	const uint8_t *bytes;
	size_t length;
};

struct attribute {
	uint16_t type;
	bool nested;  // says so itself; the kernel's own rarely do
	struct attributes payload;
};

// Takes the first attribute off *rest. False at the end, and where rest is malformed: then rest->length is not 0.
bool attribute_next(struct attributes *rest, struct attribute *attribute);

// Whether the walk ends where it should.
bool attributes_are_sound(struct attributes attributes);

// The first of that type; false when there is none.
bool attribute_find(struct attributes attributes, uint16_t type, struct attribute *found);

// Terminated text, or "".
const char *attribute_text(struct attributes attributes, uint16_t type);

// A number of 4 bytes in network order, or otherwise.
uint32_t attribute_number(struct attributes attributes, uint16_t type, uint32_t otherwise);

struct attributes message_attributes(const struct nlmsghdr *message);
uint8_t message_family(const struct nlmsghdr *message);

// Attributes of which a difference does not matter.
struct ignored_attribute {
	uint16_t type;
	bool (*ignore)(struct attributes payload);  // NULL: always
};

// Whether found is what was meant: each attribute of either is in the other with the same payload, in any order, or is
// nothing but zeros, which for nf_tables is the same as absent. Where meant says that an attribute is nested, its
// payload is compared in the same way, and nothing in it is ignored.
bool attributes_equal(struct attributes meant, struct attributes found, const struct ignored_attribute *ignored,
		      size_t count);

bool attributes_are_zero(struct attributes payload);

#endif
