// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * libvpcjail: run a process as if it stood in a private VPC.
 *
 * The order of use:
 *
 *     struct vpcjail_error error;
 *     struct vpcjail_profile *profile;
 *     struct vpcjail_plan *plan;
 *     struct vpcjail_job *job;
 *     int status;
 *
 *     if (vpcjail_profile_load("network-isolation", &profile, &error) == 0 &&
 *         vpcjail_compile(profile, command, NULL, &plan, &error) == 0 &&
 *         vpcjail_launch(plan, &job, &error) == 0)
 *             vpcjail_wait(job, &status, &error);
 *
 * Every function returns 0 or a negative errno; on failure *error says in one sentence what failed, where and what to
 * do next, outputs are untouched, and nothing runs. A handle is released by its own function, NULL is released by
 * doing nothing, and handles may be released in any order. The library never prints, never changes the caller's
 * signal dispositions, working directory or environment, and keeps no global state: handles may be used from any
 * thread, one thread at a time each.
 *
 * Loading and compiling have no side effects. Launching starts a supervisor process of the library's own: it clones
 * the jail (a jail dies with the thread that cloned it, and so that thread must not be one of the caller's), owns what
 * exists outside of it, and ends when the job ends. The caller sees one child process.
 */
#ifndef VPCJAIL_H
#define VPCJAIL_H

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { VPCJAIL_MESSAGE_SIZE = 960, VPCJAIL_STEP_SIZE = 64 };

/** Owned by the caller, without pointers. */
struct vpcjail_error {
	int code;                           /**< negative errno */
	char step[VPCJAIL_STEP_SIZE];       /**< the launch step that failed ("load rule set"), or empty */
	char message[VPCJAIL_MESSAGE_SIZE]; /**< one sentence, no newline; contains what the profile and the host are
					       called: escape it before it goes to a terminal */
};

struct vpcjail_profile;
struct vpcjail_plan;
struct vpcjail_job;

/**
 * Loads a profile by name (searched as vpcjail-profile(5) says) or, when name has a slash, by path; NULL loads the
 * default. `extends` is followed, everything is checked, and a VPC profile is filled in with what it says of this host
 * (`subnets: host`).
 *
 * -EINVAL: the profile is wrong; the message is the first mistake with file, line and column (vpcjail check shows all).
 */
int vpcjail_profile_load(const char *name, struct vpcjail_profile **profile, struct vpcjail_error *error);

/** "network-isolation", or the path; owned by the handle. */
const char *vpcjail_profile_name(const struct vpcjail_profile *profile);

void vpcjail_profile_free(struct vpcjail_profile *profile);

/** How a job is started, beside its profile. Zeroed is the default of everything. */
struct vpcjail_options {
	const char *user;         /**< as root: name or number of the user to run as; NULL: SUDO_UID, else nobody */
	char *const *environment; /**< what the profile filters; NULL: environ of the caller */
	const int *keep_fds;      /**< descriptors of files and pipes that stay open beside 0 to 2 */
	size_t keep_fd_count;
	const char *const *share; /**< absolute paths that stay visible, NULL-terminated; NULL: none */
	unsigned stop_timeout;    /**< seconds between a SIGTERM to the supervisor and SIGKILL; 0: 120 */
};

/**
 * Compiles the profile for this command, this user and the present working directory: rule set, system call filter,
 * launch steps. command is NULL-terminated and copied; options may be NULL. The profile may be freed afterwards.
 *
 * -ENOTSUP: the profile asks for what this version cannot enforce (the message names it).
 */
int vpcjail_compile(const struct vpcjail_profile *profile, char *const *command, const struct vpcjail_options *options,
		    struct vpcjail_plan **plan, struct vpcjail_error *error);

/** The launch steps, as `vpcjail show --as plan` prints them; the caller frees the text. Never NULL. */
char *vpcjail_plan_text(const struct vpcjail_plan *plan);

/** The rule set in the syntax of nft(8); the caller frees the text. Never NULL. */
char *vpcjail_plan_ruleset(const struct vpcjail_plan *plan);

void vpcjail_plan_free(struct vpcjail_plan *plan);

/**
 * Launches the plan. Standard input, output and error of the job are the caller's. Returns when the jail stands and the
 * command is about to be executed, or with the error of the step that failed. The plan must outlive only this call.
 *
 * The supervisor is a child of the calling process; SIGTERM, SIGINT and the like sent to it are passed to the job.
 */
int vpcjail_launch(const struct vpcjail_plan *plan, struct vpcjail_job **job, struct vpcjail_error *error);

/** Process id of the supervisor; valid until vpcjail_wait has returned. */
pid_t vpcjail_job_supervisor(const struct vpcjail_job *job);

/** What was denied while the job ran: how many distinct destinations. 0 before vpcjail_wait. */
size_t vpcjail_job_denials(const struct vpcjail_job *job);

/**
 * Waits for the end of the job. *status is its wait status as waitpid(2) gives it. -ENOENT or -EACCES with
 * error->step "execute" when the command could not be executed (a shell's 127 and 126).
 */
int vpcjail_wait(struct vpcjail_job *job, int *status, struct vpcjail_error *error);

/** Kills a job that has not ended, and all its processes; waits for that. */
void vpcjail_job_free(struct vpcjail_job *job);

#ifdef __cplusplus
}
#endif

#endif
