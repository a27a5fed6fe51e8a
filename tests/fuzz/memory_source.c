// SPDX-License-Identifier: GPL-2.0-or-later
// Profiles and their files out of one text: see memory_source.h.
#include "memory_source.h"

#include <errno.h>
#include <string.h>

#define SEPARATOR "%% "

// The next separator line at or after `at`, or the end of the text.
static const char *find_separator(const char *at, const char *text)
{
	for (; (at = strstr(at, SEPARATOR)); at++)
		if (at == text || at[-1] == '\n')
			return at;
	return NULL;
}

static const char *end_of(const char *part, const char *text)
{
	const char *end = find_separator(part, text);

	return end ? end : part + strlen(part);
}

static int find(void *data, const char *name, const char *from, char **path, char **text, size_t *length,
		struct error *err)
{
	const char *whole = data, *start = whole;

	(void)from;
	if (strcmp(name, MEMORY_SOURCE_MAIN) != 0) {
		for (start = find_separator(whole, whole); start; start = find_separator(start, whole)) {
			start += strlen(SEPARATOR);
			size_t name_length = strcspn(start, "\n");
			bool found = name_length == strlen(name) && memcmp(start, name, name_length) == 0;
			start += name_length + (start[name_length] == '\n');
			if (found)
				break;
		}
	}
	if (!start)
		return error_set(err, -ENOENT, "there is no file \"%s\"", name);
	*length = (size_t)(end_of(start, whole) - start);
	*text = memory_copy_bytes(start, *length);
	*path = memory_copy_text(name);
	return 0;
}

struct profile_source memory_source(const char *text)
{
	return (struct profile_source){ .data = (void *)(uintptr_t)text, .open = find, .read = find };
}
