// SPDX-License-Identifier: GPL-2.0-or-later
// Questions to the host's network, and the texts that name its servers: see host_network.h.
#include "plan/host_network.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define BLANKS " \t\r\n"

static void interface_release(struct host_interface *interface)
{
	free(interface->name);
	free(interface->kind);
	vec_release(&interface->addresses);
}

void host_network_release(struct host_network *host)
{
	vec_for_each (interface, &host->interfaces)
		interface_release(interface);
	vec_release(&host->interfaces);
	vec_release(&host->routes);
	vec_for_each (name, &host->away)
		free(*name);
	vec_release(&host->away);
	vec_release(&host->nameservers);
	vec_release(&host->proxies);
}

const struct host_interface *host_network_interface(const struct host_network *host, unsigned index)
{
	vec_for_each (interface, &host->interfaces)
		if (interface->index == index)
			return interface;
	return NULL;
}

static bool is_better(const struct host_route *route, const struct host_route *best)
{
	if (route->destination.length != best->destination.length)
		return route->destination.length > best->destination.length;
	return route->metric < best->metric;
}

const struct host_route *host_network_route(const struct host_network *host, const struct address *address)
{
	const struct host_route *best = NULL;

	vec_for_each (route, &host->routes)
		if (prefix_contains(&route->destination, address) && (!best || is_better(route, best)))
			best = route;
	return best;
}

const struct host_interface *host_network_owner(const struct host_network *host, const struct address *address)
{
	vec_for_each (interface, &host->interfaces)
		vec_for_each (own, &interface->addresses)
			if (address_equal(&own->address, address))
				return interface;
	return NULL;
}

static void add_once(host_address_vec *list, const struct address *address)
{
	vec_for_each (other, list)
		if (address_equal(other, address))
			return;
	vec_push(list, *address);
}

static bool is_loopback(const struct address *address)
{
	return address->family == FAMILY_IPV4 ? address->bits >> 24 == 127 : address->bits == 1;
}

bool host_network_add_nameservers(struct host_network *host, const char *resolv_conf)
{
	AUTO_FREE char *text = memory_copy_text(resolv_conf);
	bool loopback = false;
	char *rest = NULL;

	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *words = NULL, *word = strtok_r(line, BLANKS, &words);
		char *server = word && strcmp(word, "nameserver") == 0 ? strtok_r(NULL, BLANKS, &words) : NULL;
		struct address address;

		if (!server)
			continue;
		server[strcspn(server, "%")] = '\0';  // fe80::1%eth0
		if (address_parse(server, &address, NULL) < 0)
			continue;
		add_once(&host->nameservers, &address);
		loopback = loopback || is_loopback(&address);
	}
	return loopback;
}

void host_network_add_proxy(struct host_network *host, const char *value)
{
	const char *scheme = strstr(value, "://");
	const char *begin = scheme ? scheme + 3 : value;
	size_t length = strcspn(begin, "/?#" BLANKS);
	AUTO_FREE char *authority = memory_copy_bytes(begin, length);
	char *user = strrchr(authority, '@');
	char *name = user ? user + 1 : authority;
	struct address address;

	bool bracket = *name == '[';
	name += bracket;
	name[strcspn(name, bracket ? "]%" : ":")] = '\0';
	if (address_parse(name, &address, NULL) == 0)
		add_once(&host->proxies, &address);
}
