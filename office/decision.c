/* Proves receipts of decisions, and says what officials decided.
 * SPDX-License-Identifier: Apache-2.0 */
#include "decision.h"

#include <inttypes.h>
#include <stdlib.h>

static enum lantik_doubt prove_parts(struct lantik_decision *decision, const struct lantik_trust *trust)
{
	enum lantik_doubt doubt =
		lantik_doubt_of(lantik_receipt_parse(lantik_buffer_span(&decision->text), &decision->receipt));
	if (doubt == LANTIK_NO_DOUBT)
		doubt = lantik_doubt_of(lantik_receipt_verify(&decision->receipt, trust));
	if (doubt == LANTIK_NO_DOUBT && decision->receipt.type != LANTIK_LEAF_DECISION)
		doubt = LANTIK_DOUBT_NO_DECISION;
	if (doubt == LANTIK_NO_DOUBT)
		doubt = lantik_doubt_of(lantik_statement_parse(decision->receipt.statement_text, &decision->statement));
	if (doubt == LANTIK_NO_DOUBT && !lantik_statement_fits(&decision->statement, &decision->receipt.decision))
		doubt = LANTIK_DOUBT_VERDICT;
	return doubt;
}

enum lantik_doubt lantik_decision_prove(
	struct lantik_span text, const struct lantik_trust *trust, struct lantik_decision *ret)
{
	struct lantik_decision decision = {0};
	lantik_buffer_append_span(&decision.text, text);
	LANTIK_ASSERT(!decision.text.error);
	enum lantik_doubt doubt = prove_parts(&decision, trust);
	if (doubt == LANTIK_NO_DOUBT)
		*ret = decision;
	else
		lantik_decision_free(&decision);
	return doubt;
}

void lantik_decision_free(struct lantik_decision *decision)
{
	lantik_statement_free(&decision->statement);
	lantik_receipt_free(&decision->receipt);
	lantik_buffer_free(&decision->text);
	*decision = (struct lantik_decision){0};
}

const char *lantik_time_text(int64_t micros, char ret[32])
{
	int64_t minutes = micros / 60000000 + 7 * 60;
	char date[11];
	lantik_date_format(lantik_instant_date(micros), date);
	snprintf(ret, 32, "%s %02d:%02d WIB", date, (int)(minutes / 60 % 24), (int)(minutes % 60));
	return ret;
}

const char *lantik_outcome_text(struct lantik_cli *cli, enum lantik_outcome outcome)
{
	static const char *const texts[][2] = {[LANTIK_ACCEPTED] = {"accepted", "diterima"},
		[LANTIK_RETURNED] = {"returned", "dikembalikan"},
		[LANTIK_IN_REVIEW] = {"waits for an official", "menunggu pejabat"},
		[LANTIK_REFUSED] = {"refused with the file", "ditolak bersama berkas"},
		[LANTIK_REJECTED] = {"rejected (TMS)", "ditolak (TMS)"}};
	return texts[outcome][lantik_cli_language(cli)];
}

static const char *act_text(struct lantik_cli *cli, int32_t act)
{
	static const char *const texts[][2] = {[LANTIK_ACCEPT] = {"accepted", "menerima"},
		[LANTIK_RETURN] = {"returned", "mengembalikan"},
		[LANTIK_REJECT] = {"rejected (TMS)", "menolak (TMS)"},
		[LANTIK_REPLAY] = {"had judged again", "meminta penilaian ulang atas"}};
	return texts[act][lantik_cli_language(cli)];
}

/* The one count that the act decides needs no words; a replay has several. */
static void append_outcomes(struct lantik_cli *cli, const struct lantik_statement *statement, struct lantik_buffer *ret)
{
	const struct {
		enum lantik_outcome outcome;
		uint32_t count;
	} parts[] = {{LANTIK_ACCEPTED, statement->accepted}, {LANTIK_RETURNED, statement->returned},
		{LANTIK_IN_REVIEW, statement->review}};
	const char *between = ": ";
	for (size_t i = 0; statement->act == LANTIK_REPLAY && i < LANTIK_COUNT(parts); i++) {
		char count[32];
		if (parts[i].count == 0)
			continue;
		lantik_buffer_printf(ret, "%s%s %s", between, lantik_count_format(cli, parts[i].count, count),
			lantik_outcome_text(cli, parts[i].outcome));
		between = ", ";
	}
}

void lantik_say_decision(struct lantik_cli *cli, const struct lantik_decision *decision, unsigned indent)
{
	const struct lantik_statement *statement = &decision->statement;
	struct lantik_buffer text = {0};
	char when[32], count[32];
	lantik_buffer_printf(&text, "%s: ", lantik_time_text(decision->receipt.decision.recorded_at, when));
	lantik_printable(statement->official, &text);
	if (statement->position.len > 0) {
		lantik_buffer_printf(&text, " (");
		lantik_printable(statement->position, &text);
		lantik_buffer_printf(&text, ")");
	}
	lantik_buffer_printf(&text, " %s %s %s", act_text(cli, statement->act),
		lantik_count_format(cli, (int64_t)statement->record_count, count),
		statement->record_count == 1 ? lantik_cli_pick(cli, "row", "baris")
					     : lantik_cli_pick(cli, "rows", "baris"));
	append_outcomes(cli, statement, &text);
	lantik_say_wrapped(cli, indent, indent + 2, &text);
	lantik_buffer_printf(&text, "%s: ", lantik_cli_pick(cli, "reason", "alasan"));
	lantik_printable(statement->reason, &text);
	lantik_say_wrapped(cli, indent + 2, indent + 4, &text);
	lantik_buffer_free(&text);
}

void lantik_json_decision(struct lantik_cli *cli, const struct lantik_decision *decision)
{
	const struct lantik_statement *statement = &decision->statement;
	char id[37], batch_id[37], when[28];
	lantik_id_format(statement->decision_id, id);
	lantik_id_format(statement->batch_id, batch_id);
	lantik_instant_format(decision->receipt.decision.recorded_at, when);
	lantik_json_text(cli, "batch_id", batch_id);
	lantik_json_text(cli, "decision_id", id);
	lantik_json_number(cli, "leaf_index", (int64_t)decision->receipt.index);
	lantik_json_text(cli, "recorded_at", when);
	lantik_json_text(cli, "act", lantik_word(LANTIK_WORDS_act, statement->act, LANTIK_ENGLISH));
	lantik_json_span(cli, "official", statement->official);
	lantik_json_span(cli, "position", statement->position);
	lantik_json_span(cli, "reason", statement->reason);
	lantik_json_number(cli, "accepted", statement->accepted);
	lantik_json_number(cli, "returned", statement->returned);
	lantik_json_number(cli, "review", statement->review);
	lantik_json_number(cli, "rejected", statement->rejected);
	lantik_json_number(cli, "unknown_findings", statement->unknown);
}
