// SPDX-License-Identifier: GPL-2.0-or-later
// Answers to questions about flows: `explain`. A profile, its policy and its names, and nothing that is asked of
// anyone.
#ifndef VPCJAIL_PLAN_ASKED_H
#define VPCJAIL_PLAN_ASKED_H

#include "base/json.h"
#include "dns/meaning.h"
#include "net/flow_question.h"
#include "policy/edit.h"
#include "policy/explain.h"

// What questions are answered from. profile and policy are borrowed; release with asked_rules_release.
struct asked_rules {
	const struct profile *profile;
	const struct policy *policy;
	struct dns_rules names;
	bool resolver;     // the job has one
	char *indefinite;  // why what the profile says does not decide here; NULL: it does
};

// hostname: this host's. unsettled: why the profile could not be settled on this host, else NULL.
void asked_rules_make(const struct profile *profile, const struct policy *policy, const char *hostname,
		      const char *unsettled, struct asked_rules *rules);
void asked_rules_release(struct asked_rules *rules);

// The verdict, and what gave it.
struct verdict_given {
	enum answer answer;
	struct flow flow;            // that was judged: of several, the one that speaks for all
	struct judgement judgement;  // layer and rule NULL: none, reason says all
	char *text;                  // owned: the reason where judgement has none, and of unknown what cannot be told
};

// The answer to one question, at the speed of policy_evaluate where an address is asked about. *given is to be
// released. -EINVAL: of a reply that there is none of.
int asked_judge(const struct asked_rules *rules, const struct flow_question *question, struct verdict_given *given,
		struct error *err);
void verdict_given_release(struct verdict_given *given);

// The reason of a verdict: one sentence. Borrowed.
const char *verdict_given_reason(const struct verdict_given *given);

// The whole answer.
struct asked {
	struct flow_question question;
	struct verdict_given given;
	char *resolved;                  // how a name resolves; NULL: none was asked about
	char *nearest;                   // a name that was perhaps meant; NULL
	char *note;                      // what must be known besides; NULL
	enum name_kind kind;             // of a name
	bool explained;                  // explanation is there: some address was judged
	struct explanation explanation;  // of given.flow
	struct edits edits;              // what would make it allowed; none where it is
};

int asked_answer(const struct asked_rules *rules, const struct flow_question *question, struct asked *asked,
		 struct error *err);
void asked_release(struct asked *asked);

// For people, and as one JSON object.
void asked_print(const struct asked_rules *rules, const struct asked *asked, struct strbuf *out);
void asked_print_json(const struct asked_rules *rules, const struct asked *asked, struct json *json);

// What a program would observe, added to out; nothing where that cannot be told.
void asked_observed(const struct asked_rules *rules, const struct asked *asked, struct strbuf *out);

// One line of `explain --file`, with its end: tab-separated (flow, verdict, layer, rule, reason), or a JSON object.
void verdict_given_print(const struct flow_question *question, const struct verdict_given *given, struct strbuf *out);
void verdict_given_print_json(const struct flow_question *question, const struct verdict_given *given,
			      struct strbuf *out);

#endif
