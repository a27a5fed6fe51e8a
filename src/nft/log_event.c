// SPDX-License-Identifier: GPL-2.0-or-later
// Reads NFLOG messages. Nothing is believed: lengths are checked before each access, names copied with their bounds.
#include "nft/log_event.h"

#include <endian.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"

// What stands behind the layer: a number, and perhaps a generation from 2 on.
static bool numbers_parse(const char *text, struct log_event *event)
{
	const char *colon = strchr(text, ':');
	int length = (int)(colon ? colon - text : (ptrdiff_t)strlen(text));
	char first[12];
	uint64_t number, generation = 1;

	if (snprintf(first, sizeof(first), "%.*s", length, text) >= (int)sizeof(first))
		return false;
	if (number_parse(first, UINT32_MAX, &number) ||
	    (colon && (number_parse(colon + 1, UINT32_MAX, &generation) || generation < 2)))
		return false;
	event->rule = (unsigned)number;
	event->generation = (uint32_t)generation;
	return true;
}

// "vj1:<layer>:<number>[:<generation>]", terminated within size bytes.
int log_prefix_parse(const char *text, size_t size, struct log_event *event)
{
	static const char mark[] = "vj1:";
	const char *layer = text + sizeof(mark) - 1, *colon;

	if (!size || !memchr(text, 0, size) || strncmp(text, mark, sizeof(mark) - 1) != 0)
		return -EBADMSG;
	colon = strchr(layer, ':');
	if (!colon || colon == layer || (size_t)(colon - layer) >= LOG_LAYER_SIZE)
		return -EBADMSG;
	for (const char *c = layer; c < colon; c++) {
		if (!((*c >= 'a' && *c <= 'z') || *c == '_'))
			return -EBADMSG;
	}
	if (!numbers_parse(colon + 1, event))
		return -EBADMSG;
	memset(event->layer, 0, sizeof(event->layer));
	memcpy(event->layer, layer, (size_t)(colon - layer));
	return 0;
}

static void transport_parse(const uint8_t *bytes, size_t length, struct flow *flow)
{
	switch (flow->protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
		if (length >= 4) {
			flow->source_port = (uint16_t)(bytes[0] << 8 | bytes[1]);
			flow->destination_port = (uint16_t)(bytes[2] << 8 | bytes[3]);
		}
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		if (length >= 2) {
			flow->icmp_type = bytes[0];
			flow->icmp_code = bytes[1];
		}
		break;
	default:  // no ports, no type
		break;
	}
}

static void addresses_set(struct log_event *event, enum family family, const uint8_t *source,
			  const uint8_t *destination)
{
	bool leaves = event->flow.direction == EGRESS;

	event->flow.remote = address_from_bytes(family, leaves ? destination : source);
	event->local = address_from_bytes(family, leaves ? source : destination);
}

static bool ipv4_parse(const uint8_t *bytes, size_t length, struct log_event *event)
{
	size_t header;

	if (length < 20 || bytes[0] >> 4 != 4)
		return false;
	header = 4 * (size_t)(bytes[0] & 0x0f);
	if (header < 20)
		return false;
	addresses_set(event, FAMILY_IPV4, bytes + 12, bytes + 16);
	event->length = (uint32_t)bytes[2] << 8 | bytes[3];
	event->flow.protocol = bytes[9];
	if (header < length && !((bytes[6] & 0x1f) | bytes[7]))
		transport_parse(bytes + header, length - header, &event->flow);
	return true;
}

static bool ipv6_parse(const uint8_t *bytes, size_t length, struct log_event *event)
{
	size_t at = 40;
	uint8_t next;

	if (length < at || bytes[0] >> 4 != 6)
		return false;
	addresses_set(event, FAMILY_IPV6, bytes + 8, bytes + 24);
	event->length = 40U + ((uint32_t)bytes[4] << 8 | bytes[5]);
	next = bytes[6];
	while (next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING || next == IPPROTO_DSTOPTS ||
	       next == IPPROTO_FRAGMENT) {
		bool fragment = next == IPPROTO_FRAGMENT;

		event->flow.protocol = next;
		if (at + 8 > length || (fragment && (bytes[at + 2] | (bytes[at + 3] & 0xf8))))
			return true;
		next = bytes[at];
		at += fragment ? 8 : 8 * ((size_t)bytes[at + 1] + 1);
	}
	event->flow.protocol = next;
	if (at < length)
		transport_parse(bytes + at, length - at, &event->flow);
	return true;
}

