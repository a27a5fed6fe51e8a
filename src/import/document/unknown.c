// SPDX-License-Identifier: GPL-2.0-or-later
// What is said of a document that no form knows: see form.h.
#include <string.h>

#include "base/cleanup.h"
#include "base/names.h"
#include "base/strbuf.h"
#include "import/document/form.h"

enum { NAMES_SHOWN = 4, NAME_SHOWN = 40 };

#define KNOWN "known are: "
#define ASK "import reads what aws prints of it: "

// Other tools' documents, which people take for AWS's answers.
static const struct {
	const char *mark;
	const char *what;
	const char *hint;
} others[] = {
	{ "AWSTemplateFormatVersion", "a CloudFormation template",
	  ASK "create the stack, then aws ec2 describe-vpcs, …" },
	{ "Resources", "a CloudFormation template", ASK "create the stack, then aws ec2 describe-vpcs, …" },
	{ "terraform_version", "Terraform's state or plan", ASK "aws ec2 describe-vpcs, …" },
	{ "planned_values", "Terraform's plan", ASK "apply it, then aws ec2 describe-vpcs, …" },
	{ "Statement", "an IAM policy, which says nothing of networks", NULL },
	{ "current_host", "a container's resourceconfig.json, which says nothing of networks", NULL },
	{ "configurationItems", "AWS Config's", ASK "aws ec2 describe-vpcs, …" },
	{ "vpcjail", "a profile", "give it to run, check or explain" },
};

static void add_known(struct strbuf *out)
{
	for (size_t i = 0; i < import_form_count; i++) {
		const struct import_form *form = &import_forms[i];

		if (form->hidden)
			continue;
		strbuf_format(out, "%s%s (by \"%s\"", out->length ? ", " : KNOWN, form->command,
			      form->key ? form->key : form->marks[0]);
		for (size_t mark = 1; !form->key && mark < FORM_MARKS && form->marks[mark]; mark++)
			strbuf_format(out, ", \"%s\"", form->marks[mark]);
		strbuf_add_char(out, ')');
	}
}

// The known name that is near one of the document's; NULL.
static const char *nearest_name(const struct outline *outline)
{
	VEC(const char *) names = { 0 };
	const char *near = NULL;
	size_t tried = 0;

	for (size_t i = 0; i < import_form_count; i++)
		if (!import_forms[i].hidden)
			vec_push(&names, import_forms[i].key ? import_forms[i].key : import_forms[i].marks[0]);
	vec_for_each (member, &outline->members) {
		AUTO_FREE char *name = memory_copy_bytes(member->key, member->key_length);
		near = near ? near : names_nearest(name, names.items, names.count);
		if (tried++ == NAME_SHOWN)
			break;
	}
	vec_release(&names);
	return near;
}

static const char *other_tool(const struct outline *outline, const char **hint)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		vec_for_each (member, &outline->members)
			if (scan_member_is(member, others[i].mark)) {
				*hint = others[i].hint;
				return others[i].what;
			}
	return NULL;
}

static void add_names(struct strbuf *out, const struct outline *outline)
{
	size_t shown = 0;

	vec_for_each (member, &outline->members) {
		if (shown++ == NAMES_SHOWN) {
			strbuf_format(out, " and %zu more", outline->members.count - NAMES_SHOWN);
			return;
		}
		strbuf_format(out, "%s\"%.*s\"", shown > 1 ? ", " : "",
			      (int)(member->key_length < NAME_SHOWN ? member->key_length : NAME_SHOWN), member->key);
	}
}

static bool list_was_shown(const struct mistakes *mistakes)
{
	vec_for_each (mistake, &mistakes->list)
		if (mistake->hint && strstr(mistake->hint, KNOWN))
			return true;
	return false;
}

void refuse_unknown(struct text *text, size_t begin, const struct outline *outline)
{
	CLEANUP(strbuf_release) struct strbuf names = { 0 };
	CLEANUP(strbuf_release) struct strbuf known = { 0 };
	const char *hint = NULL;
	const char *other = other_tool(outline, &hint);
	const char *near = other ? NULL : nearest_name(outline);

	if (other) {
		text_say(text, SEVERITY_ERROR, begin, hint, "this is %s", other);
		return;
	}
	if (!outline->members.count) {
		text_say(text, SEVERITY_ERROR, begin, "run the command again", "an object with nothing in it");
		return;
	}
	add_names(&names, outline);
	if (!list_was_shown(text->mistakes))
		add_known(&known);
	if (near) {
		AUTO_FREE char *rest = strbuf_steal(&known);
		strbuf_format(&known, "did you mean \"%s\"?%s%s", near, *rest ? " " : "", rest);
	}
	text_say(text, SEVERITY_ERROR, begin, known.length ? strbuf_text(&known) : NULL,
		 "an unknown document: it has %s", strbuf_text(&names));
}
