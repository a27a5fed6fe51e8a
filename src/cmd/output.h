// SPDX-License-Identifier: GPL-2.0-or-later
// The one place that prints: results to standard output, everything else to standard error.
#ifndef VPCJAIL_CMD_OUTPUT_H
#define VPCJAIL_CMD_OUTPUT_H

#include <stdbool.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "cmd/command.h"

// "vpcjail: TEXT" on standard error: always one line, safe for a terminal whatever the arguments hold.
void output_message(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Such a line that the next one is written over, and its removal: for a terminal.
void output_progress(const char *format, ...) __attribute__((format(printf, 1, 2)));
void output_progress_end(void);

// Text of several lines on standard error, as it is: foreign parts of it must be safe already.
void output_lines(const struct strbuf *text);

// Writes a result to standard output. Gives back status, or STATUS_NO with a message when it cannot be written whole.
enum status output_result(const struct strbuf *text, enum status status);

// Opens /dev/null, for reading alone, on each of 0-2 that is closed, so that nothing opened later lands there and
// writing fails. Returns which were closed, as bits.
unsigned output_fill_closed(void);

enum colour { COLOUR_GOOD, COLOUR_ATTENTION, COLOUR_BAD, COLOUR_STRONG };

// Adds text for descriptor fd: coloured only when that is a terminal and NO_COLOR is not set.
void output_add_coloured(struct strbuf *out, int fd, enum colour colour, const char *text);

#endif
