# SPDX-License-Identifier: GPL-2.0-or-later
"""An io_uring by raw system calls, as far as the probes need it: a socket registered, data sent by it."""
import ctypes
import mmap
import struct

from door import Absent, syscall

SETUP, ENTER, REGISTER = 425, 426, 427  # the same on every machine
SETUP_POLLED, ENTER_WAKE = 2, 2
REGISTER_FILES, FIXED_FILE, OPERATION_NOTHING, OPERATION_SEND = 2, 1, 0, 26
MAP_RING, MAP_ENTRIES = 0, 0x10000000
ENTRIES, ENTRY_SIZE, RING_SIZE = 8, 64, 4096
IDLE = 6000  # milliseconds that the kernel's thread waits before it sleeps


class Ring:
    """A ring that was made here or elsewhere. offsets: where its words lie: head, tail, mask, array."""

    def __init__(self, fd, offsets):
        self.fd = fd
        self.offsets = offsets
        self.words = mmap.mmap(fd, RING_SIZE, offset=MAP_RING)
        self.entries = mmap.mmap(fd, ENTRIES * ENTRY_SIZE, offset=MAP_ENTRIES)

    @classmethod
    def make(cls, polled=False):
        parameters = ctypes.create_string_buffer(struct.pack('5I', 0, 0, SETUP_POLLED if polled else 0, 0, IDLE), 120)
        try:
            fd = syscall(SETUP, ENTRIES, ctypes.byref(parameters))
        except OSError as error:
            raise Absent(f'io_uring: {error}') from error
        head, tail, mask, _, _, _, array = struct.unpack_from('7I', parameters, 40)
        return cls(fd, [head, tail, mask, array])

    def register(self, descriptor):
        """It becomes number 0 of the ring's own files."""
        syscall(REGISTER, self.fd, REGISTER_FILES, ctypes.byref(ctypes.c_int(descriptor)), 1)

    def address(self, slot):
        """Of an entry, in this process. An entry that is not submitted is memory that both sides see."""
        return ctypes.addressof(ctypes.c_char.from_buffer(self.entries)) + slot * ENTRY_SIZE

    def place(self, slot, data):
        self.entries[slot * ENTRY_SIZE:slot * ENTRY_SIZE + len(data)] = data

    def _word(self, which):
        return struct.unpack_from('I', self.words, self.offsets[which])[0]

    def _store(self, operation, flags, address, length):
        """The next entry to be submitted is entry 0, of the ring's file 0."""
        tail, mask = self._word(1), self._word(2)
        struct.pack_into('BBHiQQII', self.entries, 0, operation, flags, 0, 0, 0, address, length, 0)
        struct.pack_into('I', self.words, self.offsets[3] + 4 * (tail & mask), 0)
        struct.pack_into('I', self.words, self.offsets[1], tail + 1)

    def store_send(self, address, length):
        """Send what lies at the address."""
        self._store(OPERATION_SEND, FIXED_FILE, address, length)

    def enter(self):
        return syscall(ENTER, self.fd, 1, 0, 0, 0, 0)

    def wake(self):
        """Gives the kernel's thread something to do: it sleeps before its first work, and a while after its last."""
        self._store(OPERATION_NOTHING, 0, 0, 0)
        syscall(ENTER, self.fd, 1, 0, ENTER_WAKE, 0, 0)

    def is_taken(self):
        return self._word(0) == self._word(1)
