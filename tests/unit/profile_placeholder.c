// SPDX-License-Identifier: GPL-2.0-or-later
// profile: the marked lines of templates, what a profile that extends one replaces, and what counts.
#include "test.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "profile/load.h"

#define HEAD "vpcjail: 1\n"
#define REST "process: {credentials: scrub}\n"

static const struct {
	const char *name, *text;
} files[] = {
	{ "template", HEAD "template: yes\n"
			   "description: a#REPLACE\n"
			   "network: {isolation: vpc}\n"
			   "vpc:\n"
			   "  region: eu-west-1  # REPLACE\n"
			   "  cidrs: [10.0.0.0/8]\t#REPLACE by yours\n"
			   "  subnets: [10.1.0.0/16]  # not this one: REPLACE\n"
			   "  domains: []\n"
			   "hosts:  # REPLACE this comment stands on no value's line\n"
			   "  one: 10.1.0.1  # REPLACE\n"
			   "  two: 10.1.0.2\n"
			   "prefix-lists:\n"
			   "  pl-used: {name: a, entries: [192.0.2.0/24]}  # REPLACE\n"
			   "  pl-unused:\n"
			   "    entries: [198.51.100.0/24]  # REPLACE\n"
			   "endpoints:\n"
			   "  - {service: s3, type: gateway, prefix-list: pl-used}  # REPLACE\n"
			   "  - {service: sts, type: interface, addresses: [10.1.0.3]}  # REPLACE\n" REST },
	{ "no", HEAD "template: no\nnetwork: {isolation: vpc}\nvpc: {subnets: [10.0.0.0/24]}  # REPLACE\n" REST },
	{ "without", HEAD "network: {isolation: vpc}\nvpc: {subnets: [10.0.0.0/24]}  # REPLACE\n" REST },
	{ "child",
	  HEAD "extends: template\nvpc: {region: eu-west-2, cidrs: [10.1.0.0/16]}  # REPLACE means nothing here\n"
	       "prefix-lists: {pl-used: {name: b}}\nhosts: {one: 10.1.0.9}\n" },
	{ "grandchild", HEAD "extends: child\nendpoints: []\n" },
	{ "wrong", HEAD "template: maybe\nnetwork: {isolation: full}\n" },
};

static int open_profile(void *data, const char *name, const char *from, char **path, char **text, size_t *length,
			struct error *err)
{
	(void)data;
	(void)from;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (strcmp(files[i].name, name) != 0)
			continue;
		*path = memory_copy_text(name);
		*text = memory_copy_text(files[i].text);
		*length = strlen(*text);
		return 0;
	}
	return error_set(err, -ENOENT, "there is no %s", name);
}

// "FILE:LINE KEY" of each, in the order found; or the mistakes.
static char *placeholders_of(const char *name)
{
	const struct profile_source source = { .open = open_profile };
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	CLEANUP(profile_release) struct profile profile = { 0 };
	struct strbuf out = { 0 };

	if (profile_load(&source, name, &profile, &mistakes) < 0)
		mistakes_format(&mistakes, &out);
	vec_for_each (placeholder, &profile.placeholders)
		strbuf_format(&out, "%s:%u %s\n", placeholder->at.file, placeholder->at.line, placeholder->key);
	return strbuf_steal(&out);
}

static void test_placeholders(void **state)
{
	static const struct {
		const char *name, *want;
	} rows[] = {
		{ "template", "template:6 vpc.region\ntemplate:7 vpc.cidrs\ntemplate:11 hosts.one\n"
			      "template:14 prefix-lists.pl-used\ntemplate:18 endpoints\ntemplate:19 endpoints\n" },
		{ "no", "" },
		{ "without", "" },
		{ "child", "template:14 prefix-lists.pl-used.entries\ntemplate:18 endpoints\ntemplate:19 endpoints\n" },
		{ "grandchild", "" },
		{ "wrong", "wrong:2:11: error: \"template\" must be yes or no (hint: write yes or no)\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_FREE char *got = placeholders_of(rows[i].name);
		assert_string_equal(got, rows[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_placeholders) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
