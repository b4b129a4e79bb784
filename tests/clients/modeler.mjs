// Drives the modeler's client library through what a modeler and a worker do; prints what came back as one JSON object.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Camunda8 } from '@camunda8/sdk';

const [, , scenario, files = ''] = process.argv;
const client = new Camunda8().getCamundaRestClient();
const seen = {};

async function refused(action) {
  try {
    await action();
    return null;
  } catch (error) {
    return { status: error.statusCode ?? error.response?.statusCode, message: `${error.message} ${error.response?.body ?? ''}` };
  }
}

const scenarios = {
  async modeler() {
    seen.version = (await client.getTopology()).gatewayVersion;
    const resources = files.split(',').map(file => ({ name: basename(file), content: readFileSync(file, 'utf8') }));
    seen.deployed = await client.deployResources(resources);
    const definitions = await client.searchProcessDefinitions({ filter: { processDefinitionId: 'antrag', isLatestVersion: true } });
    const { processDefinitionKey } = definitions.items[0];
    seen.xml = (await client.getProcessDefinitionXML(processDefinitionKey)).includes('bpmn:process');
    const { processInstanceKey } = await client.createProcessInstance({ processDefinitionKey, variables: { grund: 'Versuch', personen: [] } });
    const filter = { processInstanceKey };
    const { items: [task] } = await client.searchUserTasks({ filter, page: { limit: 5 }, sort: [{ field: 'creationDate', order: 'ASC' }] });
    seen.task = task;
    await client.assignUserTask({ userTaskKey: task.userTaskKey, assignee: process.env.CAMUNDA_BASIC_AUTH_USERNAME });
    seen.variables = (await client.searchUserTaskVariables({ userTaskKey: task.userTaskKey, sort: [{ field: 'name' }] })).items.map(one => one.name);
    seen.invalid = await refused(() => client.completeUserTask({ userTaskKey: task.userTaskKey, variables: { bemerkung: 'x'.repeat(30) } }));
    await client.completeUserTask({ userTaskKey: task.userTaskKey, variables: { ok: true } });
    seen.instance = (await client.searchProcessInstances({ filter, sort: [{ field: 'startDate' }] })).items[0];
    seen.elements = (await client.searchElementInstances({ filter, sort: [{ field: 'startDate' }] })).items.map(one => [one.elementId, one.type, one.state]);
    seen.values = (await client.searchVariables({ filter, sort: [{ field: 'name' }] })).items.map(one => [one.name, one.value]);
    const other = await client.createProcessInstance({ processDefinitionId: 'antrag', variables: {} });
    await client.cancelProcessInstance({ processInstanceKey: other.processInstanceKey });
    seen.cancelled = (await client.searchProcessInstances({ filter: { processInstanceKey: other.processInstanceKey } })).items[0].state;
  },

  async refused() {
    seen.version = (await client.getTopology()).gatewayVersion;
    seen.refused = await refused(() => client.searchUserTasks({ filter: {} }));
  },

  async worker() {
    const ask = { type: 'rechnen', worker: 'node', timeout: 60000, maxJobsToActivate: 1, requestTimeout: 2000 };
    const [first] = await client.activateJobs(ask);
    await first.fail({ errorMessage: 'Netz', retries: 0 });
    const { items: [incident] } = await client.searchIncidents({ filter: { processInstanceKey: first.processInstanceKey }, sort: [{ field: 'creationTime' }] });
    seen.incident = incident;
    await client.updateJob({ jobKey: first.jobKey, retries: 2 });
    await client.resolveIncident(incident.incidentKey);
    const [again] = await client.activateJobs(ask);
    seen.job = { variables: again.variables, retries: again.retries, headers: again.customHeaders };
    await again.complete({ summe: 7 });
    seen.state = (await client.searchProcessInstances({ filter: { processInstanceKey: again.processInstanceKey } })).items[0].state;
    seen.nobody = await refused(() => client.correlateMessage({ name: 'antwort', correlationKey: 'x', variables: {} }));
  },
};

try {
  await scenarios[scenario]();
} catch (error) {
  seen.error = `${error.message}\n${error.response?.body ?? ''}\n${error.stack}`;
}
// The library logs to standard output; this line is the answer.
console.log(`\n###${JSON.stringify(seen)}`);
process.exit(0);
