// SPDX-License-Identifier: GPL-2.0-or-later
// plan: the tables of guarded files are as their readers expect them, and how a path of theirs is named.
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "plan/guarded.h"

static void check_rows(const struct guarded_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *path = rows[i].path;
		size_t length = strlen(path);
		if (!length || path[0] == '/' || path[length - 1] == '/' || strstr(path, "//") || strstr(path, ".."))
			fail_msg("%s is no path below its base", path);
		if (strchr(path, '*') && rows[i].base != BASE_REPOSITORY)
			fail_msg("%s: only a repository is looked through for names", path);
		if (!rows[i].why || !rows[i].why[0])
			fail_msg("%s has no reason", path);
		for (size_t j = 0; j < i; j++)
			if (rows[j].base == rows[i].base && strcmp(rows[j].path, path) == 0)
				fail_msg("%s is there twice", path);
	}
}

static void test_rows(void **state)
{
	(void)state;
	check_rows(later_rows, later_row_count);
	check_rows(credential_rows, credential_row_count);
}

// `keep` keeps AWS's own alone.
static void test_keep(void **state)
{
	(void)state;
	for (size_t i = 0; i < credential_row_count; i++)
		assert_int_equal(credential_rows[i].aws, strncmp(credential_rows[i].path, ".aws", 4) == 0);
}

static void test_names(void **state)
{
	static char home[] = "/home/ada", root[] = "/";
	const struct guarded_row row = { BASE_HOME, ".config/git", "why" };
	const struct {
		struct guarded_place place;
		const char *path, *shown;
	} rows[] = {
		{ { .folder = home, .shown = "~/" }, "/home/ada/.config/git", "~/.config/git" },
		{ { .folder = home, .shown = "" }, "/home/ada/.config/git", ".config/git" },
		{ { .folder = home }, "/home/ada/.config/git", "/home/ada/.config/git" },
		{ { .folder = root, .shown = "~/" }, "/.config/git", "~/.config/git" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *path = guarded_path_of(&rows[i].place, &row);
		char *shown = guarded_shown(&rows[i].place, path);
		assert_string_equal(path, rows[i].path);
		assert_string_equal(shown, rows[i].shown);
		free(path);
		free(shown);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_keep),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
