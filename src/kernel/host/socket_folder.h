// SPDX-License-Identifier: GPL-2.0-or-later
// Folders in which UNIX sockets were bound, and the list of what is in them. Private to sockets.c.
#ifndef VPCJAIL_KERNEL_HOST_SOCKET_FOLDER_H
#define VPCJAIL_KERNEL_HOST_SOCKET_FOLDER_H

#include <sys/types.h>

#include "base/strbuf.h"
#include "kernel/host/mountinfo.h"
#include "plan/launch_plan.h"

struct file_id {
	dev_t device;
	ino_t inode;
};

// The sockets that were bound in one folder, as the folder was called.
struct socket_folder {
	char *path;
	text_list names;
	VEC(struct file_id) seen;  // folders that were found by this path, each in another tree
};

typedef VEC(struct socket_folder) socket_folder_vec;

// Adds a path that a socket was bound by.
void socket_folders_add(socket_folder_vec *folders, const char *path);

void socket_folders_release(socket_folder_vec *folders);

// Adds to out the folder's sockets, each "8:1 /path/in/the/file/system" and a zero byte. fd is what its path led to,
// mounts the list of that tree. A folder that was found before by the same path is passed over.
void socket_folder_list(struct socket_folder *folder, int fd, const struct mount_table *mounts, struct strbuf *out);

// The same where nothing can be told, since the folder may not be entered: its names as they were given. fd is what
// the first length bytes of its path led to, "/" or more.
void socket_folder_list_unseen(const struct socket_folder *folder, size_t length, int fd,
			       const struct mount_table *mounts, struct strbuf *out);

#endif
