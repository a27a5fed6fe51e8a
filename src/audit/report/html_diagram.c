// SPDX-License-Identifier: GPL-2.0-or-later
// Who was stopped by what on the way where: process → layer → destination. See html.h.
//
// Three columns of boxes, the largest first, what is beyond a column's maximum in a box of its own at the end; between
// boxes a line whose width goes by the order of magnitude of what went that way.
#include <stdlib.h>
#include <string.h>

#include "audit/report/html.h"
#include "audit/report/words.h"
#include "base/cleanup.h"

enum { COLUMN_PROCESS, COLUMN_LAYER, COLUMN_DESTINATION, COLUMNS };
enum { PROCESSES = 10, LAYERS = 10, DESTINATIONS = 14, SLOTS = DESTINATIONS + 1 };
// GLYPH: how wide a letter is at most, on average.
enum { BOX = 26, STEP = 32, TOP = 24, PADDING = 8, GLYPH = 7, THICKEST = 12, WIDTH = 1000 };

static const size_t maxima[COLUMNS] = { PROCESSES, LAYERS, DESTINATIONS };
static const int lefts[COLUMNS] = { 1, 350, 640 }, widths[COLUMNS] = { 270, 220, 359 };

struct ranked {
	size_t index;
	uint64_t count;
};
typedef VEC(struct ranked) ranked_vec;

struct diagram {
	const struct report *report;
	ranked_vec ranks[COLUMNS];  // the largest first
	size_t *slots[COLUMNS];     // by index
	size_t boxes[COLUMNS];
	uint64_t counts[COLUMNS][SLOTS];
	uint64_t links[COLUMNS - 1][SLOTS][SLOTS];
	uint64_t thickest;
};

static int by_count(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;

	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	return (a->index > b->index) - (a->index < b->index);
}

static void rank(struct diagram *diagram, size_t column, size_t total)
{
	ranked_vec *ranks = &diagram->ranks[column];
	size_t maximum = maxima[column];

	if (ranks->count)
		qsort(ranks->items, ranks->count, sizeof(*ranks->items), by_count);
	diagram->slots[column] = NEW_ARRAY(size_t, total + 1);
	for (size_t i = 0; i < ranks->count; i++)
		diagram->slots[column][ranks->items[i].index] = i < maximum ? i : maximum;
	diagram->boxes[column] = ranks->count > maximum ? maximum + 1 : ranks->count;
}

static void rank_all(struct diagram *diagram)
{
	const struct report *report = diagram->report;

	for (size_t i = 0; i < report->processes.count; i++)
		if (report->processes.items[i].count)
			vec_push(&diagram->ranks[COLUMN_PROCESS],
				 (struct ranked){ i, report->processes.items[i].count });
	for (size_t i = 0; i < report->layers.count; i++)
		vec_push(&diagram->ranks[COLUMN_LAYER], (struct ranked){ i, report->layers.items[i].count });
	vec_for_each (group, &report->groups)
		if (group->fate == FATE_DENIED)
			vec_for_each (index, &group->destinations)
				vec_push(&diagram->ranks[COLUMN_DESTINATION],
					 (struct ranked){ *index, report->destinations.items[*index].count });
	rank(diagram, COLUMN_PROCESS, report->processes.count);
	rank(diagram, COLUMN_LAYER, report->layers.count);
	rank(diagram, COLUMN_DESTINATION, report->destinations.count);
}

static void link_all(struct diagram *diagram)
{
	const struct report *report = diagram->report;

	vec_for_each (ranked, &diagram->ranks[COLUMN_DESTINATION]) {
		const struct report_destination *destination = &report->destinations.items[ranked->index];
		size_t to = diagram->slots[COLUMN_DESTINATION][ranked->index];
		size_t layer = diagram->slots[COLUMN_LAYER][report_layer_of(report, destination->event)];
		diagram->counts[COLUMN_LAYER][layer] += destination->count;
		diagram->counts[COLUMN_DESTINATION][to] += destination->count;
		diagram->links[1][layer][to] += destination->count;
		vec_for_each (share, &destination->shares) {
			size_t from = diagram->slots[COLUMN_PROCESS][share->process];
			diagram->counts[COLUMN_PROCESS][from] += share->count;
			diagram->links[0][from][layer] += share->count;
		}
	}
	for (size_t i = 0; i < COLUMNS; i++)
		for (size_t slot = 0; slot < diagram->boxes[i]; slot++)
			if (diagram->counts[i][slot] > diagram->thickest)
				diagram->thickest = diagram->counts[i][slot];
}

static void release(struct diagram *diagram)
{
	for (size_t i = 0; i < COLUMNS; i++) {
		vec_release(&diagram->ranks[i]);
		free(diagram->slots[i]);
	}
}

static int magnitude(uint64_t number)
{
	int bits = 0;

	for (; number; number >>= 1)
		bits++;
	return bits;
}

// The name of a destination is cut to that many columns, its port is not; 0: it is not cut.
static void add_destination(const struct report_destination *destination, size_t columns, struct strbuf *out)
{
	CLEANUP(strbuf_release) struct strbuf place = { 0 }, port = { 0 };

	report_add_short_place(destination, &place);
	report_add_port(destination->event, &port);
	size_t taken = report_columns(strbuf_text(&port)) + 1;
	report_add_visible(strbuf_text(&place), columns > taken + 1 ? columns - taken : columns, out);
	if (strcmp(strbuf_text(&port), "-") != 0)
		strbuf_format(out, " %s", strbuf_text(&port));
}

