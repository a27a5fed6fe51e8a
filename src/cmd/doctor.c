// SPDX-License-Identifier: GPL-2.0-or-later
// `vpcjail doctor`: what this host supports, what is missing and how to get it.
#include "base/cleanup.h"
#include "base/json.h"
#include "cmd/load_profile.h"
#include "cmd/output.h"
#include "kernel/launch/launch.h"

const struct option_row doctor_options[] = { OPTION_PROFILE, OPTION_JSON, OPTION_HELP, OPTIONS_END };

const struct manual doctor_manual = {
	.about = "Tries out what a launch needs of this kernel, as this user, in namespaces of its own that\n"
		 "vanish again. Each line is ok, a note (something works less well) or missing, with the\n"
		 "remedy below. With -p: whether that profile can be enforced here.",
	.examples = { { "vpcjail doctor", "this host, this user" },
		      { "sudo vpcjail doctor", "this host, root" },
		      { "vpcjail doctor -p ./vpc.yaml", "can this profile be enforced here?" } },
	.exits = "0 when jobs can be run (with -p: under that profile), 1 when not, 2 usage, 3\n"
		 "when the profile is wrong.",
	.see = "vpcjail check, vpcjail(1)",
};

static const struct {
	const char *word;  // in JSON
	const char *mark;  // on the screen
	enum colour colour;
} states[] = {
	[FINDING_OK] = { "ok", "ok     ", COLOUR_GOOD },
	[FINDING_NOTE] = { "note", "note   ", COLOUR_ATTENTION },
	[FINDING_MISSING] = { "missing", "MISSING", COLOUR_BAD },
};

static void add_indented(struct strbuf *out, const char *text)
{
	while (*text) {
		size_t length = 0;
		while (text[length] && text[length] != '\n')
			length++;
		AUTO_FREE char *line = memory_copy_bytes(text, length);
		strbuf_add(out, "           ");
		strbuf_add_safe(out, line);
		strbuf_add_char(out, '\n');
		text += length + (text[length] == '\n');
	}
}

static void add_text(const doctor_finding_vec *findings, struct strbuf *out)
{
	vec_for_each (finding, findings) {
		strbuf_add(out, "  ");
		output_add_coloured(out, 1, states[finding->state].colour, states[finding->state].mark);
		strbuf_format(out, "  %s: ", finding->name);
		strbuf_add_safe(out, finding->fact);
		strbuf_add_char(out, '\n');
		if (finding->remedy)
			add_indented(out, finding->remedy);
	}
}

static void add_json(const doctor_finding_vec *findings, bool able, struct strbuf *out)
{
	struct json json = { .out = out };

	json_object_begin(&json);
	json_key_bool(&json, "able", able);
	json_key(&json, "findings");
	json_array_begin(&json);
	vec_for_each (finding, findings) {
		json_object_begin(&json);
		json_key_text(&json, "name", finding->name);
		json_key_text(&json, "state", states[finding->state].word);
		json_key_bool(&json, "essential", finding->essential);
		json_key_text(&json, "fact", finding->fact);
		json_key_text(&json, "remedy", finding->remedy);
		json_object_end(&json);
	}
	json_array_end(&json);
	json_object_end(&json);
	strbuf_add_char(out, '\n');
}

// What the profile asks for and this version, or this kernel, cannot enforce, as findings.
static void add_profile(struct profile *profile, doctor_finding_vec *findings)
{
	CLEANUP(host_network_release) struct host_network network = { 0 };
	CLEANUP(host_facts_release) struct host_facts host = { 0 };
	unavailable_vec list = { 0 };
	struct error err = { 0 };

	launch_unavailable(profile, &list);
	if (host_facts_read(profile, NULL, &host, &err) == 0)
		launch_missing(profile, &host, &list);
	if (load_settle(profile, &network, &err) < 0)
		vec_push(&list, (struct unavailable){ .message = memory_copy_text(err.message) });
	vec_for_each (row, &list)
		vec_push(findings, (struct doctor_finding){ .state = FINDING_MISSING,
							    .name = "profile",
							    .essential = true,
							    .fact = STEAL(row->message) });
	if (!list.count)
		vec_push(findings, (struct doctor_finding){
				       .state = FINDING_OK,
				       .name = "profile",
				       .fact = memory_format("%s asks for nothing that is missing", profile->name) });
	unavailable_release(&list);
}

enum status cmd_doctor(const struct invocation *invocation)
{
	CLEANUP(loaded_profile_release) struct loaded_profile loaded = { 0 };
	CLEANUP(doctor_findings_release) doctor_finding_vec findings = { 0 };
	CLEANUP(strbuf_release) struct strbuf out = { 0 };
	bool able = true;

	if (invocation->profile && load_profile(invocation->profile, &loaded) < 0)
		return STATUS_PROFILE;
	doctor_examine(&findings);
	if (invocation->profile)
		add_profile(&loaded.profile, &findings);
	vec_for_each (finding, &findings)
		able = able && !(finding->essential && finding->state == FINDING_MISSING);

	if (invocation->json) {
		add_json(&findings, able, &out);
	} else {
		add_text(&findings, &out);
		strbuf_add(&out, able ? "Jobs can be run here.\n" : "Jobs cannot be run here: see MISSING above.\n");
	}
	return output_result(&out, able ? STATUS_YES : STATUS_NO);
}
