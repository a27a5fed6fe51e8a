// SPDX-License-Identifier: GPL-2.0-or-later
// The one error idiom: see error.h.
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void set(struct error *err, const char *file, int line, int code)
{
	err->code = code;
	err->file = file;
	err->line = line;
	err->step[0] = '\0';
}

int error_set_at(struct error *err, const char *file, int line, int code, const char *format, ...)
{
	if (!err)
		return code;

	va_list arguments;
	set(err, file, line, code);
	va_start(arguments, format);
	(void)vsnprintf(err->message, sizeof(err->message), format, arguments);
	va_end(arguments);
	return code;
}

int error_set_errno_at(struct error *err, const char *file, int line, int code, const char *format, ...)
{
	if (!err)
		return code;

	va_list arguments;
	set(err, file, line, code);
	va_start(arguments, format);
	int length = vsnprintf(err->message, sizeof(err->message), format, arguments);
	va_end(arguments);
	if (length >= 0 && (size_t)length < sizeof(err->message))
		(void)snprintf(err->message + length, sizeof(err->message) - (size_t)length, ": %s",
			       strerrordesc_np(-code) ? strerrordesc_np(-code) : "unknown error");
	return code;
}

#undef error_prefix  // its form for the analyser
int error_prefix(struct error *err, const char *format, ...)
{
	if (!err)
		return -EIO;

	char context[ERROR_MESSAGE_SIZE];
	char whole[2 * ERROR_MESSAGE_SIZE + 2];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(context, sizeof(context), format, arguments);
	va_end(arguments);
	(void)snprintf(whole, sizeof(whole), "%s: %s", context, err->message);
	memcpy(err->message, whole, sizeof(err->message) - 1);
	err->message[sizeof(err->message) - 1] = '\0';
	return err->code;
}
