/* Every limit of the system, each with its derivation. Both ends compile the same numbers.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LANTIK_LIMITS_H
#define LANTIK_LIMITS_H

#include <stdint.h>

/* One agency's batch in the field is 4-9 thousand people (Kab. Tangerang: 8,205). */
#define LANTIK_MAX_RECORDS 10000u

/* 10,000 records of at most about 1.6 kB each; a full sample record measures about 1.1 kB. */
#define LANTIK_MAX_BODY (16u * 1024 * 1024)

/* One record: all text fields at their greatest length in four-byte characters, and seven documents. */
#define LANTIK_MAX_RECORD (16u * 1024)

/* An envelope holds ids, one signature (under 256 bytes with tags) and one signed checkpoint (LANTIK_MAX_NOTE). */
#define LANTIK_MAX_ENVELOPE (256u + 4096u)

/* A checkpoint, a consistency proof (LANTIK_MAX_PROOF hashes with their tags, 2.2 kB) and LANTIK_MAX_ENVELOPE_DEEDS
 * receipts of deeds come with a reply: 39 kB, and room to grow. */
#define LANTIK_MAX_REPLY_ENVELOPE (64u * 1024)
#define LANTIK_MAX_ENVELOPE_DEEDS 4u
/* The receipt of a deed about keys or a recovery: a proof of forty hashes (1.8 kB), a checkpoint with four signatures
 * (1.2 kB) and a deed with the longest official and reason (2.6 kB) and sixteen lost heads (1.1 kB). */
#define LANTIK_MAX_ENVELOPE_DEED (8u * 1024)

/* What CURVE adds to a frame (ZMTP 3.1, MESSAGE): the command's name and its length, a short nonce, the authenticator,
 * and the frame's flags. */
#define LANTIK_CURVE_BYTES (8u + 8u + 16u + 1u)
/* A body that is too large by no more than this is refused by name; a larger one costs its connection. */
#define LANTIK_MAX_EXCESS 4096u
/* For ZMQ_MAXMSGSIZE, which counts one frame as it comes from the line. */
#define LANTIK_MAX_FRAME (LANTIK_MAX_BODY + LANTIK_MAX_EXCESS + LANTIK_CURVE_BYTES)

/* Documents of one record: the programme asks for seven types (SE BKN 6/2025). */
#define LANTIK_MAX_DOCUMENTS 16u

/* Findings of one record that both ends judge; more would tell nobody anything new. 10,000 records with this many of
 * the longest (` T01.invisible:jabatan_fungsional_umum_id/E`, 44 bytes) fit into LANTIK_MAX_RECEIPT; the register adds
 * findings only to records that have none but warnings. */
#define LANTIK_MAX_FINDINGS_PER_RECORD 16u

/* A proof in a tree of 2^63 leaves. */
#define LANTIK_MAX_PROOF 64u

/* A checkpoint note: origin, size, root and up to sixteen signatures, as C2SP asks verifiers to accept. */
#define LANTIK_MAX_NOTE 4096u
#define LANTIK_MAX_ORIGIN 128u

/* Receipt keys of a log over its whole life, and those in force at once: a rotation needs two, an ill-timed compromise
 * in the midst of one three. */
#define LANTIK_MAX_TRUSTED_KEYS 16u
#define LANTIK_MAX_SIGNERS 4u

/* Recoveries of a log over its whole life: each is a disaster. */
#define LANTIK_MAX_RECOVERIES 16u
/* Signed heads that one recovery gives up: one of each daemon that was ahead. */
#define LANTIK_MAX_LOST 16u

/* The deed of an erasure names every row, body and place of one person: some dozens of lines of about a hundred bytes,
 * with room for a person whose records were sent a thousand times. */
#define LANTIK_MAX_DEED (1024u * 1024)
/* Agencies that one office sends for by name; a regional office is named by its number instead. */
#define LANTIK_MAX_DEED_AGENCIES 64u

/* Characters of the name of a programme, as fields.def has it. */
#define LANTIK_MAX_PROGRAMME 20u

/* Decision receipts in one answer to STATUS; a batch has a handful, and `more` tells the rest. */
#define LANTIK_MAX_DECISIONS 256u

/* Receipts of one answer to STATUS together; the rest of the frame is for the answer's own fields. */
#define LANTIK_MAX_STATUS_RECEIPTS (15u * 1024 * 1024)

/* Entries of a page of RECONCILE: an office has some batches a day, so a page is a year. */
#define LANTIK_MAX_RECONCILE 1000u
#define LANTIK_RECONCILE_DEFAULT 500u

/* Decided records of a page: the page is full once it has LANTIK_MAX_RECORDS, and the last decision of a page may have
 * so many by itself. */
#define LANTIK_MAX_RECONCILE_RECORDS (2 * LANTIK_MAX_RECORDS)

/* Rulebook text: a line of a unit takes 44 bytes, and the agencies of the nation have about 600,000 units: 27 MB. */
#define LANTIK_MAX_RULEBOOK (32u * 1024 * 1024)

/* Parameters are a few dozen; the bound keeps what a text can make the parser hold near the size of the text. */
#define LANTIK_MAX_PARAMETERS 10000u

/* Changed severities: each is looked at once a batch. A hundred rules for each of 600 agencies fit. */
#define LANTIK_MAX_OVERRIDES 100000u

/* Grace after a window: thirty days. */
#define LANTIK_MAX_GRACE_MINUTES 43200

/* SIASN's types of documents are small numbers. */
#define LANTIK_MAX_DOCUMENT_TYPE 999999

/* A verdict with every record returned for as many reasons as it may have: 10,000 x (22 + 16 x 44) bytes are 7.3 MB. */
#define LANTIK_MAX_RECEIPT (8u * 1024 * 1024)

/* The official of a decision: characters of name and position, and of the reason. A name is 150 in fields.def, too. */
#define LANTIK_MAX_OFFICIAL 150u
#define LANTIK_MAX_REASON 500u

_Static_assert(LANTIK_MAX_RECORD < LANTIK_MAX_BODY, "a record fits into a body");

#endif
