// SPDX-License-Identifier: GPL-2.0-or-later
// Credentials that lie where a variable of the caller's environment says. The variable goes; the file would still be
// there for whoever guesses its name, or reads it in a shell's start-up file.
#include "plan/guarded.h"

// clang-format off
#define POINTED(variable_, below_, why_) { variable_, below_, { .base = BASE_HOME, .path = variable_, .why = why_ } }
#define AWS_POINTED(variable_) \
	{ variable_, "", { .base = BASE_HOME, .path = variable_, .why = "AWS keys", .aws = true } }
// clang-format on

const struct guarded_pointer credential_pointers[] = {
	AWS_POINTED("AWS_SHARED_CREDENTIALS_FILE"),
	AWS_POINTED("AWS_CONFIG_FILE"),
	AWS_POINTED("AWS_WEB_IDENTITY_TOKEN_FILE"),
	AWS_POINTED("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"),
	AWS_POINTED("BOTO_CONFIG"),
	POINTED("XDG_STATE_HOME", "/vpcjail", "records of runs: command lines, which hold tokens"),
	POINTED("GOOGLE_APPLICATION_CREDENTIALS", "", "another cloud's credentials"),
	POINTED("CLOUDSDK_CONFIG", "", "another cloud's credentials"),
	POINTED("AZURE_CONFIG_DIR", "", "another cloud's credentials"),
	POINTED("AZURE_FEDERATED_TOKEN_FILE", "", "another cloud's credentials"),
	POINTED("OCI_CLI_CONFIG_FILE", "", "another cloud's credentials"),
	POINTED("TF_CLI_CONFIG_FILE", "", "another cloud's credentials"),
	POINTED("RCLONE_CONFIG", "", "an object store's keys"),
	POINTED("KUBECONFIG", "", "Kubernetes"),
	POINTED("DOCKER_CONFIG", "/config.json", "container registries and engines"),
	POINTED("REGISTRY_AUTH_FILE", "", "container registries and engines"),
	POINTED("GNUPGHOME", "", "private keys"),
	POINTED("NETRC", "", "passwords of web sites"),
	POINTED("PGPASSFILE", "", "a database's password"),
	POINTED("DATABRICKS_CONFIG_FILE", "", "a database's password"),
	POINTED("KRB5CCNAME", "", "Kerberos tickets"),
	POINTED("KRB5_CLIENT_KTNAME", "", "Kerberos tickets"),
	POINTED("XAUTHORITY", "", "lets in to a display or a sound server"),
	POINTED("ICEAUTHORITY", "", "lets in to a display or a sound server"),
	POINTED("HF_TOKEN_PATH", "", "a model hub's token"),
	POINTED("HF_HOME", "/token", "a model hub's token"),
	POINTED("HF_HOME", "/stored_tokens", "a model hub's token"),
	POINTED("KAGGLE_CONFIG_DIR", "/kaggle.json", "a model hub's token"),
	POINTED("WANDB_CONFIG_DIR", "/settings", "an experiment tracker's key"),
	POINTED("CARGO_HOME", "/credentials.toml", "a package index's token"),
	POINTED("CARGO_HOME", "/credentials", "a package index's token"),
	POINTED("NPM_CONFIG_USERCONFIG", "", "a package index's token"),
	POINTED("PIP_CONFIG_FILE", "", "a package index's token"),
};

const size_t credential_pointer_count = sizeof(credential_pointers) / sizeof(credential_pointers[0]);
