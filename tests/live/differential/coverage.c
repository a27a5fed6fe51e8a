// SPDX-License-Identifier: GPL-2.0-or-later
// Counting who decided: see coverage.h.
#include <netinet/in.h>
#include <stdio.h>

#include "coverage.h"
#include "nft/ruleset.h"

enum { PASSED = COVERED_LAYERS };
enum { TCP, UDP, ICMP, OTHER };

static const char *const protocol_names[COVERED_PROTOCOLS] = { "tcp", "udp", "icmp", "other" };

static unsigned protocol_of(const struct flow *flow)
{
	bool four = flow->remote.family == FAMILY_IPV4;

	return flow->protocol == IPPROTO_TCP                              ? TCP
	       : flow->protocol == IPPROTO_UDP                            ? UDP
	       : flow->protocol == (four ? IPPROTO_ICMP : IPPROTO_ICMPV6) ? ICMP
									  : OTHER;
}

static unsigned *cell(struct coverage *coverage, const struct flow *flow, const struct judgement *judgement)
{
	unsigned layer = judgement->layer ? judgement->layer->kind : PASSED;

	return &coverage->counts[layer][judgement->allowed ? OUTCOME_ACCEPTED : OUTCOME_DENIED][flow->direction]
				[flow->remote.family == FAMILY_IPV6][protocol_of(flow)];
}

unsigned coverage_seen(struct coverage *coverage, const struct flow *flow, const struct judgement *judgement)
{
	return *cell(coverage, flow, judgement);
}

void coverage_count(struct coverage *coverage, const struct flow *flow, const struct judgement *judgement)
{
	++*cell(coverage, flow, judgement);
}

static const char *row_name(unsigned layer, enum direction direction)
{
	return layer == PASSED ? direction == EGRESS ? "all layers, egress" : "all layers, ingress"
			       : layer_title((enum layer_kind)layer, direction);
}

static void print_row(const struct coverage *coverage, unsigned layer, unsigned outcome, enum direction direction,
		      FILE *out)
{
	bool any = false;

	for (unsigned family = 0; family < COVERED_FAMILIES; family++)
		for (unsigned protocol = 0; protocol < COVERED_PROTOCOLS; protocol++)
			any |= coverage->counts[layer][outcome][direction][family][protocol] > 0;
	if (!any)
		return;
	fprintf(out, "  %-28s %-8s", row_name(layer, direction), outcome == OUTCOME_ACCEPTED ? "allowed" : "denied");
	for (unsigned family = 0; family < COVERED_FAMILIES; family++)
		for (unsigned protocol = 0; protocol < COVERED_PROTOCOLS; protocol++)
			fprintf(out, " %6u", coverage->counts[layer][outcome][direction][family][protocol]);
	fputc('\n', out);
}

void coverage_print(const struct coverage *coverage, FILE *out)
{
	fprintf(out, "  %-37s", "decided by");
	for (unsigned i = 0; i < COVERED_FAMILIES * COVERED_PROTOCOLS; i++)
		fprintf(out, " %s/%s%s", protocol_names[i % COVERED_PROTOCOLS], i < COVERED_PROTOCOLS ? "4" : "6",
			i % COVERED_PROTOCOLS < 2 ? " " : "");
	fputc('\n', out);
	for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++)
		for (unsigned layer = 0; layer <= PASSED; layer++)
			for (unsigned outcome = 0; outcome < OUTCOMES; outcome++)
				print_row(coverage, layer, outcome, direction, out);
	fprintf(out, "  walls:");
	for (unsigned i = 0; i < sizeof(coverage->walls) / sizeof(coverage->walls[0]); i++)
		if (coverage->walls[i])
			fprintf(out, " %u: %u", WALL_INVALID + i, coverage->walls[i]);
	fprintf(out,
		"; established: %u allowed, %u denied, %u under an exchanged policy; the link's wall: %u allowed, %u "
		"denied; loopback: %u; "
		"refused by the kernel itself: %u\n",
		coverage->established, coverage->established_denied, coverage->exchanged, coverage->link_allowed,
		coverage->link_denied, coverage->loopback, coverage->kernel);
	fprintf(out, "  %u profiles (%u texts were refused), %u packets, longest prefix list %u\n", coverage->profiles,
		coverage->refused, coverage->packets, coverage->largest_list);
}

