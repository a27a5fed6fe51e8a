// SPDX-License-Identifier: GPL-2.0-or-later
// The job's own /dev: harmless nodes, terminals and shared memory of its own, and the devices that the profile grants.
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "plan/steps.h"

static const char *const harmless_nodes[] = { "null", "zero", "full", "random", "urandom", "tty" };

static const struct {
	const char *path, *target;
} device_links[] = {
	{ "/dev/fd", "/proc/self/fd" },       { "/dev/stdin", "/proc/self/fd/0" }, { "/dev/stdout", "/proc/self/fd/1" },
	{ "/dev/stderr", "/proc/self/fd/2" }, { "/dev/ptmx", "pts/ptmx" },
};

// What grants a class of devices, and which door that opens.
static const struct {
	size_t permission;   // offset in struct profile
	const char *opener;  // the profile's words
	const char *door;    // NULL: kept by default, and no door
} classes[DEVICE_CLASSES] = {
	[DEVICE_GPU] = { offsetof(struct profile, process.devices.gpu), "process.devices.gpu: allow", NULL },
	[DEVICE_RDMA] = { offsetof(struct profile, process.devices.rdma), "process.devices.rdma: allow",
			  "device_rdma" },
	[DEVICE_IMEX] = { offsetof(struct profile, process.devices.imex), "process.devices.imex: allow",
			  "device_imex" },
};

static bool is_granted(const struct profile *profile, enum device_class class)
{
	enum permission permission;

	memcpy(&permission, (const char *)profile + classes[class].permission, sizeof(permission));
	return permission == PERMISSION_ALLOW;
}

static void add_node(struct launch_plan *plan, const char *path, const char *why)
{
	AUTO_FREE char *name = memory_format("device %s", path);
	STEP(plan, PLACE_VIEW, .kind = STEP_BIND, .closes = MECHANISM_BIT(DEVICES), .name = name, .path = path,
	     .value = path, .if_present = true, .create = true, .why = why);
}

static void add_nodes(struct launch_plan *plan, const struct launch_request *request)
{
	for (size_t i = 0; i < sizeof(harmless_nodes) / sizeof(harmless_nodes[0]); i++) {
		AUTO_FREE char *path = memory_format("/dev/%s", harmless_nodes[i]);
		add_node(plan, path, "harmless");
	}
	vec_for_each (device, &request->host->devices)
		if (is_granted(request->profile, device->class))
			add_node(plan, device->path, classes[device->class].opener);
	for (size_t i = 0; i < DEVICE_CLASSES; i++)
		if (classes[i].door && is_granted(request->profile, (enum device_class)i))
			plan_open_door(plan, classes[i].door, classes[i].opener);
}

static void add_own(struct launch_plan *plan, const char *path, const char *type, const char *data, unsigned mode,
		    unsigned long flags, const char *why)
{
	AUTO_FREE char *create = memory_format("create %s", path);
	AUTO_FREE char *name = memory_format("mount %s", path);

	STEP(plan, PLACE_VIEW, .kind = STEP_MAKE_DIRECTORY, .closes = MECHANISM_BIT(DEVICES), .name = create,
	     .path = path, .flags = mode, .why = "for the next");
	STEP(plan, PLACE_VIEW, .kind = STEP_MOUNT, .closes = MECHANISM_BIT(DEVICES), .name = name, .path = path,
	     .value = type, .data = data, .flags = flags, .why = why);
}

