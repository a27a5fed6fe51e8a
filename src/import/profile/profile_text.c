// SPDX-License-Identifier: GPL-2.0-or-later
// An assembly as the profile that enforces it: see profile_text.h. Each section has a file of its own.
#include "import/profile/profile_text.h"

#include <string.h>

#include "base/cleanup.h"
#include "import/profile/part.h"
#include "profile/yaml.h"

void profile_text_release(struct profile_text *text)
{
	strbuf_release(&text->text);
	vec_for_each (file, &text->beside) {
		free(file->name);
		free(file->text);
	}
	vec_release(&text->beside);
	node_free(text->tree);
	*text = (struct profile_text){ 0 };
}

// "training job resnet: subnet-1 (private-a) of vpc-1, security group sg-1 (workers)"
static char *description(const struct text_draft *draft)
{
	const struct assembly *first = draft->first;
	struct strbuf text = { 0 };

	if (first->selection && first->selection->job && first->selection->job->thing.id) {
		strbuf_add(&text, "job ");
		text_foreign(&text, first->selection->job->thing.id);
	}
	for (size_t i = 0; i < draft->count; i++) {
		if (!draft->assemblies[i].subnet)
			continue;
		strbuf_add(&text, i ? ", " : text.length ? ": " : "");
		text_thing(&text, &draft->assemblies[i].subnet->thing);
	}
	if (first->subnet && first->subnet->vpc) {
		strbuf_add(&text, " of ");
		text_foreign(&text, first->subnet->vpc);
	}
	vec_for_each (group, &first->groups) {
		strbuf_add(&text, ", ");
		text_foreign(&text, group->id);
	}
	return strbuf_steal(&text);
}

static struct node *write_tree(const struct text_draft *draft)
{
	const struct {
		const char *key;
		struct node *(*write)(const struct text_draft *draft);
		bool network;  // nothing without a VPC
	} sections[] = {
		{ "network", text_network, false },       { "vpc", text_vpc, true },
		{ "prefix-lists", text_lists, true },     { "endpoints", text_endpoints, true },
		{ "security-groups", text_groups, true }, { "network-acls", text_acls, true },
		{ "routes", text_routes, true },          { "process", text_process, false },
	};
	AUTO_FREE char *said = description(draft), *head = text_head(draft);
	struct node *tree = node_new(NODE_MAPPING);

	node_add_note(tree, head);
	node_set(tree, "vpcjail", node_number("1"));
	if (*said)
		node_set(tree, "description", node_scalar(said));
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		struct node *section = sections[i].network && !draft->subnets.count ? NULL : sections[i].write(draft);
		if (!section)
			continue;
		if (draft->first->isolated && strcmp(sections[i].key, "vpc") == 0)
			node_add_note(section,
				      "Under network isolation nothing of what follows is reached: it stays for "
				      "`diff` and `explain`, which\nsay what the isolation takes away.");
		node_set(tree, sections[i].key, section);
	}
	return tree;
}

static void drop_comments(struct node *node)
{
	node_drop_comments(node);
	vec_for_each (item, &node->items)
		drop_comments(*item);
	vec_for_each (member, &node->members)
		drop_comments(member->value);
}

// A profile has a largest size: rather one without comments than none.
static void print(struct profile_text *out)
{
	node_print_yaml(out->tree, &out->text);
	if (out->text.length <= YAML_SIZE)
		return;
	drop_comments(out->tree);
	node_add_note(out->tree, "Imported. The comments are left out: with them the profile would be too large.");
	strbuf_clear(&out->text);
	node_print_yaml(out->tree, &out->text);
}

void profile_text_write_strict(const struct assembly *assemblies, size_t count,
			       const struct profile_text_options *options, struct profile_text *out)
{
	CLEANUP(text_draft_release)
	struct text_draft draft = {
		.assemblies = assemblies, .count = count, .first = assemblies, .options = options, .out = out
	};

	*out = (struct profile_text){ 0 };
	text_draft_vpc(&draft);
	text_draft_lists(&draft);
	text_draft_endpoints(&draft);
	text_draft_closed(&draft);
	out->tree = write_tree(&draft);
	print(out);
}

void profile_text_write(const struct assembly *assembly, const struct profile_text_options *options,
			struct profile_text *out)
{
	profile_text_write_strict(assembly, 1, options, out);
}
