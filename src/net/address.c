// SPDX-License-Identifier: GPL-2.0-or-later
// The strict parser and the canonical printer of addresses: see address.h.
#include "net/address.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { IPV4_PARTS = 4, IPV4_TEXT_SIZE = 16, IPV6_GROUPS = 8, QUOTED = 80 };

#define DECIMAL_DIGITS "0123456789"
#define HEXADECIMAL_DIGITS DECIMAL_DIGITS "abcdefABCDEF"

// What people write around an address where only an address is meant.
static const struct {
	char character;
	const char *mistake;
} surroundings[] = {
	{ '/', "has a prefix length; a single address is expected here" },
	{ '%', "has a zone; an interface's name means nothing in a profile, leave it out" },
	{ '[', "has brackets; write the address without them" },
	{ ' ', "has a space in it" },
};

// Every complaint has the form: "TEXT" is not an address: …
#define refuse(err, text, format, ...) error_set((err), -EINVAL, "\"%.*s\" " format, QUOTED, (text), ##__VA_ARGS__)

static int refuse_character(char c, const char *text, struct error *err)
{
	if (c > ' ' && c <= '~')
		return refuse(err, text, "is not an address: unexpected '%c'", c);
	return refuse(err, text, "is not an address: unexpected byte 0x%02x", (unsigned)(unsigned char)c);
}

// Reads one decimal part of a dotted quad at *at and moves past it.
static int parse_ipv4_part(const char **at, const char *text, uint32_t *value, struct error *err)
{
	const char *part = *at;
	int digits = (int)strspn(part, DECIMAL_DIGITS);

	if (!digits && *part && *part != '.')
		return refuse_character(*part, text, err);
	if (!digits)
		return refuse(err, text, "is not an IPv4 address: a part is empty");
	if (digits > 1 && part[0] == '0')
		return refuse(err, text,
			      "has the part \"%.*s\" with a leading zero, which some programs read as octal; "
			      "write it without the zero",
			      digits > 20 ? 20 : digits, part);
	*value = 0;
	for (int i = 0; i < digits && *value <= UINT8_MAX; i++)
		*value = *value * 10 + (uint32_t)(part[i] - '0');
	if (*value > UINT8_MAX)
		return refuse(err, text, "is not an IPv4 address: \"%.*s\" is more than 255", digits > 20 ? 20 : digits,
			      part);
	*at += digits;
	return 0;
}

// Reads a dotted quad that ends the text. `text` is what the user wrote, for messages.
static int parse_ipv4(const char *at, const char *text, address_bits *bits, struct error *err)
{
	uint32_t total = 0;

	for (unsigned part = 1;; part++) {
		uint32_t value = 0;
		int result = parse_ipv4_part(&at, text, &value, err);
		if (result < 0)
			return result;
		total = total << 8 | value;
		if (part == IPV4_PARTS)
			break;
		if (!*at)
			return refuse(err, text,
				      "is not an IPv4 address: it has %u of 4 parts; short forms are not read", part);
		if (*at++ != '.')
			return refuse_character(at[-1], text, err);
	}
	if (*at == '.')
		return refuse(err, text, "is not an IPv4 address: it has more than 4 parts");
	if (*at == ':')
		return refuse(err, text, "has a port; an address alone is expected here");
	if (*at)
		return refuse_character(*at, text, err);
	*bits = total;
	return 0;
}

// The groups of an IPv6 address while it is read. gap: the index at which "::" stands, -1 without one.
struct groups {
	uint16_t values[IPV6_GROUPS];
	unsigned count;
	int gap;
	bool dotted;  // the last two were written as a dotted quad
};

static int add_group(struct groups *groups, uint16_t value, const char *text, struct error *err)
{
	if (groups->count == IPV6_GROUPS)
		return refuse(err, text, "is not an IPv6 address: it has more than 8 groups");
	groups->values[groups->count++] = value;
	return 0;
}

// Reads one group, or the dotted quad that ends the text, at *at and moves past it.
static int parse_group(const char **at, const char *text, struct groups *groups, struct error *err)
{
	size_t digits = strspn(*at, HEXADECIMAL_DIGITS);
	address_bits tail;
	uint16_t value = 0;

	if (digits && (*at)[digits] == '.') {
		int result = parse_ipv4(*at, text, &tail, err);
		if (result == 0)
			result = add_group(groups, (uint16_t)(tail >> 16), text, err);
		if (result == 0)
			result = add_group(groups, (uint16_t)tail, text, err);
		groups->dotted = true;
		*at += strlen(*at);
		return result;
	}
	if (!digits && **at == ':')
		return refuse(err, text, "is not an IPv6 address: a group is empty");
	if (!digits)
		return refuse_character(**at, text, err);
	if (digits > 4)
		return refuse(err, text, "is not an IPv6 address: a group has more than 4 digits");
	for (; digits; digits--, (*at)++) {
		char c = **at;
		value = (uint16_t)(value << 4 | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10));
	}
	return add_group(groups, value, text, err);
}

