// SPDX-License-Identifier: GPL-2.0-or-later
// base: numbers, names, text, JSON, errors.
#include "test.h"

#include <errno.h>
#include <string.h>

#include "base/big_number.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "base/names.h"
#include "base/number.h"
#include "base/strbuf.h"
#include "base/vec.h"

static void test_number(void **state)
{
	static const struct {
		const char *text;
		uint64_t maximum;
		int result;
		uint64_t value;
	} rows[] = {
		{ "0", 10, 0, 0 },
		{ "10", 10, 0, 10 },
		{ "11", 10, -ERANGE, 0 },
		{ "65535", 65535, 0, 65535 },
		{ "65536", 65535, -ERANGE, 0 },
		{ "18446744073709551615", UINT64_MAX, 0, UINT64_MAX },
		{ "18446744073709551616", UINT64_MAX, -ERANGE, 0 },
		{ "99999999999999999999999", UINT64_MAX, -ERANGE, 0 },
		{ "5", 3, -ERANGE, 0 },
		{ "", 10, -EINVAL, 0 },
		{ "01", 10, -EINVAL, 0 },
		{ "-1", 10, -EINVAL, 0 },
		{ "+1", 10, -EINVAL, 0 },
		{ " 1", 10, -EINVAL, 0 },
		{ "1 ", 10, -EINVAL, 0 },
		{ "0x1", 10, -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t value = 0;
		assert_int_equal(number_parse(rows[i].text, rows[i].maximum, &value), rows[i].result);
		assert_true(value == rows[i].value);
	}
}

static void test_names(void **state)
{
	static const char *const keys[] = { "isolation", "on-deny", "peers", "uplink", "run", "report" };
	const size_t count = sizeof(keys) / sizeof(keys[0]);

	(void)state;
	assert_string_equal(names_nearest("isolaton", keys, count), "isolation");
	assert_string_equal(names_nearest("ondeny", keys, count), "on-deny");
	assert_string_equal(names_nearest("pers", keys, count), "peers");
	assert_string_equal(names_nearest("rnu", keys, count), "run");
	assert_string_equal(names_nearest("rep", keys, count), "report");
	assert_null(names_nearest("zebra", keys, count));
	assert_null(names_nearest("", keys, count));
}

static void test_safe_text(void **state)
{
	CLEANUP(strbuf_release) struct strbuf buf = { 0 };

	(void)state;
	strbuf_add_safe(&buf, "a\x1b[2J\xff é \xc2\x9b \xed\xa0\x80 \xe2\x80\xaeg\xe2\x80\xaf");
	assert_string_equal(strbuf_text(&buf),
			    "a\\x1b[2J\\xff é \\xc2\\x9b \\xed\\xa0\\x80 \\xe2\\x80\\xaeg\xe2\x80\xaf");
	strbuf_clear(&buf);
	strbuf_add_safe(&buf, "x\ufeffy\U000e0041\u200d\u2010");
	assert_string_equal(strbuf_text(&buf), "x\\xef\\xbb\\xbfy\\xf3\\xa0\\x81\\x81\\xe2\\x80\\x8d\u2010");
}

// What would act on a terminal, or turn what is written there, is escaped; what is near it is not.
static void test_json_acting(void **state)
{
	static const struct {
		const char *text, *written;
	} rows[] = {
		{ "\xc2\x9b", "\"\\u009b\"" },
		{ "\xc2\x80", "\"\\u0080\"" },
		{ "\xc2\xa0", "\"\xc2\xa0\"" },
		{ "\xe2\x80\xa8", "\"\\u2028\"" },
		{ "\xe2\x80\xae", "\"\\u202e\"" },
		{ "\xe2\x80\xaf", "\"\xe2\x80\xaf\"" },
		{ "\xe2\x81\xa6", "\"\\u2066\"" },
		{ "\xe2\x81\xa9", "\"\\u2069\"" },
		{ "\xe2\x81\xaa", "\"\xe2\x81\xaa\"" },
		{ "\x1b[m\x7f", "\"\\u001b[m\\u007f\"" },
		{ "\u061b\u061c\u061d", "\"\u061b\\u061c\u061d\"" },
		{ "\u180d\u180e\u1810", "\"\u180d\\u180e\u1810\"" },
		{ "\u200a\u200b\u200f\u2010", "\"\u200a\\u200b\\u200f\u2010\"" },
		{ "\u205f\u2060\u2064", "\"\u205f\\u2060\\u2064\"" },
		{ "\ufefe\ufeff", "\"\ufefe\\ufeff\"" },
		{ "\U000e0000\U000e007f", "\"\\udb40\\udc00\\udb40\\udc7f\"" },
		{ "\U000e0080\U000dffff", "\"\U000e0080\U000dffff\"" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STRBUF struct strbuf buf = { 0 };
		struct json json = { .out = &buf };
		json_text(&json, rows[i].text);
		assert_string_equal(strbuf_text(&buf), rows[i].written);
	}
}

static void test_json(void **state)
{
	CLEANUP(strbuf_release) struct strbuf buf = { 0 };
	struct json json = { .out = &buf };

	(void)state;
	json_object_begin(&json);
	json_key_text(&json, "a\"b", "x\n\xff");
	json_key(&json, "list");
	json_array_begin(&json);
	json_number(&json, -1);
	json_bool(&json, true);
	json_text(&json, NULL);
	json_array_end(&json);
	json_key(&json, "empty");
	json_array_begin(&json);
	json_array_end(&json);
	json_object_end(&json);
	assert_string_equal(strbuf_text(&buf),
			    "{\n  \"a\\\"b\": \"x\\u000a\xef\xbf\xbd\",\n  \"list\": [\n    -1,\n    true,\n"
			    "    null\n  ],\n  \"empty\": []\n}");
}

static void test_error(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(error_set(&err, -EINVAL, "bad %d", 7), -EINVAL);
	assert_int_equal(error_prefix(&err, "file %s", "x"), -EINVAL);
	assert_string_equal(err.message, "file x: bad 7");
	assert_int_equal(error_set_errno(&err, -ENOENT, "open"), -ENOENT);
	assert_string_equal(err.message, "open: No such file or directory");
	assert_int_equal(error_set(NULL, -EIO, "nobody listens"), -EIO);
}

static void test_vec(void **state)
{
	VEC(int) numbers = { 0 };
	int sum = 0;

	(void)state;
	for (int i = 0; i < 100; i++)
		vec_push(&numbers, i);
	vec_for_each (n, &numbers)
		sum += *n;
	assert_int_equal(sum, 4950);
	vec_release(&numbers);
	assert_int_equal(numbers.count, 0);
}

static void test_big_number(void **state)
{
	static const struct {
		uint64_t upper, lower;
		uint32_t by;
		const char *digits, *said;
	} rows[] = {
		{ 0, 0, 7, "0", "0" },
		{ 0, 999, 1, "999", "999" },
		{ 0, 1000, 1, "1000", "1,000" },
		{ 0, 131072, 1, "131072", "131,072" },
		{ 0, UINT32_MAX, 1000000, "4294967295000000", "4,294,967,295,000,000" },
		{ 0, (1ULL << 53) - 1, 1, "9007199254740991", "9,007,199,254,740,991" },
		{ 0, 1ULL << 53, 1, "9007199254740992", "2^53" },
		{ 0, (1ULL << 53) + 1, 1, "9007199254740993", "more than 2^53" },
		{ 1, 0, 1, "18446744073709551616", "2^64" },
		{ UINT64_MAX, UINT64_MAX, 65536, "22300745198530623141535718272648361505914880", "more than 2^143" },
	};
	struct big_number sum = big_number_of(0, UINT64_MAX), one = big_number_of(0, 1);
	char text[BIG_NUMBER_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct big_number number = big_number_of(rows[i].upper, rows[i].lower);

		big_number_multiply(&number, rows[i].by);
		assert_string_equal(big_number_print(&number, text), rows[i].digits);
		assert_string_equal(big_number_describe(&number, text), rows[i].said);
		assert_int_equal(big_number_is_zero(&number), i == 0);
	}
	big_number_add(&sum, &one);
	assert_string_equal(big_number_print(&sum, text), "18446744073709551616");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_number), cmocka_unit_test(test_names),       cmocka_unit_test(test_safe_text),
		cmocka_unit_test(test_json),   cmocka_unit_test(test_json_acting), cmocka_unit_test(test_error),
		cmocka_unit_test(test_vec),    cmocka_unit_test(test_big_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
