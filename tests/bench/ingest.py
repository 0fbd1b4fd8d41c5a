#!/usr/bin/python3
"""Rows a second through lantikd with everything on, beside the yardstick Y, interleaved in one run.

SPDX-License-Identifier: Apache-2.0

Every round loads the same records four times, each into fresh tables after a CHECKPOINT: Y, lantikd with one worker, Y,
lantikd with two. A ratio is that of a run of lantikd to the Y just before it; what is printed are medians. LANTIK_BIN
names the build (default build/release).
"""

import argparse
import json
import os
import pathlib
import re
import select
import shutil
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "system"))
sys.dont_write_bytecode = True
import harness  # noqa: E402
import ingest_profile  # noqa: E402

SETTINGS = {"fsync": "on", "synchronous_commit": "on", "shared_buffers": "512MB", "max_wal_size": "4GB"}
FULL_ROWS, QUICK_ROWS = 300_000, 73_000
# Batches in flight: enough that a worker never waits for the sender.
WINDOWS = {1000: 16, 7326: 4}
AGENCIES = 12


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
        ours = sum(cpu_seconds(pid, children=pid == parent) for pid in (parent, os.getpid(), *self.pids, *children_of(parent)))
        return busy, ours, os.times().children_user + os.times().children_system, time.monotonic()

    def share(self):
        busy, ours, children, seconds = (after - before for before, after in zip(self.before, self._read()))
        return max(0.0, busy - ours - children) / seconds / os.cpu_count()


def children_of(pid):
    return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def peak_memory(pid):
    return int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) * 1024


def program(name):
    path = harness.BUILD / "tests" / "bench" / name
    if not path.exists():
        raise SystemExit(f"{path} is not built; scripts/bench builds it")
    return path


class Work:
    """The batches of one size, made once."""

    def __init__(self, directory, batch_rows, total, agencies):
        self.directory = directory / f"work-{batch_rows}"
        self.directory.mkdir()
        self.batch_rows = batch_rows
        self.window = WINDOWS.get(batch_rows, 8)
        batches = max(1, round(total / batch_rows))
        made = harness.run(program("ingest_make"), self.directory, batch_rows, batches, *agencies)
        self.made = json.loads(made.stdout)

    @property
    def rows(self):
        return self.made["rows"]

    def close(self):
        shutil.rmtree(self.directory)


