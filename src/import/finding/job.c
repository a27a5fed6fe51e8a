// SPDX-License-Identifier: GPL-2.0-or-later
// Findings about the job itself, about prefix lists, and about what was not given.
#include <ctype.h>

#include "base/cleanup.h"
#include "import/finding/parts.h"

static const struct aws_job *job_of(const struct finder *finder)
{
	return finder->assembly->selection ? finder->assembly->selection->job : NULL;
}

// A member of the job, where the document says it.
static struct finding_about about_job(const struct aws_job *job, const struct location *member)
{
	return (struct finding_about){ job->thing.id, member->line ? member : &job->thing.at, NULL, NULL };
}

void find_isolation(struct finder *finder)
{
	const struct aws_job *job = job_of(finder);
	const struct finding_about about = job ? about_job(job, &job->isolation_at) : (struct finding_about){ 0 };

	if (!finder->assembly->isolated)
		return;
	finding_add(
	    finder, &about,
	    "EnableNetworkIsolation: the container reaches loopback and the job's other hosts and nothing else; "
	    "%s. Data comes by channels, which are filled outside the container, and there are no credentials",
	    finder->assembly->subnet
		? "groups, routes and endpoints of its VpcConfig only matter to SageMaker, which moves the data "
		  "through them"
		: "it has no VPC");
}

void find_unknown_peers(struct finder *finder)
{
	const struct aws_job *job = job_of(finder);

	if (!job || job->hosts < 2)
		return;
	struct finding_about about = about_job(job, &job->hosts_at);
	about.remedy = "write the addresses of the other hosts here into network.peers";
	finding_add(finder, &about,
		    "the job has %u hosts; which addresses they have is known only while it runs, so that the profile "
		    "names none",
		    job->hosts);
}

void find_idle_encryption(struct finder *finder)
{
	const struct aws_job *job = job_of(finder);

	if (!job || !finder->assembly->encrypted || finder->assembly->several_hosts)
		return;
	const struct finding_about about = about_job(job, &job->encryption_at);
	finding_add(finder, &about, "EnableInterContainerTrafficEncryption has no effect on a job of one host");
}

// The bucket of "s3://bucket/key"; the caller's, NULL: no such text.
static char *bucket_of(const char *uri)
{
	static const char head[] = "s3://";
	size_t length;

	if (strncmp(uri, head, sizeof(head) - 1) != 0)
		return NULL;
	length = strcspn(uri + sizeof(head) - 1, "/");
	return length ? memory_copy_bytes(uri + sizeof(head) - 1, length) : NULL;
}

// The Region in "sagemaker-us-east-1-123456789012", the name that the SDK gives its own bucket; the caller's, or NULL.
static char *region_of_bucket(const char *bucket)
{
	static const char head[] = "sagemaker-";
	const char *begin = bucket + sizeof(head) - 1, *account;
	unsigned dashes = 0;

	if (strncmp(bucket, head, sizeof(head) - 1) != 0 || !(account = strrchr(begin, '-')))
		return NULL;
	if (strspn(account + 1, "0123456789") != 12 || account[13] || !isdigit((unsigned char)account[-1]))
		return NULL;
	for (const char *c = begin; c < account; c++)
		dashes += *c == '-';
	return dashes >= 2 ? memory_copy_bytes(begin, (size_t)(account - begin)) : NULL;
}

// Where a URI is said; of several it is not known which is meant.
static const struct location *uris_place(const struct aws_job *job)
{
	return job->uris.count == 1 ? &job->uris_at : &job->thing.at;
}

static bool is_near(const struct finder *finder, const char *bucket)
{
	AUTO_FREE char *region = region_of_bucket(bucket);

	return region && text_equal(region, finder->assembly->selection->region);
}

// Text of the buckets that hold, each once: "a, b and 3 more"; *first the first of them.
typedef bool bucket_is_meant(const struct finder *finder, const char *bucket);

static bool is_far(const struct finder *finder, const char *bucket)
{
	AUTO_FREE char *region = region_of_bucket(bucket);

	return region && finder->assembly->selection->region &&
	       strcmp(region, finder->assembly->selection->region) != 0;
}

static bool is_untold(const struct finder *finder, const char *bucket)
{
	return !is_far(finder, bucket) && !is_near(finder, bucket);
}

static void buckets_meant(const struct finder *finder, bucket_is_meant *meant, id_vec *out)
{
	vec_for_each (uri, &job_of(finder)->uris) {
		char *bucket = bucket_of(*uri);

		if (bucket && meant(finder, bucket) && !id_vec_has(out, bucket))
			vec_push(out, bucket);
		else
			free(bucket);
	}
}

