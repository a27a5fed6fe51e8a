// SPDX-License-Identifier: GPL-2.0-or-later
// Who stands at the other end of a link: see outside.h.
//
// Theory of operation. A packet socket on the far end of the link sees every frame that leaves the jail's host, and
// nothing else is there: no address, no route, no other link. Each frame is counted on the board and answered as a
// machine would that has the address it was sent to, whichever that is.
#include "verify/outside.h"

#include <errno.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "dns/reply.h"
#include "kernel/loop/channel.h"
#include "verify/range.h"

enum {
	MLDV2_LISTENER_REPORT = 143,  // RFC 3810
	FRAME_HEADER = 14,
	FRAME_SIZE = 65536,
	ARP_SIZE = 28,
	DNS_PORT = 53,
	DNS_TTL = 60,
	RECEIVE_BUFFER = 16 << 20,
};

struct outside {
	struct board *board;
	int frames;
	int channel;
	bool everywhere;
};

static void send_frame(const struct outside *outside, const uint8_t to[6], unsigned type, const void *bytes,
		       size_t length)
{
	uint8_t frame[FRAME_HEADER + PACKET_SIZE];

	if (length > PACKET_SIZE)
		return;
	memcpy(frame, to, 6);
	memcpy(frame + 6, range_outside_mac, 6);
	frame[12] = (uint8_t)(type >> 8);
	frame[13] = (uint8_t)type;
	memcpy(frame + FRAME_HEADER, bytes, length);
	// A frame that finds no room is lost, as on any wire: the probe is then not answered, and inconclusive.
	(void)send(outside->frames, frame, FRAME_HEADER + length, 0);
}

static void send_packet(const struct outside *outside, const uint8_t to[6], const struct packet *packet)
{
	uint8_t bytes[PACKET_SIZE];
	size_t length = packet_format(packet, bytes);

	if (length)
		send_frame(outside, to, packet->source.family == FAMILY_IPV4 ? ETHERTYPE_IP : ETHERTYPE_IPV6, bytes,
			   length);
}

// RFC 826: whoever is asked for is here. A question without a sender is one whether an address is free: it is.
static void answer_arp(const struct outside *outside, const uint8_t *bytes, size_t length)
{
	static const uint8_t nobody[4] = { 0 };
	uint8_t answer[ARP_SIZE];

	if (length < ARP_SIZE || bytes[7] != 1 || memcmp(bytes + 14, nobody, 4) == 0 ||
	    memcmp(bytes + 14, bytes + 24, 4) == 0)
		return;
	memcpy(answer, bytes, 8);
	answer[7] = 2;
	memcpy(answer + 8, range_outside_mac, 6);
	memcpy(answer + 14, bytes + 24, 4);
	memcpy(answer + 18, bytes + 8, 10);
	send_frame(outside, bytes + 8, ETHERTYPE_ARP, answer, sizeof(answer));
}

// RFC 4861 section 4.3 and 4.4. ICMPv6's first four bytes after the checksum go where an echo has its numbers.
static void answer_neighbour(const struct outside *outside, const uint8_t to[6], const struct packet *packet)
{
	enum { SOLICITED_OVERRIDE = 0x6000 };
	uint8_t body[16 + 8];

	if (packet->source.bits == 0 || packet->length < 16)
		return;
	memcpy(body, packet->payload, 16);
	body[16] = ND_OPT_TARGET_LINKADDR;
	body[17] = 1;
	memcpy(body + 18, range_outside_mac, 6);
	const struct packet answer = { .source = address_from_bytes(FAMILY_IPV6, packet->payload),
				       .destination = packet->source,
				       .protocol = IPPROTO_ICMPV6,
				       .icmp_type = ND_NEIGHBOR_ADVERT,
				       .source_port = SOLICITED_OVERRIDE,
				       .payload = body,
				       .length = sizeof(body) };
	uint8_t bytes[PACKET_SIZE];
	size_t length = packet_format(&answer, bytes);
	bytes[7] = 255;  // the hop limit, which tells that it comes from the link
	send_frame(outside, to, ETHERTYPE_IPV6, bytes, length);
}

