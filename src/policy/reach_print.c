// SPDX-License-Identifier: GPL-2.0-or-later
// Reached space for people and as JSON: see reach_algebra.h.
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "policy/reach_algebra.h"

enum { TEXT_RANGES = 12 };  // of a row; JSON has them all

typedef void say_range(void *data, const char *text);

static void say_port(const struct reach_range *range, say_range *say, void *data)
{
	char text[24];

	(void)snprintf(text, sizeof(text), range->first == range->last ? "%u" : "%u-%u", range->first, range->last);
	say(data, text);
}

static void say_types(unsigned first, unsigned last, say_range *say, void *data)
{
	char text[24];

	(void)snprintf(text, sizeof(text), first == last ? "type %u" : "types %u-%u", first, last);
	say(data, text);
}

static void say_codes(unsigned type, unsigned first, unsigned last, say_range *say, void *data)
{
	char text[40];

	(void)snprintf(text, sizeof(text), first == last ? "type %u code %u" : "type %u codes %u-%u", type, first,
		       last);
	say(data, text);
}

// The codes of a type that is not whole, before and after types that are.
static void say_icmp(const struct reach_range *range, say_range *say, void *data)
{
	unsigned first = range->first >> 8, last = range->last >> 8;
	bool head = range->first & 0xff, tail = (range->last & 0xff) != 0xff;

	if (first == last && (head || tail)) {
		say_codes(first, range->first & 0xff, range->last & 0xff, say, data);
		return;
	}
	if (head)
		say_codes(first++, range->first & 0xff, 0xff, say, data);
	if (first + tail <= last)
		say_types(first, last - tail, say, data);
	if (tail)
		say_codes(last, 0, range->last & 0xff, say, data);
}

static bool is_icmp(const struct reach_row *row)
{
	return row->protocol == IPPROTO_ICMP || row->protocol == IPPROTO_ICMPV6;
}

static void say_ranges(const struct reach_row *row, say_range *say, void *data)
{
	vec_for_each (range, &row->ranges)
		(is_icmp(row) ? say_icmp : say_port)(range, say, data);
}

struct listing {
	struct strbuf *out;
	const char *between;
	bool begun;
};

static void list_range(void *data, const char *text)
{
	struct listing *listing = data;

	strbuf_add(listing->out, listing->begun ? listing->between : " ");
	strbuf_add(listing->out, text);
	listing->begun = true;
}

void reach_row_describe(const struct reach_row *row, struct strbuf *out)
{
	struct listing listing = { .out = out, .between = is_icmp(row) ? ", " : "," };
	char text[12];

	strbuf_add(out, protocol_print(row->protocol, text));
	if (reach_row_is_whole(row))
		strbuf_add(out, is_icmp(row) ? ", all types" : ", all ports");
	else
		say_ranges(row, list_range, &listing);
}

static bool is_one(const struct big_number *number)
{
	char text[BIG_NUMBER_TEXT_SIZE];

	return strcmp(big_number_print(number, text), "1") == 0;
}

void pairs_describe(const struct big_number *pairs, struct strbuf *out)
{
	char text[BIG_NUMBER_TEXT_SIZE];

	strbuf_format(out, "%s pair%s of address and port", big_number_describe(pairs, text), is_one(pairs) ? "" : "s");
}

void addresses_describe(const struct big_number addresses[2], struct strbuf *out)
{
	static const char *const families[] = { "", "IPv6 " };
	bool begun = false;

	for (unsigned i = 0; i < 2; i++) {
		char text[BIG_NUMBER_TEXT_SIZE];
		bool one = is_one(&addresses[i]);

		if (big_number_is_zero(&addresses[i]))
			continue;
		strbuf_format(out, "%s%s %saddress%s", begun ? " and " : "", big_number_describe(&addresses[i], text),
			      families[i], one ? "" : "es");
		begun = true;
	}
	if (!begun)
		strbuf_add(out, "no address");
}

