// SPDX-License-Identifier: GPL-2.0-or-later
// Which job, subnets and security groups the profile is for: see selection.h.
#include "base/cleanup.h"
#include "import/selection/parts.h"
#include "profile/check.h"

enum { SHOWN = 80 };  // of a foreign text in a message

static const struct location command_line;

// What is looked at, one after the other: the job itself goes before the defaults that a configuration has for all of
// them, and of these the ones for training jobs go before other sections'.
enum candidates { REQUESTS, TRAINING_DEFAULTS, DEFAULTS, CANDIDATE_KINDS };

static bool is_candidate(const struct aws_job *job, const char *file, enum candidates candidates)
{
	if (file && !text_equal(job->thing.at.file, file))
		return false;
	switch (candidates) {
	case REQUESTS:
		return job->kind != JOB_DEFAULTS;
	case TRAINING_DEFAULTS:
		return job->kind == JOB_DEFAULTS && text_equal(job->thing.id, "TrainingJob");
	case DEFAULTS:
	case CANDIDATE_KINDS:
		break;
	}
	return true;
}

static void several_jobs(struct choosing *choosing, const char *file, enum candidates candidates)
{
	AUTO_STRBUF struct strbuf jobs = { 0 };

	vec_for_each (job, &choosing->account->jobs) {
		if (!is_candidate(job, file, candidates))
			continue;
		strbuf_format(&jobs, "%s%.*s in %s", jobs.length ? ", " : "", SHOWN, job->thing.id,
			      job->thing.at.file ? job->thing.at.file : "-");
	}
	mistakes_add(choosing->mistakes, SEVERITY_ERROR, &command_line,
		     file ? "give a file with the one that is meant"
			  : "say which: --training-job FILE; or say where: --subnet ID --security-group ID",
		     "several jobs are given: %s", strbuf_text(&jobs));
}

// The one job of a file or, file NULL, of all; NULL: none, or several, which is a mistake.
static const struct aws_job *only_job(struct choosing *choosing, const char *file, enum candidates candidates)
{
	const struct aws_job *found = NULL;

	vec_for_each (job, &choosing->account->jobs) {
		if (!is_candidate(job, file, candidates))
			continue;
		if (found) {
			several_jobs(choosing, file, candidates);
			return NULL;
		}
		found = job;
	}
	return found;
}

static bool nothing_is_asked(const struct import_request *request)
{
	return !request->job_file && !request->subnets.count && !request->groups.count;
}

static const struct aws_job *choose_job(struct choosing *choosing)
{
	const char *file = choosing->request->job_file;
	size_t before = choosing->mistakes->errors;
	const struct aws_job *job = NULL;

	if (!file && !nothing_is_asked(choosing->request))
		return NULL;
	for (enum candidates i = REQUESTS; !job && i < CANDIDATE_KINDS && choosing->mistakes->errors == before; i++)
		job = only_job(choosing, file, i);
	if (!job && file && choosing->mistakes->errors == before)
		mistakes_add(choosing->mistakes, SEVERITY_ERROR, &(struct location){ .file = file },
			     "give a CreateTrainingJob request, what describe-training-job prints, or the SDK's "
			     "config.yaml",
			     "no job is in this file");
	return job;
}

static void want_ids(wanted_vec *wanted, const char *const *ids, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct wanted_id item = { .id = ids[i] };

		vec_push(wanted, item);
	}
}

// The ids that are asked for: those of the options, else those of the job.
static void gather(const struct choosing *choosing, wanted_vec *subnets, wanted_vec *groups)
{
	const struct import_request *request = choosing->request;
	const struct aws_job *job = choosing->selection->job;

	want_ids(subnets, request->subnets.items, request->subnets.count);
	want_ids(groups, request->groups.items, request->groups.count);
	if (!job || !job->has_vpc)
		return;
	if (!subnets->count)
		vec_for_each (id, &job->subnets)
			vec_push(subnets, (struct wanted_id){ id->id, id->at });
	if (!groups->count)
		vec_for_each (id, &job->groups)
			vec_push(groups, (struct wanted_id){ id->id, id->at });
}

