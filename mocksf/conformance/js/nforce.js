// nforce: the calls of the client that go to the org. It sends the names of
// objects and fields in lower case.
'use strict';
const nforce = require('nforce');
const { assert, org, steps, refused, allow, revoke, range } = require('./steps');

const connect = (more = {}) => nforce.createConnection({
  ...org.client, redirectUri: 'http://localhost:3000/oauth/_callback', apiVersion: 'v60.0', mode: 'single',
  authEndpoint: `${org.url}/services/oauth2/authorize`, loginUri: `${org.url}/services/oauth2/token`, ...more,
});
const { username, password } = org;
const record = (type, fields) => nforce.createSObject(type, fields);

// webServer logs in by the browser, for several users at once.
async function webServer(more = {}) {
  const sf = connect({ mode: 'multi', ...more });
  const back = await allow(sf.getAuthUri({ scope: ['api', 'refresh_token'], state: 'x', prompt: ['login', 'consent'], display: 'popup' }));
  return { sf, oauth: await sf.authenticate({ code: back.searchParams.get('code') }) };
}

// logins are the ways into the org, and what keeps them open.
async function logins(step, sf) {
  await step('password', async () => {
    const oauth = await sf.authenticate({ username, password });
    assert.equal(oauth.instance_url, org.url);
    assert.equal(sf.oauth.access_token, oauth.access_token);
  });
  await step('password and security token', async () => {
    await connect().authenticate({ username, password: password.slice(0, 5), securityToken: password.slice(5) });
  });
  await step('a wrong password', async () => {
    await assert.rejects(connect().authenticate({ username, password: 'wrong' }), { message: 'invalid_grant - authentication failure', statusCode: 400 });
  });
  await step('web server flow, several users', async () => {
    const { sf: web, oauth } = await webServer();
    assert.ok(oauth.refresh_token);
    assert.equal((await web.query({ query: 'SELECT Id FROM User', oauth })).totalSize, 1);
  });
  await step('refreshToken', async () => {
    const { sf: web, oauth } = await webServer();
    const { access_token: old, refresh_token: kept } = oauth;
    await web.refreshToken({ oauth });
    assert.notEqual(oauth.access_token, old);
    assert.equal(oauth.refresh_token, kept);
  });
  await step('a session ends in mid-run: autoRefresh by token', async () => {
    let told = 0;
    const { sf: web, oauth } = await webServer({ autoRefresh: true, onRefresh: (_now, _was, done) => { told += 1; done(); } });
    await revoke(oauth.access_token);
    assert.equal((await web.query({ query: 'SELECT Id FROM User', oauth })).totalSize, 1);
    assert.equal(told, 1);
  });
  await step('a session ends in mid-run: autoRefresh by password', async () => {
    const web = connect({ autoRefresh: true });
    await web.authenticate({ username, password });
    await revoke(web.oauth.access_token);
    await web.insert({ sobject: record('Account', { Name: 'Refreshed' }) });
    assert.equal((await web.query("SELECT Id FROM Account WHERE Name = 'Refreshed'")).totalSize, 1);
  });
  await step('a session ends in mid-run: no autoRefresh', async () => {
    const { sf: web, oauth } = await webServer();
    await revoke(oauth.access_token);
    assert.equal((await refused(web.query({ query: 'SELECT Id FROM User', oauth }), 'INVALID_SESSION_ID')).statusCode, 401);
  });
}

// discovery is what the org says about itself.
async function discovery(step, sf) {
  await step('getIdentity', async () => {
    const me = await sf.getIdentity();
    assert.equal(me.username, username);
    assert.match(me.user_id, /^005/);
  });
  await step('getResources', async () => {
    const all = await sf.getResources();
    for (const name of ['sobjects', 'query', 'search', 'limits', 'recent', 'composite', 'jobs']) assert.ok(all[name], name);
  });
  await step('getSObjects', async () => {
    const { sobjects, encoding, maxBatchSize } = await sf.getSObjects();
    assert.deepEqual([encoding, maxBatchSize], ['UTF-8', 200]);
    assert.equal(sobjects.find((o) => o.name === 'Account').keyPrefix, '001');
  });
  await step('getMetadata', async () => {
    const { objectDescribe, recentItems } = await sf.getMetadata({ type: 'account' });
    assert.equal(objectDescribe.name, 'Account');
    assert.ok(Array.isArray(recentItems));
  });
  await step('getDescribe', async () => {
    const { fields } = await sf.getDescribe({ type: 'Contact' });
    assert.deepEqual(fields.find((f) => f.name === 'AccountId').referenceTo, ['Account']);
  });
  await step('getDescribe of no object', async () => {
    const err = await refused(sf.getDescribe({ type: 'Nothing__c' }), 'NOT_FOUND');
    assert.deepEqual([err.statusCode, err.message], [404, 'The requested resource does not exist']);
  });
  await step('getLimits', async () => {
    assert.ok((await sf.getLimits()).DailyApiRequests.Max);
  });
}

