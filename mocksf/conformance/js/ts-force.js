// ts-force: classes for objects, typed queries, and composite calls of all
// kinds, which the client makes of ordinary ones.
'use strict';
const {
  Rest, RestObject, sField, requestAccessToken, getAuthorizationUrl, setDefaultConfig, CompositeCollection, CompositeBatch, Composite,
  compositeRetrieve, buildQuery, getStandardError,
} = require('ts-force');
const { assert, org, steps, jwt, allow, range } = require('./steps');

const data = '/services/data/v60.0';
const field = (apiName, more = {}) => sField({
  apiName, createable: true, updateable: true, required: false, externalId: false, childRelationship: false, reference: undefined, salesforceType: 'string', ...more,
});
const readOnly = { createable: false, updateable: false };

// define makes the class that the generator of the client writes for an object.
function define(name, fields) {
  const type = class extends RestObject {
    constructor(values, client) {
      super(name, client);
      for (const key of Object.keys(fields)) this[key] = undefined;
      this.__UUID = type.UUID;
      this.initObject(values);
      return new Proxy(this, this.safeUpdateProxyHandler);
    }
    static get FIELDS() { return (type.meta = type.meta || type.getPropertiesMeta(type)); }
    static retrieve(param, opts) { return type.query(type, typeof param === 'function' ? buildQuery(type, param) : param, opts); }
    static fromSFObject(found) { return new type().mapFromQuery(found); }
  };
  Object.assign(type, { API_NAME: name, UUID: Symbol(name) });
  for (const [key, decorate] of Object.entries(fields)) decorate(type.prototype, key);
  return type;
}

const shared = { id: field('Id', { ...readOnly, salesforceType: 'id' }), createdDate: field('CreatedDate', { ...readOnly, salesforceType: 'datetime' }) };
const Contact = define('Contact', {
  ...shared, lastName: field('LastName'), firstName: field('FirstName'), accountId: field('AccountId', { salesforceType: 'reference' }),
  account: field('Account', { ...readOnly, reference: () => Account, salesforceType: 'reference' }),
});
const Account = define('Account', {
  ...shared, name: field('Name'), phone: field('Phone'), extId: field('Ext_Id__c', { externalId: true }),
  contacts: field('Contacts', { ...readOnly, reference: () => Contact, childRelationship: true }),
});

const app = { client_id: org.client.clientId, client_secret: org.client.clientSecret };
const login = async (params) => requestAccessToken({ ...app, instanceUrl: org.url, ...params });
const works = async (token) => assert.ok((await new Rest({ ...token, version: 60 }).query('SELECT Id FROM User')).totalSize);

// refused wants a call to fail with error codes.
async function refused(call, codes) {
  const err = await call.then((r) => assert.fail(`not refused with ${codes}: ${JSON.stringify(r)}`), (e) => e);
  assert.equal(getStandardError(err).errorDetails.map((d) => d.errorCode).join(), codes, err.message);
}

async function logins(step) {
  await step('password', async () => {
    const token = await login({ grant_type: 'password', username: org.username, password: org.password });
    await works(token);
    setDefaultConfig({ ...token, version: 60 });
  });
  await step('a wrong password', async () => {
    const err = await login({ grant_type: 'password', username: org.username, password: 'wrong' }).catch((e) => e);
    assert.deepEqual(err.response.data, { error: 'invalid_grant', error_description: 'authentication failure' });
  });
  await step('client credentials', async () => works(await login({ grant_type: 'client_credentials' })));
  await step('JWT', async () => works(await login({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: jwt() })));
  await step('web server flow, and refresh', async () => {
    const redirect_uri = 'http://localhost:3000/api/token';
    const back = await allow(getAuthorizationUrl({ instanceUrl: org.url, client_id: app.client_id, redirect_uri, scope: ['api', 'refresh_token'], prompt: 'login' }));
    const token = await login({ code: back.searchParams.get('code'), redirect_uri });
    await works(token);
    await works(await login({ grant_type: 'refresh_token', refresh_token: token.refresh_token }));
  });
  await step('a session that is none', () => refused(new Rest({ instanceUrl: org.url, accessToken: 'none' }).limits(), 'INVALID_SESSION_ID'));
}

