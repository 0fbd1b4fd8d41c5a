"""What the benches share: a durable cluster, offices, runs of lantikd and of the yardstick, the machine, and output.

SPDX-License-Identifier: Apache-2.0

A run begins with a fresh database from a template and a CHECKPOINT. LANTIK_BIN names the build (default build/release).
"""

import contextlib
import csv
import functools
import json
import os
import pathlib
import re
import select
import shutil
import statistics
import struct
import subprocess
import sys
import time

import cli  # makes the modules of the system tests known
import ending
import harness
import ingest_profile

HERE = pathlib.Path(__file__).resolve().parent

SETTINGS = {"fsync": "on", "synchronous_commit": "on", "shared_buffers": "512MB", "max_wal_size": "4GB"}
# Batches in flight: enough that a worker never waits for the sender.
WINDOWS = {1000: 32, 7326: 8}
AGENCIES = 12
# What a table is read with.
YARDSTICK = "Y, the yardstick: the same records by binary COPY over one connection into one bare table (tests/bench/yardstick.sql)"
OTHERS = "others: what other programs used of all cores meanwhile; the more, the less the figures say"
# Where a batch's rows are kept.
STORED = ["lantik.register", "lantik.current_appointment"]


class Cluster(harness.Cluster):
    """The cluster of a bench: durable, and with memory as an installation would give it."""

    def start(self):
        command = [harness.PG_BIN / "postgres", "-D", self.directory, "-k", self.socket, "-c", "listen_addresses="]
        for name, value in SETTINGS.items():
            command += ["-c", f"{name}={value}"]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/", start_new_session=True,
                **self._identity())
        self.wait_ready()

    def fresh(self, database, template):
        self.sql(f"DROP DATABASE IF EXISTS {database}", database="postgres")
        self.sql(f"CREATE DATABASE {database} TEMPLATE {template}", database="postgres")

    def wal(self):
        return int(self.value("SELECT pg_current_wal_lsn() - '0/0'", database="postgres"))

    def backends(self, user):
        return [int(row[0]) for row in self.sql(
            f"SELECT pid FROM pg_stat_activity WHERE usename = '{user}'", database="postgres")]


def cpu_seconds(pid, children=False):
    """User and system time of a process, and of its children that have ended; 0 when it is gone."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(int(field) for field in fields[11:15 if children else 13]) / os.sysconf("SC_CLK_TCK")


class Others:
    """What the rest of the machine used meanwhile, as a share of all cores; ours are a cluster and some processes."""

    def __init__(self, cluster, *pids):
        self.cluster, self.pids = cluster, pids
        self.before = self._read()

    def _read(self):
        fields = [int(field) for field in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        busy = (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")
        parent = self.cluster.process.pid
        ours = sum(cpu_seconds(pid, children=pid == parent) for pid in (parent, os.getpid(), *self.pids, *ending.children_of(parent)))
        return busy, ours, os.times().children_user + os.times().children_system, time.monotonic()

    def share(self):
        busy, ours, children, seconds = (after - before for before, after in zip(self.before, self._read()))
        return max(0.0, busy - ours - children) / seconds / os.cpu_count()


def peak_memory(pid):
    return int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) * 1024


def forget_peak(pid):
    """From now on it is that of what follows."""
    pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")


def program(name):
    path = harness.BUILD / "tests" / "bench" / name
    if not path.exists():
        raise SystemExit(f"{path} is not built; scripts/bench builds it")
    return path


class Work:
    """Batches, made once: bodies, the yardstick's tuples of the same records, and next, the decrees of the same people."""

    def __init__(self, directory, plan, *what):
        self.directory = directory
        self.directory.mkdir()
        self.batch_rows = plan[0][3]
        self.window = WINDOWS.get(self.batch_rows, 8)
        lines = "".join(" ".join(map(str, line)) + "\n" for line in plan)
        done = subprocess.run([program("ingest_make"), directory, *what], input=lines, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"ingest_make: {done.stderr}")
        self.made = json.loads(done.stdout)

    @property
    def rows(self):
        return self.made["rows"]

    @functools.cached_property
    def tuples_in_two(self):
        return split(self.directory / "tuples", 2)

    def close(self):
        shutil.rmtree(self.directory)


def split(path, parts):
    """The pieces of a file dealt out to so many files; their names."""
    data, at, names = path.read_bytes(), 0, [path.with_name(f"{path.name}-{i}-of-{parts}") for i in range(parts)]
    files = [open(name, "wb") for name in names]
    count = 0
    while at < len(data):
        end = at + 8 + struct.unpack_from("<Q", data, at)[0]
        files[count % parts].write(data[at:end])
        at, count = end, count + 1
    for file in files:
        file.close()
    return names


