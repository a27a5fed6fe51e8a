// SPDX-License-Identifier: GPL-2.0-or-later
// Whether a statement is about a profile: everything that the profile decides is computed anew.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "verify/attestation.h"
#include "verify/fields.h"

struct comparison {
	const struct attestation *statement;
	const struct profile *profile;
	struct policy policy;
	struct attestation_difference *out;
	bool same_machine;
};

#define DIFFERS(c, ...) vec_push(&(c)->out->differs, memory_format(__VA_ARGS__))
#define NOTE(c, ...) vec_push(&(c)->out->notes, memory_format(__VA_ARGS__))

void attestation_difference_release(struct attestation_difference *difference)
{
	text_list_release(&difference->differs);
	text_list_release(&difference->notes);
}

// The host of the statement in the place of this one.
static void settle(const struct comparison *c, struct profile *profile)
{
	const struct attestation_host *host = &c->statement->host;
	prefix_vec subnets = { 0 };

	if (profile->network.isolation == ISOLATION_FULL)
		return;
	prefix_set_copy(&profile->host.own, &host->own);
	prefix_set_copy(&profile->host.gateways, &host->gateways);
	prefix_set_copy(&profile->host.nameservers, &host->nameservers);
	prefix_set_copy(&profile->host.proxies, &host->proxies);
	profile->host.known = true;
	if (!profile->vpc.subnets_of_host)
		return;
	prefix_set_to_prefixes(&host->subnets, FAMILY_IPV4, &subnets);
	prefix_set_to_prefixes(&host->subnets, FAMILY_IPV6, &subnets);
	vec_for_each (subnet, &subnets)
		vec_push(&profile->vpc.subnets,
			 (struct prefix_value){ .prefix = *subnet, .at = profile->vpc.subnets_at });
	vec_release(&subnets);
}

static void compare_host(const struct comparison *c)
{
	const struct attestation_host *host = &c->statement->host;
	const struct {
		const char *key;
		const struct prefix_set *set;
	} rows[] = { { "own", &host->own },
		     { "gateways", &host->gateways },
		     { "nameservers", &host->nameservers },
		     { "proxies", &host->proxies } };

	for (size_t i = 0; c->profile->network.isolation == ISOLATION_FULL && i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!prefix_set_is_empty(rows[i].set))
			DIFFERS(c,
				"host.%s: the statement tells of a host's network; under isolation: full there is "
				"none to know",
				rows[i].key);
	if (!c->profile->vpc.subnets_of_host && !prefix_set_is_empty(&host->subnets))
		DIFFERS(c, "host.subnets: the statement tells what \"subnets: host\" was there; the profile does not "
			   "say that");
}

static void compare_digest(const struct comparison *c, const char *field, const char *stated, const char *found,
			   const char *how)
{
	if (strcmp(stated, found) != 0)
		DIFFERS(c, "%s: the statement is about sha256 %s, %s %s sha256 %s", field, stated, c->profile->name,
			how, found);
}

static struct address address_of(const char *text)
{
	AUTO_FREE char *bare = memory_copy_bytes(text, strcspn(text, "/"));
	struct address address = { 0 };

	if (*bare)
		(void)address_parse(bare, &address, NULL);
	return address;
}

static struct ruleset *compile(const struct comparison *c, uint32_t generation, const struct prefix_set *ask)
{
	const struct attestation_link *stated = &c->statement->link;
	CLEANUP(ruleset_neighbours_release) struct ruleset_neighbours neighbours = { 0 };
	struct ruleset_link link = { .device = stated->inside,
				     .own = { address_of(stated->own[0]), address_of(stated->own[1]) } };
	struct ruleset_options options = ruleset_defaults;
	uint8_t *mac = neighbours.mac;

	options.generation += generation;
	if (stated->uplink != UPLINK_NONE)
		options.link = &link;
	if (ruleset_asks_neighbours((enum uplink)stated->uplink)) {
		prefix_set_copy(&neighbours.whom, ask);
		(void)sscanf(stated->mac, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1], &mac[2], &mac[3], &mac[4],
			     &mac[5]);
		link.neighbours = &neighbours;
	}
	return ruleset_compile(&c->policy, &options);
}

static void compare_ruleset(const struct comparison *c)
{
	const struct attestation *s = c->statement;
	struct ruleset *ruleset = compile(c, 0, &s->link.ask);
	digest_text compiled, read_back;

	attestation_digest_ruleset(ruleset, compiled);
	ruleset_digest(ruleset, read_back);
	compare_digest(c, "ruleset.compiled", s->ruleset.compiled, compiled, "compiles to");
	compare_digest(c, "ruleset.start", s->ruleset.start, read_back, "reads back as");
	if (!s->updates.count)
		compare_digest(c, "ruleset.end", s->ruleset.end, read_back, "reads back as");
	ruleset_free(ruleset);
}

// Nobody else needs to be asked for, or may be.
static void compare_asked(const struct comparison *c, const char *field, const struct prefix_set *ask)
{
	CLEANUP(prefix_set_release) struct prefix_set reached = { 0 }, rest = { 0 };

	link_named_addresses(&(struct link_facts){ .profile = c->profile, .policy = &c->policy }, &reached);
	for (size_t i = 0; i < LINK_FAMILIES; i++) {
		struct address gateway = address_of(c->statement->link.gateways[i]);
		struct prefix alone = prefix_of_address(&gateway);
		if (gateway.family != FAMILY_NONE)
			prefix_set_add(&reached, &alone);
	}
	prefix_set_normalize(&reached);
	prefix_set_copy(&rest, ask);
	prefix_set_subtract(&rest, &reached);
	if (!prefix_set_is_empty(&rest))
		DIFFERS(c, "%s: the statement tells of hosts on the link that %s does not name", field,
			c->profile->name);
}

