"""Edits of a database behind the daemon's back, told by the catalog: what they change, and how they are undone.

SPDX-License-Identifier: Apache-2.0
"""

import datetime
import hashlib
import json
import re

# Rows that an audit answers for; of other rows docs/audit.md says that nobody does.
IN_SCOPE = {
    "decision_request": "EXISTS (SELECT FROM lantik.decision d WHERE d.request_no = t.request_no)",
    "deed_request": "EXISTS (SELECT FROM lantik.deed d WHERE d.request_no = t.request_no)",
    "rulebook": "t.sha256 IN (SELECT rulebook_sha256 FROM lantik.batch UNION SELECT rulebook_sha256 FROM lantik.decision)",
}


def quoted(value):
    """A literal of any type from its text; None is NULL."""
    return "NULL" if value is None else "'" + value.replace("'", "''") + "'"


def text_of(value):
    """A value of a row's JSON as PostgreSQL's text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list):
        return "{" + ",".join("NULL" if one is None else str(one) for one in value) + "}"
    return json.dumps(value)


class Table:
    def __init__(self, name):
        self.name, self.columns, self.key, self.unique = name, {}, [], []  # columns: {name: (type, nullable)}


class Row:
    def __init__(self, ctid, values):
        self.ctid, self.values = ctid, values

    def says(self, name, token):
        """Whether a finding that shows a column so is about this row."""
        value = self.values.get(name)
        if name == "nik" and "nik_key" in self.values:  # the audit tells it as the register has it
            number = self.values["nik_key"] >> 3
            value = f"{number:016d}" if 0 <= number < 10 ** 16 else str(number)
        if name == "nik" and token.startswith("sha256:"):
            return value is not None and hashlib.sha256(value.encode()).hexdigest().startswith(token[7:])
        text = text_of(value)
        span = re.fullmatch(r"(\d+)-(\d+)", token)
        if span and isinstance(value, int):
            return int(span[1]) <= value <= int(span[2])
        if text is None:
            return token == "-"
        if text.startswith("\\x"):
            return text[2:].startswith(token.lower())
        return text == token or (text == "" and token == "-") or re.sub(r"[^!-~]", "?", text)[:47] == token

    def is_named(self, key):
        """Whether every column that the key shows is this row's, and at least one is."""
        words = re.sub(r",", " ", key).split()
        pairs = [(name, words[i + 1]) for i, name in enumerate(words[:-1])
                 if name in self.values or name == "nik" and "nik_key" in self.values]
        return bool(pairs) and all(self.says(name, token) for name, token in pairs)


class Taken(Exception):
    """Another row has this key."""


