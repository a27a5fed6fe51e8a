// SPDX-License-Identifier: GPL-2.0-or-later
// The table of keys itself: paths unique, sections before their keys, words complete, defaults that parse.
#include "test.h"

#include <string.h>

#include "base/cleanup.h"
#include "profile/kind.h"

static void check_table(const struct key_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct key_row *row = &table->rows[i];
		const char *dot = strrchr(row->path, '.');
		assert_true(keys_find(table, row->path) == row);  // the first of its path: unique
		assert_true(row->help && row->help[strlen(row->help) - 1] == '.');
		assert_true(row->words ? row->kind == KEY_WORD || row->kind == KEY_TEXTS : row->kind != KEY_WORD);
		assert_true((row->kind == KEY_LIST || row->kind == KEY_MAP) == (row->members != NULL));
		assert_true(row->offset < table->size);
		if (dot) {
			AUTO_FREE char *section = memory_copy_bytes(row->path, (size_t)(dot - row->path));
			const struct key_row *above = keys_find(table, section);
			assert_true(above && above < row && above->kind == KEY_SECTION);
		}
		if (row->members)
			check_table(row->members);
	}
}

static void test_rows(void **state)
{
	(void)state;
	check_table(&profile_keys);
}

// A default that does not parse would silently leave the zero value.
static void check_fallbacks(const struct key_table *table)
{
	AUTO_FREE void *base = memory_new(1, table->size);

	for (size_t i = 0; i < table->count; i++) {
		CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
		struct reader reader = { .mistakes = &mistakes };
		const struct key_row *row = &table->rows[i];
		if (row->members)
			check_fallbacks(row->members);
		if (!row->fallback)
			continue;
		AUTO_NODE struct node *node = node_scalar(row->fallback);
		kind_of(row)->read(&reader, row, node, base);
		if (mistakes.errors)
			fail_msg("%s: %s", row->path, mistakes.list.items[0].message);
	}
}

static void test_fallbacks(void **state)
{
	(void)state;
	check_fallbacks(&profile_keys);
}

static void count_path(void *data, const char *path, const struct key_row *row)
{
	size_t *found = data;

	(void)row;
	if (strcmp(path, "security-groups.ID.egress[].to") == 0 || strcmp(path, "process.devices.gpu") == 0)
		++*found;
}

static void test_walk(void **state)
{
	size_t found = 0;

	(void)state;
	keys_walk(count_path, &found);
	assert_int_equal(found, 2);
}

static void test_texts(void **state)
{
	CLEANUP(strbuf_release) struct strbuf schema = { 0 }, manual = { 0 };

	(void)state;
	keys_print_schema(&schema);
	keys_print_mdoc(&manual);
	assert_non_null(strstr(schema.text, "\"on-deny\": {"));
	assert_non_null(strstr(schema.text, "\"additionalProperties\": false"));
	assert_non_null(strstr(manual.text, ".It Ic network.isolation : Cm full | Cm vpc\n"));
	assert_non_null(strstr(manual.text, ".It Ic endpoints[].ports\n"));
	assert_null(strstr(manual.text, ". "));  // mandoc wants each sentence on a line of its own
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows), cmocka_unit_test(test_fallbacks),
					    cmocka_unit_test(test_walk), cmocka_unit_test(test_texts) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
