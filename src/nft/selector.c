// SPDX-License-Identifier: GPL-2.0-or-later
// The table of selectors, and how their values are written.
#include "nft/selector.h"

#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tuple_common.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/rtnetlink.h>
#include <string.h>

const struct selector_row selector_rows[SELECTORS] = {
	// clang-format off
	[SELECT_NFPROTO]     = { "meta nfproto", SOURCE_META, NFT_META_NFPROTO, 1, FORM_FAMILY, FAMILY_NONE, 0 },
	[SELECT_PROTOCOL]    = { "meta protocol", SOURCE_META, NFT_META_PROTOCOL, 2, FORM_ETHERTYPE, FAMILY_NONE, 0 },
	[SELECT_L4PROTO]     = { "meta l4proto", SOURCE_META, NFT_META_L4PROTO, 1, FORM_PROTOCOL, FAMILY_NONE, 0 },
	[SELECT_MARK]        = { "meta mark", SOURCE_META, NFT_META_MARK, 4, FORM_MARK, FAMILY_NONE, 0 },
	[SELECT_LENGTH]      = { "meta length", SOURCE_META, NFT_META_LEN, 4, FORM_HOST, FAMILY_NONE, 0 },
	[SELECT_PACKET_TYPE] = { "meta pkttype", SOURCE_META, NFT_META_PKTTYPE, 1, FORM_PACKET_TYPE, FAMILY_NONE, 0 },
	[SELECT_IIF]         = { "iif", SOURCE_META, NFT_META_IIF, 4, FORM_INDEX, FAMILY_NONE, 0 },
	[SELECT_OIF]         = { "oif", SOURCE_META, NFT_META_OIF, 4, FORM_INDEX, FAMILY_NONE, 0 },
	[SELECT_IIFNAME]     = { "iifname", SOURCE_META, NFT_META_IIFNAME, 16, FORM_NAME, FAMILY_NONE, 0 },
	[SELECT_OIFNAME]     = { "oifname", SOURCE_META, NFT_META_OIFNAME, 16, FORM_NAME, FAMILY_NONE, 0 },
	[SELECT_CT_STATE]    = { "ct state", SOURCE_CT, NFT_CT_STATE, 4, FORM_STATE, FAMILY_NONE, 0 },
	[SELECT_CT_STATUS]   = { "ct status", SOURCE_CT, NFT_CT_STATUS, 4, FORM_CT_STATUS, FAMILY_NONE, 0 },
	[SELECT_CT_MARK]     = { "ct mark", SOURCE_CT, NFT_CT_MARK, 4, FORM_HOST, FAMILY_NONE, 0 },
	[SELECT_CT_DIRECTION] = { "ct direction", SOURCE_CT, NFT_CT_DIRECTION, 1, FORM_CT_DIRECTION, FAMILY_NONE, 0 },
	[SELECT_CT_IP_SADDR] = { "ct original ip saddr", SOURCE_CT_ORIGINAL, NFT_CT_SRC_IP, 4, FORM_ADDRESS, FAMILY_NONE, 0 },
	[SELECT_CT_IP_DADDR] = { "ct original ip daddr", SOURCE_CT_ORIGINAL, NFT_CT_DST_IP, 4, FORM_ADDRESS, FAMILY_NONE, 0 },
	[SELECT_CT_IP6_SADDR] = { "ct original ip6 saddr", SOURCE_CT_ORIGINAL, NFT_CT_SRC_IP6, 16, FORM_ADDRESS, FAMILY_NONE, 0 },
	[SELECT_CT_IP6_DADDR] = { "ct original ip6 daddr", SOURCE_CT_ORIGINAL, NFT_CT_DST_IP6, 16, FORM_ADDRESS, FAMILY_NONE, 0 },
	[SELECT_CT_DPORT]    = { "ct original proto-dst", SOURCE_CT_ORIGINAL, NFT_CT_PROTO_DST, 2, FORM_NUMBER, FAMILY_NONE, 0 },
	[SELECT_SOURCE_TYPE] = { "fib saddr type", SOURCE_FIB, NFT_FIB_RESULT_ADDRTYPE, 4, FORM_ROUTE_TYPE, FAMILY_NONE, 0 },
	// `ether saddr` would look at the device that a packet came in by, which one that leaves has not.
	[SELECT_ETHER_SOURCE] = { "@ll,48,", SOURCE_LINK_HEADER, 6, 6, FORM_RAW, FAMILY_NONE, 0 },
	[SELECT_ARP_HARDWARE] = { "arp htype", SOURCE_ARP_HEADER, 0, 2, FORM_NUMBER, FAMILY_NONE, 0 },
	[SELECT_ARP_PROTOCOL] = { "arp ptype", SOURCE_ARP_HEADER, 2, 2, FORM_ETHERTYPE, FAMILY_NONE, 0 },
	[SELECT_ARP_HARDWARE_LENGTH] = { "arp hlen", SOURCE_ARP_HEADER, 4, 1, FORM_NUMBER, FAMILY_NONE, 0 },
	[SELECT_ARP_PROTOCOL_LENGTH] = { "arp plen", SOURCE_ARP_HEADER, 5, 1, FORM_NUMBER, FAMILY_NONE, 0 },
	[SELECT_ARP_OPERATION] = { "arp operation", SOURCE_ARP_HEADER, 6, 2, FORM_ARP_OPERATION, FAMILY_NONE, 0 },
	[SELECT_ARP_SOURCE_MAC] = { "arp saddr ether", SOURCE_ARP_HEADER, 8, 6, FORM_MAC, FAMILY_NONE, 0 },
	[SELECT_ARP_SOURCE]  = { "arp saddr ip", SOURCE_ARP_HEADER, 14, 4, FORM_ADDRESS, FAMILY_NONE, 0 },
	[SELECT_ARP_TARGET_MAC] = { "arp daddr ether", SOURCE_ARP_HEADER, 18, 6, FORM_MAC, FAMILY_NONE, 0 },
	[SELECT_ARP_TARGET]  = { "arp daddr ip", SOURCE_ARP_HEADER, 24, 4, FORM_ADDRESS, FAMILY_NONE, 0 },
	[SELECT_IP_SADDR]    = { "ip saddr", SOURCE_NETWORK_HEADER, 12, 4, FORM_ADDRESS, FAMILY_IPV4, 0 },
	[SELECT_IP_DADDR]    = { "ip daddr", SOURCE_NETWORK_HEADER, 16, 4, FORM_ADDRESS, FAMILY_IPV4, 0 },
	[SELECT_IP_LENGTH]   = { "ip hdrlength", SOURCE_NETWORK_HEADER, 0, 1, FORM_NUMBER, FAMILY_IPV4, 0, 0x0f },
	[SELECT_IP_FRAGMENT] = { "ip frag-off", SOURCE_NETWORK_HEADER, 6, 2, FORM_HEX, FAMILY_IPV4, 0 },
	[SELECT_IP6_SADDR]   = { "ip6 saddr", SOURCE_NETWORK_HEADER, 8, 16, FORM_ADDRESS, FAMILY_IPV6, 0 },
	[SELECT_IP6_DADDR]   = { "ip6 daddr", SOURCE_NETWORK_HEADER, 24, 16, FORM_ADDRESS, FAMILY_IPV6, 0 },
	[SELECT_IP6_NEXTHDR] = { "ip6 nexthdr", SOURCE_NETWORK_HEADER, 6, 1, FORM_PROTOCOL, FAMILY_IPV6, 0 },
	[SELECT_IP6_HOPLIMIT] = { "ip6 hoplimit", SOURCE_NETWORK_HEADER, 7, 1, FORM_NUMBER, FAMILY_IPV6, 0 },
	[SELECT_TCP_SPORT]   = { "tcp sport", SOURCE_TRANSPORT_HEADER, 0, 2, FORM_NUMBER, FAMILY_NONE, IPPROTO_TCP },
	[SELECT_TCP_DPORT]   = { "tcp dport", SOURCE_TRANSPORT_HEADER, 2, 2, FORM_NUMBER, FAMILY_NONE, IPPROTO_TCP },
	[SELECT_TCP_FLAGS]   = { "tcp flags", SOURCE_TRANSPORT_HEADER, 13, 1, FORM_TCP_FLAGS, FAMILY_NONE, IPPROTO_TCP },
	[SELECT_UDP_SPORT]   = { "udp sport", SOURCE_TRANSPORT_HEADER, 0, 2, FORM_NUMBER, FAMILY_NONE, IPPROTO_UDP },
	[SELECT_UDP_DPORT]   = { "udp dport", SOURCE_TRANSPORT_HEADER, 2, 2, FORM_NUMBER, FAMILY_NONE, IPPROTO_UDP },
	[SELECT_ICMP_TYPE]   = { "icmp type", SOURCE_TRANSPORT_HEADER, 0, 1, FORM_NUMBER, FAMILY_IPV4, IPPROTO_ICMP },
	[SELECT_ICMP_CODE]   = { "icmp code", SOURCE_TRANSPORT_HEADER, 1, 1, FORM_NUMBER, FAMILY_IPV4, IPPROTO_ICMP },
	[SELECT_ICMP_TYPE_CODE]   = { "icmp type", SOURCE_TRANSPORT_HEADER, 0, 2, FORM_ICMP_TYPE_CODE, FAMILY_IPV4, IPPROTO_ICMP },
	[SELECT_ICMPV6_TYPE] = { "icmpv6 type", SOURCE_TRANSPORT_HEADER, 0, 1, FORM_NUMBER, FAMILY_IPV6, IPPROTO_ICMPV6 },
	[SELECT_ICMPV6_CODE] = { "icmpv6 code", SOURCE_TRANSPORT_HEADER, 1, 1, FORM_NUMBER, FAMILY_IPV6, IPPROTO_ICMPV6 },
	[SELECT_ICMPV6_TYPE_CODE] = { "icmpv6 type", SOURCE_TRANSPORT_HEADER, 0, 2, FORM_ICMPV6_TYPE_CODE, FAMILY_IPV6, IPPROTO_ICMPV6 },
	[SELECT_ND_TARGET]   = { "@th,64,", SOURCE_TRANSPORT_HEADER, 8, 16, FORM_RAW, FAMILY_NONE, 0 },
	[SELECT_ND_OPTION]   = { "@th,192,", SOURCE_TRANSPORT_HEADER, 24, 8, FORM_RAW, FAMILY_NONE, 0 },
	// clang-format on
};

