// SPDX-License-Identifier: GPL-2.0-or-later
// What is mounted where: the kernel's list of a mount namespace (proc_pid_mountinfo(5)).
#ifndef VPCJAIL_KERNEL_HOST_MOUNTINFO_H
#define VPCJAIL_KERNEL_HOST_MOUNTINFO_H

#include "base/error.h"
#include "base/vec.h"

// Texts point into the table's text.
struct mount_row {
	unsigned long id, parent;
	const char *device;  // "major:minor" of the file system
	const char *root;    // which folder of the file system
	const char *point;   // where it is mounted
	const char *type;    // "ext4"
	const char *source;  // of the file system's own sense, "server:/export"
};

// Zeroed is empty; released by mount_table_release.
struct mount_table {
	char *text;
	VEC(struct mount_row) rows;
};

// Takes text over, which it changes. 0, or -EIO when a line is none of the kernel's.
int mount_table_parse(struct mount_table *table, char *text, struct error *err);

// Reads "/proc/self/mountinfo" or that of another process. 0 or a negative errno.
int mount_table_read(struct mount_table *table, const char *file, struct error *err);

// The row of that mount, NULL without.
const struct mount_row *mount_table_find(const struct mount_table *table, unsigned long id);

// Path below folder, as what follows it ("" or "/…"); NULL when it does not lie there.
const char *mount_path_below(const char *path, const char *folder);

// A folder and what follows it; the caller frees the text.
char *mount_path_join(const char *folder, const char *rest);

void mount_table_release(struct mount_table *table);

#endif
