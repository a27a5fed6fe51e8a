// SPDX-License-Identifier: GPL-2.0-or-later
// Findings about VPC endpoints: whether they are there, whether names lead to them, whether they let the job in.
#include <netinet/in.h>

#include "base/cleanup.h"
#include "import/finding/parts.h"
#include "import/read/forms.h"

enum { HTTPS = 443 };

const char *finder_vpc(const struct finder *finder)
{
	return finder->assembly->subnet ? finder->assembly->subnet->vpc : NULL;
}

bool endpoint_is_near(const struct finder *finder, const struct aws_endpoint *endpoint)
{
	const struct import_selection *selection = finder->assembly->selection;

	return text_equal(endpoint->vpc, finder_vpc(finder)) &&
	       region_fits(endpoint->thing.region, selection ? selection->region : NULL);
}

// "com.amazonaws.eu-west-1.ecr.dkr" and the same of China, "cn.com.amazonaws.…".
const char *endpoint_service(const struct aws_endpoint *endpoint)
{
	static const char *const heads[] = { "com.amazonaws.", "cn.com.amazonaws." };

	for (size_t i = 0; endpoint->service && i < sizeof(heads) / sizeof(heads[0]); i++) {
		size_t length = strlen(heads[i]);
		const char *dot;

		if (strncmp(endpoint->service, heads[i], length) != 0)
			continue;
		dot = strchr(endpoint->service + length, '.');
		if (dot && dot[1] && strncmp(endpoint->service + length, "vpce.", 5) != 0 &&
		    strncmp(dot + 1, "vpce-svc-", 9) != 0)
			return dot + 1;
	}
	return NULL;
}

bool endpoints_are_given(const struct account *account)
{
	for (size_t i = 0; i < import_form_count; i++)
		if (text_equal(import_forms[i].command, "ec2 describe-vpc-endpoints") && account->seen[i])
			return true;
	return account->endpoints.count;
}

bool service_is_there(const struct finder *finder, const char *service)
{
	vec_for_each (endpoint, &finder->assembly->account->endpoints)
		if (endpoint->available && endpoint_is_near(finder, endpoint) &&
		    text_equal(endpoint_service(endpoint), service) && endpoint->type != AWS_ENDPOINT_OTHER)
			return true;
	return false;
}

enum need { NEED_ALWAYS, NEED_DATA, NEED_NO_DATA, NEED_KEY };

static bool is_needed(const struct finder *finder, enum need need)
{
	const struct aws_job *job = finder->assembly->selection ? finder->assembly->selection->job : NULL;
	bool data = job && job->uris.count;

	switch (need) {
	case NEED_ALWAYS:
		return true;
	case NEED_DATA:
		return data;
	case NEED_NO_DATA:
		return !data;
	case NEED_KEY:
		return job && job->kms_key == KNOWN_YES;
	}
	return true;
}

// What a job asks for. SageMaker pulls the image and takes away the container's output by itself, outside the
// container; but it moves the data through the job's VPC, also for an isolated job.
static const struct {
	const char *service;
	enum need need;
	enum finding_weight weight;
	bool outside;  // SageMaker needs it, so that isolation makes no difference
	const char *why;
} needed_rows[] = {
	{ "s3", NEED_DATA, FINDING_PROBLEM, true,
	  "SageMaker moves the job's input and output through its subnet: the job fails before or after it trains" },
	{ "s3", NEED_NO_DATA, FINDING_WARNING, true,
	  "SageMaker moves a job's input and output through its subnet, and programs that read s3:// hang" },
	{ "sts", NEED_ALWAYS, FINDING_WARNING, false, "programs that ask who they are, or assume a role, hang" },
	{ "logs", NEED_ALWAYS, FINDING_WARNING, false,
	  "programs that write to CloudWatch Logs themselves hang (what the container prints is taken away without "
	  "it)" },
	{ "kms", NEED_KEY, FINDING_WARNING, false,
	  "the job names a KMS key: programs that encrypt or decrypt with it themselves hang" },
};

// Of use to some programs; SageMaker itself needs none of them in the VPC.
static const char *const optional_services[] = { "monitoring", "ecr.api", "ecr.dkr", "sagemaker.api",
						 "sagemaker.runtime" };

