// SPDX-License-Identifier: GPL-2.0-or-later
// `vpcjail explain`: the verdict for a flow, offline, layer by layer.
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cmd/explain_file.h"
#include "cmd/explain_space.h"
#include "cmd/load_profile.h"
#include "cmd/output.h"

const struct option_row explain_options[] = {
	OPTION_PROFILE,
	{ "from", '\0', "ADDRESS", OPTION_TEXT, OPTION_OF(from),
	  .help = "a flow that comes in from ADDRESS, to what FLOW says of the job (tcp 22, icmp)" },
	{ "reply", '\0', NULL, OPTION_FLAG, OPTION_OF(reply),
	  .help = "judge the packet that answers FLOW, which groups pass and network ACLs do not know" },
	{ "file", 'f', "FILE", OPTION_TEXT, OPTION_OF(file), .completes = COMPLETES_PATH,
	  .help = "one flow a line, of FILE or standard input (-), fields between tabs or JSON" },
	{ "any-to", '\0', "PREFIX", OPTION_TEXT, OPTION_OF(any_to),
	  .help = "instead of a flow: all that may be reached in PREFIX, or the proof that nothing is" },
	{ "internet", '\0', NULL, OPTION_FLAG, OPTION_OF(internet),
	  .help = "instead of a flow: the same for every address that is neither private space nor the VPC's" },
	{ "in-vpc", '\0', NULL, OPTION_FLAG, OPTION_OF(in_vpc),
	  .help = "judge as in the VPC itself, also when it is elsewhere: as an imported profile's account would" },
	OPTION_JSON,
	OPTION_HELP,
	OPTIONS_END,
};

const struct manual explain_manual = {
	.about = "Says whether a flow would be allowed under a profile, and why: every layer in the order a\n"
		 "packet meets them, the rule that decided with its place in the profile, the rules that came\n"
		 "near, the smallest edit that would allow it, and what the program would observe.\n"
		 "Nothing is asked of a network: names resolve as far as the profile tells.\n"
		 "\n"
		 "FLOW is a protocol and a destination. A name may stand for an address; tcp need not be written.\n"
		 "  tcp 52.216.1.1:443      udp [2001:db8::1]:53      icmp 10.0.0.9 type 8 code 0\n"
		 "  s3.eu-west-1.amazonaws.com:443\n"
		 "Unknown is the answer where the profile cannot tell; what it cannot tell is named.\n"
		 "\n"
		 "--any-to and --internet ask about every flow to an address space at once, and answer with all\n"
		 "that is allowed, exact and merged; or, layer by layer, with the rules that leave nothing of it.\n"
		 "--internet also names what leaves by other ways than packets of the job.\n"
		 "--in-vpc leaves this host out of it: the job has an address of its subnet, as at AWS.",
	.examples = { { "vpcjail explain -p sagemaker-vpc-isolated tcp 52.216.1.1:443", "denied: by isolation" },
		      { "vpcjail explain -p ./vpc.yaml --from 10.20.1.9 tcp 22", "may it connect to the job?" },
		      { "vpcjail explain -p ./vpc.yaml --reply tcp 10.20.2.9:443", "does its answer come back?" },
		      { "vpcjail explain -p ./vpc.yaml --file flows.tsv --json", "a line of JSON for each flow" },
		      { "vpcjail explain -p ./vpc.yaml --any-to 10.20.7.0/24", "what of that subnet is reached?" },
		      { "vpcjail explain -p ./imported.yaml --in-vpc tcp 10.20.1.40:443", "what it would be at AWS" } },
	.exits = "0 when every flow, or any of a space, is allowed; 1 when one is denied or unknown, or all of a\n"
		 "space are denied or this host cannot be asked; 2 usage, 3 when the profile is wrong.",
	.see = "vpcjail show --as policy, vpcjail check, vpcjail diff, vpcjail-profile(5)",
};

typedef VEC(struct flow_question) question_vec;

static int read_from(const struct invocation *invocation, struct address *from, struct error *err)
{
	if (!invocation->from)
		return 0;
	if (address_parse(invocation->from, from, err) < 0)
		return error_prefix(err, "--from");
	return 0;
}

// The words of the next flow, which may also stand in one word with spaces.
static int read_flow(char *const *words, size_t count, const struct address *from, struct flow_question *question,
		     struct error *err)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };

	for (size_t i = 0; i < count; i++)
		strbuf_format(&text, "%s%s", i ? " " : "", words[i]);
	return flow_question_parse(strbuf_text(&text), from, question, err);
}

