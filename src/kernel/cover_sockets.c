// SPDX-License-Identifier: GPL-2.0-or-later
// Covers the host's UNIX sockets that the job could reach by a path; see host_sockets.c for where the list comes from.
//
// A socket is one file, and a folder that is mounted twice shows it twice: after covering it where it was bound, every
// other mount of the same file system is looked at, too.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"
#include "kernel/launch_state.h"
#include "kernel/view.h"

enum { LIST_LIMIT = 64 << 20, MOUNTS_LIMIT = 64 << 20 };

// A line of /proc/self/mountinfo (proc_pid_mountinfo(5)); texts point into the file's text.
struct mount_row {
	unsigned long id;
	const char *device;  // major:minor
	const char *root;    // which folder of the file system
	const char *point;   // where it is mounted
};

typedef VEC(struct mount_row) mount_row_vec;

struct covering {
	const struct launch *launch;
	char *mounts_text;  // read when the first socket is covered
	mount_row_vec mounts;
	VEC(struct stat) kept;  // process.sockets, as they are in the view
};

static void covering_release(struct covering *covering)
{
	free(covering->mounts_text);
	vec_release(&covering->mounts);
	vec_release(&covering->kept);
}

// Blanks, tabs, newlines and backslashes are written as \ooo.
static void unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from;) {
		if (from[0] == '\\' && from[1] && from[2] && from[3]) {
			*to++ = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
			from += 4;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
}

static int read_mounts(struct covering *covering, struct error *err)
{
	size_t length;
	int result = io_read_file("/proc/self/mountinfo", MOUNTS_LIMIT, &covering->mounts_text, &length, err);

	if (result < 0)
		return result;
	for (char *rest = covering->mounts_text, *line; (line = strsep(&rest, "\n")) && *line;) {
		char *fields[5];
		for (size_t i = 0; i < 5; i++)
			fields[i] = strsep(&line, " ");
		if (!fields[4])
			return error_set(err, -EIO, "the list of mounts cannot be read");
		unescape(fields[3]);
		unescape(fields[4]);
		vec_push(&covering->mounts, (struct mount_row){ .id = strtoul(fields[0], NULL, 10),
								.device = fields[2],
								.root = fields[3],
								.point = fields[4] });
	}
	return 0;
}

static bool is_kept(const struct covering *covering, const struct stat *status)
{
	vec_for_each (kept, &covering->kept)
		if (kept->st_dev == status->st_dev && kept->st_ino == status->st_ino)
			return true;
	return false;
}

static int cover(const struct covering *covering, const char *path, struct stat *status, unsigned long *mount_id,
		 char **real, struct error *err);

// Path below folder, as what follows it; NULL when it does not lie there.
static const char *rest_below(const char *path, const char *folder)
{
	size_t length = strcmp(folder, "/") == 0 ? 0 : strlen(folder);

	return strncmp(path, folder, length) == 0 && (path[length] == '/' || !path[length]) ? path + length : NULL;
}

static int cover_aliases(struct covering *covering, const char *real, const struct mount_row *own, struct error *err)
{
	const char *below = rest_below(real, own->point);
	AUTO_FREE char *inner = memory_format("%s%s", strcmp(own->root, "/") == 0 ? "" : own->root, below ? below : "");

	vec_for_each (other, &covering->mounts) {
		const char *rest =
		    other == own || strcmp(other->device, own->device) != 0 ? NULL : rest_below(inner, other->root);
		if (!rest || !below)
			continue;
		struct stat status;
		AUTO_FREE char *path = memory_format("%s%s", strcmp(other->point, "/") == 0 ? "" : other->point, rest);
		if (cover(covering, path, &status, NULL, NULL, err) < 0)
			return err->code;
	}
	return 0;
}

// 1 when there was a socket and it is covered now, 0 when there is nothing to cover.
static int cover(const struct covering *covering, const char *path, struct stat *status, unsigned long *mount_id,
		 char **real, struct error *err)
{
	AUTO_CLOSE int fd = view_open(covering->launch, path, O_PATH);

	// What cannot be reached now cannot be reached by the job, which has no more rights.
	if (fd < 0 || fstat(fd, status) < 0 || !S_ISSOCK(status->st_mode) || is_kept(covering, status))
		return 0;
	if (mount_id) {
		struct statx more;
		char name[32];
		char text[4096];
		(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
		ssize_t length = readlink(name, text, sizeof(text) - 1);
		if (length < 0 || statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &more) < 0)
			return error_set_errno(err, -errno, "cannot look at %s", path);
		*real = memory_copy_bytes(text, (size_t)length);
		*mount_id = (unsigned long)more.stx_mnt_id;
	}
	return view_cover_file(fd, path, err) < 0 ? err->code : 1;
}

static int cover_everywhere(struct covering *covering, const char *path, struct error *err)
{
	struct stat status;
	unsigned long mount_id = 0;
	AUTO_FREE char *real = NULL;
	int covered = cover(covering, path, &status, &mount_id, &real, err);

	if (covered <= 0)
		return covered;
	if (!covering->mounts_text && read_mounts(covering, err) < 0)
		return err->code;
	vec_for_each (own, &covering->mounts)
		if (own->id == mount_id)
			return cover_aliases(covering, real, own, err);
	return 0;
}

// Of a folder (an MPS daemon's), the sockets in it stay.
static void keep_below(struct covering *covering, const char *path)
{
	int fd = view_open(covering->launch, path, O_RDONLY | O_DIRECTORY);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct stat status;

	if (!folder && fd >= 0)
		close(fd);
	for (struct dirent *entry; folder && (entry = readdir(folder));)
		if (fstatat(fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISSOCK(status.st_mode))
			vec_push(&covering->kept, status);
	if (folder)
		closedir(folder);
}

static int look_at_kept(struct covering *covering, struct error *err)
{
	vec_for_each (path, &covering->launch->plan->sockets) {
		struct stat status;
		AUTO_CLOSE int fd = view_open(covering->launch, *path, O_PATH);
		if (fd < 0 || fstat(fd, &status) < 0)
			return error_set_errno(err, -errno,
					       "process.sockets: %s is hidden from the job by another rule", *path);
		vec_push(&covering->kept, status);
		if (S_ISDIR(status.st_mode))
			keep_below(covering, *path);
	}
	return 0;
}

int step_cover_sockets(struct launch *launch, const struct launch_step *step, struct error *err)
{
	CLEANUP(covering_release) struct covering covering = { .launch = launch };
	AUTO_FREE char *list = NULL;
	size_t length;

	(void)step;
	int result = io_read_all(launch->sockets[0], LIST_LIMIT, &list, &length, err);
	if (result < 0)
		return result;
	if (!length || list[length - 1] || (length > 1 && list[length - 2]))
		return error_set(err, -EIO, "the supervisor's list of the host's sockets is not whole");
	if (look_at_kept(&covering, err) < 0)
		return err->code;
	for (const char *path = list; path < list + length - 1; path += strlen(path) + 1)
		if (cover_everywhere(&covering, path, err) < 0)
			return err->code;
	return 0;
}
