// SPDX-License-Identifier: GPL-2.0-or-later
// Events from lines of words, for the tests of the audit stage.
#ifndef VPCJAIL_AUDIT_FIXTURE_H
#define VPCJAIL_AUDIT_FIXTURE_H

#include "policy_fixture.h"

#include "audit/hint/hints.h"

// Lines as hint_example_read reads them; ended by NULL.
static inline void fixture_events(const char *const *lines, event_vec *events)
{
	for (; *lines; lines++) {
		struct event event = { 0 };
		struct error err = { 0 };

		if (hint_example_read(*lines, &event, &err) < 0)
			fail_msg("%s", err.message);
		event.id = events->count + 1;
		vec_push(events, event);
	}
}

#define EVENTS(...) ((const char *const[]){ __VA_ARGS__, NULL })

#endif
