// SPDX-License-Identifier: GPL-2.0-or-later
// Runs a launch plan: the only entrance to the code with side effects.
#ifndef VPCJAIL_KERNEL_LAUNCH_LAUNCH_H
#define VPCJAIL_KERNEL_LAUNCH_LAUNCH_H

#include "audit/record/run_record.h"
#include "base/sha256.h"
#include "plan/launch_plan.h"

// Learns what a plan must know about this host. user: --user's argument (a name or number) or NULL; as root NULL means
// SUDO_UID, else `nobody`. -EPERM when a user other than root asks for another user. profile: whose paths are looked
// up.
int host_facts_read(const struct profile *profile, const char *user, struct host_facts *facts, struct error *err);
void host_facts_release(struct host_facts *facts);

// Learns of the host's network too, where the profile alone asks for none: an audit has a link always.
int host_facts_read_network(const struct profile *profile, struct host_facts *facts, struct error *err);

// Adds the guarded files that were not there before the job and are now, as they are shown ("~/.bash_login").
void guarded_made(const struct launch_plan *plan, text_list *shown);

// The kernel's Landlock ABI, 0 without.
int landlock_abi(void);

// What `vpcjail ps` tells of a jail. Borrowed, and alive as long as the jail.
struct launch_registration {
	const char *name;  // NULL: none
	const struct profile *profile;
};

// What becomes of a job whose rules somebody else changed.
enum on_tamper { TAMPER_KILL, TAMPER_REPORT };

// A change of the jail's rules, or of those that the host has for its link, that neither the launch nor an update made.
struct tampering {
	int64_t at;                     // seconds since 1970
	char process[48];               // "nft (1234)", as the kernel names it; "" when it does not
	char what[ERROR_MESSAGE_SIZE];  // the first difference
	bool ended_job;
	bool unknown;  // whether there was a change at all: `what` says why that is
};

enum { TAMPERINGS_MAXIMUM = 64 };

// Where what happens is written while the job runs. Borrowed, and alive as long as the launch.
struct launch_recording {
	bool keep;           // in the user's store of runs (kernel/record/runs.h)
	const char *events;  // a further file; NULL: none
	bool require;        // nothing runs where one of them cannot be written at the start
	enum record_mode mode;
	const struct profile *profile;
	const char *profile_name;  // as it was asked for
	const char *version;       // of vpcjail
	// Called at once when a file cannot be written to any more. May be NULL; data: launch_options.started_data.
	void (*failed)(void *data, const char *message);
};

struct launch_options {
	unsigned stop_timeout;                     // seconds between SIGTERM and SIGKILL
	bool record;                               // gather what happens, into result->record
	const struct launch_recording *recording;  // NULL: it is written nowhere
	void (*started)(
	    void *data);  // called once when the jail stands and the command is about to be executed; may be NULL
	// Called once before that with a descriptor of the jail's network namespace, which stays the launch's; may be
	// NULL.
	void (*network)(void *data, int descriptor);
	void (*link_lost)(void *data);  // called once when the link has ended before the job; may be NULL
	void (*tampered)(void *data, const struct tampering *tampering);  // called at once for each; may be NULL
	void *started_data;                                               // given to all of them
	enum on_tamper on_tamper;
	bool attest;                                     // fill in result->attested, and the digests of updates
	const struct launch_registration *registration;  // NULL: the jail is in no list and has no control socket
};

// A rule or policy of the host's own that stopped packets of the job.
struct host_block {
	char family[8], table[64], chain[64];
	uint64_t rule;   // its handle; 0: the chain's policy
	uint64_t count;  // of the packets that were traced: a sample
};

// A port of the jail's loopback that was reached from outside by `vpcjail forward`.
struct forwarded {
	uint16_t port;
	uint64_t connections;
};

// A policy that took the place of the one before. Digests: with options.attest.
struct exchanged {
	int64_t at;                      // seconds since 1970
	char profile[SHA256_TEXT_SIZE];  // of the profile; without a registration empty
	char compiled[SHA256_TEXT_SIZE], read_back[SHA256_TEXT_SIZE];
	struct prefix_set ask;  // who is asked for on the link since; owned
};

enum { ATTESTED_NAMESPACES = 7 };

// What a statement about the run must know; empty without options.attest.
struct attested {
	int64_t start, end;  // seconds since 1970
	// Digests of the rules as they were read back (ruleset_digest_dump).
	char rules_start[SHA256_TEXT_SIZE], rules_end[SHA256_TEXT_SIZE];
	struct {
		const char *kind;  // "net": a literal
		uint64_t inside, outside;
	} namespaces[ATTESTED_NAMESPACES];
};

struct launch_result {
	int wait_status;                 // of the workload, as waitpid(2) gives it
	struct run_record record;        // what happened; empty without options.record
	VEC(struct host_block) blocks;   // distinct, at most 16
	VEC(struct policy) exchanged;    // the policies that took the launch's place, in order
	VEC(struct exchanged) updates;   // likewise
	VEC(struct tampering) tampered;  // in order, at most TAMPERINGS_MAXIMUM
	uint64_t tampered_beyond;        // further ones
	struct attested attested;
	int notices;     // why denied system calls could not be told of, a negative errno; 0: they are
	bool link_lost;  // pasta ended before the job: nothing passed since
	VEC(struct forwarded) forwarded;
};

// The exit status that vpcjail itself gives for a result: the child's, or 128+n.
int launch_exit_status(const struct launch_result *result);

// Runs the plan in the calling process, which becomes the supervisor, and returns when the job has ended.
// Must be called by a process with one thread. 0 with *result (release it); or a negative errno and nothing ran
// (err->step names the step; -ENOENT/-EACCES with step "execute" for a command that cannot be run: 127/126).
// Restores signal dispositions and the terminal before it returns.
int launch_run(const struct launch_plan *plan, const struct launch_options *options, struct launch_result *result,
	       struct error *err);
void launch_result_release(struct launch_result *result);

// What this host supports, for `doctor`: one row a fact.
enum finding_state { FINDING_OK, FINDING_NOTE, FINDING_MISSING };

struct doctor_finding {
	enum finding_state state;
	const char *name;  // "user namespaces": a literal
	char *fact;        // what was found; owned
	char *remedy;      // what to do; NULL when all is well; owned
	bool essential;    // without it nothing can be run (as this user)
};
typedef VEC(struct doctor_finding) doctor_finding_vec;
void doctor_examine(doctor_finding_vec *findings);
void doctor_findings_release(doctor_finding_vec *findings);

#endif
