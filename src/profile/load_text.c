// SPDX-License-Identifier: GPL-2.0-or-later
// A resolved profile that comes as text: see load_text.h.
#include "profile/load_text.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "profile/load.h"

struct sent {
	const char *name, *text;
};

// The text is a resolved profile: it extends nothing and reads no file.
static int open_sent(void *data, const char *name, const char *from, char **path, char **text, size_t *length,
		     struct error *err)
{
	const struct sent *sent = data;

	if (from)
		return error_set(err, -EINVAL, "\"%s\": a profile that was sent is whole", name);
	*path = memory_copy_text(sent->name);
	*text = memory_copy_text(sent->text);
	*length = strlen(sent->text);
	return 0;
}

static int read_none(void *data, const char *file, const char *from, char **path, char **text, size_t *length,
		     struct error *err)
{
	(void)data;
	(void)from;
	(void)path;
	(void)text;
	(void)length;
	return error_set(err, -EINVAL, "\"%s\": a profile that was sent is whole", file);
}

int profile_load_text(const char *name, const char *text, struct profile *profile, struct error *err)
{
	struct sent sent = { .name = name, .text = text };
	const struct profile_source source = { .data = &sent, .open = open_sent, .read = read_none };
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };

	if (profile_load(&source, name, profile, &mistakes) == 0)
		return 0;
	vec_for_each (mistake, &mistakes.list)
		if (mistake->severity == SEVERITY_ERROR)
			return error_set(err, -EINVAL, "%s:%u:%u: %s", name, mistake->at.line, mistake->at.column,
					 mistake->message);
	return error_set(err, -EINVAL, "%s: the profile is wrong", name);
}
