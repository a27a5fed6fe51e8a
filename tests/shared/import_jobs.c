// SPDX-License-Identifier: GPL-2.0-or-later
// `import-jobs FILE…`: the jobs that import reads of each document, for tests that bring their own.
//
// A line of JSON a file: {"jobs": […], "mistakes": ["FILE:LINE:COLUMN: error: …", …]}, a job's members being those of
// struct aws_job. 2 and a message when a file cannot be read.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/json.h"
#include "import/document/document.h"

enum { WRONG = 2, SIZE = 256 << 20 };

static const char *const kinds[] = { "training", "processing", "tuning", "defaults" };

static void print_known(struct json *json, const char *key, enum known known)
{
	if (known == KNOWN_NOT)
		json_key_text(json, key, NULL);
	else
		json_key_bool(json, key, known == KNOWN_YES);
}

static void print_place(struct json *json, const char *key, const struct location *at)
{
	AUTO_FREE char *place = memory_format("%u:%u", at->line, at->column);

	json_key_text(json, key, place);
}

static void print_ids(struct json *json, const char *key, const job_id_vec *ids)
{
	json_key(json, key);
	json_array_begin(json);
	vec_for_each (id, ids) {
		json_object_begin(json);
		json_key_text(json, "id", id->id);
		print_place(json, "at", &id->at);
		json_object_end(json);
	}
	json_array_end(json);
}

static void print_environment(struct json *json, const struct aws_job *job)
{
	json_key(json, "environment");
	json_array_begin(json);
	vec_for_each (variable, &job->environment) {
		json_object_begin(json);
		json_key_text(json, "name", variable->name);
		json_key_text(json, "text", variable->text);
		print_place(json, "at", &variable->at);
		json_object_end(json);
	}
	json_array_end(json);
	json_key(json, "uris");
	json_array_begin(json);
	vec_for_each (uri, &job->uris)
		json_text(json, *uri);
	json_array_end(json);
}

static void print_job(struct json *json, const struct aws_job *job)
{
	json_object_begin(json);
	json_key_text(json, "id", job->thing.id);
	json_key_text(json, "region", job->thing.region);
	json_key_text(json, "file", job->thing.at.file);
	print_place(json, "at", &job->thing.at);
	json_key_text(json, "kind", kinds[job->kind]);
	json_key_text(json, "source", job->source);
	json_key_bool(json, "has_vpc", job->has_vpc);
	print_ids(json, "subnets", &job->subnets);
	print_ids(json, "groups", &job->groups);
	print_known(json, "isolation", job->isolation);
	print_known(json, "encryption", job->encryption);
	print_known(json, "in_file_system", job->in_file_system);
	print_known(json, "kms_key", job->kms_key);
	json_key_number(json, "hosts", job->hosts);
	json_key_text(json, "instance_type", job->instance_type);
	json_key_text(json, "image", job->image);
	print_environment(json, job);
	json_object_end(json);
}

static void print_mistakes(struct json *json, const struct mistakes *mistakes)
{
	AUTO_STRBUF struct strbuf said = { 0 };
	char *rest = NULL;

	mistakes_format(mistakes, &said);
	json_key(json, "mistakes");
	json_array_begin(json);
	for (char *line = said.text ? strtok_r(said.text, "\n", &rest) : NULL; line; line = strtok_r(NULL, "\n", &rest))
		json_text(json, line);
	json_array_end(json);
}

static int print_file(const char *file)
{
	CLEANUP(account_release) struct account account = { 0 };
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	AUTO_STRBUF struct strbuf out = { 0 };
	AUTO_FREE char *text = NULL;
	struct json json = { .out = &out, .compact = true };
	struct error err = { 0 };
	size_t length;

	if (io_read_file(file, SIZE, &text, &length, &err) < 0) {
		fprintf(stderr, "%s\n", err.message);
		return err.code;
	}
	document_read(&account, file, text, length, &mistakes);
	json_object_begin(&json);
	json_key(&json, "jobs");
	json_array_begin(&json);
	vec_for_each (job, &account.jobs)
		print_job(&json, job);
	json_array_end(&json);
	print_mistakes(&json, &mistakes);
	json_object_end(&json);
	puts(strbuf_text(&out));
	return 0;
}

int main(int count, char **files)
{
	for (int i = 1; i < count; i++)
		if (print_file(files[i]) < 0)
			return WRONG;
	return 0;
}
