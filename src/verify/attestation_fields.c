// SPDX-License-Identifier: GPL-2.0-or-later
// The fields of a statement, and what owns memory among them.
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "verify/attestation.h"
#include "verify/fields.h"

enum {
	NAME_MAXIMUM = 4096,     // bytes of a text: a profile is named by its path
	LIST_MAXIMUM = 200000,   // lines of one list
	DENIALS_MAXIMUM = 4096,  // what a launch records at most
	UPDATES_MAXIMUM = 4096,  // each may be compiled anew
	STATUS_MAXIMUM = 255,
};
#define UID_MAXIMUM (UINT32_MAX - 1)

static const char *const kind_words[ATTESTATION_KINDS] = {
	[ATTESTATION_RUN] = "run",
	[ATTESTATION_VERIFY] = "verify",
};

// By enum uplink.
static const char *const link_words[] = {
	[UPLINK_NONE] = "none",     [UPLINK_VETH] = "veth",     [UPLINK_MACVLAN] = "macvlan",
	[UPLINK_IPVLAN] = "ipvlan", [UPLINK_DEVICE] = "device", [UPLINK_PASTA] = "pasta",
};

static const char *const outcome_words[OUTCOMES] = {
	[OUTCOME_HELD] = "held",
	[OUTCOME_BROKEN] = "broken",
	[OUTCOME_INCONCLUSIVE] = "inconclusive",
};

#define END                                                                                                            \
	{                                                                                                              \
		NULL                                                                                                   \
	}
#define OF(member) offsetof(struct ROW, member)
#define WORDS(list) .words = (list), .word_count = sizeof(list) / sizeof((list)[0])
#define LIST_OF(fields, type) .rows = (fields), .size = sizeof(struct type), .maximum = LIST_MAXIMUM

#define ROW attestation_library
static const struct field library_fields[] = {
	{ "name", FIELD_TEXT, OF(name), .maximum = NAME_MAXIMUM },
	{ "version", FIELD_TEXT, OF(version), .maximum = NAME_MAXIMUM },
	END,
};
#undef ROW

#define ROW attestation_namespace
static const struct field namespace_fields[] = {
	{ "kind", FIELD_TEXT, OF(kind), .maximum = NAME_MAXIMUM },
	{ "inside", FIELD_NUMBER, OF(inside), .maximum = INT64_MAX },
	{ "outside", FIELD_NUMBER, OF(outside), .maximum = INT64_MAX },
	END,
};
#undef ROW

#define ROW attestation_denial
static const struct field denial_fields[] = {
	{ "layer", FIELD_TEXT, OF(layer), .maximum = NAME_MAXIMUM },
	{ "rule", FIELD_NUMBER, OF(rule), .maximum = UINT32_MAX },
	{ "policy", FIELD_NUMBER, OF(policy), .maximum = UINT32_MAX },
	{ "count", FIELD_NUMBER, OF(count), .maximum = INT64_MAX },
	END,
};
#undef ROW

#define ROW attestation_update
static const struct field update_fields[] = {
	{ "at", FIELD_TIME, OF(at) },
	{ "profile", FIELD_DIGEST, OF(profile) },
	{ "compiled", FIELD_DIGEST, OF(compiled) },
	{ "read-back", FIELD_DIGEST, OF(read_back) },
	{ "ask", FIELD_PREFIXES, OF(ask), .maximum = LIST_MAXIMUM },
	END,
};
#undef ROW

#define ROW attestation_tamper
static const struct field tamper_fields[] = {
	{ "at", FIELD_TIME, OF(at) },
	{ "process", FIELD_TEXT, OF(process), .maximum = NAME_MAXIMUM, .may_be_empty = true },
	{ "what", FIELD_TEXT, OF(what), .maximum = NAME_MAXIMUM },
	END,
};
#undef ROW

#define ROW attestation_probe
static const struct field probe_fields[] = {
	{ "name", FIELD_TEXT, OF(name), .maximum = NAME_MAXIMUM },
	{ "promised", FIELD_TEXT, OF(promised), .maximum = NAME_MAXIMUM },
	{ "tried", FIELD_TEXT, OF(tried), .maximum = NAME_MAXIMUM },
	{ "outcome", FIELD_WORD, OF(outcome), WORDS(outcome_words) },
	END,
};
#undef ROW

#define ROW attestation
static const struct field profile_fields[] = {
	{ "name", FIELD_TEXT, OF(profile), .maximum = NAME_MAXIMUM },
	{ "digest", FIELD_DIGEST, OF(digest) },
	END,
};

static const struct field host_fields[] = {
	{ "subnets", FIELD_PREFIXES, OF(host.subnets), .maximum = LIST_MAXIMUM },
	{ "own", FIELD_PREFIXES, OF(host.own), .maximum = LIST_MAXIMUM },
	{ "gateways", FIELD_PREFIXES, OF(host.gateways), .maximum = LIST_MAXIMUM },
	{ "nameservers", FIELD_PREFIXES, OF(host.nameservers), .maximum = LIST_MAXIMUM },
	{ "proxies", FIELD_PREFIXES, OF(host.proxies), .maximum = LIST_MAXIMUM },
	END,
};

