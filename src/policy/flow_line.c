// SPDX-License-Identifier: GPL-2.0-or-later
// Lines of a file of flows, read: see flow_line.h.
#include "policy/flow_line.h"

#include <errno.h>
#include <jansson.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/names.h"
#include "base/number.h"
#include "net/port_range.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { FIELDS = 4 };

// What a line says, as text or number; NULL and -1: nothing.
struct fields {
	const char *protocol, *remote, *port, *direction;
	int port_number, type, code;
};

static const struct {
	const char *word;
	enum direction direction;
	bool reply;
} directions[] = {
	{ "out", EGRESS, false },      { "egress", EGRESS, false },   { "in", INGRESS, false },
	{ "ingress", INGRESS, false }, { "reply-out", EGRESS, true }, { "reply-in", INGRESS, true },
};

static int read_direction(const char *word, struct flow_question *question, struct error *err)
{
	const char *words[COUNT(directions)];

	for (size_t i = 0; i < COUNT(directions); i++) {
		words[i] = directions[i].word;
		if (strcmp(directions[i].word, word) != 0)
			continue;
		question->flow.direction = directions[i].direction;
		question->reply = directions[i].reply;
		return 0;
	}
	const char *nearest = names_nearest(word, words, COUNT(words));
	return error_set(err, -EINVAL, "\"%.40s\" is not a direction; %s%s%s", word,
			 nearest ? "did you mean \"" : "write out, in, reply-out or reply-in", nearest ? nearest : "",
			 nearest ? "\"?" : "");
}

static int read_byte(const char *text, const char *noun, uint8_t *value, struct error *err)
{
	uint64_t number;

	if (number_parse(text, UINT8_MAX, &number) < 0)
		return error_set(err, -EINVAL, "\"%.40s\": the ICMP %s is a number from 0 to 255", text, noun);
	*value = (uint8_t)number;
	return 0;
}

// "8/0", "8" or "-".
static int read_type(const char *text, struct flow *flow, struct error *err)
{
	char type[8];
	const char *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : strlen(text);

	if (strcmp(text, "-") == 0)
		return 0;
	(void)snprintf(type, sizeof(type), "%.*s", (int)(length < sizeof(type) ? length : sizeof(type) - 1), text);
	int result = read_byte(type, "type", &flow->icmp_type, err);
	return result == 0 && slash ? read_byte(slash + 1, "code", &flow->icmp_code, err) : result;
}

static int read_port(const struct fields *fields, struct flow *flow, struct error *err)
{
	struct port_range port;
	const char *text = fields->port;

	if (!text && fields->port_number < 0)
		return error_set(err, -EINVAL, "a flow of tcp or udp needs a port");
	if (!text) {
		flow->destination_port = (uint16_t)fields->port_number;
		return 0;
	}
	if (port_range_parse(text, &port, err) < 0)
		return -EINVAL;
	if (port.first != port.last)
		return error_set(err, -EINVAL, "\"%.40s\" is a range; a flow has one port", text);
	flow->destination_port = port.first;
	return 0;
}

static int refuse_no_port(const struct fields *fields, struct error *err)
{
	if ((fields->port && strcmp(fields->port, "-") != 0) || fields->port_number >= 0)
		return error_set(err, -EINVAL, "this protocol has no ports; write \"-\"");
	return 0;
}

static int read_icmp(const struct fields *fields, struct flow *flow, struct error *err)
{
	bool ipv4 = flow->protocol == IPPROTO_ICMP;

	flow->icmp_type = ipv4 ? ICMP_ECHO : ICMP6_ECHO_REQUEST;
	if (flow->remote.family != FAMILY_NONE && flow->remote.family != (ipv4 ? FAMILY_IPV4 : FAMILY_IPV6))
		return error_set(err, -EINVAL, "the address is of the other family; write %s",
				 ipv4 ? "icmpv6" : "icmp");
	if (fields->type >= 0)
		flow->icmp_type = (uint8_t)fields->type;
	if (fields->code >= 0)
		flow->icmp_code = (uint8_t)fields->code;
	return fields->port ? read_type(fields->port, flow, err) : 0;
}

static int read_fields(const struct fields *fields, struct flow_question *question, struct error *err)
{
	struct flow_question read = { 0 };
	int result;

	if (!fields->protocol || !fields->remote)
		return error_set(err, -EINVAL, "a flow needs a protocol and a remote");
	result = protocol_parse(fields->protocol, &read.flow.protocol, err);
	if (result == 0 && read.flow.protocol == PROTOCOL_ALL)
		result = error_set(err, -EINVAL, "a flow has one protocol, not all");
	if (result == 0)
		result = flow_question_host(fields->remote, &read, err);
	if (result == 0 && fields->direction)
		result = read_direction(fields->direction, &read, err);
	if (result == 0 && read.name[0] && read.flow.direction == INGRESS)
		result = error_set(err, -EINVAL, "\"%.80s\": what comes in has an address, not a name", read.name);
	if (result)
		return result;
	if (read.flow.protocol == IPPROTO_TCP || read.flow.protocol == IPPROTO_UDP)
		result = read_port(fields, &read.flow, err);
	else if (read.flow.protocol == IPPROTO_ICMP || read.flow.protocol == IPPROTO_ICMPV6)
		result = read_icmp(fields, &read.flow, err);
	else
		result = refuse_no_port(fields, err);
	if (result == 0)
		*question = read;
	return result;
}

