// SPDX-License-Identifier: GPL-2.0-or-later
// Hosts that do not let the job in: a prefix list of an imported profile, and its route to nowhere. See part.h.
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "import/profile/part.h"

enum { INLINE_HOSTS = 20, TOLD_HOSTS = 1000 };  // more stand in a file, where there is one; else only their blocks

static const char not_let_in[] = "their groups do not let the job in";

static int by_address(const void *left, const void *right)
{
	const struct assembled_host *a = *(const struct assembled_host *const *)left;
	const struct assembled_host *b = *(const struct assembled_host *const *)right;

	if (a->address.family != b->address.family)
		return a->address.family < b->address.family ? -1 : 1;
	if (a->address.bits != b->address.bits)
		return a->address.bits < b->address.bits ? -1 : 1;
	return strcmp(a->interface->thing.id, b->interface->thing.id);
}

static char *free_id(const struct text_draft *draft)
{
	char *id = memory_copy_text("pl-not-let-in");

	for (unsigned number = 2; text_list(draft, id); number++) {
		free(id);
		id = memory_format("pl-not-let-in-%u", number);
	}
	return id;
}

void text_draft_closed(struct text_draft *draft)
{
	size_t kept = 0;

	for (size_t i = 0; i < draft->count; i++)
		vec_for_each (host, &draft->assemblies[i].closed)
			vec_push(&draft->closed, host);
	if (!draft->closed.count)
		return;
	qsort((void *)draft->closed.items, draft->closed.count, sizeof(*draft->closed.items), by_address);
	vec_for_each (host, &draft->closed)
		if (!kept || !address_equal(&draft->closed.items[kept - 1]->address, &(*host)->address))
			draft->closed.items[kept++] = *host;
	draft->closed.count = kept;
	draft->closed_list = free_id(draft);
}

// "eni-1 (db): sg-db, sg-x"
static void describe(const struct assembled_host *host, struct strbuf *out)
{
	const char *separator = ": ";

	text_thing(out, &host->interface->thing);
	vec_for_each (id, &host->interface->groups) {
		strbuf_add(out, separator);
		text_foreign(out, *id);
		separator = ", ";
	}
}

static void add_closed(const struct text_draft *draft, struct prefix_set *closed)
{
	vec_for_each (host, &draft->closed) {
		struct prefix prefix = prefix_of_address(&(*host)->address);

		prefix_set_add(closed, &prefix);
	}
	prefix_set_normalize(closed);
}

static const char purpose[] = "hosts whose groups let the job in by no rule, as the job's let them in by none";

static void write_file(const struct text_draft *draft, const char *name)
{
	struct beside_file file = { .name = memory_copy_text(name) };
	AUTO_STRBUF struct strbuf text = { 0 };
	char out[PREFIX_TEXT_SIZE];

	strbuf_format(&text, "# %s\n", purpose);
	vec_for_each (host, &draft->closed) {
		struct prefix prefix = prefix_of_address(&(*host)->address);

		strbuf_format(&text, "%s  # ", prefix_print(&prefix, out));
		describe(*host, &text);
		strbuf_add_char(&text, '\n');
	}
	file.text = strbuf_steal(&text);
	vec_push(&draft->out->beside, file);
}

static struct node *inline_blocks(const struct text_draft *draft)
{
	static const enum family families[] = { FAMILY_IPV4, FAMILY_IPV6 };
	CLEANUP(prefix_set_release) struct prefix_set closed = { 0 };
	struct node *entries = node_new(NODE_SEQUENCE);
	prefix_vec blocks = { 0 };

	add_closed(draft, &closed);
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		prefix_set_to_prefixes(&closed, families[i], &blocks);
	vec_for_each (block, &blocks)
		node_append(entries, text_prefix(block));
	vec_release(&blocks);
	return entries;
}

static struct node *inline_hosts(const struct text_draft *draft)
{
	struct node *entries = node_new(NODE_SEQUENCE);

	entries->style = NODE_STYLE_BLOCK;
	vec_for_each (host, &draft->closed) {
		struct prefix prefix = prefix_of_address(&(*host)->address);
		struct node *entry = text_prefix(&prefix);
		AUTO_STRBUF struct strbuf aside = { 0 };

		describe(*host, &aside);
		node_set_aside(entry, strbuf_text(&aside));
		node_append(entries, entry);
	}
	return entries;
}

void text_closed_list(const struct text_draft *draft, struct node *lists)
{
	struct node *row;

	if (!draft->closed_list)
		return;
	row = node_new(NODE_MAPPING);
	node_add_note(row, purpose);
	if (draft->options->stem && draft->closed.count > INLINE_HOSTS) {
		AUTO_FREE char *name = memory_format("%s.%s.txt", draft->options->stem, draft->closed_list);

		row->style = NODE_STYLE_FLOW;
		write_file(draft, name);
		node_set(row, "file", node_scalar(name));
	} else {
		node_set(row, "entries", draft->closed.count > TOLD_HOSTS ? inline_blocks(draft) : inline_hosts(draft));
	}
	node_set(lists, draft->closed_list, row);
}

static bool is_route(const text_route_vec *routes, const struct prefix *block)
{
	vec_for_each (route, routes)
		if (!route->is_list && text_same_prefix(&route->prefix, block))
			return true;
	return false;
}

// Of one length with a list's entry a block decides: the closed list's own entries may be merged into shorter ones.
static void close_in_lists(const struct text_draft *draft, text_route_vec *routes)
{
	const size_t count = routes->count;

	vec_for_each (host, &draft->closed) {
		struct text_route route = { .prefix = prefix_of_address(&(*host)->address), .target = ROUTE_BLACKHOLE };

		for (size_t i = 0; i < count; i++) {
			const struct text_route *other = &routes->items[i];
			const struct assembled_list *list = other->is_list ? text_list(draft, other->list) : NULL;

			if (!list || other->target == ROUTE_BLACKHOLE || is_route(routes, &route.prefix) ||
			    !prefix_set_contains(&list->entries, &(*host)->address))
				continue;
			route.note = memory_copy_text(not_let_in);
			vec_push(routes, route);
		}
	}
}

void text_closed_route(const struct text_draft *draft, text_route_vec *routes)
{
	CLEANUP(prefix_set_release) struct prefix_set closed = { 0 };
	struct text_route route = { .is_list = true, .list = draft->closed_list, .target = ROUTE_BLACKHOLE };

	if (!draft->closed_list)
		return;
	add_closed(draft, &closed);
	// Of one length with a block of the list, or longer: it would decide before the list does.
	vec_for_each (other, routes)
		if (!other->is_list && prefix_set_covers(&closed, &other->prefix))
			other->target = ROUTE_BLACKHOLE;
	close_in_lists(draft, routes);
	route.note = memory_copy_text(not_let_in);
	vec_push(routes, route);
}

char *text_wider(const struct text_draft *draft)
{
	const struct assembly *most = draft->first;
	AUTO_STRBUF struct strbuf text = { 0 };
	char out[ADDRESS_TEXT_SIZE];

	for (size_t i = 0; i < draft->count; i++)
		if (draft->assemblies[i].wider > most->wider)
			most = &draft->assemblies[i];
	if (!most->wider)
		return NULL;
	strbuf_format(&text,
		      "WIDER than AWS at %zu address%s: hosts whose groups let in less than the job's let out, as ",
		      most->wider, most->wider == 1 ? "" : "es");
	strbuf_format(&text, "%s, ", address_print(&most->wider_example.address, out));
	describe(&most->wider_example, &text);
	strbuf_add(&text, ". AWS asks the groups of both ends, a profile those of the job.");
	return strbuf_steal(&text);
}
