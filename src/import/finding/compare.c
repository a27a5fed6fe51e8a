// SPDX-License-Identifier: GPL-2.0-or-later
// In what the subnets of one selection differ: a job that works in one zone and hangs in another.
#include <netinet/in.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "import/finding/parts.h"

// Something that a subnet has or has not: a route, an endpoint that lets the job in.
struct feature {
	char *text;     // what makes two of them the same
	size_t subnet;  // which of the assemblies has it
	bool s3;        // the way to S3
	struct location at;
};

typedef VEC(struct feature) feature_vec;

static void features_release(feature_vec *features)
{
	vec_for_each (feature, features)
		free(feature->text);
	vec_release(features);
}

// "subnet-1 (eu-west-1a)".
static void add_subnet(struct strbuf *out, const struct assembly *assembly)
{
	text_add_short(out, assembly->subnet->thing.id);
	if (assembly->subnet->zone) {
		strbuf_add(out, " (");
		text_add_short(out, assembly->subnet->zone);
		strbuf_add_char(out, ')');
	}
}

static bool leads_to_s3(const struct assembly *assembly, const struct assembled_route *route)
{
	vec_for_each (endpoint, &assembly->endpoints)
		if (endpoint->type == ENDPOINT_GATEWAY && text_equal(endpoint->service, "s3") && route->is_list &&
		    text_equal(endpoint->list, route->list))
			return true;
	return false;
}

// Gateways of one kind differ by zone on purpose: a NAT gateway each. What is local is so in every subnet.
static void add_routes(const struct assembly *assembly, size_t subnet, feature_vec *out)
{
	vec_for_each (route, &assembly->routes) {
		struct feature feature = { .subnet = subnet, .s3 = leads_to_s3(assembly, route) };
		AUTO_STRBUF struct strbuf target = { 0 };

		if (!route->route || route->route->target == TARGET_LOCAL)
			continue;
		AUTO_FREE char *destination = route_destination(route);
		if (route->route->blackhole)
			strbuf_add(&target, "nothing (blackhole)");
		else if (route->route->target == TARGET_PEERING)
			text_add_short(&target, route->route->target_id ? route->route->target_id : "a peering");
		else if (route->target == ROUTE_GATEWAY_ENDPOINT)
			strbuf_add(&target, feature.s3 ? "the gateway endpoint of s3" : "a gateway endpoint");
		else
			strbuf_add(&target, route_target_words(route->route));
		feature.text = memory_format("the route for %s to %s", destination, strbuf_text(&target));
		feature.at = route->route->at;
		vec_push(out, feature);
	}
}

static void add_endpoints(const struct assembly *assembly, size_t subnet, feature_vec *out)
{
	vec_for_each (endpoint, &assembly->endpoints) {
		struct feature feature = { .subnet = subnet, .at = endpoint->endpoint->thing.at };
		AUTO_STRBUF struct strbuf id = { 0 };

		if (endpoint->type == ENDPOINT_GATEWAY || !endpoint->ports.count)
			continue;
		text_add_short(&id, endpoint->endpoint->thing.id);
		feature.text = memory_format("a way into the endpoint %s (%s)", strbuf_text(&id),
					     endpoint->service ? endpoint->service : "a service of its own");
		vec_push(out, feature);
	}
}

static int compare_features(const void *a, const void *b)
{
	const struct feature *x = a, *y = b;
	int result = strcmp(x->text, y->text);

	return result ? result : (x->subnet < y->subnet ? -1 : x->subnet > y->subnet);
}

static void take_row(struct finder *finder, const char *code)
{
	for (size_t i = 0; i < finding_check_count; i++)
		if (strcmp(finding_checks[i].code, code) == 0)
			finder->check = &finding_checks[i];
}

// The subnets that have the feature (or have it not), as text.
static void add_subnets(const struct assembly *assemblies, size_t count, const bool *has, bool wanted,
			struct strbuf *out)
{
	bool begun = false;

	for (size_t i = 0; i < count; i++) {
		if (has[i] != wanted)
			continue;
		strbuf_add(out, begun ? ", " : "");
		add_subnet(out, &assemblies[i]);
		begun = true;
	}
}

// How S3 is reached from the subnets without the feature; NULL: from one of them it is not.
static char *way_of_others(const struct assembly *assemblies, size_t count, const bool *has)
{
	char *words = NULL;

	for (size_t i = 0; i < count; i++) {
		if (has[i])
			continue;
		free(words);
		words = internet_words(&assemblies[i], "s3");
		if (!words)
			return NULL;
	}
	return words;
}

