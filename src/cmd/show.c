// SPDX-License-Identifier: GPL-2.0-or-later
// `vpcjail show`: the resolved profile, or what it compiles to.
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "cmd/link_options.h"
#include "cmd/load_profile.h"
#include "cmd/output.h"
#include "kernel/launch/launch.h"
#include "nft/ruleset.h"
#include "plan/doors.h"
#include "profile/print.h"
#include "seccomp/filter.h"

// In this order the words of --as and the rows of forms.
static const char *const form_names[] = { "profile", "policy", "nft", "seccomp", "plan", NULL };

const struct option_row show_options[] = {
	OPTION_PROFILE,
	{ "as", 'a', "FORM", OPTION_WORD, OPTION_OF(as), .words = form_names,
	  .help = "profile (default), policy, nft, seccomp or plan" },
	{ "user", 'u', "USER", OPTION_TEXT, OPTION_OF(user), .completes = COMPLETES_USER,
	  .help = "with --as plan, as root: the plan of a job of this user, as `run` takes it" },
	OPTIONS_LINK,
	OPTION_JSON,
	OPTION_HELP,
	OPTIONS_END,
};

const struct manual show_manual = {
	.about = "Prints a profile as it is after `extends`, with every default written out, or what it\n"
		 "compiles to:\n"
		 "  policy   the layers, each rule with its reason; of a VPC profile, as it is on this host\n"
		 "  nft      the kernel's rule set, in the syntax of nft(8)\n"
		 "  seccomp  the system call filter, each rule with its reason\n"
		 "  plan     every step of a launch, in order, as this user on this host; the names that\n"
		 "           resolve in the job; the table of doors: every way out that is closed, and by what",
	.examples = { { "vpcjail show network-isolation", "the whole profile, which is also a profile" },
		      { "vpcjail show -p network-isolation --as nft | unshare -Urn nft -c -f -", "nft agrees" },
		      { "vpcjail show ./vpc.yaml --as policy --json", "for a program" } },
	.exits = "0, 1 when there is no plan for such a profile yet or not on this host, 2 usage, 3 when the profile\n"
		 "is wrong.",
	.see = "vpcjail check, vpcjail-profile(5), vpcjail-design(7)",
};

struct shown {
	const struct profile *profile;
	const struct policy *policy;
	const char *user;
	struct link_request link;  // for the plan
	bool json;
};

static enum status show_profile(const struct shown *shown, struct strbuf *out)
{
	size_t made_up = shown->profile->placeholders.count;

	(shown->json ? profile_print_json : profile_print)(shown->profile, out);
	if (made_up)  // the marks of a template are comments, which are not printed
		output_message("%zu of these values %s a template's, made up; `vpcjail check %s` names them", made_up,
			       made_up == 1 ? "is" : "are", shown->profile->name);
	return STATUS_YES;
}

static enum status show_policy(const struct shown *shown, struct strbuf *out)
{
	(shown->json ? policy_print_json : policy_print)(shown->policy, out);
	return STATUS_YES;
}

static void add_json_text(const struct profile *profile, const char *form, const struct strbuf *text,
			  struct strbuf *out)
{
	struct json json = { .out = out };

	json_object_begin(&json);
	json_key_text(&json, "profile", profile->name);
	json_key_text(&json, form, strbuf_text(text));
	json_object_end(&json);
	strbuf_add_char(out, '\n');
}

static enum status show_nft(const struct shown *shown, struct strbuf *out)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };
	struct ruleset_options options = ruleset_defaults;

	options.link = ruleset_sample(shown->policy, shown->profile->network.uplink);
	struct ruleset *ruleset = ruleset_compile(shown->policy, &options);

	ruleset_print(ruleset, shown->json ? &text : out);
	ruleset_free(ruleset);
	if (shown->json)
		add_json_text(shown->profile, "nft", &text, out);
	return STATUS_YES;
}

