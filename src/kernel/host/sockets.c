// SPDX-License-Identifier: GPL-2.0-or-later
// Lists every UNIX socket with a path that processes of the host have bound, while init makes the jail.
//
// Theory of operation. /proc/PID/net/unix lists the sockets of one network namespace, with the path each was bound by.
// A path means something in a file tree: the supervisor's own, where every list is tried (a daemon may have got its
// socket from elsewhere), and that of each process of the same network, which may have other mounts or another root.
// A relative path is tried in the working directory of each such process.
//
// What is found is named by its file system and the path in it, "8:1 /home/u/agent/s": that is the same however it is
// mounted, and kernel/launch/cover_sockets.c looks for it in the job's view. The list is made after the clone, as late
// as possible, beside the work of the others, and goes through a pipe.
//
// A socket is not always where it was bound: a service that binds a name of the moment renames it, or gives it a second
// name. Then all sockets of that folder are listed.
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "kernel/host/kernel_threads.h"
#include "kernel/host/socket_folder.h"
#include "kernel/host/unix_table.h"
#include "kernel/host/user_open.h"
#include "kernel/launch/launch_state.h"

enum { TABLE_LIMIT = 64 << 20 };

struct network {
	ino_t table;  // the inode of its net/unix tells it from others
	socket_folder_vec folders;
	bool relative;      // some folder is
	VEC(size_t) trees;  // in which its folders were looked for
};

// A file tree, told by its root folder: no two mounts of a kernel have the same number, whatever their namespace.
struct tree {
	uint64_t mount;
	uint64_t inode;  // in it
	struct mount_table mounts;
};

struct listing {
	const struct launch *launch;
	int root;                // of the supervisor's own tree
	VEC(struct tree) trees;  // that one is the first
	VEC(struct network) networks;
	kernel_threads kernel_threads;  // and what the kernel starts: in the tree and network of process 1
	struct strbuf out;
};

static void tree_release(struct tree *tree)
{
	mount_table_release(&tree->mounts);
}

static void network_release(struct network *network)
{
	socket_folders_release(&network->folders);
	vec_release(&network->trees);
}

static void listing_release(struct listing *listing)
{
	vec_for_each (tree, &listing->trees)
		tree_release(tree);
	vec_for_each (network, &listing->networks)
		network_release(network);
	vec_release(&listing->trees);
	vec_release(&listing->networks);
	vec_release(&listing->kernel_threads);
	strbuf_release(&listing->out);
	if (listing->root >= 0)
		close(listing->root);
}

// A path in the tree with that root folder; links are followed inside it. -1 when it cannot be opened.
static int open_below(const struct launch *launch, int root, const char *path)
{
	return user_open(root, path, O_PATH | O_DIRECTORY, RESOLVE_IN_ROOT,
			 launch->plan->root ? launch->plan->identity : NULL);
}

static void list_unseen(struct listing *listing, size_t tree, const struct socket_folder *folder, int root)
{
	AUTO_FREE char *path = memory_copy_text(folder->path);

	while (path[1]) {
		char *slash = strrchr(path, '/');
		*(slash == path ? slash + 1 : slash) = '\0';
		AUTO_CLOSE int fd = open_below(listing->launch, root, path);
		if (fd < 0 && errno == EACCES)
			continue;
		if (fd >= 0)
			socket_folder_list_unseen(folder, strlen(path), fd, &listing->trees.items[tree].mounts,
						  &listing->out);
		return;
	}
}

static void list_tree(struct listing *listing, size_t tree, struct network *network, int root)
{
	vec_for_each (folder, &network->folders) {
		if (folder->path[0] != '/')
			continue;
		AUTO_CLOSE int fd = open_below(listing->launch, root, folder->path);
		if (fd >= 0)
			socket_folder_list(folder, fd, &listing->trees.items[tree].mounts, &listing->out);
		else if (errno == EACCES)
			list_unseen(listing, tree, folder, root);
	}
}

