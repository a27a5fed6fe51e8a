// SPDX-License-Identifier: GPL-2.0-or-later
// Links on a subnet of the host's: see link_subnet.h.
#include "plan/link_subnet.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "nft/ruleset.h"
#include "plan/link_routes.h"

static const enum family families[LINK_FAMILIES] = { FAMILY_IPV4, FAMILY_IPV6 };
static const struct prefix link_local = IPV6_PREFIX(0xfe80000000000000, 0, 10);

int link_place_error(const struct link_facts *facts, const struct location *at, const char *key, struct error *err,
		     int code, const char *message)
{
	AUTO_FREE char *place = profile_place(facts->profile, at, key);

	return error_set(err, code, "%s: %s", place, message);
}

int link_check_request(const struct link_facts *facts, enum uplink kind, struct error *err)
{
	const struct link_request *request = facts->request;

	if (ruleset_asks_neighbours(kind) || !request)
		return 0;
	for (size_t i = 0; i < LINK_FAMILIES; i++)
		if (request->own[i].address.family != FAMILY_NONE || request->gateways[i].family != FAMILY_NONE)
			return error_set(err, -EINVAL,
					 "--address, --gateway and --lease are for a link on the host's subnet: write "
					 "`uplink: macvlan`, `ipvlan` or `device` in the profile, or leave them out");
	return 0;
}

static const char *name_of(const struct host_network *network, unsigned index)
{
	const struct host_interface *interface = host_network_interface(network, index);

	return interface ? interface->name : "another link";
}

static bool is_child(const struct host_interface *interface)
{
	static const char *const kinds[] = { "macvlan", "macvtap", "ipvlan", "ipvtap" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(interface->kind, kinds[i]) == 0)
			return true;
	return false;
}

// NULL: it can have children.
static char *parent_fault(const struct host_network *network, const struct host_interface *interface)
{
	const char *name = interface->name;

	if (interface->master)
		return memory_format("%s is a port of %s, which takes all its frames: name %s instead", name,
				     name_of(network, interface->master), name_of(network, interface->master));
	if (is_child(interface))
		return memory_format("%s is itself a %s: name the link that it stands on", name, interface->kind);
	if (interface->wireless)
		return memory_format("%s is wireless, and its access point knows one hardware address alone: use "
				     "`uplink: veth`",
				     name);
	if (!interface->ethernet)
		return memory_format("%s is no Ethernet link: use `uplink: veth`", name);
	if (!interface->up)
		return memory_format("%s is down: bring it up first (ip link set %s up)", name, name);
	return NULL;
}

static const struct host_route *default_route(const struct host_network *network, enum family family)
{
	const struct host_route *best = NULL;

	vec_for_each (route, &network->routes)
		if (route->destination.length == 0 && route->destination.base.family == family &&
		    (!best || route->metric < best->metric))
			best = route;
	return best;
}

// The host would be cut off: its default route goes there, or, where it has none, every route there is.
static bool is_only_way(const struct host_network *network, const struct host_interface *interface)
{
	bool defaults = false, here = false, elsewhere = false;

	for (size_t i = 0; i < LINK_FAMILIES; i++) {
		const struct host_route *route = default_route(network, families[i]);
		if (route && route->interface == interface->index)
			return true;
		defaults = defaults || route;
	}
	vec_for_each (route, &network->routes) {
		const struct host_interface *by = host_network_interface(network, route->interface);
		if (!by || by->loopback || prefix_covers(&link_local, &route->destination))
			continue;
		if (by == interface)
			here = true;
		else
			elsewhere = true;
	}
	return !defaults && here && !elsewhere;
}

static const struct host_interface *standing_on(const struct host_network *network,
						const struct host_interface *interface)
{
	// One end of a pair names the other, and neither stands on it.
	vec_for_each (other, &network->interfaces)
		if (other->lower == interface->index && strcmp(other->kind, "veth") != 0)
			return other;
	return NULL;
}

