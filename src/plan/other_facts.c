// SPDX-License-Identifier: GPL-2.0-or-later
// In what two profiles differ beside packets: see other_facts.h.
#include "plan/other_facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "dns/zone.h"
#include "policy/peer.h"
#include "policy/service_name.h"
#include "profile/key_difference.h"

// Any other key, also one that is not thought of here, is told of by itself.
static const char *const elsewhere[] = {
	"description", "vpc.cidrs",       "vpc.subnets",  "prefix-lists",
	"endpoints",   "security-groups", "network-acls", "routes",
};

bool key_shows_elsewhere(const char *path)
{
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
		if (strcmp(elsewhere[i], path) == 0)
			return true;
	return false;
}

struct fact {
	char *what, *value;
};
typedef VEC(struct fact) fact_vec;

static void facts_release(fact_vec *facts)
{
	vec_for_each (fact, facts) {
		free(fact->what);
		free(fact->value);
	}
	vec_release(facts);
}

static int compare_facts(const void *a, const void *b)
{
	return strcmp(((const struct fact *)a)->what, ((const struct fact *)b)->what);
}

static bool is_answered(const struct profile *profile)
{
	return profile->network.isolation == ISOLATION_VPC && profile->vpc.dns != DNS_NONE;
}

// The same host for both sides: what differs is the profile. Without a resolver there is /etc/hosts, in which no
// endpoint stands, as under full isolation.
static void add_zone(const struct profile *profile, fact_vec *facts)
{
	const struct zone_facts host = { .hostname = "job", .full_name = "job", .ipv6 = true };
	CLEANUP(zone_release) struct zone zone = { 0 };
	struct profile view = *profile;  // borrows everything

	if (!is_answered(profile))
		view.network.isolation = ISOLATION_FULL;
	zone_build(&view, &host, &zone);
	vec_for_each (name, &zone.names) {
		struct strbuf value = { 0 };

		if (name->pointer)
			continue;
		vec_for_each (address, &name->addresses) {
			char text[ADDRESS_TEXT_SIZE];
			strbuf_format(&value, "%s%s", value.length ? ", " : "", address_print(address, text));
		}
		vec_push(facts, (struct fact){ memory_format(OTHER_FACT_NAME "%s", name->name), strbuf_steal(&value) });
	}
}

static void add_forwarded(const struct profile *profile, fact_vec *facts)
{
	vec_for_each (endpoint, &profile->endpoints) {
		name_vec names = { 0 };

		if (endpoint->type != ENDPOINT_GATEWAY)
			continue;
		endpoint_dns_names(profile, endpoint, &names);
		vec_for_each (name, &names)
			vec_push(facts, (struct fact){ memory_format(OTHER_FACT_NAME "%s", *name),
						       memory_copy_text("asked of the host's name servers") });
		name_vec_release(&names);
	}
}

static void add_stand_ins(const struct profile *profile, fact_vec *facts)
{
	vec_for_each (endpoint, &profile->endpoints)
		if (endpoint->stand_in.text)
			vec_push(facts, (struct fact){ memory_format("stand-in of %s", endpoint_name(endpoint)),
						       memory_copy_text(endpoint->stand_in.text) });
}

static void collect(const struct fact_side *side, fact_vec *facts)
{
	const struct profile *profile = side->profile;

	vec_push(facts, (struct fact){ memory_copy_text("ping sockets"),
				       memory_copy_text(side->policy->icmp ? "yes" : "no") });
	add_zone(profile, facts);
	if (is_answered(profile))
		add_forwarded(profile, facts);
	if (profile->network.isolation == ISOLATION_VPC && profile->vpc.located == LOCATED_ELSEWHERE)
		add_stand_ins(profile, facts);
	qsort(facts->items, facts->count, sizeof(*facts->items), compare_facts);
}

static void add(const char *what, const char *left, const char *right, other_fact_vec *out)
{
	vec_push(out, (struct other_fact){ memory_copy_text(what), left ? memory_copy_text(left) : NULL,
					   right ? memory_copy_text(right) : NULL });
}

static void merge(const fact_vec *ours, const fact_vec *theirs, other_fact_vec *out)
{
	size_t i = 0, j = 0;

	while (i < ours->count && j < theirs->count) {
		const struct fact *a = &ours->items[i], *b = &theirs->items[j];
		int order = compare_facts(a, b);

		if (order < 0)
			add(a->what, a->value, NULL, out);
		else if (order > 0)
			add(b->what, NULL, b->value, out);
		else if (strcmp(a->value, b->value) != 0)
			add(a->what, a->value, b->value, out);
		i += order <= 0;
		j += order >= 0;
	}
	for (; i < ours->count; i++)
		add(ours->items[i].what, ours->items[i].value, NULL, out);
	for (; j < theirs->count; j++)
		add(theirs->items[j].what, NULL, theirs->items[j].value, out);
}

void other_facts_add(const struct fact_side *left, const struct fact_side *right, other_fact_vec *out)
{
	CLEANUP(key_differences_release) key_difference_vec keys = { 0 };
	CLEANUP(facts_release) fact_vec ours = { 0 };
	CLEANUP(facts_release) fact_vec theirs = { 0 };

	profile_key_differences(left->profile, right->profile, &keys);
	vec_for_each (key, &keys)
		if (!key_shows_elsewhere(key->row->path))
			add(key->row->path, key->values[0], key->values[1], out);
	collect(left, &ours);
	collect(right, &theirs);
	merge(&ours, &theirs, out);
}

void other_facts_release(other_fact_vec *facts)
{
	vec_for_each (fact, facts) {
		free(fact->what);
		free(fact->left);
		free(fact->right);
	}
	vec_release(facts);
}