// The names of single values or bits of a form.
struct value_name {
	enum value_form form;
	uint32_t value;
	const char *name;
};

static const struct value_name value_names[] = {
	{ FORM_FAMILY, NFPROTO_IPV4, "ipv4" },
	{ FORM_FAMILY, NFPROTO_IPV6, "ipv6" },
	{ FORM_ETHERTYPE, ETH_P_IP, "ip" },
	{ FORM_ETHERTYPE, ETH_P_IPV6, "ip6" },
	{ FORM_ETHERTYPE, ETH_P_ARP, "arp" },
	{ FORM_PACKET_TYPE, PACKET_HOST, "host" },
	{ FORM_ARP_OPERATION, ARPOP_REQUEST, "request" },
	{ FORM_ARP_OPERATION, ARPOP_REPLY, "reply" },
	{ FORM_CT_DIRECTION, IP_CT_DIR_REPLY, "reply" },
	{ FORM_CT_STATUS, IPS_DST_NAT, "dnat" },
	{ FORM_PROTOCOL, IPPROTO_ICMP, "icmp" },
	{ FORM_PROTOCOL, IPPROTO_TCP, "tcp" },
	{ FORM_PROTOCOL, IPPROTO_UDP, "udp" },
	{ FORM_PROTOCOL, IPPROTO_ICMPV6, "ipv6-icmp" },
	{ FORM_INDEX, 1, "\"lo\"" },  // of every network namespace
	{ FORM_STATE, NF_CT_STATE_INVALID_BIT, "invalid" },
	{ FORM_STATE, NF_CT_STATE_BIT(IP_CT_ESTABLISHED), "established" },
	{ FORM_STATE, NF_CT_STATE_BIT(IP_CT_RELATED), "related" },
	{ FORM_STATE, NF_CT_STATE_BIT(IP_CT_NEW), "new" },
	{ FORM_ROUTE_TYPE, RTN_LOCAL, "local" },
	{ FORM_TCP_FLAGS, 0x01, "fin" },
	{ FORM_TCP_FLAGS, 0x02, "syn" },
	{ FORM_TCP_FLAGS, 0x04, "rst" },
	{ FORM_TCP_FLAGS, 0x10, "ack" },
};

