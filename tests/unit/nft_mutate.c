// SPDX-License-Identifier: GPL-2.0-or-later
// nft/mutate: of every golden rule set, every rule, changed in every way: what its text says has one difference.
#include "test.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "nft/mutate.h"
#include "nft_profile.h"

static const char *const words[MUTATIONS] = { "remove", "widen", "stretch" };

typedef VEC(char *) line_vec;

static void lines_release(line_vec *lines)
{
	vec_for_each (line, lines)
		free(*line);
	vec_release(lines);
}

static void lines_of(const struct ruleset *ruleset, line_vec *lines)
{
	AUTO_STRBUF struct strbuf text = { 0 };

	ruleset_print(ruleset, &text);
	for (const char *at = strbuf_text(&text); *at; at += strcspn(at, "\n") + 1)
		vec_push(lines, memory_copy_bytes(at, strcspn(at, "\n")));
}

// The line of the n-th rule of a chain (from 1), by "inet vpcjail sg_egress 3": rules are all that stands in a chain
// besides its first line, when that says where it hooks.
static size_t line_of(const line_vec *lines, const char *where)
{
	char family[16], table[64], chain[64], opening[160];
	unsigned number;
	bool inside = false;

	assert_int_equal(sscanf(where, "%15s %63s %63s %u", family, table, chain, &number), 4);
	(void)snprintf(opening, sizeof(opening), "table %s %s {", family, table);
	for (size_t i = 0; i < lines->count; i++) {
		const char *line = lines->items[i];

		if (strncmp(line, "table ", 6) == 0)
			inside = strcmp(line, opening) == 0;
		if (!inside || strncmp(line, "\tchain ", 7) != 0 || strlen(line) != strlen(chain) + 9 ||
		    strncmp(line + 7, chain, strlen(chain)) != 0)
			continue;
		return i + number + (strncmp(lines->items[i + 1], "\t\ttype ", 7) == 0);
	}
	fail_msg("no such rule: %s", where);
	return 0;
}

// A match that is not asked for leaves fewer words.
static size_t words_of(const char *line)
{
	size_t count = 0;

	for (; *line; line += strspn(line, " \t")) {
		count++;
		line += strcspn(line, " \t");
		if (!*line)
			break;
	}
	return count;
}

// The last address of an element, "elements = { 10.0.0.0/8," or "10.0.0.1-10.0.0.9 }"; family NONE: none that is
// read.
static struct address last_address(const char *line)
{
	size_t end = strlen(line), begin;
	struct prefix block = { 0 };
	struct address none = { 0 };

	while (end > 0 && strchr(" ,}", line[end - 1]))
		end--;
	for (begin = end; begin > 0 && !strchr(" \t-", line[begin - 1]);)
		begin--;
	AUTO_FREE char *text = memory_copy_bytes(line + begin, end - begin);
	return prefix_parse(text, &block, NULL) < 0 ? none : prefix_last(&block);
}

static unsigned addresses_seen;

static void check_element(const char *before, const char *after)
{
	const struct address from = last_address(before), to = last_address(after);

	if (from.family == FAMILY_NONE || to.family == FAMILY_NONE)
		return;
	assert_true(to.bits == from.bits + 1);
	addresses_seen += (from.bits & 0xff) == 0xff;
}

static unsigned changed[MUTATIONS], not_applied[MUTATIONS], of_sets;

static void same_lines(const line_vec *a, const line_vec *b)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++)
		assert_string_equal(a->items[i], b->items[i]);
}

// The rule's line is gone, and every other one is as it was.
static void check_removed(const line_vec *before, const line_vec *after, size_t rule)
{
	assert_int_equal(after->count, before->count - 1);
	for (size_t i = 0; i < after->count; i++)
		assert_string_equal(after->items[i], before->items[i + (i >= rule)]);
}

