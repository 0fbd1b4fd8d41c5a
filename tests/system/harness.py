"""What the system tests share: a private PostgreSQL cluster, a site with its lantikd, offices, and waiting.

SPDX-License-Identifier: Apache-2.0

LANTIK_BIN    the build directory whose programs are tested (default build/release)
LANTIK_TOOLS  the build directory of lantik and lantikctl, when another one (default LANTIK_BIN)
LANTIK_SLICE  set: small sizes and longer deadlines, for instrumented builds
LANTIK_ONCE   a directory that the tests of one run share: what each would make alike is made there once, and copied
"""

import csv
import atexit
import contextlib
import fcntl
import functools
import hashlib
import json
import os
import pathlib
import pwd
import random
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import ending

ROOT = pathlib.Path(__file__).resolve().parents[2]
PG_BIN = pathlib.Path("/usr/lib/postgresql/15/bin")
BUILD = pathlib.Path(os.environ.get("LANTIK_BIN", ROOT / "build" / "release")).resolve()
TOOLS = pathlib.Path(os.environ.get("LANTIK_TOOLS", BUILD)).resolve()
SLICE = bool(os.environ.get("LANTIK_SLICE"))
PATIENCE = 4 if SLICE else 1
BUILD_ID = hashlib.sha256(str(TOOLS).encode()).hexdigest()[:16]
SANITIZER = {
    "ASAN_OPTIONS": "abort_on_error=1:detect_leaks=1:detect_stack_use_after_return=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1:abort_on_error=1",
    "TSAN_OPTIONS": f"exitcode=66:halt_on_error=0:suppressions={ROOT / 'tests' / 'system' / 'tsan.supp'}",
}
COMPLAINT = re.compile(r"AddressSanitizer|LeakSanitizer|ThreadSanitizer|runtime error:|lantik: bug:")



@functools.cache
def postgres():
    """psycopg2, which is not there yet when scripts/bench reads its options; values are as the server writes them."""
    import psycopg2
    import psycopg2.extensions

    psycopg2.extensions.string_types.clear()
    return psycopg2


ending.on_stop(pathlib.Path(sys.argv[0]).stem, where=True)


def program(name):
    build, room = {"lantikd": (BUILD, "daemon"), "lantik": (TOOLS, "office"), "lantikctl": (TOOLS, "ctl")}[name]
    for path in (build / room / name, build / name, build / "bin" / name):
        if path.exists():
            return str(path)
    raise FileNotFoundError(f"{name} is not built in {build}")


def wait_until(predicate, deadline=20, what="the condition"):
    """Returns the predicate's first true value; fails after the deadline (in seconds, stretched for slow builds)."""
    end = time.monotonic() + deadline * PATIENCE
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline * PATIENCE} s: {what}")
        select.select([], [], [], 0.02)


def environment(**extra):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LANTIK_", "NOTIFY_", "CREDENTIALS_"))}
    return {**kept, **SANITIZER, "LC_ALL": "C.UTF-8", "LANGUAGE": "en", **extra}


def scratch(prefix="lantik-test-"):
    """A short directory that everybody may pass through; removed when the tests end."""
    path = pathlib.Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
    path.chmod(0o755)
    if not os.environ.get("LANTIK_KEEP"):
        atexit.register(shutil.rmtree, path, ignore_errors=True)
        ending.folders.append(path)
    return path


