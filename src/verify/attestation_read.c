// SPDX-License-Identifier: GPL-2.0-or-later
// A statement of unknown origin: strict JSON, every field of the form and no other, each within its bounds.
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/names.h"
#include "base/number.h"
#include "verify/attestation.h"
#include "verify/fields.h"

struct reading {
	const char *file;
	struct strbuf path;  // of the field that is read: "denials[3].count"
	struct error *err;
};

static int read_fields(struct reading *r, const struct field *rows, const json_t *object, void *base);

static int refuse(struct reading *r, const char *why)
{
	return error_set(r->err, -EBADMSG, "%.300s: field \"%.200s\" %s", r->file, strbuf_text(&r->path), why);
}

static size_t path_enter(struct reading *r, const char *key)
{
	size_t length = r->path.length;

	strbuf_format(&r->path, "%s%s", length ? "." : "", key);
	return length;
}

static void path_leave(struct reading *r, size_t length)
{
	r->path.length = length;
	if (r->path.text)
		r->path.text[length] = '\0';
}

// One line of what a terminal shows as it is.
static bool is_plain(const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++)
		if (*c < 0x20 || *c == 0x7f)
			return false;
	return true;
}

static int read_plain(struct reading *r, const struct field *row, const char *text, char **out)
{
	if (!*text && !row->may_be_empty)
		return refuse(r, "is empty");
	if (strlen(text) > row->maximum)
		return refuse(r, "is too long");
	if (!is_plain(text))
		return refuse(r, "has control characters");
	*out = memory_copy_text(text);
	return 0;
}

static int read_address(struct reading *r, const struct field *row, const char *text, char **out)
{
	struct address address;

	if (*text && (address_parse(text, &address, NULL) < 0 || address.family != (enum family)row->maximum))
		return refuse(r, "is no address of its family");
	*out = memory_copy_text(text);
	return 0;
}

static int read_prefix(struct reading *r, const struct field *row, const char *text, char **out)
{
	const char *slash = strchr(text, '/');
	AUTO_FREE char *bare = memory_copy_bytes(text, slash ? (size_t)(slash - text) : 0);
	struct address address;
	uint64_t length;

	if (*text &&
	    (!slash || address_parse(bare, &address, NULL) < 0 || address.family != (enum family)row->maximum ||
	     number_parse(slash + 1, row->maximum, &length) < 0))
		return refuse(r, "is no address with the length of its subnet");
	*out = memory_copy_text(text);
	return 0;
}

static int read_mac(struct reading *r, const char *text, char **out)
{
	static const char form[] = "xx:xx:xx:xx:xx:xx";
	bool good = strlen(text) == sizeof(form) - 1;

	for (size_t i = 0; good && i < sizeof(form) - 1; i++)
		good = form[i] == ':' ? text[i] == ':' : strchr("0123456789abcdef", text[i]) != NULL;
	if (*text && !good)
		return refuse(r, "is no hardware address");
	*out = memory_copy_text(text);
	return 0;
}

static int read_digest(struct reading *r, const char *text, char *out)
{
	if (strlen(text) != SHA256_TEXT_SIZE - 1 || strspn(text, "0123456789abcdef") != SHA256_TEXT_SIZE - 1)
		return refuse(r, "is no SHA-256 digest (64 digits)");
	memcpy(out, text, SHA256_TEXT_SIZE);
	return 0;
}

static int read_word(struct reading *r, const struct field *row, const char *text, unsigned *out)
{
	for (size_t i = 0; i < row->word_count; i++)
		if (row->words[i] && strcmp(row->words[i], text) == 0) {
			*out = (unsigned)i;
			return 0;
		}
	return refuse(r, "has a word that is none of its own");
}

static int read_text(struct reading *r, const struct field *row, const json_t *value, void *at)
{
	const char *text = json_string_value(value);

	if (!text)
		return refuse(r, "is no text");
	switch (row->kind) {
	case FIELD_TEXT:
		return read_plain(r, row, text, at);
	case FIELD_ADDRESS:
		return read_address(r, row, text, at);
	case FIELD_PREFIX:
		return read_prefix(r, row, text, at);
	case FIELD_MAC:
		return read_mac(r, text, at);
	case FIELD_DIGEST:
		return read_digest(r, text, at);
	case FIELD_TIME:
		return time_parse(text, at) < 0 ? refuse(r, "is no time like 2026-11-27T20:55:30Z") : 0;
	case FIELD_WORD:
		return read_word(r, row, text, at);
	case FIELD_NUMBER:
	case FIELD_PREFIXES:
	case FIELD_OBJECT:
	case FIELD_LIST:
		break;
	}
	return refuse(r, "is no text");
}

static int read_number(struct reading *r, const struct field *row, const json_t *value, uint64_t *out)
{
	json_int_t number = json_integer_value(value);

	if (!json_is_integer(value))
		return refuse(r, "is no whole number");
	if (number < 0 || (uint64_t)number > row->maximum)
		return refuse(r, "is out of bounds");
	*out = (uint64_t)number;
	return 0;
}

static int read_prefixes(struct reading *r, const struct field *row, const json_t *value, struct prefix_set *out)
{
	if (!json_is_array(value))
		return refuse(r, "is no list");
	if (json_array_size(value) > row->maximum)
		return refuse(r, "is too long");
	for (size_t i = 0; i < json_array_size(value); i++) {
		const char *text = json_string_value(json_array_get(value, i));
		struct prefix prefix;

		if (!text || prefix_parse(text, &prefix, NULL) < 0) {
			strbuf_format(&r->path, "[%zu]", i);
			return refuse(r, "is no CIDR block");
		}
		prefix_set_add(out, &prefix);
	}
	prefix_set_normalize(out);
	return 0;
}

