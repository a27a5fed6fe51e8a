// SPDX-License-Identifier: GPL-2.0-or-later
// What a fuzz target defines, and how it says that a promise was broken.
#ifndef VPCJAIL_FUZZ_H
#define VPCJAIL_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

// One run of the target over any bytes; 0. libFuzzer calls it, and replay.c over the committed corpus.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// An assertion that no build option removes.
#define require(condition)                                                                                             \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, #condition);                \
			abort();                                                                                       \
		}                                                                                                      \
	} while (0)

#endif
