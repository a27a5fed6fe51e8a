// SPDX-License-Identifier: GPL-2.0-or-later
// plan: which names of the environment go and why, against a list written apart from the table.
#include "test.h"

#include <stdbool.h>
#include <string.h>

#include "plan/environment.h"

static const struct {
	const char *what;
	const char *names[32];
} gone[] = {
	{ "AWS credentials and endpoints",
	  { "AWS_ACCESS_KEY_ID",
	    "AWS_SECRET_ACCESS_KEY",
	    "AWS_SESSION_TOKEN",
	    "AWS_SECURITY_TOKEN",
	    "AWS_PROFILE",
	    "AWS_DEFAULT_PROFILE",
	    "AWS_CONFIG_FILE",
	    "AWS_SHARED_CREDENTIALS_FILE",
	    "AWS_WEB_IDENTITY_TOKEN_FILE",
	    "AWS_ROLE_ARN",
	    "AWS_ROLE_SESSION_NAME",
	    "AWS_CREDENTIAL_EXPIRATION",
	    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
	    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
	    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
	    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
	    "AWS_ENDPOINT_URL",
	    "AWS_ENDPOINT_URL_S3",
	    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
	    "AWS_BEARER_TOKEN_BEDROCK",
	    "ECS_CONTAINER_METADATA_URI",
	    "ECS_CONTAINER_METADATA_URI_V4",
	    "ECS_AGENT_URI",
	    "BOTO_CONFIG",
	    "S3_ENDPOINT_URL" } },
	{ "another cloud's credentials",
	  { "GOOGLE_APPLICATION_CREDENTIALS",
	    "GOOGLE_CLOUD_PROJECT",
	    "GCE_METADATA_HOST",
	    "GCLOUD_PROJECT",
	    "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE",
	    "AZURE_CLIENT_SECRET",
	    "ARM_CLIENT_ID",
	    "ARM_SUBSCRIPTION_ID",
	    "ARM_TENANT_ID",
	    "ARM_USE_MSI",
	    "MSI_ENDPOINT",
	    "IDENTITY_HEADER",
	    "OCI_CLI_KEY_FILE",
	    "ALIBABA_CLOUD_ACCESS_KEY_ID",
	    "SNOWFLAKE_USER",
	    "DATABRICKS_HOST",
	    "DATABRICKS_CLIENT_ID",
	    "DATABRICKS_CONFIG_FILE",
	    "RCLONE_CONFIG",
	    "RCLONE_CONFIG_PASS",
	    "S3_ACCESS_KEY" } },
	{ "the scheduler's key", { "SLURM_JWT" } },
	{ "Kubernetes", { "KUBECONFIG", "KUBERNETES_SERVICE_HOST" } },
	{ "a secret store",
	  { "VAULT_ADDR", "VAULT_TOKEN", "CONSUL_HTTP_TOKEN", "OP_SESSION_my", "SOPS_AGE_KEY_FILE" } },
	{ "a model hub's token",
	  { "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HUGGINGFACE_TOKEN", "KAGGLE_KEY", "KAGGLE_USERNAME" } },
	{ "an experiment tracker's key",
	  { "WANDB_API_KEY", "WANDB_BASE_URL", "COMET_API_KEY", "COMET_URL_OVERRIDE", "NEPTUNE_API_TOKEN",
	    "CLEARML_API_ACCESS_KEY", "MLFLOW_TRACKING_URI", "MLFLOW_TRACKING_PASSWORD" } },
	{ "a model API's key",
	  { "OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "ANTHROPIC_API_KEY",
	    "ANTHROPIC_BASE_URL", "MISTRAL_API_KEY", "COHERE_API_KEY" } },
	{ "a forge's token",
	  { "GITHUB_TOKEN", "GH_TOKEN", "GH_HOST", "GITLAB_TOKEN", "CI_JOB_TOKEN", "CI_JOB_JWT_V2", "CI_REGISTRY_USER",
	    "ACTIONS_RUNTIME_URL", "ACTIONS_ID_TOKEN_REQUEST_URL" } },
	{ "a package index, often with a password in it",
	  { "TWINE_USERNAME", "TWINE_PASSWORD", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_PROXY", "UV_INDEX_URL",
	    "UV_DEFAULT_INDEX", "UV_PUBLISH_URL", "POETRY_HTTP_BASIC_FOO_USERNAME", "POETRY_PYPI_TOKEN_FOO",
	    "NPM_TOKEN", "NPM_CONFIG_REGISTRY", "NPM_CONFIG__AUTH", "npm_config__auth", "npm_config_registry",
	    "CONDA_TOKEN", "CARGO_REGISTRIES_MY_TOKEN", "CARGO_REGISTRY_TOKEN" } },
	{ "a database's address and password", { "DATABASE_URL", "SQLALCHEMY_DATABASE_URI",
						 "PGHOST",       "PGHOSTADDR",
						 "PGPORT",       "PGUSER",
						 "PGDATABASE",   "PGPASSFILE",
						 "PGSERVICE",    "PGSERVICEFILE",
						 "PGSSLKEY",     "MYSQL_PWD",
						 "MYSQL_HOST",   "REDIS_URL",
						 "REDIS_HOST",   "MONGO_URL",
						 "MONGODB_URI",  "AMQP_URL",
						 "BROKER_URL",   "CELERY_BROKER_URL" } },
	{ "where measurements are sent, with the key",
	  { "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_HEADERS", "DD_API_KEY", "DD_AGENT_HOST",
	    "SENTRY_DSN" } },
	{ "a proxy outside the jail",
	  { "http_proxy", "https_proxy", "ftp_proxy", "rsync_proxy", "socks_proxy", "all_proxy", "no_proxy",
	    "HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "RSYNC_PROXY", "ALL_PROXY", "NO_PROXY", "SOCKS_SERVER",
	    "SOCKS5_SERVER", "SOCKS_PROXY" } },
	{ "an agent or connection outside the jail",
	  { "SSH_AUTH_SOCK", "SSH_CONNECTION", "SSH_ASKPASS", "GPG_AGENT_INFO", "GNUPGHOME" } },
	{ "a helper outside the jail", { "GIT_ASKPASS", "GIT_SSH", "GIT_SSH_COMMAND", "GNOME_KEYRING_CONTROL" } },
	{ "who started vpcjail", { "SUDO_USER", "DOAS_USER", "PKEXEC_UID" } },
	{ "a socket outside the jail",
	  { "DBUS_SESSION_BUS_ADDRESS", "SESSION_MANAGER", "AT_SPI_BUS_ADDRESS", "I3SOCK", "SWAYSOCK",
	    "HYPRLAND_INSTANCE_SIGNATURE", "PULSE_SERVER", "PULSE_COOKIE", "PIPEWIRE_REMOTE", "NVIM",
	    "NVIM_LISTEN_ADDRESS", "EMACS_SERVER_FILE", "EMACS_SOCKET_NAME" } },
	{ "a display outside the jail", { "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "ICEAUTHORITY" } },
	{ "a folder outside the jail", { "XDG_RUNTIME_DIR" } },
	{ "Kerberos tickets", { "KRB5CCNAME", "KRB5_CONFIG" } },
	{ "a container engine",
	  { "DOCKER_HOST", "CONTAINER_HOST", "CONTAINERD_ADDRESS", "PODMAN_USERNS", "BUILDKIT_HOST",
	    "BUILDX_CONFIG" } },
	{ "the service manager",
	  { "NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "WATCHDOG_USEC", "JOURNAL_STREAM",
	    "INVOCATION_ID", "MANAGERPID", "SYSTEMD_EXEC_PID", "CREDENTIALS_DIRECTORY" } },
	{ "a terminal multiplexer's socket",
	  { "TMUX", "TMUX_PANE", "TMUX_TMPDIR", "STY", "ZELLIJ", "ZELLIJ_SESSION_NAME" } },
	{ "the terminal outside, and its sockets",
	  { "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "KITTY_LISTEN_ON", "WEZTERM_UNIX_SOCKET", "ALACRITTY_SOCKET" } },
	{ "an editor's or notebook's sockets and keys",
	  { "VSCODE_IPC_HOOK_CLI", "JPY_API_TOKEN", "JUPYTERHUB_API_URL" } },
	{ "code put into every program",
	  { "LD_PRELOAD", "LD_AUDIT", "GCONV_PATH", "GLIBC_TUNABLES", "PYTHONSTARTUP" } },
	{ "name resolution", { "LOCALDOMAIN", "RES_OPTIONS", "HOSTALIASES" } },
	{ "a daemon outside the jail", { "CUDA_MPS_PIPE_DIRECTORY", "MUNGE_SOCKET" } },
	{ "looks like a secret",
	  { "MY_TOKEN", "JUPYTER_TOKEN", "TOGETHER_API_KEY", "MY_SECRET_THING", "SECRET_OF_MINE", "PGPASSWORD",
	    "MY_PASSWD", "BORG_PASSPHRASE", "GIT_CREDENTIALS", "MINIO_ACCESS_KEY", "SIGNING_PRIVATE_KEY", "SSHPASS" } },
};

// What training needs, and what only looks like one of the above.
static const char *const stays[] = {
	"PATH",
	"HOME",
	"LANG",
	"LC_ALL",
	"TERM",
	"TZ",
	"PYTHONPATH",
	"PYTHONHASHSEED",
	"VIRTUAL_ENV",
	"CONDA_PREFIX",
	"CONDA_DEFAULT_ENV",
	"LD_LIBRARY_PATH",
	"TOKENIZERS_PARALLELISM",
	"WANDB_MODE",
	"WANDB_DIR",
	"NEPTUNE_MODE",
	"COMET_MODE",
	"HF_HOME",
	"HF_HUB_OFFLINE",
	"HF_DATASETS_CACHE",
	"TRANSFORMERS_OFFLINE",
	"CUDA_VISIBLE_DEVICES",
	"CUDA_HOME",
	"CUDA_LAUNCH_BLOCKING",
	"NVIDIA_VISIBLE_DEVICES",
	"NCCL_DEBUG",
	"NCCL_SOCKET_IFNAME",
	"GLOO_SOCKET_IFNAME",
	"MASTER_ADDR",
	"MASTER_PORT",
	"RANK",
	"WORLD_SIZE",
	"LOCAL_RANK",
	"LOCAL_WORLD_SIZE",
	"OMP_NUM_THREADS",
	"MKL_NUM_THREADS",
	"TORCH_HOME",
	"TORCH_EXTENSIONS_DIR",
	"PYTORCH_CUDA_ALLOC_CONF",
	"TORCHELASTIC_RUN_ID",
	"SLURM_JOB_ID",
	"SLURM_PROCID",
	"SLURM_NODELIST",
	"OMPI_COMM_WORLD_RANK",
	"PMIX_RANK",
	"PMI_RANK",
	"UCX_TLS",
	"I_MPI_HYDRA_BOOTSTRAP",
	"SM_NUM_GPUS",
	"TRAINING_JOB_NAME",
	"AWS_REGION",
	"AWS_DEFAULT_REGION",
	"TMPDIR",
	"OPENAI_LOGDIR",
	"DATABRICKS_RUNTIME_VERSION",
	"PIP_NO_INPUT",
	"UV_CACHE_DIR",
	"PIP_FIND_LINKS",
	"MLFLOW_EXPERIMENT_NAME",
	"KAGGLE_CONFIG_DIR",
	"PGO_DIR",
	"KEY_BITS",
	"SECRETARY",
	"GITHUB_SHA",
	"CI",
	"XDG_CACHE_HOME",
	"MAX_TOKENS",
	"MYSQLISH",
	"DDP_BACKEND",
	"ARM_ARCH",
};

static void test_gone(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
		for (const char *const *name = gone[i].names; *name; name++) {
			const struct environment_row *row = environment_find(*name, 0);
			if (!row)
				fail_msg("%s stays", *name);
			if (strcmp(row->what, gone[i].what) != 0)
				fail_msg("%s goes as: %s, not as: %s", *name, row->what, gone[i].what);
		}
}

static void test_stays(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(stays) / sizeof(stays[0]); i++) {
		const struct environment_row *row = environment_find(stays[i], 0);
		if (row)
			fail_msg("%s goes: %s", stays[i], row->what);
	}
}

static bool named(const struct environment_row *row)
{
	for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
		for (const char *const *name = gone[i].names; *name; name++)
			if (environment_find(*name, 0) == row)
				return true;
	return false;
}

// No row without a name that it alone takes out first: a row behind a wider one would never give its reason.
static void test_every_row_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < environment_row_count; i++)
		if (environment_rows[i].kind != ENVIRONMENT_TRAINING && !named(&environment_rows[i]))
			fail_msg("no name here is taken out by the row %s", environment_rows[i].pattern);
}

static void test_unique(void **state)
{
	(void)state;
	for (size_t i = 0; i < environment_row_count; i++)
		for (size_t j = i + 1; j < environment_row_count; j++)
			assert_string_not_equal(environment_rows[i].pattern, environment_rows[j].pattern);
}

static void test_keep(void **state)
{
	(void)state;
	assert_null(environment_find("AWS_SESSION_TOKEN", 1));
	assert_null(environment_find("AWS_SECRET_ACCESS_KEY", 1));
	assert_non_null(environment_find("HF_TOKEN", 1));
	assert_non_null(environment_find("GOOGLE_APPLICATION_CREDENTIALS", 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gone),   cmocka_unit_test(test_stays), cmocka_unit_test(test_every_row_is_named),
		cmocka_unit_test(test_unique), cmocka_unit_test(test_keep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
