// SPDX-License-Identifier: GPL-2.0-or-later
// What the filter denies. Without it each call below ends in some other way: it works without effect (a socket that is
// closed again, a namespace of this process alone), or it fails on arguments that are wrong on purpose.
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/io_uring.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <sys/fanotify.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "seccomp_try.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

#define NOWHERE "/nonexistent-vpcjail-test"

// errno of a call, 0 when it works.
#define RESULT(call) ((call) < 0 ? errno : 0)
#define PROBE(name, call)                                                                                              \
	static int name(void)                                                                                          \
	{                                                                                                              \
		return RESULT(call);                                                                                   \
	}

PROBE(packet_socket, socket(AF_PACKET, SOCK_RAW, 0))
PROBE(packet_socket_high_bits, syscall(SYS_socket, (1l << 32) | AF_PACKET, SOCK_RAW, 0))
PROBE(raw_socket, socket(AF_INET, SOCK_RAW, IPPROTO_UDP))
PROBE(raw_socket6, socket(AF_INET6, SOCK_RAW, IPPROTO_UDP))
PROBE(vsock_socket, socket(AF_VSOCK, SOCK_STREAM, 0))
PROBE(vsock_socket_high_bits, syscall(SYS_socket, (1l << 32) | AF_VSOCK, SOCK_STREAM, 0))
PROBE(mptcp_socket, socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP))
PROBE(udplite_socket, socket(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE))
PROBE(uevent_socket, socket(AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT))
PROBE(netfilter_socket, socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER))
PROBE(ring_setup, syscall(SYS_io_uring_setup, 1, &(struct io_uring_params){ 0 }))
PROBE(ring_enter, syscall(SYS_io_uring_enter, -1, 0, 0, 0, NULL, 0))
PROBE(clone3, syscall(SYS_clone3, NULL, 0))
PROBE(younger_call, syscall(468, -1, NULL, NULL, 0, 0))
PROBE(unshare_user, unshare(CLONE_NEWUSER))
PROBE(unshare_net, unshare(CLONE_NEWUSER | CLONE_NEWNET))
PROBE(set_namespace, setns(-1, CLONE_NEWNET))
PROBE(mount_tmpfs, mount("none", NOWHERE, "tmpfs", 0, NULL))
PROBE(unmount, umount2(NOWHERE, 0))
PROBE(change_root, chroot(NOWHERE))
PROBE(tree_open, syscall(SYS_open_tree, -1, "x", 0))
PROBE(handle_of_name, syscall(SYS_name_to_handle_at, AT_FDCWD, NOWHERE, NULL, NULL, 0))
PROBE(perf_event, syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0))
PROBE(kernel_faults, syscall(SYS_userfaultfd, ~1))
PROBE(key_control, syscall(SYS_keyctl, 9999, 0, 0, 0, 0))
PROBE(key_add, syscall(SYS_add_key, NULL, NULL, NULL, 0, 0))
PROBE(time_of_day, syscall(SYS_settimeofday, NULL, NULL))
PROBE(clock_set, syscall(SYS_clock_settime, 9999, NULL))
PROBE(other_personality, personality(0x0400000))
PROBE(type_into_terminal, ioctl(-1, TIOCSTI, "x"))
PROBE(type_into_terminal_high_bits, syscall(SYS_ioctl, -1, (1l << 32) | TIOCSTI, "x"))
PROBE(namespace_of_socket, ioctl(-1, 0x894c))
PROBE(make_device, mknodat(AT_FDCWD, NOWHERE "/device", S_IFCHR | 0600, 0))
PROBE(tag_socket, setsockopt(-1, SOL_SOCKET, SO_MARK, &(int){ 1 }, sizeof(int)))
PROBE(bind_device, setsockopt(-1, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3))
PROBE(source_route, setsockopt(-1, IPPROTO_IP, IP_OPTIONS, NULL, 0))
PROBE(repair, setsockopt(-1, IPPROTO_TCP, TCP_REPAIR, &(int){ 1 }, sizeof(int)))
#ifdef __x86_64__
PROBE(local_descriptors, syscall(SYS_modify_ldt, 0, NULL, 0))
#endif

static int pair_of_inet(void)
{
	int pair[2];

	return RESULT(socketpair(AF_INET, SOCK_STREAM, 0, pair));
}

