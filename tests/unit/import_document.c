// SPDX-License-Identifier: GPL-2.0-or-later
// import: texts into rows: what a document is known by, where what is wrong stands, and how much memory is held.
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/names.h"
#include "base/strbuf.h"
#include "import/read/forms.h"
#include "import_text.h"

#define VPC "{\"VpcId\": \"vpc-1\", \"CidrBlock\": \"10.0.0.0/16\", \"DhcpOptionsId\": \"d\"}"
#define SUBNET(id) "{\"SubnetId\": \"" id "\", \"VpcId\": \"vpc-1\", \"CidrBlock\": \"10.0.1.0/24\"}"
#define INTERFACE(id) "{\"NetworkInterfaceId\": \"" id "\", \"SubnetId\": \"subnet-1\", \"VpcId\": \"vpc-1\"}"

// What was read of a text, in short: "vpcs 1, subnets 2".
static void summarize(const struct account *account, struct strbuf *out)
{
	const struct {
		const char *name;
		size_t count;
	} rows[] = {
		{ "vpcs", account->vpcs.count },
		{ "subnets", account->subnets.count },
		{ "groups", account->groups.count },
		{ "acls", account->acls.count },
		{ "interfaces", account->interfaces.count },
		{ "lists", account->lists.count },
		{ "entries", account->entries.count },
		{ "jobs", account->jobs.count },
		{ "ranges", account->ranges.count },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].count)
			strbuf_format(out, "%s%s %zu", out->length ? ", " : "", rows[i].name, rows[i].count);
}