static void buckets_release(id_vec *buckets)
{
	vec_for_each (bucket, buckets)
		free(*bucket);
	vec_release(buckets);
}

#define BUCKET_REMEDY "aws s3api get-bucket-location --bucket {argument}"

void find_far_buckets(struct finder *finder)
{
	CLEANUP(buckets_release) id_vec buckets = { 0 };
	const struct aws_job *job = job_of(finder);

	if (!job || !finder->assembly->subnet)
		return;
	buckets_meant(finder, is_far, &buckets);
	vec_for_each (bucket, &buckets) {
		AUTO_FREE char *region = region_of_bucket(*bucket);
		AUTO_STRBUF struct strbuf name = { 0 };
		struct finding_about about = about_job(job, uris_place(job));
		about.subject = about.argument = *bucket;
		about.remedy = BUCKET_REMEDY;

		text_add_short(&name, *bucket);
		finding_add(
		    finder, &about,
		    "the bucket \"%s\" is by its name one of %s, and the job runs in %s: endpoints of S3 lead to "
		    "buckets of their own Region only, and a request hangs",
		    strbuf_text(&name), region, finder->assembly->selection->region);
	}
}

void find_untold_buckets(struct finder *finder)
{
	enum { SAID = 3 };
	CLEANUP(buckets_release) id_vec buckets = { 0 };
	AUTO_STRBUF struct strbuf names = { 0 };
	const struct aws_job *job = job_of(finder);

	if (!job || !finder->assembly->subnet)
		return;
	buckets_meant(finder, is_untold, &buckets);
	if (!buckets.count)
		return;
	for (size_t i = 0; i < buckets.count && i < SAID; i++) {
		strbuf_add(&names, i ? ", \"" : "\"");
		text_add_short(&names, buckets.items[i]);
		strbuf_add_char(&names, '"');
	}
	if (buckets.count > SAID)
		strbuf_format(&names, " and %zu more", buckets.count - SAID);
	struct finding_about about = about_job(job, uris_place(job));
	about.argument = buckets.items[0];
	about.remedy = BUCKET_REMEDY;
	finding_add(
	    finder, &about,
	    "no document says in which Region %s %s: the endpoints of S3 lead to buckets of their own Region only",
	    strbuf_text(&names), buckets.count == 1 ? "is" : "are");
}

static char *list_title(const struct assembled_list *list)
{
	struct strbuf out = { 0 };

	text_add_short(&out, list->id);
	if (list->name) {
		strbuf_add(&out, " (");
		text_add_short(&out, list->name);
		strbuf_add_char(&out, ')');
	}
	return strbuf_steal(&out);
}

#define LIST_REMEDY "aws ec2 get-managed-prefix-list-entries --prefix-list-id {id}{region} > {argument}.json"

static struct finding_about about_list(const struct assembled_list *list)
{
	return (struct finding_about){ list->id, list->list ? &list->list->thing.at : NULL, list->id, LIST_REMEDY };
}

void find_approximate_lists(struct finder *finder)
{
	vec_for_each (list, &finder->assembly->lists) {
		if (!list->approximate)
			continue;
		AUTO_FREE char *title = list_title(list);
		const struct finding_about about = about_list(list);
		finding_add(
		    finder, &about,
		    "the prefix list %s is made of ip-ranges.json%s%s: it may have addresses that AWS's own list "
		    "has not, which the profile then lets through",
		    title, list->date ? " of " : "", list->date ? list->date : "");
	}
}

void find_empty_lists(struct finder *finder)
{
	vec_for_each (list, &finder->assembly->lists) {
		if (!prefix_set_is_empty(&list->entries))
			continue;
		AUTO_FREE char *title = list_title(list);
		const struct finding_about about = about_list(list);
		finding_add(finder, &about, "the prefix list %s %s: what names it lets nothing through", title,
			    list->given ? "is empty" : "was given without its entries");
	}
}

// Its prefix list is told of already.
static bool is_told(const struct finder *finder, const struct assumption *assumption)
{
	vec_for_each (list, &finder->assembly->lists)
		if (prefix_set_is_empty(&list->entries) && strstr(assumption->missing, list->id))
			return true;
	return false;
}

void find_assumptions(struct finder *finder)
{
	vec_for_each (assumption, &finder->assembly->assumptions) {
		if (is_told(finder, assumption))
			continue;
		struct finding *finding =
		    finding_add(finder, &(struct finding_about){ 0 }, "not given: %s; assumed: %s", assumption->missing,
				assumption->assumed);

		if (assumption->command) {
			struct strbuf command = { 0 };

			strbuf_add_safe(&command, assumption->command);
			finding->remedy_text = strbuf_steal(&command);
		}
	}
}
