/* Deeds about offices: who may send, with which keys, for which agencies and when.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "deed.h"

static enum store_result ask(struct deed *d, bool key, bool scope, struct store_office_facts *ret)
{
	const struct lantik_deed *asked = &d->asked;
	struct lantik_buffer sign = {0};
	char curve[41];

	lantik_z85_encode(asked->curve, curve);
	lantik_vkey_format(&asked->sign, &sign);
	struct store_office_question question = {.name = asked->office,
		.curve = key ? lantik_span_of(curve) : (struct lantik_span){0},
		.sign = key ? lantik_buffer_span(&sign) : (struct lantik_span){0},
		.scope = scope ? &asked->scope : NULL};
	enum store_result result = store_office_facts(d->worker->store, &question, ret);
	lantik_buffer_free(&sign);
	d->office_no = result ? 0 : ret->office_no;
	return result;
}

static void refuse_keys(struct deed *d, const struct store_office_facts *is)
{
	if (is->key_office && is->key_revoked)
		deed_refuse(d, "this CURVE key was revoked; a revoked key is never used again");
	else if (is->key_office)
		deed_refuse(d, "this CURVE key stands already");
	else if (is->signing_elsewhere)
		deed_refuse(d, "this signing key is another office's");
	else if (is->signing_revoked)
		deed_refuse(d, "this signing key was revoked; a revoked key is never used again");
}

static void refuse_scope(struct deed *d, const struct store_office_facts *is)
{
	if (!is->scope_known)
		deed_refuse(d, "the regional office or an agency is not in the reference tables; load them first");
}

/* An office that is there and may send. */
static void refuse_office(struct deed *d, const struct store_office_facts *is)
{
	if (!is->office_no)
		deed_refuse(d, "there is no office of this name");
	else if (is->office_revoked)
		deed_refuse(d, "this office was revoked; a revoked name is never used again");
}

static enum store_result open_office_add(struct deed *d)
{
	struct store_office_facts is;
	enum store_result result = ask(d, true, true, &is);

	if (result)
		return result;
	if (is.office_no)
		deed_refuse(d, "an office of this name is there already%s",
			is.office_revoked ? " and was revoked; a revoked name is never used again" : "");
	refuse_keys(d, &is);
	refuse_scope(d, &is);
	return STORE_OK;
}

static enum store_result write_office_add(struct deed *d)
{
	struct store *store = d->worker->store;
	enum store_result result = store_add_office(store, &d->asked, &d->leaf, &d->office_no);

	if (!result)
		result = store_add_office_key(store, &d->asked, &d->leaf, d->office_no);
	return result ? result : store_add_office_scope(store, &d->asked, &d->leaf, d->office_no);
}

static enum store_result open_key_add(struct deed *d)
{
	struct store_office_facts is;
	enum store_result result = ask(d, true, false, &is);

	if (result)
		return result;
	refuse_office(d, &is);
	refuse_keys(d, &is);
	return STORE_OK;
}

static enum store_result write_key_add(struct deed *d)
{
	return store_add_office_key(d->worker->store, &d->asked, &d->leaf, d->office_no);
}

static enum store_result open_key_revoke(struct deed *d)
{
	struct store_office_facts is;
	enum store_result result = ask(d, true, false, &is);

	if (result)
		return result;
	if (!is.key_office)
		deed_refuse(d, "there is no such CURVE key");
	else if (is.key_revoked)
		deed_refuse(d, "this CURVE key was revoked before");
	return STORE_OK;
}

static enum store_result write_key_revoke(struct deed *d)
{
	return store_revoke_key(d->worker->store, &d->asked, &d->leaf);
}

static enum store_result open_office_revoke(struct deed *d)
{
	struct store_office_facts is;
	enum store_result result = ask(d, false, false, &is);

	if (result)
		return result;
	if (!is.office_no)
		deed_refuse(d, "there is no office of this name");
	else if (is.office_revoked)
		deed_refuse(d, "this office was revoked before");
	return STORE_OK;
}

static enum store_result write_office_revoke(struct deed *d)
{
	return store_revoke_office(d->worker->store, &d->asked, &d->leaf, d->office_no);
}

static enum store_result open_scope(struct deed *d)
{
	struct store_office_facts is;
	enum store_result result = ask(d, false, true, &is);

	if (result)
		return result;
	refuse_office(d, &is);
	refuse_scope(d, &is);
	return STORE_OK;
}

static enum store_result write_scope(struct deed *d)
{
	return store_add_office_scope(d->worker->store, &d->asked, &d->leaf, d->office_no);
}

const struct deed_handler deed_office_add = {.open = open_office_add, .write = write_office_add};
const struct deed_handler deed_key_add = {.open = open_key_add, .write = write_key_add};
const struct deed_handler deed_key_revoke = {.open = open_key_revoke, .write = write_key_revoke};
const struct deed_handler deed_office_revoke = {.open = open_office_revoke, .write = write_office_revoke};
const struct deed_handler deed_scope = {.open = open_scope, .write = write_scope};
