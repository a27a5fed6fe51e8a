// SPDX-License-Identifier: GPL-2.0-or-later
// Notes of what jails change on the host: see host_state.h.
//
// All of it happens under one lock, held for some microseconds, so that nobody sees a note between its making and its
// locking.
#include "kernel/link/host_state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"

#define FOLDER "/run/vpcjail"

// Several network namespaces may share one /run: each has a folder of its own, by a number that the kernel gives no
// second one (SO_NETNS_COOKIE). A link of the same name is another one there.
enum note_folder { NETWORK, LINKS, ADDRESSES, DEVICES, SWITCHES, NOTE_FOLDERS };

static const char *const folder_names[NOTE_FOLDERS] = { "", "/links", "/addresses", "/devices", "/switches" };

static char *folder_path(enum note_folder folder)
{
	static uint64_t cookie;
	socklen_t length = sizeof(cookie);

	if (!cookie) {
		AUTO_CLOSE int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		struct stat own;
		// Before Linux 5.14 there is the number of its file, which may be given again.
		if ((fd < 0 || getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &length) < 0) &&
		    stat("/proc/self/ns/net", &own) == 0)
			cookie = own.st_ino;
	}
	return memory_format(FOLDER "/network-%" PRIx64 "%s", cookie, folder_names[folder]);
}

static int make_folder(const char *path, struct error *err)
{
	struct stat status;

	if (mkdir(path, 0711) < 0 && errno != EEXIST)
		return error_set_errno(err, -errno, "cannot make %s", path);
	if (lstat(path, &status) < 0)
		return error_set_errno(err, -errno, "cannot look at %s", path);
	if (!S_ISDIR(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & 022))
		return error_set(err, -EPERM, "%s is not a folder that root alone can write: remove it", path);
	return 0;
}

