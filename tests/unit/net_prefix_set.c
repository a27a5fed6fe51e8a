// SPDX-License-Identifier: GPL-2.0-or-later
// net: sets of prefixes, against a model with one bit an address.
#include "test.h"

#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "net/prefix_set.h"
#include "net_random.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

// A universe is SPAN consecutive addresses; the model of a set is one byte for each.
enum { SPAN = 256, BITS = 8, ROUNDS = 2000 };

struct model {
	bool has[SPAN];
};

// The ends of both families are where arithmetic would wrap; the third row of each is in between.
static const struct universe {
	enum family family;
	const char *base;
} universes[] = {
	{ FAMILY_IPV4, "0.0.0.0" },    { FAMILY_IPV4, "255.255.255.0" },
	{ FAMILY_IPV4, "10.20.1.0" },  { FAMILY_IPV6, "::" },
	{ FAMILY_IPV6, "2001:db8::" }, { FAMILY_IPV6, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff00" },
};

static struct address address_at(const struct universe *universe, unsigned offset)
{
	struct address address;

	assert_int_equal(address_parse(universe->base, &address, NULL), 0);
	address.bits += offset;
	return address;
}

static struct prefix prefix_of(const char *text)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix, NULL), 0);
	return prefix;
}

static void add_text(struct prefix_set *set, const char *text)
{
	struct prefix prefix = prefix_of(text);

	prefix_set_add(set, &prefix);
}

// The invariant of the header: ascending, disjoint, not adjacent, not dirty.
static void assert_normal(const struct prefix_set *set)
{
	assert_false(set->dirty);
	for (size_t i = 0; i < set->ranges.count; i++) {
		const struct address_range *range = &set->ranges.items[i], *next = range + 1;
		assert_int_equal(range->first.family, range->last.family);
		assert_true(range->first.bits <= range->last.bits);
		if (i + 1 == set->ranges.count)
			continue;
		assert_true(range->first.family <= next->first.family);
		if (range->first.family == next->first.family)
			assert_true(range->last.bits < next->first.bits && next->first.bits - range->last.bits > 1);
	}
}

// The set has, of this universe, exactly the model's addresses, and nothing next to its two ends.
static void assert_equals_model(const struct prefix_set *set, const struct universe *universe,
				const struct model *model)
{
	assert_normal(set);
	for (unsigned i = 0; i < SPAN; i++) {
		struct address address = address_at(universe, i);
		assert_int_equal(prefix_set_contains(set, &address), model->has[i]);
	}
	struct address below = address_at(universe, 0), above = address_at(universe, SPAN - 1);
	below.bits--;  // at an end of the family these wrap to what is not in the set either
	above.bits++;
	assert_false(prefix_set_contains(set, &below));
	assert_false(prefix_set_contains(set, &above));
}

// A few prefixes and ranges, set in both.
static void fill(uint64_t *seed, const struct universe *universe, struct prefix_set *set, struct model *model)
{
	unsigned parts = random_below(seed, 9);

	memset(model, 0, sizeof(*model));
	for (unsigned part = 0; part < parts; part++) {
		unsigned first, last;
		if (random_below(seed, 2)) {
			unsigned host = random_below(seed, BITS + 1);
			first = random_below(seed, SPAN) >> host << host;
			last = first + (1u << host) - 1;
			struct prefix prefix = { .base = address_at(universe, first),
						 .length = (uint8_t)((unsigned)universe->family - host) };
			prefix_set_add(set, &prefix);
		} else {
			unsigned a = random_below(seed, SPAN), b = random_below(seed, SPAN);
			first = a < b ? a : b;
			last = a < b ? b : a;
			struct address_range range = { address_at(universe, first), address_at(universe, last) };
			prefix_set_add_range(set, &range);
		}
		for (unsigned i = first; i <= last; i++)
			model->has[i] = true;
	}
	assert_int_equal(set->dirty, parts > 0);
	prefix_set_normalize(set);
}

// How many blocks the best cover of the model's addresses in [first, first + size) takes.
static unsigned fewest_blocks(const struct model *model, unsigned first, unsigned size)
{
	unsigned members = 0;

	for (unsigned i = first; i < first + size; i++)
		members += model->has[i];
	if (members == 0 || members == size)
		return members > 0;
	return fewest_blocks(model, first, size / 2) + fewest_blocks(model, first + size / 2, size / 2);
}

static void check_prefixes(const struct prefix_set *set, const struct universe *universe, const struct model *model)
{
	CLEANUP(prefix_set_release) struct prefix_set rebuilt = { 0 };
	prefix_vec prefixes = { 0 };

	prefix_set_to_prefixes(set, universe->family, &prefixes);
	assert_int_equal(prefixes.count, fewest_blocks(model, 0, SPAN));
	for (size_t i = 0; i < prefixes.count; i++) {
		struct address first = prefix_first(&prefixes.items[i]);
		assert_true(address_equal(&first, &prefixes.items[i].base));
		if (i)
			assert_true(prefix_last(&prefixes.items[i - 1]).bits < first.bits);
		assert_true(prefix_set_covers(set, &prefixes.items[i]));
		prefix_set_add(&rebuilt, &prefixes.items[i]);
	}
	prefix_set_normalize(&rebuilt);
	assert_true(prefix_set_equal(&rebuilt, set));
	vec_release(&prefixes);
}

