// SPDX-License-Identifier: GPL-2.0-or-later
// The differential test: for random profiles and packets at their edges, the running kernel does with the compiled
// rules what policy_evaluate says of the policy, and the same rule decides.
//
//	differential root|rootless
//
// Environment: DIFFERENTIAL_PROFILES (500), DIFFERENTIAL_FLOWS (50) a profile, DIFFERENTIAL_SEED, and
// DIFFERENTIAL_ONLY, the number of the one profile to try.
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "differential/random_profile.h"
#include "differential/shrink.h"
#include "differential/trial.h"

enum { PROFILES = 500, FLOWS = 50, SEED = 20240611, SHRINK_SECONDS = 60, EACH_LARGEST = 125, EXIT_SKIPPED = 77 };

struct run {
	struct world world;
	struct coverage coverage;
	uint64_t seed, profiles, flows;
	const char *only;
};

// One profile and its conversations.
struct case_ {
	struct run *run;
	struct generations generations;
	talk_vec talks;
	struct disagreement disagreement;
};

static uint64_t setting(const char *name, uint64_t fallback)
{
	const char *value = getenv(name);

	return value ? strtoull(value, NULL, 10) : fallback;
}

static int failed(const struct error *err)
{
	fprintf(stderr, "FAILED: %s\n", err->message);
	return EXIT_FAILURE;
}

// Under REQUIRE_LIVE=1 what the machine lacks is a failure.
static int lacks(const struct error *err)
{
	const char *required = getenv("REQUIRE_LIVE");

	if (required && strcmp(required, "1") == 0)
		return failed(err);
	fprintf(stderr, "SKIPPED, missing: %s\n", err->message);
	return EXIT_SKIPPED;
}

static bool still_disagrees(void *data, const char *text)
{
	struct case_ *one = data;
	struct disagreement disagreement = { 0 };
	struct subject subject = { 0 };
	struct error err = { 0 };

	if (!subject_load(text, &subject, NULL))
		return false;
	bool ran = trial_run(&one->run->world, &subject, &one->talks, one->generations, NULL, &disagreement, &err) == 0;
	bool found = ran && disagreement.found;
	subject_release(&subject);
	if (found) {
		disagreement_release(&one->disagreement);
		one->disagreement = disagreement;
	} else {
		disagreement_release(&disagreement);
	}
	return found;
}

static void print_disagreement(const struct case_ *one, const char *text, const char *note)
{
	AUTO_STRBUF struct strbuf talk = { 0 };
	const struct disagreement *found = &one->disagreement;

	talk_print(&one->talks.items[found->talk], &talk);
	fprintf(stderr,
		"FAILED: policy and kernel disagree%s\nprofile:\n%s\nconversation: %s\nwhich packet: %s\nexpected: "
		"%s\nthe kernel: %s\ngeneration: %u%s\n",
		note, text, strbuf_text(&talk), step_name(found->step), strbuf_text(&found->expected),
		strbuf_text(&found->observed), one->generations.first,
		one->generations.exchanged ? ", exchanged behind the first packets" : "");
}

// The one conversation alone, then the smallest profile.
static void report(struct case_ *one, const char *text, uint64_t number)
{
	struct talk guilty = one->talks.items[one->disagreement.talk];
	talk_vec all = one->talks;

	fprintf(stderr,
		"seed %" PRIu64 ", profile %" PRIu64 ": DIFFERENTIAL_SEED=%" PRIu64 " DIFFERENTIAL_ONLY=%" PRIu64 "\n",
		one->run->seed, number, one->run->seed, number);
	one->talks = (talk_vec){ 0 };
	vec_push(&one->talks, guilty);
	size_t talk = one->disagreement.talk;
	if (still_disagrees(one, text)) {
		AUTO_FREE char *smallest = shrink_text(text, still_disagrees, one, SHRINK_SECONDS);
		(void)still_disagrees(one, smallest);  // what is printed is of this text
		print_disagreement(one, smallest, "");
		vec_release(&one->talks);
		one->talks = all;
		return;
	}
	vec_release(&one->talks);
	one->talks = all;
	one->disagreement.talk = talk;
	print_disagreement(one, text, ", but not when this conversation is tried alone");
}

