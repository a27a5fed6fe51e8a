// SPDX-License-Identifier: GPL-2.0-or-later
// Lists the sockets of a folder; see socket_folder.h.
#include "kernel/host/socket_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"

void socket_folders_add(socket_folder_vec *folders, const char *path)
{
	const char *slash = strrchr(path, '/');
	AUTO_FREE char *parent = !slash          ? memory_copy_text(".")
				 : slash == path ? memory_copy_text("/")
						 : memory_copy_bytes(path, (size_t)(slash - path));
	struct socket_folder *found = NULL;

	vec_for_each (folder, folders)
		if (strcmp(folder->path, parent) == 0)
			found = folder;
	if (!found) {
		vec_push(folders, (struct socket_folder){ .path = STEAL(parent) });
		found = &folders->items[folders->count - 1];
	}
	vec_push(&found->names, memory_copy_text(slash ? slash + 1 : path));
}

void socket_folders_release(socket_folder_vec *folders)
{
	vec_for_each (folder, folders) {
		free(folder->path);
		text_list_release(&folder->names);
		vec_release(&folder->seen);
	}
	vec_release(folders);
}

// Where a folder lies in its file system. -ENOENT: in no mount that the tree's list has, or it cannot be told.
static int locate(int fd, const struct mount_table *mounts, const char **device, char **inner)
{
	char link[32];
	char real[4096];
	struct statx status;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t length = readlink(link, real, sizeof(real) - 1);
	if (length < 0 || statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &status) < 0)
		return -ENOENT;
	real[length] = '\0';
	const struct mount_row *row = mount_table_find(mounts, (unsigned long)status.stx_mnt_id);
	const char *rest = row ? mount_path_below(real, row->point) : NULL;
	if (!rest)
		return -ENOENT;
	*device = row->device;
	*inner = mount_path_join(row->root, rest);
	return 0;
}

// Whether there is a socket; also when that may not be seen, since the job's user may open the folder up later.
static bool is_socket(int fd, const char *name, nlink_t *links)
{
	struct stat status;

	*links = 0;
	if (fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == EACCES;
	*links = S_ISSOCK(status.st_mode) ? status.st_nlink : 0;
	return S_ISSOCK(status.st_mode);
}

static void list(struct strbuf *out, const char *device, const char *inner, const char *name)
{
	strbuf_format(out, "%s %s%s%s", device, inner, strcmp(inner, "/") == 0 ? "" : "/", name);
	strbuf_add_bytes(out, "", 1);
}

static void list_all(struct strbuf *out, int fd, const char *device, const char *inner)
{
	int readable = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_CLOSEDIR DIR *folder = readable < 0 ? NULL : fdopendir(readable);
	nlink_t links;

	for (struct dirent *entry; folder && (entry = readdir(folder));)
		if (entry->d_type == DT_SOCK || (entry->d_type == DT_UNKNOWN && is_socket(fd, entry->d_name, &links)))
			list(out, device, inner, entry->d_name);
}

// Whether the folder at fd was already found by this path; notes it.
static bool was_seen(struct socket_folder *folder, int fd)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return true;
	vec_for_each (seen, &folder->seen)
		if (seen->device == status.st_dev && seen->inode == status.st_ino)
			return true;
	vec_push(&folder->seen, (struct file_id){ .device = status.st_dev, .inode = status.st_ino });
	return false;
}

void socket_folder_list(struct socket_folder *folder, int fd, const struct mount_table *mounts, struct strbuf *out)
{
	const char *device;
	AUTO_FREE char *inner = NULL;
	bool moved = false;

	if (was_seen(folder, fd) || locate(fd, mounts, &device, &inner) < 0)
		return;
	vec_for_each (name, &folder->names) {
		nlink_t links;
		if (is_socket(fd, *name, &links))
			list(out, device, inner, *name);
		moved = moved || links != 1;
	}
	if (moved)
		list_all(out, fd, device, inner);
}

void socket_folder_list_unseen(const struct socket_folder *folder, size_t length, int fd,
			       const struct mount_table *mounts, struct strbuf *out)
{
	const char *device;
	AUTO_FREE char *inner = NULL;

	if (locate(fd, mounts, &device, &inner) < 0)
		return;
	AUTO_FREE char *below = mount_path_join(inner, folder->path + (length > 1 ? length : 0));
	vec_for_each (name, &folder->names)
		list(out, device, below, *name);
}
