import fastify from 'fastify'
import { expect, test } from 'vitest'
import { builtInPolicy } from './document/document.ts'
import rbacPolicy from './plugin.ts'

test('the plugin gives every later plugin the policy', async () => {
  const app = fastify()
  await app.register(rbacPolicy)
  await app.ready()
  expect(app.hasPlugin('@rack-gateway/rbac-policy')).toBe(true)
  expect([...app.policy.roles.keys()]).toEqual(['viewer', 'ops', 'deployer', 'ci', 'admin', 'auditor'])
  await app.close()
})

test('a document replaces the built-in one', async () => {
  const app = fastify()
  await app.register(rbacPolicy, { document: { ...builtInPolicy(), runServices: [] } })
  const builtIn = fastify()
  await builtIn.register(rbacPolicy)
  await Promise.all([app.ready(), builtIn.ready()])
  expect(app.policy.hash).not.toBe(builtIn.policy.hash)
  await Promise.all([app.close(), builtIn.close()])
})

test('the current policy stays as it is when the document is replaced', async () => {
  const app = fastify()
  await app.register(rbacPolicy)
  await app.ready()
  const { policy } = app
  const before = policy.current()
  const document = { ...builtInPolicy(), runServices: [] }
  policy.check(document).use()
  expect(before.document).toBe(builtInPolicy())
  expect([policy.document, policy.current().document]).toEqual([document, document])
  expect(policy.current().hash).toBe(policy.hash)
  expect(before.hash).not.toBe(policy.hash)
  await app.close()
})

test('a document that is not valid stops the start', async () => {
  const app = fastify()
  app.register(rbacPolicy, { document: { ...builtInPolicy(), proxyHosts: ['*'] } })
  await expect(app.ready()).rejects.toThrow('the policy is invalid: the proxy host "*"')
  await app.close()
})