static int clone_uts(void)
{
	const pid_t child = (pid_t)syscall(SYS_clone, CLONE_NEWUSER | CLONE_NEWUTS | SIGCHLD, 0, 0, 0, 0);

	if (child == 0)
		_exit(0);
	if (child < 0)
		return errno;
	return RESULT(waitpid(child, NULL, 0));
}

// The limit is reported as set and is not: EALREADY stands for that.
static int core_limit(void)
{
	struct rlimit before, after, wanted;

	if (getrlimit(RLIMIT_CORE, &before) < 0)
		return errno;
	wanted = before;
	wanted.rlim_cur = before.rlim_cur == 0 ? before.rlim_max : 0;
	if (setrlimit(RLIMIT_CORE, &wanted) < 0 || getrlimit(RLIMIT_CORE, &after) < 0)
		return errno;
	return after.rlim_cur == before.rlim_cur ? EALREADY : 0;
}

#ifdef __x86_64__
static int call_of_i386(void)
{
	long number = 20;  // getpid there

	__asm__ volatile("int $0x80" : "+a"(number) : : "memory", "r8", "r9", "r10", "r11");
	return number < 0 ? (int)-number : 0;
}

PROBE(call_of_x32, syscall(0x40000000 | 39))
#endif

const struct probe denied_probes[] = {
	{ "packet socket", packet_socket, EAFNOSUPPORT },
	{ "packet socket with bit 32 set", packet_socket_high_bits, EAFNOSUPPORT },
	{ "raw socket, IPv4", raw_socket, EPERM },
	{ "raw socket, IPv6", raw_socket6, EPERM },
	{ "vsock socket", vsock_socket, EAFNOSUPPORT },
	{ "vsock socket with bit 32 set", vsock_socket_high_bits, EAFNOSUPPORT },
	{ "MPTCP socket", mptcp_socket, EPROTONOSUPPORT },
	{ "UDP-Lite socket", udplite_socket, EPROTONOSUPPORT },
	{ "uevent socket", uevent_socket, EPROTONOSUPPORT },
	{ "netfilter socket", netfilter_socket, EPROTONOSUPPORT },
	{ "pair of INET sockets", pair_of_inet, EAFNOSUPPORT },
	{ "io_uring_setup", ring_setup, ENOSYS },
	{ "io_uring_enter", ring_enter, ENOSYS },
	{ "clone3", clone3, ENOSYS },
	{ "file_getattr, a younger call", younger_call, ENOSYS },
	{ "unshare user", unshare_user, EPERM },
	{ "unshare user and net", unshare_net, EPERM },
	{ "clone user and uts", clone_uts, EPERM },
	{ "setns", set_namespace, EPERM },
	{ "mount", mount_tmpfs, EPERM },
	{ "umount2", unmount, EPERM },
	{ "chroot", change_root, EPERM },
	{ "open_tree", tree_open, EPERM },
	{ "name_to_handle_at", handle_of_name, EPERM },
	{ "perf_event_open", perf_event, EPERM },
	{ "userfaultfd for the kernel's faults", kernel_faults, EPERM },
	{ "keyctl", key_control, EPERM },
	{ "add_key", key_add, EPERM },
	{ "settimeofday", time_of_day, EPERM },
	{ "clock_settime", clock_set, EPERM },
	{ "personality READ_IMPLIES_EXEC", other_personality, EPERM },
	{ "ioctl TIOCSTI", type_into_terminal, EPERM },
	{ "ioctl TIOCSTI with bit 32 set", type_into_terminal_high_bits, EPERM },
	{ "ioctl SIOCGSKNS", namespace_of_socket, EPERM },
	{ "mknod of a device", make_device, EPERM },
	{ "setsockopt SO_MARK", tag_socket, EPERM },
	{ "setsockopt SO_BINDTODEVICE", bind_device, EPERM },
	{ "setsockopt IP_OPTIONS", source_route, EPERM },
	{ "setsockopt TCP_REPAIR", repair, EPERM },
	{ "core limit is reported as set and stays", core_limit, EALREADY },
#ifdef __x86_64__
	{ "modify_ldt", local_descriptors, EPERM },
	{ "i386 system call", call_of_i386, KILLED },
	{ "x32 system call", call_of_x32, KILLED },
#endif
};
const size_t denied_probes_count = sizeof(denied_probes) / sizeof(denied_probes[0]);
