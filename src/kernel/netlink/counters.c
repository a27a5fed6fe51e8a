// SPDX-License-Identifier: GPL-2.0-or-later
// Counters of rules: see counters.h.
#include "kernel/netlink/counters.h"

#include <string.h>

#include "base/cleanup.h"
#include "kernel/netlink/nfnetlink.h"
#include "nft/denial_counters.h"

static void counters_release(denial_counter_vec *counters)
{
	vec_release(counters);
}

int counters_read(int fd, record_counter_vec *counters, struct error *err)
{
	CLEANUP(nft_dump_release) struct nft_dump dump = { 0 };
	CLEANUP(counters_release) denial_counter_vec found = { 0 };
	int result = nfnetlink_dump_rules(fd, &dump, err);

	if (result == 0)
		result = denial_counters_read(&dump, &found, err);
	if (result < 0)
		return result;
	vec_for_each (counter, &found) {
		struct record_counter kept = { .rule = counter->rule,
					       .policy = counter->generation - 1,
					       .packets = counter->packets,
					       .bytes = counter->bytes };

		_Static_assert(sizeof(kept.layer) == sizeof(counter->layer), "the same names");
		memcpy(kept.layer, counter->layer, sizeof(kept.layer));
		vec_push(counters, kept);
	}
	return 0;
}