static void tell_feature(struct finder *finder, const struct assembly *assemblies, size_t count,
			 const struct feature *features, size_t run)
{
	AUTO_STRBUF struct strbuf with = { 0 }, without = { 0 };
	AUTO_FREE bool *has = NEW_ARRAY(bool, count);
	size_t found = 0;

	for (size_t i = 0; i < run; i++) {
		found += !has[features[i].subnet];
		has[features[i].subnet] = true;
	}
	if (found == count)
		return;
	add_subnets(assemblies, count, has, true, &with);
	add_subnets(assemblies, count, has, false, &without);
	take_row(finder, features->s3 ? "s3-in-some-zones" : "zones-differ");
	for (size_t i = 0; i < count; i++) {
		if (has[i])
			continue;
		const struct finding_about about = { assemblies[i].subnet->thing.id, &features->at, NULL, NULL };
		AUTO_FREE char *over = features->s3 ? way_of_others(assemblies, count, has) : NULL;
		struct finding *finding =
		    finding_add(finder, &about, "%s has %s; %s has not: %s%s%s", strbuf_text(&with), features->text,
				strbuf_text(&without), over ? "s3 is " : "a job works in one and ",
				over           ? over
				: features->s3 ? "hangs"
					       : "may hang",
				over ? "" : " in the other");

		if (over)
			finding->weight = FINDING_WARNING;
		return;
	}
}

static void compare_rows(struct finder *finder, const struct assembly *assemblies, size_t count)
{
	CLEANUP(features_release) feature_vec features = { 0 };

	for (size_t i = 0; i < count; i++) {
		add_routes(&assemblies[i], i, &features);
		add_endpoints(&assemblies[i], i, &features);
	}
	if (features.count)
		qsort(features.items, features.count, sizeof(*features.items), compare_features);
	for (size_t i = 0, run; i < features.count; i += run) {
		for (run = 1; i + run < features.count; run++)
			if (strcmp(features.items[i].text, features.items[i + run].text) != 0)
				break;
		tell_feature(finder, assemblies, count, &features.items[i], run);
	}
}

static const struct aws_network_acl *own_acl(const struct assembly *assembly)
{
	vec_for_each (acl, &assembly->acls)
		if (acl->own)
			return acl->acl;
	return NULL;
}

static unsigned ports_of(const struct reach_row *row)
{
	unsigned count = 0;

	vec_for_each (range, &row->ranges)
		count += range->last - range->first + 1u;
	return count;
}

static const struct reach_row *widest_row(const struct reach *reach, int protocol)
{
	const struct reach_row *found = NULL;

	vec_for_each (row, &reach->rows)
		if ((protocol == PROTOCOL_ALL || row->protocol == protocol) &&
		    (!found || ports_of(row) > ports_of(found)))
			found = row;
	return found;
}

// The widest, of TCP where there is more than one port: one that was left out of a rule is no way to say what differs.
static const struct reach_row *telling_row(const struct reach *reach)
{
	const struct reach_row *tcp = widest_row(reach, IPPROTO_TCP);

	return tcp && ports_of(tcp) > 1 ? tcp : widest_row(reach, PROTOCOL_ALL);
}

// What one ACL lets through and another does not, or the most of it; false: there is nothing.
static bool acl_difference(const struct aws_network_acl *of, const struct aws_network_acl *less, struct strbuf *out)
{
	for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++) {
		CLEANUP(reach_release) struct reach mine = { 0 }, theirs = { 0 }, more = { 0 };

		acl_reach(of, direction, &mine);
		acl_reach(less, direction, &theirs);
		reach_subtract(&mine, &theirs, &more);
		if (reach_is_empty(&more))
			continue;
		const struct reach_row *row = telling_row(&more);
		reach_row_describe(row, out);
		strbuf_add(out, direction == EGRESS ? " out to " : " in from ");
		remotes_describe(&row->remotes, out);
		return true;
	}
	return false;
}

static void tell_acl(struct finder *finder, const struct assembly *of, const struct assembly *less)
{
	const struct aws_network_acl *mine = own_acl(of), *theirs = own_acl(less);
	AUTO_STRBUF struct strbuf what = { 0 }, with = { 0 }, without = { 0 };

	if (!mine || !theirs || mine == theirs || !acl_difference(mine, theirs, &what))
		return;
	AUTO_FREE char *title = thing_title(&mine->thing), *other = thing_title(&theirs->thing);
	const struct finding_about about = { less->subnet->thing.id, &theirs->thing.at, NULL, NULL };
	add_subnet(&with, of);
	add_subnet(&without, less);
	take_row(finder, "zones-differ");
	finding_add(finder, &about, "the ACL of %s, %s, lets %s; that of %s, %s, does not", strbuf_text(&with), title,
		    strbuf_text(&what), strbuf_text(&without), other);
}

void findings_compare(const struct assembly *assemblies, size_t count, finding_vec *findings)
{
	struct finder finder = { .findings = findings };

	for (size_t i = 0; i < count; i++)
		if (!assemblies[i].subnet || assemblies[i].isolated)
			return;
	if (count < 2)
		return;
	compare_rows(&finder, assemblies, count);
	for (size_t i = 1; i < count; i++) {
		tell_acl(&finder, &assemblies[0], &assemblies[i]);
		tell_acl(&finder, &assemblies[i], &assemblies[0]);
	}
	findings_order(findings);
}
