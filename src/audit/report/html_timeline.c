// SPDX-License-Identifier: GPL-2.0-or-later
// When things were denied: bars over time. See html.h.
#include "audit/report/html.h"
#include "audit/report/words.h"
#include "base/cleanup.h"

enum {
	BUCKETS = 60,
	LEFT = 60,
	RIGHT = 960,
	TOP = 14,
	BOTTOM = 124,
	BAR = (RIGHT - LEFT) / BUCKETS,
	LABEL = BOTTOM + 16,
	HEIGHT = LABEL + 8
};

enum { CLOCK_FROM = 120000 };  // milliseconds

struct timeline {
	int64_t from, width;  // of a bucket, milliseconds
	double buckets[BUCKETS];
	double highest;
};

static int bucket_of(const struct timeline *timeline, int64_t at)
{
	if (at <= timeline->from)
		return 0;
	uint64_t bucket = ((uint64_t)at - (uint64_t)timeline->from) / (uint64_t)timeline->width;
	return bucket >= BUCKETS ? BUCKETS - 1 : (int)bucket;
}

// Of an event only its first and last time and its count are known: the count is spread evenly between them.
static void add_event(struct timeline *timeline, const struct event *event)
{
	int first = bucket_of(timeline, event->first), last = bucket_of(timeline, event->last);

	for (int i = first; i <= last; i++)
		timeline->buckets[i] += (double)event->count / (last - first + 1);
}

static void measure(const struct report *report, struct timeline *timeline)
{
	const struct run_record *record = report->record;
	int64_t to = record->end.given && record->end.at > report->last ? record->end.at : report->last;

	timeline->from = record->start.at && record->start.at < report->first ? record->start.at : report->first;
	timeline->width = to > timeline->from ? (int64_t)(((uint64_t)to - (uint64_t)timeline->from) / BUCKETS) + 1 : 1;
	vec_for_each (event, &report->denied)
		add_event(timeline, *event);
	for (int i = 0; i < BUCKETS; i++)
		if (timeline->buckets[i] > timeline->highest)
			timeline->highest = timeline->buckets[i];
}

static uint64_t rounded(double value)
{
	return (uint64_t)(value + 0.5);
}

// Of a short run the seconds since its begin, which a clock would all call the same.
static void add_moment(const struct timeline *timeline, int64_t since, struct strbuf *out)
{
	if (since && timeline->width * BUCKETS < CLOCK_FROM) {
		strbuf_add(out, "+");
		report_add_duration(since, out);
	} else {
		report_add_clock(timeline->from + since, out);
	}
}

static void add_bar(const struct timeline *timeline, int bucket, struct strbuf *out)
{
	double value = timeline->buckets[bucket];

	if (value <= 0)
		return;
	// What happened once beside a flood is still seen.
	double height = (BOTTOM - TOP) * value / timeline->highest;
	height = height < 2 ? 2 : height;
	strbuf_format(out, "<rect class=\"bar\" x=\"%d\" y=\"%.1f\" width=\"%d\" height=\"%.1f\"><title>",
		      LEFT + bucket * BAR, BOTTOM - height, BAR - 1, height);
	add_moment(timeline, bucket * timeline->width, out);
	strbuf_add(out, " to ");
	add_moment(timeline, (bucket + 1) * timeline->width, out);
	strbuf_add(out, ": ");
	report_add_number(rounded(value), out);
	strbuf_add(out, "</title></rect>\n");
}

static void add_axes(const struct timeline *timeline, struct strbuf *out)
{
	strbuf_format(out, "<path class=\"axis\" d=\"M%d %dV%dH%d\"/>\n<text x=\"%d\" y=\"%d\" ", LEFT, TOP, BOTTOM,
		      LEFT + BUCKETS * BAR, LEFT - 6, TOP + 8);
	strbuf_add(out, "text-anchor=\"end\">");
	report_add_number(rounded(timeline->highest), out);
	strbuf_format(out, "</text>\n<text x=\"%d\" y=\"%d\" text-anchor=\"end\">0</text>\n", LEFT - 6, BOTTOM);
	for (int part = 0; part <= 3; part++) {
		static const char *const anchors[] = { "start", "middle", "middle", "end" };
		strbuf_format(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">", LEFT + part * BUCKETS * BAR / 3,
			      LABEL, anchors[part]);
		add_moment(timeline, part * timeline->width * BUCKETS / 3, out);
		strbuf_add(out, "</text>\n");
	}
}

void html_add_timeline(const struct report *report, struct strbuf *out)
{
	struct timeline timeline = { 0 };

	measure(report, &timeline);
	strbuf_add(out, "<section>\n<h2>When</h2>\n<div class=\"wide\">\n");
	strbuf_format(out,
		      "<svg role=\"img\" aria-labelledby=\"when-title when-desc\" viewBox=\"0 0 1000 %d\">\n"
		      "<title id=\"when-title\">Denials over time</title>\n<desc id=\"when-desc\">",
		      HEIGHT);
	strbuf_add(out, "The first at ");
	report_add_time(report->first, out);
	strbuf_add(out, ", the last at ");
	report_add_time(report->last, out);
	strbuf_add(out, "; at most ");
	report_add_number(rounded(timeline.highest), out);
	strbuf_add(out, " in ");
	report_add_duration(timeline.width, out);
	strbuf_add(out, ".</desc>\n");
	add_axes(&timeline, out);
	for (int i = 0; i < BUCKETS; i++)
		add_bar(&timeline, i, out);
	strbuf_add(out,
		   "</svg>\n</div>\n<p class=\"soft\">Packets, system calls and questions that were denied, each bar ");
	report_add_duration(timeline.width, out);
	strbuf_add(out,
		   "; times are UTC. Of what was denied often, the first and last time are known; between them it is "
		   "shown evenly.</p>\n</section>\n");
}
