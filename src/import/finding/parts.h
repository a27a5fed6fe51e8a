// SPDX-License-Identifier: GPL-2.0-or-later
// What the checks that make findings share. Inside this folder only.
#ifndef VPCJAIL_IMPORT_FINDING_PARTS_H
#define VPCJAIL_IMPORT_FINDING_PARTS_H

#include "import/account/words.h"
#include "import/finding/finding.h"
#include "policy/reach_algebra.h"

struct finder;

// A row of the table of findings.
struct finding_check {
	const char *code;
	enum finding_weight weight;  // unless the check knows better
	bool when_isolated;          // also looked for in an isolated job
	void (*find)(struct finder *finder);
	// What to do. {id}: the subject, {argument}, {vpc}, {subnet}, {table}, {group}: words for a shell, {arguments}:
	// several; {region}: " --region R" or nothing. NULL: nothing.
	const char *remedy;
};

extern const struct finding_check finding_checks[];
extern const size_t finding_check_count;

// One run of the checks over one assembly.
struct finder {
	const struct assembly *assembly;  // NULL while several are compared
	const struct finding_check *check;
	finding_vec *findings;
	struct prefix_set hosts;          // the IPv4 blocks of the selected subnets: where the job's other hosts are
	struct prefix_set inside;         // what is no part of the Internet: private space and the VPC's blocks
	struct reach groups[DIRECTIONS];  // what the job's groups let through, `self` being hosts
};

struct finding_about {
	const char *subject;        // NULL: none
	const struct location *at;  // NULL: none
	const char *argument;       // of the remedy; NULL: none
	const char *remedy;         // in place of the row's; NULL: the row's
	const id_vec *arguments;    // of the remedy; NULL: none
};

// The things of one kind that a finding is about, the first few of which are said: "a; b; and 3 more".
struct said_list {
	struct strbuf text;
	size_t count;
};

// Where to say the next one; NULL: it is counted only.
struct strbuf *said_next(struct said_list *list);
const char *said_text(struct said_list *list);  // of the whole list, once; the list's
void said_release(struct said_list *list);
void words_release(id_vec *words);

// Adds what the running check has found. Foreign text may be given as it is; a text of great length is cut. The result
// is valid until the next one is added.
struct finding *finding_add(struct finder *finder, const struct finding_about *about, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// "rtb-1 (its name)", cut where it is long; the caller's. Not yet safe for a terminal.
char *thing_title(const struct aws_thing *thing);
void text_add_short(struct strbuf *out, const char *text);

const char *finder_vpc(const struct finder *finder);  // its id; NULL: the job has none

// What a set of rules lets through, `self` standing for a set of addresses (NULL: for none).
void groups_reach(const struct assembly *assembly, enum direction direction, const struct prefix_set *self,
		  struct reach *out);
void acl_reach(const struct aws_network_acl *acl, enum direction direction, struct reach *out);

// The addresses that a reach has at every one of the ports, to the empty *out; normalized.
void reach_at(const struct reach *reach, int protocol, unsigned first, unsigned last, struct prefix_set *out);

// Which of the ports a reach has not for all of the remotes, and for which of them; ports and addresses are added, and
// the latter normalized.
void reach_lacks(const struct reach *reach, int protocol, struct port_range ports, const struct prefix_set *remotes,
		 port_range_vec *lacking, struct prefix_set *addresses);

// Whether a reach has all of the remotes at every one of the ports.
bool reach_has(const struct reach *reach, int protocol, unsigned first, unsigned last,
	       const struct prefix_set *remotes);

// The addresses of a peer as a profile names it: "10.0.0.0/8", "10.0.0.1", "pl-…", "self"; added, not normalized.
void peer_addresses(const struct assembly *assembly, const char *text, const struct prefix_set *self,
		    struct prefix_set *out);

// The destinations of a route: its prefix, or what is known of the list. Added, not normalized.
void route_addresses(const struct assembly *assembly, const struct assembled_route *route, struct prefix_set *out);

// Whether the packets of a route leave for the Internet: an address that is no part of private space.
bool route_meets_internet(const struct finder *finder, const struct assembled_route *route);

// Of a service without an endpoint: "reached on AWS over nat-1, a NAT gateway, and not in this profile"; the caller's,
// NULL: nothing carries its packets there either.
char *internet_words(const struct assembly *assembly, const char *service);

// "0.0.0.0/0", "pl-6da54004"; the caller's.
char *route_destination(const struct assembled_route *route);

// "an internet gateway"; a literal.
const char *route_target_words(const struct aws_route *route);

// "tcp 443", "all traffic"; the caller's.
char *match_words(const struct aws_match *match);

// The entries of a list that the profile names; NULL: it names no such list.
const struct assembled_list *find_assembled_list(const struct assembly *assembly, const char *id);

// Endpoints of the job's VPC. The service without its Region ("ecr.dkr"): borrowed; NULL: somebody's own.
bool endpoint_is_near(const struct finder *finder, const struct aws_endpoint *endpoint);
const char *endpoint_service(const struct aws_endpoint *endpoint);
bool endpoint_is_routed(const struct finder *finder, const struct aws_endpoint *endpoint);  // a gateway
bool endpoints_are_given(const struct account *account);
// Whether the service has an endpoint that the subnet's routes lead to.
bool service_is_there(const struct finder *finder, const char *service);

// Orders and leaves out what is there twice.
void findings_order(finding_vec *findings);

// The checks; their rows are in table.c.
void find_public_routes(struct finder *finder);
void find_other_routes(struct finder *finder);
void find_peerings(struct finder *finder);
void find_dead_routes(struct finder *finder);
void find_unrouted_gateways(struct finder *finder);
void find_public_addresses(struct finder *finder);

void find_open_groups(struct finder *finder);
void find_missing_self(struct finder *finder);
void find_missing_ipsec(struct finder *finder);
void find_uncarried_esp(struct finder *finder);
void find_missing_efa(struct finder *finder);
void find_silent_groups(struct finder *finder);
void find_public_egress(struct finder *finder);
void find_empty_rules(struct finder *finder);

void find_missing_endpoints(struct finder *finder);
void find_optional_endpoints(struct finder *finder);
void find_unavailable_endpoints(struct finder *finder);
void find_far_endpoints(struct finder *finder);
void find_endpoint_policies(struct finder *finder);
void find_private_dns_off(struct finder *finder);
void find_dns_attributes(struct finder *finder);
void find_own_dns(struct finder *finder);
void find_shut_endpoints(struct finder *finder);
void find_unreached_endpoints(struct finder *finder);

void find_acl_denials(struct finder *finder);
void find_acl_replies(struct finder *finder);

void find_isolation(struct finder *finder);
void find_unknown_peers(struct finder *finder);
void find_idle_encryption(struct finder *finder);
void find_far_buckets(struct finder *finder);
void find_untold_buckets(struct finder *finder);
void find_denied_file_systems(struct finder *finder);
void find_approximate_lists(struct finder *finder);
void find_empty_lists(struct finder *finder);
void find_assumptions(struct finder *finder);

#endif
