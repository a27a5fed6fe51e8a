// SPDX-License-Identifier: GPL-2.0-or-later
// Fuzz target: what the parsers of net accept is printed and read again as the same value; what they refuse has
// a message and leaves the output alone.
#include "fuzz.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "net/flow.h"
#include "net/port_range.h"
#include "net/prefix_set.h"

static void require_refusal(int result, const struct error *err)
{
	require(result == -EINVAL);
	require(err->code == -EINVAL);
	require(err->message[0]);
}

static void fuzz_address(const char *text)
{
	struct address address, again;
	char first[ADDRESS_TEXT_SIZE], second[ADDRESS_TEXT_SIZE];
	struct error err = { 0 };
	uint8_t bytes[16];

	int result = address_parse(text, &address, &err);
	if (result < 0) {
		require_refusal(result, &err);
		return;
	}
	require(address_parse(address_print(&address, first), &again, &err) == 0);
	require(address_equal(&address, &again));
	require(strcmp(first, address_print(&again, second)) == 0);
	require(address_to_bytes(&address, bytes) == (unsigned)address.family / 8);
	again = address_from_bytes(address.family, bytes);
	require(address_equal(&address, &again));
}

static void fuzz_prefix(const char *text)
{
	struct prefix prefix, again;
	struct prefix_set set = { 0 };
	prefix_vec prefixes = { 0 };
	char printed[PREFIX_TEXT_SIZE];
	struct error err = { 0 };

	int result = prefix_parse(text, &prefix, &err);
	if (result < 0) {
		require_refusal(result, &err);
		return;
	}
	require(prefix_parse(prefix_print(&prefix, printed), &again, &err) == 0);
	require(prefix_covers(&prefix, &again) && prefix_covers(&again, &prefix));
	prefix_set_add(&set, &prefix);
	prefix_set_normalize(&set);
	prefix_set_to_prefixes(&set, prefix.base.family, &prefixes);
	require(prefixes.count == 1 && prefix_covers(&prefixes.items[0], &prefix));
	require(prefixes.items[0].length == prefix.length);
	vec_release(&prefixes);
	prefix_set_release(&set);
}

static void fuzz_port_range(const char *text)
{
	struct port_range range, again;
	char printed[12];
	struct error err = { 0 };

	int result = port_range_parse(text, &range, &err);
	if (result < 0) {
		require_refusal(result, &err);
		return;
	}
	require(range.first >= 1 && range.first <= range.last);
	require(port_range_parse(port_range_print(&range, printed), &again, &err) == 0);
	require(range.first == again.first && range.last == again.last);
}

static void fuzz_protocol(const char *text)
{
	int protocol, again;
	char number[12];
	struct error err = { 0 };

	int result = protocol_parse(text, &protocol, &err);
	if (result < 0) {
		require_refusal(result, &err);
		return;
	}
	require(protocol == PROTOCOL_ALL || (protocol >= 0 && protocol <= UINT8_MAX));
	require(protocol_parse(protocol_print(protocol, number), &again, &err) == 0);
	require(protocol == again);
}

static void fuzz_flow(const char *text)
{
	struct flow flow, again;
	char first[FLOW_TEXT_SIZE], second[FLOW_TEXT_SIZE];
	struct error err = { 0 };

	int result = flow_parse(text, &flow, &err);
	if (result < 0) {
		require_refusal(result, &err);
		return;
	}
	require(flow.direction == EGRESS && flow.state == FLOW_NEW && !flow.loopback);
	require(flow_parse(flow_print(&flow, first), &again, &err) == 0);
	require(strcmp(first, flow_print(&again, second)) == 0);
	require(flow.protocol == again.protocol && address_equal(&flow.remote, &again.remote));
	require(flow.destination_port == again.destination_port && flow.source_port == again.source_port);
	require(flow.icmp_type == again.icmp_type && flow.icmp_code == again.icmp_code);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *text = memory_copy_bytes((const char *)data, size);

	// A file of the corpus may end in a newline; no parser takes one.
	if (size && text[size - 1] == '\n')
		text[size - 1] = '\0';
	fuzz_address(text);
	fuzz_prefix(text);
	fuzz_port_range(text);
	fuzz_protocol(text);
	fuzz_flow(text);
	return 0;
}
