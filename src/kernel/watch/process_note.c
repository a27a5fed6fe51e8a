// SPDX-License-Identifier: GPL-2.0-or-later
// What /proc tells of a process: see process_note.h.
#include "kernel/watch/process_note.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"

// The beginning of a file of /proc/PID: its length, or a negative errno.
static ssize_t read_file(pid_t pid, const char *name, char *out, size_t size)
{
	char path[48];
	size_t length = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while (length < size) {
		ssize_t got = read(fd, out + length, size - length);
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		length += (size_t)got;
	}
	return (ssize_t)length;
}

int process_stat_parse(const char *text, struct process_stat *out)
{
	enum { FIELDS = 20 };  // from the state on: parent is the second, start time the twentieth
	const char *open = strchr(text, '(');
	const char *close = strrchr(text, ')');  // a name may have one of its own
	const char *rest;
	unsigned long long field = 0;

	if (!open || !close || close < open || close[1] != ' ' || !close[2])
		return -EBADMSG;
	(void)snprintf(out->name, sizeof(out->name), "%.*s", (int)(close - open - 1), open + 1);
	rest = close + 3;
	for (int number = 2; number <= FIELDS; number++) {
		char *end;

		field = strtoull(rest, &end, 10);
		if (end == rest)
			return -EBADMSG;
		if (number == 2)
			out->parent = (pid_t)field;
		rest = end;
	}
	out->started = field;
	return 0;
}

static int read_stat(pid_t pid, struct process_stat *out)
{
	char text[1024];
	ssize_t length = read_file(pid, "stat", text, sizeof(text) - 1);

	if (length <= 0)
		return -ESRCH;
	text[length] = '\0';
	return process_stat_parse(text, out) < 0 ? -ESRCH : 0;
}

// A thread's process. The kernel says at once whether it is the first thread; /proc takes longer.
static pid_t leader_of(pid_t thread)
{
	char text[1024];
	ssize_t length;
	const char *line;

	if (syscall(SYS_tgkill, thread, thread, 0) == 0 || errno == EPERM)
		return thread;
	length = read_file(thread, "status", text, sizeof(text) - 1);
	text[length > 0 ? length : 0] = '\0';
	line = strstr(text, "\nTgid:\t");
	return line ? (pid_t)strtol(line + strlen("\nTgid:\t"), NULL, 10) : thread;
}

void process_arguments(const char *bytes, size_t length, struct event_process *process)
{
	size_t at = 0;

	if (length > EVENT_COMMAND_MAXIMUM) {
		length = EVENT_COMMAND_MAXIMUM;
		process->cut = true;
	}
	while (at < length && process->arguments.count < PROCESS_ARGUMENTS) {
		size_t size = strnlen(bytes + at, length - at);

		vec_push(&process->arguments, memory_copy_bytes(bytes + at, size));
		at += size + 1;
	}
	process->cut = process->cut || at < length;
}

static void note_arguments(pid_t pid, const char *name, struct event_process *process)
{
	char bytes[EVENT_COMMAND_MAXIMUM + 1];
	ssize_t length = read_file(pid, "cmdline", bytes, sizeof(bytes));

	if (length > 0)
		process_arguments(bytes, (size_t)length, process);
	else  // it has wiped it, or has ended
		vec_push(&process->arguments, memory_copy_text(name));
	process->script = event_script(process->arguments.items, process->arguments.count);
}

int process_note(pid_t thread, pid_t init, struct event_process *process)
{
	struct process_stat stat;
	pid_t pid = leader_of(thread);

	if (read_stat(pid, &stat) < 0)
		return -ESRCH;
	*process = (struct event_process){ .pid = pid, .started = stat.started };
	note_arguments(pid, stat.name, process);
	for (pid_t parent = stat.parent; parent > 1 && parent != init && process->parents.count < PROCESS_PARENTS;
	     parent = stat.parent) {
		if (read_stat(parent, &stat) < 0)
			break;
		vec_push(&process->parents,
			 (struct event_parent){ .pid = parent, .name = memory_copy_text(stat.name) });
	}
	return 0;
}
