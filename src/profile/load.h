// SPDX-License-Identifier: GPL-2.0-or-later
// Text → struct profile: find it, parse it, follow `extends`, check it. Every mistake at once.
#ifndef VPCJAIL_PROFILE_LOAD_H
#define VPCJAIL_PROFILE_LOAD_H

#include "base/strbuf.h"
#include "profile/profile.h"

enum severity { SEVERITY_ERROR, SEVERITY_WARNING };

// One mistake: message says what, hint (may be NULL) what to do: `did you mean "isolation"?`
struct mistake {
	enum severity severity;
	struct location at;  // file copied: owned by the list
	char *message;
	char *hint;
};

struct mistakes {
	VEC(struct mistake) list;
	size_t errors, warnings;  // that were added, also those that the list does not have
	size_t limit;             // so many of either severity the list keeps, and counts the others; 0: all
};

void mistakes_add(struct mistakes *mistakes, enum severity severity, const struct location *at, const char *hint,
		  const char *format, ...) __attribute__((format(printf, 5, 6)));
void mistakes_release(struct mistakes *mistakes);

// All of them as text for people, in the order of their places, a line each:
// "FILE:LINE:COLUMN: error: MESSAGE (hint: HINT)"; last how many there are beyond the limit. Foreign text in it is safe
// for a terminal.
void mistakes_format(const struct mistakes *mistakes, struct strbuf *out);

// How profiles are reached. The profile stage has no side effects of its own beyond reading through these,
// so that tests and fuzzers hand it memory. All borrowed.
struct profile_source {
	void *data;
	// The absolute folder that a profile's own relative path starts from; paths in profiles are made absolute by
	// it. NULL: a path that stays relative is a mistake.
	const char *folder;
	// Finds a profile by name (or path) as `extends` and -p name it; relative paths are relative to the directory
	// of `from` (NULL for -p). On success sets *path (owned by the caller) and *text/*length (likewise). Failure: a
	// message for the user, with "did you mean" where a name is near.
	int (*open)(void *data, const char *name, const char *from, char **path, char **text, size_t *length,
		    struct error *err);
	// Reads a file named in a profile (a prefix list), relative to the directory of `from`.
	int (*read)(void *data, const char *file, const char *from, char **path, char **text, size_t *length,
		    struct error *err);
};

// Loads and resolves the named profile. 0 with *profile filled (release it), or -EINVAL with at least one error in
// mistakes. Warnings may be there in both cases. Nothing is printed.
int profile_load(const struct profile_source *source, const char *name, struct profile *profile,
		 struct mistakes *mistakes);

// A source over the file system, with the search path of DESIGN: search.h. The resolved profile as text: print.h.

#endif
