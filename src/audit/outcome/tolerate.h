// SPDX-License-Identifier: GPL-2.0-or-later
// Which of the profile's tolerations covers an event: it stays in the report, and out of the verdict.
#ifndef VPCJAIL_AUDIT_OUTCOME_TOLERATE_H
#define VPCJAIL_AUDIT_OUTCOME_TOLERATE_H

#include "audit/record/event.h"
#include "profile/profile.h"

// The first that covers it; NULL: none. Borrowed from the profile.
//
// A name covers what was asked for by it, and the question itself: a question has no port, so that "pypi.org:443"
// covers it too. An address covers packets and flows alone; a port, those of TCP and UDP that go to it (of what comes
// in: to that port of the job). "call:NAME" covers the call, whoever made it.
const struct toleration *toleration_of(const struct profile *profile, const struct event *event);

#endif
