// SPDX-License-Identifier: GPL-2.0-or-later
// CIDR blocks: see prefix.h.
#include "net/prefix.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"

// A number of `count` low bits, all ones; a shift by the whole width would be undefined.
static address_bits low_bits(unsigned count)
{
	return count ? ~(address_bits)0 >> (128 - count) : 0;
}

static address_bits host_bits(const struct prefix *prefix)
{
	return low_bits((unsigned)prefix->base.family - prefix->length);
}

int prefix_parse(const char *text, struct prefix *prefix, struct error *err)
{
	const char *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	char address_text[ADDRESS_TEXT_SIZE];
	char corrected[PREFIX_TEXT_SIZE], alone[ADDRESS_TEXT_SIZE];
	struct prefix parsed;
	uint64_t bits;

	if (!slash || length >= sizeof(address_text)) {
		struct address address;
		int result = address_parse(text, &address, err);
		if (result == 0)
			*prefix = prefix_of_address(&address);
		return result;
	}
	memcpy(address_text, text, length);
	address_text[length] = '\0';
	int result = address_parse(address_text, &parsed.base, err);
	if (result < 0)
		return result;
	if (number_parse(slash + 1, (uint64_t)parsed.base.family, &bits) < 0)
		return error_set(err, -EINVAL, "\"%.80s\" needs a prefix length from 0 to %u after the '/'", text,
				 (unsigned)parsed.base.family);
	parsed.length = (uint8_t)bits;

	struct prefix cleared = { .base = prefix_first(&parsed), .length = parsed.length };
	if (!address_equal(&cleared.base, &parsed.base))
		return error_set(err, -EINVAL, "\"%.80s\" has host bits set; write %s, or %s for the one address", text,
				 prefix_print(&cleared, corrected), address_print(&parsed.base, alone));
	*prefix = parsed;
	return 0;
}

const char *prefix_print(const struct prefix *prefix, char *out)
{
	char address[ADDRESS_TEXT_SIZE];

	(void)snprintf(out, PREFIX_TEXT_SIZE, "%s/%u", address_print(&prefix->base, address), prefix->length);
	return out;
}

struct prefix prefix_of_address(const struct address *address)
{
	return (struct prefix){ .base = *address, .length = (uint8_t)address->family };
}

struct address prefix_first(const struct prefix *prefix)
{
	return (struct address){ .family = prefix->base.family, .bits = prefix->base.bits & ~host_bits(prefix) };
}

struct address prefix_last(const struct prefix *prefix)
{
	return (struct address){ .family = prefix->base.family, .bits = prefix->base.bits | host_bits(prefix) };
}

bool prefix_contains(const struct prefix *prefix, const struct address *address)
{
	return address->family == prefix->base.family && !((address->bits ^ prefix->base.bits) & ~host_bits(prefix));
}

struct prefix prefix_around(const struct address *address, uint8_t length)
{
	struct prefix prefix = { *address, length };

	prefix.base = prefix_first(&prefix);
	return prefix;
}

bool prefix_covers(const struct prefix *outer, const struct prefix *inner)
{
	return inner->length >= outer->length && prefix_contains(outer, &inner->base);
}
