// SPDX-License-Identifier: GPL-2.0-or-later
// Fuzz target: any line of a file of flows is a flow, nothing, or a mistake with a message; a flow is printed and,
// where it leaves the job, read again as the same; a policy judges it, and its answer, and explains both alike.
#include "fuzz.h"

#include <string.h>

#include "base/cleanup.h"
#include "memory_source.h"
#include "plan/asked.h"
#include "policy/flow_line.h"

static const char profile_text[] =
    "vpcjail: 1\nnetwork: {isolation: vpc, peers: [10.20.1.21]}\n"
    "vpc:\n  region: eu-west-1\n  cidrs: [10.20.0.0/16]\n  subnets: [10.20.1.0/24]\n  domains: [corp.example]\n"
    "hosts: {gpu02: 10.20.1.21, six: \"2001:db8::6\"}\n"
    "prefix-lists: {pl-6da54004: {entries: [52.218.0.0/17, 3.5.64.0/21]}}\n"
    "endpoints:\n  - {service: s3, type: gateway, prefix-list: pl-6da54004}\n"
    "  - {service: sts, type: interface, addresses: [10.20.1.40, 10.20.1.41]}\n"
    "security-groups:\n  sg-a:\n    egress: [{to: pl-6da54004, protocol: tcp, ports: [443]}, {to: subnets}]\n"
    "    ingress: [{from: self}]\n"
    "network-acls:\n  acl-a:\n    egress: [{rule: 1, action: allow, cidr: 10.0.0.0/8}]\n"
    "    ingress: [{rule: 1, action: allow, cidr: 10.0.0.0/8, protocol: tcp, ports: [1024-40000]}]\n"
    "routes: [{destination: 10.20.0.0/16, target: local}, {destination: pl-6da54004, target: gateway-endpoint}]\n"
    "process: {credentials: scrub}\n";

static struct profile profile;
static struct policy policy;
static struct asked_rules rules;

static void load(void)
{
	struct profile_source source = memory_source(profile_text);
	struct mistakes mistakes = { 0 };

	if (rules.profile)
		return;
	require(profile_load(&source, MEMORY_SOURCE_MAIN, &profile, &mistakes) == 0);
	require(policy_build(&profile, &policy, NULL) == 0);
	asked_rules_make(&profile, &policy, "host", NULL, &rules);
	mistakes_release(&mistakes);
}

// A flow that leaves prints as what is read again as the same.
static void reread(const struct flow_question *question)
{
	char text[FLOW_QUESTION_TEXT_SIZE], again_text[FLOW_QUESTION_TEXT_SIZE];
	struct flow_question again;
	struct error err = { 0 };

	require(strlen(flow_question_print(question, text)) > 0);
	if (question->reply || question->flow.direction == INGRESS)
		return;
	if (flow_question_parse(text, NULL, &again, &err) < 0) {
		fprintf(stderr, "\"%s\": %s\n", text, err.message);
		abort();
	}
	require(strcmp(text, flow_question_print(&again, again_text)) == 0);
	require(strcmp(question->name, again.name) == 0);
	require(question->flow.destination_port == again.flow.destination_port);
	require(question->flow.loopback == again.flow.loopback);
}

static void answer(const struct flow_question *question)
{
	CLEANUP(verdict_given_release) struct verdict_given given = { 0 };
	CLEANUP(asked_release) struct asked asked = { 0 };
	CLEANUP(strbuf_release) struct strbuf out = { 0 };
	struct json json = { .out = &out };
	struct error err = { 0 };

	if (asked_judge(&rules, question, &given, &err) < 0) {
		require(err.message[0] && question->reply);
		return;
	}
	require(asked_answer(&rules, question, &asked, &err) == 0);
	require(asked.given.answer == given.answer);
	require(asked.given.judgement.rule == given.judgement.rule);
	require(given.answer == ANSWER_UNKNOWN || !asked.explained ||
		asked.explanation.judgement.allowed == (given.answer == ANSWER_ALLOWED));
	verdict_given_print(question, &given, &out);
	verdict_given_print_json(question, &given, &out);
	asked_print(&rules, &asked, &out);
	asked_print_json(&rules, &asked, &json);
	require(out.length > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *text = memory_copy_bytes((const char *)data, size);
	struct flow_question question = { 0 };
	struct error err = { 0 };
	struct address from = { FAMILY_IPV4, 0x0a140109 };

	load();
	if (flow_question_parse(text, &from, &question, &err) == 0)
		answer(&question);
	else
		require(err.message[0]);
	err = (struct error){ 0 };
	int result = flow_line_read(text, size, &question, &err);
	require(result == 0 || result == 1 || (result < 0 && err.message[0]));
	if (result == 1) {
		reread(&question);
		answer(&question);
	}
	return 0;
}
