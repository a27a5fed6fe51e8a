// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's tables of sockets (Documentation/networking/proc_net_tcp.rst): see ports.h.
#include "kernel/host/ports.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

enum { TCP_LISTEN = 10, UDP_UNCONNECTED = 7, WORD_DIGITS = 8 };

static void read_table(const char *path, unsigned wanted, port_range_vec *out)
{
	AUTO_FCLOSE FILE *table = fopen(path, "re");
	AUTO_FREE char *line = NULL;
	size_t room = 0;

	while (table && getline(&line, &room, table) > 0) {
		unsigned port, state;
		if (sscanf(line, "%*u: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x", &port, &state) == 2 && port &&
		    port <= UINT16_MAX && state == wanted)
			vec_push(out, (struct port_range){ (uint16_t)port, (uint16_t)port });
	}
}

void host_ports_read(port_range_vec *out)
{
	static const struct {
		const char *path;
		unsigned state;
	} tables[] = { { "/proc/self/net/tcp", TCP_LISTEN },
		       { "/proc/self/net/tcp6", TCP_LISTEN },
		       { "/proc/self/net/udp", UDP_UNCONNECTED },
		       { "/proc/self/net/udp6", UDP_UNCONNECTED } };

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		read_table(tables[i].path, tables[i].state, out);
	port_ranges_normalize(out);
}

// An address of those tables: words of 32 bits in the machine's own order. IPv4 in IPv6 is IPv4.
static struct address read_address(const char *text)
{
	size_t words = strlen(text) / WORD_DIGITS;
	uint8_t bytes[16] = { 0 };

	for (size_t i = 0; i < words && i < 4; i++) {
		uint32_t word;
		if (sscanf(text + i * WORD_DIGITS, "%8" SCNx32, &word) != 1)
			return (struct address){ 0 };
		memcpy(bytes + i * sizeof(word), &word, sizeof(word));
	}
	return words == 1 ? address_from_bytes(FAMILY_IPV4, bytes) : address_from_socket(bytes);
}

// Its own address, all of its family, or all of IPv6's, which are IPv4's too.
static bool leads_to(const struct address *asked, const struct address *listening)
{
	return address_equal(asked, listening) ||
	       (!listening->bits && (listening->family == asked->family || listening->family == FAMILY_IPV6));
}

bool host_listens_loopback(const struct address *asked, uint16_t port)
{
	static const char *const paths[] = { "/proc/self/net/tcp", "/proc/self/net/tcp6" };
	bool found = false;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]) && !found; i++) {
		AUTO_FCLOSE FILE *table = fopen(paths[i], "re");
		AUTO_FREE char *line = NULL;
		size_t room = 0;

		while (table && !found && getline(&line, &room, table) > 0) {
			char address[33];
			unsigned at, state;
			if (sscanf(line, "%*u: %32[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x", address, &at, &state) != 3 ||
			    at != port || state != TCP_LISTEN)
				continue;
			const struct address listening = read_address(address);
			found = leads_to(asked, &listening);
		}
	}
	return found;
}
