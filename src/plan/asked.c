// SPDX-License-Identifier: GPL-2.0-or-later
// Questions about flows, answered: see asked.h.
#include "plan/asked.h"

#include <netinet/in.h>
#include <string.h>

#include "base/cleanup.h"
#include "plan/asked_names.h"
#include "plan/launch_plan.h"
#include "plan/steps.h"
#include "policy/service_name.h"

// Made-up values of a template that mean anything under this isolation.
static size_t count_placeholders(const struct profile *profile)
{
	unavailable_vec list = { 0 };
	size_t count;

	if (profile->network.isolation == ISOLATION_FULL)
		return 0;
	launch_placeholders(profile, &list);
	count = list.count;
	unavailable_release(&list);
	return count;
}

// The host's ports that are offered have a name of their own in /etc/hosts.
static void add_host_ports(struct profile *named, struct host_value *offered)
{
	host_vec hosts = { 0 };

	if (!named->network.host_ports.count || address_parse(host_ports_address, &offered->address, NULL) < 0)
		return;
	vec_for_each (host, &named->hosts)
		vec_push(&hosts, *host);
	vec_push(&hosts, *offered);
	named->hosts = hosts;
}

void asked_rules_make(const struct profile *profile, const struct policy *policy, const char *hostname,
		      const char *unsettled, struct asked_rules *rules)
{
	const struct zone_facts facts = { .hostname = hostname, .full_name = hostname, .ipv6 = true };
	static char offered_name[] = "host.vpcjail";
	struct host_value offered = { .name = offered_name };
	struct profile named = *profile;  // borrows all of it
	size_t made_up = count_placeholders(profile);

	*rules = (struct asked_rules){ .profile = profile, .policy = policy };
	rules->resolver = dns_is_answered(profile, AUDIT_NONE);
	if (!rules->resolver)
		named.endpoints.count = 0;  // /etc/hosts has hosts alone
	add_host_ports(&named, &offered);
	dns_rules_build(&named, &facts, NULL, 0, &rules->names);
	if (named.hosts.items != profile->hosts.items)
		vec_release(&named.hosts);
	if (unsettled)
		rules->indefinite = memory_copy_text(unsettled);
	else if (made_up)
		rules->indefinite = memory_format("%zu of the profile's values %s the template's, made up (`vpcjail "
						  "check` names them)",
						  made_up, made_up == 1 ? "is" : "are");
}

void asked_rules_release(struct asked_rules *rules)
{
	dns_rules_release(&rules->names);
	free(rules->indefinite);
	*rules = (struct asked_rules){ 0 };
}

// Whether a denial says nothing of the profile's own ranges: what no profile can allow, and fixed addresses of AWS.
static bool is_definite(const struct flow *flow, const struct judgement *judgement)
{
	static const struct prefix fixed[] = { IPV4_PREFIX(169, 254, 0, 0, 16),
					       IPV6_PREFIX(0xfd000ec200000000, 0, 32) };

	if (flow->loopback)
		return true;
	if (!judgement->layer)
		return false;
	if (judgement->layer->kind == LAYER_PACKET)
		return strcmp(judgement->rule->origin, "built-in") == 0;
	return judgement->layer->kind == LAYER_SERVICE &&
	       (prefix_contains(&fixed[0], &flow->remote) || prefix_contains(&fixed[1], &flow->remote));
}

// Where the profile does not decide here, its verdict is told as what it is.
static void qualify(const struct asked_rules *rules, struct verdict_given *given)
{
	AUTO_FREE char *before = NULL;

	if (!rules->indefinite || is_definite(&given->flow, &given->judgement))
		return;
	before = STEAL(given->text);
	given->text = memory_format("%s; by what it says now: %s, %s", rules->indefinite, answer_name(given->answer),
				    before ? before : given->judgement.reason);
	given->answer = ANSWER_UNKNOWN;
}

static int packet_of(const struct flow_question *question, struct flow *flow, struct port_range *ports,
		     struct error *err)
{
	*flow = question->flow;
	*ports = (struct port_range){ 0 };
	return question->reply ? explain_reply_of(&question->flow, flow, ports, err) : 0;
}

int asked_judge(const struct asked_rules *rules, const struct flow_question *question, struct verdict_given *given,
		struct error *err)
{
	struct port_range ports;
	struct flow flow;
	int result = packet_of(question, &flow, &ports, err);

	if (result < 0)
		return result;
	if (question->name[0]) {
		CLEANUP(name_meaning_release) struct name_meaning meaning = { 0 };

		name_meaning_find(rules->profile, &rules->names, rules->resolver, question->name, &meaning);
		asked_name_judge(rules, &meaning, &flow, &ports, given);
	} else {
		*given = (struct verdict_given){ 0 };
		given->judgement = explain_judge(rules->policy, &flow, &ports, &given->flow);
		given->answer = given->judgement.allowed ? ANSWER_ALLOWED : ANSWER_DENIED;
	}
	qualify(rules, given);
	return 0;
}

const char *verdict_given_reason(const struct verdict_given *given)
{
	return given->text ? given->text : given->judgement.reason;
}

