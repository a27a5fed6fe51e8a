// SPDX-License-Identifier: GPL-2.0-or-later
// From an endpoint to its DNS names: see service_name.h. The patterns are in service_table.c.
#include "policy/service_name.h"

#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "policy/service_table.h"

enum { PATTERN_SIZE = 256 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

// What a Region's names end in. Source: "AWS partitions" (AWS Fault Isolation Boundaries), the SDKs' partitions.
static const struct partition {
	const char *regions;  // what the names of its Regions begin with
	const char *suffix, *dual, *own, *applications;
	bool fips;  // whether the Regions have FIPS names
} partitions[] = {
	{ "cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn", "on.amazonwebservices.com.cn", "sagemaker.com.cn",
	  false },
	{ "us-iso-", "c2s.ic.gov", "api.aws.ic.gov", "on.aws.ic.gov", "sagemaker.aws", true },
	{ "us-isob-", "sc2s.sgov.gov", "api.aws.scloud", "on.aws.scloud", "sagemaker.aws", true },
	{ "us-", "amazonaws.com", "api.aws", "on.aws", "sagemaker.aws", true },  // GovCloud too
	{ "ca-", "amazonaws.com", "api.aws", "on.aws", "sagemaker.aws", true },
	{ "", "amazonaws.com", "api.aws", "on.aws", "sagemaker.aws", false },
};

// An endpoint's service taken apart: "com.amazonaws.eu-west-1.kms-fips" is kms in eu-west-1, its FIPS names alone.
struct named_service {
	char *word;  // owned
	char *region;
	bool fips_only;
};

static void named_service_release(struct named_service *service)
{
	free(service->word);
	free(service->region);
}

static const struct partition *partition_of(const char *region)
{
	const struct partition *partition = partitions;

	while (strncmp(region, partition->regions, strlen(partition->regions)) != 0)
		partition++;
	return partition;
}

// The service's own Region, where its name says one, and what follows it.
static const char *skip_full_name(const char *text, const char *region, char **own_region)
{
	static const char *const fronts[] = { "com.amazonaws.", "cn.com.amazonaws.", "aws.sagemaker." };

	for (size_t i = 0; i < COUNT(fronts); i++) {
		size_t length = strlen(fronts[i]);
		const char *dot = strncmp(text, fronts[i], length) == 0 ? strchr(text + length, '.') : NULL;

		if (!dot)
			continue;
		*own_region = memory_copy_bytes(text + length, (size_t)(dot - text) - length);
		return dot + 1;
	}
	*own_region = memory_copy_text(region);
	return text;
}

static struct named_service take_apart(const char *text, const char *region)
{
	struct named_service service = { 0 };
	const char *word = skip_full_name(text, region, &service.region);
	size_t length = strlen(word), end = strlen("-fips");

