// SPDX-License-Identifier: GPL-2.0-or-later
// Promises and rows, one at a time: see draft.h.
#include "verify/draft.h"

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "plan/doors.h"
#include "verify/doors.h"

const char *promise_group_name(enum promise_group group)
{
	static const char *const names[PROMISE_GROUPS] = { [PROMISE_TABLE] = "table",
							   [PROMISE_RULE] = "rule",
							   [PROMISE_WALL] = "wall",
							   [PROMISE_DOOR] = "door",
							   [PROMISE_RULES] = "rules" };

	return names[group];
}

void promises_release(promise_vec *promises)
{
	vec_for_each (promise, promises) {
		free(promise->text);
		free(promise->origin);
	}
	vec_release(promises);
}

unsigned draft_promise(struct draft *draft, enum promise_group group, const char *origin, const char *format, ...)
{
	struct promise promise = { .group = group, .origin = memory_copy_text(origin) };
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&promise.text, format, arguments) < 0)
		promise.text = memory_copy_text("out of memory");
	va_end(arguments);
	vec_push(draft->promises, promise);
	return (unsigned)draft->promises->count - 1;
}

// Where a packet goes no further than the node's own kernel, whatever the rules say: the node itself, multicast of its
// own scope (RFC 4291 section 2.7), and what is only another family written in IPv6.
static const struct prefix nowhere[] = {
	IPV4_PREFIX(127, 0, 0, 0, 8), IPV4_PREFIX(0, 0, 0, 0, 32),        IPV6_PREFIX(0, 1, 128),
	IPV6_PREFIX(0, 0, 128),       IPV6_PREFIX(0, 0xffff00000000, 96), IPV6_PREFIX(0xff00000000000000, 0, 15),
};

// An ordinary socket sends to one machine.
static const struct prefix not_one[] = {
	IPV4_PREFIX(0, 0, 0, 0, 8),
	IPV4_PREFIX(224, 0, 0, 0, 3),
	IPV6_PREFIX(0xff00000000000000, 0, 8),
	IPV6_PREFIX(0xfe80000000000000, 0, 10),
};

static bool in_any(const struct prefix *rows, size_t count, const struct address *address)
{
	for (size_t i = 0; i < count; i++)
		if (prefix_contains(&rows[i], address))
			return true;
	return false;
}

// Of ICMP what begins a conversation: what answers one, or tells of an error, belongs to none here and is denied as
// such before any layer.
static bool begins(const struct flow *flow)
{
	static const uint8_t icmp[] = { ICMP_ECHO, ICMP_TIMESTAMP, ICMP_ADDRESS };

	if (flow->protocol == IPPROTO_ICMPV6)
		return flow->icmp_type == ICMP6_ECHO_REQUEST;
	return flow->protocol != IPPROTO_ICMP || memchr(icmp, flow->icmp_type, sizeof(icmp));
}

static bool of_its_family(const struct flow *flow)
{
	if (flow->protocol == IPPROTO_ICMP)
		return flow->remote.family == FAMILY_IPV4;
	return flow->protocol != IPPROTO_ICMPV6 || flow->remote.family == FAMILY_IPV6;
}

static bool can_be_tried(const struct draft *draft, enum row_kind kind, const struct flow *flow)
{
	const struct address *remote = &flow->remote;

	if (!begins(flow) || !of_its_family(flow) || prefix_set_contains(&draft->own, remote) ||
	    in_any(nowhere, sizeof(nowhere) / sizeof(nowhere[0]), remote))
		return false;
	// Of what comes in, only what somebody can answer shows that it came.
	if (kind == ROW_INBOUND && (prefix_set_contains(&draft->no_source, remote) || flow->protocol == IPPROTO_GRE))
		return false;
	return kind == ROW_RAW || !in_any(not_one, sizeof(not_one) / sizeof(not_one[0]), remote);
}

// The type of ICMP that answers one that begins a conversation.
static uint8_t answering_type(const struct flow *flow)
{
	if (flow->protocol == IPPROTO_ICMPV6)
		return ICMP6_ECHO_REPLY;
	return flow->icmp_type == ICMP_ECHO ? ICMP_ECHOREPLY : (uint8_t)(flow->icmp_type + 1);  // RFC 792, 950
}

