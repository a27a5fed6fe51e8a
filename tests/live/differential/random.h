// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers that a seed repeats (xorshift64*, Marsaglia and Vigna).
#ifndef VPCJAIL_TEST_RANDOM_H
#define VPCJAIL_TEST_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
	uint64_t state;
};

static inline struct random random_from(uint64_t start, uint64_t of)
{
	uint64_t mixed = start + (of + 1) * 0x9e3779b97f4a7c15;

	mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
	mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
	return (struct random){ (mixed ^ mixed >> 31) | 1 };
}

static inline uint64_t random_next(struct random *random)
{
	random->state ^= random->state >> 12;
	random->state ^= random->state << 25;
	random->state ^= random->state >> 27;
	return random->state * 0x2545f4914f6cdd1d;
}

static inline unsigned random_below(struct random *random, unsigned count)
{
	return (unsigned)((random_next(random) >> 24) % count);
}

static inline bool random_chance(struct random *random, unsigned percent)
{
	return random_below(random, 100) < percent;
}

#define RANDOM_PICK(random, array) ((array)[random_below((random), sizeof(array) / sizeof((array)[0]))])

#endif
