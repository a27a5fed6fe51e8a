// SPDX-License-Identifier: GPL-2.0-or-later
// A file's text → documents → rows for their readers: see document.h.
//
// Theory of operation. A document is looked over first, without reading its values (document_scan.h): the names of its
// members say what it is, whatever their order. Then jansson parses, one value at a time, from where we point it to
// (JSON_DISABLE_EOF_CHECK): a row of a list that forms.c knows is parsed, read and dropped before the next one, so that
// memory follows the model and not the text; a document that is one row is parsed whole. Every value is parsed, also
// those that nobody needs: a text that is wrong anywhere is refused, at its place.
#include "import/document.h"

#include <string.h>

#include "base/cleanup.h"
#include "import/document_form.h"
#include "import/job.h"
#include "import/place.h"

enum { DOCUMENT_DEPTH = 8 };

#define CUT_OFF "it is cut off: run the command again"

struct text {
	struct account *account;
	struct mistakes *mistakes;
	const char *file;
	const char *bytes;
	size_t length;
	size_t at;                  // the next byte
	struct text_place place;    // of the row that is read
	struct place_index places;  // within it
	bool broken;                // the rest cannot be understood
	size_t passed;              // items of the list that are no rows
};

static void cleanup_json(json_t **json)
{
	json_decref(*json);
}

static struct location place_of(struct text *text, size_t at)
{
	struct text_place place = text->place;

	if (at < place.at)
		place = (struct text_place){ 0, 1, 1 };
	text_place_move(&place, text->bytes, at);
	return (struct location){ .file = text->file, .line = place.line, .column = place.column };
}

static void break_off(struct text *text, size_t at, const char *what)
{
	bool ended = scan_blanks(text->bytes, text->length, at) >= text->length;
	struct location place = place_of(text, ended ? text->length : at);

	text->broken = true;
	if (ended)
		mistakes_add(text->mistakes, SEVERITY_ERROR, &place, CUT_OFF,
			     "the text ends in the middle of a document");
	else
		mistakes_add(text->mistakes, SEVERITY_ERROR, &place, NULL, "this is not JSON: %s", what);
}

static char next_char(struct text *text)
{
	text->at = scan_blanks(text->bytes, text->length, text->at);
	return text->at < text->length ? text->bytes[text->at] : '\0';
}

// The first byte of what jansson complains of, which it quotes at its message's end and stands behind.
static size_t place_of_error(const struct text *text, const json_error_t *error)
{
	size_t at = text->at + (size_t)(error->position > 0 ? error->position : 0);
	const char *quote = strstr(error->text, " near '");
	size_t length = quote ? strlen(quote += strlen(" near '")) - 1 : 0;

	at = at < text->length ? at : text->length;
	if (length && length <= at - text->at && memcmp(text->bytes + at - length, quote, length) == 0)
		return at - length;
	return at > text->at ? at - 1 : at;
}

// The value that begins here, parsed; NULL after complaining.
static json_t *parse(struct text *text)
{
	json_error_t error;
	json_t *value = json_loadb(text->bytes + text->at, text->length - text->at,
				   JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY, &error);

	if (value)
		text->at += (size_t)error.position;
	else if (json_error_code(&error) == json_error_premature_end_of_input)
		break_off(text, text->length, error.text);
	else
		break_off(text, place_of_error(text, &error), error.text);
	return value;
}

static void run(struct text *text, const struct import_form *form, size_t begin, const json_t *root)
{
	if (!form->read)
		return;
	if (begin >= text->place.at)
		text_place_move(&text->place, text->bytes, begin);
	place_index_clear(&text->places);
	struct import_reader reader = {
		.account = text->account,
		.mistakes = text->mistakes,
		.file = text->file,
		.text = text->bytes + begin,
		.length = text->at - begin,
		.at = place_of(text, begin),
		.root = root,
		.places = &text->places,
	};
	form->read(&reader, root);
}

static void note_document(struct text *text, const struct import_form *form, size_t token)
{
	struct aws_pages *pages = &text->account->pages[form - import_forms];

	text->account->seen[form - import_forms]++;
	if (token && !pages->open++)
		pages->at = place_of(text, token);
}

