// SPDX-License-Identifier: GPL-2.0-or-later
// uplink: veth. A pair, one end in the jail, the other on the host, which forwards and translates.
//
// The host's end has no address: nothing of the host can be meant through it. Its wall (nft/host.c) stands before it is
// up, and neighbours are told to both ends, so that nothing is ever asked on the link.
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"
#include "kernel/link/uplink.h"
#include "kernel/netlink/nfnetlink.h"
#include "kernel/netlink/rtnetlink.h"

// Switches of the host's end. It forwards; it takes part in nothing.
static const struct {
	const char *name, *value;
	bool ipv6;
} end_switches[] = {
	{ "ipv4/conf/%s/forwarding", "1", false },      { "ipv4/conf/%s/accept_redirects", "0", false },
	{ "ipv4/conf/%s/send_redirects", "0", false },  { "ipv4/conf/%s/route_localnet", "0", false },
	{ "ipv4/conf/%s/arp_ignore", "8", false },      { "ipv4/conf/%s/proxy_arp", "0", false },
	{ "ipv6/conf/%s/accept_ra", "0", true },        { "ipv6/conf/%s/autoconf", "0", true },
	{ "ipv6/conf/%s/accept_redirects", "0", true }, { "ipv6/conf/%s/addr_gen_mode", "1", true },
	{ "ipv6/conf/%s/dad_transmits", "0", true },
};

static bool carries(const struct link_plan *link, size_t index)
{
	return link->own[index].address.family != FAMILY_NONE;
}

static int write_switch(const char *pattern, const char *link, const char *value, struct error *err)
{
	const char *mark = strstr(pattern, "%s");
	AUTO_FREE char *path = memory_format("/proc/sys/net/%.*s%s%s", (int)(mark - pattern), pattern, link, mark + 2);
	int result = io_write_file(path, value);

	return result < 0 ? error_set_errno(err, result, "cannot write %s to %s", value, path) : 0;
}

static int set_switches(const struct link_plan *link, struct error *err)
{
	bool ipv6 = access("/proc/sys/net/ipv6", F_OK) == 0;

	for (size_t i = 0; i < sizeof(end_switches) / sizeof(end_switches[0]); i++)
		if ((!end_switches[i].ipv6 || ipv6) &&
		    write_switch(end_switches[i].name, link->outside, end_switches[i].value, err) < 0)
			return err ? err->code : -EIO;
	if (carries(link, 1))
		return write_switch("ipv6/conf/%s/force_forwarding", link->outside, "1", err);
	return 0;
}

static int raise_forwarding(struct uplink_state *uplink, const struct link_plan *link, struct error *err)
{
	for (size_t i = 0; i < LINK_FAMILIES; i++)
		if (carries(link, i) && forwarding_raise(link->device, i == 1, &uplink->forwarding[i], err) < 0)
			return err ? err->code : -EIO;
	return 0;
}

// An answer comes in by the link that its question left by.
static int raise_ways(struct uplink_state *uplink, const struct link_plan *link, struct error *err)
{
	vec_for_each (way, &link->ways) {
		vec_push(&uplink->ways, (struct uplink_way){ .forwarding = { { .fd = -1 }, { .fd = -1 } } });
		struct uplink_way *made = &uplink->ways.items[uplink->ways.count - 1];

		for (size_t i = 0; i < LINK_FAMILIES; i++)
			if (carries(link, i) && way->carries[i] &&
			    forwarding_raise(way->device, i == 1, &made->forwarding[i], err) < 0)
				return err ? err->code : -EIO;
	}
	return 0;
}

static struct ruleset *compile(const struct uplink_state *uplink, const struct launch_plan *plan,
			       struct ruleset_host *host)
{
	VEC(struct ruleset_way) ways = { 0 };

	for (size_t i = 0; i < uplink->ways.count; i++) {
		const struct forwarding *forwarding = uplink->ways.items[i].forwarding;
		struct ruleset_way way = { .device = plan->link.ways.items[i].device,
					   .only_for_jails = { forwarding[0].raised, forwarding[1].raised } };
		vec_push(&ways, way);
	}
	host->ways = ways.items;
	host->way_count = ways.count;
	struct ruleset *ruleset = ruleset_compile_host(plan->policy, host);
	vec_release(&ways);
	return ruleset;
}

static int commit(struct uplink_state *uplink, const struct launch_plan *plan, struct error *err)
{
	const struct link_plan *link = &plan->link;
	struct ruleset_host host = {
		.link = { .device = link->outside,
			  .own = { link->own[0].address, link->own[1].address },
			  .open = link->open },
		.uplink = link->device,
		.translation = &plan->translation,
		.only_for_jails = { uplink->forwarding[0].raised, uplink->forwarding[1].raised },
	};
	nft_batch_vec batches = { 0 };
	size_t room = 0;

	if (nfnetlink_open(&uplink->rules, &room, err) < 0)
		return err ? err->code : -EIO;
	struct ruleset *ruleset = compile(uplink, plan, &host);
	int result = ruleset_batches(ruleset, room, &batches, err);
	for (size_t i = 0; result == 0 && i < batches.count; i++)
		result = nfnetlink_commit(uplink->rules, &batches.items[i], err);
	nft_batches_release(&batches);
	if (result == 0)
		uplink->ruleset = ruleset;
	else
		ruleset_free(ruleset);
	return result;
}

