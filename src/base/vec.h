// SPDX-License-Identifier: GPL-2.0-or-later
// A growing array of any type: VEC(struct prefix) prefixes = { 0 }; vec_push(&prefixes, p).
#ifndef VPCJAIL_BASE_VEC_H
#define VPCJAIL_BASE_VEC_H

#include <stddef.h>
#include <stdlib.h>

#include "base/memory.h"

// Zeroed is empty. items is owned by the holder of the VEC; released by vec_release.
#define VEC(type)                                                                                                      \
	struct {                                                                                                       \
		type *items;                                                                                           \
		size_t count;                                                                                          \
		size_t capacity;                                                                                       \
	}

// Appends one item (copied). May move items: pointers into them are void afterwards.
#define vec_push(vec, ...)                                                                                             \
	do {                                                                                                           \
		if ((vec)->count == (vec)->capacity) {                                                                 \
			(vec)->capacity = (vec)->capacity ? 2 * (vec)->capacity : 8;                                   \
			(vec)->items = memory_resize((vec)->items, (vec)->capacity, sizeof(*(vec)->items));            \
		}                                                                                                      \
		(vec)->items[(vec)->count++] = (__VA_ARGS__);                                                          \
	} while (0)

// Frees the array itself (not what its items own) and leaves it empty.
#define vec_release(vec)                                                                                               \
	do {                                                                                                           \
		free((vec)->items);                                                                                    \
		(vec)->items = NULL;                                                                                   \
		(vec)->count = 0;                                                                                      \
		(vec)->capacity = 0;                                                                                   \
	} while (0)

// Visits each item by pointer. An array that was never added to is NULL, to which nothing may be added, not even 0.
#define vec_for_each(item, vec)                                                                                        \
	for (__typeof__(&*(vec)->items) item = (vec)->items; item && item < (vec)->items + (vec)->count; item++)

#endif
