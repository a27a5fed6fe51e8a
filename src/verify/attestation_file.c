// SPDX-License-Identifier: GPL-2.0-or-later
// The file of a statement: see describe.h.
//
// Theory of operation. The job runs with its user's rights over the same files. So nothing of the statement is on disk
// while it runs: the folder is held open from before, and the file is made in it, under a name of its own that did not
// exist, when every process of the job is gone; then it takes its name in one step.
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"
#include "base/number.h"
#include "verify/describe.h"

enum { TEMPORARY_SIZE = 40, TRIES = 8 };

static int open_folder(const char *path, const char *name, struct error *err)
{
	AUTO_FREE char *folder =
	    name == path ? memory_copy_text(".") : memory_copy_bytes(path, (size_t)(name - path - (name - path > 1)));
	struct open_how how = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
				.resolve = geteuid() == 0 ? RESOLVE_NO_SYMLINKS : 0 };
	int fd = (int)syscall(SYS_openat2, AT_FDCWD, folder, &how, sizeof(how));

	if (fd < 0 && errno == ELOOP)
		return error_set(err, -ELOOP,
				 "%s: a symbolic link leads to the folder, and root follows none; write its real path "
				 "(realpath %s)",
				 path, folder);
	return fd < 0 ? error_set_errno(err, -errno, "%s: its folder", path) : fd;
}

// Creates a file in the folder under a name that nobody has; temporary: TEMPORARY_SIZE bytes. A descriptor or -1.
static int create(int folder, char *temporary)
{
	int fd = -1;

	for (int i = 0; i < TRIES && fd < 0; i++) {
		uint64_t number = 0;
		if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
			return -1;
		(void)snprintf(temporary, TEMPORARY_SIZE, ".vpcjail-%016" PRIx64, number);
		fd = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd < 0 && errno != EEXIST)
			return -1;
	}
	return fd;
}

// What would be lost must be a statement.
static int check_old(const struct attestation_file *file, struct error *err)
{
	static const char beginning[] = "{\n  \"vpcjail-attestation\": ";
	char bytes[sizeof(beginning)] = { 0 };
	struct stat status;

	if (fstatat(file->folder, file->name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : error_set_errno(err, -errno, "%s", file->path);
	if (S_ISLNK(status.st_mode))
		return error_set(err, -ELOOP, "%s: it is a symbolic link, which is not followed; name the file itself",
				 file->path);
	if (!S_ISREG(status.st_mode))
		return error_set(err, -EEXIST, "%s: it is there, and no regular file", file->path);
	AUTO_CLOSE int fd = openat(file->folder, file->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, bytes, sizeof(beginning) - 1);
	if (got < 0)
		return error_set_errno(err, -errno, "%s", file->path);
	if (got > 0 && strcmp(bytes, beginning) != 0)
		return error_set(err, -EEXIST, "%s: it is there, and no statement of vpcjail's; name another",
				 file->path);
	return 0;
}

// That a file can be made and the old one removed, shown by doing so.
static int try_out(const struct attestation_file *file, struct error *err)
{
	char temporary[TEMPORARY_SIZE];
	AUTO_CLOSE int fd = create(file->folder, temporary);

	if (fd < 0 || unlinkat(file->folder, temporary, 0) < 0)
		return error_set_errno(err, -errno, "%s: no file can be made in its folder", file->path);
	if (unlinkat(file->folder, file->name, 0) < 0 && errno != ENOENT)
		return error_set_errno(err, -errno, "%s: the earlier statement cannot be removed", file->path);
	return 0;
}

int attestation_file_open(struct attestation_file *file, const char *path, struct error *err)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return error_set(err, -EISDIR, "\"%s\" names a folder; name a file in it", path);
	struct attestation_file made = { .folder = open_folder(path, name, err) };
	if (made.folder < 0)
		return made.folder;
	made.path = memory_copy_text(path);
	made.name = memory_copy_text(name);
	int result = check_old(&made, err);
	if (result == 0)
		result = try_out(&made, err);
	if (result < 0)
		attestation_file_release(&made);
	else
		*file = made;
	return result;
}

// Who called: through sudo, as it says.
static int give_to_caller(int fd)
{
	const char *user = getenv("SUDO_UID"), *group = getenv("SUDO_GID");
	uint64_t uid, gid;

	if (geteuid() != 0 || !user || !group || number_parse(user, UINT32_MAX - 1, &uid) < 0 ||
	    number_parse(group, UINT32_MAX - 1, &gid) < 0)
		return 0;
	return fchown(fd, (uid_t)uid, (gid_t)gid) < 0 ? -errno : 0;
}

static int write_whole(int fd, const struct strbuf *text)
{
	int result = io_write_all(fd, strbuf_text(text), text->length);

	if (result == 0)
		result = give_to_caller(fd);
	if (result == 0 && (fchmod(fd, 0644) < 0 || fsync(fd) < 0))
		result = -errno;
	return result;
}

int attestation_file_write(const struct attestation_file *file, const struct attestation *statement, char *digest,
			   struct error *err)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };
	char temporary[TEMPORARY_SIZE];
	AUTO_CLOSE int fd = create(file->folder, temporary);

	if (fd < 0)
		return error_set_errno(err, -errno, "cannot write %s", file->path);
	attestation_write_json(statement, &text);
	int result = write_whole(fd, &text);
	if (result == 0 && renameat(file->folder, temporary, file->folder, file->name) < 0)
		result = -errno;
	if (result < 0) {
		(void)unlinkat(file->folder, temporary, 0);
		return error_set_errno(err, result, "cannot write %s", file->path);
	}
	(void)sha256_text(strbuf_text(&text), text.length, digest);
	return 0;
}

void attestation_file_release(struct attestation_file *file)
{
	if (file->folder >= 0)
		close(file->folder);
	free(file->path);
	free(file->name);
	*file = (struct attestation_file)ATTESTATION_FILE_NONE;
}