// Whether what answers a flow is stopped at some of the ports that it may come to.
static bool is_unanswered(const struct policy *policy, const struct flow *flow)
{
	static const uint16_t ephemeral[] = { 32768, 45000, 60999 };  // Linux's: ip(7), ip_local_port_range
	struct flow answer = *flow;

	answer.direction = flow->direction == EGRESS ? INGRESS : EGRESS;
	answer.state = FLOW_ESTABLISHED;
	answer.source_port = flow->destination_port;
	if (flow->protocol == IPPROTO_ICMP || flow->protocol == IPPROTO_ICMPV6)
		answer.icmp_type = answering_type(flow);
	for (size_t i = 0; i < sizeof(ephemeral) / sizeof(ephemeral[0]); i++) {
		answer.destination_port = ephemeral[i];
		if (!policy_evaluate(policy, &answer).allowed)
			return true;
	}
	return false;
}

static void add(struct draft *draft, unsigned promise, enum row_kind kind, const struct flow *flow, bool may)
{
	struct judgement judgement = policy_evaluate(draft->policy, flow);
	struct board_row row = { .kind = kind, .promise = promise, .flow = *flow, .allowed = may && judgement.allowed };

	if (!can_be_tried(draft, kind, flow))
		return;
	row.unanswered = row.allowed && is_unanswered(draft->policy, flow);
	row.untried = row.unanswered && kind == ROW_INBOUND;  // nothing would be seen of it
	if (!judgement.allowed) {
		(void)snprintf(row.layer, sizeof(row.layer), "%s", layer_name(judgement.layer->kind, flow->direction));
		row.rule = judgement.rule->number;
	}
	(void)board_add(draft->board, &row);
}

void draft_flow(struct draft *draft, unsigned promise, enum row_kind kind, const struct flow *flow)
{
	add(draft, promise, kind, flow, true);
}

void draft_denied(struct draft *draft, unsigned promise, enum row_kind kind, const struct flow *flow)
{
	add(draft, promise, kind, flow, false);
}

void draft_frame(struct draft *draft, unsigned promise, const struct flow *flow)
{
	struct board_row row = { .kind = ROW_FRAME, .promise = promise, .flow = *flow };

	if (!policy_evaluate(draft->policy, flow).allowed && can_be_tried(draft, ROW_FRAME, flow))
		(void)board_add(draft->board, &row);
}

static const char *door_text(const char *name)
{
	for (size_t i = 0; i < door_count; i++)
		if (doors[i].name && strcmp(doors[i].name, name) == 0)
			return doors[i].what;
	return name;
}

void draft_host(struct draft *draft, const struct board_host *host)
{
	unsigned promise = draft_promise(draft, PROMISE_TABLE, NULL, "the host itself, by its own addresses");

	for (size_t i = 0; i < LINK_FAMILIES; i++) {
		const struct board_row row = {
			.kind = ROW_SOCKET,
			.promise = promise,
			.flow = { .protocol = IPPROTO_TCP, .remote = host->own[i], .destination_port = DOORS_PORT },
			.local = true
		};
		if (host->own[i].family != FAMILY_NONE)
			(void)board_add(draft->board, &row);
	}
}

void draft_rules(struct draft *draft)
{
	const struct board_row row = { .kind = ROW_RULES,
				       .promise =
					   draft_promise(draft, PROMISE_RULES, NULL,
							 "the kernel's rules are what the profile compiles to") };

	(void)board_add(draft->board, &row);
}

// Whether it is closed is the launch's word, which is not known yet.
void draft_doors(struct draft *draft)
{
	for (size_t i = 0; i < verify_door_count; i++) {
		struct board_row row = { .kind = ROW_DOOR, .door = (unsigned)i };
		const char *name = verify_door_name(i);

		if (!draft->full && !verify_door_is_quick(i))
			continue;
		row.promise = draft_promise(draft, PROMISE_DOOR, NULL, "%s: %s", name, door_text(name));
		(void)board_add(draft->board, &row);
	}
}
