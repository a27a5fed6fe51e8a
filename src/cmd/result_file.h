// SPDX-License-Identifier: GPL-2.0-or-later
// A file that a result goes to after the job: opened before it starts, so that it can neither be missing then nor be
// changed for another by the job.
#ifndef VPCJAIL_CMD_RESULT_FILE_H
#define VPCJAIL_CMD_RESULT_FILE_H

#include "base/error.h"
#include "base/strbuf.h"

struct result_file {
	int fd;            // -1: none
	const char *path;  // borrowed
};

#define RESULT_FILE_NONE ((struct result_file){ .fd = -1 })

// Made where it is missing; what is there stays until the result is written. A symbolic link is refused. path NULL:
// does nothing.
int result_file_open(struct result_file *file, const char *path, struct error *err);

// In place of what was there. Nothing, where none was opened.
int result_file_write(const struct result_file *file, const struct strbuf *text, struct error *err);

void result_file_close(struct result_file *file);

#endif
