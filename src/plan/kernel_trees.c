// SPDX-License-Identifier: GPL-2.0-or-later
// The job's own /proc and /sys, without what changes the machine or shows what is not the job's.
#include <string.h>
#include <sys/mount.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "plan/steps.h"

enum { QUIET = MS_NOSUID | MS_NODEV | MS_NOEXEC };

// Many of these the kernel lets their owner write or read, which is uid 0, without asking for any capability. What a
// training program reads (meminfo, cpuinfo, stat, driver/nvidia/params) stays as it is.
static const struct {
	const char *path;
	enum step_kind kind;
	const char *why;
} proc_rows[] = {
	{ "/proc/sys", STEP_READ_ONLY, "kernel switches" },
	{ "/proc/sysrq-trigger", STEP_READ_ONLY, "restarts and crashes the machine" },
	{ "/proc/irq", STEP_READ_ONLY, "which processor serves which device" },
	{ "/proc/bus", STEP_READ_ONLY, "registers of PCI devices" },
	{ "/proc/fs", STEP_READ_ONLY, "switches of file systems and of the NFS server" },
	{ "/proc/driver", STEP_READ_ONLY, "switches of drivers; CUDA reads its driver's" },
	{ "/proc/acpi", STEP_READ_ONLY, "what wakes the machine up" },
	{ "/proc/scsi", STEP_READ_ONLY, "adds and removes disks" },
	{ "/proc/mtrr", STEP_READ_ONLY, "how memory is cached" },
	{ "/proc/asound", STEP_READ_ONLY, "switches of sound cards" },
	{ "/proc/dynamic_debug", STEP_READ_ONLY, "what the kernel logs" },
	{ "/proc/kcore", STEP_COVER, "the kernel's memory" },
	{ "/proc/kmsg", STEP_COVER, "the kernel's log" },
	{ "/proc/kallsyms", STEP_COVER, "where the kernel's code lies" },
	{ "/proc/keys", STEP_COVER, "keyrings" },
	{ "/proc/kpagecgroup", STEP_COVER, "the memory of every process" },
	{ "/proc/kpagecount", STEP_COVER, "the memory of every process" },
	{ "/proc/kpageflags", STEP_COVER, "the memory of every process" },
	{ "/proc/timer_list", STEP_COVER, "the host's timers" },
	{ "/proc/sched_debug", STEP_COVER, "the host's processes" },
	{ "/proc/latency_stats", STEP_COVER, "the host's processes" },
};

// Below a /sys that is read-only anyway: what finds an RDMA device goes with its nodes. umad and issm, which speak to
// the subnet manager, are never granted.
static const struct {
	const char *path;
	bool granted;  // with process.devices.rdma: allow
} rdma_rows[] = {
	{ "/sys/class/infiniband", true },
	{ "/sys/class/infiniband_verbs", true },
	{ "/sys/class/infiniband_mad", false },
};

static void add_proc(struct launch_plan *plan)
{
	STEP(plan, PLACE_VIEW, .kind = STEP_MOUNT, .closes = MECHANISM_BIT(PROCESSES), .name = "mount /proc",
	     .path = "/proc", .value = "proc", .flags = QUIET, .why = "shows this pid namespace alone");
	for (size_t i = 0; i < sizeof(proc_rows) / sizeof(proc_rows[0]); i++) {
		AUTO_FREE char *name =
		    memory_format("%s %s", proc_rows[i].kind == STEP_COVER ? "cover" : "read-only", proc_rows[i].path);
		STEP(plan, PLACE_VIEW, .kind = proc_rows[i].kind, .closes = MECHANISM_BIT(SWITCHES), .name = name,
		     .path = proc_rows[i].path, .if_present = true, .why = proc_rows[i].why);
	}
}

static void add_sys(struct launch_plan *plan, const struct launch_request *request)
{
	bool rdma = request->profile->process.devices.rdma == PERMISSION_ALLOW;

	STEP(plan, PLACE_VIEW, .kind = STEP_MOUNT, .closes = MECHANISM_BIT(SYS), .name = "mount /sys", .path = "/sys",
	     .value = "sysfs", .flags = QUIET | MS_RDONLY,
	     .why = "shows this network namespace alone; an old one changes outside links");
	for (size_t i = 0; i < sizeof(rdma_rows) / sizeof(rdma_rows[0]); i++) {
		AUTO_FREE char *name = memory_format("cover %s", rdma_rows[i].path);
		if (!rdma || !rdma_rows[i].granted)
			STEP(plan, PLACE_VIEW, .kind = STEP_COVER, .closes = MECHANISM_BIT(DEVICES), .name = name,
			     .path = rdma_rows[i].path, .if_present = true,
			     .why = "traffic that no packet filter sees");
	}
	// Without the host's own mount of it this would be the first, and its options the host's.
	if (request->host->cgroup2)
		STEP(plan, PLACE_VIEW, .kind = STEP_MOUNT, .closes = MECHANISM_BIT(SYS), .name = "mount /sys/fs/cgroup",
		     .path = "/sys/fs/cgroup", .value = "cgroup2", .flags = QUIET | MS_RDONLY,
		     .why = "programs look for their memory limit; shows the job's own group and below");
}

void plan_kernel_trees(struct launch_plan *plan, const struct launch_request *request)
{
	add_proc(plan);
	add_sys(plan, request);
}
