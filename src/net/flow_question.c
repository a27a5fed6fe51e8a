// SPDX-License-Identifier: GPL-2.0-or-later
// Questions about flows, read: see flow_question.h.
#include "net/flow_question.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "net/port_range.h"

enum { WORDS_MAXIMUM = 6, TEXT_SIZE = FLOW_NAME_SIZE + 64 };

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define NAME_CHARACTERS LETTERS "0123456789._-"

struct words {
	char copy[TEXT_SIZE];
	char *items[WORDS_MAXIMUM];
	unsigned count;
};

static int refuse(const char *text, struct error *err)
{
	return error_set(err, -EINVAL,
			 "\"%.80s\" is not a flow; write for example \"tcp 52.216.1.1:443\", "
			 "\"udp [2001:db8::1]:53\" or \"s3.eu-west-1.amazonaws.com:443\"",
			 text);
}

static int refuse_ingress(const char *text, struct error *err)
{
	return error_set(err, -EINVAL,
			 "\"%.80s\" does not say what the job is reached at; with --from write for example \"tcp 22\", "
			 "\"udp 5000\" or \"icmp\"",
			 text);
}

static int split(const char *text, struct words *words, struct error *err)
{
	char *rest = words->copy, *word;

	if (strlen(text) >= sizeof(words->copy))
		return refuse(text, err);
	strcpy(words->copy, text);
	while ((word = strtok_r(NULL, " ", &rest))) {
		if (words->count == WORDS_MAXIMUM)
			return refuse(text, err);
		words->items[words->count++] = word;
	}
	return words->count ? 0 : refuse(text, err);
}

bool address_is_loopback(const struct address *address)
{
	if (address->family == FAMILY_IPV4)
		return address->bits >> 24 == 127;
	return address->family == FAMILY_IPV6 && address->bits == 1;
}

static bool is_name(const char *host, size_t length)
{
	bool letter = false;

	for (size_t i = 0; i < length; i++) {
		if (!strchr(NAME_CHARACTERS, host[i]))
			return false;
		letter = letter || strchr(LETTERS, host[i]);
	}
	return letter;
}

// Labels of 1 to 63 bytes; a final dot goes.
static int take_name(const char *host, size_t length, struct flow_question *question, struct error *err)
{
	size_t label = 0;

	if (length && host[length - 1] == '.')
		length--;
	if (length >= FLOW_NAME_SIZE)
		return error_set(err, -EINVAL, "\"%.80s…\" is longer than a name can be, 253 bytes", host);
	for (size_t i = 0; i <= length; i++) {
		if (i < length && host[i] != '.') {
			label++;
			continue;
		}
		if (!label || label > 63)
			return error_set(err, -EINVAL, "\"%.80s\" is not a name: a label has %s", host,
					 label ? "more than 63 bytes" : "no letter");
		label = 0;
	}
	for (size_t i = 0; i < length; i++)
		question->name[i] = (char)(host[i] >= 'A' && host[i] <= 'Z' ? host[i] - 'A' + 'a' : host[i]);
	question->name[length] = '\0';
	return 0;
}

int flow_question_host(const char *host, struct flow_question *question, struct error *err)
{
	int result;

	if (is_name(host, strlen(host)))
		return take_name(host, strlen(host), question, err);
	result = address_parse(host, &question->flow.remote, err);
	if (result == 0)
		question->flow.loopback = address_is_loopback(&question->flow.remote);
	return result;
}

static bool is_keyword(const char *word)
{
	return strcmp(word, "type") == 0 || strcmp(word, "code") == 0;
}

size_t flow_question_words(char *const *words, size_t count)
{
	int protocol;
	size_t taken = 1;

	if (protocol_parse(words[0], &protocol, NULL) < 0)
		return taken;
	if (taken < count && !is_keyword(words[taken]))
		taken++;
	while (taken < count && is_keyword(words[taken]))
		taken += taken + 1 < count ? 2 : 1;
	return taken;
}

static bool has_ports(int protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP;
}

