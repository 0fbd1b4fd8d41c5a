#!/usr/bin/python3
"""A daemon as a person would write it in Python, to compare lantikd with: CURVE, a few checks, COPY, a reply after the commit.

SPDX-License-Identifier: Apache-2.0

daemon.py CONNINFO PROTO_DIRECTORY SECRET_KEY_FILE KEYS ENDPOINT...
One process an endpoint, each with its connection; KEYS is a file with the public keys of the offices, one a line. It takes
lantik's batches and stores the rows that the yardstick stores, in its table. What it lacks: the office's signature, most
rules, returned records, corrections, duplicates across batches told one by one, a ledger, a receipt that proves anything.
What makes it fast: one COPY of one string a batch; texts are not touched, an empty cell is NULL; dates go as the numbers
that they are on the wire; only the columns of the step.
"""

import datetime
import functools
import operator
import os
import pathlib
import re
import signal
import struct
import subprocess
import sys
import tempfile

import psycopg2
import zmq
import zmq.auth
import zmq.auth.thread

OWN = "batch_no record_no office_no kind step salt".split()
# What a proposal for a number has.
TEXTS = ("office_reference kode_instansi no_peserta nik nip nama glr_depan glr_belakang tempat_lahir jenis_kelamin kategori"
         " tk_pendidikan_id pendidikan_nama nama_sek nomor_ijazah jabatan_nama golongan_id unor_nama unor_induk_nama kode_kabkot"
         " no_pertek ket_sehat_nomor ket_kelakuanbaik_nomor ket_bebas_narkoba_nomor").split()
NUMBERS = ("row_no tgl_lahir agama_id jenis_kawin_id terdata_non_asn ikut_cpns_2024 ikut_pppk_2024_lengkap tahun_lulus"
           " tgl_tahun_lulus jenis_jabatan_id kelompok_jabatan kelompok_lapor tmt tgl_kontrak_mulai tgl_kontrak_akhir upah"
           " upah_non_asn_terakhir tgl_pertek ket_sehat_tanggal ket_kelakuanbaik_tanggal ket_bebas_narkoba_tanggal"
           " status_usulan").split()
IDS = ("usulan_id orang_id tempat_lahir_id pendidikan_id jabatan_fungsional_id jabatan_fungsional_umum_id unor_id unor_induk"
       " satuan_kerja_id lokasi_id").split()
texts_of, numbers_of, ids_of = (operator.attrgetter(*names) for names in (TEXTS, NUMBERS, IDS))
dates_of = operator.attrgetter(*[name for name in NUMBERS if name.startswith(("tgl_", "tmt")) or name.endswith("_tanggal")])
COPY = f"COPY yardstick ({', '.join(OWN + TEXTS + NUMBERS + IDS + ['dokumen'])}) FROM STDIN (NULL '')"

NIK = re.compile(r"\d{6}(\d\d)(\d\d)(\d\d)\d{4}")
NIP = re.compile(r"(\d{8})\d{6}([12])\d{3}")
SPECIAL = re.compile(r"[\\\n\r\t]")


head = functools.lru_cache(struct.Struct(">HB").pack)
length = functools.lru_cache(struct.Struct(">H").pack)


class Wrong(Exception):
    """What is wrong with the batch."""


def contract(directory):
    """The module that protoc makes."""
    with tempfile.TemporaryDirectory() as made:
        files = [str(path) for path in pathlib.Path(directory).glob("lantik/v1/*.proto")]
        subprocess.run(["protoc", f"-I{directory}", f"--python_out={made}", *files], check=True)
        sys.path.insert(0, made)
        sys.dont_write_bytecode = True
        from lantik.v1 import batch_pb2, envelope_pb2
    return batch_pb2, envelope_pb2


