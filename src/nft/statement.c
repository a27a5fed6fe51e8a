// SPDX-License-Identifier: GPL-2.0-or-later
// The table of statement kinds: how each is written, and which expressions it becomes.
#include "nft/statement.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

#include "nft/expression.h"
#include "nft/tables.h"

static void print_selector(const struct statement *s, struct strbuf *out)
{
	const struct selector_row *row = &selector_rows[s->match.selector];
	bool prefix = s->kind == STATEMENT_PREFIX && s->match.bits % 8 == 0;

	strbuf_add(out, row->name);
	if (row->form == FORM_RAW)
		strbuf_format(out, "%u", prefix ? s->match.bits : 8 * row->length);
	strbuf_add_char(out, ' ');
}

static void print_value(const struct statement *s, const struct value *value, struct strbuf *out)
{
	const struct selector_row *row = &selector_rows[s->match.selector];

	value_print(row->form, value->bytes, row->length, out);
}

static void print_compare(const struct statement *s, struct strbuf *out)
{
	print_selector(s, out);
	if (s->match.negated)
		strbuf_add(out, "!= ");
	print_value(s, &s->match.value, out);
}

static void linearize_compare(const struct statement *s, struct linear *linear)
{
	const struct selector_row *row = &selector_rows[s->match.selector];

	expression_load(linear, row, row->length);
	expression_compare(linear, s->match.negated ? NFT_CMP_NEQ : NFT_CMP_EQ, s->match.value.bytes, row->length);
	if (!s->match.negated)
		expression_learn(linear, s->match.selector, s->match.value.bytes);
}

static void print_range(const struct statement *s, struct strbuf *out)
{
	const struct selector_row *row = &selector_rows[s->match.selector];

	print_selector(s, out);
	strbuf_add(out, s->match.negated ? "!= " : "");
	range_print(row->form, s->match.value.bytes, s->match.last.bytes, row->length, out);
}

static void linearize_range(const struct statement *s, struct linear *linear)
{
	const struct selector_row *row = &selector_rows[s->match.selector];

	expression_load(linear, row, row->length);
	if (s->match.negated) {
		expression_range_not(linear, s->match.value.bytes, s->match.last.bytes, row->length);
		return;
	}
	expression_compare(linear, NFT_CMP_GTE, s->match.value.bytes, row->length);
	expression_compare(linear, NFT_CMP_LTE, s->match.last.bytes, row->length);
}

static struct value mask_of(unsigned bits)
{
	struct value mask = { 0 };

	for (unsigned i = 0; i < bits; i++)
		mask.bytes[i / 8] |= 0x80 >> i % 8;
	return mask;
}

// Of bytes without a name, as nft lists what is loaded and compared: it knows no prefixes of those.
static void print_raw_prefix(const struct statement *s, struct strbuf *out)
{
	uint32_t length = selector_rows[s->match.selector].length;
	struct value mask = mask_of(s->match.bits);

	if (s->match.bits % 8 == 0) {
		value_print(FORM_RAW, s->match.value.bytes, s->match.bits / 8, out);
		return;
	}
	strbuf_add(out, "& ");
	value_print(FORM_RAW, mask.bytes, length, out);
	strbuf_add(out, " == ");
	value_print(FORM_RAW, s->match.value.bytes, length, out);
}

static void print_prefix(const struct statement *s, struct strbuf *out)
{
	print_selector(s, out);
	if (selector_rows[s->match.selector].form == FORM_RAW) {
		print_raw_prefix(s, out);
		return;
	}
	strbuf_add(out, s->match.negated ? "!= " : "");
	print_value(s, &s->match.value, out);
	strbuf_format(out, "/%u", s->match.bits);
}

// A prefix of whole bytes is a shortened load; another one is masked.
static void linearize_prefix(const struct statement *s, struct linear *linear)
{
	const struct selector_row *row = &selector_rows[s->match.selector];
	uint32_t length = s->match.bits % 8 ? row->length : s->match.bits / 8;

	expression_load(linear, row, length);
	if (s->match.bits % 8) {
		struct value mask = mask_of(s->match.bits);

		expression_mask(linear, mask.bytes, length);
	}
	expression_compare(linear, s->match.negated ? NFT_CMP_NEQ : NFT_CMP_EQ, s->match.value.bytes, length);
}

