// SPDX-License-Identifier: GPL-2.0-or-later
// Opens paths with root's rights, or else the user's: see user_open.h.
#include "kernel/host/user_open.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>

void user_ids_take(const struct identity *who)
{
	setfsgid(who->gid);
	setfsuid(who->uid);
}

void user_ids_give_back(void)
{
	setfsuid(0);
	setfsgid(0);
}

int user_open(int folder, const char *path, uint64_t flags, uint64_t resolve, const struct identity *who)
{
	struct open_how how = { .flags = flags | O_CLOEXEC, .resolve = resolve };
	int fd = (int)syscall(SYS_openat2, folder, path, &how, sizeof(how));

	if (fd >= 0 || errno != EACCES || !who)
		return fd;
	user_ids_take(who);
	fd = (int)syscall(SYS_openat2, folder, path, &how, sizeof(how));
	int code = errno;
	user_ids_give_back();
	errno = code;
	return fd;
}
