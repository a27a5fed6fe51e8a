// SPDX-License-Identifier: GPL-2.0-or-later
// Jobs: requests, descriptions, manifests and the SDK's configuration, and what is wrong with them.
#include "test.h"

#include <string.h>

#include "base/cleanup.h"
#include "import/document/document.h"
#include "import/job/job.h"
#include "profile/yaml.h"

static const char *const kinds[] = { "training", "processing", "tuning", "defaults" };
static const char *const flags[] = { NULL, "no", "yes" };

static void add_text(struct strbuf *out, const char *key, const char *text)
{
	if (text)
		strbuf_format(out, "%s %s\n", key, text);
}

static void add_ids(struct strbuf *out, const char *key, const job_id_vec *ids)
{
	vec_for_each (id, ids)
		strbuf_format(out, "%s %s %u:%u\n", key, id->id, id->at.line, id->at.column);
}

// A line a fact, without those that the document leaves open.
static void add_job(struct strbuf *out, const struct aws_job *job)
{
	strbuf_format(out, "%s %s: %s %u:%u\n", kinds[job->kind], job->thing.id, job->source, job->thing.at.line,
		      job->thing.at.column);
	assert_string_equal(job->thing.at.file, "f");
	add_text(out, "region", job->thing.region);
	add_text(out, "vpc", job->has_vpc ? "" : NULL);
	add_ids(out, "subnet", &job->subnets);
	add_ids(out, "group", &job->groups);
	add_text(out, "isolation", flags[job->isolation]);
	add_text(out, "encryption", flags[job->encryption]);
	if (job->hosts)
		strbuf_format(out, "hosts %u\n", job->hosts);
	add_text(out, "type", job->instance_type);
	add_text(out, "image", job->image);
	vec_for_each (variable, &job->environment)
		strbuf_format(out, "variable %s=%s %u:%u\n", variable->name, variable->text, variable->at.line,
			      variable->at.column);
	vec_for_each (uri, &job->uris)
		strbuf_format(out, "uri %s\n", *uri);
	add_text(out, "file system", flags[job->in_file_system]);
	add_text(out, "key", flags[job->kms_key]);
}

static char *read_text(const char *text, size_t length)
{
	CLEANUP(account_release) struct account account = { 0 };
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	struct strbuf out = { 0 };

	document_read(&account, "f", text, length, &mistakes);
	vec_for_each (job, &account.jobs)
		add_job(&out, job);
	mistakes_format(&mistakes, &out);
	return strbuf_steal(&out);
}

struct row {
	const char *text, *expected;
};

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		AUTO_FREE char *found = read_text(rows[i].text, strlen(rows[i].text));
		if (strcmp(found, rows[i].expected) != 0)
			print_message("of %s\n", rows[i].text);
		assert_string_equal(found, rows[i].expected);
	}
}

#define CHECK(rows) check_rows((rows), sizeof(rows) / sizeof((rows)[0]))

