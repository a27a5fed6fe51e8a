// SPDX-License-Identifier: GPL-2.0-or-later
// The job's environment: the caller's, less what leads out of the jail or opens doors elsewhere.
#include "plan/environment.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "plan/steps.h"

#define AWS(pattern)                                                                                                   \
	{                                                                                                              \
		pattern, "AWS credentials and endpoints", ENVIRONMENT_AWS                                              \
	}
#define OUT(pattern, what)                                                                                             \
	{                                                                                                              \
		pattern, what, ENVIRONMENT_REMOVE                                                                      \
	}
#define TRAINING(pattern)                                                                                              \
	{                                                                                                              \
		pattern, "training", ENVIRONMENT_TRAINING                                                              \
	}

const struct environment_row environment_rows[] = {
	AWS("AWS_ACCESS_KEY_ID"),
	AWS("AWS_SECRET_ACCESS_KEY"),
	AWS("AWS_SESSION_TOKEN"),
	AWS("AWS_SECURITY_TOKEN"),
	AWS("AWS_PROFILE"),
	AWS("AWS_DEFAULT_PROFILE"),
	AWS("AWS_CONFIG_FILE"),
	AWS("AWS_SHARED_CREDENTIALS_FILE"),
	AWS("AWS_WEB_IDENTITY_TOKEN_FILE"),
	AWS("AWS_ROLE_ARN"),
	AWS("AWS_ROLE_SESSION_NAME"),
	AWS("AWS_CREDENTIAL_EXPIRATION"),
	AWS("AWS_CONTAINER_*"),
	AWS("AWS_ENDPOINT_URL*"),
	AWS("AWS_EC2_METADATA_*"),
	AWS("AWS_BEARER_TOKEN_*"),
	AWS("ECS_CONTAINER_METADATA_URI*"),
	AWS("ECS_AGENT_URI"),
	AWS("BOTO_CONFIG"),
	AWS("S3_ENDPOINT*"),
	OUT("GOOGLE_APPLICATION_CREDENTIALS", "another cloud's credentials"),
	OUT("GCE_METADATA_*", "another cloud's credentials"),
	OUT("CLOUDSDK_AUTH_*", "another cloud's credentials"),
	OUT("AZURE_*", "another cloud's credentials"),
	OUT("ARM_CLIENT_*", "another cloud's credentials"),
	OUT("MSI_*", "another cloud's credentials"),
	OUT("IDENTITY_*", "another cloud's credentials"),
	OUT("KUBECONFIG", "Kubernetes"),
	OUT("KUBERNETES_*", "Kubernetes"),
	OUT("VAULT_*", "a secret store"),
	OUT("HF_TOKEN", "a model hub's token"),
	OUT("HUGGING_FACE_HUB_TOKEN", "a model hub's token"),
	OUT("HUGGINGFACE_TOKEN", "a model hub's token"),
	OUT("WANDB_API_KEY", "an experiment tracker's key"),
	OUT("MLFLOW_TRACKING_*", "an experiment tracker's key"),
	OUT("*_TOKEN", "looks like a secret"),
	OUT("*_API_KEY", "looks like a secret"),
	OUT("*_SECRET*", "looks like a secret"),
	OUT("*PASSWORD*", "looks like a secret"),
	OUT("*CREDENTIAL*", "looks like a secret"),
	OUT("DATABASE_URL", "a database's address and password"),
	OUT("http_proxy", "a proxy outside the jail"),
	OUT("https_proxy", "a proxy outside the jail"),
	OUT("ftp_proxy", "a proxy outside the jail"),
	OUT("rsync_proxy", "a proxy outside the jail"),
	OUT("all_proxy", "a proxy outside the jail"),
	OUT("no_proxy", "a proxy outside the jail"),
	OUT("HTTP_PROXY", "a proxy outside the jail"),
	OUT("HTTPS_PROXY", "a proxy outside the jail"),
	OUT("FTP_PROXY", "a proxy outside the jail"),
	OUT("ALL_PROXY", "a proxy outside the jail"),
	OUT("NO_PROXY", "a proxy outside the jail"),
	OUT("SSH_*", "an agent or connection outside the jail"),
	OUT("GPG_AGENT_INFO", "an agent outside the jail"),
	OUT("GIT_ASKPASS", "a helper outside the jail"),
	OUT("SUDO_*", "who started vpcjail"),
	OUT("DBUS_*", "a socket outside the jail"),
	OUT("DISPLAY", "a display outside the jail"),
	OUT("WAYLAND_*", "a display outside the jail"),
	OUT("XAUTHORITY", "a display outside the jail"),
	OUT("XDG_RUNTIME_DIR", "a folder outside the jail"),
	OUT("SESSION_MANAGER", "a socket outside the jail"),
	OUT("PULSE_SERVER", "a socket outside the jail"),
	OUT("KRB5*", "Kerberos tickets"),
	OUT("DOCKER_*", "a container engine"),
	OUT("CONTAINER_HOST", "a container engine"),
	OUT("NOTIFY_SOCKET", "the service manager"),
	OUT("LISTEN_*", "the service manager"),
	OUT("WATCHDOG_*", "the service manager"),
	OUT("JOURNAL_STREAM", "the service manager"),
	OUT("TMUX", "a terminal multiplexer's socket"),
	OUT("TMUX_PANE", "a terminal multiplexer's socket"),
	OUT("STY", "a terminal multiplexer's socket"),
	OUT("VSCODE_*", "an editor's sockets"),
	OUT("LD_PRELOAD", "code put into every program"),
	OUT("LD_AUDIT", "code put into every program"),
	OUT("LOCALDOMAIN", "name resolution"),
	OUT("RES_OPTIONS", "name resolution"),
	OUT("HOSTALIASES", "name resolution"),
	OUT("CUDA_MPS_*", "a daemon outside the jail"),
	TRAINING("PATH"),
	TRAINING("HOME"),
	TRAINING("USER"),
	TRAINING("LOGNAME"),
	TRAINING("SHELL"),
	TRAINING("TERM"),
	TRAINING("LANG"),
	TRAINING("LC_*"),
	TRAINING("TZ"),
	TRAINING("PWD"),
	TRAINING("PYTHON*"),
	TRAINING("VIRTUAL_ENV"),
	TRAINING("CONDA_*"),
	TRAINING("LD_LIBRARY_PATH"),
	TRAINING("CUDA_*"),
	TRAINING("NVIDIA_*"),
	TRAINING("NCCL_*"),
	TRAINING("TORCH_*"),
	TRAINING("OMP_*"),
	TRAINING("MKL_*"),
	TRAINING("MASTER_ADDR"),
	TRAINING("MASTER_PORT"),
	TRAINING("RANK"),
	TRAINING("WORLD_SIZE"),
	TRAINING("LOCAL_RANK"),
	TRAINING("LOCAL_WORLD_SIZE"),
	TRAINING("GLOO_*"),
	TRAINING("UCX_*"),
	TRAINING("OMPI_*"),
	TRAINING("PMI*"),
	TRAINING("SM_*"),
	TRAINING("TRAINING_JOB_NAME"),
	TRAINING("AWS_REGION"),
	TRAINING("AWS_DEFAULT_REGION"),
	TRAINING("TMPDIR"),
};

