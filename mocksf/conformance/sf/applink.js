// Heroku AppLink: the data API, units of work and the Bulk API of the official
// SDK, as an app has them that Salesforce calls.
'use strict';
const { setTimeout: sleep } = require('node:timers/promises');
const applink = require('@heroku/applink');
const { assert, org, steps, refused, token, range } = require('../js/steps');

// called is the org of a call from Salesforce, whose header says which one.
function called(accessToken, apiVersion = 'v60.0') {
  const said = {
    accessToken, apiVersion, requestId: 'request-1', namespace: '', orgId: '00D5g0000000001EAA', orgDomainUrl: org.url,
    userContext: { userId: '0055g0000000001AAA', username: org.username },
  };
  const header = Buffer.from(JSON.stringify(said)).toString('base64');
  return applink.init().salesforce.parseRequest({ 'x-client-context': header }, '{}').context.org;
}

// failed wants a call to fail, and returns what the error says.
const failed = (call) => call.then((r) => assert.fail(`not refused: ${JSON.stringify(r)}`), (err) => err.message);

async function records(step, data, session) {
  let id;
  await step('create', async () => {
    ({ id } = await data.create({ type: 'Account', fields: { Name: 'Amber', NumberOfEmployees: 3 } }));
    assert.match(id, /^001/);
  });
  await step('query', async () => {
    const { done, totalSize, records: [got] } = await data.query(`SELECT Id, Name, NumberOfEmployees FROM Account WHERE Id = '${id}'`);
    assert.deepEqual([done, totalSize, got.type, got.fields.name, got.fields.NumberOfEmployees], [true, 1, 'Account', 'Amber', 3]);
  });
  await step('update', async () => assert.deepEqual(await data.update({ type: 'Account', fields: { id, Phone: '1' } }), { id }));
  await step('a file, written in base64 and loaded with the query', async () => {
    const VersionData = Buffer.from('file ä');
    const made = await data.create({ type: 'ContentVersion', fields: { Title: 'T', PathOnClient: 'a.txt' }, binaryFields: { VersionData } });
    const { records: [got] } = await data.query(`SELECT VersionData FROM ContentVersion WHERE Id = '${made.id}'`);
    assert.match(got.fields.VersionData, /\/VersionData$/);
    assert.ok(Buffer.isBuffer(got.binaryFields.VersionData));
  });
  await step('delete', async () => {
    assert.deepEqual(await data.delete('Account', id), { id });
    await refused(data.delete('Account', id), 'ENTITY_IS_DELETED');
    await refused(data.delete('Account', '001000000000000AAA'), 'INVALID_CROSS_REFERENCE_KEY');
  });
  await step('create that is refused', async () => {
    await refused(data.create({ type: 'Account', fields: { Phone: '1' } }), 'REQUIRED_FIELD_MISSING');
    await refused(data.create({ type: 'Account', fields: { Name: 'x', Nope__c: '1' } }), 'INVALID_FIELD');
    await refused(data.create({ type: 'Nope__c', fields: { Name: 'x' } }), 'NOT_FOUND');
  });
  await step('query that is refused', async () => {
    await refused(data.query('SELECT'), 'MALFORMED_QUERY');
    await refused(called('none').dataApi.query('SELECT Id FROM Account'), 'INVALID_SESSION_ID');
    await refused(called(session, 'v99.0').dataApi.query('SELECT Id FROM Account'), 'NOT_FOUND');
  });
  await step('request', async () => {
    assert.ok((await called(session).request('services/data/v60.0/limits', { headers: {} })).DailyApiRequests.Max);
  });
}

// units are composite graphs of one graph.
async function units(step, data) {
  const contacts = (n, name) => {
    const unit = data.newUnitOfWork();
    range(n).forEach((i) => unit.registerCreate({ type: 'Contact', fields: { LastName: `${name} ${i}` } }));
    return unit;
  };
  let made;
  await step('unit of work with references', async () => {
    const { id } = await data.create({ type: 'Account', fields: { Name: 'Before' } });
    const unit = data.newUnitOfWork();
    const parent = unit.registerCreate({ type: 'Account', fields: { Name: 'Unit' } });
    const child = unit.registerCreate({ type: 'Contact', fields: { LastName: 'Unit', AccountId: parent } });
    const update = unit.registerUpdate({ type: 'Account', fields: { id, ParentId: parent } });
    const done = await data.commitUnitOfWork(unit);
    made = done.get(child).id;
    assert.equal(done.get(update).id, id);
  });
  await step('query of parents and children', async () => {
    const { records: [child] } = await data.query("SELECT Account.Name FROM Contact WHERE LastName = 'Unit'");
    assert.equal(child.fields.Account.fields.Name, 'Unit');
    const { records: [parent] } = await data.query("SELECT Name, (SELECT LastName FROM Contacts) FROM Account WHERE Name = 'Unit'");
    assert.equal(parent.subQueryResults.Contacts.records[0].fields.LastName, 'Unit');
  });
  await step('unit of work with a delete', async () => {
    const unit = data.newUnitOfWork();
    const gone = unit.registerDelete('Contact', made);
    assert.equal((await data.commitUnitOfWork(unit)).get(gone).id, made);
  });
  await step('unit of work that fails', async () => {
    const unit = data.newUnitOfWork();
    unit.registerCreate({ type: 'Contact', fields: { FirstName: 'No last name' } });
    unit.registerCreate({ type: 'Account', fields: { Name: 'Never' } });
    assert.equal(await failed(data.commitUnitOfWork(unit)), 'REQUIRED_FIELD_MISSING: Required fields are missing: [LastName]');
    assert.equal((await data.query("SELECT Id FROM Account WHERE Name = 'Never'")).totalSize, 0);
  });
  await step('unit of work that is rolled back', async () => {
    const unit = contacts(1, 'Never');
    unit.registerUpdate({ type: 'Account', fields: { id: '001000000000000AAA', Phone: '1' } });
    const words = 'The transaction was rolled back since another operation in the same transaction failed.';
    assert.equal(await failed(data.commitUnitOfWork(unit)), `PROCESSING_HALTED: ${words}`);
  });
  await step('units of work of 500 nodes', async () => {
    for (const i of range(5)) assert.equal((await data.commitUnitOfWork(contacts(500, `Page ${i}`))).size, 500);
    await failed(data.commitUnitOfWork(contacts(501, 'Never')));
  });
  await step('queryMore', async () => {
    const one = await data.query("SELECT Id FROM Contact WHERE LastName LIKE 'Page %'");
    const two = await data.queryMore(one);
    assert.deepEqual([one.done, one.totalSize, one.records.length, two.done, two.records.length], [false, 2500, 2000, true, 500]);
    assert.deepEqual((await data.queryMore(two)).records, []);
  });
}

