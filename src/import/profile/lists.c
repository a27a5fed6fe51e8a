// SPDX-License-Identifier: GPL-2.0-or-later
// Prefix lists of an imported profile: files beside it, or entries in it. See part.h.
#include <string.h>

#include "base/cleanup.h"
#include "import/profile/part.h"
#include "profile/form.h"

enum { LONGEST_NAME = 255 };

const struct assembled_list *text_list(const struct text_draft *draft, const char *id)
{
	vec_for_each (list, &draft->lists)
		if (id && strcmp((*list)->id, id) == 0)
			return *list;
	return NULL;
}

// A list that is empty, or of which nothing was given, has no place in a profile: what names it is left out too.
void text_draft_lists(struct text_draft *draft)
{
	for (size_t i = 0; i < draft->count; i++)
		vec_for_each (list, &draft->assemblies[i].lists)
			if (list->given && !prefix_set_is_empty(&list->entries) && !form_prefix_list_id(list->id) &&
			    !text_list(draft, list->id))
				vec_push(&draft->lists, list);
}

static void add_source(const struct assembled_list *list, struct strbuf *out)
{
	if (list->approximate)
		strbuf_add(out, "approximate, from ip-ranges.json: allows more than the list itself");
	if (list->source) {
		strbuf_add(out, out->length ? ", " : "");
		text_foreign(out, list->source);
	}
	if (list->date) {
		strbuf_add(out, out->length ? ", of " : "of ");
		text_foreign(out, list->date);
	}
}

static void add_prefixes(const struct prefix_set *set, prefix_vec *prefixes)
{
	prefix_set_to_prefixes(set, FAMILY_IPV4, prefixes);
	prefix_set_to_prefixes(set, FAMILY_IPV6, prefixes);
}

static void head_line(struct strbuf *text, const char *word, const char *value)
{
	if (!value || !*value)
		return;
	strbuf_format(text, "# %s ", word);
	text_foreign(text, value);
	strbuf_add_char(text, '\n');
}

static void write_file(const struct text_draft *draft, const struct assembled_list *list, const char *name)
{
	struct beside_file file = { .name = memory_copy_text(name) };
	AUTO_STRBUF struct strbuf text = { 0 };
	prefix_vec prefixes = { 0 };
	char out[PREFIX_TEXT_SIZE];

	head_line(&text, "prefix list", list->id);
	head_line(&text, "name       ", list->name);
	head_line(&text, "Region     ", draft->region);
	head_line(&text, "source     ", list->source);
	head_line(&text, "of         ", list->date);
	head_line(&text, "imported   ", draft->options->date);
	if (list->approximate)
		strbuf_add(&text, "# approximate: made of ip-ranges.json, it allows more than the list itself\n");
	strbuf_add(&text, "# Lists change: import again to have the newer one.\n");
	add_prefixes(&list->entries, &prefixes);
	vec_for_each (prefix, &prefixes)
		strbuf_format(&text, "%s\n", prefix_print(prefix, out));
	vec_release(&prefixes);
	file.text = strbuf_steal(&text);
	vec_push(&draft->out->beside, file);
}

static struct node *inline_entries(const struct assembled_list *list)
{
	struct node *entries = node_new(NODE_SEQUENCE);
	prefix_vec prefixes = { 0 };

	add_prefixes(&list->entries, &prefixes);
	vec_for_each (prefix, &prefixes)
		node_append(entries, text_prefix(prefix));
	vec_release(&prefixes);
	return entries;
}

static struct node *list_row(const struct text_draft *draft, const struct assembled_list *list)
{
	struct node *row = node_new(NODE_MAPPING);
	AUTO_STRBUF struct strbuf aside = { 0 };

	row->style = NODE_STYLE_FLOW;
	if (list->name && strlen(list->name) <= LONGEST_NAME && !form_id(list->name))
		node_set(row, "name", node_scalar(list->name));
	else if (list->name)
		text_foreign(&aside, list->name);
	if (draft->options->stem) {
		AUTO_FREE char *name = memory_format("%s.%s.txt", draft->options->stem, list->id);
		write_file(draft, list, name);
		node_set(row, "file", node_scalar(name));
	} else {
		node_set(row, "entries", inline_entries(list));
	}
	if (list->approximate)
		node_set(row, "approximate", node_scalar("yes"));
	add_source(list, &aside);
	node_set_aside(row, strbuf_text(&aside));
	return row;
}

struct node *text_lists(const struct text_draft *draft)
{
	struct node *lists;

	if (!draft->lists.count && !draft->closed_list)
		return NULL;
	lists = node_new(NODE_MAPPING);
	vec_for_each (list, &draft->lists)
		node_set(lists, (*list)->id, list_row(draft, *list));
	text_closed_list(draft, lists);
	return lists;
}
