// SPDX-License-Identifier: GPL-2.0-or-later
// struct policy → the kernel's rule set: pure. Printed in nft's own syntax, serialized as netlink batches,
// and compared with what the kernel says it has.
#ifndef VPCJAIL_NFT_RULESET_H
#define VPCJAIL_NFT_RULESET_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "net/prefix_set.h"
#include "policy/policy.h"

// What is asked for on a link, by ARP and IPv6 neighbour discovery: see neighbours.c.
struct ruleset_neighbours {
	uint8_t mac[6];          // the jail's own
	struct prefix_set whom;  // who may be asked for, and is answered; normalized, owned
};

void ruleset_neighbours_release(struct ruleset_neighbours *neighbours);

// One end of the jail's link, for the chain of the device: see link.c.
struct ruleset_link {
	const char *device;
	struct address own[2];                        // the jail's, IPv4 and IPv6; family NONE: that one is not carried
	const struct ruleset_neighbours *neighbours;  // NULL: nobody is asked for, all are told
	bool open;  // carries whatever has the jail's own source, not only what the policy reaches: an audit's
};

struct ruleset_options {
	const char *sink;                 // the sink's end that packets are routed to ("sink0")
	const char *sink_peer;            // the other one, which drops what it receives ("sink1")
	uint32_t generation;              // of the policy, carried in ct mark; from 1
	uint16_t log_group;               // NFLOG group
	uint32_t log_rate;                // events per second and rule; 0: unlimited
	const struct ruleset_link *link;  // NULL: there is none
	// An audit: what the layers deny is counted and logged as ever, and then let through, once a conversation. What
	// no link leads to is refused at once. See observe.c.
	bool observe;
	bool made_up;  // names have made-up addresses, and what may go there is answered as if it were denied
};

extern const struct ruleset_options ruleset_defaults;

// The mark of denied packets that must hang although a link leads to their destination: a rule of the jail's routing
// sends them to the sink (plan/uplink_steps.c). On any other link they are dropped.
enum { RULESET_SINK_MARK = 0x76706a61 };

// Links with addresses that stand for those of a launch, for those who only look at a rule set: of a pair, and on a
// subnet, where neighbours are asked for. NULL: the policy needs none.
extern const struct ruleset_link ruleset_sample_link, ruleset_sample_subnet_link;
const struct ruleset_link *ruleset_sample(const struct policy *policy, enum uplink uplink);

// Whether a link of that kind stands on a subnet of the host's, with hosts that ask for each other.
bool ruleset_asks_neighbours(enum uplink uplink);

// Every denial logs the prefix "vj1:<layer name>:<number>", and from the second generation on ":<generation>". The
// number is the policy's (policy_find), or one of these, of what no accepted packet may be. They stand under the name
// of the packet layer, behind its own rules, in every rule set that accepts something, and drop.
enum ruleset_wall {
	WALL_INVALID = 1001,  // ct state invalid
	WALL_FRAGMENT,        // IPv4 fragments
	WALL_HEADERS,         // IPv6 extension headers, fragments among them
	WALL_HANDSHAKE,       // a TCP conversation that does not begin with a SYN alone
	WALL_SOURCE,          // egress: a source address that is not the job's own
	WALL_OPTIONS,         // IPv4 options
	WALL_OLDER,           // answers to a conversation that only an earlier policy allowed
};

// One sentence for a wall's number; NULL for any other. A literal.
const char *ruleset_wall_reason(unsigned number);

struct ruleset;  // opaque: tables, sets, chains, rules of statements; released with ruleset_free

// Never fails on a policy that policy_build made. Deterministic: equal policies give equal bytes.
struct ruleset *ruleset_compile(const struct policy *policy, const struct ruleset_options *options);
void ruleset_free(struct ruleset *ruleset);

// Where the host sends packets instead, for a jail whose link is a pair.
struct stand_in {
	struct policy_match match;  // what the job sends: addresses of an endpoint, protocol, ports
	struct address at[2];       // where it is reached from here: IPv4, IPv6; family NONE: not in that one
};