class Bench:
    """One cluster, one office, and runs one after another."""

    def __init__(self, profile):
        harness.Cluster = Cluster  # what Site makes
        if profile:
            SETTINGS["shared_preload_libraries"] = "pg_stat_statements"
        self.site = harness.Site()
        self.cluster = self.site.cluster
        self.office = self.site.office("kanreg-03")
        self.profile = profile
        self.sender = "ingest_sender"
        self.runs = 0
        # Every agency has a formation that it never fills, so that a commit pays for the quota.
        self.cluster.sql(
            "INSERT INTO lantik.formation (kode_instansi, programme, kelompok_lapor, quota) SELECT kode_instansi, 'PW2024', g, "
            "999999999 FROM lantik.agency, generate_series(1, 3) AS g GROUP BY kode_instansi, g ON CONFLICT DO NOTHING")
        self.cluster.sql("ALTER DATABASE lantik RENAME TO lantik_empty", database="postgres")
        self.cluster.sql("CREATE DATABASE yardstick_empty", database="postgres")
        self.cluster.sql((HERE / "yardstick.sql").read_text(), database="yardstick_empty")

    def agencies(self):
        rows = self.cluster.sql(
            "SELECT kode_instansi FROM lantik.agency WHERE kanreg_id = '03' AND valid_until IS NULL ORDER BY 1 "
            f"LIMIT {AGENCIES}", database="lantik_empty")
        return [row[0] for row in rows]

    def _begin(self, database, template):
        self.cluster.fresh(database, template)
        self.cluster.sql("CHECKPOINT", database="postgres")
        return self.cluster.wal()

    def _end(self, work, done, wal, **measured):
        result = json.loads(done.stdout)
        assert result["rows"] == work.rows, result
        rows = result["rows"]
        return {"batch_rows": work.batch_rows, "rows": rows, "seconds": result["seconds"],
                "rows_per_second": rows / result["seconds"], "latency_p50_ms": result["latency_p50_ms"],
                "latency_p99_ms": result["latency_p99_ms"], "wal_bytes_per_row": (self.cluster.wal() - wal) / rows,
                "feeder_cpu_us_per_row": result["feeder_cpu_seconds"] / rows * 1e6, **measured,
                **({"busy": result["busy"]} if "busy" in result else {"backend_cpu_us_per_row":
                   result["backend_cpu_seconds"] / rows * 1e6})}

    def _sizes(self, database, table, rows):
        heap, indexes = self.cluster.sql(
            f"SELECT pg_table_size('{table}'), pg_indexes_size('{table}')", database=database)[0]
        return int(heap) / rows, int(indexes) / rows

    def yardstick(self, work):
        wal = self._begin("yardstick", "yardstick_empty")
        others = Others(self.cluster)
        done = harness.run(program("yardstick_copy"), self.cluster.conninfo("postgres", "yardstick"),
                           work.directory / "tuples", timeout=600)
        share = others.share()
        heap, indexes = self._sizes("yardstick", "yardstick", work.rows)
        return self._end(work, done, wal, subject="yardstick", heap_bytes_per_row=heap, index_bytes_per_row=indexes,
                         others=share)

    def lantikd(self, work, workers, window=None):
        daemon = self._daemon(workers)
        wal = self._begin("lantik", "lantik_empty")
        daemon.start()
        # It is ready; whoever went on reading what it tells its supervisor would take CPU from what is measured.
        daemon.notify.close()
        daemon.notify.socket.close()
        try:
            return self._load(work, workers, window or work.window, daemon, wal)
        except AssertionError as error:
            raise SystemExit(f"{error}\n{daemon.tail()}") from None
        finally:
            daemon._end()

    def _daemon(self, workers):
        self.runs += 1
        directory = self.site.directory / f"run-{self.runs}"
        state = directory / "state"
        state.mkdir(parents=True)
        return harness.Daemon(directory, {
            "listen": self.site.endpoint, "database": self.cluster.conninfo("lantik_daemon"), "workers": workers,
            "state_directory": str(state), "curve_key_file": str(self.site.keys / "lantikd.curve.key"),
            "receipt_key_file": str(self.site.keys / "receipt.key")})

    def _load(self, work, workers, window, daemon, wal):
        pid = daemon.process.pid
        before, backends = cpu_seconds(pid), {p: cpu_seconds(p) for p in self.cluster.backends("lantik_daemon")}
        command = [program(self.sender), self.site.endpoint, self.site.keys / "lantikd.curve.pub",
                   self.site.keys / "receipt.vkey", self.office.home, work.directory / "bodies", window]
        samples = self.site.directory / "samples"
        command = self.watched(command, samples, pid, backends)
        others = Others(self.cluster, pid)
        done = harness.run(*command, timeout=600)
        share = others.share()
        used = cpu_seconds(pid) - before
        backends = {p: cpu_seconds(p) - backends.get(p, 0) for p in self.cluster.backends("lantik_daemon")}
        served = sum(backends.values())
        peak = peak_memory(pid)
        daemon.stop()
        more = {"steps": ingest_profile.steps(samples, pid, backends)} if self.profile else {}
        rows = work.rows
        heap, indexes = self._sizes("lantik", "lantik.appointment", rows)
        stored, _ = self._sizes("lantik", "lantik.batch_body", rows)
        return self._end(
            work, done, wal, subject="lantikd", workers=workers, window=window, heap_bytes_per_row=heap,
            index_bytes_per_row=indexes, current_bytes_per_row=sum(self._sizes("lantik", "lantik.current_appointment", rows)),
            stored_body_bytes_per_row=stored, daemon_cpu_us_per_row=used / rows * 1e6,
            backend_cpu_us_per_row=served / rows * 1e6, peak_bytes=peak, others=share, **more)

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
        ours = self.cluster.sql(counts.format(kept, "lantik.appointment"))
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


def spread(values):
    return {"median": statistics.median(values), "least": min(values), "greatest": max(values)}


def medians(runs):
    """The median of every number that the runs measured."""
    numbers = [key for key, value in runs[0].items() if isinstance(value, (int, float)) and key not in ("batch_rows", "workers", "pair")]
    return {key: statistics.median(run[key] for run in runs) for key in numbers}


def plural(workers):
    return f"{workers} worker" + ("s" if workers > 1 else "")


