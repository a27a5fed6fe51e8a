// SPDX-License-Identifier: GPL-2.0-or-later
// Prefix lists from what AWS's own tools have printed, and from real ip-ranges.json of years apart.
#include "../unit/test.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "profile/load.h"

enum { SKIPPED = 77, SIZE = 16 << 20 };

static char *folder;

static int open_profile(void *data, const char *name, const char *from, char **path, char **text, size_t *length,
			struct error *err)
{
	(void)from;
	(void)err;
	*path = memory_format("%s.yaml", name);
	*text = memory_copy_text(data);
	*length = strlen(*text);
	return 0;
}

// What a recorder of API calls keeps is one level down, under "data".
static void unwrap(char **text, size_t *length)
{
	json_t *root = json_loadb(*text, *length, 0, NULL);
	json_t *data = json_object_get(root, "data");

	if (data) {
		char *inner = json_dumps(data, JSON_INDENT(2));
		free(*text);
		*text = inner;
		*length = strlen(inner);
	}
	json_decref(root);
}

static int read_data(void *data, const char *file, const char *from, char **path, char **text, size_t *length,
		     struct error *err)
{
	AUTO_FREE char *whole = memory_format("%s/%s", folder, file);

	(void)data;
	(void)from;
	if (io_read_file(whole, SIZE, text, length, err) < 0)
		return -ENOENT;
	unwrap(text, length);
	*path = memory_copy_text(file);
	return 0;
}

// Loads a profile of one prefix list, ID: {KEYS}; what it says is left in *said.
static int load(const char *id, const char *keys, struct profile *profile, char **said)
{
	AUTO_FREE char *text = memory_format("vpcjail: 1\nnetwork: {isolation: vpc}\nvpc: {subnets: [10.0.0.0/24]}\n"
					     "process: {credentials: scrub}\nprefix-lists:\n  %s: {%s}\n",
					     id, keys);
	const struct profile_source source = { .data = text, .open = open_profile, .read = read_data };
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	struct strbuf out = { 0 };
	int result = profile_load(&source, "test", profile, &mistakes);

	mistakes_format(&mistakes, &out);
	*said = strbuf_steal(&out);
	return result;
}

static bool list_contains(const struct profile_prefix_list *list, const char *text)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix, NULL), 0);
	return prefix_set_covers(&list->entries, &prefix);
}

static void test_good(void **state)
{
	static const struct {
		const char *id, *keys, *inside, *outside;
		bool approximate;
	} rows[] = {
		{ "pl-x", "file: cli-examples/get-managed-prefix-list-entries.1.json", "10.2.0.0/16", "10.1.0.0/32",
		  false },
		{ "pl-63a5400a", "file: cli-examples/describe-prefix-lists.1.json", "54.231.0.0/17", "54.231.128.0/32",
		  false },
		{ "pl-63a5400a",
		  "name: com.amazonaws.us-east-1.s3, file: "
		  "custodian/test_network_acl_s3_missing/ec2.DescribePrefixLists_1.json",
		  "52.216.0.0/15", "52.218.0.0/32", false },
		{ "pl-x", "file: custodian/test_prefix_list_entry/ec2.GetManagedPrefixListEntries_1.json", NULL, NULL,
		  false },
		{ "pl-02cd2c6b", "file: batfish/test-vpc-endpoint-gateway/aws_configs/us-east-1/PrefixLists.json",
		  "52.94.0.0/22", "52.216.0.0/32", false },
		{ "pl-x", "name: com.amazonaws.us-east-1.s3, file: ip-ranges/ip-ranges.2019-12-20-21-03-09.json",
		  "52.216.0.0/15", "52.218.0.0/32", true },
		{ "pl-x", "name: com.amazonaws.us-east-1.s3, file: ip-ranges/ip-ranges.latest.json", "52.216.0.0/15",
		  "3.5.140.0/32", true },
		{ "pl-x", "service: dynamodb, region: eu-west-1, file: ip-ranges/ip-ranges.latest.json",
		  "52.94.24.0/23", "52.216.0.0/32", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP(profile_release) struct profile profile = { 0 };
		AUTO_FREE char *said = NULL;

		if (load(rows[i].id, rows[i].keys, &profile, &said) < 0)
			fail_msg("%s", said);
		const struct profile_prefix_list *list = &profile.prefix_lists.items[0];
		assert_false(prefix_set_is_empty(&list->entries));
		assert_int_equal(list->approximate, rows[i].approximate);
		assert_int_equal(rows[i].approximate, strstr(said, "its ip-ranges.json is of 20") != NULL);
		if (rows[i].inside && (!list_contains(list, rows[i].inside) || list_contains(list, rows[i].outside)))
			fail_msg("row %zu: %s, %s", i, rows[i].inside, rows[i].outside);
	}
}

static void test_bad(void **state)
{
	static const struct {
		const char *id, *keys, *said;
	} rows[] = {
		{ "pl-x", "file: cli-examples/describe-prefix-lists.1.json", "it has pl-63a5400a" },
		{ "pl-02cd2c6b", "file: custodian/test_prefix_list_entry/ec2.DescribeManagedPrefixLists_1.json",
		  "this names the lists alone" },
		{ "pl-x", "file: cli-examples/describe-vpcs.1.json", "this JSON has no prefix list" },
		{ "pl-x", "file: ip-ranges/ip-ranges.latest.json", "which ones make prefix list" },
		{ "pl-x", "name: com.amazonaws.eu-west-9.s3, file: ip-ranges/ip-ranges.latest.json",
		  "no range of service s3 in Region eu-west-9" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP(profile_release) struct profile profile = { 0 };
		AUTO_FREE char *said = NULL;

		assert_int_equal(load(rows[i].id, rows[i].keys, &profile, &said), -EINVAL);
		if (!strstr(said, rows[i].said))
			fail_msg("row %zu: %s", i, said);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_good), cmocka_unit_test(test_bad) };
	const char *given = getenv("VPCJAIL_SHARED"), *root = getenv("VPCJAIL_SOURCE");

	folder = given ? memory_copy_text(given) : memory_format("%s/../shared/data/aws", root ? root : ".");
	if (access(folder, R_OK) < 0) {
		fprintf(stderr, "SKIPPED, missing: the shared data, %s\n", folder);
		free(folder);
		return SKIPPED;
	}
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	free(folder);
	return failed;
}
