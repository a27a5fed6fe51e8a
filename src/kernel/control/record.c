// SPDX-License-Identifier: GPL-2.0-or-later
// Lines of "key value": see record.h.
#include "kernel/control/record.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void record_add(struct strbuf *out, const char *key, const char *value)
{
	strbuf_format(out, "%s ", key);
	for (const unsigned char *at = (const unsigned char *)value; *at; at++) {
		if (*at < 0x20 || *at > 0x7e || *at == '\\')
			strbuf_format(out, "\\x%02x", *at);
		else
			strbuf_add_char(out, (char)*at);
	}
	strbuf_add_char(out, '\n');
}

static int digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = c ? strchr(digits, c) : NULL;

	return found ? (int)(found - digits) : -1;
}

// The value of a line in place; false where it is not in the form that record_add writes.
static bool unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; to++) {
		if ((unsigned char)*from < 0x20 || (unsigned char)*from > 0x7e)
			return false;
		if (*from != '\\') {
			*to = *from++;
			continue;
		}
		if (from[1] != 'x' || digit(from[2]) < 0 || digit(from[3]) < 0)
			return false;
		*to = (char)((unsigned)digit(from[2]) << 4 | (unsigned)digit(from[3]));
		if (!*to)
			return false;
		from += 4;
	}
	*to = '\0';
	return true;
}

int record_next(const char **at, char **key, char **value)
{
	const char *line = *at;
	const char *end = strchr(line, '\n');
	size_t name = 0;

	if (!*line)
		return 0;
	while (isalnum((unsigned char)line[name]) || line[name] == '-')
		name++;
	if (!end || !name || line[name] != ' ')
		return -EBADMSG;
	char *text = memory_copy_bytes(line + name + 1, (size_t)(end - line) - name - 1);
	if (!unescape(text)) {
		free(text);
		return -EBADMSG;
	}
	*key = memory_copy_bytes(line, name);
	*value = text;
	*at = end + 1;
	return 1;
}
