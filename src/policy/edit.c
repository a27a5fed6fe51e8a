// SPDX-License-Identifier: GPL-2.0-or-later
// The search for an edit: each way is tried on a copy of the profile, until the policy of the copy lets the flow pass.
#include "policy/edit.h"

#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "policy/edit_trial.h"
#include "policy/explain.h"
#include "policy/layer.h"

enum { STEPS_MAXIMUM = 6 };

void *edit_keep(struct edit_search *search, size_t size)
{
	void *made = memory_new(1, size);

	vec_push(&search->kept, made);
	return made;
}

static void edit_release(struct edit *edit)
{
	for (size_t i = 0; i < EDIT_PATH; i++)
		free(edit->path[i]);
	free(edit->value);
	free(edit->place);
}

static void edit_vec_release(edit_vec *edits)
{
	vec_for_each (edit, edits)
		edit_release(edit);
	vec_release(edits);
}

void edits_release(struct edits *edits)
{
	vec_for_each (way, &edits->ways)
		edit_vec_release(way);
	vec_release(&edits->ways);
	free(edits->why_none);
	*edits = (struct edits){ 0 };
}

void edit_path_print(const struct edit *edit, struct strbuf *out)
{
	for (size_t i = 0; i < EDIT_PATH && edit->path[i]; i++)
		strbuf_format(out, "%s%s", i && edit->path[i][0] != '[' ? "." : "", edit->path[i]);
}

void edit_note(edit_vec *edits, bool add, const struct location *at, const char *const *path, const char *format, ...)
{
	struct edit edit = { .add = add };
	va_list arguments;

	for (size_t i = 0; i < EDIT_PATH && path[i]; i++)
		edit.path[i] = memory_copy_text(path[i]);
	va_start(arguments, format);
	if (vasprintf(&edit.value, format, arguments) < 0)
		edit.value = memory_copy_text(format);
	va_end(arguments);
	if (at && at->line)
		edit.place = memory_format("%s:%u:%u", at->file, at->line, at->column);
	vec_push(edits, edit);
}

// In the order that a packet meets them. Full isolation stands before all that it hides.
static unsigned rank_of(enum layer_kind kind, enum direction direction)
{
	static const unsigned char ranks[][DIRECTIONS] = {
		[LAYER_PACKET] = { 0, 0 },         [LAYER_ISOLATION] = { 1, 1 },   [LAYER_SERVICE] = { 2, 2 },
		[LAYER_SECURITY_GROUP] = { 3, 5 }, [LAYER_NETWORK_ACL] = { 4, 4 }, [LAYER_ROUTE] = { 5, 6 },
		[LAYER_ENDPOINT] = { 6, 3 },       [LAYER_UPLINK] = { 7, 7 },
	};

	return ranks[kind][direction];
}

enum { RANK_ALLOWED = 8 };

// How far the flow gets under the profile; *judgement is for the policy, which is the caller's.
static unsigned judge(const struct edit_search *search, const struct profile *profile, struct policy *policy,
		      struct judgement *judgement)
{
	struct error err = { 0 };

	if (policy_build_layers(profile, policy, &err) < 0)
		return 0;
	*judgement = explain_judge(policy, search->flow, search->ports, NULL);
	return judgement->allowed ? RANK_ALLOWED : rank_of(judgement->layer->kind, search->flow->direction);
}

static unsigned reaches(const struct edit_search *search, const struct profile *profile)
{
	CLEANUP(policy_release) struct policy policy = { 0 };
	struct judgement judgement;

	return judge(search, profile, &policy, &judgement);
}

static void append(edit_vec *way, edit_vec *more)
{
	vec_for_each (edit, more)
		vec_push(way, *edit);
	vec_release(more);
}