static bool packet_parse(const struct nlattr *payload, uint8_t family, struct log_event *event)
{
	const uint8_t *bytes = mnl_attr_get_payload(payload);
	size_t length = mnl_attr_get_payload_len(payload);

	return family == NFPROTO_IPV4   ? ipv4_parse(bytes, length, event)
	       : family == NFPROTO_IPV6 ? ipv6_parse(bytes, length, event)
					: false;
}

static void time_parse(const struct nlattr *attribute, struct log_event *event)
{
	struct nfulnl_msg_packet_timestamp stamp;
	uint64_t seconds, microseconds;

	memcpy(&stamp, mnl_attr_get_payload(attribute), sizeof(stamp));
	seconds = be64toh(stamp.sec);
	microseconds = be64toh(stamp.usec);
	if (seconds < UINT64_MAX / 1000000000 - 1 && microseconds < 1000000)
		event->nanoseconds = seconds * 1000000000 + microseconds * 1000;
}

// The attributes that are read, each with the bytes it must have at least.
static const uint16_t attribute_sizes[NFULA_MAX + 1] = {
	[NFULA_PACKET_HDR] = sizeof(struct nfulnl_msg_packet_hdr),
	[NFULA_TIMESTAMP] = sizeof(struct nfulnl_msg_packet_timestamp),
	[NFULA_PAYLOAD] = 1,
	[NFULA_PREFIX] = 1,
	[NFULA_UID] = sizeof(uint32_t),
};

static bool attributes_read(const struct nlmsghdr *header, const struct nlattr **found)
{
	const struct nlattr *attribute;

	mnl_attr_for_each (attribute, header, sizeof(struct nfgenmsg)) {
		uint16_t type = mnl_attr_get_type(attribute);

		if (type > NFULA_MAX || !attribute_sizes[type])
			continue;
		if (mnl_attr_get_payload_len(attribute) < attribute_sizes[type])
			return false;
		found[type] = attribute;
	}
	return found[NFULA_PACKET_HDR] && found[NFULA_PREFIX] && found[NFULA_PAYLOAD];
}

int log_event_parse(const void *message, size_t length, struct log_event *event)
{
	const struct nlmsghdr *header = message;
	const struct nlattr *found[NFULA_MAX + 1] = { 0 };
	struct nfulnl_msg_packet_hdr packet;
	struct log_event made = { 0 };
	uint8_t family;

	if (length < sizeof(*header) || header->nlmsg_len > length ||
	    header->nlmsg_len < sizeof(*header) + sizeof(struct nfgenmsg) ||
	    header->nlmsg_type != (NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET) || !attributes_read(header, found))
		return -EBADMSG;
	family = ((const struct nfgenmsg *)mnl_nlmsg_get_payload(header))->nfgen_family;
	memcpy(&packet, mnl_attr_get_payload(found[NFULA_PACKET_HDR]), sizeof(packet));
	made.flow.direction = packet.hook == NF_INET_LOCAL_IN || packet.hook == NF_INET_PRE_ROUTING ? INGRESS : EGRESS;
	if (log_prefix_parse(mnl_attr_get_payload(found[NFULA_PREFIX]), mnl_attr_get_payload_len(found[NFULA_PREFIX]),
			     &made) ||
	    !packet_parse(found[NFULA_PAYLOAD], family, &made))
		return -EBADMSG;
	if (found[NFULA_TIMESTAMP])
		time_parse(found[NFULA_TIMESTAMP], &made);
	if (found[NFULA_UID]) {
		made.has_uid = true;
		memcpy(&made.uid, mnl_attr_get_payload(found[NFULA_UID]), sizeof(made.uid));
		made.uid = be32toh(made.uid);
	}
	*event = made;
	return 0;
}
