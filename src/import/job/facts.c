// SPDX-License-Identifier: GPL-2.0-or-later
// One member of a job's document → the fact that it is: see rows.h.
#include <stdlib.h>
#include <string.h>

#include "import/job/job.h"
#include "import/job/rows.h"

enum {
	MOST_HOSTS = 1000000,  // far beyond any quota: so that groups of them add up in an unsigned
	MOST_VARIABLES = 100,  // SageMaker API Reference, Environment: map entries
};

// The text of a member that must be one; NULL: it is not, which is said, or it is empty.
static const char *want_text(struct job_reader *reader, const struct job_value *value, const char *what)
{
	const char *text = value_text(value);

	if (!text)
		job_complain(reader, value, NULL, "%s must be a text, not %s", what, value_kind(value));
	return text && *text ? text : NULL;
}

static void keep_first(char **kept, const char *text)
{
	if (!*kept)
		*kept = memory_copy_text(text);
}

void take_id(struct job_reader *reader, const struct job_value *value)
{
	keep_first(&reader->job->thing.id, want_text(reader, value, "a job's name"));
}

void take_region(struct job_reader *reader, const struct job_value *value)
{
	keep_first(&reader->job->thing.region, want_text(reader, value, "a Region"));
}

void take_arn(struct job_reader *reader, const struct job_value *value)
{
	const char *arn = want_text(reader, value, "an ARN");

	if (arn && !reader->job->thing.region)
		reader->job->thing.region = region_of_arn(arn);
}

void take_instance_type(struct job_reader *reader, const struct job_value *value)
{
	keep_first(&reader->job->instance_type, want_text(reader, value, "a type of instance"));
}

void take_image(struct job_reader *reader, const struct job_value *value)
{
	keep_first(&reader->job->image, want_text(reader, value, "an image"));
}

// A place to be filled in: $ISOLATION, <YOUR SUBNET>, ${…}, {{…}}.
static bool is_placeholder(const char *text)
{
	return text && (*text == '$' || *text == '<' || *text == '{');
}

static void keep_place(struct job_reader *reader, const struct job_value *value, struct location *at)
{
	if (!at->line)
		*at = value_place(reader->json, value);
}

static void take_flag(struct job_reader *reader, const struct job_value *value, const char *key, enum known *flag)
{
	const char *text = value_text(value);

	*flag = value_yes(value);
	if (*flag != KNOWN_NOT)
		return;
	if (is_placeholder(text))
		job_complain(reader, value, "put true or false in its place: it decides what the job reaches",
			     "\"%s\" is a placeholder still: %.80s", key, text);
	else
		job_complain(reader, value, "without quotes", "\"%s\" must be true or false, not %s", key,
			     value_kind(value));
}

void take_isolation(struct job_reader *reader, const struct job_value *value)
{
	take_flag(reader, value, "EnableNetworkIsolation", &reader->job->isolation);
	keep_place(reader, value, &reader->job->isolation_at);
}

void take_encryption(struct job_reader *reader, const struct job_value *value)
{
	take_flag(reader, value, "EnableInterContainerTrafficEncryption", &reader->job->encryption);
	keep_place(reader, value, &reader->job->encryption_at);
}

// A placeholder leaves open how many there are: that is several, for all that asks.
static unsigned want_hosts(struct job_reader *reader, const struct job_value *value)
{
	unsigned hosts = 0;

	if (!value_number(value, MOST_HOSTS, &hosts) && !(value->node && is_placeholder(value_text(value))))
		job_complain(reader, value, value_text(value) ? "without quotes" : NULL,
			     "\"InstanceCount\" must be a whole number from 0 to %d", MOST_HOSTS);
	return hosts;
}

void take_hosts(struct job_reader *reader, const struct job_value *value)
{
	unsigned hosts = want_hosts(reader, value);

	keep_place(reader, value, &reader->job->hosts_at);
	if (reader->job->hosts <= MOST_HOSTS)
		reader->job->hosts += hosts;
}

void take_hosts_choice(struct job_reader *reader, const struct job_value *value)
{
	unsigned hosts = want_hosts(reader, value);

	keep_place(reader, value, &reader->job->hosts_at);
	if (hosts > reader->job->hosts)
		reader->job->hosts = hosts;
}

// Older SDKs encode parameters once more, so that the URI stands in quotes.
static void keep_uri(struct job_reader *reader, const char *text)
{
	size_t length = strlen(text);

	if (length > 2 && text[0] == '"' && text[length - 1] == '"') {
		text++;
		length -= 2;
	}
	if (strncmp(text, "s3://", strlen("s3://")) == 0)
		vec_push(&reader->job->uris, memory_copy_bytes(text, length));
}

void take_uri(struct job_reader *reader, const struct job_value *value)
{
	const char *text = want_text(reader, value, "a URI");

	keep_place(reader, value, &reader->job->uris_at);
	if (text)
		keep_uri(reader, text);
}

void take_file_system(struct job_reader *reader, const struct job_value *value)
{
	(void)value;
	reader->job->in_file_system = KNOWN_YES;
}

void take_key(struct job_reader *reader, const struct job_value *value)
{
	if (want_text(reader, value, "a KMS key"))
		reader->job->kms_key = KNOWN_YES;
}

// A map, or a list of {name, value} as the first controller for Kubernetes had it.
static void each_pair(struct job_reader *reader, const struct job_value *value, const char *what, value_taker *take)
{
	if (value_is_object(value)) {
		value_each(value, take, reader);
		return;
	}
	if (!value_is_list(value) || !value->node) {
		job_complain(reader, value, NULL, "\"%s\" must map names to texts, not be %s", what, value_kind(value));
		return;
	}
	for (size_t i = 0; i < value_count(value); i++) {
		struct job_value item = value_item(value, i);
		struct job_value name = value_member(&item, "name"), text = value_member(&item, "value");
		const char *key = value_text(&name);

		if (key)
			take(reader, key, &text);
		else
			job_complain(reader, &item, NULL, "an item of \"%s\" has no name", what);
	}
}

static void take_variable(void *data, const char *key, const struct job_value *value)
{
	struct job_reader *reader = data;
	const char *text = value_text(value);

	if (!value_given(value) || reader->job->environment.count > MOST_VARIABLES)
		return;
	if (reader->job->environment.count == MOST_VARIABLES)
		job_complain(reader, value, NULL, "more than the %d environment variables that SageMaker takes",
			     MOST_VARIABLES);
	if (!text) {
		job_complain(reader, value, "in quotes", "an environment variable must be a text, not %s",
			     value_kind(value));
		return;
	}
	struct named_text variable = { .name = memory_copy_text(key),
				       .text = memory_copy_text(text),
				       .at = value_place(reader->json, value) };
	vec_push(&reader->job->environment, variable);
	keep_uri(reader, text);
}

void take_environment(struct job_reader *reader, const struct job_value *value)
{
	each_pair(reader, value, "Environment", take_variable);
}

static void take_parameter(void *data, const char *key, const struct job_value *value)
{
	const char *text = value_text(value);

	(void)key;
	if (text)
		keep_uri(data, text);
}

void take_parameters(struct job_reader *reader, const struct job_value *value)
{
	each_pair(reader, value, "HyperParameters", take_parameter);
}
