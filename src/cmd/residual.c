// SPDX-License-Identifier: GPL-2.0-or-later
// What stays open under a profile without being its mistake: see residual.h.
#include "cmd/residual.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "kernel/host/network_mounts.h"

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

static bool answers(const struct profile *profile, enum dns_mode mode)
{
	return profile->network.isolation == ISOLATION_VPC && profile->vpc.dns == mode;
}

static bool resolves_everything(const struct profile *profile)
{
	return answers(profile, DNS_RESOLVER);
}

static bool resolves_domains(const struct profile *profile)
{
	return answers(profile, DNS_ENDPOINTS) && profile->vpc.domains.count;
}

static bool resolves_buckets(const struct profile *profile)
{
	if (answers(profile, DNS_ENDPOINTS))
		vec_for_each (endpoint, &profile->endpoints)
			if (endpoint->type == ENDPOINT_GATEWAY)
				return true;
	return false;
}

static bool always(const struct profile *profile)
{
	(void)profile;
	return true;
}

struct residual_row {
	bool (*applies)(const struct profile *profile);
	const char *text;
};

static const struct residual_row name_rows[] = {
	{ resolves_everything,
	  "DNS: every question for a name that the profile does not know is forwarded (vpc.dns: resolver), and what a "
	  "name says reaches who owns its domain; vpc.dns: endpoints closes it" },
	{ resolves_domains, "DNS: questions below vpc.domains are forwarded, and reach who owns those domains" },
	{ resolves_buckets,
	  "DNS: names of buckets below a gateway endpoint are asked of this host's name servers: 64 different ones at "
	  "once, then one in 10 seconds, of 63 characters each" },
};

static const struct residual_row process_rows[] = {
	{ later_sockets_at_home,
	  "UNIX sockets in a folder the job sees that are bound after the launch, were moved to another folder, or are "
	  "of "
	  "a network that no process is in, without landlock-unix (Linux 7.1); process.home: private closes the home" },
	{ later_sockets, "UNIX sockets in the working directory or a shared path that are bound after the launch, were "
			 "moved to another "
			 "folder, or are of a network that no process is in, without landlock-unix (Linux 7.1)" },
	{ writes_files,
	  "files that run outside later: missing ones can be made, ones replaced outside meanwhile can be changed, and "
	  "any other file may hold code" },
	{ shows_home,
	  "credential files that are replaced outside while the job runs; process.home: private closes it" },
};

static const struct residual_row last_rows[] = {
	{ always, "files and pipes in the working directory and in shared paths, and standard output, by design" },
	{ always, "network file systems (NFS, FUSE, 9p, …): the host's traffic, not the job's; `vpcjail check --host` "
		  "names them" },
};

static void add_rows(const struct residual_row *rows, size_t count, const struct profile *profile, text_list *out)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].applies(profile))
			vec_push(out, memory_copy_text(rows[i].text));
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

void residual_add(const struct profile *profile, text_list *out)
{
	add_rows(process_rows, COUNT(process_rows), profile, out);
	residual_add_names(profile, out);
	add_rows(last_rows, COUNT(last_rows), profile, out);
}

void residual_add_names(const struct profile *profile, text_list *out)
{
	add_rows(name_rows, COUNT(name_rows), profile, out);
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
