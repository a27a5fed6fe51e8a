// SPDX-License-Identifier: GPL-2.0-or-later
// The two forms in which AWS writes what a rule is about: see reader.h.
//
// Source: Amazon EC2 API Reference, IpPermission (FromPort, ToPort: type and code of ICMP; -1 is any; other protocols
// than TCP, UDP and ICMP have all ports), NetworkAclEntry (PortRange, IcmpTypeCode); SEMANTICS section 3.
#include <netinet/in.h>
#include <string.h>

#include "base/cleanup.h"
#include "import/read/row_parts.h"

enum { ANY = -1, ICMP_MAXIMUM = UINT8_MAX };

static bool has_ports(int protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP;
}

static bool is_icmp(int protocol)
{
	return protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6;
}

// The protocol's name in any case, its number, or "-1". false: a mistake was added.
static bool read_protocol(struct import_reader *reader, const json_t *rule, const char *key, int *protocol)
{
	const char *text = member_text(reader, rule, key);
	char lower[sizeof("icmpv6")];
	size_t length = text ? strlen(text) : 0;
	struct error err;

	if (!text) {
		row_lacks(reader, rule, "a rule", key);
		return false;
	}
	if (length < sizeof(lower)) {
		for (size_t i = 0; i <= length; i++)
			lower[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + ('a' - 'A') : text[i]);
		text = lower;
	}
	if (protocol_parse(text, protocol, &err) == 0)
		return true;
	import_error(reader, rule, key, "AWS writes tcp, udp, icmp, icmpv6, a number or -1", "%s", err.message);
	return false;
}

// Ports from 0 are those from 1 (port 0 is no destination); 0 to 65535 are all.
static void set_ports(struct import_reader *reader, const json_t *object, const char *key, long first, long last,
		      struct aws_match *match)
{
	if (first > last) {
		import_error(reader, object, key, "the first port is not above the last one",
			     "ports %ld to %ld are reversed", first, last);
		match->nothing = true;
	} else if (last == 0) {
		match->nothing = true;
	} else if (first == 0 && last == UINT16_MAX) {
		match->all_ports = true;
	} else {
		match->ports = (struct port_range){ (uint16_t)(first ? first : 1), (uint16_t)last };
	}
}

static void set_icmp(struct import_reader *reader, const json_t *object, const char *key, long type, long code,
		     struct aws_match *match)
{
	match->all_ports = true;
	match->nothing = type == ANY && code != ANY;
	if (type > ICMP_MAXIMUM || code > ICMP_MAXIMUM) {
		import_error(reader, object, key, "types and codes of ICMP are 0 to 255, or -1 for any",
			     "type %ld with code %ld is none of ICMP", type, code);
		match->nothing = true;
		return;
	}
	match->icmp_type = (int)type;
	match->icmp_code = (int)code;
}

// A rule of which one end is any and the other is not: AWS makes none.
static void warn_half_open(struct import_reader *reader, const json_t *rule, const char *key, long first, long last)
{
	import_warning(reader, rule, key, "it is taken as one that matches nothing",
		       "ports %ld to %ld are not a range that AWS makes", first, last);
}

// What AWS always gives of such a protocol: that it is any has to be said.
static bool lacks_end(struct import_reader *reader, const json_t *rule)
{
	static const char *const ends[] = { "FromPort", "ToPort" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (!has_member(rule, ends[i])) {
			import_warning(reader, rule, NULL, "it is taken as one that matches nothing",
				       "a rule of this protocol has no \"%s\"", ends[i]);
			return true;
		}
	return false;
}

// An end that may be missing. false: it is there and makes no sense, which was said.
static bool read_end(struct import_reader *reader, const json_t *rule, const char *key, long *value)
{
	return member_number(reader, rule, key, ANY, UINT16_MAX, value) || !has_member(rule, key);
}

void read_group_match(struct import_reader *reader, const json_t *rule, struct aws_match *match)
{
	long first = ANY, last = ANY;

	*match = (struct aws_match){ .icmp_type = ANY, .icmp_code = ANY };
	if (!read_protocol(reader, rule, "IpProtocol", &match->protocol)) {
		match->nothing = true;
		return;
	}
	bool usable = read_end(reader, rule, "FromPort", &first) && read_end(reader, rule, "ToPort", &last);
	bool has_ends = has_ports(match->protocol) || is_icmp(match->protocol);
	if (!usable || (has_ends && lacks_end(reader, rule))) {
		match->nothing = true;
	} else if (is_icmp(match->protocol)) {
		set_icmp(reader, rule, "FromPort", first, last, match);
	} else if (!has_ends || (first == ANY && last == ANY)) {
		match->all_ports = true;
	} else if (first == ANY || last == ANY) {
		warn_half_open(reader, rule, first == ANY ? "ToPort" : "FromPort", first, last);
		match->nothing = true;
	} else {
		set_ports(reader, rule, "FromPort", first, last, match);
	}
}

// A code of any type makes no sense: an entry that allows it matches nothing, one that denies it all of ICMP.
static void widen_denial(struct import_reader *reader, const json_t *entry, struct aws_match *match)
{
	if (match->icmp_type != ANY || match->icmp_code == ANY || !member_is(reader, entry, "RuleAction", "deny"))
		return;
	match->nothing = false;
	match->icmp_code = ANY;
}

// Two numbers of a member that is an object. false: one is missing, and a mistake was added.
static bool read_pair(struct import_reader *reader, const json_t *entry, const char *key, const char *const names[2],
		      long minimum, long values[2])
{
	const json_t *pair = member_object(reader, entry, key);

	if (!pair) {
		row_lacks(reader, entry, "an entry of this protocol", key);
		return false;
	}
	for (size_t i = 0; i < 2; i++)
		if (!member_number(reader, pair, names[i], minimum, UINT16_MAX, &values[i])) {
			row_lacks(reader, pair, key, names[i]);
			return false;
		}
	return true;
}

void read_acl_match(struct import_reader *reader, const json_t *entry, struct aws_match *match)
{
	static const char *const ports[] = { "From", "To" }, *const types[] = { "Type", "Code" };
	long values[2] = { ANY, ANY };

	*match = (struct aws_match){ .icmp_type = ANY, .icmp_code = ANY };
	if (!read_protocol(reader, entry, "Protocol", &match->protocol)) {
		match->nothing = true;
	} else if (is_icmp(match->protocol)) {
		if (read_pair(reader, entry, "IcmpTypeCode", types, ANY, values))
			set_icmp(reader, entry, "IcmpTypeCode", values[0], values[1], match);
		else
			match->nothing = true;
		widen_denial(reader, entry, match);
	} else if (has_ports(match->protocol)) {
		if (read_pair(reader, entry, "PortRange", ports, 0, values))
			set_ports(reader, entry, "PortRange", values[0], values[1], match);
		else
			match->nothing = true;
	} else {
		match->all_ports = true;
	}
}
