-- The ledger: head, leaves and signed checkpoints.
-- SPDX-License-Identifier: Apache-2.0
SET LOCAL ROLE lantik_owner;

CREATE TABLE lantik.ledger_head (
    only_row    lantik.truth NOT NULL DEFAULT true,
    origin      lantik.log_name,
    epoch       lantik.positive_integer NOT NULL DEFAULT 1,
    size        bigint NOT NULL,
    edge        bytea NOT NULL,
    root        bytea NOT NULL,
    recorded_at timestamptz,
    rejected_size lantik.natural_bigint NOT NULL DEFAULT 0,
    trust_size  lantik.natural_bigint NOT NULL DEFAULT 0,
    CONSTRAINT ledger_head_pkey PRIMARY KEY (only_row)
)
-- One row, updated by every commit: room for many versions on its page.
WITH (fillfactor = 10, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0);
COMMENT ON TABLE lantik.ledger_head IS
    'Head of the ledger; locked last in every commit. Grain: one row. Source: lantikd; origin: lantikctl migrate --origin. Privacy: N.';
COMMENT ON COLUMN lantik.ledger_head.only_row IS 'True: there is one row. Privacy: N.';
COMMENT ON COLUMN lantik.ledger_head.origin IS
    'Name of the log in checkpoints of its first epoch, and the stem of the later ones; set once, never changed. Privacy: N.';
COMMENT ON COLUMN lantik.ledger_head.epoch IS
    'Epoch of the ledger. 1 until a recovery; checkpoints of epoch n > 1 are of origin/n. Privacy: N.';
COMMENT ON COLUMN lantik.ledger_head.size IS 'Number of leaves. Privacy: N.';
COMMENT ON COLUMN lantik.ledger_head.edge IS
    'Roots of the complete subtrees at the right edge, largest first, 32 bytes each. Privacy: N.';
COMMENT ON COLUMN lantik.ledger_head.root IS 'RFC 6962 root of the tree, 32 bytes. Privacy: N.';
COMMENT ON COLUMN lantik.ledger_head.recorded_at IS 'Time in the last leaf; NULL while there is none. Privacy: N.';
COMMENT ON COLUMN lantik.ledger_head.rejected_size IS
    'Number of leaves right after the last decision that rejected anybody; 0: none. Privacy: N.';
COMMENT ON COLUMN lantik.ledger_head.trust_size IS
    'Number of leaves right after the last deed about receipt keys or a recovery; 0: none. Privacy: N.';
-- The root of the empty tree is SHA-256 of nothing.
INSERT INTO lantik.ledger_head (size, edge, root) VALUES (0, '', sha256(''));

CREATE TABLE lantik.ledger_leaf (
    leaf_index bigint NOT NULL,
    leaf       bytea NOT NULL,
    leaf_hash  bytea NOT NULL,
    timeline   integer NOT NULL,
    CONSTRAINT ledger_leaf_pkey PRIMARY KEY (leaf_index)
);
COMMENT ON TABLE lantik.ledger_leaf IS 'Leaves of the ledger. INSERT-only. Grain: one leaf. Source: lantikd. Privacy: N.';
COMMENT ON COLUMN lantik.ledger_leaf.leaf_index IS 'From 0, without gaps. Privacy: N.';
COMMENT ON COLUMN lantik.ledger_leaf.leaf IS 'The leaf''s bytes (include/lantik/ledger.h). Privacy: N.';
COMMENT ON COLUMN lantik.ledger_leaf.leaf_hash IS 'SHA-256 of 0x00 and the leaf, 32 bytes. Privacy: N.';
COMMENT ON COLUMN lantik.ledger_leaf.timeline IS
    'PostgreSQL timeline on which it was written: a promoted standby and a restored backup begin another, so that it says how much both sides of a fork have in common. Privacy: N.';

CREATE TABLE lantik.checkpoint (
    size lantik.positive_bigint NOT NULL,
    note text NOT NULL,
    CONSTRAINT checkpoint_pkey PRIMARY KEY (size)
);
COMMENT ON TABLE lantik.checkpoint IS
    'Signed checkpoints (C2SP signed note). INSERT-only. Grain: one tree size. Source: lantikd, after the commit. Privacy: N.';
COMMENT ON COLUMN lantik.checkpoint.size IS 'Number of leaves. Privacy: N.';
COMMENT ON COLUMN lantik.checkpoint.note IS 'The signed note. Privacy: N.';

-- For a look that mostly finds no batch: a function is entered for a row that was found, and the tables of a join are set up
-- for every look. The search path keeps the planner from putting the query in place.
CREATE FUNCTION lantik.leaf_at(index bigint) RETURNS bytea
    LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp
    AS 'SELECT l.leaf FROM lantik.ledger_leaf l WHERE l.leaf_index = $1';
CREATE FUNCTION lantik.note_at(size bigint) RETURNS text
    LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp
    AS 'SELECT c.note FROM lantik.checkpoint c WHERE c.size = $1';
COMMENT ON FUNCTION lantik.leaf_at(bigint) IS 'The leaf with this index; NULL when there is none. Privacy: N.';
COMMENT ON FUNCTION lantik.note_at(bigint) IS 'The signed checkpoint of this size; NULL when there is none. Privacy: N.';
GRANT EXECUTE ON FUNCTION lantik.leaf_at(bigint), lantik.note_at(bigint) TO lantik_daemon;

GRANT SELECT ON lantik.ledger_head, lantik.ledger_leaf, lantik.checkpoint
    TO lantik_daemon, lantik_operator;
GRANT INSERT ON lantik.ledger_leaf, lantik.checkpoint TO lantik_daemon;
GRANT UPDATE (size, edge, root, recorded_at, rejected_size, trust_size, epoch) ON lantik.ledger_head TO lantik_daemon;
