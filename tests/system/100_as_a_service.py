"""lantikd as systemd starts it: credentials, state directory, readiness, watchdog; and what `cmake --install` puts where.

SPDX-License-Identifier: Apache-2.0
"""

import os
import re
import shutil
import subprocess
import unittest

import harness


class AsAService(harness.Case):
    @classmethod
    def setUpClass(cls):
        cls.site = harness.Site()  # not started: each test starts it its own way

    def start(self, **environment):
        """The unit's environment: both keys as credentials and the state directory, nothing of it in the configuration."""
        site = self.site
        credentials = site.directory / "credentials"
        if not credentials.exists():
            credentials.mkdir(mode=0o700)
            for name in ("lantikd.curve.key", "receipt.key"):
                shutil.copy(site.keys / name, credentials / name)
        site.daemon.config.write_text(
            "# Only what has no default.\n"
            f'listen = "{site.endpoint}"\ndatabase = "{site.cluster.conninfo("lantik_daemon")}"\n')
        site.daemon.notify.reset()
        with open(site.daemon.log, "ab") as log:
            site.daemon.process = subprocess.Popen(
                [harness.program("lantikd"), "--config", site.daemon.config], stdout=log, stderr=log, cwd="/",
                stdin=subprocess.DEVNULL, start_new_session=True,
                env=harness.environment(NOTIFY_SOCKET=site.daemon.notify.path, CREDENTIALS_DIRECTORY=str(credentials),
                                        STATE_DIRECTORY=str(site.state), **environment))
        site.daemon.wait_ready()

    def test_ready_status_watchdog_and_test_regions(self):
        self.start(WATCHDOG_USEC="2000000", JOURNAL_STREAM="")
        notify = self.site.daemon.notify
        harness.wait_until(lambda: notify.poll().get("WATCHDOG") == "1", 10, "a watchdog ping")
        harness.wait_until(lambda: "TEST" in notify.poll().get("STATUS", ""), 10, "STATUS says TEST: region 99 is loaded")
        self.site.cluster.stop("immediate")
        notify.reset()
        harness.wait_until(lambda: notify.poll().get("WATCHDOG") == "1", 10, "the watchdog lives on without a database")
        self.site.cluster.start()
        office = self.site.office()
        office.submit(office.sample("one", kind="PPPK_PW", step="NI", agency="6171", rows=3, seed=1))
        self.site.stop()
        harness.wait_until(lambda: notify.poll().get("STOPPING") == "1", 10, "it said STOPPING=1")

    def test_configuration_is_checked(self):
        site = self.site
        daemon = [harness.program("lantikd"), "--config"]
        harness.run(*daemon, site.daemon.config, "--check-config")
        wrong = site.directory / "wrong.conf"
        directories = {"STATE_DIRECTORY": str(site.state), "CREDENTIALS_DIRECTORY": str(site.keys)}
        for text in ("workers = many\n", "no_such_key = 1\n", 'listen = "udp://nowhere"\n', "workers = 0\n", "listen = {\n"):
            wrong.write_text(text)
            result = harness.run(*daemon, wrong, "--check-config", expect=None, extra=directories)
            self.assertNotEqual(result.returncode, 0, text)
            self.assertIn(f"{wrong}:1:", result.stderr, text)
        self.assertNotEqual(harness.run(*daemon, "/nonexistent", "--check-config", expect=None).returncode, 0)
        shipped = [*daemon, harness.ROOT / "systemd" / "lantikd.conf", "--check-config"]
        harness.run(*shipped, extra=directories)

    @unittest.skipIf(harness.SLICE, "nothing of it is instrumented")
    def test_install(self):
        root = self.site.directory / "root"
        subprocess.run(["cmake", "--install", harness.BUILD], check=True,
                       stdout=subprocess.DEVNULL, env={**os.environ, "DESTDIR": str(root)})
        found = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
        for name in ("lantikd.service", "sysusers.d/lantik.conf", "tmpfiles.d/lantik.conf", "lantikd.conf"):
            self.assertTrue(any(path.endswith(name) for path in found), f"{name} in {sorted(found)}")
        for name in ("lantikd", "lantik", "lantikctl"):
            self.assertTrue(any(path.endswith(f"bin/{name}") for path in found), f"{name} in {sorted(found)}")
        unit = next(root.rglob("lantikd.service")).read_text()
        for started in re.findall(r"^ExecStart(?:Pre)?=(\S+)", unit, re.M):
            self.assertIn(started.lstrip("/"), found, "the unit starts what is installed")


if __name__ == "__main__":
    unittest.main(verbosity=2)