def plan(agencies, batch_rows, batches, first=0):
    """Batches of one size, from batch number first on (0-based); agencies take turns. Nobody comes twice."""
    return [(number + 1, *agencies[number % len(agencies)], batch_rows, number * batch_rows)
            for number in range(first, first + batches)]


class Bench:
    """One cluster, some offices, and runs one after another."""

    def __init__(self, profile=False, offices=1):
        harness.Cluster = Cluster  # what Site makes
        if profile:
            SETTINGS["shared_preload_libraries"] = "pg_stat_statements"
        self.site = harness.Site()
        self.cluster = self.site.cluster
        self.profile = profile
        self.sender = "ingest_sender"
        self.runs = self.works = 0
        self.homes = [self._office(number) for number in range(1, offices + 1)]
        # Every agency has a formation, decided today, that it never fills, so that a commit pays for the quota; and numbers and
        # decrees are in time.
        self.cluster.sql(
            "INSERT INTO lantik.formation (kode_instansi, programme, kelompok_lapor, quota, decided_on) SELECT kode_instansi, "
            "'PW2024', g, 999999999, current_date FROM lantik.agency, generate_series(1, 3) AS g GROUP BY kode_instansi, g "
            "ON CONFLICT (kode_instansi, programme, kelompok_lapor, valid_from) DO UPDATE SET decided_on = current_date, "
            "quota = 999999999;"
            "INSERT INTO lantik.submission_window (programme, step, opens, closes) SELECT 'PW2024', step, '2025-08-28 00:00+07', "
            "'2199-12-30 00:00+07' FROM generate_series(1, 2) AS step")
        self._carry_out()
        self.cluster.sql("ALTER DATABASE lantik RENAME TO lantik_empty", database="postgres")
        self.cluster.sql("CREATE DATABASE yardstick_empty", database="postgres")
        self.cluster.sql((HERE / "yardstick.sql").read_text(), database="yardstick_empty")

    def _office(self, number):
        """A key and a name that the centre is asked to know; its home."""
        name = f"office-{number:03}"
        office = harness.Office(self.site, name, self.site.directory / f"home-{name}")
        office.keygen()
        self.site.add_office(office, "03")
        return office.home

    def _carry_out(self):
        """The daemon adds the offices once; every run begins with what it leaves, ledger and signed head."""
        self.site.start()
        harness.wait_until(lambda: self.cluster.value("SELECT count(*) FROM lantik.office") == str(len(self.homes)), 60,
                           "the offices are known")
        self.site.stop()

    def agencies(self):
        """Code and regional office of those whose people are sent."""
        return self.cluster.sql(
            "SELECT kode_instansi, kanreg_id FROM lantik.agency WHERE kanreg_id = '03' AND valid_until IS NULL ORDER BY 1 "
            f"LIMIT {AGENCIES}", database="lantik_empty")

    def work(self, batch_rows, rows, *what):
        """About so many rows in batches of one size; their units are loaded, so that every rule can be checked."""
        self.works += 1
        work = Work(self.site.directory / f"work-{self.works}",
                    plan(self.agencies(), batch_rows, max(1, round(rows / batch_rows))), *what)
        if "tuples" in what:
            self._load_units(work)
        return work

    def _load_units(self, work):
        self.yardstick(work, "yardstick_insert" if work.batch_rows == 1 else "yardstick_copy")
        file = self.site.directory / "units.csv"
        rows = self.cluster.sql("SELECT DISTINCT unor_id, unor_nama, kode_instansi FROM yardstick", database="yardstick")
        with open(file, "w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([("unor_id", "name", "kode_instansi"), *rows])
        harness.run(harness.program("lantikctl"), "--database", self.cluster.conninfo("postgres", "lantik_empty"), "load", file)

    def _begin(self, database, template):
        self.cluster.fresh(database, template)
        self.cluster.sql("CHECKPOINT", database="postgres")
        return self.cluster.wal()

    def _end(self, said, rows, wal, **measured):
        result = json.loads(said)
        assert result["rows"] == rows, result
        rate = result["rows"] / result["seconds"]
        return {"rows": rows, "seconds": result["seconds"], "rows_per_second": rate, "us_per_row": 1e6 / rate,
                "batches": result["batches"], "bytes_per_row": result["bytes"] / rows,
                **{key: value for key, value in result.items() if key.startswith("latency_")},
                "wal_bytes_per_row": (self.cluster.wal() - wal) / rows,
                "feeder_cpu_us_per_row": result["feeder_cpu_seconds"] / rows * 1e6, **measured,
                **({"busy": result["busy"]} if "busy" in result else {"backend_cpu_us_per_row":
                   result["backend_cpu_seconds"] / rows * 1e6})}

    def _sizes(self, database, *tables):
        """Bytes on disk, {table: (heap, indexes)}."""
        return {table: tuple(map(int, self.cluster.sql(
            f"SELECT pg_table_size('{table}'), pg_indexes_size('{table}')", database=database)[0])) for table in tables}

    def yardstick(self, work, feeder="yardstick_copy"):
        self._begin("yardstick", "yardstick_empty")
        return self.feed_yardstick(work, feeder)

    def yardstick_twice(self, work):
        """Its batches over two connections at once, without anybody else: what the machine has for bare COPYs."""
        parts = work.tuples_in_two
        self._begin("yardstick", "yardstick_empty")
        others = Others(self.cluster)
        feeders = [subprocess.Popen([program("yardstick_copy"), self.cluster.conninfo("postgres", "yardstick"), part],
                                    stdout=subprocess.PIPE, text=True) for part in parts]
        said = [feeder.communicate(timeout=600)[0] for feeder in feeders]
        share = others.share()
        if any(feeder.returncode for feeder in feeders):
            raise SystemExit("a feeder of the yardstick failed")
        seconds = max(json.loads(text)["seconds"] for text in said)
        return {"subject": "yardstick twice", "batch_rows": work.batch_rows, "rows": work.rows, "seconds": seconds,
                "rows_per_second": work.rows / seconds, "us_per_row": seconds / work.rows * 1e6, "others": share}

    def feed_yardstick(self, work, feeder="yardstick_copy"):
        """Beside the rows that it holds."""
        wal, others = self.cluster.wal(), Others(self.cluster)
        done = harness.run(program(feeder), self.cluster.conninfo("postgres", "yardstick"),
                           work.directory / "tuples", timeout=600)
        share = others.share()
        heap, indexes = self._sizes("yardstick", "yardstick")["yardstick"]
        held = int(self.cluster.value("SELECT count(*) FROM yardstick", database="yardstick"))
        return self._end(done.stdout, work.rows, wal, batch_rows=work.batch_rows, subject="yardstick", heap_bytes_per_row=heap / held,
                         index_bytes_per_row=indexes / held, others=share)

    def lantikd(self, work, workers, window=None, rate=0, offices=1, next_step=False):
        """One run into a fresh database. Each of the first offices keeps a window of batches in flight, or all send at a rate;
        see ingest_sender.c. With next_step a second one follows, of the decrees of the same people; both are returned."""
        options = {"workers": workers, "window": 0 if rate else window or work.window, "rate": rate, "offices": offices}
        with self.serving(workers) as daemon:
            first = self._load(work, "bodies", daemon, **options)
            second = self._load(work, "next", daemon, **options) if next_step else None
            daemon.stop()
        return (first, second) if next_step else first

    @contextlib.contextmanager
    def serving(self, workers):
        """A daemon over fresh tables; whoever needs it to end in order stops it."""
        daemon = self._daemon(workers)
        self._begin("lantik", "lantik_empty")
        daemon.start()
        # It is ready; whoever went on reading what it tells its supervisor would take CPU from what is measured.
        daemon.notify.close()
        daemon.notify.socket.close()
        try:
            yield daemon
        except AssertionError as error:
            raise SystemExit(f"{error}\n{daemon.tail()}") from None
        finally:
            daemon._end()

    def _daemon(self, workers):
        self.runs += 1
        directory = self.site.directory / f"run-{self.runs}"
        state = directory / "state"
        directory.mkdir()
        shutil.copytree(self.site.state, state)
        return harness.Daemon(directory, {
            "listen": self.site.endpoint, "database": self.cluster.conninfo("lantik_daemon"), "workers": workers,
            "state_directory": str(state), "curve_key_file": str(self.site.keys / "lantikd.curve.key"),
            "receipt_key_file": str(self.site.keys / "receipt.key"),
            "revoked_file": str(self.site.revoked_file), "recovery_key": str(self.site.recovery / "recovery.vkey")})

    def _load(self, work, file, daemon, **options):
        pid, wal, stored = daemon.process.pid, self.cluster.wal(), self._sizes("lantik", *STORED)
        before, backends = cpu_seconds(pid), {p: cpu_seconds(p) for p in self.cluster.backends("lantik_daemon")}
        command = self.sending(work.directory / file, options["window"], options["rate"], self.homes[:options["offices"]])
        samples = self.site.directory / "samples"
        command = self.watched(command, samples, pid, backends)
        others = Others(self.cluster, pid)
        forget_peak(pid)
        done = harness.run(*command, timeout=600)
        share = others.share()
        used = cpu_seconds(pid) - before
        backends = {p: cpu_seconds(p) - backends.get(p, 0) for p in self.cluster.backends("lantik_daemon")}
        steps = {"steps": ingest_profile.steps(samples, pid, backends)} if self.profile else {}
        rows, now = work.rows, self._sizes("lantik", *STORED)
        grown = {table: [after - before for before, after in zip(stored[table], now[table])] for table in STORED}
        register, current = (grown[table] for table in STORED)
        result = self._end(
            done.stdout, rows, wal, batch_rows=work.batch_rows, subject="lantikd" if file == "bodies" else "next", **options,
            heap_bytes_per_row=register[0] / rows, index_bytes_per_row=register[1] / rows, current_bytes_per_row=sum(current) / rows,
            daemon_cpu_us_per_row=used / rows * 1e6,
            backend_cpu_us_per_row=sum(backends.values()) / rows * 1e6, peak_bytes=peak_memory(pid), others=share, **steps)
        result["all_cpu_us_per_row"] = sum(result[f"{who}_cpu_us_per_row"] for who in ("daemon", "backend", "feeder"))
        return result

    def sending(self, bodies, window, rate, homes):
        return [program(self.sender), self.site.endpoint, self.site.keys / "lantikd.curve.pub",
                self.site.keys / "receipt.vkey", bodies, window, rate, *homes]

    def watched(self, command, samples, pid, backends):
        """The command under whatever watches it."""
        return [*ingest_profile.RECORD, samples, "--", *command] if self.profile else command

    def compare(self):
        """Both hold the same rows, but for the daemon's own numbers and salts; every rule that can be was checked."""
        counts = "SELECT count(*), sum(hashtext((t.*)::text)::bigint) FROM (SELECT {} FROM {}) t"
        columns = [row[0] for row in self.cluster.sql(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'yardstick'::regclass AND attnum > 0 ORDER BY attnum",
            database="yardstick")]
        kept = ", ".join(c for c in columns if c not in ("batch_no", "office_no", "salt"))
        ours = self.cluster.sql(counts.format(kept, "lantik.appointment WHERE step = 1"))
        theirs = self.cluster.sql(counts.format(kept, "yardstick"), database="yardstick")
        if ours != theirs:
            raise SystemExit("the register and the yardstick hold different rows")
        verdict = self.cluster.value("SELECT verdict FROM lantik.batch ORDER BY batch_no LIMIT 1")
        return [line.split()[1:] for line in verdict.splitlines() if line.startswith("not-checked")]

    def close(self):
        self.site.close()


def machine(cluster):
    cpu = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text())
    return {"type": "machine", "cores": os.cpu_count(), "cpu": cpu[1] if cpu else "", "memory_bytes": int(memory[1]) * 1024,
            "postgresql": cluster.value("SHOW server_version", database="postgres"), "settings": SETTINGS,
            "load_before": os.getloadavg()[0]}


