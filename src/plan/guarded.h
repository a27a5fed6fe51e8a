// SPDX-License-Identifier: GPL-2.0-or-later
// Files of the host that the job may not change (they would run outside, later) or not read (credentials): which ones
// the tables of later.c and credentials.c name for one home, one working directory and one repository.
//
// To guard one more file: one row in a table. The host's facts say which of the paths are there (kernel/guarded.c);
// only those become steps, and what is missing is looked for again after the job.
#ifndef VPCJAIL_PLAN_GUARDED_H
#define VPCJAIL_PLAN_GUARDED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"

// What a row's path is relative to.
enum guarded_base {
	BASE_HOME,
	BASE_DIRECTORY,   // the working directory, and the root of the repository it lies in
	BASE_REPOSITORY,  // the repository's own folder: .git, or where a .git that is a file points
	BASE_SYSTEM,      // absolute
};

struct guarded_row {
	enum guarded_base base;
	const char *path;  // `*`, of a repository's or the system's, stands for any names
	const char *why;   // a literal
	bool always;       // also what lies below stays read-only where the job works there
	bool file;         // only a file there counts, not a folder
	bool aws;          // stays with process.credentials: keep
};

extern const struct guarded_row later_rows[];
extern const size_t later_row_count;
extern const struct guarded_row credential_rows[];
extern const size_t credential_row_count;

enum guarded_state {
	GUARDED_UNKNOWN,
	GUARDED_MISSING,
	GUARDED_DANGLING,  // a symbolic link to nothing
	GUARDED_THERE,
};

// A path of this host that a row names.
struct guarded_path {
	const struct guarded_row *row;
	bool cover;   // a credential: covered; otherwise read-only
	bool alias;   // by another mount than the one the row means
	char *path;   // absolute
	char *shown;  // "~/.bashrc"
	char *real;   // behind symbolic links; NULL: path itself
	enum guarded_state state;
};

typedef VEC(struct guarded_path) guarded_vec;

// Where to look; what is NULL is not looked at. All real paths.
struct guarded_bases {
	const char *home;
	const char *other_home;  // as HOME has it
	const char *directory;
	const char *work_tree;   // the nearest folder from the working directory up that has a .git
	const char *git;         // the repository's own folder
	const char *git_common;  // that of the repository it shares its configuration with (a work tree's)
};

// Appends what the rows name there, of unknown state. Rows with `*` are appended as they are.
void guarded_list(const struct guarded_bases *bases, guarded_vec *out);
void guarded_release(guarded_vec *list);

#endif
