// SPDX-License-Identifier: GPL-2.0-or-later
// A prefix list from one of AWS's own JSON documents: see prefix_json.h.
//
// Sources: get-managed-prefix-list-entries and describe-prefix-lists (AWS CLI Command Reference, ec2); "AWS IP address
// ranges" (Amazon VPC User Guide), "Syntax" and "Download the JSON file".
#include "profile/prefix_json.h"

#include <jansson.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/names.h"
#include "profile/prefix_file.h"

enum { MISTAKES_SHOWN = 20 };

#define BLANKS " \t\r\n"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

typedef VEC(char *) name_list;  // owned texts

struct document {
	struct reader *reader;
	struct profile_prefix_list *list;
	const char *file;
	const char *text;
	unsigned wrong;
};

static struct location at_byte(const struct document *document, const char *byte)
{
	struct location at = { .file = document->file, .line = 1, .column = 1 };

	for (const char *c = document->text; c < byte; c++) {
		at.column = *c == '\n' ? 1 : at.column + 1;
		at.line += *c == '\n';
	}
	return at;
}

// The place of a member by its key, and with a value of the one that has it: jansson keeps no places. Where several
// have the same wrong value, the first is as wrong as the others; one written with escapes is not found, and the file
// is told.
static struct location place_of(const struct document *document, const char *key, const char *value)
{
	AUTO_FREE char *quoted_key = memory_format("\"%s\"", key);
	AUTO_FREE char *quoted = memory_format("\"%s\"", value ? value : "");

	for (const char *c = document->text; (c = strstr(c, quoted_key)); c++) {
		const char *after = c + strlen(quoted_key);
		after += strspn(after, BLANKS);
		if (*after++ != ':')
			continue;
		after += strspn(after, BLANKS);
		if (!value)
			return at_byte(document, c);
		if (strncmp(after, quoted, strlen(quoted)) == 0)
			return at_byte(document, after);
	}
	const char *bare = value ? strstr(document->text, quoted) : NULL;  // an item of a list of texts
	return at_byte(document, bare ? bare : document->text);
}

// false once enough was said.
static bool may_complain(struct document *document)
{
	if (document->wrong++ < MISTAKES_SHOWN)
		return true;
	if (document->wrong == MISTAKES_SHOWN + 1) {
		struct location at = at_byte(document, document->text);
		reader_error(document->reader, &at, NULL, "more mistakes are in the file");
	}
	return false;
}

static void add_block(struct document *document, const char *key, const json_t *value, const char *array, size_t index)
{
	const char *text = json_string_value(value);
	struct prefix prefix;
	struct error err = { 0 };

	if (text && prefix_parse(text, &prefix, &err) == 0) {
		prefix_set_add(&document->list->entries, &prefix);
	} else if (may_complain(document)) {
		struct location at = place_of(document, text ? key : array, text);
		if (text)
			reader_refuse(document->reader, &at, err.message);
		else
			reader_error(document->reader, &at, NULL, "item %zu of \"%s\" has no CIDR block in \"%s\"",
				     index + 1, array, key);
	}
}

// The member of that name as an array; an empty one after complaining.
static json_t *array_of(struct document *document, const json_t *object, const char *key)
{
	json_t *array = json_object_get(object, key);

	if (!json_is_array(array) && may_complain(document)) {
		struct location at = place_of(document, key, NULL);
		reader_error(document->reader, &at, NULL, "\"%s\" must be a list", key);
	}
	return json_is_array(array) ? array : NULL;
}

static void read_entries(struct document *document, const json_t *root)
{
	const json_t *array = array_of(document, root, "Entries");

	for (size_t i = 0; i < json_array_size(array); i++)
		add_block(document, "Cidr", json_object_get(json_array_get(array, i), "Cidr"), "Entries", i);
}

