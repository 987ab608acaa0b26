// What Serverless Devs makes of command lines: an s.yaml and lists of words in, a command and its resources for each out.
const ParseSpec = require("@serverless-devs/parse-spec").default;

const quiet = { debug() {}, info() {}, warn() {}, error() {}, tips() {} };

async function main([spec, ...commands]) {
  const parsed = [];
  for (const argv of commands) {
    const { command, steps } = await new ParseSpec(spec, { argv, isPreview: true, logger: quiet }).start();
    parsed.push({ command, resources: steps.map((step) => step.projectName) });
  }
  console.log(JSON.stringify(parsed));
}

main(JSON.parse(process.argv[2]));
