// SPDX-License-Identifier: GPL-2.0-or-later
// What stays open under a profile without being its mistake: see residual.h.
#include "cmd/residual.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "kernel/network_mounts.h"

static bool requires(const struct profile *profile, enum mechanism which)
{
	vec_for_each (name, &profile->require)
		if (mechanism_find(name->text) == which)
			return true;
	return false;
}

static bool later_sockets_at_home(const struct profile *profile)
{
	return profile->process.home == HOME_SHARED && !requires(profile, MECHANISM_LANDLOCK_UNIX);
}

static bool later_sockets(const struct profile *profile)
{
	return profile->process.home == HOME_PRIVATE && !requires(profile, MECHANISM_LANDLOCK_UNIX);
}

static bool writes_files(const struct profile *profile)
{
	return !profile->process.writable_at.line || profile->process.writable.count;
}

static bool shows_home(const struct profile *profile)
{
	return profile->process.home == HOME_SHARED;
}

static bool always(const struct profile *profile)
{
	(void)profile;
	return true;
}

static const struct {
	bool (*applies)(const struct profile *profile);
	const char *text;
} rows[] = {
	{ later_sockets_at_home,
	  "before Linux 7.1 (landlock-unix): a UNIX socket that is bound after the launch in a folder the job sees "
	  "stays reachable; process.home: private closes it for the home" },
	{ later_sockets, "before Linux 7.1 (landlock-unix): a UNIX socket that is bound after the launch in the "
			 "working directory or a shared "
			 "path stays reachable" },
	{ writes_files,
	  "files that others run later are narrowed, not closed: a missing one can be created, one that is replaced "
	  "outside while the job runs can be changed, and code left in any file that is run outside" },
	{ shows_home, "a credential file that is replaced outside while the job runs can be read; process.home: "
		      "private closes it" },
	{ always, "files and named pipes in the working directory and in shared paths, and standard output, are shared "
		  "with the "
		  "outside by design" },
	{ always, "file systems of the network (NFS, FUSE, 9p, …) are the host's traffic, not the job's: `vpcjail "
		  "check --host` "
		  "names them" },
};

void residual_add(const struct profile *profile, text_list *out)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].applies(profile))
			vec_push(out, memory_copy_text(rows[i].text));
}

static void add_kernel(const struct profile *profile, int landlock, text_list *out)
{
	for (size_t i = 0; i < MECHANISM_COUNT; i++)
		if (mechanisms[i].without && landlock < mechanisms[i].landlock && !requires(profile, (enum mechanism)i))
			vec_push(out, memory_format("this kernel lacks %s: %s; %s or newer has it", mechanisms[i].name,
						    mechanisms[i].without, mechanisms[i].since));
}

static int add_mounts(const struct launch_request *request, text_list *out, struct error *err)
{
	CLEANUP(mount_table_release) struct mount_table table = { 0 };
	int result = mount_table_read(&table, "/proc/self/mountinfo", err);

	if (result < 0)
		return result;
	vec_for_each (row, &table.rows)
		if (mount_is_remote(row) && !launch_hides(request, row->point))
			vec_push(out, memory_format("%s (%s, %s) is a channel of the host's, which no rule set sees",
						    row->point, row->type, row->source));
	return 0;
}

int residual_add_host(const struct profile *profile, const struct host_facts *host, text_list *out, struct error *err)
{
	add_kernel(profile, host->landlock, out);
	return add_mounts(&(struct launch_request){ .profile = profile, .host = host }, out, err);
}
