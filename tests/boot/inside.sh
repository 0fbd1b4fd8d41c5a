#!/bin/bash
# Runs inside the booted container: sets lantik up as docs/operator.md says, sends a batch, kills the daemon, stops it.
# SPDX-License-Identifier: Apache-2.0
exec >/boot-test.log 2>&1
set -euo pipefail
trap finish EXIT

finish() {
	[[ $? -eq 0 ]] || journalctl -u lantikd --no-pager -n 40
	systemctl poweroff
}

# until SECONDS COMMAND...: runs it until it succeeds
until_true() {
	local left=$(($1 * 10))
	shift
	until "$@"; do
		((left-- > 0)) || return 1
		read -r -t 0.1 <> <(:) || true
	done
}
as_postgres() {
	(cd / && runuser -u postgres -- "$@")
}
pid() {
	systemctl show -p MainPID --value lantikd
}

systemd-sysusers
pg_createcluster 15 main -- --data-checksums --locale=C.UTF-8 >/dev/null
echo 'lantik lantik lantik_daemon' >>/etc/postgresql/15/main/pg_ident.conf
sed -i '1i local lantik lantik_daemon peer map=lantik' /etc/postgresql/15/main/pg_hba.conf
systemctl start postgresql@15-main
as_postgres createdb lantik
as_postgres lantikctl migrate --origin test.boot.example/1 --database dbname=lantik
as_postgres lantikctl load --test-regions --database dbname=lantik >/dev/null
lantikctl keygen --directory /etc/lantik --origin test.boot.example/1

systemctl start lantikd
echo "lantikd is $(systemctl is-active lantikd)"
export LANTIK_HOME=/root/office
lantik keygen --name kanreg-03 >/dev/null
as_postgres lantikctl office add kanreg-03 --kanreg 03 --curve-key "$(cat /root/office/curve.pub)" \
	--signing-key "$(cat /root/office/sign.vkey)" --database dbname=lantik
lantik init --endpoint tcp://127.0.0.1:5570 --server-key "$(cat /etc/lantik/lantikd.curve.pub)" \
	--receipt-key "$(cat /etc/lantik/receipt.vkey)" --office kanreg-03 >/dev/null
lantik sync
lantik sample --kind PPPK_PW --step NI --agency 6171 --kanreg 03 --rows 500 --seed 7 /root/a.csv
lantik submit /root/a.csv
cp /root/a.csv.lantik-receipt /root/first

killed=$(pid)
killed_at=$(date +%s%3N)
kill -KILL "$killed"
back() { [[ $(pid) != 0 && $(pid) != "$killed" && $(systemctl is-active lantikd) == active ]]; }
until_true 10 back
took=$(($(date +%s%3N) - killed_at))
((took < 3000)) || { echo "back only after $took ms" && exit 1; }
lantik submit /root/a.csv
cmp /root/first /root/a.csv.lantik-receipt
echo "back $took ms after SIGKILL, same receipt"

# The watchdog is told of round trips through the public endpoint, under all that the unit takes away.
mkdir -p /run/systemd/system/lantikd.service.d
printf '[Service]\nWatchdogSec=3s\n' >/run/systemd/system/lantikd.service.d/watchdog.conf
systemctl daemon-reload
systemctl restart lantikd
running=$(pid)
told() { systemctl show -p WatchdogTimestampMonotonic --value lantikd; }
told_again() { [[ $(told) != "$last" ]]; }
for _ in 1 2 3 4 5; do
	last=$(told)
	until_true 3 told_again
done
[[ $(pid) == "$running" ]]
echo "the watchdog is told of round trips"

until_true 5 lantik sync
lantikctl key cut -- "$(cat /root/office/curve.pub)"
refused() { ! lantik sync >/dev/null 2>&1; }
until_true 3 refused
echo "a key that the file cuts off is refused"

systemctl stop lantikd
[[ $(systemctl show -p Result --value lantikd) == success ]]
systemd-analyze security --threshold=10 lantikd --no-pager | tail -n 1
echo "boot test passed"
