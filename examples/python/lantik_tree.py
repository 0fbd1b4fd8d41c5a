# The RFC 6962 tree: roots, proofs by the definitions, and verification as RFC 9162 describes it.
# SPDX-License-Identifier: Apache-2.0
"""Written from RFC 6962 section 2.1 and RFC 9162 section 2.1; shares no code with the C programs."""

import hashlib

from lantik_verdict import require


def sha256(*pieces):
    return hashlib.sha256(b"".join(pieces)).digest()


def leaf_hash(leaf):
    return sha256(b"\x00", leaf)


def node_hash(left, right):
    return sha256(b"\x01", left, right)


def split(count):
    """The largest power of two smaller than count, for count > 1."""
    return 1 << (count - 1).bit_length() - 1


def tree_root(leaf_hashes):
    """Root over leaf hashes in order: MTH of RFC 6962."""
    count = len(leaf_hashes)
    if count == 0:
        return sha256()
    if count == 1:
        return leaf_hashes[0]
    middle = split(count)
    return node_hash(tree_root(leaf_hashes[:middle]), tree_root(leaf_hashes[middle:]))


class Tree:
    """Proofs over leaf hashes, by the recursive definitions of RFC 6962; roots of ranges are kept."""

    def __init__(self, leaf_hashes):
        self.leaves, self.known = list(leaf_hashes), {}

    def root(self, begin, end):
        if end - begin == 0:
            return sha256()
        if end - begin == 1:
            return self.leaves[begin]
        if (begin, end) not in self.known:
            middle = begin + split(end - begin)
            self.known[begin, end] = node_hash(self.root(begin, middle), self.root(middle, end))
        return self.known[begin, end]

    def path(self, leaf, begin, end):
        """PATH(m, D[n]): from the leaf's sibling up."""
        if end - begin == 1:
            return []
        middle = begin + split(end - begin)
        if leaf < middle:
            return [*self.path(leaf, begin, middle), self.root(middle, end)]
        return [*self.path(leaf, middle, end), self.root(begin, middle)]

    def inclusion(self, index, size):
        return self.path(index, 0, size)

    def subproof(self, old, begin, end, whole):
        """SUBPROOF(m, D[n], b), with old as an absolute end."""
        if old == end:
            return [] if whole else [self.root(begin, end)]
        middle = begin + split(end - begin)
        if old <= middle:
            return [*self.subproof(old, begin, middle, whole), self.root(middle, end)]
        return [*self.subproof(old, middle, end, False), self.root(begin, middle)]

    def consistency(self, old, new):
        return self.subproof(old, 0, new, True) if old else []


def verify_inclusion(index, size, leaf, proof, root, node=node_hash):
    """RFC 9162 section 2.1.3.2; leaf is a leaf hash."""
    require(0 <= index < size, "the leaf's index is not inside the tree")
    position, last, value = index, size - 1, leaf
    for sibling in proof:
        require(last != 0, "the inclusion proof is too long")
        if position & 1 or position == last:
            value = node(sibling, value)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            value = node(value, sibling)
        position, last = position >> 1, last >> 1
    require(last == 0, "the inclusion proof is too short")
    require(value == root, "the inclusion proof does not lead to the root")


def verify_consistency(old, new, old_root, new_root, proof, node=node_hash):
    """RFC 9162 section 2.1.4.2."""
    require(0 <= old <= new, "the older tree is the larger one")
    if old in (0, new):
        require(not proof, "a proof where none belongs")
        require(old_root == (new_root if old == new else sha256()), "the roots of these sizes contradict each other")
        return
    require(proof, "the consistency proof is too short")
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    first = second = path[0]
    for step in path[1:]:
        require(last != 0, "the consistency proof is too long")
        if position & 1 or position == last:
            first, second = node(step, first), node(step, second)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            second = node(second, step)
        position, last = position >> 1, last >> 1
    require(last == 0, "the consistency proof is too short")
    require(first == old_root and second == new_root, "the consistency proof does not join the two roots")
