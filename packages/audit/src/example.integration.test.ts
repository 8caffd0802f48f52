import { auditPlugin, createPostgresAuditStore } from '@rack-gateway/audit'
import { createTestDatabase } from '@rack-gateway/database/testing'
import fastify from 'fastify'
import { expect, onTestFinished, test } from 'vitest'

test('an event is durable when record() resolves', async () => {
  const { runtimeUrl, drop } = await createTestDatabase()
  const app = fastify()
  onTestFinished(async () => {
    await app.close()
    await drop()
  })
  await app.register(auditPlugin, { store: createPostgresAuditStore({ pool: { url: runtimeUrl } }) })
  await app.ready()

  const intent = await app.audit.record({ kind: 'intent', app: 'web' })
  await app.audit.record({ kind: 'outcome', of: intent.id, status: 200 })
  app.audit.countDenial({ address: '203.0.113.7', rule: 'unknown-token', reason: 'the token is unknown' })
  expect(app.audit.stats()).toMatchObject({ refusals: 1 })
})
