// SPDX-License-Identifier: GPL-2.0-or-later
// A launch got ready from a command line, and what is said of it: what `run` and `audit` share.
#ifndef VPCJAIL_CMD_PREPARE_H
#define VPCJAIL_CMD_PREPARE_H

#include "cmd/command.h"
#include "cmd/load_profile.h"
#include "kernel/launch/launch.h"

// Everything a launch is made of; released in one place.
struct run {
	struct loaded_profile loaded;
	struct host_facts host;
	struct policy policy;
	struct link_request link;
	text_list share;
	struct port_range peer_ports;
	struct launch_plan plan;
	struct launch_result result;
	bool profile_wrong;  // that is why it could not be prepared; said already where it could not be read
};

void run_release(struct run *run);

// Everything that can fail without a side effect: from the command line to the plan. 0 or a negative errno; *run is
// released by the caller, also after an error.
int run_prepare(const struct invocation *invocation, enum audit_mode audit, struct run *run, struct error *err);

void run_print_notices(const struct run *run);
void run_print_summary(const struct run *run);

// For struct launch_options.
struct launch_recording run_recording(const struct invocation *invocation, const struct run *run,
				      enum record_mode mode);
void run_say_link_lost(void *data);
void run_say_tampered(void *data, const struct tampering *tampering);

enum { STOP_TIMEOUT_MAXIMUM = 86400, DESCRIPTOR_MAXIMUM = 1048576 };

// Rows of struct option_row for what is launched.
#define OPTIONS_RUN_FIRST                                                                                              \
	{ "name",                                                                                                      \
	  'n',                                                                                                         \
	  "NAME",                                                                                                      \
	  OPTION_TEXT,                                                                                                 \
	  OPTION_OF(name),                                                                                             \
	  .help = "what `vpcjail ps`, exec, forward and update call this job; no two running ones have the same" },    \
	    { "user",                                                                                                  \
	      'u',                                                                                                     \
	      "USER",                                                                                                  \
	      OPTION_TEXT,                                                                                             \
	      OPTION_OF(user),                                                                                         \
	      .completes = COMPLETES_USER,                                                                             \
	      .help = "as root: run the job as this user (default: who called sudo, else nobody)" },                   \
	    { "share",                                                                                                 \
	      's',                                                                                                     \
	      "PATH",                                                                                                  \
	      OPTION_TEXTS,                                                                                            \
	      OPTION_OF(share),                                                                                        \
	      .completes = COMPLETES_PATH,                                                                             \
	      .help = "keep this path visible, though the job has a /tmp or /run of its own; may be repeated" },       \
	    { "keep-fd",                                                                                               \
	      '\0',                                                                                                    \
	      "N",                                                                                                     \
	      OPTION_NUMBERS,                                                                                          \
	      OPTION_OF(keep_fds),                                                                                     \
	      .maximum = DESCRIPTOR_MAXIMUM,                                                                           \
	      .help = "leave descriptor N open in the job (regular files and pipes only); may be repeated" },          \
	{                                                                                                              \
		"peer-ports", '\0', "FIRST-LAST", OPTION_TEXT, OPTION_OF(peer_ports),                                  \
		    .help = "ports of this host's address at which peers reach the job (uplink veth; default: "        \
			    "1024-65535, "                                                                             \
			    "less those in use)"                                                                       \
	}
#define OPTION_STOP_TIMEOUT                                                                                            \
	{                                                                                                              \
		"stop-timeout", '\0', "SECONDS", OPTION_NUMBER, OPTION_OF(stop_timeout),                               \
		    .maximum = STOP_TIMEOUT_MAXIMUM,                                                                   \
		    .help = "how long a job has between SIGTERM and SIGKILL (default: 120; 0: no SIGKILL)"             \
	}
// Where what happens is recorded.
#define OPTIONS_RECORD                                                                                                 \
	{ "events",                                                                                                    \
	  '\0',                                                                                                        \
	  "FILE",                                                                                                      \
	  OPTION_TEXT,                                                                                                 \
	  OPTION_OF(events),                                                                                           \
	  .completes = COMPLETES_PATH,                                                                                 \
	  .help = "write what happens to FILE as well, as it happens: JSON lines, one event each" },                   \
	{                                                                                                              \
		"require-events", '\0', NULL, OPTION_FLAG, OPTION_OF(require_events),                                  \
		    .help = "run nothing when what happens cannot be recorded"                                         \
	}

#endif
