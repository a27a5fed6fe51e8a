// SPDX-License-Identifier: GPL-2.0-or-later
// Rows → struct aws_job: see rows.h.
#include "import/job/rows.h"
#include "import/account/words.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/job/job.h"

enum {
	COMPLAINTS = 20,    // of one document
	JOB_SIZE = 1 << 20  // bytes of one; the limits of CreateTrainingJob's members leave half of it unused
};

void job_complain(struct job_reader *reader, const struct job_value *value, const char *hint, const char *format, ...)
{
	va_list arguments;
	AUTO_FREE char *message = NULL;

	if (reader->complaints++ >= COMPLAINTS)
		return;
	struct location at = value_place(reader->json, value);
	va_start(arguments, format);
	int written = vasprintf(&message, format, arguments);
	va_end(arguments);
	memory_must(written < 0 ? NULL : message);
	mistakes_add(reader->mistakes, SEVERITY_ERROR, &at, hint, "%s", message);
}

static void read_row(struct job_reader *reader, const struct job_value *value, const struct job_row *row)
{
	if (!row->rows) {
		row->take(reader, value);
		return;
	}
	if (!value_is_object(value)) {
		job_complain(reader, value, NULL, "\"%s\" must be an object, not %s", row->key, value_kind(value));
		return;
	}
	if (row->take)
		row->take(reader, value);
	job_read_rows(reader, value, row->rows);
}

static void read_list(struct job_reader *reader, const struct job_value *list, const struct job_row *row)
{
	if (!value_is_list(list)) {
		job_complain(reader, list, NULL, "\"%s\" must be a list, not %s", row->key, value_kind(list));
		return;
	}
	for (size_t i = 0; i < value_count(list); i++) {
		struct job_value item = value_item(list, i);
		if (value_given(&item))
			read_row(reader, &item, row);
	}
}

void job_read_rows(struct job_reader *reader, const struct job_value *object, const struct job_row *rows)
{
	for (const struct job_row *row = rows; row->key; row++) {
		struct job_value value = value_member(object, row->key);

		if (!value_given(&value))
			continue;
		if (row->list)
			read_list(reader, &value, row);
		else
			read_row(reader, &value, row);
	}
}

static int compare_variables(const void *a, const void *b)
{
	const struct named_text *left = a, *right = b;
	int names = strcmp(left->name, right->name);

	return names ? names : strcmp(left->text, right->text);
}

// In an order that is not the members', each URI once.
static void sort_job(struct aws_job *job)
{
	size_t kept = 0;

	if (job->environment.count)
		qsort(job->environment.items, job->environment.count, sizeof(*job->environment.items),
		      compare_variables);
	if (!job->uris.count)
		return;
	qsort(job->uris.items, job->uris.count, sizeof(*job->uris.items), compare_words);
	for (size_t i = 0; i < job->uris.count; i++)
		if (kept && strcmp(job->uris.items[kept - 1], job->uris.items[i]) == 0)
			free(job->uris.items[i]);
		else
			job->uris.items[kept++] = job->uris.items[i];
	job->uris.count = kept;
}

void job_read(struct job_reader *reader, const struct job_value *object, const struct job_row *rows,
	      enum aws_job_kind kind, const char *what, const struct job_origin *origin)
{
	struct aws_job job = { .kind = kind, .source = memory_copy_text(origin->source) };

	job.thing.at = value_place(reader->json, object);
	job.thing.at.file = reader->file;
	reader->job = &job;
	job_read_rows(reader, object, rows);
	if (!job.thing.id && !origin->name)
		job_complain(reader, object, "a name of any kind will do", "a %s without a name", what);
	if (!job.thing.id)
		job.thing.id = memory_copy_text(origin->name ? origin->name : "");
	if (!job.thing.region)
		job.thing.region = memory_copy_text(origin->region);
	// What a request does not name it does not have; what only holds defaults leaves it open.
	if (job.in_file_system == KNOWN_NOT && kind != JOB_DEFAULTS)
		job.in_file_system = KNOWN_NO;
	if (job.kms_key == KNOWN_NOT && kind != JOB_DEFAULTS)
		job.kms_key = KNOWN_NO;
	sort_job(&job);
	job_check(&job, reader->mistakes);
	reader->job = NULL;
	vec_push(&reader->account->jobs, job);
}

bool job_reader_begin(struct job_reader *reader, struct import_reader *json, const json_t *document,
		      struct job_value *object)
{
	*reader = (struct job_reader){
		.account = json->account, .mistakes = json->mistakes, .file = json->file, .json = json
	};
	*object = (struct job_value){ .json = document };
	if (json->length <= JOB_SIZE)
		return true;
	mistakes_add(json->mistakes, SEVERITY_ERROR, &json->at, "SageMaker takes no request of this size: is it one?",
		     "a job larger than 1 MiB");
	return false;
}
