// SPDX-License-Identifier: GPL-2.0-or-later
// The steps that guard files of the host: which of guarded.h's are read-only, covered, or looked for after the job.
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "plan/steps.h"

static bool is_seen_at(const struct launch_request *request, enum guarded_base base, const char *path)
{
	if (base == BASE_HOME && request->profile->process.home == HOME_PRIVATE &&
	    path_below(path, request->host->identity.home) && !path_is_shared(request, path))
		return false;
	return !path_is_hidden(request, path) || path_is_shared(request, path);
}

static bool is_seen(const struct launch_request *request, const struct guarded_path *guarded)
{
	return is_seen_at(request, guarded->row->base, guarded->real ? guarded->real : guarded->path);
}

static bool is_share(const struct launch_request *request, const char *path)
{
	vec_for_each (share, &request->profile->process.share)
		if (strcmp(path, share->text) == 0)
			return true;
	for (size_t i = 0; i < request->share_count; i++)
		if (strcmp(path, request->share[i]) == 0)
			return true;
	return false;
}

static const char *place_of_guarded(const struct guarded_path *guarded)
{
	return guarded->real ? guarded->real : guarded->path;
}

static bool is_read_only(const struct launch_request *request, const struct guarded_path *guarded)
{
	return !guarded->cover && is_seen(request, guarded);
}

static void pin(struct launch_plan *plan, const char *path)
{
	AUTO_FREE char *name = memory_format("pin %s", path);

	vec_for_each (step, &plan->steps)
		if (step->kind == STEP_PIN && strcmp(step->path, path) == 0)
			return;
	STEP(plan, PLACE_VIEW, .kind = STEP_PIN, .closes = MECHANISM_BIT(LATER), .name = name, .path = path,
	     .if_present = true, .why = "renamed, it would make room for another");
}

static void pin_above(struct launch_plan *plan, const char *path)
{
	AUTO_FREE char *folder = memory_copy_text(path);

	for (char *slash = folder + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		pin(plan, folder);
		*slash = '/';
	}
}

void plan_pins(struct launch_plan *plan, const struct launch_request *request)
{
	vec_for_each (guarded, &request->host->guarded) {
		if (guarded->alias || !is_seen(request, guarded))
			continue;  // a folder's names are pinned by whichever mount
		pin_above(plan, guarded->path);
		if (guarded->real)
			pin_above(plan, guarded->real);
	}
	vec_for_each (link, &request->host->links) {
		pin_above(plan, *link);
		pin(plan, *link);
	}
	if (plan->steps.items[plan->steps.count - 1].kind == STEP_PIN)
		STEP(plan, PLACE_VIEW, .kind = STEP_PIN, .closes = MECHANISM_BIT(LATER), .name = "pin the last",
		     .path = "SCRATCH/var-tmp", .why = "a pin holds by what is mounted upon it");
}

static void make_read_only(struct launch_plan *plan, const struct guarded_path *guarded)
{
	AUTO_FREE char *name = memory_format("guard %s", guarded->shown);

	STEP(plan, PLACE_VIEW, .kind = STEP_READ_ONLY, .closes = MECHANISM_BIT(LATER), .name = name,
	     .path = place_of_guarded(guarded), .if_present = true, .why = guarded->row->why);
}

void plan_read_only_system(struct launch_plan *plan, const struct launch_request *request)
{
	vec_for_each (guarded, &request->host->guarded) {
		// /bin that is a link into /usr is read-only with it.
		bool within = false;
		vec_for_each (other, &request->host->guarded)
			within |= guarded->real && !other->real && other->row->base == BASE_SYSTEM &&
				  is_read_only(request, other) && path_below(guarded->real, other->path);
		if (guarded->row->base == BASE_SYSTEM && !guarded->alias && is_read_only(request, guarded) && !within)
			make_read_only(plan, guarded);
	}
}

// A mount of the part of the tree where one lies inside another: the outer one comes first.
struct overlay {
	const char *path;
	const struct guarded_path *guarded;  // NULL: writable again
	const char *why;
};

typedef VEC(struct overlay) overlay_vec;

static int compare(const void *left, const void *right)
{
	const struct overlay *a = left, *b = right;
	int order = strcmp(a->path, b->path);
	return order ? order : !a->guarded - !b->guarded;
}

// Whether path lies in something read-only of which it can be taken out: what is shared, also from a row itself; what
// is not asked for by name, never from what is always read-only.
static bool lies_in_row(const struct launch_request *request, const char *path, bool share)
{
	vec_for_each (guarded, &request->host->guarded) {
		const char *row = place_of_guarded(guarded);
		bool itself = strcmp(path, row) == 0;
		if (is_read_only(request, guarded) && path_below(path, row) &&
		    (share ? guarded->row->base != BASE_SYSTEM : !itself && !guarded->row->always))
			return true;
	}
	return false;
}

static void add_again(const struct launch_request *request, const char *path, bool share, const char *why,
		      overlay_vec *out)
{
	if (lies_in_row(request, path, share))
		vec_push(out, (struct overlay){ .path = path, .why = why });
}

