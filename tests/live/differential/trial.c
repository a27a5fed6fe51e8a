// SPDX-License-Identifier: GPL-2.0-or-later
// Running conversations and comparing: see trial.h.
#include "trial.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "expect.h"

// One packet, what must become of it, and what did.
struct sent {
	size_t talk;
	struct packet packet;
	enum direction direction;
	struct expectation expected;
	int code;                // of sending
	unsigned arrived[TAPS];  // TAP_INSIDE: came through `input`
	unsigned denials;
	struct log_event denial;  // the last one
};

typedef VEC(struct sent) sent_vec;

struct trial {
	struct world *world;
	const struct script *script;
	const talk_vec *talks;
	const struct subject *subject;  // whose rules stand
	uint32_t generation;            // of these
	struct own_addresses own;
	struct coverage *coverage;
	struct disagreement *disagreement;
	uint64_t lost;
};

void disagreement_release(struct disagreement *disagreement)
{
	strbuf_release(&disagreement->expected);
	strbuf_release(&disagreement->observed);
}

static struct sent *find(sent_vec *round, const struct packet *packet, enum direction direction)
{
	vec_for_each (sent, round)
		if (sent->direction == direction && packet_alike(&sent->packet, packet))
			return sent;
	return NULL;
}

static void on_arrival(void *data, enum tap tap, const struct packet *packet)
{
	struct sent *sent = find(data, packet, EGRESS);

	if (sent)
		sent->arrived[tap]++;
}

static void on_log(void *data, const struct log_event *event)
{
	bool leaves = event->flow.direction == EGRESS;
	const struct packet packet = {
		.source = leaves ? event->local : event->flow.remote,
		.destination = leaves ? event->flow.remote : event->local,
		.protocol = event->flow.protocol,
		.source_port = event->flow.source_port,
		.destination_port = event->flow.destination_port,
		.icmp_type = event->flow.icmp_type,
		.icmp_code = event->flow.icmp_code,
	};
	struct sent *sent = find(data, &packet, event->flow.direction);

	if (!sent)
		return;
	if (strcmp(event->layer, WITNESS_LAYER) == 0) {
		sent->arrived[TAP_INSIDE]++;
	} else {
		sent->denials++;
		sent->denial = *event;
	}
}

static bool arrived_only(const struct sent *sent, int tap)
{
	for (int i = 0; i < TAPS; i++)
		if (sent->arrived[i] != (i == tap))
			return false;
	return true;
}

static bool denied_by(const struct sent *sent, const char *layer, unsigned number, bool hangs, uint32_t generation)
{
	int told = sent->direction == EGRESS && !hangs ? -EPERM : 0;

	return sent->denials == 1 && sent->denial.rule == number && strcmp(sent->denial.layer, layer) == 0 &&
	       sent->denial.generation == generation && sent->code == told &&
	       arrived_only(sent, hangs && !sent->expected.vanishes ? TAP_SINK : TAPS);
}

static bool walled_instead(const struct sent *sent, uint32_t generation)
{
	return sent->expected.also &&
	       denied_by(sent, layer_name(LAYER_PACKET, sent->direction), sent->expected.also, false, generation);
}

static bool agrees(const struct sent *sent, uint32_t generation)
{
	const struct expectation *expected = &sent->expected;

	switch (expected->fate) {
	case FATE_CARRIED:
		return !sent->denials && !sent->code &&
		       arrived_only(sent, sent->direction == EGRESS ? TAP_WIRE : TAP_INSIDE);
	case FATE_LOOPBACK:
		return !sent->denials && !sent->code && arrived_only(sent, TAP_LOOPBACK);
	case FATE_DENIED:
		return denied_by(sent, expected->layer, expected->number, expected->hangs, generation) ||
		       walled_instead(sent, generation) ||
		       (expected->or_kernel && !sent->denials && arrived_only(sent, TAPS));
	case FATE_WALLED:
		return !sent->denials && sent->code == -ENOBUFS && arrived_only(sent, TAPS);
	case FATE_KERNEL:
		return !sent->denials && arrived_only(sent, TAPS) && !expected->judgement.allowed;
	}
	return false;
}

