// SPDX-License-Identifier: GPL-2.0-or-later
// Looks up the paths that a profile names on this host.
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "kernel/launch/launch_state.h"

// What root may not enter (a home on a file system that takes root for nobody) stays as it is written.
static char *find(const char *written, mode_t type)
{
	char *path = realpath(written, NULL);
	struct stat status;

	if (!path)
		return errno == EACCES ? memory_copy_text(written) : NULL;
	if (type && stat(path, &status) == 0 && (status.st_mode & S_IFMT) != type) {
		free(path);
		path = NULL;
	}
	return path;
}

void host_paths_read(const struct profile *profile, struct host_facts *facts)
{
	vec_for_each (written, &profile->process.writable)
		vec_push(&facts->writable, find(written->text, 0));
	vec_for_each (written, &profile->process.sockets)
		vec_push(&facts->sockets, find(written->text, S_IFSOCK));
	vec_for_each (written, &profile->process.share)
		vec_push(&facts->share, find(written->text, 0));
	facts->own_tmp = profile->process.tmp.text ? find(profile->process.tmp.text, S_IFDIR) : NULL;
}
