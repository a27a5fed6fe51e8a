// SPDX-License-Identifier: GPL-2.0-or-later
// The table of cases. Numbers are written out where the point is the number the kernel sees.
#include "cases.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/ioctl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

// clang-format off
#define DENIED(call, error) { call, error, { 0 } }
#define OPEN(call) { call, ALLOWED, { 0 } }
#define OPEN_BY_DEFAULT(call) { call, ALLOWED, { 0 }, ONLY_DEFAULT }, { call, EPERM, { 0 }, ONLY_STRICT }
#define WITH(call, expected, ...) { call, expected, { __VA_ARGS__ } }
#define SOCKET(expected, ...) { "socket", expected, { __VA_ARGS__ } }
#define SOCKET_PING(expected, icmp, ...) { "socket", expected, { __VA_ARGS__ }, ANY_LEVEL, icmp }
#define OPTION(expected, level, option) { "setsockopt", expected, { 3, level, option, 0x7000, 4 } }
#define NAMESPACE(flag) WITH("clone", EPERM, flag | SIGCHLD), WITH("unshare", EPERM, flag), WITH("unshare", EPERM, flag | CLONE_FS)
#define X86(call) { call, EPERM, { 0 }, ANY_LEVEL, ANY_ICMP, true }

// What fork, vfork and pthread_create of the C library pass.
#define FORK_FLAGS (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD)
#define THREAD_FLAGS (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS | \
		      CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)

enum { INET = 2, INET6 = 10, NETLINK = 16, STREAM = 1, DGRAM = 2, RAW = 3 };
enum { ICMP = 1, TCP = 6, UDP = 17, ICMPV6 = 58, SCTP = 132, UDPLITE = 136, SMC = 256, MPTCP = 262 };
enum { SOCKET_LEVEL = 1, IP_LEVEL = 0, TCP_LEVEL = 6, IPV6_LEVEL = 41 };