void verdict_given_release(struct verdict_given *given)
{
	free(given->text);
	*given = (struct verdict_given){ 0 };
}

// Network ACLs are stateless: a packet that leaves says nothing of the one that answers it.
static char *note_of_reply(const struct asked_rules *rules, const struct verdict_given *given)
{
	CLEANUP(explanation_release) struct explanation reply = { 0 };
	AUTO_STRBUF struct strbuf ports = { 0 };
	struct port_range all;
	struct flow answer;
	char text[12];

	if (given->answer != ANSWER_ALLOWED || given->flow.loopback || given->flow.state != FLOW_NEW ||
	    given->flow.remote.family == FAMILY_NONE || explain_reply_of(&given->flow, &answer, &all, NULL) < 0)
		return NULL;
	explain_flow(rules->policy, &answer, &all, &reply);
	if (reply.judgement.allowed)
		return NULL;
	vec_for_each (range, &reply.refused)
		strbuf_format(&ports, "%s%s", ports.length ? "," : "", port_range_print(range, text));
	if (reply.refused.count == 1 && reply.refused.items[0].first == all.first &&
	    reply.refused.items[0].last == all.last)
		strbuf_clear(&ports);
	return memory_format("its answer is denied%s%s: %s; --reply says more", ports.length ? " on ports " : "",
			     strbuf_text(&ports), reply.judgement.reason);
}

// An answer to what never came.
static char *note_of(const struct asked_rules *rules, const struct flow_question *question,
		     const struct verdict_given *given)
{
	CLEANUP(verdict_given_release) struct verdict_given first = { 0 };
	struct flow_question begins = *question;

	if (!question->reply)
		return note_of_reply(rules, given);
	begins.reply = false;
	begins.name[0] = '\0';
	begins.flow.remote = given->flow.remote;
	begins.flow.loopback = given->flow.loopback;
	if (begins.flow.remote.family == FAMILY_NONE || asked_judge(rules, &begins, &first, NULL) < 0 ||
	    first.judgement.allowed)
		return NULL;
	return memory_format("the packet that it answers is denied itself: %s", first.judgement.reason);
}

// A port of the host that the profile does not offer.
static char *note_of_name(const struct asked_rules *rules, const struct flow_question *question)
{
	if (strcmp(question->name, "host.vpcjail") != 0)
		return NULL;
	vec_for_each (ports, &rules->profile->network.host_ports)
		if (question->flow.protocol == IPPROTO_TCP && ports->range.first <= question->flow.destination_port &&
		    question->flow.destination_port <= ports->range.last)
			return NULL;
	return memory_copy_text("network.host-ports does not offer it: nobody listens there");
}

static void look_up(const struct asked_rules *rules, struct asked *asked)
{
	struct name_meaning meaning;

	name_meaning_find(rules->profile, &rules->names, rules->resolver, asked->question.name, &meaning);
	asked->kind = meaning.kind;
	asked->resolved = STEAL(meaning.how);
	// A name that AWS has is meant as it is written.
	if (!endpoint_service_of_name(rules->profile, asked->question.name))
		asked->nearest = STEAL(meaning.nearest);
	name_meaning_release(&meaning);
}

// What a profile can do for a name that resolves to nothing.
static char *why_no_address(const struct asked_rules *rules, const struct asked *asked)
{
	const char *service;

	if (asked->kind != NAME_NOWHERE)
		return NULL;
	if (!rules->resolver)
		return memory_copy_text("name it under hosts");
	service = endpoint_service_of_name(rules->profile, asked->question.name);
	if (service)
		return memory_format("it is a name of AWS's service %s: an endpoint for it, {service: %s, type: "
				     "interface, addresses: [one of each subnet]}",
				     service, service);
	return memory_copy_text("name it under hosts or as an endpoint's, or have its domain asked of the VPC's "
				"resolver (vpc.domains)");
}

int asked_answer(const struct asked_rules *rules, const struct flow_question *question, struct asked *asked,
		 struct error *err)
{
	const struct verdict_given *given = &asked->given;
	struct port_range ports;
	struct flow flow;
	int result;

	*asked = (struct asked){ .question = *question };
	result = asked_judge(rules, question, &asked->given, err);
	if (result == 0)
		result = packet_of(question, &flow, &ports, err);
	if (result < 0)
		return result;
	if (question->name[0])
		look_up(rules, asked);
	asked->note = note_of(rules, question, given);
	if (!asked->note)
		asked->note = note_of_name(rules, question);
	asked->explained = given->flow.remote.family != FAMILY_NONE;
	if (!asked->explained) {
		asked->edits.why_none = why_no_address(rules, asked);
		return 0;
	}
	flow.remote = given->flow.remote;
	flow.loopback = given->flow.loopback;
	explain_flow(rules->policy, &flow, &ports, &asked->explanation);
	if (!given->judgement.allowed)
		edits_find(rules->profile, &given->flow, &ports, &asked->edits);
	return 0;
}

void asked_release(struct asked *asked)
{
	verdict_given_release(&asked->given);
	free(asked->resolved);
	free(asked->nearest);
	free(asked->note);
	explanation_release(&asked->explanation);
	edits_release(&asked->edits);
	*asked = (struct asked){ 0 };
}
