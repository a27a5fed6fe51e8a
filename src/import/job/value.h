// SPDX-License-Identifier: GPL-2.0-or-later
// A value of a job's document, whether it was JSON or YAML, and where it stands.
//
// SageMaker's requests are JSON, the SDK's configuration and manifests are YAML that spells the same members
// (securityGroupIDs, s3URI): members are found whatever the case of their letters. Null is as good as missing.
#ifndef VPCJAIL_IMPORT_JOB_VALUE_H
#define VPCJAIL_IMPORT_JOB_VALUE_H

#include "import/read/reader.h"
#include "profile/node.h"

// Zeroed: no value. Borrowed from its tree, and a small thing to copy.
struct job_value {
	const json_t *json;
	const struct node *node;
	const json_t *parent;  // of json: by it and its key, or index, its place is found; NULL: the root
	const char *key;       // as it is written
	size_t index;
};

bool value_given(const struct job_value *value);
bool value_is_object(const struct job_value *value);
bool value_is_list(const struct job_value *value);

// What it is, for a message: "a text", "a number", "a list", … A literal.
const char *value_kind(const struct job_value *value);

// A text, also an empty one; NULL when it is something else. Of YAML every scalar that is not null.
const char *value_text(const struct job_value *value);

// Yes or no: in YAML as its version 1.1 has them, which the SDK and Kubernetes read; KNOWN_NOT for all else.
enum known value_yes(const struct job_value *value);

// A whole number from 0 to maximum; false for all else.
bool value_number(const struct job_value *value, unsigned maximum, unsigned *number);

// Members of an object and items of a list; no value beyond them.
struct job_value value_member(const struct job_value *value, const char *key);
size_t value_count(const struct job_value *value);
struct job_value value_item(const struct job_value *value, size_t index);

// Calls take for every member in turn.
typedef void value_taker(void *data, const char *key, const struct job_value *value);
void value_each(const struct job_value *value, value_taker *take, void *data);

// reader: of JSON; NULL for YAML, whose nodes know theirs.
struct location value_place(const struct import_reader *reader, const struct job_value *value);

// Whether two names of members differ at most in the case of their letters.
bool value_same_key(const char *one, const char *other);

#endif