void plan_devices(struct launch_plan *plan, const struct launch_request *request)
{
	AUTO_FREE char *shm = memory_format("mode=1777,size=%llu", request->host->shm_bytes);

	STEP(plan, PLACE_VIEW, .kind = STEP_MOUNT, .closes = MECHANISM_BIT(DEVICES), .name = "mount /dev",
	     .path = "/dev", .value = "tmpfs", .data = "mode=0755,size=1m", .flags = MS_NOSUID | MS_NOEXEC,
	     .why = "only harmless devices");
	add_nodes(plan, request);
	add_own(plan, "/dev/pts", "devpts", "newinstance,ptmxmode=0666,mode=0620", 0755, MS_NOSUID | MS_NOEXEC,
		"terminals of its own");
	add_own(plan, "/dev/shm", "tmpfs", shm, 01777, MS_NOSUID | MS_NODEV,
		"shared memory of its own, of the host's size");
	add_own(plan, "/dev/mqueue", "mqueue", NULL, 0755, MS_NOSUID | MS_NODEV | MS_NOEXEC,
		"message queues of its own");
	for (size_t i = 0; i < sizeof(device_links) / sizeof(device_links[0]); i++) {
		AUTO_FREE char *name = memory_format("link %s", device_links[i].path);
		STEP(plan, PLACE_VIEW, .kind = STEP_SYMLINK, .closes = MECHANISM_BIT(DEVICES), .name = name,
		     .path = device_links[i].path, .value = device_links[i].target, .why = "programs expect it");
	}
}

void plan_mps(struct launch_plan *plan, const struct launch_request *request)
{
	const char *mps = request->host->mps;

	if (request->profile->process.devices.mps != PERMISSION_ALLOW)
		return;
	plan_open_door(plan, "device_mps", "process.devices.mps: allow");
	if (!mps)
		return;
	if (path_is_replaced(request, mps) && !path_is_shared(request, mps))
		STEP(plan, PLACE_VIEW, .kind = STEP_BIND, .name = "bind MPS pipes", .path = mps, .value = mps,
		     .create = true, .why = "process.devices.mps: allow");
	vec_push(&plan->sockets, memory_copy_text(mps));
	vec_push(
	    &plan->landlock.sockets,
	    (struct granted_path){ .path = memory_copy_text(mps),
				   .asked = profile_place(request->profile, &request->profile->process.devices.mps_at,
							  "process.devices.mps") });
}

static const char *find_variable(const struct launch_request *request, const char *name)
{
	size_t length = strlen(name);

	for (char *const *variable = request->environment; *variable; variable++)
		if (strncmp(*variable, name, length) == 0 && (*variable)[length] == '=')
			return *variable;
	return NULL;
}

void plan_mps_environment(struct launch_plan *plan, const struct launch_request *request)
{
	static const char prefix[] = "CUDA_MPS_";
	size_t kept = 0;

	if (request->profile->process.devices.mps != PERMISSION_ALLOW)
		return;
	for (size_t i = 0; i < plan->removed.count; i++) {
		char *name = plan->removed.items[i];
		if (strncmp(name, prefix, strlen(prefix)) != 0) {
			plan->removed.items[kept++] = name;
			continue;
		}
		vec_push(&plan->environment, memory_copy_text(find_variable(request, name)));
		free(name);
	}
	plan->removed.count = kept;
	vec_push(&plan->environment, NULL);
	plan->environment.count--;  // the terminator is behind the last item
}

static bool has_device(const struct host_facts *host, const char *path)
{
	vec_for_each (device, &host->devices)
		if (strcmp(device->path, path) == 0)
			return true;
	return false;
}

void plan_device_notices(struct launch_plan *plan, const struct launch_request *request)
{
	const struct host_facts *host = request->host;

	if (!is_granted(request->profile, DEVICE_GPU))
		return;
	if (has_device(host, "/dev/nvidiactl") && !has_device(host, "/dev/nvidia-uvm"))
		vec_push(&plan->notices, memory_copy_text("/dev/nvidiactl: without /dev/nvidia-uvm CUDA will not "
							  "start: load nvidia-uvm (nvidia-modprobe -u)"));
	if (host->mps && request->profile->process.devices.mps != PERMISSION_ALLOW)
		vec_push(&plan->notices,
			 memory_format("%s: an MPS daemon runs on this host, and the job does not reach it: where the "
				       "GPU is in exclusive mode CUDA will not start; say process.devices.mps: allow, "
				       "or end the daemon (echo quit | nvidia-cuda-mps-control)",
				       host->mps));
}