static int read_tabs(char *text, struct flow_question *question, struct error *err)
{
	struct fields fields = { .port_number = -1, .type = -1, .code = -1 };
	const char **const slots[FIELDS] = { &fields.protocol, &fields.remote, &fields.port, &fields.direction };
	unsigned count = 0;

	for (char *field; (field = strsep(&text, "\t"));) {
		if (count == FIELDS)
			return error_set(err, -EINVAL,
					 "more than %d fields; write PROTOCOL, ADDRESS, PORT and out, in, "
					 "reply-out or reply-in",
					 FIELDS);
		*slots[count++] = *field ? field : NULL;
	}
	return read_fields(&fields, question, err);
}

// Where each member of an object goes.
static const struct {
	const char *key;
	size_t text;    // offset in struct fields, or 0 with the next
	size_t number;  // likewise
	unsigned maximum;
} members[] = {
	{ "protocol", offsetof(struct fields, protocol), 0, 0 },
	{ "remote", offsetof(struct fields, remote), 0, 0 },
	{ "direction", offsetof(struct fields, direction), 0, 0 },
	{ "port", 0, offsetof(struct fields, port_number), UINT16_MAX },
	{ "type", 0, offsetof(struct fields, type), UINT8_MAX },
	{ "code", 0, offsetof(struct fields, code), UINT8_MAX },
};

static int read_member(const char *key, const json_t *value, struct fields *fields, struct error *err)
{
	const char *keys[COUNT(members)];

	for (size_t i = 0; i < COUNT(members); i++) {
		keys[i] = members[i].key;
		if (strcmp(members[i].key, key) != 0)
			continue;
		if (!members[i].number && json_is_string(value)) {
			*(const char **)(void *)((char *)fields + members[i].text) = json_string_value(value);
			return 0;
		}
		if (!members[i].number)
			return error_set(err, -EINVAL, "\"%s\" must be a text", key);
		if (!json_is_integer(value) || json_integer_value(value) < 0 ||
		    json_integer_value(value) > members[i].maximum)
			return error_set(err, -EINVAL, "\"%s\" must be a number from 0 to %u", key, members[i].maximum);
		*(int *)(void *)((char *)fields + members[i].number) = (int)json_integer_value(value);
		return 0;
	}
	const char *nearest = names_nearest(key, keys, COUNT(keys));
	return error_set(err, -EINVAL, "unknown key \"%.40s\"; %s%s%s", key,
			 nearest ? "did you mean \"" : "there are protocol, remote, port, type, code and direction",
			 nearest ? nearest : "", nearest ? "\"?" : "");
}

static void release_json(json_t **value)
{
	json_decref(*value);
}

static int read_object(const char *text, size_t length, struct flow_question *question, struct error *err)
{
	struct fields fields = { .port_number = -1, .type = -1, .code = -1 };
	json_error_t wrong;
	CLEANUP(release_json) json_t *object = json_loadb(text, length, JSON_REJECT_DUPLICATES, &wrong);
	const char *key;
	json_t *value;

	if (!object)
		return error_set(err, -EINVAL, "not a JSON object: %.120s (column %d)", wrong.text, wrong.column);
	json_object_foreach (object, key, value) {
		int result = read_member(key, value, &fields, err);
		if (result < 0)
			return result;
	}
	if (fields.port_number == 0)
		return error_set(err, -EINVAL, "\"port\" must be a number from 1 to 65535");
	return read_fields(&fields, question, err);
}

int flow_line_read(char *text, size_t length, struct flow_question *question, struct error *err)
{
	if (length && text[length - 1] == '\r')
		text[--length] = '\0';
	if (strspn(text, " \t") == length || text[0] == '#')
		return 0;
	if (strlen(text) != length)
		return error_set(err, -EINVAL, "a byte 0 in the line");
	if (length >= FLOW_LINE_SIZE)
		return error_set(err, -EINVAL, "longer than %d bytes", FLOW_LINE_SIZE - 1);
	int result = text[0] == '{'       ? read_object(text, length, question, err)
		     : strchr(text, '\t') ? read_tabs(text, question, err)
					  : flow_question_parse(text, NULL, question, err);
	return result < 0 ? result : 1;
}
