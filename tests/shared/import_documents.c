// SPDX-License-Identifier: GPL-2.0-or-later
// import against what AWS and other tools have published: every document is read, every broken one is refused with its
// place, and of ip-ranges.json nothing is lost. What is found is counted; nothing found is a failure.
#include "../unit/test.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/strbuf.h"
#include "import/document/document.h"
#include "import/read/forms.h"

enum { SKIPPED = 77, SIZE = 16 << 20, DESCRIPTORS = 16 };

static char *folder;
static VEC(char *) found;

static int add_file(const char *path, const struct stat *status, int type, struct FTW *place)
{
	(void)status;
	(void)place;
	if (type == FTW_F)
		vec_push(&found, memory_copy_text(path));
	return 0;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void drop_found(void)
{
	vec_for_each (path, &found)
		free(*path);
	vec_release(&found);
}

// The files below a folder of the data, in a fixed order.
static void list_files(const char *under)
{
	AUTO_FREE char *whole = memory_format("%s/%s", folder, under);

	drop_found();
	assert_int_equal(nftw(whole, add_file, DESCRIPTORS, FTW_PHYS), 0);
	qsort(found.items, found.count, sizeof(*found.items), compare_texts);
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), wanted = strlen(end);

	return length >= wanted && strcmp(text + length - wanted, end) == 0;
}

static void read_file(struct account *account, const char *path, struct mistakes *mistakes)
{
	AUTO_FREE char *text = NULL;
	struct error err = { 0 };
	size_t length = 0;

	if (io_read_file(path, SIZE, &text, &length, &err) < 0)
		fail_msg("%s", err.message);
	document_read(account, path, text, length, mistakes);
}

static unsigned documents_seen(const struct account *account)
{
	unsigned seen = 0;

	for (size_t i = 0; i < import_form_count; i++)
		seen += account->seen[i];
	return seen;
}

// Reads a file by itself; no error may be said. Counts the files that gave a document, and those with a warning.
static void read_good(const char *path, size_t *documents, size_t *warned)
{
	CLEANUP(account_release) struct account account = { 0 };
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	CLEANUP(strbuf_release) struct strbuf said = { 0 };

	read_file(&account, path, &mistakes);
	document_end(&account, &mistakes);
	mistakes_format(&mistakes, &said);
	if (mistakes.errors)
		fail_msg("%s", strbuf_text(&said));
	if (mistakes.list.count)
		printf("# %s", strbuf_text(&said));
	*documents += documents_seen(&account) > 0;
	*warned += mistakes.list.count > 0;
}

// What is read under a folder: how many files with that end, how many of them hold a document, and in how many
// something is warned of.
static void check_folder(const char *under, const char *end, size_t files, size_t documents, size_t warned)
{
	size_t got = 0, got_documents = 0, got_warned = 0;

	list_files(under);
	vec_for_each (path, &found) {
		if (!ends_with(*path, end))
			continue;
		got++;
		read_good(*path, &got_documents, &got_warned);
	}
	printf("# %s: %zu files, %zu with documents, %zu with warnings, 0 refused\n", under, got, got_documents,
	       got_warned);
	assert_int_equal(got, files);
	assert_int_equal(got_documents, documents);
	assert_int_equal(got_warned, warned);
}

static void test_cli_examples(void **state)
{
	(void)state;
	check_folder("cli-examples", ".json", 85, 81, 7);
}

static void test_custodian(void **state)
{
	(void)state;
	check_folder("custodian", ".json", 202, 202, 4);
}

static void test_batfish(void **state)
{
	(void)state;
	check_folder("batfish", ".json", 105, 105, 1);
}

static void test_npguard(void **state)
{
	(void)state;
	check_folder("npguard", ".json", 2, 2, 0);
}