static const struct {
	const char *text;
	const char *rows;  // what it gives
	const char *said;  // is in what is said; NULL: nothing is said
} documents[] = {
	{ "{\"Vpcs\": [" VPC "]}", "vpcs 1", NULL },
	{ "\xef\xbb\xbf{\"Vpcs\": [" VPC "]}", "vpcs 1", NULL },
	{ "{\"vpcs\": [" VPC "], \"subnets\": null}", "vpcs 1", NULL },
	{ "{\"network_interfaces\": [" INTERFACE("eni-1") ", null]}", "interfaces 1",
	  "f:1:100: error: a row of \"NetworkInterfaces\" must be an object" },
	{ "{\"status_code\": 200, \"data\": {\"Vpcs\": [" VPC "], \"ResponseMetadata\": {}}}", "vpcs 1", NULL },
	{ "{\"Vpcs\": [" VPC "]}\n{\"Subnets\": [" SUBNET("subnet-1") "]} {\"Subnets\": []}", "vpcs 1, subnets 1",
	  NULL },
	{ "[{\"Vpcs\": [" VPC "]}, {\"Subnets\": [" SUBNET("subnet-1") "," SUBNET("subnet-2") "]}]",
	  "vpcs 1, subnets 2", NULL },
	{ "[" SUBNET("subnet-1") ", " VPC "]", "vpcs 1, subnets 1", NULL },
	{ SUBNET("subnet-1") "\n" SUBNET("subnet-2"), "subnets 2", NULL },
	{ "{\"Vpc\": " VPC "}", "vpcs 1", NULL },
	{ "{\"vpcs\": null}", "", NULL },
	// Brackets and quotes in texts end nothing.
	{ "{\"x\": \"\\\"}],\", \"Vpcs\": [" VPC "]}", "vpcs 1", NULL },
	// A row that stands alone keeps the rows in it: an instance is no list of interfaces.
	{ "{\"NetworkInterfaces\": [" INTERFACE("eni-1") "], \"InstanceId\": \"i-1\", \"SecurityGroups\": "
							 "[{\"GroupId\": \"sg-1\", \"GroupName\": \"x\"}]}",
	  "interfaces 1", NULL },
	{ "{\"NetworkAclId\": \"acl-1\", \"VpcId\": \"vpc-1\", \"Entries\": []}", "acls 1", NULL },
	{ "{\"Entries\": [{\"Cidr\": \"10.0.0.0/8\"}]}", "entries 1", NULL },
	{ "{\"NotebookInstanceName\": \"n\", \"NotebookInstanceArn\": \"a\", \"SecurityGroups\": [\"sg-1\"]}", "",
	  NULL },
	{ "{\"InternetGateways\": [{\"InternetGatewayId\": \"igw-1\"}]}", "", NULL },
	{ "{\"prefixes\": [{\"ip_prefix\": \"192.0.2.0/24\", \"region\": \"r\", \"service\": \"S3\"}], \"createDate\": "
	  "\"today\", \"syncToken\": \"1\"}",
	  "ranges 1", NULL },
	{ "{\"TrainingJobName\": \"j\", \"RoleArn\": \"r\"}", "jobs 1", NULL },
	{ "{\"ProcessingJobName\": \"j\"}{\"HyperParameterTuningJobName\": \"j\", \"TrainingJobDefinition\": {}}",
	  "jobs 2", NULL },
	{ "SchemaVersion: \"1.0\"\nSageMaker: {TrainingJob: {EnableNetworkIsolation: true}}\n", "jobs 1", NULL },
	{ "{\"SchemaVersion\": \"1.0\", \"SageMaker\": {\"TrainingJob\": {\"EnableNetworkIsolation\": true}}}",
	  "jobs 1", NULL },

	{ "", "", "f:1:1: error: the file is empty" },
	{ " \n", "", "f:1:1: error: the file is empty" },
	{ "\xff\xfe{", "", "f:1:1: error: this is UTF-16" },
	{ "{}", "", "f:1:1: error: an object with nothing in it" },
	{ "[]", "", "f:1:1: warning: this list is empty" },
	{ "[{\"Name\": 1}, 3, [4]]", "", "f:1:1: warning: 3 items of this list are no known row" },
	{ "{\"Vpcz\": [1]}", "",
	  "f:1:1: error: an unknown document: it has \"Vpcz\" (hint: did you mean \"Vpcs\"? "
	  "known are: ec2 describe-vpcs (by \"Vpcs\"), ec2 describe-subnets" },
	{ "{\"a\": 1, \"b\": 2, \"c\": 3, \"d\": 4, \"e\": 5}", "", "it has \"a\", \"b\", \"c\", \"d\" and 1 more" },
	{ "{\"AWSTemplateFormatVersion\": \"2010-09-09\"}", "", "this is a CloudFormation template" },
	{ "{\"Vpcs\": {}}", "", "f:1:10: error: \"Vpcs\" must be a list" },
	{ "[{\"Subnets\": \"subnet-1\"}]", "", "f:1:1: warning: 1 item of this list is no known row" },
	{ "{\"Vpcs\": [], \"x\": 12x}", "", "f:1:21: error: this is not JSON: \",\" or \"}\" expected" },
	{ "{\"Vpcs\": [1, 2, " VPC "]}", "vpcs 1", "f:1:11: error: a row of \"Vpcs\" must be an object" },
	{ "{\"Vpcs\": [],\n \"Vpcs\": []}", "", "f:2:2: error: another \"Vpcs\" is there already" },
	{ "{\"Vpcs\": [{\"VpcId\": 1,\n\"VpcId\": 2}]}", "", "f:2:1: error: this is not JSON: duplicate object key" },
	{ "{\"Vpcs\": [" VPC "],}", "vpcs 1", "a member expected" },
	{ "{\"Vpcs\": [" VPC ",]}", "vpcs 1", "error: this is not JSON" },
	{ "{\"Vpcs\": [" VPC "\n" VPC "]}", "vpcs 1", "f:2:1: error: this is not JSON: \",\" or \"]\" expected" },
	{ "{\"Vpcs\": [\n" VPC ", {\"VpcId\":", "vpcs 1", "error: the text ends in the middle of a document" },
	{ "{\"Vpcs\": [" VPC "]", "vpcs 1", "error: the text ends in the middle of a document" },
	{ "{\"Vpcs\": [" VPC "]} x", "vpcs 1", "behind a document stands only another one" },
	{ "{\"Vpcs\" []}", "", "f:1:9: error: this is not JSON" },
	{ "{\"Vpcs\": [], \"x\": tru}", "", "f:1:19: error: this is not JSON: invalid token near 'tru'" },
	{ "{\"Vpcs\": [\n  {\"\xc3\xa4\": 1, \"VpcId\": \"vpc-1\", \"CidrBlock\": 7}]}", "vpcs 1",
	  "f:2:43: error: \"CidrBlock\" must be a text, not a number" },
	{ "[[[[[[[[[[1]]]]]]]]]]", "", "documents lie in each other too deeply" },
	{ "{\"Error\": {\"Code\": \"X\", \"Message\": \"m\"}}", "", "warning: AWS answered with an error: X: m" },
	{ "{\"GroupId\": \"sg-1\"}", "", "warning: security group sg-1 is named without its rules" },
	{ "{\"Vpcs\": [], \"NextToken\": \"t\"}", "", "f:1:27: warning: more of \"ec2 describe-vpcs\" follows" },
	{ "{\"Vpcs\": [], \"NextToken\": \"t\"}{\"Vpcs\": [], \"NextToken\": \"\"}", "", NULL },
	{ "{\"Vpcs\": [], \"NextToken\": null}", "", NULL },
	{ "{\"Vpcs\": [], \"NextToken\": \"t\"}{\"Subnets\": []}", "", "more of \"ec2 describe-vpcs\" follows" },
	{ "{\"Entries\": [], \"NextToken\": \"t\"}", "entries 1",
	  "more of \"ec2 get-managed-prefix-list-entries\" follows" },
};

