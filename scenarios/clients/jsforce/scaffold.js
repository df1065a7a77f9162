// What the small integrations in this folder share: the contract with the
// source, and nothing of Salesforce.
'use strict';
const http = require('http');
const fs = require('fs');
const path = require('path');

// Queue is a durable queue of the simplest kind: a file of lines. A line is a
// transaction that came in, or the id of one that is done.
class Queue {
  constructor(dir) {
    const file = path.join(dir, 'queue.jsonl');
    this.open = new Map();
    this.known = new Set();
    if (fs.existsSync(file)) {
      for (const line of fs.readFileSync(file, 'utf8').split('\n')) this.apply(line);
    }
    this.fd = fs.openSync(file, 'a', 0o600);
  }

  apply(line) {
    let l;
    try { l = JSON.parse(line); } catch { return; } // a line that a crash cut short was never acknowledged
    if (l.done) this.open.delete(l.done);
    else if (!this.known.has(l.id)) { this.known.add(l.id); this.open.set(l.id, l); }
  }

  write(lines) {
    fs.writeSync(this.fd, lines.map((l) => JSON.stringify(l) + '\n').join(''));
    fs.fsyncSync(this.fd);
    lines.forEach((l) => this.apply(JSON.stringify(l)));
  }

  async add(t) { if (!this.known.has(t.id)) this.write([t]); }

  done(ts) { if (ts.length > 0) this.write(ts.map((t) => ({ done: t.id }))); }
}

// serve is the contract. take tells by its error, and that error's status, that
// a transaction is not accepted.
function serve(take, backlog) {
  const [host, port] = process.env.LISTEN_ADDR.split(':');
  http.createServer(async (req, res) => {
    if (req.url === '/healthz') return res.end();
    if (req.url === '/metrics') return res.end(`# TYPE integration_backlog gauge\nintegration_backlog ${backlog()}\n`);
    try {
      let text = '';
      for await (const chunk of req) text += chunk;
      await take(JSON.parse(text));
      return res.writeHead(202).end();
    } catch (err) {
      console.error('not accepted:', err.message);
      return res.writeHead(err.status || 400).end(err.message);
    }
  }).listen(Number(port), host);
}

// queued takes transactions into a durable queue, acknowledges them and hands
// them to deliver, all that waits at a time, until it has called done for them.
async function queued(deliver) {
  const queue = new Queue(process.env.STATE_DIR);
  serve((t) => queue.add(t), () => queue.open.size);
  for (;;) {
    try {
      if (queue.open.size > 0) await deliver([...queue.open.values()], (...ts) => queue.done(ts));
      await pause(20);
    } catch (err) {
      console.error('trying again:', err.message);
      await pause(1000);
    }
  }
}

// direct writes each transaction before it answers: acknowledged is what write
// wrote, refused is what write says that Salesforce refused.
function direct(write) { serve(write, () => 0); }

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

module.exports = { queued, direct, pause };
