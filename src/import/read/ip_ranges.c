// SPDX-License-Identifier: GPL-2.0-or-later
// ip-ranges.json: the ranges of AWS's services, ten thousand rows of a file that changes every few days.
//
// Source: "AWS IP address ranges" (Amazon VPC User Guide), "Syntax".
#include <string.h>

#include "import/read/reader.h"

// Keeps a word once, sorted: ranges point to it, so that only the list of them moves.
static const char *intern(id_vec *words, const char *word)
{
	size_t low = 0, high = words->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(words->items[middle], word);

		if (order == 0)
			return words->items[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	char *copy = memory_copy_text(word);
	vec_push(words, copy);
	memmove(words->items + low + 1, words->items + low, (words->count - 1 - low) * sizeof(*words->items));
	words->items[low] = copy;
	return copy;
}

// Complains where the row has no such text.
static bool has(struct import_reader *reader, const json_t *row, const char *key, const char *text)
{
	const json_t *value = json_object_get(row, key);

	if (!text && (!value || json_is_null(value) || json_is_string(value)))
		import_error(reader, row, NULL, NULL, "a range has no \"%s\"", key);
	return text;
}

void read_ip_range(struct import_reader *reader, const json_t *row)
{
	struct account *account = reader->account;
	const char *key = json_object_get(row, "ip_prefix") ? "ip_prefix" : "ipv6_prefix";
	const char *region = member_text(reader, row, "region"), *service = member_text(reader, row, "service");
	struct aws_range range;

	if (!has(reader, row, "region", region) || !has(reader, row, "service", service) ||
	    !has(reader, row, key, member_text(reader, row, key)) || !member_prefix(reader, row, key, &range.prefix))
		return;
	range.region = intern(&account->words, region);
	range.service = intern(&account->words, service);
	vec_push(&account->ranges, range);
}

void read_ip_ranges(struct import_reader *reader, const json_t *document)
{
	struct account *account = reader->account;
	const char *date = member_text(reader, document, "createDate");

	if (account->ranges_file && strcmp(account->ranges_file, reader->file) != 0) {
		import_error(reader, document, NULL, "give the later one alone",
			     "ip-ranges.json is given twice, also as %.200s", account->ranges_file);
		return;
	}
	free(account->ranges_date);
	account->ranges_date = memory_copy_text(date);
	free(account->ranges_file);
	account->ranges_file = memory_copy_text(reader->file);
}