def made_once(name, make):
    """What make(path) makes, for all tests of this run; None when they share nothing."""
    if "LANTIK_ONCE" not in os.environ:
        return None
    path = pathlib.Path(os.environ["LANTIK_ONCE"]) / name
    with open(path.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            new = path.with_suffix(".new")
            shutil.rmtree(new, ignore_errors=True)
            make(new)
            new.rename(path)
    return path


def free_port():
    """Below the range that the kernel gives to outgoing connections: nobody takes it while a daemon restarts."""
    while True:
        port = random.randrange(15_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def stop(process, sig=signal.SIGTERM, deadline=30):
    """Ends a process that we started; returns its status."""
    if process.poll() is None:
        process.send_signal(sig)
        try:
            process.wait(deadline * PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"{process.args[0]} did not stop within {deadline * PATIENCE} s") from None
    return process.returncode


class Cluster:
    """A PostgreSQL cluster of our own, fsync on, reachable through its socket alone."""

    def __init__(self, directory, like=None):
        """As initdb makes it, or as the stopped cluster of that directory."""
        self.directory = directory / "pg"
        self.socket = directory
        self.log = directory / "postgresql.log"
        self.process = None
        self.user = pwd.getpwnam("postgres") if os.getuid() == 0 else None
        self.directory.mkdir(mode=0o700)
        if self.user:
            os.chown(self.directory, self.user.pw_uid, self.user.pw_gid)
            os.chown(self.socket, self.user.pw_uid, self.user.pw_gid)
        like = like or made_once("initdb", self._initdb)
        if like:
            subprocess.run(["cp", "-a", "--sparse=always", f"{like}/.", self.directory], check=True)
        else:
            self._initdb(self.directory)
        atexit.register(self.stop, "immediate")

    def _initdb(self, path):
        path.mkdir(mode=0o700, exist_ok=True)
        if self.user:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)
        command = [PG_BIN / "initdb", "-D", path, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8"]
        command += ["--data-checksums", "--auth-local=trust", "--auth-host=reject", "--no-instructions"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **self._identity())

    def _identity(self):
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if self.user else {}

    def start(self):
        command = [PG_BIN / "postgres", "-D", self.directory, "-k", self.socket, "-c", "listen_addresses="]
        command += ["-c", "fsync=on", "-c", "shared_buffers=128MB"]
        command += ["-c", "log_error_verbosity=terse", "-c", "log_min_error_statement=panic",
                    "-c", "log_parameter_max_length=0", "-c", "log_parameter_max_length_on_error=0"]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/", start_new_session=True,
                **self._identity())
        self.wait_ready()

    def wait_ready(self):
        wait_until(self.is_ready, 60, f"PostgreSQL is ready ({self.log})")

    def is_ready(self):
        command = [PG_BIN / "pg_isready", "-q", "-h", self.socket, "-U", "postgres", "-d", "postgres"]
        return subprocess.run(command, check=False).returncode == 0

    def log_text(self):
        return self.log.read_text(errors="replace")

    def stop(self, mode="fast"):
        if self.process:
            stop(self.process, signal.SIGQUIT if mode == "immediate" else signal.SIGINT, 60)
            self.process = None

    def conninfo(self, user, database="lantik"):
        return f"host={self.socket} dbname={database} user={user}"

    def sql(self, statement, user="postgres", database="lantik"):
        """The rows of a statement (of several the last one's), every value a str (NULL is '')."""
        try:
            with contextlib.closing(postgres().connect(self.conninfo(user, database))) as connection:
                connection.autocommit = True
                with connection.cursor() as cursor:
                    cursor.execute(statement)
                    rows = cursor.fetchall() if cursor.description else []
        except postgres().Error as error:
            raise AssertionError(f"{statement}: {str(error).strip()}") from None
        return [tuple("" if value is None else value for value in row) for row in rows]

    def value(self, statement, **options):
        return self.sql(statement, **options)[0][0]

    def session(self, user="postgres", database="lantik"):
        return Session(self, user, database)


class Session:
    """One psql that stays connected, for questions that cannot wait for a process to start."""

    def __init__(self, cluster, user, database):
        command = [PG_BIN / "psql", "-X", "-q", "-A", "-t", "-F", "\t", "-d", cluster.conninfo(user, database)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, bufsize=1)

    def sql(self, statement):
        """The rows, or None when the connection is gone."""
        try:
            self.process.stdin.write(f"{statement};\n\\echo :ERROR end-of-answer\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return None
        rows = []
        for line in self.process.stdout:
            line = line.rstrip("\n")
            if line.endswith("end-of-answer"):
                return rows if line.startswith("false") else None
            rows.append(tuple(line.split("\t")))
        return None

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(30)


class Notify:
    """The other end of sd_notify(3). A thread reads, as a supervisor would: a full socket blocks the sender."""

    def __init__(self, path):
        self.path = str(path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.state, self.lock = {}, threading.Lock()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        while message := self.socket.recv(65536).decode():
            with self.lock:
                self.state.update(line.split("=", 1) for line in message.splitlines() if "=" in line)

    def poll(self):
        """All that was told since the last reset."""
        with self.lock:
            return dict(self.state)

    def reset(self):
        with self.lock:
            self.state = {}

    def close(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
            end.sendto(b"", self.path)


class Daemon:
    """lantikd as a supervisor sees it."""

    def __init__(self, directory, settings):
        self.directory = directory
        self.log = directory / "lantikd.log"
        self.config = directory / "lantikd.conf"
        lines = [f'{key} = "{value}"' if isinstance(value, str) else f"{key} = {value}" for key, value in settings.items()]
        self.config.write_text("# Configuration of a system test.\n" + "\n".join(lines) + "\n")
        self.notify = Notify(directory / "notify")
        self.process = None
        self.environment = {}  # of the next start, besides what every program gets
        self.program = None  # another one than lantikd
        atexit.register(self._end)

    def _end(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def start(self, wait=True):
        self.notify.reset()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.program or program("lantikd"), "--config", self.config], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                cwd="/", start_new_session=True, env=environment(NOTIFY_SOCKET=self.notify.path, **self.environment))
        if wait:
            self.wait_ready()

    def wait_ready(self):
        def ready():
            if self.process.poll() is not None:
                raise AssertionError(f"lantikd ended with {self.process.returncode}:\n{self.tail()}")
            return self.notify.poll().get("READY") == "1"

        wait_until(ready, 30, "lantikd says READY=1")

    def wait_up(self):
        """Ready is before the database is up: until then an office's batch gets BUSY."""
        wait_until(lambda: self.notify.poll().get("STATUS", "").startswith("running"), 20, "the database is up")

    def stop(self, sig=signal.SIGTERM):
        """Ends it in order and wants status 0 and no complaint of a sanitizer."""
        status = stop(self.process, sig)
        if status:
            raise AssertionError(f"lantikd ended with {status}:\n{self.tail()}")
        self.check_complaints()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def tail(self, lines=60):
        return "\n".join(self.text().splitlines()[-lines:])

    def check_complaints(self):
        match = COMPLAINT.search(self.text())
        if match:
            raise AssertionError(f"lantikd complained: {self.text()[max(0, match.start() - 200):][:6000]}")

    def counters(self):
        """All counters as they stand now."""
        seen = len(self._counter_lines())
        self.process.send_signal(signal.SIGUSR1)
        lines = wait_until(lambda: self._counter_lines()[seen:], 10, "lantikd prints its counters")
        return self.parse_counters(lines[-1])

    def _counter_lines(self):
        return [line for line in self.text().splitlines(True) if "counters " in line and line.endswith("\n")]

    @staticmethod
    def parse_counters(line):
        return {name: int(value) for name, value in re.findall(r"([a-z_0-9]+)=(\d+)", line)}

    def last_counters(self):
        lines = self._counter_lines()
        return self.parse_counters(lines[-1]) if lines else {}

    def wait_counter(self, name, least, deadline=20):
        return wait_until(lambda: self.counters().get(name, 0) >= least and self.counters(), deadline,
                          f"counter {name} reaches {least}; they are {self.last_counters()}")

    def memory(self):
        """Resident memory in bytes."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("no VmRSS")


class Run:
    """What a program said and how it ended."""

    def __init__(self, args, returncode, stdout, stderr):
        self.args, self.returncode, self.stdout, self.stderr = args, returncode, stdout, stderr

    @property
    def lines(self):
        return [json.loads(line) for line in self.stdout.split("\n") if line.startswith("{")]

    @property
    def summary(self):
        return self.lines[-1]

    def of_type(self, key, value):
        return [line for line in self.lines if line.get(key) == value]

    def __str__(self):
        return f"{' '.join(map(str, self.args))}: status {self.returncode}\n{self.stdout[-3000:]}\n{self.stderr[-3000:]}"


def run(*args, expect=0, timeout=120, extra=None, **options):
    """Runs a program to its end. expect: the status wanted, several, or None for any; extra: of the environment."""
    args = [str(arg) for arg in args]
    done = subprocess.run(args, check=False, capture_output=True, text=True, timeout=timeout * PATIENCE,
                          stdin=subprocess.DEVNULL, env=environment(**(extra or {})), **options)
    result = Run(args, done.returncode, done.stdout, done.stderr)
    wanted = (expect,) if isinstance(expect, int) else expect
    if wanted is not None and done.returncode not in wanted:
        raise AssertionError(f"wanted status {expect}: {result}")
    if COMPLAINT.search(done.stderr):
        raise AssertionError(str(result))
    return result


class Site:
    """The centre: a cluster with a migrated database, keys, and a daemon."""

    ORIGIN = "lantik.test/log/1"

    def __init__(self, formations_as_loaded=False, **settings):
        self.directory = scratch()
        self.cluster = Cluster(self.directory, made_once(f"site-{BUILD_ID}", self._make))
        self.cluster.start()
        if "LANTIK_ONCE" not in os.environ:
            self._fill(self.cluster)
        self.port = free_port()
        self.keys = self.directory / "keys"
        self.state = self.directory / "state"
        self.state.mkdir()
        if not formations_as_loaded:  # tests send more people of Kota Bandung than it has places
            self.sql("UPDATE lantik.formation SET quota = 999999999")
        self.recovery = self.directory / "recovery"
        self.ctl("keygen", "--directory", self.keys, "--recovery-directory", self.recovery, "--origin", self.ORIGIN)
        self.settings = settings
        self.revoked_file = self.directory / "revoked"
        self.daemon = self._daemon(self.directory, self.port, self.state)
        self.offices = {}

    @classmethod
    def _fill(cls, cluster):
        """The database as every site begins with it."""
        cluster.sql("CREATE DATABASE lantik", database="postgres")
        ctl = [program("lantikctl"), "--database", cluster.conninfo("postgres")]
        run(*ctl, "migrate", "--origin", cls.ORIGIN)
        run(*ctl, "load", "--reference", ROOT / "sql" / "reference", "--test-regions")

    @classmethod
    def _make(cls, path):
        """A cluster that is filled and stopped."""
        directory = scratch()
        cluster = Cluster(directory)
        cluster.start()
        cls._fill(cluster)
        cluster.stop()
        shutil.move(cluster.directory, path)
        shutil.rmtree(directory)

    def _daemon(self, directory, port, state):
        return Daemon(directory, {
            "listen": f"tcp://127.0.0.1:{port}",
            "database": self.cluster.conninfo("lantik_daemon"),
            "workers": 2,
            "state_directory": str(state),
            "curve_key_file": str(self.keys / "lantikd.curve.key"),
            "receipt_key_file": str(self.keys / "receipt.key"),
            "revoked_file": str(self.revoked_file),
            "recovery_key": str(self.recovery / "recovery.vkey"),
            **self.settings})

    def second_daemon(self):
        """Another daemon with the same keys over the same database, not started, and its endpoint."""
        directory, port = self.directory / "second", free_port()
        (directory / "state").mkdir(parents=True)
        return self._daemon(directory, port, directory / "state"), f"tcp://127.0.0.1:{port}"

    @property
    def endpoint(self):
        return f"tcp://127.0.0.1:{self.port}"

    @property
    def server_key(self):
        return (self.keys / "lantikd.curve.pub").read_text().strip()

    def sql(self, statement, **options):
        return self.cluster.sql(statement, **options)

    def value(self, statement, **options):
        return self.cluster.value(statement, **options)

    def ctl(self, *args, **options):
        return run(program("lantikctl"), "--database", self.cluster.conninfo("postgres"), *args, **options)

    def audit(self, *args, expect=(0, 3)):
        """What `lantikctl audit` says with the keys that the offices pin; 3 is remarks alone."""
        return self.ctl("audit", "--key", self.keys / "receipt.vkey", "--recovery-key", self.recovery / "recovery.vkey", "--json",
                        *args, expect=expect, extra={"XDG_STATE_HOME": self.directory / "audit"})

    def start(self):
        self.daemon.start()

    def stop(self):
        self.daemon.stop()

    def close(self):
        """The end of a test: an orderly stop is part of what is tested."""
        try:
            if self.daemon.is_running():
                self.daemon.stop()
            self.daemon.check_complaints()
        finally:
            self.daemon._end()
            self.daemon.notify.close()
            self.cluster.stop("immediate")

    def office(self, name="kanreg-03", kanreg="03", home=None):
        """An office with keys that the centre knows."""
        office = Office(self, name, home or self.directory / f"home-{name}")
        office.keygen()
        self.add_office(office, kanreg)
        office.init()
        if self.daemon.is_running():
            wait_until(lambda: office.lantik("sync", expect=None).returncode == 0, 20, f"lantikd knows {name}")
        self.offices[name] = office
        return office

    def add_office(self, office, kanreg):
        """Carried out now when the daemon runs, else when it starts."""
        waiting = [] if self.daemon.is_running() else ["--timeout", "0"]
        self.ctl("office", "add", office.name, "--kanreg", kanreg, "--curve-key", office.curve_key,
                 "--signing-key", office.signing_key, *waiting)

    def places_by_history(self):
        """{(agency, kind, programme, group): places taken}, told anew from every version in the register, in order."""
        places, held = {}, {}
        for nik, agency, kind, change, programme, group in self.sql(
                "SELECT a.nik, a.kode_instansi, a.kind, coalesce(a.change_kind, 0), coalesce(b.programme, ''),"
                " coalesce(a.kelompok_lapor, 0) FROM lantik.appointment a JOIN lantik.entry b USING (batch_no)"
                " ORDER BY b.leaf_index, a.record_no"):
            place, before, holder = held.get((nik, kind), (None, "4", agency))
            another = before == "4" or (before == "3" and change == "0") or agency != holder
            if change == "4":
                places[place] = places.get(place, 0) - 1
                place = None
            elif another:
                place = (agency, kind, programme, group) if programme else None
                places[place] = places.get(place, 0) + 1
            elif change != "0" and place and group not in ("0", place[3]) and programme == place[2]:
                places[place] -= 1
                place = (agency, kind, programme, group)
                places[place] = places.get(place, 0) + 1
            held[nik, kind] = place, change, agency
        places.pop(None, None)
        return {place: taken for place, taken in places.items() if taken}

    def places(self):
        """The same as the commits kept it."""
        return {tuple(row[:4]): int(row[4]) for row in self.sql(
            "SELECT kode_instansi, kind, programme, kelompok_lapor, used FROM lantik.formation_use WHERE used <> 0")}

    def counters_unlike_register(self):
        """Rows of the counters whose accepted versions are not what a full count comes to, each as it is and as it should be."""
        return self.sql(
            "WITH counted AS (SELECT a.kode_instansi, a.kind, a.step, coalesce(e.programme, '') AS programme,"
            " coalesce(a.kelompok_lapor, 0) AS kelompok_lapor, count(*) AS accepted FROM lantik.appointment a"
            " JOIN lantik.entry e USING (batch_no) GROUP BY 1, 2, 3, 4, 5), kept AS (SELECT kode_instansi, kind, step, programme,"
            " kelompok_lapor, accepted FROM lantik.counter WHERE accepted <> 0)"
            " (TABLE counted EXCEPT TABLE kept) UNION ALL (TABLE kept EXCEPT TABLE counted)")

    def state_of_register(self):
        """A digest of every table that intake writes; equal digests: no row was changed, added or removed. Deeds and their
        leaves are left out: an office that is added meanwhile is nothing of the register."""
        tables = ["batch", "batch_body", "register", "current_appointment", "finding", "returned_record", "counter"]
        parts = [f"SELECT '{t}', count(*), md5(string_agg(md5(x::text), '' ORDER BY md5(x::text))) FROM lantik.{t} x"
                 for t in tables]
        parts += ["SELECT 'ledger_leaf', count(*), md5(string_agg(md5(x::text), '' ORDER BY md5(x::text)))"
                  " FROM lantik.ledger_leaf x WHERE NOT EXISTS (SELECT FROM lantik.deed d WHERE d.leaf_index = x.leaf_index)",
                  "SELECT 'ledger_head', size - (SELECT count(*) FROM lantik.deed), '' FROM lantik.ledger_head"]
        return self.sql(" UNION ALL ".join(parts))


class Office:
    """An office's lantik with its home."""

    KEYS = ("curve.key", "curve.pub", "sign.key", "sign.vkey")

    def __init__(self, site, name, home):
        self.site, self.name, self.home = site, name, pathlib.Path(home)
        self.files = site.directory / f"files-{self.home.name}"
        self.files.mkdir(exist_ok=True)

    def lantik(self, *args, **options):
        return run(program("lantik"), "--home", self.home, *args, **options)

    def keygen(self):
        self.lantik("keygen", "--name", self.name)

    @property
    def curve_key(self):
        return (self.home / "curve.pub").read_text().strip()

    @property
    def signing_key(self):
        return (self.home / "sign.vkey").read_text().strip()

    def init(self, endpoint=None, server_key=None):
        self.lantik("init", "--endpoint", endpoint or self.site.endpoint, "--server-key",
                    server_key or self.site.keys / "lantikd.curve.pub", "--receipt-key",
                    self.site.keys / "receipt.vkey", "--recovery-key", self.site.recovery / "recovery.vkey", "--office",
                    self.name)

    def sample(self, name, **options):
        """A synthetic batch; options are those of `lantik sample` with _ for -."""
        path = self.files / f"{name}.csv"
        args = []
        for key, value in options.items():
            args += [f"--{key.replace('_', '-')}"] + ([] if value is True else [value])
        self.lantik("sample", *args, path)
        return path

    def submit(self, path, *args, **options):
        return self.lantik("submit", "--json", *args, path, **options)

    @staticmethod
    def receipt_file(done):
        """Where the one receipt is that a submit told of."""
        [result] = done.of_type("type", "result")
        return pathlib.Path(result["receipt"])

    def submit_start(self, path, *args):
        """A submit that runs beside the test."""
        command = [program("lantik"), "--home", str(self.home), "submit", "--json", *args, str(path)]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, env=environment())


# --- an office of our own, for what lantik would never send: on top of the independent client ----------------------------


def client_modules():
    """The modules of examples/python: lantik_client, lantik_batch, lantik_receipt."""
    directory = str(ROOT / "examples" / "python")
    if directory not in sys.path:
        sys.path.insert(0, directory)
        sys.dont_write_bytecode = True
    import lantik_batch
    import lantik_client
    import lantik_receipt

    return lantik_client, lantik_batch, lantik_receipt


class WireOffice:
    """An office that speaks the wire contract directly; its keys are in plain sight."""

    _contract = None

    def __init__(self, site, name, kanreg="03", known=True):
        import zmq

        self.site, self.name = site, name
        self.client_module, self.batch, self.receipt = client_modules()
        if WireOffice._contract is None:
            WireOffice._contract = self.client_module.Contract()
        self.contract = WireOffice._contract
        public, secret = zmq.curve_keypair()
        self.curve_key, self.curve_secret = public.decode(), secret
        self.signing = self.receipt.SigningKey.of(name, os.urandom(32))
        self.signing_key = self.signing.verifier.format()
        self.log_key = self.receipt.VerifierKey.parse((site.keys / "receipt.vkey").read_text().strip())
        if known:
            site.add_office(self, kanreg)
            wait_until(self.answers, 20, f"lantikd knows {name}")

    def answers(self):
        with self.client() as client:
            try:
                return client.request("PING", timeout=2) is not None
            except (self.client_module.NoAnswer, self.client_module.Refused):
                return False

    def client(self, server_key=None, timeout=15, endpoint=None):
        return self.client_module.Client(
            [endpoint or self.site.endpoint], (server_key or self.site.server_key).encode(), self.curve_secret,
            signing_key=self.signing, log_key=self.log_key, contract=self.contract, attempt_timeout=timeout * PATIENCE)

    def read(self, path):
        """The manifest and the records of a sampled file and its sidecar."""
        with open(path.with_suffix(".manifest"), encoding="utf-8", newline="") as file:
            cells = {row[0]: row[1] for row in csv.reader(file) if len(row) == 2}
        cells.pop("name", None)
        manifest = self.batch.fill(self.contract.Manifest(), cells)
        return manifest, self.batch.read_csv(self.contract, path)

    def signable(self, body):
        """The body, or a stand-in that can be signed when its bytes do not begin with a manifest."""
        try:
            self.receipt.submission_message(body)
        except self.receipt.Unverified:
            return b"\x0a\x00"
        return body

    def body(self, path, **overrides):
        manifest, records = self.read(path)
        for name, value in overrides.items():
            setattr(manifest, name, value)
        return self.batch.encode_batch(self.contract, manifest, records)


class Case(unittest.TestCase):
    """A test with a site of its own; `settings` are lantikd's."""

    settings = {}
    formations_as_loaded = False
    site = None
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.site = Site(cls.formations_as_loaded, **cls.settings)
        cls.site.start()

    @classmethod
    def tearDownClass(cls):
        if cls.site:
            cls.site.close()

    def run(self, result=None):
        before = len(result.failures) + len(result.errors) if result else 0
        super().run(result)
        if result and len(result.failures) + len(result.errors) > before and self.site:
            print(f"--- the end of lantikd's log ({self.id()})\n{self.site.daemon.tail()}\n---", file=sys.stderr)


def main():
    unittest.main(verbosity=2)
