// SPDX-License-Identifier: GPL-2.0-or-later
// `vpcjail import`: what AWS prints of an account becomes the profile that enforces it.
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "cmd/import_build.h"
#include "cmd/import_command.h"
#include "cmd/import_ids.h"
#include "cmd/import_paths.h"
#include "cmd/import_read.h"
#include "cmd/import_refresh.h"
#include "cmd/import_show.h"
#include "cmd/import_write.h"
#include "cmd/output.h"
#include "import/document/document.h"

const struct option_row import_options[] = {
	{ "output", 'o', "FILE", OPTION_TEXT, OPTION_OF(output), .completes = COMPLETES_PATH,
	  .help = "write the profile to FILE, new, and prefix lists to files beside it" },
	{ "training-job", '\0', "FILE", OPTION_TEXT, OPTION_OF(training_job), .completes = COMPLETES_PATH,
	  .help = "read FILE too; its job says the subnets and security groups" },
	{ "subnet", '\0', "ID", OPTION_TEXTS, OPTION_OF(subnets), .help = "the job's subnet; may be repeated" },
	{ "security-group", '\0', "ID", OPTION_TEXTS, OPTION_OF(security_groups),
	  .help = "a security group of the job; may be repeated" },
	{ "region", '\0', "REGION", OPTION_TEXT, OPTION_OF(region),
	  .help = "the AWS Region, where documents are of several or do not say" },
	{ "strict", '\0', NULL, OPTION_FLAG, OPTION_OF(strict),
	  .help = "of several subnets: one profile with what every one of them lets through" },
	{ "assume-default-acl", '\0', NULL, OPTION_FLAG, OPTION_OF(assume_default_acl),
	  .help = "without network ACLs among the documents: AWS's default one, which allows all" },
	{ "summary", '\0', NULL, OPTION_FLAG, OPTION_OF(summary),
	  .help = "print what the job can reach, and all findings, in place of the profile" },
	{ "refresh", '\0', "PROFILE", OPTION_TEXT, OPTION_OF(refresh), .completes = COMPLETES_PATH,
	  .help = "print what an import now would change of what PROFILE reaches, ask, and write it" },
	{ "yes", 'y', NULL, OPTION_FLAG, OPTION_OF(yes), .help = "with --refresh: write without asking" },
	OPTION_JSON,
	OPTION_HELP,
	OPTIONS_END,
};

const struct manual import_manual = {
	.about = "Reads what AWS prints: any number of JSON documents in files, a folder (its *.json, four deep) or\n"
		 "standard input (-), each known by its shape, whatever its name. They are outputs of `aws ec2\n"
		 "describe-vpcs`, -subnets, -route-tables, -security-groups, -network-acls, -vpc-endpoints,\n"
		 "-network-interfaces, -managed-prefix-lists and more, ip-ranges.json, and SageMaker jobs: requests,\n"
		 "descriptions, the SDK's config.yaml. vpcjail(1) has the commands to copy.\n"
		 "What becomes of them is a profile for the job's subnet and security groups: those of the only\n"
		 "job, of --training-job, or of --subnet and --security-group. What no document gives is denied,\n"
		 "and named at the profile's head with the command that prints it. Several subnets that differ\n"
		 "give a profile each (-o p.yaml: p.SUBNET.yaml), or with --strict one for all.\n"
		 "The profile is `located: elsewhere` until you say that its ranges are this network's. With\n"
		 "--refresh, decisions of your own stay as PROFILE has them; comments of your own do not.",
	.examples = { { "vpcjail import aws/ -o p.yaml", "a folder of documents; then `vpcjail check ./p.yaml`" },
		      { "vpcjail import aws/ --training-job job.json -o p.yaml", "for this job's VpcConfig" },
		      { "vpcjail import aws/ --subnet subnet-0a1 --security-group sg-0b2 --summary",
			"ten lines, and what is wrong with that network" },
		      { "aws ec2 describe-vpcs | vpcjail import - aws/ -o p.yaml", "one of them from a pipe" },
		      { "vpcjail import aws/ --refresh p.yaml", "what has changed in the account since" } },
	.exits =
	    "0 when profiles were made, or nothing was to be changed; 1 when one cannot be written, with --summary\n"
	    "when a finding is a problem, with --refresh when something differs and was not written; 2 usage, or\n"
	    "a file cannot be read; 3 when a document is wrong, or what was asked for is in none.",
	.see = "vpcjail check, vpcjail explain, vpcjail diff, vpcjail-profile(5)",
};

