// SPDX-License-Identifier: GPL-2.0-or-later
// What is chosen because nothing was asked, where only one answer is possible: see parts.h.
#include "base/cleanup.h"
#include "import/selection/parts.h"

enum { CANDIDATES = 12 };  // that a message lists

static const struct location command_line;

static bool is_private(const struct account *account, const struct aws_subnet *subnet)
{
	bool main;
	const struct aws_route_table *table = subnet_route_table(account, subnet, &main);

	if (!table)
		return false;  // not known to be
	vec_for_each (route, &table->routes)
		if (route_is_public(route))
			return false;
	return true;
}

static bool is_candidate(const struct choosing *choosing, const struct aws_subnet *subnet)
{
	vec_for_each (group, &choosing->selection->groups)
		if ((*group)->vpc && !text_equal((*group)->vpc, subnet->vpc))
			return false;
	return region_fits(subnet->thing.region, choosing->selection->region);
}

static void no_subnet(struct choosing *choosing, size_t private, size_t all)
{
	AUTO_STRBUF struct strbuf hint = { 0 };
	size_t listed = 0;

	vec_for_each (subnet, &choosing->account->subnets) {
		bool worse = private && !is_private(choosing->account, subnet);

		if (!is_candidate(choosing, subnet) || worse || listed++ >= CANDIDATES)
			continue;
		strbuf_add(&hint, listed > 1 ? ", --subnet " : "choose with --subnet ");
		command_add_word(&hint, subnet->thing.id);
		strbuf_format(&hint, " (%s%s%.80s)", subnet->thing.name ? subnet->thing.name : "",
			      subnet->thing.name ? ", " : "", subnet->zone ? subnet->zone : subnet->vpc);
	}
	if (listed > CANDIDATES)
		strbuf_format(&hint, " and %zu more", listed - CANDIDATES);
	if (!all)
		mistakes_add(choosing->mistakes, SEVERITY_ERROR, &command_line, "aws ec2 describe-subnets prints them",
			     "no subnet is given for the job to run in");
	else if (!private)
		mistakes_add(choosing->mistakes, SEVERITY_ERROR, &command_line, strbuf_text(&hint),
			     "no subnet is named, and none of the %zu is known to be private", all);
	else
		mistakes_add(choosing->mistakes, SEVERITY_ERROR, &command_line, strbuf_text(&hint),
			     "no subnet is named, and %zu are private", private);
}

void guess_subnet(struct choosing *choosing)
{
	const struct aws_subnet *only = NULL, *only_private = NULL;
	size_t all = 0, private = 0;
	const char *why;

	vec_for_each (subnet, &choosing->account->subnets) {
		if (!is_candidate(choosing, subnet))
			continue;
		all++;
		only = subnet;
		if (!is_private(choosing->account, subnet))
			continue;
		private++;
		only_private = subnet;
	}
	if (all != 1 && private != 1) {
		no_subnet(choosing, private, all);
		return;
	}
	why = private == 1 ? "the only private subnet" : "the only subnet";
	if (private == 1)
		only = only_private;
	AUTO_STRBUF struct strbuf text = { 0 };
	thing_describe(&only->thing, &text);
	strbuf_format(&text, " was chosen: it is %s in what was given", why);
	vec_push(&choosing->selection->subnets, only);
	vec_push(&choosing->selection->chosen, strbuf_steal(&text));
}

// Hosts, as jobs have them: no interface of a gateway, an endpoint or a load balancer.
static bool is_host(const struct aws_interface *interface)
{
	static const char *const kinds[] = { "interface", "efa", "efa-only", "trunk", "branch" };

	if (!interface->kind || !*interface->kind)
		return true;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(interface->kind, kinds[i]) == 0)
			return true;
	return false;
}

static bool is_in_selection(const struct choosing *choosing, const struct aws_interface *interface)
{
	vec_for_each (subnet, &choosing->selection->subnets)
		if (text_equal(interface->subnet, (*subnet)->thing.id) &&
		    region_fits(interface->thing.region, (*subnet)->thing.region))
			return true;
	return false;
}

static bool is_of_endpoint(const struct account *account, const struct aws_interface *interface)
{
	vec_for_each (endpoint, &account->endpoints)
		if (id_vec_has(&endpoint->interfaces, interface->thing.id))
			return true;
	return false;
}