static void test_training(void **state)
{
	static const struct row rows[] = {
		{ "{\"TrainingJobName\": \"j\"}", "training j: CreateTrainingJob 1:1\nfile system no\nkey no\n" },
		{ "{\"TrainingJobName\": \"j\", \"EnableNetworkIsolation\": true,\n"
		  " \"EnableInterContainerTrafficEncryption\": false,\n"
		  " \"VpcConfig\": {\"Subnets\": [\"subnet-1\",\n  \"subnet-2\"], \"SecurityGroupIds\": [\"sg123\"]},\n"
		  " \"ResourceConfig\": {\"InstanceCount\": 3, \"InstanceType\": \"ml.p5.48xlarge\"},\n"
		  " \"AlgorithmSpecification\": {\"TrainingImage\": \"an/image:1\"},\n"
		  " \"InputDataConfig\": [{\"DataSource\": {\"S3DataSource\": {\"S3Uri\": \"s3://b/in\"}}},\n"
		  "  {\"DataSource\": {\"FileSystemDataSource\": {\"FileSystemId\": \"fs-1\"}}}],\n"
		  " \"CheckpointConfig\": {\"S3Uri\": \"s3://b/check\"},\n"
		  " \"OutputDataConfig\": {\"S3OutputPath\": \"s3://b/in\", \"KmsKeyId\": \"key\"}}",
		  "training j: CreateTrainingJob 1:1\nvpc \nsubnet subnet-1 3:28\nsubnet subnet-2 4:3\n"
		  "group sg123 4:37\nisolation yes\nencryption no\nhosts 3\ntype ml.p5.48xlarge\nimage an/image:1\n"
		  "uri s3://b/check\nuri s3://b/in\nfile system yes\nkey yes\n" },
		// Groups of instances add up; the Region is the ARN's; what has no value is not there.
		{ "{\"data\": {\"TrainingJobName\": \"j\", \"TrainingJobArn\": "
		  "\"arn:aws:sagemaker:eu-west-1:1:training-job/j\",\n"
		  " \"VpcConfig\": null, \"EnableNetworkIsolation\": null, \"OutputDataConfig\": {\"KmsKeyId\": "
		  "\"\"},\n"
		  " \"ResourceConfig\": {\"InstanceGroups\": [{\"InstanceCount\": 2, \"InstanceType\": \"a\"}, null,\n"
		  "  {\"InstanceCount\": 5, \"InstanceType\": \"b\"}], \"VolumeKmsKeyId\": \"\"},\n"
		  " \"ModelArtifacts\": {\"S3ModelArtifacts\": \"s3://b/model\"}}}",
		  "training j: DescribeTrainingJob 1:10\nregion eu-west-1\nhosts 7\ntype a\nuri s3://b/model\n"
		  "file system no\nkey no\n" },
		// URIs in parameters, also those that are quoted once more, and in the environment.
		{ "{\"TrainingJobName\": \"j\", \"HyperParameters\": {\"b\": \"\\\"s3://b/2\\\"\", \"a\": "
		  "\"s3://b/1\",\n"
		  "\"c\": \"x s3://b/3\", \"d\": \"\", \"e\": 5, \"f\": null},\n"
		  "\"Environment\": {\"Z\": \"s3://b/0\", \"A\": \"\", \"N\": null}}",
		  "training j: CreateTrainingJob 1:1\nvariable A= 3:39\nvariable Z=s3://b/0 3:22\nuri s3://b/0\n"
		  "uri s3://b/1\nuri s3://b/2\nfile system no\nkey no\n" },
	};

	(void)state;
	CHECK(rows);
}

static void test_processing(void **state)
{
	static const struct row rows[] = {
		{ "{\"ProcessingJobName\": \"p\", \"NetworkConfig\": {\"EnableNetworkIsolation\": false,\n"
		  "\"EnableInterContainerTrafficEncryption\": true, \"VpcConfig\": {\"SecurityGroupIds\": [\"sg-1\"],\n"
		  "\"Subnets\": [\"subnet-1\"]}}, \"ProcessingResources\": {\"ClusterConfig\": {\"InstanceCount\": 4,\n"
		  "\"InstanceType\": \"t\", \"VolumeKmsKeyId\": \"k\"}}, \"AppSpecification\": {\"ImageUri\": \"i\"},\n"
		  "\"ProcessingInputs\": [{\"S3Input\": {\"S3Uri\": \"s3://b/1\"}}, {\"DatasetDefinition\":\n"
		  "{\"AthenaDatasetDefinition\": {\"OutputS3Uri\": \"s3://b/2\"}}}, {\"DatasetDefinition\":\n"
		  "{\"RedshiftDatasetDefinition\": {\"OutputS3Uri\": \"s3://b/3\"}}}],\n"
		  "\"ProcessingOutputConfig\": {\"Outputs\": [{\"S3Output\": {\"S3Uri\": \"s3://b/4\"}}]}}",
		  "processing p: CreateProcessingJob 1:1\nvpc \nsubnet subnet-1 3:13\ngroup sg-1 2:83\nisolation no\n"
		  "encryption yes\nhosts 4\ntype t\nimage i\nuri s3://b/1\nuri s3://b/2\nuri s3://b/3\nuri s3://b/4\n"
		  "file system no\nkey yes\n" },
		{ "{\"ProcessingJobName\": \"p\", \"ProcessingJobArn\": "
		  "\"arn:aws:sagemaker:eu-west-3:1:processing-job/p\"}",
		  "processing p: DescribeProcessingJob 1:1\nregion eu-west-3\nfile system no\nkey no\n" },
	};

	(void)state;
	CHECK(rows);
}

