import { compilePolicy, type Principal } from '@rack-gateway/rbac-policy'
import { readPolicy } from '@rack-gateway/rbac-policy/document'
import { expect, test } from 'vitest'

test('a denial has a reason and a remedy', () => {
  const text = 'version: 1\nroles:\n  cleaner: { extends: [viewer], permissions: [app:delete] }\n'
  const { document, problems } = readPolicy(text, 'policy.yaml')
  if (document === null) throw new Error(problems.map(({ line, text }) => `line ${line}: ${text}`).join('; '))
  const policy = compilePolicy(document)

  const moment = { at: Date.now(), address: '192.0.2.1' }
  const user = { kind: 'user', id: 'u1', name: 'ada@example.com', credential: 's1', rack: null, owner: null } as const
  const binding = { id: 'b1', role: 'viewer', racks: 'staging', apps: '*', expiresAt: null }
  const ada: Principal = { ...user, groups: [], bindings: [binding], expiresAt: moment.at + 3_600_000 }
  const web = { rack: 'staging', app: 'web', scope: 'app' } as const
  expect(policy.hasPermission(ada, 'release:list', web, moment)).toBe(true)
  expect(policy.checkPermission(ada, 'app:delete', web, moment)).toMatchObject({
    rule: 'no-permission',
    reason: 'app:delete on web needs one of the roles admin and cleaner; you have the role viewer on staging.',
    remedy: 'Ask an administrator of the gateway for a role that has it.',
  })
})
