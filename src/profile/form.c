// SPDX-License-Identifier: GPL-2.0-or-later
// The forms that texts in a profile must have: see form.h.
#include "profile/form.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define LETTERS LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

enum { LONGEST_HOST_NAME = 253, LONGEST_LABEL = 63 };

static bool consists_of(const char *text, const char *characters)
{
	return *text && !text[strspn(text, characters)];
}

const char *form_region(const char *text)
{
	static const char wrong[] = "is not an AWS region; write it as eu-west-1";
	size_t letters = strspn(text, LOWER);
	unsigned words = 0;

	if (letters != 2)
		return wrong;
	for (text += letters; *text == '-'; text += 1 + letters) {
		letters = strspn(text + 1, LOWER);
		if (letters == 0)
			return words && strspn(text + 1, DIGITS) == 1 && !text[2] ? NULL : wrong;
		words++;
	}
	return wrong;
}

const char *form_id(const char *text)
{
	return consists_of(text, LETTERS DIGITS "-_.") ? NULL : "is not an id; use letters, digits, '-', '_' and '.'";
}

// The kernel's own rule (dev_valid_name): short, and neither a path nor blank.
const char *form_interface(const char *text)
{
	enum { LONGEST = 15 };
	size_t length = strlen(text);

	for (const char *at = text; *at; at++)
		if (*at == '/' || *at == ':' || (unsigned char)*at <= ' ')
			length = 0;
	return length && length <= LONGEST && strcmp(text, ".") != 0 && strcmp(text, "..") != 0
		   ? NULL
		   : "is not the name of a link; `ip link` lists this host's";
}

const char *form_service(const char *text)
{
	return consists_of(text, LOWER DIGITS "-.")
		   ? NULL
		   : "is not a service; write it as AWS does in endpoint names: s3, sts, ecr.dkr";
}

const char *form_endpoint_name(const char *text)
{
	if (!*text || !strchr(LETTERS, *text) || form_id(text))
		return "is not an endpoint's name; begin with a letter and use letters, digits, '-', '_' and '.'";
	if (strncmp(text, "pl-", 3) == 0 || strncmp(text, "sg-", 3) == 0)
		return "looks like the id of a prefix list or security group; choose another name";
	if (strcmp(text, "self") == 0 || strcmp(text, "subnets") == 0 || strcmp(text, "any") == 0)
		return "has a meaning of its own in rules; choose another name";
	return NULL;
}

const char *form_host_name(const char *text)
{
	static const char wrong[] = "is not a host name; labels of letters, digits and inner '-', joined by '.'";

	if (strlen(text) > LONGEST_HOST_NAME)
		return wrong;
	for (;;) {
		size_t length = strspn(text, LETTERS DIGITS "-_");
		if (!length || length > LONGEST_LABEL || text[0] == '-' || text[length - 1] == '-')
			return wrong;
		if (!text[length])
			return NULL;
		if (text[length] != '.')
			return wrong;
		text += length + 1;
	}
}

const char *form_domain(const char *text)
{
	return form_host_name(*text == '.' ? text + 1 : text) ? "is not a domain; write it as corp.example" : NULL;
}

const char *form_variable(const char *text)
{
	if (consists_of(text, LETTERS DIGITS "_") && !strchr(DIGITS, *text))
		return NULL;
	return "is not a variable's name; use letters, digits and '_', no digit first";
}

const char *form_prefix_list_id(const char *text)
{
	if (strncmp(text, "pl-", 3) == 0 && !form_id(text + 3))
		return NULL;
	return "is not a prefix list's id; it begins with \"pl-\"";
}

const char *form_group_id(const char *text)
{
	if (strncmp(text, "sg-", 3) == 0 && !form_id(text + 3))
		return NULL;
	return "is not a security group's id; it begins with \"sg-\"";
}

const char *form_yes_no(const char *text)
{
	return strcmp(text, "yes") == 0 || strcmp(text, "no") == 0 ? NULL : "is not a word for it; write yes or no";
}

const char *form_route_target(const char *text)
{
	static const char *const ways_out[] = { "internet-gateway", "igw",         "nat",
						"nat-gateway",      "egress-only", "egress-only-internet-gateway",
						"transit-gateway",  "vpn-gateway", "instance",
						"network-interface" };

	for (size_t i = 0; i < sizeof(ways_out) / sizeof(ways_out[0]); i++)
		if (strcmp(text, ways_out[i]) == 0)
			return "leads out of the VPC, and a subnet with such a route is not private; "
			       "leave the route out, or write blackhole";
	return NULL;
}
