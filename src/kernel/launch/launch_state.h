// SPDX-License-Identifier: GPL-2.0-or-later
// What one launch knows while it goes on. Private to src/kernel.
//
// The same struct is seen by three processes: the supervisor fills it, init and the workload are clones that see the
// copy of their moment. Each process uses only its own part.
#ifndef VPCJAIL_KERNEL_LAUNCH_LAUNCH_STATE_H
#define VPCJAIL_KERNEL_LAUNCH_LAUNCH_STATE_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

#include "kernel/control/registry.h"
#include "kernel/launch/launch.h"
#include "kernel/link/uplink.h"
#include "kernel/loop/loop.h"

enum { NAMESPACE_KINDS = 6, EXEC_MAXIMUM = 32 /* commands of `vpcjail exec` at a time */ };

// Folders that the plan calls by these names as sources of a bind.
enum scratch { SCRATCH_TMP, SCRATCH_VAR_TMP, SCRATCH_HOME, SCRATCHES };
extern const char *const scratch_names[SCRATCHES];

struct nl_sock;
struct nft_dump;
struct rules_change;
struct attribution;
struct dns_server;
struct collector;
struct control_server;
struct message;

// A command that was started in the running jail, as init knows it. pid 0: none.
struct executed {
	pid_t pid;
	unsigned number;
};

// What stands since the policy of the running jail was exchanged; zeroed: what the plan says.
struct exchange {
	uint32_t generation;      // how many times it was exchanged
	struct ruleset *ruleset;  // owned
	struct link_plan routes;  // neighbours and routes alone
};

// The watch over the jail's rules: kernel/watch/tamper.c.
struct rules_watch {
	struct launch *launch;
	int fd;         // of the announcements; init's until it is handed over, -1 without
	uint32_t port;  // that our own transactions come from
	// The kernel numbers the states of the rules: after the launch, and how many have come since.
	uint32_t first, own, foreign;
	bool ended_job;
};

// Likewise over the host's tables for a link that is a pair: kernel/watch/tamper_host.c.
struct host_watch {
	struct launch *launch;
	int fd;        // -1 without
	bool touched;  // by the transaction that is half read
};

struct launch {
	const struct launch_plan *plan;
	const struct launch_options *options;
	const char *fail_step;                // test hook: the step that is made to fail
	const char *forget;                   // test hook: the namespace that the clones forget to make
	mechanism_set without;                // test hook: protections that are left out
	const struct filter_program *asking;  // the plan's; test hook: another
	sigset_t signals;                     // the caller's mask, which the workload gets back
	int channel;                          // this process's end
	int channel_inside;                   // supervisor, before the clone: init's end
	int supervisor;                       // inside: the channel to the supervisor, also where `channel` is another
	ino_t outside[NAMESPACE_KINDS];       // the supervisor's own namespaces

	// supervisor
	char *scratch[SCRATCHES];     // folders on the host's disk, removed at the end; NULL: not wanted
	int scratch_lock[SCRATCHES];  // held while they are ours
	pid_t init;
	int init_fd;        // pidfd
	int workload_fd;    // pidfd, -1 until started
	int log_fd;         // NFLOG socket of the jail's namespace, -1 without
	int conversations;  // socket of its connection tracking (kernel/netlink/conntrack.h), -1 without
	int terminal;       // master of the jail's pseudo-terminal, -1 without
	struct loop loop;   // what is served while the job runs
	int network;        // the jail's network namespace, -1 without
	struct uplink_state uplink;
	unsigned link_index;          // the number of the jail's link in there
	int jail_rules, jail_routes;  // sockets of the namespace, to exchange the policy with; -1 without
	struct exchange exchange;
	struct rules_watch watch;
	struct host_watch host_watch;
	struct dns_server *dns;           // a source of it; NULL without
	struct attribution *attribution;  // sources of it; NULL without
	ino_t pid_namespace;              // the jail's
	struct error failure;             // of something served that the job cannot do without; code 0: none
	struct launch_result *result;
	struct collector *collector;     // NULL without options.record
	struct registry_entry registry;  // folder -1: none
	struct control_server *control;  // NULL: none
	const struct profile *profile;   // under which the job runs now; NULL without a registration
	struct profile updated;          // what `profile` points to after an update
	unsigned relayed;                // connections of network.host-ports that are open

