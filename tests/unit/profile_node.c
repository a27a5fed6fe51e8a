// SPDX-License-Identifier: GPL-2.0-or-later
// profile: comments and flow style of a printed tree, and that no comment can become anything else.
#include "test.h"

#include <string.h>

#include "base/cleanup.h"
#include "profile/node.h"
#include "profile/yaml.h"

static struct node *put(struct node *mapping, const char *key, struct node *value)
{
	node_set(mapping, key, value);
	return value;
}

static struct node *row(const char *to, bool flow)
{
	struct node *rule = node_new(NODE_MAPPING), *ports = node_new(NODE_SEQUENCE);

	rule->style = flow ? NODE_STYLE_FLOW : NODE_STYLE_CANONICAL;
	node_set(rule, "to", node_scalar(to));
	node_append(ports, node_number("443"));
	node_set(rule, "ports", ports);
	return rule;
}

static void test_comments(void **state)
{
	static const char expected[] = "# head\n"
				       "#\n"
				       "# more\n"
				       "# why a\n"
				       "a: 1  # behind\n"
				       "list:  # of rules\n"
				       "  # first\n"
				       "  - {to: minio, ports: [443]}  # minio itself\n"
				       "  # second\n"
				       "  # its to\n"
				       "  - to: \"fd00::\"\n"
				       "    ports: [443]\n"
				       "  # the end of the list\n"
				       "none: []\n"
				       "  # nothing is left\n"
				       "block:\n"
				       "  - one  # of one\n"
				       "# the end\n";
	AUTO_NODE struct node *tree = node_new(NODE_MAPPING);
	CLEANUP(strbuf_release) struct strbuf out = { 0 };
	struct node *list = node_new(NODE_SEQUENCE), *first = row("minio", true), *second = row("fd00::", false);

	(void)state;
	node_add_note(tree, "head\n");
	node_add_note(tree, "more");
	node_add_note(tree, NULL);
	node_add_after(tree, "the end");
	struct node *scalar = put(tree, "a", node_scalar("1"));
	node_add_note(scalar, "why a");
	node_set_aside(scalar, "gone");
	node_set_aside(scalar, "behind");
	node_set_aside(put(tree, "list", list), "of rules");
	node_add_after(list, "the end of the list");
	node_append(list, first);
	node_append(list, second);
	node_add_note(first, "first");
	node_set_aside(first, "minio itself");
	node_add_note(second, "second");
	node_add_note(second->members.items[0].value, "its to");
	node_add_after(put(tree, "none", node_new(NODE_SEQUENCE)), "nothing is left");
	struct node *block = put(tree, "block", node_new(NODE_SEQUENCE));
	block->style = NODE_STYLE_BLOCK;
	node_append(block, node_scalar("one"));
	node_set_aside(block->items.items[0], "of one");
	node_print_yaml(tree, &out);
	assert_string_equal(strbuf_text(&out), expected);
}

// 120 columns are a line: a row that has no room is a block, and a comment without room stands before its line.
static void test_width(void **state)
{
	for (size_t length = 60; length < 140; length++) {
		AUTO_NODE struct node *tree = node_new(NODE_SEQUENCE);
		CLEANUP(strbuf_release) struct strbuf out = { 0 };
		AUTO_FREE char *text = memory_format("%0*d", (int)length, 0);
		struct node *rule = row(text, true);
		size_t flow = strlen("- {to: , ports: [443]}") + length;

		(void)state;
		node_append(tree, rule);
		node_set_aside(rule, "twelve chars");
		node_print_yaml(tree, &out);
		const char *printed = strbuf_text(&out);
		assert_int_equal(flow <= 120, strstr(printed, "- {to") != NULL);
		assert_int_equal(flow + strlen("  # twelve chars") <= 120, strstr(printed, "}  # twelve") != NULL);
		assert_int_equal(flow + strlen("  # twelve chars") > 120,
				 strncmp(printed, "# twelve chars\n- ", 17) == 0);
		for (const char *line = printed; *line; line += strcspn(line, "\n") + 1)
			assert_true(strcspn(line, "\n") <= 120 || flow > 120);
	}
}

// Whatever a comment holds: the tree that is read back is the one without it.
static void test_inert(void **state)
{
	static const char *const hostile[] = {
		"evil: yes",
		"\revil: yes",
		"\xc2\x85"
		"evil: yes",
		"\xe2\x80\xa8"
		"evil: yes\xe2\x80\xa9more: 1",
		"\xef\xbb\xbf\xef\xbf\xbe\xef\xbf\xbf",
		"\x1b[2J\x07\x7f\x01",
		"\xff\xfe\x80 \xc0\xaf \xed\xa0\x80",
		"# REPLACE %YAML 1.2",
		"---",
		"...",
		"\xe2\x80\xae right to left",
		"\xf4\x8f\xbf\xbf\xf0\x90\x80\x80",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		AUTO_NODE struct node *tree = node_new(NODE_MAPPING), *back = NULL;
		CLEANUP(strbuf_release) struct strbuf out = { 0 };
		CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
		struct node *list = put(tree, "list", node_new(NODE_SEQUENCE)), *rule = row("a", true);

		node_append(list, rule);
		node_add_note(tree, hostile[i]);
		node_add_note(list, hostile[i]);
		node_add_after(list, hostile[i]);
		node_set_aside(list, hostile[i]);
		node_add_note(rule, hostile[i]);
		node_set_aside(rule, hostile[i]);
		node_print_yaml(tree, &out);
		back = yaml_read(strbuf_text(&out), out.length, "file", &mistakes);
		assert_non_null(back);
		assert_int_equal(mistakes.errors, 0);
		assert_int_equal(back->members.count, 1);
		assert_int_equal(node_get(back, "list")->items.count, 1);
		assert_int_equal(node_get(back, "list")->items.items[0]->members.count, 2);
		for (const char *c = strbuf_text(&out); *c; c++)
			assert_true(*c == '\n' || (unsigned char)*c >= 0x20);
		assert_null(strstr(strbuf_text(&out), "\xe2\x80\xae"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_comments),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_inert),
	};

	return cmocka_run_group_tests_name("profile_node", tests, NULL, NULL);
}
