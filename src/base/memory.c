// SPDX-License-Identifier: GPL-2.0-or-later
// Allocation that cannot fail: the program ends with a message instead.
#include "base/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// 125 is "the launch failed, nothing ran": the only honest status when memory is gone.
static _Noreturn void out_of_memory(void)
{
	static const char text[] = "vpcjail: out of memory; nothing was started\n";
	ssize_t ignored = write(STDERR_FILENO, text, sizeof(text) - 1);
	(void)ignored;
	_exit(125);
}

void *memory_new(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size ? size : 1);
	if (!memory)
		out_of_memory();
	return memory;
}

void *memory_resize(void *old, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		out_of_memory();
	size_t bytes = count * size;
	void *memory = realloc(old, bytes ? bytes : 1);
	if (!memory)
		out_of_memory();
	return memory;
}

char *memory_copy_text(const char *text)
{
	return text ? memory_copy_bytes(text, strlen(text)) : NULL;
}

char *memory_copy_bytes(const char *text, size_t length)
{
	char *copy = memory_new(length + 1, 1);
	if (length)
		memcpy(copy, text, length);
	return copy;
}

char *memory_format(const char *format, ...)
{
	va_list arguments;
	char *text = NULL;

	va_start(arguments, format);
	int length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0)
		out_of_memory();
	return text;
}

void *memory_must(void *pointer)
{
	if (!pointer)
		out_of_memory();
	return pointer;
}
