// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the kernel's list of mounts; see mountinfo.h.
#include "kernel/host/mountinfo.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/memory.h"

enum { TABLE_LIMIT = 64 << 20, FIELDS_BEFORE_OPTIONS = 5 };

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

// Blanks, tabs, newlines and backslashes are written as \ooo.
static void unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from;) {
		if (from[0] == '\\' && is_octal(from[1]) && is_octal(from[2]) && is_octal(from[3])) {
			*to++ = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
			from += 4;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
}

// "36 35 98:0 /folder /point rw,noatime shared:1 - ext4 /dev/sda1 rw": optional fields end with a lone dash.
static int parse_line(char *line, struct mount_row *row)
{
	char *fields[FIELDS_BEFORE_OPTIONS];
	char *end;

	for (size_t i = 0; i < FIELDS_BEFORE_OPTIONS; i++)
		fields[i] = strsep(&line, " ");
	char *rest = line ? strstr(line, " - ") : NULL;
	if (!rest)
		return -EIO;
	rest += strlen(" - ");
	char *type = strsep(&rest, " ");
	char *source = strsep(&rest, " ");
	if (!source)
		return -EIO;
	unescape(fields[3]);
	unescape(fields[4]);
	unescape(type);
	unescape(source);
	*row = (struct mount_row){ .id = strtoul(fields[0], &end, 10),
				   .parent = strtoul(fields[1], NULL, 10),
				   .device = fields[2],
				   .root = fields[3],
				   .point = fields[4],
				   .type = type,
				   .source = source };
	return *end ? -EIO : 0;
}

int mount_table_parse(struct mount_table *table, char *text, struct error *err)
{
	table->text = text;
	for (char *rest = text, *line; (line = strsep(&rest, "\n")) && *line;) {
		struct mount_row row;
		if (parse_line(line, &row) < 0)
			return error_set(err, -EIO, "the list of mounts cannot be read");
		vec_push(&table->rows, row);
	}
	return 0;
}

int mount_table_read(struct mount_table *table, const char *file, struct error *err)
{
	char *text = NULL;
	size_t length;
	int result = io_read_file(file, TABLE_LIMIT, &text, &length, err);

	return result < 0 ? result : mount_table_parse(table, text, err);
}

const struct mount_row *mount_table_find(const struct mount_table *table, unsigned long id)
{
	vec_for_each (row, &table->rows)
		if (row->id == id)
			return row;
	return NULL;
}

const char *mount_path_below(const char *path, const char *folder)
{
	size_t length = strcmp(folder, "/") == 0 ? 0 : strlen(folder);

	if (strcmp(path, "/") == 0)
		return length ? NULL : "";
	return strncmp(path, folder, length) == 0 && (path[length] == '/' || !path[length]) ? path + length : NULL;
}

char *mount_path_join(const char *folder, const char *rest)
{
	bool root = strcmp(folder, "/") == 0;

	return memory_format("%s%s", root && rest[0] ? "" : folder, rest);
}

void mount_table_release(struct mount_table *table)
{
	free(table->text);
	table->text = NULL;
	vec_release(&table->rows);
}
