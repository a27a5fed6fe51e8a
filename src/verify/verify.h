// SPDX-License-Identifier: GPL-2.0-or-later
// Proves a profile on the running kernel: the jail is built on a host of its own (range.h), and every promise is tried.
#ifndef VPCJAIL_VERIFY_VERIFY_H
#define VPCJAIL_VERIFY_VERIFY_H

#include "verify/attestation.h"
#include "verify/judge.h"

struct verify_options {
	bool full;          // the edges of every rule and all doors, too
	const char *user;   // whom the job runs as (--user); NULL as in `run`
	bool attest;        // fill in report->statement
	bool packets;       // nothing but packets: neither doors nor names
	unsigned patience;  // milliseconds for what is promised to arrive; 0: as much as a busy machine needs
	// What is being done, and how much of it; may be NULL.
	void (*progress)(void *data, const char *what, size_t done, size_t of);
	void *data;
};

struct verify_report {
	promise_vec promises;
	struct verify_result result;
	enum uplink uplink;   // of the jail
	size_t left_out;      // ranges of addresses whose edges were not tried, for there are too many
	char mutated[64];     // by a test
	struct board *board;  // the rows, for who wants them all
	struct attestation statement;
};

// A verification in parts, for tests that launch the jail again and again: the range and the control once, then any
// number of jails. On failure of verification_begin there is nothing to end. report belongs to the caller, and must
// live as long.
struct verification;
int verification_begin(const struct profile *profile, const struct policy *policy, const struct verify_options *options,
		       struct verify_report *report, struct verification **out, struct error *err);
int verification_try(struct verification *verification, struct error *err);
void verification_end(struct verification *verification);

// Verifies a settled profile. The calling process has one thread; all others it starts have ended when it returns. No
// packet leaves the machine, and nothing of the host is changed. 0 (release *report; whether all was held is in it), or
// a negative errno: nothing was proven.
int verify_profile(const struct profile *profile, const struct policy *policy, const struct verify_options *options,
		   struct verify_report *report, struct error *err);
void verify_report_release(struct verify_report *report);

// The table: what was promised, what was tried, what became of it. full: every promise, not only those that were not
// held.
void verify_print(const struct verify_report *report, bool full, struct strbuf *out);
void verify_print_json(const struct verify_report *report, struct strbuf *out);

#endif
