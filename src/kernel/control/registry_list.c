// SPDX-License-Identifier: GPL-2.0-or-later
// The list of running jails: of this user, or for root of all.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/number.h"
#include "kernel/control/registry_folder.h"

static void add_folder(int parent, const char *path, uid_t owner, registry_state_vec *out)
{
	int copy = openat(parent, ".", FOLDER_FLAGS);
	AUTO_CLOSEDIR DIR *folder = copy < 0 ? NULL : fdopendir(copy);

	if (copy >= 0 && !folder)
		close(copy);
	for (struct dirent *entry; folder && (entry = readdir(folder));) {
		struct registry_state state = { 0 };
		int fd;
		if (entry->d_name[0] == '.' || !registry_is_alive(parent, entry->d_name, &fd)) {
			if (entry->d_name[0] != '.' && fd >= 0)
				close(fd);
			continue;
		}
		if (registry_read(parent, path, entry->d_name, owner, &state) == 0)
			vec_push(out, state);
	}
}

// The folders of others: read for what they say of their owner's jails, never swept.
static void add_others(const char *own, registry_state_vec *out)
{
	static const char prefix[] = "vpcjail-run-";
	AUTO_CLOSEDIR DIR *folder = opendir("/tmp");

	for (struct dirent *entry; folder && (entry = readdir(folder));) {
		struct stat status;
		uint64_t uid = 0;
		if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0 ||
		    number_parse(entry->d_name + strlen(prefix), UINT32_MAX, &uid) < 0)
			continue;
		AUTO_CLOSE int fd = openat(dirfd(folder), entry->d_name, FOLDER_FLAGS);
		if (fd < 0 || fstat(fd, &status) < 0 || status.st_uid != (uid_t)uid || (status.st_mode & 077))
			continue;
		AUTO_FREE char *path = memory_format("/tmp/%s", entry->d_name);
		if (strcmp(path, own) != 0)
			add_folder(fd, path, status.st_uid, out);
	}
}

static int compare(const void *a, const void *b)
{
	const struct registry_state *left = a;
	const struct registry_state *right = b;

	if (left->since != right->since)
		return left->since < right->since ? -1 : 1;
	return strcmp(left->id, right->id);
}

int registry_list(registry_state_vec *out, struct error *err)
{
	AUTO_FREE char *path = NULL;

	AUTO_CLOSE int parent = registry_folder_open(&path, err);
	if (parent < 0)
		return parent;
	registry_sweep(parent);
	add_folder(parent, path, geteuid(), out);
	if (geteuid() == 0)
		add_others(path, out);
	if (out->count)
		qsort(out->items, out->count, sizeof(out->items[0]), compare);
	return 0;
}
