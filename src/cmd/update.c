// SPDX-License-Identifier: GPL-2.0-or-later
// `vpcjail update`: gives a running jail another profile's policy.
#include "base/cleanup.h"
#include "cmd/jail.h"
#include "cmd/load_profile.h"
#include "cmd/output.h"
#include "kernel/control/control.h"
#include "kernel/control/sealed.h"
#include "profile/print.h"

const struct option_row update_options[] = { OPTION_PROFILE, OPTION_HELP, OPTIONS_END };

const struct manual update_manual = {
	.about = "Swaps the policy of the jail of that name or id (the only one, when it is left out) for that of\n"
		 "the profile, which must be named: all of it at once, or nothing when a part is refused. What\n"
		 "was made at the launch cannot change, and is named: the process.* keys, the uplink, names,\n"
		 "host-ports. Established connections that the new policy denies stop.",
	.examples = { { "vpcjail update train1 -p ./tighter.yaml", "from now on" } },
	.exits = "0 when the jail runs under it, 1 when not, 2 usage, 3 when the profile is wrong.",
	.see = "vpcjail ps, vpcjail check, vpcjail-profile(5)",
};

static int send_profile(int control, const struct profile *profile, struct error *err)
{
	CLEANUP(control_message_release) struct control_message request = { .kind = CONTROL_UPDATE };
	CLEANUP(control_message_release) struct control_message answer = { 0 };
	CLEANUP(strbuf_release) struct strbuf text = { 0 };

	profile_print(profile, &text);
	int fd = sealed_write("profile", &text, err);
	if (fd < 0)
		return fd;
	request.fds[request.fd_count++] = fd;
	control_message_add(&request, profile->name);
	return control_ask(control, &request, CONTROL_UPDATED, &answer, err);
}

enum status cmd_update(const struct invocation *invocation)
{
	CLEANUP(loaded_profile_release) struct loaded_profile loaded = { 0 };
	CLEANUP(registry_state_release) struct registry_state jail = { 0 };
	const char *wanted = invocation->operands.count ? invocation->operands.items[0] : NULL;
	struct error err = { 0 };

	if (!invocation->profile) {
		output_message("update: --profile is missing: `vpcjail update JAIL -p PROFILE`");
		return STATUS_USAGE;
	}
	if (load_profile(invocation->profile, &loaded) < 0)
		return STATUS_PROFILE;
	AUTO_CLOSE int control = jail_connect(wanted, &jail, &err);
	if (control >= 0 && send_profile(control, &loaded.profile, &err) == 0)
		return STATUS_YES;
	output_message("update: nothing was changed: %s", err.message);
	return STATUS_NO;
}
