import { expect, test } from 'vitest'
import { hasPermission } from './variable-permissions.ts'

const matrix = { permissions: [{ name: 'secret:read', description: '', roles: ['admin'] }] }
const binding = (role: string, racks: string, apps: string) => ({
  id: '1',
  role,
  racks,
  apps,
  subject: { kind: 'user' as const, id: 'u', name: 'ann' },
  createdAt: '2026-01-01T00:00:00Z',
  expiresAt: null,
  grantedBy: { id: 'x', email: null },
})

test.each([
  ['a role without the permission', [binding('viewer', '*', '*')], false],
  ['a role with the permission', [binding('admin', '*', '*')], true],
  ['another app', [binding('admin', '*', 'shop-*')], false],
  ['another rack', [binding('admin', 'production', '*')], false],
  ['one binding of several', [binding('viewer', '*', '*'), binding('admin', 'sta*', 'web')], true],
  ['no binding', [], false],
])('%s: %s', (_, access, expected) => {
  expect(hasPermission({ access: access as never }, matrix, { rack: 'staging', app: 'web' }, 'secret:read')).toBe(
    expected,
  )
})
