// SPDX-License-Identifier: GPL-2.0-or-later
// The file of a prefix list: a CIDR block a line, '#' begins a comment; or JSON (prefix_json.c).
#include "profile/prefix_file.h"

#include <string.h>

#include "base/cleanup.h"
#include "profile/prefix_json.h"

enum { MISTAKES_SHOWN = 20 };

#define BLANKS " \t\r"

// One line, terminated; at points to its first column. false when it is wrong.
static bool read_line(struct reader *reader, const struct location *line_at, char *line, struct prefix_set *set)
{
	struct location at = *line_at;
	struct prefix prefix;
	struct error err = { 0 };

	line[strcspn(line, "#")] = '\0';
	size_t blanks = strspn(line, BLANKS);
	at.column += (unsigned)blanks;
	line += blanks;
	size_t length = strcspn(line, BLANKS);
	if (!length)
		return true;
	if (line[length + strspn(line + length, BLANKS)]) {
		at.column += (unsigned)(length + strspn(line + length, BLANKS));
		reader_error(reader, &at, "begin a comment with #", "one CIDR block a line");
		return false;
	}
	line[length] = '\0';
	if (prefix_parse(line, &prefix, &err) < 0) {
		reader_refuse(reader, &at, err.message);
		return false;
	}
	prefix_set_add(set, &prefix);
	return true;
}

static bool is_json(const char *path, const char *text)
{
	const char *dot = strrchr(path, '.');

	text += strspn(text, " \t\r\n");
	return (dot && strcmp(dot, ".json") == 0) || *text == '{' || *text == '[';
}

static void read_lines(struct reader *reader, const char *path, char *text, size_t length, struct prefix_set *set)
{
	struct location at = { .file = path, .line = 1, .column = 1 };
	unsigned wrong = 0;

	for (char *line = text, *end = text + length; line < end; at.line++) {
		char *newline = memchr(line, '\n', (size_t)(end - line));
		char *line_end = newline ? newline : end;
		*line_end = '\0';
		bool zero = strlen(line) < (size_t)(line_end - line);
		if (zero)
			reader_error(reader, &at, NULL, "a zero byte: this is not a text file of CIDR blocks");
		if (zero || (!read_line(reader, &at, line, set) && ++wrong == MISTAKES_SHOWN)) {
			if (!zero)
				reader_error(reader, &at, NULL, "more mistakes may follow: the rest was not read");
			return;
		}
		line = line_end + 1;
	}
}

void prefix_list_refuse_choice(struct reader *reader, const struct profile_prefix_list *list)
{
	const struct text_value *const choices[] = { &list->service, &list->region };

	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
		if (choices[i]->text)
			reader_error(reader, &choices[i]->at, "leave it out",
				     "service and region choose from ip-ranges.json alone");
}

void prefix_file_read(struct reader *reader, struct profile_prefix_list *list)
{
	const struct text_value *file = &list->file;
	AUTO_FREE char *path = NULL;
	AUTO_FREE char *text = NULL;
	size_t length = 0;
	struct error err = { 0 };

	if (reader->source->read(reader->source->data, file->text, file->at.file, &path, &text, &length, &err) < 0) {
		reader_refuse(reader, &file->at, err.message);
		return;
	}
	if (is_json(path, text)) {
		prefix_json_read(reader, reader_file(reader, path), text, length, list);
		return;
	}
	prefix_list_refuse_choice(reader, list);
	read_lines(reader, reader_file(reader, path), text, length, &list->entries);
	prefix_set_normalize(&list->entries);
}
