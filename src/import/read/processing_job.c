// SPDX-License-Identifier: GPL-2.0-or-later
// CreateProcessingJob's request, and what describe-processing-job prints. Source: SageMaker API Reference, of both.
#include "import/job/rows.h"

static const struct job_row s3_place[] = { { "S3Uri", take_uri }, { 0 } };
static const struct job_row query_result[] = {
	{ "OutputS3Uri", take_uri },
	{ "KmsKeyId", take_key },
	{ 0 },
};
static const struct job_row application[] = { { "ImageUri", take_image }, { 0 } };

static const struct job_row dataset[] = {
	{ "AthenaDatasetDefinition", NULL, query_result },
	{ "RedshiftDatasetDefinition", NULL, query_result },
	{ 0 },
};

static const struct job_row input[] = {
	{ "S3Input", NULL, s3_place },
	{ "DatasetDefinition", NULL, dataset },
	{ 0 },
};

static const struct job_row output[] = { { "S3Output", NULL, s3_place }, { 0 } };
static const struct job_row outputs[] = {
	{ "Outputs", NULL, output, .list = true },
	{ "KmsKeyId", take_key },
	{ 0 },
};

static const struct job_row cluster[] = {
	{ "InstanceType", take_instance_type },
	{ "InstanceCount", take_hosts },
	{ "VolumeKmsKeyId", take_key },
	{ 0 },
};

static const struct job_row resources[] = { { "ClusterConfig", NULL, cluster }, { 0 } };

static const struct job_row processing_rows[] = {
	{ "ProcessingJobName", take_id },
	{ "ProcessingJobArn", take_arn },
	{ "NetworkConfig", NULL, network_config_rows },
	{ "ProcessingResources", NULL, resources },
	{ "AppSpecification", NULL, application },
	{ "Environment", take_environment },
	{ "ProcessingInputs", NULL, input, .list = true },
	{ "ProcessingOutputConfig", NULL, outputs },
	{ 0 },
};

void job_read_processing(struct job_reader *reader, const struct job_value *object, const struct job_origin *origin)
{
	struct job_value described = value_member(object, "ProcessingJobArn");
	struct job_origin own = *origin;

	if (!own.source)
		own.source = value_given(&described) ? "DescribeProcessingJob" : "CreateProcessingJob";
	job_read(reader, object, processing_rows, JOB_PROCESSING, "processing job", &own);
}

void read_processing_job(struct import_reader *reader, const json_t *document)
{
	struct job_reader jobs;
	struct job_value object;

	if (job_reader_begin(&jobs, reader, document, &object))
		job_read_processing(&jobs, &object, &(struct job_origin){ 0 });
}
