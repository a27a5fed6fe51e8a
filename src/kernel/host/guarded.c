// SPDX-License-Identifier: GPL-2.0-or-later
// Which guarded files this host has: see plan/guarded.h.
#include "kernel/host/guarded.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "kernel/host/guarded_scan.h"
#include "kernel/host/user_open.h"
#include "plan/steps.h"

enum { LINKS_FOLLOWED = 40, GIT_FILE_SIZE = 8192 };

// Whose ids do where root's do not.
static const struct identity *other_ids(const struct host_facts *facts)
{
	return facts->root ? &facts->identity : NULL;
}

static int open_path(const struct host_facts *facts, const char *path, uint64_t resolve, uint64_t flags)
{
	return user_open(AT_FDCWD, path, O_PATH | flags, resolve, other_ids(facts));
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

char *guarded_real_path(const struct host_facts *facts, const char *path)
{
	CLEANUP(text_list_release) text_list passed = { 0 };
	return walk(facts, path, &passed);
}

static bool is_folder(int fd)
{
	struct stat status;
	return fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
}

bool guarded_holds_the_job(const struct host_facts *facts, const char *real)
{
	// Only these and what holds them: credentials may lie below any of them.
	static const char *const needed[] = { "/usr/bin",
					      "/usr/sbin",
					      "/usr/lib",
					      "/usr/lib64",
					      "/usr/local",
					      "/usr/lib/x86_64-linux-gnu",
					      "/usr/lib/aarch64-linux-gnu",
					      "/bin",
					      "/lib",
					      "/lib64",
					      "/dev",
					      "/proc",
					      "/sys" };

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (path_below(needed[i], real))
			return true;
	return path_below(facts->directory, real) || path_below(facts->identity.home, real);
}

// Follows what may be a symbolic link: guarded->real, and the links on the way to what is read-only. False when it is
// one to nothing.
static bool follow(struct host_facts *facts, struct guarded_path *guarded)
{
	CLEANUP(text_list_release) text_list passed = { 0 };
	AUTO_CLOSE int fd = open_path(facts, guarded->path, RESOLVE_NO_SYMLINKS, 0);

	if (fd >= 0 || errno != ELOOP)
		return true;
	guarded->real = walk(facts, guarded->path, &passed);
	vec_for_each (link, &passed)
		if (guarded->real && !guarded->cover)
			remember(&facts->links, *link);
	return guarded->real != NULL;
}

// Whether what was found needs no guard: a folder where a file is meant; a link like /bin, which root alone could
// replace.
static bool is_needless(const struct host_facts *facts, const struct guarded_path *guarded, enum guarded_found found)
{
	if (guarded->row->base == BASE_SYSTEM)
		return facts->identity.uid != 0 && found == FOUND_NAME;
	if (!guarded->row->file || found == FOUND_FILE)
		return false;
	AUTO_CLOSE int fd = open_path(facts, guarded->path, 0, 0);
	return fd >= 0 && is_folder(fd);
}

// Adds what a row names, at path, which is taken over. False for a symbolic link to nothing.
static bool add_found(struct host_facts *facts, const struct guarded_place *place, const struct guarded_row *row,
		      enum guarded_found found, char *path)
{
	struct guarded_path guarded = { .row = row,
					.cover = row >= credential_rows && row < credential_rows + credential_row_count,
					.path = path };
	bool needless = is_needless(facts, &guarded, found);
	bool leads = needless || found != FOUND_NAME || follow(facts, &guarded);

	needless |= guarded.real && row->base != BASE_SYSTEM && guarded_holds_the_job(facts, guarded.real);
	if (needless || !leads) {
		free(guarded.real);
		free(path);
		return needless;
	}
	guarded.shown = guarded_shown(place, path);
	vec_push(&facts->guarded, guarded);
	return true;
}

static void expand(struct host_facts *facts, const struct guarded_place *place, const struct guarded_row *rows,
		   size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (rows[i].base != place->base || !strchr(rows[i].path, '*'))
			continue;
		glob_t matched = { 0 };
		AUTO_FREE char *pattern = guarded_path_of(place, &rows[i]);
		int result = glob(pattern, GLOB_NOSORT, NULL, &matched);
		if (result != 0 && facts->root) {
			user_ids_take(&facts->identity);
			result = glob(pattern, GLOB_NOSORT, NULL, &matched);
			user_ids_give_back();
		}
		if (result == GLOB_NOSPACE)
			(void)memory_must(NULL);  // a list that is not whole would guard less
		if (result == 0)
			for (size_t j = 0; j < matched.gl_pathc; j++)
				add_found(facts, place, &rows[i], FOUND_NAME, memory_copy_text(matched.gl_pathv[j]));
		globfree(&matched);
	}
}

