// SPDX-License-Identifier: GPL-2.0-or-later
// Flows as a user writes them: see flow.h.
#include "net/flow.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "net/port_range.h"

enum { MAXIMUM_WORDS = 6, FLOW_INPUT_SIZE = 160 };

// The protocols of echo requests: each belongs to one family and has a type and a code instead of ports.
static const struct icmp_row {
	int protocol;
	enum family family;
	uint8_t echo_request;
	const char *other_family;  // what to write for an address of the other family
} icmps[] = {
	{ IPPROTO_ICMP, FAMILY_IPV4, ICMP_ECHO, "icmpv6" },
	{ IPPROTO_ICMPV6, FAMILY_IPV6, ICMP6_ECHO_REQUEST, "icmp" },
};

static const struct icmp_row *find_icmp(int protocol)
{
	for (size_t i = 0; i < sizeof(icmps) / sizeof(icmps[0]); i++)
		if (icmps[i].protocol == protocol)
			return &icmps[i];
	return NULL;
}

static bool has_ports(int protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP;
}

static int refuse_form(const char *text, struct error *err)
{
	return error_set(err, -EINVAL,
			 "\"%.80s\" is not a flow; write for example \"tcp 52.216.1.1:443\", "
			 "\"udp [2001:db8::1]:53\" or \"icmp 10.0.0.9\"",
			 text);
}

// "ADDRESS:PORT" or "[ADDRESS]:PORT"; cuts the word in place.
static int parse_endpoint(char *word, const char *text, struct flow *flow, struct error *err)
{
	bool bracketed = word[0] == '[';
	char *colon = strrchr(word, ':');
	enum family family = bracketed ? FAMILY_IPV6 : FAMILY_IPV4;
	struct port_range port = { 0 };

	if (!colon || (!bracketed && strchr(word, ':') != colon) || (bracketed && colon[-1] != ']'))
		return refuse_form(text, err);
	*colon = '\0';
	if (bracketed)
		colon[-1] = '\0';
	int result = address_parse(word + bracketed, &flow->remote, err);
	if (result == 0)
		result = port_range_parse(colon + 1, &port, err);
	if (result < 0)
		return result;
	if (flow->remote.family != family || port.first != port.last)
		return refuse_form(text, err);
	flow->destination_port = port.first;
	return 0;
}

// The words after an ICMP address: "type N" and "code N".
static int parse_icmp(char **words, unsigned count, const char *text, struct flow *flow, struct error *err)
{
	static const char *const keywords[] = { "type", "code" };
	const struct icmp_row *icmp = find_icmp(flow->protocol);
	uint8_t *const values[] = { &flow->icmp_type, &flow->icmp_code };
	uint64_t value;

	if (flow->remote.family != icmp->family)
		return error_set(err, -EINVAL, "\"%.80s\" has an address of the other family; write %s for it", text,
				 icmp->other_family);
	flow->icmp_type = icmp->echo_request;
	for (unsigned i = 0; i < count; i += 2) {
		if (strcmp(words[i], keywords[i / 2]) != 0 || i + 1 == count)
			return refuse_form(text, err);
		if (number_parse(words[i + 1], UINT8_MAX, &value) < 0)
			return error_set(err, -EINVAL, "\"%.80s\": the ICMP %s is a number from 0 to 255", text,
					 words[i]);
		*values[i / 2] = (uint8_t)value;
	}
	return 0;
}

int flow_parse(const char *text, struct flow *flow, struct error *err)
{
	char copy[FLOW_INPUT_SIZE];
	char *words[MAXIMUM_WORDS], *rest = copy, *word;
	unsigned count = 0;
	struct flow parsed = { .direction = EGRESS, .state = FLOW_NEW };

	if (strlen(text) >= sizeof(copy))
		return refuse_form(text, err);
	strcpy(copy, text);
	while ((word = strtok_r(NULL, " ", &rest))) {
		if (count == MAXIMUM_WORDS)
			return refuse_form(text, err);
		words[count++] = word;
	}
	if (count < 2)
		return refuse_form(text, err);
	int result = protocol_parse(words[0], &parsed.protocol, err);
	if (result < 0)
		return result;
	if (parsed.protocol == PROTOCOL_ALL || (count > 2 && !find_icmp(parsed.protocol)))
		return refuse_form(text, err);
	if (has_ports(parsed.protocol))
		result = parse_endpoint(words[1], text, &parsed, err);
	else
		result = address_parse(words[1], &parsed.remote, err);
	if (result == 0 && find_icmp(parsed.protocol))
		result = parse_icmp(words + 2, count - 2, text, &parsed, err);
	if (result == 0)
		*flow = parsed;
	return result;
}

const char *flow_print(const struct flow *flow, char *out)
{
	char address[ADDRESS_TEXT_SIZE], number[12];
	const char *protocol = protocol_print(flow->protocol, number);
	const struct icmp_row *icmp = find_icmp(flow->protocol);
	bool ipv6 = flow->remote.family == FAMILY_IPV6;

	(void)address_print(&flow->remote, address);
	if (has_ports(flow->protocol))
		(void)snprintf(out, FLOW_TEXT_SIZE, "%s %s%s%s:%u", protocol, ipv6 ? "[" : "", address, ipv6 ? "]" : "",
			       flow->destination_port);
	else if (icmp && (flow->icmp_type != icmp->echo_request || flow->icmp_code))
		(void)snprintf(out, FLOW_TEXT_SIZE, "%s %s type %u code %u", protocol, address, flow->icmp_type,
			       flow->icmp_code);
	else
		(void)snprintf(out, FLOW_TEXT_SIZE, "%s %s", protocol, address);
	return out;
}
