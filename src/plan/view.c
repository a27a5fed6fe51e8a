// SPDX-License-Identifier: GPL-2.0-or-later
// The steps of init that make the job's view of the file tree: the host's, except for what is listed here.
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "plan/files.h"
#include "plan/steps.h"

static void add_folders(struct launch_plan *plan, const struct launch_request *request)
{
	const struct host_facts *host = request->host;
	const char *tmp = request->profile->process.tmp.text;

	STEP(plan, PLACE_VIEW, .kind = STEP_MOUNT, .closes = MECHANISM_BIT(FOLDERS), .name = "mount /run",
	     .path = host->run, .value = "tmpfs", .data = "mode=0755", .flags = MS_NOSUID | MS_NODEV,
	     .why = "the host's service sockets are there");
	if (tmp)
		STEP(plan, PLACE_VIEW, .kind = STEP_BIND, .closes = MECHANISM_BIT(FOLDERS), .name = "bind /tmp",
		     .path = host->tmp, .value = tmp, .flags = MS_REC, .why = "process.tmp");
	else
		STEP(plan, PLACE_VIEW, .kind = STEP_BIND, .closes = MECHANISM_BIT(FOLDERS), .name = "bind /tmp",
		     .path = host->tmp, .value = "SCRATCH/tmp", .why = "sockets of other programs are in the host's");
	STEP(plan, PLACE_VIEW, .kind = STEP_BIND, .closes = MECHANISM_BIT(FOLDERS), .name = "bind /var/tmp",
	     .path = host->var_tmp, .value = "SCRATCH/var-tmp", .why = "sockets of other programs are in the host's");
	if (request->profile->process.home == HOME_PRIVATE)
		STEP(plan, PLACE_VIEW, .kind = STEP_BIND, .closes = MECHANISM_BIT(FOLDERS), .name = "bind home",
		     .path = host->identity.home, .value = "SCRATCH/home", .why = "process.home: private");
}

static void add_share(struct launch_plan *plan, const struct launch_request *request, const char *path, const char *why)
{
	AUTO_FREE char *name = memory_format("share %s", path);
	STEP(plan, PLACE_VIEW, .kind = STEP_BIND, .name = name, .path = path, .value = path, .flags = MS_REC,
	     .create = path_is_hidden(request, path) || request->profile->process.home == HOME_PRIVATE, .why = why);
}

// The working directory and shared paths stay where they are, also inside a folder that was replaced.
static void add_shares(struct launch_plan *plan, const struct launch_request *request)
{
	const char *directory = request->host->directory;
	bool home =
	    request->profile->process.home == HOME_PRIVATE && path_below(directory, request->host->identity.home);

	if ((path_is_hidden(request, directory) && path_is_shared(request, directory)) ||
	    (home && strcmp(directory, request->host->identity.home) != 0))
		add_share(plan, request, directory, "the working directory stays");
	vec_for_each (share, &request->profile->process.share)
		add_share(plan, request, share->text, "process.share");
	for (size_t i = 0; i < request->share_count; i++)
		add_share(plan, request, request->share[i], "--share");
}

static void add_file(struct launch_plan *plan, const struct launch_request *request, const char *name, const char *path,
		     char *contents, const char *why)
{
	AUTO_FREE char *text = contents;

	if (path && text)
		STEP(plan, PLACE_VIEW, .kind = STEP_FILE, .name = name, .path = path, .value = text,
		     .create = path_is_hidden(request, path), .why = why);
}

static void add_files(struct launch_plan *plan, const struct launch_request *request)
{
	const struct host_facts *host = request->host;

	add_file(plan, request, "file /etc/hosts", host->hosts, file_hosts(plan, request), "own names resolve");
	add_file(plan, request, "file /etc/resolv.conf", host->resolv, file_resolv(request),
		 dns_is_answered(request->profile, request->audit) ? "the job's own resolver" : "no resolver to ask");
	add_file(plan, request, "file /etc/nsswitch.conf", host->nsswitch, file_nsswitch(request),
		 "names resolve without a service");
	add_file(plan, request, "file /etc/passwd", host->passwd, file_passwd(request), "the user's name resolves");
	add_file(plan, request, "file /etc/group", host->group, file_group(request), "the groups' names resolve");
}

void plan_view(struct launch_plan *plan, const struct launch_request *request)
{
	STEP(plan, PLACE_VIEW, .kind = STEP_PRIVATE_MOUNTS, .name = "private mounts", .path = "/",
	     .why = "nothing mounted here shows outside, nor the reverse");
	STEP(plan, PLACE_VIEW, .kind = STEP_SOURCES, .name = "hold sources",
	     .why = "what is bound later lies below what is mounted first");
	plan_pins(plan, request);
	STEP(plan, PLACE_VIEW, .kind = STEP_RESTRICT, .closes = MECHANISM_BIT(RESTRICT), .name = "restrict tree",
	     .path = "/", .why = "no set-user-id programs, no devices, anywhere");
	plan_kernel_trees(plan, request);
	plan_devices(plan, request);
	plan_read_only_system(plan, request);
	add_folders(plan, request);
	plan_mps(plan, request);
	add_shares(plan, request);
	plan_writable(plan, request);
	plan_sockets(plan, request);
	plan_read_only(plan, request);
	add_files(plan, request);
	plan_covers(plan, request);
	STEP(plan, PLACE_VIEW, .kind = STEP_AUTOMOUNTS, .name = "cover automounts", .path = "/proc/self/mountinfo",
	     .why = "the host would look up what the job looks up there");
	STEP(plan, PLACE_VIEW, .kind = STEP_COVER_SOCKETS, .closes = MECHANISM_BIT(SOCKETS),
	     .name = "cover host sockets", .path = "/", .why = "who listens there would act for the job outside");
}
