// SPDX-License-Identifier: GPL-2.0-or-later
// Ports and protocols: see port_range.h.
#include "net/port_range.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "base/number.h"

enum { NUMBER_TEXT_SIZE = 12 };

static int refuse_form(const char *text, struct error *err)
{
	return error_set(err, -EINVAL, "\"%.80s\" is not a port or a range; write 443 or 8000-8100", text);
}

static int parse_port(const char *port, const char *text, uint16_t *value, struct error *err)
{
	uint64_t number;

	int result = number_parse(port, UINT16_MAX, &number);
	if (result == -EINVAL)
		return refuse_form(text, err);
	if (result < 0 || number == 0)
		return error_set(err, -EINVAL, "\"%.80s\" is out of range: ports are 1 to 65535", text);
	*value = (uint16_t)number;
	return 0;
}

int port_range_parse(const char *text, struct port_range *range, struct error *err)
{
	const char *dash = strchr(text, '-');
	size_t length = dash ? (size_t)(dash - text) : strlen(text);
	char first[NUMBER_TEXT_SIZE];
	struct port_range parsed;

	if (length >= sizeof(first))
		return refuse_form(text, err);
	memcpy(first, text, length);
	first[length] = '\0';
	int result = parse_port(first, text, &parsed.first, err);
	if (result == 0)
		result = parse_port(dash ? dash + 1 : first, text, &parsed.last, err);
	if (result < 0)
		return result;
	if (parsed.first > parsed.last)
		return error_set(err, -EINVAL, "\"%.80s\" is reversed; write %u-%u", text, parsed.last, parsed.first);
	*range = parsed;
	return 0;
}

const char *port_range_print(const struct port_range *range, char *out)
{
	if (range->first == range->last)
		(void)snprintf(out, NUMBER_TEXT_SIZE, "%u", range->first);
	else
		(void)snprintf(out, NUMBER_TEXT_SIZE, "%u-%u", range->first, range->last);
	return out;
}

static int compare_first(const void *a, const void *b)
{
	const struct port_range *left = a, *right = b;

	return (int)left->first - (int)right->first;
}

void port_ranges_normalize(port_range_vec *ranges)
{
	size_t kept = 0;

	if (!ranges->count)
		return;
	qsort(ranges->items, ranges->count, sizeof(*ranges->items), compare_first);
	for (size_t i = 1; i < ranges->count; i++) {
		struct port_range *last = &ranges->items[kept], *next = &ranges->items[i];
		if (next->first > last->last + 1)  // in int: 65535 + 1 does not wrap
			ranges->items[++kept] = *next;
		else if (next->last > last->last)
			last->last = next->last;
	}
	ranges->count = kept + 1;
}

bool port_ranges_contain(const port_range_vec *ranges, uint16_t port)
{
	for (size_t i = 0; i < ranges->count; i++)
		if (ranges->items[i].first <= port && port <= ranges->items[i].last)
			return true;
	return false;
}

// The first name of a number is the one printed.
static const struct {
	const char *name;
	int number;
} protocols[] = {
	{ "tcp", IPPROTO_TCP },       { "udp", IPPROTO_UDP },  { "icmp", IPPROTO_ICMP },
	{ "icmpv6", IPPROTO_ICMPV6 }, { "all", PROTOCOL_ALL }, { "-1", PROTOCOL_ALL },
};

enum { PROTOCOLS = sizeof(protocols) / sizeof(protocols[0]) };

int protocol_parse(const char *text, int *protocol, struct error *err)
{
	const char *names[PROTOCOLS];
	uint64_t number;

	for (size_t i = 0; i < PROTOCOLS; i++) {
		names[i] = protocols[i].name;
		if (strcmp(text, protocols[i].name) == 0) {
			*protocol = protocols[i].number;
			return 0;
		}
	}
	if (number_parse(text, UINT8_MAX, &number) == 0) {
		*protocol = (int)number;
		return 0;
	}
	const char *nearest = names_nearest(text, names, PROTOCOLS);
	if (nearest)
		return error_set(err, -EINVAL, "\"%.80s\" is not a protocol; did you mean \"%s\"?", text, nearest);
	return error_set(err, -EINVAL,
			 "\"%.80s\" is not a protocol; write tcp, udp, icmp, icmpv6, all or a number 0-255", text);
}

const char *protocol_print(int protocol, char *out)
{
	for (size_t i = 0; i < PROTOCOLS; i++)
		if (protocols[i].number == protocol)
			return protocols[i].name;
	(void)snprintf(out, NUMBER_TEXT_SIZE, "%d", protocol);
	return out;
}
