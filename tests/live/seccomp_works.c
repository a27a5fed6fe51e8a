// SPDX-License-Identifier: GPL-2.0-or-later
// What ordinary programs, Python and training libraries do and the filter must leave alone.
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "seccomp_try.h"

#define RESULT(call) ((call) < 0 ? errno : 0)

// 0 when the child ends with status 0.
static int wait_for(pid_t child)
{
	int status;

	if (child < 0 || waitpid(child, &status, 0) < 0)
		return errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : ECHILD;
}

static int fork_and_wait(void)
{
	const pid_t child = fork();

	if (child == 0)
		_exit(0);
	return wait_for(child);
}

static int spawn_program(void)
{
	char name[] = "sh", option[] = "-c", script[] = "ulimit -c 0 && echo x | cat >/dev/null";
	char *const arguments[] = { name, option, script, NULL };
	pid_t child;
	const int result = posix_spawn(&child, "/bin/sh", NULL, NULL, arguments, environ);

	return result != 0 ? result : wait_for(child);
}

static void *thread_main(void *argument)
{
	*(int *)argument = 1;
	return NULL;
}

static int threads(void)
{
	int ran[8] = { 0 };

	for (int i = 0; i < 8; i++) {
		pthread_t thread;
		const int result = pthread_create(&thread, NULL, thread_main, &ran[i]);

		if (result != 0)
			return result;
		if (pthread_join(thread, NULL) != 0 || !ran[i])
			return ESRCH;
	}
	return 0;
}

static int send_descriptor(int to, int fd)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { .header = { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
	struct iovec part = { (char[1]){ 'x' }, 1 };
	const struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
	};

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	return RESULT(sendmsg(to, &message, 0));
}

// A descriptor passed through a pair and read from: what a DataLoader does with tensors.
static int pass_descriptor(void)
{
	char control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8)));
	char byte;
	struct iovec part = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)
	};
	int pair[2], received, result;
	const int memory = memfd_create("probe", MFD_CLOEXEC);

	if (memory < 0 || ftruncate(memory, 4096) < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return errno;
	result = send_descriptor(pair[0], memory);
	if (result != 0)
		return result;
	if (recvmsg(pair[1], &message, MSG_CMSG_CLOEXEC) < 0)
		return errno;
	memcpy(&received, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(received));
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, received, 0) == MAP_FAILED ? errno : 0;
}

static int list_addresses(void)
{
	struct ifaddrs *addresses;

	if (getifaddrs(&addresses) < 0)
		return errno;
	freeifaddrs(addresses);
	return 0;
}

static int resolve_number(void)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;

	if (getaddrinfo("127.0.0.1", "80", &hints, &found) != 0)
		return EADDRNOTAVAIL;
	freeaddrinfo(found);
	return 0;
}

static int loopback(int family, int type)
{
	struct sockaddr_storage address = { .ss_family = (sa_family_t)family };
	socklen_t size = sizeof(address);
	const int server = socket(family, type | SOCK_CLOEXEC, 0), client = socket(family, type, 0);

	if (server < 0 || client < 0)
		return errno;
	if (family == AF_INET)
		((struct sockaddr_in *)&address)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		((struct sockaddr_in6 *)&address)->sin6_addr = in6addr_loopback;
	if (setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) < 0 ||
	    bind(server, (const struct sockaddr *)&address, size) < 0 ||
	    getsockname(server, (struct sockaddr *)&address, &size) < 0 ||
	    (type == SOCK_STREAM && listen(server, 1) < 0) ||
	    connect(client, (const struct sockaddr *)&address, size) < 0)
		return errno;
	return RESULT(send(client, "x", 1, MSG_NOSIGNAL));
}

static int loopback_tcp(void)
{
	return loopback(AF_INET, SOCK_STREAM);
}

static int loopback_udp(void)
{
	return loopback(AF_INET, SOCK_DGRAM);
}