// One line is another: the rule's, or for a stretched one an element of a set that it looks into.
static void check_changed(const line_vec *before, const line_vec *after, size_t rule, enum ruleset_mutation mutation)
{
	size_t different = 0, at = 0;

	assert_int_equal(after->count, before->count);
	for (size_t i = 0; i < before->count; i++)
		if (strcmp(before->items[i], after->items[i]) != 0) {
			different++;
			at = i;
		}
	assert_int_equal(different, 1);
	assert_null(strstr(after->items[at], "-0"));  // behind the last there is none
	if (mutation == MUTATION_STRETCH && at != rule) {
		of_sets++;
		assert_non_null(strchr(before->items[rule], '@'));
		check_element(before->items[at], after->items[at]);
		while (strncmp(before->items[at], "\tset ", 5) != 0)
			assert_true(at-- > 0 && strcmp(before->items[at], "\t}") != 0);
		// Where two neighbours are two elements, one more would be another one.
		assert_string_equal(before->items[at + 2], "\t\tflags interval");
		return;
	}
	assert_int_equal(at, rule);
	if (mutation == MUTATION_WIDEN)
		assert_true(words_of(after->items[at]) < words_of(before->items[at]));
}

// False: there is no such rule.
static bool try_one(const char *path, size_t number, enum ruleset_mutation mutation)
{
	CLEANUP(lines_release) line_vec before = { 0 };
	CLEANUP(lines_release) line_vec after = { 0 };
	AUTO_STRBUF struct strbuf where = { 0 };
	struct ruleset *ruleset = nft_profile_ruleset(path);

	assert_non_null(ruleset);
	lines_of(ruleset, &before);
	int result = ruleset_mutate(ruleset, number, mutation, &where);
	lines_of(ruleset, &after);
	ruleset_free(ruleset);
	if (result == 1) {
		size_t rule = line_of(&before, strbuf_text(&where));
		changed[mutation]++;
		if (mutation == MUTATION_REMOVE)
			check_removed(&before, &after, rule);
		else
			check_changed(&before, &after, rule, mutation);
		return true;
	}
	same_lines(&before, &after);
	if (result == 0) {
		not_applied[mutation]++;
		assert_int_not_equal(mutation, MUTATION_REMOVE);
		assert_true(where.length > 0);
		return true;
	}
	assert_int_equal(result, -ENOENT);
	assert_int_equal(where.length, 0);
	return false;
}

// All chains' lines that are rules: what a number can be.
static size_t rules_of(const char *path)
{
	CLEANUP(lines_release) line_vec lines = { 0 };
	struct ruleset *ruleset = nft_profile_ruleset(path);
	bool inside = false;
	size_t count = 0;

	lines_of(ruleset, &lines);
	ruleset_free(ruleset);
	vec_for_each (line, &lines) {
		if (strncmp(*line, "\tchain ", 7) == 0)
			inside = true;
		else if (strcmp(*line, "\t}") == 0)
			inside = false;
		else
			count += inside && strncmp(*line, "\t\ttype ", 7) != 0;
	}
	return count;
}

static void mutate_profile(const char *path)
{
	size_t rules = rules_of(path);

	for (enum ruleset_mutation mutation = 0; mutation < MUTATIONS; mutation++) {
		size_t number = 0;
		while (try_one(path, number, mutation))
			number++;
		if (number != rules)
			fail_msg("%s: %s applies to %zu rules of %zu", path, words[mutation], number, rules);
	}
}

static void test_every_rule(void **state)
{
	AUTO_FREE char *folder = memory_format("%s/tests/golden/nft", getenv("VPCJAIL_SOURCE"));
	AUTO_CLOSEDIR DIR *entries = opendir(folder);
	unsigned count = 0;

	(void)state;
	assert_non_null(entries);
	for (struct dirent *entry; (entry = readdir(entries));) {
		AUTO_FREE char *path = memory_format("%s/%s", folder, entry->d_name);

		if (strlen(path) < 5 || strcmp(path + strlen(path) - 5, ".yaml") != 0)
			continue;
		mutate_profile(path);
		count++;
	}
	assert_true(count >= 12);
	for (enum ruleset_mutation mutation = 0; mutation < MUTATIONS; mutation++)
		print_message("%s: %u rules changed, %u are no such ones\n", words[mutation], changed[mutation],
			      not_applied[mutation]);
	assert_true(changed[MUTATION_REMOVE] > 300 && changed[MUTATION_WIDEN] > 200 && changed[MUTATION_STRETCH] > 50);
	assert_true(not_applied[MUTATION_WIDEN] > 10 && not_applied[MUTATION_STRETCH] > 50);
	assert_true(of_sets > 10 && addresses_seen > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_every_rule) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
