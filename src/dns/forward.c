// SPDX-License-Identifier: GPL-2.0-or-later
// Which questions leave, and in what form: see forward.h.
#include "dns/forward.h"

#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "dns/wire.h"
#include "policy/service_name.h"

static void add_gateway(const struct profile *profile, const struct profile_endpoint *endpoint,
			struct forward_rules *rules)
{
	const struct profile_prefix_list *list = profile_find_prefix_list(profile, endpoint->prefix_list.text);
	struct forward_gateway gateway = { 0 };
	CLEANUP(name_vec_release) name_vec names = { 0 };

	if (!list)
		return;
	endpoint_dns_names(profile, endpoint, &names);
	vec_for_each (name, &names)
		vec_push(&gateway.names, STEAL(*name));
	prefix_set_copy(&gateway.within, &list->entries);
	vec_push(&rules->gateways, gateway);
}

// A domain as it is written: ".corp.example" and "corp.example" mean the same.
static char *domain_copy(const char *written)
{
	char *copy = memory_copy_text(written + (written[0] == '.'));
	size_t length = strlen(copy);

	if (length && copy[length - 1] == '.')
		copy[length - 1] = '\0';
	return copy;
}

// AWS's resolver is the third address of the VPC's first IPv4 block.
static struct address resolver_of(const struct profile *profile)
{
	if (profile->vpc.resolver.address.family != FAMILY_NONE || !profile->vpc.region.text)
		return profile->vpc.resolver.address;
	vec_for_each (cidr, &profile->vpc.cidrs) {
		struct address address = prefix_first(&cidr->prefix);
		if (address.family != FAMILY_IPV4 || cidr->prefix.length > 30)
			continue;
		address.bits += 2;
		return address;
	}
	return (struct address){ 0 };
}

void forward_rules_build(const struct profile *profile, const struct address *nameservers, size_t count,
			 struct forward_rules *rules)
{
	*rules = (struct forward_rules){ 0 };
	if (profile->network.isolation == ISOLATION_FULL || profile->vpc.dns == DNS_NONE)
		return;
	rules->resolver = resolver_of(profile);
	rules->elsewhere = profile->vpc.located == LOCATED_ELSEWHERE;
	rules->everything = profile->vpc.dns == DNS_RESOLVER;
	for (size_t i = 0; i < count; i++)
		vec_push(&rules->nameservers, nameservers[i]);
	vec_for_each (endpoint, &profile->endpoints)
		if (endpoint->type == ENDPOINT_GATEWAY)
			add_gateway(profile, endpoint, rules);
	vec_for_each (domain, &profile->vpc.domains)
		vec_push(&rules->domains, domain_copy(domain->text));
}

void forward_rules_release(struct forward_rules *rules)
{
	vec_for_each (gateway, &rules->gateways) {
		vec_for_each (name, &gateway->names)
			free(*name);
		vec_release(&gateway->names);
		prefix_set_release(&gateway->within);
	}
	vec_release(&rules->gateways);
	vec_for_each (domain, &rules->domains)
		free(*domain);
	vec_release(&rules->domains);
	vec_release(&rules->nameservers);
}

// The form of a bucket's name ("Bucket naming rules", Amazon S3 User Guide): nothing else is carried out by a question.
static bool is_bucket(const char *name, size_t length)
{
	enum { SHORTEST = 3, LONGEST = 63 };
	const char *end = name + length;

	if (length < SHORTEST || length > LONGEST)
		return false;
	for (const char *c = name; c < end; c++) {
		bool letter = (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9');
		bool first = c == name, last = c + 1 == end;
		if (!letter && (first || last || (*c != '-' && *c != '.') || (*c == '.' && c[1] == '.')))
			return false;
	}
	return true;
}

static bool gateway_has(const struct forward_gateway *gateway, const char *name)
{
	size_t length = strlen(name);

	vec_for_each (pattern, &gateway->names) {
		if (!endpoint_name_matches(*pattern, name))
			continue;
		if ((*pattern)[0] != '*' || is_bucket(name, length - strlen(*pattern + 1)))
			return true;
	}
	return false;
}

static bool is_below(const char *name, const char *domain)
{
	size_t length = strlen(name), rest = strlen(domain);

	if (length < rest || strcasecmp(name + length - rest, domain) != 0)
		return false;
	return length == rest || name[length - rest - 1] == '.';
}

static bool asks_resolver(const struct forward_rules *rules, const char *name)
{
	vec_for_each (domain, &rules->domains)
		if (is_below(name, *domain))
			return true;
	return rules->everything;
}

bool forward_find_gateway(const struct forward_rules *rules, const char *name, struct forward_target *target)
{
	vec_for_each (gateway, &rules->gateways)
		if (gateway_has(gateway, name)) {
			*target = (struct forward_target){ .within = &gateway->within,
							   .servers = rules->nameservers.items,
							   .server_count = rules->nameservers.count };
			return true;
		}
	return false;
}

bool forward_find(const struct forward_rules *rules, const char *name, struct forward_target *target)
{
	if (asks_resolver(rules, name)) {
		*target = rules->elsewhere
			      ? (struct forward_target){ .servers = rules->nameservers.items,
							 .server_count = rules->nameservers.count }
			      : (struct forward_target){ .servers = &rules->resolver,
							 .server_count = rules->resolver.family != FAMILY_NONE };
		return true;
	}
	return forward_find_gateway(rules, name, target);
}

static bool is_letter(uint8_t byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

// The client's own spelling says nothing to the outside: each letter's case is drawn anew. The bytes that give a
// label's length are below 64, and so no letters.
static void spell(const struct dns_question *question, const uint8_t *random, uint8_t *name)
{
	for (size_t i = 0; i < question->name_length; i++) {
		uint8_t byte = question->name[i];
		bool upper = random[i / 8] >> (i % 8) & 1;
		name[i] = !is_letter(byte) ? byte : (uint8_t)(upper ? byte & ~0x20 : byte | 0x20);
	}
}

void forward_query_make(const struct dns_question *question, const struct forward_target *target,
			const uint8_t random[FORWARD_RANDOM_SIZE], struct forward_query *query)
{
	struct dns_question sent = *question;
	bool whole = !target->within;

	*query = (struct forward_query){ .id = (uint16_t)(random[0] << 8 | random[1]) };
	spell(question, random + 2, query->name);
	memcpy(sent.name, query->name, sent.name_length);
	sent.id = query->id;
	sent.opcode = 0;
	sent.room = DNS_MESSAGE_SIZE;
	sent.recursion_desired = true;
	sent.checking_disabled = whole && question->checking_disabled;
	sent.edns = true;
	sent.dnssec_ok = whole && question->dnssec_ok;

	CLEANUP(dns_packet_release) ldns_pkt *packet = dns_reply_new(&sent, DNS_CODE_OK);
	ldns_pkt_set_qr(packet, false);
	ldns_pkt_set_ra(packet, false);
	dns_reply_write(&sent, packet, &query->bytes);
}

void forward_query_release(struct forward_query *query)
{
	dns_bytes_release(&query->bytes);
}
