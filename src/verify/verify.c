// SPDX-License-Identifier: GPL-2.0-or-later
// One verification from beginning to end: see verify.h.
//
// Theory of operation. Rows are drafted first. Then the range stands, and on its host a process to which doors lead.
// The control: the probe runs on that host without a jail, with all rights over the range's network, and tries every
// row. Then the jail is launched there with the probe as its job; a second probe stands in the jail's network namespace
// from outside and sends what no job can. At last the launcher tells what the kernel's log has told it, and the rows
// are judged.
#include "verify/verify.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"
#include "kernel/loop/channel.h"
#include "verify/driver.h"
#include "verify/hook.h"
#include "verify/jailed.h"
#include "verify/site.h"

enum { ROWS_MAXIMUM = 20000, LEFT_OPEN = 213 /* a number that nothing else has */, PATIENCE = 3000 };

struct verification {
	const struct profile *profile;
	const struct policy *policy;
	const struct verify_options *options;
	struct verify_report *report;
	struct board *board;
	struct site site;
	struct range range;
	pid_t outside;  // the process to which doors lead; 0: none
	struct doors_world world;
	char folder[PATH_MAX];
	unsigned tries;
	int statement;  // memory that the launcher writes to, -1 without
};

static void say(const struct verification *v, const char *what, size_t done, size_t of)
{
	if (v->options->progress)
		v->options->progress(v->options->data, what, done, of);
}

static void draft_all(struct verification *v)
{
	struct draft draft = { .profile = v->profile,
			       .policy = v->policy,
			       .board = v->board,
			       .promises = &v->report->promises,
			       .full = v->options->full };
	char hostname[HOST_NAME_MAX + 1] = "localhost";

	site_own(&v->site, &draft.own);
	site_broadcasts(&v->site, &draft.no_source);
	(void)gethostname(hostname, sizeof(hostname) - 1);
	draft_rules(&draft);
	draft_table(&draft);
	if (!v->options->packets)
		draft_host(&draft, &v->board->host);
	if (!v->options->packets)
		draft_names(&draft, hostname);
	if (draft.full)
		draft_edges(&draft);
	draft_walls(&draft);
	if (!v->options->packets)
		draft_doors(&draft);
	v->report->left_out = draft.left_out;
	prefix_set_release(&draft.no_source);
	prefix_set_release(&draft.own);
}

// Starts a process that runs `main` inside the range and is gone with this one.
static pid_t start_outside(const struct verification *v, struct error *err)
{
	int ends[2];
	pid_t outside = 0;

	if (pipe(ends) < 0)
		return error_set_errno(err, -errno, "cannot make a pipe");
	pid_t child = fork();
	if (child == 0) {
		close(ends[0]);
		if (range_enter(&v->range, err) < 0)
			_exit(EXIT_FAILURE);
		doors_outside_run(v->world.mark, v->board->owner, ends[1]);
	}
	close(ends[1]);
	if (child > 0 && read(ends[0], &outside, sizeof(outside)) == (ssize_t)sizeof(outside))
		outside = child;
	close(ends[0]);
	return outside > 0 ? outside : error_set(err, -EIO, "cannot start a process in the test range");
}

// A probe on the range's host with all rights over the range.
static int start_control(struct verification *v, struct prober *prober, struct error *err)
{
	if (prober_open(prober, err) < 0)
		return err->code;
	prober->process = fork();
	if (prober->process != 0)
		return prober_started(prober, err);
	if (range_enter(&v->range, err) < 0)
		_exit(EXIT_FAILURE);
	range_end_with(v->board->owner);
	prober_become(prober, &v->world, LEFT_OPEN);
}

// A probe in the jail's network namespace with all rights over it.
static int start_insider(struct verification *v, int network, struct prober *prober, struct error *err)
{
	if (prober_open(prober, err) < 0)
		return err->code;
	prober->process = fork();
	if (prober->process != 0)
		return prober_started(prober, err);
	if (range_enter_jail(&v->range, network, err) < 0)
		_exit(EXIT_FAILURE);
	range_end_with(v->board->owner);
	prober_become(prober, &v->world, -1);
}

