// SPDX-License-Identifier: GPL-2.0-or-later
// Findings about the job's security groups.
#include <netinet/in.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "import/finding/parts.h"

enum { IPSEC_PORT = 500, LAST_PORT = UINT16_MAX };

char *match_words(const struct aws_match *match)
{
	struct strbuf out = { 0 };
	char text[12];

	if (match->protocol == PROTOCOL_ALL)
		return memory_copy_text("all traffic");
	strbuf_add(&out, protocol_print(match->protocol, text));
	if (match->protocol == IPPROTO_TCP || match->protocol == IPPROTO_UDP)
		strbuf_format(&out, " %s", match->all_ports ? "all ports" : port_range_print(&match->ports, text));
	if (match->icmp_type >= 0)
		strbuf_format(&out, " type %d", match->icmp_type);
	return strbuf_steal(&out);
}

static const struct aws_security_group *first_group(const struct finder *finder)
{
	return finder->assembly->groups.count ? finder->assembly->groups.items[0].group : NULL;
}

// "sg-1 (train), sg-2".
static char *group_titles(const struct finder *finder)
{
	struct strbuf out = { 0 };

	vec_for_each (group, &finder->assembly->groups) {
		AUTO_FREE char *title = thing_title(&group->group->thing);

		strbuf_format(&out, "%s%s", out.length ? ", " : "", title);
	}
	return strbuf_steal(&out);
}

static bool is_public(const struct finder *finder, const struct prefix *prefix)
{
	CLEANUP(prefix_set_release) struct prefix_set one = { 0 };

	prefix_set_add(&one, prefix);
	prefix_set_normalize(&one);
	return !prefix_set_is_within(&one, &finder->inside);
}

// The rule's blocks that are public: "0.0.0.0/0, ::/0"; the caller's, NULL: none.
static char *public_peers(const struct finder *finder, const struct assembled_rule *rule)
{
	enum { SAID = 4 };
	struct strbuf out = { 0 };
	size_t count = 0;
	char text[PREFIX_TEXT_SIZE];

	vec_for_each (peer, &rule->peers) {
		struct prefix prefix;

		if (rule->match.nothing || prefix_parse(peer->text, &prefix, NULL) || !is_public(finder, &prefix))
			continue;
		if (count++ < SAID)
			strbuf_format(&out, "%s%s", out.length ? ", " : "", prefix_print(&prefix, text));
	}
	if (count > SAID)
		strbuf_format(&out, " and %zu more", count - SAID);
	return count ? strbuf_steal(&out) : NULL;
}

static const struct assembled_route *public_route(const struct finder *finder)
{
	vec_for_each (route, &finder->assembly->routes)
		if (route->route && !route->route->blackhole && route->target == ROUTE_BLACKHOLE &&
		    route_meets_internet(finder, route))
			return route;
	return NULL;
}

static bool has_gateway(const struct finder *finder)
{
	vec_for_each (route, &finder->assembly->routes)
		if (route->target == ROUTE_GATEWAY_ENDPOINT)
			return true;
	return false;
}

static void tell_public_egress(struct finder *finder, const struct aws_security_group *group, const struct location *at,
			       const char *rules)
{
	const struct assembled_route *route = public_route(finder);
	AUTO_FREE char *title = thing_title(&group->thing);
	const struct finding_about about = { .subject = group->thing.id, .at = at };

	if (!route) {
		finding_add(finder, &about, "%s lets out to public addresses: %s; %s", title, rules,
			    !finder->assembly->table ? "whether a route takes it there is not known: none is given"
			    : has_gateway(finder) ? "the routes alone hold it back, and what they lead to is reached: "
						    "what others have behind the gateway endpoint, too"
						  : "the routes alone hold it back");
		return;
	}
	AUTO_FREE char *destination = route_destination(route);
	finding_add(finder, &about, "%s lets out to public addresses: %s; the route for %s takes it there on AWS (%s)",
		    title, rules, destination, route_target_words(route->route))
	    ->weight = FINDING_WARNING;
}

void find_public_egress(struct finder *finder)
{
	vec_for_each (group, &finder->assembly->groups) {
		CLEANUP(said_release) struct said_list rules = { 0 };
		const struct location *at = NULL;

		vec_for_each (rule, &group->egress) {
			AUTO_FREE char *peers = public_peers(finder, rule), *what = match_words(&rule->match);
			struct strbuf *out = peers ? said_next(&rules) : NULL;

			if (out)
				strbuf_format(out, "%s to %s", what, peers);
			if (peers && !at && rule->rule)
				at = &rule->rule->at;
		}
		if (rules.count)
			tell_public_egress(finder, group->group, at, said_text(&rules));
	}
}

