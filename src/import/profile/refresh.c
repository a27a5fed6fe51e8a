// SPDX-License-Identifier: GPL-2.0-or-later
// A newer import under what a person has decided in the older one: see profile_text.h.
#include <string.h>

#include "base/cleanup.h"
#include "import/profile/profile_text.h"
#include "net/prefix_set.h"
#include "profile/keys.h"

// What AWS says: the newer import has it whole. Everything else is a person's.
static const char *const imported_keys[] = {
	"vpcjail", "prefix-lists", "endpoints", "security-groups", "network-acls", "routes",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool is_in(const char *key, const char *const *keys, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(keys[i], key) == 0)
			return true;
	return false;
}

static struct node_member *member_of(const struct node *mapping, const char *key)
{
	vec_for_each (member, &mapping->members)
		if (strcmp(member->key, key) == 0)
			return member;
	return NULL;
}

// The older value in the newer one's place, with the newer comments.
static void put(struct node *mapping, struct node_member *from)
{
	struct node_member *there = member_of(mapping, from->key);

	if (!there) {
		node_set(mapping, from->key, STEAL(from->value));
		return;
	}
	from->value->note = STEAL(there->value->note);
	node_free(there->value);
	there->value = STEAL(from->value);
}

static void keep(struct node *earlier, struct node *imported, const char *const *replaced, size_t count)
{
	if (!earlier || earlier->kind != NODE_MAPPING)
		return;
	vec_for_each (member, &earlier->members)
		if (!is_in(member->key, replaced, count))
			put(imported, member);
}

static bool is_word(const struct node *mapping, const char *key, const char *word)
{
	const struct node *value = mapping && mapping->kind == NODE_MAPPING ? node_get(mapping, key) : NULL;

	return value && value->kind == NODE_SCALAR && strcmp(value->text, word) == 0;
}

static void add_blocks(const struct node *vpc, const char *key, struct prefix_set *out)
{
	const struct node *list = vpc && vpc->kind == NODE_MAPPING ? node_get(vpc, key) : NULL;
	struct prefix block;

	if (!list || list->kind != NODE_SEQUENCE)
		return;
	vec_for_each (item, &list->items)
		if ((*item)->kind == NODE_SCALAR && prefix_parse((*item)->text, &block, NULL) == 0)
			prefix_set_add(out, &block);
}

static void blocks_of(const struct node *vpc, struct prefix_set *out)
{
	add_blocks(vpc, "cidrs", out);
	add_blocks(vpc, "subnets", out);
	prefix_set_normalize(out);
}

// What a person said of ranges holds for no others.
static bool has_new_ranges(const struct node *earlier, const struct node *imported)
{
	CLEANUP(prefix_set_release) struct prefix_set before = { 0 }, now = { 0 };

	blocks_of(earlier, &before);
	blocks_of(imported, &now);
	return !prefix_set_is_within(&now, &before);
}

static void keep_vpc(struct node *earlier, struct node *imported)
{
	static const char *const replaced[] = { "region", "cidrs", "subnets", "resolver", "located" };
	size_t count = sizeof(replaced) / sizeof(replaced[0]);
	bool moved = is_word(earlier, "located", "here") && has_new_ranges(earlier, imported);

	keep(earlier, imported, replaced, moved ? count : count - 1);
}

// Both sides' comments do, and the stricter word: a job that became isolated at AWS is so here.
static void keep_network(struct node *earlier, struct node *imported)
{
	static const char *const isolation[] = { "isolation" };
	bool isolated = is_word(imported, "isolation", "full");

	keep(earlier, imported, isolation, isolated ? COUNT(isolation) : 0);
}

static const char *title(const struct node *endpoint)
{
	const struct node *name = NULL;

	if (endpoint->kind != NODE_MAPPING)
		return NULL;
	name = node_get(endpoint, "name");
	name = name ? name : node_get(endpoint, "service");
	return name && name->kind == NODE_SCALAR ? name->text : NULL;
}

static struct node *endpoint_of(const struct node *endpoints, const char *wanted)
{
	vec_for_each (endpoint, &endpoints->items)
		if (title(*endpoint) && strcmp(title(*endpoint), wanted) == 0)
			return *endpoint;
	return NULL;
}

// Servers of one's own, and what stands in for an endpoint here, are in no document of AWS.
static void keep_endpoints(struct node *earlier, struct node *tree)
{
	struct node *imported = node_get(tree, "endpoints");

	if (!earlier || earlier->kind != NODE_SEQUENCE)
		return;
	vec_for_each (endpoint, &earlier->items) {
		struct node *same = title(*endpoint) && imported ? endpoint_of(imported, title(*endpoint)) : NULL;
		struct node_member *stand_in =
		    (*endpoint)->kind == NODE_MAPPING ? member_of(*endpoint, "stand-in") : NULL;

		if (same && stand_in && !node_get(same, "stand-in")) {
			node_set(same, "stand-in", STEAL(stand_in->value));
		} else if (!same && is_word(*endpoint, "type", "custom")) {
			if (!imported) {
				imported = node_new(NODE_SEQUENCE);
				node_set(tree, "endpoints", imported);
			}
			(*endpoint)->style = NODE_STYLE_FLOW;
			node_append(imported, STEAL(*endpoint));
		}
	}
}

static size_t place_of(const char *key)
{
	size_t place = 0;

	while (place < profile_keys.count && strcmp(profile_keys.rows[place].path, key) != 0)
		place++;
	return place;
}

static int by_place(const void *left, const void *right)
{
	const struct node_member *a = left, *b = right;
	size_t first = place_of(a->key), second = place_of(b->key);

	return first != second ? (first < second ? -1 : 1) : strcmp(a->key, b->key);
}

struct node *profile_text_refresh(struct node *earlier, struct node *imported)
{
	static const char *const sections[] = { "network", "vpc" };

	if (earlier->kind != NODE_MAPPING || imported->kind != NODE_MAPPING) {
		node_free(earlier);
		return imported;
	}
	if (node_get(imported, "network"))
		keep_network(node_get(earlier, "network"), node_get(imported, "network"));
	if (node_get(imported, "vpc"))
		keep_vpc(node_get(earlier, "vpc"), node_get(imported, "vpc"));
	keep_endpoints(node_get(earlier, "endpoints"), imported);
	vec_for_each (member, &earlier->members)
		if (!is_in(member->key, imported_keys, COUNT(imported_keys)) &&
		    !is_in(member->key, sections, COUNT(sections)))
			put(imported, member);
	if (imported->members.count)
		qsort(imported->members.items, imported->members.count, sizeof(*imported->members.items), by_place);
	node_free(earlier);
	return imported;
}
