// SPDX-License-Identifier: GPL-2.0-or-later
// Which of the known documents one is: see document_form.h.
#include "import/document_form.h"

#include <ctype.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/names.h"
#include "base/strbuf.h"

void document_parts_release(struct document_parts *parts)
{
	json_decref(parts->members);
	parts->members = NULL;
}

// "SecurityGroups" is the API's name, "security_groups" what some SDKs make of it.
static bool names_match(const char *key, const char *name)
{
	if (strcmp(key, name) == 0)
		return true;
	if (!islower((unsigned char)*name))
		return false;
	while (*key && *name) {
		name += *name == '_';
		if (tolower((unsigned char)*key++) != *name++)
			return false;
	}
	return !*key && !*name;
}

const struct import_form *form_of_list(const char *name)
{
	for (size_t i = 0; i < import_form_count; i++)
		if (import_forms[i].shape == FORM_LIST && names_match(import_forms[i].key, name))
			return &import_forms[i];
	return NULL;
}

bool form_is_wrapper(const char *name)
{
	return strcmp(name, "data") == 0;
}

void document_note(struct account *account, struct document_parts *parts, const struct import_form *form)
{
	parts->list = form;
	account->seen[form - import_forms]++;
}

static bool has_marks(const json_t *document, const struct import_form *form)
{
	for (size_t i = 0; i < FORM_MARKS && form->marks[i]; i++)
		if (!json_object_get(document, form->marks[i]))
			return false;
	return form->marks[0];
}

// By what was kept: the document itself, one row in it, or a row that stands alone. The first form that fits.
static const struct import_form *form_of(const json_t *document, enum form_shape shape)
{
	for (size_t i = 0; i < import_form_count; i++) {
		const struct import_form *form = &import_forms[i];
		bool fits = shape == FORM_ONE ? json_is_object(json_object_get(document, form->key ? form->key : ""))
					      : has_marks(document, form);
		if (form->shape == shape && fits)
			return form;
	}
	return NULL;
}

static const char *how_known(const struct import_form *form)
{
	return form->key ? form->key : form->marks[0];
}

static void refuse_unknown(struct import_reader *reader)
{
	AUTO_STRBUF struct strbuf known = { 0 };
	const char *const *keys = memory_new(import_form_count, sizeof(*keys));
	AUTO_FREE void *owned = (void *)(uintptr_t)keys;
	AUTO_FREE char *hint = NULL;
	const char *near = NULL;
	const char *key;
	json_t *value;

	for (size_t i = 0; i < import_form_count; i++) {
		((const char **)owned)[i] = how_known(&import_forms[i]);
		if (!import_forms[i].hidden)
			strbuf_format(&known, "%s%s (%s)", known.length ? ", " : "", import_forms[i].command,
				      how_known(&import_forms[i]));
	}
	json_object_foreach((json_t *)(uintptr_t)reader->root, key, value)
	{
		if (!near)
			near = names_nearest(key, keys, import_form_count);
	}
	hint = near ? memory_format("did you mean \"%s\"? known are %s", near, strbuf_text(&known))
		    : memory_format("known are %s", strbuf_text(&known));
	import_error(reader, reader->root, NULL, hint, "this is no document that can be imported");
}

void document_finish(struct import_reader *reader, struct document_parts *parts)
{
	static const enum form_shape shapes[] = { FORM_ONE, FORM_WHOLE, FORM_LIST };
	const struct import_form *form = NULL;
	size_t shape = 0;

	for (; shape < sizeof(shapes) / sizeof(shapes[0]) && !form; shape += !form)
		form = form_of(parts->members, shapes[shape]);
	if (parts->list || parts->wrapper) {
		// The rest of such a document is what stands around the rows: a date, a token.
		if (form && form->shape == FORM_WHOLE && form->read)
			form->read(reader, parts->members);
		return;
	}
	if (!form) {
		refuse_unknown(reader);
		return;
	}
	document_note(reader->account, parts, form);
	if (form->read)
		form->read(reader,
			   form->shape == FORM_ONE ? json_object_get(parts->members, form->key) : parts->members);
}
