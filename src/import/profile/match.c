// SPDX-License-Identifier: GPL-2.0-or-later
// What of a packet a rule is about, as keys of its row. See part.h.
#include <netinet/in.h>

#include "import/profile/part.h"

static bool has_ports(int protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP;
}

static bool is_icmp(int protocol)
{
	return protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6;
}

// A profile has no port 0: no program listens there.
static struct port_range ports_of(const struct aws_match *match)
{
	return (struct port_range){ match->ports.first ? match->ports.first : 1, match->ports.last };
}

static bool has_range(const struct aws_match *match)
{
	return has_ports(match->protocol) && !match->all_ports &&
	       !(match->ports.first <= 1 && match->ports.last == UINT16_MAX);
}

static const char *why_nothing(const struct aws_match *match, unsigned families)
{
	if (match->nothing || (is_icmp(match->protocol) && match->icmp_type < 0 && match->icmp_code >= 0))
		return "AWS takes it and matches no packet with it";
	if (has_range(match) && ports_of(match).first > ports_of(match).last)
		return "port 0 is no program's";
	if (!families)
		return "nobody is known to be meant";
	if ((match->protocol == IPPROTO_ICMP && families == TEXT_IPV6) ||
	    (match->protocol == IPPROTO_ICMPV6 && families == TEXT_IPV4))
		return "its protocol and its addresses are of two families";
	return NULL;
}

const char *text_match(struct node *row, const struct aws_match *match, unsigned families)
{
	const char *why = why_nothing(match, families);
	struct port_range range = ports_of(match);
	char out[12];

	if (why)
		return why;
	node_set(row, "protocol", node_scalar(protocol_print(match->protocol, out)));
	if (has_range(match)) {
		struct node *ports = node_new(NODE_SEQUENCE);
		node_append(ports, node_scalar(port_range_print(&range, out)));
		node_set(row, "ports", ports);
	}
	if (is_icmp(match->protocol) && match->icmp_type >= 0)
		node_set(row, "icmp-type", text_scalar("%d", match->icmp_type));
	if (is_icmp(match->protocol) && match->icmp_code >= 0)
		node_set(row, "icmp-code", text_scalar("%d", match->icmp_code));
	return NULL;
}

void text_match_describe(const struct aws_match *match, struct strbuf *out)
{
	struct port_range range = ports_of(match);
	char text[12];

	strbuf_add(out, protocol_print(match->protocol, text));
	if (has_range(match) && range.first <= range.last)
		strbuf_format(out, " %s", port_range_print(&range, text));
	if (is_icmp(match->protocol) && match->icmp_type >= 0)
		strbuf_format(out, " type %d", match->icmp_type);
	if (is_icmp(match->protocol) && match->icmp_code >= 0)
		strbuf_format(out, " code %d", match->icmp_code);
}
