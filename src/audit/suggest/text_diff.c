// SPDX-License-Identifier: GPL-2.0-or-later
// Lines compared: see text_diff.h. Source: E. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986.
#include "audit/suggest/text_diff.h"

#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/vec.h"

enum { CONTEXT = 3, CHANGES_MAXIMUM = 1000 };

struct line {
	const char *text;
	size_t length;
};
typedef VEC(struct line) line_vec;

// One line of the result: ' ' in both, '-' in the old text, '+' in the new one.
struct step {
	char sign;
	struct line line;
};
typedef VEC(struct step) step_vec;

static void split(const char *text, line_vec *lines)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		vec_push(lines, (struct line){ text, length });
		text += length + (text[length] == '\n');
	}
}

static bool is_same(const struct line *one, const struct line *other)
{
	return one->length == other->length && memcmp(one->text, other->text, one->length) == 0;
}

// Part of both texts: what is left between their common beginning and end.
struct part {
	const struct line *old_lines, *new_lines;
	long old_count, new_count;
};

// The farthest points of each number of changes, row by row: row d holds diagonals -d to d at d * d and on.
struct trace {
	long *farthest;
	long changes;  // -1: more than the bound
};

static long advance(const struct part *part, long x, long diagonal)
{
	while (x < part->old_count && x - diagonal < part->new_count &&
	       is_same(&part->old_lines[x], &part->new_lines[x - diagonal]))
		x++;
	return x;
}

// Where the step to a diagonal begins: from the one above (a line added) or below (a line removed).
static bool is_added(const long *previous, long d, long diagonal)
{
	return diagonal == -d || (diagonal != d && previous[diagonal - 1 + d - 1] < previous[diagonal + 1 + d - 1]);
}

static void find_trace(const struct part *part, struct trace *trace)
{
	trace->farthest = memory_new((size_t)(CHANGES_MAXIMUM + 1) * (CHANGES_MAXIMUM + 1), sizeof(long));
	for (long d = 0; d <= CHANGES_MAXIMUM; d++) {
		long *row = trace->farthest + d * d;
		const long *previous = d ? trace->farthest + (d - 1) * (d - 1) : NULL;

		for (long k = -d; k <= d; k += 2) {
			long x = 0;
			if (d)
				x = is_added(previous, d, k) ? previous[k + 1 + d - 1] : previous[k - 1 + d - 1] + 1;
			row[k + d] = advance(part, x, k);
			if (k == part->old_count - part->new_count && row[k + d] >= part->old_count) {
				trace->changes = d;
				return;
			}
		}
	}
	trace->changes = -1;
}

static void push(step_vec *steps, char sign, const struct line *line)
{
	vec_push(steps, (struct step){ sign, *line });
}

// Backwards from the end of both: the steps come last first.
static void walk_back(const struct part *part, const struct trace *trace, step_vec *reversed)
{
	long x = part->old_count, y = part->new_count;

	for (long d = trace->changes; d >= 0; d--) {
		const long *previous = d ? trace->farthest + (d - 1) * (d - 1) : NULL;
		long k = x - y;
		bool added = d && is_added(previous, d, k);
		long from = !d ? 0 : added ? previous[k + 1 + d - 1] : previous[k - 1 + d - 1] + 1;

		for (; x > from; x--, y--)
			push(reversed, ' ', &part->old_lines[x - 1]);
		if (d && added)
			push(reversed, '+', &part->new_lines[--y]);
		else if (d)
			push(reversed, '-', &part->old_lines[--x]);
	}
}

static void compare_part(const struct part *part, step_vec *steps)
{
	struct trace trace = { 0 };
	step_vec reversed = { 0 };

	find_trace(part, &trace);
	if (trace.changes >= 0)
		walk_back(part, &trace, &reversed);
	for (size_t i = reversed.count; i > 0; i--)
		vec_push(steps, reversed.items[i - 1]);
	for (long i = 0; trace.changes < 0 && i < part->old_count; i++)
		push(steps, '-', &part->old_lines[i]);
	for (long i = 0; trace.changes < 0 && i < part->new_count; i++)
		push(steps, '+', &part->new_lines[i]);
	vec_release(&reversed);
	free(trace.farthest);
}

