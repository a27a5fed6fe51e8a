// SPDX-License-Identifier: GPL-2.0-or-later
// The two namespaces, their links and sockets: see world.h.
#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "kernel/netlink/nfnetlink.h"
#include "kernel/netlink/rtnetlink.h"
#include "nft/tables.h"
#include "own_block.h"
#include "plan/link_routes.h"
#include "traffic.h"

enum { MTU = 1500, ROUTES_MOST = 128, EARLY = -450, LATE = 100 };

// The other end's addresses, which the jail's routes name: RFC 6598 and RFC 4193.
static const struct address gateways[2] = { { FAMILY_IPV4, 0x64400001 },
					    { FAMILY_IPV6, (address_bits)0xfd5c8b1e7a420002 << 64 | 1 } };

// As a launch writes them (plan/network.c, plan/uplink_steps.c).
static const char *const switches[][2] = {
	{ "ipv4/conf/all/accept_redirects", "0" },     { "ipv4/conf/default/accept_redirects", "0" },
	{ "ipv4/conf/default/arp_ignore", "8" },       { "ipv4/conf/all/rp_filter", "0" },
	{ "ipv4/conf/default/rp_filter", "0" },        { "ipv6/conf/all/disable_ipv6", "0" },
	{ "ipv6/conf/default/disable_ipv6", "0" },     { "ipv6/conf/all/forwarding", "0" },
	{ "ipv6/conf/default/accept_ra", "0" },        { "ipv6/conf/default/autoconf", "0" },
	{ "ipv6/conf/default/accept_redirects", "0" }, { "ipv6/conf/default/addr_gen_mode", "1" },
	{ "ipv6/conf/default/dad_transmits", "0" },
};

static int write_switch(const char *name, const char *value, struct error *err)
{
	AUTO_FREE char *path = memory_format("/proc/sys/net/%s", name);
	int result = io_write_file(path, value);

	return result < 0 ? error_set_errno(err, result, "cannot write %s to %s", value, path) : 0;
}

static ino_t network_inode(void)
{
	struct stat status;

	return stat("/proc/self/ns/net", &status) == 0 ? status.st_ino : 0;
}

// *fd: the namespace it made and stands in.
static int enter_new_network(ino_t before, int *fd, struct error *err)
{
	if (unshare(CLONE_NEWNET) < 0)
		return error_set(err, -ENOSYS, "network namespaces of our own: %s", strerror(errno));
	if (!before || network_inode() == before)
		return error_set(err, -EPERM, "this is the parent's network namespace still: nothing done");
	*fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	return *fd < 0 ? error_set_errno(err, -errno, "/proc/self/ns/net") : 0;
}

static int enter_user_namespace(struct error *err)
{
	char users[32], groups[32];

	(void)snprintf(users, sizeof(users), "0 %u 1", (unsigned)geteuid());
	(void)snprintf(groups, sizeof(groups), "0 %u 1", (unsigned)getegid());
	if (unshare(CLONE_NEWUSER) < 0)
		return error_set(err, -ENOSYS, "user namespaces: %s", strerror(errno));
	if (io_write_file("/proc/self/setgroups", "deny") < 0 || io_write_file("/proc/self/uid_map", users) < 0 ||
	    io_write_file("/proc/self/gid_map", groups) < 0)
		return error_set(err, -ENOSYS, "user namespaces that can be mapped");
	return 0;
}

// One processor has one backlog, which keeps the order of packets.
static int pin(struct error *err)
{
	cpu_set_t set;
	int processor = sched_getcpu();

	CPU_ZERO(&set);
	CPU_SET(processor < 0 ? 0 : (size_t)processor, &set);
	return sched_setaffinity(0, sizeof(set), &set) < 0 ? error_set_errno(err, -errno, "cannot pin to a processor")
							   : 0;
}

// The other end: up, and silent.
static int open_outside(struct world *world, int outside, int inside, struct error *err)
{
	struct nl_sock *socket = NULL;

	if (setns(outside, CLONE_NEWNET) < 0)
		return error_set_errno(err, -errno, "cannot go outside");
	world->links[1] = if_nametoindex("wire1");
	int result = rtnetlink_open(&socket, err);
	if (result == 0)
		result = link_up(socket, "wire1", err);
	if (result == 0)
		result = tap_open("wire1", ETH_P_ALL, &world->taps[TAP_WIRE], err);
	if (socket)
		rtnetlink_close(&socket);
	if (setns(inside, CLONE_NEWNET) < 0)
		return error_set_errno(err, -errno, "cannot come back");
	return result;
}

