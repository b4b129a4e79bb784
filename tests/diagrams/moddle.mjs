// Reads diagrams with the Modeler's own parts and prints, as JSON, what they complain about: {file: [warning]}.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(`${process.argv[2]}/package.json`));
const { BpmnModdle } = await import(pathToFileURL(require.resolve("bpmn-moddle")));
const moddle = new BpmnModdle({
  zeebe: require("zeebe-bpmn-moddle/resources/zeebe.json"),
  modeler: require("modeler-moddle/resources/modeler.json"),
});
const found = {};
for (const file of process.argv.slice(3)) {
  const { rootElement, warnings } = await moddle.fromXML(readFileSync(file, "utf8"));
  const { xml } = await moddle.toXML(rootElement, { format: true });
  const again = await moddle.fromXML(xml);
  found[file] = [...warnings, ...again.warnings].map((warning) => warning.message);
}
console.log(JSON.stringify(found));
