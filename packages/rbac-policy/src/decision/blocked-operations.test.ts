import { readCommand } from '@rack-gateway/command-matcher'
import { rackRoutes } from '@rack-gateway/convox-api'
import { describe, expect, test } from 'vitest'
import { builtInPolicy } from '../document/document.ts'
import type { Binding, RackCall } from '../model/types.ts'
import { compilePolicy } from '../policy/policy.ts'
import type { PolicyDocument } from '../policy-document/policy-document.ts'
import { binding, call, principal } from '../testing/calls.ts'

const admin = principal([binding('admin')])
function user(role: string, change: Partial<Binding> = {}) {
  return principal([binding(role, change)])
}
function decide(route: string, change: Partial<RackCall> = {}, document: PolicyDocument = builtInPolicy()) {
  return compilePolicy(document).decide(admin, call(route, change))
}

describe('blocked operations', () => {
  test('the denial says whom to ask', () => {
    expect(decide('PUT /system')).toMatchObject({
      effect: 'deny',
      rule: 'blocked:PUT /system',
      source: expect.stringMatching(/^built-in:\d+$/),
      reason: 'Racks are not changed through the gateway.',
      remedy: 'Ask the infrastructure team, which makes such changes with Terraform.',
    })
  })

  test('a caller without the permission is not advised to ask for a role, because no role allows the operation', () => {
    for (const role of ['viewer', 'ops', 'deployer', 'ci'])
      for (const route of ['PUT /system', 'POST /instances/keyroll'])
        expect(compilePolicy(builtInPolicy()).decide(principal([binding(role)]), call(route))).toMatchObject({
          rule: `blocked:${route}`,
          remedy: 'Ask the infrastructure team, which makes such changes with Terraform.',
        })
  })

  test('a caller without a role on the rack gets that denial', () => {
    expect(compilePolicy(builtInPolicy()).decide(principal([]), call('PUT /system'))).toMatchObject({
      rule: 'no-binding',
    })
  })

  test('a document can unblock an operation, and then only admins can use it', () => {
    const opened = {
      ...builtInPolicy(),
      blocked: builtInPolicy().blocked.filter(({ route }) => route !== 'PUT /system'),
    }
    expect(decide('PUT /system', {}, opened)).toMatchObject({ effect: 'allow', rule: 'role:admin' })
    expect(decide('POST /events', {}, opened).effect).toBe('deny')
  })
})

describe('the app "system", which is the rack itself', () => {
  test('has no changes, and nobody can enter its processes', () => {
    const rackRoutesOfApps = rackRoutes.filter(({ path }) => path.startsWith('/apps/{app}'))
    for (const { id, changes, permission } of rackRoutesOfApps) {
      const isClosed = changes || permission === 'process:file-read'
      const { rule } = decide(id, { app: 'system', params: { app: 'system', pid: 'api-1' } })
      if (isClosed) expect([id, rule]).toEqual([id, 'blocked:rack-app'])
      else expect([id, rule]).not.toEqual([id, 'blocked:rack-app'])
      expect(decide(id).rule, id).not.toBe('blocked:rack-app')
    }
    expect(rackRoutesOfApps.filter(({ changes }) => changes).length).toBeGreaterThan(20)
  })
})

describe('builds', () => {
  const run = 'POST /apps/{app}/services/{service}/processes'
  const opened = { ...builtInPolicy(), runServices: ['command', 'build'] }

  test('commands on the pseudo-service build are denied, even if a document names it', () => {
    const change = { service: 'build', command: readCommand('ls', 'run') }
    expect(decide(run, change)).toMatchObject({ effect: 'deny', rule: 'command:run-service' })
    expect(decide(run, change, opened)).toMatchObject({ effect: 'deny', rule: 'blocked:build' })
    expect(decide(run, { ...change, command: readCommand('sleep 60', 'run') }, opened)).toMatchObject({
      rule: 'blocked:build',
    })
  })

  test.each([
    'WS /apps/{app}/processes/{pid}/exec',
    'GET /apps/{app}/processes/{pid}/files',
    'POST /apps/{app}/processes/{pid}/files',
    'DELETE /apps/{app}/processes/{pid}/files',
  ])('%s never opens the process of a build', (route) => {
    expect(decide(route, { process: { id: 'p1', known: true, service: 'build', own: false } })).toMatchObject({
      rule: 'blocked:build',
    })
    expect(decide(route, { process: null, params: { pid: 'build' } })).toMatchObject({ rule: 'blocked:build' })
  })

  test('its process is seen and stopped like any other', () => {
    const change = { process: { id: 'p1', known: true, service: 'build', own: false } }
    expect(decide('GET /apps/{app}/processes/{pid}', change).effect).toBe('allow')
    expect(decide('DELETE /apps/{app}/processes/{pid}', change).effect).toBe('allow')
  })
})