// What the user named, and what the job is made to write to, stays writable in a folder that is not. Where the job
// merely stands does not open /etc or cron's tables, nor a row itself.
static void add_writable_again(const struct launch_request *request, overlay_vec *out)
{
	const struct host_facts *host = request->host;

	add_again(request, host->identity.home, false, "the home stays writable", out);
	add_again(request, host->directory, false, "the working directory stays writable", out);
	vec_for_each (environment, &host->python_environments)
		add_again(request, *environment, false, "the active environment stays writable", out);
	vec_for_each (share, &request->profile->process.share)
		add_again(request, share->text, true, "process.share", out);
	for (size_t i = 0; i < request->share_count; i++)
		add_again(request, request->share[i], true, "--share", out);
}

static void add_overlay(struct launch_plan *plan, const struct overlay *overlay)
{
	AUTO_FREE char *name = memory_format("writable again %s", overlay->path);

	if (overlay->guarded)
		make_read_only(plan, overlay->guarded);
	else
		STEP(plan, PLACE_VIEW, .kind = STEP_BIND, .closes = MECHANISM_BIT(LATER), .name = name,
		     .path = overlay->path, .value = overlay->path, .flags = MS_REC, .if_present = true,
		     .why = overlay->why);
}

static void note_read_only_directory(struct launch_plan *plan, const struct launch_request *request)
{
	const char *directory = request->host->directory;

	vec_for_each (guarded, &request->host->guarded)
		if (is_read_only(request, guarded) && path_below(directory, place_of_guarded(guarded)) &&
		    !is_share(request, directory) && !lies_in_row(request, directory, false)) {
			vec_push(&plan->notices, memory_format("%s: read-only inside (%s); add --share %s", directory,
							       guarded->row->why, directory));
			return;
		}
}

static void note_watched(struct launch_plan *plan, const struct launch_request *request)
{
	vec_for_each (place, &request->host->places)
		if (place->base != BASE_SYSTEM && is_seen_at(request, place->base, place->folder))
			vec_push(&plan->watched, place);
}

void plan_read_only(struct launch_plan *plan, const struct launch_request *request)
{
	overlay_vec overlays = { 0 };

	vec_for_each (guarded, &request->host->guarded)
		if ((guarded->row->base != BASE_SYSTEM || guarded->alias) && is_read_only(request, guarded))
			vec_push(&overlays, (struct overlay){ .path = place_of_guarded(guarded), .guarded = guarded });
	add_writable_again(request, &overlays);
	if (overlays.count)
		qsort(overlays.items, overlays.count, sizeof(overlays.items[0]), compare);
	for (size_t i = 0; i < overlays.count; i++)
		if (i == 0 || compare(&overlays.items[i - 1], &overlays.items[i]) != 0)
			add_overlay(plan, &overlays.items[i]);
	vec_release(&overlays);
	note_read_only_directory(plan, request);
	note_watched(plan, request);
}

static void cover(struct launch_plan *plan, const struct launch_request *request, const struct guarded_row *row,
		  const char *path, const char *shown)
{
	AUTO_FREE char *name = memory_format("cover %s", shown);

	if (!is_share(request, path) && !(row->aws && request->profile->process.credentials == CREDENTIALS_KEEP))
		STEP(plan, PLACE_VIEW, .kind = STEP_COVER, .closes = MECHANISM_BIT(CREDENTIALS), .name = name,
		     .path = path, .if_present = true, .why = row->why);
}

// Where jails are spoken to: none of a job's business, whatever is shared.
static void cover_registries(struct launch_plan *plan, const struct launch_request *request)
{
	const struct host_facts *host = request->host;
	AUTO_FREE char *roots = memory_format("%s/vpcjail", host->run);
	AUTO_FREE char *users = memory_format("%s/vpcjail-run-%u", host->tmp, (unsigned)host->identity.uid);

	STEP(plan, PLACE_VIEW, .kind = STEP_COVER, .closes = MECHANISM_BIT(SOCKETS), .name = "cover jails of root",
	     .path = roots, .if_present = true, .why = "running jails are spoken to there");
	STEP(plan, PLACE_VIEW, .kind = STEP_COVER, .closes = MECHANISM_BIT(SOCKETS), .name = "cover jails of user",
	     .path = users, .if_present = true, .why = "running jails are spoken to there");
}

// The system's are not looked for first: the job's user, who is told what is hidden, has no eye for them.
void plan_covers(struct launch_plan *plan, const struct launch_request *request)
{
	const struct guarded_place system = { .folder = (char[]){ "/" } };

	cover_registries(plan, request);
	vec_for_each (guarded, &request->host->guarded) {
		size_t before = plan->steps.count;
		if (!guarded->cover || !is_seen(request, guarded))
			continue;
		cover(plan, request, guarded->row, place_of_guarded(guarded), guarded->shown);
		if (plan->steps.count > before)
			vec_push(&plan->hidden, memory_copy_text(guarded->shown));
	}
	for (size_t i = 0; i < credential_row_count; i++) {
		if (credential_rows[i].base != BASE_SYSTEM)
			continue;
		AUTO_FREE char *path = guarded_path_of(&system, &credential_rows[i]);
		cover(plan, request, &credential_rows[i], path, path);
	}
}