static bool host_order(enum value_form form)
{
	return form == FORM_HOST || form == FORM_CT_STATUS || form == FORM_MARK || form == FORM_INDEX ||
	       form == FORM_STATE || form == FORM_ROUTE_TYPE;
}

struct value value_of_number(enum selector selector, uint32_t number)
{
	const struct selector_row *row = &selector_rows[selector];
	struct value value = { 0 };

	if (host_order(row->form)) {
		memcpy(value.bytes, &number, sizeof(number));
		return value;
	}
	for (uint32_t i = row->length; i > 0; i--, number >>= 8)
		value.bytes[i - 1] = number & 0xff;
	return value;
}

struct value value_of_address(const struct address *address)
{
	struct value value = { 0 };

	address_to_bytes(address, value.bytes);
	return value;
}

struct value value_of_name(const char *name)
{
	struct value value = { 0 };

	strncpy((char *)value.bytes, name, sizeof(value.bytes) - 1);
	return value;
}

static uint32_t number_of(enum value_form form, const uint8_t *bytes, uint32_t length)
{
	uint32_t number = 0;

	if (host_order(form)) {
		memcpy(&number, bytes, sizeof(number));
		return number;
	}
	for (uint32_t i = 0; i < length; i++)
		number = number << 8 | bytes[i];
	return number;
}

