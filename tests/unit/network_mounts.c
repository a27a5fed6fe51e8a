// SPDX-License-Identifier: GPL-2.0-or-later
// kernel: which lines of the list of mounts are file systems whose contents come from elsewhere.
#include "test.h"

#include "base/memory.h"
#include "kernel/host/network_mounts.h"

static void remote(void **state)
{
	static const struct {
		const char *type;
		bool remote;
	} rows[] = {
		{ "nfs", true },     { "nfs4", true },      { "9p", true },          { "virtiofs", true },
		{ "cifs", true },    { "smb3", true },      { "fuse", true },        { "fuse.sshfs", true },
		{ "fuseblk", true }, { "ceph", true },      { "lustre", true },      { "afs", true },
		{ "autofs", false }, { "fuse.", true },     { "ext4", false },       { "tmpfs", false },
		{ "nfsd", false },   { "fusectl", false },  { "overlay", false },    { "proc", false },
		{ "sshfs", false },  { "ext4.nfs", false }, { "rpc_pipefs", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mount_table table = { 0 };
		char *line = memory_format("36 35 0:42 / /data\\040set rw,noatime shared:1 - %s server:/export rw\n",
					   rows[i].type);
		assert_int_equal(mount_table_parse(&table, line, NULL), 0);
		assert_int_equal(mount_is_remote(&table.rows.items[0]), rows[i].remote);
		mount_table_release(&table);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(remote) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
