// SPDX-License-Identifier: GPL-2.0-or-later
// The numbers of the kernel's own threads: see kernel_threads.h.
#include "kernel/host/kernel_threads.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/io.h"

enum {
	FILE_LIMIT = 1 << 20,
	FLAGS_FIELD = 6,             // of /proc/PID/stat, counted from the one behind the name (proc_pid_stat(5))
	KERNEL_THREAD = 0x00200000,  // PF_KTHREAD of the kernel's sched.h: no program can have it
};

static char *read_file(int proc, const char *name)
{
	char *text = NULL;
	size_t length;
	AUTO_CLOSE int fd = openat(proc, name, O_RDONLY | O_CLOEXEC);

	return fd < 0 || io_read_all(fd, FILE_LIMIT, &text, &length, NULL) < 0 ? NULL : text;
}

// Whether process 2 is the one that makes all kernel threads; in a pid namespace it is any program.
static bool is_maker(const char *stat)
{
	const char *at = strrchr(stat, ')');  // the name in front may hold anything

	for (int field = 0; at && field <= FLAGS_FIELD; field++) {
		at = strchr(at, ' ');
		at = at ? at + 1 : NULL;
	}
	return at && (strtoul(at, NULL, 10) & KERNEL_THREAD);
}

static int compare(const void *a, const void *b)
{
	long first = *(const long *)a;
	long second = *(const long *)b;

	return (first > second) - (first < second);
}

void kernel_threads_read(kernel_threads *threads, int proc)
{
	AUTO_FREE char *stat = read_file(proc, "2/stat");
	AUTO_FREE char *children = stat && is_maker(stat) ? read_file(proc, "2/task/2/children") : NULL;
	char *rest = children;

	for (const char *word; rest && (word = strsep(&rest, " "));)
		if (*word)
			vec_push(threads, strtol(word, NULL, 10));
	if (threads->count)
		qsort(threads->items, threads->count, sizeof(*threads->items), compare);
}

bool kernel_threads_have(const kernel_threads *threads, const char *name)
{
	long number = strtol(name, NULL, 10);

	return threads->count &&
	       bsearch(&number, threads->items, threads->count, sizeof(*threads->items), compare) != NULL;
}
