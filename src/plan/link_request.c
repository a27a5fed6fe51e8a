// SPDX-License-Identifier: GPL-2.0-or-later
// The addresses of a command line: see link_request.h.
#include "plan/link_request.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/number.h"

#define EXAMPLE "as in --address 10.0.1.50/24"

static size_t index_of(enum family family)
{
	return family == FAMILY_IPV6;
}

// Ranges that no host has an address of.
static const struct {
	struct prefix prefix;
	const char *what;
} nobodys[] = {
	{ IPV4_PREFIX(0, 0, 0, 0, 8), "\"this network\"" },     { IPV4_PREFIX(127, 0, 0, 0, 8), "loopback" },
	{ IPV4_PREFIX(224, 0, 0, 0, 3), "a group's" },          { IPV6_PREFIX(0, 0, 96), "loopback" },
	{ IPV6_PREFIX(0xff00000000000000, 0, 8), "a group's" },
};

static const char *not_of_a_host(const struct address *address)
{
	for (size_t i = 0; i < sizeof(nobodys) / sizeof(nobodys[0]); i++)
		if (prefix_contains(&nobodys[i].prefix, address))
			return nobodys[i].what;
	return NULL;
}

static int check_own(const char *text, const struct host_address *own, struct error *err)
{
	struct prefix subnet = prefix_around(&own->address, own->length);
	struct address first = prefix_first(&subnet), last = prefix_last(&subnet);
	const char *what = not_of_a_host(&own->address);
	bool ends = own->address.family == FAMILY_IPV4 && own->length < 31 &&
		    (address_equal(&own->address, &first) || address_equal(&own->address, &last));

	if (what)
		return error_set(err, -EINVAL, "--address %s: it is %s, and no host's", text, what);
	if (own->address.family == FAMILY_IPV6 && own->address.bits >> 118 == 0xfe80 >> 6)
		return error_set(err, -EINVAL,
				 "--address %s: it means something on one link alone; give one that the "
				 "policy's addresses answer to",
				 text);
	if (ends || own->length == 0)
		return error_set(
		    err, -EINVAL,
		    "--address %s: it is the subnet itself or its broadcast address; give one between them, " EXAMPLE,
		    text);
	return 0;
}

int link_request_address(struct link_request *request, const char *text, struct error *err)
{
	const char *slash = strchr(text, '/');
	AUTO_FREE char *host = memory_copy_bytes(text, slash ? (size_t)(slash - text) : strlen(text));
	struct host_address own = { 0 };
	uint64_t length;

	if (address_parse(host, &own.address, err) < 0) {
		error_prefix(err, "--address %s", text);
		return -EINVAL;
	}
	if (!slash)
		return error_set(err, -EINVAL,
				 "--address %s: the subnet's length is missing; write it behind a slash, " EXAMPLE,
				 text);
	if (number_parse(slash + 1, (unsigned)own.address.family, &length) < 0)
		return error_set(err, -EINVAL, "--address %s: \"%s\" is no length of a subnet, 1 to %u; " EXAMPLE, text,
				 slash + 1, (unsigned)own.address.family);
	own.length = (uint8_t)length;
	if (check_own(text, &own, err) < 0)
		return -EINVAL;
	if (request->own[index_of(own.address.family)].address.family != FAMILY_NONE)
		return error_set(err, -EINVAL,
				 "--address %s: there is an %s address already; the jail has one a family", text,
				 link_family_name(index_of(own.address.family)));
	request->own[index_of(own.address.family)] = own;
	return 0;
}

int link_request_gateway(struct link_request *request, const char *text, struct error *err)
{
	struct address gateway;

	if (strchr(text, '/'))
		return error_set(err, -EINVAL, "--gateway %s: a router is one address, as in --gateway 10.0.1.1", text);
	if (address_parse(text, &gateway, err) < 0) {
		error_prefix(err, "--gateway %s", text);
		return -EINVAL;
	}
	const char *what = not_of_a_host(&gateway);
	if (what)
		return error_set(err, -EINVAL, "--gateway %s: it is %s, and no router's", text, what);
	if (request->gateways[index_of(gateway.family)].family != FAMILY_NONE)
		return error_set(err, -EINVAL,
				 "--gateway %s: there is an %s gateway already; the jail has one a family", text,
				 link_family_name(index_of(gateway.family)));
	request->gateways[index_of(gateway.family)] = gateway;
	return 0;
}

int link_request_lease(struct link_request *request, const struct lease *lease, struct error *err)
{
	if (request->own[0].address.family != FAMILY_NONE)
		return error_set(err, -EINVAL, "both --lease and an IPv4 --address: give one of them");
	char text[PREFIX_TEXT_SIZE], address[ADDRESS_TEXT_SIZE];
	AUTO_FREE char *own = memory_format("%s/%u", address_print(&lease->own.address, address), lease->own.length);
	struct link_request made = *request;

	if (link_request_address(&made, own, err) < 0) {
		error_prefix(err, "the lease");
		return -EINVAL;
	}
	if (made.gateways[0].family == FAMILY_NONE && lease->router.family != FAMILY_NONE &&
	    link_request_gateway(&made, address_print(&lease->router, text), err) < 0) {
		error_prefix(err, "the lease");
		return -EINVAL;
	}
	*request = made;
	return 0;
}

int link_request_check(const struct link_request *request, struct error *err)
{
	char text[ADDRESS_TEXT_SIZE];

	for (size_t i = 0; i < LINK_FAMILIES; i++)
		if (request->gateways[i].family != FAMILY_NONE && request->own[i].address.family == FAMILY_NONE)
			return error_set(err, -EINVAL, "--gateway %s without an %s --address: give the jail's own too",
					 address_print(&request->gateways[i], text), link_family_name(i));
	return 0;
}
