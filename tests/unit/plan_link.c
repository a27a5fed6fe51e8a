// SPDX-License-Identifier: GPL-2.0-or-later
// plan: the choice of a link on the host's subnet: what it takes of the host and of the command line, and what it
// refuses.
#include "test.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "nft_profile.h"
#include "plan/link_request.h"
#include "plan/uplink.h"

// The made-up host: eth0 with the default routes, eth1 and br0 on the job's subnet, and what no link can stand on.
static char names[][8] = { "lo", "eth0", "eth1", "br0", "port0", "mac0", "wlan0", "tun0", "eth2", "vlan5", "only0" };
static char none[] = "", bridge[] = "bridge", macvlan[] = "macvlan", tun[] = "tun", vlan[] = "vlan";
static struct host_address eth1_addresses[2], eth0_addresses[1];
static struct host_interface interfaces[] = {
	{ .name = names[0], .index = 1, .kind = none, .up = true, .loopback = true },
	{ .name = names[1], .index = 2, .kind = none, .up = true, .ethernet = true, .mtu = 1500 },
	{ .name = names[2],
	  .index = 3,
	  .kind = none,
	  .up = true,
	  .ethernet = true,
	  .mtu = 9000,
	  .mac = { 2, 3, 4, 5, 6, 7 } },
	{ .name = names[3], .index = 4, .kind = bridge, .up = true, .ethernet = true, .mtu = 1500 },
	{ .name = names[4], .index = 5, .kind = none, .up = true, .ethernet = true, .master = 4 },
	{ .name = names[5], .index = 6, .kind = macvlan, .up = true, .ethernet = true, .lower = 2 },
	{ .name = names[6], .index = 7, .kind = none, .up = true, .ethernet = true, .wireless = true },
	{ .name = names[7], .index = 8, .kind = tun, .up = true },
	{ .name = names[8], .index = 9, .kind = none, .ethernet = true, .mtu = 1500 },
	{ .name = names[9], .index = 10, .kind = vlan, .up = true, .ethernet = true, .lower = 9 },
};
static struct host_route routes[6];
static size_t first_route, route_count = 6;  // those that the host has

static void make_route(size_t index, const char *destination, const char *gateway, unsigned interface, unsigned metric)
{
	routes[index] = (struct host_route){ .interface = interface, .metric = metric };
	assert_int_equal(prefix_parse(destination, &routes[index].destination, NULL), 0);
	if (gateway)
		assert_int_equal(address_parse(gateway, &routes[index].gateway, NULL), 0);
}

static void make_host(struct host_network *network)
{
	make_route(0, "0.0.0.0/0", "10.20.9.1", 2, 100);
	make_route(1, "10.20.9.0/24", NULL, 2, 0);
	make_route(2, "10.20.1.0/24", NULL, 3, 0);
	make_route(3, "0.0.0.0/0", "10.20.1.1", 3, 900);
	make_route(4, "2001:db8::/64", NULL, 3, 256);
	make_route(5, "::/0", "fe80::1", 2, 100);
	assert_int_equal(address_parse("10.20.9.7", &eth0_addresses[0].address, NULL), 0);
	assert_int_equal(address_parse("10.20.1.5", &eth1_addresses[0].address, NULL), 0);
	assert_int_equal(address_parse("2001:db8::5", &eth1_addresses[1].address, NULL), 0);
	eth0_addresses[0].length = eth1_addresses[0].length = 24;
	eth1_addresses[1].length = 64;
	interfaces[1].addresses.items = eth0_addresses;
	interfaces[1].addresses.count = 1;
	interfaces[2].addresses.items = eth1_addresses;
	interfaces[2].addresses.count = 2;
	network->interfaces.items = interfaces;
	network->interfaces.count = sizeof(interfaces) / sizeof(interfaces[0]);
	network->routes.items = routes + first_route;
	network->routes.count = route_count;
}

struct wanted {
	const char *uplink, *interface;
	const char *addresses[2], *gateways[2];
	const char *message;  // NULL: it is chosen
};

// The profile's text: both families' subnets, and one prefix beyond.
static char *profile_text(const struct wanted *wanted)
{
	return memory_format("vpcjail: 1\n"
			     "network: {isolation: vpc, uplink: %s%s%s}\n"
			     "vpc: {cidrs: [10.20.0.0/16, \"2001:db8::/56\"], subnets: [10.20.1.0/24, 10.20.2.0/24, "
			     "\"2001:db8::/64\"], dns: none}\n"
			     "process: {credentials: scrub}\n",
			     wanted->uplink, wanted->interface ? ", interface: " : "",
			     wanted->interface ? wanted->interface : "");
}

static int open_text(void *data, const char *name, const char *from, char **path, char **text, size_t *length,
		     struct error *err)
{
	(void)from;
	(void)err;
	*path = memory_copy_text(name);
	*text = memory_copy_text(data);
	*length = strlen(data);
	return 0;
}

