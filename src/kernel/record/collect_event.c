// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel tells of one packet or conversation, made an event of the record.
#include <assert.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "audit/flow/carried.h"
#include "base/memory.h"
#include "kernel/dns/server.h"
#include "kernel/launch/launch_state.h"
#include "kernel/record/collect_state.h"
#include "kernel/watch/attribution.h"

struct record_counter *counter_of(record_counter_vec *counters, const char *layer, unsigned rule, unsigned policy)
{
	vec_for_each (counter, counters)
		if (counter->rule == rule && counter->policy == policy && strcmp(counter->layer, layer) == 0)
			return counter;
	struct record_counter added = { .rule = rule, .policy = policy };
	(void)snprintf(added.layer, sizeof(added.layer), "%s", layer);
	vec_push(counters, added);
	return &counters->items[counters->count - 1];
}

// By what name the job asked its resolver for it.
static const char *asked_name_of(const struct collector *collector, const struct address *address)
{
	const struct dns_server *dns = collector->launch->dns;

	return dns ? dns_server_name_of(dns, address) : NULL;
}

// By what name the job knows it: also of those that the profile gives, which programs read from /etc/hosts.
static const char *name_of(const struct collector *collector, const struct address *address)
{
	const char *name = asked_name_of(collector, address);

	if (name)
		return name;
	vec_for_each (known, &collector->launch->plan->dns.zone.names)
		if (!known->pointer && known->name[0] != '*')
			vec_for_each (each, &known->addresses)
				if (address_equal(each, address))
					return known->name;
	return NULL;
}

static const struct policy *policy_of(const struct collector *collector, unsigned number)
{
	const struct launch_result *result = collector->launch->result;

	return number && number <= result->exchanged.count ? &result->exchanged.items[number - 1]
							   : collector->launch->plan->policy;
}

// Without root the socket that reads the log belongs to the jail's outer user namespace, in which the one user there is
// has the number 0.
static uint32_t uid_of(const struct collector *collector, const struct log_event *log)
{
	return collector->launch->plan->root ? log->uid : collector->launch->plan->identity->uid;
}

// Who mends the layer that denied is told at once of the next one that would. NULL: none behind it, or none is there.
static char *denied_behind(const struct policy *policy, const struct policy_layer *layer, const struct flow *flow)
{
	bool behind = false;

	vec_for_each (next, &policy->layers[flow->direction]) {
		if (!behind || (next->stateful && flow->state == FLOW_ESTABLISHED)) {
			behind = behind || next == layer;
			continue;
		}
		const struct policy_rule *rule = policy_layer_decide(next, flow);
		if (rule->verdict != VERDICT_PASS && rule->verdict != VERDICT_ACCEPT)
			return memory_format("%s: %s", layer_name(next->kind, flow->direction), rule->reason);
	}
	return NULL;
}

// An error about a conversation that the job began: no packet of that kind is ever let in, since anybody can make one
// up.
static bool is_icmp_error(const struct flow *flow)
{
	static const struct {
		int protocol;
		uint8_t first, last;
	} rows[] = { { IPPROTO_ICMP, 3, 5 }, { IPPROTO_ICMP, 11, 12 }, { IPPROTO_ICMPV6, 1, 4 } };

	for (size_t i = 0; flow->direction == INGRESS && i < sizeof(rows) / sizeof(rows[0]); i++)
		if (flow->protocol == rows[i].protocol && flow->icmp_type >= rows[i].first &&
		    flow->icmp_type <= rows[i].last)
			return true;
	return false;
}

// In the words of the policy that denied it.
static void explain(const struct collector *collector, struct event *event)
{
	const struct policy_layer *layer = NULL;
	const struct policy_rule *rule =
	    policy_find(policy_of(collector, event->policy), event->layer, event->rule, &layer);
	const char *wall = ruleset_wall_reason(event->rule);

	event->layer_title = memory_copy_text(layer  ? layer_title(layer->kind, event->flow.direction)
					      : wall ? "packet form"
						     : NULL);
	event->name = memory_copy_text(name_of(collector, &event->flow.remote));
	event->reason = memory_copy_text(rule ? rule->reason : wall ? wall : "denied");
	event->origin = memory_copy_text(rule ? rule->origin : NULL);
	event->behind = denied_behind(policy_of(collector, event->policy), layer, &event->flow);
	event->aws = memory_copy_text(rule ? rule->aws : NULL);
}