// rows are the calls for one record.
async function rows(step, sf) {
  const acc = record('Account', { Name: 'Spiffy Cleaners' });
  await step('insert', async () => {
    acc.set('Phone', '800-555-2345');
    const made = await sf.insert({ sobject: acc });
    assert.deepEqual(made, { id: acc.getId(), success: true, errors: [] });
  });
  await step('getRecord', async () => {
    const got = await sf.getRecord({ type: 'account', id: acc.getId() });
    assert.deepEqual([got.get('Phone'), got.getType()], ['800-555-2345', 'account']);
  });
  await step('getRecord with fields', async () => { // the id comes along, as the guide shows
    const got = await sf.getRecord({ type: 'Account', id: acc.getId(), fields: ['Name', 'BillingCity'], raw: true });
    assert.deepEqual(Object.keys(got), ['attributes', 'Name', 'BillingCity', 'Id']);
  });
  await step('update of what a query found', async () => {
    const { records: [got] } = await sf.query(`SELECT Id, Name, CreatedDate, BillingCity FROM Account WHERE Id = '${acc.getId()}'`);
    got.set({ Name: 'Really Spiffy', Industry: 'Cleaners' });
    await sf.update({ sobject: got });
    assert.equal((await sf.getRecord({ sobject: acc })).get('name'), 'Really Spiffy');
  });
  const keyed = record('Account', { Name: 'Keyed' });
  await step('upsert', async () => {
    keyed.setExternalId('Ext_Id__c', 'nforce-1');
    const made = await sf.upsert({ sobject: keyed });
    const again = await sf.upsert({ sobject: keyed });
    assert.deepEqual([made.created, again.created, again.id], [true, false, made.id]);
  });
  await step('update, getRecord and delete by external id', async () => {
    keyed.set('Phone', '1');
    await sf.update({ sobject: keyed });
    const by = { type: 'account', externalIdField: 'Ext_Id__c', externalId: 'nforce-1' };
    assert.equal((await sf.getRecord(by)).get('phone'), '1');
    await sf.delete(by);
    await refused(sf.getRecord(by), 'NOT_FOUND');
  });
  await step('upsert by a field that is no external id', async () => {
    const other = record('Account', { Name: 'Other' });
    other.setExternalId('Phone', '1');
    const err = await refused(sf.upsert({ sobject: other }), 'NOT_FOUND');
    assert.equal(err.message, 'Provided external ID field does not exist or is not accessible: phone');
  });
  await step('upsert with several matches', async () => {
    for (const LastName of ['A', 'B']) await sf.insert({ sobject: record('Contact', { LastName, Legacy_Id__c: 'two' }) });
    const third = record('Contact', { LastName: 'C' });
    third.setExternalId('Legacy_Id__c', 'two');
    const err = await sf.upsert({ sobject: third }).then(() => assert.fail('not refused'), (e) => e);
    assert.equal(err.statusCode, 300);
    assert.match(err.body[1], /^\/services\/data\/v60.0\/sobjects\/Contact\/003/);
  });
  await step('delete, twice', async () => {
    const gone = record('Account', { Name: 'Gone' });
    await sf.insert({ sobject: gone });
    await sf.delete({ sobject: gone });
    const err = await refused(sf.delete({ sobject: gone }), 'ENTITY_IS_DELETED');
    assert.deepEqual([err.statusCode, err.message], [404, 'entity is deleted']);
  });
  const wrong = {
    'a required field is missing': ['Contact', { FirstName: 'x' }, 'REQUIRED_FIELD_MISSING'],
    'an unknown field': ['Account', { Name: 'x', Nope__c: 1 }, 'INVALID_FIELD'],
    'a text that is too long': ['Account', { Name: 'x'.repeat(256) }, 'STRING_TOO_LONG'],
    'a text where a number belongs': ['Account', { Name: 'x', AnnualRevenue: 'many' }, 'JSON_PARSER_ERROR'],
    'a parent that is none': ['Contact', { LastName: 'x', AccountId: 'nonsense' }, 'MALFORMED_ID'],
    'a duplicate external id': ['Account', { Name: 'x', Ext_Id__c: 'nforce-2' }, 'DUPLICATE_VALUE'],
  };
  await sf.insert({ sobject: record('Account', { Name: 'First', Ext_Id__c: 'nforce-2' }) });
  for (const [name, [type, fields, code]] of Object.entries(wrong)) {
    await step(`insert with ${name}`, async () => {
      assert.equal((await refused(sf.insert({ sobject: record(type, fields) }), code)).statusCode, 400);
    });
  }
}

