// SPDX-License-Identifier: GPL-2.0-or-later
// A file's text → documents → rows for their readers: see document.h.
//
// Theory of operation. A document is looked over first, without reading its values (scan.h): the names of its
// members say what it is, whatever their order. Then jansson parses, one value at a time, from where we point it to
// (JSON_DISABLE_EOF_CHECK): a row of a list that import/read/forms.c knows is parsed, read and dropped before the next
// one, so that memory follows the model and not the text; a document that is one row is parsed whole. Every value is
// parsed, also those that nobody needs: a text that is wrong anywhere is refused, at its place.
#include "import/document/document.h"

#include <string.h>

#include "base/cleanup.h"
#include "import/document/form.h"
#include "import/document/text.h"
#include "import/job/job.h"

enum {
	DOCUMENT_DEPTH = 8,
	MISTAKES_SHOWN = 200,  // of all texts: a million wrong rows say no more
};

#define WHOLE "give the answer whole, without --query"

static void cleanup_json(json_t **json)
{
	json_decref(*json);
}

static void note_document(struct text *text, const struct import_form *form, size_t token)
{
	struct aws_pages *pages = &text->account->pages[form - import_forms];

	text->account->seen[form - import_forms]++;
	if (token && !pages->open++)
		pages->at = text_place_of(text, token);
}

// Parses one value and reads it. *refused: one that is no row was complained of.
static void read_row(struct text *text, const struct import_form *form, bool *refused)
{
	size_t begin = text->at;
	CLEANUP(cleanup_json) json_t *row = text_parse(text);

	if (!row || !form->read)
		return;
	if (!json_is_object(row)) {
		if (!*refused)
			text_say(text, SEVERITY_ERROR, begin, WHOLE, "a row of \"%s\" must be an object", form->key);
		*refused = true;
		return;
	}
	struct import_reader reader = text_reader(text, begin, text->at, row);
	form->read(&reader, row);
}

static void read_rows(struct text *text, const struct import_form *form)
{
	bool refused = false;

	text->at++;
	if (text_next(text) == ']') {
		text->at++;
		return;
	}
	do {
		(void)text_next(text);
		read_row(text, form, &refused);
	} while (!text->broken && text_follows(text, ']', "\",\" or \"]\" expected"));
}

// Where the token for a next page stands, which is neither empty nor null; 0: nowhere.
static size_t token_of(const struct text *text, const struct outline *outline)
{
	vec_for_each (member, &outline->members)
		if (is_token(member) && member->end - member->value > 2 && text->bytes[member->value] == '"')
			return member->value;
	return 0;
}

// What is known of a document while its members are read.
struct members {
	const struct outline *outline;
	size_t token;
	json_t *beside;  // gets what is no row; NULL: nobody wants it
	json_t *names;   // of those that were read
	unsigned depth;
	bool listed;  // it is an item of a list
	bool known;
};

// A member that is no row and no document.
static void pass_member(struct text *text, struct members *members, const struct scan_member *member,
			const struct import_form *form)
{
	CLEANUP(cleanup_json) json_t *value = text_parse(text);

	if (members->beside && value) {
		AUTO_FREE char *name = memory_copy_bytes(member->key, member->key_length);
		json_object_set_nocheck(members->beside, name, value);
	}
	if (!value || !form)
		return;
	if (json_is_null(value)) {
		members->known = true;
	} else if (form->shape == FORM_LIST && form->read && !members->listed) {
		text_say(text, SEVERITY_ERROR, member->value, WHOLE, "\"%s\" must be a list", form->key);
		members->known = true;
	}
}

static void read_value(struct text *text, unsigned depth, bool listed);

static void read_member(struct text *text, struct members *members, const struct scan_member *member)
{
	char first = text->bytes[member->value];
	bool fits, refused = false;
	const struct import_form *form = form_of_member(member, first, &fits);

	if (form && fits) {
		note_document(text, form, members->token);
		members->known = true;
		if (form->shape == FORM_LIST)
			read_rows(text, form);
		else
			read_row(text, form, &refused);
	} else if (scan_member_is(member, "data") && (first == '{' || first == '[')) {
		members->known = true;
		read_value(text, members->depth + 1, members->listed);
	} else {
		pass_member(text, members, member, form);
	}
}

static bool is_new(struct text *text, json_t *names, const struct scan_member *member)
{
	AUTO_FREE char *name = memory_copy_bytes(member->key, member->key_length);

	if (json_object_get(names, name)) {
		text->broken = true;
		text_say(text, SEVERITY_ERROR, (size_t)(member->key - text->bytes) - 1, "keep one of them",
			 "another \"%.40s\" is there already", name);
		return false;
	}
	json_object_set_new_nocheck(names, name, json_true());
	return true;
}

static void read_members(struct text *text, struct members *members)
{
	const struct outline *outline = members->outline;

	vec_for_each (member, &outline->members) {
		if (!is_new(text, members->names, member))
			return;
		text->at = member->value;
		read_member(text, members, member);
		if (!text->broken && text->at != member->end)
			text_break(text, scan_blanks(text->bytes, text->length, text->at), "\",\" or \"}\" expected");
		if (text->broken)
			return;
	}
	text->at = outline->end;
	if (outline->expected)
		text_break(text, outline->end, outline->expected);
}