static const struct field link_fields[] = {
	{ "uplink", FIELD_WORD, OF(link.uplink), WORDS(link_words) },
	{ "device", FIELD_TEXT, OF(link.device), .maximum = LINK_NAME_SIZE - 1, .may_be_empty = true },
	{ "inside", FIELD_TEXT, OF(link.inside), .maximum = LINK_NAME_SIZE - 1, .may_be_empty = true },
	{ "ipv4", FIELD_PREFIX, OF(link.own[0]), .maximum = FAMILY_IPV4 },
	{ "ipv6", FIELD_PREFIX, OF(link.own[1]), .maximum = FAMILY_IPV6 },
	{ "ipv4-gateway", FIELD_ADDRESS, OF(link.gateways[0]), .maximum = FAMILY_IPV4 },
	{ "ipv6-gateway", FIELD_ADDRESS, OF(link.gateways[1]), .maximum = FAMILY_IPV6 },
	{ "mac", FIELD_MAC, OF(link.mac) },
	{ "ask", FIELD_PREFIXES, OF(link.ask), .maximum = LIST_MAXIMUM },
	END,
};

static const struct field ruleset_fields[] = {
	{ "compiled", FIELD_DIGEST, OF(ruleset.compiled) },
	{ "start", FIELD_DIGEST, OF(ruleset.start) },
	{ "end", FIELD_DIGEST, OF(ruleset.end) },
	END,
};

static const struct field kernel_fields[] = {
	{ "release", FIELD_TEXT, OF(release), .maximum = NAME_MAXIMUM },
	{ "machine", FIELD_TEXT, OF(machine), .maximum = NAME_MAXIMUM },
	END,
};

const struct field attestation_fields[] = {
	{ "vpcjail-attestation", FIELD_NUMBER, OF(form), .maximum = INT64_MAX },
	{ "kind", FIELD_WORD, OF(kind), WORDS(kind_words) },
	{ "vpcjail", FIELD_TEXT, OF(version), .maximum = NAME_MAXIMUM },
	{ "profile", FIELD_OBJECT, .rows = profile_fields },
	{ "host", FIELD_OBJECT, .rows = host_fields },
	{ "link", FIELD_OBJECT, .rows = link_fields },
	{ "ruleset", FIELD_OBJECT, .rows = ruleset_fields },
	{ "filter", FIELD_DIGEST, OF(filter) },
	{ "kernel", FIELD_OBJECT, .rows = kernel_fields },
	{ "libraries", FIELD_LIST, OF(libraries), LIST_OF(library_fields, attestation_library) },
	{ "namespaces", FIELD_LIST, OF(namespaces), LIST_OF(namespace_fields, attestation_namespace) },
	{ "command", FIELD_DIGEST, OF(command) },
	{ "uid", FIELD_NUMBER, OF(uid), .maximum = UID_MAXIMUM },
	{ "start", FIELD_TIME, OF(start) },
	{ "end", FIELD_TIME, OF(end) },
	{ "status", FIELD_NUMBER, OF(status), .maximum = STATUS_MAXIMUM },
	{ "denials", FIELD_LIST, OF(denials), .rows = denial_fields, .size = sizeof(struct attestation_denial),
	  .maximum = DENIALS_MAXIMUM },
	{ "denials-beyond", FIELD_NUMBER, OF(denials_beyond), .maximum = INT64_MAX },
	{ "names-refused", FIELD_NUMBER, OF(names_refused), .maximum = INT64_MAX },
	{ "updates", FIELD_LIST, OF(updates), .rows = update_fields, .size = sizeof(struct attestation_update),
	  .maximum = UPDATES_MAXIMUM },
	{ "tampered", FIELD_LIST, OF(tampered), LIST_OF(tamper_fields, attestation_tamper) },
	{ "tampered-beyond", FIELD_NUMBER, OF(tampered_beyond), .maximum = INT64_MAX },
	{ "probes", FIELD_LIST, OF(probes), LIST_OF(probe_fields, attestation_probe) },
	END,
};
#undef ROW

static void release_list(const struct field *row, struct any_vec *list)
{
	for (size_t i = 0; i < list->count; i++)
		fields_release(row->rows, (char *)list->items + i * row->size);
	vec_release(list);
}

void fields_release(const struct field *rows, void *base)
{
	for (const struct field *row = rows; row->key; row++) {
		void *at = (char *)base + row->offset;

		switch (row->kind) {
		case FIELD_TEXT:
		case FIELD_ADDRESS:
		case FIELD_PREFIX:
		case FIELD_MAC:
			free(*(char **)at);
			break;
		case FIELD_PREFIXES:
			prefix_set_release(at);
			break;
		case FIELD_OBJECT:
			fields_release(row->rows, base);
			break;
		case FIELD_LIST:
			release_list(row, at);
			break;
		case FIELD_DIGEST:
		case FIELD_TIME:
		case FIELD_NUMBER:
		case FIELD_WORD:
			break;
		}
	}
}

void attestation_release(struct attestation *statement)
{
	fields_release(attestation_fields, statement);
	*statement = (struct attestation){ 0 };
}

const char *time_print(int64_t seconds, char *out)
{
	time_t time = (time_t)seconds;
	struct tm parts;

	if (!gmtime_r(&time, &parts) || !strftime(out, TIME_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts))
		out[0] = '\0';
	return out;
}

// Takes what prints as itself alone: 30 February does not.
int time_parse(const char *text, int64_t *seconds)
{
	struct tm parts = { 0 };
	char again[TIME_TEXT_SIZE];
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &parts);

	if (!end || *end)
		return -1;
	int64_t value = timegm(&parts);
	if (value < 0 || strcmp(time_print(value, again), text) != 0)
		return -1;
	*seconds = value;
	return 0;
}
