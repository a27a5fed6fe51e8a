// SPDX-License-Identifier: GPL-2.0-or-later
// What a plan must know of this host.
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"
#include "kernel/host/guarded.h"
#include "kernel/host/network.h"
#include "kernel/host/ports.h"
#include "kernel/launch/identity.h"
#include "kernel/launch/launch_state.h"

// The full name is the one that /etc/hosts gives: asking a resolver could hang.
static char *full_name(const char *short_name)
{
	AUTO_FREE char *text = NULL;
	size_t length = strlen(short_name);
	size_t size;
	char *rest = NULL;

	if (io_read_file("/etc/hosts", 1 << 20, &text, &size, NULL) < 0)
		return memory_copy_text(short_name);
	for (const char *word = strtok_r(text, " \t\r\n", &rest); word; word = strtok_r(NULL, " \t\r\n", &rest))
		if (strncmp(word, short_name, length) == 0 && word[length] == '.')
			return memory_copy_text(word);
	return memory_copy_text(short_name);
}

static int read_names(struct host_facts *facts, struct error *err)
{
	char name[HOST_NAME_MAX + 1] = "";

	if (gethostname(name, sizeof(name) - 1) < 0)
		return error_set_errno(err, -errno, "cannot read the host's name");
	size_t length = strcspn(name, ".");
	facts->hostname = length ? memory_copy_bytes(name, length) : memory_copy_text("localhost");
	facts->full_name = name[length] == '.' ? memory_copy_text(name) : full_name(facts->hostname);
	return 0;
}

static int read_folder(const char *path, char **out, struct error *err)
{
	*out = realpath(path, NULL);
	return *out ? 0 : error_set_errno(err, -errno, "cannot find %s, of which the job would have its own", path);
}

static int read_folders(struct host_facts *facts, struct error *err)
{
	struct statvfs shm;

	facts->directory = getcwd(NULL, 0);
	if (!facts->directory || facts->directory[0] != '/')
		return error_set_errno(err, facts->directory ? -ENOENT : -errno, "cannot tell the working directory");
	if (read_folder("/tmp", &facts->tmp, err) < 0 || read_folder("/var/tmp", &facts->var_tmp, err) < 0 ||
	    read_folder("/run", &facts->run, err) < 0)
		return err ? err->code : -ENOENT;
	facts->hosts = realpath("/etc/hosts", NULL);
	facts->resolv = realpath("/etc/resolv.conf", NULL);
	facts->nsswitch = realpath("/etc/nsswitch.conf", NULL);
	facts->passwd = realpath("/etc/passwd", NULL);
	facts->group = realpath("/etc/group", NULL);
	if (statvfs("/dev/shm", &shm) == 0)
		facts->shm_bytes = (unsigned long long)shm.f_blocks * shm.f_frsize;
	return 0;
}

// Without a VPC and peers there is never a link.
static bool needs_network(const struct profile *profile)
{
	return profile->network.isolation == ISOLATION_VPC || profile->network.peers.count;
}

static int read_network(const struct profile *profile, struct host_facts *facts, struct error *err)
{
	if (getrandom(&facts->jail, sizeof(facts->jail), 0) != (ssize_t)sizeof(facts->jail))
		return error_set_errno(err, -errno, "cannot draw a random number");
	facts->forwards_ipv6 = access("/proc/sys/net/ipv6/conf/default/force_forwarding", F_OK) == 0;
	if (profile->network.peers.count)
		host_ports_read(&facts->used_ports);
	return host_network_read(&facts->network, err);
}

int host_facts_read_network(const struct profile *profile, struct host_facts *facts, struct error *err)
{
	return needs_network(profile) ? 0 : read_network(profile, facts, err);
}

// The groups whose members the host gives ping sockets (Documentation/networking/ip-sysctl.rst).
static bool may_ping(const struct identity *identity)
{
	AUTO_FREE char *text = NULL;
	unsigned first, last;
	size_t length;

	if (io_read_file("/proc/sys/net/ipv4/ping_group_range", 64, &text, &length, NULL) < 0 ||
	    sscanf(text, "%u %u", &first, &last) != 2)
		return false;
	vec_for_each (group, &identity->groups)
		if (*group >= first && *group <= last)
			return true;
	return identity->uid == 0 || (identity->gid >= first && identity->gid <= last);
}

int host_facts_read(const struct profile *profile, const char *user, struct host_facts *facts, struct error *err)
{
	struct host_facts read = { .root = geteuid() == 0,
				   .ipv6 = access("/proc/sys/net/ipv6", F_OK) == 0,
				   .landlock = landlock_abi() };

	if (identity_read(user, read.root, &read.identity, &read.passwd_text, &read.group_text, err) < 0 ||
	    read_names(&read, err) < 0 || read_folders(&read, err) < 0) {
		host_facts_release(&read);
		return err ? err->code : -EIO;
	}
	read.pings = may_ping(&read.identity);
	if (needs_network(profile) && read_network(profile, &read, err) < 0) {
		host_facts_release(&read);
		return err ? err->code : -EIO;
	}
	host_devices_read(&read);
	host_paths_read(profile, &read);
	if (guarded_look(profile, &read, err) < 0) {
		host_facts_release(&read);
		return err ? err->code : -EIO;
	}
	*facts = read;
	return 0;
}

void host_facts_release(struct host_facts *facts)
{
	char *const texts[] = { facts->hostname, facts->full_name,   facts->directory, facts->tmp,      facts->var_tmp,
				facts->run,      facts->hosts,       facts->resolv,    facts->nsswitch, facts->passwd,
				facts->group,    facts->passwd_text, facts->group_text };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		free(texts[i]);
	host_devices_release(facts);
	text_list_release(&facts->writable);
	text_list_release(&facts->sockets);
	text_list_release(&facts->share);
	free(facts->own_tmp);
	guarded_places_release(&facts->places);
	guarded_release(&facts->guarded);
	text_list_release(&facts->links);
	text_list_release(&facts->python_environments);
	host_network_release(&facts->network);
	vec_release(&facts->used_ports);
	identity_release(&facts->identity);
	*facts = (struct host_facts){ 0 };
}
