// SPDX-License-Identifier: GPL-2.0-or-later
// Several new files, all of them or none.
#ifndef VPCJAIL_CMD_IMPORT_WRITE_H
#define VPCJAIL_CMD_IMPORT_WRITE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/vec.h"

struct import_file {
	char *path;        // owned
	const char *text;  // borrowed
	size_t length;
	// import_write's own:
	char *temporary;
	bool placed;
	bool created;   // where nothing was
	bool replaced;  // what was there stands under the temporary name
};

typedef VEC(struct import_file) import_file_vec;

void import_files_release(import_file_vec *files);

// Writes each into a temporary file beside its place, and when all of them stand moves them there, in order. What
// exists stays and is an error, unless replace: a regular file is then replaced whole, and keeps its mode; a symbolic
// link is refused. On failure all is as it was; only on a file system that cannot exchange two names, what was moved
// before stays, and err says so.
int import_write(import_file_vec *files, bool replace, struct error *err);

#endif