class Database:
    """The session that edits. Foreign keys and checks are gone: who edits behind the daemon's back can drop them, too."""

    def __init__(self, site):
        self.session = site.cluster.session()
        self.do("SET session_replication_role = replica; SET timezone = 'UTC'; SET search_path = pg_catalog")
        self.tables = {}
        for table, column, kind, nullable, in_key in self.rows(
                "SELECT c.relname, a.attname, format_type(coalesce(nullif(t.typbasetype, 0), t.oid), NULL), NOT a.attnotnull, "
                "coalesce(a.attnum = ANY (i.indkey), false) "
                "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid "
                "JOIN pg_type t ON t.oid = a.atttypid "
                "LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary "
                "WHERE n.nspname = 'lantik' AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, a.attnum"):
            made = self.tables.setdefault(table, Table(table))
            made.columns[column] = (kind, nullable == "t")
            if in_key == "t":
                made.key.append(column)
        for table, columns in self.rows(
                "SELECT c.relname, (SELECT json_agg(a.attname) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = "
                "ANY (i.indkey)) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid "
                "WHERE c.relnamespace = 'lantik'::regnamespace AND i.indisunique"):
            self.tables[table].unique.append(json.loads(columns))
        self.unlock()

    def rows(self, statement):
        found = self.session.sql(statement)
        if found is None:
            raise AssertionError(f"could not: {statement[:300]}")
        return found

    def do(self, statement):
        self.rows(statement)

    def unlock(self):
        """Drops what would hold an edit up, and keeps a copy of every table."""
        self.do("DO $$ DECLARE one record; BEGIN "
                "FOR one IN SELECT CASE WHEN contypid = 0 THEN format('TABLE %s', conrelid::regclass) "
                "ELSE format('DOMAIN %s', contypid::regtype) END AS t, conname FROM pg_constraint "
                "WHERE connamespace = 'lantik'::regnamespace AND contype IN ('f', 'c') LOOP "
                "EXECUTE format('ALTER %s DROP CONSTRAINT %I', one.t, one.conname); END LOOP; "
                "FOR one IN SELECT attrelid::regclass AS t, attname FROM pg_attribute WHERE attidentity <> '' "
                "AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'lantik'::regnamespace) LOOP "
                "EXECUTE format('ALTER TABLE %s ALTER %I DROP IDENTITY', one.t, one.attname); END LOOP; END $$")
        self.do("CREATE SCHEMA tamper")
        for name in self.tables:
            self.do(f"CREATE TABLE tamper.{name} AS TABLE lantik.{name}")

    def undo(self, name):
        self.do(f"BEGIN; DELETE FROM lantik.{name}; INSERT INTO lantik.{name} OVERRIDING SYSTEM VALUE SELECT * FROM tamper.{name};"
                " COMMIT")

    def read(self, table, tail):
        where = IN_SCOPE.get(table.name, "true")
        return [Row(ctid, json.loads(values)) for ctid, values in self.rows(
            f"SELECT t.ctid, to_jsonb(t)::text FROM lantik.{table.name} t WHERE {where} {tail}")]

    def some(self, table, count, dice):
        """So many rows, drawn by the dice."""
        rows = self.read(table, f"ORDER BY md5(t::text || '{dice.random()}') LIMIT {count}")
        dice.shuffle(rows)
        return rows

    def last(self, table, count):
        order = ", ".join(f"{column} DESC" for column in table.key) or "ctid DESC"
        return self.read(table, f"ORDER BY {order} LIMIT {count}")

    def put(self, table, row, values):
        """Gives the row these values; the row as it is then."""
        types = table.columns
        sets = ", ".join(f"{name} = {quoted(text_of(value))}::{types[name][0]}" for name, value in values.items())
        if self.session.sql(f"UPDATE lantik.{table.name} SET {sets} WHERE ctid = '{row.ctid}'") is None:
            raise Taken
        return Row(None, {**row.values, **values})

    def add(self, table, values):
        names = ", ".join(values)
        cells = ", ".join(f"{quoted(text_of(value))}::{table.columns[name][0]}" for name, value in values.items())
        if self.session.sql(f"INSERT INTO lantik.{table.name} ({names}) OVERRIDING SYSTEM VALUE VALUES ({cells})") is None:
            raise Taken
        return Row(None, values)

    def remove(self, table, rows):
        listed = ", ".join(f"'{row.ctid}'" for row in rows)
        self.do(f"DELETE FROM lantik.{table.name} WHERE ctid = ANY (ARRAY[{listed}]::tid[])")


# --- another value of a type ---


def other_text(value, dice):
    if not value:
        return "x"
    how, at = dice.randrange(3), dice.randrange(len(value))
    if how == 0 and len(value) > 1:
        return value[:at] + value[at + 1:]
    if how == 1:
        return value + dice.choice("x0")
    taken = value[at]
    pool = "0123456789" if taken.isdigit() else "abcdefgh" if taken.islower() else "ABCDEFGH" if taken.isupper() else "x-"
    return value[:at] + dice.choice([one for one in pool if one != taken]) + value[at + 1:]


def other_bytes(value, dice):
    data = bytearray.fromhex(value[2:]) if value else bytearray()
    if not data or dice.randrange(5) == 0:
        return "\\x" + (data[:-1] if data else b"\x01").hex()
    at = dice.randrange(len(data))
    data[at] ^= 1 << dice.randrange(8)
    return "\\x" + data.hex()


def other_moment(value, dice):
    if not value or "infinity" in value:
        return "2026-01-02 03:04:05.678901+00"
    moment = datetime.datetime.fromisoformat(value)
    return (moment + datetime.timedelta(microseconds=dice.choice([-1, 1, 1_000_000]))).isoformat()


def other_day(value, dice):
    if not value or "infinity" in value:
        return "2026-01-02"
    return (datetime.date.fromisoformat(value) + datetime.timedelta(days=dice.choice([-1, 1]))).isoformat()


def other_value(kind, value, dice):
    """Another one than this, of the same type."""
    if kind.endswith("[]"):
        if not value:
            return [other_value(kind[:-2], None, dice)]
        at = dice.randrange(len(value))
        return value[:at] + [other_value(kind[:-2], value[at], dice)] + value[at + 1:]
    if kind in ("smallint", "integer", "bigint"):
        return (value or 0) + dice.choice([1, 2, 3, 1000] if (value or 0) < 3 else [-1, 1, 2, 1000])
    if kind == "boolean":
        return not value
    if kind == "uuid":
        last = "0123456789abcdef".index(value[-1]) if value else 0
        return (value or "00000000-0000-4000-8000-000000000000")[:-1] + "0123456789abcdef"[(last + 1) % 16]
    other = {"text": other_text, "bytea": other_bytes, "date": other_day, "timestamp with time zone": other_moment}[kind]
    return other(value, dice)
