// SPDX-License-Identifier: GPL-2.0-or-later
// A statement about one run: what was enforced, where, on what, and what came of it; one JSON document.
//
// Pure: facts come in as values (describe.h takes them from a launch). The rows in attestation_fields.c are the form:
// writer, reader and release all walk them. The statement is not signed: it proves nothing to those who do not trust
// who keeps the file. Its digest is there to be signed or recorded.
#ifndef VPCJAIL_VERIFY_ATTESTATION_H
#define VPCJAIL_VERIFY_ATTESTATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/sha256.h"
#include "base/strbuf.h"
#include "plan/launch_plan.h"

enum { ATTESTATION_FORM = 1, ATTESTATION_MAXIMUM = 16 * 1024 * 1024 /* bytes of a file */ };

// Digests are SHA-256 in hexadecimal digits; texts are owned; times are seconds since 1970, UTC.
typedef char digest_text[SHA256_TEXT_SIZE];

enum attestation_kind { ATTESTATION_RUN, ATTESTATION_VERIFY, ATTESTATION_KINDS };

// What the profile meant on that host: all empty under full isolation.
struct attestation_host {
	struct prefix_set subnets;  // of `subnets: host`; empty without
	struct prefix_set own, gateways, nameservers, proxies;
};

// What the rules depend on besides profile and host, and differs from launch to launch.
struct attestation_link {
	unsigned uplink;        // enum uplink, never UPLINK_AUTO
	char *device;           // of the host; "" without
	char *inside;           // the link's name in the jail; "" without
	char *own[2];           // "10.0.0.2/24", IPv4 and IPv6; "" where it is not carried
	char *gateways[2];      // "10.0.0.1", likewise
	char *mac;              // "02:00:5e:10:00:01" of the jail's end, where neighbours are asked for; else ""
	struct prefix_set ask;  // who is asked for on the link
};

struct attestation_ruleset {
	digest_text compiled;  // of the rule set in nft's syntax: `vpcjail show --as nft`, with the link above
	digest_text start;     // of what the kernel had: ruleset_digest_dump
	digest_text end;       // likewise, when the job had ended
};

struct attestation_library {
	char *name, *version;
};

struct attestation_namespace {
	char *kind;                // "net"
	uint64_t inside, outside;  // their inodes
};

// Denied packets that were recorded.
struct attestation_denial {
	char *layer;      // layer_name
	uint64_t rule;    // its number
	uint64_t policy;  // 0: of the launch; n: the n-th update
	uint64_t count;
};

// A policy that took the place of the one before.
struct attestation_update {
	int64_t at;
	digest_text profile, compiled, read_back;
	struct prefix_set ask;
};

// A change of the jail's rules that nobody here made.
struct attestation_tamper {
	int64_t at;
	char *process;  // "nft (1234)"; "" when it cannot be told
	char *what;     // the first difference
};

enum attestation_outcome { OUTCOME_HELD, OUTCOME_BROKEN, OUTCOME_INCONCLUSIVE, OUTCOMES };

struct attestation_probe {
	char *name, *promised, *tried;
	unsigned outcome;  // enum attestation_outcome
};

struct attestation {
	uint64_t form;       // ATTESTATION_FORM
	unsigned kind;       // enum attestation_kind
	char *version;       // of vpcjail
	char *profile;       // its name
	digest_text digest;  // of the resolved profile, as `vpcjail profiles` prints it
	struct attestation_host host;
	struct attestation_link link;
	struct attestation_ruleset ruleset;
	digest_text filter;       // of the system call filter's instructions, as they are in memory
	char *release, *machine;  // uname(2)
	VEC(struct attestation_library) libraries;
	VEC(struct attestation_namespace) namespaces;
	digest_text command;  // of its words, joined with NULs
	uint64_t uid;         // whom it ran as
	int64_t start, end;
	uint64_t status;  // vpcjail's exit status
	VEC(struct attestation_denial) denials;
	uint64_t denials_beyond;  // packets or overruns that no line counts
	uint64_t names_refused;   // questions that the job's resolver refused
	VEC(struct attestation_update) updates;
	VEC(struct attestation_tamper) tampered;
	uint64_t tampered_beyond;  // changes that found the list full
	VEC(struct attestation_probe) probes;
};

void attestation_release(struct attestation *statement);

// Appends the document. Of equal statements the same bytes.
void attestation_write_json(const struct attestation *statement, struct strbuf *out);

// Reads a document of length bytes, whoever wrote it: every field there is, none else, each in its form, and no two
// that contradict each other. file: for messages. 0 (release it), or -EBADMSG with the file and the field.
int attestation_read(const char *file, const char *text, size_t length, struct attestation *statement,
		     struct error *err);

// The last part of reading: what only several fields together show. 0 or -EBADMSG with the field.
int attestation_check(const struct attestation *statement, struct error *err);

// What compared differs.
struct attestation_difference {
	text_list differs;  // a sentence each, beginning with the field
	text_list notes;    // what could not be compared, and why
};

void attestation_difference_release(struct attestation_difference *difference);

// Whether a statement that was read is one about that profile: it is compiled anew for the host and link of the
// statement. machine: of this host, uname(2). The profile is not settled yet, and is afterwards. 0 with *difference
// (release it; nothing differs when differs is empty); or -EINVAL when the profile makes no policy.
int attestation_compare(const struct attestation *statement, const char *machine, struct profile *profile,
			struct attestation_difference *difference, struct error *err);

// Digests of what is compared; out holds SHA256_TEXT_SIZE bytes. Return out.
const char *attestation_digest_profile(const struct profile *profile, char *out);
const char *attestation_digest_ruleset(const struct ruleset *ruleset, char *out);
const char *attestation_digest_filter(const struct filter_program *filter, char *out);
const char *attestation_digest_command(const text_list *command, char *out);

#endif
