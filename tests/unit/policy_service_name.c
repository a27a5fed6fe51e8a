// SPDX-License-Identifier: GPL-2.0-or-later
// policy: the DNS names of endpoints. The expected names are written apart from the table.
#include "test.h"

#include <ctype.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "policy/service_name.h"
#include "policy/service_table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool has(const name_vec *names, const char *wanted)
{
	vec_for_each (name, names)
		if (strcmp(*name, wanted) == 0)
			return true;
	return false;
}

static void names_of(const char *service, const char *region, name_vec *names)
{
	struct profile profile = { .vpc.region.text = (char *)(uintptr_t)region };
	struct profile_endpoint endpoint = { .service.text = (char *)(uintptr_t)service };

	endpoint_dns_names(&profile, &endpoint, names);
}

// The private name, as DescribeVpcEndpointServices gives it, comes first.
static void test_private_names(void **state)
{
	static const struct {
		const char *service, *name;
	} rows[] = {
		{ "sts", "sts.us-east-1.amazonaws.com" },
		{ "logs", "logs.us-east-1.amazonaws.com" },
		{ "monitoring", "monitoring.us-east-1.amazonaws.com" },
		{ "kms", "kms.us-east-1.amazonaws.com" },
		{ "secretsmanager", "secretsmanager.us-east-1.amazonaws.com" },
		{ "ecr.api", "api.ecr.us-east-1.amazonaws.com" },
		{ "ecr.dkr", "*.dkr.ecr.us-east-1.amazonaws.com" },
		{ "sagemaker.api", "api.sagemaker.us-east-1.amazonaws.com" },
		{ "sagemaker.runtime", "runtime.sagemaker.us-east-1.amazonaws.com" },
		{ "sagemaker.featurestore-runtime", "featurestore-runtime.sagemaker.us-east-1.amazonaws.com" },
		{ "sagemaker.metrics", "metrics.sagemaker.us-east-1.amazonaws.com" },
		{ "ssm", "ssm.us-east-1.amazonaws.com" },
		{ "ssmmessages", "ssmmessages.us-east-1.amazonaws.com" },
		{ "ec2", "ec2.us-east-1.amazonaws.com" },
		{ "ec2messages", "ec2messages.us-east-1.amazonaws.com" },
		{ "elasticfilesystem", "elasticfilesystem.us-east-1.amazonaws.com" },
		{ "dynamodb", "dynamodb.us-east-1.amazonaws.com" },
		{ "bedrock", "bedrock.us-east-1.amazonaws.com" },
		{ "bedrock-runtime", "bedrock-runtime.us-east-1.amazonaws.com" },
		{ "events", "events.us-east-1.amazonaws.com" },
		{ "sqs", "sqs.us-east-1.amazonaws.com" },
		{ "sns", "sns.us-east-1.amazonaws.com" },
		{ "lambda", "lambda.us-east-1.amazonaws.com" },
		{ "athena", "athena.us-east-1.amazonaws.com" },
		{ "glue", "glue.us-east-1.amazonaws.com" },
		{ "codeartifact.api", "codeartifact.us-east-1.amazonaws.com" },
		{ "codeartifact.repositories", "*.d.codeartifact.us-east-1.amazonaws.com" },
		{ "states", "states.us-east-1.amazonaws.com" },
		{ "kinesis-streams", "kinesis.us-east-1.amazonaws.com" },
		{ "kinesis-firehose", "firehose.us-east-1.amazonaws.com" },
		{ "cloudformation", "cloudformation.us-east-1.amazonaws.com" },
		{ "servicequotas", "servicequotas.us-east-1.amazonaws.com" },
		{ "autoscaling", "autoscaling.us-east-1.amazonaws.com" },
		{ "elasticloadbalancing", "elasticloadbalancing.us-east-1.amazonaws.com" },
		{ "batch", "batch.us-east-1.amazonaws.com" },
		{ "ecs", "ecs.us-east-1.amazonaws.com" },
		{ "ecs-agent", "ecs-a.us-east-1.amazonaws.com" },
		{ "ecs-telemetry", "ecs-t.us-east-1.amazonaws.com" },
		{ "git-codecommit", "git-codecommit.us-east-1.amazonaws.com" },
		{ "rds", "rds.us-east-1.amazonaws.com" },
		{ "redshift", "redshift.us-east-1.amazonaws.com" },
		{ "lakeformation", "lakeformation.us-east-1.amazonaws.com" },
		{ "execute-api", "*.execute-api.us-east-1.amazonaws.com" },
		{ "elasticmapreduce", "elasticmapreduce.us-east-1.amazonaws.com" },
		{ "notebook", "*.notebook.us-east-1.sagemaker.aws" },
		{ "eks-auth", "eks-auth.us-east-1.api.aws" },
		{ "codecommit-fips", "codecommit-fips.us-east-1.amazonaws.com" },
		{ "elasticfilesystem-fips", "elasticfilesystem-fips.us-east-1.amazonaws.com" },
		{ "sagemaker.runtime-fips", "runtime-fips.sagemaker.us-east-1.amazonaws.com" },
		{ "com.amazonaws.us-east-1.kms", "kms.us-east-1.amazonaws.com" },
		{ "aws.sagemaker.us-east-1.studio", "*.studio.us-east-1.sagemaker.aws" },
		{ "brand-new", "brand-new.us-east-1.amazonaws.com" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(name_vec_release) name_vec names = { 0 };

		names_of(rows[i].service, "us-east-1", &names);
		assert_true(names.count > 0);
		assert_string_equal(names.items[0], rows[i].name);
	}
}

static void test_further_names(void **state)
{
	static const struct {
		const char *service, *region, *name;
		bool wanted;
	} rows[] = {
		{ "s3", "eu-west-1", "s3.eu-west-1.amazonaws.com", true },
		{ "s3", "eu-west-1", "*.s3.eu-west-1.amazonaws.com", true },
		{ "s3", "eu-west-1", "s3.dualstack.eu-west-1.amazonaws.com", true },
		{ "s3", "eu-west-1", "*.s3.dualstack.eu-west-1.amazonaws.com", true },
		{ "s3", "eu-west-1", "s3-eu-west-1.amazonaws.com", true },
		{ "s3", "eu-west-1", "*.s3-eu-west-1.amazonaws.com", true },
		{ "s3", "eu-west-1", "*.s3.amazonaws.com", false },
		{ "s3", "eu-west-1", "s3-fips.eu-west-1.amazonaws.com", false },
		{ "s3", "us-east-1", "s3.amazonaws.com", true },
		{ "s3", "us-east-1", "*.s3.amazonaws.com", true },
		{ "s3", "us-east-1", "*.s3-fips.dualstack.us-east-1.amazonaws.com", true },
		{ "s3", "cn-north-1", "*.s3.cn-north-1.amazonaws.com.cn", true },
		{ "s3", "cn-north-1", "s3.dualstack.cn-north-1.amazonaws.com.cn", true },
		{ "s3", "cn-north-1", "*.s3.cn-north-1.amazonaws.com", false },
		{ "s3", "us-gov-west-1", "s3-fips.us-gov-west-1.amazonaws.com", true },
		{ "s3", "us-gov-west-1", "s3-us-gov-west-1.amazonaws.com", true },
		{ "s3", "us-gov-west-1", "s3.amazonaws.com", false },
		{ "sts", "eu-west-1", "sts.eu-west-1.api.aws", true },
		{ "sts", "eu-west-1", "sts.amazonaws.com", false },
		{ "sts", "eu-west-1", "sts-fips.eu-west-1.amazonaws.com", false },
		{ "sts", "us-west-2", "sts-fips.us-west-2.amazonaws.com", true },
		{ "sts", "us-west-2", "sts-fips.us-west-2.api.aws", true },
		{ "sts", "cn-northwest-1", "sts.cn-northwest-1.amazonaws.com.cn", true },
		{ "sts", "cn-northwest-1", "sts.cn-northwest-1.api.amazonwebservices.com.cn", true },
		{ "kms", "ca-central-1", "kms-fips.ca-central-1.amazonaws.com", true },
		{ "kms", "us-gov-east-1", "kms-fips.us-gov-east-1.amazonaws.com", true },
		{ "ecr.api", "eu-west-1", "ecr.eu-west-1.api.aws", true },
		{ "ecr.api", "us-east-2", "api.ecr-fips.us-east-2.amazonaws.com", true },
		{ "ecr.dkr", "us-east-2", "*.dkr.ecr-fips.us-east-2.amazonaws.com", true },
		{ "ecr.dkr", "eu-west-1", "*.dkr-ecr.eu-west-1.on.aws", true },
		{ "elasticfilesystem", "eu-west-1", "efs.eu-west-1.api.aws", true },
		{ "batch", "us-east-1", "fips.batch.us-east-1.amazonaws.com", true },
		{ "sagemaker.api", "us-east-1", "api-fips.sagemaker.us-east-1.amazonaws.com", true },
		{ "sagemaker.api", "us-east-1", "api.sagemaker-fips.us-east-1.api.aws", true },
		{ "sagemaker.featurestore-runtime", "us-east-1",
		  "featurestore-runtime.sagemaker-fips.us-east-1.amazonaws.com", true },
		{ "sagemaker.metrics", "us-east-1", "metrics-fips.sagemaker.us-east-1.amazonaws.com", true },
		{ "sagemaker.runtime", "cn-north-1", "runtime.sagemaker.cn-north-1.amazonaws.com.cn", true },
		{ "dynamodb", "eu-west-1", "*.ddb.eu-west-1.amazonaws.com", true },
		{ "studio", "cn-north-1", "*.studio.cn-north-1.sagemaker.com.cn", true },
		{ "kms", "us-iso-east-1", "kms.us-iso-east-1.c2s.ic.gov", true },
		{ "kms-fips", "us-east-1", "kms.us-east-1.amazonaws.com", false },
		{ "com.amazonaws.us-east-1.s3", "eu-west-1", "s3.us-east-1.amazonaws.com", true },
		{ "com.amazonaws.us-east-1.s3", "eu-west-1", "s3.eu-west-1.amazonaws.com", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(name_vec_release) name_vec names = { 0 };

		names_of(rows[i].service, rows[i].region, &names);
		if (has(&names, rows[i].name) != rows[i].wanted)
			fail_msg("%s in %s: %s", rows[i].service, rows[i].region, rows[i].name);
	}
}

static struct profile_endpoint with_name(const char *service, const char *name)
{
	struct profile_endpoint endpoint = { .service.text = memory_copy_text(service) };

	if (name)
		vec_push(&endpoint.names, (struct text_value){ .text = memory_copy_text(name) });
	return endpoint;
}

static void test_given_names(void **state)
{
	static char region[] = "us-east-1";
	struct profile profile = { .vpc.region.text = region };
	struct profile here = { 0 };
	CLEANUP(name_vec_release) name_vec custom = { 0 }, regionless = { 0 }, plain = { 0 }, fips = { 0 };
	CLEANUP(name_vec_release) name_vec given = { 0 }, none = { 0 };
	char no[] = "no";

	(void)state;
	vec_push(&profile.endpoints, with_name(NULL, "MinIO.Corp.example"));
	vec_push(&profile.endpoints, with_name("kms", "kms.us-east-1.amazonaws.com"));
	vec_push(&profile.endpoints, with_name("kms-fips", NULL));
	endpoint_dns_names(&profile, &profile.endpoints.items[0], &custom);
	assert_int_equal(custom.count, 1);
	assert_string_equal(custom.items[0], "minio.corp.example");

	endpoint_dns_names(&here, &profile.endpoints.items[1], &regionless);
	assert_int_equal(regionless.count, 1);

	// Each name once; FIPS names where an endpoint is for them, and only there.
	endpoint_dns_names(&profile, &profile.endpoints.items[1], &plain);
	endpoint_dns_names(&profile, &profile.endpoints.items[2], &fips);
	assert_int_equal(plain.count, 2);
	assert_int_equal(fips.count, 2);
	assert_true(has(&fips, "kms-fips.us-east-1.amazonaws.com"));

	// Without private DNS the service's names lead elsewhere.
	profile.endpoints.items[1].private_dns.text = no;
	profile.endpoints.items[2].private_dns.text = no;
	endpoint_dns_names(&profile, &profile.endpoints.items[1], &given);
	assert_int_equal(given.count, 1);
	endpoint_dns_names(&profile, &profile.endpoints.items[2], &none);
	assert_int_equal(none.count, 0);

	vec_for_each (endpoint, &profile.endpoints) {
		vec_for_each (name, &endpoint->names)
			free(name->text);
		vec_release(&endpoint->names);
		free(endpoint->service.text);
	}
	vec_release(&profile.endpoints);
}

static void test_matches(void **state)
{
	static const struct {
		const char *pattern, *name;
		bool wanted;
	} rows[] = {
		{ "sts.eu-west-1.amazonaws.com", "sts.eu-west-1.amazonaws.com", true },
		{ "sts.eu-west-1.amazonaws.com", "STS.eu-west-1.AmazonAWS.com.", true },
		{ "sts.eu-west-1.amazonaws.com", "a.sts.eu-west-1.amazonaws.com", false },
		{ "sts.eu-west-1.amazonaws.com", "sts.eu-west-1.amazonaws.com.evil", false },
		{ "*.s3.eu-west-1.amazonaws.com", "bucket.s3.eu-west-1.amazonaws.com", true },
		{ "*.s3.eu-west-1.amazonaws.com", "a.dotted.bucket.s3.eu-west-1.amazonaws.com", true },
		{ "*.s3.eu-west-1.amazonaws.com", "s3.eu-west-1.amazonaws.com", false },
		{ "*.s3.eu-west-1.amazonaws.com", ".s3.eu-west-1.amazonaws.com", false },
		{ "*.s3.eu-west-1.amazonaws.com", "evils3.eu-west-1.amazonaws.com", false },
		{ "*.s3.eu-west-1.amazonaws.com", "", false },
		{ "a", "", false },
		{ "a", ".", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (endpoint_name_matches(rows[i].pattern, rows[i].name) != rows[i].wanted)
			fail_msg("%s and %s", rows[i].pattern, rows[i].name);
}

static void check_pattern(const char *pattern)
{
	for (const char *c = pattern; *c; c++) {
		assert_true(islower((unsigned char)*c) || isdigit((unsigned char)*c) || strchr(".-%*", *c));
		if (*c == '%')
			assert_non_null(strchr("rsdom", c[1]));
		if (*c == '*')
			assert_true(c == pattern && c[1] == '.');
	}
}

// Sorted, as the search wants it; only known placeholders; each service found by its name.
// What names an endpoint has leads back to a service that has them.
static void test_way_back(void **state)
{
	static const char *const regions[] = { "us-east-1", "eu-west-1", "cn-north-1", "us-iso-east-1" };
	static const char *const strange[] = { "",      ".",           "s3",
					       "logs.", "example.com", "x.eu-west-1.amazonaws.com.example" };

	(void)state;
	for (size_t i = 0; i < COUNT(regions); i++) {
		struct profile profile = { .vpc.region.text = (char *)(uintptr_t)regions[i] };
		for (size_t row = 0; row < service_name_row_count; row++) {
			CLEANUP(name_vec_release) name_vec names = { 0 };
			names_of(service_name_rows[row].service, regions[i], &names);
			vec_for_each (pattern, &names) {
				AUTO_FREE char *name =
				    memory_format("%s%s.", **pattern == '*' ? "X" : "", *pattern + (**pattern == '*'));
				const char *service = endpoint_service_of_name(&profile, name);
				CLEANUP(name_vec_release) name_vec own = { 0 };
				assert_non_null(service);
				names_of(service, regions[i], &own);
				bool found = false;
				vec_for_each (other, &own)
					found = found || endpoint_name_matches(*other, name);
				assert_true(found);
			}
		}
		for (size_t j = 0; j < COUNT(strange); j++)
			assert_null(endpoint_service_of_name(&profile, strange[j]));
	}
}

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < service_name_row_count; i++) {
		const struct service_name_row *row = &service_name_rows[i];

		assert_true(i == 0 || strcmp(service_name_rows[i - 1].service, row->service) < 0);
		assert_ptr_equal(service_name_find(row->service), row);
		assert_true(endpoint_service_is_known(row->service));
		assert_non_null(row->names[0]);
		for (size_t k = 0; k < SERVICE_NAMES && row->names[k]; k++)
			check_pattern(row->names[k]);
		for (size_t k = 0; k < SERVICE_FIPS_NAMES && row->fips[k]; k++)
			check_pattern(row->fips[k]);
	}
	assert_false(endpoint_service_is_known("brand-new"));
	assert_false(endpoint_service_is_known("brand-new-fips"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_private_names), cmocka_unit_test(test_further_names),
		cmocka_unit_test(test_given_names),   cmocka_unit_test(test_matches),
		cmocka_unit_test(test_way_back),      cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
