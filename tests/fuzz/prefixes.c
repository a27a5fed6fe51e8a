// SPDX-License-Identifier: GPL-2.0-or-later
// Fuzz target: any bytes as the file of a prefix list, of each kind of list: mistakes with places in the file, or a
// list that is not empty and prints as one that loads again as the same.
#include "fuzz.h"

#include <string.h>

#include "base/cleanup.h"
#include "memory_source.h"
#include "profile/print.h"

#define START "vpcjail: 1\nnetwork: {isolation: vpc}\nvpc: {subnets: [10.0.0.0/24]}\nprocess: {credentials: scrub}\n"

static const char *const lists[] = {
	"pl-1: {file: list}",
	"pl-63a5400a: {file: list, name: com.amazonaws.us-east-1.s3}",
	"pl-1: {file: list, service: s3, region: us-east-1}",
};

static void check_places(const struct mistakes *mistakes)
{
	vec_for_each (mistake, &mistakes->list) {
		require(mistake->message && mistake->message[0]);
		require(mistake->at.file && mistake->at.line && mistake->at.column);
	}
}

static void reload(const struct profile *profile)
{
	CLEANUP(strbuf_release) struct strbuf first = { 0 };
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	struct profile again;

	require(profile->prefix_lists.count == 1 && !prefix_set_is_empty(&profile->prefix_lists.items[0].entries));
	profile_print(profile, &first);
	struct profile_source source = memory_source(strbuf_text(&first));
	require(profile_load(&source, MEMORY_SOURCE_MAIN, &again, &mistakes) == 0);
	require(prefix_set_equal(&profile->prefix_lists.items[0].entries, &again.prefix_lists.items[0].entries));
	require(profile->prefix_lists.items[0].approximate == again.prefix_lists.items[0].approximate);
	profile_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		AUTO_FREE char *file = memory_copy_bytes((const char *)data, size);
		AUTO_FREE char *text = memory_format(START "prefix-lists:\n  %s\n%%%% list\n%s", lists[i], file);
		CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
		struct profile_source source = memory_source(text);
		struct profile profile;

		if (profile_load(&source, MEMORY_SOURCE_MAIN, &profile, &mistakes) == 0) {
			reload(&profile);
			profile_release(&profile);
		} else {
			require(mistakes.errors > 0);
		}
		check_places(&mistakes);
	}
	return 0;
}
