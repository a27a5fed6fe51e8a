// SPDX-License-Identifier: GPL-2.0-or-later
// The comment at the head of an imported profile: where it is from, what was not given, what was assumed. See
// part.h.
#include <string.h>

#include "base/cleanup.h"
#include "import/profile/part.h"

// The names of the documents are the command's operands; how many there were tells whether all of them were read.
static void add_documents(const struct account *account, struct strbuf *text)
{
	size_t count = 0;

	for (size_t form = 0; form < ACCOUNT_FORMS; form++)
		count += account->seen[form];
	if (count)
		strbuf_format(text, " from %zu document%s", count, count == 1 ? "" : "s");
}

static void add_origin(const struct text_draft *draft, struct strbuf *head)
{
	AUTO_STRBUF struct strbuf text = { 0 };

	strbuf_add(&text, "Imported");
	if (draft->options->date) {
		strbuf_add(&text, " on ");
		text_foreign(&text, draft->options->date);
	}
	if (draft->first->account)
		add_documents(draft->first->account, &text);
	strbuf_add(&text, draft->options->command ? " by" : ".");
	text_paragraph(head, "", strbuf_text(&text));
	if (draft->options->command) {
		AUTO_FREE char *command = text_foreign_command(draft->options->command);
		strbuf_format(head, "\n  %s", command ? command : "");
	}
}

static void add_chosen(const struct text_draft *draft, struct strbuf *head)
{
	if (!draft->first->selection)
		return;
	vec_for_each (sentence, &draft->first->selection->chosen) {
		AUTO_FREE char *text = text_foreign_value(*sentence);
		text_paragraph(head, "- ", text ? text : "");
	}
}

static bool is_said(const struct text_draft *draft, size_t of, const struct assumption *assumption)
{
	for (size_t i = 0; i < of; i++)
		vec_for_each (other, &draft->assemblies[i].assumptions)
			if (strcmp(other->missing, assumption->missing) == 0 &&
			    strcmp(other->assumed, assumption->assumed) == 0)
				return true;
	return false;
}

static void add_assumption(const struct assumption *assumption, struct strbuf *head)
{
	AUTO_FREE char *missing = text_foreign_value(assumption->missing);
	AUTO_FREE char *assumed = text_foreign_value(assumption->assumed);
	AUTO_FREE char *command = text_foreign_command(assumption->command);
	AUTO_FREE char *text = memory_format("%s: assumed %s", missing ? missing : "?", assumed ? assumed : "nothing");

	text_paragraph(head, "- ", text);
	if (command)
		strbuf_format(head, "\n    %s", command);
}

static void add_assumptions(const struct text_draft *draft, struct strbuf *head)
{
	bool any = false;

	for (size_t i = 0; i < draft->count; i++)
		vec_for_each (assumption, &draft->assemblies[i].assumptions) {
			if (is_said(draft, i, assumption))
				continue;
			if (!any)
				strbuf_add(head, "\n\nNOT GIVEN, and what stands for it until it is:");
			any = true;
			add_assumption(assumption, head);
		}
}

static void add_several(const struct text_draft *draft, struct strbuf *head)
{
	AUTO_STRBUF struct strbuf text = { 0 };

	if (draft->count < 2)
		return;
	strbuf_add(&text,
		   "One profile for several subnets: it lets through only what each of them would, so that a job "
		   "that works here works in all of");
	for (size_t i = 0; i < draft->count; i++) {
		strbuf_add(&text, i ? ", " : " ");
		if (draft->assemblies[i].subnet)
			text_thing(&text, &draft->assemblies[i].subnet->thing);
	}
	strbuf_add_char(&text, '.');
	strbuf_add_char(head, '\n');
	text_paragraph(head, "", strbuf_text(&text));
}

static void add_wider(const struct text_draft *draft, struct strbuf *head)
{
	AUTO_FREE char *wider = text_wider(draft);

	if (!wider)
		return;
	strbuf_add_char(head, '\n');
	text_paragraph(head, "", wider);
}

char *text_head(const struct text_draft *draft)
{
	struct strbuf head = { 0 };

	add_origin(draft, &head);
	add_chosen(draft, &head);
	add_several(draft, &head);
	add_wider(draft, &head);
	add_assumptions(draft, &head);
	return strbuf_steal(&head);
}
