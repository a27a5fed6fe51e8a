// SPDX-License-Identifier: GPL-2.0-or-later
// The folder of a user's running jails, as it stands on the disk: see registry_folder.h.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"
#include "base/number.h"
#include "kernel/control/record.h"
#include "kernel/control/registry_folder.h"

enum { FILE_MAXIMUM = 1 << 16 };

// A user's is /tmp's, not the session's /run/user/UID: that one goes when the user logs out, and a job may stay.
static int open_at(const char *path, mode_t mode, struct error *err)
{
	struct stat status;

	if (mkdir(path, mode) < 0 && errno != EEXIST)
		return error_set_errno(err, -errno, "cannot make %s, where running jails are told of", path);
	AUTO_CLOSE int fd = open(path, FOLDER_FLAGS);
	if (fd < 0 || fstat(fd, &status) < 0)
		return error_set_errno(err, -errno, "cannot open %s", path);
	if (status.st_uid != geteuid() || (status.st_mode & 077 & ~mode))
		return error_set(err, -EPERM, "%s is not a folder of this user alone: remove it", path);
	return steal_fd(&fd);
}

// *path is a copy. The descriptor, not locked, or a negative errno.
static int open_unlocked(char **path, struct error *err)
{
	AUTO_FREE char *shared = memory_format("/tmp/vpcjail-run-%u", (unsigned)geteuid());
	const char *chosen = geteuid() == 0 ? "/run/vpcjail" : shared;
	int fd = open_at(chosen, geteuid() == 0 ? 0711 : 0700, err);

	if (fd == -EROFS && geteuid() == 0) {  // a container without a /run of its own
		chosen = shared;
		fd = open_at(chosen, 0700, err);
	}
	if (fd >= 0)
		*path = memory_copy_text(chosen);
	return fd;
}

int registry_make(struct error *err)
{
	AUTO_FREE char *path = NULL;
	AUTO_CLOSE int fd = open_unlocked(&path, err);

	return fd < 0 ? fd : 0;
}

int registry_folder_open(char **path, struct error *err)
{
	AUTO_FREE char *made = NULL;
	AUTO_CLOSE int fd = open_unlocked(&made, err);

	if (fd < 0)
		return fd;
	if (flock(fd, LOCK_EX) < 0)
		return error_set_errno(err, -errno, "cannot lock %s", made);
	*path = STEAL(made);
	return steal_fd(&fd);
}

bool registry_is_alive(int parent, const char *name, int *fd)
{
	*fd = openat(parent, name, FOLDER_FLAGS);
	if (*fd < 0)
		return false;
	if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
		return false;
	close(*fd);
	*fd = -1;
	return true;
}

// A file that its owner wrote in the ordinary way: nothing that would keep a reader waiting.
static int read_file(int folder, const char *name, uid_t owner, char **text)
{
	struct stat status;
	size_t length;

	AUTO_CLOSE int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode) || status.st_uid != owner)
		return -EPERM;
	int result = io_read_all(fd, FILE_MAXIMUM, text, &length, NULL);
	return result == 0 && strlen(*text) != length ? -EBADMSG : result;
}

static void take_text(struct registry_state *state, const char *key, char *value)
{
	const struct {
		const char *key;
		char **to;
	} rows[] = {
		{ "id", &state->id },         { "name", &state->name },       { "profile", &state->profile },
		{ "digest", &state->digest }, { "command", &state->command }, { "user", &state->user },
		{ "uplink", &state->uplink },
	};
	uint64_t number = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].key, key) != 0)
			continue;
		free(*rows[i].to);
		*rows[i].to = value;
		return;
	}
	if (strcmp(key, "supervisor") == 0 && number_parse(value, INT32_MAX, &number) == 0)
		state->supervisor = (pid_t)number;
	else if (strcmp(key, "since") == 0 && number_parse(value, INT64_MAX, &number) == 0)
		state->since = (int64_t)number;
	free(value);
}

static bool is_id(const char *text)
{
	return text[0] == 'j' && strlen(text) == REGISTRY_ID_SIZE - 1 &&
	       strspn(text + 1, "0123456789abcdef") == REGISTRY_ID_SIZE - 2;
}

// Shells complete from names and ids, and expand what they are given: one of another form was not written by us.
static bool is_complete(const struct registry_state *state, const char *id)
{
	if (!is_id(id) || (state->name && *state->name && registry_check_name(state->name, NULL) < 0))
		return false;
	return state->id && strcmp(state->id, id) == 0 && state->name && state->profile && state->digest &&
	       state->command && state->user && state->uplink && state->supervisor > 0;
}

// "PID (NAME) STATE …", where the name may hold anything (proc_pid_stat(5)).
static bool is_stopped(pid_t pid)
{
	char path[32];
	AUTO_FREE char *text = NULL;
	size_t length;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (io_read_file(path, FILE_MAXIMUM, &text, &length, NULL) < 0)
		return false;
	const char *name_end = strrchr(text, ')');
	return name_end && (strncmp(name_end, ") T", 3) == 0 || strncmp(name_end, ") t", 3) == 0);
}

int registry_read(int parent, const char *parent_path, const char *name, uid_t owner, struct registry_state *state)
{
	struct registry_state read = { .owner = owner };
	AUTO_FREE char *text = NULL;
	char *key, *value;
	int more = 0;

	AUTO_CLOSE int folder = openat(parent, name, FOLDER_FLAGS);
	int result = folder < 0 ? -errno : read_file(folder, "state", owner, &text);
	for (const char *at = text; result == 0 && (more = record_next(&at, &key, &value)) > 0; free(key))
		take_text(&read, key, value);
	if (result == 0 && (more < 0 || !is_complete(&read, name)))
		result = -EBADMSG;
	if (result < 0) {
		registry_state_release(&read);
		return result;
	}
	read.stopped = is_stopped(read.supervisor);
	read.control = memory_format("%s/%s/control", parent_path, name);
	*state = read;
	return 0;
}

void registry_remove(int parent, const char *name)
{
	// In most there are the first two.
	static const char *const files[] = { "control", "state", "state.new" };

	AUTO_CLOSE int folder = openat(parent, name, FOLDER_FLAGS);
	for (size_t i = 0; folder >= 0 && i < sizeof(files) / sizeof(files[0]); i++) {
		(void)unlinkat(folder, files[i], 0);
		if (i > 0 && unlinkat(parent, name, AT_REMOVEDIR) == 0)
			return;
	}
}

void registry_sweep(int parent)
{
	int copy = openat(parent, ".", FOLDER_FLAGS);
	AUTO_CLOSEDIR DIR *folder = copy < 0 ? NULL : fdopendir(copy);

	if (copy >= 0 && !folder)
		close(copy);
	for (struct dirent *entry; folder && (entry = readdir(folder));) {
		int fd;
		if (!is_id(entry->d_name) || registry_is_alive(parent, entry->d_name, &fd) || fd < 0)
			continue;
		registry_remove(parent, entry->d_name);
		close(fd);
	}
}
