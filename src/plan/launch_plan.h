// SPDX-License-Identifier: GPL-2.0-or-later
// The launch as data: everything a launch will do, in order, computed before anything is done.
//
// `show --as plan` prints it; kernel/apply_plan executes the same rows in one loop. Pure: what must be known about
// the host comes in as struct host_facts, so that a plan can be made and printed for another machine or user.
#ifndef VPCJAIL_PLAN_LAUNCH_PLAN_H
#define VPCJAIL_PLAN_LAUNCH_PLAN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "dns/answer.h"
#include "nft/ruleset.h"
#include "plan/guarded.h"
#include "plan/host_network.h"
#include "plan/mechanism.h"
#include "plan/uplink.h"
#include "policy/policy.h"
#include "profile/profile.h"
#include "seccomp/filter.h"

typedef VEC(char *) text_list;  // owned texts; released with text_list_release

void text_list_release(text_list *list);

// Who the workload runs as.
struct identity {
	uid_t uid;
	gid_t gid;
	VEC(gid_t) groups;  // supplementary, as the host gives them
	char *name;         // of the user; never NULL
	char *home;         // real path; never NULL
	char *shell;
	char *passwd_line;          // for the job's /etc/passwd; NULL when the host's file has it already
	text_list group_lines;      // likewise for /etc/group
	text_list left_out_groups;  // names of groups not taken along because they own sockets or disks
	bool unasked_root;          // root started us, and nobody said as whom to run: `nobody` it is
};

enum device_class { DEVICE_GPU, DEVICE_RDMA, DEVICE_IMEX, DEVICE_CLASSES };

struct host_device {
	char *path;  // absolute, below /dev; owned
	enum device_class class;
};

// What the plan must know of the host.
struct host_facts {
	bool root;  // the launcher has root's rights: no user namespace around the jail
	bool ipv6;  // the kernel has IPv6
	struct identity identity;
	char *hostname;                                    // short
	char *full_name;                                   // may equal hostname
	char *directory;                                   // the working directory's real path
	char *tmp, *var_tmp;                               // real paths of /tmp and /var/tmp
	char *run;                                         // real path of /run
	char *hosts, *resolv, *nsswitch, *passwd, *group;  // real paths of /etc/hosts, …; NULL where there is none
	VEC(struct host_device) devices;                   // device nodes that may be granted
	char *mps;                                         // real path of a running MPS daemon's pipes, else NULL
	bool cgroup2;                                      // /sys/fs/cgroup has the unified hierarchy
	unsigned long long shm_bytes;                      // size of the host's /dev/shm
	char *passwd_text, *group_text;                    // contents, read only when a line must be added; else NULL
	int landlock;                                      // the kernel's Landlock ABI, 0 without
	// Real paths of process.writable, process.sockets and process.share, in their order; NULL: there is none, or it
	// is no socket.
	text_list writable, sockets, share;
	char *own_tmp;                  // of process.tmp, likewise
	guarded_places places;          // where the rows of guarded files were looked for
	guarded_vec guarded;            // what of them is there
	text_list links;                // symbolic links on the way to those, their folders' paths real
	text_list python_environments;  // the active ones, real paths
	struct host_network network;    // read where the profile may need a link
	port_range_vec used_ports;      // that the host's programs listen on; read where there are peers
	bool forwards_ipv6;             // the kernel can forward IPv6 by single links
	uint32_t jail;                  // a random number: names and addresses of this jail's link
	bool pings;                     // the host lets the job's user have ping sockets
};

// VIEW: a child of init's in the same namespaces, which makes the file tree while init makes the network.
enum place { PLACE_SUPERVISOR, PLACE_INIT, PLACE_VIEW, PLACE_WORKLOAD };