static void add_label(const struct diagram *diagram, size_t column, size_t slot, size_t columns, struct strbuf *out)
{
	static const char *const others[COLUMNS] = { "other process title", "other layer", "other destination" };
	const struct report *report = diagram->report;

	if (slot == maxima[column]) {
		report_add_count(diagram->ranks[column].count - slot, others[column], out);
		return;
	}
	size_t index = diagram->ranks[column].items[slot].index;
	if (column == COLUMN_PROCESS)
		report_add_process(&report->processes.items[index], out);
	else if (column == COLUMN_LAYER)
		report_add_visible(report->layers.items[index].title, 0, out);
	else
		add_destination(&report->destinations.items[index], columns, out);
}

// A column that has fewer boxes than another stands in the middle.
static int top_of(const struct diagram *diagram, size_t column, size_t slot)
{
	size_t rows = 0;

	for (size_t i = 0; i < COLUMNS; i++)
		rows = diagram->boxes[i] > rows ? diagram->boxes[i] : rows;
	return TOP + (int)slot * STEP + (int)(rows - diagram->boxes[column]) * STEP / 2;
}

static void add_box(const struct diagram *diagram, size_t column, size_t slot, struct strbuf *out)
{
	CLEANUP(strbuf_release) struct strbuf label = { 0 }, count = { 0 };
	int y = top_of(diagram, column, slot), right = lefts[column] + widths[column];

	report_add_number(diagram->counts[column][slot], &count);
	size_t columns = (size_t)(widths[column] - 3 * PADDING) / GLYPH - report_columns(strbuf_text(&count));
	add_label(diagram, column, slot, 0, &label);
	strbuf_add(out, "<g><title>");
	html_add_from(&label, HTML_PLACE, out);
	// In a drawing of its own, at whose edge wider letters end.
	strbuf_format(out,
		      ": %s</title><rect class=\"box\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\"/>"
		      "<svg x=\"%d\" y=\"%d\" width=\"%zu\" height=\"%d\"><text x=\"0\" y=\"17\">",
		      strbuf_text(&count), lefts[column], y, widths[column], BOX, lefts[column] + PADDING, y,
		      columns * GLYPH, BOX);
	add_label(diagram, column, slot, columns, &label);
	html_add_from(&label, columns, out);
	strbuf_format(out, "</text></svg><text class=\"soft\" text-anchor=\"end\" x=\"%d\" y=\"%d\">%s</text></g>\n",
		      right - PADDING, y + 17, strbuf_text(&count));
}

static void add_links(const struct diagram *diagram, size_t column, struct strbuf *out)
{
	int from_x = lefts[column] + widths[column], to_x = lefts[column + 1], middle = (from_x + to_x) / 2;

	for (size_t from = 0; from < diagram->boxes[column]; from++)
		for (size_t to = 0; to < diagram->boxes[column + 1]; to++) {
			uint64_t count = diagram->links[column][from][to];
			int from_y = top_of(diagram, column, from) + BOX / 2;
			int to_y = top_of(diagram, column + 1, to) + BOX / 2;
			if (!count)
				continue;
			strbuf_format(out,
				      "<path class=\"flow\" d=\"M%d %dC%d %d %d %d %d %d\" stroke-width=\"%.1f\"/>\n",
				      from_x, from_y, middle, from_y, middle, to_y, to_x, to_y,
				      1 + (double)THICKEST * magnitude(count) / magnitude(diagram->thickest));
		}
}

static void add_description(const struct diagram *diagram, struct strbuf *out)
{
	CLEANUP(strbuf_release) struct strbuf label = { 0 };
	static const char *const nouns[COLUMNS] = { "Processes: ", "Stopped by: ", "Destinations: " };

	for (size_t column = 0; column < COLUMNS; column++) {
		strbuf_add(out, nouns[column]);
		for (size_t slot = 0; slot < diagram->boxes[column]; slot++) {
			add_label(diagram, column, slot, 0, &label);
			strbuf_add(out, slot ? "; " : "");
			html_add_from(&label, HTML_PROCESS, out);
		}
		strbuf_add(out, ". ");
	}
}

static void draw(const struct diagram *diagram, struct strbuf *out)
{
	static const char *const headings[COLUMNS] = { "process", "stopped by", "destination" };
	size_t rows = 0;

	for (size_t i = 0; i < COLUMNS; i++)
		rows = diagram->boxes[i] > rows ? diagram->boxes[i] : rows;
	strbuf_format(out,
		      "<svg role=\"img\" aria-labelledby=\"who-title who-desc\" viewBox=\"0 0 %d %zu\">\n"
		      "<title id=\"who-title\">Which process was stopped by which layer on the way where</title>\n"
		      "<desc id=\"who-desc\">",
		      WIDTH, TOP + rows * STEP);
	add_description(diagram, out);
	strbuf_add(out, "</desc>\n");
	for (size_t column = 0; column < COLUMNS; column++)
		strbuf_format(out, "<text class=\"soft\" x=\"%d\" y=\"%d\">%s</text>\n", lefts[column], TOP - 8,
			      headings[column]);
	for (size_t column = 0; column + 1 < COLUMNS; column++)
		add_links(diagram, column, out);
	for (size_t column = 0; column < COLUMNS; column++)
		for (size_t slot = 0; slot < diagram->boxes[column]; slot++)
			add_box(diagram, column, slot, out);
	strbuf_add(out, "</svg>\n");
}

void html_add_diagram(const struct report *report, struct strbuf *out)
{
	struct diagram diagram = { .report = report };

	rank_all(&diagram);
	link_all(&diagram);
	strbuf_add(out, "<section>\n<h2>Who, stopped by what, on the way where</h2>\n<div class=\"wide\">\n");
	draw(&diagram, out);
	strbuf_add(out,
		   "</div>\n<p class=\"soft\">The number in a box is how much was denied; a line is the thicker, the "
		   "more orders of magnitude it stands for.</p>\n</section>\n");
	release(&diagram);
}
