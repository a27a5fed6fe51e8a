// SPDX-License-Identifier: GPL-2.0-or-later
// What happened to a job's network while it ran: one event per distinct thing, with how often and when.
//
// A recorded run is a file of JSON lines (run_record.h), appended to while the job runs and never rewritten. An event
// that happens again is written again under its id with its new count; the last line of an id is the one that counts.
#ifndef VPCJAIL_AUDIT_RECORD_EVENT_H
#define VPCJAIL_AUDIT_RECORD_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "base/vec.h"
#include "net/flow.h"

enum event_kind {
	EVENT_PACKET,  // packets that the rules deny
	EVENT_CALL,    // a system call that the filter denies
	EVENT_NAME,    // a name that the job's resolver does not resolve
	EVENT_FLOW,    // a conversation that was carried, as the kernel's connection tracking counts it
	EVENT_KINDS,
};

// How a process was found to be the one.
enum event_evidence {
	EVIDENCE_NONE,    // not known
	EVIDENCE_CALL,    // it made the system call, which was looked at before it went on
	EVIDENCE_SOCKET,  // it had the socket open when the kernel told of the packet
	EVIDENCE_PORT,    // another socket of that local port was its
	EVIDENCE_EVIDENCES,
};

struct event_parent {
	int pid;
	char *name;  // as the kernel has it (comm)
};

// A process, as it was when it was looked at; pid 0: not known. Zeroed is releasable.
struct event_process {
	int pid;                           // as the host numbers it
	uint64_t started;                  // its start time in the kernel's ticks: with the pid, which process it is
	VEC(char *) arguments;             // its command line, at most EVENT_COMMAND_MAXIMUM bytes in all
	bool cut;                          // the command line was longer
	char *script;                      // what an interpreter runs ("train.py", "-m pip"); NULL: it is none
	VEC(struct event_parent) parents;  // the nearest first, up to the job's first process
};

enum { EVENT_COMMAND_MAXIMUM = 4096, EVENT_ARGUMENTS = 6, LAYER_SIZE = 32 };

// The layer of what no rule denied: a connection to the job's own loopback that is meant for a server of the host.
#define EVENT_LAYER_LOOPBACK "loopback"

// Times are milliseconds since 1970. Texts are owned and may hold any bytes but NUL; NULL where there is none.
struct event {
	enum event_kind kind;
	uint64_t id;  // within its run, from 1
	int64_t first, last;
	uint64_t count;  // packets, calls, questions; of a flow: packets that the job sent
	bool passed;     // it went through: the audit only recorded what the profile would have done
	struct event_process process;
	enum event_evidence evidence;
	bool has_uid;
	uint32_t uid;  // as the job's user namespace's parent numbers it
	char *name;    // PACKET, FLOW: what the address was asked for by; NAME: what was asked for
	char *hint;    // the name of a row of audit/hint/hints.h that the recorder is sure of; NULL mostly

	// PACKET and FLOW
	struct flow flow;  // .destination_port is the remote's of egress, the job's of ingress
	struct address local;
	// PACKET; FLOW: empty
	char layer[LAYER_SIZE];  // layer_name, "" for FLOW
	char *layer_title;       // for people
	unsigned rule;           // number within the layer, or a ruleset_wall
	char *reason, *origin;   // the rule's
	char *behind;            // the first layer behind that would deny it as well, and why; NULL: none
	char *aws;               // what AWS does instead where the profile is stricter ("allowed")
	unsigned policy;         // 0: the launch's; n: the n-th that was exchanged for it
	uint64_t bytes;          // of its packets, from their IP headers on (FLOW: of those that the job sent)
	// FLOW: what the job received, whoever began
	uint64_t reply_packets, reply_bytes;
	// CALL
	char *call, *error;  // "socket", "EPERM"
	uint64_t arguments[EVENT_ARGUMENTS];
	// NAME
	struct address stand_in;  // the made-up address that it was answered with; family NONE: it was refused
};
typedef VEC(struct event) event_vec;

void event_process_release(struct event_process *process);
void event_process_copy(const struct event_process *from, struct event_process *to);
void event_release(struct event *event);
void events_release(event_vec *events);

// The words of the enumerations in JSON: "denied", "call", "name", "flow"; "none", "call", "socket", "port".
const char *event_kind_word(enum event_kind kind);
const char *event_evidence_word(enum event_evidence evidence);

// "python3 train.py[812]": what people call a process. Nothing of it is escaped: strbuf_add_safe, or JSON, does that.
void event_process_format(const struct event_process *process, struct strbuf *out);

// The last part of a path: in path.
const char *event_base_name(const char *path);

// What an interpreter runs, as people call it: "train.py" of "python3 -u /x/train.py --lr 1", "pip" of
// "/usr/bin/python3 /usr/bin/pip install x", "-m pip" of "python3 -m pip", "-c" of code on the command line. NULL when
// the first argument is no interpreter that is known. The caller's.
char *event_script(char *const *arguments, size_t count);

#endif
