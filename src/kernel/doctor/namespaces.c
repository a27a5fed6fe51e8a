// SPDX-License-Identifier: GPL-2.0-or-later
// Whether the namespaces of a launch can be made here, and what is to be done when not.
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "kernel/doctor/doctor.h"
#include "kernel/doctor/trial.h"
#include "kernel/netlink/rtnetlink.h"

// What was tried inside, each 0 or a negative errno. Flat: it comes through a pipe.
struct inside {
	int loopback, proc, devpts, pair, user;
};

static int result_of(int returned)
{
	return returned < 0 ? -errno : 0;
}

static int try_inside(void *answer, struct error *err)
{
	struct inside *inside = answer;
	CLEANUP(rtnetlink_close) struct nl_sock *socket = NULL;

	inside->loopback = rtnetlink_open(&socket, err);
	if (inside->loopback < 0)
		return 0;
	inside->loopback = link_up(socket, "lo", NULL);
	inside->pair = link_add_pair(socket, "vjtry0", "vjtry1", NULL);
	// Over /tmp of this mount namespace, which nobody else sees.
	inside->devpts =
	    result_of(mount("devpts", "/tmp", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666"));
	inside->proc = result_of(mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL));
	inside->user = result_of(unshare(CLONE_NEWUSER));
	return 0;
}

static char *apparmor_remedy(void)
{
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

	path[length > 0 ? length : 0] = '\0';
	return memory_format("AppArmor keeps user namespaces from programs without a profile. As root, write to "
			     "/etc/apparmor.d/vpcjail:\n"
			     "  abi <abi/4.0>,\n"
			     "  include <tunables/global>\n"
			     "  profile vpcjail %s flags=(unconfined) {\n"
			     "    userns,\n"
			     "  }\n"
			     "and load it: apparmor_parser -r /etc/apparmor.d/vpcjail\n"
			     "(or, for every program: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0)",
			     path);
}

// The switches that keep namespaces from users, by what they must not be.
static char *namespaces_remedy(void)
{
	if (geteuid() != 0 && doctor_read_number("/proc/sys/kernel/unprivileged_userns_clone") == 0)
		return memory_copy_text("as root: sysctl -w kernel.unprivileged_userns_clone=1; to keep it:\n"
					"echo 'kernel.unprivileged_userns_clone = 1' > /etc/sysctl.d/60-vpcjail.conf");
	if (doctor_read_number("/proc/sys/user/max_user_namespaces") == 0)
		return memory_copy_text("as root: sysctl -w user.max_user_namespaces=15000; to keep it:\n"
					"echo 'user.max_user_namespaces = 15000' > /etc/sysctl.d/60-vpcjail.conf");
	if (geteuid() != 0 && doctor_read_number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1)
		return apparmor_remedy();
	if (geteuid() == 0)
		return memory_copy_text(
		    "root without the right to make namespaces: a surrounding container withholds it\n"
		    "(podman, docker: --cap-add SYS_ADMIN,NET_ADMIN and --security-opt seccomp=unconfined), or this\n"
		    "is a chroot, in which the kernel makes no user namespace; run vpcjail on the host itself");
	return memory_copy_text(
	    "no switch of this kernel forbids it, so a surrounding container or its system call filter does\n"
	    "(podman, docker: --security-opt seccomp=unconfined; Kubernetes: seccompProfile Unconfined)");
}

// A container runtime that covers parts of /proc: then the kernel refuses a new /proc to a user namespace.
static bool proc_is_masked(void)
{
	AUTO_FCLOSE FILE *file = fopen("/proc/self/mountinfo", "re");
	AUTO_FREE char *line = NULL;
	size_t size = 0;

	while (file && getline(&line, &size, file) >= 0) {
		char point[PATH_MAX];
		if (sscanf(line, "%*s %*s %*s %*s %4095s", point) == 1 && strncmp(point, "/proc/", 6) == 0 &&
		    strcmp(point, "/proc/sys/fs/binfmt_misc") != 0)
			return true;
	}
	return false;
}

static void add_proc(doctor_finding_vec *findings, int result)
{
	if (result == 0) {
		doctor_add(findings, FINDING_OK, true, "own /proc", memory_copy_text("can be mounted"), NULL);
		return;
	}
	doctor_add(
	    findings, FINDING_MISSING, true, "own /proc", memory_format("cannot be mounted: %s", strerror(-result)),
	    memory_copy_text(
		proc_is_masked()
		    ? "a surrounding container covers parts of /proc, and then the kernel refuses a new one.\n"
		      "Start it with: podman --security-opt unmask=ALL, docker --security-opt systempaths=unconfined,\n"
		      "Kubernetes procMount: Unmasked; or run vpcjail on the host itself"
		    : "the kernel or a surrounding container refuses it; run vpcjail on the host itself"));
}

static void add_simple(doctor_finding_vec *findings, bool essential, const char *name, int result, const char *fine,
		       char *remedy)
{
	AUTO_FREE char *unused = remedy;

	if (result == 0)
		doctor_add(findings, FINDING_OK, essential, name, memory_copy_text(fine), NULL);
	else
		doctor_add(findings, FINDING_MISSING, essential, name,
			   memory_format("does not work: %s", strerror(-result)), STEAL(unused));
}

void doctor_namespaces(doctor_finding_vec *findings)
{
	static const char name[] = "namespaces";
	struct inside inside = { 0 };
	struct error err = { 0 };
	bool user = geteuid() != 0;

	if (trial_run(try_inside, &inside, sizeof(inside), &err) < 0) {
		doctor_add(findings, FINDING_MISSING, true, name, memory_copy_text(err.message), namespaces_remedy());
		return;
	}
	// Where AppArmor restricts them, the namespaces can be made and give no rights.
	if (inside.loopback < 0 || inside.user == -EPERM || inside.user == -ENOSPC) {
		doctor_add(findings, FINDING_MISSING, true, name,
			   memory_format("can be made, but give no rights: %s",
					 strerror(inside.loopback ? -inside.loopback : -inside.user)),
			   namespaces_remedy());
		return;
	}
	doctor_add(findings, FINDING_OK, true, name,
		   memory_format("can be made %s, proven new, user namespace of the job included",
				 user ? "without root" : "as root"),
		   NULL);
	add_proc(findings, inside.proc);
	add_simple(findings, true, "own /dev/pts", inside.devpts, "can be mounted",
		   memory_copy_text("this needs a kernel with CONFIG_UNIX98_PTYS"));
	add_simple(findings, true, "veth (the sink)", inside.pair, "a pair can be made",
		   doctor_module_remedy("CONFIG_VETH", "veth"));
}
