// SPDX-License-Identifier: GPL-2.0-or-later
// `vpcjail verify`: proves a profile on the running kernel.
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cmd/load_profile.h"
#include "cmd/output.h"
#include "verify/describe.h"
#include "verify/verify.h"

const struct option_row verify_options[] = {
	OPTION_PROFILE,
	{ "quick", '\0', NULL, OPTION_FLAG, OPTION_OF(quick),
	  .help = "without the edges of rules and the farther doors: as a rule in under a second" },
	{ "all", 'a', NULL, OPTION_FLAG, OPTION_OF(all), .help = "print every promise, also those that held" },
	{ "user", 'u', "USER", OPTION_TEXT, OPTION_OF(user), .completes = COMPLETES_USER,
	  .help = "as root: whom the job would run as, as for `vpcjail run`" },
	{ "attest", '\0', "FILE", OPTION_TEXT, OPTION_OF(attest), .completes = COMPLETES_PATH,
	  .help = "write a statement of what was proven, to be read by `vpcjail check --attestation`" },
	OPTION_JSON,
	OPTION_HELP,
	OPTIONS_END,
};

const struct manual verify_manual = {
	.about = "Builds the jail of a profile on this kernel, on a host of its own in a test range: network\n"
		 "namespaces in which every address answers. No packet leaves the machine. Tries each\n"
		 "promise from inside the jail and from outside: the conformance table, both sides of every\n"
		 "edge of every rule, what no packet may be, ways out that are no packets. A denial counts\n"
		 "only when the same probe gets through without the jail; else it is inconclusive.",
	.examples = { { "vpcjail verify -p network-isolation", "is isolation what it says, on this kernel?" },
		      { "vpcjail verify --quick -p ./mine.yaml", "in under a second" },
		      { "vpcjail verify -p ./mine.yaml --json", "every promise with what became of it" },
		      { "vpcjail verify -p ./mine.yaml --attest proof.json", "keep the proof" } },
	.exits = "0 all held; 1 something was not held or is inconclusive, or the jail could not be\n"
		 "built; 2 usage; 3 the profile is wrong.",
	.see = "vpcjail explain, vpcjail show --as plan, vpcjail doctor",
};

struct verifying {
	struct loaded_profile loaded;
	struct host_network host;
	struct policy policy;
	struct verify_report report;
	struct attestation_file file;
};

static void verifying_release(struct verifying *verifying)
{
	attestation_file_release(&verifying->file);
	verify_report_release(&verifying->report);
	policy_release(&verifying->policy);
	host_network_release(&verifying->host);
	loaded_profile_release(&verifying->loaded);
}

// One line that is written over; only where somebody looks at it.
static void progress(void *data, const char *what, size_t done, size_t of)
{
	const struct invocation *invocation = data;

	if (!invocation->json && isatty(STDERR_FILENO) == 1)
		output_progress("verify: %s (%zu of %zu)", what, done, of);
}

static int prepare(const struct invocation *invocation, struct verifying *verifying, struct error *err)
{
	if (invocation->attest && attestation_file_open(&verifying->file, invocation->attest, err) < 0)
		return err->code;
	if (load_settle(&verifying->loaded.profile, &verifying->host, err) < 0)
		return err->code;
	return policy_build(&verifying->loaded.profile, &verifying->policy, err);
}

static int verify(const struct invocation *invocation, struct verifying *verifying, struct error *err)
{
	const struct verify_options options = { .full = !invocation->quick,
						.user = invocation->user,
						.attest = invocation->attest != NULL,
						.progress = progress,
						.data = (void *)(uintptr_t)invocation };
	char digest[SHA256_TEXT_SIZE];
	int result = verify_profile(&verifying->loaded.profile, &verifying->policy, &options, &verifying->report, err);

	if (isatty(STDERR_FILENO) == 1)
		output_progress_end();
	if (result < 0 || !invocation->attest)
		return result;
	if (attestation_file_write(&verifying->file, &verifying->report.statement, digest, err) < 0)
		return err->code;
	output_message("attested in %s: sha256 %s", invocation->attest, digest);
	return 0;
}

enum status cmd_verify(const struct invocation *invocation)
{
	CLEANUP(verifying_release) struct verifying verifying = { .file = ATTESTATION_FILE_NONE };
	CLEANUP(strbuf_release) struct strbuf out = { 0 };
	struct error err = { 0 };

	if (load_profile(invocation->profile, &verifying.loaded) < 0)
		return STATUS_PROFILE;
	if (prepare(invocation, &verifying, &err) < 0 || verify(invocation, &verifying, &err) < 0) {
		output_message("nothing was proven: %s%s%s", err.step, err.step[0] ? ": " : "", err.message);
		return STATUS_NO;
	}
	if (invocation->json)
		verify_print_json(&verifying.report, &out);
	else
		verify_print(&verifying.report, invocation->all, &out);
	return output_result(&out, verifying.report.result.all_held ? STATUS_YES : STATUS_NO);
}
