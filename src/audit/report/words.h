// SPDX-License-Identifier: GPL-2.0-or-later
// The words that the forms of a report share. What is added to out is one line of well-formed UTF-8 in which nothing
// acts on a terminal or turns the direction of writing; for markup it still needs the escapes of that form.
#ifndef VPCJAIL_AUDIT_REPORT_WORDS_H
#define VPCJAIL_AUDIT_REPORT_WORDS_H

#include "audit/report/report.h"

// Adds foreign text made inert: control characters as \xHH, characters that cannot be seen or that turn the direction
// of writing as \uHHHH, broken UTF-8 as U+FFFD. Cut to that many columns, the last of them an ellipsis; 0: whole.
void report_add_visible(const char *text, size_t columns, struct strbuf *out);

// How many columns a text takes that is inert already: one a character.
size_t report_columns(const char *visible);

// "pypi.org (151.101.0.223 and 3 more)", "10.0.0.9", "from 10.0.0.9", "socket: EPERM".
void report_add_place(const struct report_destination *destination, struct strbuf *out);

// Without the addresses of what has a name: "pypi.org".
void report_add_short_place(const struct report_destination *destination, struct strbuf *out);

// "443/tcp", "echo/icmp", "3.1/icmp" (type and code), "protocol 47"; "-" where there is none.
void report_add_port(const struct event *event, struct strbuf *out);

// "route_egress:2".
void report_add_rule(const struct event *event, struct strbuf *out);

// The reason in the rule's words, its origin in brackets, and what AWS does instead where that is less strict.
void report_add_reason(const struct event *event, struct strbuf *out);

// "python3 train.py[812] and 2 more"; "not known".
void report_add_processes(const struct report *report, const struct report_destination *destination,
			  struct strbuf *out);

// "python3 train.py", "not known".
void report_add_process(const struct report_process *process, struct strbuf *out);

// "2026-11-28 00:16:22 UTC", "00:16:22", and how long it was: "12.4 s", "3 min 2 s".
void report_add_time(int64_t milliseconds, struct strbuf *out);
void report_add_clock(int64_t milliseconds, struct strbuf *out);
void report_add_duration(int64_t milliseconds, struct strbuf *out);

// "1,234,567", and "1 packet", "2 packets".
void report_add_number(uint64_t number, struct strbuf *out);
void report_add_count(uint64_t count, const char *noun, struct strbuf *out);

// "2 destinations, 1 name and 1 system call".
void report_add_kinds(const struct report_total *total, struct strbuf *out);

// "3 destinations and 1 system call would be denied (41 packets, 2 calls)"; "nothing was denied".
void report_add_total(const struct report *report, enum report_fate fate, struct strbuf *out);

// "audit --offline", and the command line of the job.
const char *report_mode(enum record_mode mode);
void report_add_command(const struct record_start *start, size_t columns, struct strbuf *out);

// What is not in the record though it happened, and why: one sentence a line, each ended by a newline.
void report_add_gaps(const struct report *report, struct strbuf *out);

#endif