static void test_tuning(void **state)
{
	static const struct row rows[] = {
		{ "{\"HyperParameterTuningJobName\": \"t\", \"TrainingJobDefinition\": {\n"
		  "\"VpcConfig\": {\"Subnets\": [\"s\"], \"SecurityGroupIds\": [\"g\"]}, \"EnableNetworkIsolation\": "
		  "true,\n"
		  "\"StaticHyperParameters\": {\"x\": \"s3://b/1\"},\n"
		  "\"ResourceConfig\": {\"InstanceCount\": 2, \"InstanceType\": \"m\"}}}",
		  "tuning t: CreateHyperParameterTuningJob 1:63\nvpc \nsubnet s 2:27\ngroup g 2:54\nisolation yes\n"
		  "hosts 2\ntype m\nuri s3://b/1\nfile system no\nkey no\n" },
		// Any of the configurations may be what runs.
		{ "{\"HyperParameterTuningJobName\": \"t\",\n"
		  "\"HyperParameterTuningJobArn\": \"arn:aws:sagemaker:us-east-1:1:hyper-parameter-tuning-job/t\",\n"
		  "\"TrainingJobDefinitions\": [{\"DefinitionName\": \"one\", \"HyperParameterTuningResourceConfig\":\n"
		  "{\"InstanceConfigs\": [{\"InstanceCount\": 1}, {\"InstanceCount\": 8}, {\"InstanceCount\": 2}]}},\n"
		  "{\"EnableNetworkIsolation\": false}, 5]}",
		  "tuning t/one: DescribeHyperParameterTuningJob 3:28\nregion us-east-1\nhosts 8\nfile system no\nkey "
		  "no\n"
		  "tuning t/2: DescribeHyperParameterTuningJob 5:1\nregion us-east-1\nisolation no\nfile system no\n"
		  "key no\nf:5:36: error: a definition of training jobs must be an object, not a number\n" },
		{ "{\"HyperParameterTuningJobName\": \"t\"}",
		  "f:1:1: error: a tuning job without a definition of its training jobs (hint: SageMaker wants "
		  "\"TrainingJobDefinition\", or a list of \"TrainingJobDefinitions\")\n" },
		{ "{\"HyperParameterTuningJobName\": \"t\", \"TrainingJobDefinitions\": {}}",
		  "f:1:64: error: \"TrainingJobDefinitions\" must be a list, not an object\n" },
	};

	(void)state;
	CHECK(rows);
}

#define NETWORK "    VpcConfig: {SecurityGroupIds: [sg123], Subnets: [subnet-1234]}\n"

static void test_configuration(void **state)
{
	static const struct row rows[] = {
		// Sections of jobs alone, in an order that is not the file's; without a word on the network they are
		// none.
		{ "SchemaVersion: '1.0'\nSageMaker:\n  ProcessingJob:\n    NetworkConfig: {EnableNetworkIsolation: "
		  "yes}\n"
		  "  CompilationJob:\n" NETWORK "  Model:\n    EnableNetworkIsolation: true\n" NETWORK
		  "  AutoMLJob:\n    OutputDataConfig: {KmsKeyId: k}\n  TrainingJob:\n" NETWORK
		  "    Environment: {A: 1, B: ~, C: '~'}\n",
		  "defaults TrainingJob: the section TrainingJob of the SDK's config.yaml 13:5\nvpc \n"
		  "subnet subnet-1234 13:54\ngroup sg123 13:36\nvariable A=1 14:22\nvariable C=~ 14:34\n"
		  "defaults ProcessingJob: the section ProcessingJob of the SDK's config.yaml 4:5\nisolation yes\n" },
		{ "SageMaker:\n  PythonSDK: {Modules: {RemoteFunction: {EnvironmentVariables: {A: s3://b/1}, ImageUri: "
		  "i,\n"
		  "    InstanceType: t, S3RootUri: 's3://b/2', VolumeKmsKeyId: k,\n" NETWORK "    }}}\n"
		  "  AutoMLJobV2: {SecurityConfig: {EnableInterContainerTrafficEncryption: true}}\n",
		  "defaults RemoteFunction: the section RemoteFunction of the SDK's config.yaml 2:41\nvpc \n"
		  "subnet subnet-1234 4:54\ngroup sg123 4:36\ntype t\nimage i\nvariable A=s3://b/1 2:68\nuri s3://b/1\n"
		  "uri s3://b/2\nkey yes\n"
		  "defaults AutoMLJobV2: the section AutoMLJobV2 of the SDK's config.yaml 6:16\nencryption yes\n" },
		{ "SageMaker:\n  TrainingJob: {RoleArn: x, VpcConfig: }\n",
		  "f:1:1: warning: no section of this configuration says anything of a job's network (hint: import "
		  "reads "
		  "VpcConfig and EnableNetworkIsolation of the sections of jobs, as TrainingJob)\n" },
		{ "SageMaker:\n  TrainingJob: [x]\n",
		  "f:2:16: error: \"TrainingJob\" must be a mapping, not a list\n" },
		{ "SageMaker:\n  TrainingJob: [x]\n  ProcessingJob: {NetworkConfig: 5}\n",
		  "defaults ProcessingJob: the section ProcessingJob of the SDK's config.yaml 3:18\n"
		  "f:2:16: error: \"TrainingJob\" must be a mapping, not a list\n"
		  "f:3:34: error: \"NetworkConfig\" must be an object, not a text\n" },
	};

	(void)state;
	CHECK(rows);
}