static void check_covers(const struct prefix_set *set, const struct universe *universe, const struct model *model)
{
	for (unsigned host = 0; host <= BITS; host++) {
		for (unsigned first = 0; first < SPAN; first += 1u << host) {
			struct prefix prefix = { .base = address_at(universe, first),
						 .length = (uint8_t)((unsigned)universe->family - host) };
			bool whole = true;
			for (unsigned i = first; i < first + (1u << host); i++)
				whole = whole && model->has[i];
			assert_int_equal(prefix_set_covers(set, &prefix), whole);
		}
	}
}

static void check_questions(const struct prefix_set *set, const struct universe *universe, const struct model *model)
{
	enum family other = universe->family == FAMILY_IPV4 ? FAMILY_IPV6 : FAMILY_IPV4;
	bool any = false, pair = false;
	size_t runs = 0, count;

	for (unsigned i = 0; i < SPAN; i++) {
		bool previous = i > 0 && model->has[i - 1];
		any = any || model->has[i];
		pair = pair || (model->has[i] && previous);
		runs += model->has[i] && !previous;
	}
	assert_int_equal(prefix_set_is_empty(set), !any);
	assert_int_equal(prefix_set_has_family(set, universe->family), any);
	assert_false(prefix_set_has_family(set, other));
	assert_int_equal(prefix_set_is_exact(set, universe->family), !pair);
	(void)prefix_set_ranges(set, universe->family, &count);
	assert_int_equal(count, runs);
	(void)prefix_set_ranges(set, other, &count);
	assert_int_equal(count, 0);
	assert_false(prefix_set_is_full(set, universe->family));
}

static void check_round(uint64_t *seed, const struct universe *universe, bool thorough)
{
	CLEANUP(prefix_set_release) struct prefix_set a = { 0 };
	CLEANUP(prefix_set_release) struct prefix_set b = { 0 };
	CLEANUP(prefix_set_release) struct prefix_set united = { 0 };
	CLEANUP(prefix_set_release) struct prefix_set difference = { 0 };
	CLEANUP(prefix_set_release) struct prefix_set common = { 0 };
	struct model in_a, in_b, in_either, in_a_only, in_both;

	fill(seed, universe, &a, &in_a);
	fill(seed, universe, &b, &in_b);
	for (unsigned i = 0; i < SPAN; i++) {
		in_either.has[i] = in_a.has[i] || in_b.has[i];
		in_a_only.has[i] = in_a.has[i] && !in_b.has[i];
		in_both.has[i] = in_a.has[i] && in_b.has[i];
	}
	prefix_set_copy(&united, &a);
	prefix_set_add_set(&united, &b);
	prefix_set_normalize(&united);
	prefix_set_copy(&difference, &a);
	prefix_set_subtract(&difference, &b);
	prefix_set_copy(&common, &a);
	prefix_set_intersect(&common, &b);

	assert_equals_model(&a, universe, &in_a);
	assert_equals_model(&united, universe, &in_either);
	assert_equals_model(&difference, universe, &in_a_only);
	assert_equals_model(&common, universe, &in_both);
	assert_int_equal(prefix_set_is_within(&a, &b), prefix_set_is_empty(&difference));
	assert_int_equal(prefix_set_is_within(&common, &b), true);
	assert_int_equal(prefix_set_meets(&a, &b), !prefix_set_is_empty(&common));
	assert_int_equal(prefix_set_meets(&difference, &b), false);
	assert_int_equal(prefix_set_equal(&a, &b), memcmp(&in_a, &in_b, sizeof(in_a)) == 0);
	check_questions(&a, universe, &in_a);
	check_prefixes(&difference, universe, &in_a_only);
	if (thorough)
		check_covers(&united, universe, &in_either);
}

static void test_against_model(void **state)
{
	uint64_t seed = 3;

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++)
		check_round(&seed, &universes[round % COUNT(universes)], round % 8 == 0);
}

