// SPDX-License-Identifier: GPL-2.0-or-later
// System calls and sockets that no job has: see doors.h.
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/io_uring.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "verify/doors_rows.h"

// A socket of a family that is not there would have the host load a module, which stays: only what is there is tried.
// Of families the kernel tells no other way than by the names of their sockets.
static bool is_there(int family, int protocol)
{
	static const struct {
		int family, protocol;
		const char *name;
	} named[] = {
		{ AF_VSOCK, 0, "AF_VSOCK" },
		{ AF_XDP, 0, "XDP" },
		{ AF_ALG, 0, "ALG" },
		{ AF_KEY, 0, "KEY" },
		{ AF_RDS, 0, "RDS" },
		{ AF_TIPC, 0, "TIPC" },
		{ AF_KCM, 0, "KCM" },
		{ AF_CAN, 0, "RAW_CAN" },
		{ AF_BLUETOOTH, 0, "HCI" },
		{ AF_INET, IPPROTO_SCTP, "SCTP" },
		{ AF_INET, IPPROTO_DCCP, "DCCP" },
	};
	char text[16384];

	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		if (named[i].family != family || (named[i].protocol && named[i].protocol != protocol))
			continue;
		AUTO_CLOSE int fd = open("/proc/net/protocols", O_RDONLY | O_CLOEXEC);
		ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
		if (got < 0)
			return true;
		text[got] = '\0';
		AUTO_FREE char *line = memory_format("\n%s ", named[i].name);
		return strstr(text, line) != NULL;
	}
	return true;
}

static int any_of(const int (*rows)[3], size_t count)
{
	int found = EAFNOSUPPORT;

	for (size_t i = 0; i < count; i++) {
		if (!is_there(rows[i][0], rows[i][2]))
			continue;
		if (socket(rows[i][0], rows[i][1], rows[i][2]) >= 0)
			return 0;
		if (errno != EAFNOSUPPORT && errno != EPROTONOSUPPORT && errno != ESOCKTNOSUPPORT)
			found = errno;
	}
	return found;
}

#define SOCKETS(name_, ...)                                                                                            \
	int name_(void)                                                                                                \
	{                                                                                                              \
		static const int rows[][3] = { __VA_ARGS__ };                                                          \
		return any_of(rows, sizeof(rows) / sizeof(rows[0]));                                                   \
	}

// clang-format off
SOCKETS(door_family_vsock, { AF_VSOCK, SOCK_STREAM, 0 })
SOCKETS(door_family_packet, { AF_PACKET, SOCK_RAW, 0 }, { AF_PACKET, SOCK_DGRAM, 0 })
SOCKETS(door_family_xdp, { AF_XDP, SOCK_RAW, 0 })
SOCKETS(door_family_other, { AF_ALG, SOCK_SEQPACKET, 0 }, { AF_KEY, SOCK_RAW, 2 }, { AF_BLUETOOTH, SOCK_RAW, 1 },
	{ AF_CAN, SOCK_RAW, 1 }, { AF_RDS, SOCK_SEQPACKET, 0 }, { AF_TIPC, SOCK_RDM, 0 }, { AF_KCM, SOCK_DGRAM, 0 })
SOCKETS(door_netlink_other, { AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER }, { AF_NETLINK, SOCK_RAW, NETLINK_GENERIC },
	{ AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG }, { AF_NETLINK, SOCK_RAW, NETLINK_AUDIT },
	{ AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT })
SOCKETS(door_type_raw4, { AF_INET, SOCK_RAW, IPPROTO_RAW }, { AF_INET, SOCK_RAW, IPPROTO_ICMP })
SOCKETS(door_type_raw6, { AF_INET6, SOCK_RAW, IPPROTO_RAW }, { AF_INET6, SOCK_RAW, IPPROTO_ICMPV6 })
SOCKETS(door_protocol_mptcp, { AF_INET, SOCK_STREAM, 262 }, { AF_INET6, SOCK_STREAM, 262 })
SOCKETS(door_protocol_other, { AF_INET, SOCK_STREAM, IPPROTO_SCTP }, { AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE },
	{ AF_INET, SOCK_DCCP, IPPROTO_DCCP })
// clang-format on

static int set_option(int type, int level, int option, int value)
{
	int fd = socket(AF_INET, type, 0);

	return fd < 0 ? errno : door_result(setsockopt(fd, level, option, &value, sizeof(value)));
}

int door_option_mark(void)
{
	return set_option(SOCK_DGRAM, SOL_SOCKET, SO_MARK, 1);
}

int door_option_transparent(void)
{
	return set_option(SOCK_STREAM, IPPROTO_IP, IP_TRANSPARENT, 1);
}

int door_option_repair(void)
{
	return set_option(SOCK_STREAM, IPPROTO_TCP, TCP_REPAIR, 1);
}