describe('proxies', () => {
  const proxy = 'WS /proxy/{host}/{port}'
  const named = { ...builtInPolicy(), proxyHosts: ['db.internal', '*.cache.internal', 'a*'] }
  function to(host: string, port: string) {
    return decide(proxy, { params: { host, port } }, named)
  }

  test('without a list of hosts, every host is denied', () => {
    expect(decide(proxy)).toMatchObject({ effect: 'deny', rule: 'proxy-host' })
  })

  test('named hosts are open to admins, in any case', () => {
    for (const host of ['db.internal', 'DB.Internal', 'x.cache.internal']) expect(to(host, '5432').effect).toBe('allow')
    for (const host of ['db.internal.evil', 'cache.internal', '10.0.0.1'])
      expect(to(host, '5432')).toMatchObject({ rule: 'proxy-host' })
  })

  test('the rack API cannot be proxied, for any host pattern', () => {
    for (const host of ['api', 'API', 'api.', 'api.staging-system.svc.cluster.local', 'Api.staging-system']) {
      expect(to(host, '443')).toMatchObject({ effect: 'deny', rule: 'blocked:rack-api' })
    }
    for (const port of ['5443', '05443', '+5443'])
      expect(to('db.internal', port)).toMatchObject({ rule: 'blocked:rack-api' })
  })

  test('the API of the cluster and the database of the gateway cannot be proxied', () => {
    for (const [host, port] of [
      ['kubernetes', '443'],
      ['kubernetes.default.svc.cluster.local', '443'],
      ['db.internal', '6443'],
      ['db.internal', '8001'],
    ] as const)
      expect(to(host, port)).toMatchObject({ rule: 'blocked:rack-api' })
    const policy = compilePolicy(named, { closedAddresses: ['db.internal:5432'] })
    for (const [host, port] of [
      ['db.internal', '5432'],
      ['DB.internal.', '05432'],
    ] as const) {
      const own = call(proxy, { params: { host, port }, resource: { app: 'web', name: 'database' } })
      expect(policy.decide(user('admin'), own)).toMatchObject({ effect: 'deny', rule: 'blocked:gateway' })
    }
    expect(policy.decide(user('admin'), call(proxy, { params: { host: 'db.internal', port: '6379' } })).effect).toBe(
      'allow',
    )
  })

  test('a host with many dots takes no longer than its length', () => {
    // In quadratic time this would take longer than a test may.
    expect(to(`db${'.'.repeat(400_000)}internal`, '5432')).toMatchObject({ rule: 'proxy-host' })
  })

  test.each(['127.0.0.1', '127.1', '2130706433', 'localhost', '169.254.169.254', '::1', '::ffff:127.0.0.1'])(
    'a loopback or link-local address is blocked, even if the policy names it, and as a resource: %s',
    (host) => {
      const open = { ...builtInPolicy(), proxyHosts: ['1*', '2*', 'l*', '*:*'] }
      const blocked = { effect: 'deny', rule: 'blocked:local-address' }
      expect(decide(proxy, { params: { host, port: '80' } }, open)).toMatchObject(blocked)
      const resource = { app: 'web', name: 'database' }
      expect(decide(proxy, { params: { host, port: '5432' }, resource }, open)).toMatchObject(blocked)
    },
  )

  test.each(['sun-sr-https', 'postgresql', '0x1547', '5432.0', '5e3', '0', '99999999', ''])(
    'a port that the rack could read as another number is rejected: %j',
    (port) => {
      const resource = { app: 'web', name: 'database' }
      expect(decide(proxy, { params: { host: 'db.internal', port }, resource }, named)).toMatchObject({
        effect: 'deny',
      })
    },
  )

  test('a denied proxy explains what a resource or another address needs', () => {
    const params = { host: 'resource-database.staging-web.svc.cluster.local', port: '5432' }
    const policy = compilePolicy(builtInPolicy())
    const needs =
      'resource:proxy, for a resource of an app, needs one of the roles ops, deployer, and admin; proxy:open, for any other address, needs the role admin; '
    const viewer = policy.decide(user('viewer'), call(proxy, { params }))
    expect(viewer).toMatchObject({
      effect: 'deny',
      rule: 'no-permission',
      reason: `${needs}you have the role viewer on staging.`,
    })
    const bound = policy.decide(user('deployer', { apps: 'web' }), call(proxy, { params }))
    expect(bound).toMatchObject({
      effect: 'deny',
      rule: 'no-binding',
      reason: `${needs}you have no role on all apps of staging.`,
    })
  })

  test('only a principal with resource:proxy on the app can reach a resource', () => {
    const params = { host: 'resource-database.staging-web.svc.cluster.local', port: '5432' }
    const resource = { app: 'web', name: 'database' }
    for (const role of ['ops', 'deployer', 'admin']) {
      expect(compilePolicy(builtInPolicy()).decide(user(role), call(proxy, { params, resource }))).toMatchObject({
        effect: 'allow',
        permission: 'resource:proxy',
      })
    }
    for (const role of ['viewer', 'ci']) {
      expect(compilePolicy(builtInPolicy()).decide(user(role), call(proxy, { params, resource }))).toMatchObject({
        effect: 'deny',
        rule: 'no-permission',
      })
    }
    const elsewhere = { ...resource, app: 'other' }
    const bound = user('deployer', { apps: 'web' })
    expect(compilePolicy(builtInPolicy()).decide(bound, call(proxy, { params, resource })).effect).toBe('allow')
    expect(compilePolicy(builtInPolicy()).decide(bound, call(proxy, { params, resource: elsewhere }))).toMatchObject({
      rule: 'no-binding',
    })
    expect(compilePolicy(builtInPolicy()).decide(user('deployer'), call(proxy, { params }))).toMatchObject({
      effect: 'deny',
    })
  })
})

