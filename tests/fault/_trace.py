"""Runs a program under ptrace and kills it (SIGKILL) at its n-th step, a system call that changes a file or says something; or lets
every step from the n-th on fail, as on a disk that has filled up.

Steps are counted over all of its threads, so what happens does not depend on how fast or how busy the machine is, and a run replays.
"""
import ctypes
import errno
import os
import platform
import signal

import city

NUMBERS = {
    "x86_64": {1: "write", 18: "pwrite64", 20: "writev", 74: "fsync", 75: "fdatasync", 77: "ftruncate", 82: "rename", 83: "mkdir",
               86: "link", 87: "unlink", 91: "fchmod", 257: "openat", 263: "unlinkat", 264: "renameat", 285: "fallocate", 316: "renameat2"},
    "aarch64": {64: "write", 68: "pwrite64", 66: "writev", 82: "fsync", 83: "fdatasync", 46: "ftruncate", 34: "mkdirat", 35: "unlinkat",
                37: "linkat", 38: "renameat", 47: "fallocate", 52: "fchmod", 56: "openat", 276: "renameat2"},
}
O_CREAT = 0o100

# What fails on a full disk; to take something away does not.
FAILING = {"write", "pwrite64", "writev", "fsync", "fdatasync", "mkdir", "link", "rename", "renameat", "renameat2", "fallocate", "openat"}

TRACEME, POKEUSER, SYSCALL, SETOPTIONS, GET_SYSCALL_INFO = 0, 6, 24, 0x4200, 0x420E
RAX, ORIG_RAX = 80, 120  # offsets in struct user of x86-64
TRACESYSGOOD, TRACECLONE, EXITKILL = 1, 8, 0x100000
WALL = 0x40000000
ENTRY, EXIT = 1, 2


class SyscallInfo(ctypes.Structure):
    _fields_ = [("op", ctypes.c_uint8), ("padding", ctypes.c_uint8 * 3), ("arch", ctypes.c_uint32), ("ip", ctypes.c_uint64),
                ("sp", ctypes.c_uint64), ("number", ctypes.c_uint64), ("arguments", ctypes.c_uint64 * 6)]


libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long


def ptrace(request, pid, address=None, data=None):
    if libc.ptrace(request, pid, address, data) < 0:
        number = ctypes.get_errno()
        if number != errno.ESRCH:  # somebody else ended it meanwhile
            raise OSError(number, os.strerror(number))


class Run:
    """How a program ended: `code` is its exit code, None when it was killed at `steps[-1]`."""

    def __init__(self):
        self.steps = []
        self.code = None


def name_of(info):
    name = NUMBERS[platform.machine()].get(info.number)
    if name == "openat" and not info.arguments[2] & O_CREAT:
        return None
    return name


class Tracer:
    def __init__(self, words, output, kill_at, after, fail_from, error):
        self.run, self.kill_at, self.after, self.fail_from, self.error = Run(), kill_at, after, fail_from, error
        self.failing = set()  # threads inside a system call that is not carried out
        self.inside = {}  # thread: the step that it is carrying out
        self.main = os.fork()
        if self.main == 0:
            self.become(words, output)
        os.waitpid(self.main, WALL)  # the stop of exec
        ptrace(SETOPTIONS, self.main, None, TRACESYSGOOD | TRACECLONE | EXITKILL)
        self.known = {self.main}

    @staticmethod
    def become(words, output):
        try:
            out = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(out, 1)
            os.dup2(out, 2)
            libc.ptrace(TRACEME, 0, None, None)
            os.execv(words[0], words)
        finally:
            os._exit(127)

    def at_syscall(self, thread):
        """A thread enters or leaves a system call; true when the program is to die now."""
        info = SyscallInfo()
        ptrace(GET_SYSCALL_INFO, thread, ctypes.sizeof(info), ctypes.addressof(info))
        if info.op == ENTRY:
            name = name_of(info)
            if name is None:
                return False
            self.run.steps.append(name)
            self.inside[thread] = len(self.run.steps)
            if self.fail_from and len(self.run.steps) >= self.fail_from and name in FAILING and info.arguments[0] not in (1, 2):
                ptrace(POKEUSER, thread, ORIG_RAX, ctypes.c_void_p(-1))
                self.failing.add(thread)
            return not self.after and len(self.run.steps) == self.kill_at
        if info.op == EXIT and thread in self.failing:
            self.failing.remove(thread)
            ptrace(POKEUSER, thread, RAX, ctypes.c_void_p(-self.error))
        return info.op == EXIT and self.inside.pop(thread, None) == self.kill_at and self.after

    def stopped(self, thread, status):
        """Answers one stop; gives the signal to go on with."""
        number = os.WSTOPSIG(status)
        if number == signal.SIGTRAP | 0x80:
            if self.at_syscall(thread):
                os.kill(self.main, signal.SIGKILL)
            return 0
        if status >> 16 or thread not in self.known:  # an event, or the first stop of a new thread
            self.known.add(thread)
            return 0
        return number

    def follow(self):
        thread, deliver = self.main, 0
        while True:
            if thread is not None:
                ptrace(SYSCALL, thread, None, deliver)
            thread, status = os.waitpid(-1, WALL)
            if os.WIFSTOPPED(status):
                deliver = self.stopped(thread, status)
                continue
            if thread == self.main:
                self.run.code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
                return self.run
            thread = None


def traced(words, output, kill_at=0, after=False, fail_from=0, error=errno.ENOSPC):
    """Runs a program; kills it as it enters its step `kill_at` (from 1; 0: never), or with `after`, as it leaves it; lets steps fail from
    `fail_from` on."""
    machine = platform.machine()
    if machine not in NUMBERS or (fail_from and machine != "x86_64"):
        city.skip(f"no table of system calls or registers for {machine}")
    return Tracer([str(word) for word in words], str(output), kill_at, after, fail_from, error).follow()