@functools.lru_cache(maxsize=100_000)
def is_date(number):
    try:
        datetime.date(number // 10_000, number // 100 % 100, number % 100)
    except ValueError:
        return False
    return True


def check(record, number, agency):
    nik, nip, birth = NIK.fullmatch(record.nik), NIP.fullmatch(record.nip), record.tgl_lahir
    if not nik or (int(nik[1]) - 40 * (record.jenis_kelamin == "F") != birth % 100 or int(nik[2]) != birth // 100 % 100
                   or int(nik[3]) != birth // 10_000 % 100):
        raise Wrong(f"record {number}: NIK")
    if record.nip and (not nip or int(nip[1]) != birth or (nip[2] == "1") != (record.jenis_kelamin == "M")):
        raise Wrong(f"record {number}: NIP")
    if not all(is_date(date) for date in dates_of(record) if date):
        raise Wrong(f"record {number}: a date")
    if record.kode_instansi not in ("", agency) or not record.nama or not record.upah >= 0:
        raise Wrong(f"record {number}: agency, name or pay")
    if record.tgl_kontrak_akhir and record.tgl_kontrak_akhir < record.tgl_kontrak_mulai:
        raise Wrong(f"record {number}: the contract ends before it begins")


def documents(record):
    """Type, length and digest, length and path of each."""
    parts = []
    for document in record.dokumen:
        digest, path = document.sha256, document.object.encode()
        parts += (head(document.type, len(digest)), digest, length(len(path)), path)
    return b"".join(parts).hex()


def escaped(text):
    return SPECIAL.sub(lambda match: {"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"}[match[0]], text)


def rows(manifest, records, batch_no, office_no):
    """The whole of the COPY as one string."""
    salts, lines = os.urandom(16 * len(records)).hex(), []
    for at, record in enumerate(records):
        check(record, at + 1, manifest.kode_instansi)
        texts = texts_of(record)
        joined = "\t".join(texts)
        if joined.count("\t") >= len(TEXTS) or "\\" in joined or "\n" in joined or "\r" in joined:
            joined = "\t".join(map(escaped, texts))
        papers = documents(record)
        lines.append(f"{batch_no}\t{at + 1}\t{office_no}\t{manifest.kind}\t{manifest.step}\t\\\\x{salts[32 * at:32 * at + 32]}\t{joined}\t"
                     + "\t".join([str(n) if n else "" for n in numbers_of(record)]) + "\t"
                     + "\t".join([i.hex() for i in ids_of(record)]) + (f"\t\\\\x{papers}\n" if papers else "\t\n"))
    return "".join(lines)


class Text:
    """A string as the file that psycopg2 wants, without a copy of it as io.StringIO makes."""

    def __init__(self, text):
        self.data, self.at = text.encode(), 0

    def read(self, size):
        piece = self.data[self.at:self.at + size]
        self.at += size
        return piece


class Daemon:
    def __init__(self, conninfo, proto, offices):
        self.batch, self.envelope = contract(proto)
        self.connection = psycopg2.connect(conninfo)
        self.offices = offices  # {public key: number}
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute("SELECT kode_instansi FROM peer_agency")
            self.agencies = {row[0] for row in cursor}

    def take(self, office_no, body):
        batch = self.batch.AppointmentBatch.FromString(body)
        manifest, records = batch.manifest, batch.records
        if manifest.kode_instansi not in self.agencies or manifest.row_count != len(records) or manifest.step != 1:
            raise Wrong("the manifest")
        if manifest.count_guru + manifest.count_kesehatan + manifest.count_teknis != len(records):
            raise Wrong("the groups do not add up")
        if len({record.nik for record in records}) != len(records):
            raise Wrong("a NIK comes twice")
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute("SELECT nextval('peer_batch')")
            cursor.copy_expert(COPY, Text(rows(manifest, records, cursor.fetchone()[0], office_no)), size=1 << 16)
        return len(records)

    def answer(self, user, envelope, body):
        asked = self.envelope.Envelope.FromString(envelope)
        reply = self.envelope.Envelope(protocol_version=asked.protocol_version, request_id=asked.request_id)
        if asked.message == self.envelope.PING:
            reply.message = self.envelope.PONG
            return reply.SerializeToString(), b""
        try:
            text = str(self.take(self.offices[user], body))
            reply.message = self.envelope.RECEIPT
        except (Wrong, psycopg2.Error) as error:
            text, reply.message = str(error), self.envelope.REFUSAL
        return reply.SerializeToString(), text.encode()


class Keys:
    """Who may connect."""

    def __init__(self, offices):
        self.offices = offices

    def callback(self, _domain, key):
        return key.decode() in self.offices


def serve(conninfo, proto, secret, offices, endpoint):
    context = zmq.Context()
    guard = zmq.auth.thread.ThreadAuthenticator(context)
    guard.start()
    guard.configure_curve_callback(credentials_provider=Keys(offices))
    router = context.socket(zmq.ROUTER)
    router.curve_secretkey = secret
    router.curve_publickey = zmq.curve_public(secret)
    router.curve_server = True
    router.linger = 0
    daemon = Daemon(conninfo, proto, offices)
    router.bind(endpoint)
    print("ready", flush=True)
    while True:
        peer, envelope, body = router.recv_multipart(copy=False)
        answer = daemon.answer(body["User-Id"], envelope.buffer, body.buffer)
        router.send_multipart([peer, *answer], copy=False)


def end(children):
    for child in children:
        os.kill(child, signal.SIGKILL)
    os._exit(1)


def main():
    conninfo, proto, secret, keys, *endpoints = sys.argv[1:]
    # One office, however many connections it has.
    offices = {key: 1 for key in pathlib.Path(keys).read_text().split()}
    children = []
    for endpoint in endpoints:
        child = os.fork()
        if not child:
            serve(conninfo, proto, pathlib.Path(secret).read_text().strip().encode(), offices, endpoint)
        children.append(child)
    signal.signal(signal.SIGTERM, lambda *_: end(children))
    os.wait()
    end(children)  # one alone is no daemon


if __name__ == "__main__":
    main()
