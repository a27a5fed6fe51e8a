// SPDX-License-Identifier: GPL-2.0-or-later
// From what was seen to what held: see judge.h.
#include "verify/judge.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/cleanup.h"
#include "verify/acts.h"
#include "verify/doors.h"

const char *held_name(enum held held)
{
	static const char *const names[HELD_KINDS] = {
		[HELD] = "held",
		[HELD_NOT] = "NOT HELD",
		[HELD_INCONCLUSIVE] = "inconclusive",
		[HELD_ABSENT] = "not here",
		[HELD_NOT_CARRIED] = "not carried",
	};

	return names[held];
}

void judge_describe(const struct board_row *row, struct strbuf *out)
{
	static const char *const oddities[] = { [PACKET_PLAIN] = "",
						[PACKET_FRAGMENT] = ", a later fragment",
						[PACKET_HEADERS] = ", with an extension header",
						[PACKET_OPTIONS] = ", with IP options" };
	char text[FLOW_TEXT_SIZE];

	switch (row->kind) {
	case ROW_NAME:
		strbuf_format(out, "name %s", row->name);
		return;
	case ROW_ACT:
		strbuf_add(out, verify_act_name(row->door));
		return;
	case ROW_DOOR:
		strbuf_format(out, "door %s", verify_door_name(row->door));
		return;
	case ROW_RULES:
		strbuf_add(out, "the rules, read back");
		return;
	case ROW_SOCKET:
	case ROW_RAW:
	case ROW_INBOUND:
	case ROW_FRAME:
	case ROW_KINDS:
		break;
	}
	strbuf_format(out, "%s%s%s%s%s",
		      row->kind == ROW_INBOUND ? "inbound "
		      : row->kind == ROW_FRAME ? "frame "
					       : "",
		      flow_print(&row->flow, text), oddities[row->oddity], row->flags ? ", not a SYN alone" : "",
		      row->foreign ? ", from a foreign source" : "");
}

// Whether it got where it was meant to get, with an answer where one is due.
static bool got_through(const struct board_row *row, enum phase phase)
{
	const struct seen *seen = &row->seen[phase];

	switch (row->kind) {
	case ROW_SOCKET:
		return (seen->outcome == OUTCOME_THROUGH || (row->unanswered && phase == PHASE_JAIL)) &&
		       (row->local || seen->arrived > 0);
	case ROW_RAW:
	case ROW_INBOUND:
	case ROW_FRAME:
		return seen->arrived > 0;
	case ROW_ACT:
	case ROW_NAME:
	case ROW_DOOR:
	case ROW_RULES:
	case ROW_KINDS:
		break;
	}
	return seen->outcome == OUTCOME_THROUGH;
}

// Any sign of it outside, or an answer from there.
static bool leaked(const struct board_row *row, enum phase phase)
{
	const struct seen *seen = &row->seen[phase];

	return seen->arrived > 0 || (row->kind == ROW_SOCKET && seen->outcome == OUTCOME_THROUGH);
}

static const char *outcome_text(int outcome)
{
	switch (outcome) {
	case OUTCOME_SILENT:
		return "no answer";
	case OUTCOME_THROUGH:
		return "it got through";
	case OUTCOME_ABSENT:
		return "there is no such thing";
	case OUTCOME_NOT_TRIED:
		return "it was not tried";
	default:
		return strerror(outcome);
	}
}

static enum held judge_door(const struct board_row *row, struct strbuf *why)
{
	const struct seen *jail = &row->seen[PHASE_JAIL];
	int control = row->seen[PHASE_CONTROL].outcome;

	if (jail->outcome == OUTCOME_NOT_TRIED)
		return strbuf_add(why, "it was not tried"), HELD_INCONCLUSIVE;
	if (row->allowed)
		return HELD_ABSENT;
	if (jail->outcome == OUTCOME_THROUGH)
		return strbuf_add(why, "it is open"), HELD_NOT;
	if (control == OUTCOME_THROUGH)
		return HELD;
	// What we have put there ourselves must be found; what else a kernel or a user lacks, nobody can be kept from.
	if (verify_door_is_ours(row->door) || control == OUTCOME_NOT_TRIED || control == OUTCOME_SILENT) {
		strbuf_format(why, "without the jail it is not open either (%s)", outcome_text(control));
		return HELD_INCONCLUSIVE;
	}
	return HELD_ABSENT;
}