	// standard input, output and error of the workload; its own number where it is passed as it is
	int stdio[3];
	int relay[3];  // supervisor's end of a pipe that stands for a UNIX socket, -1 without
	bool stdio_is_terminal[3];

	// init
	int netlink;             // nfnetlink socket
	int diagnosis;           // sock_diag socket, -1 without
	struct nl_sock *routes;  // route netlink socket
	int switches;            // /proc/sys/net, -1 until it is needed
	int root;                // the root folder, in which targets are resolved
	int empty;               // a cover that is in place, of which further ones are copies; -1 without
	int *sources;            // by step: a detached copy of what it binds, -1 without
	pid_t view;              // the child that makes the file tree
	pid_t workload;
	int slave;           // of the pseudo-terminal, -1 without
	int go[2];           // init → workload: the id maps are written
	int sockets[2];      // supervisor → view: the host's UNIX sockets
	int user_namespace;  // the workload's, -1 without
	unsigned user_inode;
	struct executed executed[EXEC_MAXIMUM];

	// a command of `vpcjail exec`; of the workload itself: the plan's
	bool executing;
	char *const *command, *const *environment;
};

// Whether a test asked for the protection to be left out. Never, in a build without the hooks.
static inline bool launch_without(const struct launch *launch, enum mechanism which)
{
#ifdef VPCJAIL_TEST_HOOKS
	return launch->without >> which & 1;
#else
	(void)launch;
	(void)which;
	return false;
#endif
}

// Looks up the paths that the profile names.
void host_paths_read(const struct profile *profile, struct host_facts *facts);

// What a host has that a profile may grant; part of host_facts_read and host_facts_release.
void host_devices_read(struct host_facts *facts);
void host_devices_release(struct host_facts *facts);

// Executes the steps of one process in order. 0, or the first error with its step's name.
int launch_apply(struct launch *launch, enum place place, struct error *err);

// The steps by kind; each 0 or a negative errno with err set.
typedef int step_function(struct launch *launch, const struct launch_step *step, struct error *err);

step_function step_streams;                                   // stdio.c
step_function step_core_pattern, step_keyring, step_scratch;  // supervisor_steps.c, scratch.c
step_function step_touch, step_automounts;                    // automounts.c
step_function step_list_sockets, step_cover_sockets;          // kernel/host/sockets.c, cover_sockets.c
step_function step_clone, step_death_signal, step_user_map, step_prove, step_workload;  // namespaces.c
step_function step_uplink, step_uplink_wait;                                            // kernel/link/uplink.c
step_function step_neighbour, step_sink_rule, step_sysctl, step_sink, step_ruleset, step_read_back, step_log,
    step_count, step_link_quiet, step_link_up, step_address, step_route,
    step_hand_over;      // network.c
step_function step_dns;  // kernel/dns/sockets.c
step_function step_private_mounts, step_sources, step_restrict, step_mount, step_bind, step_read_only,
    step_make_directory, step_symlink, step_file, step_cover;  // mounts.c
step_function step_pin;                                        // pins.c
step_function step_terminal;                                   // terminal.c
step_function step_session, step_limits, step_groups, step_ids, step_capabilities, step_no_new_privileges,
    step_directory, step_close, step_environment, step_filter, step_execute;  // privileges.c
step_function step_landlock;                                                  // landlock.c

void scratch_remove(struct launch *launch);

step_function step_view_start, step_view_end;  // init.c
step_function step_registry, step_register;    // kernel/control/register.c
step_function step_host_port;                  // kernel/control/offered_ports.c

