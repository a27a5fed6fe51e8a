// SPDX-License-Identifier: GPL-2.0-or-later
// The time, in milliseconds.
#ifndef VPCJAIL_KERNEL_LOOP_CLOCK_H
#define VPCJAIL_KERNEL_LOOP_CLOCK_H

#include <stdint.h>
#include <time.h>

// Of one of the clocks of clock_gettime(2): CLOCK_REALTIME counts since 1970, CLOCK_MONOTONIC is for what is to wait.
static inline int64_t clock_milliseconds(clockid_t clock)
{
	struct timespec now;

	(void)clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#endif
