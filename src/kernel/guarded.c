// SPDX-License-Identifier: GPL-2.0-or-later
// Which guarded files this host has: see plan/guarded.h.
#include "kernel/guarded.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"

enum { LINKS_FOLLOWED = 40, GIT_FILE_SIZE = 8192 };

// File-system ids of the user, for homes that root may not enter. Every other right stays.
static void become(const struct host_facts *facts)
{
	setfsgid(facts->identity.gid);
	setfsuid(facts->identity.uid);
}

static void become_root(void)
{
	setfsuid(0);
	setfsgid(0);
}

static int open_path(const struct host_facts *facts, const char *path, uint64_t resolve, uint64_t flags)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC | flags, .resolve = resolve };
	int fd = (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));

	if (fd >= 0 || errno != EACCES || !facts->root)
		return fd;
	become(facts);
	fd = (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
	int code = errno;
	become_root();
	errno = code;
	return fd;
}

static ssize_t read_link(const struct host_facts *facts, const char *path, char out[PATH_MAX])
{
	AUTO_CLOSE int fd = open_path(facts, path, 0, O_NOFOLLOW);
	ssize_t length = fd < 0 ? -1 : readlinkat(fd, "", out, PATH_MAX - 1);

	if (length >= 0)
		out[length] = '\0';
	return length;
}

static void remember(text_list *list, const char *path)
{
	vec_for_each (known, list)
		if (strcmp(*known, path) == 0)
			return;
	vec_push(list, memory_copy_text(path));
}

// Walks to path name by name and notes each symbolic link on the way in *passed. The real path, which the caller frees;
// NULL when it leads nowhere.
static char *walk(const struct host_facts *facts, const char *path, text_list *passed)
{
	AUTO_FREE char *rest = memory_copy_text(path);
	AUTO_FREE char *real = memory_copy_text("");
	char target[PATH_MAX];

	for (unsigned links = 0; *rest;) {
		size_t slashes = strspn(rest, "/");
		size_t length = strcspn(rest + slashes, "/");
		AUTO_FREE char *name = memory_copy_bytes(rest + slashes, length);
		AUTO_FREE char *after = memory_copy_text(rest + slashes + length);
		if (strcmp(name, "..") == 0) {
			char *slash = strrchr(real, '/');
			if (slash)
				*slash = '\0';
		} else if (*name && strcmp(name, ".") != 0) {
			AUTO_FREE char *next = memory_format("%s/%s", real, name);
			if (read_link(facts, next, target) >= 0) {
				if (++links > LINKS_FOLLOWED)
					return NULL;
				remember(passed, next);
				if (target[0] == '/')
					real[0] = '\0';
				char *whole = memory_format("%s%s", target, after);
				free(after);
				after = whole;
			} else {
				free(real);
				real = STEAL(next);
			}
		}
		free(rest);
		rest = STEAL(after);
	}
	if (!*real) {
		free(real);
		real = memory_copy_text("/");
	}
	AUTO_CLOSE int fd = open_path(facts, real, RESOLVE_NO_SYMLINKS, 0);
	return fd < 0 && (errno == ENOENT || errno == ENOTDIR) ? NULL : STEAL(real);
}

static char *real_path_of(const struct host_facts *facts, const char *path)
{
	CLEANUP(text_list_release) text_list passed = { 0 };
	return walk(facts, path, &passed);
}