// In an audit names lead where they lead from this host. Where the profile knows the name, as of an interface endpoint
// with private DNS, the job would have gone to the address that the profile gives it: what is allowed there is no
// denial.
static bool is_excused(const struct collector *collector, const struct log_event *log)
{
	const struct launch_plan *plan = collector->launch->plan;
	const char *name = plan->audit == AUDIT_ONLINE && log->flow.direction == EGRESS
			       ? asked_name_of(collector, &log->flow.remote)
			       : NULL;
	const dns_address_vec *addresses = name ? dns_profile_addresses(&plan->dns, name) : NULL;

	if (!addresses)
		return false;
	vec_for_each (address, addresses) {
		struct flow flow = log->flow;
		flow.remote = *address;
		if (policy_evaluate(policy_of(collector, log->generation - 1), &flow).allowed)
			return true;
	}
	return false;
}

// Late packets of conversations that are over, as resets, and errors about conversations: they are no wish of the job's
// to reach anybody. The rules' counters have them. Whoever keeps no record (vpcjail verify) is told of all.
static bool is_aside(struct collector *collector, const struct log_event *log)
{
	const struct flow *flow = &log->flow, *late = &collector->late;

	if (flow->direction != INGRESS || !collector->launch->options->recording)
		return false;
	if (is_icmp_error(flow))
		return true;
	if (collector->launch->plan->audit == AUDIT_NONE)
		return false;
	if (log->rule == WALL_INVALID) {
		collector->late = *flow;
		return true;
	}
	// In an audit that lets it pass it meets the layers behind the wall.
	return flow->protocol == late->protocol && flow->source_port == late->source_port &&
	       flow->destination_port == late->destination_port && address_equal(&flow->remote, &late->remote);
}

static void count_packet(struct collector *collector, const struct log_event *log, struct event *template)
{
	struct event *event = journal_take(&collector->journal, template);

	if (!event)
		return;
	if (event->count++ == 0) {
		event->first = collector->at;
		explain(collector, event);
	}
	event->last = collector->at;
	event->bytes += log->length;
	journal_grown(&collector->journal, event, collector->at);
}

void collect_packet(void *data, const struct log_event *log)
{
	struct collector *collector = data;
	struct launch *launch = collector->launch;
	struct event template = { .kind = EVENT_PACKET,
				  .flow = log->flow,
				  .local = log->local,
				  .rule = log->rule,
				  .policy = log->generation - 1,
				  .has_uid = log->has_uid && (launch->plan->root || !log->uid),
				  .uid = uid_of(collector, log),
				  .passed = launch->plan->audit == AUDIT_ONLINE };

	static_assert(sizeof(template.layer) == sizeof(log->layer), "one size of names");
	memcpy(template.layer, log->layer, sizeof(template.layer));
	if (is_aside(collector, log) || is_excused(collector, log)) {
		counter_of(&collector->excused, template.layer, template.rule, template.policy)->packets++;
		return;
	}
	const struct event_process *process =
	    launch->attribution ? attribution_find(launch->attribution, collector->now, log, &template.evidence) : NULL;
	if (process)
		template.process = *process;  // borrowed
	count_packet(collector, log, &template);
}

void collect_conversation(void *data, const struct conversation *conversation)
{
	struct collector *collector = data;
	int64_t at = journal_now();
	struct event template;

	if (!carried_event(conversation, collector->start.own, at, &template))
		return;
	// It tells conversations of the same ports apart, so it must be the same each time.
	if (!template.first)
		template.first = collector->start.at;
	struct event begun = template;
	begun.reply_packets = 0;
	struct event *event = journal_take(&collector->journal, &begun);
	// Most have not grown since they were last looked at.
	if (!event || (template.count <= event->count && template.reply_packets <= event->reply_packets))
		return;
	if (!event->name)
		event->name = memory_copy_text(name_of(collector, &event->flow.remote));
	event->last = template.last > event->last ? template.last : event->last;
	event->count = template.count;
	event->bytes = template.bytes;
	event->reply_packets = template.reply_packets;
	event->reply_bytes = template.reply_bytes;
	journal_grown(&collector->journal, event, at);
}
