// SPDX-License-Identifier: GPL-2.0-or-later
// The jail in the list of running jails, and its control socket, from before the clone until the end.
#include <stdio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/sha256.h"
#include "kernel/control/control_server.h"
#include "kernel/launch/launch_state.h"
#include "profile/print.h"

enum { COMMAND_SHOWN = 200 };

static char *shown_command(const struct launch_plan *plan)
{
	struct strbuf text = { 0 };

	vec_for_each (word, &plan->command)
		if (*word && text.length <= COMMAND_SHOWN)
			strbuf_format(&text, "%s%.*s", text.length ? " " : "", COMMAND_SHOWN, *word);
	if (text.length > COMMAND_SHOWN) {
		text.text[text.length = COMMAND_SHOWN] = '\0';
		strbuf_add(&text, "...");
	}
	return strbuf_steal(&text);
}

char *launch_profile_digest(const struct profile *profile)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };
	char digest[SHA256_TEXT_SIZE];

	profile_print(profile, &text);
	return memory_copy_text(sha256_text(strbuf_text(&text), text.length, digest));
}

int step_registry(struct launch *launch, const struct launch_step *step, struct error *err)
{
	(void)step;
	return launch->options->registration ? registry_make(err) : 0;
}

// While init works. Where the job could see the folder, it is covered (plan/guard.c).
int step_register(struct launch *launch, const struct launch_step *step, struct error *err)
{
	const struct launch_registration *told = launch->options->registration;

	(void)step;
	if (!told)
		return 0;
	launch->profile = told->profile;
	launch->registry.state = (struct registry_state){
		.name = memory_copy_text(told->name ? told->name : ""),
		.profile = memory_copy_text(told->profile->name),
		.digest = launch_profile_digest(told->profile),
		.command = shown_command(launch->plan),
		.user = memory_copy_text(launch->plan->identity->name),
		.uplink = memory_copy_text(uplink_word(launch->plan->link.kind)),
	};
	if (registry_enter(&launch->registry, err) < 0)
		return err->code;
	return control_server_open(launch, err);
}

void launch_take_profile(struct launch *launch, struct profile *profile)
{
	profile_release(&launch->updated);
	launch->updated = *profile;
	*profile = (struct profile){ 0 };
	launch->profile = &launch->updated;
	free(launch->registry.state.profile);
	free(launch->registry.state.digest);
	launch->registry.state.profile = memory_copy_text(launch->profile->name);
	launch->registry.state.digest = launch_profile_digest(launch->profile);
	struct exchanged *last = launch->result->updates.items + launch->result->updates.count - 1;
	(void)snprintf(last->profile, sizeof(last->profile), "%s", launch->registry.state.digest);
	// The jail runs all the same; it is told of as it was before.
	(void)registry_write(&launch->registry, NULL);
}

void launch_unregister(struct launch *launch)
{
	registry_leave(&launch->registry);
	profile_release(&launch->updated);
}
