// SPDX-License-Identifier: GPL-2.0-or-later
// A layer under construction, and the parts that every kind of layer is made of. Inside src/policy only.
#ifndef VPCJAIL_POLICY_LAYER_H
#define VPCJAIL_POLICY_LAYER_H

#include "policy/policy.h"

struct layer_draft {
	struct policy_layer layer;
	enum direction direction;
	struct prefix_set decided;  // remotes of which an earlier rule matches every packet
};

void layer_draft_release(struct layer_draft *draft);

// Adds a rule; its reason is the formatted text. match is taken over and normalized: a set of all addresses becomes
// any_remote, and addresses that an ICMP protocol cannot carry go. A rule that could never decide (an empty set, or
// one that earlier rules decide wholly) is left out: NULL. at may be NULL, or a default: the origin is "built-in" then.
// The result is valid until the next rule is added.
struct policy_rule *layer_add(struct layer_draft *draft, enum verdict verdict, struct policy_match *match,
			      const struct location *at, const char *format, ...) __attribute__((format(printf, 5, 6)));

// Adds the last rule, which matches everything. Always added, so that a layer always decides.
void layer_close(struct layer_draft *draft, enum verdict verdict, const struct location *at, const char *reason);

// Whether the layer can be left out of the policy: it has no rules, or lets everything pass.
bool layer_is_open(const struct layer_draft *draft);

// A match of one protocol from or to an empty set, of any port, type and code.
struct policy_match match_of(int protocol);
void match_release(struct policy_match *match);

// Every packet of the remotes, whatever its protocol, port or type.
bool match_is_unconditional(const struct policy_match *match);

// "all protocols", "tcp 443,8000-8100", "icmp type 8 code 0".
void match_describe(const struct policy_match *match, struct strbuf *out);

// Adds the prefixes of a table's row, which ends at one of family NONE or after count.
void prefix_set_add_row(struct prefix_set *set, const struct prefix *row, size_t count);

// The part of policy_build that a verdict needs: layers alone, nothing that is computed from them.
int policy_build_layers(const struct profile *profile, struct policy *policy, struct error *err);

// One function a kind of layer, in a file of its own. Adds rules to an empty draft, or none when the layer does not
// apply to the profile. 0, or -EINVAL with where and what.
int packet_layer(const struct profile *profile, struct layer_draft *draft, struct error *err);
int isolation_layer(const struct profile *profile, struct layer_draft *draft, struct error *err);
int service_layer(const struct profile *profile, struct layer_draft *draft, struct error *err);
int security_group_layer(const struct profile *profile, struct layer_draft *draft, struct error *err);
int network_acl_layer(const struct profile *profile, struct layer_draft *draft, struct error *err);
int route_layer(const struct profile *profile, struct layer_draft *draft, struct error *err);
int endpoint_layer(const struct profile *profile, struct layer_draft *draft, struct error *err);
int uplink_layer(const struct profile *profile, struct layer_draft *draft, struct error *err);

// The services of AWS that no group filters, in service.c: the addresses to which the service layer accepts something.
void service_accepted(const struct profile *profile, struct prefix_set *set);

#endif
