// SPDX-License-Identifier: GPL-2.0-or-later
// Tolerations: what each form covers and what it does not; the file of further ones, and its mistakes.
#include "policy_fixture.h"

#include "audit/hint/hints.h"
#include "audit/outcome/tolerate.h"
#include "profile/print.h"
#include "profile/toleration.h"

static bool is_covered(const char *destination, const char *text)
{
	AUTO_FREE char *yaml = memory_format("vpcjail: 1\nnetwork: {isolation: full}\n"
					     "tolerate: [{destination: \"%s\", reason: known}]\n",
					     destination);
	CLEANUP(profile_release) struct profile profile = { 0 };
	CLEANUP(event_release) struct event event = { 0 };

	fixture_load(yaml, &profile);
	assert_int_equal(hint_example_read(text, &event, NULL), 0);
	return toleration_of(&profile, &event) != NULL;
}

#define PYPI "packet pypi.org 151.101.0.223 tcp 443 route_egress pip"

static void forms(void **state)
{
	static const struct {
		const char *destination, *event;
		bool covered;
	} rows[] = {
		{ "pypi.org", PYPI, true },
		{ "PyPI.org", PYPI, true },
		{ "pypi.org:443", PYPI, true },
		{ "pypi.org:80", PYPI, false },
		{ "pypi.org:400-500", PYPI, true },
		{ "*.pypi.org", PYPI, false },
		{ "*.pypi.org", "name files.pypi.org", true },
		{ "pypi.org", "name files.pypi.org", false },
		{ "pypi.org", "name pypi.org.", true },
		{ "pypi.org:443", "name pypi.org", true },
		{ "pypi.org", "name notpypi.org", false },
		{ "pypi.org", "packet - 151.101.0.223 tcp 443 x", false },
		{ "151.101.0.223", PYPI, true },
		{ "151.101.0.0/16", PYPI, true },
		{ "151.101.0.0/16:443", PYPI, true },
		{ "151.101.0.0/16:80", PYPI, false },
		{ "151.102.0.0/16", PYPI, false },
		{ "151.101.0.223", "name pypi.org", false },
		{ "2001:db8::/32", "packet - 2001:db8::1 tcp 443 x", true },
		{ "[2001:db8::1]:443", "packet - 2001:db8::1 tcp 443 x", true },
		{ "[2001:db8::1]:80", "packet - 2001:db8::1 tcp 443 x", false },
		{ "[2001:db8::1]", "packet - 2001:db8::1 udp 9 x", true },
		{ "*:123", "packet - 9.9.9.9 udp 123 x", true },
		{ "*:123", "packet - 9.9.9.9 udp 124 x", false },
		{ "*:123", "packet - 9.9.9.9 icmp 0 x", false },
		{ "*:123", "name pool.ntp.org", false },
		{ "9.9.9.9", "packet - 9.9.9.9 icmp 0 x", true },
		{ "call:unshare", "call unshare podman", true },
		{ "call:unshare", "call mount podman", false },
		{ "unshare", "call unshare podman", false },
		{ "call:unshare", "name unshare", false },
		{ "9.9.9.9", "flow - 9.9.9.9 tcp 80 -", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (is_covered(rows[i].destination, rows[i].event) != rows[i].covered)
			fail_msg("\"%s\" and \"%s\": not %s", rows[i].destination, rows[i].event,
				 rows[i].covered ? "covered" : "left");
}

static void wrong_forms(void **state)
{
	static const char *const wrong[] = {
		"",
		"*",
		"*.",
		"10.0.0.300",
		"10.0.0.1/8",
		"10.0.0.1:0",
		"a b",
		"pypi.org:",
		"pypi.org:x",
		"[::1",
		"[::1]443",
		"::1:443:",
		"call:",
		"call:UNSHARE",
		"call:a b",
		"a*.org",
		"https://pypi.org",
		"-",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct toleration_meaning meaning = { 0 };
		struct error err = { 0 };

		if (toleration_parse(wrong[i], &meaning, &err) != -EINVAL)
			fail_msg("\"%s\" was read", wrong[i]);
		assert_non_null(strstr(err.message, "; write "));
	}
	AUTO_FREE char *endless = memory_new(1, 70001);
	memset(endless, 'a', 70000);
	assert_int_equal(toleration_parse(endless, &(struct toleration_meaning){ 0 }, NULL), -EINVAL);
}

// The first that covers it is told, with its reason.
static void first_one_counts(void **state)
{
	CLEANUP(profile_release) struct profile profile = { 0 };
	CLEANUP(event_release) struct event event = { 0 };

	(void)state;
	fixture_load("vpcjail: 1\nnetwork: {isolation: full}\n"
		     "tolerate: [{destination: a.example, reason: one}, {destination: pypi.org, reason: two},"
		     " {destination: pypi.org, reason: three}]\n",
		     &profile);
	assert_int_equal(hint_example_read(PYPI, &event, NULL), 0);
	assert_string_equal(toleration_of(&profile, &event)->reason, "two");
}

static int read_file(const char *text, struct profile *profile, struct strbuf *said)
{
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	int result = tolerations_read(text, strlen(text), "known.yaml", profile, &mistakes);

	mistakes_format(&mistakes, said);
	return result;
}

static void file_adds(void **state)
{
	CLEANUP(profile_release) struct profile profile = { 0 };
	AUTO_STRBUF struct strbuf said = { 0 };

	(void)state;
	fixture_load("vpcjail: 1\nnetwork: {isolation: full}\ntolerate: [{destination: a.example, reason: one}]\n",
		     &profile);
	assert_int_equal(read_file("- {destination: b.example, reason: two}\n", &profile, &said), 0);
	assert_int_equal(read_file("tolerate:\n  - {destination: c.example, reason: three}\n", &profile, &said), 0);
	assert_int_equal(read_file("[]\n", &profile, &said), 0);
	assert_int_equal(said.length, 0);
	assert_int_equal(profile.tolerate.count, 3);
	assert_string_equal(profile.tolerate.items[2].destination, "c.example");
	assert_string_equal(profile.tolerate.items[1].at.file, "known.yaml");
}

static void file_mistakes_have_places(void **state)
{
	static const struct {
		const char *text, *said;
	} rows[] = {
		{ "- {destination: b.example}\n", "known.yaml:1:3: error: \"reason\" is missing" },
		{ "- {destination: b.example, reason: x, why: y}\n", "known.yaml:1:39: error: " },
		{ "- {destination: 10.0.0.300, reason: x}\n", "known.yaml:1:17: error: " },
		{ "- pypi.org\n", "known.yaml:1:3: error: an item" },
		{ "pypi.org\n", "known.yaml:1:1: error: a file of tolerations" },
		{ "vpcjail: 1\ntolerate: []\n", "known.yaml:1:1: error: \"vpcjail\" is no key" },
		{ "tolerate: x\n", "known.yaml:1:1: error: a file of tolerations" },
		{ "", "known.yaml:1:1: error: " },
		{ "- [\n", "known.yaml:2:1: error: " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP(profile_release) struct profile profile = { 0 };
		AUTO_STRBUF struct strbuf said = { 0 };

		assert_int_equal(read_file(rows[i].text, &profile, &said), -EINVAL);
		if (strncmp(strbuf_text(&said), rows[i].said, strlen(rows[i].said)) != 0)
			fail_msg("%s: %s", rows[i].text, strbuf_text(&said));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms),
		cmocka_unit_test(wrong_forms),
		cmocka_unit_test(first_one_counts),
		cmocka_unit_test(file_adds),
		cmocka_unit_test(file_mistakes_have_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
