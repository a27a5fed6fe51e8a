// SPDX-License-Identifier: GPL-2.0-or-later
// Names against a policy: the addresses are cut where a rule tells them apart, and one of each piece is judged.
#include "plan/asked_names.h"

#include <netinet/in.h>

#include "base/cleanup.h"

enum { SHOWN_PREFIXES = 4 };

typedef VEC(struct prefix_set) set_vec;

static const struct prefix everything[] = { IPV4_PREFIX(0, 0, 0, 0, 0), IPV6_PREFIX(0, 0, 0) };

static void sets_release(set_vec *sets)
{
	vec_for_each (set, sets)
		prefix_set_release(set);
	vec_release(sets);
}

// ICMP protocols have one family each.
static void keep_families(struct prefix_set *set, int protocol)
{
	for (size_t i = 0; i < 2; i++) {
		CLEANUP(prefix_set_release) struct prefix_set family = { 0 };

		if (protocol != (everything[i].base.family == FAMILY_IPV4 ? IPPROTO_ICMPV6 : IPPROTO_ICMP))
			continue;
		prefix_set_add(&family, &everything[i]);
		prefix_set_normalize(&family);
		prefix_set_subtract(set, &family);
	}
}

static void cut_by_rule(set_vec *pieces, const struct prefix_set *remote)
{
	for (size_t i = 0, count = pieces->count; i < count; i++) {
		struct prefix_set inside = { 0 };

		prefix_set_copy(&inside, &pieces->items[i]);
		prefix_set_intersect(&inside, remote);
		if (prefix_set_is_empty(&inside) || prefix_set_equal(&inside, &pieces->items[i])) {
			prefix_set_release(&inside);
			continue;
		}
		prefix_set_subtract(&pieces->items[i], remote);
		vec_push(pieces, inside);
	}
}

static void add_loopback(struct prefix_set *set)
{
	static const struct prefix loopback[] = { IPV4_PREFIX(127, 0, 0, 0, 8), IPV6_PREFIX(0, 1, 128) };

	for (size_t i = 0; i < 2; i++)
		prefix_set_add(set, &loopback[i]);
	prefix_set_normalize(set);
}

// Pieces of the set, of which all addresses meet the same rules. Loopback is one of its own.
static void cut(const struct policy *policy, enum direction direction, const struct prefix_set *set, set_vec *pieces)
{
	CLEANUP(prefix_set_release) struct prefix_set own = { 0 };
	struct prefix_set whole = { 0 };

	add_loopback(&own);
	prefix_set_copy(&whole, set);
	vec_push(pieces, whole);
	cut_by_rule(pieces, &own);
	vec_for_each (layer, &policy->layers[direction])
		vec_for_each (rule, &layer->rules)
			if (!rule->match.any_remote)
				cut_by_rule(pieces, &rule->match.remote);
}

static void list_prefixes(const struct prefix_set *set, struct strbuf *out)
{
	prefix_vec prefixes = { 0 };
	char text[PREFIX_TEXT_SIZE];

	prefix_set_to_prefixes(set, FAMILY_IPV4, &prefixes);
	prefix_set_to_prefixes(set, FAMILY_IPV6, &prefixes);
	for (size_t i = 0; i < prefixes.count && i < SHOWN_PREFIXES; i++) {
		bool single = prefixes.items[i].length == prefixes.items[i].base.family;

		strbuf_format(out, "%s%s", i ? ", " : "",
			      single ? address_print(&prefixes.items[i].base, text)
				     : prefix_print(&prefixes.items[i], text));
	}
	if (prefixes.count > SHOWN_PREFIXES)
		strbuf_format(out, " and %zu more", prefixes.count - SHOWN_PREFIXES);
	vec_release(&prefixes);
}

// What became of the pieces.
struct tally {
	struct prefix_set allowed, denied;
};

