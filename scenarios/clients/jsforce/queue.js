'use strict';
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

module.exports = { Queue };
