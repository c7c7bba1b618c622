"""The sandbox of a process that parses or runs input from outside: kernel restrictions that cannot be lifted from within.

No new privileges, no capabilities, hard resource limits, no files and no signals to others (Landlock), and only the system calls that
computing, replying and exiting need (seccomp). Where the kernel lacks Landlock or seccomp, or this machine's system call numbers are not
listed here, the other layers hold. See docs/sandbox.md.
"""

import ctypes
import os
import platform
import resource
import struct

#: The layers of the sandbox that not every kernel has.
OPTIONAL_LAYERS = ("landlock", "seccomp")

_libc = ctypes.CDLL(None, use_errno=True)

_PR_SET_PDEATHSIG, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _PR_CAP_AMBIENT = 1, 24, 38, 22, 47
_PR_CAP_AMBIENT_CLEAR_ALL = 4
_CAPABILITIES = 64
_CAPABILITY_VERSION = 0x20080522

_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446
#: Landlock version -> how many file access rights it knows; the largest version not above the kernel's counts.
_FILE_ACCESS = {1: 13, 2: 14, 3: 15, 5: 16}
#: Binding and connecting TCP sockets (from version 4), abstract sockets and signals to outside processes (from version 6).
_NET_ACCESS = _SCOPES = 0b11

#: Machine -> its number in seccomp, and the system calls allowed while a query runs: reading and writing open files, memory, clocks, random
#: numbers, locks, its own signals, exit.
_MACHINES = {
    "x86_64": (
        0xC000003E,
        (
            *(0, 1, 3, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18, 20, 24, 25, 28, 35, 39, 44, 45, 46, 47, 60, 77, 96, 131, 186),
            *(202, 219, 228, 229, 230, 231, 318, 334),
        ),
    ),
    "aarch64": (
        0xC00000B7,
        (
            *(63, 64, 57, 62, 222, 226, 215, 214, 134, 135, 139, 67, 68, 66, 124, 216, 233, 101, 172, 206, 207, 211, 212, 93, 46),
            *(169, 132, 178, 98, 128, 113, 114, 115, 94, 278, 293),
        ),
    ),
}
#: tgkill is allowed to the process itself, which is how it aborts.
_TGKILL = {"x86_64": 234, "aarch64": 131}

_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_NUMBER_AT, _MACHINE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 1  # EPERM


def end_with_parent(signal: int) -> None:
    """Have the kernel send a signal to this process when its parent dies."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal)


def drop_privileges() -> None:
    """Forbid new privileges through executed programs, and drop all capabilities, also root's. Raises OSError."""
    if _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "no_new_privs")
    for capability in range(_CAPABILITIES):
        # Fails without the privilege to drop one, and beyond the last capability.
        _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
    _libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    if _libc.capset(struct.pack("=Ii", _CAPABILITY_VERSION, 0), bytes(24)):
        raise OSError(ctypes.get_errno(), "capabilities")


def limit(memory: int, result: int, descriptors: int) -> None:
    """Set hard limits: bytes of memory beyond what is used now, bytes of a file, open files, no other processes, no core files."""
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - this is on the way of each new process
        used = int(file.read().split()[0]) * resource.getpagesize()
    for kind, most in (
        (resource.RLIMIT_AS, used + memory),
        (resource.RLIMIT_FSIZE, result),
        (resource.RLIMIT_NOFILE, descriptors),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def shut_off() -> list[str]:
    """Apply Landlock and seccomp; returns the names of those in force. Call `drop_privileges` before."""
    return [name for name, build in zip(OPTIONAL_LAYERS, (_landlock, _seccomp), strict=True) if build()]


def _landlock() -> bool:
    version = _libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return False
    access = (1 << max(count for since, count in _FILE_ACCESS.items() if since <= version)) - 1
    rules = struct.pack("=QQQ", access, _NET_ACCESS, _SCOPES)[: 8 if version < 4 else 16 if version < 6 else 24]
    ruleset = _libc.syscall(_LANDLOCK_CREATE, rules, ctypes.c_size_t(len(rules)), 0)
    if ruleset < 0:
        return False
    try:
        return bool(_libc.syscall(_LANDLOCK_RESTRICT, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


class _BpfProgram(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def _seccomp() -> bool:
    machine = platform.machine()
    if machine not in _MACHINES:
        return False
    number, calls = _MACHINES[machine]
    steps = [(_LOAD, 0, 0, _MACHINE_AT), (_EQUAL, 1, 0, number), (_RETURN, 0, 0, _REFUSE), (_LOAD, 0, 0, _NUMBER_AT)]
    # An allowed call jumps to the last step.
    steps += [(_EQUAL, len(calls) - place + 3, 0, call) for place, call in enumerate(calls)]
    steps += [(_EQUAL, 0, 2, _TGKILL[machine]), (_LOAD, 0, 0, _FIRST_ARGUMENT_AT), (_EQUAL, 1, 0, os.getpid())]
    steps += [(_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)]
    filter = b"".join(struct.pack("=HBBI", *step) for step in steps)
    program = _BpfProgram(len(steps), filter)
    return bool(_libc.prctl(_PR_SET_SECCOMP, 2, ctypes.byref(program), 0, 0) == 0)
