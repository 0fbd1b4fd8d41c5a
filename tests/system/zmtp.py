"""A peer that speaks ZMTP 3.1 with CURVE by hand, so that it can say in the handshake what libzmq would not.

SPDX-License-Identifier: Apache-2.0

Written from RFC 23 (ZMTP) and RFC 26 (CurveZMQ); the cryptography is PyNaCl's.
"""

import os
import socket
import struct

import nacl.public
import zmq.utils.z85

COMMAND, LONG, MORE = 4, 2, 1


class Refused(Exception):
    """The server ended the handshake; says how."""


def prefixed(name, value):
    return bytes([len(name)]) + name + struct.pack(">I", len(value)) + value


class Peer:
    """One connection. metadata: properties of the handshake in their order, after Socket-Type and Identity."""

    def __init__(self, port, server_key, secret_key, metadata=(), routing_id=b"", timeout=10):
        self.server = nacl.public.PublicKey(zmq.utils.z85.decode(server_key))
        self.secret = nacl.public.PrivateKey(zmq.utils.z85.decode(secret_key))
        self.short = nacl.public.PrivateKey.generate()
        self.sent, self.buffer = 0, b""
        self.metadata = b"".join(prefixed(name, value) for name, value in (
            (b"Socket-Type", b"DEALER"), (b"Identity", routing_id), *metadata))
        try:
            self.stream = socket.create_connection(("127.0.0.1", port), timeout)
        except OSError as error:
            raise Refused(f"connect: {error}") from None
        try:
            self._handshake()
        except (OSError, EOFError) as error:
            self.stream.close()
            raise Refused(f"closed: {error}") from None
        except Refused:
            self.stream.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.stream.close()

    # Bytes.

    def _read(self, count):
        while len(self.buffer) < count:
            more = self.stream.recv(65536)
            if not more:
                raise EOFError("the server closed the connection")
            self.buffer += more
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def _frame(self, flags, data):
        size = struct.pack(">BQ", flags | LONG, len(data)) if len(data) > 255 else bytes([flags, len(data)])
        self.stream.sendall(size + data)

    def _read_frame(self):
        flags = self._read(1)[0]
        [size] = struct.unpack(">Q", self._read(8)) if flags & LONG else self._read(1)
        return flags, self._read(size)

    def _nonce(self):
        self.sent += 1
        return struct.pack(">Q", self.sent)

    # The handshake.

    def _handshake(self):
        self.stream.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x01" + b"CURVE".ljust(20, b"\0") + b"\0" + bytes(31))
        self._read(64)
        nonce = self._nonce()
        box = nacl.public.Box(self.short, self.server).encrypt(bytes(64), b"CurveZMQHELLO---" + nonce).ciphertext
        self._frame(COMMAND, b"\x05HELLO\x01\x00" + bytes(72) + bytes(self.short.public_key) + nonce + box)
        welcome = self._command(b"WELCOME")
        opened = nacl.public.Box(self.short, self.server).decrypt(welcome[16:], b"WELCOME-" + welcome[:16])
        self.box = nacl.public.Box(self.short, nacl.public.PublicKey(opened[:32]))
        self._initiate(nacl.public.PublicKey(opened[:32]), cookie=opened[32:])
        self._command(b"READY")

    def _initiate(self, server_short, cookie):
        vouch_nonce, nonce = os.urandom(16), self._nonce()
        vouch = nacl.public.Box(self.secret, server_short).encrypt(
            bytes(self.short.public_key) + bytes(self.server), b"VOUCH---" + vouch_nonce).ciphertext
        secret = bytes(self.secret.public_key) + vouch_nonce + vouch + self.metadata
        box = self.box.encrypt(secret, b"CurveZMQINITIATE" + nonce).ciphertext
        self._frame(COMMAND, b"\x08INITIATE" + cookie + nonce + box)

    def _command(self, name):
        _, data = self._read_frame()
        got, rest = data[1:1 + data[0]], data[1 + data[0]:]
        if got != name:
            raise Refused(f"{got.decode(errors='replace')} {rest[1:].decode(errors='replace')}")
        return rest

    # Messages.

    def send(self, *frames):
        for number, frame in enumerate(frames):
            self.send_frame(frame, more=number < len(frames) - 1)

    def send_frame(self, frame, more):
        nonce = self._nonce()
        box = self.box.encrypt(bytes([MORE if more else 0]) + frame, b"CurveZMQMESSAGEC" + nonce).ciphertext
        self._frame(0, b"\x07MESSAGE" + nonce + box)

    def receive(self, timeout=10):
        """The frames of the next message, or None when none came in time or the connection ended."""
        frames, more = [], True
        self.stream.settimeout(timeout)
        try:
            while more:
                flags, data = self._read_frame()
                if flags & COMMAND and not data.startswith(b"\x07MESSAGE"):
                    continue
                opened = self.box.decrypt(data[16:], b"CurveZMQMESSAGES" + data[8:16])
                if opened[0] & 2:  # a command, such as a heartbeat
                    continue
                more = bool(opened[0] & MORE)
                frames.append(opened[1:])
        except (OSError, EOFError):
            return None
        return frames
