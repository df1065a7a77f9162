// jsforce: records one by one and many at a time, composite, and errors.
'use strict';
const jsforce = require('jsforce');
const { assert, org, steps, refused, range } = require('./steps');

const version = '67.0';
const data = `/services/data/v${version}`;

steps(async (step) => {
  const conn = new jsforce.Connection({ loginUrl: org.url, version });
  await conn.login(org.username, org.password);
  const account = conn.sobject('Account');
  const count = async (where) => (await conn.query(`SELECT Id FROM Account WHERE ${where}`)).totalSize;
  let id;

  await step('create', async () => {
    const made = await account.create({ Name: 'Ash', AnnualRevenue: 1250.5, Active__c: true, Phone: null, Ext_Id__c: 'rec/1' });
    assert.deepEqual(made, { id: made.id, success: true, errors: [] });
    ({ id } = made);
  });
  await step('retrieve', async () => {
    const got = await account.retrieve(id);
    assert.equal(got.attributes.url, `${data}/sobjects/Account/${id}`);
    assert.deepEqual([got.Id, got.AnnualRevenue, got.Active__c, got.Phone], [id, 1250.5, true, null]);
    assert.match(got.CreatedDate, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/);
  });
  await step('retrieve by 15 characters', async () => {
    assert.equal((await account.retrieve(id.slice(0, 15))).Id, id);
  });
  await step('retrieve some fields', async () => {
    const got = await conn.request(`/sobjects/Account/${id}?fields=Name,Active__c`);
    assert.deepEqual([got.Name, got.Active__c, got.AnnualRevenue], ['Ash', true, undefined]);
  });
  await step('update', async () => {
    await account.update({ Id: id, AnnualRevenue: null, Name: 'Ash & Co' });
    const got = await account.record(id).retrieve();
    assert.deepEqual([got.Name, got.AnnualRevenue], ['Ash & Co', null]);
  });
  await step('update through a query', async () => {
    const done = await account.find({ Id: id }).update({ Description: 'of ${Name}' });
    assert.equal(done[0].success, true);
    assert.equal((await account.retrieve(id)).Description, 'of Ash & Co');
  });
  await step('read by external id', async () => {
    assert.equal((await conn.request('/sobjects/Account/Ext_Id__c/rec%2F1')).Id, id);
  });
  await step('upsert', async () => {
    const first = await account.upsert({ Ext_Id__c: 'up 1', Name: 'First' }, 'Ext_Id__c');
    const again = await account.upsert({ Ext_Id__c: 'up 1', Name: 'Again' }, 'Ext_Id__c');
    assert.deepEqual([first.created, again.created, again.id, again.success], [true, false, first.id, true]);
    assert.equal((await account.retrieve(first.id)).Name, 'Again');
  });
  await step('upsert at API version 45.0', async () => {
    const old = new jsforce.Connection({ instanceUrl: conn.instanceUrl, accessToken: conn.accessToken, version: '45.0' });
    const done = await old.sobject('Account').upsert({ Ext_Id__c: 'up 1', Name: 'Old' }, 'Ext_Id__c');
    assert.equal(done.success, true);
    assert.equal(done.created, undefined);
  });
  await step('upsert names a parent by its external id', async () => {
    const done = await conn.sobject('Contact').upsert({ Ext_Id__c: 'child', LastName: 'Child', Account: { Ext_Id__c: 'rec/1' } }, 'Ext_Id__c');
    assert.equal((await conn.sobject('Contact').retrieve(done.id)).AccountId, id);
  });
  await step('upsert with several matches', async () => {
    await conn.sobject('Contact').create([{ LastName: 'A', Legacy_Id__c: 'twice' }, { LastName: 'B', Legacy_Id__c: 'twice' }]);
    const err = await refused(conn.sobject('Contact').upsert({ Legacy_Id__c: 'twice', LastName: 'C' }, 'Legacy_Id__c'), 'MULTIPLE_CHOICES');
    assert.equal(err.data.length, 2);
    assert.match(err.data[0], /^\/services\/data\/v67\.0\/sobjects\/Contact\/003/);
  });
  await step('delete', async () => {
    const { id: gone } = await account.create({ Name: 'Gone' });
    assert.deepEqual(await account.destroy(gone), { id: gone, success: true, errors: [] });
    await refused(account.destroy(gone), 'ENTITY_IS_DELETED');
  });
  await step('delete through a query', async () => {
    await account.create([{ Name: 'Dust 1' }, { Name: 'Dust 2' }]);
    assert.equal((await account.find({ Name: { $like: 'Dust %' } }).destroy()).length, 2);
    assert.equal(await count("Name LIKE 'Dust %'"), 0);
  });

  await step('create 450 in collections of 200', async () => {
    const done = await account.create(range(450).map((i) => ({ Name: `Lot ${i}`, Ext_Id__c: `lot-${i}` })), { allowRecursive: true });
    assert.equal(done.filter((r) => r.success).length, 450);
    assert.equal(await count("Name LIKE 'Lot %'"), 450);
  });
  await step('a collection of 201 is refused', async () => {
    await assert.rejects(conn.requestPost('/composite/sobjects', { records: range(201).map((i) => ({ attributes: { type: 'Account' }, Name: `${i}` })) }), { errorCode: 'EXCEEDED_ID_LIMIT' });
  });
  await step('collection: some succeed', async () => {
    const done = await account.create([{ Name: 'Good' }, { Phone: '1' }]);
    assert.deepEqual(done.map((r) => r.success), [true, false]);
    assert.equal(done[1].errors[0].statusCode, 'REQUIRED_FIELD_MISSING');
    assert.deepEqual(done[1].errors[0].fields, ['Name']);
  });
  await step('collection: all or none', async () => {
    const done = await account.update([{ Id: id, Name: 'Half' }, { Id: '001000000000000AAA', Name: 'None' }], { allOrNone: true });
    assert.equal(done[0].errors[0].statusCode, 'ALL_OR_NONE_OPERATION_ROLLED_BACK');
    assert.equal((await account.retrieve(id)).Name, 'Ash & Co');
  });
  await step('collection of upserts', async () => {
    const done = await account.upsert([{ Ext_Id__c: 'lot-1', Phone: '7', Name: 'Lot 1' }, { Ext_Id__c: 'lot-new', Name: 'New' }], 'Ext_Id__c');
    assert.deepEqual(done.map((r) => [r.success, r.created]), [[true, false], [true, true]]);
  });
  await step('collection retrieved', async () => {
    const ids = (await account.find({ Name: { $in: ['Lot 1', 'Lot 2'] } }, ['Id']).sort('Name')).map((r) => r.Id);
    assert.deepEqual((await account.retrieve(ids, { fields: ['Name'] })).map((r) => r.Name), ['Lot 1', 'Lot 2']);
  });
  await step('collection deleted', async () => {
    const ids = (await account.find({ Name: { $like: 'Lot %' } }, ['Id'])).map((r) => r.Id);
    const done = await account.destroy(ids, { allowRecursive: true });
    assert.equal(done.filter((r) => r.success).length, ids.length);
    assert.equal(await count("Name LIKE 'Lot %'"), 0);
  });

  const sub = (method, url, referenceId, body) => ({ method, url: data + url, referenceId, body });
  const composite = async (allOrNone, ...compositeRequest) => (await conn.requestPost('/composite', { allOrNone, compositeRequest })).compositeResponse;
  await step('composite: create, read, change, query', async () => {
    const got = await composite(true,
      sub('POST', '/sobjects/Account', 'made', { Name: 'Composed' }),
      sub('GET', '/sobjects/Account/@{made.id}', 'read'),
      sub('PATCH', '/sobjects/Account/@{made.id}', 'changed', { Description: '@{read.Name}' }),
      sub('GET', "/query?q=SELECT+Id,Description+FROM+Account+WHERE+Id='@{made.id}'", 'found'));
    assert.deepEqual(got.map((r) => r.httpStatusCode), [201, 200, 204, 200]);
    assert.equal(got[0].httpHeaders.Location, `${data}/sobjects/Account/${got[0].body.id}`);
    assert.equal(got[3].body.records[0].Description, 'Composed');
  });
  await step('composite: one fails, others stay', async () => {
    const got = await composite(false,
      sub('POST', '/sobjects/Account', 'bad', {}),
      sub('POST', '/sobjects/Contact', 'orphan', { LastName: 'X', AccountId: '@{bad.id}' }),
      sub('POST', '/sobjects/Account', 'fine', { Name: 'Fine' }));
    assert.deepEqual(got.map((r) => r.httpStatusCode), [400, 400, 201]);
    assert.equal(got[1].body[0].errorCode, 'PROCESSING_HALTED');
  });
  await step('composite: all or none', async () => {
    const got = await composite(true, sub('POST', '/sobjects/Account', 'fine', { Name: 'Undone' }), sub('POST', '/sobjects/Account', 'bad', {}));
    assert.equal(got[0].body[0].message, 'The transaction was rolled back since another operation in the same transaction failed.');
    assert.equal(got[1].body[0].errorCode, 'REQUIRED_FIELD_MISSING');
    assert.equal(await count("Name = 'Undone'"), 0);
  });
  await step('composite with a collection', async () => {
    const records = range(2).map((i) => ({ attributes: { type: 'Account' }, Name: `Inner ${i}` }));
    const [got] = await composite(true, sub('POST', '/composite/sobjects', 'many', { allOrNone: true, records }));
    assert.deepEqual(got.body.map((r) => r.success), [true, true]);
  });
  await step('composite graph', async () => {
    const graph = (graphId, Name) => ({ graphId, compositeRequest: [sub('POST', '/sobjects/Account', 'a', { Name }), sub('POST', '/sobjects/Contact', 'c', { LastName: 'G', AccountId: '@{a.id}' })] });
    const { graphs } = await conn.requestPost('/composite/graph', { graphs: [graph('one', 'Graph'), graph('two')] });
    assert.deepEqual(graphs.map((g) => [g.graphId, g.isSuccessful]), [['one', true], ['two', false]]);
  });
  await step('batch', async () => {
    const got = await conn.requestPost('/composite/batch', { batchRequests: [
      { method: 'PATCH', url: `v${version}/sobjects/Account/${id}`, richInput: { Phone: '5' } },
      { method: 'GET', url: `${data}/sobjects/Account/${id}?fields=Phone` },
      { method: 'GET', url: `v${version}/sobjects/Account/001000000000000AAA` },
    ] });
    assert.equal(got.hasErrors, true);
    assert.deepEqual(got.results.map((r) => r.statusCode), [204, 200, 404]);
    assert.equal(got.results[1].result.Phone, '5');
  });
  await step('tree', async () => {
    const contact = { attributes: { type: 'Contact', referenceId: 'leaf' }, LastName: 'Leaf' };
    const records = [{ attributes: { type: 'Account', referenceId: 'root' }, Name: 'Root', Contacts: { records: [contact] } }];
    const got = await conn.requestPost('/composite/tree/Account', { records });
    assert.equal(got.hasErrors, false);
    assert.deepEqual(got.results.map((r) => r.referenceId), ['root', 'leaf']);
  });

  const codes = {
    NOT_FOUND: () => account.retrieve('001000000000000AAA'),
    REQUIRED_FIELD_MISSING: () => account.create({}),
    INVALID_FIELD: () => account.create({ Name: 'X', Nothing__c: 1 }),
    MALFORMED_ID: () => conn.sobject('Contact').create({ LastName: 'X', AccountId: 'nonsense' }),
    STRING_TOO_LONG: () => account.create({ Name: 'x'.repeat(256) }),
    DUPLICATE_VALUE: () => account.create({ Name: 'X', Ext_Id__c: 'rec/1' }),
    MALFORMED_QUERY: () => conn.query('SELECT FROM Account'),
    INVALID_TYPE: () => conn.query('SELECT Id FROM Nothing__c'),
    METHOD_NOT_ALLOWED: () => conn.requestPut(`/sobjects/Account/${id}`, {}),
    JSON_PARSER_ERROR: () => conn.request({ method: 'POST', url: '/sobjects/Account', body: '{', headers: { 'content-type': 'application/json' } }),
  };
  for (const [code, call] of Object.entries(codes)) {
    await step(`error ${code}`, () => refused(call(), code));
  }
  await step('error of an unknown object', () => refused(conn.sobject('Nothing__c').create({}), 'NOT_FOUND'));
  await step('error of an unknown version', () => refused(conn.request('/services/data/v99.0/limits'), 'NOT_FOUND'));
  await step('error in XML on request', async () => {
    const err = await refused(conn.request({ method: 'GET', url: '/sobjects/Account/001000000000000AAA', headers: { accept: 'application/xml' } }), 'NOT_FOUND');
    assert.ok(err.message);
  });
});
