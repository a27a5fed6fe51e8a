// SPDX-License-Identifier: GPL-2.0-or-later
// Tries something out in a child with namespaces of its own: see trial.h.
//
// Theory of operation. The caller has one thread, and so the child may allocate after the fork. It unshares and forks
// once more, because a pid namespace begins with the next child; that grandchild does the work and writes one report
// into a pipe. Nothing is written to a network namespace before it is known not to be the caller's.
#include "kernel/doctor/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "kernel/launch/namespaces.h"

enum { ANSWER_SIZE = 512 };

struct report {
	int result;
	struct error error;
	unsigned char answer[ANSWER_SIZE];
};

struct trial {
	trial_function *function;
	ino_t outside[NAMESPACE_KINDS];
	uid_t uid;
	gid_t gid;
	int pipe[2];
	struct report report;
};

static int failed_in(const char *step, struct error *err)
{
	(void)snprintf(err->step, sizeof(err->step), "%s", step);
	return err->code;
}

static int map_user(const struct trial *trial, struct error *err)
{
	char uid_map[32], gid_map[32];
	const struct {
		const char *path, *text;
	} files[] = { { "/proc/self/setgroups", "deny" },
		      { "/proc/self/uid_map", uid_map },
		      { "/proc/self/gid_map", gid_map } };

	(void)snprintf(uid_map, sizeof(uid_map), "0 %u 1\n", (unsigned)trial->uid);
	(void)snprintf(gid_map, sizeof(gid_map), "0 %u 1\n", (unsigned)trial->gid);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		int result = io_write_file(files[i].path, files[i].text);
		if (result < 0)
			return error_set_errno(err, result, "cannot write %s", files[i].path);
	}
	return 0;
}

static int enter(struct trial *trial, struct error *err)
{
	int flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP | CLONE_NEWNET;

	if (unshare(trial->uid ? flags | CLONE_NEWUSER : flags) < 0) {
		error_set_errno(err, -errno, "cannot make namespaces");
		return failed_in("new namespaces", err);
	}
	if (trial->uid && map_user(trial, err) < 0)
		return failed_in("map user", err);
	return 0;
}

// The pid namespace is judged by its first process, which this is.
static int prove(const struct trial *trial, struct error *err)
{
	ino_t inside[NAMESPACE_KINDS];

	if (namespaces_identify(inside, err) < 0)
		return failed_in("prove namespaces", err);
	for (size_t i = 0; i < NAMESPACE_KINDS; i++) {
		if (inside[i] == trial->outside[i]) {
			error_set(err, -EEXIST, "a namespace is not a new one");
			return failed_in("prove namespaces", err);
		}
	}
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return error_set_errno(err, -errno, "cannot make the mounts private");
	return 0;
}

static _Noreturn void report(struct trial *trial, int result)
{
	trial->report.result = result;
	_exit(io_write_all(trial->pipe[1], &trial->report, sizeof(trial->report)) < 0);
}

static _Noreturn void child_main(struct trial *trial)
{
	struct error *err = &trial->report.error;

	if (enter(trial, err) < 0)
		report(trial, err->code);

	pid_t first = fork();
	if (first < 0)
		report(trial, error_set_errno(err, -errno, "cannot start process 1"));
	if (first > 0) {
		(void)waitpid(first, NULL, 0);
		_exit(0);
	}
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (prove(trial, err) < 0)
		report(trial, err->code);
	report(trial, trial->function(trial->report.answer, err));
}

static int receive(int fd, struct report *report, struct error *err)
{
	size_t filled = 0;

	while (filled < sizeof(*report)) {
		ssize_t got = read(fd, (char *)report + filled, sizeof(*report) - filled);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return error_set(err, -ECHILD, "the trial ended without an answer");
		filled += (size_t)got;
	}
	return 0;
}

int trial_run(trial_function *function, void *answer, size_t size, struct error *err)
{
	struct trial trial = { .function = function, .uid = geteuid(), .gid = getegid() };

	if (size > ANSWER_SIZE)
		return error_set(err, -EINVAL, "an answer of %zu bytes is too large", size);
	if (namespaces_identify(trial.outside, err) < 0)
		return err->code;
	if (pipe2(trial.pipe, O_CLOEXEC) < 0)
		return error_set_errno(err, -errno, "cannot make a pipe");

	AUTO_CLOSE int read_end = trial.pipe[0];
	pid_t child = fork();
	if (child == 0)
		child_main(&trial);
	close(trial.pipe[1]);
	if (child < 0)
		return error_set_errno(err, -errno, "cannot start a child");

	int result = receive(read_end, &trial.report, err);
	(void)waitpid(child, NULL, 0);
	if (result < 0)
		return result;
	if (answer)
		memcpy(answer, trial.report.answer, size);
	if (trial.report.result < 0)
		*err = trial.report.error;
	return trial.report.result;
}