	if (!service_name_find(word) && length > end && strcmp(word + length - end, "-fips") == 0) {
		service.word = memory_copy_bytes(word, length - end);
		service.fips_only = service_name_find(service.word);
		if (service.fips_only)
			return service;
		free(service.word);
	}
	service.word = memory_copy_text(word);
	return service;
}

static void add_name(name_vec *names, const char *text)
{
	size_t length = strlen(text);
	AUTO_FREE char *name = memory_copy_bytes(text, length && text[length - 1] == '.' ? length - 1 : length);

	for (char *c = name; *c; c++)
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
	vec_for_each (other, names)
		if (strcmp(*other, name) == 0)
			return;
	vec_push(names, STEAL(name));
}

static const char *value_of(char letter, const char *region, const struct partition *partition)
{
	switch (letter) {
	case 'r':
		return region;
	case 'd':
		return partition->dual;
	case 'o':
		return partition->own;
	case 'm':
		return partition->applications;
	default:
		return partition->suffix;
	}
}

static void add_pattern(name_vec *names, const char *pattern, const char *region)
{
	const struct partition *partition = partition_of(region);
	CLEANUP(strbuf_release) struct strbuf name = { 0 };

	for (; *pattern; pattern++) {
		if (*pattern == '%')
			strbuf_add(&name, value_of(*++pattern, region, partition));
		else
			strbuf_add_char(&name, *pattern);
	}
	add_name(names, strbuf_text(&name));
}

static void add_patterns(name_vec *names, const char *const *patterns, size_t count, const char *region)
{
	for (size_t i = 0; i < count && patterns[i]; i++)
		add_pattern(names, patterns[i], region);
}

// Whether an endpoint of the profile is for the FIPS names of a service alone: then only that one has them.
static bool has_fips_endpoint(const struct profile *profile, const struct named_service *wanted)
{
	bool found = false;

	vec_for_each (endpoint, &profile->endpoints) {
		if (!endpoint->service.text)
			continue;
		CLEANUP(named_service_release)
		struct named_service service = take_apart(endpoint->service.text, profile->vpc.region.text);
		found = found || (service.fips_only && strcmp(service.word, wanted->word) == 0 &&
				  strcmp(service.region, wanted->region) == 0);
	}
	return found;
}

static void add_service_names(const struct profile *profile, const char *text, name_vec *names)
{
	CLEANUP(named_service_release)
	struct named_service service = take_apart(text, profile->vpc.region.text);
	const struct service_name_row *row = service_name_find(service.word);

	if (!row) {
		AUTO_FREE char *guess = memory_format("%s.%%r.%%s", service.word);
		add_pattern(names, guess, service.region);
		return;
	}
	if (!service.fips_only) {
		add_patterns(names, row->names, SERVICE_NAMES, service.region);
		if (strcmp(service.region, "us-east-1") == 0)
			add_patterns(names, row->us_east_1, SERVICE_GLOBAL_NAMES, service.region);
	}
	if (service.fips_only || (partition_of(service.region)->fips && !has_fips_endpoint(profile, &service)))
		add_patterns(names, row->fips, SERVICE_FIPS_NAMES, service.region);
}

void endpoint_dns_names(const struct profile *profile, const struct profile_endpoint *endpoint, name_vec *names)
{
	bool public_names = !endpoint->private_dns.text || strcmp(endpoint->private_dns.text, "no") != 0;

	if (public_names && endpoint->service.text && profile->vpc.region.text)
		add_service_names(profile, endpoint->service.text, names);
	vec_for_each (name, &endpoint->names)
		add_name(names, name->text);
}

void name_vec_release(name_vec *names)
{
	vec_for_each (name, names)
		free(*name);
	vec_release(names);
}

bool endpoint_service_is_known(const char *text)
{
	CLEANUP(named_service_release) struct named_service service = take_apart(text, "");

	return service_name_find(service.word);
}

// Whether a name goes on as a pattern begins, up to its first '%', but for more than the case of letters.
static bool begins_alike(const char *pattern, const char *name)
{
	for (; *pattern && *pattern != '%'; pattern++, name++)
		if ((*pattern | ' ') != (*name | ' '))
			return false;
	return true;
}

// False of nearly all, without filling the pattern in.
static bool may_match(const char *pattern, const char *name)
{
	if (*pattern != '*')
		return begins_alike(pattern, name);
	for (; *name; name++)
		if (*name == '.' && begins_alike(pattern + 1, name))
			return true;
	return false;
}

// Whether one of the patterns, with a Region in it, is the name's: nothing is allocated, for a report asks for many
// names.
static bool patterns_match(const char *const *patterns, size_t count, const char *region, const char *name)
{
	for (size_t i = 0; i < count && patterns[i]; i++) {
		char text[PATTERN_SIZE];
		size_t length = 0;

		if (!may_match(patterns[i], name))
			continue;
		const struct partition *partition = partition_of(region);
		for (const char *from = patterns[i]; *from && length < sizeof(text); from++) {
			if (*from != '%') {
				text[length++] = *from;
				continue;
			}
			const char *value = value_of(*++from, region, partition);
			size_t size = strlen(value), room = sizeof(text) - length;
			memcpy(text + length, value, size < room ? size : room);
			length += size < room ? size : room;
		}
		if (length == sizeof(text))
			continue;
		text[length] = '\0';
		if (endpoint_name_matches(text, name))
			return true;
	}
	return false;
}

static bool has_fips_names(const struct profile *profile, const struct service_name_row *row)
{
	CLEANUP(named_service_release)
	struct named_service service = take_apart(row->service, profile->vpc.region.text);

	return !has_fips_endpoint(profile, &service);
}

const char *endpoint_service_of_name(const struct profile *profile, const char *name)
{
	const char *region = profile->vpc.region.text;
	bool fips = region && partition_of(region)->fips, global = region && strcmp(region, "us-east-1") == 0;

	for (size_t i = 0; region && i < service_name_row_count; i++) {
		const struct service_name_row *row = &service_name_rows[i];

		if (patterns_match(row->names, SERVICE_NAMES, region, name) ||
		    (global && patterns_match(row->us_east_1, SERVICE_GLOBAL_NAMES, region, name)) ||
		    (fips && patterns_match(row->fips, SERVICE_FIPS_NAMES, region, name) &&
		     has_fips_names(profile, row)))
			return row->service;
	}
	return NULL;
}

bool endpoint_name_matches(const char *pattern, const char *name)
{
	size_t length = strlen(name);
	bool wild = pattern[0] == '*' && pattern[1] == '.';
	const char *rest = wild ? pattern + 1 : pattern;  // with its dot: what stands in front ends at a label's end
	size_t rest_length = strlen(rest);

	if (length && name[length - 1] == '.')
		length--;
	if (wild ? length <= rest_length || name[0] == '.' : length != rest_length)
		return false;
	return strncasecmp(name + length - rest_length, rest, rest_length) == 0;
}