static void linearize_state(const struct statement *s, struct linear *linear)
{
	const struct selector_row *row = &selector_rows[s->match.selector];
	const struct value none = { 0 };

	expression_load(linear, row, row->length);
	expression_mask(linear, s->match.value.bytes, row->length);
	expression_compare(linear, NFT_CMP_NEQ, none.bytes, row->length);
}

static void print_masked(const struct statement *s, struct strbuf *out)
{
	bool names = selector_rows[s->match.selector].form == FORM_TCP_FLAGS;

	print_selector(s, out);
	if (selector_rows[s->match.selector].mask) {
		strbuf_add(out, "!= ");
	} else {
		strbuf_add(out, names ? "& (" : "& ");
		print_value(s, &s->match.mask, out);
		strbuf_add(out, names ? ") != " : " != ");
	}
	print_value(s, &s->match.value, out);
}

static void linearize_masked(const struct statement *s, struct linear *linear)
{
	const struct selector_row *row = &selector_rows[s->match.selector];

	expression_load(linear, row, row->length);
	expression_mask(linear, s->match.mask.bytes, row->length);
	expression_compare(linear, NFT_CMP_NEQ, s->match.value.bytes, row->length);
}

static void print_lookup(const struct statement *s, struct strbuf *out)
{
	print_selector(s, out);
	strbuf_format(out, "%s@%s", s->match.negated ? "!= " : "", s->match.set->name);
}

static void linearize_lookup(const struct statement *s, struct linear *linear)
{
	const struct selector_row *row = &selector_rows[s->match.selector];

	expression_load(linear, row, row->length);
	expression_lookup(linear, s->match.set->name, s->match.set->id, s->match.negated);
}

static void print_unlike(const struct statement *s, struct strbuf *out)
{
	print_selector(s, out);
	strbuf_format(out, "!= \"%s*\"", (const char *)s->match.value.bytes);
}

static void linearize_unlike(const struct statement *s, struct linear *linear)
{
	const struct selector_row *row = &selector_rows[s->match.selector];

	expression_load(linear, row, row->length);
	expression_compare(linear, NFT_CMP_NEQ, s->match.value.bytes,
			   (uint32_t)strlen((const char *)s->match.value.bytes));
}

static void print_counter(const struct statement *s, struct strbuf *out)
{
	(void)s;
	strbuf_add(out, "counter");
}

static void linearize_counter(const struct statement *s, struct linear *linear)
{
	(void)s;
	expression_counter(linear);
}

static void print_limit(const struct statement *s, struct strbuf *out)
{
	strbuf_format(out, "limit rate %u/second burst %u packets", s->rate, s->rate);
}

static void linearize_limit(const struct statement *s, struct linear *linear)
{
	expression_limit(linear, s->rate, s->rate);
}

static void print_log(const struct statement *s, struct strbuf *out)
{
	strbuf_format(out, "log prefix \"%s\" group %u", s->log.prefix, s->log.group);
}

static void linearize_log(const struct statement *s, struct linear *linear)
{
	expression_log(linear, s->log.prefix, s->log.group);
}

static const struct {
	const char *text;
	uint32_t type;
	uint8_t code;
} reject_rows[] = {
	[REJECT_TCP_RESET] = { "tcp reset", NFT_REJECT_TCP_RST, 0 },
	[REJECT_PROHIBITED] = { "icmpx admin-prohibited", NFT_REJECT_ICMPX_UNREACH, NFT_REJECT_ICMPX_ADMIN_PROHIBITED },
};

static void print_reject(const struct statement *s, struct strbuf *out)
{
	strbuf_format(out, "reject with %s", reject_rows[s->reject].text);
}

static void linearize_reject(const struct statement *s, struct linear *linear)
{
	expression_reject(linear, reject_rows[s->reject].type, reject_rows[s->reject].code);
}

