// SPDX-License-Identifier: GPL-2.0-or-later
// Starting and ending pasta: see pasta_process.h.
#include "kernel/link/pasta_process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "plan/pasta.h"

// What the child has open when it becomes pasta.
enum { READY = 3, OPEN_LIMIT };

const char *pasta_find(void)
{
	static const char *const paths[] = { "/usr/bin/pasta", "/usr/local/bin/pasta", "/bin/pasta" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (access(paths[i], X_OK) == 0)
			return paths[i];
	return NULL;
}

int pasta_check_tun(struct error *err)
{
	if (access(PASTA_TUN, F_OK) < 0)
		return error_set(err, -errno,
				 PASTA_TUN " is missing, with which pasta makes the link; as root: modprobe tun (in a "
					   "container: give it the device)");
	if (access(PASTA_TUN, R_OK | W_OK) < 0)
		return error_set(err, -errno,
				 PASTA_TUN " cannot be opened by this user, and pasta makes the link with it; as root: "
					   "chmod 0666 " PASTA_TUN " (it gives no rights over the host's own network)");
	return 0;
}

// What the child needs, made before the fork.
struct start {
	const char *path;
	text_list arguments;
	char gid_map[40];
	pid_t parent;
	int init_fd, ready, words;
};

// The ids of the jail's user namespace are written by its first process. False: that has ended.
static bool wait_for_maps(const struct start *start)
{
	struct pollfd init = { .fd = start->init_fd, .events = POLLIN };
	char byte;

	for (;;) {
		int fd = open(start->gid_map, O_RDONLY | O_CLOEXEC);
		bool mapped = fd >= 0 && read(fd, &byte, 1) == 1;
		if (fd >= 0)
			close(fd);
		if (mapped)
			return true;
		if (poll(&init, 1, 1) > 0)
			return false;
	}
}

// Out of reach of the caller's terminal and its signals; nothing open but what is named.
static int set_up(const struct start *start)
{
	const struct sigaction normal = { .sa_handler = SIG_DFL };
	sigset_t none;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || setsid() < 0 || chdir("/") < 0)
		return -1;
	for (int number = 1; number < NSIG; number++)
		(void)sigaction(number, &normal, NULL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	// Above what they are copied over: no copy hides another.
	int ready = fcntl(start->ready, F_DUPFD_CLOEXEC, OPEN_LIMIT),
	    words = fcntl(start->words, F_DUPFD_CLOEXEC, OPEN_LIMIT);
	if (ready < 0 || words < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(words, 2) < 0 ||
	    dup2(ready, READY) < 0)
		return -1;
	return (int)syscall(SYS_close_range, OPEN_LIMIT, ~0U, 0);
}

static _Noreturn void become_pasta(const struct start *start)
{
	static char *const nothing[] = { NULL };

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != start->parent || !wait_for_maps(start) ||
	    set_up(start) < 0)
		_exit(127);
	(void)execve(start->path, start->arguments.items, nothing);
	(void)dprintf(2, "cannot execute %s: %s\n", start->path, strerror(errno));
	_exit(127);
}

static void add_arguments(struct start *start, const struct launch_plan *plan, pid_t init)
{
	static const char *const namespaces[] = { "user", "net" };

	vec_push(&start->arguments, memory_copy_text("pasta"));
	pasta_options(&plan->link, plan->policy, &start->arguments);
	for (size_t i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++) {
		vec_push(&start->arguments, memory_format("--%sns", namespaces[i]));
		vec_push(&start->arguments, memory_format("/proc/%d/ns/%s", (int)init, namespaces[i]));
	}
	// It writes its number there when the link is there.
	vec_push(&start->arguments, memory_copy_text("--pid"));
	vec_push(&start->arguments, memory_format("/proc/self/fd/%d", READY));
	vec_push(&start->arguments, NULL);
	start->arguments.count--;
	(void)snprintf(start->gid_map, sizeof(start->gid_map), "/proc/%d/gid_map", (int)init);
}

static int fork_pasta(struct pasta *pasta, const struct start *start, struct error *err)
{
	pid_t pid = fork();

	if (pid < 0)
		return error_set_errno(err, -errno, "cannot start a process");
	if (pid == 0)
		become_pasta(start);
	pasta->pid = pid;
	pasta->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	return pasta->pidfd < 0 ? error_set_errno(err, -errno, "cannot watch pasta") : 0;
}

int pasta_start(struct pasta *pasta, const struct launch_plan *plan, pid_t init, int init_fd, struct error *err)
{
	struct start start = { .path = pasta_find(), .parent = getpid(), .init_fd = init_fd };
	int ready[2], words[2];

	if (!start.path)
		return error_set(err, -ENOENT,
				 "the program pasta, which carries the link of a user without root, is not installed: "
				 "install the package passt");
	if (pasta_check_tun(err) < 0)
		return err ? err->code : -ENOENT;
	if (pipe2(ready, O_CLOEXEC | O_NONBLOCK) < 0)
		return error_set_errno(err, -errno, "cannot make a pipe");
	if (pipe2(words, O_CLOEXEC | O_NONBLOCK) < 0) {
		close(ready[0]);
		close(ready[1]);
		return error_set_errno(err, -errno, "cannot make a pipe");
	}
	pasta->ready = ready[0];
	pasta->words = words[0];
	start.ready = ready[1];
	start.words = words[1];
	add_arguments(&start, plan, init);
	int result = fork_pasta(pasta, &start, err);
	text_list_release(&start.arguments);
	close(ready[1]);
	close(words[1]);
	return result;
}

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

// The beginning is kept; the rest is read all the same, so that it never waits for us.
static void read_words(struct pasta *pasta)
{
	char beyond[256] = { 0 };

	for (;;) {
		size_t room = sizeof(pasta->said) - 1 - pasta->length;
		ssize_t got =
		    read(pasta->words, room ? pasta->said + pasta->length : beyond, room ? room : sizeof(beyond));
		if (got == 0)
			close_one(&pasta->words);
		if (got <= 0)
			return;
		pasta->length += room ? (size_t)got : 0;
	}
}

bool pasta_listen(struct pasta *pasta)
{
	char number[16];

	if (pasta->words >= 0)
		read_words(pasta);
	if (pasta->ready < 0)
		return false;
	ssize_t got = read(pasta->ready, number, sizeof(number));
	if (got >= 0)
		close_one(&pasta->ready);
	return got > 0;
}

const char *pasta_reason(struct pasta *pasta)
{
	// Without a system logger it complains of that first, for each line of its own.
	static const char noise[] = "Failed to send ";
	char *rest = pasta->said, *line;

	pasta->said[pasta->length] = '\0';
	while ((line = strsep(&rest, "\n")))
		if (line[0] && strncmp(line, noise, strlen(noise)) != 0)
			return line;
	return "";
}

void pasta_stop(struct pasta *pasta)
{
	if (pasta->pid > 0) {
		(void)kill(pasta->pid, SIGKILL);
		while (waitpid(pasta->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	close_one(&pasta->pidfd);
	close_one(&pasta->ready);
	close_one(&pasta->words);
	*pasta = (struct pasta)PASTA_NONE;
}
