// SPDX-License-Identifier: GPL-2.0-or-later
// import: members of rows and their places; the rows of ip-ranges.json.
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "import/read/reader.h"
#include "import_text.h"

// Memory that is the same for each row, as malloc's often is: what is kept of a row must go with it.
static char arena[1 << 16];
static size_t arena_used, arena_blocks;

static void *arena_new(size_t size)
{
	size_t room = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);

	assert_true(room <= sizeof(arena) - arena_used);
	arena_used += room;
	arena_blocks++;
	return arena + arena_used - room;
}

static void arena_free(void *pointer)
{
	if (pointer && --arena_blocks == 0)
		arena_used = 0;
}

static void test_places_of_rows(void **state)
{
	CLEANUP(account_release) struct account account = { 0 };
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	CLEANUP(strbuf_release) struct strbuf said = { 0 };

	(void)state;
	json_set_alloc_funcs(arena_new, arena_free);
	read_text("[{\"VpcId\": \"vpc-1\", \"CidrBlock\": \"10.0.0.0/8\", \"DhcpOptionsId\": \"d\", \"Tags\": "
		  "[{\"Key\": 1}]},\n"
		  "{\"VpcId\": \"vpc-2\",\n\"CidrBlock\": \"10.0.0.0/8\", \"DhcpOptionsId\": \"d\", "
		  "\"Tags\":\n[{\"Key\": 1}]}]",
		  &account, &mistakes, &said);
	json_set_alloc_funcs(malloc, free);
	assert_int_equal(account.vpcs.count, 2);
	assert_string_equal(strbuf_text(&said), "f:1:87: error: \"Key\" must be a text, not a number\n"
						"f:4:10: error: \"Key\" must be a text, not a number\n");
}

static void test_names(void **state)
{
	CLEANUP(account_release) struct account account = { 0 };
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	CLEANUP(strbuf_release) struct strbuf said = { 0 };

	(void)state;
	read_text("{\"Vpcs\": [{\"VpcId\": \"vpc-1\", \"Tags\": [{\"Key\": \"name\", \"Value\": \"no\"},"
		  "{\"Key\": \"Name\", \"Value\": \"yes\"}]}]}",
		  &account, &mistakes, &said);
	assert_int_equal(mistakes.list.count, 0);
	assert_string_equal(account.vpcs.items[0].thing.name, "yes");
}

// Places in a row: of members, of items, of what is not there, and beside names with escapes.
static void test_places(void **state)
{
	static const char text[] = "{ \"a\\u0062\": {\"list\": [1, {\"in\": [true, true]}]},\n"
				   "  \"here\": null, \"deep\": [[\"x\"],\n [\"y\", \"z\"]] }";
	struct mistakes mistakes = { 0 };
	json_t *root = json_loads(text, 0, NULL);
	const struct import_reader reader = {
		.mistakes = &mistakes,
		.file = "f",
		.text = text,
		.length = strlen(text),
		.at = { .file = "f", .line = 7, .column = 5 },
		.root = root,
	};
	const json_t *ab = json_object_get(root, "ab"), *list = json_object_get(ab, "list");
	const json_t *in = json_object_get(json_array_get(list, 1), "in"), *deep = json_object_get(root, "deep");
	const struct {
		struct location at;
		unsigned line, column;
	} rows[] = {
		{ import_place(&reader, root, NULL), 7, 5 },
		{ import_place(&reader, root, "none"), 7, 5 },
		{ import_place(&reader, root, "ab"), 7, 18 },
		{ import_place(&reader, ab, NULL), 7, 18 },
		{ import_place(&reader, ab, "list"), 7, 27 },
		{ import_item_place(&reader, list, 0), 7, 28 },
		{ import_item_place(&reader, list, 1), 7, 31 },
		{ import_item_place(&reader, in, 0), 7, 39 },
		{ import_item_place(&reader, in, 1), 7, 45 },
		{ import_place(&reader, root, "here"), 8, 11 },
		{ import_item_place(&reader, deep, 1), 9, 2 },
		{ import_item_place(&reader, json_array_get(deep, 1), 1), 9, 8 },
		{ import_item_place(&reader, json_array_get(deep, 0), 0), 8, 27 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].at.line != rows[i].line || rows[i].at.column != rows[i].column)
			fail_msg("row %zu: %u:%u, not %u:%u", i, rows[i].at.line, rows[i].at.column, rows[i].line,
				 rows[i].column);
	json_decref(root);
}