// Looks for the rows of a place. folder is taken over; NULL, or one that was looked at before: nothing.
static void look_in(struct host_facts *facts, enum guarded_base base, char *folder, const char *shown)
{
	CLEANUP(guarded_scan_release)
	struct guarded_scan scan = { .who = other_ids(facts) };
	struct guarded_place place = { .base = base, .folder = folder, .shown = shown };

	vec_for_each (known, &facts->places)
		if (folder && known->base == base && strcmp(known->folder, folder) == 0) {
			free(folder);
			return;
		}
	if (!folder)
		return;
	guarded_scan(&scan, base, base != BASE_SYSTEM, folder);
	for (size_t i = 0; i < scan.count; i++) {
		bool later = scan.rows[i] >= later_rows && scan.rows[i] < later_rows + later_row_count;
		const struct guarded_row *row = scan.rows[i];
		if (!scan.found[i] && later)
			vec_push(&place.missing, row);
		if (scan.found[i] && !add_found(facts, &place, row, scan.found[i], guarded_path_of(&place, row)) &&
		    later)
			vec_push(&place.dangling, row);
	}
	expand(facts, &place, later_rows, later_row_count);
	expand(facts, &place, credential_rows, credential_row_count);
	vec_push(&facts->places, place);
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
		user_ids_take(&facts->identity);
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (facts->root)
		user_ids_give_back();
	if (length <= 0)
		return NULL;
	text[length] = '\0';
	text[strcspn(text, "\r\n")] = '\0';
	if (strncmp(text, prefix, strlen(prefix)) != 0)
		return NULL;
	const char *value = text + strlen(prefix);
	AUTO_FREE char *whole = value[0] == '/' ? memory_copy_text(value) : memory_format("%s/%s", folder, value);
	return guarded_real_path(facts, whole);
}

// Where a link to a folder leads; the links on the way are pinned, since another one in their place would count.
static char *linked_folder(struct host_facts *facts, const char *path)
{
	CLEANUP(text_list_release) text_list passed = { 0 };
	char *real = walk(facts, path, &passed);

	vec_for_each (link, &passed)
		if (real)
			remember(&facts->links, *link);
	return real;
}

// Every .git from the working directory up: git passes over one that is no repository, such as an empty folder that an
// earlier job has left, and takes the next.
static void look_in_repositories(struct host_facts *facts)
{
	AUTO_FREE char *folder = memory_copy_text(facts->directory);

	for (;; *strrchr(folder, '/') = '\0') {
		AUTO_FREE char *git = memory_format("%s/.git", folder);
		AUTO_CLOSE int fd = open_path(facts, git, 0, 0);
		if (fd >= 0) {
			AUTO_FREE char *real =
			    is_folder(fd) ? linked_folder(facts, git) : pointer_in(facts, git, "gitdir: ", folder);
			AUTO_FREE char *shared = real ? memory_format("%s/commondir", real) : NULL;
			look_in(facts, BASE_DIRECTORY, memory_copy_text(*folder ? folder : "/"), NULL);
			if (real)
				look_in(facts, BASE_REPOSITORY, pointer_in(facts, shared, "", real), NULL);
			look_in(facts, BASE_REPOSITORY, STEAL(real), NULL);
		}
		if (!*folder)
			return;
	}
}

static void find_environments(struct host_facts *facts)
{
	static const char *const names[] = { "VIRTUAL_ENV", "CONDA_PREFIX", "UV_PROJECT_ENVIRONMENT" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);
		char *real = value && value[0] == '/' ? guarded_real_path(facts, value) : NULL;
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
	return home && home[0] == '/' ? guarded_real_path(facts, home) : NULL;
}

int guarded_look(const struct profile *profile, struct host_facts *facts, struct error *err)
{
	look_in(facts, BASE_HOME, memory_copy_text(facts->identity.home), "~/");
	look_in(facts, BASE_HOME, find_other_home(profile, facts), NULL);
	look_in(facts, BASE_DIRECTORY, memory_copy_text(facts->directory), "");
	look_in_repositories(facts);
	look_in(facts, BASE_SYSTEM, memory_copy_text("/"), NULL);
	guarded_pointed(profile, facts);
	find_environments(facts);
	return guarded_aliases(facts, err);
}

static bool leads_somewhere(const struct guarded_place *place, const struct guarded_row *row)
{
	AUTO_FREE char *path = guarded_path_of(place, row);
	return access(path, F_OK) == 0;
}

static bool is_listed(const struct guarded_row *row, const struct guarded_row *const *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i] == row)
			return true;
	return false;
}

void guarded_made(const struct launch_plan *plan, text_list *shown)
{
	vec_for_each (watched, &plan->watched) {
		const struct guarded_place *place = *watched;
		CLEANUP(guarded_scan_release)
		struct guarded_scan scan = { .who = plan->root ? plan->identity : NULL };

		guarded_scan(&scan, place->base, false, place->folder);
		for (size_t i = 0; i < scan.count; i++) {
			const struct guarded_row *row = scan.rows[i];
			if (!scan.found[i] || (!is_listed(row, place->missing.items, place->missing.count) &&
					       !(is_listed(row, place->dangling.items, place->dangling.count) &&
						 leads_somewhere(place, row))))
				continue;
			AUTO_FREE char *path = guarded_path_of(place, row);
			vec_push(shown, guarded_shown(place, path));
		}
	}
}