// Where each broken example of AWS's own documentation breaks, as its text shows.
static void test_invalid(void **state)
{
	static const struct {
		const char *file;
		unsigned line, column;
	} rows[] = {
		{ "create-vpc-endpoint.invalid-12.txt", 3, 123 },
		{ "create-vpc.invalid-11.txt", 23, 26 },
		{ "describe-instances.invalid-252.txt", 14, 5 },
		{ "describe-instances.invalid-350.txt", 10, 2 },
		{ "describe-security-groups.invalid-10.txt", 53, 9 },
		{ "describe-subnets.invalid-9.txt", 17, 39 },
		{ "get-network-insights-access-scope-analysis-findings.invalid-12.txt", 24, 29 },
		{ "get-security-groups-for-vpc.invalid-11.txt", 19, 1 },
	};
	size_t got = 0;

	(void)state;
	list_files("cli-examples");
	vec_for_each (path, &found)
		got += strstr(*path, ".invalid-") != NULL;
	assert_int_equal(got, sizeof(rows) / sizeof(rows[0]));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP(account_release) struct account account = { 0 };
		CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
		CLEANUP(strbuf_release) struct strbuf said = { 0 };
		AUTO_FREE char *path = memory_format("%s/cli-examples/%s", folder, rows[i].file);
		AUTO_FREE char *place = memory_format("%s:%u:%u: error: ", path, rows[i].line, rows[i].column);

		read_file(&account, path, &mistakes);
		mistakes_format(&mistakes, &said);
		if (!strstr(strbuf_text(&said), place))
			fail_msg("%s wanted, but: %s", place, strbuf_text(&said));
	}
	printf("# invalid: %zu files, each refused at its place\n", got);
}

static void read_ranges(struct account *account, const char *name)
{
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	AUTO_FREE char *path = memory_format("%s/ip-ranges/%s", folder, name);

	read_file(account, path, &mistakes);
	assert_int_equal(mistakes.list.count, 0);
}

static int compare_ranges(const void *a, const void *b)
{
	const struct aws_range *left = a, *right = b;
	char one[PREFIX_TEXT_SIZE], other[PREFIX_TEXT_SIZE];

	return strcmp(prefix_print(&left->prefix, one), prefix_print(&right->prefix, other));
}

static void sort_ranges(struct account *account)
{
	qsort(account->ranges.items, account->ranges.count, sizeof(struct aws_range), compare_ranges);
}

// How many prefixes of one snapshot the other one has not: a prefix is listed once for each service.
static size_t only_in(const struct account *account, const struct account *other)
{
	const struct aws_range *last = NULL;
	size_t only = 0;

	vec_for_each (range, &account->ranges) {
		if (!last || compare_ranges(last, range) != 0)
			only +=
			    !bsearch(range, other->ranges.items, other->ranges.count, sizeof(*range), compare_ranges);
		last = range;
	}
	return only;
}

static void test_ip_ranges(void **state)
{
	CLEANUP(account_release) struct account oldest = { 0 };
	CLEANUP(account_release) struct account earlier = { 0 };
	CLEANUP(account_release) struct account latest = { 0 };

	(void)state;
	read_ranges(&oldest, "ip-ranges.2019-12-20-21-03-09.json");
	read_ranges(&earlier, "ip-ranges.latest-1.json");
	read_ranges(&latest, "ip-ranges.latest.json");
	assert_string_equal(oldest.ranges_date, "2019-12-20-21-03-09");
	assert_string_equal(latest.ranges_date, "2026-08-22-15-17-05");
	sort_ranges(&earlier);
	sort_ranges(&latest);
	size_t added = only_in(&latest, &earlier), gone = only_in(&earlier, &latest);
	printf("# ip-ranges: %zu, %zu and %zu ranges, %zu words; prefixes: %zu added, %zu gone\n", oldest.ranges.count,
	       earlier.ranges.count, latest.ranges.count, latest.words.count, added, gone);
	assert_int_equal(added, 1);
	assert_int_equal(gone, 0);
	assert_int_equal(oldest.ranges.count, 2478);
	assert_int_equal(earlier.ranges.count, 16826);
	assert_int_equal(latest.ranges.count, 16828);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cli_examples), cmocka_unit_test(test_invalid), cmocka_unit_test(test_custodian),
		cmocka_unit_test(test_batfish),      cmocka_unit_test(test_npguard), cmocka_unit_test(test_ip_ranges),
	};
	const char *given = getenv("VPCJAIL_SHARED"), *root = getenv("VPCJAIL_SOURCE");

	folder = given ? memory_copy_text(given) : memory_format("%s/../shared/data/aws", root ? root : ".");
	if (access(folder, R_OK) < 0) {
		fprintf(stderr, "SKIPPED, missing: the shared data, %s\n", folder);
		free(folder);
		return SKIPPED;
	}
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	drop_found();
	free(folder);
	return failed;
}