static void check_one_vpc(struct choosing *choosing)
{
	const struct import_selection *selection = choosing->selection;
	const struct aws_subnet *first = selection->subnets.count ? selection->subnets.items[0] : NULL;
	AUTO_STRBUF struct strbuf text = { 0 };
	bool differ = false;

	vec_for_each (subnet, &selection->subnets) {
		differ |= !text_equal((*subnet)->vpc, first->vpc) ||
			  !region_fits((*subnet)->thing.region, first->thing.region);
		strbuf_format(&text, "%s%.*s is of %.*s in %.*s", text.length ? ", " : "", SHOWN, (*subnet)->thing.id,
			      SHOWN, (*subnet)->vpc, SHOWN,
			      (*subnet)->thing.region ? (*subnet)->thing.region : "no known Region");
	}
	if (differ)
		mistakes_add(choosing->mistakes, SEVERITY_ERROR, &command_line,
			     "a job runs in one VPC: choose subnets of one", "the subnets are of several VPCs: %s",
			     strbuf_text(&text));
	vec_for_each (group, &selection->groups) {
		if (!first || !(*group)->vpc || text_equal((*group)->vpc, first->vpc))
			continue;
		mistakes_add(choosing->mistakes, SEVERITY_ERROR, &command_line, "choose groups of the subnets' VPC",
			     "security group %.*s is of %.*s, and subnet %.*s of %.*s", SHOWN, (*group)->thing.id,
			     SHOWN, (*group)->vpc, SHOWN, first->thing.id, SHOWN, first->vpc);
	}
}

static void check_has_block(struct choosing *choosing, const struct aws_subnet *subnet)
{
	char text[PREFIX_TEXT_SIZE];

	vec_for_each (block, &subnet->blocks)
		if (check_is_ordinary(block))
			return;
	mistakes_add(choosing->mistakes, SEVERITY_ERROR, &subnet->thing.at,
		     "its CidrBlock is of no use: is the document what AWS printed?",
		     "subnet %.*s has no block of addresses that hosts can have%s%s", SHOWN, subnet->thing.id,
		     subnet->blocks.count ? ": " : "",
		     subnet->blocks.count ? prefix_print(&subnet->blocks.items[0], text) : "");
}

// The subnets' own; else what an endpoint's service there says.
static const char *said_region(const struct choosing *choosing)
{
	const struct import_selection *selection = choosing->selection;

	vec_for_each (subnet, &selection->subnets)
		if ((*subnet)->thing.region)
			return (*subnet)->thing.region;
	vec_for_each (endpoint, &choosing->account->endpoints)
		if (selection->subnets.count && text_equal(endpoint->vpc, selection->subnets.items[0]->vpc) &&
		    endpoint->thing.region)
			return endpoint->thing.region;
	return selection->job ? selection->job->thing.region : NULL;
}

static void find_region(struct choosing *choosing)
{
	if (!choosing->selection->region)
		choosing->selection->region = said_region(choosing);
}

static void refuse_open_job(struct choosing *choosing)
{
	const struct aws_job *job = choosing->selection->job;

	mistakes_add(choosing->mistakes, SEVERITY_ERROR, &job->thing.at,
		     "give it a VpcConfig or EnableNetworkIsolation; or say where it is to run: --subnet ID "
		     "--security-group ID",
		     "job %.*s has no VPC and no network isolation: it reaches the Internet", SHOWN, job->thing.id);
}

// What is not asked for is guessed where only one answer is possible.
static void choose_network(struct choosing *choosing, const wanted_vec *subnets, const wanted_vec *groups)
{
	size_t before = choosing->mistakes->errors;

	choose_subnets(choosing, subnets);
	find_region(choosing);
	choose_groups(choosing, groups);
	if (choosing->mistakes->errors > before)
		return;
	if (!subnets->count)
		guess_subnet(choosing);
	vec_for_each (subnet, &choosing->selection->subnets)
		check_has_block(choosing, *subnet);
	find_region(choosing);
	if (!groups->count && choosing->selection->subnets.count)
		guess_groups(choosing);
	check_one_vpc(choosing);
}

void import_select(const struct account *account, const struct import_request *request,
		   struct import_selection *selection, struct mistakes *mistakes)
{
	struct choosing choosing = { account, request, selection, mistakes };
	wanted_vec subnets = { 0 }, groups = { 0 };
	size_t before = mistakes->errors;

	memset(selection, 0, sizeof(*selection));
	selection->region = request->region;
	selection->job = choose_job(&choosing);
	if (mistakes->errors > before)
		return;
	gather(&choosing, &subnets, &groups);
	if (!selection->job || subnets.count || groups.count)
		choose_network(&choosing, &subnets, &groups);
	else if (selection->job->isolation != KNOWN_YES)
		refuse_open_job(&choosing);
	else
		find_region(&choosing);
	vec_release(&subnets);
	vec_release(&groups);
}

void import_selection_release(struct import_selection *selection)
{
	vec_for_each (sentence, &selection->chosen)
		free(*sentence);
	vec_release(&selection->chosen);
	vec_release(&selection->subnets);
	vec_release(&selection->groups);
	memset(selection, 0, sizeof(*selection));
}
