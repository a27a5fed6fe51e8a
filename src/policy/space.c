// SPDX-License-Identifier: GPL-2.0-or-later
// Whether anything in a part of the address space can be reached: see space.h.
#include "policy/space.h"

#include "base/cleanup.h"
#include "net/private_space.h"

static void add_denials(const struct policy_layer *layer, struct prefix_set *denied, struct space_step *step)
{
	vec_for_each (rule, &layer->rules) {
		struct space_denial denial = { .rule = rule, .remotes = denied[rule - layer->rules.items] };

		prefix_set_normalize(&denial.remotes);
		if (!prefix_set_is_empty(&denial.remotes))
			vec_push(&step->denials, denial);
	}
}

static void prove(const struct policy *policy, enum direction direction, const struct prefix_set *within,
		  struct space_answer *out)
{
	for (size_t i = 0; i < policy->layers[direction].count; i++) {
		const struct policy_layer *layer = &policy->layers[direction].items[i];
		AUTO_FREE struct prefix_set *denied = memory_new(layer->rules.count, sizeof(*denied));
		const struct reach_question question = { .layers = i + 1, .within = within, .denied = denied };
		struct space_step step = { .layer = layer };

		policy_reach_of(policy, direction, &question, &step.left);
		add_denials(layer, denied, &step);
		vec_push(&out->proof, step);
		if (reach_is_empty(&step.left))
			return;
	}
}

void policy_space(const struct policy *policy, enum direction direction, const struct prefix_set *within,
		  struct space_answer *out)
{
	const struct reach_question question = { .layers = SIZE_MAX, .within = within };

	policy_reach_of(policy, direction, &question, &out->allowed);
	if (reach_is_empty(&out->allowed))
		prove(policy, direction, within, out);
}

void space_answer_release(struct space_answer *answer)
{
	reach_release(&answer->allowed);
	vec_for_each (step, &answer->proof) {
		vec_for_each (denial, &step->denials)
			prefix_set_release(&denial->remotes);
		vec_release(&step->denials);
		reach_release(&step->left);
	}
	vec_release(&answer->proof);
}

void profile_internet(const struct profile *profile, struct prefix_set *out)
{
	static const struct prefix every[] = { IPV4_PREFIX(0, 0, 0, 0, 0), IPV6_PREFIX(0, 0, 0) };
	CLEANUP(prefix_set_release) struct prefix_set inside = { 0 };
	const prefix_value_vec *own = profile->vpc.cidrs.count ? &profile->vpc.cidrs : &profile->vpc.subnets;

	vec_for_each (cidr, own)
		prefix_set_add(&inside, &cidr->prefix);
	private_space_add(&inside);
	for (size_t i = 0; i < 2; i++)
		prefix_set_add(out, &every[i]);
	prefix_set_normalize(out);
	prefix_set_subtract(out, &inside);
}
