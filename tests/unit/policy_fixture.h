// SPDX-License-Identifier: GPL-2.0-or-later
// A profile's text → struct policy, for the tests of the policy stage.
#ifndef VPCJAIL_POLICY_FIXTURE_H
#define VPCJAIL_POLICY_FIXTURE_H

#include "test.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "policy/policy.h"
#include "profile/load.h"

static inline int fixture_open(void *data, const char *name, const char *from, char **path, char **text, size_t *length,
			       struct error *err)
{
	(void)from;
	(void)err;
	*path = memory_format("%s.yaml", name);
	*text = memory_copy_text(data);
	*length = strlen(*text);
	return 0;
}

static inline int fixture_read(void *data, const char *file, const char *from, char **path, char **text, size_t *length,
			       struct error *err)
{
	(void)data;
	(void)from;
	(void)path;
	(void)text;
	(void)length;
	return error_set(err, -ENOENT, "no file %s in a test", file);
}

// Loads text as the profile "test"; a mistake in it fails the test with its message.
static inline void fixture_load(const char *text, struct profile *profile)
{
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	AUTO_FREE char *copy = memory_copy_text(text);
	const struct profile_source source = { .data = copy, .open = fixture_open, .read = fixture_read };
	AUTO_STRBUF struct strbuf said = { 0 };

	if (profile_load(&source, "test", profile, &mistakes)) {
		mistakes_format(&mistakes, &said);
		print_error("%s", strbuf_text(&said));
		fail();
	}
}

static inline void fixture_build(const char *text, struct policy *policy)
{
	CLEANUP(profile_release) struct profile profile = { 0 };
	struct error err = { 0 };

	fixture_load(text, &profile);
	if (policy_build(&profile, policy, &err)) {
		print_error("%s\n", err.message);
		fail();
	}
}

#endif
