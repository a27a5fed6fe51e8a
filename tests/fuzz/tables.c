// SPDX-License-Identifier: GPL-2.0-or-later
// Fuzz target: the kernel's lists of UNIX sockets and of mounts, in which names stand that anybody may choose.
//
// The first byte of an input says which list follows: 'u' of sockets, anything else of mounts.
#include "fuzz.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "kernel/host/mountinfo.h"
#include "kernel/host/unix_table.h"

static void read_sockets(const char *text)
{
	AUTO_FREE char *copy = memory_copy_text(text);
	text_list paths = { 0 };
	size_t length = 0;

	unix_table_paths(copy, &paths);
	vec_for_each (path, &paths) {
		require((*path)[0] && (*path)[0] != '@');
		// Each is a part of the text, and no two overlap.
		require(strstr(text, *path));
		length += strlen(*path);
	}
	require(length <= strlen(text));
	text_list_release(&paths);
}

static void read_mounts(const char *text)
{
	struct mount_table table = { 0 };
	struct error err = { 0 };
	int result = mount_table_parse(&table, memory_copy_text(text), &err);

	require(result == 0 || (result == -EIO && err.message[0]));
	vec_for_each (row, &table.rows) {
		require(mount_table_find(&table, row->id));
		require(strlen(row->device) + strlen(row->root) + strlen(row->point) + strlen(row->type) +
			    strlen(row->source) <=
			strlen(text));
		AUTO_FREE char *path = mount_path_join(row->point, "/x");
		require(strcmp(row->point, "/") == 0 || strcmp(mount_path_below(path, row->point), "/x") == 0);
	}
	mount_table_release(&table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *text = memory_copy_bytes((const char *)data + (size > 0), size ? size - 1 : 0);

	if (size && data[0] == 'u')
		read_sockets(text);
	else
		read_mounts(text);
	return 0;
}
