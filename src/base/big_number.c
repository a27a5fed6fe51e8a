// SPDX-License-Identifier: GPL-2.0-or-later
// Natural numbers below 2^192: see big_number.h.
#include "base/big_number.h"

#include <stdio.h>
#include <string.h>

enum { EXACT_BITS = 53, DIGITS = 58 /* of 2^192 */ };

struct big_number big_number_of(uint64_t upper, uint64_t lower)
{
	return (struct big_number){ { (uint32_t)lower, (uint32_t)(lower >> 32), (uint32_t)upper,
				      (uint32_t)(upper >> 32) } };
}

void big_number_add(struct big_number *number, const struct big_number *more)
{
	uint64_t carry = 0;

	for (unsigned i = 0; i < BIG_NUMBER_LIMBS; i++) {
		carry += (uint64_t)number->limbs[i] + more->limbs[i];
		number->limbs[i] = (uint32_t)carry;
		carry >>= 32;
	}
}

void big_number_multiply(struct big_number *number, uint32_t by)
{
	uint64_t carry = 0;

	for (unsigned i = 0; i < BIG_NUMBER_LIMBS; i++) {
		carry += (uint64_t)number->limbs[i] * by;
		number->limbs[i] = (uint32_t)carry;
		carry >>= 32;
	}
}

bool big_number_is_zero(const struct big_number *number)
{
	return memcmp(number, &(struct big_number){ 0 }, sizeof(*number)) == 0;
}

// Divides by ten; the remainder.
static unsigned take_digit(struct big_number *number)
{
	uint64_t rest = 0;

	for (unsigned i = BIG_NUMBER_LIMBS; i-- > 0;) {
		rest = rest << 32 | number->limbs[i];
		number->limbs[i] = (uint32_t)(rest / 10);
		rest %= 10;
	}
	return (unsigned)rest;
}

const char *big_number_print(const struct big_number *number, char *out)
{
	struct big_number left = *number;
	char digits[DIGITS + 1];
	size_t at = DIGITS;

	digits[at] = '\0';
	do
		digits[--at] = (char)('0' + take_digit(&left));
	while (!big_number_is_zero(&left));
	memcpy(out, digits + at, sizeof(digits) - at);
	return out;
}

static unsigned count_bits(const struct big_number *number, unsigned *highest)
{
	unsigned count = 0;

	for (unsigned i = 0; i < 32 * BIG_NUMBER_LIMBS; i++)
		if (number->limbs[i / 32] >> i % 32 & 1) {
			*highest = i;
			count++;
		}
	return count;
}

const char *big_number_describe(const struct big_number *number, char *out)
{
	char plain[BIG_NUMBER_TEXT_SIZE];
	unsigned highest = 0, bits = count_bits(number, &highest);
	size_t length, to = 0;

	if (highest >= EXACT_BITS) {
		(void)snprintf(out, BIG_NUMBER_TEXT_SIZE, "%s2^%u", bits > 1 ? "more than " : "", highest);
		return out;
	}
	length = strlen(big_number_print(number, plain));
	for (size_t i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			out[to++] = ',';
		out[to++] = plain[i];
	}
	out[to] = '\0';
	return out;
}
