// A plain program on jsforce: twenty-one steps that most integrations take.
'use strict';
const jsforce = require('jsforce');
const { assert, org, steps, refused, range } = require('./steps');

const version = '60.0';
const data = `/services/data/v${version}`;

steps(async (step) => {
  const conn = new jsforce.Connection({ loginUrl: org.url, version });
  let id, ids;

  await step('login', async () => {
    const user = await conn.login(org.username, org.password);
    assert.match(user.id, /^005/);
    assert.match(user.organizationId, /^00D/);
    assert.ok(conn.accessToken);
  });
  await step('identity', async () => {
    const me = await conn.identity();
    assert.match(me.user_id, /^005/);
    assert.ok(me.username);
  });
  await step('create', async () => {
    const made = await conn.sobject('Account').create({ Name: 'Amber Ltd', BillingCity: 'Leeds', NumberOfEmployees: 12 });
    assert.equal(made.success, true);
    assert.match(made.id, /^001\w{15}$/);
    ({ id } = made);
  });
  await step('retrieve', async () => {
    const account = await conn.sobject('Account').retrieve(id);
    assert.equal(account.attributes.type, 'Account');
    assert.equal(account.Name, 'Amber Ltd');
    assert.equal(account.NumberOfEmployees, 12);
  });
  await step('update', async () => {
    const done = await conn.sobject('Account').update({ Id: id, BillingCity: 'York' });
    assert.deepEqual(done, { id, success: true, errors: [] });
    assert.equal((await conn.sobject('Account').retrieve(id)).BillingCity, 'York');
  });
  await step('query', async () => {
    const found = await conn.query("SELECT Id, Name FROM Account WHERE BillingCity = 'York'");
    assert.equal(found.totalSize, 1);
    assert.equal(found.done, true);
    assert.equal(found.records[0].Id, id);
  });
  await step('upsert creates', async () => {
    const done = await conn.sobject('Account').upsert({ Ext_Id__c: 'plain-1', Name: 'Birch Ltd' }, 'Ext_Id__c');
    assert.equal(done.success, true);
    assert.equal(done.created, true);
  });
  await step('upsert updates', async () => {
    const done = await conn.sobject('Account').upsert({ Ext_Id__c: 'plain-1', Name: 'Birch & Sons' }, 'Ext_Id__c');
    assert.equal(done.created, false);
    assert.equal((await conn.sobject('Account').findOne({ Ext_Id__c: 'plain-1' })).Name, 'Birch & Sons');
  });
  await step('a required field is missing', async () => {
    const err = await refused(conn.sobject('Account').create({ BillingCity: 'Hull' }), 'REQUIRED_FIELD_MISSING');
    assert.match(err.message, /Required fields are missing: \[Name\]/);
  });
  await step('create many', async () => {
    const done = await conn.sobject('Account').create(range(3).map((i) => ({ Name: `Many ${i}` })));
    assert.deepEqual(done.map((r) => r.success), [true, true, true]);
    ids = done.map((r) => r.id);
  });
  await step('update many', async () => {
    const done = await conn.sobject('Account').update(ids.map((each) => ({ Id: each, Phone: '123' })));
    assert.deepEqual(done.map((r) => r.id), ids);
  });
  await step('retrieve many', async () => {
    const got = await conn.sobject('Account').retrieve(ids);
    assert.deepEqual(got.map((r) => r.Phone), ['123', '123', '123']);
  });
  await step('upsert many', async () => {
    const rows = range(3).map((i) => ({ Ext_Id__c: `plain-${i}`, Name: `Plain ${i}` }));
    const done = await conn.sobject('Account').upsert(rows, 'Ext_Id__c');
    assert.deepEqual(done.map((r) => r.created), [true, false, true]);
  });
  await step('all or none', async () => {
    const done = await conn.sobject('Account').create([{ Name: 'One' }, { Phone: '1' }], { allOrNone: true });
    assert.deepEqual(done.map((r) => r.errors[0].statusCode), ['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'REQUIRED_FIELD_MISSING']);
    assert.equal((await conn.query("SELECT Id FROM Account WHERE Name = 'One'")).totalSize, 0);
  });
  await step('composite with a reference', async () => {
    const { compositeResponse: [a, b] } = await conn.requestPost(`${data}/composite`, { allOrNone: true, compositeRequest: [
      { method: 'POST', url: `${data}/sobjects/Account`, referenceId: 'a', body: { Name: 'Parent' } },
      { method: 'POST', url: `${data}/sobjects/Contact`, referenceId: 'b', body: { LastName: 'Child', AccountId: '@{a.id}' } },
    ] });
    assert.deepEqual([a.httpStatusCode, b.httpStatusCode], [201, 201]);
    assert.equal((await conn.sobject('Contact').retrieve(b.body.id)).AccountId, a.body.id);
  });
  await step('composite rolled back', async () => {
    const { compositeResponse: [a, b] } = await conn.requestPost(`${data}/composite`, { allOrNone: true, compositeRequest: [
      { method: 'POST', url: `${data}/sobjects/Account`, referenceId: 'a', body: { Name: 'Never' } },
      { method: 'POST', url: `${data}/sobjects/Contact`, referenceId: 'b', body: { FirstName: 'No last name' } },
    ] });
    assert.equal(a.body[0].errorCode, 'PROCESSING_HALTED');
    assert.equal(b.body[0].errorCode, 'REQUIRED_FIELD_MISSING');
    assert.equal((await conn.query("SELECT Id FROM Account WHERE Name = 'Never'")).totalSize, 0);
  });
  await step('Bulk 2.0 insert', async () => {
    conn.bulk2.pollInterval = 100;
    const input = range(2500).map((i) => ({ LastName: `Bulk ${i}`, Ext_Id__c: `bulk-${i}` }));
    const done = await conn.bulk2.loadAndWaitForResults({ object: 'Contact', operation: 'insert', input });
    assert.equal(done.successfulResults.length, 2500);
    assert.equal(done.failedResults.length, 0);
  });
  await step('Bulk 2.0 upsert with a bad row', async () => {
    const input = [{ Ext_Id__c: 'bulk-1', LastName: 'Again' }, { Ext_Id__c: 'bulk-new', LastName: '' }];
    const done = await conn.bulk2.loadAndWaitForResults({ object: 'Contact', operation: 'upsert', externalIdFieldName: 'Ext_Id__c', input });
    assert.equal(done.successfulResults[0].sf__Created, 'false');
    assert.equal(done.failedResults[0].sf__Error, 'REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --');
  });
  await step('query over several pages', async () => {
    const soql = "SELECT Id FROM Contact WHERE Ext_Id__c LIKE 'bulk-%'";
    const page = await conn.query(soql);
    assert.deepEqual([page.totalSize, page.records.length, page.done], [2500, 2000, false]);
    assert.equal((await conn.queryMore(page.nextRecordsUrl)).records.length, 500);
    assert.equal((await conn.query(soql, { autoFetch: true, maxFetch: 5000 })).records.length, 2500);
  });
  await step('delete many', async () => {
    const done = await conn.sobject('Account').destroy(ids);
    assert.deepEqual(done.map((r) => r.success), [true, true, true]);
  });
  await step('delete', async () => {
    assert.equal((await conn.sobject('Account').destroy(id)).success, true);
    await refused(conn.sobject('Account').retrieve(id), 'NOT_FOUND');
  });
});