const size_t environment_row_count = sizeof(environment_rows) / sizeof(environment_rows[0]);

// A matcher of our own: fnmatch(3) would give `[` in a user's pattern a meaning nobody asked for.
int environment_matches(const char *name, const char *pattern)
{
	for (; *pattern; pattern++, name++) {
		if (*pattern == '*') {
			for (;; name++) {
				if (environment_matches(name, pattern + 1))
					return 1;
				if (!*name)
					return 0;
			}
		}
		if (*name != *pattern)
			return 0;
	}
	return *name == '\0';
}

const struct environment_row *environment_find(const char *name, int keep_aws)
{
	bool aws = false;

	for (size_t i = 0; i < environment_row_count; i++) {
		const struct environment_row *row = &environment_rows[i];
		if (row->kind == ENVIRONMENT_TRAINING || !environment_matches(name, row->pattern))
			continue;
		if (row->kind == ENVIRONMENT_AWS && keep_aws) {
			aws = true;  // kept by name, also where a pattern below says secret
			continue;
		}
		return aws ? NULL : row;
	}
	return NULL;
}

static bool is_training(const char *name)
{
	for (size_t i = 0; i < environment_row_count; i++)
		if (environment_rows[i].kind == ENVIRONMENT_TRAINING &&
		    environment_matches(name, environment_rows[i].pattern))
			return true;
	return false;
}

static bool listed(const text_vec *patterns, const char *name)
{
	vec_for_each (pattern, patterns)
		if (environment_matches(name, pattern->text))
			return true;
	return false;
}

static bool goes(const struct profile_process *process, const char *name)
{
	if (listed(&process->environment_remove, name))
		return true;
	if (listed(&process->environment_keep, name))
		return false;
	if (environment_find(name, process->credentials == CREDENTIALS_KEEP))
		return true;
	return process->environment_mode == ENVIRONMENT_CLEAN && !is_training(name) &&
	       !(process->credentials == CREDENTIALS_KEEP && environment_find(name, 0));
}

static bool is_set(const named_text_vec *set, const char *name)
{
	vec_for_each (variable, set)
		if (strcmp(variable->name, name) == 0)
			return true;
	return false;
}

// As root for another user: the job is that user's, and so are its names.
static void add_own(struct launch_plan *plan, const struct launch_request *request)
{
	const struct identity *who = &request->host->identity;
	const struct {
		const char *name, *value;
	} rows[] = { { "HOME", who->home }, { "USER", who->name }, { "LOGNAME", who->name }, { "SHELL", who->shell } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!is_set(&request->profile->process.environment_set, rows[i].name))
			vec_push(&plan->environment, memory_format("%s=%s", rows[i].name, rows[i].value));
}

static bool is_own(const char *name)
{
	return strcmp(name, "HOME") == 0 || strcmp(name, "USER") == 0 || strcmp(name, "LOGNAME") == 0 ||
	       strcmp(name, "SHELL") == 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void plan_environment(struct launch_plan *plan, const struct launch_request *request)
{
	const struct profile_process *process = &request->profile->process;

	for (char *const *variable = request->environment; *variable; variable++) {
		size_t length = strcspn(*variable, "=");
		AUTO_FREE char *name = memory_copy_bytes(*variable, length);

		if (is_set(&process->environment_set, name) || (request->host->root && is_own(name)))
			continue;
		if (!goes(process, name))
			vec_push(&plan->environment, memory_copy_text(*variable));
		else
			vec_push(&plan->removed, STEAL(name));
	}
	vec_for_each (variable, &process->environment_set)
		vec_push(&plan->environment, memory_format("%s=%s", variable->name, variable->text));
	if (request->host->root)
		add_own(plan, request);
	vec_push(&plan->environment, NULL);
	plan->environment.count--;  // the terminator is behind the last item
	if (plan->removed.count)
		qsort(plan->removed.items, plan->removed.count, sizeof(char *), compare);
}
