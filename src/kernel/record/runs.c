// SPDX-License-Identifier: GPL-2.0-or-later
// The folder of recorded runs: see runs.h.
#include "kernel/record/runs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"
#include "base/names.h"
#include "profile/print.h"

#define EVENTS_FILE "events.jsonl"
#define PROFILE_FILE "profile.yaml"

enum { FOLDER_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, TRIES = 16 };
enum { DRAWN_BITS = 6 };  // of a run's number; above them are the milliseconds

// Root's own, but for tests: their runs must not push out real ones.
static const char *root_state(void)
{
#ifdef VPCJAIL_TEST_HOOKS
	return getenv("VPCJAIL_TEST_STATE");
#else
	return NULL;
#endif
}

// As root the environment is somebody else's word.
static char *state_home(void)
{
	const char *state = geteuid() == 0 ? root_state() : getenv("XDG_STATE_HOME");
	const char *home = geteuid() == 0 ? NULL : getenv("HOME");

	if (state && state[0] == '/')
		return memory_copy_text(state);
	if (!home || home[0] != '/') {
		const struct passwd *entry = getpwuid(geteuid());
		home = entry ? entry->pw_dir : NULL;
	}
	return home && home[0] == '/' ? memory_format("%s/.local/state", home) : NULL;
}

static int make_folders(const char *path, struct error *err)
{
	AUTO_FREE char *part = memory_copy_text(path);

	for (char *slash = part + 1; slash; *slash++ = '/') {
		slash = strchr(slash, '/');
		if (slash)
			*slash = '\0';
		if (mkdir(part, 0700) < 0 && errno != EEXIST && errno != EROFS && errno != EACCES)
			return error_set_errno(err, -errno, "cannot make %s, where runs are recorded", part);
		if (!slash)
			break;
	}
	return 0;
}

// Opens the folder of all runs; *path is the caller's. A descriptor, or a negative errno.
static int open_runs(bool make, char **path, struct error *err)
{
	AUTO_FREE char *state = state_home();
	struct stat status;

	if (!state)
		return error_set(err, -ENOENT, "this user has no home folder to keep records of runs in");
	AUTO_FREE char *runs = memory_format("%s/vpcjail/runs", state);
	AUTO_CLOSE int fd = open(runs, FOLDER_FLAGS);
	if (fd < 0 && errno == ENOENT && make) {
		if (make_folders(runs, err) < 0)
			return err->code;
		fd = open(runs, FOLDER_FLAGS);
	}
	if (fd < 0 || fstat(fd, &status) < 0)
		return error_set_errno(err, -errno, "cannot open %s, where runs are recorded", runs);
	if (status.st_uid != geteuid())
		return error_set(err, -EPERM, "%s belongs to another user; records of runs are kept nowhere else",
				 runs);
	*path = STEAL(runs);
	return steal_fd(&fd);
}

int runs_make(struct error *err)
{
	AUTO_FREE char *path = NULL;
	AUTO_CLOSE int fd = open_runs(true, &path, err);

	return fd < 0 ? fd : 0;
}

// "20261128-001622-3f2a": they sort by when they began, within a second by the number.
static bool is_run(const char *name)
{
	static const char form[] = "dddddddd-dddddd-xxxx";

	if (strlen(name) != sizeof(form) - 1)
		return false;
	for (size_t i = 0; i < sizeof(form) - 1; i++)
		if (form[i] == '-' ? name[i] != '-'
				   : !strchr(form[i] == 'd' ? "0123456789" : "0123456789abcdef", name[i]))
			return false;
	return true;
}