// The jail's address is beyond the host's end and nowhere else.
static int add_route(struct uplink_state *uplink, const struct link_plan *link, size_t index, struct error *err)
{
	struct prefix own = prefix_of_address(&link->own[index].address);

	if (neighbour_add(uplink->routes, link->outside, &own.base, link->mac, err) < 0)
		return err ? err->code : -EIO;
	return route_add(uplink->routes, link->outside, &own, NULL, err);
}

// The tables without an owner, each alone: the others may be gone.
static void delete_tables(int rules, const char *name)
{
	nft_batch_vec batches = { 0 };

	ruleset_host_batches_delete(name, &batches);
	vec_for_each (batch, &batches)
		(void)nfnetlink_commit(rules, batch, NULL);
	nft_batches_release(&batches);
}

// What a killed supervisor left: its tables without an owner go with the name, its link with all routes.
static void remove_link(const char *name, void *data)
{
	struct uplink_state *uplink = data;
	int rules = -1;
	size_t room;

	if (nfnetlink_open(&rules, &room, NULL) == 0)
		delete_tables(rules, name);
	if (rules >= 0)
		close(rules);
	(void)link_delete(uplink->routes, name, NULL);
}

void uplink_sweep(struct uplink_state *uplink)
{
	host_state_sweep(remove_link, uplink);
	uplink_recover_devices();
}

static int open_veth(struct uplink_state *uplink, const struct launch_plan *plan, int inside, struct error *err)
{
	const struct link_plan *link = &plan->link;
	const struct link_end near = { link->outside, link->gateway_mac }, far = { link->inside, link->mac };

	if (rtnetlink_open(&uplink->routes, err) < 0)
		return err ? err->code : -EIO;
	uplink_sweep(uplink);
	if (host_claim_take(CLAIM_LINK, link->outside, &uplink->claim, err) < 0 ||
	    link_add_pair_across(uplink->routes, &near, &far, inside, link->mtu, err) < 0 ||
	    raise_forwarding(uplink, link, err) < 0 || raise_ways(uplink, link, err) < 0 ||
	    commit(uplink, plan, err) < 0 || set_switches(link, err) < 0 ||
	    link_up(uplink->routes, link->outside, err) < 0)
		return err ? err->code : -EIO;
	for (size_t i = 0; i < LINK_FAMILIES; i++)
		if (carries(link, i) && add_route(uplink, link, i, err) < 0)
			return err ? err->code : -EIO;
	return 0;
}

static void close_veth(struct uplink_state *uplink, const struct launch_plan *plan)
{
	struct nft_batch batch;

	if (uplink->routes)
		(void)link_delete(uplink->routes, plan->link.outside, NULL);
	// While the tables still stand: they keep what forwards for jails from forwarding for others.
	for (size_t i = 0; i < LINK_FAMILIES; i++)
		forwarding_drop(&uplink->forwarding[i]);
	vec_for_each (way, &uplink->ways)
		for (size_t i = 0; i < LINK_FAMILIES; i++)
			forwarding_drop(&way->forwarding[i]);
	vec_release(&uplink->ways);
	if (uplink->ruleset) {
		ruleset_batch_delete(uplink->ruleset, NULL, &batch);
		if (nfnetlink_commit(uplink->rules, &batch, NULL) < 0)  // somebody deleted one of them
			delete_tables(uplink->rules, plan->link.outside);
		free(batch.bytes);
		ruleset_free(uplink->ruleset);
	}
	if (uplink->rules >= 0)
		close(uplink->rules);
	host_claim_drop(&uplink->claim);
	if (uplink->routes)
		rtnetlink_close(&uplink->routes);
}

// Both rule sets have the one table of that name.
static int update_veth(struct uplink_state *uplink, const struct launch_plan *plan, const struct policy *policy,
		       struct error *err)
{
	const struct link_plan *link = &plan->link;
	const struct ruleset_link end = { .device = link->outside,
					  .own = { link->own[0].address, link->own[1].address },
					  .open = link->open };
	struct ruleset *wall = ruleset_compile_host_wall(policy, &end);
	struct nft_batch batch;

	ruleset_batch_delete(wall, wall, &batch);
	int result = nfnetlink_commit(uplink->rules, &batch, err);
	free(batch.bytes);
	ruleset_free(wall);
	return result;
}

const struct uplink_kind uplink_veth = { .open = open_veth, .close = close_veth, .update = update_veth };
