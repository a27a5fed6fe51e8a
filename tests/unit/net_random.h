// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers that look random and are the same in every run, for property tests.
#ifndef VPCJAIL_TEST_NET_RANDOM_H
#define VPCJAIL_TEST_NET_RANDOM_H

#include <stdint.h>

// splitmix64: every seed is a good one. Returns a number below limit, which is small.
static inline unsigned random_below(uint64_t *seed, unsigned limit)
{
	uint64_t mixed = *seed += 0x9e3779b97f4a7c15;

	mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
	mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
	mixed ^= mixed >> 31;
	return (unsigned)((mixed >> 32) * limit >> 32);
}

#endif
