// SPDX-License-Identifier: GPL-2.0-or-later
// A set of addresses of both families, kept as sorted, disjoint, non-adjacent ranges.
#ifndef VPCJAIL_NET_PREFIX_SET_H
#define VPCJAIL_NET_PREFIX_SET_H

#include <stddef.h>

#include "base/vec.h"
#include "net/prefix.h"

struct address_range {
	struct address first;  // same family as last; first <= last
	struct address last;
};

// Zeroed is the empty set. ranges: IPv4 before IPv6, ascending, no two touch.
// After prefix_set_add the set is unsorted until prefix_set_normalize.
struct prefix_set {
	VEC(struct address_range) ranges;
	bool dirty;
};

// Adding is O(1) and leaves the set dirty; every other function below demands a normalized set (asserted).
void prefix_set_add(struct prefix_set *set, const struct prefix *prefix);
void prefix_set_add_range(struct prefix_set *set, const struct address_range *range);
void prefix_set_add_set(struct prefix_set *set, const struct prefix_set *other);
void prefix_set_normalize(struct prefix_set *set);  // sorts and merges: O(n log n)

void prefix_set_copy(struct prefix_set *to, const struct prefix_set *from);  // to is released first
void prefix_set_subtract(struct prefix_set *set, const struct prefix_set *less);
void prefix_set_intersect(struct prefix_set *set, const struct prefix_set *with);
// What both have, to the empty *out.
void prefix_set_intersection(const struct prefix_set *set, const struct prefix_set *with, struct prefix_set *out);
bool prefix_set_contains(const struct prefix_set *set, const struct address *address);  // O(log n)
bool prefix_set_covers(const struct prefix_set *set, const struct prefix *prefix);
// Whether every address of set is in outer; whether any is in other. O(n + m).
bool prefix_set_is_within(const struct prefix_set *set, const struct prefix_set *outer);
bool prefix_set_meets(const struct prefix_set *set, const struct prefix_set *other);
bool prefix_set_is_empty(const struct prefix_set *set);
bool prefix_set_has_family(const struct prefix_set *set, enum family family);
bool prefix_set_equal(const struct prefix_set *a, const struct prefix_set *b);

// Every address of the family is in the set.
bool prefix_set_is_full(const struct prefix_set *set, enum family family);

typedef VEC(struct prefix) prefix_vec;

// The smallest list of CIDR blocks of that family that is the same set, ascending; appended to out.
void prefix_set_to_prefixes(const struct prefix_set *set, enum family family, prefix_vec *out);

// All ranges of the family are single addresses (then a hash set does; else an interval set is needed).
bool prefix_set_is_exact(const struct prefix_set *set, enum family family);

// The ranges of one family: a pointer into set and their count.
const struct address_range *prefix_set_ranges(const struct prefix_set *set, enum family family, size_t *count);

void prefix_set_release(struct prefix_set *set);

#endif
