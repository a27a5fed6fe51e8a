// SPDX-License-Identifier: GPL-2.0-or-later
// What a command is: a row of the table in main.c, with the options it takes and the text that teaches it.
//
// Parsing, --help, shell completion and the tests of the manual pages all read these rows.
#ifndef VPCJAIL_CMD_COMMAND_H
#define VPCJAIL_CMD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"

// Exit statuses. `run` gives the job's own, or one of the last three or STATUS_USAGE.
enum status {
	STATUS_YES = 0,
	STATUS_NO = 1,  // problems were found, or the result could not be written
	STATUS_USAGE = 2,
	STATUS_PROFILE = 3,  // the profile is wrong
	STATUS_NOT_RUN = 125,
	STATUS_CANNOT_EXECUTE = 126,
	STATUS_NOT_FOUND = 127,
};

struct command;

// A command line, understood. Texts are borrowed from argv.
struct invocation {
	const struct command *commands;  // the whole table, ended by a row without a name
	const struct command *command;   // the row being run
	unsigned closed;                 // bits: which of descriptors 0-2 were closed when we started
	VEC(char *) operands;            // followed by a NULL that is not counted

	bool help, json, quiet, names, host, quick, all, reply, internet, offline, keep_going, in_vpc;
	bool dashes;  // a `--` stood before the first operand
	const char *profile, *user, *name, *new_profile, *template, *peer_ports, *from, *file, *jail, *any_to;
	unsigned as;  // index into the option's words
	unsigned stop_timeout;
	unsigned on_tamper;  // index into the option's words: enum on_tamper
	const char *attest, *attestation;
	const char *events, *output, *tolerate;
	bool html, list, flow_log, suggest;
	const char *json_file, *flow_log_file;
	const char *flow_format;  // of flow log records; NULL: the default
	unsigned flow_interval;   // seconds, 0: the default
	bool require_events;
	VEC(const char *) share, addresses, gateways;
	const char *training_job, *region, *refresh;
	bool strict, assume_default_acl, summary, yes;
	VEC(const char *) subnets, security_groups;
	const char *lease;
	VEC(int) keep_fds;
};

void invocation_release(struct invocation *invocation);

enum option_kind {
	OPTION_FLAG,     // bool
	OPTION_TEXT,     // const char *; the last one given counts
	OPTION_TEXTS,    // VEC(const char *): may be repeated
	OPTION_NUMBER,   // unsigned, at most `maximum`
	OPTION_NUMBERS,  // VEC(int): may be repeated, at most `maximum`
	OPTION_WORD,     // unsigned: which of `words`
};

// What a shell can complete an argument to.
enum completes {
	COMPLETES_NOTHING,
	COMPLETES_PROFILE,
	COMPLETES_PATH,
	COMPLETES_USER,
	COMPLETES_COMMAND,
	COMPLETES_JAIL
};

struct option_row {
	const char *name;      // long form, without the dashes
	char letter;           // short form; '\0': none
	const char *argument;  // how help calls it; NULL: the option takes none
	enum option_kind kind;
	size_t target;             // offset in struct invocation
	const char *const *words;  // ended by NULL
	unsigned maximum;
	enum completes completes;
	const char *help;  // one line
};

// Options that several commands share.
#define OPTION_OF(field) offsetof(struct invocation, field)
#define OPTION_PROFILE                                                                                                 \
	{                                                                                                              \
		"profile", 'p', "PROFILE", OPTION_TEXT, OPTION_OF(profile),                                            \
		    .completes = COMPLETES_PROFILE,                                                                    \
		    .help = "a profile's name, or a path (with a slash, or *.yaml); see `vpcjail profiles`"            \
	}
#define OPTION_JSON                                                                                                    \
	{                                                                                                              \
		"json", 'j', NULL, OPTION_FLAG, OPTION_OF(json), .help = "print the result as JSON"                    \
	}
#define OPTION_HELP                                                                                                    \
	{                                                                                                              \
		"help", 'h', NULL, OPTION_FLAG, OPTION_OF(help), .help = "print this text"                             \
	}
#define OPTIONS_END                                                                                                    \
	{                                                                                                              \
		NULL                                                                                                   \
	}

struct example {
	const char *line;  // as typed
	const char *does;
};

enum { MANUAL_EXAMPLES = 6 };

// What --help says beyond usage and options. Lines of about are wrapped where they should be.
struct manual {
	const char *about;
	struct example examples[MANUAL_EXAMPLES];
	const char *exits;
	const char *see;
};

enum { ANY_NUMBER = -1 };

struct command {
	const char *name;
	const char *operands;  // how usage names them; "" for none
	int minimum, maximum;  // how many; ANY_NUMBER: no limit
	enum status (*run)(const struct invocation *invocation);
	const char *help;  // one line
	const struct option_row *options;
	const struct manual *manual;
	bool runs_command;         // the operands are a command line: options end at the first of them
	enum completes completes;  // what an operand may be
	const char *const *words;  // or the words it may be; ended by NULL
};

enum status cmd_run(const struct invocation *invocation);
enum status cmd_audit(const struct invocation *invocation);
enum status cmd_check(const struct invocation *invocation);
enum status cmd_show(const struct invocation *invocation);
enum status cmd_explain(const struct invocation *invocation);
enum status cmd_ps(const struct invocation *invocation);
enum status cmd_exec(const struct invocation *invocation);
enum status cmd_forward(const struct invocation *invocation);
enum status cmd_verify(const struct invocation *invocation);
enum status cmd_update(const struct invocation *invocation);
enum status cmd_diff(const struct invocation *invocation);
enum status cmd_import(const struct invocation *invocation);
enum status cmd_report(const struct invocation *invocation);
enum status cmd_profiles(const struct invocation *invocation);
enum status cmd_doctor(const struct invocation *invocation);
enum status cmd_completion(const struct invocation *invocation);
enum status cmd_help(const struct invocation *invocation);

extern const struct option_row run_options[], audit_options[], ps_options[], exec_options[], forward_options[],
    update_options[], verify_options[], check_options[], show_options[], explain_options[], diff_options[],
    import_options[], report_options[], profiles_options[], doctor_options[], completion_options[], help_options[];
extern const struct manual run_manual, audit_manual, ps_manual, exec_manual, forward_manual, update_manual,
    verify_manual, check_manual, show_manual, explain_manual, diff_manual, import_manual, report_manual,
    profiles_manual, doctor_manual, completion_manual, help_manual;
extern const char *const completion_shells[];

// The row of that name, or NULL.
const struct command *command_find(const struct command *commands, const char *name);

// The name of the table nearest to word, or NULL: "did you mean".
const char *command_nearest(const struct command *commands, const char *word);

#endif