// Whether nobody but another user than the job's can reach what is there: then it needs no cover.
static bool out_of_reach(const struct host_facts *facts, int fd)
{
	struct stat status;

	return facts->identity.uid != 0 && fstat(fd, &status) == 0 && status.st_uid != facts->identity.uid &&
	       (status.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

static bool is_folder(int fd)
{
	struct stat status;
	return fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
}

static enum guarded_state look_at(struct host_facts *facts, struct guarded_path *guarded)
{
	AUTO_CLOSE int fd = open_path(facts, guarded->path, RESOLVE_NO_SYMLINKS, 0);

	if (fd >= 0) {
		bool passed = (guarded->row->file && is_folder(fd)) ||
			      (guarded->cover && guarded->row->base == BASE_SYSTEM && out_of_reach(facts, fd));
		return passed ? GUARDED_UNKNOWN : GUARDED_THERE;
	}
	if (errno == ELOOP) {
		CLEANUP(text_list_release) text_list passed = { 0 };
		guarded->real = walk(facts, guarded->path, &passed);
		vec_for_each (link, &passed)
			if (guarded->real && !guarded->cover)
				remember(&facts->links, *link);
		return guarded->real ? GUARDED_THERE : GUARDED_DANGLING;
	}
	// What cannot be entered now may be later, by who owns it: the step says so then.
	return errno == ENOENT || errno == ENOTDIR ? GUARDED_MISSING : GUARDED_THERE;
}

// Replaces rows with `*` by what they match.
static void expand(struct host_facts *facts, const guarded_vec *named)
{
	vec_for_each (guarded, named) {
		glob_t found = { 0 };
		if (!strchr(guarded->row->path, '*')) {
			vec_push(&facts->guarded, (struct guarded_path){ .row = guarded->row,
									 .cover = guarded->cover,
									 .path = STEAL(guarded->path),
									 .shown = STEAL(guarded->shown) });
			continue;
		}
		if (glob(guarded->path, GLOB_NOSORT, NULL, &found) == 0)
			for (size_t i = 0; i < found.gl_pathc; i++)
				vec_push(&facts->guarded,
					 (struct guarded_path){ .row = guarded->row,
								.cover = guarded->cover,
								.path = memory_copy_text(found.gl_pathv[i]),
								.shown = memory_copy_text(found.gl_pathv[i]) });
		globfree(&found);
	}
}

// The first line of a small file, less a prefix, as a real path; a relative one is meant from folder. NULL without.
static char *pointer_in(const struct host_facts *facts, const char *path, const char *prefix, const char *folder)
{
	AUTO_CLOSE int there = open_path(facts, path, 0, 0);
	struct stat status;
	char text[GIT_FILE_SIZE];

	if (there < 0 || fstat(there, &status) < 0 || !S_ISREG(status.st_mode))
		return NULL;  // not even opened: it could be a pipe
	if (facts->root)
		become(facts);
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (facts->root)
		become_root();
	if (length <= 0)
		return NULL;
	text[length] = '\0';
	text[strcspn(text, "\r\n")] = '\0';
	if (strncmp(text, prefix, strlen(prefix)) != 0)
		return NULL;
	const char *value = text + strlen(prefix);
	AUTO_FREE char *whole = value[0] == '/' ? memory_copy_text(value) : memory_format("%s/%s", folder, value);
	return real_path_of(facts, whole);
}

struct repository {
	char *work_tree, *git, *common;
};

static void find_repository(const struct host_facts *facts, struct repository *out)
{
	AUTO_FREE char *folder = memory_copy_text(facts->directory);

	for (;; *strrchr(folder, '/') = '\0') {
		AUTO_FREE char *git = memory_format("%s/.git", folder);
		AUTO_CLOSE int fd = open_path(facts, git, 0, 0);
		if (fd >= 0) {
			out->work_tree = memory_copy_text(*folder ? folder : "/");
			out->git =
			    is_folder(fd) ? real_path_of(facts, git) : pointer_in(facts, git, "gitdir: ", folder);
			break;
		}
		if (!*folder)
			return;
	}
	if (out->git) {
		AUTO_FREE char *shared = memory_format("%s/commondir", out->git);
		out->common = pointer_in(facts, shared, "", out->git);
	}
}

static void find_environments(struct host_facts *facts)
{
	static const char *const names[] = { "VIRTUAL_ENV", "CONDA_PREFIX", "UV_PROJECT_ENVIRONMENT" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);
		char *real = value && value[0] == '/' ? realpath(value, NULL) : NULL;
		if (real)
			vec_push(&facts->python_environments, real);
	}
}

// The home as the job's environment has it.
static char *find_other_home(const struct profile *profile, const struct host_facts *facts)
{
	const char *home = facts->root ? NULL : getenv("HOME");

	vec_for_each (variable, &profile->process.environment_set)
		if (strcmp(variable->name, "HOME") == 0)
			home = variable->text;
	return home && home[0] == '/' ? real_path_of(facts, home) : NULL;
}

void guarded_look(const struct profile *profile, struct host_facts *facts)
{
	CLEANUP(guarded_release) guarded_vec named = { 0 };
	struct repository repository = { 0 };
	AUTO_FREE char *other = find_other_home(profile, facts);

	find_repository(facts, &repository);
	guarded_list(&(struct guarded_bases){ .home = facts->identity.home,
					      .other_home = other,
					      .directory = facts->directory,
					      .work_tree = repository.work_tree,
					      .git = repository.git,
					      .git_common = repository.common },
		     &named);
	expand(facts, &named);
	vec_for_each (guarded, &facts->guarded)
		guarded->state = look_at(facts, guarded);
	guarded_aliases(facts);
	find_environments(facts);
	free(repository.work_tree);
	free(repository.git);
	free(repository.common);
}

bool guarded_is_made(const struct launch_plan *plan, const struct absent_file *absent)
{
	struct stat status;
	int flags = absent->link ? 0 : AT_SYMLINK_NOFOLLOW;

	if (fstatat(AT_FDCWD, absent->path, &status, flags) == 0)
		return true;
	if (errno != EACCES || !plan->root)
		return false;
	setfsgid(plan->identity->gid);
	setfsuid(plan->identity->uid);
	bool made = fstatat(AT_FDCWD, absent->path, &status, flags) == 0;
	become_root();
	return made;
}
