// SPDX-License-Identifier: GPL-2.0-or-later
// Every rule of the compiled rule set, removed or widened, one at a time: `verify` must notice each.
//
//	verify_mutants PROFILE...
//	VERIFY_MUTANTS=all verify_mutants PROFILE...
//
// The rule set of the jail under test is changed, not the policy. Counted are those that packets alone show, too: the
// reading back would notice any. Between the mutants the rule set is tried as it is: it must be held, or noticing means
// nothing.
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "cmd/load_profile.h"
#include "nft/mutate.h"
#include "verify/probe.h"
#include "verify/verify.h"

enum { PATIENCE = 250, SANITY = 20 /* mutants between two tries of the rule set as it is */ };

static const char *const mutations[MUTATIONS] = { "remove", "widen", "stretch" };

struct score {
	unsigned mutants, noticed, by_packets, sane;
};

static bool packets_show(const struct verify_report *report)
{
	for (size_t i = 0; i < report->promises.count; i++) {
		const struct promise_result *result = &report->result.promises.items[i];
		if (report->promises.items[i].group != PROMISE_RULES &&
		    (result->held == HELD_NOT || result->held == HELD_INCONCLUSIVE))
			return true;
	}
	return report->result.strays > 0;
}

static void print_unheld(const struct verify_report *report)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };

	verify_print(report, false, &text);
	fputs(strbuf_text(&text), stderr);
}

// The rule set as it is. A busy machine may be late once: what is not held is tried again.
static bool is_sane(struct verification *verification, const struct verify_report *report, struct score *score)
{
	struct error err;

	unsetenv("VPCJAIL_TEST_RULE");
	score->sane++;
	for (int tries = 0; tries < 3; tries++) {
		if (verification_try(verification, &err) < 0) {
			fprintf(stderr, "%s\n", err.message);
			return false;
		}
		if (report->result.all_held)
			return true;
	}
	print_unheld(report);
	return false;
}

// 1: there is no such rule any more. 0 to go on, -1 to give up.
static int try_mutant(struct verification *verification, const struct verify_report *report,
		      enum ruleset_mutation mutation, unsigned number, const char *path, struct score *score)
{
	AUTO_FREE char *asked = memory_format("%s %u", mutations[mutation], number);
	struct error err;

	setenv("VPCJAIL_TEST_RULE", asked, 1);
	if (verification_try(verification, &err) < 0) {  // a jail that cannot be launched is noticed, too
		printf("  %s: nothing runs: %s\n", asked, err.message);
		score->mutants++;
		score->noticed++;
		score->by_packets++;
		return 0;
	}
	if (!report->mutated[0])
		return 1;
	if (strcmp(report->mutated, "-") == 0)
		return 0;
	score->mutants++;
	score->noticed += !report->result.all_held;
	if (report->result.all_held)
		printf("  NOT NOTICED: %s %s (%s)\n", mutations[mutation], report->mutated, path);
	else if (packets_show(report))
		score->by_packets++;
	else
		printf("  by reading back alone: %s %s (%s)\n", mutations[mutation], report->mutated, path);
	return 0;
}

// Which of the mutants: every `step`-th, from `first`.
struct share {
	unsigned first, step;
};

static bool try_all(struct verification *verification, const struct verify_report *report, const char *path,
		    const struct share *share, struct score *score)
{
	unsigned tries = 0;

	for (enum ruleset_mutation mutation = 0; mutation < MUTATIONS; mutation++)
		for (unsigned number = (share->first + mutation) % share->step;; number += share->step) {
			if (tries++ % SANITY == 0 && !is_sane(verification, report, score))
				return false;
			if (try_mutant(verification, report, mutation, number, path, score))
				break;
		}
	return score->noticed == score->mutants;
}

// One worker's share of a profile's mutants. What it finds is added up in memory that all share.
static bool try_profile(const char *path, const struct share *share, struct score *sum)
{
	const struct verify_options options = { .full = true, .packets = true, .patience = PATIENCE };
	struct verify_report report;
	struct verification *verification;
	struct score score = { 0 };
	CLEANUP(loaded_profile_release) struct loaded_profile loaded = { 0 };
	CLEANUP(host_network_release) struct host_network host = { 0 };
	CLEANUP(policy_release) struct policy policy = { 0 };
	struct error err;

	if (load_profile(path, &loaded) < 0)
		return false;
	if (load_settle(&loaded.profile, &host, &err) < 0 || policy_build(&loaded.profile, &policy, &err) < 0 ||
	    verification_begin(&loaded.profile, &policy, &options, &report, &verification, &err) < 0) {
		fprintf(stderr, "%s: %s\n", path, err.message);
		return false;
	}
	bool good = try_all(verification, &report, path, share, &score);
	verification_end(verification);
	verify_report_release(&report);
	(void)__atomic_add_fetch(&sum->mutants, score.mutants, __ATOMIC_RELAXED);
	(void)__atomic_add_fetch(&sum->noticed, score.noticed, __ATOMIC_RELAXED);
	(void)__atomic_add_fetch(&sum->by_packets, score.by_packets, __ATOMIC_RELAXED);
	(void)__atomic_add_fetch(&sum->sane, score.sane, __ATOMIC_RELAXED);
	return good;
}

// Most of the time is waiting: several workers, each with a range of its own.
static bool try_shares(const char *path, unsigned sample, struct score *sum)
{
	enum { WORKERS = 4 };
	bool good = true;

	fflush(NULL);
	for (unsigned i = 0; i < WORKERS; i++) {
		const struct share share = { .first = i * sample, .step = WORKERS * sample };
		pid_t child = fork();
		if (child == 0)
			exit(try_profile(path, &share, sum) ? EXIT_SUCCESS : EXIT_FAILURE);
		good = good && child > 0;
	}
	for (unsigned i = 0; i < WORKERS; i++) {
		int status = 0;
		good = wait(&status) > 0 && status == 0 && good;
	}
	printf("%s: %u mutants, %u noticed, %u by packets alone; held as it is %u times%s\n", path, sum->mutants,
	       sum->noticed, sum->by_packets, sum->sane, good ? "" : ": FAILED");
	return good && sum->mutants > 0;
}

// VERIFY_MUTANTS=all: all of them, which takes the better part of an hour. Else a sample of each profile's.
int main(int count, char **arguments)
{
	enum { SAMPLE = 10 };
	const char *wanted = getenv("VERIFY_MUTANTS");
	struct score *sums =
	    mmap(NULL, (size_t)count * sizeof(*sums), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct score all = { 0 };
	bool good = count > 1 && sums != MAP_FAILED;

	if (count == 2 + PROBE_WORDS && strcmp(arguments[1], PROBE_ARGUMENT) == 0)
		probe_main(arguments + 2);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 1; i < count; i++) {
		good = try_shares(arguments[i], wanted && strcmp(wanted, "all") == 0 ? 1 : SAMPLE, &sums[i]) && good;
		all.mutants += sums[i].mutants;
		all.noticed += sums[i].noticed;
		all.by_packets += sums[i].by_packets;
	}
	printf("in all: %u mutants, %u noticed, %u by packets alone\n", all.mutants, all.noticed, all.by_packets);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