static void address_add(const uint8_t *bytes, uint32_t length, struct strbuf *out)
{
	char text[ADDRESS_TEXT_SIZE];
	struct address address = address_from_bytes(length == 4 ? FAMILY_IPV4 : FAMILY_IPV6, bytes);

	strbuf_add(out, address_print(&address, text));
}

// The names of the bits of number, or of number itself; its digits where it has no name.
static void name_add(enum value_form form, uint32_t number, struct strbuf *out)
{
	const char *before = "";
	uint32_t rest = number;

	for (size_t i = 0; i < sizeof(value_names) / sizeof(value_names[0]); i++) {
		const struct value_name *row = &value_names[i];
		bool bit = form == FORM_TCP_FLAGS && number & row->value;

		if (row->form != form || !(bit || row->value == number))
			continue;
		strbuf_format(out, "%s%s", before, row->name);
		before = " | ";
		rest &= ~row->value;
	}
	if (rest)
		strbuf_format(out, "%s%u", before, rest);
}

void value_print(enum value_form form, const uint8_t *bytes, uint32_t length, struct strbuf *out)
{
	bool text = form == FORM_ADDRESS || form == FORM_NAME || form == FORM_RAW || form == FORM_MAC;
	uint32_t number = text ? 0 : number_of(form, bytes, length);

	switch (form) {
	case FORM_NUMBER:
	case FORM_HOST:
		strbuf_format(out, "%u", number);
		break;
	case FORM_MARK:
		strbuf_format(out, "0x%08x", number);
		break;
	case FORM_HEX:
		strbuf_format(out, number ? "0x%x" : "%u", number);
		break;
	case FORM_RAW:
		strbuf_add(out, "0x");
		for (uint32_t i = 0; i < length; i++)
			strbuf_format(out, "%02x", bytes[i]);
		break;
	case FORM_MAC:
		for (uint32_t i = 0; i < length; i++)
			strbuf_format(out, i ? ":%02x" : "%02x", bytes[i]);
		break;
	case FORM_PACKET_TYPE:
		name_add(form, number, out);
		break;
	case FORM_FAMILY:
	case FORM_ETHERTYPE:
	case FORM_ARP_OPERATION:
	case FORM_CT_DIRECTION:
	case FORM_CT_STATUS:
	case FORM_PROTOCOL:
	case FORM_INDEX:
	case FORM_STATE:
	case FORM_ROUTE_TYPE:
	case FORM_TCP_FLAGS:
		if (number)
			name_add(form, number, out);
		else
			strbuf_add(out, "0");
		break;
	case FORM_NAME:
		strbuf_format(out, "\"%s\"", (const char *)bytes);
		break;
	case FORM_ADDRESS:
		address_add(bytes, length, out);
		break;
	case FORM_ICMP_TYPE_CODE:
		strbuf_format(out, "%u icmp code %u", bytes[0], bytes[1]);
		break;
	case FORM_ICMPV6_TYPE_CODE:
		strbuf_format(out, "%u icmpv6 code %u", bytes[0], bytes[1]);
		break;
	}
}

int range_prefix(const uint8_t *first, const uint8_t *last, uint32_t length)
{
	uint32_t bits = 0, whole = 8 * length;

	while (bits < whole && !((first[bits / 8] ^ last[bits / 8]) & 0x80 >> bits % 8))
		bits++;
	for (uint32_t i = bits; i < whole; i++) {
		if (first[i / 8] & 0x80 >> i % 8 || !(last[i / 8] & 0x80 >> i % 8))
			return -1;
	}
	return (int)bits;
}

void range_print(enum value_form form, const uint8_t *first, const uint8_t *last, uint32_t length, struct strbuf *out)
{
	int prefix = form == FORM_ADDRESS ? range_prefix(first, last, length) : -1;

	value_print(form, first, length, out);
	if (!memcmp(first, last, length))
		return;
	if (prefix >= 0) {
		strbuf_format(out, "/%d", prefix);
		return;
	}
	strbuf_add_char(out, '-');
	value_print(form, last, length, out);
}