// Parses one value and reads it.
static void read_row(struct text *text, const struct import_form *form)
{
	size_t begin = text->at;
	CLEANUP(cleanup_json) json_t *row = parse(text);

	if (json_is_object(row))
		run(text, form, begin, row);
}

// After an item or member: true when another one follows.
static bool follows(struct text *text, char end, const char *expected)
{
	char next = next_char(text);

	if (next != ',' && next != end)
		break_off(text, text->at, expected);
	else
		text->at++;
	return next == ',';
}

static void read_rows(struct text *text, const struct import_form *form)
{
	bool refused = false;

	text->at++;
	if (next_char(text) == ']') {
		text->at++;
		return;
	}
	do {
		char first = next_char(text);
		if (first != '{' && first != 'n' && first && first != ']' && form->read && !refused) {
			struct location at = place_of(text, text->at);
			mistakes_add(text->mistakes, SEVERITY_ERROR, &at, "give the rows whole, without --query",
				     "a row of \"%s\" must be an object", form->key);
			refused = true;
		}
		read_row(text, form);
	} while (!text->broken && follows(text, ']', "\",\" or \"]\" expected"));
}

// Whether the text that begins at a byte is a token for a next page: not empty, not null.
static bool says_more(const struct text *text, const struct scan_member *member)
{
	return is_token(member) && member->end - member->value > 2 && text->bytes[member->value] == '"';
}

static size_t token_of(const struct text *text, const struct outline *outline)
{
	vec_for_each (member, &outline->members)
		if (says_more(text, member))
			return member->value;
	return 0;
}

static void read_value(struct text *text, unsigned depth, bool listed);

// Whether the member is one that makes a document known.
static bool read_member(struct text *text, const struct scan_member *member, size_t token, json_t *beside,
			unsigned depth, bool listed)
{
	char first = text->bytes[member->value];
	bool fits;
	const struct import_form *form = form_of_member(member, first, &fits);

	if (form && fits) {
		note_document(text, form, token);
		if (form->shape == FORM_LIST)
			read_rows(text, form);
		else
			read_row(text, form);
		return true;
	}
	if (scan_member_is(member, "data") && (first == '{' || first == '[')) {
		read_value(text, depth + 1, listed);
		return true;
	}
	struct location at = place_of(text, text->at);
	json_t *value = parse(text);
	bool null = json_is_null(value);
	if (form && form->read && value && !null)
		mistakes_add(text->mistakes, SEVERITY_ERROR, &at, NULL, "\"%s\" must be %s", form->key,
			     form->shape == FORM_LIST ? "a list" : "an object");
	if (beside && value) {
		AUTO_FREE char *name = memory_copy_bytes(member->key, member->key_length);
		json_object_set_nocheck(beside, name, value);
	}
	json_decref(value);
	return value && form && (form->read || null);
}

static bool is_new(struct text *text, json_t *names, const struct scan_member *member)
{
	AUTO_FREE char *name = memory_copy_bytes(member->key, member->key_length);

	if (json_object_get(names, name)) {
		struct location at = place_of(text, (size_t)(member->key - text->bytes) - 1);
		text->broken = true;
		mistakes_add(text->mistakes, SEVERITY_ERROR, &at, "keep one of them",
			     "another \"%.40s\" is there already", name);
		return false;
	}
	json_object_set_new_nocheck(names, name, json_true());
	return true;
}

// A document of several members, each of which is read by itself. Whether it is known.
static bool read_members(struct text *text, const struct outline *outline, json_t *beside, unsigned depth, bool listed)
{
	CLEANUP(cleanup_json) json_t *names = json_object();
	size_t token = token_of(text, outline);
	bool known = false;

	vec_for_each (member, &outline->members) {
		if (!is_new(text, names, member))
			return false;
		text->at = member->value;
		known |= read_member(text, member, token, beside, depth, listed);
		if (text->broken)
			return false;
		if (text->at != member->end) {
			break_off(text, scan_blanks(text->bytes, text->length, text->at), "\",\" or \"}\" expected");
			return false;
		}
	}
	text->at = outline->end;
	if (outline->expected) {
		AUTO_FREE char *what = memory_format("%s expected", outline->expected);
		break_off(text, outline->end, what);
	}
	return known;
}

