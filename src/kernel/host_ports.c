// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's tables of sockets (Documentation/networking/proc_net_tcp.rst): see host_ports.h.
#include "kernel/host_ports.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"

enum { TCP_LISTEN = 10, UDP_UNCONNECTED = 7 };

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
