// SPDX-License-Identifier: GPL-2.0-or-later
// A file's text → documents → rows for their readers: see document.h.
//
// Theory of operation. jansson parses values, one at a time, wherever we point it to (JSON_DISABLE_EOF_CHECK); the only
// JSON that is read here are the braces, commas and names around them, down to the rows of the lists that forms.c
// knows. So a row is parsed, read and dropped before the next one, and only what is no such list is kept until its
// document ends, when it is known what it is.
#include "import/document.h"

#include <ctype.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "import/document_form.h"
#include "import/job.h"
#include "import/place.h"

enum { DOCUMENT_DEPTH = 8 };

struct scan {
	struct account *account;
	struct mistakes *mistakes;
	const char *file;
	const char *text, *end, *here;
	const char *counted;  // up to which byte lines are counted,
	struct location at;   // and the place of it
	bool broken;          // the rest of the text cannot be understood
};

static void cleanup_json(json_t **json)
{
	json_decref(*json);
}

// Lines are counted once: bytes come in ascending order, but for those of a row that is wrong.
static struct location place(struct scan *scan, const char *byte)
{
	if (byte < scan->counted)
		return json_location(&(struct location){ .file = scan->file, .line = 1, .column = 1 }, scan->text,
				     byte);
	scan->at = json_location(&scan->at, scan->counted, byte);
	scan->counted = byte;
	return scan->at;
}

static void break_off(struct scan *scan, const char *byte, const char *hint, const char *what)
{
	struct location at = place(scan, byte);

	scan->broken = true;
	mistakes_add(scan->mistakes, SEVERITY_ERROR, &at, hint, "this is not JSON: %s", what);
}

static bool at_char(struct scan *scan, char wanted)
{
	scan->here = json_skip_blank(scan->here, scan->end);
	return scan->here < scan->end && *scan->here == wanted;
}

static bool take(struct scan *scan, char wanted)
{
	bool there = at_char(scan, wanted);

	scan->here += there;
	return there;
}

// The value that begins here, NULL after complaining; *begin becomes its first byte.
static json_t *parse_value(struct scan *scan, const char **begin)
{
	json_error_t failed;

	scan->here = json_skip_blank(scan->here, scan->end);
	*begin = scan->here;
	json_t *value = json_loadb(scan->here, (size_t)(scan->end - scan->here),
				   JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY, &failed);
	if (!value) {
		size_t offset = failed.position > 0 ? (size_t)failed.position : 0;
		size_t left = (size_t)(scan->end - scan->here);
		const char *byte = scan->here + (offset < left ? offset : left);
		bool ended = byte == scan->end || json_error_code(&failed) == json_error_premature_end_of_input;
		break_off(scan, byte, ended ? "the file is cut off: fetch it again" : NULL, failed.text);
		return NULL;
	}
	scan->here = json_skip_value(scan->here, scan->end);
	return value;
}

static struct import_reader reader_for(struct scan *scan, const char *begin, const json_t *root)
{
	return (struct import_reader){
		.account = scan->account,
		.mistakes = scan->mistakes,
		.file = scan->file,
		.text = begin,
		.length = (size_t)(scan->here - begin),
		.at = place(scan, begin),
		.root = root,
	};
}

static void read_row(struct scan *scan, const struct import_form *form)
{
	const char *begin;
	CLEANUP(cleanup_json) json_t *row = parse_value(scan, &begin);

	if (!row || !form->read)
		return;
	struct import_reader reader = reader_for(scan, begin, row);
	if (json_is_object(row))
		form->read(&reader, row);
	else if (!json_is_null(row))
		import_error(&reader, row, NULL, NULL, "a row of \"%s\" must be an object", form->key);
}

// The rows of a list; `here` stands on its bracket.
static void read_rows(struct scan *scan, const struct import_form *form)
{
	scan->here++;
	if (take(scan, ']'))
		return;
	do {
		read_row(scan, form);
		if (scan->broken)
			return;
	} while (take(scan, ','));
	if (!take(scan, ']'))
		break_off(scan, scan->here, scan->here == scan->end ? "the file is cut off: fetch it again" : NULL,
			  "\",\" or \"]\" expected");
}

