// SPDX-License-Identifier: GPL-2.0-or-later
// Netlink attributes of foreign origin.
#include "nft/attributes.h"

#include <endian.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

bool attribute_next(struct attributes *rest, struct attribute *attribute)
{
	struct nlattr header;
	size_t step;

	if (rest->length < sizeof(header))
		return false;
	memcpy(&header, rest->bytes, sizeof(header));
	if (header.nla_len < sizeof(header) || header.nla_len > rest->length)
		return false;
	attribute->type = header.nla_type & NLA_TYPE_MASK;
	attribute->nested = header.nla_type & NLA_F_NESTED;
	attribute->payload = (struct attributes){ rest->bytes + sizeof(header), header.nla_len - sizeof(header) };
	step = NLA_ALIGN(header.nla_len);
	if (step > rest->length)
		step = rest->length;
	rest->bytes += step;
	rest->length -= step;
	return true;
}

bool attributes_are_sound(struct attributes attributes)
{
	struct attribute attribute;

	while (attribute_next(&attributes, &attribute))
		;
	return attributes.length == 0;
}

bool attribute_find(struct attributes attributes, uint16_t type, struct attribute *found)
{
	while (attribute_next(&attributes, found)) {
		if (found->type == type)
			return true;
	}
	return false;
}

const char *attribute_text(struct attributes attributes, uint16_t type)
{
	struct attribute attribute;

	if (attribute_find(attributes, type, &attribute) && attribute.payload.length &&
	    memchr(attribute.payload.bytes, 0, attribute.payload.length))
		return (const char *)attribute.payload.bytes;
	return "";
}

uint32_t attribute_number(struct attributes attributes, uint16_t type, uint32_t otherwise)
{
	struct attribute attribute;
	uint32_t number;

	if (!attribute_find(attributes, type, &attribute) || attribute.payload.length != sizeof(number))
		return otherwise;
	memcpy(&number, attribute.payload.bytes, sizeof(number));
	return be32toh(number);
}

struct attributes message_attributes(const struct nlmsghdr *message)
{
	return (struct attributes){ (const uint8_t *)message + NLMSG_LENGTH(sizeof(struct nfgenmsg)),
				    message->nlmsg_len - NLMSG_LENGTH(sizeof(struct nfgenmsg)) };
}

uint8_t message_family(const struct nlmsghdr *message)
{
	return ((const uint8_t *)message)[NLMSG_HDRLEN];
}

bool attributes_are_zero(struct attributes payload)
{
	for (size_t i = 0; i < payload.length; i++) {
		if (payload.bytes[i])
			return false;
	}
	return true;
}

static bool is_ignored(const struct attribute *attribute, const struct ignored_attribute *ignored, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (ignored[i].type == attribute->type && (!ignored[i].ignore || ignored[i].ignore(attribute->payload)))
			return true;
	}
	return false;
}

static bool payload_equal(const struct attribute *meant, const struct attribute *found)
{
	if (meant->nested)
		return attributes_equal(meant->payload, found->payload, NULL, 0);
	return meant->payload.length == found->payload.length &&
	       !memcmp(meant->payload.bytes, found->payload.bytes, meant->payload.length);
}

bool attributes_equal(struct attributes meant, struct attributes found, const struct ignored_attribute *ignored,
		      size_t count)
{
	struct attributes rest = meant;
	struct attribute mine, theirs;

	if (!attributes_are_sound(meant) || !attributes_are_sound(found))
		return false;
	while (attribute_next(&rest, &mine)) {
		if (!is_ignored(&mine, ignored, count) && !attribute_find(found, mine.type, &theirs) &&
		    !attributes_are_zero(mine.payload))
			return false;
	}
	rest = found;
	while (attribute_next(&rest, &theirs)) {
		if (is_ignored(&theirs, ignored, count))
			continue;
		if (attribute_find(meant, theirs.type, &mine) ? !payload_equal(&mine, &theirs)
							      : !attributes_are_zero(theirs.payload))
			return false;
	}
	return true;
}