// Texts are drawn until one is a profile.
static void draw_subject(struct run *run, struct random *random, uint64_t number, struct strbuf *text,
			 struct subject *subject)
{
	bool largest = number % EACH_LARGEST == 0;

	for (;;) {
		strbuf_clear(text);
		random_profile(random, largest, text);
		if (subject_load(strbuf_text(text), subject, NULL))
			break;
		run->coverage.refused++;
	}
	run->coverage.profiles++;
	if (largest)
		run->coverage.largest_list = LIST_LARGEST;
}

static int run_case(struct run *run, uint64_t number)
{
	struct random random = random_from(run->seed, number);
	CLEANUP(subject_release) struct subject subject = { 0 };
	AUTO_STRBUF struct strbuf text = { 0 };
	struct case_ one = { .run = run };
	struct error err = { 0 };
	int result = EXIT_SUCCESS;

	draw_subject(run, &random, number, &text, &subject);
	one.generations.first =
	    random_chance(&random, 70) ? ruleset_defaults.generation : 1 + random_below(&random, 1000);
	one.generations.exchanged = random_chance(&random, 25);
	talks_draw(&random, &subject.policy, &run->coverage, run->flows, &one.talks);
	if (trial_run(&run->world, &subject, &one.talks, one.generations, &run->coverage, &one.disagreement, &err) <
	    0) {
		fprintf(stderr, "seed %" PRIu64 ", profile %" PRIu64 "\n", run->seed, number);
		result = failed(&err);
	} else if (one.disagreement.found) {
		report(&one, strbuf_text(&text), number);
		result = EXIT_FAILURE;
	}
	disagreement_release(&one.disagreement);
	vec_release(&one.talks);
	return result;
}

static int run_all(struct run *run)
{
	uint64_t first = run->only ? strtoull(run->only, NULL, 10) : 0, last = run->only ? first + 1 : run->profiles;
	int result = EXIT_SUCCESS;

	printf("seed %" PRIu64 ", %" PRIu64 " profiles, %" PRIu64 " conversations each\n", run->seed, run->profiles,
	       run->flows);
	for (uint64_t i = first; i < last && result == EXIT_SUCCESS; i++)
		result = run_case(run, i);
	coverage_print(&run->coverage, stdout);
	if (result == EXIT_SUCCESS && !run->only &&
	    !coverage_is_enough(&run->coverage, (unsigned)run->profiles, stderr))
		result = EXIT_FAILURE;
	return result;
}

int main(int count, char **arguments)
{
	struct run run = { .seed = setting("DIFFERENTIAL_SEED", SEED),
			   .profiles = setting("DIFFERENTIAL_PROFILES", PROFILES),
			   .flows = setting("DIFFERENTIAL_FLOWS", FLOWS),
			   .only = getenv("DIFFERENTIAL_ONLY") };
	struct error err = { 0 };
	int result;

	if (count != 2 || (strcmp(arguments[1], "root") != 0 && strcmp(arguments[1], "rootless") != 0)) {
		fprintf(stderr, "usage: differential root|rootless\n");
		return 2;
	}
	if (strcmp(arguments[1], "root") == 0 && geteuid() != 0) {
		(void)error_set(&err, -EPERM, "root, for a network namespace without a user namespace");
		return lacks(&err);
	}
	result = world_open(&run.world, strcmp(arguments[1], "rootless") == 0, &err);
	if (result == 0)
		result = run_all(&run);
	else
		result = result == -ENOSYS ? lacks(&err) : failed(&err);
	world_close(&run.world);
	return result;
}