static void test_documents(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
		CLEANUP(account_release) struct account account = { 0 };
		CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
		CLEANUP(strbuf_release) struct strbuf said = { 0 };
		CLEANUP(strbuf_release) struct strbuf rows = { 0 };

		read_text(documents[i].text, &account, &mistakes, &said);
		summarize(&account, &rows);
		if (strcmp(strbuf_text(&rows), documents[i].rows) != 0)
			fail_msg("%s: %s, not %s; %s", documents[i].text, strbuf_text(&rows), documents[i].rows,
				 strbuf_text(&said));
		if (!documents[i].said && said.length)
			fail_msg("%s: %s", documents[i].text, strbuf_text(&said));
		if (documents[i].said && !strstr(strbuf_text(&said), documents[i].said))
			fail_msg("%s: %s, not %s", documents[i].text, strbuf_text(&said), documents[i].said);
	}
}

// Whatever a document is cut off behind, it is refused, at its end.
static void test_cut_off(void **state)
{
	static const char whole[] =
	    "{\"Vpcs\": [" VPC ", {\"VpcId\": \"v\", \"Tags\": [{\"Key\": \"\\u00e4\"}]}], \"N\": 12}";
	(void)state;
	for (size_t length = 1; length < strlen(whole); length++) {
		AUTO_FREE char *text = memory_copy_bytes(whole, length);
		CLEANUP(account_release) struct account account = { 0 };
		CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
		CLEANUP(strbuf_release) struct strbuf said = { 0 };

		read_text(text, &account, &mistakes, &said);
		if (mistakes.errors < 1 || !strstr(strbuf_text(&said), "f:1:"))
			fail_msg("%s: %s", text, strbuf_text(&said));
	}
}

static void test_seen(void **state)
{
	CLEANUP(account_release) struct account account = { 0 };
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	CLEANUP(strbuf_release) struct strbuf said = { 0 };

	(void)state;
	read_text("{\"NetworkAcls\": [], \"subnets\": null}{\"NetworkAcls\": []}", &account, &mistakes, &said);
	for (size_t i = 0; i < import_form_count; i++)
		assert_int_equal(account.seen[i],
				 import_forms[i].key && strcmp(import_forms[i].key, "NetworkAcls") == 0 ? 2 : 0);
}

// The form with most marks, whatever their order in the table.
static void test_marks(void **state)
{
	CLEANUP(account_release) struct account account = { 0 };
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	CLEANUP(strbuf_release) struct strbuf said = { 0 };

	(void)state;
	read_text("{\"TrainingJobName\": \"j\", \"TrainingJobArn\": \"a\"}", &account, &mistakes, &said);
	for (size_t i = 0; i < import_form_count; i++)
		assert_int_equal(account.seen[i],
				 strcmp(import_forms[i].command, "sagemaker describe-training-job") == 0);
}

// Wrong rows of one list are told of once, unknown documents have the list of the known ones once, without those that
// nobody needs.
static void test_once(void **state)
{
	CLEANUP(account_release) struct account account = { 0 };
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	CLEANUP(strbuf_release) struct strbuf said = { 0 };

	(void)state;
	read_text("{\"Vpcs\": [1, 2]}{\"a\": 1}{\"a\": 1}", &account, &mistakes, &said);
	assert_int_equal(mistakes.list.count, 3);
	assert_non_null(strstr(mistakes.list.items[1].hint, "ec2 describe-vpcs"));
	assert_null(strstr(mistakes.list.items[1].hint, "describe-addresses"));
	assert_null(mistakes.list.items[2].hint);
}

