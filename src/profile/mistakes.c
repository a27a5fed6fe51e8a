// SPDX-License-Identifier: GPL-2.0-or-later
// The list of everything that is wrong with a profile: see load.h.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "profile/load.h"

void mistakes_add(struct mistakes *mistakes, enum severity severity, const struct location *at, const char *hint,
		  const char *format, ...)
{
	size_t *count = severity == SEVERITY_ERROR ? &mistakes->errors : &mistakes->warnings;
	va_list arguments;

	if (++*count > mistakes->limit && mistakes->limit)
		return;
	struct mistake mistake = { .severity = severity, .at = *at, .hint = memory_copy_text(hint) };
	va_start(arguments, format);
	if (vasprintf(&mistake.message, format, arguments) < 0)
		mistake.message = memory_copy_text("out of memory");
	va_end(arguments);
	mistake.at.file = memory_copy_text(at->file);
	vec_push(&mistakes->list, mistake);
}

void mistakes_release(struct mistakes *mistakes)
{
	vec_for_each (mistake, &mistakes->list) {
		cleanup_free(&mistake->at.file);
		free(mistake->message);
		free(mistake->hint);
	}
	vec_release(&mistakes->list);
	mistakes->errors = mistakes->warnings = 0;
}

// Orders pointers into one list: by place, and as they were found within one place.
static int compare_places(const void *a, const void *b)
{
	const struct mistake *left = *(const struct mistake *const *)a, *right = *(const struct mistake *const *)b;
	int files = strcmp(left->at.file ? left->at.file : "", right->at.file ? right->at.file : "");

	if (files)
		return files;
	if (left->at.line != right->at.line)
		return left->at.line < right->at.line ? -1 : 1;
	if (left->at.column != right->at.column)
		return left->at.column < right->at.column ? -1 : 1;
	return left < right ? -1 : left > right;
}

static void format_one(const struct mistake *mistake, struct strbuf *out)
{
	if (mistake->at.file)
		strbuf_add_safe(out, mistake->at.file);
	if (mistake->at.file && mistake->at.line)
		strbuf_format(out, ":%u:%u", mistake->at.line, mistake->at.column);
	if (mistake->at.file)
		strbuf_add(out, ": ");
	strbuf_add(out, mistake->severity == SEVERITY_ERROR ? "error: " : "warning: ");
	strbuf_add_safe(out, mistake->message);
	if (mistake->hint) {
		strbuf_add(out, " (hint: ");
		strbuf_add_safe(out, mistake->hint);
		strbuf_add_char(out, ')');
	}
	strbuf_add_char(out, '\n');
}

static void format_unsaid(const char *severity, size_t count, size_t limit, struct strbuf *out)
{
	if (limit && count > limit)
		strbuf_format(out, "%s: %zu more %s%s not shown\n", severity, count - limit, severity,
			      count - limit == 1 ? " is" : "s are");
}

void mistakes_format(const struct mistakes *mistakes, struct strbuf *out)
{
	AUTO_FREE const struct mistake **order = NEW_ARRAY(const struct mistake *, mistakes->list.count);

	for (size_t i = 0; i < mistakes->list.count; i++)
		order[i] = &mistakes->list.items[i];
	qsort(order, mistakes->list.count, sizeof(struct mistake *), compare_places);
	for (size_t i = 0; i < mistakes->list.count; i++)
		format_one(order[i], out);
	format_unsaid("warning", mistakes->warnings, mistakes->limit, out);
	format_unsaid("error", mistakes->errors, mistakes->limit, out);
}