// A whole flow, by the one parser of flows; put together again from words.
static int parse_whole(const char *const *words, unsigned count, struct flow_question *question, struct error *err)
{
	char text[TEXT_SIZE + WORDS_MAXIMUM];
	size_t length = 0;

	for (unsigned i = 0; i < count; i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s", i ? " " : "", words[i]);
	int result = flow_parse(text, &question->flow, err);
	if (result == 0)
		question->flow.loopback = address_is_loopback(&question->flow.remote);
	return result;
}

// A name: everything else of the flow is read with an address in its place.
static int parse_named(struct words *words, const char *text, struct flow_question *question, struct error *err)
{
	int protocol;
	char *host = words->items[1], *colon = strrchr(host, ':');
	char address[32];
	const char *rest[WORDS_MAXIMUM];
	int result = protocol_parse(words->items[0], &protocol, err);

	if (result < 0)
		return result;
	if (has_ports(protocol) != (colon != NULL))
		return refuse(text, err);
	(void)snprintf(address, sizeof(address), "%s%s%.12s", protocol == IPPROTO_ICMPV6 ? "2001:db8::" : "192.0.2.0",
		       colon ? ":" : "", colon ? colon + 1 : "");
	for (unsigned i = 0; i < words->count; i++)
		rest[i] = words->items[i];
	rest[1] = address;
	result = parse_whole(rest, words->count, question, err);
	if (result < 0 && words->count > 2)
		return refuse(text, err);  // in the user's words, not with our address in it
	if (result == 0)
		result = take_name(host, colon ? (size_t)(colon - host) : strlen(host), question, err);
	question->flow.remote = (struct address){ 0 };
	return result;
}

static size_t host_length(const char *word)
{
	const char *colon = strrchr(word, ':');

	return colon ? (size_t)(colon - word) : strlen(word);
}

static int parse_egress(struct words *words, const char *text, struct flow_question *question, struct error *err)
{
	static char tcp[] = "tcp";

	if (words->count == 1) {
		words->items[1] = words->items[0];
		words->items[0] = tcp;
		words->count = 2;
		if (!strchr(words->items[1], ':'))
			return refuse(text, err);
	}
	if (is_name(words->items[1], host_length(words->items[1])))
		return parse_named(words, text, question, err);
	return parse_whole((const char *const *)words->items, words->count, question, err);
}

static int parse_ingress(const struct words *words, const struct address *from, const char *text,
			 struct flow_question *question, struct error *err)
{
	char remote[ADDRESS_TEXT_SIZE + 20], address[ADDRESS_TEXT_SIZE];
	const char *flow[WORDS_MAXIMUM + 1] = { words->items[0], remote };
	const char *second = words->count > 1 ? words->items[1] : NULL;
	unsigned count = 2, next = 2;
	int protocol, result = protocol_parse(words->items[0], &protocol, err);

	if (result < 0)
		return result;
	(void)address_print(from, address);
	if (has_ports(protocol)) {
		const char *colon = second ? strrchr(second, ':') : NULL;

		if (!second || words->count > 2)
			return refuse_ingress(text, err);
		(void)snprintf(remote, sizeof(remote), from->family == FAMILY_IPV6 ? "[%s]:%.12s" : "%s:%.12s", address,
			       colon ? colon + 1 : second);
	} else {
		(void)snprintf(remote, sizeof(remote), "%s", address);
		next = second && strcmp(second, "type") == 0 ? 1 : 2;
	}
	for (; next < words->count; next++)
		flow[count++] = words->items[next];
	result = parse_whole(flow, count, question, err);
	question->flow.direction = INGRESS;
	return result;
}

int flow_question_parse(const char *text, const struct address *from, struct flow_question *question, struct error *err)
{
	struct flow_question parsed = { 0 };
	struct words words = { 0 };
	int result = split(text, &words, err);

	if (result == 0)
		result =
		    from ? parse_ingress(&words, from, text, &parsed, err) : parse_egress(&words, text, &parsed, err);
	if (result == 0)
		*question = parsed;
	return result;
}

static const char *print_named(const struct flow_question *question, char *out)
{
	// With an address that has no colons in its place.
	struct flow flow = question->flow;
	char text[FLOW_TEXT_SIZE], protocol[12];
	const char *rest;

	flow.remote = (struct address){ FAMILY_IPV4, 0 };
	(void)flow_print(&flow, text);
	rest = strstr(text, "0.0.0.0") + strlen("0.0.0.0");
	(void)snprintf(out, FLOW_QUESTION_TEXT_SIZE, "%s %s%s", protocol_print(flow.protocol, protocol), question->name,
		       rest);
	return out;
}

static const char *print_ingress(const struct flow *flow, char *out)
{
	char address[ADDRESS_TEXT_SIZE], protocol[12], what[32] = "";

	if (has_ports(flow->protocol))
		(void)snprintf(what, sizeof(what), " %u", flow->destination_port);
	else if (flow->protocol == IPPROTO_ICMP || flow->protocol == IPPROTO_ICMPV6)
		(void)snprintf(what, sizeof(what), " type %u code %u", flow->icmp_type, flow->icmp_code);
	(void)snprintf(out, FLOW_QUESTION_TEXT_SIZE, "%s%s from %s", protocol_print(flow->protocol, protocol), what,
		       address_print(&flow->remote, address));
	return out;
}

const char *flow_question_print(const struct flow_question *question, char *out)
{
	char flow[FLOW_TEXT_SIZE], whole[FLOW_QUESTION_TEXT_SIZE];
	const char *text;

	if (question->name[0])
		text = print_named(question, whole);
	else if (question->flow.direction == INGRESS)
		text = print_ingress(&question->flow, whole);
	else
		text = flow_print(&question->flow, flow);
	(void)snprintf(out, FLOW_QUESTION_TEXT_SIZE, "%s%.*s", question->reply ? "reply to " : "",
		       (int)sizeof(whole) - 16, text);
	return out;
}
