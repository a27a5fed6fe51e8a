// SPDX-License-Identifier: GPL-2.0-or-later
// `vpcjail diff`: what one profile, or a running jail, reaches and another profile does not.
#include <errno.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "cmd/diff_print.h"
#include "cmd/jail.h"
#include "cmd/load_profile.h"
#include "cmd/output.h"
#include "kernel/control/control.h"

const struct option_row diff_options[] = {
	{ "jail", '\0', "JAIL", OPTION_TEXT, OPTION_OF(jail), .completes = COMPLETES_JAIL,
	  .help = "compare with the running jail of that name or id; see `vpcjail ps`" },
	{ "in-vpc", '\0', NULL, OPTION_FLAG, OPTION_OF(in_vpc),
	  .help =
	      "compare as in the VPC itself, also when it is elsewhere: imported profiles as their accounts would" },
	OPTION_JSON,
	OPTION_HELP,
	OPTIONS_END,
};

const struct manual diff_manual = {
	.about = "Compares two profiles by what a job may reach, not by their text: all addresses, ports and\n"
		 "protocols that the second lets through and the first does not, and the other way round, exact\n"
		 "and merged, each with the rule that says so where one rule does. What they differ in beside\n"
		 "that (names, on-deny, host-ports, process.*, …) has a line of its own: `also different`.\n"
		 "Of a jail, the kernel's rules are read back first and compared with the jail's own policy.\n"
		 "Without a second profile and without --jail it is the only jail that runs. Profiles are\n"
		 "looked at as on this host, from which a VPC that is elsewhere is not reached; --in-vpc leaves\n"
		 "the host out of it. Text shows the first prefixes of a row, --json all of them.",
	.examples = { { "vpcjail diff ./old.yaml ./new.yaml", "what the new one opens and closes" },
		      { "vpcjail diff ./tighter.yaml --jail train1", "before `vpcjail update train1`" },
		      { "vpcjail diff --in-vpc ./subnet-a.yaml ./subnet-b.yaml", "two imported ones, as at AWS" },
		      { "vpcjail diff a.yaml b.yaml --json | jq .egress.gained", "for a program" } },
	.exits = "0 when nothing differs, 1 when something does or a jail or host cannot be asked, 2 usage, 3 when a\n"
		 "profile is wrong.",
	.see = "vpcjail explain, vpcjail update, vpcjail-profile(5)",
};

struct side {
	struct loaded_profile loaded;
	struct enforced enforced;
	struct registry_state jail;
	char *title;
	struct profile *profile;  // one of the two
	struct policy policy;
};

static void side_release(struct side *side)
{
	policy_release(&side->policy);
	loaded_profile_release(&side->loaded);
	enforced_release(&side->enforced);
	registry_state_release(&side->jail);
	free(side->title);
}

// Where the job stands is changed for the policy alone: what the profiles differ in beside it is told as written.
static enum status build(struct side *side, bool in_vpc)
{
	const enum located located = side->profile->vpc.located;
	const enum uplink uplink = side->profile->network.uplink;
	struct error err = { 0 };

	if (in_vpc)
		load_in_vpc(side->profile);
	int result = policy_build(side->profile, &side->policy, &err);
	side->profile->vpc.located = located;
	side->profile->network.uplink = uplink;
	if (result == 0)
		return STATUS_YES;
	output_message("%s", err.message);
	return STATUS_PROFILE;
}

// Such a profile reaches nothing from here: that two of them do not differ in it says little.
static void warn_elsewhere(const struct side *side)
{
	if (side->profile->network.isolation == ISOLATION_VPC && side->profile->vpc.located == LOCATED_ELSEWHERE)
		output_message("diff: note: the VPC of %s is elsewhere, and from this host nothing of it is reached; "
			       "--in-vpc compares as at AWS",
			       side->title);
}

static enum status read_profile(const char *name, bool in_vpc, struct side *side)
{
	CLEANUP(host_network_release) struct host_network host = { 0 };
	struct error err = { 0 };

	if (load_profile(name, &side->loaded) < 0)
		return STATUS_PROFILE;
	side->profile = &side->loaded.profile;
	side->title = memory_copy_text(name);
	if (load_settle(side->profile, &host, &err) < 0) {
		output_message("diff: %s", err.message);
		return STATUS_NO;
	}
	if (!in_vpc)
		warn_elsewhere(side);
	return build(side, in_vpc);
}

static enum status read_jail(const char *wanted, struct side *side)
{
	struct error err = { 0 };
	int found = jail_find(wanted, &side->jail, &err);

	if (found < 0) {
		output_message("diff: %s%s", err.message, wanted ? "" : "; or name a second profile");
		return found == -ENOENT || found == -EINVAL ? STATUS_USAGE : STATUS_NO;
	}
	AUTO_CLOSE int control = control_connect(&side->jail, &err);
	if (control < 0 || control_ask_policy(control, &side->enforced, &err) < 0) {
		output_message("diff: %s", err.message);
		return STATUS_NO;
	}
	side->profile = &side->enforced.profile;
	side->title = memory_format("jail %s", *side->jail.name ? side->jail.name : side->jail.id);
	return build(side, false);
}

static struct diff_side told(const struct side *side)
{
	return (
	    struct diff_side){ .title = side->title, .jail = side->jail.id, .is = { side->profile, &side->policy } };
}

enum status cmd_diff(const struct invocation *invocation)
{
	CLEANUP(side_release) struct side left = { 0 };
	CLEANUP(side_release) struct side right = { 0 };
	CLEANUP(diff_result_release) struct diff_result result = { 0 };
	CLEANUP(strbuf_release) struct strbuf out = { 0 };
	bool two = invocation->operands.count == 2, in_vpc = invocation->in_vpc;

	if (two && invocation->jail) {
		output_message("diff: both %s and --jail %s: compare with one of them", invocation->operands.items[1],
			       invocation->jail);
		return STATUS_USAGE;
	}
	if (!two && in_vpc) {
		output_message("diff: --in-vpc compares two profiles: a jail runs on this host");
		return STATUS_USAGE;
	}
	enum status status = read_profile(invocation->operands.items[0], in_vpc, &left);
	if (status == STATUS_YES)
		status = two ? read_profile(invocation->operands.items[1], in_vpc, &right)
			     : read_jail(invocation->jail, &right);
	if (status != STATUS_YES)
		return status;
	result.sides[0] = told(&left);
	result.sides[1] = told(&right);
	result.kernel = right.enforced.difference;
	policy_difference(&left.policy, &right.policy, &result.difference);
	other_facts_add(&result.sides[0].is, &result.sides[1].is, &result.others);
	(invocation->json ? diff_print_json : diff_print)(&result, &out);
	return output_result(&out, diff_is_equal(&result) ? STATUS_YES : STATUS_NO);
}