static int open_links(struct world *world, int outside, struct error *err)
{
	const struct link_end near = { "wire0", world->mac[0] }, far = { "wire1", world->mac[1] };
	static const struct prefix sink[] = { IPV4_PREFIX(192, 0, 0, 8, 32), IPV6_PREFIX(0xfd5c8b1e7a420000, 8, 128) };
	static const char *const up[] = { "lo", "sink1", "sink0", "wire0" };
	const struct prefix every[] = { IPV4_PREFIX(0, 0, 0, 0, 0), IPV6_PREFIX(0, 0, 0) };

	if (link_add_pair(world->routes, "sink0", "sink1", err) < 0 ||
	    link_add_pair_across(world->routes, &near, &far, outside, MTU, err) < 0)
		return err->code == -EOPNOTSUPP ? error_prefix(err, "veth"), -ENOSYS : err->code;
	for (size_t i = 0; i < sizeof(up) / sizeof(up[0]); i++)
		if (link_up(world->routes, up[i], err) < 0)
			return err->code;
	for (size_t i = 0; i < 2; i++)
		if (own_block_add(world->routes, i, err) < 0 ||
		    address_add(world->routes, "sink0", &sink[i], err) < 0 ||
		    route_add(world->routes, "sink0", &every[i], NULL, err) < 0 ||
		    route_marked(world->routes, "sink0", RULESET_SINK_MARK, &every[i], err) < 0 ||
		    neighbour_add(world->routes, "wire0", &gateways[i], world->mac[1], err) < 0)
			return err->code;
	world->links[0] = if_nametoindex("wire0");
	// Where one leads to everything, broadcast is not meant.
	static const struct prefix broadcast = IPV4_PREFIX(255, 255, 255, 255, 32);
	if (route_add(world->routes, "sink0", &broadcast, NULL, err) < 0)
		return err->code;
	return 0;
}

static int open_sockets(struct world *world, struct error *err)
{
	if (tap_open("sink1", ETH_P_ALL, &world->taps[TAP_SINK], err) < 0 ||
	    tap_open("lo", ETH_P_ALL, &world->taps[TAP_LOOPBACK], err) < 0 ||
	    tap_open("wire0", TRAFFIC_BARRIER, &world->taps[TAP_INSIDE], err) < 0 ||
	    raw_open(AF_INET, &world->raw[0], err) < 0 || raw_open(AF_INET6, &world->raw[1], err) < 0)
		return err->code;
	if (nfnetlink_open(&world->rules, &world->limit, err) < 0 ||
	    nfnetlink_log_open(ruleset_defaults.log_group, &world->log, err) < 0)
		return error_prefix(err, "nf_tables and its log"), -ENOSYS;
	return 0;
}

static int commit_all(struct world *world, const struct ruleset *ruleset, struct error *err)
{
	nft_batch_vec batches = { 0 };
	int result = ruleset_batches(ruleset, world->limit, &batches, err);

	vec_for_each (batch, &batches)
		if (result == 0)
			result = nfnetlink_commit(world->rules, batch, err);
	nft_batches_release(&batches);
	return result;
}

static void add_log(struct nft_chain *chain)
{
	struct nft_rule *rule = chain_add_rule(chain);

	rule_add(rule, statement_compare_name(SELECT_IIFNAME, "wire0"));
	rule_add(rule, statement_log(ruleset_defaults.log_group, memory_copy_text("vj1:" WITNESS_LAYER ":1")));
}

// See world.h.
static int open_witness(struct world *world, struct error *err)
{
	static const struct nft_hook early = { "filter", "output", NF_INET_LOCAL_OUT, EARLY, "-450", NF_ACCEPT, NULL };
	static const struct nft_hook late = { "filter", "input", NF_INET_LOCAL_IN, LATE, "100", NF_ACCEPT, NULL };
	struct ruleset *ruleset = NEW(struct ruleset);
	struct nft_table *table = ruleset_add_table(ruleset, NFPROTO_INET, "witness");
	struct nft_rule *rule = chain_add_rule(table_add_chain(table, "quiet", &early));

	rule_add(rule, statement_compare_not(SELECT_MARK, TRAFFIC_MARK));
	rule_add(rule, statement_verdict(NF_DROP, NULL));
	add_log(table_add_chain(table, "arrived", &late));
	int result = commit_all(world, ruleset, err);
	ruleset_free(ruleset);
	return result < 0 ? error_prefix(err, "nf_tables"), -ENOSYS : 0;
}

static int open_inside(struct world *world, int outside, int inside, struct error *err)
{
	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
		if (write_switch(switches[i][0], switches[i][1], err) < 0)
			return err->code;
	int result = rtnetlink_open(&world->routes, err);
	if (result == 0)
		result = open_links(world, outside, err);
	if (result == 0)
		result = open_outside(world, outside, inside, err);
	if (result == 0)
		result = open_sockets(world, err);
	return result == 0 ? open_witness(world, err) : result;
}