static int read_list(struct reading *r, const struct field *row, const json_t *value, struct any_vec *out)
{
	size_t length = r->path.length, count = json_array_size(value);
	int result = 0;

	if (!json_is_array(value))
		return refuse(r, "is no list");
	if (count > row->maximum)
		return refuse(r, "is too long");
	if (count)
		out->items = memory_new(count, row->size);
	out->capacity = count;
	// An item counts as soon as it is begun: a failed one is released with the rest.
	while (result == 0 && out->count < count) {
		size_t i = out->count++;
		strbuf_format(&r->path, "[%zu]", i);
		result = read_fields(r, row->rows, json_array_get(value, i), (char *)out->items + i * row->size);
		path_leave(r, length);
	}
	return result;
}

static int read_field(struct reading *r, const struct field *row, const json_t *value, void *base)
{
	void *at = (char *)base + row->offset;

	switch (row->kind) {
	case FIELD_NUMBER:
		return read_number(r, row, value, at);
	case FIELD_PREFIXES:
		return read_prefixes(r, row, value, at);
	case FIELD_OBJECT:
		return read_fields(r, row->rows, value, base);
	case FIELD_LIST:
		return read_list(r, row, value, at);
	case FIELD_TEXT:
	case FIELD_ADDRESS:
	case FIELD_PREFIX:
	case FIELD_MAC:
	case FIELD_DIGEST:
	case FIELD_TIME:
	case FIELD_WORD:
		break;
	}
	return read_text(r, row, value, at);
}

// The first key that the form does not have.
static int check_unknown(struct reading *r, const struct field *rows, const json_t *object)
{
	const char *keys[64];
	const char *key;
	const json_t *value;
	size_t count = 0;

	for (const struct field *row = rows; row->key && count < sizeof(keys) / sizeof(keys[0]); row++)
		keys[count++] = row->key;
	json_object_foreach ((json_t *)(uintptr_t)object, key, value) {
		bool known = false;
		for (size_t i = 0; i < count; i++)
			known = known || strcmp(keys[i], key) == 0;
		if (known)
			continue;
		const char *nearest = names_nearest(key, keys, count);
		AUTO_FREE char *why = nearest ? memory_format("is unknown; did you mean \"%s\"?", nearest)
					      : memory_copy_text("is unknown");
		(void)path_enter(r, key);
		return refuse(r, why);
	}
	return 0;
}

static int read_fields(struct reading *r, const struct field *rows, const json_t *object, void *base)
{
	if (!json_is_object(object))
		return r->path.length ? refuse(r, "is no object")
				      : error_set(r->err, -EBADMSG, "%.300s: this is no statement: no object", r->file);
	if (check_unknown(r, rows, object) < 0)
		return -EBADMSG;
	for (const struct field *row = rows; row->key; row++) {
		const json_t *value = json_object_get(object, row->key);
		size_t length = path_enter(r, row->key);
		int result = value ? read_field(r, row, value, base) : refuse(r, "is missing");

		if (result < 0)
			return result;
		path_leave(r, length);
	}
	return 0;
}

// The last key before a byte of the text, shown where a document ends too early; "" when there is none.
static char *key_before(const char *text, size_t length, size_t byte)
{
	for (size_t end = byte < length ? byte : length; end > 1; end--) {
		if (text[end - 1] != ':' || text[end - 2] != '"')
			continue;
		size_t first = end - 2;
		while (first > 0 && text[first - 1] != '"')
			first--;
		return memory_copy_bytes(text + first, end - 2 - first);
	}
	return memory_copy_text("");
}

static int refuse_json(const char *file, const char *text, size_t length, const json_error_t *at, struct error *err)
{
	AUTO_FREE char *key = key_before(text, length, at->position > 0 ? (size_t)at->position : 0);

	if (!*key)
		return error_set(err, -EBADMSG, "%.300s:%d:%d: this is no statement: %s", file, at->line, at->column,
				 at->text);
	return error_set(err, -EBADMSG, "%.300s:%d:%d: the statement is cut off or damaged at field \"%.100s\": %s",
			 file, at->line, at->column, key, at->text);
}

static int read_root(struct reading *r, const json_t *root, struct attestation *statement)
{
	const json_t *form = json_object_get(root, "vpcjail-attestation");

	// Said first: of another form nothing else can be said.
	if (json_is_integer(form) && json_integer_value(form) != ATTESTATION_FORM) {
		(void)path_enter(r, "vpcjail-attestation");
		return refuse(r, "is of a form that this vpcjail does not read");
	}
	return read_fields(r, attestation_fields, root, statement);
}

int attestation_read(const char *file, const char *text, size_t length, struct attestation *statement,
		     struct error *err)
{
	struct reading r = { .file = file, .err = err };
	struct attestation made = { 0 };
	json_error_t at;

	if (length > ATTESTATION_MAXIMUM)
		return error_set(err, -EBADMSG, "%.300s: this is no statement: it is too large", file);
	json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &at);
	if (!root)
		return refuse_json(file, text, length, &at, err);
	int result = read_root(&r, root, &made);
	json_decref(root);
	strbuf_release(&r.path);
	if (result == 0 && attestation_check(&made, err) < 0) {
		(void)error_prefix(err, "%.300s", file);
		result = -EBADMSG;
	}
	if (result < 0)
		attestation_release(&made);
	else
		*statement = made;
	return result;
}