static void read_object(struct text *text, unsigned depth, bool listed)
{
	CLEANUP(outline_release) struct outline outline = { 0 };
	size_t begin = text->at;

	outline_make(&outline, text->bytes, text->length, begin);
	const struct import_form *form = form_of_outline(&outline, text->bytes);
	if (form) {
		read_row(text, form);
		note_document(text, form, token_of(text, &outline));
		return;
	}
	form = form_beside(&outline);
	CLEANUP(cleanup_json) json_t *beside = form ? json_object() : NULL;
	bool known = read_members(text, &outline, beside, depth, listed);
	if (text->broken)
		return;
	if (form)
		run(text, form, begin, beside);
	if (!known && listed) {
		text->passed++;
	} else if (!known) {
		struct location at = place_of(text, begin);
		refuse_unknown(text->mistakes, &at, &outline);
	}
}

static void read_item(struct text *text, unsigned depth)
{
	char first = next_char(text);

	if (first == '{' || first == '[') {
		read_value(text, depth + 1, true);
		return;
	}
	json_decref(parse(text));
	text->passed++;
}

// A list of documents, or of rows that tell by themselves what they are.
static void read_list(struct text *text, unsigned depth)
{
	struct location at = place_of(text, text->at);

	text->at++;
	if (next_char(text) == ']') {
		text->at++;
		mistakes_add(text->mistakes, SEVERITY_WARNING, &at, "give the answer whole, without --query",
			     "this list is empty, and does not say of what");
		return;
	}
	do {
		read_item(text, depth);
	} while (!text->broken && follows(text, ']', "\",\" or \"]\" expected"));
	if (depth || text->broken || !text->passed)
		return;
	mistakes_add(text->mistakes, SEVERITY_WARNING, &at, "give the answer whole, without --query",
		     "%zu items of this list are no rows that are known: they are passed over", text->passed);
	text->passed = 0;
}

static void read_value(struct text *text, unsigned depth, bool listed)
{
	if (depth > DOCUMENT_DEPTH)
		break_off(text, text->at, "documents lie in each other too deeply");
	else if (text->bytes[text->at] == '{')
		read_object(text, depth, listed);
	else
		read_list(text, depth);
}

static void read_documents(struct text *text)
{
	char first;

	while (!text->broken && (first = next_char(text))) {
		if (first == '{' || first == '[') {
			read_value(text, 0, false);
			continue;
		}
		struct location at = place_of(text, text->at);
		text->broken = true;
		mistakes_add(text->mistakes, SEVERITY_ERROR, &at, NULL,
			     "behind a document stands only another one, which begins with \"{\" or \"[\"");
	}
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
	struct location at = { .file = text.file, .line = 1, .column = 1 };
	char first = next_char(&text);

	if (text.at == text.length)
		mistakes_add(mistakes, SEVERITY_ERROR, &at, "run the command again, and look at what it says",
			     "the file is empty");
	else if (begins(bytes, length, "\xff\xfe") || begins(bytes, length, "\xfe\xff"))
		mistakes_add(mistakes, SEVERITY_ERROR, &at,
			     "write it as UTF-8: in PowerShell, … | Out-File -Encoding utf8",
			     "this is UTF-16, which JSON is not written in");
	else if (first == '{' || first == '[')
		read_documents(&text);
	else
		job_read_yaml(account, file, text.bytes, text.length, mistakes);
	place_index_release(&text.places);
}

void document_end(const struct account *account, struct mistakes *mistakes)
{
	for (size_t i = 0; i < import_form_count; i++) {
		const struct aws_pages *pages = &account->pages[i];

		if (pages->open && pages->open >= account->seen[i])
			mistakes_add(mistakes, SEVERITY_WARNING, &pages->at,
				     "run it without --max-items and --no-paginate, or give the other pages, too",
				     "more of \"%s\" follows than is given", import_forms[i].command);
	}
}
