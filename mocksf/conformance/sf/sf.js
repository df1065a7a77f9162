// The Salesforce CLI: login, records, queries, bulk jobs, trees. Every step
// is one or two calls of the command as a user types it, with --json.
'use strict';
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { assert, org, steps, token, revoke, range } = require('../js/steps');

const cli = path.join(__dirname, 'node_modules/@salesforce/cli/bin/run.js');
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'squall-sf-')); // its logins and settings
process.on('exit', () => fs.rmSync(home, { recursive: true, force: true }));

const env = {
  PATH: process.env.PATH, HOME: home, SF_USE_GENERIC_UNIX_KEYCHAIN: 'true',
  SF_DISABLE_TELEMETRY: 'true', SF_AUTOUPDATE_DISABLE: 'true', SF_SKIP_NEW_VERSION_CHECK: 'true', SF_DISABLE_LOG_FILE: 'true',
};

// sf runs the command and returns what it answers in JSON, whatever its exit
// status was.
function sf(words, more = {}) {
  const args = [cli, ...words.split(' '), ...(more.args || []), '--json'];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: home, env: { ...env, ...more.env }, maxBuffer: 1 << 26 }, (err, stdout, stderr) => {
      try {
        resolve(JSON.parse(stdout));
      } catch {
        reject(new Error(`${words}: ${err && err.message} ${stdout} ${stderr}`));
      }
    });
  });
}

// ok wants the command to succeed and returns its result.
async function ok(words, more) {
  const got = await sf(words, more);
  assert.equal(got.status, 0, JSON.stringify(got).slice(0, 1500));
  return got.result;
}

const file = (name, text) => fs.writeFileSync(path.join(home, name), text);
const query = async (soql, ...args) => (await ok('data query', { args: ['--query', soql, ...args] })).records;

const csv = (n, from = 0) => `Ext_Id__c,LastName\n${range(n).map((i) => `sf-${from + i},Bulk ${from + i}`).join('\n')}\n`;

async function logins(step) {
  await step('org login access-token', async () => {
    const { access_token: SF_ACCESS_TOKEN } = await token({ grant_type: 'password', username: org.username, password: org.password });
    const got = await ok(`org login access-token --no-prompt --set-default --instance-url ${org.url}`, { env: { SF_ACCESS_TOKEN } });
    assert.match(got.orgId, /^00D/);
    assert.equal(got.username, org.username);
  });
  await step('a query by access token', async () => assert.ok((await query('SELECT Id FROM User')).length));
  await step('org login jwt', async () => {
    const got = await ok(`org login jwt --set-default --instance-url ${org.url} --client-id ${org.client.clientId} --username ${org.username} --jwt-key-file ${process.env.SF_KEY_FILE}`);
    assert.equal(got.username, org.username);
    assert.equal(got.instanceUrl, org.url);
  });
  await step('org display', async () => {
    const got = await ok('org display');
    assert.equal(got.connectedStatus, 'Connected');
    assert.equal(got.username, org.username);
  });
}

async function records(step) {
  let id;
  await step('data create record', async () => {
    const got = await ok('data create record --sobject Account', { args: ['--values', "Name='Universal Containers' BillingCity=Leeds Active__c=true"] });
    assert.equal(got.success, true);
    ({ id } = got);
  });
  await step('data get record', async () => {
    const got = await ok(`data get record --sobject Account --record-id ${id}`);
    assert.deepEqual([got.Name, got.Active__c], ['Universal Containers', true]);
  });
  await step('data get record by a condition', async () => {
    const got = await ok('data get record --sobject Account', { args: ['--where', "Name='Universal Containers'"] });
    assert.equal(got.Id, id);
  });
  await step('data update record', async () => {
    await ok(`data update record --sobject Account --record-id ${id} --values BillingCity=York`);
    assert.equal((await ok(`data get record --sobject Account --record-id ${id}`)).BillingCity, 'York');
  });
  await step('data create record without a required field', async () => {
    const got = await sf('data create record --sobject Account --values BillingCity=Hull');
    assert.notEqual(got.status, 0);
    assert.match(got.message, /Required fields are missing: \[Name\]/);
  });
  await step('data query', async () => {
    const rows = await query("SELECT id, Name FROM Account WHERE BillingCity = 'York'");
    assert.deepEqual(rows.map((r) => [r.Id, r.Name]), [[id, 'Universal Containers']]);
  });
  await step('data query as a table', async () => {
    const out = await new Promise((resolve, reject) => {
      execFile(process.execPath, [cli, 'data', 'query', '--query', "SELECT Name, Owner.Username FROM Account WHERE Name = 'Universal Containers'", '--result-format', 'csv'], { cwd: home, env }, (err, stdout) => (err ? reject(err) : resolve(stdout)));
    });
    assert.match(out, /^Name,Owner\.Username\nUniversal Containers,.+\n/);
  });
  await step('data query that is malformed', async () => {
    const got = await sf('data query', { args: ['--query', 'SELECT FROM Account'] });
    assert.equal(got.name, 'MALFORMED_QUERY');
  });
  await step('data search', async () => {
    const got = await ok('data search', { args: ['--query', 'FIND {Universal} IN ALL FIELDS RETURNING Account(Name)'] });
    assert.equal(got.searchRecords[0].Name, 'Universal Containers');
  });
  await step('data delete record', async () => {
    await ok(`data delete record --sobject Account --record-id ${id}`);
    assert.equal((await query(`SELECT Id FROM Account WHERE Id = '${id}'`)).length, 0);
  });
}

