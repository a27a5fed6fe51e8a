// SPDX-License-Identifier: GPL-2.0-or-later
// How the parts of a plan add their steps. Private to src/plan.
#ifndef VPCJAIL_PLAN_STEPS_H
#define VPCJAIL_PLAN_STEPS_H

#include "plan/launch_plan.h"

// What a step needs; unnamed parts are zero. name, path, value and data are copied.
struct step_row {
	enum step_kind kind;
	const char *name;
	const char *path;
	const char *value;
	const char *data;
	unsigned long flags;
	bool if_present;
	bool create;
	mechanism_set closes;
	const char *why;
};

void steps_add(struct launch_plan *plan, enum place place, const struct step_row *row);

#define STEP(plan, place, ...) steps_add((plan), (place), &(struct step_row){ __VA_ARGS__ })

// The parts, in the order of the launch.
void plan_supervisor(struct launch_plan *plan, const struct launch_request *request);
void plan_uplink(struct launch_plan *plan, const struct launch_request *request);  // the supervisor's
void plan_network(struct launch_plan *plan, const struct launch_request *request);
void plan_dns(struct launch_plan *plan, const struct launch_request *request);
void plan_view(struct launch_plan *plan, const struct launch_request *request);
void plan_workload(struct launch_plan *plan, const struct launch_request *request);

// Fills plan->translation; after the link was chosen. -ENOTSUP where the link cannot do what the profile asks for.
int plan_translation(struct launch_plan *plan, const struct launch_request *request, struct error *err);

// Parts of the network: what init does when the supervisor has made the link, and when the rules stand.
void plan_link_wait(struct launch_plan *plan, const struct launch_request *request);
void plan_link_up(struct launch_plan *plan, const struct launch_request *request);

// The steps that keep what is shared into the job's own folders from being written there (process.writable).
void plan_writable(struct launch_plan *plan, const struct launch_request *request);

// The steps of process.sockets: those in hidden folders are bound into the job's own; none is covered.
void plan_sockets(struct launch_plan *plan, const struct launch_request *request);

// Parts of the view: /proc and /sys; /dev; the pipes of an MPS daemon, in the job's own /tmp.
void plan_kernel_trees(struct launch_plan *plan, const struct launch_request *request);
void plan_devices(struct launch_plan *plan, const struct launch_request *request);
void plan_mps(struct launch_plan *plan, const struct launch_request *request);

// Gives the variables of an MPS daemon back where the profile allows it. After plan_environment.
void plan_mps_environment(struct launch_plan *plan, const struct launch_request *request);

// Adds to plan->notices: what a GPU program will miss.
void plan_device_notices(struct launch_plan *plan, const struct launch_request *request);

// Guarded files: the pins, before anything is mounted; what of the system is read-only, before the job's own folders;
// what is read-only in the home, the working directory and its repository, after the shares; the covers, last.
void plan_pins(struct launch_plan *plan, const struct launch_request *request);
void plan_read_only_system(struct launch_plan *plan, const struct launch_request *request);
void plan_read_only(struct launch_plan *plan, const struct launch_request *request);
void plan_covers(struct launch_plan *plan, const struct launch_request *request);

// The workload's Landlock domain, as far as this kernel goes, and the steps that enter it: init's, in which what is
// executed later starts, and within it the workload's.
void plan_landlock(struct launch_plan *plan, const struct launch_request *request);
void plan_landlock_of_init(struct launch_plan *plan);
void plan_landlock_of_workload(struct launch_plan *plan);

// Where network.host-ports are offered inside, as host.vpcjail: loopback, and an address that no server takes by
// itself.
extern const char host_ports_address[];

// Whether the job has ping sockets: the policy lets ICMP out, or it is an audit and the host's user has them.
bool plan_pings(const struct launch_request *request);

// What the zone of the job's resolver must know of the host.
struct zone_facts dns_facts(const struct launch_plan *plan, const struct profile *profile);

// The profile opens the door of that name.
void plan_open_door(struct launch_plan *plan, const char *door, const char *opener);

// Adds to plan->environment, plan->removed.
void plan_environment(struct launch_plan *plan, const struct launch_request *request);

// Adds to plan->notices: what is named on the command line or in TMPDIR and PYTHONPATH and will not be there.
void plan_notices(struct launch_plan *plan, const struct launch_request *request);

// A path of a list of the profile: the real one where the host's facts have looked it up.
const char *real_path(const text_list *real, const text_vec *written, size_t index);

// Why path cannot be shared into a job, as a sentence that the caller frees: it holds a folder of which the job has its
// own, and would bring the host's back. NULL: it can.
char *share_fault(const struct host_facts *host, const char *path, const char *whence);

// Whether path is folder or lies below it; both real and absolute.
bool path_below(const char *path, const char *folder);

// Whether path stays visible although it lies in a folder of which the job has its own: below the working directory or
// a share.
bool path_is_shared(const struct launch_request *request, const char *path);

// The folders of which the job has its own, real paths: request->host's tmp, var_tmp, run and /dev, /sys, /proc.
bool path_is_hidden(const struct launch_request *request, const char *path);

// Whether path lies in any folder of the job's own: a hidden one, or a private home.
bool path_is_replaced(const struct launch_request *request, const char *path);

#endif