// China's interface endpoints have a name of their own.
static char *service_name(const struct finder *finder, const char *service)
{
	const struct import_selection *selection = finder->assembly->selection;
	const char *region = selection && selection->region ? selection->region : "REGION";
	bool china = strncmp(region, "cn-", 3) == 0 && strcmp(service, "s3") != 0;
	struct strbuf out = { 0 };

	strbuf_add(&out, china ? "cn.com.amazonaws." : "com.amazonaws.");
	strbuf_add(&out, region);
	strbuf_add_char(&out, '.');
	strbuf_add(&out, service);
	return strbuf_steal(&out);
}

#define INTERFACE_REMEDY                                                                                               \
	"aws ec2 create-vpc-endpoint --vpc-id {vpc} --vpc-endpoint-type Interface --service-name {argument} "          \
	"--subnet-ids {subnet} --security-group-ids GROUP --private-dns-enabled{region}"
#define GATEWAY_REMEDY                                                                                                 \
	"aws ec2 create-vpc-endpoint --vpc-id {vpc} --service-name {argument} --route-table-ids {table}{region}"

static bool could_tell_endpoints(const struct finder *finder)
{
	return finder->assembly->subnet && endpoints_are_given(finder->assembly->account);
}

void find_missing_endpoints(struct finder *finder)
{
	const char *vpc = finder_vpc(finder);

	for (size_t i = 0; could_tell_endpoints(finder) && i < sizeof(needed_rows) / sizeof(needed_rows[0]); i++) {
		const char *service = needed_rows[i].service;

		if (!is_needed(finder, needed_rows[i].need) || service_is_there(finder, service) ||
		    (finder->assembly->isolated && !needed_rows[i].outside))
			continue;
		AUTO_FREE char *name = service_name(finder, service);
		AUTO_STRBUF struct strbuf where = { 0 };
		const struct finding_about about = { vpc, NULL, name,
						     strcmp(service, "s3") == 0 ? GATEWAY_REMEDY : INTERFACE_REMEDY };

		AUTO_FREE char *over = internet_words(finder->assembly, service);

		text_add_short(&where, vpc ? vpc : "the VPC");
		finding_add(finder, &about, "%s has no endpoint of %s: %s%s", strbuf_text(&where), service,
			    over ? "it is " : needed_rows[i].why, over ? over : "")
		    ->weight = over ? FINDING_WARNING : needed_rows[i].weight;
	}
}

void find_optional_endpoints(struct finder *finder)
{
	AUTO_STRBUF struct strbuf missing = { 0 }, where = { 0 };
	const char *vpc = finder_vpc(finder);

	if (!could_tell_endpoints(finder))
		return;
	for (size_t i = 0; i < sizeof(optional_services) / sizeof(optional_services[0]); i++)
		if (!service_is_there(finder, optional_services[i]))
			strbuf_format(&missing, "%s%s", missing.length ? ", " : "", optional_services[i]);
	if (!missing.length)
		return;
	AUTO_FREE char *over = internet_words(finder->assembly, "ecr.dkr");
	text_add_short(&where, vpc ? vpc : "the VPC");
	finding_add(finder, &(struct finding_about){ .subject = vpc },
		    "%s has no endpoint of %s: %s%s; SageMaker pulls the image and sends its "
		    "metrics without them",
		    strbuf_text(&where), strbuf_text(&missing), over ? "they are " : "programs that call them hang",
		    over ? over : "");
}

void find_unavailable_endpoints(struct finder *finder)
{
	vec_for_each (endpoint, &finder->assembly->account->endpoints) {
		if (endpoint->available || !endpoint_is_near(finder, endpoint))
			continue;
		if (finder->assembly->isolated && !text_equal(endpoint_service(endpoint), "s3"))
			continue;
		AUTO_FREE char *title = thing_title(&endpoint->thing);
		AUTO_STRBUF struct strbuf service = { 0 };
		const struct finding_about about = { endpoint->thing.id, &endpoint->thing.at, NULL, NULL };

		AUTO_STRBUF struct strbuf state = { 0 };

		text_add_short(&service, endpoint->service ? endpoint->service : "a service");
		strbuf_add(&state, endpoint->state ? "in the state \"" : "not said to be in the state \"");
		text_add_short(&state, endpoint->state ? endpoint->state : "available");
		finding_add(finder, &about, "the endpoint %s of %s is %s\"%s: it carries nothing and is left out",
			    title, strbuf_text(&service), strbuf_text(&state),
			    endpoint->state ? ", not \"available\"" : "");
	}
}

