// SPDX-License-Identifier: GPL-2.0-or-later
// What of a packet a rule can look at: one row a selector, with how it is loaded, what must be known first, and how
// its values are written. Inside src/nft only.
#ifndef VPCJAIL_NFT_SELECTOR_H
#define VPCJAIL_NFT_SELECTOR_H

#include <stdint.h>

#include "base/strbuf.h"
#include "net/address.h"

enum selector {
	SELECT_NFPROTO,
	SELECT_PROTOCOL,  // of the frame: what nfproto is where a device has the hook
	SELECT_L4PROTO,
	SELECT_MARK,         // of the packet: set by our own rules, and never a reason to accept
	SELECT_LENGTH,       // of the frame
	SELECT_PACKET_TYPE,  // to this host, or to a group
	SELECT_IIF,
	SELECT_OIF,
	SELECT_IIFNAME,
	SELECT_OIFNAME,
	SELECT_CT_STATE,
	SELECT_CT_STATUS,
	SELECT_CT_MARK,
	SELECT_CT_DIRECTION,  // of the packet: original or reply
	SELECT_CT_IP_SADDR,   // of the conversation's first packet, like the next ones
	SELECT_CT_IP_DADDR,
	SELECT_CT_IP6_SADDR,
	SELECT_CT_IP6_DADDR,
	SELECT_CT_DPORT,
	SELECT_SOURCE_TYPE,  // what the routing table says of the source address
	SELECT_ETHER_SOURCE,
	SELECT_ARP_HARDWARE,
	SELECT_ARP_PROTOCOL,
	SELECT_ARP_HARDWARE_LENGTH,
	SELECT_ARP_PROTOCOL_LENGTH,
	SELECT_ARP_OPERATION,
	SELECT_ARP_SOURCE_MAC,
	SELECT_ARP_SOURCE,
	SELECT_ARP_TARGET_MAC,
	SELECT_ARP_TARGET,
	SELECT_IP_SADDR,
	SELECT_IP_DADDR,
	SELECT_IP_LENGTH,  // of the header, in 32-bit words
	SELECT_IP_FRAGMENT,
	SELECT_IP6_SADDR,
	SELECT_IP6_DADDR,
	SELECT_IP6_NEXTHDR,
	SELECT_IP6_HOPLIMIT,
	SELECT_TCP_SPORT,
	SELECT_TCP_DPORT,
	SELECT_TCP_FLAGS,
	SELECT_UDP_SPORT,
	SELECT_UDP_DPORT,
	SELECT_ICMP_TYPE,
	SELECT_ICMP_CODE,
	SELECT_ICMP_TYPE_CODE,  // both in one load, as nft merges them
	SELECT_ICMPV6_TYPE,
	SELECT_ICMPV6_CODE,
	SELECT_ICMPV6_TYPE_CODE,
	SELECT_ND_TARGET,  // of neighbour discovery: who is asked for, or answers
	SELECT_ND_OPTION,  // its first option, where that is 8 bytes long
	SELECTORS
};

// A value as it lies in a register: the first `length` bytes of the selector, or fewer for a shortened load.
struct value {
	uint8_t bytes[16];
};

// How values are written. The order of the bytes follows: the host's for indexes, marks, states and route types.
enum value_form {
	FORM_NUMBER,  // big-endian, decimal
	FORM_HEX,     // big-endian, hexadecimal
	FORM_HOST,    // the host's order, decimal
	FORM_MARK,    // the host's order, eight hexadecimal digits
	FORM_RAW,     // bytes that nft has no name for: its selector tells where they are
	FORM_MAC,
	FORM_FAMILY,
	FORM_ETHERTYPE,
	FORM_PACKET_TYPE,
	FORM_ARP_OPERATION,
	FORM_CT_DIRECTION,
	FORM_CT_STATUS,
	FORM_PROTOCOL,
	FORM_INDEX,
	FORM_NAME,
	FORM_STATE,
	FORM_ROUTE_TYPE,
	FORM_ADDRESS,
	FORM_TCP_FLAGS,
	FORM_ICMP_TYPE_CODE,
	FORM_ICMPV6_TYPE_CODE,
};

enum source {
	SOURCE_META,
	SOURCE_CT,
	SOURCE_CT_ORIGINAL,
	SOURCE_FIB,
	SOURCE_LINK_HEADER,
	SOURCE_ARP_HEADER,  // where the network header is, once the frame is known to be ARP
	SOURCE_NETWORK_HEADER,
	SOURCE_TRANSPORT_HEADER,
};

struct selector_row {
	const char *name;
	enum source source;
	uint32_t key;     // of meta, ct or fib; the offset of a header
	uint32_t length;  // bytes
	enum value_form form;
	enum family family;  // must be known to be this one: FAMILY_NONE, no matter
	uint8_t protocol;    // likewise; 0: no matter
	uint32_t mask;       // the field's bits of what is loaded, as its name says already; 0: all
};

extern const struct selector_row selector_rows[SELECTORS];

// Values in the byte order of a selector.
struct value value_of_number(enum selector selector, uint32_t number);
struct value value_of_address(const struct address *address);
struct value value_of_name(const char *name);

// Adds a value as nft reads it.
void value_print(enum value_form form, const uint8_t *bytes, uint32_t length, struct strbuf *out);

// Adds the range first to last, both of length bytes: one value, a prefix where it is one, else first-last.
void range_print(enum value_form form, const uint8_t *first, const uint8_t *last, uint32_t length, struct strbuf *out);

// The length of the prefix that covers exactly first to last, or -1.
int range_prefix(const uint8_t *first, const uint8_t *last, uint32_t length);

#endif
