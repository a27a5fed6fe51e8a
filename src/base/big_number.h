// SPDX-License-Identifier: GPL-2.0-or-later
// Natural numbers below 2^192: how many addresses there are of IPv6, and how many pairs of address and port.
#ifndef VPCJAIL_BASE_BIG_NUMBER_H
#define VPCJAIL_BASE_BIG_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

enum { BIG_NUMBER_LIMBS = 6, BIG_NUMBER_TEXT_SIZE = 64 };

// Zeroed is 0. limbs: the lowest first.
struct big_number {
	uint32_t limbs[BIG_NUMBER_LIMBS];
};

// upper * 2^64 + lower.
struct big_number big_number_of(uint64_t upper, uint64_t lower);

// What does not fit any more is lost: the caller's numbers are far smaller.
void big_number_add(struct big_number *number, const struct big_number *more);
void big_number_multiply(struct big_number *number, uint32_t by);

bool big_number_is_zero(const struct big_number *number);

// All its decimal digits. out holds BIG_NUMBER_TEXT_SIZE bytes. Returns out.
const char *big_number_print(const struct big_number *number, char *out);

// For people: "131,072"; from 2^53 on the power of two below it: "2^64", "more than 2^96". Likewise.
const char *big_number_describe(const struct big_number *number, char *out);

#endif