// Ids are those of one Region: a file of another one may well have the same id.
static void take_name(struct document *document, const char *name)
{
	struct text_value *own = &document->list->name;
	struct location at = place_of(document, "PrefixListId", document->list->id);

	if (own->text && name && strcmp(own->text, name) != 0)
		reader_error(document->reader, &at, "give the file of that list, from its own Region",
			     "prefix list \"%s\" is \"%.80s\" here, but \"%s\" in the profile", document->list->id,
			     name, own->text);
	else if (!own->text && name && strncmp(name, "com.amazonaws.", strlen("com.amazonaws.")) == 0)
		*own = (struct text_value){ .text = memory_copy_text(name), .at = at };
}

static void read_list(struct document *document, const json_t *found)
{
	const json_t *blocks = json_object_get(found, "Cidrs");
	struct location at = place_of(document, "PrefixListId", document->list->id);

	if (!json_is_array(blocks)) {
		reader_error(document->reader, &at,
			     "fetch the list: aws ec2 get-managed-prefix-list-entries --prefix-list-id ID",
			     "prefix list \"%s\" has no \"Cidrs\" here: this names the lists alone",
			     document->list->id);
		return;
	}
	take_name(document, json_string_value(json_object_get(found, "PrefixListName")));
	for (size_t i = 0; i < json_array_size(blocks); i++)
		add_block(document, "Cidrs", json_array_get(blocks, i), "Cidrs", i);
}

static void read_lists(struct document *document, const json_t *root)
{
	const json_t *array = array_of(document, root, "PrefixLists");
	CLEANUP(strbuf_release) struct strbuf ids = { 0 };

	for (size_t i = 0; i < json_array_size(array); i++) {
		const json_t *item = json_array_get(array, i);
		const char *id = json_string_value(json_object_get(item, "PrefixListId"));

		if (id && strcmp(id, document->list->id) == 0) {
			read_list(document, item);
			return;
		}
		strbuf_format(&ids, "%s%s", ids.length ? ", " : "it has ", id ? id : "a list without an id");
	}
	if (array && may_complain(document)) {
		struct location at = place_of(document, "PrefixLists", NULL);
		reader_error(document->reader, &at, ids.text, "prefix list \"%s\" is not in this file",
			     document->list->id);
	}
}

static void add_name(name_list *names, const char *text)
{
	AUTO_FREE char *name = memory_copy_text(text ? text : "");

	for (char *c = name; *c; c++)
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
	vec_for_each (other, names)
		if (strcmp(*other, name) == 0)
			return;
	vec_push(names, STEAL(name));
}

// Where nothing matches: the nearest word that the file has for the key.
static void refuse_choice(struct document *document, const json_t *root, const char *key, const char *wanted)
{
	static const char *const arrays[] = { "prefixes", "ipv6_prefixes" };
	const struct profile_prefix_list *list = document->list;
	AUTO_FREE char *hint = NULL;
	name_list names = { 0 };

	for (size_t a = 0; a < COUNT(arrays); a++) {
		const json_t *array = json_object_get(root, arrays[a]);
		for (size_t i = 0; i < json_array_size(array); i++)
			add_name(&names, json_string_value(json_object_get(json_array_get(array, i), key)));
	}
	const char *nearest = names_nearest(wanted, (const char *const *)names.items, names.count);
	if (nearest)
		hint = memory_format("did you mean \"%s\"?", nearest);
	reader_error(document->reader, &list->file.at, hint, "no range of service %s in Region %s is in %.200s",
		     list->service.text, list->region.text, list->file.text);
	vec_for_each (name, &names)
		free(*name);
	vec_release(&names);
}

static bool has_word(const json_t *item, const char *key, const char *word)
{
	const char *text = json_string_value(json_object_get(item, key));

	return text && strcasecmp(text, word) == 0;
}

