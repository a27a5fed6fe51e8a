// SPDX-License-Identifier: GPL-2.0-or-later
// What an import says: see import_show.h.
#include "cmd/import_show.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "cmd/output.h"
#include "profile/print.h"

static const char *const weights[] = {
	[FINDING_PROBLEM] = "problem",
	[FINDING_WARNING] = "warning",
	[FINDING_NOTE] = "note",
};

void import_add_subnets(const struct imported_profile *profile, struct strbuf *out)
{
	for (size_t i = 0; i < profile->subnets; i++) {
		const struct aws_subnet *subnet = profile->assembly[i].subnet;
		if (!subnet)
			continue;
		strbuf_add(out, i ? ", " : "");
		strbuf_add_safe(out, subnet->thing.id);
	}
}

static const char *remedy_of(const struct finding *finding)
{
	return finding->remedy_text ? finding->remedy_text : finding->remedy;
}

static void tell_finding(const struct finding *finding)
{
	CLEANUP(strbuf_release) struct strbuf line = { 0 };
	const char *remedy = remedy_of(finding);

	if (finding->at.line)
		strbuf_format(&line, "%s:%u:%u: ", finding->at.file, finding->at.line, finding->at.column);
	strbuf_format(&line, "%s: %s", weights[finding->weight], finding->text);
	if (remedy)
		strbuf_format(&line, " (hint: %s)", remedy);
	output_message("import: %s", strbuf_text(&line));
}

static size_t tell_findings(const finding_vec *findings)
{
	size_t notes = 0;

	vec_for_each (finding, findings) {
		if (finding->weight == FINDING_NOTE)
			notes++;
		else
			tell_finding(finding);
	}
	return notes;
}

static void tell_assumptions(const struct assembly *assembly)
{
	vec_for_each (assumption, &assembly->assumptions) {
		if (assumption->command)
			output_message("import: not given: %s; assumed: %s (hint: `%s`)", assumption->missing,
				       assumption->assumed, assumption->command);
		else
			output_message("import: not given: %s; assumed: %s", assumption->missing, assumption->assumed);
	}
}

void import_tell_chosen(const struct imported *imported)
{
	vec_for_each (sentence, &imported->selection.chosen)
		output_message("import: %s", *sentence);
}

void import_tell(const struct imported *imported)
{
	size_t notes = 0;

	import_tell_chosen(imported);
	vec_for_each (profile, &imported->profiles) {
		if (imported->profiles.count > 1) {
			CLEANUP(strbuf_release) struct strbuf subnets = { 0 };
			import_add_subnets(profile, &subnets);
			output_message("import: of %s:", strbuf_text(&subnets));
		}
		tell_assumptions(profile->assembly);
		notes += tell_findings(&profile->findings);
	}
	notes += tell_findings(&imported->differences);
	if (notes)
		output_message("import: and %zu note%s, which --summary prints", notes, notes == 1 ? "" : "s");
}

void import_summary(const struct imported *imported, struct strbuf *out)
{
	vec_for_each (profile, &imported->profiles) {
		if (profile != imported->profiles.items)
			strbuf_add_char(out, '\n');
		summary_print(profile->assembly, &profile->profile, &profile->findings, out);
	}
	if (!imported->differences.count)
		return;
	strbuf_add(out, "\nbetween the subnets:\n");
	vec_for_each (finding, &imported->differences) {
		const char *remedy = remedy_of(finding);
		strbuf_format(out, "  %s: ", weights[finding->weight]);
		strbuf_add_safe(out, finding->text);
		if (remedy) {
			strbuf_add(out, " (hint: ");
			strbuf_add_safe(out, remedy);
			strbuf_add_char(out, ')');
		}
		strbuf_add_char(out, '\n');
	}
}

static void add_finding(const struct finding *finding, struct json *json)
{
	json_object_begin(json);
	json_key_text(json, "code", finding->code);
	json_key_text(json, "weight", weights[finding->weight]);
	json_key_text(json, "subject", finding->subject);
	json_key_text(json, "text", finding->text);
	json_key_text(json, "remedy", remedy_of(finding));
	json_object_end(json);
}

static void add_assumptions(const struct assembly *assembly, struct json *json)
{
	json_key(json, "assumptions");
	json_array_begin(json);
	vec_for_each (assumption, &assembly->assumptions) {
		json_object_begin(json);
		json_key_text(json, "missing", assumption->missing);
		json_key_text(json, "assumed", assumption->assumed);
		json_key_text(json, "command", assumption->command);
		json_object_end(json);
	}
	json_array_end(json);
}

static void add_profile(const struct imported_profile *profile, struct json *json)
{
	struct profile as_written = profile->profile;  // borrows all of it

	as_written.vpc.located = profile->located;
	json_object_begin(json);
	json_key(json, "subnets");
	json_array_begin(json);
	for (size_t i = 0; i < profile->subnets; i++)
		if (profile->assembly[i].subnet)
			json_text(json, profile->assembly[i].subnet->thing.id);
	json_array_end(json);
	json_key_text(json, "file", profile->path);
	summary_print_json(profile->assembly, &profile->profile, &profile->findings, json);
	add_assumptions(profile->assembly, json);
	json_key(json, "profile");
	profile_add_json(&as_written, json);
	json_object_end(json);
}

void import_json(const struct imported *imported, struct strbuf *out)
{
	struct json json = { .out = out };

	json_object_begin(&json);
	json_key(&json, "profiles");
	json_array_begin(&json);
	vec_for_each (profile, &imported->profiles)
		add_profile(profile, &json);
	json_array_end(&json);
	json_key(&json, "differences");
	json_array_begin(&json);
	vec_for_each (finding, &imported->differences)
		add_finding(finding, &json);
	json_array_end(&json);
	json_object_end(&json);
	strbuf_add_char(out, '\n');
}

static bool has_problem(const finding_vec *findings)
{
	vec_for_each (finding, findings)
		if (finding->weight == FINDING_PROBLEM)
			return true;
	return false;
}

bool import_has_problem(const struct imported *imported)
{
	vec_for_each (profile, &imported->profiles)
		if (has_problem(&profile->findings))
			return true;
	return has_problem(&imported->differences);
}
