// SPDX-License-Identifier: GPL-2.0-or-later
// Which of the known documents one is: see form.h.
#include "import/document/form.h"

#include <ctype.h>
#include <string.h>

void outline_release(struct outline *outline)
{
	vec_release(&outline->members);
}

void outline_make(struct outline *outline, const char *text, size_t length, size_t at)
{
	struct scan_member member;

	outline->expected = NULL;
	for (at++; scan_member(text, length, &at, &member); at++) {
		vec_push(&outline->members, member);
		at = scan_blanks(text, length, at);
		if (at < length && text[at] == ',')
			continue;
		outline->end = at;
		if (at < length && text[at] == '}')
			outline->end++;
		else
			outline->expected = "\",\" or \"}\" expected";
		return;
	}
	outline->end = at;
	if (!outline->members.count && at < length && text[at] == '}')
		outline->end++;
	else
		outline->expected = "a member expected, as in \"name\": value";
}

// "SecurityGroups" is the API's name, "security_groups" what some SDKs make of it.
static bool is_named_loosely(const struct scan_member *member, const char *name)
{
	const char *key = member->key, *end = key + member->key_length;

	for (;; key++, name++) {
		key += key < end && *key == '_';
		name += *name == '_';
		if (key == end || !*name)
			return key == end && !*name;
		if (tolower((unsigned char)*key) != tolower((unsigned char)*name))
			return false;
	}
}

bool is_token(const struct scan_member *member)
{
	return is_named_loosely(member, "NextToken");
}

static bool has_member(const struct outline *outline, const char *name)
{
	vec_for_each (member, &outline->members)
		if (scan_member_is(member, name))
			return true;
	return false;
}

// How many marks a form has, when the document has all of them; else 0.
static unsigned marks_met(const struct outline *outline, const struct import_form *form)
{
	unsigned met = 0;

	for (; met < FORM_MARKS && form->marks[met]; met++)
		if (!has_member(outline, form->marks[met]))
			return 0;
	return met;
}

static bool has_rows(const struct outline *outline, const char *text)
{
	vec_for_each (member, &outline->members) {
		bool fits = false;
		if (form_of_member(member, text[member->value], &fits) && fits)
			return true;
	}
	return false;
}

const struct import_form *form_of_outline(const struct outline *outline, const char *text)
{
	const struct import_form *best = NULL;
	unsigned most = 0;

	for (size_t i = 0; i < import_form_count; i++) {
		const struct import_form *form = &import_forms[i];
		unsigned met = form->shape == FORM_WHOLE || form->shape == FORM_LIST ? marks_met(outline, form) : 0;
		if (met > most) {
			best = form;
			most = met;
		}
	}
	// One mark is little: a list of rows says more.
	return most == 1 && has_rows(outline, text) ? NULL : best;
}

const struct import_form *form_beside(const struct outline *outline)
{
	for (size_t i = 0; i < import_form_count; i++)
		if (import_forms[i].shape == FORM_BESIDE && marks_met(outline, &import_forms[i]))
			return &import_forms[i];
	return NULL;
}

const struct import_form *form_of_member(const struct scan_member *member, char first, bool *fits)
{
	const struct import_form *found = NULL;

	*fits = false;
	for (size_t i = 0; i < import_form_count && !*fits; i++) {
		const struct import_form *form = &import_forms[i];
		if (!form->key || !is_named_loosely(member, form->key))
			continue;
		*fits = first == (form->shape == FORM_LIST ? '[' : '{');
		found = *fits || !found ? form : found;
	}
	return found;
}