static enum status usage(const char *what)
{
	output_message("import: %s", what);
	output_message("try `vpcjail import --help`");
	return STATUS_USAGE;
}

static enum status check_usage(const struct invocation *invocation)
{
	if (!invocation->operands.count && !invocation->training_job)
		return usage("FILE... is missing: documents of AWS, a folder with them, or - for standard input");
	if (invocation->yes && !invocation->refresh)
		return usage("--yes is for --refresh");
	if (invocation->refresh && invocation->output)
		return usage("--refresh writes the profile it is given: leave out -o");
	if (invocation->refresh && invocation->summary)
		return usage("--refresh prints what differs: leave out --summary");
	return STATUS_YES;
}

// The job's file comes first, so that its locations have the name it was given by.
static enum status read_documents(const struct invocation *invocation, struct account *account,
				  struct mistakes *mistakes)
{
	CLEANUP(import_reading_release)
	struct import_reading reading = {
		.account = account,
		.mistakes = mistakes,
		.progress = isatty(STDERR_FILENO) == 1,
	};

	if (invocation->training_job)
		import_read(&reading, invocation->training_job);
	vec_for_each (path, &invocation->operands)
		import_read(&reading, *path);
	import_read_end(&reading);
	if (reading.failures)
		return STATUS_USAGE;
	document_end(account, mistakes);
	account_settle(account, mistakes);
	return STATUS_YES;
}

static enum status tell_mistakes(const struct mistakes *mistakes)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };

	mistakes_format(mistakes, &text);
	output_lines(&text);
	return mistakes->errors ? STATUS_PROFILE : STATUS_YES;
}

static void make_request(const struct invocation *invocation, struct import_request *request)
{
	request->region = invocation->region;
	request->job_file = invocation->training_job && strcmp(invocation->training_job, "-") == 0
				? "standard input"
				: invocation->training_job;
	vec_for_each (id, &invocation->subnets)
		vec_push(&request->subnets, *id);
	vec_for_each (id, &invocation->security_groups)
		vec_push(&request->groups, *id);
	request->strict = invocation->strict;
	request->assume_default_acl = invocation->assume_default_acl;
}

// Until the selection stands: reads, settles and selects. earlier NULL: no refresh.
static enum status select_from(const struct invocation *invocation, struct imported *imported,
			       struct earlier_profile *earlier)
{
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	enum status status = read_documents(invocation, &imported->account, &mistakes);

	if (status != STATUS_YES)
		return status;
	if (mistakes.errors)
		return tell_mistakes(&mistakes);
	make_request(invocation, &imported->request);
	status = import_check_subnets(&imported->request, &imported->account);
	if (status == STATUS_YES && earlier)
		status = earlier_profile_request(earlier, &imported->account, &imported->request);
	if (status != STATUS_YES)
		return status;
	import_select(&imported->account, &imported->request, &imported->selection, &mistakes);
	return tell_mistakes(&mistakes);
}

static enum status write_files(const struct imported *imported)
{
	CLEANUP(import_files_release) import_file_vec files = { 0 };
	CLEANUP(strbuf_release) struct strbuf names = { 0 };
	struct error err = { 0 };

	vec_for_each (profile, &imported->profiles) {
		vec_for_each (beside, &profile->text.beside)
			vec_push(&files, (struct import_file){ .path = import_beside(profile->path, beside->name),
							       .text = beside->text,
							       .length = strlen(beside->text) });
		vec_push(&files, (struct import_file){ .path = memory_copy_text(profile->path),
						       .text = strbuf_text(&profile->text.text),
						       .length = profile->text.text.length });
	}
	if (import_write(&files, false, &err) < 0) {
		output_message("import: %s", err.message);
		return STATUS_NO;
	}
	vec_for_each (file, &files)
		strbuf_format(&names, "%s%s", file == files.items ? "" : ", ", file->path);
	output_message("import: written: %s", strbuf_text(&names));
	return STATUS_YES;
}

