import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import type { Sql } from 'postgres'
import { expect, test } from 'vitest'
import { databaseForTest } from './testing/connect.ts'

async function revisionOf(sql: Sql): Promise<number> {
  const [row] = await sql`select value from gateway.revision`
  return Number(row?.value)
}

function newUser() {
  return { id: randomUUID(), issuer: 'local', subject: randomUUID(), email: 'a@example.com' }
}

test('each statement that changes identities raises the revision once', async () => {
  const { runtime } = await databaseForTest()
  const ids = { user: randomUUID(), account: randomUUID(), session: randomUUID(), token: randomUUID() }
  const statements = [
    () => runtime`insert into gateway.users ${runtime([{ ...newUser(), id: ids.user }, newUser(), newUser()])}`,
    () => runtime`insert into gateway.service_accounts (id, name) values (${ids.account}, 'ci')`,
    () =>
      runtime`insert into gateway.sessions (id, user_id, device, expires_at) values (${ids.session}, ${ids.user}, 'x', now())`,
    () =>
      runtime`insert into gateway.api_tokens (id, name, service_account_id, expires_at) values (${ids.token}, 'x', ${ids.account}, now())`,
    () =>
      runtime`insert into gateway.credentials (hash, session_id, expires_at) values (${Buffer.alloc(32)}, ${ids.session}, now())`,
    () =>
      runtime`insert into gateway.bindings (id, subject_kind, subject_id, role, created_by) values (${randomUUID()}, 'user', ${ids.user}, 'viewer', 'x')`,
    () => runtime`update gateway.users set locked_at = now()`,
    () => runtime`update gateway.service_accounts set disabled_at = now()`,
    () => runtime`update gateway.sessions set ended_at = now()`,
    () => runtime`update gateway.api_tokens set revoked_at = now()`,
    () => runtime`delete from gateway.credentials`,
    () => runtime`delete from gateway.bindings`,
  ]
  let expected = await revisionOf(runtime)
  for (const statement of statements) {
    await statement()
    expect(await revisionOf(runtime)).toBe(++expected)
  }
})

test('a listener gets the new revision when the change is committed, and not when it is rolled back', async () => {
  const { runtime } = await databaseForTest()
  const heard: string[] = []
  const events = new EventEmitter()
  const first = once(events, 'heard')
  await runtime.listen('gateway_revision', (value) => {
    heard.push(value)
    events.emit('heard')
  })
  await runtime
    .begin(async (tx) => {
      await tx`insert into gateway.users ${tx(newUser())}`
      throw new Error('rolled back')
    })
    .catch(() => {})
  await runtime`insert into gateway.users ${runtime(newUser())}`
  await first
  expect(heard).toEqual([String(await revisionOf(runtime))])
})

test('twenty writers at once raise it twenty times', async () => {
  const { runtime } = await databaseForTest()
  const before = await revisionOf(runtime)
  await Promise.all(Array.from({ length: 20 }, () => runtime`insert into gateway.users ${runtime(newUser())}`))
  expect(await revisionOf(runtime)).toBe(before + 20)
})

test('runs do not raise it: they are no part of an identity', async () => {
  const { runtime } = await databaseForTest()
  const before = await revisionOf(runtime)
  await runtime`insert into gateway.runs (rack, app, process, principal, service, intent, expires_at, attach_until)
    values ('a', 'b', 'c', 'd', 'e', ${randomUUID()}, now(), now())`
  expect(await revisionOf(runtime)).toBe(before)
})

test('a token has exactly one owner and a credential exactly one subject', async () => {
  const { runtime } = await databaseForTest()
  await expect(
    runtime`insert into gateway.api_tokens (id, name, expires_at) values (${randomUUID()}, 'x', now())`,
  ).rejects.toThrow('api_tokens_one_owner')
  await expect(
    runtime`insert into gateway.credentials (hash, expires_at) values (${Buffer.alloc(32)}, now())`,
  ).rejects.toThrow('credentials_one_subject')
  await expect(
    runtime`insert into gateway.credentials (hash, expires_at) values (${Buffer.alloc(31)}, now())`,
  ).rejects.toThrow('credentials_hash_length')
})