const struct sim_case sim_cases[] = {
	// Other ways to make system calls.
	DENIED("io_uring_setup", ENOSYS), DENIED("io_uring_enter", ENOSYS), DENIED("io_uring_register", ENOSYS),
	DENIED("clone3", ENOSYS), WITH("clone3", ENOSYS, 0x7000, 88),
	WITH("seccomp", EPERM, 1, 8), WITH("seccomp", EPERM, 1, 9), WITH("seccomp", ALLOWED, 1, 0), WITH("seccomp", ALLOWED, 1, 1),

	// Families: each that has ever had a number, the first without one, and negative numbers.
	SOCKET(ALLOWED, AF_UNIX, STREAM, 0), SOCKET(ALLOWED, AF_UNIX, DGRAM, 0), SOCKET(ALLOWED, AF_UNIX, SOCK_SEQPACKET, 0),
	SOCKET(ALLOWED, AF_UNIX, STREAM | SOCK_CLOEXEC, 0), SOCKET(ALLOWED, AF_UNIX, STREAM, 1), SOCKET(ALLOWED, AF_UNIX, RAW, 0),
	SOCKET(ALLOWED, INET, STREAM, 0), SOCKET(ALLOWED, INET, STREAM, TCP), SOCKET(ALLOWED, INET, DGRAM, 0),
	SOCKET(ALLOWED, INET, DGRAM, UDP), SOCKET(ALLOWED, INET6, STREAM, 0), SOCKET(ALLOWED, INET6, STREAM, TCP),
	SOCKET(ALLOWED, INET6, DGRAM, UDP), SOCKET(ALLOWED, INET6, DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
	SOCKET(ALLOWED, INET, STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, TCP), SOCKET(ALLOWED, NETLINK, RAW, 0),
	SOCKET(ALLOWED, NETLINK, RAW | SOCK_CLOEXEC, 0), SOCKET(ALLOWED, NETLINK, DGRAM, 0),
	SOCKET(EAFNOSUPPORT, 0, STREAM, 0), SOCKET(EAFNOSUPPORT, AF_AX25, STREAM, 0), SOCKET(EAFNOSUPPORT, AF_IPX, DGRAM, 0),
	SOCKET(EAFNOSUPPORT, AF_APPLETALK, DGRAM, 0), SOCKET(EAFNOSUPPORT, AF_X25, STREAM, 0),
	SOCKET(EAFNOSUPPORT, 11, STREAM, 0), SOCKET(EAFNOSUPPORT, AF_KEY, RAW, 2), SOCKET(EAFNOSUPPORT, AF_PACKET, RAW, 0x300),
	SOCKET(EAFNOSUPPORT, AF_PACKET, DGRAM, 0), SOCKET(EAFNOSUPPORT, AF_RDS, SOCK_SEQPACKET, 0),
	SOCKET(EAFNOSUPPORT, AF_PPPOX, DGRAM, 0), SOCKET(EAFNOSUPPORT, AF_LLC, DGRAM, 0), SOCKET(EAFNOSUPPORT, AF_IB, STREAM, 0),
	SOCKET(EAFNOSUPPORT, AF_CAN, RAW, 1), SOCKET(EAFNOSUPPORT, AF_TIPC, STREAM, 0), SOCKET(EAFNOSUPPORT, AF_BLUETOOTH, RAW, 1),
	SOCKET(EAFNOSUPPORT, AF_RXRPC, DGRAM, 0), SOCKET(EAFNOSUPPORT, AF_NFC, RAW, 0), SOCKET(EAFNOSUPPORT, AF_PHONET, DGRAM, 0),
	SOCKET(EAFNOSUPPORT, AF_IEEE802154, DGRAM, 0), SOCKET(EAFNOSUPPORT, AF_CAIF, STREAM, 0),
	SOCKET(EAFNOSUPPORT, AF_ALG, SOCK_SEQPACKET, 0), SOCKET(EAFNOSUPPORT, AF_VSOCK, STREAM, 0),
	SOCKET(EAFNOSUPPORT, AF_VSOCK, DGRAM, 0), SOCKET(EAFNOSUPPORT, AF_KCM, DGRAM, 0), SOCKET(EAFNOSUPPORT, AF_QIPCRTR, DGRAM, 0),
	SOCKET(EAFNOSUPPORT, AF_SMC, STREAM, 0), SOCKET(EAFNOSUPPORT, AF_XDP, RAW, 0), SOCKET(EAFNOSUPPORT, AF_MCTP, DGRAM, 0),
	SOCKET(EAFNOSUPPORT, 46, STREAM, 0), SOCKET(EAFNOSUPPORT, 255, STREAM, 0), SOCKET(EAFNOSUPPORT, 0x10002, STREAM, 0),
	SOCKET(EAFNOSUPPORT, 0x7fffffff, STREAM, 0), SOCKET(EAFNOSUPPORT, 0x80000002, STREAM, 0), SOCKET(EAFNOSUPPORT, 0xffffffff, STREAM, 0),

	// Types.
	SOCKET(EPERM, INET, RAW, 0), SOCKET(EPERM, INET, RAW | SOCK_CLOEXEC, TCP), SOCKET(EPERM, INET6, RAW, UDP),
	SOCKET(EPERM, INET, 10, 0), SOCKET(EPERM, INET, SOCK_SEQPACKET, 0), SOCKET(EPERM, INET6, 6, 0),
	SOCKET(EPERM, INET, 0, 0), SOCKET(EPERM, INET6, 15, 0),

	// Protocols.
	SOCKET(EPROTONOSUPPORT, INET, STREAM, MPTCP), SOCKET(EPROTONOSUPPORT, INET6, STREAM, MPTCP),
	SOCKET(EPROTONOSUPPORT, INET, STREAM, SCTP), SOCKET(EPROTONOSUPPORT, INET6, STREAM, SCTP),
	SOCKET(EPROTONOSUPPORT, INET, DGRAM, UDPLITE), SOCKET(EPROTONOSUPPORT, INET6, DGRAM, UDPLITE),
	SOCKET(EPROTONOSUPPORT, INET, STREAM, SMC), SOCKET(EPROTONOSUPPORT, INET, DGRAM, 33), SOCKET(EPROTONOSUPPORT, INET, DGRAM, 2),
	SOCKET(EPROTONOSUPPORT, INET, DGRAM, 115), SOCKET(EPROTONOSUPPORT, INET, STREAM, 255),
	SOCKET(EPROTONOSUPPORT, INET, STREAM, 0x10006), SOCKET(EPROTONOSUPPORT, INET6, DGRAM, 0xffffffff),
	SOCKET_PING(EPROTONOSUPPORT, ICMP_OFF, INET, DGRAM, ICMP), SOCKET_PING(EPROTONOSUPPORT, ICMP_OFF, INET6, DGRAM, ICMPV6),
	SOCKET_PING(ALLOWED, ICMP_ON, INET, DGRAM, ICMP), SOCKET_PING(ALLOWED, ICMP_ON, INET6, DGRAM, ICMPV6),
	SOCKET_PING(ALLOWED, ICMP_ON, INET, DGRAM | SOCK_CLOEXEC, ICMP),
	SOCKET_PING(EPROTONOSUPPORT, ICMP_ON, INET, DGRAM, ICMPV6), SOCKET_PING(EPROTONOSUPPORT, ICMP_ON, INET6, DGRAM, ICMP),
	SOCKET_PING(EPROTONOSUPPORT, ICMP_ON, INET, STREAM, ICMP), SOCKET_PING(EPROTONOSUPPORT, ICMP_ON, INET6, STREAM, ICMPV6),
	SOCKET_PING(EPERM, ICMP_ON, INET, RAW, ICMP), SOCKET_PING(EPERM, ICMP_ON, INET6, RAW, ICMPV6),
	SOCKET_PING(ALLOWED, ICMP_ON, AF_UNIX, STREAM, 1),
	SOCKET(EPROTONOSUPPORT, NETLINK, RAW, 4), SOCKET(EPROTONOSUPPORT, NETLINK, RAW, 9), SOCKET(EPROTONOSUPPORT, NETLINK, RAW, 12),
	SOCKET(EPROTONOSUPPORT, NETLINK, DGRAM, 15), SOCKET(EPROTONOSUPPORT, NETLINK, RAW, 16), SOCKET(EPROTONOSUPPORT, NETLINK, RAW, 20),
	SOCKET(EPROTONOSUPPORT, NETLINK, RAW, 6), SOCKET(EPROTONOSUPPORT, NETLINK, RAW, 1),

	// Pairs.
	WITH("socketpair", ALLOWED, AF_UNIX, STREAM, 0), WITH("socketpair", ALLOWED, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0),
	WITH("socketpair", EAFNOSUPPORT, INET, STREAM, 0), WITH("socketpair", EAFNOSUPPORT, AF_TIPC, STREAM, 0),
	WITH("socketpair", EAFNOSUPPORT, AF_VSOCK, STREAM, 0), WITH("socketpair", EAFNOSUPPORT, 0, STREAM, 0),

	// Options, each with the same number at another level, which programs use.
	OPTION(EPERM, SOCKET_LEVEL, 36), OPTION(ALLOWED, TCP_LEVEL, 36), OPTION(EPERM, SOCKET_LEVEL, 25), OPTION(ALLOWED, TCP_LEVEL, 25),
	OPTION(EPERM, SOCKET_LEVEL, 62), OPTION(ALLOWED, IPV6_LEVEL, 62), OPTION(EPERM, SOCKET_LEVEL, 50), OPTION(ALLOWED, IP_LEVEL, 50),
	OPTION(EPERM, SOCKET_LEVEL, 52), OPTION(ALLOWED, IPV6_LEVEL, 52), OPTION(EPERM, IP_LEVEL, 19), OPTION(ALLOWED, SOCKET_LEVEL, 19),
	OPTION(EPERM, IP_LEVEL, 15), OPTION(ALLOWED, SOCKET_LEVEL, 15), OPTION(EPERM, IPV6_LEVEL, 75), OPTION(ALLOWED, SOCKET_LEVEL, 75),
	OPTION(EPERM, IPV6_LEVEL, 78), OPTION(ALLOWED, SOCKET_LEVEL, 78), OPTION(EPERM, IP_LEVEL, 4), OPTION(ALLOWED, TCP_LEVEL, 4),
	OPTION(EPERM, IPV6_LEVEL, 57), OPTION(ALLOWED, SOCKET_LEVEL, 57), OPTION(EPERM, IPV6_LEVEL, 5), OPTION(ALLOWED, TCP_LEVEL, 5),
	OPTION(EPERM, IP_LEVEL, 64), OPTION(EPERM, IPV6_LEVEL, 64), OPTION(ALLOWED, SOCKET_LEVEL, 64),
	OPTION(EPERM, TCP_LEVEL, 19), OPTION(EPERM, TCP_LEVEL, 31), OPTION(ALLOWED, SOCKET_LEVEL, 31),
	OPTION(ALLOWED, SOCKET_LEVEL, 2), OPTION(ALLOWED, SOCKET_LEVEL, 7), OPTION(ALLOWED, SOCKET_LEVEL, 9), OPTION(ALLOWED, SOCKET_LEVEL, 13),
	OPTION(ALLOWED, SOCKET_LEVEL, 20), OPTION(ALLOWED, SOCKET_LEVEL, 60), OPTION(ALLOWED, IP_LEVEL, 1), OPTION(ALLOWED, IP_LEVEL, 8),
	OPTION(ALLOWED, TCP_LEVEL, 1), OPTION(ALLOWED, TCP_LEVEL, 13), OPTION(ALLOWED, TCP_LEVEL, 23), OPTION(ALLOWED, IPV6_LEVEL, 26),
	OPTION(ALLOWED, IPV6_LEVEL, 67), OPTION(ALLOWED, 17, 103),
	{ "setsockopt", ALLOWED, { 3, SOCKET_LEVEL, 26 }, ONLY_DEFAULT }, { "setsockopt", EPERM, { 3, SOCKET_LEVEL, 26 }, ONLY_STRICT },
	{ "setsockopt", ALLOWED, { 3, SOCKET_LEVEL, 51 }, ONLY_DEFAULT }, { "setsockopt", EPERM, { 3, SOCKET_LEVEL, 51 }, ONLY_STRICT },

	// Namespaces.
	NAMESPACE(CLONE_NEWUSER), NAMESPACE(CLONE_NEWNET), NAMESPACE(CLONE_NEWNS), NAMESPACE(CLONE_NEWPID), NAMESPACE(CLONE_NEWIPC),
	NAMESPACE(CLONE_NEWUTS), NAMESPACE(CLONE_NEWCGROUP), NAMESPACE(0x80),
	WITH("clone", EPERM, CLONE_NEWUSER | CLONE_NEWNET | THREAD_FLAGS), WITH("clone", ALLOWED, FORK_FLAGS),
	WITH("clone", ALLOWED, THREAD_FLAGS), WITH("clone", ALLOWED, CLONE_VM | CLONE_VFORK | SIGCHLD), WITH("clone", ALLOWED, CLONE_PIDFD | SIGCHLD),
	WITH("unshare", ALLOWED, CLONE_FS), WITH("unshare", ALLOWED, CLONE_FILES), DENIED("setns", EPERM),
	WITH("setns", EPERM, 3, CLONE_NEWNET), DENIED("open_by_handle_at", EPERM), DENIED("name_to_handle_at", EPERM),
	WITH("ioctl", EPERM, 3, 0x894c), WITH("ioctl", EPERM, 3, 0x54e3), WITH("ioctl", EPERM, 3, 0xb701), WITH("ioctl", EPERM, 3, 0xb702),
	WITH("ioctl", EPERM, 3, 0xb703), WITH("ioctl", EPERM, 3, 0xb704),

	// Mounts and file systems.
	DENIED("mount", EPERM), DENIED("umount2", EPERM), DENIED("pivot_root", EPERM), DENIED("chroot", EPERM), DENIED("fsopen", EPERM),
	DENIED("fsconfig", EPERM), DENIED("fsmount", EPERM), DENIED("fspick", EPERM), DENIED("open_tree", EPERM), DENIED("move_mount", EPERM),
	DENIED("mount_setattr", EPERM), DENIED("fanotify_init", EPERM), DENIED("quotactl", EPERM), DENIED("quotactl_fd", EPERM),
	DENIED("swapon", EPERM), DENIED("swapoff", EPERM), DENIED("acct", EPERM),
	WITH("mknodat", EPERM, 0, 0, S_IFCHR | 0600), WITH("mknodat", EPERM, 0, 0, S_IFBLK | 0600), WITH("mknodat", ALLOWED, 0, 0, S_IFIFO | 0600),
	WITH("mknodat", ALLOWED, 0, 0, S_IFSOCK | 0600), WITH("mknodat", ALLOWED, 0, 0, S_IFREG | 0600), WITH("mknodat", ALLOWED, 0, 0, 0600),
	{ "mknod", EPERM, { 0, S_IFCHR | 0666 }, ANY_LEVEL, ANY_ICMP, true }, { "mknod", EPERM, { 0, S_IFBLK }, ANY_LEVEL, ANY_ICMP, true },
	{ "mknod", ALLOWED, { 0, S_IFIFO | 0666 }, ANY_LEVEL, ANY_ICMP, true },

	// The kernel and the host.
	DENIED("bpf", EPERM), DENIED("perf_event_open", EPERM), DENIED("init_module", EPERM), DENIED("finit_module", EPERM),
	DENIED("delete_module", EPERM), DENIED("kexec_load", EPERM), DENIED("kexec_file_load", EPERM), DENIED("reboot", EPERM),
	DENIED("lookup_dcookie", EPERM), DENIED("add_key", EPERM), DENIED("request_key", EPERM), DENIED("keyctl", EPERM),
	DENIED("settimeofday", EPERM), DENIED("clock_settime", EPERM), DENIED("clock_adjtime", EPERM), DENIED("adjtimex", EPERM),
	DENIED("syslog", EPERM), DENIED("sethostname", EPERM), DENIED("setdomainname", EPERM), DENIED("vhangup", EPERM),
	X86("iopl"), X86("ioperm"), X86("modify_ldt"), DENIED("userfaultfd", EPERM), WITH("userfaultfd", EPERM, O_CLOEXEC),
	{ "userfaultfd", ALLOWED, { 1 }, ONLY_DEFAULT }, { "userfaultfd", ALLOWED, { O_CLOEXEC | O_NONBLOCK | 1 }, ONLY_DEFAULT },
	{ "userfaultfd", EPERM, { 1 }, ONLY_STRICT },

	// Terminals and devices: what GPU drivers, terminals and Python ask for stays.
	WITH("ioctl", EPERM, 0, 0x5412), WITH("ioctl", EPERM, 0, 0x541c), WITH("ioctl", EPERM, 0, 0x5423), WITH("ioctl", ALLOWED, 0, 0x5401),
	WITH("ioctl", ALLOWED, 0, 0x5413), WITH("ioctl", ALLOWED, 0, 0x540e), WITH("ioctl", ALLOWED, 0, 0x5421), WITH("ioctl", ALLOWED, 0, 0x5441),
	WITH("ioctl", ALLOWED, 0, 0x8912), WITH("ioctl", ALLOWED, 0, 0x8913), WITH("ioctl", ALLOWED, 0, 0xc020462a),
	WITH("ioctl", ALLOWED, 0, 0xc00446d6), WITH("ioctl", ALLOWED, 0, 0x30000001), WITH("ioctl", ALLOWED, 0, 0xc0106400),

	// Personality.
	{ "personality", ALLOWED, { 0 }, ONLY_DEFAULT }, { "personality", ALLOWED, { 0xffffffff }, ONLY_DEFAULT },
	{ "personality", ALLOWED, { 0x0040000 }, ONLY_DEFAULT }, WITH("personality", EPERM, 8), WITH("personality", EPERM, 0x0400000),
	WITH("personality", EPERM, 0x0100000), WITH("personality", EPERM, 0x0440000), WITH("personality", EPERM, 0xfffffffe),
	WITH("personality", EPERM, 1), WITH("personality", EPERM, 0x80000000), { "personality", EPERM, { 0 }, ONLY_STRICT },

	// Limits: reading and every other limit work; a new core limit is accepted and ignored.
	WITH("setrlimit", 0, RLIMIT_CORE, 0x7000), WITH("setrlimit", ALLOWED, RLIMIT_NOFILE, 0x7000), WITH("setrlimit", ALLOWED, RLIMIT_CPU, 0x7000),
	WITH("prlimit64", 0, 0, RLIMIT_CORE, 0x7000, 0), WITH("prlimit64", 0, 77, RLIMIT_CORE, 0x7000, 0x7100),
	WITH("prlimit64", 0, 0, RLIMIT_CORE, 1ull << 32, 0), WITH("prlimit64", 0, 0, RLIMIT_CORE, 1ull << 63, 0), WITH("prlimit64", 0, 0, RLIMIT_CORE, 1, 0),
	WITH("prlimit64", ALLOWED, 0, RLIMIT_CORE, 0, 0x7100), WITH("prlimit64", ALLOWED, 0, RLIMIT_CORE, 0, 0),
	WITH("prlimit64", ALLOWED, 0, RLIMIT_NOFILE, 0x7000, 0), WITH("prlimit64", ALLOWED, 0, RLIMIT_STACK, 0, 0x7100), OPEN("getrlimit"),

	// What strict adds.
	OPEN_BY_DEFAULT("ptrace"), OPEN_BY_DEFAULT("process_vm_readv"), OPEN_BY_DEFAULT("process_vm_writev"), OPEN_BY_DEFAULT("kcmp"),
	OPEN_BY_DEFAULT("pidfd_getfd"), OPEN_BY_DEFAULT("process_madvise"), OPEN_BY_DEFAULT("process_mrelease"), OPEN_BY_DEFAULT("migrate_pages"),
	OPEN_BY_DEFAULT("move_pages"), OPEN_BY_DEFAULT("vmsplice"),

	// What jobs need: the network's addresses are never looked at.
	OPEN("connect"), OPEN("bind"), OPEN("listen"), OPEN("accept"), OPEN("accept4"), OPEN("sendto"), OPEN("sendmsg"), OPEN("sendmmsg"),
	OPEN("recvfrom"), OPEN("recvmsg"), OPEN("recvmmsg"), OPEN("getsockopt"), OPEN("shutdown"), OPEN("getsockname"), OPEN("memfd_create"),
	OPEN("mbind"), OPEN("set_mempolicy"), OPEN("get_mempolicy"), OPEN("sched_setaffinity"), OPEN("mlock"), OPEN("mlockall"), OPEN("shmget"),
	OPEN("shmat"), OPEN("semop"), OPEN("mq_open"), OPEN("pidfd_open"), OPEN("pidfd_send_signal"), OPEN("eventfd2"), OPEN("epoll_pwait"),
	OPEN("epoll_create1"), OPEN("inotify_init1"), OPEN("inotify_add_watch"), OPEN("signalfd4"), OPEN("timerfd_create"), OPEN("futex"),
	OPEN("read"), OPEN("write"), OPEN("readv"), OPEN("openat"), OPEN("close"), OPEN("close_range"), OPEN("mmap"), OPEN("mprotect"), OPEN("munmap"),
	OPEN("mremap"), OPEN("madvise"), OPEN("brk"), OPEN("execve"), OPEN("execveat"), OPEN("wait4"), OPEN("waitid"), OPEN("kill"), OPEN("tgkill"),
	OPEN("rt_sigaction"), OPEN("rt_sigprocmask"), OPEN("getrandom"), OPEN("clock_gettime"), OPEN("clock_nanosleep"), OPEN("gettimeofday"),
	OPEN("prctl"), OPEN("setsid"), OPEN("setpgid"), OPEN("setuid"), OPEN("setgroups"), OPEN("capset"), OPEN("statx"), OPEN("io_setup"), OPEN("io_submit"),
	OPEN("copy_file_range"), OPEN("sendfile"), OPEN("splice"), OPEN("tee"), OPEN("pipe2"), OPEN("dup3"), OPEN("fallocate"), OPEN("landlock_create_ruleset"),
	OPEN("rseq"), OPEN("membarrier"), OPEN("set_robust_list"), OPEN("sysinfo"), OPEN("uname"), OPEN("getcpu"), OPEN("umask"), OPEN("fchdir"),
};
const size_t sim_cases_count = sizeof(sim_cases) / sizeof(sim_cases[0]);

// What a CUDA program asks of its driver. Every number of a driver's letter, for arguments of some sizes that NVIDIA's
// library passes: from 4 bytes (register an event's descriptor) to 0xa00 (list the cards).
#define EVERY_NUMBER(make, letter, size) make(letter, 0, char[size]), make(letter, 0xff, char[size])
const struct sim_requests sim_requests[] = {
	{ "NVIDIA, free and allocate a descriptor", EVERY_NUMBER(_IOWR, 'F', 0x10) },  // 0x29, 0xce, 0xcf, 0xd3
	{ "NVIDIA, control and allocate", EVERY_NUMBER(_IOWR, 'F', 0x20) },	       // 0x2a, 0x2b, 0x4f
	{ "NVIDIA, allocate with rights", EVERY_NUMBER(_IOWR, 'F', 0x30) },	       // 0x2b
	{ "NVIDIA, allocate and map memory", EVERY_NUMBER(_IOWR, 'F', 0x38) },	       // 0x27, 0x4e
	{ "NVIDIA, video heap", EVERY_NUMBER(_IOWR, 'F', 0xb0) },		       // 0x4a
	{ "NVIDIA, register a descriptor", EVERY_NUMBER(_IOWR, 'F', 4) },	       // 0xc9
	{ "NVIDIA, system parameters", EVERY_NUMBER(_IOWR, 'F', 8) },		       // 0xd6
	{ "NVIDIA, version", EVERY_NUMBER(_IOWR, 'F', 0x48) },			       // 0xd2
	{ "NVIDIA, cards", EVERY_NUMBER(_IOWR, 'F', 0xa00) },			       // 0xc8
	{ "NVIDIA's unified memory, begin and end", 0x30000001, 0x30000002 },
	{ "NVIDIA's unified memory", 1, 80 },
	{ "AMD's compute, read", EVERY_NUMBER(_IOR, 'K', 8) },
	{ "AMD's compute, write", EVERY_NUMBER(_IOW, 'K', 16) },
	{ "AMD's compute", EVERY_NUMBER(_IOWR, 'K', 0x20) },
	{ "graphics, read", EVERY_NUMBER(_IOR, 'd', 16) },
	{ "graphics, write", EVERY_NUMBER(_IOW, 'd', 8) },
	{ "graphics", EVERY_NUMBER(_IOWR, 'd', 16) },
	{ "graphics, without an argument", _IO('d', 0), _IO('d', 0xff) },
};
const size_t sim_requests_count = sizeof(sim_requests) / sizeof(sim_requests[0]);

const struct sim_ints sim_ints[] = {
	{ "socket", 7 },     { "socketpair", 7 }, { "setsockopt", 6 }, { "clone", 1 },	 { "unshare", 1 },     { "ioctl", 2 },
	{ "mknod", 2 },	     { "mknodat", 4 },	  { "userfaultfd", 1 }, { "personality", 1 }, { "setrlimit", 1 }, { "prlimit64", 2 },
	{ "seccomp", 2 },
};
const size_t sim_ints_count = sizeof(sim_ints) / sizeof(sim_ints[0]);

const struct sim_number sim_numbers[] = {
	// 32-bit calls from 64-bit code (int 0x80): socketcall, socket, read, exit; ARM's 32-bit ABI likewise.
	{ AUDIT_ARCH_I386, 102, KILLED, AUDIT_ARCH_X86_64 }, { AUDIT_ARCH_I386, 359, KILLED, AUDIT_ARCH_X86_64 },
	{ AUDIT_ARCH_I386, 3, KILLED, AUDIT_ARCH_X86_64 }, { AUDIT_ARCH_I386, 1, KILLED, AUDIT_ARCH_X86_64 },
	{ AUDIT_ARCH_I386, 467, KILLED, AUDIT_ARCH_X86_64 }, { AUDIT_ARCH_ARM, 281, KILLED, AUDIT_ARCH_AARCH64 },
	{ AUDIT_ARCH_ARM, 3, KILLED, AUDIT_ARCH_AARCH64 }, { AUDIT_ARCH_ARM, 467, KILLED, AUDIT_ARCH_AARCH64 },
	// Each other's, and one that neither machine has.
	{ AUDIT_ARCH_AARCH64, 198, KILLED, AUDIT_ARCH_X86_64 }, { AUDIT_ARCH_X86_64, 41, KILLED, AUDIT_ARCH_AARCH64 },
	{ AUDIT_ARCH_RISCV64, 198, KILLED, AUDIT_ARCH_X86_64 }, { AUDIT_ARCH_RISCV64, 198, KILLED, AUDIT_ARCH_AARCH64 },
	{ 0, 0, KILLED, AUDIT_ARCH_X86_64 }, { 0, 0, KILLED, AUDIT_ARCH_AARCH64 },
	// x32: read, socket, the first of its own numbers, a young call, the last number.
	{ AUDIT_ARCH_X86_64, 0x40000000, KILLED, AUDIT_ARCH_X86_64 }, { AUDIT_ARCH_X86_64, 0x40000029, KILLED, AUDIT_ARCH_X86_64 },
	{ AUDIT_ARCH_X86_64, 0x40000200, KILLED, AUDIT_ARCH_X86_64 }, { AUDIT_ARCH_X86_64, 0x400001d3, KILLED, AUDIT_ARCH_X86_64 },
	{ AUDIT_ARCH_X86_64, 0x7fffffff, KILLED, AUDIT_ARCH_X86_64 }, { AUDIT_ARCH_X86_64, 0x80000000, KILLED, AUDIT_ARCH_X86_64 },
	{ AUDIT_ARCH_X86_64, 0xfffffffe, KILLED, AUDIT_ARCH_X86_64 },
	// -1 is what a tracer leaves behind when it takes a call away: no call.
	{ AUDIT_ARCH_X86_64, 0xffffffff, ALLOWED, AUDIT_ARCH_X86_64 },
	// Younger than the table (467 is open_tree_attr), and the last one that is not (466, removexattrat).
	{ AUDIT_ARCH_X86_64, 467, ENOSYS, AUDIT_ARCH_X86_64 }, { AUDIT_ARCH_X86_64, 470, ENOSYS, AUDIT_ARCH_X86_64 },
	{ AUDIT_ARCH_X86_64, 0x3fffffff, ENOSYS, AUDIT_ARCH_X86_64 }, { AUDIT_ARCH_AARCH64, 467, ENOSYS, AUDIT_ARCH_AARCH64 },
	{ AUDIT_ARCH_AARCH64, 5000, ENOSYS, AUDIT_ARCH_AARCH64 }, { AUDIT_ARCH_X86_64, 466, ALLOWED, AUDIT_ARCH_X86_64 },
	{ AUDIT_ARCH_AARCH64, 466, ALLOWED, AUDIT_ARCH_AARCH64 },
};
const size_t sim_numbers_count = sizeof(sim_numbers) / sizeof(sim_numbers[0]);