#define ACK "apiVersion: sagemaker.services.k8s.aws/v1alpha1\n"

static void test_manifest(void **state)
{
	static const struct row rows[] = {
		{ ACK "kind: TrainingJob\nmetadata:\n  name: m\n  annotations: {services.k8s.aws/region: eu-west-2}\n"
		      "spec:\n  trainingJobName: $NAME\n  enableNetworkIsolation: true\n"
		      "  vpcConfig: {securityGroupIDs: [sg-1], subnets: [subnet-1]}\n"
		      "  resourceConfig: {instanceCount: $COUNT}\n"
		      "  outputDataConfig: {s3OutputPath: s3://<YOUR BUCKET>/x, kmsKeyID: k}\n",
		  "training $NAME: a manifest of the kind TrainingJob 7:3\nregion eu-west-2\nvpc \nsubnet subnet-1 "
		  "9:51\n"
		  "group sg-1 9:34\nisolation yes\nuri s3://<YOUR BUCKET>/x\nfile system no\nkey yes\n" },
		// The operators before it; the name of the manifest is the job's.
		{ "apiVersion: sagemaker.aws.amazon.com/v1\nkind: HyperparameterTuningJob\nmetadata: {name: m}\nspec:\n"
		  "  region: us-west-2\n  trainingJobDefinition:\n    environment: [{name: A, value: x}, {name: B}, "
		  "{}]\n",
		  "tuning m: a manifest of the kind HyperParameterTuningJob 7:5\nregion us-west-2\nvariable A=x 7:36\n"
		  "file system no\nkey no\nf:7:51: error: an item of \"Environment\" has no name\n" },
		{ "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [{\"apiVersion\":\n"
		  "\"sagemaker.services.k8s.aws/v1alpha1\", \"kind\": \"ProcessingJob\", \"metadata\": {\"name\": "
		  "\"p\"},\n"
		  "\"spec\": {\"networkConfig\": {\"enableNetworkIsolation\": true}},\n"
		  "\"status\": {\"ackResourceMetadata\": {\"region\": \"eu-west-1\"}}}]}",
		  "processing p: a manifest of the kind ProcessingJob 3:9\nregion eu-west-1\nisolation yes\n"
		  "file system no\nkey no\n" },
		{ ACK "kind: TrainingJobs\nspec: {}\n", "f:2:7: error: a manifest of the kind \"TrainingJobs\" is no "
							"job (hint: did you mean \"TrainingJob\"?)\n" },
		{ ACK "kind: Model\nspec: {}\n",
		  "f:2:7: error: a manifest of the kind \"Model\" is no job (hint: TrainingJob, ProcessingJob and "
		  "HyperParameterTuningJob are jobs)\n" },
		{ ACK "kind: TrainingJob\n", "f:1:1: error: a manifest of a TrainingJob without a spec (hint: the "
					     "request belongs under \"spec\")\n" },
		{ "apiVersion: batch/v1\nkind: TrainingJob\nspec: {}\n",
		  "f:1:13: error: a manifest of \"batch/v1\", which is not SageMaker's (hint: a job has apiVersion "
		  "sagemaker.services.k8s.aws/v1alpha1)\n" },
		{ ACK "kind: TrainingJob\nmetadata: {name: m}\nspec:\n  enableNetworkIsolation: 'true'\n",
		  "training m: a manifest of the kind TrainingJob 5:3\nfile system no\nkey no\n"
		  "f:5:27: error: \"EnableNetworkIsolation\" must be true or false, not a text (hint: without "
		  "quotes)\n" },
		{ ACK "kind: TrainingJob\nmetadata: {name: m}\nspec: {enableNetworkIsolation: $X, vpcConfig: {\n"
		      "  subnets: [$SUBNET], securityGroupIDs: ['<YOUR GROUP>']}}\n",
		  "training m: a manifest of the kind TrainingJob 4:7\nvpc \nsubnet $SUBNET 5:13\ngroup <YOUR GROUP> "
		  "5:42\n"
		  "file system no\nkey no\n"
		  "f:4:32: error: \"EnableNetworkIsolation\" is a placeholder still: $X (hint: put true or false in "
		  "its place: "
		  "it decides what the job reaches)\n"
		  "f:5:13: error: a placeholder still stands for a subnet: \"$SUBNET\" (hint: letters, digits and "
		  "\"-\", at "
		  "most 32 of them, as in subnet-0a1b2c3d; `aws ec2 describe-subnets` lists them)\n"
		  "f:5:42: error: a placeholder still stands for a security group: \"<YOUR GROUP>\" (hint: letters, "
		  "digits "
		  "and \"-\", at most 32 of them, as in sg-0a1b2c3d; `aws ec2 describe-security-groups` lists "
		  "them)\n" },
	};

	(void)state;
	CHECK(rows);
}

