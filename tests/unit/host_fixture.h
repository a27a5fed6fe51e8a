// SPDX-License-Identifier: GPL-2.0-or-later
// A host's network from texts, for the tests of the plan stage.
#ifndef VPCJAIL_HOST_FIXTURE_H
#define VPCJAIL_HOST_FIXTURE_H

#include "policy_fixture.h"

#include "plan/host_network.h"

#define PROFILE(network, vpc)                                                                                          \
	"vpcjail: 1\nnetwork: {isolation: vpc" network "}\nvpc: {" vpc "}\nprocess: {credentials: scrub}\n"

struct interface_text {
	const char *name, *kind, *addresses;  // addresses: "10.0.0.5/24 fd00::5/64"
};

struct route_text {
	const char *destination, *gateway;  // gateway NULL: on the link
	unsigned interface;                 // from 1
	unsigned metric;
};

struct host_text {
	struct interface_text interfaces[5];
	struct route_text routes[6];
	const char *nameservers, *proxy;
};

static const struct host_text plain = {
	.interfaces = { { "lo", "", "127.0.0.1/8 ::1/128" },
			{ "eth0", "", "10.20.1.5/24 fd00:20::5/64 203.0.113.9/28 fe80::5/64" },
			{ "docker0", "bridge", "172.17.0.1/16" } },
	.routes = { { "0.0.0.0/0", "10.20.1.1", 2, 100 },
		    { "::/0", "fe80::1", 2, 100 },
		    { "10.20.1.0/24", NULL, 2, 0 },
		    { "172.17.0.0/16", NULL, 3, 0 } },
	.nameservers = "nameserver 127.0.0.53\nnameserver 10.20.1.2\n",
	.proxy = "http://10.20.1.8:3128",
};

static inline void add_interface(struct host_network *host, const struct interface_text *text)
{
	struct host_interface interface = { .name = memory_copy_text(text->name),
					    .kind = memory_copy_text(text->kind),
					    .index = (unsigned)host->interfaces.count + 1,
					    .up = true,
					    .loopback = strcmp(text->name, "lo") == 0 };
	AUTO_FREE char *addresses = memory_copy_text(text->addresses);
	char *rest = NULL;

	for (char *word = strtok_r(addresses, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		char *slash = strchr(word, '/');
		struct host_address own = { .length = (uint8_t)strtoul(slash + 1, NULL, 10) };
		*slash = '\0';
		assert_int_equal(address_parse(word, &own.address, NULL), 0);
		vec_push(&interface.addresses, own);
	}
	vec_push(&host->interfaces, interface);
}

static inline void make_host(const struct host_text *text, struct host_network *host)
{
	for (size_t i = 0; i < 5 && text->interfaces[i].name; i++)
		add_interface(host, &text->interfaces[i]);
	for (size_t i = 0; i < 6 && text->routes[i].destination; i++) {
		struct host_route route = { .interface = text->routes[i].interface, .metric = text->routes[i].metric };
		assert_int_equal(prefix_parse(text->routes[i].destination, &route.destination, NULL), 0);
		if (text->routes[i].gateway)
			assert_int_equal(address_parse(text->routes[i].gateway, &route.gateway, NULL), 0);
		vec_push(&host->routes, route);
	}
	if (text->nameservers)
		host_network_add_nameservers(host, text->nameservers);
	if (text->proxy)
		host_network_add_proxy(host, text->proxy);
}

#endif
