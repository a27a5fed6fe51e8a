// SPDX-License-Identifier: GPL-2.0-or-later
// The filter on this kernel: every probe in a process of its own, without the filter and with it.
//
// A denied probe must end differently without the filter: that is the positive control. A kernel without the feature
// gives no control; the probe is then named and not counted, and too few counted ones are a failure.
#include <errno.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "seccomp/filter.h"
#include "seccomp_try.h"

enum { ENOUGH_CONTROLS = 30, EXIT_SKIP = 77 };

static int install(const struct filter_program *program)
{
	const struct sock_fprog prog = { program->length, program->instructions };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) < 0 ? -errno : 0;
}

// What a probe sees in a process of its own: 0, an errno, KILLED or CRASHED.
static int see(const struct probe *probe, const struct filter_program *program)
{
	const struct rlimit no_core = { 0, RLIM_INFINITY };
	int results[2], status, seen = CRASHED;
	pid_t child;

	if (pipe(results) < 0)
		return CRASHED;
	child = fork();
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &no_core);
		if (program && install(program) < 0)
			_exit(1);
		seen = probe->run();
		_exit(write(results[1], &seen, sizeof(seen)) == sizeof(seen) ? 0 : 1);
	}
	close(results[1]);
	if (child < 0 || waitpid(child, &status, 0) < 0 || read(results[0], &seen, sizeof(seen)) != sizeof(seen))
		seen = child > 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS ? KILLED : CRASHED;
	close(results[0]);
	return seen;
}

static const char *seen_text(int seen)
{
	return seen == KILLED ? "killed" : seen == CRASHED ? "crashed" : seen == 0 ? "works" : strerror(seen);
}

static unsigned try_denied(const struct filter_program *program, unsigned *controls)
{
	unsigned failed = 0;

	for (const struct probe *probe = denied_probes; probe < denied_probes + denied_probes_count; probe++) {
		const int without = see(probe, NULL), with = see(probe, program);
		const bool denied = with == probe->expected, control = without != probe->expected;

		printf("%s: %s: without the filter: %s, with it: %s%s\n", denied ? "ok" : "FAILED", probe->name,
		       seen_text(without), seen_text(with), control ? "" : " (no control on this kernel)");
		failed += !denied;
		*controls += control;
	}
	return failed;
}

static unsigned try_working(const struct filter_program *program)
{
	unsigned failed = 0;

	for (const struct probe *probe = working_probes; probe < working_probes + working_probes_count; probe++) {
		const int without = see(probe, NULL), with = see(probe, program);
		const bool works = with == probe->expected;

		printf("%s: %s: without the filter: %s, with it: %s\n", works ? "ok" : "FAILED", probe->name,
		       seen_text(without), seen_text(with));
		failed += !works;
	}
	return failed;
}

static int missing(const char *feature)
{
	printf("skipped: the kernel lacks %s\n", feature);
	return getenv("REQUIRE_LIVE") ? EXIT_FAILURE : EXIT_SKIP;
}

int main(void)
{
	const struct filter_options options = { .level = SECCOMP_DEFAULT };
	const uint32_t kill = SECCOMP_RET_KILL_PROCESS;
	struct filter_program program = { 0 };
	struct error err = { 0 };
	unsigned controls = 0, failed;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &kill) < 0)
		return missing("seccomp filters with SECCOMP_RET_KILL_PROCESS");
	if (filter_compile(&options, &program, &err) < 0) {
		printf("FAILED: %s\n", err.message);
		return EXIT_FAILURE;
	}
	failed = try_denied(&program, &controls) + try_working(&program);
	filter_release(&program);
	printf("%u failed; %u of %zu denied probes have a control here\n", failed, controls, denied_probes_count);
	return failed > 0 || controls < ENOUGH_CONTROLS ? EXIT_FAILURE : EXIT_SUCCESS;
}
