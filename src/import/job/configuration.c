// SPDX-License-Identifier: GPL-2.0-or-later
// The SageMaker Python SDK's config.yaml: see yaml.h.
//
// Its sections are requests in part, which the SDK completes those with that a program makes. Source: "Configuring and
// using defaults with the SageMaker Python SDK", and the schema in the SDK.
#include "base/cleanup.h"
#include "import/job/yaml.h"

static const struct job_row training_section[] = {
	{ "EnableNetworkIsolation", take_isolation },
	{ "EnableInterContainerTrafficEncryption", take_encryption },
	{ "VpcConfig", take_vpc, vpc_config_rows },
	{ "ResourceConfig", NULL, resource_rows },
	{ "Environment", take_environment },
	{ "OutputDataConfig", NULL, output_rows },
	{ 0 },
};

// @remote makes a training job of a function.
static const struct job_row remote_function_section[] = {
	{ "EnableInterContainerTrafficEncryption", take_encryption },
	{ "VpcConfig", take_vpc, vpc_config_rows },
	{ "EnvironmentVariables", take_environment },
	{ "ImageUri", take_image },
	{ "InstanceType", take_instance_type },
	{ "S3RootUri", take_uri },
	{ "S3KmsKeyId", take_key },
	{ "VolumeKmsKeyId", take_key },
	{ 0 },
};

static const struct job_row keys_of_outputs[] = { { "KmsKeyId", take_key }, { 0 } };
static const struct job_row keys_of_cluster[] = { { "VolumeKmsKeyId", take_key }, { 0 } };
static const struct job_row processing_cluster[] = { { "ClusterConfig", NULL, keys_of_cluster }, { 0 } };

static const struct job_row processing_section[] = {
	{ "NetworkConfig", NULL, network_config_rows },
	{ "ProcessingOutputConfig", NULL, keys_of_outputs },
	{ "MonitoringOutputConfig", NULL, keys_of_outputs },
	{ "ProcessingResources", NULL, processing_cluster },
	{ "MonitoringResources", NULL, processing_cluster },
	{ "Environment", take_environment },
	{ 0 },
};

static const struct job_row security_config[] = {
	{ "VolumeKmsKeyId", take_key },
	{ "EnableInterContainerTrafficEncryption", take_encryption },
	{ "VpcConfig", take_vpc, vpc_config_rows },
	{ 0 },
};

static const struct job_row auto_ml_config[] = { { "SecurityConfig", NULL, security_config }, { 0 } };

static const struct job_row auto_ml_section[] = {
	{ "AutoMLJobConfig", NULL, auto_ml_config },
	{ "OutputDataConfig", NULL, output_rows },
	{ 0 },
};

static const struct job_row auto_ml_v2_section[] = {
	{ "SecurityConfig", NULL, security_config },
	{ "OutputDataConfig", NULL, output_rows },
	{ 0 },
};

enum { SECTION_DEPTH = 3 };

// A monitoring schedule runs processing jobs, AutoML runs training jobs. Not here: CompilationJob, which runs a
// compiler of AWS, and Model, whose network is that of an endpoint or of a batch transform.
static const struct section {
	const char *name;
	const char *path[SECTION_DEPTH];  // below SageMaker
	const struct job_row *rows;
} sections[] = {
	{ "TrainingJob", { "TrainingJob" }, training_section },
	{ "ProcessingJob", { "ProcessingJob" }, processing_section },
	{ "RemoteFunction", { "PythonSDK", "Modules", "RemoteFunction" }, remote_function_section },
	{ "MonitoringSchedule",
	  { "MonitoringSchedule", "MonitoringScheduleConfig", "MonitoringJobDefinition" },
	  processing_section },
	{ "AutoMLJob", { "AutoMLJob" }, auto_ml_section },
	{ "AutoMLJobV2", { "AutoMLJobV2" }, auto_ml_v2_section },
};

// Whether a section has a member that decides on its network, of the rows that it is read by. What is no object where
// one belongs is looked at, too: it is to be complained of.
static bool says_something(const struct job_value *section, const struct job_row *rows)
{
	for (const struct job_row *row = rows; row->key; row++) {
		struct job_value member = value_member(section, row->key);

		if (!value_given(&member))
			continue;
		if (row->take == take_vpc || row->take == take_isolation || row->take == take_encryption)
			return true;
		if (row->rows && (!value_is_object(&member) || says_something(&member, row->rows)))
			return true;
	}
	return false;
}

static struct job_value find_section(const struct job_value *all, const struct section *section)
{
	struct job_value value = *all;

	for (size_t i = 0; i < SECTION_DEPTH && section->path[i]; i++)
		value = value_member(&value, section->path[i]);
	return value;
}

static bool read_section(struct job_reader *reader, const struct job_value *value, const struct section *section)
{
	if (value_given(value) && !value_is_object(value)) {
		job_complain(reader, value, NULL, "\"%s\" must be a mapping, not %s", section->name, value_kind(value));
		return false;
	}
	if (!says_something(value, section->rows))
		return false;
	AUTO_FREE char *source = memory_format("the section %s of the SDK's config.yaml", section->name);
	struct job_origin origin = { .source = source, .name = section->name };
	job_read(reader, value, section->rows, JOB_DEFAULTS, "section", &origin);
	return true;
}

void job_read_configuration(struct job_reader *reader, const struct job_value *document)
{
	struct job_value all = value_member(document, "SageMaker");
	bool found = false;

	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		struct job_value value = find_section(&all, &sections[i]);
		found = read_section(reader, &value, &sections[i]) || found;
	}
	if (!found && !reader->complaints)
		mistakes_add(
		    reader->mistakes, SEVERITY_WARNING, &document->node->at,
		    "import reads VpcConfig and EnableNetworkIsolation of the sections of jobs, as TrainingJob",
		    "no section of this configuration says anything of a job's network");
}