static enum status show_seccomp(const struct shown *shown, struct strbuf *out)
{
	struct filter_options options = { .level = shown->profile->process.seccomp, .icmp = shown->policy->icmp };

	(shown->json ? filter_print_json : filter_print)(&options, out);
	return STATUS_YES;
}

// Why there is no plan: everything at once, not the first thing alone.
static enum status say_unavailable(const struct profile *profile, const struct error *err)
{
	unavailable_vec list = { 0 };

	launch_unavailable(profile, &list);
	vec_for_each (row, &list) {
		if (row->at.line)
			output_message("no plan: %s:%u:%u: %s", row->at.file ? row->at.file : profile->path,
				       row->at.line, row->at.column, row->message);
		else
			output_message("no plan: profile %s: %s", profile->name, row->message);
	}
	if (!list.count)
		output_message("no plan: %s", err->message);
	unavailable_release(&list);
	return STATUS_NO;
}

static enum status show_plan(const struct shown *shown, struct strbuf *out)
{
	CLEANUP(host_facts_release) struct host_facts host = { 0 };
	CLEANUP(launch_plan_release) struct launch_plan plan = { 0 };
	char placeholder[] = "COMMAND";
	char *command[] = { placeholder, NULL };
	struct error err = { 0 };

	if (host_facts_read(shown->profile, shown->user, &host, &err) < 0)
		return say_unavailable(shown->profile, &err);

	struct launch_request request = { .profile = shown->profile,
					  .policy = shown->policy,
					  .host = &host,
					  .command = command,
					  .environment = environ,
					  .link = shown->link };
	if (launch_plan_build(&request, &plan, &err) < 0)
		return say_unavailable(shown->profile, &err);
	if (shown->json) {
		launch_plan_print_json(&plan, out);
	} else {
		launch_plan_print(&plan, out);
		doors_print(&plan, out);
	}
	return STATUS_YES;
}

static enum status (*const forms[])(const struct shown *shown, struct strbuf *out) = {
	show_profile, show_policy, show_nft, show_seccomp, show_plan,
};

// What a VPC profile compiles to depends on the host, the profile itself does not.
static enum status build_and_show(const struct invocation *invocation, struct profile *profile)
{
	CLEANUP(host_network_release) struct host_network host = { 0 };
	CLEANUP(policy_release) struct policy policy = { 0 };
	CLEANUP(strbuf_release) struct strbuf out = { 0 };
	struct error err = { 0 };

	if (forms[invocation->as] != show_profile && load_settle(profile, &host, &err) < 0) {
		output_message("%s", err.message);
		return STATUS_NO;
	}
	if (policy_build(profile, &policy, &err) < 0) {
		output_message("%s", err.message);
		return STATUS_PROFILE;
	}

	struct shown shown = {
		.profile = profile, .policy = &policy, .user = invocation->user, .json = invocation->json
	};
	if (link_options_read(invocation, &shown.link, &err) < 0) {
		output_message("show: %s", err.message);
		return STATUS_USAGE;
	}
	enum status status = forms[invocation->as](&shown, &out);
	return out.length ? output_result(&out, status) : status;
}

enum status cmd_show(const struct invocation *invocation)
{
	CLEANUP(loaded_profile_release) struct loaded_profile loaded = { 0 };
	const char *name = invocation->profile;

	if (invocation->operands.count) {
		if (name) {
			output_message("show: both -p %s and %s: name one profile", name,
				       invocation->operands.items[0]);
			return STATUS_USAGE;
		}
		name = invocation->operands.items[0];
	}
	if (invocation->user && forms[invocation->as] != show_plan) {
		output_message("show: --user changes the plan alone; add --as plan");
		return STATUS_USAGE;
	}
	if (link_options_given(invocation) && forms[invocation->as] != show_plan) {
		output_message("show: --address, --gateway and --lease change the plan alone; add --as plan");
		return STATUS_USAGE;
	}
	if (load_profile(name, &loaded) < 0)
		return STATUS_PROFILE;
	return build_and_show(invocation, &loaded.profile);
}
