// SPDX-License-Identifier: GPL-2.0-or-later
// Addresses as the names of sockets, and back: see socket_name.h.
#include "verify/socket_name.h"

#include <netinet/in.h>

socklen_t socket_name(const struct address *address, uint16_t port, unsigned scope, struct sockaddr_storage *out)
{
	struct sockaddr_in *ipv4 = (void *)out;
	struct sockaddr_in6 *ipv6 = (void *)out;

	*out = (struct sockaddr_storage){ 0 };
	if (address->family == FAMILY_IPV4) {
		ipv4->sin_family = AF_INET;
		ipv4->sin_port = htons(port);
		ipv4->sin_addr.s_addr = htonl((uint32_t)address->bits);
		return sizeof(*ipv4);
	}
	ipv6->sin6_family = AF_INET6;
	ipv6->sin6_port = htons(port);
	ipv6->sin6_scope_id = scope;
	(void)address_to_bytes(address, ipv6->sin6_addr.s6_addr);
	return sizeof(*ipv6);
}

struct address socket_name_address(const struct sockaddr *name)
{
	if (name->sa_family == AF_INET)
		return address_from_bytes(FAMILY_IPV4,
					  (const uint8_t *)&((const struct sockaddr_in *)(const void *)name)->sin_addr);
	return address_from_bytes(FAMILY_IPV6, ((const struct sockaddr_in6 *)(const void *)name)->sin6_addr.s6_addr);
}