// One address of each family for every name.
static bool answer_question(const struct outside *outside, const struct packet *packet, struct dns_bytes *reply)
{
	enum { TYPE_A = 1, TYPE_AAAA = 28 };
	struct dns_question question = { 0 };
	dns_address_vec addresses = { 0 };

	if (dns_question_read(packet->payload, packet->length, DNS_UDP, &question) != QUESTION_GOOD)
		return false;
	if (question.type == TYPE_A || question.type == TYPE_AAAA)
		vec_push(&addresses, outside->board->service[question.type == TYPE_AAAA]);
	dns_reply_addresses(&question, &addresses, DNS_TTL, reply);
	vec_release(&addresses);
	return true;
}

static void answer_packet(const struct outside *outside, const uint8_t to[6], const struct packet *packet)
{
	CLEANUP(dns_bytes_release) struct dns_bytes reply = { 0 };
	struct packet answer;

	if (!packet_answer(packet, &answer))
		return;
	if (packet->protocol == IPPROTO_UDP && packet->destination_port == DNS_PORT &&
	    answer_question(outside, packet, &reply)) {
		answer.payload = reply.bytes;
		answer.length = reply.length;
	}
	send_packet(outside, to, &answer);
}

// What a link says by itself, and what keeps it running: neighbour discovery and multicast listening.
static bool is_housekeeping(const struct packet *packet)
{
	static const struct prefix link_groups = IPV6_PREFIX(0xff02000000000000, 0, 16);
	static const struct {
		uint8_t first, last;
	} types[] = { { MLD_LISTENER_QUERY, ND_REDIRECT }, { MLDV2_LISTENER_REPORT, MLDV2_LISTENER_REPORT } };

	// A report of multicast listeners begins with a header of hop-by-hop options (RFC 3810 section 5).
	if (packet->protocol == IPPROTO_HOPOPTS && prefix_contains(&link_groups, &packet->destination))
		return true;
	for (size_t i = 0; packet->protocol == IPPROTO_ICMPV6 && i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].first <= packet->icmp_type && packet->icmp_type <= types[i].last)
			return true;
	return false;
}

static void take_packet(const struct outside *outside, const uint8_t from[6], const uint8_t *bytes, size_t length)
{
	struct packet packet;

	if (packet_parse(bytes, length, &packet) < 0 || outside->board->deaf)
		return;
	if (outside->everywhere && packet.source.family == FAMILY_IPV6 && packet.protocol == IPPROTO_ICMPV6 &&
	    packet.icmp_type == ND_NEIGHBOR_SOLICIT) {
		answer_neighbour(outside, from, &packet);
		return;
	}
	if (is_housekeeping(&packet))
		return;
	if (!outside->everywhere) {
		board_passed(outside->board, &packet);
		return;
	}
	if (board_arrived(outside->board, &packet))
		answer_packet(outside, from, &packet);
}

static void take_frames(const struct outside *outside)
{
	static uint8_t frame[FRAME_SIZE];
	struct sockaddr_ll from;

	for (;;) {
		socklen_t size = sizeof(from);
		ssize_t got =
		    recvfrom(outside->frames, frame, sizeof(frame), MSG_DONTWAIT, (struct sockaddr *)&from, &size);
		if (got < 0 && errno != EINTR)
			return;
		if (got < FRAME_HEADER || from.sll_pkttype == PACKET_OUTGOING)
			continue;
		unsigned type = (unsigned)frame[12] << 8 | frame[13];
		if (type == ETHERTYPE_ARP && outside->everywhere)
			answer_arp(outside, frame + FRAME_HEADER, (size_t)got - FRAME_HEADER);
		else if (type == ETHERTYPE_IP || type == ETHERTYPE_IPV6)
			take_packet(outside, frame + 6, frame + FRAME_HEADER, (size_t)got - FRAME_HEADER);
	}
}

