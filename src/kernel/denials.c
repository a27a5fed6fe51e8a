// SPDX-License-Identifier: GPL-2.0-or-later
// Denied packets gathered into distinct destinations: see denials.h.
#include "kernel/denials.h"

#include <stdio.h>
#include <string.h>

#include "kernel/nfnetlink.h"

enum { DENIALS_MAXIMUM = 4096 };

static bool same(const struct denial *denial, const struct log_event *event, unsigned policy)
{
	return denial->policy == policy && denial->flow.protocol == event->flow.protocol &&
	       denial->flow.direction == event->flow.direction &&
	       denial->flow.destination_port == event->flow.destination_port && denial->rule == event->rule &&
	       denial->flow.icmp_type == event->flow.icmp_type && denial->flow.icmp_code == event->flow.icmp_code &&
	       address_equal(&denial->flow.remote, &event->flow.remote) && strcmp(denial->layer, event->layer) == 0;
}

static void take(void *data, const struct log_event *event)
{
	struct launch_result *result = data;
	unsigned policy = event->generation - 1;

	vec_for_each (denial, &result->denials)
		if (same(denial, event, policy)) {
			denial->count++;
			return;
		}
	if (result->denials.count == DENIALS_MAXIMUM) {
		result->denials_beyond++;
		return;
	}
	struct denial denial = { .rule = event->rule, .flow = event->flow, .count = 1, .policy = policy };
	(void)snprintf(denial.layer, sizeof(denial.layer), "%s", event->layer);
	vec_push(&result->denials, denial);
}

// Recording informs and never decides: a socket that cannot be read costs the record, not the job.
void denials_read(int fd, struct launch_result *result)
{
	struct log_sink sink = { .data = result, .event = take };
	struct error ignored;

	(void)nfnetlink_log_read(fd, &sink, &ignored);
	result->denials_beyond += sink.lost;
}

void denials_finish(int fd, unsigned group, struct launch_result *result)
{
	struct error ignored;

	(void)nfnetlink_log_flush(fd, group, &ignored);
	denials_read(fd, result);
}