#define TEMPLATE_HINT                                                                                                  \
	"(hint: it says what is to be made: once it is, give what `aws sagemaker describe-training-job "               \
	"--training-job-name NAME` and `aws ec2 describe-…` print)\n"

static void test_yaml(void **state)
{
	static const struct row rows[] = {
		{ "TrainingJobName: j\nVpcConfig:\n  Subnets: [s]\n  SecurityGroupIds: [g]\n",
		  "training j: CreateTrainingJob 1:1\nvpc \nsubnet s 3:13\ngroup g 4:22\nfile system no\nkey no\n" },
		{ "ProcessingJobName: p\nProcessingJobArn: arn:aws:sagemaker:eu-west-1:1:processing-job/p\n",
		  "processing p: DescribeProcessingJob 1:1\nregion eu-west-1\nfile system no\nkey no\n" },
		{ "HyperParameterTuningJobName: t\nTrainingJobDefinition: {}\n",
		  "tuning t: CreateHyperParameterTuningJob 2:24\nfile system no\nkey no\n" },
		// What else it may be. Of a template its tags are not what is wrong.
		{ "AWSTemplateFormatVersion: 2010-09-09\nResources: !Ref X\n",
		  "f:1:1: error: this is a CloudFormation template, and no document that AWS prints " TEMPLATE_HINT },
		{ "# comment\nResources:\n  V: {Type: 'AWS::EC2::VPC', Id: !GetAtt a.b}\n",
		  "f:2:1: error: this is a CloudFormation template, and no document that AWS prints " TEMPLATE_HINT },
		{ "vpcjail: 1\n",
		  "f:1:1: error: this is a profile of vpcjail, and no document that AWS prints (hint: a "
		  "profile is what import writes; to bring it up to date: vpcjail import --refresh PROFILE "
		  "FILE…)\n" },
		{ "Subnets:\n- SubnetId: subnet-1\n",
		  "f:1:1: error: YAML where JSON is read: what `aws ec2 describe-subnets` "
		  "prints (hint: give it as JSON: --output json)\n" },
		{ "name: x\n", "f:1:1: error: an unknown document in YAML (hint: what can be given: the JSON of aws "
			       "(--output json), a "
			       "request, the SDK's config.yaml (it has \"SageMaker\"), a job's manifest (it has "
			       "\"apiVersion\"))\n" },
		{ "# nothing\n",
		  "f:2:1: error: the document is empty (hint: give what aws prints, a request, the SDK's "
		  "config.yaml or a job's manifest)\n" },
		// The plain part of YAML only.
		{ "SageMaker:\n  TrainingJob: &t\n    VpcConfig: {Subnets: [], SecurityGroupIds: []}\n  ProcessingJob: "
		  "*t\n",
		  "f:2:16: error: anchors are not allowed: \"&t\" (hint: write the value out where it is needed: "
		  "another "
		  "tool's anchors are not followed)\n"
		  "f:4:18: error: aliases are not allowed: \"*t\" (hint: write the value out where it is needed: "
		  "another "
		  "tool's anchors are not followed)\n" },
		{ "SageMaker: !x {}\n",
		  "f:1:12: error: tags are not allowed: \"!x\" (hint: leave it out; a template is no "
		  "document that can be imported)\n" },
		{ ACK "kind: TrainingJob\nspec: {}\n---\n" ACK, "f:4:1: error: a second document begins here (hint: "
								"put each document into a file of its own, and give "
								"them all)\n" },
		{ "TrainingJobName: [\n",
		  "f:2:1: error: not YAML: while parsing a flow node, did not find expected node "
		  "content\n" },
		{ "TrainingJobName: \x01\n",
		  "f:1:18: error: the control character 0x01 is not text: is this a document?\n" },
	};

	(void)state;
	CHECK(rows);
}