int world_open(struct world *world, bool rootless, struct error *err)
{
	AUTO_CLOSE int outside = -1, inside = -1;
	ino_t before = network_inode();

	*world = (struct world){ .taps = { -1, -1, -1, -1 },
				 .raw = { -1, -1 },
				 .rules = -1,
				 .log = -1,
				 .mac = { { 2, 0, 0, 0, 0, 5 }, { 2, 0, 0, 0, 0, 0x21 } } };
	memcpy(world->neighbours.mac, world->mac[0], sizeof(world->mac[0]));
	for (size_t i = 0; i < 2; i++) {
		struct prefix gateway = prefix_of_address(&gateways[i]);
		prefix_set_add(&world->neighbours.whom, &gateway);
	}
	prefix_set_normalize(&world->neighbours.whom);
	if (pin(err) < 0 || (rootless && enter_user_namespace(err) < 0) || enter_new_network(before, &outside, err) < 0)
		return err->code;
	if (write_switch("ipv6/conf/default/disable_ipv6", "1", err) < 0 ||
	    enter_new_network(network_inode(), &inside, err) < 0)
		return err->code;
	return open_inside(world, outside, inside, err);
}

void world_close(struct world *world)
{
	for (size_t i = 0; i < TAPS; i++)
		cleanup_close(&world->taps[i]);
	cleanup_close(&world->raw[0]);
	cleanup_close(&world->raw[1]);
	cleanup_close(&world->rules);
	cleanup_close(&world->log);
	if (world->routes)
		rtnetlink_close(&world->routes);
	ruleset_neighbours_release(&world->neighbours);
	ruleset_free(world->standing);
}

// Of whole blocks that are the jail's own: an address of IPv6 alone takes effect a while after it was added.
void world_turn(struct world *world, struct own_addresses *own)
{
	world->turns++;
	for (size_t i = 0; i < 2; i++) {
		own->of[i] = own_block_first(i);
		own->of[i].bits += world->turns;
	}
}

static int exchange(struct world *world, struct ruleset *ruleset, struct error *err)
{
	struct nft_batch batch = { 0 };
	int result;

	if (!world->standing)
		return commit_all(world, ruleset, err);
	ruleset_batch_delete(world->standing, ruleset, &batch);
	if (!world->limit || batch.length <= world->limit) {
		result = nfnetlink_commit(world->rules, &batch, err);
		free(batch.bytes);
		return result;
	}
	free(batch.bytes);
	ruleset_batch_delete(world->standing, NULL, &batch);
	result = nfnetlink_commit(world->rules, &batch, err);
	free(batch.bytes);
	ruleset_free(world->standing);
	world->standing = NULL;
	return result < 0 ? result : commit_all(world, ruleset, err);
}

int world_exchange(struct world *world, struct ruleset *ruleset, struct error *err)
{
	int result = exchange(world, ruleset, err);

	if (result < 0) {
		ruleset_free(ruleset);
		return result;
	}
	ruleset_free(world->standing);
	world->standing = ruleset;
	// As in a jail; the switch is there once some rule has asked for conntrack.
	result = write_switch("netfilter/nf_conntrack_tcp_loose", "0", err);
	return result == -ENOENT ? 0 : result;
}

int world_route(struct world *world, const struct policy *policy, bool add, struct error *err)
{
	// All but multicast, which no policy reaches.
	static const struct prefix all[] = {
		IPV4_PREFIX(0, 0, 0, 0, 1),
		IPV4_PREFIX(128, 0, 0, 0, 2),
		IPV4_PREFIX(192, 0, 0, 0, 3),
		IPV4_PREFIX(240, 0, 0, 0, 4),
		IPV6_PREFIX(0, 0, 1),
		IPV6_PREFIX(0x8000000000000000, 0, 2),
		IPV6_PREFIX(0xc000000000000000, 0, 3),
		IPV6_PREFIX(0xe000000000000000, 0, 4),
		IPV6_PREFIX(0xf000000000000000, 0, 5),
		IPV6_PREFIX(0xf800000000000000, 0, 6),
		IPV6_PREFIX(0xfc00000000000000, 0, 7),
		IPV6_PREFIX(0xfe00000000000000, 0, 8),
	};
	prefix_vec routes = { 0 };
	int result = 0;

	link_find_routes(&(struct link_plan){ 0 }, policy, &routes);
	if (routes.count > ROUTES_MOST) {
		routes.count = 0;
		for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
			vec_push(&routes, all[i]);
	}
	vec_for_each (route, &routes)
		if (result == 0)
			result = route_change(world->routes, world->links[0], route,
					      &gateways[route->base.family == FAMILY_IPV6], add, err);
	vec_release(&routes);
	return result;
}
