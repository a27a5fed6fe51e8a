// SPDX-License-Identifier: GPL-2.0-or-later
// `vpcjail check`: every mistake of a profile at once, and what a valid one leaves open.
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/memory.h"
#include "cmd/check_attestation.h"
#include "cmd/host_network.h"
#include "cmd/load_profile.h"
#include "cmd/output.h"
#include "cmd/residual.h"
#include "cmd/warnings.h"
#include "kernel/launch/launch.h"
#include "policy/policy.h"

const struct option_row check_options[] = {
	OPTION_PROFILE,
	{ "host", '\0', NULL, OPTION_FLAG, OPTION_OF(host),
	  .help = "also judge by this host: its kernel, paths, network file systems, and what the ranges are here" },
	{ "attestation", 'a', "FILE", OPTION_TEXT, OPTION_OF(attestation), .completes = COMPLETES_PATH,
	  .help = "whether the statement of `run --attest` in FILE is sound, and about the one profile" },
	OPTION_JSON,
	OPTION_HELP,
	OPTIONS_END,
};

const struct manual check_manual = {
	.about = "Reads each PROFILE (the default one when none is named) and prints every mistake with its\n"
		 "place and, where there is one, the remedy. Warnings say what a valid profile opens, and\n"
		 "what `run` cannot enforce yet. What stays open under the valid ones without being their\n"
		 "doing is said once, at the end. With --attestation: whether the statement in FILE is sound\n"
		 "and about this profile; what differs, a line each.",
	.examples = { { "vpcjail check ./vpc.yaml", "a file" },
		      { "vpcjail check network-isolation vpc-private", "several, by name" },
		      { "vpcjail check --host ./vpc.yaml", "and what this host leaves open" },
		      { "vpcjail check -p ./vpc.yaml --attestation run.json", "was that run held to it?" } },
	.exits = "0 when every profile is valid (warnings or not), 3 when one is wrong, 2 usage. With\n"
		 "--attestation: 0 when it matches, 1 when it differs or is no sound statement.",
	.see = "vpcjail show, vpcjail profiles, vpcjail-profile(5)",
};

// What stays open under one profile, or under all of them.
struct residual {
	text_list always;  // wherever it runs
	text_list host;    // here; only when asked for
	text_list means;   // what the profile's ranges are here; likewise
	bool host_asked;
};

static void residual_release(struct residual *residual)
{
	text_list_release(&residual->always);
	text_list_release(&residual->host);
	text_list_release(&residual->means);
}

static void add_block(const char *heading, const text_list *list, struct strbuf *out)
{
	if (list->count)
		strbuf_add(out, heading);
	vec_for_each (text, list) {
		strbuf_add(out, "  ");
		strbuf_add_safe(out, *text);
		strbuf_add_char(out, '\n');
	}
}

static void add_text(const struct loaded_profile *loaded, const char *name, const text_list *means, struct strbuf *out)
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
	add_block("its ranges on this host:\n", means, out);
}

static void add_list(const char *key, const text_list *list, struct json *json)
{
	json_key(json, key);
	json_array_begin(json);
	vec_for_each (text, list)
		json_text(json, *text);
	json_array_end(json);
}

static void add_json(const struct loaded_profile *loaded, const char *name, const struct residual *residual,
		     struct json *json)
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
	add_list("residual", &residual->always, json);
	if (residual->host_asked) {
		add_list("host", &residual->host, json);
		add_list("means", &residual->means, json);
	}
	json_object_end(json);
}

// Adds the texts that are not there yet.
static void unite(text_list *all, const text_list *more)
{
	vec_for_each (text, more) {
		bool there = false;
		vec_for_each (other, all)
			there = there || strcmp(*other, *text) == 0;
		if (!there)
			vec_push(all, memory_copy_text(*text));
	}
}

// A profile that loads and of which no policy can be made is wrong too.
static void check_policy(struct loaded_profile *loaded)
{
	CLEANUP(policy_release) struct policy policy = { 0 };
	struct error err = { 0 };

	if (policy_build(&loaded->profile, &policy, &err) < 0)
		mistakes_add(&loaded->mistakes, SEVERITY_ERROR, &(struct location){ 0 }, NULL, "%s", err.message);
}

static int examine_host(struct loaded_profile *loaded, struct residual *residual, struct error *err)
{
	CLEANUP(host_facts_release) struct host_facts host = { 0 };
	int result = host_facts_read(&loaded->profile, NULL, &host, err);

	if (result < 0)
		return result;
	warnings_add_host(&loaded->profile, &host, &loaded->mistakes);
	host_network_explain(&loaded->profile, &host.network, &loaded->mistakes, &residual->means);
	return residual_add_host(&loaded->profile, &host, &residual->host, err);
}

static void find_residual(struct loaded_profile *loaded, struct residual *residual)
{
	struct error err = { 0 };

	residual_add(&loaded->profile, &residual->always);
	if (residual->host_asked && examine_host(loaded, residual, &err) < 0)
		mistakes_add(&loaded->mistakes, SEVERITY_WARNING, &(struct location){ 0 }, NULL, "this host: %s",
			     err.message);
}

static bool check_one(const char *wanted, struct strbuf *text, struct json *json, struct residual *all)
{
	CLEANUP(loaded_profile_release) struct loaded_profile loaded = { 0 };
	CLEANUP(residual_release) struct residual residual = { .host_asked = all->host_asked };

	if (load_profile_quietly(wanted, &loaded) == 0) {
		check_policy(&loaded);
		warnings_add(&loaded.profile, &loaded.mistakes);
		find_residual(&loaded, &residual);
	}
	const char *name = loaded.name ? loaded.name : "the default profile";
	if (json)
		add_json(&loaded, name, &residual, json);
	else
		add_text(&loaded, name, &residual.means, text);
	unite(&all->always, &residual.always);
	unite(&all->host, &residual.host);
	return !loaded.mistakes.errors;
}

enum status cmd_check(const struct invocation *invocation)
{
	if (invocation->attestation)
		return check_attestation(invocation);

	CLEANUP(strbuf_release) struct strbuf out = { 0 };
	struct json json = { .out = &out };
	struct json *writer = invocation->json ? &json : NULL;
	CLEANUP(residual_release) struct residual residual = { .host_asked = invocation->host };
	bool valid = true;

	if (writer)
		json_array_begin(writer);
	if (invocation->profile || !invocation->operands.count)
		valid = check_one(invocation->profile, &out, writer, &residual);
	for (size_t i = 0; i < invocation->operands.count; i++)
		valid = check_one(invocation->operands.items[i], &out, writer, &residual) && valid;
	if (writer) {
		json_array_end(writer);
		strbuf_add_char(&out, '\n');
	} else {
		add_block("stays open, by design or for lack of kernel support:\n", &residual.always, &out);
		add_block("and on this host:\n", &residual.host, &out);
	}
	return output_result(&out, valid ? STATUS_YES : STATUS_PROFILE);
}