#define J "{\"TrainingJobName\": \"j\",\n"
#define GIVEN "training j: CreateTrainingJob 1:1\n"
#define REST "file system no\nkey no\n"

static void test_types(void **state)
{
	static const struct row rows[] = {
		{ "{\"TrainingJobName\": \"\"}",
		  "training : CreateTrainingJob 1:1\n" REST
		  "f:1:1: error: a training job without a name (hint: a name of any kind "
		  "will do)\n" },
		{ "{\"TrainingJobName\": 5}",
		  "training : CreateTrainingJob 1:1\n" REST
		  "f:1:1: error: a training job without a name (hint: a name of any kind will "
		  "do)\nf:1:21: error: a job's name must be a text, not a number\n" },
		{ J "\"VpcConfig\": []}", GIVEN REST "f:2:14: error: \"VpcConfig\" must be an object, not a list\n" },
		{ J "\"VpcConfig\": {\"Subnets\": \"s\", \"SecurityGroupIds\": [\"g\", 5]}}",
		  GIVEN "vpc \ngroup g 2:52\n" REST "f:2:26: error: \"Subnets\" must be a list of ids, not a text\n"
			"f:2:57: error: an id in \"SecurityGroupIds\" must be a text, not a number\n" },
		{ J "\"VpcConfig\": {}}",
		  GIVEN "vpc \n" REST
			"f:2:14: error: \"VpcConfig\" wants 1 to 5 security groups in \"SecurityGroupIds\": there "
			"is none (hint: or leave VpcConfig out, when the job has none)\n"
			"f:2:14: error: \"VpcConfig\" wants 1 to 16 subnets in \"Subnets\": there is none (hint: or "
			"leave VpcConfig out, when the job has none)\n" },
		{ J "\"EnableNetworkIsolation\": \"true\"}", GIVEN REST
		  "f:2:27: error: \"EnableNetworkIsolation\" must be true or false, not a text (hint: without "
		  "quotes)\n" },
		{ J "\"ResourceConfig\": {\"InstanceCount\": \"$N\", \"InstanceType\": {}}}",
		  GIVEN REST "f:2:37: error: \"InstanceCount\" must be a whole number from 0 to 1000000 (hint: "
			     "without quotes)\nf:2:59: error: a type of instance must be a text, not an object\n" },
		{ J "\"ResourceConfig\": {\"InstanceCount\": -1}}",
		  GIVEN REST "f:2:37: error: \"InstanceCount\" must be a whole number from 0 to 1000000\n" },
		{ J "\"ResourceConfig\": {\"InstanceCount\": 1000001}, \"InputDataConfig\": {\"x\": 1}}",
		  GIVEN REST "f:2:37: error: \"InstanceCount\" must be a whole number from 0 to 1000000\n"
			     "f:2:66: error: \"InputDataConfig\" must be a list, not an object\n" },
		{ J "\"Environment\": {\"A\": 1, \"B\": \"b\"}, \"HyperParameters\": []}",
		  GIVEN "variable B=b 2:30\n" REST
			"f:2:22: error: an environment variable must be a text, not a number (hint: in quotes)\n"
			"f:2:55: error: \"HyperParameters\" must map names to texts, not be a list\n" },
	};

	(void)state;
	CHECK(rows);
}

