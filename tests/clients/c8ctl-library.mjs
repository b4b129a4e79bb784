// The real REST library, and the four names of its release 10 that c8ctl imports at start (see c8ctl.mjs).
// All four belong to commands that Fallfluss has nothing for: groups, roles, mapping rules and the search for wait states.
export * from '@camunda8/orchestration-cluster-api';

const anyText = { assumeExists: value => value };
export const GroupId = anyText;
export const MappingRuleId = anyText;
export const RoleId = anyText;
export const WaitStateTypeEnum = Object.fromEntries(['CONDITION', 'JOB', 'MESSAGE', 'SIGNAL', 'TIMER', 'USER_TASK'].map(type => [type, type]));
