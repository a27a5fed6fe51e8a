// SPDX-License-Identifier: GPL-2.0-or-later
// Reads messages of connection tracking. Nothing is believed: attributes are walked with their bounds.
#include "nft/conversation.h"

#include <endian.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <string.h>

#include "nft/attributes.h"

// A number of size bytes in network order; 0 without.
static uint64_t number(struct attributes attributes, uint16_t type, size_t size)
{
	struct attribute found;
	uint64_t value = 0;

	if (!attribute_find(attributes, type, &found) || found.payload.length != size)
		return 0;
	for (size_t i = 0; i < size; i++)
		value = value << 8 | found.payload.bytes[i];
	return value;
}

static bool address_read(struct attributes ip, uint16_t type4, uint16_t type6, struct address *address)
{
	struct attribute found;

	if (attribute_find(ip, type4, &found) && found.payload.length == 4)
		*address = address_from_bytes(FAMILY_IPV4, found.payload.bytes);
	else if (attribute_find(ip, type6, &found) && found.payload.length == 16)
		*address = address_from_bytes(FAMILY_IPV6, found.payload.bytes);
	else
		return false;
	return true;
}

static bool tuple_read(struct attributes attributes, struct conversation *conversation)
{
	struct attribute tuple, ip, protocol;

	if (!attribute_find(attributes, CTA_TUPLE_ORIG, &tuple) || !attribute_find(tuple.payload, CTA_TUPLE_IP, &ip) ||
	    !attribute_find(tuple.payload, CTA_TUPLE_PROTO, &protocol))
		return false;
	if (!address_read(ip.payload, CTA_IP_V4_SRC, CTA_IP_V6_SRC, &conversation->source) ||
	    !address_read(ip.payload, CTA_IP_V4_DST, CTA_IP_V6_DST, &conversation->destination) ||
	    conversation->source.family != conversation->destination.family)
		return false;
	bool six = conversation->source.family == FAMILY_IPV6;
	conversation->protocol = (int)number(protocol.payload, CTA_PROTO_NUM, 1);
	conversation->source_port = (uint16_t)number(protocol.payload, CTA_PROTO_SRC_PORT, 2);
	conversation->destination_port = (uint16_t)number(protocol.payload, CTA_PROTO_DST_PORT, 2);
	conversation->icmp_type =
	    (uint8_t)number(protocol.payload, six ? CTA_PROTO_ICMPV6_TYPE : CTA_PROTO_ICMP_TYPE, 1);
	conversation->icmp_code =
	    (uint8_t)number(protocol.payload, six ? CTA_PROTO_ICMPV6_CODE : CTA_PROTO_ICMP_CODE, 1);
	return conversation->protocol != 0;
}

static void counters_read(struct attributes attributes, struct conversation *conversation)
{
	static const uint16_t types[2] = { CTA_COUNTERS_ORIG, CTA_COUNTERS_REPLY };
	struct attribute found;

	for (size_t i = 0; i < 2; i++)
		if (attribute_find(attributes, types[i], &found)) {
			conversation->packets[i] = number(found.payload, CTA_COUNTERS_PACKETS, 8);
			conversation->bytes[i] = number(found.payload, CTA_COUNTERS_BYTES, 8);
		}
	if (attribute_find(attributes, CTA_TIMESTAMP, &found)) {
		conversation->started = number(found.payload, CTA_TIMESTAMP_START, 8);
		conversation->stopped = number(found.payload, CTA_TIMESTAMP_STOP, 8);
	}
}

int conversation_parse(const void *message, size_t length, struct conversation *conversation)
{
	const struct nlmsghdr *header = message;
	struct conversation made = { 0 };

	if (length < NLMSG_LENGTH(sizeof(struct nfgenmsg)) || header->nlmsg_len > length ||
	    header->nlmsg_len < NLMSG_LENGTH(sizeof(struct nfgenmsg)) ||
	    header->nlmsg_type >> 8 != NFNL_SUBSYS_CTNETLINK)
		return -EBADMSG;
	made.ended = (header->nlmsg_type & 0xff) == IPCTNL_MSG_CT_DELETE;
	if (!made.ended && (header->nlmsg_type & 0xff) != IPCTNL_MSG_CT_NEW)
		return -EBADMSG;
	struct attributes attributes = message_attributes(header);
	if (!attributes_are_sound(attributes) || !tuple_read(attributes, &made))
		return -EBADMSG;
	made.id = (uint32_t)number(attributes, CTA_ID, 4);
	counters_read(attributes, &made);
	*conversation = made;
	return 0;
}
