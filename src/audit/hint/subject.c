// SPDX-License-Identifier: GPL-2.0-or-later
// What of an event hints look at: its name in one form, the service and Region in it. See subject.h.
#include "audit/hint/subject.h"

#include <string.h>

#include "dns/made_up.h"
#include "policy/service_name.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

// Addresses of a site. Blocks that no site uses (documentation, benchmarking) count as public: made-up addresses that
// stand for public ones are of them.
static const struct prefix site[] = {
	IPV4_PREFIX(10, 0, 0, 0, 8),
	IPV4_PREFIX(100, 64, 0, 0, 10),
	IPV4_PREFIX(127, 0, 0, 0, 8),
	IPV4_PREFIX(169, 254, 0, 0, 16),
	IPV4_PREFIX(172, 16, 0, 0, 12),
	IPV4_PREFIX(192, 0, 0, 0, 24),
	IPV4_PREFIX(192, 168, 0, 0, 16),
	IPV4_PREFIX(224, 0, 0, 0, 4),
	IPV6_PREFIX(0, 0, 127),
	IPV6_PREFIX(0xfc00000000000000, 0, 7),
	IPV6_PREFIX(0xfe80000000000000, 0, 10),
	IPV6_PREFIX(0xff00000000000000, 0, 8),
};

static bool is_of_site(const struct address *address)
{
	for (size_t i = 0; i < COUNT(site); i++)
		if (prefix_contains(&site[i], address))
			return true;
	return false;
}

static bool is_in(char c, char first, char last)
{
	return c >= first && c <= last;
}

// "eu-west-1", "us-gov-east-1": two letters or more, words, one or two digits.
static bool is_region(const char *label, size_t length)
{
	size_t words = 0, i = 0;

	while (i < length && is_in(label[i], 'a', 'z')) {
		while (i < length && is_in(label[i], 'a', 'z'))
			i++;
		if (i == length || label[i] != '-')
			return false;
		i++;
		words++;
	}
	size_t digits = length - i;
	for (; i < length; i++)
		if (!is_in(label[i], '0', '9'))
			return false;
	return words >= 2 && digits >= 1 && digits <= 2 && length < SUBJECT_REGION_SIZE;
}

// The last label that has the form of a Region: a bucket's name in front may have it too. S3's legacy names have
// "s3-REGION".
static void find_region(struct hint_subject *subject)
{
	const char *label = subject->name;

	while (*label) {
		size_t length = strcspn(label, ".");
		size_t skip = strncmp(label, "s3-", 3) == 0 ? 3 : 0;

		if (is_region(label + skip, length - skip)) {
			memcpy(subject->region, label + skip, length - skip);
			subject->region[length - skip] = '\0';
		}
		label += length + (label[length] == '.');
	}
}

// Names of AWS end in one of these; the search through all services is for them alone.
static bool is_of_aws(const char *name)
{
	static const char *const ends[] = { ".amazonaws.com",    ".aws",
					    ".amazonaws.com.cn", ".amazonwebservices.com.cn",
					    ".com.cn",           ".ic.gov",
					    ".sgov.gov",         ".scloud" };
	size_t length = strlen(name);

	for (size_t i = 0; i < COUNT(ends); i++) {
		size_t end = strlen(ends[i]);
		if (length > end && strcmp(name + length - end, ends[i]) == 0)
			return true;
	}
	return false;
}

static const char *service_in(const char *region, const char *name)
{
	char copy[SUBJECT_REGION_SIZE];
	struct profile profile = { .vpc.region.text = copy };
	size_t length = strlen(region);

	if (length >= sizeof(copy))
		return NULL;
	memcpy(copy, region, length + 1);
	return endpoint_service_of_name(&profile, name);
}

static void find_service(struct hint_subject *subject)
{
	if (!is_of_aws(subject->name))
		return;
	find_region(subject);
	if (subject->region[0])
		subject->service = service_in(subject->region, subject->name);
	if (!subject->service) {
		subject->region[0] = '\0';
		if (subject->own_region)
			subject->service = service_in(subject->own_region, subject->name);
	}
}

static void copy_lower(const char *text, char out[static SUBJECT_NAME_SIZE])
{
	size_t length = text ? strlen(text) : 0;

	if (length && text[length - 1] == '.')
		length--;
	if (length >= SUBJECT_NAME_SIZE)
		length = 0;
	for (size_t i = 0; i < length; i++)
		out[i] = is_in(text[i], 'A', 'Z') ? (char)(text[i] - 'A' + 'a') : text[i];
	out[length] = '\0';
}

static void find_program(const struct event_process *process, char out[static SUBJECT_NAME_SIZE])
{
	const char *path = process->arguments.count ? process->arguments.items[0] : "";
	const char *slash = strrchr(path, '/');
	const char *base = slash && slash[1] ? slash + 1 : path;
	size_t length = strlen(base);

	if (length >= SUBJECT_NAME_SIZE)
		length = SUBJECT_NAME_SIZE - 1;
	memcpy(out, base, length);
	out[length] = '\0';
}

// A made-up address that is not of the range of unknown names is of a gateway endpoint's prefix list.
static enum hint_fact fact_of(const struct event *event)
{
	static const char uplink[] = "uplink_", allowed[] = "allowed by the profile";

	if (event->kind == EVENT_PACKET && event->reason && strncmp(event->layer, uplink, strlen(uplink)) == 0 &&
	    strncmp(event->reason, allowed, strlen(allowed)) == 0)
		return HINT_NOT_CARRIED;
	if (event->kind == EVENT_NAME && event->stand_in.family != FAMILY_NONE &&
	    !prefix_contains(&dns_made_up_range, &event->stand_in))
		return HINT_OWN_GATEWAY;
	return HINT_NO_FACT;
}

void hint_subject_of(const struct event *event, const struct hint_facts *facts, struct hint_subject *subject)
{
	*subject = (struct hint_subject){ .event = event, .own_region = facts ? facts->region : NULL };
	copy_lower(event->name, subject->name);
	find_service(subject);
	find_program(&event->process, subject->program);
	subject->is_private = is_of_site(&event->flow.remote);
	subject->fact = fact_of(event);
}
