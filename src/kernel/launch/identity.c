// SPDX-License-Identifier: GPL-2.0-or-later
// Who the job runs as: see identity.h.
//
// The host's files are read first and the directory service is asked only for what they lack: inside there is none,
// so what it says is carried in as a line of the job's own /etc/passwd or /etc/group.
#include "kernel/launch/identity.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"
#include "base/number.h"

enum { FILE_LIMIT = 64 << 20, NOBODY = 65534, ID_MAXIMUM = 0xfffffffe };

// Groups that own sockets or disks: membership is a way out, or to root.
static const char *const dangerous_groups[] = { "root",   "docker", "disk",        "kvm",    "libvirt", "libvirt-qemu",
						"lxd",    "incus",  "incus-admin", "podman", "sudo",    "wheel",
						"shadow", "kmem",   "tty",         "munge",  "slurm" };

static void take_passwd(struct identity *identity, const struct passwd *entry)
{
	identity->uid = entry->pw_uid;
	identity->gid = entry->pw_gid;
	identity->name = memory_copy_text(entry->pw_name);
	identity->home = memory_copy_text(entry->pw_dir && entry->pw_dir[0] == '/' ? entry->pw_dir : "/");
	identity->shell = memory_copy_text(entry->pw_shell && entry->pw_shell[0] ? entry->pw_shell : "/bin/sh");
}

// Splits a line of /etc/passwd or /etc/group in place; the number of fields found, at most maximum.
static size_t split(char *line, char **fields, size_t maximum)
{
	size_t count = 0;

	for (char *next = line; next && count < maximum;)
		fields[count++] = strsep(&next, ":");
	return count;
}

static bool parse_id(const char *text, unsigned *id)
{
	uint64_t number;

	if (number_parse(text, ID_MAXIMUM, &number) < 0)
		return false;
	*id = (unsigned)number;
	return true;
}

static bool parse_passwd(char *line, struct passwd *entry)
{
	char *fields[7];

	if (split(line, fields, 7) != 7 || !parse_id(fields[2], &entry->pw_uid) || !parse_id(fields[3], &entry->pw_gid))
		return false;
	entry->pw_name = fields[0];
	entry->pw_dir = fields[5];
	entry->pw_shell = fields[6];
	return true;
}

// fgetpwent(3) seeks once a line, which costs more than the rest of the search.
static bool find_in_file(const char *name, uid_t uid, struct identity *identity)
{
	AUTO_FREE char *text = NULL;
	size_t length;
	struct passwd entry = { 0 };

	if (io_read_file("/etc/passwd", FILE_LIMIT, &text, &length, NULL) < 0)
		return false;
	for (char *rest = text, *line; (line = strsep(&rest, "\n"));)
		if (parse_passwd(line, &entry) && (name ? strcmp(entry.pw_name, name) == 0 : entry.pw_uid == uid)) {
			take_passwd(identity, &entry);
			return true;
		}
	return false;
}

// A static binary cannot load the C library's name services: what the environment says has to do there.
static bool find_in_service(const char *name, uid_t uid, struct identity *identity)
{
#ifdef VPCJAIL_STATIC
	const char *user = getenv("USER");
	const char *home = getenv("HOME");
	struct passwd entry = {
		.pw_name = (char *)(uintptr_t)user, .pw_uid = uid, .pw_gid = getgid(), .pw_dir = (char *)(uintptr_t)home
	};

	if (name || uid != getuid() || !user || !home || strpbrk(user, ":\n") || strpbrk(home, ":\n"))
		return false;
	take_passwd(identity, &entry);
#else
	const struct passwd *entry = name ? getpwnam(name) : getpwuid(uid);

	if (!entry)
		return false;
	take_passwd(identity, entry);
#endif
	identity->passwd_line = memory_format("%s:x:%u:%u::%s:%s", identity->name, (unsigned)identity->uid,
					      (unsigned)identity->gid, identity->home, identity->shell);
	return true;
}

// A number without a name is a user too, as in many containers.
static void take_number(struct identity *identity, uid_t uid, gid_t gid)
{
	const char *home = uid == getuid() ? getenv("HOME") : NULL;

	identity->uid = uid;
	identity->gid = gid;
	identity->name = memory_format("user%u", (unsigned)uid);
	identity->home = memory_copy_text(home && home[0] == '/' && !strpbrk(home, ":\n") ? home : "/");
	identity->shell = memory_copy_text("/bin/sh");
	identity->passwd_line =
	    memory_format("%s:x:%u:%u::%s:/bin/sh", identity->name, (unsigned)uid, (unsigned)gid, identity->home);
}

static bool is_dangerous(const char *name)
{
	for (size_t i = 0; i < sizeof(dangerous_groups) / sizeof(dangerous_groups[0]); i++)
		if (strcmp(name, dangerous_groups[i]) == 0)
			return true;
	return false;
}

static bool has_group(const struct identity *identity, gid_t gid)
{
	vec_for_each (group, &identity->groups)
		if (*group == gid)
			return true;
	return false;
}