static int start_jail(struct verification *v, struct prober *prober, int *network, struct error *err)
{
	int ends[2];
	struct message message;

	if (prober_open(prober, err) < 0 || channel_open(ends, err) < 0)
		return err->code;
	prober->process = fork();
	if (prober->process == 0) {
		const struct jailed_request request = { .profile = v->profile,
							.user = v->options->user,
							.folder = v->folder,
							.link = v->site.link,
							.world = v->world,
							.input = prober->inside[0],
							.output = prober->inside[1],
							.channel = ends[1],
							.statement = v->statement };
		close(ends[0]);
		prober_forget(prober);
		jailed_run(&request, &v->range, v->board);
	}
	close(ends[1]);
	int result = prober_started(prober, err);
	if (result == 0)
		channel_await(ends[0]);
	int got = result < 0 ? 0 : channel_receive(ends[0], &message, network);
	close(ends[0]);
	if (result < 0 || got > 0)
		return result;
	(void)prober_end(prober);
	if (v->board->error.code < 0) {
		*err = v->board->error;
		return err->code;
	}
	return error_set(err, -EIO, "the jail under test has ended unexpectedly");
}

static int run_control(struct verification *v, struct error *err)
{
	CLEANUP(prober_close) struct prober prober = PROBER_NONE;
	struct driver driver = { .board = v->board, .range = &v->range, .job = &prober, .insider = &prober };

	v->board->phase = PHASE_CONTROL;
	say(v, "without the jail", 0, v->board->count);
	if (start_control(v, &prober, err) < 0)
		return err->code;
	return driver_run(&driver, &v->board->host, err);
}

static int run_jail(struct verification *v, struct error *err)
{
	CLEANUP(prober_close) struct prober job = PROBER_NONE;
	CLEANUP(prober_close) struct prober insider = PROBER_NONE;
	CLEANUP(beside_close) struct beside beside = BESIDE_NONE;
	AUTO_CLOSE int network = -1;
	struct driver driver = {
		.board = v->board, .range = &v->range, .job = &job, .insider = &insider, .beside = &beside
	};

	v->board->phase = PHASE_JAIL;
	say(v, "in the jail", v->board->count / 2, v->board->count);
	if (start_jail(v, &job, &network, err) < 0 || start_insider(v, network, &insider, err) < 0 ||
	    beside_open(&v->range, network, v->board, &beside, err) < 0 || driver_run(&driver, &v->board->job, err) < 0)
		return err->code;
	// What was forked later holds the pipe of the job's probe open, too.
	beside_close(&beside);
	prober_close(&insider);
	if (prober_end(&job) < 0 && v->board->error.code < 0) {
		*err = v->board->error;
		return err->code;
	}
	return 0;
}

// What the launcher wrote, with what was proven.
static int take_statement(struct verification *v, struct error *err)
{
	static const unsigned outcomes[HELD_KINDS] = {
		[HELD] = OUTCOME_HELD, [HELD_NOT] = OUTCOME_BROKEN, [HELD_INCONCLUSIVE] = OUTCOME_INCONCLUSIVE
	};
	struct attestation *statement = &v->report->statement;
	AUTO_FREE char *text = NULL;
	size_t length;

	if (v->statement < 0)
		return 0;
	if (lseek(v->statement, 0, SEEK_SET) < 0 ||
	    io_read_all(v->statement, ATTESTATION_MAXIMUM, &text, &length, err) < 0 ||
	    attestation_read("the statement", text, length, statement, err) < 0)
		return err->code;
	statement->kind = ATTESTATION_VERIFY;
	statement->status = !v->report->result.all_held;
	vec_push(&statement->probes,
		 (struct attestation_probe){ .name = memory_copy_text("stray"),
					     .promised = memory_copy_text("nothing comes out that nobody has sent"),
					     .tried = memory_copy_text("every packet that came out"),
					     .outcome = v->report->result.strays ? OUTCOME_BROKEN : OUTCOME_HELD });
	for (size_t i = 0; i < v->report->promises.count; i++) {
		const struct promise *promise = &v->report->promises.items[i];
		const struct promise_result *result = &v->report->result.promises.items[i];
		if (result->held == HELD_ABSENT || result->held == HELD_NOT_CARRIED)
			continue;
		vec_push(&statement->probes,
			 (struct attestation_probe){ .name = memory_copy_text(promise_group_name(promise->group)),
						     .promised = memory_copy_text(promise->text),
						     .tried = memory_format("%u packets or acts", result->tried),
						     .outcome = outcomes[result->held] });
	}
	return 0;
}