static enum held judge_name(const struct board_row *row, struct strbuf *why)
{
	const struct seen *jail = &row->seen[PHASE_JAIL];
	char text[ADDRESS_TEXT_SIZE];

	if (jail->outcome == OUTCOME_NOT_TRIED)
		return strbuf_add(why, "it was not tried"), HELD_INCONCLUSIVE;
	if (!row->allowed && jail->outcome == OUTCOME_THROUGH)
		return strbuf_add(why, "it resolves"), HELD_NOT;
	if (!row->allowed && row->seen[PHASE_CONTROL].outcome != OUTCOME_THROUGH)
		return strbuf_add(why, "without the jail it does not resolve either"), HELD_INCONCLUSIVE;
	if (!row->allowed)
		return HELD;
	if (jail->outcome != OUTCOME_THROUGH)
		return strbuf_add(why, "it does not resolve"), HELD_NOT;
	if (row->resolves_to.family != FAMILY_NONE && !address_equal(&row->resolves_to, &row->resolved)) {
		strbuf_format(why, "it resolves to %s", address_print(&row->resolved, text));
		return HELD_NOT;
	}
	return HELD;
}

static enum held judge_allowed(const struct board_row *row, struct strbuf *why)
{
	const struct seen *jail = &row->seen[PHASE_JAIL];

	if (got_through(row, PHASE_JAIL))
		return HELD;
	if (!row->carried && !jail->denials)
		return HELD_NOT_CARRIED;
	if (!got_through(row, PHASE_CONTROL))
		return strbuf_add(why, "without the jail it does not get through either"), HELD_INCONCLUSIVE;
	if (jail->denials)
		strbuf_format(why, "allowed, and denied by %s rule %u", jail->layer, jail->rule);
	else
		strbuf_format(why, "allowed, and it does not get through: %s", outcome_text(jail->outcome));
	return HELD_NOT;
}

// What a program that sends it observes: DESIGN, "Denying".
static bool observed_right(enum on_deny on_deny, const struct board_row *row)
{
	int outcome = row->seen[PHASE_JAIL].outcome;

	if (row->flow.protocol == IPPROTO_ICMP || row->flow.protocol == IPPROTO_ICMPV6)
		return outcome != OUTCOME_THROUGH;
	if (on_deny == ON_DENY_DROP)
		return outcome == OUTCOME_SILENT;
	return outcome == (row->flow.protocol == IPPROTO_TCP ? ECONNREFUSED : EPERM);
}

// Of packets made by hand: whether the kernel took it, or a rule refused it. A hook of the link says ENOBUFS.
static bool was_sent(const struct board_row *row)
{
	int outcome = row->seen[PHASE_JAIL].outcome;

	return (row->kind != ROW_RAW && row->kind != ROW_FRAME) || outcome == OUTCOME_SILENT || outcome == EPERM ||
	       outcome == ENOBUFS;
}

static enum held judge_rule(const struct board *board, const struct board_row *row, struct strbuf *why)
{
	const struct seen *jail = &row->seen[PHASE_JAIL];

	if (!row->layer[0])
		return was_sent(row) ? HELD
				     : (strbuf_format(why, "it could not be sent (%s)", outcome_text(jail->outcome)),
					HELD_INCONCLUSIVE);
	// A ping socket is not made at all where the policy lets no echo out.
	if (row->kind == ROW_SOCKET && !jail->denials && row->flow.protocol != IPPROTO_TCP &&
	    row->flow.protocol != IPPROTO_UDP)
		return HELD;
	if (!jail->denials && board->denials_beyond)
		return strbuf_add(why, "the kernel's log was not read whole"), HELD_INCONCLUSIVE;
	if (!jail->denials)
		return strbuf_format(why, "stopped, but not by %s rule %u: no rule told of it (%s)", row->layer,
				     row->rule, outcome_text(jail->outcome)),
		       HELD_NOT;
	if (jail->denials > 1 || jail->rule != row->rule || strcmp(jail->layer, row->layer) != 0) {
		strbuf_format(why, "denied by %s rule %u instead of %s rule %u", jail->layer, jail->rule, row->layer,
			      row->rule);
		return HELD_NOT;
	}
	return HELD;
}

static enum held judge_denied(const struct board *board, enum on_deny on_deny, const struct board_row *row,
			      struct strbuf *why)
{
	const struct seen *jail = &row->seen[PHASE_JAIL];