#define RANGES "\"prefixes\": [{\"service\": \"A\", \"region\": \"r\", \"ip_prefix\": \"10.0.0.0/8\"}]"

// The order of members decides nothing.
static void test_order(void **state)
{
	static const char *const members[] = { "\"Subnets\": [" SUBNET("subnet-1") "]", "\"Vpcs\": [" VPC "]",
					       "\"createDate\": \"d\"", "\"syncToken\": \"s\"", RANGES };
	enum { COUNT = sizeof(members) / sizeof(members[0]) };

	(void)state;
	for (size_t first = 0; first < COUNT; first++) {
		CLEANUP(account_release) struct account account = { 0 };
		CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
		CLEANUP(strbuf_release) struct strbuf said = { 0 };
		CLEANUP(strbuf_release) struct strbuf text = { 0 };
		CLEANUP(strbuf_release) struct strbuf rows = { 0 };

		for (size_t i = 0; i < COUNT; i++)
			strbuf_format(&text, "%s%s", i ? ", " : "{", members[(first + i) % COUNT]);
		strbuf_add(&text, "}");
		read_text(strbuf_text(&text), &account, &mistakes, &said);
		summarize(&account, &rows);
		assert_string_equal(strbuf_text(&rows), "vpcs 1, subnets 1, ranges 1");
		assert_string_equal(account.ranges_date, "d");
		assert_int_equal(mistakes.list.count, 0);
	}
}

// Bytes that jansson holds now, and at most.
static size_t held, most_held;

static void *count_new(size_t size)
{
	size_t *block = malloc(sizeof(max_align_t) + size);

	if (!block)
		abort();
	*block = size;
	held += size;
	most_held = held > most_held ? held : most_held;
	return (char *)block + sizeof(max_align_t);
}

static void count_free(void *pointer)
{
	if (!pointer)
		return;
	size_t *block = (void *)((char *)pointer - sizeof(max_align_t));
	held -= *block;
	free(block);
}

// A list of a thousand rows takes no more memory than one of ten, but for the rows of the account.
static size_t memory_of(unsigned rows, const char *begin, const char *end)
{
	CLEANUP(account_release) struct account account = { 0 };
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	CLEANUP(strbuf_release) struct strbuf said = { 0 };
	CLEANUP(strbuf_release) struct strbuf text = { 0 };

	strbuf_add(&text, begin);
	for (unsigned i = 0; i < rows; i++)
		strbuf_format(&text, "%s" INTERFACE("eni-%06u"), i ? ", " : "", i);
	strbuf_add(&text, end);
	json_set_alloc_funcs(count_new, count_free);
	held = most_held = 0;
	read_text(strbuf_text(&text), &account, &mistakes, &said);
	json_set_alloc_funcs(malloc, free);
	assert_int_equal(held, 0);
	assert_int_equal(account.interfaces.count, rows);
	assert_int_equal(mistakes.list.count, 0);
	return most_held;
}

static void test_memory(void **state)
{
	(void)state;
	assert_int_equal(memory_of(10, "{\"NetworkInterfaces\": [", "]}"),
			 memory_of(1000, "{\"NetworkInterfaces\": [", "]}"));
	assert_int_equal(memory_of(10, "{\"data\": {\"NetworkInterfaces\": [", "]}}"),
			 memory_of(1000, "{\"data\": {\"NetworkInterfaces\": [", "]}}"));
	assert_int_equal(memory_of(10, "[", "]"), memory_of(1000, "[", "]"));
}

// A million wrong rows give no million complaints.
static void test_many_mistakes(void **state)
{
	static const char *const rows[] = { "{\"Vpcs\": [1]}", "{\"x\": 1}", "{\"Subnets\": [{\"SubnetId\": 1}]}" };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP(account_release) struct account account = { 0 };
		CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
		CLEANUP(strbuf_release) struct strbuf said = { 0 };
		CLEANUP(strbuf_release) struct strbuf text = { 0 };

		for (unsigned count = 0; count < 5000; count++)
			strbuf_add(&text, rows[i]);
		read_text(strbuf_text(&text), &account, &mistakes, &said);
		assert_int_equal(mistakes.list.count, 200);
		assert_int_equal(mistakes.errors % 5000, 0);
		strbuf_clear(&text);
		strbuf_format(&text, "error: %zu more errors are not shown\n", mistakes.errors - 200);
		assert_non_null(strstr(strbuf_text(&said), strbuf_text(&text)));
	}
}

