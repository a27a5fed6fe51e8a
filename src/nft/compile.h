// SPDX-License-Identifier: GPL-2.0-or-later
// What the parts of the compiler share. Inside src/nft only.
#ifndef VPCJAIL_NFT_COMPILE_H
#define VPCJAIL_NFT_COMPILE_H

#include "nft/sets.h"
#include "nft/tables.h"

struct compilation {
	const struct policy *policy;
	const struct ruleset_options *options;
	struct nft_table *table;  // inet vpcjail
	// Where denied packets of the job end, and those to it; NULL: they are dropped.
	const struct nft_chain *denied[DIRECTIONS];
	bool tracks;  // something can be accepted: conntrack is used
};

// What a rule matches, once for each family it needs: at most two.
struct match_rows {
	struct nft_rule rows[2];
	size_t count;
};

// Counts, logs within the limit as "vj1:<layer>:<number>", then ends with the verdict, which may be a goto. What the
// row matches is tested twice: a limit that is exceeded ends its rule, and the verdict must not depend on it.
void compile_denial(const struct compilation *c, struct nft_chain *chain, const struct nft_rule *match,
		    const char *layer, unsigned number, struct statement verdict);

// The first half of it: counts and logs, and goes on.
void compile_record(const struct compilation *c, struct nft_chain *chain, const struct nft_rule *match,
		    const char *layer, unsigned number);

// The final yes: the conversation gets the mark of this generation.
void compile_acceptance(const struct compilation *c, enum direction direction, struct nft_rule *rule);

// Where a denied packet goes.
struct statement compile_denied(const struct compilation *c, enum direction direction);

// What is established in this generation leaves the chain.
void compile_established(const struct compilation *c, struct nft_chain *chain);

// The chain of one layer, under the layer's name.
const struct nft_chain *compile_layer(const struct compilation *c, enum direction direction,
				      const struct policy_layer *layer);

// The chain of what no packet may be that is accepted anywhere.
const struct nft_chain *compile_walls(const struct compilation *c, enum direction direction);

// Under an exchanged policy: what answers a conversation of an earlier generation must have begun as this one allows.
void compile_again(const struct compilation *c, enum direction direction, struct nft_chain *base);

// Of an observing rule set: the chain that denied packets of a direction go to, and what stands before the layers.
const struct nft_chain *compile_observed(const struct compilation *c, enum direction direction);
void compile_seen(const struct compilation *c, enum direction direction, struct nft_chain *base);

// The mark that a conversation has in an observing rule set after that direction's layers; INGRESS: nothing more is
// asked of it.
uint32_t observed_mark(const struct compilation *c, enum direction direction);

// Where packets of the job, and of its peers, are sent instead. Inside the host's own table.
void compile_destinations(struct nft_table *table, const struct ruleset_host *host);

// The chains of the device at one end of the jail's link: the base chain at that hook, and what may pass.
void compile_link(struct nft_table *table, const struct nft_hook *hook, const struct policy *policy,
		  const struct ruleset_link *link);

// Of a link whose neighbours are asked for: in the base chain of its device, before what the policy lets out, that a
// frame is the jail's own, and what asks and answers; and the chain before the layers, which lets IPv6's through.
void compile_link_neighbours(struct nft_table *table, struct nft_chain *base, const struct ruleset_link *link);
const struct nft_chain *compile_neighbours(const struct compilation *c, enum direction direction);

#endif