async function trees(step) {
  await step('data import tree', async () => {
    file('tree.json', JSON.stringify({ records: [{
      attributes: { type: 'Account', referenceId: 'parent' }, Name: 'Tree',
      Contacts: { records: range(3).map((i) => ({ attributes: { type: 'Contact', referenceId: `c${i}` }, LastName: `Branch ${i}` })) },
    }] }));
    const got = await ok('data import tree --files tree.json');
    assert.deepEqual(got.map((r) => r.type).sort(), ['Account', 'Contact', 'Contact', 'Contact']);
    assert.equal((await query("SELECT Id FROM Contact WHERE Account.Name = 'Tree'")).length, 3);
  });
  await step('data import tree by a plan', async () => {
    file('accounts.json', JSON.stringify({ records: [{ attributes: { type: 'Account', referenceId: 'PlanRef' }, Name: 'Planned' }] }));
    file('contacts.json', JSON.stringify({ records: [{ attributes: { type: 'Contact', referenceId: 'ContactRef' }, LastName: 'Planned', AccountId: '@PlanRef' }] }));
    file('plan.json', JSON.stringify([{ sobject: 'Account', files: ['accounts.json'] }, { sobject: 'Contact', files: ['contacts.json'] }]));
    await ok('data import tree --plan plan.json');
    assert.equal((await query("SELECT Id FROM Contact WHERE Account.Name = 'Planned'")).length, 1);
  });
  await step('data export tree', async () => {
    const got = await ok('data export tree', { args: ['--query', "SELECT Name, (SELECT LastName FROM Contacts) FROM Account WHERE Name = 'Tree'"] });
    assert.equal(JSON.stringify(got).match(/Branch/g).length, 3);
  });
  await step('sobject list and describe', async () => {
    assert.ok((await ok('sobject list')).includes('Account'));
    assert.equal((await ok('sobject describe --sobject Account')).keyPrefix, '001');
  });
  await step('org list limits', async () => {
    assert.ok((await ok('org list limits')).some((l) => l.name === 'DailyApiRequests' && l.max > 0));
  });
  await step('org list sobject record-counts', async () => {
    assert.deepEqual(await ok('org list sobject record-counts --sobject User'), [{ name: 'User', count: 1 }]);
  });
  await step('org display user', async () => {
    const user = await ok('org display user');
    assert.deepEqual([user.username, user.profileName], [org.username, 'System Administrator']);
  });
}

async function bulk(step) {
  await step('data import bulk', async () => {
    file('import.csv', csv(2500));
    const got = await ok('data import bulk --sobject Contact --file import.csv --wait 2');
    assert.deepEqual([got.processedRecords, got.successfulRecords, got.failedRecords], [2500, 2500, 0]);
    assert.match(got.jobId, /^750/);
  });
  await step('data upsert bulk', async () => {
    file('upsert.csv', csv(10, 2495));
    const { jobInfo } = await ok('data upsert bulk --sobject Contact --external-id Ext_Id__c --file upsert.csv --wait 2');
    assert.deepEqual([jobInfo.state, jobInfo.numberRecordsProcessed, jobInfo.numberRecordsFailed], ['JobComplete', 10, 0]);
  });
  await step('data upsert bulk with a bad row', async () => {
    file('bad.csv', 'Ext_Id__c,LastName\nsf-1,Fine\nsf-bad,\n');
    const got = await sf('data upsert bulk --sobject Contact --external-id Ext_Id__c --file bad.csv --wait 2');
    assert.notEqual(got.status, 0);
    assert.match(JSON.stringify(got), /[Ff]ail/);
  });
  await step('data query over pages', async () => {
    assert.equal((await query("SELECT Id FROM Contact WHERE Ext_Id__c LIKE 'sf-%'")).length, 2505);
  });
  await step('data export bulk', async () => {
    await ok('data export bulk --output-file export.csv --result-format csv --wait 2', { args: ['--query', "SELECT Id, LastName FROM Contact WHERE Ext_Id__c LIKE 'sf-%'"] });
    assert.equal(fs.readFileSync(path.join(home, 'export.csv'), 'utf8').trim().split('\n').length, 2506);
  });
  await step('data update bulk', async () => {
    const lines = fs.readFileSync(path.join(home, 'export.csv'), 'utf8').trim().split('\n').slice(1, 6);
    file('update.csv', ['Id,LastName', ...lines.map((line) => `${line.split(',')[0].replaceAll('"', '')},Updated`)].join('\n') + '\n');
    const got = await ok('data update bulk --sobject Contact --file update.csv --wait 2');
    assert.equal(got.successfulRecords, 5);
  });
  await step('data delete bulk', async () => {
    const rows = await query("SELECT Id FROM Contact WHERE LastName = 'Updated'");
    file('delete.csv', `Id\n${rows.map((r) => r.Id).join('\n')}\n`);
    await ok('data delete bulk --sobject Contact --file delete.csv --wait 2');
    assert.equal((await query("SELECT Id FROM Contact WHERE LastName = 'Updated'")).length, 0);
  });
}

steps(async (step) => {
  await logins(step);
  await Promise.all([records(step), trees(step), bulk(step)]); // each call takes two seconds to start
  await step('a session ends, and JWT logs in again', async () => {
    const { accessToken } = await ok('org display');
    await revoke(accessToken);
    assert.ok((await ok('data create record --sobject Account --values Name=Again')).id);
  });
  await step('org logout', async () => {
    await ok(`org logout --no-prompt --target-org ${org.username}`);
    assert.notEqual((await sf('org display')).status, 0);
  });
});
