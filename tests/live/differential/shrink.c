// SPDX-License-Identifier: GPL-2.0-or-later
// Making a profile smaller: see shrink.h.
#include "shrink.h"

#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/memory.h"

struct shrink {
	char *text;  // owned
	shrink_shows *shows;
	void *data;
	time_t end;
	bool changed;
};

static time_t now(void)
{
	struct timespec time;

	return clock_gettime(CLOCK_MONOTONIC, &time) == 0 ? time.tv_sec : 0;
}

// Drops length bytes where that still shows it.
static bool drop(struct shrink *shrink, size_t at, size_t length)
{
	if (!length || now() > shrink->end)
		return false;
	char *smaller = memory_format("%.*s%s", (int)at, shrink->text, shrink->text + at + length);
	if (!shrink->shows(shrink->data, smaller)) {
		free(smaller);
		return false;
	}
	free(shrink->text);
	shrink->text = smaller;
	shrink->changed = true;
	return true;
}

static size_t line_end(const char *text, size_t at)
{
	const char *end = strchr(text + at, '\n');

	return end ? (size_t)(end - text) + 1 : strlen(text);
}

static size_t indentation(const char *text, size_t at)
{
	return strspn(text + at, " ");
}

// Runs of lines, long ones first: what makes a long list short.
static void drop_runs(struct shrink *shrink)
{
	size_t lines = 1;

	for (const char *at = shrink->text; (at = strchr(at, '\n')); at++)
		lines++;
	for (size_t run = lines / 2; run; run /= 2)
		for (size_t at = 0; shrink->text[at];) {
			size_t end = at;
			for (size_t i = 0; i < run && shrink->text[end]; i++)
				end = line_end(shrink->text, end);
			if (!drop(shrink, at, end - at))
				at = end;
		}
}

// A line with all that stands deeper below it.
static void drop_blocks(struct shrink *shrink)
{
	for (size_t at = 0; shrink->text[at];) {
		size_t depth = indentation(shrink->text, at), end = line_end(shrink->text, at);
		while (shrink->text[end] && indentation(shrink->text, end) > depth)
			end = line_end(shrink->text, end);
		if (!drop(shrink, at, end - at))
			at = line_end(shrink->text, at);
	}
}

// Where the element that begins at `at` ends: at a comma or bracket of its own depth.
static size_t element_end(const char *text, size_t at)
{
	int depth = 0;

	for (; text[at] && text[at] != '\n'; at++) {
		if (strchr("[{", text[at]))
			depth++;
		if (depth == 0 && strchr(",]}", text[at]))
			return at;
		if (strchr("]}", text[at]))
			depth--;
	}
	return 0;
}

// Elements of [a, b] and {c: d, e: f}.
static void drop_elements(struct shrink *shrink)
{
	for (size_t at = 0; shrink->text[at];) {
		bool comma = shrink->text[at] == ',', opens = strchr("[{", shrink->text[at]) != NULL;
		size_t end = comma || opens ? element_end(shrink->text, at + 1) : 0;
		bool more = end && shrink->text[end] == ',';

		if (!(end && ((comma && drop(shrink, at, end - at)) ||
			      (opens && drop(shrink, at + 1, end - at - (more ? 0 : 1))))))
			at++;
	}
}

char *shrink_text(const char *text, shrink_shows *shows, void *data, unsigned seconds)
{
	struct shrink shrink = { memory_copy_text(text), shows, data, now() + (time_t)seconds, true };

	while (shrink.changed && now() <= shrink.end) {
		shrink.changed = false;
		drop_runs(&shrink);
		drop_blocks(&shrink);
		drop_elements(&shrink);
	}
	return shrink.text;
}
