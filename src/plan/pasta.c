// SPDX-License-Identifier: GPL-2.0-or-later
// The options of pasta: see pasta.h.
//
// They are the same for every version: pasta ends at an option that it does not know, and then nothing is run. What it
// does by itself is refused one by one, also where a version's default is the same already.
#include "plan/pasta.h"

#include <stdio.h>

#include "base/memory.h"

static const char *const fixed[] = {
	"--foreground",                                        // a child that ends with us
	"--quiet",                                             // errors alone
	"--no-map-gw",                                         // the gateway's address is not the host's loopback
	"--no-dhcp",    "--no-dhcpv6", "--no-ndp", "--no-ra",  // the jail configures itself
	"--tcp-ports",  "none",                                // nothing comes in from the host's network
	"--udp-ports",  "none",        "--tcp-ns", "none",     // no port of the jail's loopback leads out
	"--udp-ns",     "none",        "--dns",    "none",     // no resolver is told or translated to
	"--search",     "none",
};

static void add(text_list *out, const char *option, const char *value)
{
	vec_push(out, memory_copy_text(option));
	if (value)
		vec_push(out, memory_copy_text(value));
}

static void add_mac(text_list *out, const char *option, const uint8_t mac[6])
{
	char text[18];

	(void)snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
		       mac[5]);
	add(out, option, text);
}

static void add_addresses(const struct link_plan *link, text_list *out)
{
	char text[ADDRESS_TEXT_SIZE];

	for (size_t i = 0; i < LINK_FAMILIES; i++) {
		if (link->own[i].address.family == FAMILY_NONE)
			continue;
		add(out, "--address", address_print(&link->own[i].address, text));
		add(out, "--gateway", address_print(&link->gateways[i], text));
		if (link->own[i].address.family == FAMILY_IPV4)
			add(out, "--netmask", "32");
		if (link->own[!i].address.family == FAMILY_NONE)
			add(out, link->own[i].address.family == FAMILY_IPV4 ? "--ipv4-only" : "--ipv6-only", NULL);
	}
}

void pasta_options(const struct link_plan *link, const struct policy *policy, text_list *out)
{
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		add(out, fixed[i], NULL);
	add(out, "--interface", link->device);
	add(out, "--ns-ifname", link->inside);
	add_mac(out, "--mac-addr", link->gateway_mac);
	add_mac(out, "--ns-mac-addr", link->mac);
	add_addresses(link, out);
	if (!policy->icmp && !link->open)
		add(out, "--no-icmp", NULL);
}
