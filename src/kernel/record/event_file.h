// SPDX-License-Identifier: GPL-2.0-or-later
// A file that lines are appended to while a job runs. A write that fails ends the writing, not the job.
#ifndef VPCJAIL_KERNEL_RECORD_EVENT_FILE_H
#define VPCJAIL_KERNEL_RECORD_EVENT_FILE_H

#include "base/error.h"
#include "base/strbuf.h"

struct event_file {
	int fd;      // -1: none, or given up
	char *path;  // owned; NULL: none
};

#define EVENT_FILE_NONE ((struct event_file){ .fd = -1 })

// For `run --events`: made, or emptied where it is a record of an earlier run; any other file is refused, and so is a
// symbolic link. A FIFO that somebody reads is taken.
int event_file_open(struct event_file *file, const char *path, struct error *err);

// All of the text, in one write(2) where the kernel takes it. An error closes the file: what is there are whole lines,
// and at most one that was cut.
int event_file_write(struct event_file *file, const struct strbuf *text, struct error *err);

void event_file_close(struct event_file *file);

#endif