async function objects(step) {
  await step('insert, update, refresh', async () => {
    const acc = new Account({ name: 'John Doe', phone: '1' });
    await acc.insert();
    acc.name = 'Jane Doe';
    await acc.update();
    await acc.refresh();
    assert.deepEqual([acc.name, acc.phone, acc.createdDate instanceof Date], ['Jane Doe', '1', true]);
  });
  await step('insert and update that read the record in the same call', async () => {
    const acc = new Account({ name: 'Fresh' });
    await acc.insert({ refresh: true });
    assert.match(acc.id, /^001/);
    assert.ok(acc.createdDate);
    acc.phone = '2';
    await acc.update({ refresh: true, sendAllFields: true });
    assert.equal(acc.phone, '2');
  });
  await step('the same where it fails', async () => {
    await refused(new Account({ phone: '1' }).insert({ refresh: true }), 'REQUIRED_FIELD_MISSING,PROCESSING_HALTED');
  });
  await step('a parent by its external id', async () => {
    await new Account({ name: 'Parent', extId: 'ts-1' }).insert();
    await new Contact({ lastName: 'Child', account: new Account({ extId: 'ts-1' }) }).insert();
    const [got] = await Contact.retrieve("SELECT Account.Name FROM Contact WHERE LastName = 'Child'");
    assert.equal(got.account.name, 'Parent');
  });
  await step('delete, twice', async () => {
    const acc = await new Account({ name: 'Gone' }).insert();
    await acc.delete();
    await refused(acc.refresh(), 'NOT_FOUND');
    await refused(acc.delete(), 'ENTITY_IS_DELETED');
  });
}

async function queries(step) {
  await step('query of children', async () => {
    const [acc] = await Account.retrieve((f) => ({
      select: [...f.select('id', 'name'), f.subQuery('contacts', (c) => ({ select: c.select('lastName', 'firstName'), orderBy: { field: c.select('lastName'), order: 'ASC', nulls: 'LAST' } }))],
      where: [{ field: f.select('name'), op: '=', val: 'Parent' }, 'AND', [{ field: f.select('createdDate'), op: '>', val: new Date(0) }, 'OR', { field: f.select('name'), op: 'IN', val: ['a', 'b'] }]],
      limit: 10,
    }));
    assert.deepEqual(acc.contacts.map((c) => c.lastName), ['Child']);
  });
  await step('query of parents', async () => {
    const found = await Contact.retrieve((f) => ({ select: [f.select('id')], where: [{ field: f.parent('account').select('name'), op: 'LIKE', val: 'Par%' }] }));
    assert.equal(found.length, 1);
  });
  await step('aggregates', async () => {
    const { records: [row] } = await new Rest().query(buildQuery(Account, (f) => ({
      select: [f.select('name'), f.select({ fn: 'COUNT', field: 'id', alias: 'c' }), f.select({ fn: 'CALENDAR_YEAR', field: 'createdDate', alias: 'y' })],
      groupBy: { field: [f.select('name'), f.select({ fn: 'CALENDAR_YEAR', field: 'createdDate' })], having: [{ field: f.select({ fn: 'COUNT', field: 'id' }), op: '>', val: 0 }] },
      orderBy: { field: f.select('name') },
    })));
    assert.deepEqual([row.attributes.type, row.Name, row.c], ['AggregateResult', 'Fresh', 1]);
  });
  await step('deleted records', async () => {
    assert.equal((await Account.retrieve('SELECT Id FROM Account WHERE IsDeleted = true', { allRows: true })).length, 1);
  });
  await step('describe', async () => {
    const said = await new Rest().getSObjectDescribe('Contact');
    assert.equal(said.fields.find((f) => f.name === 'AccountId').relationshipName, 'Account');
  });
  await step('search', async () => {
    const { searchRecords } = await new Rest().search('FIND {Parent} IN ALL FIELDS RETURNING Account(Id, Name)');
    assert.equal(searchRecords[0].Name, 'Parent');
  });
  await step('limits, and what each reply says of them', async () => {
    const rest = new Rest();
    const { Max: max } = (await rest.limits()).DailyApiRequests;
    assert.equal(rest.apiLimit.limit, max);
    assert.ok(rest.apiLimit.used > 0);
  });
  await step('errors', async () => {
    await refused(new Rest().query('SELECT'), 'MALFORMED_QUERY');
    await refused(new Rest().getSObjectDescribe('Nothing__c'), 'NOT_FOUND');
    await refused(new Account({ name: 'x', extId: 'ts-1' }).insert(), 'DUPLICATE_VALUE');
  });
}

