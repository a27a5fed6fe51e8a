// SPDX-License-Identifier: GPL-2.0-or-later
// Hosts of the VPC, and of peered ones, whose security groups do not let the job in.
//
// A profile has the job's groups alone. What a host's own groups deny can be told where no conversation begins either
// way: its groups let the job in by no rule, and the job's let the host in by none. (A route that leads nowhere would
// deny the answers to a host that may call.) The other hosts are counted: there a profile is wider than AWS.
//
// Source: "Security groups for your VPC" (Amazon VPC User Guide): both ends' groups decide.
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "import/assembly/parts.h"

// Whether a group's rules of one direction let a family of the job's in, by any rule.
enum letting { NOT_ASKED, LETS_NOBODY, LETS_SOME, LETS_ALL };

// A rule of the job's groups, with whom it is about.
struct own_rule {
	const struct aws_match *match;
	bool egress;
	struct prefix_set addresses;
	VEC(const char *) groups;
};

enum { GROUPS_SAID = 20 };

struct asking {
	struct building *building;
	VEC(const char *) unknown;  // a group of each host of which one is not defined
	size_t unknown_hosts;
	VEC(struct own_rule) rules;
	enum letting (*groups)[2];   // by the account's index, then family
	enum letting (*matches)[2];  // by the rule's index and the group's
};

static void add_own_rule(struct asking *asking, const struct aws_group_rule *rule)
{
	struct own_rule own = { .match = &rule->match, .egress = rule->egress };

	vec_for_each (peer, &rule->peers) {
		const struct aws_prefix_list *list =
		    peer->kind == AWS_PEER_PREFIX_LIST ? find_list(asking->building, peer->id) : NULL;

		if (peer->kind == AWS_PEER_CIDR)
			prefix_set_add(&own.addresses, &peer->prefix);
		if (list && list->given)
			prefix_set_add_set(&own.addresses, &list->entries);
		if (peer->kind == AWS_PEER_GROUP)
			vec_push(&own.groups, peer->id);
	}
	prefix_set_normalize(&own.addresses);
	vec_push(&asking->rules, own);
}

static void begin_asking(struct asking *asking)
{
	const struct assembly *assembly = asking->building->assembly;

	asking->groups = memory_new(assembly->account->groups.count + 1, sizeof(*asking->groups));
	vec_for_each (group, &assembly->selection->groups)
		vec_for_each (rule, &(*group)->rules)
			if (!rule->match.nothing)
				add_own_rule(asking, rule);
	asking->matches =
	    memory_new(asking->rules.count * assembly->account->groups.count + 1, sizeof(*asking->matches));
}

static void asking_release(struct asking *asking)
{
	vec_for_each (rule, &asking->rules) {
		prefix_set_release(&rule->addresses);
		vec_release(&rule->groups);
	}
	vec_release(&asking->rules);
	vec_release(&asking->unknown);
	free(asking->groups);
	free(asking->matches);
}

static bool is_about(const struct own_rule *rule, const struct aws_interface *interface, const struct address *address)
{
	if (prefix_set_contains(&rule->addresses, address))
		return true;
	vec_for_each (id, &rule->groups)
		if (id_vec_has(&interface->groups, *id))
			return true;
	return false;
}

// What of the job's subnet and family a rule lets in; *own: it names a group of the job's, wherever that is.
static void add_let_in(const struct building *building, const struct aws_group_rule *rule, struct prefix_set *in,
		       bool *own)
{
	*own = false;
	vec_for_each (peer, &rule->peers) {
		const struct aws_prefix_list *list =
		    peer->kind == AWS_PEER_PREFIX_LIST ? find_list(building, peer->id) : NULL;

		if (peer->kind == AWS_PEER_CIDR)
			prefix_set_add(in, &peer->prefix);
		if (list && list->given)
			prefix_set_add_set(in, &list->entries);
		*own |= peer->kind == AWS_PEER_GROUP && is_own_group(building, peer->id);
	}
	prefix_set_normalize(in);
}

// Which address of its subnet the job has is not known: LETS_SOME for a part of it, LETS_ALL for all.
static enum letting rule_lets_in(const struct building *building, const struct aws_group_rule *rule, enum family family)
{
	CLEANUP(prefix_set_release) struct prefix_set in = { 0 }, job = { 0 };
	bool own;