	if (leaked(row, PHASE_JAIL))
		return strbuf_add(why, "denied, and it gets through"), HELD_NOT;
	if (jail->outcome == OUTCOME_NOT_TRIED && row->kind != ROW_INBOUND)
		return strbuf_add(why, "it was not tried"), HELD_INCONCLUSIVE;
	if (!got_through(row, PHASE_CONTROL))
		return strbuf_format(why, "without the jail it does not get through either (%s)",
				     outcome_text(row->seen[PHASE_CONTROL].outcome)),
		       HELD_INCONCLUSIVE;
	if (row->kind == ROW_SOCKET && !row->local && !observed_right(on_deny, row)) {
		strbuf_format(why, "denied, but the program observes: %s", outcome_text(jail->outcome));
		return HELD_NOT;
	}
	return judge_rule(board, row, why);
}

static enum held judge_rules(const struct board_row *row, struct strbuf *why)
{
	int outcome = row->seen[PHASE_JAIL].outcome;

	if (outcome == OUTCOME_THROUGH)
		return HELD;
	if (outcome == OUTCOME_NOT_TRIED)
		return strbuf_add(why, "they were not read"), HELD_INCONCLUSIVE;
	return strbuf_add(why, "the kernel has other ones than the profile compiles to"), HELD_NOT;
}

enum held judge_row(const struct board *board, const struct policy *policy, const struct board_row *row,
		    struct strbuf *why)
{
	if (row->kind == ROW_DOOR)
		return judge_door(row, why);
	if (row->kind == ROW_NAME)
		return judge_name(row, why);
	if (row->kind == ROW_RULES)
		return judge_rules(row, why);
	return row->allowed ? judge_allowed(row, why) : judge_denied(board, policy->on_deny, row, why);
}

// How much each says of the promise it belongs to.
static unsigned weight(enum held held)
{
	static const unsigned weights[HELD_KINDS] = {
		[HELD_ABSENT] = 0, [HELD_NOT_CARRIED] = 1, [HELD] = 2, [HELD_INCONCLUSIVE] = 3, [HELD_NOT] = 4
	};

	return weights[held];
}

static void take_row(struct promise_result *result, const struct board_row *row, enum held held, const char *why)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };

	result->count[held]++;
	if (result->tried++ == 0 || weight(held) > weight(result->held)) {
		result->held = held;
		if (*why) {
			judge_describe(row, &text);
			strbuf_format(&text, ": %s", why);
			free(result->why);
			result->why = strbuf_steal(&text);
		}
	}
}

// What the policy lets out may come out, also where no row is about it: the job's kernel answers what it is sent.
static void take_strays(const struct board *board, const struct policy *policy, struct verify_result *result)
{
	for (size_t i = 0; i < board->stray_count; i++) {
		if (policy_evaluate(policy, &board->strays[i].flow).allowed)
			continue;
		char flow[FLOW_TEXT_SIZE], source[ADDRESS_TEXT_SIZE];
		if (!result->strays)
			result->stray = memory_format("%s from %s", flow_print(&board->strays[i].flow, flow),
						      address_print(&board->strays[i].source, source));
		result->strays += board->strays[i].count;
	}
	if (board->strays_beyond && !result->strays)
		result->stray = memory_copy_text("of more flows than can be told");
	result->strays += board->strays_beyond;  // nobody knows what the policy says of them
}

void judge_all(const struct board *board, const struct policy *policy, const promise_vec *promises,
	       struct verify_result *out)
{
	struct verify_result result = { 0 };

	vec_for_each (promise, promises) {
		(void)promise;
		vec_push(&result.promises, (struct promise_result){ .held = HELD_ABSENT });
	}
	for (size_t i = 0; i < board->count; i++) {
		CLEANUP(strbuf_release) struct strbuf why = { 0 };
		const struct board_row *row = &board->rows[i];
		if (row->untried)
			continue;
		assert(result.promises.items && row->promise < result.promises.count);
		enum held held = judge_row(board, policy, row, &why);
		result.tried++;
		result.count[held]++;
		take_row(&result.promises.items[row->promise], row, held, strbuf_text(&why));
	}
	take_strays(board, policy, &result);
	result.all_held =
	    !result.count[HELD_NOT] && !result.count[HELD_INCONCLUSIVE] && !result.strays && !board->overflow;
	*out = result;
}

void verify_result_release(struct verify_result *result)
{
	vec_for_each (promise, &result->promises)
		free(promise->why);
	vec_release(&result->promises);
	free(result->stray);
	*result = (struct verify_result){ 0 };
}