// A document of several members, each of which is read by itself.
static void read_document(struct text *text, const struct outline *outline, unsigned depth, bool listed)
{
	size_t begin = text->at;
	const struct import_form *form = form_beside(outline);
	CLEANUP(cleanup_json) json_t *beside = form ? json_object() : NULL;
	CLEANUP(cleanup_json) json_t *names = json_object();
	struct members members = {
		.outline = outline,
		.token = token_of(text, outline),
		.beside = beside,
		.names = names,
		.depth = depth,
		.listed = listed,
	};

	read_members(text, &members);
	if (text->broken)
		return;
	if (form) {
		struct import_reader reader = text_reader(text, begin, text->at, beside);
		form->read(&reader, beside);
	}
	if (members.known)
		return;
	if (listed)
		text->passed++;
	else
		refuse_unknown(text, begin, outline);
}

static void read_object(struct text *text, unsigned depth, bool listed)
{
	CLEANUP(outline_release) struct outline outline = { 0 };
	bool refused = false;

	outline_make(&outline, text->bytes, text->length, text->at);
	const struct import_form *form = form_of_outline(&outline, text->bytes);
	if (!form) {
		read_document(text, &outline, depth, listed);
		return;
	}
	read_row(text, form, &refused);
	note_document(text, form, token_of(text, &outline));
}

static void read_item(struct text *text, unsigned depth)
{
	char first = text_next(text);

	if (first == '{' || first == '[') {
		read_value(text, depth + 1, true);
		return;
	}
	json_decref(text_parse(text));
	text->passed++;
}

// A list of documents, or of rows that tell by themselves what they are.
static void read_list(struct text *text, unsigned depth)
{
	size_t begin = text->at++;

	if (text_next(text) == ']') {
		text->at++;
		if (!depth)
			text_say(text, SEVERITY_WARNING, begin, WHOLE, "this list is empty, and does not say of what");
		return;
	}
	do {
		read_item(text, depth);
	} while (!text->broken && text_follows(text, ']', "\",\" or \"]\" expected"));
	if (depth || text->broken || !text->passed)
		return;
	text_say(text, SEVERITY_WARNING, begin, WHOLE, "%zu %s of this list %s no known row: passed over", text->passed,
		 text->passed == 1 ? "item" : "items", text->passed == 1 ? "is" : "are");
	text->passed = 0;
}

static void read_value(struct text *text, unsigned depth, bool listed)
{
	if (depth > DOCUMENT_DEPTH) {
		text->broken = true;
		text_say(text, SEVERITY_ERROR, text->at, NULL, "documents lie in each other too deeply");
	} else if (text->bytes[text->at] == '{') {
		read_object(text, depth, listed);
	} else {
		read_list(text, depth);
	}
}

static void read_documents(struct text *text)
{
	char first;

	while (!text->broken) {
		first = text_next(text);
		if (text->at == text->length)
			return;
		if (first == '{' || first == '[') {
			read_value(text, 0, false);
			continue;
		}
		text->broken = true;
		text_say(text, SEVERITY_ERROR, text->at, NULL,
			 "behind a document stands only another one, which begins with \"{\" or \"[\"");
	}
}

// The YAML parser wants a text that ends with '\0'.
static void read_yaml(const struct text *text)
{
	AUTO_FREE char *copy = memory_copy_bytes(text->bytes, text->length);

	job_read_yaml(text->account, text->file, copy, text->length, text->mistakes);
}

// Whether bytes stand at the text's begin.
static bool begins(const char *text, size_t length, const char *bytes)
{
	return length >= strlen(bytes) && memcmp(text, bytes, strlen(bytes)) == 0;
}

void document_read(struct account *account, const char *file, const char *bytes, size_t length,
		   struct mistakes *mistakes)
{
	static const char mark[] = "\xef\xbb\xbf";
	size_t front = begins(bytes, length, mark) ? strlen(mark) : 0;
	struct text text = {
		.account = account,
		.mistakes = mistakes,
		.file = account_file(account, file),
		.bytes = bytes + front,
		.length = length - front,
		.place = { 0, 1, 1 },
	};
	char first = text_next(&text);
	const char *nul = memchr(text.bytes, '\0', text.length);

	mistakes->limit = MISTAKES_SHOWN;
	if (text.at == text.length)
		text_say(&text, SEVERITY_ERROR, 0, "run the command again, and look at what it says",
			 "the file is empty");
	else if (begins(bytes, length, "\xff\xfe") || begins(bytes, length, "\xfe\xff"))
		text_say(&text, SEVERITY_ERROR, 0, "write it as UTF-8: in PowerShell, … | Out-File -Encoding utf8",
			 "this is UTF-16, and JSON is UTF-8");
	else if (nul)
		text_say(&text, SEVERITY_ERROR, (size_t)(nul - text.bytes), "was it damaged? run the command again",
			 "a NUL byte stands in this text: nothing of it is read");
	else if (first == '{' || first == '[')
		read_documents(&text);
	else
		read_yaml(&text);
	place_index_release(&text.places);
}

void document_end(const struct account *account, struct mistakes *mistakes)
{
	for (size_t i = 0; i < import_form_count; i++) {
		const struct aws_pages *pages = &account->pages[i];

		if (form_is_open(account, i))
			mistakes_add(mistakes, SEVERITY_WARNING, &pages->at,
				     "run it without --max-items and --no-paginate, or give the other pages, too",
				     "more of \"%s\" follows than is given", import_forms[i].command);
	}
}