// The name of the next member, as written between its quotes; NULL after complaining.
static char *take_name(struct scan *scan)
{
	const char *begin;

	if (!at_char(scan, '"')) {
		break_off(scan, scan->here, NULL, "a name in quotes, or \"}\", expected");
		return NULL;
	}
	CLEANUP(cleanup_json) json_t *name = parse_value(scan, &begin);
	if (!name)
		return NULL;
	if (!take(scan, ':')) {
		break_off(scan, scan->here, NULL, "\":\" expected");
		return NULL;
	}
	return memory_copy_text(json_string_value(name));
}

static void read_document(struct scan *scan, unsigned depth);

static void keep(struct scan *scan, struct document_parts *parts, const char *name)
{
	const char *begin;
	json_t *value = parse_value(scan, &begin);

	if (!value)
		return;
	if (json_object_get(parts->members, name))
		break_off(scan, begin, "keep one of them", "a member of this name is there already");
	json_object_set_new(parts->members, name, value);
}

static void read_member(struct scan *scan, struct document_parts *parts, unsigned depth)
{
	AUTO_FREE char *name = take_name(scan);

	if (!name)
		return;
	const struct import_form *form = form_of_list(name);
	if (form && at_char(scan, '[')) {
		document_note(scan->account, parts, form);
		read_rows(scan, form);
	} else if (form_is_wrapper(name) && at_char(scan, '{')) {
		parts->wrapper = true;
		read_document(scan, depth + 1);
	} else {
		keep(scan, parts, name);
	}
}

static void read_object(struct scan *scan, unsigned depth)
{
	CLEANUP(document_parts_release) struct document_parts parts = { .members = json_object() };
	const char *begin = scan->here++;

	if (!take(scan, '}')) {
		do {
			read_member(scan, &parts, depth);
			if (scan->broken)
				return;
		} while (take(scan, ','));
		if (!take(scan, '}')) {
			break_off(scan, scan->here,
				  scan->here == scan->end ? "the file is cut off: fetch it again" : NULL,
				  "\",\" or \"}\" expected");
			return;
		}
	}
	struct import_reader reader = reader_for(scan, begin, parts.members);
	document_finish(&reader, &parts);
}

// A list of documents, or of rows that tell by themselves what they are.
static void read_array(struct scan *scan, unsigned depth)
{
	scan->here++;
	if (take(scan, ']'))
		return;
	do {
		read_document(scan, depth + 1);
		if (scan->broken)
			return;
	} while (take(scan, ','));
	if (!take(scan, ']'))
		break_off(scan, scan->here, scan->here == scan->end ? "the file is cut off: fetch it again" : NULL,
			  "\",\" or \"]\" expected");
}

static void read_document(struct scan *scan, unsigned depth)
{
	if (depth > DOCUMENT_DEPTH)
		break_off(scan, scan->here, NULL, "documents lie in each other too deeply");
	else if (at_char(scan, '{'))
		read_object(scan, depth);
	else if (at_char(scan, '['))
		read_array(scan, depth);
	else
		break_off(scan, scan->here, NULL, "a document begins with \"{\"");
}

void document_read(struct account *account, const char *file, const char *text, size_t length,
		   struct mistakes *mistakes)
{
	static const char mark[] = "\xef\xbb\xbf";
	struct scan scan = {
		.account = account, .mistakes = mistakes, .text = text, .end = text + length, .here = text
	};

	scan.file = account_file(account, file);
	scan.at = (struct location){ .file = scan.file, .line = 1, .column = 1 };
	if (length >= strlen(mark) && memcmp(text, mark, strlen(mark)) == 0)
		scan.here += strlen(mark);
	scan.counted = scan.text = scan.here;
	scan.here = json_skip_blank(scan.here, scan.end);
	if (scan.here == scan.end) {
		mistakes_add(mistakes, SEVERITY_ERROR, &scan.at, "fetch it again", "the file is empty");
		return;
	}
	if (*scan.here != '{' && *scan.here != '[') {
		job_read_yaml(account, file, scan.text, (size_t)(scan.end - scan.text), mistakes);
		return;
	}
	while (scan.here < scan.end && !scan.broken) {
		read_document(&scan, 0);
		scan.here = json_skip_blank(scan.here, scan.end);
	}
}