void find_silent_groups(struct finder *finder)
{
	const struct aws_security_group *first = first_group(finder);

	vec_for_each (group, &finder->assembly->groups)
		vec_for_each (rule, &group->egress)
			if (!rule->match.nothing)
				return;
	if (!first)
		return;
	AUTO_FREE char *titles = group_titles(finder);
	const struct finding_about about = { first->thing.id, &first->thing.at, NULL, NULL };
	finding_add(finder, &about, "%s: no egress rule at all, so that the job begins no connection, not even to S3",
		    titles);
}

// The job's other hosts are in its subnets: whether the groups let a protocol through to, or from, all of them.
static bool has_whole(const struct finder *finder, enum direction direction, int protocol)
{
	return reach_has(&finder->groups[direction], protocol, protocol == IPPROTO_ICMP ? 0 : 1, LAST_PORT,
			 &finder->hosts);
}

static bool has_all(const struct finder *finder, enum direction direction)
{
	return has_whole(finder, direction, IPPROTO_TCP) && has_whole(finder, direction, IPPROTO_UDP) &&
	       has_whole(finder, direction, IPPROTO_ICMP);
}

// Rules of a protocol that no packet filter of ours carries.
static bool has_protocol(const struct finder *finder, enum direction direction, int protocol)
{
	CLEANUP(prefix_set_release) struct prefix_set remotes = { 0 };

	vec_for_each (group, &finder->assembly->groups) {
		const assembled_rule_vec *rules = direction == EGRESS ? &group->egress : &group->ingress;

		vec_for_each (rule, rules)
			if (!rule->match.nothing &&
			    (rule->match.protocol == PROTOCOL_ALL || rule->match.protocol == protocol))
				vec_for_each (peer, &rule->peers)
					peer_addresses(finder->assembly, peer->text, &finder->hosts, &remotes);
	}
	prefix_set_normalize(&remotes);
	return prefix_set_is_within(&finder->hosts, &remotes);
}

static bool has_ipsec(const struct finder *finder, enum direction direction)
{
	return reach_has(&finder->groups[direction], IPPROTO_UDP, IPSEC_PORT, IPSEC_PORT, &finder->hosts) &&
	       has_protocol(finder, direction, IPPROTO_ESP);
}

static const char *directions_lacking(bool egress, bool ingress)
{
	return !egress && !ingress ? "egress nor ingress" : egress ? "ingress" : "egress";
}

static unsigned hosts_of(const struct finder *finder)
{
	const struct aws_job *job = finder->assembly->selection ? finder->assembly->selection->job : NULL;

	return job ? job->hosts : 0;
}

// The remedy's list of permissions, from a group to itself.
static char *self_permission(const struct finder *finder, const char *protocol)
{
	const struct aws_security_group *group = first_group(finder);

	return memory_format("IpProtocol=%s,UserIdGroupPairs=[{GroupId=%s}]", protocol, group->thing.id);
}

#define AUTHORIZE(direction)                                                                                           \
	"aws ec2 authorize-security-group-" direction " --group-id {id} --ip-permissions {argument}{region}"
#define IPSEC "for protocol 50, and for udp with FromPort=500,ToPort=500: "

// The commands for the directions that lack the rule: both, ingress, egress.
static const char *const self_remedies[] = { AUTHORIZE("ingress") ", and " AUTHORIZE("egress"), AUTHORIZE("ingress"),
					     AUTHORIZE("egress") };
static const char *const ipsec_remedies[] = { IPSEC AUTHORIZE("ingress") ", and " AUTHORIZE("egress"),
					      IPSEC AUTHORIZE("ingress"), IPSEC AUTHORIZE("egress") };

static const char *remedy_for(const char *const remedies[], bool egress, bool ingress)
{
	return remedies[egress ? 1 : ingress ? 2 : 0];
}

// A lack that does not matter to one host.
static void weigh_hosts(const struct finder *finder, struct finding *finding)
{
	if (hosts_of(finder) == 0)
		finding->weight = FINDING_NOTE;
}

void find_missing_self(struct finder *finder)
{
	const struct aws_security_group *first = first_group(finder);
	bool egress = has_all(finder, EGRESS), ingress = has_all(finder, INGRESS);

	if (!finder->assembly->several_hosts || !first || (egress && ingress) || !finder->hosts.ranges.count)
		return;
	bool tcp = has_whole(finder, EGRESS, IPPROTO_TCP) && has_whole(finder, INGRESS, IPPROTO_TCP);
	bool inside = finder->assembly->encrypted && has_ipsec(finder, EGRESS) && has_ipsec(finder, INGRESS);
	AUTO_FREE char *titles = group_titles(finder), *permission = self_permission(finder, "-1");
	const struct finding_about about = { first->thing.id, &first->thing.at, permission,
					     remedy_for(self_remedies, egress, ingress) };
	struct finding *finding = finding_add(
	    finder, &about,
	    "%s: no %s rule lets all traffic through between the job's hosts (a rule whose peer is "
	    "the group itself)%s%s",
	    titles, directions_lacking(egress, ingress),
	    tcp      ? "; TCP is let through"
	    : inside ? "; on AWS the hosts' traffic is in ESP, which is let through, but here it is judged as it is"
		     : ": collectives hang when they first connect",
	    hosts_of(finder) ? "" : "; it matters to a job of more than one host");
	if (tcp || inside)
		finding->weight = FINDING_WARNING;
	weigh_hosts(finder, finding);
}

