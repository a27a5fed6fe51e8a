// SPDX-License-Identifier: GPL-2.0-or-later
// The Region that a file's name has in it: see rows.h.
#include <stdlib.h>
#include <string.h>

#include "import/account/rows.h"

enum { FIRST_WORD_MINIMUM = 2, FIRST_WORD_MAXIMUM = 4 };  // "eu", "eusc"

// What stands before a Region's number: folders that are none ("my-account-1") have other words.
static const char *const directions[] = { "central",   "north",     "south",     "east",     "west",
					  "northeast", "northwest", "southeast", "southwest" };

static bool is_direction(const char *word, size_t length)
{
	for (size_t i = 0; i < sizeof(directions) / sizeof(directions[0]); i++)
		if (strlen(directions[i]) == length && memcmp(directions[i], word, length) == 0)
			return true;
	return false;
}

// "us-east-1", "us-gov-west-1".
static bool is_region(const char *text, size_t length)
{
	const char *word = text, *end = text + length;
	bool direction = false;

	for (const char *c = text; c < end; c++) {
		if (*c == '-') {
			size_t size = (size_t)(c - word);
			if (word == text && (size < FIRST_WORD_MINIMUM || size > FIRST_WORD_MAXIMUM))
				return false;
			direction = is_direction(word, size);
			word = c + 1;
		} else if (*c < 'a' || *c > 'z') {
			return direction && c == word && c + 1 == end && *c >= '1' && *c <= '9';
		}
	}
	return false;
}

char *region_in_name(const char *file)
{
	char *region = NULL;

	for (const char *part = file; part; part = strpbrk(part, "/._")) {
		part += strspn(part, "/._");
		size_t length = strcspn(part, "/._");
		if (!is_region(part, length))
			continue;
		free(region);
		region = memory_copy_bytes(part, length);
	}
	return region;
}