class Output:
    """JSON Lines for programs; progress on stderr; the table at the end."""

    def __init__(self, path):
        self.file = open(path, "w", encoding="utf-8") if path else None

    def line(self, **value):
        if self.file:
            self.file.write(json.dumps(value) + "\n")
            self.file.flush()

    def run(self, result, pair):
        who = "Y" if result["subject"] == "yardstick" else f"lantikd, {plural(result['workers'])}"
        print(f"  {result['batch_rows']:>6} rows a batch, {pair or 'alone'}: {who:<22} "
              f"{result['rows_per_second']:>9,.0f} rows/s, others {result['others']:.0%}", file=sys.stderr, flush=True)
        self.line(type="run", pair=pair, **result)


ROWS = [
    ("rows/s", "rows_per_second", "{:,.0f}"),
    ("latency of a batch, p50 ms", "latency_p50_ms", "{:.1f}"),
    ("latency of a batch, p99 ms", "latency_p99_ms", "{:.1f}"),
    ("daemon CPU, us a row", "daemon_cpu_us_per_row", "{:.2f}"),
    ("daemon CPU, ns a byte of body", "daemon_cpu_ns_per_byte", "{:.2f}"),
    ("backend CPU, us a row", "backend_cpu_us_per_row", "{:.2f}"),
    ("feeder's CPU, us a row", "feeder_cpu_us_per_row", "{:.2f}"),
    ("register heap, bytes a row", "heap_bytes_per_row", "{:,.0f}"),
    ("register indexes, bytes a row", "index_bytes_per_row", "{:,.0f}"),
    ("current rows with indexes, bytes a row", "current_bytes_per_row", "{:,.0f}"),
    ("stored body, bytes a row", "stored_body_bytes_per_row", "{:,.0f}"),
    ("WAL, bytes a row", "wal_bytes_per_row", "{:,.0f}"),
    ("daemon peak RSS, MiB", "peak_mib", "{:.0f}"),
    ("others on this machine, of all cores", "others", "{:.1%}"),
]


def print_table(size, made, columns):
    print(f"\n{size:,} rows a batch: {made['rows']:,} rows in {made['batches']} batches, "
          f"{made['record_bytes'] / made['rows']:,.0f} bytes a record, {made['body_bytes'] / made['rows']:,.0f} bytes of body "
          f"and {made['tuple_bytes'] / made['rows']:,.0f} bytes of tuple a row\n")
    titles = [title for title, _ in columns]
    print(f"{'':<40}" + "".join(f"{title:>22}" for title in titles))
    ratios = ["{median:.2f} ({least:.2f}-{greatest:.2f})".format(**c["ratio"]) if "ratio" in c else "" for _, c in columns]
    print(f"{'ratio to Y (least-greatest)':<40}" + "".join(f"{ratio:>22}" for ratio in ratios))
    for title, key, form in ROWS:
        cells = [form.format(c[key]) if key in c else "" for _, c in columns]
        print(f"{title:<40}" + "".join(f"{cell:>22}" for cell in cells))


def finish_result(runs, made):
    result = medians(runs)
    body = made["body_bytes"] / made["rows"]
    if "daemon_cpu_us_per_row" in result:
        result["daemon_cpu_ns_per_byte"] = result["daemon_cpu_us_per_row"] * 1e3 / body
        result["peak_mib"] = result["peak_bytes"] / 1024 / 1024
        result["ratio"] = spread([run["ratio"] for run in runs])
    return result


def undisturbed(bench, work, workers, calm):
    """Y and lantikd, one after the other; again when others used more of the machine than was asked for."""
    for _ in range(50):
        harness.wait_until(lambda: calm is None or idle(bench) <= calm, 3600, "the machine is calm")
        y, x = bench.yardstick(work), bench.lantikd(work, workers)
        if calm is None or max(y["others"], x["others"]) <= calm:
            return y, x
        print(f"  again: others used {max(y['others'], x['others']):.0%}", file=sys.stderr, flush=True)
    raise SystemExit("the machine is too busy to measure")


def idle(bench):
    others = Others(bench.cluster)
    select.select([], [], [], 3)
    return others.share()


def measure(bench, work, args, output):
    """All rounds of one batch size; the columns of its table."""
    yardsticks, ours = [], {workers: [] for workers in args.workers}
    for pair in range(1, args.pairs + 1):
        for workers in args.workers:
            y, x = undisturbed(bench, work, workers, args.calm)
            x["ratio"] = x["rows_per_second"] / y["rows_per_second"]
            output.run(y, pair)
            output.run(x, pair)
            yardsticks.append(y)
            ours[workers].append(x)
    not_checked = bench.compare()
    alone = bench.lantikd(work, 1, window=1)
    output.run(alone, 0)
    columns = [("Y", finish_result(yardsticks, work.made))]
    for workers, runs in ours.items():
        columns.append((plural(workers), finish_result(runs, work.made)))
    columns.append(("one at a time", {key: alone[key] for key in ("rows_per_second", "latency_p50_ms", "latency_p99_ms")}))
    for title, column in columns:
        output.line(type="result", batch_rows=work.batch_rows, subject=title, pairs=args.pairs, made=work.made, **column)
    return columns, not_checked