static void send_row(const struct outside *outside, const struct board_host *to, const struct board_row *row)
{
	const struct address *target = &to->own[row->flow.remote.family == FAMILY_IPV6];
	bool typed = row->flow.protocol == IPPROTO_ICMP || row->flow.protocol == IPPROTO_ICMPV6;
	const struct packet packet = { .source = row->flow.remote,
				       .destination = *target,
				       .protocol = row->flow.protocol,
				       .source_port = board_source_port(outside->board, row, outside->board->phase),
				       // An echo's sequence is how its answer is told.
				       .destination_port =
					   typed ? board_source_port(outside->board, row, outside->board->phase)
						 : row->flow.destination_port,
				       .icmp_type = row->flow.icmp_type,
				       .icmp_code = row->flow.icmp_code,
				       .flags = row->flags ? row->flags : PACKET_SYN,
				       .sequence = 1000,
				       .payload = (const uint8_t *)"vpcjail verify",
				       .length = row->flow.protocol == IPPROTO_TCP ? 0 : 14,
				       .oddity = row->oddity };

	if (target->family != FAMILY_NONE)
		send_packet(outside, to->mac, &packet);
}

// Without the jail, all of them are sent from everywhere.
static void send_rows(const struct outside *outside, const struct outside_request *request)
{
	bool control = outside->board->phase == PHASE_CONTROL;

	for (size_t i = request->first; i < request->first + request->count; i++) {
		const struct board_row *row = &outside->board->rows[i];
		if (row->kind == ROW_INBOUND && (control || (!row->untried && row->beside == request->beside)))
			send_row(outside, &request->to, row);
	}
}

// False: the other end is closed.
static bool take_request(const struct outside *outside)
{
	struct outside_request request;
	ssize_t got = recv(outside->channel, &request, sizeof(request), 0);

	if (got != (ssize_t)sizeof(request))
		return got < 0 && errno == EINTR;
	take_frames(outside);
	if (request.word == OUTSIDE_SEND)
		send_rows(outside, &request);
	return send(outside->channel, &request.word, sizeof(request.word), MSG_NOSIGNAL) > 0;
}

static int open_frames(const char *link, int *out, struct error *err)
{
	const int room = RECEIVE_BUFFER;
	struct sockaddr_ll place = { .sll_family = AF_PACKET,
				     .sll_protocol = htons(ETH_P_ALL),
				     .sll_ifindex = (int)if_nametoindex(link) };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return error_set_errno(err, -errno, "cannot open a packet socket in the test range");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (bind(fd, (struct sockaddr *)&place, sizeof(place)) < 0) {
		int code = -errno;
		close(fd);
		return error_set_errno(err, code, "cannot listen on the link of the test range");
	}
	*out = fd;
	return 0;
}

int outside_run(struct board *board, int channel, const char *link, bool everywhere, struct error *err)
{
	struct outside outside = { .board = board, .channel = channel, .everywhere = everywhere };

	if (open_frames(link, &outside.frames, err) < 0)
		return err->code;
	enum outside_word ready = OUTSIDE_SETTLE;
	bool more = send(channel, &ready, sizeof(ready), MSG_NOSIGNAL) > 0;
	while (more) {
		struct pollfd fds[] = { { .fd = outside.frames, .events = POLLIN },
					{ .fd = channel, .events = POLLIN } };
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			break;
		take_frames(&outside);
		if (fds[1].revents)
			more = take_request(&outside);
	}
	close(outside.frames);
	return 0;
}

int outside_answer(int channel, struct error *err)
{
	union {
		enum outside_word word;
		struct message message;
	} answer;
	ssize_t got;

	while ((got = recv(channel, &answer, sizeof(answer), 0)) < 0 && errno == EINTR)
		;
	if (got == (ssize_t)sizeof(answer.word))
		return 0;
	if (got == (ssize_t)sizeof(answer.message) && answer.message.kind == MESSAGE_ERROR) {
		*err = answer.message.error;
		return err->code;
	}
	return error_set(err, -EIO, "the test range has ended unexpectedly");
}

int outside_ask(int channel, const struct outside_request *request, struct error *err)
{
	if (send(channel, request, sizeof(*request), MSG_NOSIGNAL) < 0)
		return error_set_errno(err, -errno, "cannot speak to the test range");
	return outside_answer(channel, err);
}