int door_ring_setup(void)
{
	struct io_uring_params parameters = { 0 };

	return door_result(syscall(SYS_io_uring_setup, 1, &parameters));
}

int door_abi_i386(void)
{
#ifdef __x86_64__
	long result = 20;  // getpid

	__asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
	return result > 0 ? 0 : ENOSYS;
#else
	return ENOSYS;
#endif
}

int door_abi_x32(void)
{
#ifdef __x86_64__
	enum { X32 = 0x40000000 };

	return door_result(syscall(X32 + SYS_getpid));
#else
	return ENOSYS;
#endif
}

int door_abi_high_bits(void)
{
	return door_result(syscall(SYS_socket, (1L << 32) | AF_PACKET, SOCK_RAW, 0));
}

int door_call_user_namespace(void)
{
	return door_result(unshare(CLONE_NEWUSER));
}

int door_call_network_namespace(void)
{
	return door_result(unshare(CLONE_NEWUSER | CLONE_NEWNET));
}

static int clone_child(long made)
{
	if (made == 0)
		_exit(0);
	if (made > 0)
		(void)waitpid((pid_t)made, NULL, 0);
	return door_result(made);
}

int door_call_clone(void)
{
	return clone_child(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
}

int door_call_clone3(void)
{
	struct clone_args arguments = { .flags = CLONE_NEWUSER, .exit_signal = SIGCHLD };

	return clone_child(syscall(SYS_clone3, &arguments, sizeof(arguments)));
}

int door_call_setns(void)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? errno : door_result(setns(fd, CLONE_NEWNET));
}

int door_call_mount(void)
{
	return door_result(unshare(CLONE_NEWNS) < 0 ? -1 : syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, NULL));
}

int door_call_fsopen(void)
{
	return door_result(syscall(SYS_fsopen, "tmpfs", 0));
}

int door_call_open_tree(void)
{
	return door_result(syscall(SYS_open_tree, AT_FDCWD, "/tmp", 1 /* OPEN_TREE_CLONE */));
}

int door_call_chroot(void)
{
	return door_result(chroot("/"));
}

// A handle that no file has: whoever may open by handles is told so.
int door_call_file_handle(void)
{
	struct {
		unsigned bytes;
		int type;
		unsigned char handle[8];
	} handle = { .bytes = 8, .type = 1 };
	int folder = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)syscall(SYS_open_by_handle_at, folder, &handle, O_RDONLY);
	return errno == ESTALE || errno == EINVAL || errno == EOPNOTSUPP ? 0 : errno;
}

int door_call_bpf(void)
{
	unsigned char attributes[128] = { 2 };  // an array of one element of four bytes

	attributes[4] = attributes[8] = 4;
	attributes[12] = 1;
	return door_result(syscall(SYS_bpf, 0 /* BPF_MAP_CREATE */, attributes, sizeof(attributes)));
}

int door_call_perf(void)
{
	struct perf_event_attr attributes = { .type = PERF_TYPE_SOFTWARE,
					      .size = sizeof(attributes),
					      .config = PERF_COUNT_SW_CPU_CLOCK };

	return door_result(syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0));
}

int door_call_userfaultfd(void)
{
	return door_result(syscall(SYS_userfaultfd, O_CLOEXEC));
}

// What is asked for is nonsense, and only who may ask is told so.
static int refused_as_nonsense(long result, int nonsense)
{
	return result >= 0 || errno == nonsense ? 0 : errno;
}

int door_call_module(void)
{
	return refused_as_nonsense(syscall(SYS_init_module, NULL, 1UL, ""), ENOEXEC);
}

int door_call_reboot(void)
{
	return refused_as_nonsense(syscall(SYS_reboot, 1, 2, 3, NULL), EINVAL);
}

int door_call_swap(void)
{
	return refused_as_nonsense(syscall(SYS_swapon, NULL, 0), EFAULT);
}

int door_call_fanotify(void)
{
	return door_result(syscall(SYS_fanotify_init, 0x200 /* FAN_REPORT_FID */, O_RDONLY));
}

int door_call_ports(void)
{
#ifdef SYS_ioperm
	return door_result(syscall(SYS_ioperm, 0x80, 1, 1));
#else
	return ENOSYS;
#endif
}

int door_call_descriptor_table(void)
{
#ifdef SYS_modify_ldt
	char entries[64];

	return door_result(syscall(SYS_modify_ldt, 0, entries, sizeof(entries)));
#else
	return ENOSYS;
#endif
}

int door_call_personality(void)
{
	return door_result(personality(READ_IMPLIES_EXEC));
}

int door_call_add_key(void)
{
	enum { PROCESS_KEYRING = -2 };

	return door_result(syscall(SYS_add_key, "user", "vpcjail-verify", "x", 1UL, PROCESS_KEYRING));
}