def profile(bench, work, workers, output):
    """One run under perf and pg_stat_statements instead of rounds."""
    bench.cluster.sql("CREATE EXTENSION IF NOT EXISTS pg_stat_statements; SELECT pg_stat_statements_reset()", database="postgres")
    y = bench.yardstick(work)
    x = bench.lantikd(work, workers)
    statements = {user: bench.cluster.sql(ingest_profile.STATEMENTS.format(rows=work.rows, user=user), database="postgres")
                  for user in ("postgres", "lantik_daemon")}
    output.line(type="profile", batch_rows=work.batch_rows, workers=workers, made=work.made, yardstick=y, lantikd=x,
                statements=statements)
    print(f"\n{work.batch_rows:,} rows a batch, {plural(workers)}: {x['rows_per_second']:,.0f} rows/s while watched; "
          f"Y {y['rows_per_second']:,.0f} rows/s, its backend {y['backend_cpu_us_per_row']:.1f} us a row")
    ingest_profile.print_steps("daemon", x["steps"][0], x["daemon_cpu_us_per_row"])
    ingest_profile.print_steps("backends", x["steps"][1], x["backend_cpu_us_per_row"])
    print("\nstatements of the daemon, time on the clock")
    for time, calls, statement in statements["lantik_daemon"]:
        print(f"  {float(time):7.2f} us a row, {calls:>5} calls  {statement}")


def numbers(text):
    return [int(part) for part in text.split(",")]


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench ingest", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one round of few rows: against rot, not for speed")
    parser.add_argument("--json", metavar="FILE", help="JSON Lines: machine, every run, results, summary")
    parser.add_argument("--pairs", type=int, help="rounds (default 5, quick 1)")
    parser.add_argument("--rows", type=int, help=f"rows a run (default {FULL_ROWS}, quick {QUICK_ROWS})")
    parser.add_argument("--batches", type=numbers, default=[1000, 7326], help="rows a batch (default 1000,7326)")
    parser.add_argument("--workers", type=numbers, default=[1, 2], help="workers (default 1,2)")
    parser.add_argument("--calm", type=float, metavar="SHARE",
                        help="wait for, and repeat rounds until, others use at most this share of all cores (0.1)")
    parser.add_argument("--profile", action="store_true",
                        help="instead of rounds, one run each under perf and pg_stat_statements: what a step costs a row")
    args = parser.parse_args()
    args.pairs = args.pairs or (1 if args.quick else 5)
    args.rows = args.rows or (QUICK_ROWS if args.quick else FULL_ROWS)
    return args


def print_all(facts, tables, args, output):
    print(f"{facts['cores']} cores ({facts['cpu']}), {facts['memory_bytes'] / 2**30:.0f} GiB, PostgreSQL {facts['postgresql']}, "
          + ", ".join(f"{k}={v}" for k, v in SETTINGS.items())
          + f"; medians of {args.pairs} interleaved round(s), each run into fresh tables")
    for size, made, columns, _ in tables:
        print_table(size, made, columns)
    not_checked = sorted({code for *_, codes in tables for group in codes for code in group})
    print("\nrules not checked for want of a table: " + (" ".join(not_checked) or "none"))
    print("latency is from send to verified receipt, waiting behind the other batches in flight included; of Y, and one at "
          "a time, it is the batch alone")
    output.line(type="summary", exit_code=0, not_checked=not_checked)


def main():
    args = arguments()
    output = Output(args.json)
    bench = Bench(args.profile)
    try:
        facts = machine(bench.cluster)
        output.line(**facts)
        tables = []
        for size in args.batches:
            work = Work(bench.site.directory, size, args.rows, bench.agencies())
            if args.profile:
                for workers in args.workers:
                    profile(bench, work, workers, output)
            else:
                tables.append((size, work.made, *measure(bench, work, args, output)))
            work.close()
    finally:
        bench.close()
    if not args.profile:
        print_all(facts, tables, args, output)


if __name__ == "__main__":
    main()
