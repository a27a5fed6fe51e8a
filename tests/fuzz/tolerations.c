// SPDX-License-Identifier: GPL-2.0-or-later
// Fuzz target: a file of tolerations. It is refused with a mistake that says where, or all of it holds: each row has a
// meaning, and whether it covers an event is the same when it is asked again.
#include "fuzz.h"

#include <errno.h>

#include "audit/hint/hints.h"
#include "audit/outcome/tolerate.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "profile/toleration.h"

static const char *const happened[] = {
	"packet pypi.org 151.101.0.223 tcp 443 route_egress pip",
	"packet - 10.0.0.9 udp 53 acl_egress -",
	"packet - 2001:db8::1 tcp 443 isolation_egress curl",
	"name tracker.internal",
	"call unshare podman",
};

static void ask(const struct profile *profile)
{
	for (size_t i = 0; i < sizeof(happened) / sizeof(happened[0]); i++) {
		struct event event = { 0 };
		struct error err = { 0 };
		require(hint_example_read(happened[i], &event, &err) == 0);
		const struct toleration *toleration = toleration_of(profile, &event);
		require(toleration == toleration_of(profile, &event));
		require(!toleration || (toleration >= profile->tolerate.items &&
					toleration < profile->tolerate.items + profile->tolerate.count));
		event_release(&event);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	CLEANUP(profile_release) struct profile profile = { 0 };
	AUTO_FREE char *text = memory_copy_bytes((const char *)data, size);

	if (tolerations_read(text, size, "tolerate.yaml", &profile, &mistakes) < 0) {
		AUTO_STRBUF struct strbuf list = { 0 };
		mistakes_format(&mistakes, &list);
		require(mistakes.errors && list.length);
		return 0;
	}
	require(mistakes.errors == 0);
	vec_for_each (row, &profile.tolerate) {
		struct toleration_meaning meaning;
		struct error err = { 0 };
		require(row->destination && toleration_parse(row->destination, &meaning, &err) == 0);
	}
	ask(&profile);
	return 0;
}
