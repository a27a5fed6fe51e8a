// SPDX-License-Identifier: GPL-2.0-or-later
// The verdict of the four combinations: see outcome.h.
#include "audit/outcome/outcome.h"

#include <string.h>

#include "audit/hint/hints.h"
#include "audit/outcome/tolerate.h"
#include "audit/record/destination.h"
#include "audit/record/name_lookup.h"
#include "audit/record/site_address.h"
#include "base/cleanup.h"
#include "policy/policy.h"

// One combination being judged.
struct trial {
	const struct profile *given;
	struct profile variant;  // borrows all of it
	const struct policy *policy;
	const struct record_start *start;
	bool peers_unknown;  // several hosts, of which the profile names none
	bool moved;          // the variant is where the VPC is, and the profile is not
	struct told *told;   // one a place
};

// What is counted of a place already: of a name with several addresses once.
struct told {
	size_t cause;  // its number from 1
	bool tolerated, stricter;
};

// What became of one event.
enum fate { FATE_PASSES, FATE_FAILS, FATE_STRICTER, FATE_UNKNOWN };

struct judged {
	enum fate fate;
	const char *reason, *layer;  // borrowed
};

static bool is_loopback(const struct trial *trial, const struct event *event)
{
	static const struct prefix loopback[] = { IPV4_PREFIX(127, 0, 0, 0, 8), IPV6_PREFIX(0, 1, 128) };
	const struct address *remote = &event->flow.remote;

	if (event->flow.loopback || prefix_contains(&loopback[0], remote) || prefix_contains(&loopback[1], remote))
		return true;
	for (size_t i = 0; trial->start && i < 2; i++)
		if (trial->start->own[i].family && address_equal(&trial->start->own[i], remote))
			return true;
	return false;
}

// The host's own servers are nowhere else.
static bool is_of_host(const struct event *event)
{
	return event->kind == EVENT_PACKET && event->hint && strcmp(event->hint, "host-ports") == 0;
}

static struct judged judge_flow(const struct trial *trial, const struct event *event)
{
	struct flow flow = event->flow;

	if (is_of_host(event))
		return (struct judged){ FATE_FAILS, "it is a server of this host, which is on no other", NULL };
	if (is_loopback(trial, event))
		return (struct judged){ .fate = FATE_PASSES };
	flow.state = FLOW_NEW;
	if (trial->variant.network.isolation != trial->given->network.isolation && event->name)
		(void)name_leads_to(&trial->variant, event->name, &flow.remote);
	struct judgement judgement = policy_evaluate(trial->policy, &flow);
	if (judgement.allowed)
		return (struct judged){ .fate =
					    trial->moved && event->kind == EVENT_PACKET ? FATE_STRICTER : FATE_PASSES };
	struct judged judged = { FATE_FAILS, judgement.reason, layer_title(judgement.layer->kind, flow.direction) };
	if (judgement.rule->aws && strcmp(judgement.rule->aws, "allowed") == 0)
		judged.fate = FATE_STRICTER;
	else if (trial->peers_unknown && address_is_of_site(&flow.remote))
		judged.fate = FATE_UNKNOWN;
	return judged;
}

// A question that the run's resolver refused. Where another combination forwards it, what follows is not known.
static struct judged judge_name(const struct trial *trial, const struct event *event)
{
	const struct profile *variant = &trial->variant;
	bool full = variant->network.isolation == ISOLATION_FULL;
	const char *name = event->name ? event->name : "";

	if (name_leads_to(variant, name, &(struct address){ 0 }))
		return (struct judged){ .fate = FATE_PASSES };
	if (!full && variant->vpc.dns == DNS_RESOLVER && trial->given->network.isolation == ISOLATION_FULL)
		return (struct judged){ FATE_UNKNOWN, "its name resolves there, and to what is not known", NULL };
	return (struct judged){ FATE_FAILS, "its name does not resolve", NULL };
}

static void cause_release(struct outcome_cause *cause)
{
	free(cause->destination);
	free(cause->reason);
	free(cause->layer);
}

static void add_cause(struct outcome *outcome, const struct event_group *group, const struct judged *judged,
		      struct told *told)
{
	const struct event *event = group->event;
	AUTO_STRBUF struct strbuf destination = { 0 };
	struct outcome_cause cause = { .event = event, .events = group->events };

	if (told->cause) {
		outcome->causes.items[told->cause - 1].events += group->events;
		return;
	}
	if (outcome->causes.count < OUTCOME_TOLD) {
		destination_format(event, &destination);
		cause.destination = strbuf_steal(&destination);
		cause.reason = memory_copy_text(judged->reason);
		cause.layer = memory_copy_text(judged->layer);
	}
	vec_push(&outcome->causes, cause);
	told->cause = outcome->causes.count;
}

static bool is_judged(const struct event *event)
{
	return event->kind == EVENT_PACKET || event->kind == EVENT_FLOW || event->kind == EVENT_NAME;
}

static void count_once(bool *told, size_t *count)
{
	*count += !*told;
	*told = true;
}

