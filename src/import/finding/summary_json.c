// SPDX-License-Identifier: GPL-2.0-or-later
// What a job can reach, as JSON: the same facts as the text.
#include "base/cleanup.h"
#include "base/json.h"
#include "import/finding/summary_parts.h"

static void key_thing(struct json *json, const char *key, const struct aws_thing *thing)
{
	json_key(json, key);
	json_object_begin(json);
	json_key_text(json, "id", thing->id);
	json_key_text(json, "name", thing->name);
	json_object_end(json);
}

static void key_blocks(struct json *json, const char *key, const prefix_vec *blocks)
{
	char text[PREFIX_TEXT_SIZE];

	json_key(json, key);
	json_array_begin(json);
	vec_for_each (block, blocks)
		json_text(json, prefix_print(block, text));
	json_array_end(json);
}

static void place_members(const struct assembly *assembly, struct json *json)
{
	if (assembly->subnet) {
		key_thing(json, "subnet", &assembly->subnet->thing);
		json_key_text(json, "zone", assembly->subnet->zone);
		json_key(json, "vpc");
		json_object_begin(json);
		json_key_text(json, "id", assembly->subnet->vpc);
		json_key_text(json, "name", assembly->vpc ? assembly->vpc->thing.name : NULL);
		key_blocks(json, "cidrs", &assembly->cidrs);
		json_object_end(json);
	} else {
		json_key_text(json, "subnet", NULL);
	}
	json_key_text(json, "region", assembly->selection->region);
	json_key(json, "security-groups");
	json_array_begin(json);
	vec_for_each (group, &assembly->groups) {
		json_object_begin(json);
		json_key_text(json, "id", group->group->thing.id);
		json_key_text(json, "name", group->group->thing.name);
		json_object_end(json);
	}
	json_array_end(json);
}

static void job_members(const struct assembly *assembly, struct json *json)
{
	const struct aws_job *job = assembly->selection->job;

	json_key_text(json, "job", job ? job->thing.id : NULL);
	if (job && job->hosts)
		json_key_number(json, "hosts", job->hosts);
	json_key_bool(json, "isolated", assembly->isolated);
	json_key_bool(json, "encrypted", assembly->encrypted);
}

static void part_print(const struct summary_part *part, struct json *json)
{
	AUTO_STRBUF struct strbuf text = { 0 };

	part_describe(part, &text);
	json_object_begin(json);
	json_key_text(json, "part", part->key);
	if (part->what)
		json_key_text(json, "of", part->what);
	if (part->unreached)
		json_key_text(json, "unreached", part->unreached);
	json_key_text(json, "text", strbuf_text(&text));
	json_key(json, "rows");
	reach_print_json(&part->reach, json);
	json_object_end(json);
}

static void finding_print(const struct finding *finding, struct json *json)
{
	json_object_begin(json);
	json_key_text(json, "code", finding->code);
	json_key_text(json, "weight", finding_weight_word(finding->weight));
	json_key_text(json, "subject", finding->subject);
	json_key_text(json, "text", finding->text);
	json_key_text(json, "remedy", finding->remedy_text ? finding->remedy_text : finding->remedy);
	if (finding->at.line) {
		json_key_text(json, "file", finding->at.file);
		json_key_number(json, "line", finding->at.line);
		json_key_number(json, "column", finding->at.column);
	}
	json_object_end(json);
}

void summary_print_json(const struct assembly *assembly, const struct profile *profile, const finding_vec *findings,
			struct json *json)
{
	static const char *const modes[] = {
		[DNS_NONE] = "none", [DNS_ENDPOINTS] = "endpoints", [DNS_RESOLVER] = "resolver"
	};
	CLEANUP(summary_release) struct summary summary = { 0 };

	place_members(assembly, json);
	job_members(assembly, json);
	summary_make(profile, &summary);
	if (summary.error.message[0])
		json_key_text(json, "error", summary.error.message);
	json_key(json, "reach");
	json_array_begin(json);
	vec_for_each (part, &summary.parts)
		part_print(part, json);
	json_array_end(json);
	json_key_text(json, "dns", modes[profile->network.isolation == ISOLATION_FULL ? DNS_NONE : profile->vpc.dns]);
	json_key(json, "findings");
	json_array_begin(json);
	vec_for_each (finding, findings)
		finding_print(finding, json);
	json_array_end(json);
}