static int read_flows(const struct invocation *invocation, question_vec *questions, struct error *err)
{
	char *const *words = invocation->operands.items;
	size_t left = invocation->operands.count;
	struct address from = { 0 };
	int result = read_from(invocation, &from, err);

	if (result == 0 && !left && !invocation->file)
		return error_set(err, -EINVAL,
				 "no flow is named; write for example `vpcjail explain tcp 52.216.1.1:443`");
	while (result == 0 && left) {
		struct flow_question question = { 0 };
		size_t count = flow_question_words(words, left);

		result = read_flow(words, count, invocation->from ? &from : NULL, &question, err);
		question.reply = invocation->reply;
		vec_push(questions, question);
		words += count;
		left -= count;
	}
	return result;
}

static enum status answer_one(const struct asked_rules *rules, const struct flow_question *question, struct json *json,
			      struct strbuf *out)
{
	CLEANUP(asked_release) struct asked asked = { 0 };
	struct error err = { 0 };

	if (asked_answer(rules, question, &asked, &err) < 0) {
		output_message("explain: %s", err.message);
		return STATUS_USAGE;
	}
	if (json) {
		asked_print_json(rules, &asked, json);
	} else {
		strbuf_add(out, out->length ? "\n" : "");
		asked_print(rules, &asked, out);
	}
	return asked.given.answer == ANSWER_ALLOWED ? STATUS_YES : STATUS_NO;
}

static enum status answer_all(const struct asked_rules *rules, const question_vec *questions, bool as_json)
{
	CLEANUP(strbuf_release) struct strbuf out = { 0 };
	struct json json = { .out = &out };
	enum status status = STATUS_YES;

	if (as_json && questions->count > 1)
		json_array_begin(&json);
	vec_for_each (question, questions) {
		enum status one = answer_one(rules, question, as_json ? &json : NULL, &out);

		status = one > status ? one : status;
	}
	if (as_json && questions->count > 1)
		json_array_end(&json);
	if (as_json)
		strbuf_add_char(&out, '\n');
	return status == STATUS_USAGE ? status : output_result(&out, status);
}

static enum status answer(const struct invocation *invocation, struct profile *profile, const question_vec *questions)
{
	CLEANUP(host_network_release) struct host_network host = { 0 };
	CLEANUP(policy_release) struct policy policy = { 0 };
	CLEANUP(asked_rules_release) struct asked_rules rules = { 0 };
	struct error err = { 0 }, unsettled = { 0 };
	char hostname[256] = "";

	(void)load_settle(profile, &host, &unsettled);
	if (invocation->in_vpc)
		load_in_vpc(profile);
	if (policy_build(profile, &policy, &err) < 0) {
		output_message("%s", err.message);
		return STATUS_PROFILE;
	}
	(void)gethostname(hostname, sizeof(hostname) - 1);
	asked_rules_make(profile, &policy, hostname, unsettled.code ? unsettled.message : NULL, &rules);
	if (invocation->file)
		return explain_file(&rules, invocation->file, invocation->json);
	return answer_all(&rules, questions, invocation->json);
}

static void say_wrong(const struct error *err)
{
	output_message("explain: %s", err->message);
	if (!strstr(err->message, "for example"))
		output_message(
		    "explain: a flow is written as \"tcp 52.216.1.1:443\", \"udp [2001:db8::1]:53\" or \"icmp "
		    "10.0.0.9\"");
}

enum status cmd_explain(const struct invocation *invocation)
{
	CLEANUP(loaded_profile_release) struct loaded_profile loaded = { 0 };
	question_vec questions = { 0 };
	struct error err = { 0 };
	enum status status = STATUS_USAGE;

	if (invocation->any_to || invocation->internet)
		return explain_space(invocation);
	if (invocation->file && (invocation->operands.count || invocation->from || invocation->reply))
		output_message(
		    "explain: --file has the flows and their directions; leave FLOW, --from and --reply out");
	else if (read_flows(invocation, &questions, &err) < 0)
		say_wrong(&err);
	else if (load_profile(invocation->profile, &loaded) < 0)
		status = STATUS_PROFILE;
	else
		status = answer(invocation, &loaded.profile, &questions);
	vec_release(&questions);
	return status;
}