#define BIT(name) (1U << (name))
#define CARRIED (BIT(TCP) | BIT(UDP) | BIT(ICMP))
#define BOTH (BIT(EGRESS) | BIT(INGRESS))

// What each layer can decide; one in so many profiles must show it.
static const struct {
	unsigned layer;
	enum outcome outcome;
	unsigned directions, protocols;
} wanted[] = {
	{ LAYER_PACKET, OUTCOME_DENIED, BOTH, CARRIED | BIT(OTHER) },
	{ LAYER_ISOLATION, OUTCOME_DENIED, BOTH, CARRIED },
	{ LAYER_ISOLATION, OUTCOME_ACCEPTED, BOTH, CARRIED },
	{ LAYER_SERVICE, OUTCOME_DENIED, BOTH, CARRIED },
	{ LAYER_SERVICE, OUTCOME_ACCEPTED, BIT(EGRESS), BIT(TCP) | BIT(UDP) },
	{ LAYER_SECURITY_GROUP, OUTCOME_DENIED, BOTH, CARRIED },
	{ LAYER_NETWORK_ACL, OUTCOME_DENIED, BOTH, CARRIED },
	{ LAYER_ROUTE, OUTCOME_DENIED, BIT(EGRESS), CARRIED },
	{ LAYER_ENDPOINT, OUTCOME_DENIED, BOTH, CARRIED },
	{ LAYER_UPLINK, OUTCOME_DENIED, BOTH, CARRIED },
	{ PASSED, OUTCOME_ACCEPTED, BOTH, CARRIED },
};

enum { PROFILES_A_DECISION = 100 };  // each kind decides at least once in so many

static bool row_is_enough(const struct coverage *coverage, size_t row, unsigned least, FILE *out)
{
	bool enough = true;

	for (unsigned i = 0; i < DIRECTIONS * COVERED_FAMILIES * COVERED_PROTOCOLS; i++) {
		unsigned direction = i % DIRECTIONS, family = i / DIRECTIONS % COVERED_FAMILIES;
		unsigned protocol = i / DIRECTIONS / COVERED_FAMILIES;
		unsigned count = coverage->counts[wanted[row].layer][wanted[row].outcome][direction][family][protocol];

		if (!(wanted[row].directions & BIT(direction)) || !(wanted[row].protocols & BIT(protocol)) ||
		    count >= least)
			continue;
		fprintf(out, "not reached often enough: %s, %s/%c: %u of %u\n",
			row_name(wanted[row].layer, (enum direction)direction), protocol_names[protocol],
			family ? '6' : '4', count, least);
		enough = false;
	}
	return enough;
}

bool coverage_is_enough(const struct coverage *coverage, unsigned profiles, FILE *out)
{
	const struct {
		const char *what;
		unsigned count;
	} totals[] = {
		{ "wall: invalid", coverage->walls[0] },
		{ "wall: options", coverage->walls[WALL_OPTIONS - WALL_INVALID] },
		{ "wall: headers", coverage->walls[WALL_HEADERS - WALL_INVALID] },
		{ "wall: source", coverage->walls[WALL_SOURCE - WALL_INVALID] },
		{ "wall: older", coverage->walls[WALL_OLDER - WALL_INVALID] },
		{ "established, allowed", coverage->established },
		{ "established, denied", coverage->established_denied },
		{ "established, under an exchanged policy", coverage->exchanged },
		{ "link's wall, allowed", coverage->link_allowed },
		{ "link's wall, denied", coverage->link_denied },
		{ "loopback", coverage->loopback },
	};
	unsigned least = profiles / PROFILES_A_DECISION;
	bool enough = true;

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		enough &= row_is_enough(coverage, i, least, out);
	for (size_t i = 0; i < sizeof(totals) / sizeof(totals[0]); i++)
		if (totals[i].count < least) {
			fprintf(out, "not reached often enough: %s: %u of %u\n", totals[i].what, totals[i].count,
				least);
			enough = false;
		}
	return enough;
}
