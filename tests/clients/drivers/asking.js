// The loop of every Node driver: a JSON line in (which call, where, with which key), a JSON line out (what came of it).
'use strict';
const readline = require('readline');

/** Answer until stdin ends: `{fields}` as the client reads them, or `{code}`. */
exports.serve = async function serve(calls, codeOf) {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const asked = JSON.parse(line);
    let answer;
    try {
      answer = { code: '', fields: await calls[asked.call](asked) };
    } catch (fault) {
      answer = { code: String(codeOf(fault)), fields: {}, said: String(fault).slice(0, 600) };
    }
    process.stdout.write(JSON.stringify(answer) + '\n');
  }
};