enum step_kind {
	STEP_STREAMS,         // what may go in as 0-2 and by --keep-fd; relays
	STEP_CORE_PATTERN,    // refuse a host that hands crash dumps to a socket
	STEP_KEYRING,         // a session keyring of our own
	STEP_SCRATCH,         // the job's /tmp and /var/tmp on the host's disk
	STEP_REGISTRY,        // the folder of running jails
	STEP_REGISTER,        // in the list of running jails, with a control socket
	STEP_TOUCH,           // path, value and what is bound: mounted now if they are mounted on demand
	STEP_CLONE,           // init in new namespaces: flags
	STEP_DEATH_SIGNAL,    // die with the supervisor
	STEP_LIST_SOCKETS,    // every UNIX socket that a process of the host has bound, for STEP_COVER_SOCKETS
	STEP_USER_MAP,        // ids inside the outer user namespace
	STEP_PROVE,           // the namespaces are new: refuse otherwise
	STEP_SYSCTL,          // path = value
	STEP_UPLINK,          // the jail's link (plan->link), down, with the host's side of it
	STEP_UPLINK_WAIT,     // for the above
	STEP_SINK,            // the sink's two ends, down
	STEP_RULESET,         // commit
	STEP_READ_BACK,       // compare with the kernel's copy
	STEP_LOG,             // NFLOG socket
	STEP_COUNT,           // connection tracking counts, and tells of what it counted
	STEP_LINK_QUIET,      // the link path asks for nobody (no ARP) and carries packets of at most value bytes
	STEP_LINK_UP,         // path names the link
	STEP_ADDRESS,         // value on the link path
	STEP_NEIGHBOUR,       // value, an address on the link path, is at data
	STEP_ROUTE,           // value (a prefix) to the link path, by the gateway data where there is one
	STEP_SINK_RULE,       // what has the mark flags and is of value's family, by the link path
	STEP_DNS,             // sockets for DNS on the address path, to the supervisor
	STEP_HOST_PORT,       // a listener at path, an address, and the port `value`
	STEP_HAND_OVER,       // sockets of the namespace to the supervisor
	STEP_VIEW_START,      // the child that makes the file tree
	STEP_VIEW_END,        // it has: go on, or give up
	STEP_PRIVATE_MOUNTS,  // no propagation
	STEP_SOURCES,         // hold what later steps bind, while it can still be seen
	STEP_PIN,             // path, a folder or a symbolic link, can be neither renamed nor removed
	STEP_RESTRICT,        // the host's tree: no set-user-id, no devices
	STEP_MOUNT,           // a new file system of type `value` at path, options in `data`
	STEP_BIND,            // value at path
	STEP_READ_ONLY,       // path, in place
	STEP_MAKE_DIRECTORY,  // path with mode flags
	STEP_SYMLINK,         // path → value
	STEP_FILE,            // contents value over path, read-only
	STEP_COVER,           // path, when it is there, behind something empty
	STEP_AUTOMOUNTS,      // every one in the list of mounts at path; what is mounted below them stays
	STEP_COVER_SOCKETS,   // those of the host's sockets that are in the view
	STEP_TERMINAL,        // a pseudo-terminal of the jail's own
	STEP_WORKLOAD,        // clone the workload into a user namespace that owns nothing
	STEP_SESSION,         // process group and session
	STEP_LIMITS,          // core limit
	STEP_GROUPS,          // supplementary groups; without root the kernel lets nobody change them
	STEP_IDS,             // gid, uid
	STEP_CAPABILITIES,    // none, in any set; securebits locked
	STEP_NO_NEW_PRIVILEGES,
	STEP_LANDLOCK,     // what plan->landlock says
	STEP_DIRECTORY,    // the working directory
	STEP_CLOSE,        // every descriptor but 0-2 and the kept ones
	STEP_ENVIRONMENT,  // the plan's
	STEP_FILTER,       // seccomp
	STEP_EXECUTE,
};

struct launch_step {
	enum step_kind kind;
	enum place place;
	char *name;            // stable and unique: "mount /proc"; errors and failure injection name it
	char *path;            // what it acts on; NULL when nothing
	char *value;           // see the kinds; may be NULL
	char *data;            // mount options; may be NULL
	unsigned long flags;   // clone, mount or mode flags
	bool if_present;       // a missing path is no failure
	bool create;           // path is made first where it is missing: it lies in a folder of the job's own
	mechanism_set closes;  // what the step is to the table of doors; 0: a step that closes nothing by itself
	const char *why;       // a literal
};

struct launch_request {
	const struct profile *profile;
	const struct policy *policy;
	const struct host_facts *host;
	char *const *command;      // NULL-terminated, at least one
	char *const *environment;  // the caller's environ
	const int *keep_fds;       // besides 0-2
	size_t keep_fd_count;
	char *const *share;  // further --share paths, real, absolute
	size_t share_count;
	struct link_request link;      // --address, --gateway
	struct port_range peer_ports;  // --peer-ports; first 0: not given
	enum audit_mode audit;
	enum filter_notice notice;  // at least NOTICE_DENIALS is what a launch with options.record has
	bool rehearsal;             // nothing of it meets anybody: the made-up values of templates may stand
};

