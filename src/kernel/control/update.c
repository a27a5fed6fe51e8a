// SPDX-License-Identifier: GPL-2.0-or-later
// Another policy for a running jail.
//
// Theory of operation. Routes that the new policy needs come first, those that only the old one needed go last: a route
// without a rule leads to a denial, a rule without a route to the sink. The host's wall goes before the rules, since it
// is the one that can be put back without a trace: it knows no conversations. The rules of the jail are one
// transaction, tables deleted and made anew, so that every packet meets the old ones or the new ones. They carry a new
// generation: what stands of older conversations is judged again (nft/again.c).
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "kernel/launch/launch_state.h"
#include "kernel/netlink/nfnetlink.h"
#include "kernel/netlink/rtnetlink.h"
#include "kernel/record/collect.h"

struct update {
	struct launch *launch;
	struct nl_sock *routes;
	const struct link_plan *now;  // neighbours and routes
	struct link_plan then;
	struct ruleset *ruleset;
	struct prefix_set ask;
};

static bool has_route(const prefix_vec *routes, const struct prefix *wanted)
{
	vec_for_each (route, routes)
		if (route->length == wanted->length && address_equal(&route->base, &wanted->base))
			return true;
	return false;
}

// The routes of `from` that `without` lacks, added or deleted; behind: by the gateways.
static int change_routes(const struct update *u, const prefix_vec *from, const prefix_vec *without, bool add,
			 bool behind, struct error *err)
{
	const struct link_plan *link = &u->launch->plan->link;

	vec_for_each (route, from) {
		const struct address *gateway = behind ? &link->gateways[route->base.family == FAMILY_IPV6] : NULL;
		if (has_route(without, route))
			continue;
		int result = route_change(u->routes, u->launch->link_index, route, add ? gateway : NULL, add, err);
		if (result < 0)
			return result;
	}
	return 0;
}

// Towards the routes of `to`: those it has more. With remove, those it has less.
static int move_routes(const struct update *u, const struct link_plan *from, const struct link_plan *to, bool remove,
		       struct error *err)
{
	if (u->launch->plan->link.kind == UPLINK_NONE)
		return 0;
	const struct link_plan *more = remove ? from : to, *less = remove ? to : from;
	int result = change_routes(u, &more->neighbours, &less->neighbours, !remove, false, err);
	return result < 0 ? result : change_routes(u, &more->routes, &less->routes, !remove, true, err);
}

static int swap_rules(struct update *u, struct error *err)
{
	struct launch *launch = u->launch;
	const struct ruleset *old = launch->exchange.ruleset ? launch->exchange.ruleset : launch->plan->ruleset;
	struct nft_batch batch;

	ruleset_batch_delete(old, u->ruleset, &batch);
	int result = nfnetlink_commit(launch->jail_rules, &batch, err);
	free(batch.bytes);
	launch->watch.own += result == 0;
	return result;
}

// Rules that are not what was meant cannot be trusted, nor can they be taken back.
static void end_job(const struct launch *launch)
{
	(void)syscall(SYS_pidfd_send_signal, launch->init_fd, SIGKILL, NULL, 0);
}

static int read_back(const struct update *u, struct error *err)
{
	struct nft_dump dump = { 0 };
	int result = nfnetlink_dump(u->launch->jail_rules, &dump, err);

	if (result == 0)
		result = ruleset_compare(u->ruleset, &dump, err);
	if (result == 0)
		attest_exchange(u->launch, u->ruleset, &dump, &u->ask);
	nft_dump_release(&dump);
	if (result < 0) {
		end_job(u->launch);
		(void)error_prefix(err, "the job was ended: after the exchange");
	}
	return result;
}

static struct ruleset *compile(const struct launch *launch, const struct link_plan *then, const struct policy *policy,
			       struct prefix_set *ask)
{
	CLEANUP(ruleset_neighbours_release) struct ruleset_neighbours neighbours = { 0 };
	const struct link_plan *plan = &launch->plan->link;
	struct ruleset_link link = { .device = plan->inside,
				     .own = { plan->own[0].address, plan->own[1].address },
				     .open = plan->open };
	struct ruleset_options options = launch_ruleset_options(launch->plan->audit);

	options.generation += launch->exchange.generation + 1;
	options.link = plan->kind == UPLINK_NONE ? NULL : &link;
	if (ruleset_asks_neighbours(plan->kind)) {
		link_plan_neighbours(then, &neighbours);
		link.neighbours = &neighbours;
		prefix_set_copy(ask, &neighbours.whom);
	}
	return ruleset_compile(policy, &options);
}

// Everything up to the point from which there is no way back.
static int exchange(struct update *u, const struct policy *policy, const struct policy *old, struct error *err)
{
	struct uplink_state *uplink = &u->launch->uplink;
	const struct launch_plan *plan = u->launch->plan;
	int result = move_routes(u, u->now, &u->then, false, err);

	if (result == 0)
		result = uplink_update(uplink, plan, policy, err);
	if (result == 0) {
		if (u->launch->collector)
			collector_counters(u->launch->collector);
		result = swap_rules(u, err);
		if (result < 0)
			(void)uplink_update(uplink, plan, old, NULL);
	}
	if (result < 0)
		(void)move_routes(u, &u->then, u->now, true, NULL);
	return result;
}

static void settle(struct update *u)
{
	struct exchange *exchange = &u->launch->exchange;
	uint32_t generation = exchange->generation + 1;

	exchange_release(exchange);
	*exchange = (struct exchange){ .generation = generation, .ruleset = STEAL(u->ruleset), .routes = u->then };
	u->then = (struct link_plan){ 0 };
}

static int update(struct update *u, struct policy *policy, struct launch_result *result, struct error *err)
{
	struct launch *launch = u->launch;
	size_t exchanged = result->exchanged.count;
	const struct policy *old = exchanged ? &result->exchanged.items[exchanged - 1] : launch->plan->policy;

	if (link_plan_reroute(&launch->plan->link, policy, &u->then, err) < 0)
		return err ? err->code : -EINVAL;
	u->now = exchanged ? &launch->exchange.routes : &launch->plan->link;
	u->ruleset = compile(launch, &u->then, policy, &u->ask);
	if (exchange(u, policy, old, err) < 0)
		return err ? err->code : -EIO;
	int back = read_back(u, err);
	if (back < 0)
		return back;
	(void)move_routes(u, u->now, &u->then, true, NULL);
	vec_push(&result->exchanged, *policy);
	*policy = (struct policy){ 0 };
	settle(u);
	return 0;
}

int launch_update(struct launch *launch, struct policy *policy, struct launch_result *result, struct error *err)
{
	struct update u = { .launch = launch };
	int routes = launch->jail_routes < 0 ? -1 : dup(launch->jail_routes);

	if (launch->jail_rules < 0 || routes < 0)
		return error_set(err, -EAGAIN, "the jail does not stand yet");
	int code = rtnetlink_adopt(routes, &u.routes, err);
	if (code == 0)
		code = update(&u, policy, result, err);
	if (u.routes)
		rtnetlink_close(&u.routes);
	ruleset_free(u.ruleset);
	link_plan_release(&u.then);
	prefix_set_release(&u.ask);
	return code;
}

void exchange_release(struct exchange *exchange)
{
	ruleset_free(exchange->ruleset);
	link_plan_release(&exchange->routes);
	*exchange = (struct exchange){ 0 };
}
