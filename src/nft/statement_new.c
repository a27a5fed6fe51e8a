// SPDX-License-Identifier: GPL-2.0-or-later
// Making, copying and releasing statements.
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "nft/statement.h"

struct statement statement_compare(enum selector selector, uint32_t number)
{
	return (struct statement){ STATEMENT_COMPARE,
				   .match = { .selector = selector, .value = value_of_number(selector, number) } };
}

struct statement statement_compare_not(enum selector selector, uint32_t number)
{
	struct statement statement = statement_compare(selector, number);

	statement.match.negated = true;
	return statement;
}

struct statement statement_compare_bytes(enum selector selector, const uint8_t *bytes)
{
	struct statement statement = { STATEMENT_COMPARE, .match = { .selector = selector } };

	memcpy(statement.match.value.bytes, bytes, selector_rows[selector].length);
	return statement;
}

struct statement statement_compare_bytes_not(enum selector selector, const uint8_t *bytes)
{
	struct statement statement = statement_compare_bytes(selector, bytes);

	statement.match.negated = true;
	return statement;
}

struct statement statement_compare_name(enum selector selector, const char *name)
{
	return (struct statement){ STATEMENT_COMPARE, .match = { .selector = selector, .value = value_of_name(name) } };
}

struct statement statement_name_not_like(enum selector selector, const char *prefix)
{
	struct statement statement = statement_compare_name(selector, prefix);

	statement.kind = STATEMENT_UNLIKE;
	return statement;
}

struct statement statement_state(uint32_t bits)
{
	struct statement statement = statement_compare(SELECT_CT_STATE, bits);

	statement.kind = STATEMENT_STATE;
	return statement;
}

struct statement statement_masked_not(enum selector selector, uint32_t mask, uint32_t number)
{
	struct statement statement = statement_compare(selector, number);

	statement.kind = STATEMENT_MASKED;
	statement.match.mask = value_of_number(selector, mask);
	return statement;
}

struct statement statement_lookup(enum selector selector, const struct nft_set *set, bool negated)
{
	return (struct statement){ STATEMENT_LOOKUP, .match = { selector, .negated = negated, .set = set } };
}

struct statement statement_range(enum selector selector, const uint8_t *first, const uint8_t *last)
{
	const struct selector_row *row = &selector_rows[selector];
	bool bits = row->form == FORM_ADDRESS || row->form == FORM_RAW;
	int prefix = bits ? range_prefix(first, last, row->length) : -1;
	struct statement statement = { STATEMENT_RANGE, .match = { .selector = selector } };

	memcpy(statement.match.value.bytes, first, row->length);
	memcpy(statement.match.last.bytes, last, row->length);
	if (!memcmp(first, last, row->length)) {
		statement.kind = STATEMENT_COMPARE;
	} else if (prefix > 0) {
		statement.kind = STATEMENT_PREFIX;
		statement.match.bits = (unsigned)prefix;
	}
	return statement;
}

struct statement statement_range_not(enum selector selector, const uint8_t *first, const uint8_t *last)
{
	struct statement statement = statement_range(selector, first, last);

	statement.match.negated = true;
	return statement;
}

struct statement statement_counter(void)
{
	return (struct statement){ STATEMENT_COUNTER };
}

struct statement statement_limit(uint32_t rate)
{
	return (struct statement){ STATEMENT_LIMIT, .rate = rate };
}

struct statement statement_log(uint16_t group, char *prefix)
{
	return (struct statement){ STATEMENT_LOG, .log = { prefix, group } };
}

struct statement statement_reject(enum reject_with with)
{
	return (struct statement){ STATEMENT_REJECT, .reject = with };
}

struct statement statement_verdict(int code, const struct nft_chain *chain)
{
	return (struct statement){ STATEMENT_VERDICT, .verdict = { code, chain } };
}

struct statement statement_notrack(void)
{
	return (struct statement){ STATEMENT_NOTRACK };
}

struct statement statement_set_mark(uint32_t mark)
{
	return (struct statement){ STATEMENT_SET_MARK, .mark = mark };
}

struct statement statement_mark(uint32_t mark)
{
	return (struct statement){ STATEMENT_MARK, .mark = mark };
}

struct statement statement_trace(void)
{
	return (struct statement){ STATEMENT_TRACE };
}

struct statement statement_masquerade(void)
{
	return (struct statement){ STATEMENT_MASQUERADE };
}

struct statement statement_destination(const struct address *address)
{
	return (struct statement){ STATEMENT_DESTINATION, .destination = *address };
}

struct statement statement_copy(const struct statement *statement)
{
	struct statement copy = *statement;

	if (copy.kind == STATEMENT_LOG)
		copy.log.prefix = memory_copy_text(statement->log.prefix);
	return copy;
}

void statement_release(struct statement *statement)
{
	if (statement->kind == STATEMENT_LOG)
		free(statement->log.prefix);
}
