// SPDX-License-Identifier: GPL-2.0-or-later
// CreateHyperParameterTuningJob's request, and what describe-hyper-parameter-tuning-job prints: each of its definitions
// is a training job.
//
// Source: SageMaker API Reference, HyperParameterTrainingJobDefinition and HyperParameterTuningResourceConfig.
#include "base/cleanup.h"
#include "import/job/rows.h"

static const struct job_row instance_choice[] = {
	{ "InstanceType", take_instance_type },
	{ "InstanceCount", take_hosts_choice },
	{ 0 },
};

// InstanceConfigs are tried in turn: any of them may be what runs.
static const struct job_row tuning_resources[] = {
	{ "InstanceType", take_instance_type },
	{ "InstanceCount", take_hosts_choice },
	{ "VolumeKmsKeyId", take_key },
	{ "InstanceConfigs", NULL, instance_choice, .list = true },
	{ 0 },
};

static const struct job_row definition_rows[] = {
	{ "EnableNetworkIsolation", take_isolation },
	{ "EnableInterContainerTrafficEncryption", take_encryption },
	{ "VpcConfig", take_vpc, vpc_config_rows },
	{ "ResourceConfig", NULL, resource_rows },
	{ "HyperParameterTuningResourceConfig", NULL, tuning_resources },
	{ "AlgorithmSpecification", NULL, algorithm_rows },
	{ "Environment", take_environment },
	{ "StaticHyperParameters", take_parameters },
	{ "InputDataConfig", NULL, channel_rows, .list = true },
	{ "OutputDataConfig", NULL, output_rows },
	{ "CheckpointConfig", NULL, checkpoint_rows },
	{ 0 },
};

static const char *text_of(const struct job_value *object, const char *key)
{
	struct job_value member = value_member(object, key);
	const char *text = value_text(&member);

	return text && *text ? text : NULL;
}

// One definition is the job; several are told apart by their names, or by their numbers.
static void read_definition(struct job_reader *reader, const struct job_value *definition,
			    const struct job_origin *origin, size_t number)
{
	const char *own_name = text_of(definition, "DefinitionName");
	struct job_origin own = *origin;
	AUTO_FREE char *name = !origin->name || !number ? NULL
			       : own_name               ? memory_format("%s/%s", origin->name, own_name)
							: memory_format("%s/%zu", origin->name, number);

	if (!value_is_object(definition)) {
		job_complain(reader, definition, NULL, "a definition of training jobs must be an object, not %s",
			     value_kind(definition));
		return;
	}
	if (name)
		own.name = name;
	job_read(reader, definition, definition_rows, JOB_TUNING, "tuning job", &own);
}

static void read_definitions(struct job_reader *reader, const struct job_value *object, const struct job_origin *origin)
{
	struct job_value one = value_member(object, "TrainingJobDefinition");
	struct job_value several = value_member(object, "TrainingJobDefinitions");

	if (value_given(&one))
		read_definition(reader, &one, origin, 0);
	if (value_given(&several) && !value_is_list(&several))
		job_complain(reader, &several, NULL, "\"TrainingJobDefinitions\" must be a list, not %s",
			     value_kind(&several));
	for (size_t i = 0; i < value_count(&several); i++) {
		struct job_value item = value_item(&several, i);
		read_definition(reader, &item, origin, i + 1);
	}
	if (!value_given(&one) && !value_given(&several))
		job_complain(reader, object,
			     "SageMaker wants \"TrainingJobDefinition\", or a list of \"TrainingJobDefinitions\"",
			     "a tuning job without a definition of its training jobs");
}

void job_read_tuning(struct job_reader *reader, const struct job_value *object, const struct job_origin *origin)
{
	const char *arn = text_of(object, "HyperParameterTuningJobArn");
	const char *name = text_of(object, "HyperParameterTuningJobName");
	AUTO_FREE char *region = arn ? region_of_arn(arn) : NULL;
	struct job_origin own = *origin;

	if (!own.source)
		own.source = arn ? "DescribeHyperParameterTuningJob" : "CreateHyperParameterTuningJob";
	if (name)
		own.name = name;
	if (region)
		own.region = region;
	read_definitions(reader, object, &own);
}

void read_tuning_job(struct import_reader *reader, const json_t *document)
{
	struct job_reader jobs;
	struct job_value object;

	if (job_reader_begin(&jobs, reader, document, &object))
		job_read_tuning(&jobs, &object, &(struct job_origin){ 0 });
}
