// SPDX-License-Identifier: GPL-2.0-or-later
// Records that readers of VPC Flow Logs are tested with: each reads here, and is printed back as it was.
#include "../unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/flow/flow_log.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"

enum { SKIPPED = 77, SIZE = 1 << 20, LEAST = 8 };

static char *file;

// source TAB format TAB record. The format DEF is AWS's own.
static void read_sample(char *line, unsigned number)
{
	char *asked = strchr(line, '\t'), *text = asked ? strchr(asked + 1, '\t') : NULL;
	struct flow_log_format format = flow_log_default;
	struct flow_log_record record;
	struct error err = { 0 };
	AUTO_STRBUF struct strbuf out = { 0 };

	if (!text)
		fail_msg("line %u has no three columns", number);
	*text++ = 0;
	if (strcmp(asked + 1, "DEF") != 0 && flow_log_format_parse(asked + 1, &format, &err) < 0)
		fail_msg("line %u: %s", number, err.message);
	if (flow_log_record_parse(&format, text, strlen(text), &record, &err) < 0)
		fail_msg("line %u: %s", number, err.message);
	flow_log_record_format(&format, &record, &out);
	assert_string_equal(strbuf_text(&out), text);
}

static void test_samples(void **state)
{
	AUTO_FREE char *text = NULL;
	size_t length = 0;
	unsigned number = 0, read = 0;
	struct error err = { 0 };

	(void)state;
	if (io_read_file(file, SIZE, &text, &length, &err) < 0)
		fail_msg("%s", err.message);
	for (char *at = text, *end; (end = strchr(at, '\n')); at = end + 1) {
		*end = 0;
		number++;
		if (*at == '#')
			continue;
		read_sample(at, number);
		read++;
	}
	assert_in_range(read, LEAST, 100000);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_samples) };
	const char *given = getenv("VPCJAIL_SHARED"), *root = getenv("VPCJAIL_SOURCE");

	file = given ? memory_format("%s/../flowlogs/samples.tsv", given)
		     : memory_format("%s/../shared/data/flowlogs/samples.tsv", root ? root : ".");
	if (access(file, R_OK) < 0) {
		fprintf(stderr, "SKIPPED, missing: the shared data, %s\n", file);
		free(file);
		return SKIPPED;
	}
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	free(file);
	return failed;
}
