// SPDX-License-Identifier: GPL-2.0-or-later
// The rows: see service_table.h.
//
// Sources: "AWS services that integrate with AWS PrivateLink" (AWS PrivateLink Guide); "Service endpoints and quotas"
// (AWS General Reference), for FIPS and dual-stack names; "AWS PrivateLink for Amazon S3", "Making requests to Amazon
// S3 over IPv6" and "Virtual hosting of buckets" with its legacy endpoints (Amazon S3 User Guide); "Amazon ECR
// interface VPC endpoints" and "Making requests to dual-stack endpoints" (Amazon ECR User Guide); "Connect to SageMaker
// AI within your VPC" (Amazon SageMaker AI Developer Guide); "Create VPC endpoints for CodeArtifact" (CodeArtifact User
// Guide); "Account-based endpoints" (Amazon DynamoDB Developer Guide); the private names that
// DescribeVpcEndpointServices gives.
#include "policy/service_table.h"

#include <stdlib.h>
#include <string.h>

// Most names begin with one word.
#define REGULAR(service, word)                                                                                         \
	{                                                                                                              \
		service, { word ".%r.%s", word ".%r.%d" },                                                             \
		{                                                                                                      \
			word "-fips.%r.%s", word "-fips.%r.%d"                                                         \
		}                                                                                                      \
	}
// SageMaker has its FIPS names in two forms.
#define SAGEMAKER(word, fips)                                                                                          \
	{                                                                                                              \
		"sagemaker." word, { word ".sagemaker.%r.%s", word ".sagemaker.%r.%d" },                               \
		{                                                                                                      \
			fips ".%r.%s", word ".sagemaker-fips.%r.%d"                                                    \
		}                                                                                                      \
	}

