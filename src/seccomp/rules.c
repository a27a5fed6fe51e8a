// SPDX-License-Identifier: GPL-2.0-or-later
// The system call policy: RULE(calls, conditions, error, level, why), grouped as `show --as seccomp` prints it.
//
// To add a rule: one row here and its cases in tests/sim/cases.c (a test removes each row, call and value in turn and
// demands that a case notices).
#include "seccomp/rules.h"

#include <asm/ioctls.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ipv6.h>
#include <linux/nsfs.h>
#include <linux/personality.h>
#include <linux/sched.h>
#include <linux/tcp.h>
#include <linux/userfaultfd.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

// Constants that the headers of the oldest supported system lack, or that collide with others when included.
enum {
	IP_OPTIONS_NUMBER = 4,
	IP_FREEBIND_NUMBER = 15,
	IP_TRANSPARENT_NUMBER = 19,
	IPT_SO_SET_REPLACE_NUMBER = 64,
	SECCOMP_NEW_LISTENER_FLAG = 1 << 3,
	TUN_GET_DEVICE_NETNS = 0x54e3,  // TUNGETDEVNETNS
	SOCKET_GET_NETNS = 0x894c,      // SIOCGSKNS
};

// clang-format off
#define V(name) { #name, (uint32_t)(name) }
#define NAMED(name, value) { name, (uint32_t)(value) }
#define LIST(...) \
	(const struct value[]){ __VA_ARGS__ }, sizeof((const struct value[]){ __VA_ARGS__ }) / sizeof(struct value)

#define ANY_OF(argument, name, ...) { MATCH_ANY_OF, argument, name, UINT32_MAX, LIST(__VA_ARGS__) }
#define NONE_OF(argument, name, ...) { MATCH_NONE_OF, argument, name, UINT32_MAX, LIST(__VA_ARGS__) }
#define MASKED_ANY_OF(argument, name, mask, ...) { MATCH_ANY_OF, argument, name, mask, LIST(__VA_ARGS__) }
#define MASKED_NONE_OF(argument, name, mask, ...) { MATCH_NONE_OF, argument, name, mask, LIST(__VA_ARGS__) }
#define ANY_BIT(argument, name, ...) { MATCH_ANY_BIT, argument, name, UINT32_MAX, LIST(__VA_ARGS__) }
#define POINTER(argument, name) { MATCH_POINTER, argument, name, 0, NULL, 0 }

#define WHEN(...) { __VA_ARGS__ }
#define ALWAYS WHEN({ .match = MATCH_END })

// What follows the reason may name further fields.
#define RULE(calls_, when_, error_, level_, ...) \
	{ .calls = calls_, .when = when_, .error = error_, .level = level_, .why = __VA_ARGS__ }
#define HEADING(text) { .why = text }

#define DEFAULT SECCOMP_DEFAULT
#define STRICT SECCOMP_STRICT
// clang-format on

#define NAMESPACE_FLAGS                                                                                                \
	V(CLONE_NEWUSER), V(CLONE_NEWNET), V(CLONE_NEWNS), V(CLONE_NEWPID), V(CLONE_NEWIPC), V(CLONE_NEWUTS),          \
	    V(CLONE_NEWCGROUP), V(CLONE_NEWTIME)

