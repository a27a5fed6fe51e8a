// SPDX-License-Identifier: GPL-2.0-or-later
// Which devices this host has that a profile may grant, and what goes with them.
#include <glob.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "kernel/launch/launch_state.h"

// Nodes that a profile may grant: GPUs; RDMA, without umad and issm, which speak to the subnet manager; channels of
// memory shared between machines.
static const struct {
	const char *pattern;
	enum device_class class;
} device_rows[] = {
	{ "/dev/nvidia[0-9]*", DEVICE_GPU },
	{ "/dev/nvidiactl", DEVICE_GPU },
	{ "/dev/nvidia-uvm", DEVICE_GPU },
	{ "/dev/nvidia-uvm-tools", DEVICE_GPU },
	{ "/dev/nvidia-modeset", DEVICE_GPU },
	{ "/dev/nvidia-caps/nvidia-cap[0-9]*", DEVICE_GPU },
	{ "/dev/dri", DEVICE_GPU },
	{ "/dev/kfd", DEVICE_GPU },
	{ "/dev/infiniband/uverbs[0-9]*", DEVICE_RDMA },
	{ "/dev/infiniband/rdma_cm", DEVICE_RDMA },
	{ "/dev/nvidia-caps-imex-channels/channel[0-9]*", DEVICE_IMEX },
};

static void find_nodes(struct host_facts *facts)
{
	for (size_t i = 0; i < sizeof(device_rows) / sizeof(device_rows[0]); i++) {
		glob_t found = { 0 };
		if (glob(device_rows[i].pattern, 0, NULL, &found) == 0)
			for (size_t j = 0; j < found.gl_pathc; j++)
				vec_push(&facts->devices,
					 (struct host_device){ .path = memory_copy_text(found.gl_pathv[j]),
							       .class = device_rows[i].class });
		globfree(&found);
	}
}

// A daemon that runs has a control file in the folder of its pipes. The one below /tmp may not be a link, which anybody
// could have put there.
static char *find_mps(void)
{
	static const char usual[] = "/tmp/nvidia-mps";
	const char *named = getenv("CUDA_MPS_PIPE_DIRECTORY");
	struct stat status;

	if (!named || named[0] != '/') {
		if (lstat(usual, &status) < 0 || !S_ISDIR(status.st_mode))
			return NULL;
		named = usual;
	}
	AUTO_FREE char *folder = realpath(named, NULL);
	AUTO_FREE char *control = memory_format("%s/control", folder ? folder : "");
	return folder && access(control, F_OK) == 0 ? STEAL(folder) : NULL;
}

static bool has_cgroup2(void)
{
	struct statfs status;

	return statfs("/sys/fs/cgroup", &status) == 0 && status.f_type == CGROUP2_SUPER_MAGIC;
}

void host_devices_read(struct host_facts *facts)
{
	find_nodes(facts);
	facts->mps = find_mps();
	facts->cgroup2 = has_cgroup2();
}

void host_devices_release(struct host_facts *facts)
{
	free(facts->mps);
	vec_for_each (device, &facts->devices)
		free(device->path);
	vec_release(&facts->devices);
}
