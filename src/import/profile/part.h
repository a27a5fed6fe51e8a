// SPDX-License-Identifier: GPL-2.0-or-later
// The sections of an imported profile's text, and what they share while it is written. Inside this folder only.
//
// A profile for several subnets (--strict) lets through what each of them would: its ports, routes and ACL are
// intersections. One subnet is the same with one.
#ifndef VPCJAIL_IMPORT_PROFILE_PART_H
#define VPCJAIL_IMPORT_PROFILE_PART_H

#include "import/profile/profile_text.h"

struct text_endpoint {
	const struct assembled_endpoint *of;
	bool written;         // else nothing of it is known that a profile could say
	bool closed;          // its addresses are black holes: nobody of the job gets in
	const char *why;      // not written, or closed: a literal
	const char *service;  // in the form of a profile
	char *name;           // owned; NULL: the service does
	VEC(struct address) addresses;
	port_range_vec ports;  // of all subnets that have it; normalized
};

// A route as it is written.
struct text_route {
	bool is_list;
	struct prefix prefix;
	const char *list;
	enum route_target target;
	char *note;  // owned; NULL
};

typedef VEC(struct text_route) text_route_vec;

struct text_draft {
	const struct assembly *assemblies;
	size_t count;
	const struct assembly *first;
	const struct profile_text_options *options;
	const char *region;  // in the form of a profile; NULL
	prefix_vec cidrs, subnets;
	size_t own_subnets;  // how many of subnets, from the first, are those of the selection
	VEC(const struct assembled_list *) lists;
	VEC(struct text_endpoint) endpoints;
	VEC(const struct assembled_host *) closed;  // of any subnet, by address, each once
	char *closed_list;                          // the id of the list that they are; owned; NULL: none
	struct profile_text *out;
};

// Decide what of the network is written; each asks those before it.
void text_draft_vpc(struct text_draft *draft);
void text_draft_lists(struct text_draft *draft);
void text_draft_endpoints(struct text_draft *draft);
void text_draft_closed(struct text_draft *draft);
void text_draft_release(struct text_draft *draft);

// Sections: the caller's; NULL where there is nothing to say.
struct node *text_network(const struct text_draft *draft);
struct node *text_vpc(const struct text_draft *draft);
struct node *text_lists(const struct text_draft *draft);
struct node *text_endpoints(const struct text_draft *draft);
struct node *text_groups(const struct text_draft *draft);
struct node *text_acls(const struct text_draft *draft);
struct node *text_routes(const struct text_draft *draft);
struct node *text_process(const struct text_draft *draft);

// The comment at the head.
char *text_head(const struct text_draft *draft);

const struct assembled_list *text_list(const struct text_draft *draft, const char *id);  // NULL: not written
bool text_has_gateway(const struct text_draft *draft, const char *list);

// The families of a set, or of an address block, as bits.
enum { TEXT_IPV4 = 1, TEXT_IPV6 = 2, TEXT_BOTH = TEXT_IPV4 | TEXT_IPV6 };
unsigned text_family(enum family family);
unsigned text_families(const struct prefix_set *set);
unsigned text_vpc_families(const struct text_draft *draft);

// The routes of one table as a profile can have them, each destination once; and of several tables together: only what
// each of them carries.
void text_routes_of(const struct text_draft *draft, const struct assembly *assembly, text_route_vec *routes);
void text_routes_intersect(const struct text_draft *draft, text_route_vec *routes);
void text_routes_release(text_route_vec *routes);
bool text_same_prefix(const struct prefix *a, const struct prefix *b);
struct node *text_route_row(const struct text_route *route);

// Hosts that do not let the job in, as a list of their own, and as a route to nowhere: every other that leads only
// there becomes one, too.
void text_closed_list(const struct text_draft *draft, struct node *lists);
void text_closed_route(const struct text_draft *draft, text_route_vec *routes);
// Of those where the profile is wider than AWS, for the head; the caller's, NULL: none.
char *text_wider(const struct text_draft *draft);

// The ACL of the job's subnet: NULL, or ->acl NULL: not given. Its entries of one direction as they are tried, of equal
// numbers the denying one first; without the implicit denial. Returns their count; *order is the caller's.
const struct assembled_acl *text_own_acl(const struct assembly *assembly);
size_t text_acl_order(const struct aws_network_acl *acl, bool egress, const struct aws_acl_entry ***order);

// An ACL that lets through what each subnet's does, judged also inside of them.
struct node *text_acl_intersect(const struct text_draft *draft);

// "protocol", "ports", "icmp-type", "icmp-code" of a row, for peers of these families. A literal that says why the row
// matches no packet; NULL: it was written.
const char *text_match(struct node *row, const struct aws_match *match, unsigned families);
// The same as a short text: "tcp 443", "all".
void text_match_describe(const struct aws_match *match, struct strbuf *out);

// Foreign text in one line, safe for comments, terminals and messages, and short.
void text_foreign(struct strbuf *out, const char *text);
// The same of a value: longer, and NULL when nothing is in it; the caller's.
char *text_foreign_value(const char *text);
// Of a command to copy, which is no use when it is cut.
char *text_foreign_command(const char *text);
// "sg-0a1 (workers)".
void text_thing(struct strbuf *out, const struct aws_thing *thing);
// The same; the caller's. NULL gives "".
char *text_thing_name(const struct aws_thing *thing);
// Adds text as lines of about a hundred columns, the first behind `first`, the others behind as many blanks.
void text_paragraph(struct strbuf *out, const char *first, const char *text);

// A scalar node of a printed text.
struct node *text_scalar(const char *format, ...) __attribute__((format(printf, 1, 2)));
struct node *text_prefix(const struct prefix *prefix);
struct node *text_address(const struct address *address);

#endif