static void judge(const struct trial *trial, const struct event_group *group, struct outcome *outcome)
{
	const struct event *event = group->event;
	struct told *told = &trial->told[group->place];
	struct judged judged = event->kind == EVENT_NAME ? judge_name(trial, event) : judge_flow(trial, event);

	if (judged.fate == FATE_PASSES)
		return;
	if (toleration_of(trial->given, event))
		count_once(&told->tolerated, &outcome->tolerated);
	else if (judged.fate == FATE_STRICTER)
		count_once(&told->stricter, &outcome->stricter);
	else if (judged.fate == FATE_FAILS)
		add_cause(outcome, group, &judged, told);
	else if (!outcome->unknown)
		outcome->unknown = memory_copy_text(trial->peers_unknown ? "the profile names no peers (network.peers)"
									 : judged.reason);
}

// The profile that is kept with a run has no marks: what it was launched with counts.
static size_t made_up_values(const struct trial *trial)
{
	size_t recorded = trial->start ? trial->start->made_up : 0;

	return recorded > trial->given->placeholders.count ? recorded : trial->given->placeholders.count;
}

// What is not known does not save what fails; a template's made-up values do not make anything pass.
static void conclude(const struct trial *trial, struct outcome *outcome)
{
	bool vpc = trial->variant.network.isolation == ISOLATION_VPC;
	size_t made_up = made_up_values(trial);

	if (outcome->causes.count) {
		free(outcome->unknown);
		outcome->unknown = NULL;
		outcome->verdict = OUTCOME_FAILS;
		return;
	}
	if (!outcome->unknown && vpc && made_up)
		outcome->unknown = memory_format("%zu of the profile's values %s the template's, made up", made_up,
						 made_up == 1 ? "is" : "are");
	outcome->verdict = outcome->unknown ? OUTCOME_UNKNOWN : OUTCOME_PASSES;
}

static void try_one(const struct trial *asked, const event_group_vec *groups, struct outcome *outcome)
{
	CLEANUP(policy_release) struct policy policy = { 0 };
	struct error err = { 0 };

	if (policy_build(&asked->variant, &policy, &err) < 0) {
		outcome->verdict = OUTCOME_UNKNOWN;
		outcome->unknown = memory_copy_text(err.message);
		return;
	}
	struct trial trial = *asked;
	AUTO_FREE struct told *told = NEW_ARRAY(struct told, groups->count + 1);
	trial.policy = &policy;
	trial.told = told;
	vec_for_each (group, groups)
		if (is_judged(group->event))
			judge(&trial, group, outcome);
	conclude(&trial, outcome);
}

// The verdict is about the cloud, where the job's link is its VPC's: what this host does not carry is no failure there.
static bool move_into_vpc(struct profile *variant)
{
	if (variant->vpc.located == LOCATED_HERE && variant->network.uplink != UPLINK_NONE)
		return false;
	variant->vpc.located = LOCATED_HERE;
	variant->network.uplink = UPLINK_MACVLAN;
	return true;
}

static bool has_vpc(const struct profile *profile)
{
	return profile->vpc.at.line || profile->network.isolation == ISOLATION_VPC;
}

// Both together reach what isolation does: the peers, where there are several hosts.
void outcomes_find(const struct profile *profile, const event_vec *events, const struct record_start *start,
		   struct outcomes *out)
{
	event_group_vec groups = { 0 };

	*out = (struct outcomes){ 0 };
	event_groups_make(events, &groups);
	for (int i = 0; i < COMBINATIONS; i++) {
		struct trial trial = { .given = profile, .variant = *profile, .start = start };

		trial.variant.network.isolation = i == VPC_ONLY ? ISOLATION_VPC : ISOLATION_FULL;
		trial.moved = move_into_vpc(&trial.variant);
		if (i == ISOLATED_ALONE)
			trial.variant.network.peers.count = 0;
		trial.peers_unknown = i == ISOLATED_PEERS && !profile->network.peers.count;
		if (i == VPC_ONLY && !has_vpc(profile))
			out->of[i] = (struct outcome){
				.verdict = OUTCOME_UNKNOWN,
				.unknown = memory_copy_text("the profile says nothing of a VPC"),
			};
		else
			try_one(&trial, &groups, &out->of[i]);
	}
	vec_release(&groups);
}

void outcomes_release(struct outcomes *outcomes)
{
	for (int i = 0; i < COMBINATIONS; i++) {
		vec_for_each (cause, &outcomes->of[i].causes)
			cause_release(cause);
		vec_release(&outcomes->of[i].causes);
		free(outcomes->of[i].unknown);
	}
	*outcomes = (struct outcomes){ 0 };
}

bool outcome_event_counts(const struct profile *profile, const struct event *event)
{
	struct hint_facts facts = hint_facts_of(profile);

	if (event->kind == EVENT_FLOW || toleration_of(profile, event))
		return false;
	if (event->kind == EVENT_PACKET)
		return !(event->aws && strcmp(event->aws, "allowed") == 0);
	return event->kind != EVENT_CALL || hint_for(event, &facts)->remedy != HINT_NOTHING;
}