static int parse_groups(const char *text, struct groups *groups, struct error *err)
{
	const char *at = text;

	if (at[0] == ':') {
		if (at[1] != ':')
			return refuse(err, text, "is not an IPv6 address: it begins with a single ':'");
		groups->gap = 0;
		at += 2;
	}
	while (*at) {
		int result = parse_group(&at, text, groups, err);
		if (result < 0)
			return result;
		if (!*at)
			break;
		if (*at++ != ':')
			return refuse_character(at[-1], text, err);
		if (!*at)
			return refuse(err, text, "is not an IPv6 address: it ends with a single ':'");
		if (*at != ':')
			continue;
		if (groups->gap >= 0)
			return refuse(err, text, "is not an IPv6 address: \"::\" stands in it twice");
		groups->gap = (int)groups->count;
		at++;
	}
	if (groups->gap < 0 && groups->count < IPV6_GROUPS)
		return refuse(err, text, "is not an IPv6 address: it has %u of 8 groups", groups->count);
	if (groups->gap >= 0 && groups->count == IPV6_GROUPS)
		return refuse(err, text, "is not an IPv6 address: it has 8 groups and a \"::\" that stands for none");
	return 0;
}

static bool is_v4_mapped(address_bits bits)
{
	return bits >> 32 == 0xffff;
}

static int parse_ipv6(const char *text, address_bits *bits, struct error *err)
{
	struct groups groups = { .gap = -1 };
	address_bits total = 0;
	char remedy[ADDRESS_TEXT_SIZE];

	int result = parse_groups(text, &groups, err);
	if (result < 0)
		return result;
	unsigned gap = groups.gap < 0 ? IPV6_GROUPS : (unsigned)groups.gap, missing = IPV6_GROUPS - groups.count;
	for (unsigned i = 0; i < IPV6_GROUPS; i++) {
		bool zero = i >= gap && i < gap + missing;
		uint16_t value = zero ? 0 : groups.values[i < gap ? i : i - missing];
		total = total << 16 | value;
	}
	// Two spellings of one IPv4 destination would let a rule about one miss the other.
	if (is_v4_mapped(total) || (groups.dotted && total >> 32 == 0)) {
		struct address inner = { .family = FAMILY_IPV4, .bits = (uint32_t)total };
		return refuse(err, text, "is an IPv4 address in IPv6 form; write it as %s",
			      address_print(&inner, remedy));
	}
	*bits = total;
	return 0;
}

int address_parse(const char *text, struct address *address, struct error *err)
{
	struct address parsed;

	if (!text[0])
		return error_set(err, -EINVAL, "an address is missing");
	for (size_t i = 0; i < sizeof(surroundings) / sizeof(surroundings[0]); i++)
		if (strchr(text, surroundings[i].character))
			return refuse(err, text, "%s", surroundings[i].mistake);

	const char *colon = strchr(text, ':');
	const char *dot = strchr(text, '.');
	bool ipv6 = colon && (!dot || colon < dot);
	parsed.family = ipv6 ? FAMILY_IPV6 : FAMILY_IPV4;
	int result = ipv6 ? parse_ipv6(text, &parsed.bits, err) : parse_ipv4(text, text, &parsed.bits, err);
	if (result == 0)
		*address = parsed;
	return result;
}

// out holds IPV4_TEXT_SIZE bytes.
static void print_ipv4(uint32_t bits, char *out)
{
	(void)snprintf(out, IPV4_TEXT_SIZE, "%u.%u.%u.%u", bits >> 24, bits >> 16 & 0xff, bits >> 8 & 0xff,
		       bits & 0xff);
}

static void print_ipv6(address_bits bits, char *out)
{
	uint16_t groups[IPV6_GROUPS];
	unsigned gap = IPV6_GROUPS, gap_length = 1;  // a single zero group is written out
	char *at = out;

	for (unsigned i = 0; i < IPV6_GROUPS; i++)
		groups[i] = (uint16_t)(bits >> 16 * (IPV6_GROUPS - 1 - i));
	for (unsigned i = 0; i < IPV6_GROUPS; i++) {
		unsigned length = 0;
		while (i + length < IPV6_GROUPS && !groups[i + length])
			length++;
		if (length > gap_length) {
			gap = i;
			gap_length = length;
		}
	}
	for (unsigned i = 0; i < IPV6_GROUPS; i++) {
		if (i == gap) {
			at += sprintf(at, "::");
			i += gap_length - 1;
			continue;
		}
		bool separated = i == 0 || i == gap + gap_length;
		at += sprintf(at, separated ? "%x" : ":%x", groups[i]);
	}
}

const char *address_print(const struct address *address, char *out)
{
	switch (address->family) {
	case FAMILY_IPV4:
		print_ipv4((uint32_t)address->bits, out);
		return out;
	case FAMILY_IPV6:
		if (is_v4_mapped(address->bits))  // seen in packets only, never in a profile
			print_ipv4((uint32_t)address->bits, stpcpy(out, "::ffff:"));
		else
			print_ipv6(address->bits, out);
		return out;
	case FAMILY_NONE:
		break;
	}
	return strcpy(out, "none");
}

unsigned address_to_bytes(const struct address *address, uint8_t bytes[16])
{
	unsigned count = (unsigned)address->family / 8;

	for (unsigned i = 0; i < count; i++)
		bytes[i] = (uint8_t)(address->bits >> 8 * (count - 1 - i));
	return count;
}

struct address address_from_bytes(enum family family, const uint8_t *bytes)
{
	struct address address = { .family = family };

	for (unsigned i = 0; i < (unsigned)family / 8; i++)
		address.bits = address.bits << 8 | bytes[i];
	return address;
}

struct address address_from_socket(const uint8_t bytes[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (memcmp(bytes, mapped, sizeof(mapped)) == 0)
		return address_from_bytes(FAMILY_IPV4, bytes + sizeof(mapped));
	return address_from_bytes(FAMILY_IPV6, bytes);
}

bool address_equal(const struct address *a, const struct address *b)
{
	return a->family == b->family && a->bits == b->bits;
}