// reads are queries, searches, and calls by URL.
async function reads(step, sf) {
  await step('postUrl', async () => {
    for (const i of range(11)) {
      const records = range(200).map((j) => ({ attributes: { type: 'Contact' }, LastName: `Page ${i} ${j}` }));
      const saved = await sf.postUrl({ url: '/services/data/v60.0/composite/sobjects', body: { records } });
      assert.ok(saved.every((r) => r.success));
    }
  });
  const query = "SELECT Id, LastName FROM Contact WHERE LastName LIKE 'Page %'";
  await step('query over several pages', async () => {
    const one = await sf.query({ query });
    assert.deepEqual([one.totalSize, one.done, one.records.length], [2200, false, 2000]);
    assert.equal((await sf.getUrl(one.nextRecordsUrl)).records.length, 200);
    assert.equal((await sf.query({ query, fetchAll: true })).records.length, 2200);
  });
  await step('query with gzip', async () => {
    assert.equal((await connect({ gzip: true, oauth: sf.oauth }).query({ query, fetchAll: true })).records.length, 2200);
  });
  await step('queryAll', async () => {
    const { records } = await sf.queryAll("SELECT Id, IsDeleted FROM Account WHERE Name = 'Gone'");
    assert.equal(records[0].get('IsDeleted'), true);
  });
  for (const [text, code] of [['SELECT Id FROM', 'MALFORMED_QUERY'], ['SELECT Nope FROM Account', 'INVALID_FIELD'], ['SELECT Id FROM Nope', 'INVALID_TYPE']]) {
    await step(`query refused with ${code}`, async () => {
      assert.equal((await refused(sf.query(text), code)).statusCode, 400);
    });
  }
  const search = 'FIND {Spiffy} IN ALL FIELDS RETURNING Account(Id, Name)';
  await step('search', async () => {
    assert.equal((await sf.search({ search })).searchRecords[0].Name, 'Really Spiffy');
  });
  await step('search before version 37', async () => {
    assert.equal((await connect({ apiVersion: 'v36.0', oauth: sf.oauth }).search({ search }))[0].Name, 'Really Spiffy');
  });
  await step('apexRest without a class', async () => {
    const err = await refused(sf.apexRest({ uri: 'test', method: 'POST', body: '{}', urlParams: { a: 1 } }), 'NOT_FOUND');
    assert.deepEqual([err.statusCode, err.message], [404, 'Could not find a match for URL']);
  });
  await step('putUrl and deleteUrl', async () => {
    const { id } = await sf.insert({ sobject: record('Account', { Name: 'By URL' }) });
    await sf.deleteUrl(`/services/data/v60.0/sobjects/Account/${id}`);
    assert.equal((await refused(sf.putUrl({ url: '/services/data/v60.0/sobjects/Account', body: {} }), 'METHOD_NOT_ALLOWED')).statusCode, 405);
  });
}

// files go as multipart messages. (getBody, and the others with a record in
// place of an id, end in an error of the client's own.)
async function files(step, sf) {
  const { id } = await sf.insert({ sobject: record('Account', { Name: 'Files' }) });
  const file = record('Attachment', { Name: 'TestDocument', ParentId: id });
  await step('insert of an attachment', async () => {
    file.setAttachment('a.txt', Buffer.from('one ä \0'));
    await sf.insert({ sobject: file });
    assert.equal(`${await sf.getAttachmentBody({ id: file.getId() })}`, 'one ä \0');
  });
  await step('update of an attachment', async () => {
    file.setAttachment('b.txt', 'two');
    file.set('Description', 'another');
    await sf.update({ sobject: file });
    assert.equal(`${await sf.getAttachmentBody({ id: file.getId() })}`, 'two');
    assert.equal((await sf.getRecord({ sobject: file })).get('description'), 'another');
  });
  await step('a version of content', async () => {
    const version = record('ContentVersion', { Title: 'T', PathOnClient: 'a.txt' });
    version.setAttachment('a.txt', 'version data');
    await sf.insert({ sobject: version });
    assert.equal(`${await sf.getContentVersionData({ id: version.getId() })}`, 'version data');
  });
}

steps(async (step) => {
  const sf = connect();
  await logins(step, sf);
  await discovery(step, sf);
  await rows(step, sf);
  await reads(step, sf);
  await files(step, sf);
});
