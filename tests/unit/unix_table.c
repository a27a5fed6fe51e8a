// SPDX-License-Identifier: GPL-2.0-or-later
// The list of UNIX sockets: which names are paths, whatever bytes they have.
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "kernel/host/unix_table.h"
#include "test.h"

#define HEADING "Num       RefCount Protocol Flags    Type St Inode Path\n"
#define ROW "0000000000000000: 00000002 00000000 00010000 0001 01 19371"

// text holds the table, wanted its paths, each ended by '|'.
static void expect(const char *text, const char *wanted)
{
	char *copy = memory_copy_text(text);
	text_list paths = { 0 };
	char got[1000] = "";
	size_t length = 0;

	unix_table_paths(copy, &paths);
	vec_for_each (path, &paths)
		length += (size_t)snprintf(got + length, sizeof(got) - length, "%s|", *path);
	assert_string_equal(got, wanted);
	text_list_release(&paths);
	free(copy);
}

static void rows(void **state)
{
	(void)state;
	expect("", "");
	expect(HEADING, "");
	expect(HEADING ROW "\n", "");
	expect(HEADING ROW " @abstract\n" ROW " /run/a\n" ROW "\n" ROW " b\n", "/run/a|b|");
	// An address of 32 bits, an inode of fewer digits than its column, and of more.
	expect(HEADING "c0ffee00: 00000002 00000000 00010000 0001 01     7 /x\n" ROW "99999999 /y\n", "/x|/y|");
	expect(HEADING ROW " /no/end", "/no/end|");
}

// A path is written as it is.
static void names(void **state)
{
	(void)state;
	expect(HEADING ROW "  /a\n", " /a|");  // a relative one that begins with a blank
	expect(HEADING ROW " /a b  c \n", "/a b  c |");
	expect(HEADING ROW " /two\nlines\n" ROW " /x\n", "/two\nlines|/x|");
	expect(HEADING ROW " /end\n\n" ROW " /x\n", "/end\n|/x|");
	expect(HEADING ROW " /end\n\n", "/end\n|");
	expect(HEADING ROW " /\xff\xfe\x80\\040\n", "/\xff\xfe\x80\\040|");
	// Nearly a row is none.
	expect(HEADING ROW " /a\n00000000: 0000000 /b\n", "/a\n00000000: 0000000 /b|");
	expect(HEADING ROW " /a\n00000000: 00000002 00000000 00010000 0001 01 x /b\n",
	       "/a\n00000000: 00000002 00000000 00010000 0001 01 x /b|");
	expect(HEADING ROW " /a\n0000000: 00000002 00000000 00010000 0001 01 1 /b\n",
	       "/a\n0000000: 00000002 00000000 00010000 0001 01 1 /b|");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows),
		cmocka_unit_test(names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