// However much is warned of first, whoever warns: an error is one, and is said.
static void test_errors_behind_warnings(void **state)
{
	static const char half_open[] = "{\"SecurityGroups\": [{\"GroupId\": \"sg-1\", \"IpPermissions\": "
					"[{\"IpProtocol\": \"tcp\", \"FromPort\": 1, \"ToPort\": -1}]}]}";
	static const char *const warned[] = {
		half_open,
		"{\"Error\": {}}",
		"{\"GroupId\": \"sg-1\"}",
		"{\"NetworkInterfaces\": [{\"NetworkInterfaceId\": \"eni-1\", \"PrivateIpAddress\": \"x\"}]}",
		"[]",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(warned) / sizeof(warned[0]); i++) {
		CLEANUP(account_release) struct account account = { 0 };
		CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
		CLEANUP(strbuf_release) struct strbuf said = { 0 };
		CLEANUP(strbuf_release) struct strbuf text = { 0 };

		for (unsigned count = 0; count < 301; count++)
			strbuf_add(&text, warned[i]);
		strbuf_add(&text, "\n{\"Vpcs\": [{\"VpcId\": 1}]}\n{\"Vpcs\": [{\"VpcId\": 2}]}");
		read_text(strbuf_text(&text), &account, &mistakes, &said);
		assert_int_equal(mistakes.warnings, 301);
		assert_int_equal(mistakes.errors, 2);
		assert_non_null(strstr(strbuf_text(&said), "f:2:21: error: "));
		assert_non_null(strstr(strbuf_text(&said), "f:3:21: error: "));
		assert_non_null(strstr(strbuf_text(&said), "\nwarning: 101 more warnings are not shown\n"));
		assert_null(strstr(strbuf_text(&said), "error: 0"));
	}
}

// A NUL ends no text: what stands behind it might be a denial.
static void test_nul(void **state)
{
	static const struct {
		const char *text;
		size_t length;
		const char *said;
	} rows[] = {
#define NUL_TEXT(text) (text), sizeof(text) - 1
		{ NUL_TEXT("{\"Vpcs\": []}\n\0{\"Vpcs\": [1]}"), "f:2:1: " },
		{ NUL_TEXT("{\"Vpcs\": []}\0"), "f:1:13: " },
		{ NUL_TEXT("\0{\"Vpcs\": []}"), "f:1:1: " },
		{ NUL_TEXT("{\"Vpcs\":\0 []}"), "f:1:9: " },
		{ NUL_TEXT("apiVersion: v1\n\0kind: Job"), "f:2:1: " },
#undef NUL_TEXT
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP(account_release) struct account account = { 0 };
		CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
		CLEANUP(strbuf_release) struct strbuf said = { 0 };

		document_read(&account, "f", rows[i].text, rows[i].length, &mistakes);
		mistakes_format(&mistakes, &said);
		if (mistakes.errors != 1 || strncmp(strbuf_text(&said), rows[i].said, strlen(rows[i].said)) != 0 ||
		    !strstr(strbuf_text(&said), "a NUL byte"))
			fail_msg("row %zu: %s", i, strbuf_text(&said));
	}
}

// Rows of the table itself: each can be met, and no two are met by the same.
static void test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < import_form_count; i++) {
		const struct import_form *form = &import_forms[i];
		bool by_key = form->shape == FORM_LIST || form->shape == FORM_ONE;

		assert_int_equal(by_key, form->key != NULL);
		assert_true(form->key || form->marks[0]);
		for (size_t other = 0; other < i; other++)
			if (form->key && import_forms[other].key && strcmp(form->key, import_forms[other].key) == 0 &&
			    form->shape == import_forms[other].shape)
				assert_string_equal(form->key, "PrefixLists");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_documents), cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_seen),      cmocka_unit_test(test_order),
		cmocka_unit_test(test_memory),    cmocka_unit_test(test_many_mistakes),
		cmocka_unit_test(test_forms),     cmocka_unit_test(test_marks),
		cmocka_unit_test(test_once),      cmocka_unit_test(test_errors_behind_warnings),
		cmocka_unit_test(test_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
