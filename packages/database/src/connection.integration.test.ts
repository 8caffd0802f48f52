import { randomUUID } from 'node:crypto'
import { createServer } from 'node:net'
import { formatMessage } from '@rack-gateway/errors'
import { listen } from '@rack-gateway/testing/server'
import { eq } from 'drizzle-orm'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from './connection.ts'
import { explainDatabaseError, roleOf } from './explain.ts'

const explained = (error: unknown, url: string) => formatMessage(explainDatabaseError(error, url))

import { users } from './schema.ts'
import { databaseForTest } from './testing/connect.ts'
import { createTestDatabase, sharedFixture } from './testing/index.ts'

const sharedDatabase = sharedFixture(databaseForTest)

test('drizzle and postgres.js share connections, and both take and give dates', async () => {
  const { sql, db, close } = openDatabase(sharedDatabase().runtimeUrl)
  const createdAt = new Date('2026-02-03T04:05:06.789Z')
  const id = randomUUID()
  await db.insert(users).values({ id, issuer: 'local', subject: 'x', email: 'x@example.com', createdAt })
  const [viaDrizzle] = await db.select().from(users).where(eq(users.id, id))
  const [viaSql] = await sql`select created_at from gateway.users where created_at = ${createdAt}`
  expect(viaDrizzle?.createdAt).toEqual(createdAt)
  expect(viaSql?.created_at).toEqual(createdAt)
  await close()
})

test.each([
  ['a wrong password', { password: 'wrong-secret' }, 'refused the login "rack_gateway"'],
  ['a wrong user', { username: 'nobody' }, 'refused the login "nobody"'],
  ['a missing database', { pathname: '/nowhere' }, 'has no database "nowhere"'],
  ['a port where nothing listens', { port: '1' }, 'nothing listens at 127.0.0.1:1'],
  ['a host that does not exist', { hostname: 'no.invalid' }, 'is not known'],
])('%s is explained in one sentence without the password', async (_, change, sentence) => {
  const url = new URL(sharedDatabase().runtimeUrl)
  Object.assign(url, change)
  const { check, close } = openDatabase(url.href)
  const error = await check().then(
    () => null,
    (reason: Error) => reason,
  )
  expect(error).toMatchObject({ code: 'RGW_DATABASE_UNAVAILABLE', message: expect.stringContaining(sentence) })
  expect(error?.message).not.toContain(url.password)
  await close()
})

test('a server that accepts the connection and never answers is a timeout', async () => {
  const silent = await listen(createServer())
  onTestFinished(silent.close)
  const { check, close } = openDatabase(`postgres://a:b@127.0.0.1:${silent.port}/x`, { connectTimeout: 1 })
  await expect(check()).rejects.toThrow('does not answer')
  await close()
})

test('an unknown error is reported without the password, plain and escaped', () => {
  const url = 'postgres://me:p%40ss@db.example.com/app'
  const message = explained(new Error('tried postgres://me:p%40ss@… with p@ss'), url)
  expect(message).toBe(
    'db.example.com:5432 reported: tried postgres://me:[secret]@… with [secret]; check the log of PostgreSQL',
  )
  expect(
    explained(Object.assign(new Error('Invalid URL'), { code: 'ERR_INVALID_URL' }), 'nonsense:secret'),
  ).not.toContain('secret')
  expect(explained('thrown text', url)).toContain('unknown error')
})

test('the runtime role is the user of the URL, unescaped', () => {
  expect(roleOf('postgres://rack%2Dgw:x@h/d')).toBe('rack-gw')
})

test('test databases are separate, and dropping one closes its connections', async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()])
  const first = openDatabase(one.runtimeUrl)
  const second = openDatabase(other.runtimeUrl)
  await first.sql`insert into gateway.users (id, issuer, subject, email) values (${randomUUID()}, 'l', 's', 'e')`
  expect(await second.sql`select from gateway.users`).toHaveLength(0)
  await Promise.all([one.drop(), other.drop()])
  await expect(first.sql`select 1`).rejects.toThrow()
  await Promise.all([first.close(), second.close()])
})