const struct rule rules[] = {
	HEADING("Another way to make system calls"),
	RULE("io_uring_setup io_uring_enter io_uring_register", ALWAYS, ENOSYS, DEFAULT,
	     "a ring opens and connects sockets without any system call that a filter sees; programs fall back as on "
	     "an older kernel"),
	RULE("clone3", ALWAYS, ENOSYS, DEFAULT, "its flags lie behind a pointer; the C library falls back to clone"),
	RULE("seccomp", WHEN(ANY_BIT(1, "flags", NAMED("SECCOMP_FILTER_FLAG_NEW_LISTENER", SECCOMP_NEW_LISTENER_FLAG))),
	     EPERM, DEFAULT,
	     "who answers system calls lets them through; the supervisor does, and the kernel has room for one alone"),

	HEADING("Sockets: what is allowed, all else is denied, also what a future kernel adds"),
	RULE("socket", WHEN(NONE_OF(0, "family", V(AF_UNIX), V(AF_INET), V(AF_INET6), V(AF_NETLINK))), EAFNOSUPPORT,
	     DEFAULT,
	     "vsock ignores network namespaces, packet and XDP the ruleset, the rest is code that a training job has "
	     "no use for"),
	RULE("socket",
	     WHEN(ANY_OF(0, "family", V(AF_INET), V(AF_INET6)),
		  MASKED_NONE_OF(1, "type & 0xf", 0xf, V(SOCK_STREAM), V(SOCK_DGRAM))),
	     EPERM, DEFAULT, "raw sockets choose their own headers"),
	RULE("socket",
	     WHEN(ANY_OF(0, "family", V(AF_INET), V(AF_INET6)),
		  NONE_OF(2, "protocol", NAMED("0", 0), V(IPPROTO_TCP), V(IPPROTO_UDP))),
	     EPROTONOSUPPORT, DEFAULT, "no ICMP, MPTCP, SCTP, UDP-Lite, SMC: rules name TCP and UDP",
	     .icmp = ICMP_DENIED),
	RULE("socket",
	     WHEN(ANY_OF(0, "family", V(AF_INET)),
		  NONE_OF(2, "protocol", NAMED("0", 0), V(IPPROTO_TCP), V(IPPROTO_UDP), V(IPPROTO_ICMP))),
	     EPROTONOSUPPORT, DEFAULT, "the policy allows ICMP echo; no MPTCP, SCTP, UDP-Lite, SMC",
	     .icmp = ICMP_ALLOWED),
	RULE("socket",
	     WHEN(ANY_OF(0, "family", V(AF_INET6)),
		  NONE_OF(2, "protocol", NAMED("0", 0), V(IPPROTO_TCP), V(IPPROTO_UDP), V(IPPROTO_ICMPV6))),
	     EPROTONOSUPPORT, DEFAULT, "the policy allows ICMP echo; no MPTCP, SCTP, UDP-Lite, SMC",
	     .icmp = ICMP_ALLOWED),
	RULE("socket",
	     WHEN(ANY_OF(0, "family", V(AF_INET), V(AF_INET6)), MASKED_ANY_OF(1, "type & 0xf", 0xf, V(SOCK_STREAM)),
		  ANY_OF(2, "protocol", V(IPPROTO_ICMP), V(IPPROTO_ICMPV6))),
	     EPROTONOSUPPORT, DEFAULT, "ICMP is for ping sockets (SOCK_DGRAM)", .icmp = ICMP_ALLOWED),
	RULE("socket", WHEN(ANY_OF(0, "family", V(AF_NETLINK)), NONE_OF(2, "protocol", NAMED("NETLINK_ROUTE", 0))),
	     EPROTONOSUPPORT, DEFAULT,
	     "getifaddrs needs ROUTE; uevents, audit, netfilter and socket listings tell of or reach outside the job"),
	RULE("socketpair", WHEN(NONE_OF(0, "family", V(AF_UNIX))), EAFNOSUPPORT, DEFAULT,
	     "only UNIX pairs are of use; TIPC has them too"),

	HEADING("Socket options that step around the ruleset"),
	RULE("setsockopt",
	     WHEN(ANY_OF(1, "level", V(SOL_SOCKET)),
		  ANY_OF(2, "option", V(SO_MARK), V(SO_BINDTODEVICE), V(SO_BINDTOIFINDEX))),
	     EPERM, DEFAULT, "marks and devices steer routing; routes are the policy's"),
	RULE(
	    "setsockopt",
	    WHEN(ANY_OF(1, "level", V(SOL_SOCKET)), ANY_OF(2, "option", V(SO_ATTACH_BPF), V(SO_ATTACH_REUSEPORT_EBPF))),
	    EPERM, DEFAULT, "a BPF program that came in as a descriptor"),
	RULE("setsockopt",
	     WHEN(ANY_OF(1, "level", V(IPPROTO_IP)), ANY_OF(2, "option", NAMED("IP_TRANSPARENT", IP_TRANSPARENT_NUMBER),
							    NAMED("IP_FREEBIND", IP_FREEBIND_NUMBER))),
	     EPERM, DEFAULT, "foreign source addresses"),
	RULE("setsockopt",
	     WHEN(ANY_OF(1, "level", V(IPPROTO_IPV6)), ANY_OF(2, "option", V(IPV6_TRANSPARENT), V(IPV6_FREEBIND))),
	     EPERM, DEFAULT, "foreign source addresses"),
	RULE("setsockopt",
	     WHEN(ANY_OF(1, "level", V(IPPROTO_IP)), ANY_OF(2, "option", NAMED("IP_OPTIONS", IP_OPTIONS_NUMBER))),
	     EPERM, DEFAULT, "a source route names a second destination that no rule looks at"),
	RULE("setsockopt",
	     WHEN(ANY_OF(1, "level", V(IPPROTO_IPV6)), ANY_OF(2, "option", V(IPV6_RTHDR), V(IPV6_2292RTHDR))), EPERM,
	     DEFAULT, "a routing header names a second destination that no rule looks at"),
	RULE("setsockopt",
	     WHEN(ANY_OF(1, "level", V(IPPROTO_IP), V(IPPROTO_IPV6)),
		  ANY_OF(2, "option", NAMED("IPT_SO_SET_REPLACE", IPT_SO_SET_REPLACE_NUMBER))),
	     EPERM, DEFAULT, "replaces rules of the older packet filter"),
	RULE("setsockopt", WHEN(ANY_OF(1, "level", V(IPPROTO_TCP)), ANY_OF(2, "option", V(TCP_REPAIR))), EPERM, DEFAULT,
	     "forges the state of a connection"),
	RULE("setsockopt", WHEN(ANY_OF(1, "level", V(IPPROTO_TCP)), ANY_OF(2, "option", V(TCP_ULP))), EPERM, DEFAULT,
	     "its SMC layer moves a connection to RDMA, which no packet filter sees; TLS libraries fall back to their "
	     "own code"),

	HEADING("Namespaces: the job stays in its own"),
	RULE("clone", WHEN(ANY_BIT(0, "flags", NAMESPACE_FLAGS)), EPERM, DEFAULT,
	     "a new user namespace gives full rights over new network and mount namespaces"),
	RULE("unshare", WHEN(ANY_BIT(0, "flags", NAMESPACE_FLAGS)), EPERM, DEFAULT,
	     "a new user namespace gives full rights over new network and mount namespaces"),
	RULE("setns", ALWAYS, EPERM, DEFAULT, "enters another namespace through a descriptor"),
	RULE("ioctl",
	     WHEN(ANY_OF(1, "request", NAMED("SIOCGSKNS", SOCKET_GET_NETNS),
			 NAMED("TUNGETDEVNETNS", TUN_GET_DEVICE_NETNS))),
	     EPERM, DEFAULT, "the namespace of a socket or device, as a descriptor"),
	RULE("ioctl",
	     WHEN(ANY_OF(1, "request", V(NS_GET_USERNS), V(NS_GET_PARENT), V(NS_GET_NSTYPE), V(NS_GET_OWNER_UID))),
	     EPERM, DEFAULT, "walks from a namespace to its parent and owner"),
	RULE("open_by_handle_at name_to_handle_at", ALWAYS, EPERM, DEFAULT,
	     "opens files and namespaces by number, past every mount"),

	HEADING("Mounts: the job keeps the view it was given"),
	RULE("mount umount2 pivot_root chroot", ALWAYS, EPERM, DEFAULT, "uncovers what the view hides"),
	RULE("fsopen fsconfig fsmount fspick open_tree move_mount mount_setattr", ALWAYS, EPERM, DEFAULT,
	     "uncovers what the view hides, by the newer calls"),
	RULE("mknod", WHEN(MASKED_ANY_OF(1, "mode & S_IFMT", S_IFMT, V(S_IFCHR), V(S_IFBLK))), EPERM, DEFAULT,
	     "device nodes", .x86_only = true),
	RULE("mknodat", WHEN(MASKED_ANY_OF(2, "mode & S_IFMT", S_IFMT, V(S_IFCHR), V(S_IFBLK))), EPERM, DEFAULT,
	     "device nodes"),
	RULE("fanotify_init", ALWAYS, EPERM, DEFAULT, "watches whole file systems, also what others do there"),
	RULE("quotactl quotactl_fd", ALWAYS, EPERM, DEFAULT, "quotas belong to the host's file systems"),
	RULE("swapon swapoff acct", ALWAYS, EPERM, DEFAULT, "swap and accounting files belong to the host"),

	HEADING("Programs and probes in the kernel"),
	RULE("bpf", ALWAYS, EPERM, DEFAULT, "programs in the kernel see and send packets of every namespace"),
	RULE("perf_event_open", ALWAYS, EPERM, DEFAULT,
	     "observes the kernel and other processes; a large attack surface"),
	RULE("userfaultfd", WHEN(MASKED_NONE_OF(0, "flags & 1", 1, V(UFFD_USER_MODE_ONLY))), EPERM, DEFAULT,
	     "holds the kernel in the middle of a copy; faults of user mode alone are harmless"),
	RULE("init_module finit_module delete_module", ALWAYS, EPERM, DEFAULT, "kernel modules"),
	RULE("kexec_load kexec_file_load reboot", ALWAYS, EPERM, DEFAULT, "another kernel, or none"),
	RULE("lookup_dcookie", ALWAYS, EPERM, DEFAULT, "turns numbers into paths of hidden files"),

	HEADING("State that belongs to the host"),
	RULE("add_key request_key keyctl", ALWAYS, EPERM, DEFAULT,
	     "keyrings are shared across namespaces: another process's credentials, and a letter box"),
	RULE("settimeofday clock_settime clock_adjtime adjtimex", ALWAYS, EPERM, DEFAULT,
	     "the host's clock (whether it is read or set lies behind a pointer)"),
	RULE("syslog", ALWAYS, EPERM, DEFAULT, "the kernel's log: addresses and other jobs' events"),
	RULE("sethostname setdomainname", ALWAYS, EPERM, DEFAULT, "the jail's names are the policy's"),
	RULE("iopl ioperm", ALWAYS, EPERM, DEFAULT, "hardware ports", .x86_only = true),
	RULE("modify_ldt", ALWAYS, EPERM, DEFAULT, "16- and 32-bit code segments; kernel holes of the past",
	     .x86_only = true),
	RULE("vhangup", ALWAYS, EPERM, DEFAULT, "hangs up the caller's terminal"),
	RULE("ioctl", WHEN(ANY_OF(1, "request", V(TIOCSTI), V(TIOCLINUX), V(TIOCSETD))), EPERM, DEFAULT,
	     "types into the terminal of the one who started the job, or changes what drives it"),
	RULE("personality",
	     WHEN(NONE_OF(0, "persona", NAMED("PER_LINUX", PER_LINUX), V(ADDR_NO_RANDOMIZE),
			  NAMED("query", 0xffffffff))),
	     EPERM, DEFAULT, "other personalities weaken memory protection; debuggers need no more than these"),
	RULE("setrlimit", WHEN(ANY_OF(0, "resource", V(RLIMIT_CORE))), 0, DEFAULT,
	     "a core limit of 1 keeps the host's core helper from running; scripts that say ulimit -c 0 go on"),
	RULE("prlimit64", WHEN(ANY_OF(1, "resource", V(RLIMIT_CORE)), POINTER(2, "new limit")), 0, DEFAULT,
	     "a core limit of 1 keeps the host's core helper from running; scripts that say ulimit -c 0 go on"),

	HEADING("Strict: also what only debuggers and multi-process GPU or MPI jobs need"),
	RULE("ptrace", ALWAYS, EPERM, STRICT, "debuggers; and a job that traces itself hides from its own records"),
	RULE("process_vm_readv process_vm_writev", ALWAYS, EPERM, STRICT,
	     "memory of the job's other processes (MPI, UCX)"),
	RULE("kcmp", ALWAYS, EPERM, STRICT, "compares kernel objects of two processes (MPI)"),
	RULE("pidfd_getfd", ALWAYS, EPERM, STRICT, "takes a descriptor out of another process (CUDA memory sharing)"),
	RULE("process_madvise process_mrelease", ALWAYS, EPERM, STRICT, "memory of another process"),
	RULE("migrate_pages move_pages", ALWAYS, EPERM, STRICT, "moves pages of another process between NUMA nodes"),
	RULE("userfaultfd", ALWAYS, EPERM, STRICT, "user-mode paging (virtual machines, checkpointing)"),
	RULE("personality", ALWAYS, EPERM, STRICT, "only debuggers and setarch ask"),
	RULE("vmsplice", ALWAYS, EPERM, STRICT,
	     "pages shared with a pipe; kernel holes of the past, write works as well"),
	RULE("setsockopt",
	     WHEN(ANY_OF(1, "level", V(SOL_SOCKET)),
		  ANY_OF(2, "option", V(SO_ATTACH_FILTER), V(SO_ATTACH_REUSEPORT_CBPF))),
	     EPERM, STRICT, "classic BPF on a socket (packet dumps, load balancers)"),
};
const size_t rules_count = sizeof(rules) / sizeof(rules[0]);

