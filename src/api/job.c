// SPDX-License-Identifier: GPL-2.0-or-later
// A job of the public library: a supervisor process of the library's own, and what it reports.
//
// Theory of operation. Process 1 of a jail is killed by the kernel when the thread that cloned it ends. A thread of the
// caller may end at any time, so the library forks, and the child, which has one thread for its whole life, becomes
// the supervisor. It reports over a pipe: once when the jail stands, once with the result.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/handles.h"
#include "audit/record/destination.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"

struct report {
	bool started;  // the jail stands; the rest is zero
	int wait_status;
	size_t denials;
	struct error error;  // code < 0: nothing ran
};

static void report_start(void *data)
{
	const struct report report = { .started = true };
	(void)io_write_all(*(int *)data, &report, sizeof(report));
}

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

// The supervisor keeps nothing of the caller's open: the other end of somebody's pipe must see its end.
static void close_others(const struct launch_plan *plan, int reports)
{
	size_t count = plan->keep_fds.count;
	int *keep = NEW_ARRAY(int, count + 1);
	unsigned next = 3;

	if (count)
		memcpy(keep, plan->keep_fds.items, count * sizeof(*keep));
	keep[count++] = reports;
	qsort(keep, count, sizeof(*keep), compare);
	for (size_t i = 0; i < count; i++) {
		if ((unsigned)keep[i] > next)
			(void)syscall(SYS_close_range, next, (unsigned)keep[i] - 1, 0);
		if ((unsigned)keep[i] >= next)
			next = (unsigned)keep[i] + 1;
	}
	(void)syscall(SYS_close_range, next, ~0U, 0);
	free(keep);
}

static _Noreturn void supervisor_main(const struct vpcjail_plan *plan, int reports)
{
	struct report report = { 0 };
	struct launch_result result = { 0 };
	const struct launch_options options = {
		.stop_timeout = plan->stop_timeout, .record = true, .started = report_start, .started_data = &reports
	};

	close_others(&plan->plan, reports);
	if (launch_run(&plan->plan, &options, &result, &report.error) == 0) {
		report.wait_status = result.wait_status;
		report.denials = destinations_denied(&result.record.events);
	}
	(void)io_write_all(reports, &report, sizeof(report));
	_exit(0);
}

// 1 for a report, 0 when the supervisor ended without one.
static int read_report(int reports, struct report *report)
{
	size_t done = 0;

	while (done < sizeof(*report)) {
		ssize_t got = read(reports, (char *)report + done, sizeof(*report) - done);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return 0;
		done += (size_t)got;
	}
	return 1;
}

static int take_report(struct vpcjail_job *job, struct report *report, struct error *err)
{
	if (!read_report(job->reports, report))
		return error_set(err, -ECHILD, "the supervisor of the job was killed, and the job with it");
	if (report->error.code < 0) {
		*err = report->error;
		return err->code;
	}
	return 0;
}

static void reap(struct vpcjail_job *job)
{
	while (job->supervisor > 0 && waitpid(job->supervisor, NULL, 0) < 0 && errno == EINTR)
		;
	job->supervisor = -1;
}

int vpcjail_launch(const struct vpcjail_plan *plan, struct vpcjail_job **out, struct vpcjail_error *error)
{
	struct error err = { 0 };
	struct report report;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0) {
		error_set_errno(&err, -errno, "cannot make a pipe");
		return api_failed(error, &err);
	}
	struct vpcjail_job *job = NEW(struct vpcjail_job);
	job->reports = ends[0];
	job->supervisor = fork();
	if (job->supervisor == 0)
		supervisor_main(plan, ends[1]);
	close(ends[1]);
	if (job->supervisor < 0)
		error_set_errno(&err, -errno, "cannot fork the supervisor");
	else
		(void)take_report(job, &report, &err);
	if (err.code < 0) {
		reap(job);
		close(job->reports);
		free(job);
		return api_failed(error, &err);
	}
	*out = job;
	return 0;
}

pid_t vpcjail_job_supervisor(const struct vpcjail_job *job)
{
	return job->supervisor;
}

size_t vpcjail_job_denials(const struct vpcjail_job *job)
{
	return job->denials;
}

int vpcjail_wait(struct vpcjail_job *job, int *status, struct vpcjail_error *error)
{
	struct report report;
	struct error err = { 0 };
	int code = job->supervisor > 0 ? take_report(job, &report, &err)
				       : error_set(&err, -ECHILD, "the job was waited for already");

	reap(job);
	if (code < 0)
		return api_failed(error, &err);
	job->denials = report.denials;
	*status = report.wait_status;
	return 0;
}

void vpcjail_job_free(struct vpcjail_job *job)
{
	if (!job)
		return;
	if (job->supervisor > 0)
		(void)kill(job->supervisor, SIGKILL);
	reap(job);
	close(job->reports);
	free(job);
}
