// jsforce: Bulk API 2.0 and Bulk API 1.0, ingest and query.
'use strict';
const { Readable } = require('node:stream');
const jsforce = require('jsforce');
const { assert, org, steps, range } = require('./steps');

const version = '67.0';

const rows = (n, more = () => ({})) => range(n).map((i) => ({ LastName: `R${i}`, ...more(i) }));

// ended runs a job of Bulk API 2.0 step by step to its end.
async function ended(job, csv) {
  await job.open();
  await job.uploadData(csv);
  await job.close();
  await job.poll(50, 20000);
  return job.check();
}

// batch1 runs one batch of Bulk API 1.0 and returns its results.
function batch1(job, input) {
  return new Promise((resolve, reject) => {
    const batch = job.createBatch();
    batch.on('queue', () => batch.poll(50, 20000)).on('response', resolve).on('error', reject);
    batch.execute(input);
  });
}

steps(async (step) => {
  const conn = new jsforce.Connection({ loginUrl: org.url, version });
  await conn.login(org.username, org.password);
  Object.assign(conn.bulk2, { pollInterval: 50, pollTimeout: 20000 });
  Object.assign(conn.bulk, { pollInterval: 50, pollTimeout: 20000 });
  const count = async (where) => (await conn.query(`SELECT COUNT() FROM Contact WHERE ${where}`)).totalSize;
  const idsOf = async (where) => (await conn.query(`SELECT Id FROM Contact WHERE ${where}`, { autoFetch: true, maxFetch: 99999 })).records.map((r) => ({ Id: r.Id }));
  const load = (operation, input, more = {}) => conn.bulk2.loadAndWaitForResults({ object: 'Contact', operation, input, ...more });
  let done;

  await step('2.0 insert, call by call', async () => {
    const job = conn.bulk2.createJob({ object: 'Contact', operation: 'insert' });
    const info = await ended(job, 'LastName,FirstName\n"Comma, Inc","Say ""hi"""\nPlain,\n');
    assert.match(job.id, /^750/);
    assert.deepEqual([info.state, info.numberRecordsProcessed, info.numberRecordsFailed, info.apiVersion, info.jobType], ['JobComplete', 2, 0, 67, 'V2Ingest']);
    const got = await job.getSuccessfulResults();
    assert.deepEqual(got.map((r) => r.LastName).sort(), ['Comma, Inc', 'Plain']);
    assert.deepEqual(got.map((r) => r.sf__Created), ['true', 'true']);
    assert.deepEqual(await job.getFailedResults(), []);
    assert.deepEqual(await job.getUnprocessedRecords(), []);
    assert.equal(await count("FirstName = 'Say \"hi\"'"), 1);
  });
  await step('2.0 insert of 12,000 records', async () => {
    done = await load('insert', rows(12000, (i) => ({ Ext_Id__c: `e${i}` })));
    assert.equal(done.successfulResults.length, 12000);
  });
  await step('2.0 insert of a stream', async () => {
    done = await load('insert', Readable.from(['LastName\n', 'Stream 1\n', 'Stream 2\n']));
    assert.equal(done.successfulResults.length, 2);
  });
  await step('2.0 headers in capitals, Windows lines, another delimiter', async () => {
    const job = conn.bulk2.createJob({ object: 'Contact', operation: 'insert', lineEnding: 'CRLF', columnDelimiter: 'PIPE' });
    assert.equal((await ended(job, 'LASTNAME|FIRSTNAME\r\nLoud|One\r\n')).numberRecordsFailed, 0);
    assert.equal(await count("LastName = 'Loud' AND FirstName = 'One'"), 1);
  });
  await step('2.0 upsert', async () => {
    done = await load('upsert', [{ Ext_Id__c: 'e1', LastName: 'Changed' }, { Ext_Id__c: 'new', LastName: 'New' }], { externalIdFieldName: 'Ext_Id__c' });
    const created = Object.fromEntries(done.successfulResults.map((r) => [r.Ext_Id__c, r.sf__Created]));
    assert.deepEqual(created, { e1: 'false', new: 'true' });
  });
  await step('2.0 empty leaves alone, #N/A clears', async () => {
    await load('upsert', [{ Ext_Id__c: 'n1', LastName: 'N', Phone: '1', Title: 't' }], { externalIdFieldName: 'Ext_Id__c' });
    await load('upsert', 'Ext_Id__c,LastName,Phone,Title\nn1,N,,#N/A\n', { externalIdFieldName: 'Ext_Id__c' });
    const got = await conn.sobject('Contact').findOne({ Ext_Id__c: 'n1' });
    assert.deepEqual([got.Phone, got.Title], ['1', null]);
  });
  await step('2.0 parents by external id', async () => {
    await conn.sobject('Account').create({ Name: 'Parent', Ext_Id__c: 'p1' });
    done = await load('insert', 'LastName,Account.Ext_Id__c\nKid,p1\nOrphan,p2\n');
    assert.deepEqual(done.successfulResults.map((r) => r.LastName), ['Kid']);
    assert.match(done.failedResults[0].sf__Error, /^INVALID_FIELD:/);
    assert.equal(await count("Account.Name = 'Parent'"), 1);
  });
  await step('2.0 update', async () => {
    done = await load('update', (await idsOf("LastName LIKE 'R1%'")).map((r) => ({ ...r, Title: 'Updated' })));
    assert.equal(done.failedResults.length, 0);
    assert.equal(await count("Title = 'Updated'"), done.successfulResults.length);
  });
  await step('2.0 rows that fail', async () => {
    done = await load('insert', [{ LastName: 'Fine', Title: 't' }, { LastName: '', Title: 't' }, { LastName: 'x'.repeat(81), Title: 't' }]);
    assert.deepEqual([done.successfulResults.length, done.failedResults.length], [1, 2]);
    assert.equal(done.failedResults[0].sf__Id, '');
    assert.equal(done.failedResults[0].sf__Error, 'REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --');
    assert.match(done.failedResults[1].sf__Error, /^STRING_TOO_LONG:/);
  });
  await step('2.0 delete', async () => {
    done = await load('delete', await idsOf("LastName LIKE 'Stream %'"));
    assert.equal(done.successfulResults.length, 2);
    assert.equal(await count("LastName LIKE 'Stream %'"), 0);
  });
  await step('2.0 an upload of nothing', async () => {
    done = await load('insert', '');
    assert.deepEqual([done.successfulResults.length, done.failedResults.length], [0, 0]);
  });
  await step('2.0 hardDelete without the permission', () => assert.rejects(load('hardDelete', [{ Id: '003000000000000AAA' }]), { errorCode: 'FEATURENOTENABLED' }));
  await step('2.0 an unknown object', () => assert.rejects(conn.bulk2.createJob({ object: 'Nothing', operation: 'insert' }).open(), { errorCode: 'INVALIDENTITY' }));
  await step('2.0 an unknown column', async () => {
    const job = conn.bulk2.createJob({ object: 'Contact', operation: 'insert' });
    await job.open();
    await job.uploadData('LastName,Nothing__c\nA,1\n');
    await job.close();
    await assert.rejects(job.poll(50, 20000));
    const info = await job.check().catch((err) => err);
    assert.match(info.errorMessage || info.message, /InvalidBatch.*Nothing__c/);
  });
  await step('2.0 abort and delete', async () => {
    const job = conn.bulk2.createJob({ object: 'Contact', operation: 'insert' });
    await job.open();
    await job.uploadData('LastName\nAborted\n');
    await job.abort();
    assert.equal((await job.check()).state, 'Aborted');
    await job.delete();
    await assert.rejects(job.check(), { errorCode: 'NOT_FOUND' });
    assert.equal(await count("LastName = 'Aborted'"), 0);
  });
  await step('2.0 a job taken up again', async () => {
    const first = conn.bulk2.createJob({ object: 'Contact', operation: 'insert' });
    await first.open();
    await first.uploadData('LastName\nResumed\n');
    await first.close();
    const job = conn.bulk2.job('ingest', { id: first.id });
    await job.poll(50, 20000);
    assert.equal((await job.getAllResults()).successfulResults[0].LastName, 'Resumed');
  });
  await step('2.0 query', async () => {
    const got = await (await conn.bulk2.query("SELECT Id, LastName, Account.Name FROM Contact WHERE LastName IN ('Kid', 'Plain') ORDER BY LastName")).toArray();
    assert.deepEqual(got.map((r) => [r.LastName, r['Account.Name']]), [['Kid', 'Parent'], ['Plain', '']]);
  });
  await step('2.0 query of 12,000 records', async () => {
    const got = await (await conn.bulk2.query("SELECT Id FROM Contact WHERE LastName LIKE 'R%' AND LastName != 'Resumed'")).toArray();
    assert.equal(new Set(got.map((r) => r.Id)).size, 11999); // e1 has another name now
  });
  await step('2.0 queryAll', async () => {
    const got = await (await conn.bulk2.query("SELECT LastName, IsDeleted FROM Contact WHERE LastName LIKE 'Stream %'", { scanAll: true })).toArray();
    assert.deepEqual(got.map((r) => r.IsDeleted), ['true', 'true']);
  });
  await step('2.0 a malformed query', () => assert.rejects(conn.bulk2.query('SELECT FROM Contact')));

  const load1 = (operation, input, options) => conn.bulk.load('Contact', operation, options || {}, input);
  await step('1.0 insert', async () => {
    const got = await load1('insert', rows(3, (i) => ({ Title: 'One', Ext_Id__c: `b${i}` })));
    assert.deepEqual(got.map((r) => [r.success, r.errors.length]), [[true, 0], [true, 0], [true, 0]]);
    assert.match(got[0].id, /^003/);
    assert.equal(await count("Title = 'One'"), 3);
  });
  await step('1.0 results in the order of the input', async () => {
    const got = await load1('insert', [{ LastName: 'Fine', Title: 't' }, { LastName: '', Title: 't' }, { LastName: 'Fine too', Title: 't' }]);
    assert.deepEqual(got.map((r) => r.success), [true, false, true]);
    assert.match(got[1].errors[0], /REQUIRED_FIELD_MISSING:Required fields are missing: \[LastName\]/);
  });
  await step('1.0 update', async () => {
    const got = await load1('update', (await idsOf("Title = 'One'")).map((r) => ({ ...r, Title: 'Two' })));
    assert.equal(got.filter((r) => r.success).length, 3);
    assert.equal(await count("Title = 'Two'"), 3);
  });
  await step('1.0 upsert', async () => {
    const got = await load1('upsert', [{ Ext_Id__c: 'b0', LastName: 'B' }, { Ext_Id__c: 'b9', LastName: 'B' }], { extIdField: 'Ext_Id__c' });
    assert.deepEqual(got.map((r) => r.success), [true, true]);
    assert.equal(await count("LastName = 'B'"), 2);
  });
  await step('1.0 delete', async () => {
    const got = await load1('delete', await idsOf("LastName = 'B'"));
    assert.equal(got.filter((r) => r.success).length, 2);
    assert.equal(await count("LastName = 'B'"), 0);
  });
  await step('1.0 a job of two batches', async () => {
    const job = conn.bulk.createJob('Contact', 'insert');
    const info = await job.open();
    assert.deepEqual([info.state, info.object, info.operation, info.contentType, info.concurrencyMode], ['Open', 'Contact', 'insert', 'CSV', 'Parallel']);
    const got = await Promise.all([batch1(job, rows(2, () => ({ Title: 'Batch' }))), batch1(job, rows(3, () => ({ Title: 'Batch' })))]);
    assert.deepEqual(got.map((r) => r.length), [2, 3]);
    const list = await job.list();
    assert.deepEqual(list.map((b) => [b.state, b.jobId]), [['Completed', job.id], ['Completed', job.id]]);
    await job.close();
    const end = await job.check();
    assert.deepEqual([end.state, end.numberBatchesCompleted, end.numberRecordsProcessed], ['Closed', '2', '5']);
  });
  await step('1.0 abort', async () => {
    const job = conn.bulk.createJob('Contact', 'insert');
    await job.open();
    await job.abort();
    assert.equal((await job.check()).state, 'Aborted');
  });
  await step('1.0 a batch for a closed job', async () => {
    const job = conn.bulk.createJob('Contact', 'insert');
    await job.open();
    const again = conn.bulk.job(job.id);
    await job.close();
    await assert.rejects(batch1(again, rows(1)), { name: 'InvalidJobState' });
  });
  await step('1.0 an unknown job', () => assert.rejects(conn.bulk.job('750000000000000AAA').check(), { name: 'InvalidJob' }));
  await step('1.0 query', async () => {
    const got = await (await conn.bulk.query("SELECT Id, LastName, Title FROM Contact WHERE Title = 'Batch'")).toArray();
    assert.equal(got.length, 5);
    assert.match(got[0].Id, /^003/);
  });
  await step('1.0 queryAll', async () => {
    const [part] = await load1('queryAll', "SELECT Id FROM Contact WHERE LastName = 'B' AND IsDeleted = true");
    const got = await conn.bulk.job(part.jobId).batch(part.batchId).result(part.id).toArray();
    assert.equal(got.length, 2);
  });
  await step('1.0 insert through a stream', async () => {
    const batch = conn.sobject('Contact').insertBulk();
    const got = new Promise((resolve, reject) => { batch.on('response', resolve).on('error', reject); });
    Readable.from(['LastName\n', 'Piped\n']).pipe(batch.stream());
    assert.equal((await got)[0].success, true);
  });
  await step('1.0 records of a query deleted by a job', async () => {
    const done1 = await conn.sobject('Contact').find({ Title: 'Batch' }).destroy({ allowBulk: true, bulkThreshold: 1, bulkApiVersion: 1 });
    assert.equal(done1.filter((r) => r.success).length, 5);
  });
  await step('2.0 records of a query updated by a job', async () => {
    const found = await conn.sobject('Contact').find({ LastName: { $like: 'R2%' } }, ['Id']).execute({ autoFetch: true, maxFetch: 9999 });
    const done2 = await conn.sobject('Contact').find({ LastName: { $like: 'R2%' } }).update({ Title: 'By job' }, { allowBulk: true, bulkThreshold: 1, bulkApiVersion: 2 });
    assert.ok(done2.every ? done2.length > 0 : done2.successfulResults.length > 0);
    assert.equal(await count("Title = 'By job'"), found.length);
  });
});