static int begin(struct verification *v, struct error *err)
{
	(void)signal(SIGPIPE, SIG_IGN);  // a probe that has ended is an error, not our end
	if (!getcwd(v->folder, sizeof(v->folder)))
		return error_set_errno(err, -errno, "cannot tell the working directory");
	if (site_choose(v->profile, &v->site, err) < 0)
		return err->code;
	site_board(&v->site, v->board);
	draft_all(v);
	v->board->owner = getpid();
	v->board->patience = v->options->patience ? v->options->patience : PATIENCE;
	verify_hook_range(v->board);
	if (v->options->attest && (v->statement = memfd_create("statement", MFD_CLOEXEC)) < 0)
		return error_set_errno(err, -errno, "cannot make memory for the statement");
	say(v, "making the test range", 0, v->board->count);
	if (range_open(&v->site.range, v->board, &v->range, err) < 0)
		return err->code;
	if (getrandom(&v->world.mark, sizeof(v->world.mark), 0) != (ssize_t)sizeof(v->world.mark))
		return error_set_errno(err, -errno, "cannot draw a random number");
	v->outside = v->options->packets ? 0 : start_outside(v, err);
	if (v->outside < 0)
		return err->code;
	v->world.outside = v->outside;
	v->world.descriptor = LEFT_OPEN;
	site_home(v->options->user, v->world.home, sizeof(v->world.home));
	return run_control(v, err);
}

int verification_begin(const struct profile *profile, const struct policy *policy, const struct verify_options *options,
		       struct verify_report *report, struct verification **out, struct error *err)
{
	struct verification *v = NEW(struct verification);

	*report = (struct verify_report){ .board = board_new(ROWS_MAXIMUM) };
	*v = (struct verification){ .profile = profile,
				    .policy = policy,
				    .options = options,
				    .report = report,
				    .board = report->board,
				    .range = RANGE_NONE,
				    .statement = -1 };
	int result = begin(v, err);
	if (result < 0) {
		verification_end(v);
		verify_report_release(report);
		return result;
	}
	*out = v;
	return 0;
}

// A host that has carried another jail remembers its conversations.
static int renew_range(struct verification *v, struct error *err)
{
	if (v->tries++ == 0)
		return 0;
	board_forget(v->board);
	range_close(&v->range);
	return range_open(&v->site.range, v->board, &v->range, err);
}

int verification_try(struct verification *v, struct error *err)
{
	if (renew_range(v, err) < 0)
		return err->code;
	verify_result_release(&v->report->result);
	if (run_jail(v, err) < 0)
		return err->code;
	judge_all(v->board, v->policy, &v->report->promises, &v->report->result);
	v->report->uplink = v->board->uplink;
	memcpy(v->report->mutated, v->board->mutated, sizeof(v->report->mutated));
	return take_statement(v, err);
}

void verification_end(struct verification *v)
{
	if (v->outside > 0) {
		(void)kill(v->outside, SIGTERM);
		(void)waitpid(v->outside, NULL, 0);
	}
	range_close(&v->range);
	site_release(&v->site);
	if (v->statement >= 0)
		close(v->statement);
	free(v);
}

int verify_profile(const struct profile *profile, const struct policy *policy, const struct verify_options *options,
		   struct verify_report *report, struct error *err)
{
	struct verification *v;

	if (verification_begin(profile, policy, options, report, &v, err) < 0)
		return err->code;
	int result = verification_try(v, err);
	verification_end(v);
	if (result < 0)
		verify_report_release(report);
	return result;
}

void verify_report_release(struct verify_report *report)
{
	verify_result_release(&report->result);
	promises_release(&report->promises);
	attestation_release(&report->statement);
	board_free(&report->board);
	*report = (struct verify_report){ 0 };
}