static void test_members(void **state)
{
	static const char text[] =
	    "{\"host\": \"10.1.2.3/16\", \"v6\": \"2001:db8::1/64\", \"bad\": \"10.0.0.0/33\", "
	    "\"address\": \"10-0-0-1\", \"n\": 12, \"big\": 70000, \"half\": 1.5, \"empty\": \"\", "
	    "\"texts\": [\"a\", null, \"\", 3]}";
	CLEANUP(strbuf_release) struct strbuf said = { 0 };
	struct mistakes mistakes = { 0 };
	json_t *root = json_loads(text, 0, NULL);
	struct import_reader reader = { .mistakes = &mistakes,
					.file = "f",
					.text = text,
					.length = strlen(text),
					.at = { .file = "f", .line = 1, .column = 1 },
					.root = root };
	char shown[PREFIX_TEXT_SIZE];
	struct address address;
	struct prefix prefix;
	id_vec texts = { 0 };
	long number = 5;

	(void)state;
	assert_true(member_prefix(&reader, root, "host", &prefix));
	assert_string_equal(prefix_print(&prefix, shown), "10.1.0.0/16");
	assert_true(member_prefix(&reader, root, "v6", &prefix));
	assert_string_equal(prefix_print(&prefix, shown), "2001:db8::/64");
	assert_false(member_prefix(&reader, root, "bad", &prefix));
	assert_false(member_prefix(&reader, root, "none", &prefix));
	assert_false(member_address(&reader, root, "address", &address));
	assert_true(member_number(&reader, root, "n", 0, 20, &number));
	assert_int_equal(number, 12);
	assert_false(member_number(&reader, root, "big", -1, 65535, &number));
	assert_false(member_number(&reader, root, "half", -1, 65535, &number));
	assert_false(member_number(&reader, root, "none", -1, 65535, &number));
	assert_int_equal(number, 12);
	assert_null(member_text(&reader, root, "empty"));
	member_texts(&reader, root, "texts", NULL, &texts);
	assert_int_equal(texts.count, 1);
	mistakes_format(&mistakes, &said);
	assert_string_equal(
	    strbuf_text(&said),
	    "f:1:56: error: \"bad\": \"10.0.0.0/33\" needs a prefix length from 0 to 32 after the '/'\n"
	    "f:1:82: warning: \"address\": \"10-0-0-1\" is not an address: unexpected '-' (hint: it is passed "
	    "over: nothing is allowed by it)\n"
	    "f:1:110: error: \"big\" must be from -1 to 65535, not 70000\n"
	    "f:1:125: error: \"half\" must be a number, not a fraction\n"
	    "f:1:168: error: an item of \"texts\" must be a text, not a number\n");
	assert_int_equal(mistakes.errors, 4);
	free(texts.items[0]);
	vec_release(&texts);
	mistakes_release(&mistakes);
	json_decref(root);
}

// Of the ranges of ip-ranges.json, and what a row lacks.
static void test_ip_ranges(void **state)
{
	CLEANUP(account_release) struct account account = { 0 };
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	CLEANUP(strbuf_release) struct strbuf said = { 0 };

	(void)state;
	read_text("{\"prefixes\": [\n"
		  "{\"ip_prefix\": \"192.0.2.0/24\", \"region\": \"b\", \"service\": \"S3\"},\n"
		  "{\"ip_prefix\": \"192.0.2.0/25\", \"region\": \"a\", \"service\": \"S3\"},\n"
		  "{\"ip_prefix\": \"192.0.2.0/26\", \"service\": \"S3\"},\n"
		  "{\"region\": \"a\", \"service\": \"S3\"},\n"
		  "{\"ip_prefix\": 3, \"region\": \"a\", \"service\": \"S3\"}],\n"
		  "\"ipv6_prefixes\": [{\"ipv6_prefix\": \"2001:db8::/32\", \"region\": \"b\", \"service\": \"X\"}],\n"
		  "\"syncToken\": \"5\", \"createDate\": \"2026\"}",
		  &account, &mistakes, &said);
	assert_int_equal(account.ranges.count, 3);
	assert_int_equal(account.words.count, 4);
	assert_ptr_equal(account.ranges.items[0].region, account.ranges.items[2].region);
	assert_string_equal(account.ranges.items[1].region, "a");
	assert_string_equal(account.ranges_date, "2026");
	assert_string_equal(account.ranges_file, "f");
	assert_string_equal(strbuf_text(&said), "f:4:1: error: a range has no \"region\"\n"
						"f:5:1: error: a range has no \"ipv6_prefix\"\n"
						"f:6:15: error: \"ip_prefix\" must be a text, not a number\n");
}

// Two snapshots together would be neither.
static void test_two_snapshots(void **state)
{
	static const char text[] = "{\"prefixes\": [], \"createDate\": \"2026\", \"syncToken\": \"1\"}";
	CLEANUP(account_release) struct account account = { 0 };
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };

	(void)state;
	document_read(&account, "one", text, strlen(text), &mistakes);
	assert_int_equal(mistakes.errors, 0);
	document_read(&account, "other", text, strlen(text), &mistakes);
	assert_int_equal(mistakes.errors, 1);
	assert_string_equal(mistakes.list.items[0].message, "ip-ranges.json is given twice, also as one");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places_of_rows), cmocka_unit_test(test_names),
		cmocka_unit_test(test_places),         cmocka_unit_test(test_members),
		cmocka_unit_test(test_ip_ranges),      cmocka_unit_test(test_two_snapshots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
