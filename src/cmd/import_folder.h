// SPDX-License-Identifier: GPL-2.0-or-later
// The files of a folder that may hold documents of an account.
#ifndef VPCJAIL_CMD_IMPORT_FOLDER_H
#define VPCJAIL_CMD_IMPORT_FOLDER_H

#include <stdbool.h>
#include <sys/stat.h>

// What is done with each; name is a path that begins with the folder's.
struct import_folder_calls {
	void *data;
	void (*read)(void *data, int fd, const struct stat *status, const char *name);  // a regular file, open
	void (*pass_over)(void *data, const char *name);
	void (*fail)(void *data, const char *name, int result);  // a negative errno
};

// Visits a folder's files and those of its folders, in the order of their names. Hidden ones are not there. Links are
// followed to files inside the folder alone. fd is borrowed.
void import_folder_walk(int fd, const char *path, const struct import_folder_calls *calls);

// Whether a file's name ends in .yaml or .yml.
bool import_is_yaml(const char *name);

#endif