struct translation_plan {
	VEC(struct stand_in) stand_ins;  // vpc.located: elsewhere
	struct prefix_set elsewhere;     // ranges of the VPC, to which no packet may leave the host
	struct prefix_set peers;         // who reaches the jail at the host's address
	port_range_vec peer_ports;       // at these ports of TCP and UDP
};

void translation_plan_release(struct translation_plan *plan);

// A further link of the host that an audit's packets may leave by.
struct ruleset_way {
	const char *device;
	bool only_for_jails[2];  // as below
};

// What stands on the host for a jail whose link is a pair (kernel/link/veth.c): tables of their own, each under the
// name of the host's end.
struct ruleset_host {
	struct ruleset_link link;  // the host's end
	const char *uplink;        // the host's link that the job's packets leave by; they take its address
	bool only_for_jails[2];    // it forwards IPv4, IPv6 for jails alone: it did not before
	const struct translation_plan *translation;  // NULL: the source alone is translated
	const struct ruleset_way *ways;              // beside the uplink, where the link is open
	size_t way_count;
};

// Of them, the wall alone: what depends on the policy.
struct ruleset *ruleset_compile_host_wall(const struct policy *policy, const struct ruleset_link *link);

// What the name of every such end begins with.
#define RULESET_HOST_LINKS "vpcj"

struct ruleset *ruleset_compile_host(const struct policy *policy, const struct ruleset_host *host);

// nft -f syntax. Loading it gives exactly what the batches give.
void ruleset_print(const struct ruleset *ruleset, struct strbuf *out);

// One netlink transaction: from NFNL_MSG_BATCH_BEGIN to _END, as one buffer of aligned messages.
struct nft_batch {
	uint8_t *bytes;  // owned
	size_t length;
	uint32_t first_sequence, last_sequence;  // of the messages between begin and end; each asks for an ACK
};

typedef VEC(struct nft_batch) nft_batch_vec;

// Serializes into as few transactions as fit limit bytes each (0: no limit, one batch). With more than one, the order
// is fail closed: base chains with policy drop first, set elements next, rules that accept or jump last, in one batch.
// The tables are created exclusively (NLM_F_EXCL): an existing one is an error. -E2BIG when a part cannot fit.
int ruleset_batches(const struct ruleset *ruleset, size_t limit, nft_batch_vec *out, struct error *err);

// One transaction that deletes the tables of the rule set, and where `anew` is given makes its tables instead: no
// packet sees anything in between.
void ruleset_batch_delete(const struct ruleset *ruleset, const struct ruleset *anew, struct nft_batch *out);

// One transaction each for what nobody owns of the tables under the name of a host's end: all that is left when the
// supervisor was killed. Appended to out.
void ruleset_host_batches_delete(const char *name, nft_batch_vec *out);
void nft_batches_release(nft_batch_vec *batches);

// What the kernel said it has: raw netlink messages, as dumped.
struct nft_dump {
	VEC(uint8_t) bytes;   // NFT_MSG_NEWTABLE, NEWCHAIN, NEWSET, NEWSETELEM, NEWRULE messages, in order of the dumps
	uint32_t generation;  // the kernel's number of the rules: each transaction raises it by one
};

// 0 when the dump is the rule set, no more and no less (handles, counters and timestamps aside);
// -EBADE with the first difference otherwise; -EBADMSG for a dump that cannot be read.
int ruleset_compare(const struct ruleset *ruleset, const struct nft_dump *dump, struct error *err);

// SHA-256 of a dump in one form, the same for all dumps of the same rules (what a comparison ignores aside), and of
// what a rule set reads back as: equal when ruleset_compare says so. out holds SHA256_TEXT_SIZE bytes. 0 or -EBADMSG;
// out.
int ruleset_digest_dump(const struct nft_dump *dump, char *out, struct error *err);
const char *ruleset_digest(const struct ruleset *ruleset, char *out);

#endif