// A job with count subnets and groups, and one id that stands among the first.
static char *read_ids(size_t subnets, size_t groups, const char *id)
{
	AUTO_STRBUF struct strbuf text = { 0 };

	strbuf_add(&text, J "\"VpcConfig\": {\"Subnets\":\n[");
	for (size_t i = 0; i < subnets; i++)
		strbuf_format(&text, "%s\"%s\"", i ? ",\n" : "", i || !id ? "subnet-1" : id);
	strbuf_add(&text, "], \"SecurityGroupIds\": [");
	for (size_t i = 0; i < groups; i++)
		strbuf_format(&text, "%s\"%s\"", i ? "," : "", "sg-1");
	strbuf_add(&text, "]}}");
	return read_text(strbuf_text(&text), text.length);
}

static void check_ids(size_t subnets, size_t groups, const char *id, const char *mistake)
{
	AUTO_FREE char *found = read_ids(subnets, groups, id);
	const char *at = strstr(found, ": error: ");

	if (!mistake) {
		assert_null(at);
		return;
	}
	if (!at || !strstr(found, mistake) || strstr(at + 1, ": error: "))
		print_message("%zu subnets, %zu groups, \"%s\": %s\n", subnets, groups, id ? id : "", found);
	assert_non_null(strstr(found, mistake));
	assert_null(strstr(strstr(found, ": error: ") + 1, ": error: "));
}

static void test_limits(void **state)
{
	static const char *const legal[] = { "x", "-", "subnet-0a1b2c3d4e5f60718", "sg123",
					     "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef" };
	static const char *const illegal[] = {
		"",     "a_b", "a b", "a.b", "ä", "aé", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg",
		"a\\n", "a/b", "@",   "[",   "`", ":"
	};

	(void)state;
	check_ids(1, 1, NULL, NULL);
	check_ids(16, 5, NULL, NULL);
	check_ids(0, 1, NULL, "f:3:1: error: \"VpcConfig\" wants 1 to 16 subnets in \"Subnets\": there is none");
	check_ids(17, 1, NULL, "f:19:1: error: \"Subnets\" takes at most 16 subnets: this is one more\n");
	check_ids(40, 1, NULL, "f:19:1: error: \"Subnets\" takes at most 16 subnets: this is one more\n");
	check_ids(1, 0, NULL, "f:3:35: error: \"VpcConfig\" wants 1 to 5 security groups in \"SecurityGroupIds\"");
	check_ids(1, 6, NULL,
		  "f:3:71: error: \"SecurityGroupIds\" takes at most 5 security groups: this is one more\n");
	for (size_t i = 0; i < sizeof(legal) / sizeof(legal[0]); i++)
		check_ids(2, 1, legal[i], NULL);
	for (size_t i = 0; i < sizeof(illegal) / sizeof(illegal[0]); i++)
		check_ids(2, 1, illegal[i], "f:3:2: error: not a subnet's id: \"");
}

// What is wrong everywhere is said of the first places alone: each costs a walk over the text.
static void test_many(void **state)
{
	AUTO_STRBUF struct strbuf text = { 0 };
	size_t said = 0;

	(void)state;
	strbuf_add(&text, J "\"InputDataConfig\": [1");
	for (size_t i = 0; i < 100000; i++)
		strbuf_add(&text, ",1");
	strbuf_add(&text, "]}");
	AUTO_FREE char *found = read_text(strbuf_text(&text), text.length);
	for (const char *at = found; (at = strstr(at, ": error: ")); at++)
		said++;
	assert_int_equal(said, 20);

	strbuf_clear(&text);
	strbuf_add(&text, J "\"Environment\": {\n\"V0\": \"\"");
	for (size_t i = 1; i < 5000; i++)
		strbuf_format(&text, ",\n\"V%zu\": \"\"", i);
	strbuf_add(&text, "}}");
	AUTO_FREE char *variables = read_text(strbuf_text(&text), text.length);
	assert_non_null(strstr(variables, "variable V99= 102:"));
	assert_null(strstr(variables, "variable V101="));
	assert_non_null(
	    strstr(variables, "f:103:9: error: more than the 100 environment variables that SageMaker takes\n"));
	assert_null(strstr(strstr(variables, ": error: ") + 1, ": error: "));
}