struct chosen {
	struct profile profile;
	struct policy policy;
	struct link_plan link;
	int result;
	struct error err;
};

static void choose(const struct wanted *wanted, struct chosen *out)
{
	AUTO_FREE char *text = profile_text(wanted);
	const struct profile_source source = { .open = open_text, .read = open_text, .data = text };
	struct mistakes mistakes = { 0 };
	struct link_request request = { 0 };
	struct host_network network = { 0 };
	char *away[] = { names[10] };

	*out = (struct chosen){ 0 };
	if (profile_load(&source, "test.yaml", &out->profile, &mistakes) < 0)
		fail_msg("%s: %s", text, mistakes.list.items[0].message);
	mistakes_release(&mistakes);
	assert_int_equal(policy_build(&out->profile, &out->policy, NULL), 0);
	for (size_t i = 0; i < 2; i++) {
		if (wanted->addresses[i])
			assert_int_equal(link_request_address(&request, wanted->addresses[i], NULL), 0);
		if (wanted->gateways[i])
			assert_int_equal(link_request_gateway(&request, wanted->gateways[i], NULL), 0);
	}
	make_host(&network);
	network.away.items = away;
	network.away.count = 1;
	out->result = link_plan_choose(
	    &(struct link_facts){
		.profile = &out->profile,
		.policy = &out->policy,
		.network = &network,
		.request = &request,
		.root = true,
		.ipv6 = true,
		.forwards_ipv6 = true,
		.jail = 1,
	    },
	    &out->link, &out->err);
}

static void chosen_release(struct chosen *chosen)
{
	link_plan_release(&chosen->link);
	policy_release(&chosen->policy);
	profile_release(&chosen->profile);
}

static bool has_prefix(const prefix_vec *prefixes, const char *text)
{
	struct address address;

	assert_int_equal(address_parse(text, &address, NULL), 0);
	vec_for_each (prefix, prefixes)
		if (prefix_contains(prefix, &address))
			return true;
	return false;
}

static void test_macvlan(void **state)
{
	const struct wanted wanted = { "macvlan", NULL, { "10.20.1.50/24", "2001:db8::50/64" }, { "10.20.1.1" }, NULL };
	CLEANUP(chosen_release) struct chosen chosen;
	char text[ADDRESS_TEXT_SIZE];

	(void)state;
	choose(&wanted, &chosen);
	assert_string_equal(chosen.err.message, "");
	assert_string_equal(chosen.link.device, "eth1");
	assert_int_equal(chosen.link.mtu, 9000);
	assert_string_equal(chosen.link.outside, "");
	assert_string_equal(address_print(&chosen.link.own[1].address, text), "2001:db8::50");
	assert_memory_equal(chosen.link.mac, ((uint8_t[]){ 2, 0x76, 10, 20, 1, 50 }), 6);
	assert_true(has_prefix(&chosen.link.neighbours, "10.20.1.20") &&
		    has_prefix(&chosen.link.neighbours, "2001:db8::9"));
	assert_false(has_prefix(&chosen.link.neighbours, "10.20.2.20"));
	assert_true(has_prefix(&chosen.link.routes, "10.20.2.20"));
	assert_false(has_prefix(&chosen.link.routes, "10.20.1.20"));
	assert_string_equal(address_print(&chosen.link.gateways[0], text), "10.20.1.1");
	// Who is asked for: neighbours, and the router because something lies behind it; none of IPv6 does.
	struct ruleset_neighbours neighbours;
	link_plan_neighbours(&chosen.link, &neighbours);
	assert_memory_equal(neighbours.mac, chosen.link.mac, 6);
	assert_true(prefix_set_contains(&neighbours.whom, &chosen.link.gateways[0]));
	ruleset_neighbours_release(&neighbours);
}

static void test_families(void **state)
{
	const struct wanted six = { "macvlan", NULL, { "2001:db8::50/64" }, { 0 }, NULL };
	CLEANUP(chosen_release) struct chosen chosen;

	(void)state;
	choose(&six, &chosen);
	assert_string_equal(chosen.err.message, "");
	assert_int_equal(chosen.link.own[0].address.family, FAMILY_NONE);
	assert_non_null(strstr(chosen.link.left_out[0], "--address 10.0.1.50/24"));
	assert_false(has_prefix(&chosen.link.neighbours, "10.20.1.20") ||
		     has_prefix(&chosen.link.routes, "10.20.2.20"));
}

