// SPDX-License-Identifier: GPL-2.0-or-later
// seccomp: what `show --as seccomp` prints, word for word. GOLDEN_UPDATE=1 in the environment writes it anew.
#include "test.h"

#include <linux/audit.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"
#include "seccomp/filter.h"

static const struct golden {
	const char *file;
	struct filter_options options;
	bool json;
} goldens[] = {
	{ "default-x86_64.txt", { SECCOMP_DEFAULT, false, AUDIT_ARCH_X86_64 }, false },
	{ "default-aarch64.txt", { SECCOMP_DEFAULT, false, AUDIT_ARCH_AARCH64 }, false },
	{ "default-icmp-x86_64.txt", { SECCOMP_DEFAULT, true, AUDIT_ARCH_X86_64 }, false },
	{ "strict-x86_64.txt", { SECCOMP_STRICT, false, AUDIT_ARCH_X86_64 }, false },
	{ "default-x86_64.json", { SECCOMP_DEFAULT, false, AUDIT_ARCH_X86_64 }, true },
	{ "strict-icmp-aarch64.json", { SECCOMP_STRICT, true, AUDIT_ARCH_AARCH64 }, true },
};

static void write_golden(const char *path, const struct strbuf *printed)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(printed->text, 1, printed->length, file), printed->length);
	assert_int_equal(fclose(file), 0);
}

static void test_goldens(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(goldens) / sizeof(goldens[0]); i++) {
		AUTO_FREE char *path =
		    memory_format("%s/tests/golden/seccomp/%s", getenv("VPCJAIL_SOURCE"), goldens[i].file);
		AUTO_STRBUF struct strbuf printed = { 0 };
		AUTO_FREE char *expected = NULL;
		struct error err = { 0 };
		size_t length;

		(goldens[i].json ? filter_print_json : filter_print)(&goldens[i].options, &printed);
		if (getenv("GOLDEN_UPDATE"))
			write_golden(path, &printed);
		if (io_read_file(path, 1 << 20, &expected, &length, &err) < 0)
			fail_msg("%s", err.message);
		assert_string_equal(strbuf_text(&printed), expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_goldens) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
