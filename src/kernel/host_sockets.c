// SPDX-License-Identifier: GPL-2.0-or-later
// Lists every UNIX socket with a path that processes of the host have bound, while init makes the jail.
//
// Theory of operation. /proc/PID/net/unix lists the sockets of one network namespace, with the path each was bound by;
// its inode number tells the namespaces apart, also where their links may not be read. One file a namespace is read,
// and the paths go to init's child by a pipe, each ended by a zero byte: the list is made after the clone, as late as
// possible, beside the work of the others. A relative path means something to its process alone: it is tried in the
// working directory of every process of that namespace.
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "kernel/launch_state.h"

enum { TABLE_LIMIT = 64 << 20, COLUMNS_BEFORE_PATH = 7 };

struct network {
	ino_t table;          // the inode of its net/unix
	text_list relatives;  // paths that were bound relative to somebody's working directory
};

typedef VEC(struct network) network_vec;

static void networks_release(network_vec *networks)
{
	vec_for_each (network, networks)
		text_list_release(&network->relatives);
	vec_release(networks);
}

// A line of the table begins with a kernel address; anything else continues a path that has a newline in it.
static bool begins_line(const char *line)
{
	size_t digits = 0;

	while (isxdigit((unsigned char)line[digits]))
		digits++;
	return digits >= 8 && line[digits] == ':';
}

// The path of a line, NULL without one. Fields are separated by blanks, and the path may hold any.
static char *path_of(char *line)
{
	char *at = line;

	for (int column = 0; column < COLUMNS_BEFORE_PATH; column++) {
		at += strcspn(at, " ");
		at += strspn(at, " ");
	}
	return *at && *at != '@' ? at : NULL;
}

static void take(const char *path, struct network *network, struct strbuf *out)
{
	if (path[0] == '/')
		strbuf_add_bytes(out, path, strlen(path) + 1);
	else
		vec_push(&network->relatives, memory_copy_text(path));
}

static int read_table(const char *file, struct network *network, struct strbuf *out, struct error *err)
{
	AUTO_FREE char *text = NULL;
	size_t length;
	int result = io_read_file(file, TABLE_LIMIT, &text, &length, err);

	if (result < 0)
		return result;
	for (char *line = strchr(text, '\n'); line && *++line;) {  // the first one is the heading
		char *end = strchr(line, '\n');
		while (end && end[1] && !begins_line(end + 1))
			end = strchr(end + 1, '\n');
		if (end)
			*end = '\0';
		const char *path = path_of(line);
		if (path)
			take(path, network, out);
		line = end;
	}
	return 0;
}

static struct network *find(network_vec *networks, ino_t table)
{
	vec_for_each (network, networks)
		if (network->table == table)
			return network;
	return NULL;
}

static bool is_number(const char *name)
{
	return name[strspn(name, "0123456789")] == '\0';
}

// Visits each process once; a process that has ended meanwhile, or that may not be looked at, is passed over.
static int visit_networks(DIR *proc, network_vec *networks, struct strbuf *out, struct error *err)
{
	for (struct dirent *entry; (entry = readdir(proc));) {
		char file[300];
		struct stat status;

		if (!is_number(entry->d_name))
			continue;
		(void)snprintf(file, sizeof(file), "/proc/%s/net/unix", entry->d_name);
		if (stat(file, &status) < 0 || find(networks, status.st_ino))
			continue;
		vec_push(networks, (struct network){ .table = status.st_ino });
		struct error gone = { 0 };
		int result = read_table(file, &networks->items[networks->count - 1], out, &gone);
		if (result == -ENOENT || result == -ESRCH || result == -EINVAL || result == -EACCES)
			networks->count--;  // another process of it will do
		else if (result < 0)
			return error_set(err, result, "%s", gone.message);
	}
	return 0;
}

static bool any_relative(const network_vec *networks)
{
	vec_for_each (network, networks)
		if (network->relatives.count)
			return true;
	return false;
}

static void try_relatives(DIR *proc, network_vec *networks, struct strbuf *out)
{
	for (struct dirent *entry; (entry = readdir(proc));) {
		char file[300];
		char folder[4096];
		struct stat status;

		if (!is_number(entry->d_name))
			continue;
		(void)snprintf(file, sizeof(file), "/proc/%s/net/unix", entry->d_name);
		const struct network *network = stat(file, &status) < 0 ? NULL : find(networks, status.st_ino);
		if (!network || !network->relatives.count)
			continue;
		(void)snprintf(file, sizeof(file), "/proc/%s/cwd", entry->d_name);
		ssize_t length = readlink(file, folder, sizeof(folder) - 1);
		if (length < 0)
			continue;
		folder[length] = '\0';
		vec_for_each (name, &network->relatives) {
			AUTO_FREE char *path = memory_format("%s/%s", folder, *name);
			if (stat(path, &status) == 0 && S_ISSOCK(status.st_mode))
				strbuf_add_bytes(out, path, strlen(path) + 1);
		}
	}
}

int step_list_sockets(struct launch *launch, const struct launch_step *step, struct error *err)
{
	CLEANUP(networks_release) network_vec networks = { 0 };
	CLEANUP(strbuf_release) struct strbuf paths = { 0 };
	DIR *proc = NULL;

	if (launch_without(launch, MECHANISM_SOCKETS))
		return 0;  // nobody reads the list, and a short job could end while it is made
	proc = opendir(step->path);
	if (!proc)
		return error_set_errno(err, -errno, "cannot open %s", step->path);
	int result = visit_networks(proc, &networks, &paths, err);
	if (result == 0 && !networks.count)
		result = error_set(err, -ENOENT, "%s shows no process: it cannot be told which sockets to cover",
				   step->path);
	if (result == 0 && any_relative(&networks)) {
		rewinddir(proc);
		try_relatives(proc, &networks, &paths);
	}
	closedir(proc);
	if (result < 0)
		return result;
	// A zero byte more ends the list: a reader that sees the pipe's end without it knows that it is not whole.
	strbuf_add_bytes(&paths, "", 1);
	result = io_write_all(launch->sockets[1], paths.text, paths.length);
	close(launch->sockets[1]);
	launch->sockets[1] = -1;
	// EPIPE: the reader gave up, and its own message says why.
	return result < 0 && result != -EPIPE ? error_set_errno(err, result, "cannot hand the list over") : 0;
}