static void list_relatives(struct listing *listing, size_t tree, struct network *network, int process)
{
	AUTO_CLOSE int directory = openat(process, "cwd", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (directory < 0)
		return;
	vec_for_each (folder, &network->folders) {
		if (folder->path[0] == '/')
			continue;
		AUTO_CLOSE int fd = openat(directory, folder->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0)
			socket_folder_list(folder, fd, &listing->trees.items[tree].mounts, &listing->out);
	}
}

static int read_file_at(int folder, const char *name, char **text, struct error *err)
{
	AUTO_CLOSE int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	size_t length;

	return fd < 0 ? error_set_errno(err, -errno, "cannot open %s", name)
		      : io_read_all(fd, TABLE_LIMIT, text, &length, err);
}

// Whose list of mounts a process's tree has. Of one with another root the kernel's list lacks what lies outside it:
// in our own namespace our own list has it all.
static int read_mounts(int process, bool own, struct mount_table *mounts, struct error *err)
{
	char *text = NULL;

	if (own)
		return mount_table_read(mounts, "/proc/self/mountinfo", err);
	int result = read_file_at(process, "mountinfo", &text, err);
	return result < 0 ? result : mount_table_parse(mounts, text, err);
}

static int open_process(int proc, const char *name)
{
	return openat(proc, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

// Finds the tree of a process, or adds it: its place among the trees, or a negative errno when it may not be looked at.
static int find_tree(struct listing *listing, int proc, const char *name, struct error *err)
{
	struct statx root;
	char path[NAME_MAX + sizeof("/root")];

	(void)snprintf(path, sizeof(path), "%s/root", name);
	if (statx(proc, path, AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_INO | STATX_MNT_ID, &root) < 0)
		return error_set_errno(err, -errno, "cannot look at a process's file tree");
	for (size_t i = 0; i < listing->trees.count; i++)
		if (listing->trees.items[i].mount == root.stx_mnt_id && listing->trees.items[i].inode == root.stx_ino)
			return (int)i;

	bool own = !listing->trees.count || mount_table_find(&listing->trees.items[0].mounts, root.stx_mnt_id);
	struct tree tree = { .mount = root.stx_mnt_id, .inode = root.stx_ino };
	AUTO_CLOSE int process = open_process(proc, name);
	int result = read_mounts(process, own, &tree.mounts, err);
	vec_push(&listing->trees, tree);
	if (result == 0)
		return (int)listing->trees.count - 1;
	tree_release(&listing->trees.items[--listing->trees.count]);
	return result;
}

static struct network *find_network(struct listing *listing, ino_t table)
{
	vec_for_each (network, &listing->networks)
		if (network->table == table)
			return network;
	return NULL;
}

static int add_network(struct listing *listing, int proc, const char *name, ino_t table, struct error *err)
{
	AUTO_CLOSE int process = open_process(proc, name);
	AUTO_FREE char *text = NULL;
	CLEANUP(text_list_release) text_list paths = { 0 };
	struct network network = { .table = table };
	int result = read_file_at(process, "net/unix", &text, err);

	if (result < 0)
		return result;
	unix_table_paths(text, &paths);
	vec_for_each (path, &paths) {
		socket_folders_add(&network.folders, *path);
		network.relative = network.relative || *path[0] != '/';
	}
	vec_push(&listing->networks, network);
	list_tree(listing, 0, &listing->networks.items[listing->networks.count - 1], listing->root);
	return 0;
}

static bool was_tried(struct network *network, size_t tree)
{
	vec_for_each (tried, &network->trees)
		if (*tried == tree)
			return true;
	return false;
}

// A process that has ended meanwhile, or that may not be looked at, is passed over: another one of its network and of
// its tree will do.
static int visit(struct listing *listing, int proc, const char *name, struct error *err)
{
	struct stat status;
	struct error gone = { 0 };
	char path[NAME_MAX + sizeof("/net/unix")];

	(void)snprintf(path, sizeof(path), "%s/net/unix", name);
	int result = fstatat(proc, path, &status, 0) < 0 ? -ENOENT : 0;
	if (result == 0 && !find_network(listing, status.st_ino))
		result = add_network(listing, proc, name, status.st_ino, &gone);
	if (result < 0)
		return result == -EFBIG ? error_set(err, result, "%s", gone.message) : 0;
	struct network *network = find_network(listing, status.st_ino);
	int tree = network->folders.count ? find_tree(listing, proc, name, &gone) : -ENOENT;
	bool elsewhere = tree > 0 && !was_tried(network, (size_t)tree);
	if (tree < 0 || (!elsewhere && !network->relative))
		return 0;  // most processes: two system calls each
	AUTO_CLOSE int process = open_process(proc, name);
	if (process < 0)
		return 0;
	if (network->relative)
		list_relatives(listing, (size_t)tree, network, process);
	if (!elsewhere)
		return 0;
	AUTO_CLOSE int root = openat(process, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root >= 0) {
		list_tree(listing, (size_t)tree, network, root);
		vec_push(&network->trees, (size_t)tree);
	}
	return 0;
}

static int visit_all(struct listing *listing, const char *where, struct error *err)
{
	AUTO_CLOSEDIR DIR *proc = opendir(where);

	if (!proc)
		return error_set_errno(err, -errno, "cannot open %s", where);
	listing->root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (listing->root < 0 || find_tree(listing, dirfd(proc), "self", err) < 0)
		return error_set(err, -EIO,
				 "cannot look at the host's file tree: it cannot be told which sockets to cover");
	kernel_threads_read(&listing->kernel_threads, dirfd(proc));
	struct dirent *entry;
	while (errno = 0, (entry = readdir(proc))) {
		if (!isdigit((unsigned char)entry->d_name[0]) ||
		    kernel_threads_have(&listing->kernel_threads, entry->d_name))
			continue;
		if (visit(listing, dirfd(proc), entry->d_name, err) < 0)
			return err->code;
	}
	if (errno)
		return error_set_errno(err, -errno, "cannot list %s", where);
	return listing->networks.count
		   ? 0
		   : error_set(err, -ENOENT, "%s shows no process: it cannot be told which sockets to cover", where);
}

int step_list_sockets(struct launch *launch, const struct launch_step *step, struct error *err)
{
	CLEANUP(listing_release) struct listing listing = { .launch = launch, .root = -1 };

	if (launch_without(launch, MECHANISM_SOCKETS))
		return 0;  // nobody reads the list, and a short job could end while it is made
	if (visit_all(&listing, step->path, err) < 0)
		return err->code;
	// A zero byte more ends the list: a reader that sees the pipe's end without it knows that it is not whole.
	strbuf_add_bytes(&listing.out, "", 1);
	int result = io_write_all(launch->sockets[1], listing.out.text, listing.out.length);
	close(launch->sockets[1]);
	launch->sockets[1] = -1;
	// EPIPE: the reader gave up, and its own message says why.
	return result < 0 && result != -EPIPE ? error_set_errno(err, result, "cannot hand the list over") : 0;
}
