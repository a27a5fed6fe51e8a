// SPDX-License-Identifier: GPL-2.0-or-later
// Every wrong profile of tests/golden/errors gives exactly the text beside it.
//
// GOLDEN_UPDATE=1 writes the texts anew instead; read the difference before committing it.
#include "test.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "profile/load.h"

enum { PROFILES_AT_LEAST = 45, SIZE = 4 << 20 };

static char *folder;

// Profiles by name and files by path, all below the folder; the first of NAME and parts/NAME that exists.
static int read_below(const char *name, const char *suffix, char **path, char **text, size_t *length, struct error *err)
{
	static const char *const places[] = { "", "parts/" };

	for (size_t i = 0; i < 2; i++) {
		AUTO_FREE char *below = memory_format("%s%s%s", places[i], name, suffix);
		AUTO_FREE char *whole = memory_format("%s/%s", folder, below);
		if (io_read_file(whole, SIZE, text, length, NULL) == 0) {
			*path = STEAL(below);
			return 0;
		}
	}
	return error_set(err, -ENOENT, "nothing is called \"%s\"; look again", name);
}

static int open_profile(void *data, const char *name, const char *from, char **path, char **text, size_t *length,
			struct error *err)
{
	(void)data;
	(void)from;
	return read_below(name, ".yaml", path, text, length, err);
}

static int read_beside(void *data, const char *file, const char *from, char **path, char **text, size_t *length,
		       struct error *err)
{
	(void)data;
	(void)from;
	return read_below(file, "", path, text, length, err);
}

static const struct profile_source source = { .folder = "/profiles", .open = open_profile, .read = read_beside };

static void check_one(const char *name)
{
	CLEANUP(strbuf_release) struct strbuf out = { 0 };
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	CLEANUP(profile_release) struct profile profile = { 0 };
	AUTO_FREE char *path = memory_format("%s/%s.expected", folder, name);
	AUTO_FREE char *expected = NULL;
	size_t length;

	int result = profile_load(&source, name, &profile, &mistakes);
	mistakes_format(&mistakes, &out);
	if (getenv("GOLDEN_UPDATE")) {
		FILE *file = fopen(path, "w");
		assert_non_null(file);
		fputs(strbuf_text(&out), file);
		fclose(file);
		return;
	}
	if (result != -EINVAL || !mistakes.errors)
		fail_msg("%s.yaml was accepted", name);
	assert_int_equal(io_read_file(path, SIZE, &expected, &length, NULL), 0);
	if (strcmp(strbuf_text(&out), expected) != 0)
		fail_msg("%s.yaml: expected\n%sbut it said\n%s", name, expected, strbuf_text(&out));
}

static void test_all(void **state)
{
	DIR *names = opendir(folder);
	const struct dirent *entry;
	size_t count = 0;

	(void)state;
	assert_non_null(names);
	while ((entry = readdir(names))) {
		const char *dot = strrchr(entry->d_name, '.');
		if (!dot || strcmp(dot, ".yaml") != 0)
			continue;
		AUTO_FREE char *name = memory_copy_bytes(entry->d_name, (size_t)(dot - entry->d_name));
		check_one(name);
		count++;
	}
	closedir(names);
	assert_true(count >= PROFILES_AT_LEAST);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_all) };
	const char *root = getenv("VPCJAIL_SOURCE");

	if (!root)
		return 1;
	folder = memory_format("%s/tests/golden/errors", root);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	free(folder);
	return failed;
}
