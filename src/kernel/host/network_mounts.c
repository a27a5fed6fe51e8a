// SPDX-License-Identifier: GPL-2.0-or-later
// The types of file systems whose contents come from elsewhere; see network_mounts.h.
#include "kernel/host/network_mounts.h"

#include <string.h>

// A type stands for its subtypes too: "fuse" for "fuse.sshfs".
static const char *const types[] = {
	"nfs",    "nfs4", "9p",   "virtiofs", "cifs", "smb3",   "fuse", "fuseblk",  "ceph",
	"lustre", "afs",  "gfs2", "ocfs2",    "gpfs", "beegfs", "coda", "orangefs", "glusterfs",
};

bool mount_is_remote(const struct mount_row *row)
{
	size_t length = strcspn(row->type, ".");

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strlen(types[i]) == length && strncmp(types[i], row->type, length) == 0)
			return true;
	return false;
}
