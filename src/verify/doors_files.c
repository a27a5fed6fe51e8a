// SPDX-License-Identifier: GPL-2.0-or-later
// Processes, sockets, files and secrets of the outside: see doors.h.
#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "verify/doors_outside.h"
#include "verify/doors_rows.h"

static int open_path(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC | O_NONBLOCK);

	return fd < 0 ? errno : 0;
}

int door_proc_kernel_memory(void)
{
	return open_path("/proc/kmsg", O_RDONLY);
}

int door_device_kernel_log(void)
{
	return open_path("/dev/kmsg", O_RDONLY);
}

int door_device_tunnel(void)
{
	return open_path("/dev/net/tun", O_RDWR);
}

int door_device_rdma(void)
{
	return open_path("/dev/infiniband", O_RDONLY);
}

int door_switch_network(void)
{
	return open_path("/proc/sys/net/ipv4/ip_forward", O_WRONLY);
}

int door_switch_kernel(void)
{
	return open_path("/proc/sys/kernel/core_pattern", O_WRONLY);
}

int door_cgroup_write(void)
{
	return open_path("/sys/fs/cgroup/cgroup.procs", O_WRONLY);
}

int door_privilege_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	if (syscall(SYS_capget, &header, data) < 0)
		return errno;
	return data[0].effective || data[0].permitted || data[1].effective || data[1].permitted ? 0 : EPERM;
}

int door_process_list(void)
{
	char path[40];

	(void)snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)doors_world.outside);
	return open_path(path, O_RDONLY);
}

int door_process_signal(void)
{
	return door_result(kill(doors_world.outside, 0));
}

int door_process_signal_descriptor(void)
{
	int fd = (int)syscall(SYS_pidfd_open, doors_world.outside, 0);

	return fd < 0 ? errno : door_result(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0));
}

int door_process_memory(void)
{
	char byte;
	struct iovec here = { &byte, 1 }, there = { &doors_world, 1 };

	return door_result(process_vm_readv(doors_world.outside, &here, 1, &there, 1, 0));
}

int door_process_descriptor_taken(void)
{
	int fd = (int)syscall(SYS_pidfd_open, doors_world.outside, 0);

	return fd < 0 ? errno : door_result(syscall(SYS_pidfd_getfd, fd, 0, 0));
}

int door_process_environment(void)
{
	char path[40];

	(void)snprintf(path, sizeof(path), "/proc/%d/environ", (int)doors_world.outside);
	return open_path(path, O_RDONLY);
}

int door_process_namespace(void)
{
	char path[40];

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)doors_world.outside);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? errno : door_result(setns(fd, CLONE_NEWNET));
}

int door_descriptor_socket(void)
{
	int type = 0;
	socklen_t length = sizeof(type);

	if (doors_world.descriptor < 0)
		return ENOSYS;
	return door_result(getsockopt(doors_world.descriptor, SOL_SOCKET, SO_TYPE, &type, &length));
}

static int connect_unix(enum outside_socket which)
{
	struct sockaddr_un address;
	socklen_t length = outside_address(which, doors_world.mark, &address);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? errno : door_result(connect(fd, (struct sockaddr *)&address, length));
}

int door_abstract_stream(void)
{
	return connect_unix(OUTSIDE_ABSTRACT);
}

int door_socket_tmp(void)
{
	return connect_unix(OUTSIDE_TMP);
}

int door_socket_shm(void)
{
	return connect_unix(OUTSIDE_SHM);
}

int door_file_tmp(void)
{
	struct sockaddr_un address;

	(void)outside_address(OUTSIDE_TMP, doors_world.mark, &address);
	return door_result(access(address.sun_path, F_OK));
}

static int connect_loopback(int family)
{
	const struct sockaddr_in ipv4 = { .sin_family = AF_INET,
					  .sin_port = htons(DOORS_PORT),
					  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const struct sockaddr_in6 ipv6 = { .sin6_family = AF_INET6,
					   .sin6_port = htons(DOORS_PORT),
					   .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return errno;
	return family == AF_INET ? door_result(connect(fd, (const struct sockaddr *)&ipv4, sizeof(ipv4)))
				 : door_result(connect(fd, (const struct sockaddr *)&ipv6, sizeof(ipv6)));
}

int door_tcp4_loopback(void)
{
	return connect_loopback(AF_INET);
}

int door_tcp6_loopback(void)
{
	return connect_loopback(AF_INET6);
}

int door_environment_aws(void)
{
	const char *value = getenv("AWS_SECRET_ACCESS_KEY");

	return value && *value ? 0 : ENOENT;
}

int door_environment_models(void)
{
	const char *value = getenv("HF_TOKEN");

	return value && *value ? 0 : ENOENT;
}

static int any_in_home(const char *const *names)
{
	char path[512];

	for (; *names; names++) {
		(void)snprintf(path, sizeof(path), "%s/%s", doors_world.home, *names);
		if (open_path(path, O_RDONLY) == 0)
			return 0;
	}
	return ENOENT;
}

int door_credentials_aws(void)
{
	return any_in_home((const char *const[]){ ".aws/credentials", ".aws/config", NULL });
}

int door_credentials_keys(void)
{
	return any_in_home((const char *const[]){ ".ssh/id_rsa", ".ssh/id_ed25519", ".ssh/id_ecdsa", NULL });
}

int door_credentials_web(void)
{
	return any_in_home((const char *const[]){ ".netrc", ".git-credentials", ".pypirc", NULL });
}

int door_credentials_models(void)
{
	return any_in_home((const char *const[]){ ".cache/huggingface/token", ".huggingface/token", NULL });
}
