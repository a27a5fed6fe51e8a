// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the kernel's list of UNIX sockets; see unix_table.h.
//
// "0000000000000000: 00000002 00000000 00010000 0001 01 19371 /run/x": the path is written as it is, so that one with a
// newline goes on in the next line. What begins like a row is taken for one: a name made to look so hides its end,
// and then the first part, which is no socket, makes the reader of the list look at the whole folder.
#include "kernel/host/unix_table.h"

#include <ctype.h>
#include <string.h>

#include "base/memory.h"

// Hexadecimal digits in the columns before the inode; the kernel's address has 8 or 16.
static const size_t digits_of_column[] = { 8, 8, 8, 4, 2 };

static const char *skip_hex(const char *at)
{
	while (isxdigit((unsigned char)*at))
		at++;
	return at;
}

// What follows the columns of a row: an end, or a blank and a name. NULL when the line is not the begin of a row.
static char *after_columns(char *line)
{
	const char *at = skip_hex(line);

	if (at - line < 8 || *at++ != ':')
		return NULL;
	for (size_t i = 0; i < sizeof(digits_of_column) / sizeof(digits_of_column[0]); i++) {
		if (*at++ != ' ')
			return NULL;
		const char *end = skip_hex(at);
		if ((size_t)(end - at) < digits_of_column[i])
			return NULL;
		at = end;
	}
	at += strspn(at, " ");
	size_t inode = strspn(at, "0123456789");
	return inode ? line + (at - line) + inode : NULL;
}

void unix_table_paths(char *text, text_list *paths)
{
	char *line = strchr(text, '\n');  // the first one is the heading

	while (line && *++line) {
		char *name = after_columns(line);
		char *end = strchr(line, '\n');
		while (end && end[1] && !after_columns(end + 1))
			end = strchr(end + 1, '\n');
		if (end)
			*end = '\0';
		if (name && name[0] == ' ' && name[1] && name[1] != '@')
			vec_push(paths, memory_copy_text(name + 1));
		line = end;
	}
}