static bool same_groups(const id_vec *a, const id_vec *b)
{
	vec_for_each (id, a)
		if (!id_vec_has(b, *id))
			return false;
	vec_for_each (id, b)
		if (!id_vec_has(a, *id))
			return false;
	return true;
}

// The interface whose groups all others there carry too; NULL: none, or they differ. Instances' go first: what a
// service keeps there is no example of a job.
static const struct aws_interface *example(const struct choosing *choosing, bool instances, bool *differ)
{
	const struct aws_interface *found = NULL;

	*differ = false;
	vec_for_each (interface, &choosing->account->interfaces) {
		if (!is_in_selection(choosing, interface) || !interface->groups.count || !is_host(interface) ||
		    (instances && !interface->instance) || is_of_endpoint(choosing->account, interface))
			continue;
		if (found && !same_groups(&found->groups, &interface->groups))
			*differ = true;
		if (!found)
			found = interface;
	}
	return *differ ? NULL : found;
}

static const struct aws_security_group *only_group(const struct choosing *choosing)
{
	const char *vpc = choosing->selection->subnets.items[0]->vpc;
	const struct aws_security_group *found = NULL;

	vec_for_each (group, &choosing->account->groups) {
		if (!text_equal(group->vpc, vpc) || !region_fits(group->thing.region, choosing->selection->region))
			continue;
		if (found)
			return NULL;
		found = group;
	}
	return found;
}

static void no_group(struct choosing *choosing, bool differ)
{
	const char *vpc = choosing->selection->subnets.items[0]->vpc;
	AUTO_STRBUF struct strbuf hint = { 0 };
	size_t listed = 0;

	vec_for_each (group, &choosing->account->groups) {
		if (!text_equal(group->vpc, vpc) || !region_fits(group->thing.region, choosing->selection->region) ||
		    listed++ >= CANDIDATES)
			continue;
		strbuf_add(&hint, listed > 1 ? ", --security-group " : "choose with --security-group ");
		command_add_word(&hint, group->thing.id);
		if (group->thing.name)
			strbuf_format(&hint, " (%s)", group->thing.name);
	}
	if (listed > CANDIDATES)
		strbuf_format(&hint, " and %zu more", listed - CANDIDATES);
	if (!listed) {
		strbuf_add(&hint, "aws ec2 describe-security-groups --filters Name=vpc-id,Values=");
		command_add_word(&hint, vpc);
		command_add_region(&hint, choosing->selection->region);
		strbuf_add(&hint, " prints them");
	}
	mistakes_add(choosing->mistakes, SEVERITY_ERROR, &command_line, strbuf_text(&hint),
		     differ ? "no security group is named, and the hosts in subnet %.80s carry different ones"
			    : "no security group is named, and no host in subnet %.80s shows which",
		     choosing->selection->subnets.items[0]->thing.id);
}

static void choose_only_group(struct choosing *choosing, const struct aws_security_group *group)
{
	AUTO_STRBUF struct strbuf text = { 0 };

	thing_describe(&group->thing, &text);
	strbuf_add(&text, " was chosen: it is the only security group of the VPC in what was given");
	vec_push(&choosing->selection->groups, group);
	vec_push(&choosing->selection->chosen, strbuf_steal(&text));
}

void guess_groups(struct choosing *choosing)
{
	bool differ;
	const struct aws_interface *found = example(choosing, true, &differ);
	const struct aws_security_group *only = only_group(choosing);
	wanted_vec wanted = { 0 };
	AUTO_STRBUF struct strbuf text = { 0 };

	if (!found && !differ)
		found = example(choosing, false, &differ);
	if (!found && only) {
		choose_only_group(choosing, only);
		return;
	}
	if (!found) {
		no_group(choosing, differ);
		return;
	}
	vec_for_each (id, &found->groups) {
		struct wanted_id item = { .id = *id };

		vec_push(&wanted, item);
		strbuf_format(&text, "%s%s", text.length ? ", " : "", *id);
	}
	choose_groups(choosing, &wanted);
	strbuf_format(&text, " %s chosen: the hosts in %s carry %s", wanted.count > 1 ? "were" : "was",
		      choosing->selection->subnets.items[0]->thing.id, wanted.count > 1 ? "them" : "it");
	vec_push(&choosing->selection->chosen, strbuf_steal(&text));
	vec_release(&wanted);
}