static void test_whole_families(void **state)
{
	static const struct {
		enum family family;
		const char *all, *low, *high, *first, *last;
	} rows[] = {
		{ FAMILY_IPV4, "0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "0.0.0.0", "255.255.255.255" },
		{ FAMILY_IPV6, "::/0", "::/1", "8000::/1", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(prefix_set_release) struct prefix_set all = { 0 };
		CLEANUP(prefix_set_release) struct prefix_set ends = { 0 };
		prefix_vec prefixes = { 0 };

		// Two touching halves are the whole, in one range and one prefix.
		add_text(&all, rows[i].high);
		add_text(&all, rows[i].low);
		prefix_set_normalize(&all);
		assert_true(prefix_set_is_full(&all, rows[i].family));
		assert_int_equal(all.ranges.count, 1);
		prefix_set_to_prefixes(&all, rows[i].family, &prefixes);
		assert_int_equal(prefixes.count, 1);
		assert_int_equal(prefixes.items[0].length, 0);
		vec_release(&prefixes);

		// All but the first and the last address: the worst case of a cover, 2 * (width - 1) blocks.
		add_text(&ends, rows[i].first);
		add_text(&ends, rows[i].last);
		prefix_set_normalize(&ends);
		assert_int_equal(ends.ranges.count, 2);
		prefix_set_subtract(&all, &ends);
		assert_int_equal(all.ranges.count, 1);
		assert_false(prefix_set_is_full(&all, rows[i].family));
		prefix_set_to_prefixes(&all, rows[i].family, &prefixes);
		assert_int_equal(prefixes.count, 2 * ((unsigned)rows[i].family - 1));
		vec_release(&prefixes);

		// And put together again.
		prefix_set_add_set(&all, &ends);
		prefix_set_normalize(&all);
		assert_true(prefix_set_is_full(&all, rows[i].family));
		prefix_set_subtract(&all, &all);
		assert_true(prefix_set_is_empty(&all));
	}
}

// The last IPv4 address and the first IPv6 address are not neighbours, and no operation on one family sees the other.
static void test_families_apart(void **state)
{
	CLEANUP(prefix_set_release) struct prefix_set set = { 0 };
	CLEANUP(prefix_set_release) struct prefix_set all_ipv4 = { 0 };
	const struct address_range *ranges;
	size_t count;

	(void)state;
	add_text(&set, "::");
	add_text(&set, "255.255.255.255");
	add_text(&set, "::/127");
	add_text(&set, "255.255.255.254");
	prefix_set_normalize(&set);
	assert_int_equal(set.ranges.count, 2);
	ranges = prefix_set_ranges(&set, FAMILY_IPV6, &count);
	assert_int_equal(count, 1);
	assert_true(ranges[0].first.bits == 0 && ranges[0].last.bits == 1);
	ranges = prefix_set_ranges(&set, FAMILY_IPV4, &count);
	assert_int_equal(count, 1);
	assert_true(ranges[0].first.bits == UINT32_MAX - 1 && ranges[0].last.bits == UINT32_MAX);

	add_text(&all_ipv4, "0.0.0.0/0");
	prefix_set_normalize(&all_ipv4);
	assert_false(prefix_set_is_full(&all_ipv4, FAMILY_IPV6));
	prefix_set_subtract(&set, &all_ipv4);
	assert_false(prefix_set_has_family(&set, FAMILY_IPV4));
	assert_true(prefix_set_has_family(&set, FAMILY_IPV6));
	prefix_set_intersect(&set, &all_ipv4);
	assert_true(prefix_set_is_empty(&set));
}

// One cut that reaches over several ranges takes from each; one range with several cuts loses each.
static void test_subtract_long_cuts(void **state)
{
	CLEANUP(prefix_set_release) struct prefix_set comb = { 0 };
	CLEANUP(prefix_set_release) struct prefix_set block = { 0 };
	prefix_vec prefixes = { 0 };

	(void)state;
	add_text(&comb, "10.0.0.0/30");
	add_text(&comb, "10.0.0.8/30");
	add_text(&comb, "10.0.0.16/30");
	prefix_set_normalize(&comb);
	struct address_range middle = { prefix_of("10.0.0.2").base, prefix_of("10.0.0.17").base };
	prefix_set_add_range(&block, &middle);
	prefix_set_normalize(&block);
	prefix_set_subtract(&comb, &block);
	prefix_set_to_prefixes(&comb, FAMILY_IPV4, &prefixes);
	assert_int_equal(prefixes.count, 2);
	assert_int_equal(prefixes.items[0].length, 31);
	assert_true(prefixes.items[1].base.bits == prefix_of("10.0.0.18").base.bits);
	vec_release(&prefixes);
}

static void test_empty(void **state)
{
	struct prefix_set empty = { 0 }, other = { 0 };
	struct address address = { .family = FAMILY_IPV4 };
	prefix_vec prefixes = { 0 };
	size_t count;

	(void)state;
	prefix_set_normalize(&empty);
	prefix_set_copy(&other, &empty);
	prefix_set_add_set(&other, &empty);
	prefix_set_subtract(&other, &empty);
	prefix_set_intersect(&other, &empty);
	assert_true(prefix_set_equal(&empty, &other));
	assert_true(prefix_set_is_empty(&other));
	assert_false(prefix_set_contains(&empty, &address));
	assert_true(prefix_set_is_exact(&empty, FAMILY_IPV4));
	(void)prefix_set_ranges(&empty, FAMILY_IPV4, &count);
	assert_int_equal(count, 0);
	prefix_set_to_prefixes(&empty, FAMILY_IPV6, &prefixes);
	assert_int_equal(prefixes.count, 0);
	prefix_set_release(&empty);
	prefix_set_release(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_model),  cmocka_unit_test(test_whole_families),
		cmocka_unit_test(test_families_apart), cmocka_unit_test(test_subtract_long_cuts),
		cmocka_unit_test(test_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
