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

// The first row that matches gives the reason: what only looks like a secret comes last. Names that say how to train
// stay although they begin alike: TOKENIZERS_PARALLELISM, WANDB_MODE, NEPTUNE_MODE, SLURM_* (ranks come from it).
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
	OUT("GOOGLE_*", "another cloud's credentials"),
	OUT("GCE_METADATA_*", "another cloud's credentials"),
	OUT("GCLOUD_*", "another cloud's credentials"),
	OUT("CLOUDSDK_*", "another cloud's credentials"),
	OUT("AZURE_*", "another cloud's credentials"),
	OUT("ARM_CLIENT_*", "another cloud's credentials"),
	OUT("ARM_SUBSCRIPTION_ID", "another cloud's credentials"),
	OUT("ARM_TENANT_ID", "another cloud's credentials"),
	OUT("ARM_USE_*", "another cloud's credentials"),
	OUT("MSI_*", "another cloud's credentials"),
	OUT("IDENTITY_*", "another cloud's credentials"),
	OUT("OCI_CLI_*", "another cloud's credentials"),
	OUT("ALIBABA_CLOUD_*", "another cloud's credentials"),
	OUT("SNOWFLAKE_*", "another cloud's credentials"),
	OUT("DATABRICKS_HOST", "another cloud's credentials"),
	OUT("DATABRICKS_CLIENT_ID", "another cloud's credentials"),
	OUT("DATABRICKS_CONFIG_*", "another cloud's credentials"),
	OUT("RCLONE_CONFIG*", "another cloud's credentials"),
	OUT("S3_ACCESS_*", "another cloud's credentials"),
	OUT("SLURM_JWT", "the scheduler's key"),
	OUT("KUBECONFIG", "Kubernetes"),
	OUT("KUBERNETES_*", "Kubernetes"),
	OUT("VAULT_*", "a secret store"),
	OUT("CONSUL_*", "a secret store"),
	OUT("OP_SESSION_*", "a secret store"),
	OUT("SOPS_*", "a secret store"),
	OUT("HF_TOKEN", "a model hub's token"),
	OUT("HUGGING_FACE_HUB_TOKEN", "a model hub's token"),
	OUT("HUGGINGFACE_TOKEN", "a model hub's token"),
	OUT("KAGGLE_KEY", "a model hub's token"),
	OUT("KAGGLE_USERNAME", "a model hub's token"),
	OUT("WANDB_API_KEY", "an experiment tracker's key"),
	OUT("WANDB_BASE_URL", "an experiment tracker's key"),
	OUT("COMET_API_KEY", "an experiment tracker's key"),
	OUT("COMET_URL_OVERRIDE", "an experiment tracker's key"),
	OUT("NEPTUNE_API_TOKEN", "an experiment tracker's key"),
	OUT("CLEARML_API_*", "an experiment tracker's key"),
	OUT("MLFLOW_TRACKING_*", "an experiment tracker's key"),
	OUT("OPENAI_API_*", "a model API's key"),
	OUT("OPENAI_BASE_URL", "a model API's key"),
	OUT("OPENAI_ORG*", "a model API's key"),
	OUT("OPENAI_PROJECT*", "a model API's key"),
	OUT("ANTHROPIC_*", "a model API's key"),
	OUT("MISTRAL_API_*", "a model API's key"),
	OUT("COHERE_API_*", "a model API's key"),
	OUT("GITHUB_TOKEN", "a forge's token"),
	OUT("GH_TOKEN", "a forge's token"),
	OUT("GH_HOST", "a forge's token"),
	OUT("GITLAB_TOKEN", "a forge's token"),
	OUT("CI_JOB_TOKEN", "a forge's token"),
	OUT("CI_JOB_JWT*", "a forge's token"),
	OUT("CI_REGISTRY*", "a forge's token"),
	OUT("ACTIONS_RUNTIME_*", "a forge's token"),
	OUT("ACTIONS_ID_TOKEN_*", "a forge's token"),
	OUT("TWINE_*", "a package index, often with a password in it"),
	OUT("PIP_*INDEX_URL", "a package index, often with a password in it"),
	OUT("PIP_PROXY", "a package index, often with a password in it"),
	OUT("UV_*INDEX*", "a package index, often with a password in it"),
	OUT("UV_PUBLISH_*", "a package index, often with a password in it"),
	OUT("POETRY_HTTP_BASIC_*", "a package index, often with a password in it"),
	OUT("POETRY_PYPI_*", "a package index, often with a password in it"),
	OUT("NPM_TOKEN", "a package index, often with a password in it"),
	OUT("NPM_CONFIG_REGISTRY", "a package index, often with a password in it"),
	OUT("NPM_CONFIG_*AUTH*", "a package index, often with a password in it"),
	OUT("npm_config_*auth*", "a package index, often with a password in it"),
	OUT("npm_config_registry", "a package index, often with a password in it"),
	OUT("CONDA_*TOKEN", "a package index, often with a password in it"),
	OUT("CARGO_REGISTRIES_*", "a package index, often with a password in it"),
	OUT("CARGO_REGISTRY_*", "a package index, often with a password in it"),
	OUT("DATABASE_URL", "a database's address and password"),
	OUT("SQLALCHEMY_DATABASE_URI", "a database's address and password"),
	OUT("PGHOST*", "a database's address and password"),
	OUT("PGPORT", "a database's address and password"),
	OUT("PGUSER", "a database's address and password"),
	OUT("PGDATABASE", "a database's address and password"),
	OUT("PGPASSFILE", "a database's address and password"),
	OUT("PGSERVICE*", "a database's address and password"),
	OUT("PGSSL*", "a database's address and password"),
	OUT("MYSQL_*", "a database's address and password"),
	OUT("REDIS_URL", "a database's address and password"),
	OUT("REDIS_HOST", "a database's address and password"),
	OUT("MONGO_URL", "a database's address and password"),
	OUT("MONGODB_URI", "a database's address and password"),
	OUT("AMQP_URL", "a database's address and password"),
	OUT("BROKER_URL", "a database's address and password"),
	OUT("CELERY_BROKER_URL", "a database's address and password"),
	OUT("OTEL_EXPORTER_*", "where measurements are sent, with the key"),
	OUT("DD_*", "where measurements are sent, with the key"),
	OUT("SENTRY_DSN", "where measurements are sent, with the key"),
	OUT("http_proxy", "a proxy outside the jail"),
	OUT("https_proxy", "a proxy outside the jail"),
	OUT("ftp_proxy", "a proxy outside the jail"),
	OUT("rsync_proxy", "a proxy outside the jail"),
	OUT("socks_proxy", "a proxy outside the jail"),
	OUT("all_proxy", "a proxy outside the jail"),
	OUT("no_proxy", "a proxy outside the jail"),
	OUT("HTTP_PROXY", "a proxy outside the jail"),
	OUT("HTTPS_PROXY", "a proxy outside the jail"),
	OUT("FTP_PROXY", "a proxy outside the jail"),
	OUT("RSYNC_PROXY", "a proxy outside the jail"),
	OUT("ALL_PROXY", "a proxy outside the jail"),
	OUT("NO_PROXY", "a proxy outside the jail"),
	OUT("SOCKS_*", "a proxy outside the jail"),
	OUT("SOCKS5_*", "a proxy outside the jail"),
	OUT("SSH_*", "an agent or connection outside the jail"),
	OUT("GPG_AGENT_INFO", "an agent or connection outside the jail"),
	OUT("GNUPGHOME", "an agent or connection outside the jail"),
	OUT("GIT_ASKPASS", "a helper outside the jail"),
	OUT("GIT_SSH", "a helper outside the jail"),
	OUT("GIT_SSH_COMMAND", "a helper outside the jail"),
	OUT("GNOME_KEYRING_*", "a helper outside the jail"),
	OUT("SUDO_*", "who started vpcjail"),
	OUT("DOAS_USER", "who started vpcjail"),
	OUT("PKEXEC_UID", "who started vpcjail"),
	OUT("DBUS_*", "a socket outside the jail"),
	OUT("SESSION_MANAGER", "a socket outside the jail"),
	OUT("AT_SPI_BUS_ADDRESS", "a socket outside the jail"),
	OUT("I3SOCK", "a socket outside the jail"),
	OUT("SWAYSOCK", "a socket outside the jail"),
	OUT("HYPRLAND_INSTANCE_SIGNATURE", "a socket outside the jail"),
	OUT("PULSE_*", "a socket outside the jail"),
	OUT("PIPEWIRE_*", "a socket outside the jail"),
	OUT("NVIM", "a socket outside the jail"),
	OUT("NVIM_LISTEN_ADDRESS", "a socket outside the jail"),
	OUT("EMACS_SERVER_FILE", "a socket outside the jail"),
	OUT("EMACS_SOCKET_NAME", "a socket outside the jail"),
	OUT("DISPLAY", "a display outside the jail"),
	OUT("WAYLAND_*", "a display outside the jail"),
	OUT("XAUTHORITY", "a display outside the jail"),
	OUT("ICEAUTHORITY", "a display outside the jail"),
	OUT("XDG_RUNTIME_DIR", "a folder outside the jail"),
	OUT("KRB5*", "Kerberos tickets"),
	OUT("DOCKER_*", "a container engine"),
	OUT("CONTAINER_HOST", "a container engine"),
	OUT("CONTAINERD_*", "a container engine"),
	OUT("PODMAN_*", "a container engine"),
	OUT("BUILDKIT_*", "a container engine"),
	OUT("BUILDX_*", "a container engine"),
	OUT("NOTIFY_SOCKET", "the service manager"),
	OUT("LISTEN_*", "the service manager"),
	OUT("WATCHDOG_*", "the service manager"),
	OUT("JOURNAL_STREAM", "the service manager"),
	OUT("INVOCATION_ID", "the service manager"),
	OUT("MANAGERPID", "the service manager"),
	OUT("SYSTEMD_EXEC_PID", "the service manager"),
	OUT("CREDENTIALS_DIRECTORY", "the service manager"),
	OUT("TMUX", "a terminal multiplexer's socket"),
	OUT("TMUX_PANE", "a terminal multiplexer's socket"),
	OUT("TMUX_TMPDIR", "a terminal multiplexer's socket"),
	OUT("STY", "a terminal multiplexer's socket"),
	OUT("ZELLIJ*", "a terminal multiplexer's socket"),
	OUT("TERM_PROGRAM*", "the terminal outside, and its sockets"),
	OUT("KITTY_LISTEN_ON", "the terminal outside, and its sockets"),
	OUT("WEZTERM_UNIX_SOCKET", "the terminal outside, and its sockets"),
	OUT("ALACRITTY_SOCKET", "the terminal outside, and its sockets"),
	OUT("VSCODE_*", "an editor's or notebook's sockets and keys"),
	OUT("JPY_*", "an editor's or notebook's sockets and keys"),
	OUT("JUPYTERHUB_*", "an editor's or notebook's sockets and keys"),
	OUT("LD_PRELOAD", "code put into every program"),
	OUT("LD_AUDIT", "code put into every program"),
	OUT("GCONV_PATH", "code put into every program"),
	OUT("GLIBC_TUNABLES", "code put into every program"),
	OUT("PYTHONSTARTUP", "code put into every program"),
	OUT("LOCALDOMAIN", "name resolution"),
	OUT("RES_OPTIONS", "name resolution"),
	OUT("HOSTALIASES", "name resolution"),
	OUT("CUDA_MPS_*", "a daemon outside the jail"),
	OUT("MUNGE_*", "a daemon outside the jail"),
	OUT("*_TOKEN", "looks like a secret"),
	OUT("*_API_KEY", "looks like a secret"),
	OUT("*_SECRET*", "looks like a secret"),
	OUT("SECRET_*", "looks like a secret"),
	OUT("*PASSWORD*", "looks like a secret"),
	OUT("*PASSWD*", "looks like a secret"),
	OUT("*PASSPHRASE*", "looks like a secret"),
	OUT("*CREDENTIAL*", "looks like a secret"),
	OUT("*_ACCESS_KEY*", "looks like a secret"),
	OUT("*_PRIVATE_KEY*", "looks like a secret"),
	OUT("SSHPASS", "looks like a secret"),
	TRAINING("PATH"),
	TRAINING("HOME"),
	TRAINING("USER"),
	TRAINING("LOGNAME"),
	TRAINING("SHELL"),
	TRAINING("TERM"),
	TRAINING("COLUMNS"),
	TRAINING("LINES"),
	TRAINING("COLORTERM"),
	TRAINING("NO_COLOR"),
	TRAINING("LANG"),
	TRAINING("LC_*"),
	TRAINING("LANGUAGE"),
	TRAINING("TZDIR"),
	TRAINING("TZ"),
	TRAINING("PWD"),
	TRAINING("PYTHON*"),
	TRAINING("VIRTUAL_ENV"),
	TRAINING("CONDA_*"),
	TRAINING("XDG_CACHE_HOME"),
	TRAINING("XDG_DATA_HOME"),
	TRAINING("XDG_CONFIG_HOME"),
	TRAINING("LD_LIBRARY_PATH"),
	TRAINING("LIBRARY_PATH"),
	TRAINING("CPATH"),
	TRAINING("CUDA_*"),
	TRAINING("CUDNN_*"),
	TRAINING("CUBLAS_*"),
	TRAINING("HIP_*"),
	TRAINING("ROCR_*"),
	TRAINING("HSA_*"),
	TRAINING("MIOPEN_*"),
	TRAINING("XLA_*"),
	TRAINING("TF_*"),
	TRAINING("JAX_*"),
	TRAINING("KERAS_*"),
	TRAINING("NVIDIA_*"),
	TRAINING("NCCL_*"),
	TRAINING("TORCH_*"),
	TRAINING("TORCHELASTIC_*"),
	TRAINING("TORCHINDUCTOR_*"),
	TRAINING("PYTORCH_*"),
	TRAINING("TRITON_*"),
	TRAINING("ACCELERATE_*"),
	TRAINING("DEEPSPEED_*"),
	TRAINING("FSDP_*"),
	TRAINING("HF_*"),
	TRAINING("TRANSFORMERS_*"),
	TRAINING("DIFFUSERS_*"),
	TRAINING("TOKENIZERS_*"),
	TRAINING("BITSANDBYTES_*"),
	TRAINING("VLLM_*"),
	TRAINING("WANDB_*"),
	TRAINING("MLFLOW_*"),
	TRAINING("RAY_*"),
	TRAINING("OMP_*"),
	TRAINING("KMP_*"),
	TRAINING("GOMP_*"),
	TRAINING("OPENBLAS_*"),
	TRAINING("NUMEXPR_*"),
	TRAINING("NUMBA_*"),
	TRAINING("MALLOC_*"),
	TRAINING("MKL_*"),
	TRAINING("MASTER_ADDR"),
	TRAINING("MASTER_PORT"),
	TRAINING("RANK"),
	TRAINING("WORLD_SIZE"),
	TRAINING("GROUP_RANK"),
	TRAINING("ROLE_RANK"),
	TRAINING("ROLE_WORLD_SIZE"),
	TRAINING("NODE_RANK"),
	TRAINING("LOCAL_RANK"),
	TRAINING("LOCAL_WORLD_SIZE"),
	TRAINING("GLOO_*"),
	TRAINING("UCX_*"),
	TRAINING("OMPI_*"),
	TRAINING("PMI*"),
	TRAINING("PRTE_*"),
	TRAINING("HYDRA_*"),
	TRAINING("I_MPI_*"),
	TRAINING("FI_*"),
	TRAINING("SLURM_*"),
	TRAINING("SLURMD_*"),
	TRAINING("PBS_*"),
	TRAINING("LSB_*"),
	TRAINING("JOB_ID"),
	TRAINING("SM_*"),
	TRAINING("TRAINING_JOB_NAME"),
	TRAINING("AWS_REGION"),
	TRAINING("AWS_DEFAULT_REGION"),
	TRAINING("TMPDIR"),
	TRAINING("TEMP"),
	TRAINING("TMP"),
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

bool environment_is_kept(const struct profile_process *process, const char *name)
{
	return listed(&process->environment_keep, name) && !listed(&process->environment_remove, name);
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