// Whether the job has a resolver; an audit's always has.
bool dns_is_answered(const struct profile *profile, enum audit_mode audit);

// "veth": the profile's word. A literal.
const char *uplink_word(enum uplink uplink);

// A path that a rule grants something below.
struct granted_path {
	char *path;   // absolute, in the view
	char *asked;  // by the profile: "mine.yaml:7:14: process.writable"; NULL: it is the job's own
};

typedef VEC(struct granted_path) granted_vec;

// The Landlock domain of the workload; all zero: none.
struct landlock_domain {
	uint64_t scoped;    // LANDLOCK_SCOPE_*
	bool unix_sockets;  // only sockets of the job's own, and `sockets`, can be connected to by path
	bool write;         // only below `writable` may be written
	granted_vec writable;
	granted_vec sockets;
};

struct opened_door {
	const char *door;    // its name
	const char *opener;  // the profile's words, a literal
};

struct launch_plan {
	VEC(struct launch_step) steps;
	text_list command;      // NULL-terminated copy
	text_list environment;  // NULL-terminated, as the job gets it
	text_list removed;      // names of variables taken out, sorted
	text_list hidden;       // paths covered that are shown to the user ("~/.aws")
	text_list notices;  // sentences to show before the start: what exists outside but not inside, with the remedy
	text_list sockets;  // UNIX sockets of the host that stay (process.sockets)
	text_list missing;  // additional mechanisms that this kernel lacks, by name
	VEC(struct opened_door) opened;
	VEC(const struct guarded_place *) watched;  // where the job may make what runs later; the host's own
	struct landlock_domain landlock;
	VEC(int) keep_fds;
	enum audit_mode audit;
	struct link_plan link;
	struct translation_plan translation;  // by the host, of a pair
	struct ruleset *ruleset;              // owned
	const struct policy *policy;          // borrowed from the request: the rules of the host's side are made of it
	bool resolver;                        // the job has one
	struct dns_rules dns;                 // what the job's resolver answers; .profile: what `run` would have
	struct filter_program filter;
	struct filter_program asking;          // the same denials, but the supervisor is asked and answers
	struct filter_options filter_options;  // of it
	const struct host_facts *host;         // borrowed from the request
	const struct identity *identity;       // of it
	bool root;
	unsigned log_group;
};

// -ENOTSUP when the profile asks for what this version cannot enforce yet (names it, file:line:col), -EINVAL otherwise.
int launch_plan_build(const struct launch_request *request, struct launch_plan *plan, struct error *err);
void launch_plan_release(struct launch_plan *plan);

// Of a launch's rule sets, the first and those that are exchanged for it: without link and generation.
struct ruleset_options launch_ruleset_options(enum audit_mode audit);

// The sentences "uplink macvlan is not available yet" for each thing the profile asks for and this version
// cannot enforce; `check` shows them as warnings, launch_plan_build refuses. Appends to mistakes-like text rows.
struct unavailable {
	struct location at;
	char *message;  // owned
};
typedef VEC(struct unavailable) unavailable_vec;
void launch_unavailable(const struct profile *profile, unavailable_vec *out);

// Its part that is the user's to mend: values of a template that nobody has replaced, as far as they mean anything.
void launch_placeholders(const struct profile *profile, unavailable_vec *out);
// Likewise what it asks for and that host lacks: mechanisms of the kernel, paths.
void launch_missing(const struct profile *profile, const struct host_facts *host, unavailable_vec *out);
void unavailable_release(unavailable_vec *list);

// What the job's resolver would answer under another profile, on the same link (rules: released with
// dns_rules_release).
void launch_dns_rules(const struct launch_plan *plan, const struct profile *profile, struct dns_rules *rules);

// Whether the job has something of its own at path instead of what the host has there. Of the request, profile, host
// and share are looked at.
bool launch_hides(const struct launch_request *request, const char *path);

// `show --as plan`: places, steps, reasons; environment and notices.
void launch_plan_print(const struct launch_plan *plan, struct strbuf *out);
void launch_plan_print_json(const struct launch_plan *plan, struct strbuf *out);

// The one line of DESIGN: "network-isolation: loopback only; removed: A, B (environment.keep); hidden: ~/.aws; own
// /tmp".
void launch_plan_summary(const struct launch_plan *plan, const struct profile *profile, struct strbuf *out);

#endif