describe('processes of no service', () => {
  test.each([
    'WS /apps/{app}/processes/{pid}/exec',
    'GET /apps/{app}/processes/{pid}/files',
    'POST /apps/{app}/processes/{pid}/files',
  ])('%s is denied if the rack knows the process, and the rack itself rejects an unknown process', (route) => {
    expect(decide(route, { process: { id: 'p1', known: true, service: null, own: false } })).toMatchObject({
      rule: 'blocked:no-service',
    })
    expect(decide(route, { process: { id: 'p1', known: false, service: null, own: false } }).effect).toBe('allow')
  })
})

describe('protected keys', () => {
  const policy = { ...builtInPolicy(), protectedKeys: ['RAILS_MASTER_KEY', 'PCI_*'] }

  test('a release that changes, adds or drops one is refused with its name, to everyone', () => {
    const response = decide(
      'POST /apps/{app}/releases',
      { environment: { changed: ['PCI_ZONE', 'PLAIN', 'RAILS_MASTER_KEY'] } },
      policy,
    )
    expect(response).toMatchObject({
      effect: 'deny',
      rule: 'protected-key',
      reason: expect.stringContaining('PCI_ZONE and RAILS_MASTER_KEY'),
    })
  })

  test('a denial names only the first of very many protected keys', () => {
    const changed = Array.from({ length: 10_000 }, (_, index) => `PCI_${index}`)
    const response = decide('POST /apps/{app}/releases', { environment: { changed } }, policy)
    expect(response).toMatchObject({
      effect: 'deny',
      reason: expect.stringMatching(/PCI_19, and 9980 more, so .* them/),
    })
    expect(JSON.stringify(response).length).toBeLessThan(1_000)
  })

  test('a key that is no name of a variable is refused, and not shown: it can be a line of a secret', () => {
    const line = '"PCI_KEY": "-----BEGIN PRIVATE KEY-----MIIE'
    const strict = { ...policy, protectedKeys: ['*PCI_*'] }
    const response = decide('POST /apps/{app}/releases', { environment: { changed: [line] } }, strict)
    expect(response).toMatchObject({ effect: 'deny', rule: 'protected-key' })
    expect(JSON.stringify(response)).toContain('not a variable name')
    expect(JSON.stringify(response)).not.toMatch(/MIIE|PCI_KEY/)
  })

  test('any other release is allowed', () => {
    for (const environment of [null, { changed: [] }, { changed: ['PLAIN', 'pci_zone'] }])
      expect(decide('POST /apps/{app}/releases', { environment }, policy).effect).toBe('allow')
  })

  test.each(['*', '**', ''])('a protected key that matches every name or none (%s) is rejected', (key) => {
    expect(() => compilePolicy({ ...builtInPolicy(), protectedKeys: [key] })).toThrow('the protected key')
  })
})
