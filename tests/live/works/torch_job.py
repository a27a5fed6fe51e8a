# SPDX-License-Identifier: GPL-2.0-or-later
"""PyTorch: workers that hand tensors over by descriptor and by file, queues of tensors, data-parallel training with Gloo."""
import datetime
import os
import socket
import subprocess
import sys

import torch
import torch.distributed as dist
import torch.multiprocessing as multiprocessing
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, Dataset

from checks import run, same

STRATEGIES = ('file_descriptor', 'file_system')
STEPS = 3
RANKS = 2
LOOPBACK6 = '0' * 24 + '01000000'  # ::1 as the kernel writes it
LIMIT = datetime.timedelta(seconds=60)


class Squares(Dataset):
    """Item i: i² in each place, and the process that made it."""

    def __len__(self):
        return 64

    def __getitem__(self, index):
        return torch.full((1000,), float(index * index)), os.getpid()


def data_loader_with_workers():
    for strategy in STRATEGIES:
        multiprocessing.set_sharing_strategy(strategy)
        makers = set()
        values = []
        for batch, pids in DataLoader(Squares(), batch_size=8, num_workers=4, timeout=30):
            assert batch.is_shared(), strategy
            makers.update(pids.tolist())
            values += batch[:, 999].tolist()
        same(values, [float(index * index) for index in range(64)], strategy)
        same(len(makers), 4, strategy)
        assert os.getpid() not in makers


def answer(questions, answers):
    tensor = questions.get(timeout=30)
    tensor += 1  # in the memory of both
    answers.put(tensor.sum())
    questions.get(timeout=30)  # until then the answer's memory is ours


def tensors_through_queues():
    for strategy, method in ((STRATEGIES[0], 'fork'), (STRATEGIES[1], 'fork'), (STRATEGIES[0], 'spawn')):
        multiprocessing.set_sharing_strategy(strategy)
        context = multiprocessing.get_context(method)
        questions, answers = context.Queue(), context.Queue()
        worker = context.Process(target=answer, args=(questions, answers))
        worker.start()
        tensor = torch.zeros(1 << 20)
        questions.put(tensor)
        same(answers.get(timeout=30).item(), float(1 << 20), strategy, method)
        same(tensor[12345].item(), 1.0, strategy, method, 'shared memory')
        questions.put('end')
        worker.join(20)
        same(worker.exitcode, 0, strategy, method)


def model_and_data():
    torch.manual_seed(1)
    return torch.nn.Linear(4, 3), torch.randn(STEPS, RANKS, 8, 4)


def train(model, batches):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for batch in batches:
        optimizer.zero_grad()
        model(batch).pow(2).mean().backward()
        optimizer.step()
    return torch.cat([parameter.detach().flatten() for parameter in model.parameters()])


def agree(rank, address, port):
    """One rank of data-parallel training, with the rendezvous at this address; all come to what one alone would."""
    os.environ.update(MASTER_ADDR=address, MASTER_PORT=port, RANK=str(rank), WORLD_SIZE=str(RANKS))
    dist.init_process_group('gloo', timeout=LIMIT)
    model, data = model_and_data()
    parameters = train(DistributedDataParallel(model), data[:, rank])
    everyone = [torch.empty_like(parameters) for _ in range(RANKS)]
    dist.all_gather(everyone, parameters)
    assert torch.equal(*everyone), everyone
    alone, data = model_and_data()
    wanted = train(alone, data.flatten(1, 2))
    assert torch.allclose(parameters, wanted, atol=1e-5), (parameters, wanted)
    dist.barrier()
    dist.destroy_process_group()


def rank_main(rank, ports):
    """One rank: data-parallel training with the rendezvous at each address; then a group that also talks over ::1."""
    torch.set_num_threads(1)
    for address, port in zip(('127.0.0.1', '::1'), ports):
        agree(rank, address, port)
    store = dist.TCPStore('::1', int(ports[2]), RANKS, rank == 0, LIMIT)
    options = dist.ProcessGroupGloo._Options()  # pylint: disable=protected-access
    options._devices = [dist.ProcessGroupGloo.create_device(hostname='::1')]  # pylint: disable=protected-access
    options._timeout = LIMIT  # pylint: disable=protected-access
    group = dist.ProcessGroupGloo(store, rank, RANKS, options)
    tensor = torch.full((1 << 16,), float(rank + 1))
    group.allreduce([tensor]).wait()
    same(tensor.unique().tolist(), [3.0])
    with open('/proc/self/net/tcp6', encoding='ascii') as connections:
        ends = [line.split()[1:3] for line in connections if line.split()[3] == '01']
    stores = {f'{int(port):04X}' for port in ports}
    own = [end for end in ends if all(side.startswith(LOOPBACK6) and side[33:] not in stores for side in end)]
    assert own, f'Gloo does not talk over ::1: {ends}'
    group.barrier().wait()
    print('rank', rank, 'agrees')


def data_parallel_with_gloo():
    ports = []
    for address in ('127.0.0.1', '::1', '::1'):
        with socket.create_server((address, 0), family=socket.AF_INET6 if ':' in address else socket.AF_INET) as server:
            ports.append(str(server.getsockname()[1]))
    environment = dict(os.environ, GLOO_SOCKET_IFNAME='lo', OMP_NUM_THREADS='1')
    ranks = [subprocess.Popen([sys.executable, __file__, str(rank), *ports], env=environment, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) for rank in range(RANKS)]
    for rank, process in enumerate(ranks):
        try:
            out, err = process.communicate(timeout=80)
        finally:
            process.kill()
        same((process.returncode, out), (0, f'rank {rank} agrees\n'), err)


if __name__ == '__main__':
    if sys.argv[1:]:
        rank_main(int(sys.argv[1]), sys.argv[2:])
    else:
        torch.set_num_threads(1)
        run(data_loader_with_workers, tensors_through_queues, data_parallel_with_gloo)