void find_missing_ipsec(struct finder *finder)
{
	const struct aws_security_group *first = first_group(finder);
	bool egress = has_ipsec(finder, EGRESS), ingress = has_ipsec(finder, INGRESS);

	if (!finder->assembly->encrypted || !finder->assembly->several_hosts || !first || (egress && ingress) ||
	    !finder->hosts.ranges.count)
		return;
	AUTO_FREE char *titles = group_titles(finder), *permission = self_permission(finder, "50");
	const struct finding_about about = { first->thing.id, &first->thing.at, permission,
					     remedy_for(ipsec_remedies, egress, ingress) };
	weigh_hosts(finder,
		    finding_add(finder, &about,
				"%s: no %s rule lets UDP 500 and protocol 50 (ESP) through between the job's hosts, "
				"which EnableInterContainerTrafficEncryption needs: they do not find each other",
				titles, directions_lacking(egress, ingress)));
}

void find_uncarried_esp(struct finder *finder)
{
	if (!finder->assembly->encrypted || !finder->assembly->several_hosts)
		return;
	finding_add(
	    finder, &(struct finding_about){ 0 },
	    "EnableInterContainerTrafficEncryption: on AWS the platform puts what the hosts say to each other into "
	    "ESP (protocol 50), and the groups see that alone. A profile carries no ESP and encrypts nothing: "
	    "here the hosts' own TCP and UDP is judged by the groups and goes over the link as it is");
}

// Instance types whose hosts talk by EFA: names begin so. Source: "Elastic Fabric Adapter", supported instance types.
static const char *const efa_types[] = { "ml.p4d", "ml.p4de", "ml.p5", "ml.p6", "ml.trn1", "ml.trn2" };

static bool has_efa(const char *type)
{
	for (size_t i = 0; type && i < sizeof(efa_types) / sizeof(efa_types[0]); i++)
		if (strncmp(type, efa_types[i], strlen(efa_types[i])) == 0)
			return true;
	return false;
}

// A CIDR block is of no help to EFA: the rule must name a group of the job itself.
static bool has_self_rule(const struct finder *finder, enum direction direction)
{
	vec_for_each (group, &finder->assembly->groups) {
		const assembled_rule_vec *rules = direction == EGRESS ? &group->egress : &group->ingress;

		vec_for_each (rule, rules)
			if (!rule->match.nothing && rule->match.protocol == PROTOCOL_ALL)
				vec_for_each (peer, &rule->peers)
					if (text_equal(peer->text, "self"))
						return true;
	}
	return false;
}

void find_missing_efa(struct finder *finder)
{
	const struct aws_job *job = finder->assembly->selection ? finder->assembly->selection->job : NULL;
	const struct aws_security_group *first = first_group(finder);
	bool egress = has_self_rule(finder, EGRESS), ingress = has_self_rule(finder, INGRESS);

	if (!job || job->hosts < 2 || !has_efa(job->instance_type) || !first || (egress && ingress))
		return;
	AUTO_FREE char *titles = group_titles(finder), *permission = self_permission(finder, "-1");
	const struct finding_about about = { first->thing.id, &first->thing.at, permission,
					     remedy_for(self_remedies, egress, ingress) };
	finding_add(finder, &about,
		    "%s: %s has EFA, which wants a rule for all traffic that names the group itself (a CIDR block does "
		    "not do), and there is no such %s rule",
		    titles, job->instance_type, directions_lacking(egress, ingress));
}

void find_empty_rules(struct finder *finder)
{
	vec_for_each (group, &finder->assembly->groups) {
		CLEANUP(said_release) struct said_list empty = { 0 };
		AUTO_FREE char *title = thing_title(&group->group->thing);
		struct finding_about about = { .subject = group->group->thing.id };

		for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++) {
			const assembled_rule_vec *rules = direction == EGRESS ? &group->egress : &group->ingress;

			vec_for_each (rule, rules) {
				if (rule->match.nothing || rule->peers.count || !rule->rule)
					continue;
				AUTO_FREE char *what = match_words(&rule->match);
				struct strbuf *out = said_next(&empty);

				if (out)
					strbuf_format(out, "%s for %s", direction == EGRESS ? "egress" : "ingress",
						      what);
				about.at = about.at ? about.at : &rule->rule->at;
			}
		}
		if (empty.count)
			finding_add(finder, &about,
				    "%s has rules that match nothing, for no address is known of the groups or lists "
				    "that they name: %s",
				    title, said_text(&empty));
	}
}