static void add_group(struct identity *identity, const char *name, gid_t gid)
{
	if (gid == 0 || is_dangerous(name))
		vec_push(&identity->left_out_groups, memory_copy_text(name));
	else if (!has_group(identity, gid))
		vec_push(&identity->groups, gid);
}

static bool lists_user(char *members, const char *name)
{
	for (char *rest = members, *member; (member = strsep(&rest, ","));)
		if (strcmp(member, name) == 0)
			return true;
	return false;
}

static void add_groups_of_file(struct identity *identity)
{
	AUTO_FREE char *text = NULL;
	size_t length;
	unsigned gid;

	if (io_read_file("/etc/group", FILE_LIMIT, &text, &length, NULL) < 0)
		return;
	for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
		char *fields[4];
		if (split(line, fields, 4) == 4 && parse_id(fields[2], &gid) && lists_user(fields[3], identity->name))
			add_group(identity, fields[0], gid);
	}
}

// Groups that only the directory service knows of; asked only when the user itself came from there.
static void add_groups_of_service(struct identity *identity)
{
#ifndef VPCJAIL_STATIC
	gid_t groups[256];
	int count = sizeof(groups) / sizeof(groups[0]);

	if (!identity->passwd_line || getgrouplist(identity->name, identity->gid, groups, &count) < 0)
		return;
	for (int i = 0; i < count; i++) {
		const struct group *entry = has_group(identity, groups[i]) ? NULL : getgrgid(groups[i]);
		if (!entry)
			continue;
		add_group(identity, entry->gr_name, entry->gr_gid);
		vec_push(&identity->group_lines, memory_format("%s:x:%u:", entry->gr_name, (unsigned)entry->gr_gid));
	}
#endif
	(void)identity;
}

// The groups of the caller itself, which the kernel does not let it change.
static void add_own_groups(struct identity *identity)
{
	gid_t groups[256];
	int count = getgroups(sizeof(groups) / sizeof(groups[0]), groups);

	for (int i = 0; i < count; i++)
		vec_push(&identity->groups, groups[i]);
}

static int find(const char *user, struct identity *identity, struct error *err)
{
	uint64_t number;

	if (number_parse(user, ID_MAXIMUM, &number) == 0) {
		if (!find_in_file(NULL, (uid_t)number, identity) && !find_in_service(NULL, (uid_t)number, identity))
			take_number(identity, (uid_t)number, (gid_t)number);
		return 0;
	}
	if (find_in_file(user, 0, identity) || find_in_service(user, 0, identity))
		return 0;
	return error_set(err, -ENOENT, "--user %s: there is no such user on this host", user);
}

// As root: whom to run as. Staying root must be asked for; without a word about it the job is nobody's.
static int read_as_root(const char *user, struct identity *identity, struct error *err)
{
	const char *sudo = getenv("SUDO_UID");
	char fallback[16];

	if (!user && sudo && strcmp(sudo, "0") != 0)
		user = sudo;
	if (!user) {
		(void)snprintf(fallback, sizeof(fallback), "%d", NOBODY);
		user = fallback;
		identity->unasked_root = true;
	}
	if (find(user, identity, err) < 0)
		return err ? err->code : -ENOENT;
	if (identity->uid != 0) {
		add_groups_of_file(identity);
		add_groups_of_service(identity);
	}
	return 0;
}

static int read_as_user(const char *user, struct identity *identity, struct error *err)
{
	if (user) {
		struct identity asked = { 0 };
		int code = find(user, &asked, err);
		uid_t uid = asked.uid;
		identity_release(&asked);
		if (code < 0)
			return code;
		if (uid != getuid())
			return error_set(err, -EPERM, "--user %s: only root can run a job as somebody else", user);
	}
	if (!find_in_file(NULL, getuid(), identity) && !find_in_service(NULL, getuid(), identity))
		take_number(identity, getuid(), getgid());
	identity->gid = getgid();
	add_own_groups(identity);
	return 0;
}

static int read_file_for_lines(const char *path, bool needed, char **text, struct error *err)
{
	size_t length;

	if (!needed || access(path, F_OK) < 0)
		return 0;
	return io_read_file(path, FILE_LIMIT, text, &length, err);
}

int identity_read(const char *user, bool root, struct identity *identity, char **passwd_text, char **group_text,
		  struct error *err)
{
	int code = root ? read_as_root(user, identity, err) : read_as_user(user, identity, err);

	if (code < 0)
		return code;
	char *home = realpath(identity->home, NULL);
	if (home) {
		free(identity->home);
		identity->home = home;
	}
	if ((code = read_file_for_lines("/etc/passwd", identity->passwd_line != NULL, passwd_text, err)) < 0)
		return code;
	return read_file_for_lines("/etc/group", identity->group_lines.count > 0, group_text, err);
}

void identity_release(struct identity *identity)
{
	vec_release(&identity->groups);
	free(identity->name);
	free(identity->home);
	free(identity->shell);
	free(identity->passwd_line);
	text_list_release(&identity->group_lines);
	text_list_release(&identity->left_out_groups);
	*identity = (struct identity){ 0 };
}