const struct service_name_row service_name_rows[] = {
	REGULAR("access-analyzer", "access-analyzer"),
	REGULAR("acm-pca", "acm-pca"),
	REGULAR("appconfig", "appconfig"),
	REGULAR("appconfigdata", "appconfigdata"),
	REGULAR("application-autoscaling", "application-autoscaling"),
	REGULAR("aps", "aps"),
	REGULAR("aps-workspaces", "aps-workspaces"),
	REGULAR("athena", "athena"),
	REGULAR("autoscaling", "autoscaling"),
	REGULAR("autoscaling-plans", "autoscaling-plans"),
	REGULAR("backup", "backup"),
	{ "batch", { "batch.%r.%s", "batch.%r.%d" }, { "fips.batch.%r.%s", "batch-fips.%r.%d" } },
	REGULAR("bedrock", "bedrock"),
	REGULAR("bedrock-agent", "bedrock-agent"),
	REGULAR("bedrock-agent-runtime", "bedrock-agent-runtime"),
	REGULAR("bedrock-data-automation", "bedrock-data-automation"),
	REGULAR("bedrock-data-automation-runtime", "bedrock-data-automation-runtime"),
	REGULAR("bedrock-runtime", "bedrock-runtime"),
	REGULAR("cloudformation", "cloudformation"),
	REGULAR("cloudtrail", "cloudtrail"),
	REGULAR("codeartifact.api", "codeartifact"),
	{ "codeartifact.repositories", { "*.d.codeartifact.%r.%s", "*.d.codeartifact.%r.%o" } },
	REGULAR("codebuild", "codebuild"),
	{ "codecommit", { "codecommit.%r.%s" }, { "codecommit-fips.%r.%s" } },
	REGULAR("codedeploy", "codedeploy"),
	REGULAR("codepipeline", "codepipeline"),
	REGULAR("comprehend", "comprehend"),
	REGULAR("config", "config"),
	REGULAR("databrew", "databrew"),
	REGULAR("datasync", "datasync"),
	REGULAR("dms", "dms"),
	{ "dynamodb",
	  { "dynamodb.%r.%s", "dynamodb.%r.%d", "*.ddb.%r.%s" },
	  { "dynamodb-fips.%r.%s", "dynamodb-fips.%r.%d" } },
	REGULAR("dynamodb-streams", "streams.dynamodb"),
	REGULAR("ebs", "ebs"),
	REGULAR("ec2", "ec2"),
	REGULAR("ec2messages", "ec2messages"),
	{ "ecr.api", { "api.ecr.%r.%s", "ecr.%r.%d" }, { "api.ecr-fips.%r.%s", "ecr-fips.%r.%s", "ecr-fips.%r.%d" } },
	{ "ecr.dkr", { "*.dkr.ecr.%r.%s", "*.dkr-ecr.%r.%o" }, { "*.dkr.ecr-fips.%r.%s", "*.dkr-ecr-fips.%r.%o" } },
	REGULAR("ecs", "ecs"),
	REGULAR("ecs-agent", "ecs-a"),
	REGULAR("ecs-telemetry", "ecs-t"),
	{ "eks", { "eks.%r.%s", "eks.%r.%d" }, { "fips.eks.%r.%s", "eks-fips.%r.%d" } },
	{ "eks-auth", { "eks-auth.%r.%d" }, { "eks-auth-fips.%r.%d" } },
	REGULAR("elasticache", "elasticache"),
	{ "elasticfilesystem",
	  { "elasticfilesystem.%r.%s", "efs.%r.%d" },
	  { "elasticfilesystem-fips.%r.%s", "efs-fips.%r.%d" } },
	REGULAR("elasticloadbalancing", "elasticloadbalancing"),
	REGULAR("elasticmapreduce", "elasticmapreduce"),
	{ "email-smtp", { "email-smtp.%r.%s" }, { "email-smtp-fips.%r.%s" } },
	REGULAR("emr-containers", "emr-containers"),
	REGULAR("emr-serverless", "emr-serverless"),
	REGULAR("events", "events"),
	{ "execute-api", { "*.execute-api.%r.%s" } },
	{ "experiments", { "*.experiments.%r.%m" } },
	REGULAR("forecast", "forecast"),
	REGULAR("forecastquery", "forecastquery"),
	REGULAR("fsx", "fsx"),
	{ "git-codecommit", { "git-codecommit.%r.%s" }, { "git-codecommit-fips.%r.%s" } },
	REGULAR("glue", "glue"),
	REGULAR("health", "health"),
	REGULAR("imagebuilder", "imagebuilder"),
	{ "kafka", { "kafka.%r.%s", "kafka-api.%r.%d" }, { "kafka-fips.%r.%s", "kafka-api-fips.%r.%d" } },
	REGULAR("kendra", "kendra"),
	REGULAR("kinesis-firehose", "firehose"),
	REGULAR("kinesis-streams", "kinesis"),
	REGULAR("kms", "kms"),
	REGULAR("lakeformation", "lakeformation"),
	REGULAR("lambda", "lambda"),
	REGULAR("license-manager", "license-manager"),
	REGULAR("logs", "logs"),
	REGULAR("memory-db", "memory-db"),
	REGULAR("monitoring", "monitoring"),
	REGULAR("mq", "mq"),
	{ "notebook", { "*.notebook.%r.%m" } },
	REGULAR("personalize", "personalize"),
	REGULAR("personalize-events", "personalize-events"),
	REGULAR("personalize-runtime", "personalize-runtime"),
	REGULAR("pipes", "pipes"),
	REGULAR("polly", "polly"),
	REGULAR("rds", "rds"),
	REGULAR("rds-data", "rds-data"),
	REGULAR("redshift", "redshift"),
	REGULAR("redshift-data", "redshift-data"),
	REGULAR("redshift-serverless", "redshift-serverless"),
	REGULAR("rekognition", "rekognition"),
	REGULAR("resource-groups", "resource-groups"),
	{ "s3",
	  { "s3.%r.%s", "*.s3.%r.%s", "s3.dualstack.%r.%s", "*.s3.dualstack.%r.%s", "s3-%r.%s", "*.s3-%r.%s",
	    "*.s3-accesspoint.%r.%s", "*.s3-accesspoint.dualstack.%r.%s", "*.s3-control.%r.%s",
	    "*.s3-control.dualstack.%r.%s" },
	  { "s3-fips.%r.%s", "*.s3-fips.%r.%s", "s3-fips.dualstack.%r.%s", "*.s3-fips.dualstack.%r.%s" },
	  { "s3.%s", "*.s3.%s", "s3-external-1.%s", "*.s3-external-1.%s" } },
	REGULAR("s3tables", "s3tables"),
	SAGEMAKER("api", "api-fips.sagemaker"),
	SAGEMAKER("edge", "edge.sagemaker-fips"),
	SAGEMAKER("featurestore-runtime", "featurestore-runtime.sagemaker-fips"),
	SAGEMAKER("metrics", "metrics-fips.sagemaker"),
	SAGEMAKER("runtime", "runtime-fips.sagemaker"),
	REGULAR("scheduler", "scheduler"),
	{ "secretsmanager", { "secretsmanager.%r.%s" }, { "secretsmanager-fips.%r.%s" } },
	REGULAR("servicecatalog", "servicecatalog"),
	REGULAR("servicequotas", "servicequotas"),
	REGULAR("sns", "sns"),
	REGULAR("sqs", "sqs"),
	REGULAR("ssm", "ssm"),
	REGULAR("ssmmessages", "ssmmessages"),
	REGULAR("states", "states"),
	REGULAR("storagegateway", "storagegateway"),
	{ "stream-logs", { "stream-logs.%r.%s" } },
	REGULAR("sts", "sts"),
	{ "studio", { "*.studio.%r.%m" } },
	REGULAR("sync-states", "sync-states"),
	REGULAR("synthetics", "synthetics"),
	REGULAR("tagging", "tagging"),
	REGULAR("textract", "textract"),
	{ "transcribe",
	  { "transcribe.%r.%s", "transcribe.%r.%d" },
	  { "fips.transcribe.%r.%s", "transcribe-fips.%r.%d" } },
	REGULAR("transfer", "transfer"),
	REGULAR("translate", "translate"),
	REGULAR("xray", "xray"),
};
const size_t service_name_row_count = sizeof(service_name_rows) / sizeof(service_name_rows[0]);

static int compare(const void *service, const void *row)
{
	return strcmp(service, ((const struct service_name_row *)row)->service);
}

const struct service_name_row *service_name_find(const char *service)
{
	return bsearch(service, service_name_rows, service_name_row_count, sizeof(service_name_rows[0]), compare);
}
