// SPDX-License-Identifier: GPL-2.0-or-later
// A profile being changed for a try: what the rows of edit_rows.c are made of. Inside src/policy only.
#ifndef VPCJAIL_POLICY_EDIT_TRIAL_H
#define VPCJAIL_POLICY_EDIT_TRIAL_H

#include "policy/edit.h"

struct edit_search {
	const struct flow *flow;         // what is to pass
	const struct port_range *ports;  // of a reply; first 0: the flow's own
	VEC(void *) kept;                // owned: what changed profiles point to
};

// Zeroed memory that lives as long as the search.
void *edit_keep(struct edit_search *search, size_t size);

// One more item, to a vec of a profile that others point to: the items are copied first.
#define edit_push(search, vec, ...)                                                                                    \
	do {                                                                                                           \
		size_t size_of_items = sizeof(*(vec)->items);                                                          \
		void *copied_items = edit_keep((search), ((vec)->count + 1) * size_of_items);                          \
		if ((vec)->count)                                                                                      \
			memcpy(copied_items, (vec)->items, (vec)->count *size_of_items);                               \
		(vec)->items = copied_items;                                                                           \
		(vec)->capacity = (vec)->count + 1;                                                                    \
		(vec)->items[(vec)->count++] = (__VA_ARGS__);                                                          \
	} while (0)

// A way to change the profile where a layer denies; false: it does not apply. profile is a copy whose members are still
// the caller's: what is changed in it is replaced, never written to. Adds what it did to edits.
typedef bool edit_apply(struct edit_search *search, struct profile *profile, const struct judgement *judgement,
			edit_vec *edits);

struct edit_row {
	enum layer_kind layer;
	edit_apply *apply;
};

// By layer, the smaller or narrower first; ended by one without a function.
extern const struct edit_row edit_rows[];

// What to say where no row helps: a literal.
const char *edit_why_none(const struct profile *profile, enum layer_kind layer);

// The ways for one layer each.
edit_apply edit_uplink, edit_peer, edit_isolation, edit_service_dns, edit_service_imds, edit_service_credentials,
    edit_service_time, edit_group_rule, edit_endpoint, edit_subnet, edit_ingress_peer, edit_acl_rule, edit_acl_action,
    edit_route, edit_route_target, edit_cidr, edit_endpoint_port, edit_located, edit_host_subnets;

// An edit that writes or adds value at a path of up to EDIT_PATH texts, of which the last is NULL; value is the
// formatted text.
void edit_note(edit_vec *edits, bool add, const struct location *at, const char *const *path, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
#define EDIT_AT(...) ((const char *const[EDIT_PATH + 1]){ __VA_ARGS__, NULL })

// "tcp, ports: [443]", "icmp, icmp-type: 8, icmp-code: 0": what follows `protocol: `. out is to be released.
void edit_traffic(const struct edit_search *search, struct strbuf *out);

// The remote as a scalar of YAML, an address or its block: quoted where it has colons. out holds PREFIX_TEXT_SIZE + 2.
const char *edit_address(const struct address *address, char *out);
const char *edit_block(const struct address *address, char *out);

// Whether a profile may name the address as a host, and the VPC has addresses of its family.
bool edit_may_be_host(const struct address *address);
bool edit_vpc_has_family(const struct profile *profile, enum family family);

#endif