// "10.0.0.0/8", "10.0.0.1", or "10.0.0.1-10.0.0.9" where that takes several blocks.
static void range_describe(const struct address_range *range, struct strbuf *out)
{
	unsigned length = range->first.family;
	char text[PREFIX_TEXT_SIZE];

	while (length) {
		struct prefix wider = prefix_around(&range->first, (uint8_t)(length - 1));
		struct address last = prefix_last(&wider);
		if (wider.base.bits != range->first.bits || last.bits > range->last.bits)
			break;
		length--;
	}
	struct prefix block = prefix_around(&range->first, (uint8_t)length);
	struct address last = prefix_last(&block);
	if (range->first.bits == range->last.bits) {
		strbuf_add(out, address_print(&range->first, text));
	} else if (last.bits == range->last.bits) {
		strbuf_add(out, prefix_print(&block, text));
	} else {
		strbuf_format(out, "%s-", address_print(&range->first, text));
		strbuf_add(out, address_print(&range->last, text));
	}
}

void remotes_describe(const struct prefix_set *remotes, struct strbuf *out)
{
	struct big_number addresses[2] = { 0 };

	if (prefix_set_is_full(remotes, FAMILY_IPV4) && prefix_set_is_full(remotes, FAMILY_IPV6)) {
		strbuf_add(out, "any address");
		return;
	}
	for (size_t i = 0; i < remotes->ranges.count && i < TEXT_RANGES; i++) {
		strbuf_add(out, i ? ", " : "");
		range_describe(&remotes->ranges.items[i], out);
	}
	if (remotes->ranges.count > TEXT_RANGES)
		strbuf_format(out, " and %zu more", remotes->ranges.count - TEXT_RANGES);
	prefix_set_count(remotes, addresses);
	strbuf_add(out, " (");
	addresses_describe(addresses, out);
	strbuf_add(out, ")");
}

void reach_row_print(const struct reach_row *row, enum direction direction, const char *indent, struct strbuf *out)
{
	strbuf_add(out, indent);
	reach_row_describe(row, out);
	strbuf_add(out, direction == EGRESS ? " to " : " from ");
	remotes_describe(&row->remotes, out);
	strbuf_add_char(out, '\n');
}

static void json_range(void *data, const char *text)
{
	json_text(data, text);
}

static void json_big(struct json *json, const char *key, const struct big_number *number)
{
	char text[BIG_NUMBER_TEXT_SIZE];

	json_key_text(json, key, big_number_print(number, text));
}

void prefix_set_print_json(const struct prefix_set *set, struct json *json)
{
	prefix_vec prefixes = { 0 };
	char text[PREFIX_TEXT_SIZE];

	prefix_set_to_prefixes(set, FAMILY_IPV4, &prefixes);
	prefix_set_to_prefixes(set, FAMILY_IPV6, &prefixes);
	json_array_begin(json);
	vec_for_each (prefix, &prefixes)
		json_text(json, prefix_print(prefix, text));
	json_array_end(json);
	vec_release(&prefixes);
}

void reach_row_members(const struct reach_row *row, struct json *json)
{
	struct reach_count count = reach_row_count(row);
	char text[12];

	json_key_text(json, "protocol", protocol_print(row->protocol, text));
	json_key(json, is_icmp(row) ? "types" : "ports");
	json_array_begin(json);
	say_ranges(row, json_range, json);
	json_array_end(json);
	json_key(json, "prefixes");
	prefix_set_print_json(&row->remotes, json);
	json_big(json, "ipv4-addresses", &count.addresses[0]);
	json_big(json, "ipv6-addresses", &count.addresses[1]);
	json_big(json, "pairs", &count.pairs);
}

void reach_print_json(const struct reach *reach, struct json *json)
{
	json_array_begin(json);
	vec_for_each (row, &reach->rows) {
		json_object_begin(json);
		reach_row_members(row, json);
		json_object_end(json);
	}
	json_array_end(json);
}