// Adds the blocks of the service in the Region and counts them; *service_known: some block is of the service.
static size_t add_ranges(struct document *document, const json_t *root, const char *array_key, const char *key,
			 bool *service_known)
{
	const json_t *array = array_of(document, root, array_key);
	size_t added = 0;

	for (size_t i = 0; i < json_array_size(array); i++) {
		const json_t *item = json_array_get(array, i);
		bool service = has_word(item, "service", document->list->service.text);

		*service_known = *service_known || service;
		if (!service || !has_word(item, "region", document->list->region.text))
			continue;
		add_block(document, key, json_object_get(item, key), array_key, i);
		added++;
	}
	return added;
}

// "com.amazonaws.eu-west-1.s3" is of service s3 in Region eu-west-1.
static void default_choice(struct profile_prefix_list *list)
{
	static const char front[] = "com.amazonaws.";
	const char *region = list->name.text && strncmp(list->name.text, front, strlen(front)) == 0
				 ? list->name.text + strlen(front)
				 : NULL;
	const char *dot = region ? strchr(region, '.') : NULL;

	if (!dot)
		return;
	if (!list->region.text)
		list->region = (struct text_value){ .text = memory_copy_bytes(region, (size_t)(dot - region)),
						    .at = list->name.at };
	if (!list->service.text)
		list->service = (struct text_value){ .text = memory_copy_text(dot + 1), .at = list->name.at };
}

static void read_ip_ranges(struct document *document, const json_t *root)
{
	struct profile_prefix_list *list = document->list;
	const char *date = json_string_value(json_object_get(root, "createDate"));
	bool service_known = false;

	list->approximate = true;
	list->date = memory_copy_text(date);
	default_choice(list);
	if (!list->service.text || !list->region.text) {
		reader_error(document->reader, &list->file.at,
			     "write \"service: s3\" and \"region: eu-west-1\", or the list's name",
			     "%.200s has the ranges of every service: which ones make prefix list \"%s\"?",
			     list->file.text, list->id);
		return;
	}
	size_t added = add_ranges(document, root, "prefixes", "ip_prefix", &service_known);
	if (json_object_get(root, "ipv6_prefixes"))
		added += add_ranges(document, root, "ipv6_prefixes", "ipv6_prefix", &service_known);
	if (!added && !document->wrong)
		refuse_choice(document, root, service_known ? "region" : "service",
			      service_known ? list->region.text : list->service.text);
}

static const struct {
	const char *key;  // by which the document is known
	void (*read)(struct document *document, const json_t *root);
	bool chosen;  // by service and Region
} documents[] = {
	{ "Entries", read_entries, false },
	{ "PrefixLists", read_lists, false },
	{ "prefixes", read_ip_ranges, true },
};

static void read_document(struct document *document, const json_t *root)
{
	const json_t *token = json_object_get(root, "NextToken");
	struct location at = at_byte(document, document->text);

	for (size_t i = 0; i < COUNT(documents); i++) {
		if (!json_object_get(root, documents[i].key))
			continue;
		if (json_is_string(token) && *json_string_value(token)) {
			at = place_of(document, "NextToken", NULL);
			reader_error(document->reader, &at, "fetch it whole, without --max-items",
				     "this is a part of the answer only");
			return;
		}
		if (!documents[i].chosen)
			prefix_list_refuse_choice(document->reader, document->list);
		documents[i].read(document, root);
		return;
	}
	reader_error(document->reader, &at,
		     "give the JSON of get-managed-prefix-list-entries or describe-prefix-lists, or ip-ranges.json",
		     "this JSON has no prefix list");
}

void prefix_json_read(struct reader *reader, const char *file, const char *text, size_t length,
		      struct profile_prefix_list *list)
{
	struct document document = { .reader = reader, .list = list, .file = file, .text = text };
	json_error_t failed;
	json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &failed);

	if (root) {
		read_document(&document, root);
		prefix_set_normalize(&list->entries);
		json_decref(root);
		return;
	}
	struct location at = { .file = file,
			       .line = failed.line > 0 ? (unsigned)failed.line : 1,
			       .column = failed.column > 0 ? (unsigned)failed.column : 1 };
	reader_error(reader, &at, "fetch the file again", "this is not JSON: %s", failed.text);
}