async function ingest(step, bulk, finished) {
  const load = async (operation, columns, rows, more = {}) => {
    const [job] = await bulk.ingest({ object: 'Contact', operation, dataTable: bulk.createDataTableBuilder(columns).addRows(rows).build(), ...more });
    return job;
  };
  await step('Bulk 2.0 insert', async () => {
    const rows = [['Bulk, "quoted"', null, bulk.formatNullValue(), 'link-1'], ['Two\nlines', '', '1', 'link-2'], ['', '', '', 'link-3']];
    const job = await load('insert', ['LastName', 'FirstName', 'Phone', 'Ext_Id__c'], rows);
    const info = await finished(job);
    assert.deepEqual([info.state, info.jobType, info.numberRecordsProcessed, info.numberRecordsFailed, info.apiVersion], ['JobComplete', 'V2Ingest', 3, 1, 60]);
    const good = await bulk.getSuccessfulResults(job);
    assert.deepEqual(good.columns, ['sf__Id', 'sf__Created', 'LastName', 'FirstName', 'Phone', 'Ext_Id__c']);
    assert.deepEqual(good.map((r) => r.get('LastName')), ['Bulk, "quoted"', 'Two\nlines']);
    const [bad] = await bulk.getFailedResults(job);
    assert.equal(bad.get('sf__Error'), 'REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --');
    const rest = await bulk.getUnprocessedRecords(job);
    assert.deepEqual([rest.length, rest.columns], [0, ['LastName', 'FirstName', 'Phone', 'Ext_Id__c']]);
  });
  await step('Bulk 2.0 upsert, delete, and delete of the job', async () => {
    const job = await load('upsert', ['Ext_Id__c', 'LastName'], [['link-1', 'Again'], ['link-9', 'New']], { externalIdFieldName: 'Ext_Id__c' });
    await finished(job);
    const rows = await bulk.getSuccessfulResults(job);
    assert.deepEqual(rows.map((r) => r.get('sf__Created')), ['false', 'true']);
    const second = await load('delete', ['Id'], rows.map((r) => [r.get('sf__Id')]));
    assert.equal((await finished(second)).numberRecordsFailed, 0);
    await bulk.delete(second);
    await refused(bulk.getInfo(second), 'NOT_FOUND');
  });
  await step('Bulk 2.0 ingest that is refused', async () => {
    assert.equal((await load('insert', ['Name'], [['x']], { object: 'Nope__c' })).error.errorCode, 'INVALIDENTITY');
    assert.equal((await load('hardDelete', ['Id'], [['x']])).error.errorCode, 'FEATURENOTENABLED');
  });
}

async function queries(step, bulk, finished) {
  await step('Bulk 2.0 query in pages', async () => {
    const job = await bulk.query({ soql: "SELECT Id, LastName, Account.Name FROM Contact WHERE LastName LIKE 'Page %'" });
    const info = await finished(job);
    assert.deepEqual([info.state, info.jobType, info.operation], ['JobComplete', 'V2Query', 'query']);
    let page = await bulk.getQueryResults(job, { maxRecords: 1000 });
    assert.deepEqual(page.dataTable.columns, ['Id', 'LastName', 'Account.Name']);
    const sizes = [page.numberOfRecords];
    for (; !page.done; sizes.push(page.dataTable.length)) page = await bulk.getMoreQueryResults(page, { maxRecords: 1000 });
    assert.deepEqual(sizes, [1000, 1000, 500]);
    await bulk.delete(job);
    await refused(bulk.getInfo(job), 'NOT_FOUND');
  });
  await step('Bulk 2.0 queryAll', async () => {
    const job = await bulk.query({ soql: 'SELECT Id FROM Contact WHERE IsDeleted = true', operation: 'queryAll' });
    await finished(job);
    assert.equal((await bulk.getQueryResults(job)).numberOfRecords, 3);
  });
  await step('Bulk 2.0 query that is refused', async () => {
    await refused(bulk.query({ soql: 'SELECT' }), 'MALFORMED_QUERY');
    await refused(bulk.query({ soql: 'SELECT COUNT(Id) FROM Account' }), 'API_ERROR');
    await refused(bulk.getInfo({ id: '750000000000000AAA', type: 'ingestJob' }), 'NOT_FOUND');
  });
}

steps(async (step) => {
  const { access_token: session } = await token({ grant_type: 'client_credentials' });
  const { dataApi: data, bulkApi: bulk } = called(session);
  const finished = async (job) => {
    let info;
    do {
      await sleep(20);
      info = await bulk.getInfo(job);
    } while (!['JobComplete', 'Failed', 'Aborted'].includes(info.state));
    return info;
  };
  await records(step, data, session);
  await units(step, data);
  await ingest(step, bulk, finished);
  await queries(step, bulk, finished);
});
