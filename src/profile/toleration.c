// SPDX-License-Identifier: GPL-2.0-or-later
// From a toleration's text to what it means: see toleration.h.
#include "profile/toleration.h"

#include <errno.h>
#include <string.h>

#include "profile/form.h"

#define WRONG                                                                                                          \
	"is nothing that can be tolerated; write a host name, an address or a CIDR block, perhaps with :PORT "         \
	"([2001:db8::1]:443), \"*:PORT\" or call:NAME"

// Splits "[ADDRESS]:PORT" and "NAME:PORT"; an IPv6 address without brackets has no port. *port is NULL then.
static int split_port(char *text, char **host, char **port)
{
	char *end;

	*host = text;
	*port = NULL;
	if (text[0] == '[') {
		*host = text + 1;
		end = strchr(text, ']');
		if (!end || (end[1] && end[1] != ':'))
			return -EINVAL;
		*port = end[1] ? end + 2 : NULL;
		*end = '\0';
		return 0;
	}
	end = strchr(text, ':');
	if (end && end == strrchr(text, ':')) {
		*end = '\0';
		*port = end + 1;
	}
	return 0;
}

static int parse_host(const char *host, bool has_port, struct toleration_meaning *meaning)
{
	const char *name = strncmp(host, "*.", 2) == 0 ? host + 2 : host;

	if (strcmp(host, "*") == 0 && has_port) {
		meaning->kind = TOLERATED_ANYBODY;
		return 0;
	}
	if (prefix_parse(host, &meaning->block, NULL) == 0) {
		meaning->kind = TOLERATED_BLOCK;
		return 0;
	}
	// What looks like an address and is none ("10.0.0.300", "10.0.0.1/8") is a mistake, not a name.
	if (form_host_name(name) || !host[strspn(host, "0123456789./:")])
		return -EINVAL;
	meaning->kind = TOLERATED_NAME;
	memcpy(meaning->name, host, strlen(host) + 1);
	return 0;
}

static int parse_call(const char *call, struct toleration_meaning *meaning)
{
	if (!*call || call[strspn(call, "abcdefghijklmnopqrstuvwxyz0123456789_")])
		return -EINVAL;
	meaning->kind = TOLERATED_CALL;
	memcpy(meaning->name, call, strlen(call) + 1);
	return 0;
}

static int parse(const char *destination, struct toleration_meaning *meaning)
{
	char text[TOLERATED_NAME_SIZE];
	char *host, *port;

	if (strlen(destination) >= sizeof(text))
		return -EINVAL;
	if (strncmp(destination, "call:", 5) == 0)
		return parse_call(destination + 5, meaning);
	memcpy(text, destination, strlen(destination) + 1);
	if (split_port(text, &host, &port) < 0 || (port && port_range_parse(port, &meaning->ports, NULL) < 0))
		return -EINVAL;
	return parse_host(host, port, meaning);
}

int toleration_parse(const char *destination, struct toleration_meaning *meaning, struct error *err)
{
	struct toleration_meaning parsed = { 0 };

	if (parse(destination, &parsed) < 0)
		return error_set(err, -EINVAL, "%s", WRONG);
	*meaning = parsed;
	return 0;
}

const char *form_toleration(const char *text)
{
	struct toleration_meaning meaning;

	return toleration_parse(text, &meaning, NULL) < 0 ? WRONG : NULL;
}