static void compare(const line_vec *old_lines, const line_vec *new_lines, step_vec *steps)
{
	size_t most = old_lines->count < new_lines->count ? old_lines->count : new_lines->count;
	size_t before = 0, after = 0;

	while (before < most && is_same(&old_lines->items[before], &new_lines->items[before]))
		push(steps, ' ', &old_lines->items[before++]);
	while (after < most - before && is_same(&old_lines->items[old_lines->count - 1 - after],
						&new_lines->items[new_lines->count - 1 - after]))
		after++;
	const struct part part = {
		.old_lines = old_lines->items + before,
		.new_lines = new_lines->items + before,
		.old_count = (long)(old_lines->count - before - after),
		.new_count = (long)(new_lines->count - before - after),
	};
	if (part.old_count || part.new_count)
		compare_part(&part, steps);
	for (size_t i = old_lines->count - after; i < old_lines->count; i++)
		push(steps, ' ', &old_lines->items[i]);
}

// Where the hunk that begins with a change at first ends: behind the context of its last change.
static size_t hunk_end(const step_vec *steps, size_t first)
{
	size_t last = first;

	for (size_t i = first; i < steps->count && i <= last + 2 * CONTEXT; i++)
		if (steps->items[i].sign != ' ')
			last = i;
	return last + 1 + CONTEXT < steps->count ? last + 1 + CONTEXT : steps->count;
}

static void print_hunk(const step_vec *steps, size_t begin, size_t end, size_t old_line, size_t new_line,
		       struct strbuf *out)
{
	size_t olds = 0, news = 0;

	for (size_t i = begin; i < end; i++) {
		olds += steps->items[i].sign != '+';
		news += steps->items[i].sign != '-';
	}
	strbuf_format(out, "@@ -%zu,%zu +%zu,%zu @@\n", olds ? old_line : old_line - 1, olds,
		      news ? new_line : new_line - 1, news);
	for (size_t i = begin; i < end; i++) {
		strbuf_add_char(out, steps->items[i].sign);
		strbuf_add_bytes(out, steps->items[i].line.text, steps->items[i].line.length);
		strbuf_add_char(out, '\n');
	}
}

static void print_hunks(const step_vec *steps, struct strbuf *out)
{
	size_t old_line = 1, new_line = 1, at = 0;

	for (size_t i = 0; i < steps->count;) {
		if (steps->items[i].sign == ' ') {
			i++;
			continue;
		}
		size_t begin = i > CONTEXT && i - CONTEXT > at ? i - CONTEXT : at;
		size_t end = hunk_end(steps, i);
		for (; at < begin; at++, old_line++, new_line++)
			;
		print_hunk(steps, begin, end, old_line, new_line, out);
		for (; at < end; at++) {
			old_line += steps->items[at].sign != '+';
			new_line += steps->items[at].sign != '-';
		}
		i = end;
	}
}

void text_diff(const char *old_name, const char *old_text, const char *new_name, const char *new_text,
	       struct strbuf *out)
{
	line_vec old_lines = { 0 }, new_lines = { 0 };
	step_vec steps = { 0 };
	AUTO_STRBUF struct strbuf hunks = { 0 };

	split(old_text, &old_lines);
	split(new_text, &new_lines);
	compare(&old_lines, &new_lines, &steps);
	print_hunks(&steps, &hunks);
	if (hunks.length)
		strbuf_format(out, "--- %s\n+++ %s\n%s", old_name, new_name, strbuf_text(&hunks));
	vec_release(&steps);
	vec_release(&old_lines);
	vec_release(&new_lines);
}