// A device brings its own address and router; a given one wins.
static void test_device(void **state)
{
	const struct wanted own = { "device", "eth1", { 0 }, { 0 }, NULL };
	const struct wanted given = { "device", "eth1", { "10.20.1.50/24" }, { "10.20.1.2" }, NULL };
	CLEANUP(chosen_release) struct chosen chosen, other;
	char text[ADDRESS_TEXT_SIZE];

	(void)state;
	choose(&own, &chosen);
	assert_string_equal(chosen.err.message, "");
	assert_string_equal(address_print(&chosen.link.own[0].address, text), "10.20.1.5");
	assert_string_equal(address_print(&chosen.link.own[1].address, text), "2001:db8::5");
	assert_string_equal(address_print(&chosen.link.gateways[0], text), "10.20.1.1");
	assert_memory_equal(chosen.link.mac, interfaces[2].mac, 6);
	choose(&given, &other);
	assert_string_equal(address_print(&other.link.own[0].address, text), "10.20.1.50");
	assert_string_equal(address_print(&other.link.gateways[0], text), "10.20.1.2");
}

#define OWN                                                                                                            \
	{                                                                                                              \
		"10.20.1.50/24"                                                                                        \
	}
#define ROUTER                                                                                                         \
	{                                                                                                              \
		"10.20.1.1"                                                                                            \
	}

static void test_refusals(void **state)
{
	static const struct wanted rows[] = {
		{ "macvlan",
		  NULL,
		  { 0 },
		  { 0 },
		  "eth1 can carry nothing of what the profile allows: the jail has no such "
		  "address on the link's subnet: give one, as in --address 10.0.1.50/24" },
		{ "macvlan",
		  NULL,
		  OWN,
		  { 0 },
		  "10.20.2.254/32 is not on the subnet of --address 10.20.1.50: give that subnet's "
		  "router, as in --gateway" },
		{ "macvlan", NULL, { "10.20.1.5/24" }, ROUTER, "--address 10.20.1.5: it is eth1's on this host" },
		{ "macvlan",
		  NULL,
		  OWN,
		  { "10.20.2.1" },
		  "--gateway 10.20.2.1 is not on the jail's subnet 10.20.1.0/24" },
		{ "macvlan", NULL, OWN, { "10.20.1.50" }, "--gateway 10.20.1.50 is the jail's own address" },
		{ "macvlan", "eth7", OWN, ROUTER, "this host has no link eth7; it has: eth0, eth1" },
		{ "macvlan", "lo", OWN, ROUTER, "lo is loopback" },
		{ "macvlan", "port0", OWN, ROUTER, "port0 is a port of br0, which takes all its frames: name br0" },
		{ "macvlan", "mac0", OWN, ROUTER, "mac0 is itself a macvlan" },
		{ "ipvlan", "wlan0", OWN, ROUTER, "wlan0 is wireless" },
		{ "macvlan", "tun0", OWN, ROUTER, "tun0 is no Ethernet link" },
		{ "macvlan", "eth2", OWN, ROUTER, "eth2 is down: bring it up first (ip link set eth2 up)" },
		{ "device", "eth0", OWN, ROUTER, "eth0 holds this host's only way out" },
		{ "device", "port0", OWN, ROUTER, "port0 is busy: a port of br0" },
		{ "device", "eth2", OWN, ROUTER, "eth2 is busy: vlan5 stands on it" },
		{ "device", "wlan0", OWN, ROUTER, "wlan0 is no wired Ethernet link" },
		{ "device", "only0", OWN, ROUTER, "the link is in another jail, which gives it back when it ends" },
		{ "veth", NULL, OWN, { 0 }, "--address, --gateway and --lease are for a link on the host's subnet" },
		{ "auto", NULL, { 0 }, { 0 }, NULL },
		{ "macvlan", "br0", OWN, ROUTER, NULL },
		{ "macvlan", "vlan5", OWN, ROUTER, NULL },
		{ "macvlan", NULL, { "10.20.1.50/32" }, { "10.20.9.1" }, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP(chosen_release) struct chosen chosen;

		choose(&rows[i], &chosen);
		if (rows[i].message && (chosen.result == 0 || !strstr(chosen.err.message, rows[i].message)))
			fail_msg("row %zu: said \"%s\", wanted \"%s\"", i, chosen.err.message, rows[i].message);
		if (!rows[i].message && chosen.result < 0)
			fail_msg("row %zu: %s", i, chosen.err.message);
	}
}

// A host without default routes: its only route is by the link; as control, another link has one too.
static void test_only_way(void **state)
{
	const struct wanted wanted = { "device", "eth1", OWN, ROUTER, NULL };

	(void)state;
	for (route_count = 1; route_count <= 2; route_count++) {
		CLEANUP(chosen_release) struct chosen chosen;
		first_route = 3 - route_count;
		choose(&wanted, &chosen);
		if ((chosen.result == 0) != (route_count == 2))
			fail_msg("with %zu routes: \"%s\"", route_count, chosen.err.message);
		assert_true(route_count == 2 || strstr(chosen.err.message, "only way out"));
	}
	first_route = 0;
	route_count = 6;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_macvlan), cmocka_unit_test(test_families),
					    cmocka_unit_test(test_device), cmocka_unit_test(test_refusals),
					    cmocka_unit_test(test_only_way) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
