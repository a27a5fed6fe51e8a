// SPDX-License-Identifier: GPL-2.0-or-later
// shrink: what is left is what shows it, and nothing else.
#include "../../unit/test.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "shrink.h"

static unsigned asked;

// Shown by a list that holds "b", as long as a key "top:" stands above it.
static bool shows(void *data, const char *text)
{
	const char *top = strstr(text, "top:\n"), *list = top ? strstr(top, "[") : NULL;

	(void)data;
	asked++;
	return list && strstr(list, "b") && strstr(list, "]");
}

static void test_shrink(void **state)
{
	static const char text[] =
	    "before: 1\ntop:\n  other:\n    - x\n    - y\n  list: [a, b, {c: d, e: f}]\nafter: 2\n";
	AUTO_FREE char *smallest = shrink_text(text, shows, NULL, 10);

	(void)state;
	assert_string_equal(smallest, "top:\n  list: [ b]\n");
}

// A long list takes few trials, not one a line.
static void test_long(void **state)
{
	AUTO_STRBUF struct strbuf text = { 0 };
	AUTO_FREE char *smallest = NULL;

	(void)state;
	strbuf_add(&text, "top:\n");
	for (int i = 0; i < 4000; i++)
		strbuf_format(&text, "  - [%c]\n", i == 2345 ? 'b' : 'a');
	asked = 0;
	smallest = shrink_text(strbuf_text(&text), shows, NULL, 10);
	assert_string_equal(smallest, "top:\n  - [b]\n");
	assert_true(asked < 400);
}

static void test_out_of_time(void **state)
{
	AUTO_FREE char *same = shrink_text("top:\n  list: [b]\n", shows, NULL, 0);

	(void)state;
	assert_true(shows(NULL, same));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_shrink), cmocka_unit_test(test_long),
					    cmocka_unit_test(test_out_of_time) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
