// SPDX-License-Identifier: GPL-2.0-or-later
// Allocation that cannot fail: the program ends with a message instead.
#ifndef VPCJAIL_BASE_MEMORY_H
#define VPCJAIL_BASE_MEMORY_H

#include <stddef.h>

// Zeroed memory of count * size bytes; the caller frees it. Overflow of the product ends the program.
void *memory_new(size_t count, size_t size) __attribute__((malloc, returns_nonnull));

// Like reallocarray(3), never NULL for a non-zero size.
void *memory_resize(void *old, size_t count, size_t size) __attribute__((returns_nonnull));

// A copy of text (NULL gives NULL); the caller frees it.
char *memory_copy_text(const char *text);

// A copy of the first length bytes of text, terminated; the caller frees it.
char *memory_copy_bytes(const char *text, size_t length) __attribute__((returns_nonnull));

// asprintf(3) that cannot fail; the caller frees the result.
char *memory_format(const char *format, ...) __attribute__((format(printf, 1, 2), returns_nonnull));

// pointer itself, for what other libraries allocate: NULL ends the program as above.
void *memory_must(void *pointer) __attribute__((returns_nonnull));

#define NEW(type) ((type *)memory_new(1, sizeof(type)))
#define NEW_ARRAY(type, count) ((type *)memory_new((count), sizeof(type)))

#endif