static void print_verdict(const struct statement *s, struct strbuf *out)
{
	static const struct {
		int code;
		const char *text;
	} rows[] = { { NF_ACCEPT, "accept" },
		     { NF_DROP, "drop" },
		     { NFT_RETURN, "return" },
		     { NFT_JUMP, "jump " },
		     { NFT_GOTO, "goto " } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].code == s->verdict.code)
			strbuf_add(out, rows[i].text);
	}
	if (s->verdict.chain)
		strbuf_add(out, s->verdict.chain->name);
}

static void linearize_verdict(const struct statement *s, struct linear *linear)
{
	expression_verdict(linear, s->verdict.code, s->verdict.chain ? s->verdict.chain->name : NULL);
}

static void print_notrack(const struct statement *s, struct strbuf *out)
{
	(void)s;
	strbuf_add(out, "notrack");
}

static void linearize_notrack(const struct statement *s, struct linear *linear)
{
	(void)s;
	expression_notrack(linear);
}

static void print_set_mark(const struct statement *s, struct strbuf *out)
{
	strbuf_format(out, "ct mark set %u", s->mark);
}

static void linearize_set_mark(const struct statement *s, struct linear *linear)
{
	expression_set_mark(linear, s->mark);
}

static void print_mark(const struct statement *s, struct strbuf *out)
{
	strbuf_format(out, "meta mark set 0x%08x", s->mark);
}

static void linearize_mark(const struct statement *s, struct linear *linear)
{
	expression_mark(linear, s->mark);
}

static void print_trace(const struct statement *s, struct strbuf *out)
{
	(void)s;
	strbuf_add(out, "meta nftrace set 1");
}

static void linearize_trace(const struct statement *s, struct linear *linear)
{
	(void)s;
	expression_trace(linear);
}

static void print_masquerade(const struct statement *s, struct strbuf *out)
{
	(void)s;
	strbuf_add(out, "masquerade");
}

static void linearize_masquerade(const struct statement *s, struct linear *linear)
{
	(void)s;
	expression_masquerade(linear);
}

static void print_destination(const struct statement *s, struct strbuf *out)
{
	char text[ADDRESS_TEXT_SIZE];

	strbuf_format(out, "dnat %s to %s", s->destination.family == FAMILY_IPV4 ? "ip" : "ip6",
		      address_print(&s->destination, text));
}

static void linearize_destination(const struct statement *s, struct linear *linear)
{
	uint8_t bytes[16];
	unsigned length = address_to_bytes(&s->destination, bytes);

	expression_destination(linear, s->destination.family, bytes, length);
}

static const struct statement_row {
	void (*print)(const struct statement *statement, struct strbuf *out);
	void (*linearize)(const struct statement *statement, struct linear *linear);
} statement_rows[STATEMENTS] = {
	[STATEMENT_COMPARE] = { print_compare, linearize_compare },
	[STATEMENT_RANGE] = { print_range, linearize_range },
	[STATEMENT_PREFIX] = { print_prefix, linearize_prefix },
	[STATEMENT_STATE] = { print_compare, linearize_state },
	[STATEMENT_MASKED] = { print_masked, linearize_masked },
	[STATEMENT_LOOKUP] = { print_lookup, linearize_lookup },
	[STATEMENT_UNLIKE] = { print_unlike, linearize_unlike },
	[STATEMENT_COUNTER] = { print_counter, linearize_counter },
	[STATEMENT_LIMIT] = { print_limit, linearize_limit },
	[STATEMENT_LOG] = { print_log, linearize_log },
	[STATEMENT_REJECT] = { print_reject, linearize_reject },
	[STATEMENT_VERDICT] = { print_verdict, linearize_verdict },
	[STATEMENT_NOTRACK] = { print_notrack, linearize_notrack },
	[STATEMENT_SET_MARK] = { print_set_mark, linearize_set_mark },
	[STATEMENT_MARK] = { print_mark, linearize_mark },
	[STATEMENT_TRACE] = { print_trace, linearize_trace },
	[STATEMENT_MASQUERADE] = { print_masquerade, linearize_masquerade },
	[STATEMENT_DESTINATION] = { print_destination, linearize_destination },
};

void statement_print(const struct statement *statement, struct strbuf *out)
{
	statement_rows[statement->kind].print(statement, out);
}

void statement_linearize(const struct statement *statement, struct linear *linear)
{
	statement_rows[statement->kind].linearize(statement, linear);
}