async function collections(step) {
  const all = new CompositeCollection();
  const many = range(200).map((i) => new Contact({ lastName: `Many ${i}` }));
  const saved = async (call) => assert.ok((await call).every((r) => r.success && r.id));
  await step('collection: insert', () => saved(all.insert(many)));
  await step('collection: update', () => {
    many.forEach((c) => { c.firstName = 'x'; });
    return saved(all.update(many, { allOrNothing: false }));
  });
  await step('collection: delete', () => saved(all.delete(many)));
  await step('collection: all or nothing', async () => {
    const done = await all.insert([new Contact({ lastName: 'A' }), new Contact({ firstName: 'B' })]);
    assert.deepEqual(done.map((r) => r.errors[0].statusCode), ['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'REQUIRED_FIELD_MISSING']);
  });
  await step('collection: 2,400 records', async () => {
    for (const i of range(12)) await saved(all.insert(range(200).map((j) => new Contact({ lastName: `Page ${i} ${j}` }))));
  });
}

const paged = "SELECT Id FROM Contact WHERE LastName LIKE 'Page %'";

async function composites(step) {
  await step('batch', async () => {
    const acc = new Account({ name: 'Batched' });
    const made = await new CompositeBatch().addInsert(acc).addQuery("SELECT Id FROM Account WHERE Name = 'Batched'").addInsert(new Account({ phone: '1' })).send();
    assert.deepEqual([made.hasErrors, ...made.results.map((r) => r.statusCode)], [true, 201, 200, 400]);
    Object.assign(acc, { id: made.results[0].result.id, phone: '7' });
    const done = await new CompositeBatch().addUpdate(acc).addGet(acc).addDelete(acc).send();
    assert.deepEqual(done.results.map((r) => r.statusCode), [204, 200, 204]);
    assert.equal(done.results[1].result.Phone, '7');
  });
  await step('batch of more than 25', async () => {
    const batch = new CompositeBatch();
    range(30).forEach((i) => batch.addInsert(new Account({ name: `Batch ${i}` })));
    assert.equal((await batch.send()).results.length, 30);
  });
  await step('pages', async () => assert.equal((await Contact.retrieve(paged)).length, 2400));
  await step('pages in one composite call', async () => { // each URL is a reference to nextRecordsUrl of the one before
    assert.equal((await Contact.retrieve(paged, { useComposite: true })).length, 2400);
  });
  await step('pages of two objects, by batches', async () => {
    const [accounts, contacts] = await compositeRetrieve(Account, Contact)(
      (f) => ({ select: f.select('id', 'name'), limit: 3 }),
      (f) => ({ select: [f.select('id')], where: [{ field: f.select('lastName'), op: 'LIKE', val: 'Page %' }] }),
    );
    assert.deepEqual([accounts.length, contacts.length], [3, 2400]);
  });
  await step('composite', async () => {
    const { compositeResponse: all } = await new Composite()
      .addRequest({ method: 'POST', url: `${data}/sobjects/Account`, referenceId: 'a', body: { Name: 'Composite' } })
      .addRequest({ method: 'GET', url: `${data}/sobjects/Account/@{a.id}?fields=Name`, referenceId: 'read' })
      .addRequest({ method: 'GET', url: `${data}/query?q=SELECT+Name+FROM+Account+WHERE+Id='@{read.Id}'`, referenceId: 'found' })
      .send({ allOrNone: true, collateSubrequests: true });
    assert.deepEqual(all.map((r) => r.httpStatusCode), [201, 200, 200]);
    assert.equal(all[2].body.records[0].Name, 'Composite');
  });
}

steps(async (step) => {
  for (const part of [logins, objects, queries, collections, composites]) await part(step);
});
