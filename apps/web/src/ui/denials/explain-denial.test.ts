import { expect, test } from 'vitest'
import { allowingRoles, ruleTarget } from './explain-denial.ts'

test.each([
  ['command:no-rule', 'built-in:172', undefined, { kind: 'line', document: 'built-in', line: '172' }],
  ['step-up:rule production', 'policy.yaml:31', 'release:promote', { kind: 'line', document: 'own', line: '31' }],
  ['blocked:PUT /system', 'policy.yaml:9', 'rack:update', { kind: 'line', document: 'own', line: '9' }],
  ['no-permission', 'bindings', 'app:delete', { kind: 'permission', permission: 'app:delete' }],
  ['no-binding', 'bindings', 'app:read', { kind: 'permission', permission: 'app:read' }],
  ['command:no-rule', 'policy.yaml', 'process:run', { kind: 'rules', section: 'commands' }],
  ['step-up:management', 'gateway', 'gateway:binding:write', { kind: 'rules', section: 'second-factors' }],
  ['package:freeze:frozen', 'freeze', 'release:promote', { kind: 'rules', section: 'packages' }],
  ['own-data', 'gateway', 'gateway:self:read', null],
  ['command:too-long', 'gateway', 'process:run', null],
  ['blocked:build', 'gateway', 'process:exec', null],
  ['no-binding', 'bindings', undefined, null],
])('the rule %s of %s is at %s %j', (rule, source, permission, target) => {
  expect(ruleTarget({ rule, source, permission })).toEqual(target)
})

const matrix = {
  permissions: [
    { name: 'process:run', description: '', roles: ['ops', 'deployer', 'lead', 'admin'] },
    { name: 'app:delete', description: '', roles: ['admin'] },
    { name: 'proxy:open', description: '', roles: [] },
  ],
  roles: ['ops', 'deployer', 'lead', 'admin'].map((name) => ({
    name,
    description: '',
    source: 'built-in:1',
    extends: name === 'lead' ? ['deployer'] : [],
    conditions: [],
  })),
  commandRules: [
    { id: 'pre', source: 'built-in:9', command: '', services: [], roles: ['deployer', 'ci'], conditions: [] },
  ],
}

test.each([
  ['no-permission', 'bindings', 'app:delete', { kind: 'roles', roles: ['admin'] }],
  ['no-binding', 'bindings', 'process:run', { kind: 'roles', roles: ['ops', 'deployer', 'lead', 'admin'] }],
  ['no-permission', 'bindings', 'proxy:open', 'nobody'],
  ['command:no-rule', 'built-in:9', 'process:run', { kind: 'roles', roles: ['deployer', 'lead'] }],
  ['command:no-rule', 'built-in', 'process:run', 'nobody'],
  ['condition:ops', 'policy.yaml:3', 'process:run', { kind: 'roles', roles: ['deployer', 'lead', 'admin'] }],
  ['blocked:DELETE /apps/{app}', 'policy.yaml:3', 'app:delete', 'nobody'],
  ['protected-key', 'policy.yaml:3', 'env:write', 'nobody'],
  ['step-up:management', 'gateway', 'app:delete', 'unknown'],
  ['command:too-long', 'gateway', 'process:run', 'unknown'],
])('of the rule %s from %s, for %s: %j', (rule, source, permission, roles) => {
  expect(allowingRoles({ rule, source, permission }, matrix)).toEqual(roles)
})