static void print_expected(const struct expectation *expected, struct strbuf *out)
{
	switch (expected->fate) {
	case FATE_CARRIED:
		strbuf_format(out, "allowed%s%s", expected->judgement.reason ? ": " : "",
			      expected->judgement.reason ? expected->judgement.reason : "");
		break;
	case FATE_LOOPBACK:
		strbuf_add(out, "allowed: loopback");
		break;
	case FATE_DENIED:
		strbuf_format(out, "denied by %s:%u%s", expected->layer, expected->number,
			      expected->hangs ? ", into the sink" : "");
		if (!expected->judgement.allowed)
			strbuf_format(out, "; policy: %s", expected->judgement.reason);
		if (expected->also)
			strbuf_format(out, "; or by wall %u", expected->also);
		break;
	case FATE_WALLED:
		strbuf_add(out, "dropped by the wall of the link");
		break;
	case FATE_KERNEL:
		strbuf_format(out, "refused by the kernel itself; policy: %s",
			      expected->judgement.allowed ? "allowed" : "denied");
		break;
	}
}

static void print_observed(const struct sent *sent, struct strbuf *out)
{
	static const char *const places[TAPS] = { "arrived at the other end", "arrived in the sink", "arrived on lo",
						  "let in" };
	bool any = false;

	for (size_t i = 0; i < TAPS; i++)
		if (sent->arrived[i]) {
			strbuf_format(out, "%s%s (%u)", any ? ", " : "", places[i], sent->arrived[i]);
			any = true;
		}
	if (sent->denials) {
		strbuf_format(out, "%sdenied by %s:%u of generation %u (%u)", any ? ", " : "", sent->denial.layer,
			      sent->denial.rule, sent->denial.generation, sent->denials);
		any = true;
	}
	strbuf_format(out, "%s; sending it said: %s",
		      any                      ? ""
		      : sent->code == -ENOBUFS ? "dropped without a word"
					       : "neither denied nor carried",
		      sent->code ? strerror(-sent->code) : "done");
}

static void count(const struct trial *trial, const struct sent *sent, enum step step)
{
	struct coverage *coverage = trial->coverage;
	const struct expectation *expected = &sent->expected;

	if (!coverage)
		return;
	coverage->packets++;
	coverage->loopback += expected->fate == FATE_LOOPBACK;
	coverage->kernel += expected->fate == FATE_KERNEL;
	if (step == STEP_WALL) {
		coverage->link_allowed += expected->fate == FATE_CARRIED;
		coverage->link_denied += expected->fate == FATE_WALLED;
		return;
	}
	if (expected->fate == FATE_DENIED && sent->denial.rule >= WALL_INVALID)
		coverage->walls[sent->denial.rule - WALL_INVALID]++;
	else if (expected->fate == FATE_DENIED || expected->fate == FATE_CARRIED)
		coverage_count(coverage, &expected->flow, &expected->judgement);
	if (expected->flow.state == FLOW_ESTABLISHED) {
		coverage->established += expected->fate == FATE_CARRIED;
		coverage->exchanged += expected->fate == FATE_CARRIED && trial->script->next;
		coverage->established_denied += expected->fate == FATE_DENIED;
	}
}

static void compare(const struct trial *trial, const sent_vec *round, enum step step)
{
	struct disagreement *out = trial->disagreement;

	vec_for_each (sent, round) {
		if (agrees(sent, trial->generation)) {
			count(trial, sent, step);
			continue;
		}
		out->found = true;
		out->talk = sent->talk;
		out->step = step;
		print_expected(&sent->expected, &out->expected);
		print_observed(sent, &out->observed);
		return;
	}
}