// The lock around every change of the notes; closing the descriptor lets it go.
static int enter(struct error *err)
{
	if (make_folder(FOLDER, err) < 0)
		return err ? err->code : -EIO;
	for (enum note_folder folder = NETWORK; folder < NOTE_FOLDERS; folder++) {
		AUTO_FREE char *path = folder_path(folder);
		if (make_folder(path, err) < 0)
			return err ? err->code : -EIO;
	}
	int fd = open(FOLDER "/lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return error_set_errno(err, -errno, "cannot open %s/lock", FOLDER);
	while (flock(fd, LOCK_EX) < 0)
		if (errno != EINTR) {
			int code = error_set_errno(err, -errno, "cannot lock %s/lock", FOLDER);
			close(fd);
			return code;
		}
	return fd;
}

static int open_note(enum note_folder folder, const char *name)
{
	AUTO_FREE char *within = folder_path(folder);
	AUTO_FREE char *path = memory_format("%s/%s", within, name);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	return fd < 0 ? -errno : fd;
}

static void remove_note(enum note_folder folder, const char *name)
{
	AUTO_FREE char *within = folder_path(folder);
	AUTO_FREE char *path = memory_format("%s/%s", within, name);

	(void)unlink(path);
}

static const struct {
	enum note_folder folder;
	const char *noun;
} claims[] = {
	[CLAIM_LINK] = { LINKS, "link" },
	[CLAIM_ADDRESS] = { ADDRESSES, "address" },
	[CLAIM_DEVICE] = { DEVICES, "link" },
};

int host_claim_take(enum claim_kind kind, const char *name, struct host_claim *claim, struct error *err)
{
	AUTO_CLOSE int lock = enter(err);
	if (lock < 0)
		return lock;
	AUTO_CLOSE int fd = open_note(claims[kind].folder, name);
	if (fd < 0)
		return error_set_errno(err, fd, "cannot note the %s %s in %s", claims[kind].noun, name, FOLDER);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return error_set(err, -EADDRINUSE, "another jail has the %s %s", claims[kind].noun, name);
	(void)snprintf(claim->name, sizeof(claim->name), "%s", name);
	claim->kind = kind;
	claim->fd = steal_fd(&fd);
	return 0;
}

void host_claim_drop(struct host_claim *claim)
{
	if (claim->fd < 0)
		return;
	AUTO_CLOSE int lock __attribute__((unused)) = enter(NULL);
	remove_note(claims[claim->kind].folder, claim->name);
	close(claim->fd);
	claim->fd = -1;
}

// "eth0.ipv4": the switch that the note speaks of.
static char *switch_path(const char *name)
{
	const char *dot = strrchr(name, '.');
	int length = dot ? (int)(dot - name) : 0;
	bool ipv6 = dot && strcmp(dot, ".ipv6") == 0;

	return memory_format("/proc/sys/net/%s/conf/%.*s/%s", ipv6 ? "ipv6" : "ipv4", length, name,
			     ipv6 ? "force_forwarding" : "forwarding");
}

// One digit; -1 where there is none to read.
static int read_digit(int fd)
{
	char digit = 0;

	return pread(fd, &digit, 1, 0) == 1 && (digit == '0' || digit == '1') ? digit - '0' : -1;
}

// Nobody uses it: as it was before the first jail. A link that is gone has no switch.
static void put_back(const char *name, int fd)
{
	AUTO_FREE char *path = switch_path(name);

	if (read_digit(fd) == 0)
		(void)io_write_file(path, "0");
	remove_note(SWITCHES, name);
}

// The first one notes how it is. What a killed supervisor noted still holds.
static int note_switch(const char *path, int fd, struct error *err)
{
	AUTO_CLOSE int now = open(path, O_RDONLY | O_CLOEXEC);
	int digit = now < 0 ? -1 : read_digit(now);

	if (read_digit(fd) >= 0)
		return 0;
	if (digit < 0)
		return error_set(err, -ENOENT, "cannot read %s", path);
	if (pwrite(fd, digit ? "1" : "0", 1, 0) != 1)
		return error_set_errno(err, -EIO, "cannot note %s", path);
	return 0;
}

int forwarding_raise(const char *device, bool ipv6, struct forwarding *forwarding, struct error *err)
{
	AUTO_FREE char *name = memory_format("%s.%s", device, ipv6 ? "ipv6" : "ipv4");
	AUTO_FREE char *path = switch_path(name);
	AUTO_CLOSE int lock = enter(err);
	if (lock < 0)
		return lock;
	AUTO_CLOSE int fd = open_note(SWITCHES, name);
	if (fd < 0)
		return error_set_errno(err, fd, "cannot note a switch in %s", FOLDER);
	if (note_switch(path, fd, err) < 0 || flock(fd, LOCK_SH | LOCK_NB) < 0)
		return err && err->code ? err->code : error_set_errno(err, -errno, "cannot lock the note of %s", path);
	int result = io_write_file(path, "1");
	if (result < 0)
		return error_set_errno(err, result, "cannot switch forwarding on: %s", path);
	(void)snprintf(forwarding->name, sizeof(forwarding->name), "%s", name);
	forwarding->raised = read_digit(fd) == 0;
	forwarding->fd = steal_fd(&fd);
	return 0;
}

static void settle_switch(const char *name)
{
	AUTO_CLOSE int fd = open_note(SWITCHES, name);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		put_back(name, fd);
}

void forwarding_drop(struct forwarding *forwarding)
{
	if (forwarding->fd < 0)
		return;
	AUTO_CLOSE int lock __attribute__((unused)) = enter(NULL);
	close(forwarding->fd);
	forwarding->fd = -1;
	settle_switch(forwarding->name);
}

static DIR *open_folder(enum note_folder folder)
{
	AUTO_FREE char *path = folder_path(folder);

	return opendir(path);
}

static bool is_free(enum note_folder folder, const char *name)
{
	AUTO_CLOSE int fd = open_note(folder, name);

	return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
}

void host_state_devices(bool (*found)(const char *name, int note, void *data), void *data)
{
	AUTO_FREE char *path = folder_path(DEVICES);
	AUTO_CLOSE int lock = access(path, F_OK) < 0 ? -1 : enter(NULL);
	AUTO_CLOSEDIR DIR *devices = lock < 0 ? NULL : opendir(path);

	for (struct dirent *entry; devices && (entry = readdir(devices));) {
		if (entry->d_name[0] == '.')
			continue;
		AUTO_CLOSE int fd = open_note(DEVICES, entry->d_name);
		bool nobodys = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
		if (found(entry->d_name, nobodys ? fd : -1, data) && nobodys)
			remove_note(DEVICES, entry->d_name);
	}
}

static void sweep_addresses(void)
{
	AUTO_CLOSEDIR DIR *addresses = open_folder(ADDRESSES);

	for (struct dirent *entry; addresses && (entry = readdir(addresses));)
		if (entry->d_name[0] != '.' && is_free(ADDRESSES, entry->d_name))
			remove_note(ADDRESSES, entry->d_name);
}

void host_state_sweep(void (*remove_link)(const char *name, void *data), void *data)
{
	AUTO_CLOSE int lock __attribute__((unused)) = enter(NULL);
	AUTO_CLOSEDIR DIR *links = lock < 0 ? NULL : open_folder(LINKS);
	AUTO_CLOSEDIR DIR *switches = lock < 0 ? NULL : open_folder(SWITCHES);

	for (struct dirent *entry; links && (entry = readdir(links));)
		if (entry->d_name[0] != '.' && is_free(LINKS, entry->d_name)) {
			remove_link(entry->d_name, data);
			remove_note(LINKS, entry->d_name);
		}
	if (lock >= 0)
		sweep_addresses();
	for (struct dirent *entry; switches && (entry = readdir(switches));)
		if (entry->d_name[0] != '.')
			settle_switch(entry->d_name);
}
