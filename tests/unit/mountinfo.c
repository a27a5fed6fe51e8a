// SPDX-License-Identifier: GPL-2.0-or-later
// The list of mounts: escapes, optional fields, and what is no list.
#include <errno.h>
#include <string.h>

#include "base/memory.h"
#include "kernel/host/mountinfo.h"
#include "test.h"

static int parse(const char *text, struct mount_table *table)
{
	struct error err = { 0 };

	*table = (struct mount_table){ 0 };
	return mount_table_parse(table, memory_copy_text(text), &err);
}

static void fields(void **state)
{
	struct mount_table table;

	(void)state;
	assert_int_equal(
	    parse("27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard\n"
		  "36 35 98:0 /a\\040b\\134\\012 /c\\011d rw shared:1 master:7 - fuse.sshfs host:/x\\040y rw\n",
		  &table),
	    0);
	assert_int_equal(table.rows.count, 2);
	const struct mount_row *row = mount_table_find(&table, 36);
	assert_non_null(row);
	assert_int_equal(row->parent, 35);
	assert_string_equal(row->device, "98:0");
	assert_string_equal(row->root, "/a b\\\n");
	assert_string_equal(row->point, "/c\td");
	assert_string_equal(row->type, "fuse.sshfs");
	assert_string_equal(row->source, "host:/x y");
	assert_null(mount_table_find(&table, 35));
	mount_table_release(&table);
}

// A name that looks like an escape and is none stays as it is.
static void no_escape(void **state)
{
	struct mount_table table;

	(void)state;
	assert_int_equal(parse("1 1 0:1 /\\8ab\\04 /\\ rw - a b c\n", &table), 0);
	assert_string_equal(table.rows.items[0].root, "/\\8ab\\04");
	assert_string_equal(table.rows.items[0].point, "/\\");
	mount_table_release(&table);
}

static void refused(void **state)
{
	static const char *const rows[] = {
		"1", "1 2 3 4 5", "1 2 3 4 5 6 7", "x 1 0:1 / / rw - a b c", "1 1 0:1 / / rw - ext4",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mount_table table;
		assert_int_equal(parse(rows[i], &table), -EIO);
		mount_table_release(&table);
	}
}

static void paths(void **state)
{
	(void)state;
	assert_string_equal(mount_path_below("/a/b", "/a"), "/b");
	assert_string_equal(mount_path_below("/a/b", "/"), "/a/b");
	assert_string_equal(mount_path_below("/a/b", "/a/b"), "");
	assert_string_equal(mount_path_below("/", "/"), "");
	assert_null(mount_path_below("/ab", "/a"));
	assert_null(mount_path_below("/a", "/a/b"));
	assert_null(mount_path_below("/", "/a"));
	static const char *const joined[][3] = {
		{ "/", "", "/" }, { "/", "/a", "/a" }, { "/a", "", "/a" }, { "/a", "/b", "/a/b" }
	};
	for (size_t i = 0; i < sizeof(joined) / sizeof(joined[0]); i++) {
		char *path = mount_path_join(joined[i][0], joined[i][1]);
		assert_string_equal(path, joined[i][2]);
		free(path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test(no_escape),
		cmocka_unit_test(refused),
		cmocka_unit_test(paths),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