// Under another profile the job ran as well; under the same, the rules are of a later generation.
static void compare_updates(const struct comparison *c, const char *profile)
{
	const struct attestation *s = c->statement;
	char time[TIME_TEXT_SIZE];

	for (size_t i = 0; i < s->updates.count; i++) {
		const struct attestation_update *update = &s->updates.items[i];
		digest_text digest;

		if (strcmp(update->profile, profile) != 0) {
			DIFFERS(
			    c, "updates[%zu].profile: from %s on the job ran under sha256 %s, %s resolves to sha256 %s",
			    i, time_print(update->at, time), update->profile, c->profile->name, profile);
			continue;
		}
		AUTO_FREE char *ask = memory_format("updates[%zu].ask", i);
		compare_asked(c, ask, &update->ask);
		struct ruleset *ruleset = compile(c, (uint32_t)i + 1, &update->ask);
		AUTO_FREE char *compiled = memory_format("updates[%zu].compiled", i);
		AUTO_FREE char *read_back = memory_format("updates[%zu].read-back", i);
		compare_digest(c, compiled, update->compiled, attestation_digest_ruleset(ruleset, digest),
			       "compiles to");
		compare_digest(c, read_back, update->read_back, ruleset_digest(ruleset, digest), "reads back as");
		ruleset_free(ruleset);
	}
}

static bool kind_is_possible(const struct comparison *c)
{
	const char *why;
	enum uplink stated = (enum uplink)c->statement->link.uplink;

	return stated == link_kind(c->profile, &c->policy, true, &why) ||
	       stated == link_kind(c->profile, &c->policy, false, &why);
}

static void compare_link(const struct comparison *c)
{
	compare_asked(c, "link.ask", &c->statement->link.ask);
	if (!kind_is_possible(c))
		DIFFERS(c, "link.uplink: the statement is about uplink %s, which %s does not lead to",
			uplink_word((enum uplink)c->statement->link.uplink), c->profile->name);
}

static int compare_filter(const struct comparison *c, struct error *err)
{
	const struct filter_options options = { .level = c->profile->process.seccomp, .icmp = c->policy.icmp };
	struct filter_program filter = { 0 };
	digest_text digest;

	if (!c->same_machine) {
		NOTE(c, "filter: not compared: the statement is of another machine (%s)", c->statement->machine);
		return 0;
	}
	if (filter_compile(&options, &filter, err) < 0)
		return err ? err->code : -1;
	compare_digest(c, "filter", c->statement->filter, attestation_digest_filter(&filter, digest), "compiles to");
	filter_release(&filter);
	return 0;
}

// A rule that denied must be one of the policy's.
static void compare_denials(const struct comparison *c)
{
	const struct attestation *s = c->statement;

	for (size_t i = 0; i < s->denials.count; i++) {
		const struct attestation_denial *denial = &s->denials.items[i];
		const struct policy_rule *rule = policy_find(&c->policy, denial->layer, (unsigned)denial->rule, NULL);

		if (denial->policy || (rule && rule->verdict == VERDICT_DENY) ||
		    (!rule && ruleset_wall_reason((unsigned)denial->rule)))
			continue;
		DIFFERS(c, "denials[%zu].rule: %s has no rule %" PRIu64 " that denies in %s", i, c->profile->name,
			denial->rule, denial->layer);
	}
}

// What went wrong, whatever the profile.
static void list_events(const struct comparison *c)
{
	const struct attestation *s = c->statement;
	char time[TIME_TEXT_SIZE];

	for (size_t i = 0; i < s->tampered.count; i++) {
		const struct attestation_tamper *tamper = &s->tampered.items[i];
		DIFFERS(c, "tampered[%zu]: at %s the rules were changed by %s: %s", i, time_print(tamper->at, time),
			tamper->process[0] ? tamper->process : "somebody", tamper->what);
	}
	if (s->kind == ATTESTATION_VERIFY && s->status != 0)
		DIFFERS(c, "status: not all that was promised was found to hold");
	if (s->tampered_beyond)
		DIFFERS(c, "tampered-beyond: and %" PRIu64 " times more", s->tampered_beyond);
	for (size_t i = 0; i < s->probes.count; i++) {
		const struct attestation_probe *probe = &s->probes.items[i];
		if (probe->outcome != OUTCOME_HELD)
			DIFFERS(c, "probes[%zu].outcome: %s: promised %s, tried %s: %s", i, probe->name,
				probe->promised, probe->tried,
				probe->outcome == OUTCOME_BROKEN ? "broken" : "inconclusive");
	}
}

int attestation_compare(const struct attestation *statement, const char *machine, struct profile *profile,
			struct attestation_difference *difference, struct error *err)
{
	struct attestation_difference made = { 0 };
	struct comparison c = { .statement = statement, .profile = profile, .out = &made };
	digest_text digest;

	c.same_machine = strcmp(machine, statement->machine) == 0;
	attestation_digest_profile(profile, digest);
	settle(&c, profile);
	int result = policy_build(profile, &c.policy, err);
	if (result == 0) {
		compare_digest(&c, "profile", statement->digest, digest, "resolves to");
		compare_host(&c);
		compare_link(&c);
		compare_ruleset(&c);
		compare_updates(&c, digest);
		compare_denials(&c);
		list_events(&c);
		result = compare_filter(&c, err);
	}
	policy_release(&c.policy);
	if (result < 0)
		attestation_difference_release(&made);
	else
		*difference = made;
	return result;
}