static enum status print(const struct invocation *invocation, const struct imported *imported)
{
	CLEANUP(strbuf_release) struct strbuf out = { 0 };

	if (invocation->json)
		import_json(imported, &out);
	else if (invocation->summary)
		import_summary(imported, &out);
	else if (!invocation->output)
		strbuf_add_bytes(&out, strbuf_text(&imported->profiles.items[0].text.text),
				 imported->profiles.items[0].text.text.length);
	return output_result(&out, invocation->summary && import_has_problem(imported) ? STATUS_NO : STATUS_YES);
}

static enum status several_to_one(const struct imported *imported, const char *where)
{
	CLEANUP(strbuf_release) struct strbuf subnets = { 0 };

	vec_for_each (profile, &imported->profiles) {
		strbuf_add(&subnets, profile == imported->profiles.items ? "" : ", ");
		import_add_subnets(profile, &subnets);
	}
	output_message("import: the subnets %s differ, and %s: choose one by --subnet, or take what all of them let "
		       "through by --strict, or write a profile for each by -o FILE",
		       strbuf_text(&subnets), where);
	return STATUS_USAGE;
}

static enum status make(const struct invocation *invocation, struct imported *imported, struct earlier_profile *earlier)
{
	AUTO_FREE char *command = import_command_line(invocation, &imported->request);
	AUTO_FREE char *date = import_date();
	const char *path = invocation->output;
	struct error err = { 0 };

	if (earlier && !earlier->lists_inside)
		path = invocation->refresh;
	const struct import_form_of_profile form = {
		.path = path, .beside = invocation->summary, .command = command, .date = date, .one = earlier
	};
	if (import_build(imported, &form, &err) < 0) {
		output_message("import: nothing was written: %s%s",
			       err.code == -EFBIG ? "" : "the profile would not load, which is a mistake of vpcjail: ",
			       err.message);
		return STATUS_NO;
	}
	if (earlier && invocation->subnets.count && imported->profiles.count > 1)
		return several_to_one(imported, "a refresh is of one profile");
	// Who asks for a subnet or a job may mean another than the earlier profile's.
	bool asked = invocation->subnets.count || invocation->training_job;
	enum status chosen = earlier && (!asked || imported->profiles.count > 1)
				 ? earlier_profile_choose(earlier, imported)
				 : STATUS_YES;
	if (chosen != STATUS_YES)
		return chosen;
	if (!invocation->summary && !invocation->json)
		import_tell(imported);
	else
		import_tell_chosen(imported);
	if (earlier)
		return import_refresh(invocation, imported, earlier);
	if (imported->profiles.count > 1 && !invocation->output && !invocation->summary && !invocation->json)
		return several_to_one(imported, "standard output takes one profile");
	enum status status = invocation->output ? write_files(imported) : STATUS_YES;
	return status == STATUS_YES ? print(invocation, imported) : status;
}

static enum status import_documents(const struct invocation *invocation)
{
	CLEANUP(imported_release) struct imported imported = { 0 };
	CLEANUP(earlier_profile_release) struct earlier_profile earlier = { 0 };
	enum status status = check_usage(invocation);

	if (status == STATUS_YES && invocation->refresh)
		status = earlier_profile_load(invocation->refresh, &earlier);
	if (status == STATUS_YES)
		status = select_from(invocation, &imported, invocation->refresh ? &earlier : NULL);
	return status == STATUS_YES ? make(invocation, &imported, invocation->refresh ? &earlier : NULL) : status;
}

// "-o -": to standard output, as without -o.
enum status cmd_import(const struct invocation *invocation)
{
	struct invocation printing = *invocation;  // borrows all of it

	if (!invocation->output || strcmp(invocation->output, "-") != 0)
		return import_documents(invocation);
	if (invocation->summary || invocation->json)
		return usage("-o - and --summary or --json would both go to standard output: choose one");
	printing.output = NULL;
	return import_documents(&printing);
}
