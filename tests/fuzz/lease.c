// SPDX-License-Identifier: GPL-2.0-or-later
// Fuzz target: a lease that is taken has an IPv4 address, a subnet's length and a time that can be; one that is refused
// has a message with its line, and leaves the output alone. Likewise what is made of it.
#include "fuzz.h"

#include <errno.h>
#include <string.h>

#include "plan/link_request.h"

static void fuzz_request(const struct lease *lease)
{
	struct link_request request = { 0 };
	struct error err = { 0 };

	if (link_request_lease(&request, lease, &err) == 0) {
		require(address_equal(&request.own[0].address, &lease->own.address));
		require(request.own[0].length == lease->own.length);
		require(request.gateways[0].family == lease->router.family);
		require(link_request_check(&request, &err) == 0);
		return;
	}
	require(err.code == -EINVAL && strncmp(err.message, "the lease: ", 11) == 0);
	require(request.own[0].address.family == FAMILY_NONE && request.gateways[0].family == FAMILY_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lease lease = { .end = -7 };
	struct error err = { 0 };

	if (lease_parse((const char *)data, size, &lease, &err) < 0) {
		require(err.code == -EINVAL && strncmp(err.message, "line ", 5) == 0);
		require(lease.end == -7 && lease.own.address.family == FAMILY_NONE);
		return 0;
	}
	require(lease.own.address.family == FAMILY_IPV4 && lease.own.length <= 32);
	require(lease.router.family == FAMILY_IPV4 || lease.router.family == FAMILY_NONE);
	require(lease.end >= 0 && (lease.ends || !lease.from_file_time));
	fuzz_request(&lease);
	return 0;
}