static char *device_fault(const struct host_network *network, const struct host_interface *interface)
{
	const struct host_interface *upper = standing_on(network, interface);
	const char *name = interface->name;

	if (is_only_way(network, interface))
		return memory_format("%s holds this host's only way out, and the host would be cut off: name a second "
				     "link, or use `uplink: macvlan`",
				     name);
	if (interface->master)
		return memory_format("%s is busy: a port of %s; take it out first (ip link set %s nomaster)", name,
				     name_of(network, interface->master), name);
	if (upper)
		return memory_format("%s is busy: %s stands on it", name, upper->name);
	if (interface->wireless || !interface->ethernet)
		return memory_format("%s is no wired Ethernet link, and cannot be moved", name);
	return NULL;
}

int link_check_device(const struct link_facts *facts, enum uplink kind, const struct host_interface *interface,
		      struct error *err)
{
	AUTO_FREE char *fault =
	    kind == UPLINK_DEVICE ? device_fault(facts->network, interface) : parent_fault(facts->network, interface);

	if (!fault)
		return 0;
	int code = !interface->up && kind != UPLINK_DEVICE ? -ENETDOWN : -EBUSY;
	if (facts->profile->network.interface.text)
		return link_place_error(facts, &facts->profile->network.interface.at, "network.interface", err, code,
					fault);
	return error_set(err, code, "uplink: %s", fault);
}

struct host_address link_own_address(const struct link_facts *facts, enum uplink kind,
				     const struct host_interface *interface, size_t index)
{
	const struct host_address none = { .address = { .family = FAMILY_NONE } };

	if (facts->request && facts->request->own[index].address.family == families[index])
		return facts->request->own[index];
	if (kind == UPLINK_DEVICE)
		vec_for_each (own, &interface->addresses)
			if (own->address.family == families[index] && !prefix_contains(&link_local, &own->address))
				return *own;
	return none;
}

// The given one; of a device that is moved, else the one its widest route has.
static struct address gateway_of(const struct link_facts *facts, const struct link_plan *link, size_t index)
{
	struct address gateway = { .family = FAMILY_NONE };
	unsigned widest = 129;

	if (facts->request && facts->request->gateways[index].family == families[index])
		return facts->request->gateways[index];
	if (link->kind != UPLINK_DEVICE)
		return gateway;
	vec_for_each (route, &facts->network->routes)
		if (route->interface == link->device_index && route->gateway.family == families[index] &&
		    route->destination.base.family == families[index] && route->destination.length < widest) {
			gateway = route->gateway;
			widest = route->destination.length;
		}
	return gateway;
}

static int check_gateway(const struct address *gateway, const struct host_address *own, const struct prefix *subnet,
			 struct error *err)
{
	char text[ADDRESS_TEXT_SIZE], near[PREFIX_TEXT_SIZE];

	if (address_equal(gateway, &own->address))
		return error_set(err, -EINVAL, "--gateway %s is the jail's own address: give the router's",
				 address_print(gateway, text));
	// A subnet of one address says nothing of its router.
	if (prefix_contains(subnet, gateway) || prefix_contains(&link_local, gateway) ||
	    own->length == (uint8_t)own->address.family)
		return 0;
	return error_set(err, -EINVAL, "--gateway %s is not on the jail's subnet %s: give the router's address there",
			 address_print(gateway, text), prefix_print(subnet, near));
}

int link_take_subnet(const struct link_facts *facts, const struct host_interface *interface, struct link_plan *link,
		     size_t index, struct error *err)
{
	const struct host_address own = link_own_address(facts, link->kind, interface, index);
	const struct address gateway = gateway_of(facts, link, index);
	const struct host_interface *owner = host_network_owner(facts->network, &own.address);
	struct prefix subnet = prefix_around(&own.address, own.length);
	char text[ADDRESS_TEXT_SIZE];

	if (owner && !(link->kind == UPLINK_DEVICE && owner->index == link->device_index))
		return error_set(err, -EADDRINUSE,
				 "--address %s: it is %s's on this host; give the jail one of its own",
				 address_print(&own.address, text), owner->name);
	if (gateway.family != FAMILY_NONE && check_gateway(&gateway, &own, &subnet, err) < 0)
		return err->code;
	link->own[index] = own;
	link->gateways[index] = gateway;
	return link_divide_routes(link, index, err);
}