static struct rules rules_of(const struct subject *subject, uint32_t generation)
{
	return (struct rules){ &subject->policy, ruleset_asks_neighbours(subject->uplink), generation };
}

static void send_all(const struct trial *trial, size_t first, size_t last, enum step step, sent_vec *round)
{
	const struct rules now = rules_of(trial->subject, trial->generation);
	const struct rules began = rules_of(trial->script->first, trial->script->generation);

	for (size_t i = first; i < last; i++) {
		const struct talk *talk = &trial->talks->items[i];
		struct sent sent = { .talk = i };

		if (!expect(&began, &now, talk, step, &sent.expected))
			continue;
		sent.packet = talk_packet(talk, step, &trial->own, &sent.direction);
		sent.code = world_send(trial->world, &sent.packet, sent.direction, step == STEP_WALL);
		vec_push(round, sent);
	}
}

static int run_round(struct trial *trial, size_t first, size_t last, enum step step, struct error *err)
{
	sent_vec round = { 0 };
	struct world_events events = { .data = &round, .arrived = on_arrival, .logged = on_log };

	send_all(trial, first, last, step, &round);
	int result = round.count ? world_collect(trial->world, &events, err) : 0;
	trial->lost += events.lost;
	if (result == 0 && !trial->lost)
		compare(trial, &round, step);
	vec_release(&round);
	return result;
}

// The rules and routes of a subject, in place of those that stand.
static int exchange(struct trial *trial, const struct subject *subject, uint32_t generation, struct error *err)
{
	const struct ruleset_link link = { .device = "wire0",
					   .own = { trial->own.of[0], trial->own.of[1] },
					   .neighbours = &trial->world->neighbours };
	int result = trial->subject ? world_route(trial->world, &trial->subject->policy, false, err) : 0;

	trial->subject = NULL;
	if (result == 0)
		result = world_exchange(trial->world, subject_compile(subject, &link, generation), err);
	if (result == 0)
		result = world_route(trial->world, &subject->policy, true, err);
	trial->subject = subject;
	trial->generation = generation;
	return result;
}

// What began under one policy goes on under the next.
static int go_on(struct trial *trial, enum step step, struct error *err)
{
	if (step != STEP_FIRST || !trial->script->next)
		return 0;
	return exchange(trial, trial->script->next, trial->generation + 1, err);
}

static int run_steps(struct trial *trial, size_t first, size_t last, struct error *err)
{
	int result = 0;

	trial->lost = 0;
	for (enum step step = STEP_FIRST; step < STEPS && result == 0 && !trial->lost && !trial->disagreement->found;
	     step++) {
		result = run_round(trial, first, last, step, err);
		if (result == 0)
			result = go_on(trial, step, err);
	}
	return result;
}

// Where something was lost, once more in two halves.
static int run_part(struct trial *trial, size_t first, size_t last, struct error *err)
{
	world_turn(trial->world, &trial->own);
	int result = exchange(trial, trial->script->first, trial->script->generation, err);
	if (result == 0)
		result = run_steps(trial, first, last, err);
	if (result < 0 || !trial->lost)
		return result;
	if (last - first < 2)
		return error_set(err, -ENOBUFS, "packets or denials are lost even one by one");
	size_t middle = first + (last - first) / 2;
	result = run_part(trial, first, middle, err);
	return result == 0 && !trial->disagreement->found ? run_part(trial, middle, last, err) : result;
}

int trial_run(struct world *world, const struct script *script, const talk_vec *talks, struct coverage *coverage,
	      struct disagreement *disagreement, struct error *err)
{
	struct trial trial = {
		.world = world, .script = script, .talks = talks, .coverage = coverage, .disagreement = disagreement
	};
	int result = talks->count ? run_part(&trial, 0, talks->count, err) : 0;

	if (result == 0 && trial.subject)
		result = world_route(world, &trial.subject->policy, false, err);
	return result;
}
