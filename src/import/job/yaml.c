// SPDX-License-Identifier: GPL-2.0-or-later
// YAML text → jobs: which of the known kinds it is; see job.h.
#include "import/job/yaml.h"

#include <string.h>

#include "import/job/job.h"
#include "import/read/forms.h"
#include "profile/yaml.h"

static const struct yaml_words words = {
	.what = "document",
	.empty_hint = "give what aws prints, a request, the SDK's config.yaml or a job's manifest",
	.larger_hint = "jobs are smaller; of what aws prints give the JSON (--output json)",
	.anchors_hint = "write the value out where it is needed: another tool's anchors are not followed",
	.tags_hint = "leave it out; a template is no document that can be imported",
	.second_hint = "put each document into a file of its own, and give them all",
};

// Reads without the reader of JSON that wants it.
static void read_training(struct job_reader *reader, const struct job_value *document)
{
	job_read_training(reader, document, &(struct job_origin){ 0 });
}

static void read_processing(struct job_reader *reader, const struct job_value *document)
{
	job_read_processing(reader, document, &(struct job_origin){ 0 });
}

static void read_tuning(struct job_reader *reader, const struct job_value *document)
{
	job_read_tuning(reader, document, &(struct job_origin){ 0 });
}

// What a document is known by: a member of it, in this order.
static const struct yaml_form {
	const char *key;
	void (*read)(struct job_reader *reader, const struct job_value *document);
} yaml_forms[] = {
	{ "apiVersion", job_read_manifest },
	{ "SageMaker", job_read_configuration },
	{ "TrainingJobName", read_training },
	{ "ProcessingJobName", read_processing },
	{ "HyperParameterTuningJobName", read_tuning },
};

static const char template_hint[] = "it says what is to be made: once it is, give what `aws sagemaker "
				    "describe-training-job --training-job-name NAME` and `aws ec2 describe-…` print";

// What else is often at hand, and what to do about it.
static const struct yaml_foreign {
	const char *key, *what, *hint;
} foreigns[] = {
	{ "AWSTemplateFormatVersion", "a CloudFormation template", template_hint },
	{ "Resources", "a CloudFormation template", template_hint },
	{ "vpcjail", "a profile of vpcjail",
	  "a profile is what import writes; to bring it up to date: vpcjail import --refresh PROFILE FILE…" },
};

static const char known[] = "what can be given: the JSON of aws (--output json), a request, the SDK's config.yaml "
			    "(it has \"SageMaker\"), a job's manifest (it has \"apiVersion\")";

// Whether it is something else that is known; that is then said.
static bool refuse_foreign(const struct node *tree, struct mistakes *mistakes)
{
	for (size_t i = 0; i < sizeof(foreigns) / sizeof(foreigns[0]); i++) {
		if (!node_get(tree, foreigns[i].key))
			continue;
		mistakes_add(mistakes, SEVERITY_ERROR, &tree->at, foreigns[i].hint,
			     "this is %s, and no document that AWS prints", foreigns[i].what);
		return true;
	}
	for (size_t i = 0; i < import_form_count; i++) {
		if (!import_forms[i].key || !node_get(tree, import_forms[i].key))
			continue;
		mistakes_add(mistakes, SEVERITY_ERROR, &tree->at, "give it as JSON: --output json",
			     "YAML where JSON is read: what `aws %s` prints", import_forms[i].command);
		return true;
	}
	return false;
}

static void read_tree(struct job_reader *reader, const struct node *tree)
{
	struct job_value document = { .node = tree };

	for (size_t i = 0; i < sizeof(yaml_forms) / sizeof(yaml_forms[0]); i++) {
		if (!node_get(tree, yaml_forms[i].key))
			continue;
		yaml_forms[i].read(reader, &document);
		return;
	}
	mistakes_add(reader->mistakes, SEVERITY_ERROR, &tree->at, known, "an unknown document in YAML");
}

static void move_mistakes(const struct mistakes *from, struct mistakes *to)
{
	vec_for_each (mistake, &from->list)
		mistakes_add(to, mistake->severity, &mistake->at, mistake->hint, "%s", mistake->message);
}

void job_read_yaml(struct account *account, const char *file, const char *text, size_t length,
		   struct mistakes *mistakes)
{
	CLEANUP(mistakes_release) struct mistakes found = { 0 };
	const char *kept = account_file(account, file);
	AUTO_NODE struct node *tree = yaml_read_as(&words, text, length, kept, &found);
	struct job_reader reader = { .account = account, .mistakes = mistakes, .file = kept };

	// Of a template its tags are not what is wrong with it.
	if (tree && refuse_foreign(tree, mistakes))
		return;
	move_mistakes(&found, mistakes);
	if (tree && !found.errors)
		read_tree(&reader, tree);
}
