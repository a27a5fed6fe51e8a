// SPDX-License-Identifier: GPL-2.0-or-later
// What fields of rows hold, but for rules, routes and entries (rule.c): see rows.h.
#include <stdlib.h>
#include <string.h>

#include "import/account/rows.h"

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

int compare_texts(const char *a, const char *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

int compare_places(const struct location *a, const struct location *b)
{
	int files = compare_texts(a->file, b->file);

	if (files)
		return files;
	return a->line != b->line ? ORDER(a->line, b->line) : ORDER(a->column, b->column);
}

static int compare_addresses(const struct address *a, const struct address *b)
{
	return a->family != b->family ? ORDER(a->family, b->family) : ORDER(a->bits, b->bits);
}

int compare_prefixes(const struct prefix *a, const struct prefix *b)
{
	int bases = compare_addresses(&a->base, &b->base);

	return bases ? bases : ORDER(a->length, b->length);
}

static void text_release(void *field)
{
	char **text = field;

	free(*text);
	*text = NULL;
}

static bool text_is_empty(const void *field)
{
	char *const *text = field;

	return !*text;
}

static int text_compare(const void *a, const void *b)
{
	char *const *left = a, *const *right = b;

	return compare_texts(*left, *right);
}

const struct field_type field_text = { text_release, text_is_empty, text_compare, NULL };

static void texts_release(void *field)
{
	id_vec *texts = field;

	vec_for_each (text, texts)
		free(*text);
	vec_release(texts);
}

static bool texts_is_empty(const void *field)
{
	const id_vec *texts = field;

	return !texts->count;
}

static int texts_compare(const void *a, const void *b)
{
	const id_vec *left = a, *right = b;

	for (size_t i = 0; i < left->count && i < right->count; i++) {
		int order = strcmp(left->items[i], right->items[i]);
		if (order)
			return order;
	}
	return ORDER(left->count, right->count);
}

static void texts_settle(void *field)
{
	id_vec *texts = field;
	size_t kept = 0;

	if (texts->count < 2)
		return;
	qsort(texts->items, texts->count, sizeof(*texts->items), text_compare);
	for (size_t i = 1; i < texts->count; i++) {
		if (strcmp(texts->items[kept], texts->items[i]) == 0)
			free(texts->items[i]);
		else
			texts->items[++kept] = texts->items[i];
	}
	texts->count = kept + 1;
}

const struct field_type field_texts = { texts_release, texts_is_empty, texts_compare, texts_settle };

static void prefixes_release(void *field)
{
	vec_release((prefix_vec *)field);
}

static bool prefixes_is_empty(const void *field)
{
	return !((const prefix_vec *)field)->count;
}

static int prefixes_compare(const void *a, const void *b)
{
	const prefix_vec *left = a, *right = b;

	for (size_t i = 0; i < left->count && i < right->count; i++) {
		int order = compare_prefixes(&left->items[i], &right->items[i]);
		if (order)
			return order;
	}
	return ORDER(left->count, right->count);
}

const struct field_type field_prefixes = { prefixes_release, prefixes_is_empty, prefixes_compare, NULL };

static void addresses_release(void *field)
{
	vec_release((ip_vec *)field);
}

static bool addresses_is_empty(const void *field)
{
	return !((const ip_vec *)field)->count;
}

static int addresses_compare(const void *a, const void *b)
{
	const ip_vec *left = a, *right = b;

	for (size_t i = 0; i < left->count && i < right->count; i++) {
		int order = compare_addresses(&left->items[i], &right->items[i]);
		if (order)
			return order;
	}
	return ORDER(left->count, right->count);
}

const struct field_type field_addresses = { addresses_release, addresses_is_empty, addresses_compare, NULL };

static bool known_is_empty(const void *field)
{
	return *(const enum known *)field == KNOWN_NOT;
}

static int known_compare(const void *a, const void *b)
{
	return ORDER(*(const enum known *)a, *(const enum known *)b);
}

const struct field_type field_known = { NULL, known_is_empty, known_compare, NULL };

static bool yes_is_empty(const void *field)
{
	return !*(const bool *)field;
}

static int yes_compare(const void *a, const void *b)
{
	return ORDER(*(const bool *)a, *(const bool *)b);
}

const struct field_type field_yes = { NULL, yes_is_empty, yes_compare, NULL };

static bool number_is_empty(const void *field)
{
	return !*(const long *)field;
}

static int number_compare(const void *a, const void *b)
{
	return ORDER(*(const long *)a, *(const long *)b);
}

const struct field_type field_number = { NULL, number_is_empty, number_compare, NULL };

static bool family_is_empty(const void *field)
{
	return !*(const enum family *)field;
}

static int family_compare(const void *a, const void *b)
{
	return ORDER(*(const enum family *)a, *(const enum family *)b);
}

const struct field_type field_family = { NULL, family_is_empty, family_compare, NULL };

static bool type_is_empty(const void *field)
{
	return *(const enum aws_endpoint_type *)field == AWS_ENDPOINT_OTHER;
}

static int type_compare(const void *a, const void *b)
{
	return ORDER(*(const enum aws_endpoint_type *)a, *(const enum aws_endpoint_type *)b);
}

const struct field_type field_endpoint_type = { NULL, type_is_empty, type_compare, NULL };

static void set_release(void *field)
{
	prefix_set_release(field);
}

static bool set_is_empty(const void *field)
{
	return prefix_set_is_empty(field);
}

static int set_compare(const void *a, const void *b)
{
	const struct prefix_set *left = a, *right = b;

	for (size_t i = 0; i < left->ranges.count && i < right->ranges.count; i++) {
		int first = compare_addresses(&left->ranges.items[i].first, &right->ranges.items[i].first);
		int last = compare_addresses(&left->ranges.items[i].last, &right->ranges.items[i].last);
		if (first || last)
			return first ? first : last;
	}
	return ORDER(left->ranges.count, right->ranges.count);
}

const struct field_type field_set = { set_release, set_is_empty, set_compare, NULL };