	if (rule->egress || rule->match.nothing)
		return LETS_NOBODY;
	add_let_in(building, rule, &in, &own);
	vec_for_each (block, &building->assembly->subnet->blocks)
		if (block->base.family == family)
			prefix_set_add(&job, block);
	prefix_set_normalize(&job);
	if (prefix_set_is_empty(&job))
		return LETS_NOBODY;
	if (own || prefix_set_is_within(&job, &in))
		return LETS_ALL;
	return prefix_set_meets(&in, &job) ? LETS_SOME : LETS_NOBODY;
}

static bool group_lets_in(struct asking *asking, const struct aws_security_group *group, enum family family)
{
	const struct account *account = asking->building->assembly->account;
	enum letting *known = &asking->groups[group - account->groups.items][family == FAMILY_IPV6];

	if (*known == NOT_ASKED) {
		*known = LETS_NOBODY;
		vec_for_each (rule, &group->rules)
			if (rule_lets_in(asking->building, rule, family) != LETS_NOBODY)
				*known = LETS_SOME;
	}
	return *known == LETS_SOME;
}

// NULL: no document defines it, and it lets nobody in.
static const struct aws_security_group *defined_group(const struct building *building, const char *id)
{
	const struct aws_security_group *group = find_group(building, id);

	return group && group->defined ? group : NULL;
}

static bool lets_in(struct asking *asking, const struct aws_interface *interface, enum family family)
{
	vec_for_each (id, &interface->groups) {
		const struct aws_security_group *group = defined_group(asking->building, *id);

		if (group && group_lets_in(asking, group, family))
			return true;
	}
	return false;
}

// Of protocols with ports what is let in is added to ports, and the sum of several rules decides.
static bool is_within(const struct aws_match *inner, const struct aws_match *outer, port_range_vec *ports)
{
	if (outer->protocol == PROTOCOL_ALL)
		return true;
	if (inner->protocol != outer->protocol)
		return false;
	if (inner->protocol == IPPROTO_ICMP || inner->protocol == IPPROTO_ICMPV6)
		return (outer->icmp_type < 0 || inner->icmp_type == outer->icmp_type) &&
		       (outer->icmp_code < 0 || inner->icmp_code == outer->icmp_code);
	if (!outer->all_ports)
		vec_push(ports, outer->ports);
	return outer->all_ports;
}

static bool ports_cover(port_range_vec *ports, const struct aws_match *inner)
{
	static const struct port_range all = { 1, UINT16_MAX };
	const struct port_range wanted = inner->all_ports ? all : inner->ports;

	port_ranges_normalize(ports);
	vec_for_each (range, ports)
		if (range->first <= wanted.first && wanted.last <= range->last)
			return true;
	return false;
}

static bool lets_all_in(const struct building *building, const struct aws_security_group *group,
			const struct aws_match *match, enum family family)
{
	port_range_vec ports = { 0 };
	bool all = false;

	vec_for_each (rule, &group->rules)
		all =
		    all || (rule_lets_in(building, rule, family) == LETS_ALL && is_within(match, &rule->match, &ports));
	all = all || ports_cover(&ports, match);
	vec_release(&ports);
	return all;
}

// Whether a group lets in all that a rule of the job's lets out.
static bool group_lets_match_in(const struct asking *asking, const struct aws_security_group *group,
				const struct own_rule *own, enum family family)
{
	const struct account *account = asking->building->assembly->account;
	size_t at =
	    (size_t)(own - asking->rules.items) * account->groups.count + (size_t)(group - account->groups.items);
	enum letting *known = &asking->matches[at][family == FAMILY_IPV6];

	if (*known == NOT_ASKED)
		*known = lets_all_in(asking->building, group, own->match, family) ? LETS_ALL : LETS_NOBODY;
	return *known == LETS_ALL;
}

static bool lets_match_in(const struct asking *asking, const struct aws_interface *interface,
			  const struct own_rule *own, enum family family)
{
	vec_for_each (id, &interface->groups) {
		const struct aws_security_group *group = defined_group(asking->building, *id);

		if (group && group_lets_match_in(asking, group, own, family))
			return true;
	}
	return false;
}