// Takes the first way that allows the flow, else the first that brings it to a later layer; only, unless NULL.
static bool take_step(struct edit_search *search, struct profile *profile, const struct judgement *judgement,
		      const struct edit_row *only, edit_vec *way)
{
	unsigned from = rank_of(judgement->layer->kind, search->flow->direction), best = from;
	struct profile best_profile = *profile;
	edit_vec best_edits = { 0 };

	for (const struct edit_row *row = edit_rows; row->apply && best < RANK_ALLOWED; row++) {
		struct profile next = *profile;
		edit_vec edits = { 0 };

		if (row->layer != judgement->layer->kind || (only && row != only))
			continue;
		unsigned to = row->apply(search, &next, judgement, &edits) ? reaches(search, &next) : 0;
		if (to > from && (best == from || to == RANK_ALLOWED)) {
			edit_vec_release(&best_edits);
			best_edits = edits;
			best_profile = next;
			best = to;
		} else {
			edit_vec_release(&edits);
		}
	}
	append(way, &best_edits);
	*profile = best_profile;
	return best > from;
}

// Step by step, from layer to layer. *stuck: the layer where no way leads on.
static bool pursue(struct edit_search *search, const struct profile *profile, const struct edit_row *first,
		   edit_vec *way, enum layer_kind *stuck)
{
	struct profile changed = *profile;

	for (unsigned i = 0; i <= STEPS_MAXIMUM; i++) {
		CLEANUP(policy_release) struct policy policy = { 0 };
		struct judgement judgement = { 0 };
		unsigned reached = judge(search, &changed, &policy, &judgement);

		if (reached == RANK_ALLOWED)
			return i > 0;
		if (judgement.layer)
			*stuck = judgement.layer->kind;
		if (!judgement.layer || !take_step(search, &changed, &judgement, i ? NULL : first, way))
			return false;
	}
	return false;
}

static bool is_in(const edit_vec *way, const struct edit *edit)
{
	AUTO_STRBUF struct strbuf path = { 0 };

	edit_path_print(edit, &path);
	vec_for_each (other, way) {
		AUTO_STRBUF struct strbuf other_path = { 0 };

		edit_path_print(other, &other_path);
		if (strcmp(strbuf_text(&path), strbuf_text(&other_path)) == 0 && strcmp(edit->value, other->value) == 0)
			return true;
	}
	return false;
}

// Whether it does all that an earlier way does, and more.
static bool is_longer(const edit_vec *way, const struct edits *than)
{
	vec_for_each (earlier, &than->ways) {
		bool all = true;

		vec_for_each (edit, earlier)
			all = all && is_in(way, edit);
		if (all)
			return true;
	}
	return false;
}

static void try_way(struct edit_search *search, const struct profile *profile, const struct edit_row *first,
		    enum layer_kind *stuck, struct edits *out)
{
	edit_vec way = { 0 };

	if (pursue(search, profile, first, &way, stuck) && !is_longer(&way, out))
		vec_push(&out->ways, way);
	else
		edit_vec_release(&way);
}

// An address in a form that no profile takes (an IPv4 address within IPv6) can stand in no edit.
static bool is_writable(const struct address *address)
{
	struct address read;
	char text[ADDRESS_TEXT_SIZE];

	return address_parse(address_print(address, text), &read, NULL) == 0;
}

// Of full isolation there are two ways out, and neither is smaller in every respect.
void edits_find(const struct profile *profile, const struct flow *flow, const struct port_range *ports,
		struct edits *out)
{
	struct edit_search search = { .flow = flow, .ports = ports };
	CLEANUP(policy_release) struct policy policy = { 0 };
	struct judgement judgement = { 0 };

	*out = (struct edits){ 0 };
	if (judge(&search, profile, &policy, &judgement) == RANK_ALLOWED || !judgement.layer)
		return;
	enum layer_kind stuck = judgement.layer->kind;
	for (const struct edit_row *row = edit_rows; row->apply && is_writable(&flow->remote); row++) {
		if (judgement.layer->kind != LAYER_ISOLATION) {
			try_way(&search, profile, NULL, &stuck, out);
			break;
		}
		if (row->layer == LAYER_ISOLATION)
			try_way(&search, profile, row, &stuck, out);
	}
	if (!out->ways.count)
		out->why_none = memory_copy_text(edit_why_none(profile, stuck));
	vec_for_each (kept, &search.kept)
		free(*kept);
	vec_release(&search.kept);
}
