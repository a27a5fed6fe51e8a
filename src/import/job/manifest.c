// SPDX-License-Identifier: GPL-2.0-or-later
// Manifests of jobs for Kubernetes: see yaml.h.
//
// Two controllers have had them: sagemaker.services.k8s.aws (ACK, today's) and sagemaker.aws.amazon.com (the operators
// before it). The spec of each is the request with its letters' case changed. Source: the SageMaker controller's API
// reference of AWS Controllers for Kubernetes.
#include <stdio.h>
#include <string.h>

#include "base/names.h"
#include "import/job/yaml.h"

static const char *const groups[] = { "sagemaker.services.k8s.aws/", "sagemaker.aws.amazon.com/" };

static const struct kind {
	const char *name;
	void (*read)(struct job_reader *reader, const struct job_value *spec, const struct job_origin *origin);
} kinds[] = {
	{ "TrainingJob", job_read_training },
	{ "ProcessingJob", job_read_processing },
	{ "HyperParameterTuningJob", job_read_tuning },
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static struct job_value member_at(const struct job_value *from, const char *const *path)
{
	struct job_value value = *from;

	for (; *path; path++)
		value = value_member(&value, *path);
	return value;
}

static const char *text_at(const struct job_value *from, const char *const *path)
{
	struct job_value value = member_at(from, path);
	const char *text = value_text(&value);

	return text && *text ? text : NULL;
}

// What the controller has noted, the annotation that tells it, or the older operators' own member.
static const char *region_of(const struct job_value *manifest)
{
	static const char *const places[][4] = {
		{ "status", "ackResourceMetadata", "region" },
		{ "metadata", "annotations", "services.k8s.aws/region" },
		{ "spec", "region" },
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const char *region = text_at(manifest, places[i]);
		if (region)
			return region;
	}
	return NULL;
}

static bool is_of_sagemaker(const char *version)
{
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (version && strncmp(version, groups[i], strlen(groups[i])) == 0)
			return true;
	return false;
}

static void refuse_kind(struct job_reader *reader, const struct job_value *at, const char *kind)
{
	const char *names[KINDS];
	char hint[120];

	for (size_t i = 0; i < KINDS; i++)
		names[i] = kinds[i].name;
	const char *near = names_nearest(kind, names, KINDS);
	if (near)
		snprintf(hint, sizeof(hint), "did you mean \"%s\"?", near);
	job_complain(reader, at, near ? hint : "TrainingJob, ProcessingJob and HyperParameterTuningJob are jobs",
		     "a manifest of the kind \"%.80s\" is no job", kind);
}

static void read_one(struct job_reader *reader, const struct job_value *manifest)
{
	struct job_value version = value_member(manifest, "apiVersion"), kind = value_member(manifest, "kind");
	struct job_value spec = value_member(manifest, "spec");
	const char *version_text = value_text(&version), *kind_text = value_text(&kind);

	if (!is_of_sagemaker(version_text)) {
		job_complain(reader, value_given(&version) ? &version : manifest,
			     "a job has apiVersion sagemaker.services.k8s.aws/v1alpha1",
			     "a manifest of \"%.80s\", which is not SageMaker's", version_text ? version_text : "");
		return;
	}
	for (size_t i = 0; i < KINDS; i++) {
		if (!kind_text || !value_same_key(kind_text, kinds[i].name))
			continue;
		if (!value_is_object(&spec)) {
			job_complain(reader, manifest, "the request belongs under \"spec\"",
				     "a manifest of a %s without a spec", kinds[i].name);
			return;
		}
		char source[80];
		snprintf(source, sizeof(source), "a manifest of the kind %s", kinds[i].name);
		struct job_origin origin = { .source = source,
					     .name =
						 text_at(manifest, (const char *const[]){ "metadata", "name", NULL }),
					     .region = region_of(manifest) };
		kinds[i].read(reader, &spec, &origin);
		return;
	}
	refuse_kind(reader, value_given(&kind) ? &kind : manifest, kind_text ? kind_text : "");
}

void job_read_manifest(struct job_reader *reader, const struct job_value *document)
{
	struct job_value items = value_member(document, "items");

	if (!value_is_list(&items)) {
		read_one(reader, document);
		return;
	}
	for (size_t i = 0; i < value_count(&items); i++) {
		struct job_value item = value_item(&items, i);
		read_one(reader, &item);
	}
}

void read_job_manifest(struct import_reader *reader, const json_t *document)
{
	struct job_reader jobs;
	struct job_value object;

	if (job_reader_begin(&jobs, reader, document, &object))
		job_read_manifest(&jobs, &object);
}