static const struct aws_subnet *subnet_by_id(const struct finder *finder, const char *id)
{
	vec_for_each (subnet, &finder->assembly->account->subnets)
		if (text_equal(subnet->thing.id, id) && text_equal(subnet->vpc, finder_vpc(finder)))
			return subnet;
	return NULL;
}

// A zone that a subnet does not say could be the job's.
static bool zone_has_interface(const struct finder *finder, const struct aws_endpoint *endpoint)
{
	const struct aws_subnet *own = finder->assembly->subnet;

	if (!own->zone)
		return true;
	vec_for_each (id, &endpoint->subnets) {
		const struct aws_subnet *subnet = subnet_by_id(finder, *id);

		if (!subnet || !subnet->zone || strcmp(subnet->zone, own->zone) == 0)
			return true;
	}
	return false;
}

#define ADD_SUBNET "--add-subnet-ids {subnet}{region}"

static void tell_far_endpoints(struct finder *finder, const id_vec *ids, const struct location *at, const char *titles)
{
	static const char one[] = "aws ec2 modify-vpc-endpoint --vpc-endpoint-id {arguments} " ADD_SUBNET;
	static const char each[] =
	    "for id in {arguments}; do aws ec2 modify-vpc-endpoint --vpc-endpoint-id \"$id\" " ADD_SUBNET "; done";
	const struct aws_subnet *own = finder->assembly->subnet;
	const struct finding_about about = { .subject = ids->count == 1 ? ids->items[0] : own->thing.id,
					     .at = at,
					     .remedy = ids->count == 1 ? one : each,
					     .arguments = ids };
	AUTO_STRBUF struct strbuf zone = { 0 };

	text_add_short(&zone, own->zone);
	finding_add(
	    finder, &about,
	    "endpoints without an interface in %s, the zone of %s: %s; each works across zones, at the price of "
	    "that, and as long as the other zone does",
	    strbuf_text(&zone), own->thing.id, titles);
}

// A zone's endpoints are most often missing all at once: one finding, and one command for all of them.
void find_far_endpoints(struct finder *finder)
{
	CLEANUP(said_release) struct said_list endpoints = { 0 };
	id_vec ids = { 0 };  // borrowed
	const struct location *at = NULL;

	vec_for_each (endpoint, &finder->assembly->endpoints) {
		const struct aws_endpoint *row = endpoint->endpoint;

		if (endpoint->type == ENDPOINT_GATEWAY || !row->subnets.count || zone_has_interface(finder, row))
			continue;
		AUTO_FREE char *title = thing_title(&row->thing);
		struct strbuf *out = said_next(&endpoints);

		if (out)
			strbuf_format(out, "%s of %s", title,
				      endpoint->service ? endpoint->service : "a service of its own");
		vec_push(&ids, row->thing.id);
		at = at ? at : &row->thing.at;
	}
	if (ids.count)
		tell_far_endpoints(finder, &ids, at, said_text(&endpoints));
	vec_release(&ids);
}

// Another endpoint of the service whose public names lead somewhere: names need no second one.
static bool has_other_names(const struct finder *finder, const struct assembled_endpoint *endpoint)
{
	vec_for_each (other, &finder->assembly->endpoints)
		if (other != endpoint && text_equal(other->service, endpoint->service) &&
		    (other->type == ENDPOINT_GATEWAY || other->private_dns))
			return true;
	return false;
}

void find_private_dns_off(struct finder *finder)
{
	vec_for_each (endpoint, &finder->assembly->endpoints) {
		if (endpoint->type != ENDPOINT_INTERFACE || endpoint->endpoint->private_dns != KNOWN_NO ||
		    !endpoint->service || has_other_names(finder, endpoint))
			continue;
		AUTO_FREE char *title = thing_title(&endpoint->endpoint->thing);
		const struct finding_about about = { endpoint->endpoint->thing.id, &endpoint->endpoint->thing.at, NULL,
						     "aws ec2 modify-vpc-endpoint --vpc-endpoint-id {id} "
						     "--private-dns-enabled{region}, or give programs the endpoint's "
						     "own name (AWS_ENDPOINT_URL)" };

		AUTO_FREE char *over = internet_words(finder->assembly, endpoint->service);

		finding_add(finder, &about,
			    "the endpoint %s of %s has private DNS off: the service's public name still resolves to "
			    "public addresses, %s",
			    title, endpoint->service, over ? over : "where programs hang");
	}
}

