// SPDX-License-Identifier: GPL-2.0-or-later
// Files of the host that the job may not change (they would run outside, later) or not read (credentials): the rows of
// later.c and credentials.c, and what of them a host has.
//
// To guard one more file: one row in a table. kernel/host/guarded.c finds what is there; only that becomes steps. What
// is missing is looked for again after the job.
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
	BASE_SYSTEM,      // the root folder
};

struct guarded_row {
	enum guarded_base base;
	const char *path;  // a last part with `*`, or one in between, stands for any names
	const char *why;   // a literal
	bool always;       // also what lies below stays read-only where the job works there
	bool file;         // only a file there counts, not a folder
	bool aws;          // stays with process.credentials: keep
};

extern const struct guarded_row later_rows[];
extern const size_t later_row_count;
extern const struct guarded_row credential_rows[];
extern const size_t credential_row_count;

// A credential that lies where a variable of the caller's environment says.
struct guarded_pointer {
	const char *variable;
	const char *below;       // what follows the variable's value, "/token"
	struct guarded_row row;  // its path is the variable's name
};

extern const struct guarded_pointer credential_pointers[];
extern const size_t credential_pointer_count;

// A folder of this host that rows are relative to, and what of them is not there. Texts and lists are owned.
struct guarded_place {
	enum guarded_base base;
	char *folder;                              // a real path
	const char *shown;                         // what stands for it and its slash, "~/"; NULL: itself. A literal
	VEC(const struct guarded_row *) missing;   // of later_rows
	VEC(const struct guarded_row *) dangling;  // symbolic links to nothing, likewise
};

typedef VEC(struct guarded_place) guarded_places;

// A path of this host that is there and that a row names.
struct guarded_path {
	const struct guarded_row *row;
	bool cover;   // a credential: covered; otherwise read-only
	bool alias;   // by another mount than the one the row means
	char *path;   // absolute
	char *shown;  // "~/.bashrc"
	char *real;   // behind symbolic links; NULL: path itself
};

typedef VEC(struct guarded_path) guarded_vec;

// The path that a row names in a place, and how it is shown. The caller frees it.
char *guarded_path_of(const struct guarded_place *place, const struct guarded_row *row);
char *guarded_shown(const struct guarded_place *place, const char *path);

void guarded_places_release(guarded_places *places);
void guarded_release(guarded_vec *list);

#endif