const struct rule observed[] = {
	RULE("connect sendmsg sendmmsg", ALWAYS, ERROR_OBSERVED, DEFAULT, "who asks for which destination"),
	RULE("sendto", WHEN(POINTER(4, "address")), ERROR_OBSERVED, DEFAULT, "who asks for which destination"),
};
const size_t observed_count = sizeof(observed) / sizeof(observed[0]);

const struct open_call open_calls[] = {
	{ "connect bind listen accept accept4 sendto sendmsg sendmmsg", STRICT,
	  "addresses lie behind a pointer: the ruleset decides on packets, the filter never" },
	{ "recvmsg recvmmsg", STRICT, "no socket of the outside is in reach, so no descriptor comes in" },
	{ "memfd_create", STRICT, "CUDA does not start without it" },
	{ "shmget shmat semget semop msgget mq_open", STRICT, "the job has an IPC namespace and /dev/shm of its own" },
	{ "mbind set_mempolicy get_mempolicy sched_setaffinity", STRICT,
	  "NUMA placement: NCCL, OpenMPI, BLAS threads" },
	{ "move_pages migrate_pages", DEFAULT, "NUMA placement: OpenMPI, libnuma" },
	{ "mlock mlock2 mlockall", STRICT, "pinned memory for GPUs" },
	{ "process_vm_readv process_vm_writev", DEFAULT,
	  "OpenMPI and UCX abort without it; the pid namespace has only the job's own processes" },
	{ "ptrace kcmp", DEFAULT, "gdb and py-spy inside the job, OpenMPI; the pid namespace bounds both" },
	{ "pidfd_getfd", DEFAULT, "PyTorch shares CUDA memory with it; the pid namespace bounds it" },
	{ "pidfd_open pidfd_send_signal", STRICT, "Python's asyncio watches its children with it" },
	{ "userfaultfd", DEFAULT, "only with UFFD_USER_MODE_ONLY" },
	{ "seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self", STRICT,
	  "they can only narrow what a process may do" },
	{ "io_setup io_submit io_getevents", STRICT,
	  "asynchronous reads of files (GPU-direct and checkpoint libraries)" },
	{ "unshare", STRICT, "without a namespace flag it only stops sharing within the job" },
	{ "ioctl", STRICT, "GPU drivers are nothing but ioctls; the devices in /dev are the wall" },
};
const size_t open_calls_count = sizeof(open_calls) / sizeof(open_calls[0]);

bool rule_applies(const struct rule *rule, const struct filter_options *options)
{
	if (!rule->calls || rule->level > options->level)
		return false;
	if (rule->x86_only && options->arch != AUDIT_ARCH_X86_64)
		return false;
	switch (rule->icmp) {
	case ICMP_EITHER:
		return true;
	case ICMP_DENIED:
		return !options->icmp;
	case ICMP_ALLOWED:
		return options->icmp;
	}
	return false;
}

bool rule_next_call(const char **list, char *name, size_t size)
{
	const size_t length = strcspn(*list, " ");

	if (length == 0 || length >= size)
		return false;
	memcpy(name, *list, length);
	name[length] = '\0';
	*list += length;
	*list += strspn(*list, " ");
	return true;
}
