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
#include "differential/coverage.h"
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

// One profile, or two of which the second takes the first one's place, and conversations through them. As text: the
// second behind a line of its own.
#define EXCHANGED "# exchanged for\n"

struct trial_case {
	struct run *run;
	uint32_t generation;
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

// What a text means.
struct subjects {
	struct subject first, next;
	bool exchanged;  // there is a next one
};

static void subjects_release(struct subjects *subjects)
{
	subject_release(&subjects->first);
	subject_release(&subjects->next);
}

// false: not all of the text can be loaded.
static bool load(const char *text, struct subjects *subjects)
{
	const char *second = strstr(text, EXCHANGED);
	AUTO_FREE char *first = second ? memory_copy_bytes(text, (size_t)(second - text)) : memory_copy_text(text);

	subjects->exchanged = second;
	return subject_load(first, &subjects->first, NULL) &&
	       (!second || subject_load(second + strlen(EXCHANGED), &subjects->next, NULL));
}

static int run_subjects(struct trial_case *one, const struct subjects *subjects, struct coverage *coverage,
			struct error *err)
{
	const struct script script = { &subjects->first, subjects->exchanged ? &subjects->next : NULL,
				       one->generation };

	disagreement_release(&one->disagreement);
	one->disagreement = (struct disagreement){ 0 };
	return trial_run(&one->run->world, &script, &one->talks, coverage, &one->disagreement, err);
}

static bool still_disagrees(void *data, const char *text)
{
	CLEANUP(subjects_release) struct subjects subjects = { 0 };
	struct trial_case *one = data;
	struct error err = { 0 };

	return load(text, &subjects) && run_subjects(one, &subjects, NULL, &err) == 0 && one->disagreement.found;
}

static void print_disagreement(const struct trial_case *one, const char *text, const char *note)
{
	AUTO_STRBUF struct strbuf talk = { 0 };
	const struct disagreement *found = &one->disagreement;

	talk_print(&one->talks.items[found->talk], &talk);
	fprintf(stderr,
		"FAILED: policy and kernel disagree%s\nprofile:\n%s\nconversation: %s\nwhich packet: %s\nexpected: "
		"%s\nthe kernel: %s\ngeneration: %u\n",
		note, text, strbuf_text(&talk), step_name(found->step), strbuf_text(&found->expected),
		strbuf_text(&found->observed), one->generation);
}

// The one conversation alone, then the smallest profile.
static void report(struct trial_case *one, const char *text, uint64_t number)
{
	struct trial_case alone = { .run = one->run, .generation = one->generation };

	fprintf(stderr,
		"seed %" PRIu64 ", profile %" PRIu64 ": DIFFERENTIAL_SEED=%" PRIu64 " DIFFERENTIAL_ONLY=%" PRIu64 "\n",
		one->run->seed, number, one->run->seed, number);
	vec_push(&alone.talks, one->talks.items[one->disagreement.talk]);
	if (still_disagrees(&alone, text)) {
		AUTO_FREE char *smallest = shrink_text(text, still_disagrees, &alone, SHRINK_SECONDS);
		if (still_disagrees(&alone, smallest))  // what is printed is of this text
			print_disagreement(&alone, smallest, "");
		else
			print_disagreement(one, text, ", but not always");
	} else {
		print_disagreement(one, text, ", but not when this conversation is tried alone");
	}
	disagreement_release(&alone.disagreement);
	vec_release(&alone.talks);
}

// Texts are drawn until one is a profile.
static void draw_first(struct run *run, struct random *random, uint64_t number, struct strbuf *text,
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

// For one in four there comes another one, where it is a profile.
static void draw_next(struct random *random, struct strbuf *text, struct subjects *subjects)
{
	AUTO_STRBUF struct strbuf variant = { 0 };

	if (!random_chance(random, 25))
		return;
	random_variant(random, strbuf_text(text), &variant);
	subjects->exchanged = subject_load(strbuf_text(&variant), &subjects->next, NULL);
	if (!subjects->exchanged)
		return;
	strbuf_add(text, EXCHANGED);
	strbuf_add(text, strbuf_text(&variant));
}

static int run_case(struct run *run, uint64_t number)
{
	struct random random = random_from(run->seed, number);
	CLEANUP(subjects_release) struct subjects subjects = { 0 };
	AUTO_STRBUF struct strbuf text = { 0 };
	struct trial_case one = { .run = run, .generation = ruleset_defaults.generation };
	struct error err = { 0 };
	int result = EXIT_SUCCESS;

	draw_first(run, &random, number, &text, &subjects.first);
	draw_next(&random, &text, &subjects);
	if (random_chance(&random, 30))
		one.generation += random_below(&random, 1000);
	talks_draw(&random, &subjects.first.policy, run->flows, &one.talks);
	if (run_subjects(&one, &subjects, &run->coverage, &err) < 0) {
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
	if (!run.profiles || !run.flows) {
		fprintf(stderr, "DIFFERENTIAL_PROFILES and DIFFERENTIAL_FLOWS are numbers from 1\n");
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
