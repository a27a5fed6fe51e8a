// SPDX-License-Identifier: GPL-2.0-or-later
// The host's own network as plans and checks see it: pure data, read by src/kernel/host/network.h.
#ifndef VPCJAIL_PLAN_HOST_NETWORK_H
#define VPCJAIL_PLAN_HOST_NETWORK_H

#include "base/vec.h"
#include "net/prefix.h"

struct host_address {
	struct address address;
	uint8_t length;  // of the prefix it stands in
};

struct host_interface {
	char *name;
	unsigned index;
	char *kind;  // the kernel's word: "bridge", "veth", "vlan", …; "" for a device that has none
	bool up, loopback, ethernet, wireless;
	unsigned master;  // the index of the bridge, bond, … that it is a port of; 0: of none
	unsigned lower;   // of the link that it stands on, in this namespace; 0: on none
	unsigned mtu;
	uint8_t mac[6];  // zeroes where there is none
	VEC(struct host_address) addresses;
};

// A route of the main table that leads somewhere; one a next hop.
struct host_route {
	struct prefix destination;
	struct address gateway;  // of either family; family NONE: the destination is on the link
	unsigned interface;
	unsigned metric;
};

typedef VEC(struct address) host_address_vec;

struct host_network {
	VEC(struct host_interface) interfaces;
	VEC(struct host_route) routes;
	VEC(char *) away;              // names of links that jails have now and give back
	host_address_vec nameservers;  // in the order they are asked
	host_address_vec proxies;      // of the environment, where it names them by address
};

void host_network_release(struct host_network *host);

const struct host_interface *host_network_interface(const struct host_network *host, unsigned index);

// The route a packet to the address takes: longest prefix, then lowest metric. NULL: none.
const struct host_route *host_network_route(const struct host_network *host, const struct address *address);

// The interface that has the address; NULL: the host does not.
const struct host_interface *host_network_owner(const struct host_network *host, const struct address *address);

// Adds the servers of a resolv.conf, each once; true when one of them is on loopback and stands in for others.
bool host_network_add_nameservers(struct host_network *host, const char *resolv_conf);

// Adds the address in a proxy variable's value ("http://user:word@10.0.0.1:3128/", "[fd00::1]:3128"); nothing where it
// has a name instead.
void host_network_add_proxy(struct host_network *host, const char *value);

#endif
