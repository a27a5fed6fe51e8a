// SPDX-License-Identifier: GPL-2.0-or-later
// A filter with a supervisor who is asked: see listener.h.
//
// Theory of operation. From the moment that the filter stands, each call of this process that it asks about waits for
// the supervisor's answer, who has no descriptor to answer on yet; and handing a descriptor over takes sendmsg, which
// it may ask about. So a helper without the filter, which has the same descriptors and the same memory, hands it over.
// It ends before the job begins. Neither can be looked into: what is not dumpable stays so in a clone.
//
// A descriptor that reached nobody must stop the launch. The filter stands then, and the kernel has room for another
// who answers: the job itself. That can be brought about by who has the job's ids (descriptors under way are limited
// for each user), and in a jail that runs that is the job.
#include "kernel/watch/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "kernel/loop/channel.h"

enum { HELPER_STACK = 32 * 1024 };

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

struct helper {
	int channel, told;  // where the descriptor's number comes from
};

// The address sanitizer would note accesses of a stack that it does not know.
__attribute__((no_sanitize("address"))) static int helper_main(void *data)
{
	const struct helper *helper = data;
	struct message message = { .kind = MESSAGE_NOTICES };
	int fd = -1;

	if (read(helper->told, &fd, sizeof(fd)) != (ssize_t)sizeof(fd))
		_exit(EPIPE);
	message.value = fd < 0 ? fd : 0;
	_exit(-channel_send(helper->channel, &message, fd));
}

// A signal that comes while the supervisor answers waits (Linux 5.19): a program that gets one every few milliseconds
// would ask for ever.
static int install(const struct launch *launch)
{
	const struct sock_fprog program = { .len = launch->asking->length, .filter = launch->asking->instructions };
	const unsigned long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
	long fd =
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &program);

	if (fd < 0 && errno == EINVAL)
		fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
	return fd < 0 ? -errno : (int)fd;
}

// 0 when it did its work; else a negative errno.
static int end_helper(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, __WALL) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EPIPE;
}

int listener_install(const struct launch *launch, struct error *err)
{
	static char stack[HELPER_STACK] __attribute__((aligned(16)));
	struct helper helper = { .channel = launch->supervisor };
	int ends[2], handed = 0;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return LISTENER_NONE;
	helper.told = ends[0];
	const pid_t pid = clone(helper_main, stack + sizeof(stack), CLONE_VM | CLONE_FILES, &helper);
	int result = pid < 0 ? -errno : install(launch);
	if (pid > 0) {
		(void)io_write_all(ends[1], &result, sizeof(result));
		handed = end_helper(pid);
	} else {
		const struct message message = { .kind = MESSAGE_NOTICES, .value = result };
		(void)channel_send(launch->supervisor, &message, -1);
	}
	close(ends[0]);
	close(ends[1]);
	if (result < 0)
		return LISTENER_NONE;
	close(result);
	return handed < 0 ? error_set_errno(err, handed, "cannot hand over who answers the job's system calls") : 0;
}
