// SPDX-License-Identifier: GPL-2.0-or-later
// CreateTrainingJob's request, and what describe-training-job prints. Source: SageMaker API Reference, of both.
#include "import/job/rows.h"

static const struct job_row s3_uri[] = { { "S3Uri", take_uri }, { 0 } };
static const struct job_row s3_artifacts[] = { { "S3ModelArtifacts", take_uri }, { 0 } };

static const struct job_row data_source[] = {
	{ "S3DataSource", NULL, s3_uri },
	{ "FileSystemDataSource", take_file_system },
	{ 0 },
};

const struct job_row channel_rows[] = { { "DataSource", NULL, data_source }, { 0 } };
const struct job_row algorithm_rows[] = { { "TrainingImage", take_image }, { 0 } };
const struct job_row output_rows[] = {
	{ "S3OutputPath", take_uri },
	{ "KmsKeyId", take_key },
	{ 0 },
};
const struct job_row checkpoint_rows[] = { { "S3Uri", take_uri }, { 0 } };

static const struct job_row instance_group[] = {
	{ "InstanceType", take_instance_type },
	{ "InstanceCount", take_hosts },
	{ 0 },
};

const struct job_row resource_rows[] = {
	{ "InstanceType", take_instance_type },
	{ "InstanceCount", take_hosts },
	{ "VolumeKmsKeyId", take_key },
	{ "InstanceGroups", NULL, instance_group, .list = true },
	{ 0 },
};

static const struct job_row training_rows[] = {
	{ "TrainingJobName", take_id },
	{ "TrainingJobArn", take_arn },
	{ "EnableNetworkIsolation", take_isolation },
	{ "EnableInterContainerTrafficEncryption", take_encryption },
	{ "VpcConfig", take_vpc, vpc_config_rows },
	{ "ResourceConfig", NULL, resource_rows },
	{ "AlgorithmSpecification", NULL, algorithm_rows },
	{ "Environment", take_environment },
	{ "HyperParameters", take_parameters },
	{ "InputDataConfig", NULL, channel_rows, .list = true },
	{ "OutputDataConfig", NULL, output_rows },
	{ "CheckpointConfig", NULL, checkpoint_rows },
	{ "DebugHookConfig", NULL, output_rows },
	{ "DebugRuleConfigurations", NULL, output_rows, .list = true },
	{ "TensorBoardOutputConfig", NULL, output_rows },
	{ "ProfilerConfig", NULL, output_rows },
	{ "ProfilerRuleConfigurations", NULL, output_rows, .list = true },
	{ "ModelArtifacts", NULL, s3_artifacts },
	{ 0 },
};

void job_read_training(struct job_reader *reader, const struct job_value *object, const struct job_origin *origin)
{
	struct job_value described = value_member(object, "TrainingJobArn");
	struct job_origin own = *origin;

	if (!own.source)
		own.source = value_given(&described) ? "DescribeTrainingJob" : "CreateTrainingJob";
	job_read(reader, object, training_rows, JOB_TRAINING, "training job", &own);
}

void read_training_job(struct import_reader *reader, const json_t *document)
{
	struct job_reader jobs;
	struct job_value object;

	if (job_reader_begin(&jobs, reader, document, &object))
		job_read_training(&jobs, &object, &(struct job_origin){ 0 });
}