// kernel/control/register.c: the jail runs under that profile from now on, of which what it owns is taken; it is in no
// list any more.
void launch_take_profile(struct launch *launch, struct profile *profile);
void launch_unregister(struct launch *launch);
// SHA-256 of the profile as it prints; the caller's.
char *launch_profile_digest(const struct profile *profile);

// kernel/control/control_server.c: what init says about what was asked for.
void control_take(struct launch *launch, const struct message *message, int fd);

// kernel/watch/notices.c: who makes the calls that the supervisor answers; with options.record.
void notices_start(struct launch *launch);
// kernel/dns/sockets.c: MESSAGE_DNS, a socket of the jail's resolver; the descriptor is taken. Where it cannot be
// served the job ends.
void dns_take(struct launch *launch, int fd);

// MESSAGE_LOG, _COUNTED, _SOCKETS and _NOTICES: what the record is made of; the descriptor is taken.
void notices_take(struct launch *launch, const struct message *message, int fd);

// kernel/control/offered_ports.c: serves a listener of network.host-ports; the descriptor is taken.
void host_port_serve(struct launch *launch, uint16_t port, int listener);

// kernel/control/executed.c, in init: starts a process that executes what it is told over fd, which is taken.
void executed_start(struct launch *launch, unsigned number, int fd);
void executed_signal(struct launch *launch, unsigned number, int signal);
// Whether that child was one of them; tells the supervisor how it ended.
bool executed_ended(struct launch *launch, pid_t pid, int status);

// kernel/control/forwarded.c, in init: connects to a port of the loopback and hands the socket to the supervisor.
void forwarded_connect(const struct launch *launch, unsigned number, int port);

// The whole life of process 1, and of the workload until its exec.
_Noreturn void init_main(struct launch *launch);
_Noreturn void workload_main(struct launch *launch);

// Closes what the relays of step_streams still have open.
void stdio_release(struct launch *launch);

// Puts another policy in the place of the running one: rules in one transaction, the routes and the host's wall with
// them. Conversations that it does not allow stop. Where it fails the old policy stands as before; where the kernel
// then has something else than was meant, the job is ended. On success *policy has moved to result->exchanged, which
// the texts of denials need. 0 or a negative errno.
int launch_update(struct launch *launch, struct policy *policy, struct launch_result *result, struct error *err);
void exchange_release(struct exchange *exchange);

// kernel/watch/tamper.c. The socket of the namespace's rules, which are of that generation, and the one of its
// announcements, both taken; from then on whoever changes the rules is noticed.
void rules_take(struct launch *launch, int fd, uint32_t generation);
void rules_watch(struct launch *launch, int fd);
// The job has ended: what is known of its rules is complete.
void rules_finish(struct launch *launch);
// What rules_watch has done to the job: 0 with its status, or the reason why it was not started.
int rules_ended_job(const struct launch *launch, bool started, struct error *err);

// Somebody changed them: ends the job, or not, and records it. what: NULL: what differs from what was meant.
void rules_notice(struct launch *launch, const struct rules_change *change, const char *what);
void rules_record(struct launch *launch, const struct tampering *tampering);

// kernel/watch/tamper_host.c: from before those tables are made until the job has ended.
int host_rules_watch(struct launch *launch, struct error *err);
void host_rules_finish(struct launch *launch);

// kernel/watch/attested.c: what options.attest asks for, at its time.
void attest_namespaces(struct launch *launch);
// The command is about to be executed, in the user namespace of that inode: those are told who asked for it.
void launch_started(struct launch *launch, unsigned user_namespace);
void attest_exchange(struct launch *launch, const struct ruleset *ruleset, const struct nft_dump *dump,
		     const struct prefix_set *ask);

// The supervisor's loop from the clone to the end of the job.
int supervise(struct launch *launch, struct launch_result *result, struct error *err);

#endif
