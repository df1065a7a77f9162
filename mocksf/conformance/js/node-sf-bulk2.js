// node-sf-bulk2: Bulk API 2.0, every call that it has.
'use strict';
const { pipeline } = require('node:stream/promises');
const { Writable } = require('node:stream');
const { BulkAPI2 } = require('node-sf-bulk2');
const { assert, steps, token, range } = require('./steps');

async function login() {
  const got = await token({ grant_type: 'client_credentials' });
  return { accessToken: got.access_token, instanceUrl: got.instance_url, apiVersion: '62.0' };
}

const ended = ['JobComplete', 'Failed', 'Aborted'];

// until asks until a job has ended, twenty seconds at most.
async function until(ask) {
  for (let i = 0; i < 400; i += 1) {
    const info = await ask();
    if (ended.includes(info.state)) return info;
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  return assert.fail('the job did not end');
}

const lines = (csv) => csv.trim().split('\n');

// text collects a stream.
async function text(stream) {
  const parts = [];
  await pipeline(stream, new Writable({ write(part, _, next) { parts.push(part); next(); } }));
  return Buffer.concat(parts).toString();
}

steps(async (step) => {
  const connection = await login();
  const bulk = new BulkAPI2(connection);
  let job, info, query;

  await step('create an ingest job', async () => {
    job = await bulk.createDataUploadJob({ object: 'Account', operation: 'insert' });
    assert.match(job.id, /^750/);
    assert.equal(job.state, 'Open');
    assert.equal(job.contentUrl, `services/data/v62.0/jobs/ingest/${job.id}/batches`);
  });
  await step('upload', async () => {
    const csv = ['Name,Ext_Id__c', ...range(300).map((i) => `Bulk ${i},b${i}`), ',none'].join('\n');
    assert.equal(await bulk.uploadJobData(job.contentUrl, csv), 201);
  });
  await step('close', async () => assert.equal((await bulk.closeOrAbortJob(job.id, 'UploadComplete')).state, 'UploadComplete'));
  await step('poll', async () => {
    info = await until(() => bulk.getIngestJobInfo(job.id));
    assert.deepEqual([info.state, info.numberRecordsProcessed, info.numberRecordsFailed], ['JobComplete', 301, 1]);
  });
  await step('successful results', async () => {
    const got = lines(await bulk.getResults(job.id, 0));
    assert.equal(got.length, 301);
    assert.match(got[0], /^"sf__Id","sf__Created","?Name"?,"?Ext_Id__c"?$/);
  });
  await step('failed results', async () => {
    const got = lines(await bulk.getResults(job.id, 1));
    assert.equal(got.length, 2);
    assert.match(got[1], /REQUIRED_FIELD_MISSING/);
  });
  await step('unprocessed records', async () => assert.ok(lines(await bulk.getResults(job.id, 2)).length <= 1));
  await step('list of ingest jobs', async () => {
    const all = await bulk.getAllIngestJobInfo();
    assert.equal(all.done, true);
    assert.ok(all.records.some((each) => each.id === job.id));
    assert.ok((await bulk.getAllIngestJobInfo({ jobType: 'V2Ingest' })).records.some((each) => each.id === job.id));
  });
  await step('delete the ingest job', async () => {
    await bulk.deleteIngestJob(job.id);
    await assert.rejects(bulk.getIngestJobInfo(job.id), (err) => err.response.status === 404 && err.response.data[0].errorCode === 'NOT_FOUND');
  });
  await step('create a job with its data', async () => {
    const made = await bulk.createDataUploadJobWithData({ object: 'Account', operation: 'upsert', externalIdFieldName: 'Ext_Id__c' }, 'Name,Ext_Id__c\nWith data,b1\n');
    info = await until(() => bulk.getIngestJobInfo(made.id));
    assert.deepEqual([info.state, info.numberRecordsProcessed, info.numberRecordsFailed], ['JobComplete', 1, 0]);
    assert.match(lines(await bulk.getResults(made.id, 0))[1], /"false"/);
  });
  await step('abort an ingest job', async () => {
    const made = await bulk.createDataUploadJob({ object: 'Account', operation: 'insert' });
    assert.equal((await bulk.closeOrAbortJob(made.id, 'Aborted')).state, 'Aborted');
  });
  await step('update and delete', async () => {
    for (const [operation, columns] of [['update', ',Phone'], ['delete', '']]) {
      const ask = await bulk.submitBulkQueryJob({ query: "SELECT Id FROM Account WHERE Ext_Id__c IN ('b2', 'b3')", operation: 'query' });
      await until(() => bulk.getBulkQueryJobInfo(ask.id));
      const ids = lines((await bulk.getBulkQueryResults(ask.id)).data).slice(1);
      assert.equal(ids.length, 2);
      const made = await bulk.createDataUploadJob({ object: 'Account', operation });
      await bulk.uploadJobData(made.contentUrl, [`Id${columns}`, ...ids.map((id) => id + (columns && ',12'))].join('\n'));
      await bulk.closeOrAbortJob(made.id, 'UploadComplete');
      info = await until(() => bulk.getIngestJobInfo(made.id));
      assert.deepEqual([info.numberRecordsProcessed, info.numberRecordsFailed], [2, 0]);
    }
  });
  await step('submit a query job', async () => {
    query = await bulk.submitBulkQueryJob({ query: "SELECT Id, Name FROM Account WHERE Ext_Id__c LIKE 'b%'", operation: 'query' });
    assert.match(query.id, /^750/);
    assert.equal(query.state, 'UploadComplete');
    assert.equal(query.object, 'Account');
  });
  await step('poll the query job', async () => {
    info = await until(() => bulk.getBulkQueryJobInfo(query.id));
    assert.deepEqual([info.state, info.numberRecordsProcessed, info.jobType], ['JobComplete', 298, 'V2Query']);
  });
  await step('results of a query', async () => {
    const got = await bulk.getBulkQueryResults(query.id);
    assert.equal(lines(got.data)[0], '"Id","Name"');
    assert.equal(lines(got.data).length, 299);
    assert.equal(got.headers['sforce-locator'], 'null');
    assert.equal(got.headers['sforce-numberofrecords'], '298');
  });
  await step('results of a query in pages', async () => {
    let locator, pages = 0, rows = 0;
    do {
      const got = await bulk.getBulkQueryResults(query.id, locator, 100);
      rows += lines(got.data).length - 1; // every page has the header
      pages += 1;
      locator = got.headers['sforce-locator'];
    } while (locator !== 'null');
    assert.deepEqual([pages, rows], [3, 298]);
  });
  await step('results of a query as a stream', async () => {
    assert.equal(lines(await text(await bulk.getBulkQueryResultsStream(query.id))).length, 299);
  });
  await step('result pages', async () => {
    const got = await bulk.getBulkQueryResultPages(query.id);
    assert.equal(got.done, true);
    let rows = 0;
    for (const { resultUrl } of got.resultPages) {
      const page = await bulk.getResultPage(connection.instanceUrl + resultUrl);
      rows += lines(page.data).length - 1;
      assert.equal(await text(await bulk.getResultPageStream(connection.instanceUrl + resultUrl)), page.data);
    }
    assert.equal(rows, 298);
  });
  await step('list of query jobs', async () => {
    assert.ok((await bulk.getAllBulkQueryJobInfo()).records.some((each) => each.id === query.id));
  });
  await step('another version than that of the query job', async () => {
    const other = new BulkAPI2({ ...connection, apiVersion: '61.0' });
    await assert.rejects(other.getBulkQueryResults(query.id), (err) => err.response.status === 409);
  });
  await step('abort a query job', async () => {
    const made = await bulk.submitBulkQueryJob({ query: 'SELECT Id FROM Account', operation: 'query' });
    const end = await bulk.abortBulkQueryJob(made.id).catch((err) => err.response.data[0]);
    assert.ok(end.state === 'Aborted' || end.errorCode === 'INVALIDJOBSTATE', JSON.stringify(end)); // it may have been quicker
  });
  await step('delete the query job', async () => {
    await bulk.deleteBulkQueryJob(query.id);
    await assert.rejects(bulk.getBulkQueryJobInfo(query.id), (err) => err.response.status === 404);
  });
  await step('call options', async () => {
    const named = new BulkAPI2({ ...connection, callOptions: { client: 'conformance' } });
    assert.ok((await named.getAllIngestJobInfo()).records);
  });
  await step('a malformed query', () => assert.rejects(
    bulk.submitBulkQueryJob({ query: 'SELECT FROM Account', operation: 'query' }),
    (err) => err.response.status === 400 && err.response.data[0].errorCode !== undefined,
  ));
  await step('a session that is none', () => assert.rejects(
    new BulkAPI2({ ...connection, accessToken: 'none' }).getAllIngestJobInfo(),
    (err) => err.response.status === 401 && err.response.data[0].errorCode === 'INVALID_SESSION_ID',
  ));
});
