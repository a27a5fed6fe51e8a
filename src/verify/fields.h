// SPDX-License-Identifier: GPL-2.0-or-later
// The form of a statement as rows: key, kind, and where it stands in the struct. Inside src/verify only.
#ifndef VPCJAIL_VERIFY_FIELDS_H
#define VPCJAIL_VERIFY_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum field_kind {
	FIELD_TEXT,      // char *
	FIELD_ADDRESS,   // char *: an address, or ""
	FIELD_PREFIX,    // char *: an address with the length of its subnet, or ""
	FIELD_MAC,       // char *: a hardware address, or ""
	FIELD_DIGEST,    // digest_text
	FIELD_TIME,      // int64_t; written as RFC 3339 in UTC
	FIELD_NUMBER,    // uint64_t, at most `maximum`
	FIELD_WORD,      // unsigned: which of `words`
	FIELD_PREFIXES,  // struct prefix_set
	FIELD_OBJECT,    // fields `rows` of the same struct
	FIELD_LIST,      // VEC of structs of `size` bytes with fields `rows`, at most `maximum`
};

struct field {
	const char *key;  // NULL ends the rows
	enum field_kind kind;
	size_t offset;
	const struct field *rows;
	size_t size;
	uint64_t maximum;  // of a text: bytes; of an address: the family
	const char *const *words;
	size_t word_count;
	bool may_be_empty;  // of a text
};

extern const struct field attestation_fields[];

// What every VEC is.
struct any_vec {
	void *items;
	size_t count;
	size_t capacity;
};

// "2026-11-27T20:55:30Z" and back; -1 when text is no such time. out holds TIME_TEXT_SIZE bytes. Returns out.
enum { TIME_TEXT_SIZE = 32 };
const char *time_print(int64_t seconds, char *out);
int time_parse(const char *text, int64_t *seconds);

// Releases what the rows say is owned.
void fields_release(const struct field *rows, void *base);

#endif