// Whether a rule of the job's groups lets out to the address what the host's do not let in.
static bool is_wider(const struct asking *asking, const struct aws_interface *interface, const struct address *address)
{
	vec_for_each (rule, &asking->rules)
		if (rule->egress && is_about(rule, interface, address) &&
		    !lets_match_in(asking, interface, rule, address->family))
			return true;
	return false;
}

static bool may_call(const struct asking *asking, const struct aws_interface *interface, const struct address *address)
{
	vec_for_each (rule, &asking->rules)
		if (!rule->egress && is_about(rule, interface, address))
			return true;
	return false;
}

// A host that the job's rules let it reach, and that might let it in by a group that is not given.
static void note_unknown(struct asking *asking, const struct aws_interface *interface, const struct address *address)
{
	bool reached = false;

	vec_for_each (rule, &asking->rules)
		reached = reached || (rule->egress && is_about(rule, interface, address));
	vec_for_each (id, &interface->groups) {
		if (!reached || defined_group(asking->building, *id))
			continue;
		vec_push(&asking->unknown, *id);
		asking->unknown_hosts++;
		return;
	}
}

static void ask(struct asking *asking, const struct aws_interface *interface, const struct address *address)
{
	struct assembly *assembly = asking->building->assembly;
	struct assembled_host host = { interface, *address };

	if (!subnet_has_family(assembly->subnet, address->family) || is_endpoints(asking->building, address))
		return;
	if (!lets_in(asking, interface, address->family) && !may_call(asking, interface, address)) {
		vec_push(&assembly->closed, host);
		note_unknown(asking, interface, address);
	} else if (is_wider(asking, interface, address)) {
		if (!assembly->wider++)
			assembly->wider_example = host;
	}
}

static int compare_hosts(const void *a, const void *b)
{
	const struct assembled_host *left = a, *right = b;
	const struct prefix one = prefix_of_address(&left->address), other = prefix_of_address(&right->address);
	int order = compare_blocks(&one, &other);

	return order ? order : strcmp(left->interface->thing.id, right->interface->thing.id);
}

// An interface of a peered VPC has none of this one's addresses.
static bool is_reached(const struct building *building, const struct aws_interface *interface,
		       const struct address *address)
{
	const struct prefix block = prefix_of_address(address);
	bool here = text_equal(vpc_of_interface(building, interface), building->assembly->subnet->vpc);

	return prefixes_cover(&building->assembly->cidrs, &block) == here;
}

static void tell_unknown(const struct asking *asking)
{
	AUTO_STRBUF struct strbuf words = { 0 };
	size_t hosts = asking->unknown_hosts, said = 0;
	const char *last = NULL;

	if (!hosts)
		return;
	strbuf_add(&words, "describe-security-groups --group-ids");
	qsort(asking->unknown.items, asking->unknown.count, sizeof(*asking->unknown.items), compare_words);
	vec_for_each (id, &asking->unknown) {
		if ((last && strcmp(last, *id) == 0) || said++ >= GROUPS_SAID)
			continue;
		strbuf_add_char(&words, ' ');
		command_add_word(&words, *id);
		last = *id;
	}
	assume(asking->building,
	       memory_format("security groups of %zu host%s that the job's own let it reach", hosts,
			     hosts == 1 ? "" : "s"),
	       memory_copy_text("they let nobody in"), command_for(asking->building, strbuf_text(&words), NULL));
}

void assembly_add_closed_hosts(struct building *building)
{
	struct assembly *assembly = building->assembly;
	CLEANUP(asking_release) struct asking asking = { .building = building };

	begin_asking(&asking);
	vec_for_each (interface, &assembly->account->interfaces) {
		if (!region_fits(interface->thing.region, assembly->selection->region) ||
		    is_endpoint_kind(interface->kind) || !interface_is_near(building, interface, NULL) ||
		    !interface->groups.count)
			continue;
		vec_for_each (address, &interface->addresses)
			if (is_reached(building, interface, address))
				ask(&asking, interface, address);
	}
	tell_unknown(&asking);
	if (assembly->closed.count)
		qsort(assembly->closed.items, assembly->closed.count, sizeof(*assembly->closed.items), compare_hosts);
}
