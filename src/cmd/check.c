// SPDX-License-Identifier: GPL-2.0-or-later
// `vpcjail check`: every mistake of a profile at once, and what a valid one leaves open.
#include "base/cleanup.h"
#include "base/json.h"
#include "cmd/load_profile.h"
#include "cmd/output.h"
#include "cmd/warnings.h"
#include "policy/policy.h"

const struct option_row check_options[] = { OPTION_PROFILE, OPTION_JSON, OPTION_HELP, OPTIONS_END };

const struct manual check_manual = {
	.about = "Reads each PROFILE (the default one when none is named) and prints every mistake with its\n"
		 "place and, where there is one, the remedy. Warnings say what a valid profile leaves open,\n"
		 "and what `run` cannot enforce yet.",
	.examples = { { "vpcjail check ./vpc.yaml", "a file" },
		      { "vpcjail check network-isolation vpc-private", "several, by name" },
		      { "vpcjail check --json ./vpc.yaml", "for an editor or a pipeline" } },
	.exits = "0 when every profile is valid (warnings or not), 3 when one is wrong, 2 usage.",
	.see = "vpcjail show, vpcjail profiles, vpcjail-profile(5)",
};

static void add_text(const struct loaded_profile *loaded, const char *name, struct strbuf *out)
{
	size_t errors = loaded->mistakes.errors;
	size_t warnings = loaded->mistakes.list.count - errors;

	mistakes_format(&loaded->mistakes, out);
	strbuf_add_safe(out, name);
	strbuf_add(out, ": ");
	if (errors)
		strbuf_format(out, "%zu mistake%s", errors, errors == 1 ? "" : "s");
	else
		output_add_coloured(out, 1, COLOUR_GOOD, "valid");
	if (warnings)
		strbuf_format(out, ", %zu warning%s", warnings, warnings == 1 ? "" : "s");
	strbuf_add_char(out, '\n');
}

static void add_json(const struct loaded_profile *loaded, const char *name, struct json *json)
{
	json_object_begin(json);
	json_key_text(json, "profile", name);
	json_key_text(json, "path", loaded->mistakes.errors ? NULL : loaded->profile.path);
	json_key_bool(json, "valid", !loaded->mistakes.errors);
	json_key(json, "mistakes");
	json_array_begin(json);
	vec_for_each (mistake, &loaded->mistakes.list) {
		json_object_begin(json);
		json_key_text(json, "severity", mistake->severity == SEVERITY_ERROR ? "error" : "warning");
		json_key_text(json, "file", mistake->at.file);
		json_key_number(json, "line", mistake->at.line);
		json_key_number(json, "column", mistake->at.column);
		json_key_text(json, "message", mistake->message);
		json_key_text(json, "hint", mistake->hint);
		json_object_end(json);
	}
	json_array_end(json);
	json_object_end(json);
}

// A profile that loads and of which no policy can be made is wrong too.
static void check_policy(struct loaded_profile *loaded)
{
	CLEANUP(policy_release) struct policy policy = { 0 };
	struct error err = { 0 };

	if (policy_build(&loaded->profile, &policy, &err) < 0)
		mistakes_add(&loaded->mistakes, SEVERITY_ERROR, &(struct location){ 0 }, NULL, "%s", err.message);
}

static bool check_one(const char *wanted, struct strbuf *text, struct json *json)
{
	CLEANUP(loaded_profile_release) struct loaded_profile loaded = { 0 };

	if (load_profile_quietly(wanted, &loaded) == 0) {
		check_policy(&loaded);
		warnings_add(&loaded.profile, &loaded.mistakes);
	}
	const char *name = loaded.name ? loaded.name : "the default profile";
	if (json)
		add_json(&loaded, name, json);
	else
		add_text(&loaded, name, text);
	return !loaded.mistakes.errors;
}

enum status cmd_check(const struct invocation *invocation)
{
	CLEANUP(strbuf_release) struct strbuf out = { 0 };
	struct json json = { .out = &out };
	struct json *writer = invocation->json ? &json : NULL;
	bool valid = true;

	if (writer)
		json_array_begin(writer);
	if (invocation->profile || !invocation->operands.count)
		valid = check_one(invocation->profile, &out, writer);
	for (size_t i = 0; i < invocation->operands.count; i++)
		valid = check_one(invocation->operands.items[i], &out, writer) && valid;
	if (writer) {
		json_array_end(writer);
		strbuf_add_char(&out, '\n');
	}
	return output_result(&out, valid ? STATUS_YES : STATUS_PROFILE);
}
