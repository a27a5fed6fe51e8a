// SPDX-License-Identifier: GPL-2.0-or-later
// What a destination, its processes and its verdict are called: see words.h.
#include "audit/report/words.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/utf8.h"

enum { ECHO_REQUEST = 8, ECHO_REQUEST_6 = 128 };  // RFC 792, RFC 4443
enum { REPLACEMENT = 0xfffd, NAME_COLUMNS = 120, REASON_COLUMNS = 240, VISIBLE_SIZE = 16 };

// Characters without a look of their own, and those that turn the direction of writing (Unicode 15, general categories
// Cc, Cf, Zl, Zp and the fillers).
static const struct {
	uint32_t first, last;
} invisible[] = {
	{ 0x00ad, 0x00ad }, { 0x034f, 0x034f }, { 0x061c, 0x061c },   { 0x115f, 0x1160 },
	{ 0x17b4, 0x17b5 }, { 0x180b, 0x180f }, { 0x200b, 0x200f },   { 0x2028, 0x202e },
	{ 0x2060, 0x206f }, { 0x3164, 0x3164 }, { 0xfe00, 0xfe0f },   { 0xfeff, 0xfeff },
	{ 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb }, { 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
};

static uint32_t decode(const char *text, size_t length)
{
	static const unsigned char masks[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t point = (unsigned char)text[0] & masks[length];

	for (size_t i = 1; i < length; i++)
		point = point << 6 | ((unsigned char)text[i] & 0x3f);
	return point;
}

static bool is_invisible(uint32_t point)
{
	for (size_t i = 0; i < sizeof(invisible) / sizeof(invisible[0]); i++)
		if (point >= invisible[i].first && point <= invisible[i].last)
			return true;
	return false;
}

// What one character is shown as; out holds VISIBLE_SIZE bytes. Returns the bytes of text that it took.
static size_t show_character(const char *text, char *out)
{
	size_t length = utf8_length(text);
	uint32_t point = length ? decode(text, length) : REPLACEMENT;

	if (!length)
		(void)snprintf(out, VISIBLE_SIZE, "\xef\xbf\xbd");
	else if (point < 0x20 || (point >= 0x7f && point < 0xa0))
		(void)snprintf(out, VISIBLE_SIZE, "\\x%02x", (unsigned)point);
	else if (is_invisible(point))
		(void)snprintf(out, VISIBLE_SIZE, "\\u%04x", (unsigned)point);
	else
		(void)snprintf(out, VISIBLE_SIZE, "%.*s", (int)length, text);
	return length ? length : 1;
}

void report_add_visible(const char *text, size_t columns, struct strbuf *out)
{
	char shown[VISIBLE_SIZE];
	size_t used = 0, fits = out->length;  // how long out is with all that leaves room for the ellipsis

	while (*text) {
		text += show_character(text, shown);
		used += report_columns(shown);
		if (columns && used > columns) {
			out->length = fits;
			strbuf_add(out, "\xe2\x80\xa6");
			return;
		}
		strbuf_add(out, shown);
		if (used < columns)
			fits = out->length;
	}
}

size_t report_columns(const char *visible)
{
	size_t columns = 0;

	for (; *visible; visible++)
		columns += ((unsigned char)*visible & 0xc0) != 0x80;
	return columns;
}

static void add_addresses(const struct report_destination *destination, struct strbuf *out)
{
	char address[ADDRESS_TEXT_SIZE];
	size_t more = destination->addresses.count - 1;

	strbuf_add(out, address_print(&destination->addresses.items[0], address));
	if (more)
		strbuf_format(out, " and %s%zu more", destination->more_addresses ? "over " : "", more);
}

static void add_call(const struct event *event, struct strbuf *out)
{
	report_add_visible(event->call ? event->call : "system call", NAME_COLUMNS, out);
	if (!event->error)
		return;
	strbuf_add(out, ": ");
	report_add_visible(event->error, NAME_COLUMNS, out);
}

void report_add_short_place(const struct report_destination *destination, struct strbuf *out)
{
	const struct event *event = destination->event;

	if (event->kind == EVENT_CALL) {
		add_call(event, out);
		return;
	}
	if (event->kind != EVENT_NAME && event->flow.direction == INGRESS)
		strbuf_add(out, "from ");
	if (event->name)
		report_add_visible(event->name, NAME_COLUMNS, out);
	else if (destination->addresses.count)
		add_addresses(destination, out);
	else
		strbuf_add(out, "not known");
}

void report_add_place(const struct report_destination *destination, struct strbuf *out)
{
	report_add_short_place(destination, out);
	if (!destination->event->name || !destination->addresses.count)
		return;
	strbuf_add(out, " (");
	add_addresses(destination, out);
	strbuf_add(out, ")");
}

void report_add_port(const struct event *event, struct strbuf *out)
{
	const struct flow *flow = &event->flow;
	bool icmp = flow->protocol == IPPROTO_ICMP || flow->protocol == IPPROTO_ICMPV6;
	bool echo = flow->icmp_type == (flow->protocol == IPPROTO_ICMP ? ECHO_REQUEST : ECHO_REQUEST_6);

	if (event->kind == EVENT_CALL || event->kind == EVENT_NAME)
		strbuf_add(out, "-");
	else if (flow->protocol == IPPROTO_TCP || flow->protocol == IPPROTO_UDP)
		strbuf_format(out, "%u/%s", flow->destination_port, flow->protocol == IPPROTO_TCP ? "tcp" : "udp");
	else if (icmp && echo)
		strbuf_format(out, "echo/%s", flow->protocol == IPPROTO_ICMP ? "icmp" : "icmpv6");
	else if (icmp)
		strbuf_format(out, "%u.%u/%s", flow->icmp_type, flow->icmp_code,
			      flow->protocol == IPPROTO_ICMP ? "icmp" : "icmpv6");
	else
		strbuf_format(out, "protocol %d", flow->protocol);
}

void report_add_rule(const struct event *event, struct strbuf *out)
{
	report_add_visible(report_layer_name(event), NAME_COLUMNS, out);
	if (event->kind == EVENT_PACKET)
		strbuf_format(out, ":%u", event->rule);
}

void report_add_reason(const struct event *event, struct strbuf *out)
{
	if (event->reason)
		report_add_visible(event->reason, REASON_COLUMNS, out);
	else
		report_add_visible(report_layer_title(event), NAME_COLUMNS, out);
	if (event->origin) {
		strbuf_add(out, " (");
		report_add_visible(event->origin, NAME_COLUMNS, out);
		strbuf_add(out, ")");
	}
	if (event->behind) {
		strbuf_add(out, "; so would ");
		report_add_visible(event->behind, REASON_COLUMNS, out);
	}
	if (event->aws) {
		strbuf_add(out, "; AWS: ");
		report_add_visible(event->aws, NAME_COLUMNS, out);
	}
}

void report_add_process(const struct report_process *process, struct strbuf *out)
{
	report_add_visible(*process->title ? process->title : "not known", NAME_COLUMNS, out);
}

void report_add_processes(const struct report *report, const struct report_destination *destination, struct strbuf *out)
{
	const struct report_share *share = &destination->shares.items[0];
	size_t processes = 0;

	vec_for_each (each, &destination->shares)
		processes += each->processes;
	report_add_process(&report->processes.items[share->process], out);
	if (share->pid)
		strbuf_format(out, "[%d]", share->pid);
	if (processes > 1) {
		strbuf_add(out, " and ");
		report_add_number(processes - 1, out);
		strbuf_add(out, " more");
	}
}