static void test_size(void **state)
{
	AUTO_STRBUF struct strbuf text = { 0 };

	(void)state;
	strbuf_add(&text, J "\"Tags\": \"");
	while (text.length < YAML_SIZE - strlen("\"}"))
		strbuf_add_char(&text, 'x');
	strbuf_add(&text, "\"}");
	AUTO_FREE char *fits = read_text(strbuf_text(&text), text.length);
	assert_string_equal(fits, GIVEN REST);
	text.length -= strlen("\"}");
	strbuf_add(&text, "x\"}");
	AUTO_FREE char *found = read_text(strbuf_text(&text), text.length);
	assert_string_equal(found,
			    "f:1:1: error: a job larger than 1 MiB (hint: SageMaker takes no request of this size: is "
			    "it one?)\n");
}

// Foreign text is kept as it is, and is inert where it is shown.
static void test_hostile(void **state)
{
	static const char text[] =
	    "{\"TrainingJobName\": \"a\\u001b[2J\\nb\",\n"
	    "\"Environment\": {\"A\\u0007\": \"\\u202ex\\r\\n- y: z\\u2028\"},\n"
	    "\"VpcConfig\": {\"Subnets\": [\"\\u001b]0;x\\u0007\\u202e\"], \"SecurityGroupIds\": [\"g\"]}}";
	CLEANUP(account_release) struct account account = { 0 };
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	AUTO_STRBUF struct strbuf out = { 0 };

	(void)state;
	document_read(&account, "f", text, strlen(text), &mistakes);
	assert_int_equal(account.jobs.count, 1);
	const struct aws_job *job = &account.jobs.items[0];
	assert_string_equal(job->thing.id, "a\x1b[2J\nb");
	assert_string_equal(job->environment.items[0].name, "A\x07");
	assert_string_equal(job->environment.items[0].text, "\u202ex\r\n- y: z\u2028");
	mistakes_format(&mistakes, &out);
	assert_non_null(
	    strstr(strbuf_text(&out), "f:3:27: error: not a subnet's id: \"\\x1b]0;x\\x07\\xe2\\x80\\xae\""));
}

static void test_order(void **state)
{
	static const char *const texts[] = {
		J "\"HyperParameters\": {\"a\": \"s3://2\", \"b\": \"s3://1\"}, \"Environment\": {\"B\": \"x\", \"A\": "
		  "\"s3://3\"}}",
		J "\"Environment\": {\"A\": \"s3://3\", \"B\": \"x\"}, \"HyperParameters\": {\"b\": \"s3://1\", \"a\": "
		  "\"s3://2\"}}",
	};
	char *found[2];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		CLEANUP(account_release) struct account account = { 0 };
		CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
		struct strbuf out = { 0 };

		document_read(&account, "f", texts[i], strlen(texts[i]), &mistakes);
		vec_for_each (variable, &account.jobs.items[0].environment)
			variable->at = (struct location){ 0 };
		add_job(&out, &account.jobs.items[0]);
		found[i] = strbuf_steal(&out);
	}
	assert_string_equal(found[0], found[1]);
	assert_non_null(strstr(found[0], "uri s3://1\nuri s3://2\nuri s3://3\n"));
	free(found[0]);
	free(found[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_training),      cmocka_unit_test(test_processing), cmocka_unit_test(test_tuning),
		cmocka_unit_test(test_configuration), cmocka_unit_test(test_manifest),   cmocka_unit_test(test_yaml),
		cmocka_unit_test(test_types),         cmocka_unit_test(test_limits),     cmocka_unit_test(test_many),
		cmocka_unit_test(test_size),          cmocka_unit_test(test_hostile),    cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
