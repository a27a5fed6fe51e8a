// SPDX-License-Identifier: GPL-2.0-or-later
// Two ranks: large messages, collectives and one-sided writes. Counts what goes by process_vm_readv (CMA), which
// OpenMPI calls through the name below: this program's is found before the C library's.
#define _GNU_SOURCE
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { INTS = 2 * 1024 * 1024, ROUNDS = 4 };

static long long cma_bytes;

ssize_t process_vm_readv(pid_t pid, const struct iovec *local, unsigned long local_count, const struct iovec *remote,
			 unsigned long remote_count, unsigned long flags)
{
	ssize_t got = syscall(SYS_process_vm_readv, pid, local, local_count, remote, remote_count, flags);

	if (got > 0)
		cma_bytes += got;
	return got;
}

static void fill(int *numbers, int round)
{
	for (int i = 0; i < INTS; i++)
		numbers[i] = i ^ (round * 0x01010101);
}

// Passes the numbers from rank 0 to rank 1; how many arrived wrong.
static long long pass(int rank, int *numbers, int *wanted, int round)
{
	long long wrong = 0;

	fill(wanted, round);
	if (rank == 0) {
		MPI_Send(wanted, INTS, MPI_INT, 1, round, MPI_COMM_WORLD);
		return 0;
	}
	MPI_Recv(numbers, INTS, MPI_INT, 0, round, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
	for (int i = 0; i < INTS; i++)
		wrong += numbers[i] != wanted[i];
	return wrong;
}

// Each writes its rank into the other's window; what it finds in its own.
static int put_across(int rank)
{
	int *memory;
	int found;
	MPI_Win window;

	MPI_Win_allocate_shared(sizeof(*memory), sizeof(*memory), MPI_INFO_NULL, MPI_COMM_WORLD, &memory, &window);
	*memory = -1;
	MPI_Win_fence(0, window);
	MPI_Put(&rank, 1, MPI_INT, 1 - rank, 0, 1, MPI_INT, window);
	MPI_Win_fence(0, window);
	found = *memory;
	MPI_Win_free(&window);
	return found;
}

int main(int argc, char **argv)
{
	int rank, ranks, sum = 0;
	int *numbers = calloc(INTS, sizeof(*numbers));
	int *wanted = calloc(INTS, sizeof(*wanted));
	long long mine[2] = { 0 }, all[2];

	MPI_Init(&argc, &argv);
	MPI_Comm_rank(MPI_COMM_WORLD, &rank);
	MPI_Comm_size(MPI_COMM_WORLD, &ranks);
	for (int round = 0; round < ROUNDS && numbers && wanted; round++)
		mine[0] += pass(rank, numbers, wanted, round);
	mine[1] = cma_bytes;
	MPI_Allreduce(mine, all, 2, MPI_LONG_LONG, MPI_SUM, MPI_COMM_WORLD);
	rank += 10;
	MPI_Allreduce(&rank, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
	rank -= 10;
	int found = put_across(rank);
	if (rank == 0)
		printf("{\"ranks\": %d, \"wrong\": %lld, \"sum\": %d, \"put\": %d, \"cma\": %lld}\n", ranks, all[0],
		       sum, found, all[1]);
	MPI_Finalize();
	free(numbers);
	free(wanted);
	return 0;
}