static bool is_running(int runs, const char *name)
{
	AUTO_CLOSE int folder = openat(runs, name, FOLDER_FLAGS);
	AUTO_CLOSE int events =
	    folder < 0 ? -1 : openat(folder, EVENTS_FILE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	return events >= 0 && flock(events, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
}

static int newest_first(const void *a, const void *b)
{
	return strcmp(((const struct run_name *)b)->name, ((const struct run_name *)a)->name);
}

static void list(int runs, run_name_vec *out)
{
	int copy = fcntl(runs, F_DUPFD_CLOEXEC, 0);
	DIR *folder = copy < 0 ? NULL : fdopendir(copy);

	if (!folder) {
		if (copy >= 0)
			close(copy);
		return;
	}
	rewinddir(folder);
	for (const struct dirent *entry; (entry = readdir(folder));)
		if (is_run(entry->d_name))
			vec_push(out, (struct run_name){ .name = memory_copy_text(entry->d_name) });
	closedir(folder);
	if (out->count)
		qsort(out->items, out->count, sizeof(out->items[0]), newest_first);
}

// Files that somebody else put there are left, and their folder with them.
static void remove_run(int runs, const char *name)
{
	AUTO_CLOSE int folder = openat(runs, name, FOLDER_FLAGS);

	if (folder < 0)
		return;
	(void)unlinkat(folder, EVENTS_FILE, 0);
	(void)unlinkat(folder, PROFILE_FILE, 0);
	(void)unlinkat(runs, name, AT_REMOVEDIR);
}

static void sweep(int runs)
{
	CLEANUP(runs_release) run_name_vec names = { 0 };

	list(runs, &names);
	for (size_t i = RUNS_KEPT; i < names.count; i++)
		if (!is_running(runs, names.items[i].name))
			remove_run(runs, names.items[i].name);
}

static int make_run(int runs, char *name, struct error *err)
{
	for (unsigned i = 0; i < TRIES; i++) {
		struct timespec now;
		struct tm parts;
		char when[20];
		uint8_t number;

		if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
			return error_set_errno(err, -errno, "no random numbers");
		(void)clock_gettime(CLOCK_REALTIME, &now);
		(void)gmtime_r(&now.tv_sec, &parts);
		(void)strftime(when, sizeof(when), "%Y%m%d-%H%M%S", &parts);
		(void)snprintf(name, RUN_NAME_SIZE, "%s-%04x", when,
			       (unsigned)(now.tv_nsec / 1000000) << DRAWN_BITS | number >> (8 - DRAWN_BITS));
		if (mkdirat(runs, name, 0700) == 0)
			return 0;
		if (errno != EEXIST)
			break;
	}
	return error_set_errno(err, -errno, "cannot make a folder for the record of this run");
}

static int write_profile(int folder, const struct profile *profile)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };
	AUTO_CLOSE int fd = openat(folder, PROFILE_FILE, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	profile_print(profile, &text);
	return io_write_all(fd, text.text, text.length);
}

static int fill_run(int runs, const char *path, const char *name, const struct profile *profile, int *events,
		    struct error *err)
{
	AUTO_CLOSE int folder = openat(runs, name, FOLDER_FLAGS);
	AUTO_CLOSE int fd =
	    openat(folder, EVENTS_FILE, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
		return error_set_errno(err, -errno, "cannot make %s/%s/" EVENTS_FILE, path, name);
	int result = write_profile(folder, profile);
	if (result < 0)
		return error_set_errno(err, result, "cannot write %s/%s/" PROFILE_FILE, path, name);
	*events = steal_fd(&fd);
	return 0;
}

int runs_begin(const struct profile *profile, char *name, int *events, struct error *err)
{
	AUTO_FREE char *path = NULL;
	AUTO_CLOSE int runs = open_runs(true, &path, err);

	if (runs < 0 || make_run(runs, name, err) < 0)
		return err->code;
	if (fill_run(runs, path, name, profile, events, err) < 0) {
		remove_run(runs, name);
		return err->code;
	}
	sweep(runs);
	return 0;
}

void runs_forget(const char *name)
{
	AUTO_FREE char *path = NULL;
	struct error ignored;
	AUTO_CLOSE int runs = open_runs(false, &path, &ignored);

	if (runs >= 0)
		remove_run(runs, name);
}

int runs_list(run_name_vec *out, struct error *err)
{
	AUTO_FREE char *path = NULL;
	AUTO_CLOSE int runs = open_runs(false, &path, err);

	if (runs == -ENOENT)
		return 0;
	if (runs < 0)
		return runs;
	list(runs, out);
	vec_for_each (run, out)
		run->running = is_running(runs, run->name);
	return 0;
}

void runs_release(run_name_vec *runs)
{
	vec_for_each (run, runs)
		free(run->name);
	vec_release(runs);
}

int runs_paths(const char *name, char **events, char **profile, struct error *err)
{
	AUTO_FREE char *path = NULL;
	AUTO_CLOSE int runs = open_runs(false, &path, err);

	if (runs < 0)
		return runs;
	*events = memory_format("%s/%s/" EVENTS_FILE, path, name);
	*profile = memory_format("%s/%s/" PROFILE_FILE, path, name);
	return 0;
}

static int by_path(const char *asked, char **events, char **profile, struct error *err)
{
	struct stat status;

	if (stat(asked, &status) < 0)
		return error_set_errno(err, -errno, "%s", asked);
	if (S_ISDIR(status.st_mode)) {
		*events = memory_format("%s/" EVENTS_FILE, asked);
		*profile = memory_format("%s/" PROFILE_FILE, asked);
		return 0;
	}
	if (!S_ISREG(status.st_mode))
		return error_set(err, -EINVAL, "%s: it is neither a file nor a folder", asked);
	const char *slash = strrchr(asked, '/');
	AUTO_FREE char *folder = memory_copy_bytes(asked, slash ? (size_t)(slash - asked + 1) : 0);
	AUTO_FREE char *beside = memory_format("%s" PROFILE_FILE, folder);
	*events = memory_copy_text(asked);
	*profile =
	    strcmp(slash ? slash + 1 : asked, EVENTS_FILE) == 0 && access(beside, R_OK) == 0 ? STEAL(beside) : NULL;
	return 0;
}

static int unknown(const char *asked, const run_name_vec *runs, struct error *err)
{
	VEC(const char *) names = { 0 };

	vec_for_each (run, runs)
		vec_push(&names, run->name);
	const char *nearest = names_nearest(asked, names.items, names.count);
	vec_release(&names);
	if (!runs->count)
		return error_set(err, -ENOENT, "no run has been recorded yet");
	if (nearest)
		return error_set(err, -ENOENT, "there is no run \"%s\"; did you mean %s? (vpcjail report --list)",
				 asked, nearest);
	return error_set(err, -ENOENT, "there is no run \"%s\"; the newest are %s%s%s (vpcjail report --list)", asked,
			 runs->items[0].name, runs->count > 1 ? " and " : "",
			 runs->count > 1 ? runs->items[1].name : "");
}

int runs_find(const char *asked, char **events, char **profile, struct error *err)
{
	CLEANUP(runs_release) run_name_vec runs = { 0 };
	const char *found = NULL;

	if (asked && (strchr(asked, '/') || access(asked, F_OK) == 0))
		return by_path(asked, events, profile, err);
	if (runs_list(&runs, err) < 0)
		return err->code;
	if (!asked && runs.count)
		return runs_paths(runs.items[0].name, events, profile, err);
	vec_for_each (run, &runs) {
		if (!asked || !*asked || strncmp(run->name, asked, strlen(asked)) != 0)
			continue;
		if (found)
			return error_set(err, -EEXIST, "more than one run begins with \"%s\": %s and %s", asked, found,
					 run->name);
		found = run->name;
	}
	return found ? runs_paths(found, events, profile, err) : unknown(asked ? asked : "", &runs, err);
}
