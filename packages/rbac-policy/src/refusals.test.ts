import { readCommand } from '@rack-gateway/command-matcher'
import { describe, expect, test } from 'vitest'
import { builtInPolicy, type PolicyDocument } from './document.ts'
import { compilePolicy } from './policy.ts'
import { binding, call, principal } from './testing/calls.ts'
import type { RackCall } from './types.ts'

const admin = principal([binding('admin')])
function decide(route: string, change: Partial<RackCall> = {}, document: PolicyDocument = builtInPolicy) {
  return compilePolicy(document).decide(admin, call(route, change))
}

describe('blocked operations', () => {
  test('the refusal says who to ask instead', () => {
    expect(decide('PUT /system')).toMatchObject({
      effect: 'deny',
      rule: 'blocked:PUT /system',
      reason:
        'Racks are not changed through the gateway. That belongs to the infrastructure team, which does it with its Terraform access: ask them.',
    })
  })

  test('the first refusal wins: who lacks the permission hears that', () => {
    const viewer = principal([binding('viewer')])
    expect(compilePolicy().decide(viewer, call('PUT /system'))).toMatchObject({ rule: 'no-permission' })
  })

  test('a document can open one by leaving it out, and then it is open to admins only', () => {
    const opened = { ...builtInPolicy, blocked: builtInPolicy.blocked.filter(({ route }) => route !== 'PUT /system') }
    expect(decide('PUT /system', {}, opened)).toMatchObject({ effect: 'allow', rule: 'role:admin' })
    expect(decide('POST /events', {}, opened).effect).toBe('deny')
  })
})

describe('builds', () => {
  const run = 'POST /apps/{app}/services/{service}/processes'
  const opened = { ...builtInPolicy, runServices: ['command', 'build'] }

  test('nobody runs on the pseudo-service build, even where a document names it', () => {
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
  ])('nobody enters the process of a build by %s', (route) => {
    expect(decide(route, { process: { id: 'p1', service: 'build', own: false } })).toMatchObject({
      rule: 'blocked:build',
    })
    expect(decide(route, { process: null, params: { pid: 'build' } })).toMatchObject({ rule: 'blocked:build' })
  })

  test('its process is seen and stopped like any other', () => {
    const change = { process: { id: 'p1', service: 'build', own: false } }
    expect(decide('GET /apps/{app}/processes/{pid}', change).effect).toBe('allow')
    expect(decide('DELETE /apps/{app}/processes/{pid}', change).effect).toBe('allow')
  })
})

describe('proxies', () => {
  const proxy = 'WS /proxy/{host}/{port}'
  const named = { ...builtInPolicy, proxyHosts: ['db.internal', '*.cache.internal', 'a*'] }
  function to(host: string, port: string) {
    return decide(proxy, { params: { host, port } }, named)
  }

  test('no host is open as long as none is named', () => {
    expect(decide(proxy)).toMatchObject({ effect: 'deny', rule: 'proxy-host' })
  })

  test('named hosts are open to admins, in any case', () => {
    for (const host of ['db.internal', 'DB.Internal', 'x.cache.internal']) expect(to(host, '5432').effect).toBe('allow')
    for (const host of ['db.internal.evil', 'cache.internal', '10.0.0.1'])
      expect(to(host, '5432')).toMatchObject({ rule: 'proxy-host' })
  })

  test("the rack's own API is open to nobody, whatever is named", () => {
    for (const host of ['api', 'API', 'api.', 'api.staging-system.svc.cluster.local', 'Api.staging-system']) {
      expect(to(host, '443')).toMatchObject({ effect: 'deny', rule: 'blocked:rack-api' })
    }
    for (const port of ['5443', '05443', '+5443'])
      expect(to('db.internal', port)).toMatchObject({ rule: 'blocked:rack-api' })
  })
})
