// SPDX-License-Identifier: GPL-2.0-or-later
// The account's rows as tables: which fields a kind of row has, and how each is released, ordered and merged.
//
// Adding a field to a row is adding a row here: release, the order that makes the result independent of the documents'
// order, and the search for contradictions all go by these.
#ifndef VPCJAIL_IMPORT_ACCOUNT_ROWS_H
#define VPCJAIL_IMPORT_ACCOUNT_ROWS_H

#include "import/account/account.h"

typedef __typeof__(((struct aws_route_table *)NULL)->routes) route_vec;
typedef __typeof__(((struct aws_security_group *)NULL)->rules) rule_vec;
typedef __typeof__(((struct aws_group_rule *)NULL)->peers) peer_vec;
typedef __typeof__(((struct aws_network_acl *)NULL)->entries) entry_vec;
typedef __typeof__(((struct aws_interface *)NULL)->addresses) ip_vec;

// What a field holds. compare is a total order of what is said (not of where); 0: the same is said.
struct field_type {
	void (*release)(void *field);         // NULL: owns nothing
	bool (*is_empty)(const void *field);  // says nothing
	int (*compare)(const void *a, const void *b);
	void (*settle)(void *field);  // NULL; else sorts what has no order of its own, and drops repetitions
};

extern const struct field_type field_text, field_texts, field_prefixes, field_addresses, field_known, field_yes,
    field_number, field_family, field_endpoint_type, field_set, field_routes, field_rules, field_entries;

// How two rows of one thing become one.
enum field_merge {
	MERGE_SAME,   // what both say has to be the same; what one does not say is the other's
	MERGE_EACH,   // the same, and to say nothing is an answer, too: of states
	MERGE_ANY,    // texts for people: the lesser of the two, which no order of documents decides
	MERGE_APART,  // not by row_merge
};

struct row_field {
	const char *member;  // as documents call it
	size_t offset, size;
	const struct field_type *type;
	enum field_merge merge;
	size_t given;  // offset of a flag: the field was given, also when it is empty; 0: it was when it is not empty
};

struct row_kind {
	const char *what;     // "subnet"
	size_t size, offset;  // of a row; of the list in struct account
	size_t vpc;           // offset of the VPC's id in a row; 0: has none
	const struct row_field *fields;
	size_t count;
};

enum { ROW_KINDS = 10 };
extern const struct row_kind vpcs_kind, subnets_kind, route_tables_kind, groups_kind, acls_kind, endpoints_kind,
    interfaces_kind, lists_kind, dhcp_options_kind, peerings_kind;
extern const struct row_kind *const row_kinds[ROW_KINDS];

// A list of rows of any kind, taken out of an account and put back. Every row begins with its struct aws_thing.
struct row_list {
	char *items;
	size_t count, capacity;
};

struct row_list row_list_of(const struct account *account, const struct row_kind *kind);
void row_list_put(struct account *account, const struct row_kind *kind, const struct row_list *list);

void row_release(const struct row_kind *kind, void *row);
int compare_texts(const char *a, const char *b);  // NULL first
int compare_places(const struct location *a, const struct location *b);
int compare_prefixes(const struct prefix *a, const struct prefix *b);
int compare_matches(const struct aws_match *a, const struct aws_match *b);
int compare_rules(const struct aws_group_rule *a, const struct aws_group_rule *b);  // direction and match
int compare_peers(const struct aws_peer *a, const struct aws_peer *b);              // who is meant

// One rule for each direction and match, with its peers, both in order and each once; their descriptions and ids stay
// where they still say something true.
void rules_settle(rule_vec *rules);

// Two rows of one id and Region become *to; what contradicts is a mistake, with both places. Releases *from.
void row_merge(const struct row_kind *kind, void *to, void *from, struct mistakes *mistakes);
// The same of a run of rows of one group (their kind is groups_kind): *run is the result.
void groups_merge(struct aws_security_group *run, size_t count, struct mistakes *mistakes);

// The parts of account_settle, in the order they are called in.
void account_inherit_regions(struct account *account);
void account_name_lists(struct account *account);  // those that only a file's name tells of
void account_merge(struct account *account, struct mistakes *mistakes);
void account_give_entries(struct account *account, struct mistakes *mistakes);

// The Region in a file's name, where a folder or a part between dots or underscores is one: "aws/us-east-1/pl-1.json".
// The last; the caller's; NULL: there is none.
char *region_in_name(const char *file);
void account_check_claims(const struct account *account, struct mistakes *mistakes);

#endif