def place(facts):
    """The machine, and PostgreSQL as the bench sets it."""
    return (f"{facts['cores']} cores ({facts['cpu']}), {facts['memory_bytes'] / 2**30:.0f} GiB of memory\n"
            f"PostgreSQL {facts['postgresql']}, " + ", ".join(f"{name}={value}" for name, value in facts["settings"].items()))


def spread(values):
    return {"median": statistics.median(values), "least": min(values), "greatest": max(values)}


def medians(runs):
    """The median of every number that the runs measured."""
    numbers = [key for key, value in runs[0].items() if isinstance(value, (int, float)) and key not in ("batch_rows", "workers", "pair")]
    return {key: statistics.median(run[key] for run in runs) for key in numbers}


def counted(number, thing):
    return f"{number:,} {thing}" + ("" if number == 1 else "es" if thing.endswith("ch") else "s")


def plural(workers):
    return counted(workers, "worker")


class Output:
    """JSON Lines for programs; progress on stderr; the table at the end."""

    def __init__(self, path):
        try:
            self.file = open(path, "w", encoding="utf-8") if path else None
        except OSError as error:
            print(f"--json: {path}: {error.strerror}", file=sys.stderr)
            raise SystemExit(2) from None
        if "LANTIK_OPTIONS" in os.environ:  # scripts/bench wants to know no more before it installs and builds
            raise SystemExit(cli.GO_ON)

    def line(self, **value):
        if self.file:
            self.file.write(json.dumps(value) + "\n")
            self.file.flush()

    def run(self, result, pair):
        who = {"yardstick": "Y", "yardstick twice": "Y, two connections"}.get(result["subject"])
        who = who or f"{result['subject']}, {plural(result['workers'])}"
        print(f"  {result['batch_rows']:>6} rows a batch, {pair or 'alone'}: {who:<22} "
              f"{result['rows_per_second']:>9,.0f} rows/s, others {result['others']:.0%}", file=sys.stderr, flush=True)
        self.line(type="run", pair=pair, **result)


def idle(bench):
    others = Others(bench.cluster)
    select.select([], [], [], 3)
    return others.share()