// What a policy refuses is answered by the service, not by the network.
void find_endpoint_policies(struct finder *finder)
{
	vec_for_each (endpoint, &finder->assembly->endpoints) {
		if (endpoint->endpoint->open_policy != KNOWN_NO || !endpoint->service ||
		    (finder->assembly->isolated && !text_equal(endpoint->service, "s3")))
			continue;
		AUTO_FREE char *title = thing_title(&endpoint->endpoint->thing);
		const struct finding_about about = { endpoint->endpoint->thing.id, &endpoint->endpoint->thing.at, NULL,
						     NULL };

		finding_add(finder, &about,
			    "the endpoint %s of %s has a policy of its own (PolicyDocument): policies are not judged "
			    "here, and on AWS requests that this one refuses fail with 403",
			    title, endpoint->service);
	}
}

static size_t private_names_wanted(const struct finder *finder)
{
	size_t count = 0;

	vec_for_each (endpoint, &finder->assembly->account->endpoints)
		count += endpoint->type == AWS_ENDPOINT_INTERFACE && endpoint->available &&
			 endpoint->private_dns == KNOWN_YES && endpoint_is_near(finder, endpoint);
	return count;
}

void find_dns_attributes(struct finder *finder)
{
	const struct aws_vpc *vpc = finder->assembly->vpc;
	size_t names = vpc ? private_names_wanted(finder) : 0;

	if (!vpc)
		return;
	AUTO_FREE char *title = thing_title(&vpc->thing);
	if (vpc->dns_support == KNOWN_NO) {
		const struct finding_about about = { vpc->thing.id, &vpc->thing.at, "{\"Value\":true}",
						     "aws ec2 modify-vpc-attribute --vpc-id {id} --enable-dns-support "
						     "{argument}{region}" };
		finding_add(finder, &about,
			    "%s has enableDnsSupport off: its resolver answers nothing, no service's "
			    "name resolves",
			    title);
	}
	if (vpc->dns_hostnames == KNOWN_NO && names) {
		const struct finding_about about = { vpc->thing.id, &vpc->thing.at, "{\"Value\":true}",
						     "aws ec2 modify-vpc-attribute --vpc-id {id} "
						     "--enable-dns-hostnames {argument}{region}" };
		AUTO_FREE char *over = internet_words(finder->assembly, "sts");

		finding_add(
		    finder, &about,
		    "%s has enableDnsHostnames off, which private DNS needs: the public names of %zu endpoint%s "
		    "resolve to public addresses, %s",
		    title, names, names == 1 ? "" : "s", over ? over : "where programs hang");
	}
}

void find_own_dns(struct finder *finder)
{
	const struct assembly *assembly = finder->assembly;

	if (!assembly->vpc || !assembly->vpc->dhcp_options || assembly->amazon_dns ||
	    assembly->vpc->dns_support == KNOWN_NO)
		return;
	vec_for_each (options, &assembly->account->dhcp_options) {
		if (!text_equal(options->thing.id, assembly->vpc->dhcp_options) || options->amazon_dns ||
		    !options->servers.count || !region_fits(options->thing.region, assembly->selection->region))
			continue;
		AUTO_FREE char *title = thing_title(&options->thing);
		char text[ADDRESS_TEXT_SIZE];
		const struct finding_about about = { options->thing.id, &options->thing.at, NULL,
						     "aws ec2 describe-dhcp-options --dhcp-options-ids {id}{region}" };

		finding_add(finder, &about,
			    "%s names DNS servers of your own (%s%s): an endpoint's private names resolve only where "
			    "these ask the VPC's resolver",
			    title, address_print(&options->servers.items[0], text),
			    options->servers.count > 1 ? " and others" : "");
	}
}
