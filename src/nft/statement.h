// SPDX-License-Identifier: GPL-2.0-or-later
// What a rule is made of: typed statements. Each kind is one row (statement.c) that knows how nft writes it and which
// expressions nft 1.0.6 gives the kernel for it. Inside src/nft only.
#ifndef VPCJAIL_NFT_STATEMENT_H
#define VPCJAIL_NFT_STATEMENT_H

#include <libnftnl/rule.h>
#include <stdbool.h>
#include <stdint.h>

#include "nft/selector.h"

struct nft_chain;
struct nft_set;

enum statement_kind {
	STATEMENT_COMPARE,  // selector == or != value
	STATEMENT_RANGE,    // value <= selector <= last, or not
	STATEMENT_PREFIX,   // the first `bits` bits of selector are those of value, or are not
	STATEMENT_STATE,    // selector has one of the bits of value
	STATEMENT_MASKED,   // selector & mask != value
	STATEMENT_LOOKUP,   // selector is (or is not) in set
	STATEMENT_UNLIKE,   // selector, a name, does not begin with value
	STATEMENT_COUNTER,
	STATEMENT_LIMIT,  // rate packets a second
	STATEMENT_LOG,    // prefix to group
	STATEMENT_REJECT,
	STATEMENT_VERDICT,
	STATEMENT_NOTRACK,
	STATEMENT_SET_MARK,     // of the conversation
	STATEMENT_MARK,         // of the packet
	STATEMENT_TRACE,        // the packet's way through the chains is told
	STATEMENT_MASQUERADE,   // leaves with the address of the link it leaves by
	STATEMENT_DESTINATION,  // goes to another address
	STATEMENTS
};

enum reject_with { REJECT_TCP_RESET, REJECT_PROHIBITED };

struct statement {
	enum statement_kind kind;
	union {
		struct {
			enum selector selector;
			bool negated;
			unsigned bits;
			struct value value, last, mask;
			const struct nft_set *set;  // borrowed from the table
		} match;
		uint32_t rate;
		struct {
			char *prefix;  // owned
			uint16_t group;
		} log;
		enum reject_with reject;
		struct {
			int code;                       // NF_ACCEPT, NFT_JUMP, …
			const struct nft_chain *chain;  // of a jump or goto: borrowed from the table
		} verdict;
		uint32_t mark;
		struct address destination;
	};
};

struct statement statement_compare(enum selector selector, uint32_t number);
struct statement statement_compare_not(enum selector selector, uint32_t number);
struct statement statement_compare_bytes(enum selector selector, const uint8_t *bytes);  // of its whole length
struct statement statement_compare_bytes_not(enum selector selector, const uint8_t *bytes);
struct statement statement_compare_name(enum selector selector, const char *name);
struct statement statement_name_not_like(enum selector selector, const char *prefix);
struct statement statement_state(uint32_t bits);
struct statement statement_masked_not(enum selector selector, uint32_t mask, uint32_t number);
struct statement statement_lookup(enum selector selector, const struct nft_set *set, bool negated);
struct statement statement_counter(void);
struct statement statement_limit(uint32_t rate);
struct statement statement_log(uint16_t group, char *prefix);  // takes prefix over
struct statement statement_reject(enum reject_with with);
struct statement statement_verdict(int code, const struct nft_chain *chain);
struct statement statement_notrack(void);
struct statement statement_set_mark(uint32_t mark);
struct statement statement_mark(uint32_t mark);  // of the packet
struct statement statement_trace(void);
struct statement statement_masquerade(void);
struct statement statement_destination(const struct address *address);

// The values first to last (of the selector's length) as the statement nft makes of them: one value, a prefix, a range.
struct statement statement_range(enum selector selector, const uint8_t *first, const uint8_t *last);

// Any value but those.
struct statement statement_range_not(enum selector selector, const uint8_t *first, const uint8_t *last);

struct statement statement_copy(const struct statement *statement);
void statement_release(struct statement *statement);

void statement_print(const struct statement *statement, struct strbuf *out);

// Adds the expressions of one rule's statements; remembers what earlier ones established, so that no dependency is
// loaded twice.
struct linear {
	struct nftnl_rule *rule;  // borrowed
	bool of_device;           // the chain is a device's
	enum family family;       // known so far
	bool arp;                 // likewise: the frame is ARP
	uint8_t protocol;
};

void statement_linearize(const struct statement *statement, struct linear *linear);

#endif