// Judges an address of each piece; the first denied one speaks, else the first.
static void judge_pieces(const struct asked_rules *rules, const set_vec *pieces, const struct flow *flow,
			 const struct port_range *ports, struct tally *tally, struct verdict_given *given)
{
	bool any = false;

	vec_for_each (piece, pieces) {
		struct flow one = *flow, decided;
		struct judgement judgement;

		one.remote = piece->ranges.items[0].first;
		one.loopback = address_is_loopback(&one.remote);
		judgement = explain_judge(rules->policy, &one, ports, &decided);
		prefix_set_add_set(judgement.allowed ? &tally->allowed : &tally->denied, piece);
		if (!any || (given->judgement.allowed && !judgement.allowed)) {
			given->judgement = judgement;
			given->flow = decided;
		}
		any = true;
	}
	prefix_set_normalize(&tally->allowed);
	prefix_set_normalize(&tally->denied);
}

static char *say_mixed(const struct name_meaning *meaning, const struct tally *tally)
{
	AUTO_STRBUF struct strbuf allowed = { 0 }, denied = { 0 };

	list_prefixes(&tally->allowed, &allowed);
	list_prefixes(&tally->denied, &denied);
	if (meaning->kind == NAME_ANYWHERE)
		return memory_format(
		    "it depends on the address that the resolver gives: allowed to %s, and to no other",
		    strbuf_text(&allowed));
	return memory_format("it depends on which of the name's addresses is taken: allowed to %s, denied to %s",
			     strbuf_text(&allowed), strbuf_text(&denied));
}

static void conclude(const struct name_meaning *meaning, const struct tally *tally, struct verdict_given *given)
{
	bool allowed = !prefix_set_is_empty(&tally->allowed), denied = !prefix_set_is_empty(&tally->denied);

	given->answer = allowed && denied ? ANSWER_UNKNOWN : allowed ? ANSWER_ALLOWED : ANSWER_DENIED;
	if (allowed && denied)
		given->text = say_mixed(meaning, tally);
	if (meaning->kind != NAME_ANYWHERE)
		return;
	// No address in particular is meant.
	given->judgement = (struct judgement){ .allowed = allowed };
	given->flow.remote = (struct address){ 0 };
	given->flow.loopback = false;
	if (!allowed)
		given->text =
		    memory_copy_text("whatever address the resolver gives, no packet of the kind may go there");
}

// A resolver can give any address; that it gives the job's own loopback is not what is asked.
static void possible_addresses(const struct name_meaning *meaning, struct prefix_set *set)
{
	CLEANUP(prefix_set_release) struct prefix_set own = { 0 };

	if (meaning->kind != NAME_ANYWHERE) {
		prefix_set_copy(set, &meaning->addresses);
		return;
	}
	for (size_t i = 0; i < 2; i++)
		prefix_set_add(set, &everything[i]);
	prefix_set_normalize(set);
	add_loopback(&own);
	prefix_set_subtract(set, &own);
}

void asked_name_judge(const struct asked_rules *rules, const struct name_meaning *meaning, const struct flow *flow,
		      const struct port_range *ports, struct verdict_given *given)
{
	CLEANUP(sets_release) set_vec pieces = { 0 };
	CLEANUP(prefix_set_release) struct prefix_set set = { 0 };
	struct tally tally = { 0 };

	*given = (struct verdict_given){ .answer = ANSWER_DENIED, .flow = *flow };
	if (meaning->kind == NAME_NOWHERE) {
		given->text = memory_copy_text(meaning->how);
		return;
	}
	possible_addresses(meaning, &set);
	keep_families(&set, flow->protocol);
	if (prefix_set_is_empty(&set)) {
		given->text =
		    memory_format("the name has no %s address", flow->protocol == IPPROTO_ICMPV6 ? "IPv6" : "IPv4");
		return;
	}
	cut(rules->policy, flow->direction, &set, &pieces);
	judge_pieces(rules, &pieces, flow, ports, &tally, given);
	conclude(meaning, &tally, given);
	prefix_set_release(&tally.allowed);
	prefix_set_release(&tally.denied);
}
