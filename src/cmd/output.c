// SPDX-License-Identifier: GPL-2.0-or-later
// The one place that prints: see output.h.
#include "cmd/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"

#define CLEAR_LINE "\r\033[K"

__attribute__((format(printf, 3, 0))) static void write_line(const char *before, const char *after, const char *format,
							     va_list arguments)
{
	CLEANUP(strbuf_release) struct strbuf line = { 0 };
	AUTO_FREE char *text = NULL;

	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	strbuf_add(&line, before);
	strbuf_add(&line, "vpcjail: ");
	strbuf_add_safe(&line, text ? text : format);
	strbuf_add(&line, after);
	(void)io_write_all(STDERR_FILENO, line.text, line.length);
}

void output_message(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_line("", "\n", format, arguments);
	va_end(arguments);
}

void output_progress(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_line(CLEAR_LINE, "", format, arguments);
	va_end(arguments);
}

void output_progress_end(void)
{
	(void)io_write_all(STDERR_FILENO, CLEAR_LINE, strlen(CLEAR_LINE));
}

void output_lines(const struct strbuf *text)
{
	(void)io_write_all(STDERR_FILENO, strbuf_text(text), text->length);
}

enum status output_result(const struct strbuf *text, enum status status)
{
	int result = io_write_all(STDOUT_FILENO, strbuf_text(text), text->length);

	if (result == 0)
		return status;
	output_message("cannot write the result to standard output: %s", strerror(-result));
	return STATUS_NO;
}

unsigned output_fill_closed(void)
{
	unsigned closed = 0;

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		closed |= 1U << fd;
		// The lowest free number is this one. Where even that fails, the descriptor stays closed.
		(void)!open("/dev/null", O_RDONLY);
	}
	return closed;
}

static bool has_colour(int fd)
{
	const char *no_color = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");

	return !(no_color && *no_color) && terminal && strcmp(terminal, "dumb") != 0 && isatty(fd);
}

void output_add_coloured(struct strbuf *out, int fd, enum colour colour, const char *text)
{
	static const char *const codes[] = {
		[COLOUR_GOOD] = "32",
		[COLOUR_ATTENTION] = "33",
		[COLOUR_BAD] = "31",
		[COLOUR_STRONG] = "1",
	};

	if (has_colour(fd))
		strbuf_format(out, "\033[%sm%s\033[0m", codes[colour], text);
	else
		strbuf_add(out, text);
}