static int loopback_tcp6(void)
{
	const int result = loopback(AF_INET6, SOCK_STREAM);

	return result == EADDRNOTAVAIL ? 0 : result;  // a host without IPv6: the socket was made
}

static int event_descriptors(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	sigset_t signals;
	const int poll = epoll_create1(EPOLL_CLOEXEC), counter = eventfd(1, EFD_CLOEXEC);

	sigemptyset(&signals);
	if (poll < 0 || counter < 0 || epoll_ctl(poll, EPOLL_CTL_ADD, counter, &event) < 0 ||
	    timerfd_create(CLOCK_MONOTONIC, 0) < 0 || signalfd(-1, &signals, 0) < 0)
		return errno;
	return epoll_wait(poll, &event, 1, 1000) == 1 ? 0 : ETIME;
}

static int watch_files(void)
{
	const int watcher = inotify_init1(IN_CLOEXEC);

	return watcher < 0 ? errno : RESULT(inotify_add_watch(watcher, "/", IN_CREATE));
}

static int system_v(void)
{
	const int memory = shmget(IPC_PRIVATE, 4096, 0600), semaphore = semget(IPC_PRIVATE, 1, 0600);

	if (memory < 0 || semaphore < 0)
		return errno;
	return RESULT(shmctl(memory, IPC_RMID, NULL) | semctl(semaphore, 0, IPC_RMID));
}

static int read_own_memory(void)
{
	int from = 7, to = 0;
	const struct iovec local = { &to, sizeof(to) }, remote = { &from, sizeof(from) };

	if (process_vm_readv(getpid(), &local, 1, &remote, 1, 0) < 0)
		return errno;
	return to == 7 ? 0 : EIO;
}

static int trace_child(void)
{
	const pid_t child = fork();

	if (child == 0)
		_exit(ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 ? 1 : 0);
	return wait_for(child);
}

static int read_limits(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_CORE, &limit) < 0 || prlimit(0, RLIMIT_NOFILE, NULL, &limit) < 0)
		return errno;
	return RESULT(setrlimit(RLIMIT_NOFILE, &limit));
}

static int small_calls(void)
{
	const int process = (int)syscall(SYS_pidfd_open, getpid(), 0);
	cpu_set_t cpus;
	int policy;

	if (process < 0 || personality(0xffffffff) < 0 || unshare(CLONE_FS) < 0 || syscall(SYS_userfaultfd, 1) < 0)
		return errno == EINVAL ? 0 : errno;  // userfaultfd without UFFD_USER_MODE_ONLY: an old kernel
	if (sched_getaffinity(0, sizeof(cpus), &cpus) < 0 || sched_setaffinity(0, sizeof(cpus), &cpus) < 0)
		return errno;
	if (syscall(SYS_get_mempolicy, &policy, NULL, 0, NULL, 0) < 0 && errno != ENOSYS)
		return errno;
	return 0;
}

const struct probe working_probes[] = {
	{ "fork", fork_and_wait, 0 },
	{ "spawn sh, ulimit -c 0, a pipe", spawn_program, 0 },
	{ "threads", threads, 0 },
	{ "memfd passed through a pair", pass_descriptor, 0 },
	{ "getifaddrs", list_addresses, 0 },
	{ "getaddrinfo", resolve_number, 0 },
	{ "TCP on loopback", loopback_tcp, 0 },
	{ "UDP on loopback", loopback_udp, 0 },
	{ "TCP on IPv6 loopback", loopback_tcp6, 0 },
	{ "epoll, eventfd, timerfd, signalfd", event_descriptors, 0 },
	{ "inotify", watch_files, 0 },
	{ "System V shared memory and semaphores", system_v, 0 },
	{ "process_vm_readv", read_own_memory, 0 },
	{ "ptrace", trace_child, 0 },
	{ "limits", read_limits, 0 },
	{ "pidfd, personality query, unshare files, userfaultfd, affinity, NUMA", small_calls, 0 },
};
const size_t working_probes_count = sizeof(working_probes) / sizeof(working_probes[0]);
