import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { sendRaw, writeRequest } from '@rack-gateway/testing/http'
import { managementApi } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'

const secret = '02b9BXcwjy'.repeat(6)
const pasted = `see rgt_${secret}, please`

interface Schema {
  readonly type?: string | readonly string[]
  readonly anyOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly enum?: unknown
  readonly const?: unknown
  readonly 'x-may-contain-tokens'?: true
}
interface Operation {
  readonly operationId: string
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly schema: Schema }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
}

let system: System
const lines: string[] = []
beforeAll(async () => {
  system = await startSystem({ publicUrl: 'own', log: (line) => lines.push(line), logLevel: 'trace' })
})
afterAll(() => system.stop())

/** The smallest values with the pasted text in one free text each, whatever else is required. */
function pastes(schema: Schema): unknown[] {
  if (schema['x-may-contain-tokens'] === true || schema.enum !== undefined || schema.const !== undefined) return []
  if (schema.anyOf !== undefined) return schema.anyOf.flatMap(pastes)
  if (schema.type === 'string') return [pasted]
  if (schema.type === 'array') return pastes(schema.items ?? {}).map((item) => [item])
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) =>
    pastes(member).map((value) => ({ [name]: value })),
  )
}

/** Every row of every table, as text. */
async function databaseText(): Promise<string> {
  const tables = await system.sql<{ name: string }[]>`
    select c.oid::regclass::text as name from pg_catalog.pg_class c
    where c.relkind in ('r', 'm') and c.relnamespace::regnamespace::text in ('audit', 'gateway', 'public')`
  const texts = await Promise.all(
    tables.map(({ name }) => system.sql.unsafe<{ text: string }[]>(`select t::text as text from ${name} t`)),
  )
  return texts.flatMap((rows) => rows.map(({ text }) => text)).join('\n')
}

async function send(token: string, method: string, path: string, body: unknown) {
  const headers = [`Host: ${new URL(system.url).host}`, `Authorization: ${basicAuthorization(token)}`]
  if (body === undefined) return sendRaw(system.url, writeRequest(`${method} ${path}`, headers))
  return sendRaw(
    system.url,
    writeRequest(`${method} ${path}`, [...headers, 'Content-Type: application/json'], JSON.stringify(body)),
  )
}

test('a token that is pasted into any text of the management API is stored and logged nowhere', async () => {
  const token = await system.token('admin')
  const { paths } = JSON.parse((await send(token, 'GET', `${managementApi}/openapi.json`, undefined)).body) as {
    paths: Record<string, Record<string, Operation>>
  }
  const tried = new Map<string, number>()
  const accepted: string[] = []
  for (const [path, operations] of Object.entries(paths))
    for (const [method, { operationId, parameters = [], requestBody }] of Object.entries(operations)) {
      const target = `${path.startsWith(managementApi) ? '' : managementApi}${path.replaceAll(/\{(\w+)\}/g, '01a21003-ad1a-75d6-92a3-9774156aed60')}`
      const bodies = pastes(requestBody?.content['application/json']?.schema ?? {})
      const queries = parameters
        .filter(({ in: place, schema }) => place === 'query' && pastes(schema).length > 0)
        .map(({ name }) => `${name}=${encodeURIComponent(pasted)}`)
      for (const body of bodies) {
        const { status } = await send(token, method.toUpperCase(), target, body)
        if (status < 400) accepted.push(`${operationId} ${JSON.stringify(body)}`)
      }
      for (const query of queries) {
        const { status } = await send(token, method.toUpperCase(), `${target}?${query}`, undefined)
        if (status < 400) accepted.push(`${operationId} ?${query}`)
      }
      if (bodies.length + queries.length > 0) tried.set(operationId, bodies.length + queries.length)
    }
  expect(accepted).toEqual([])
  expect([...tried.keys()]).toEqual(expect.arrayContaining(['createServiceAccount', 'createBinding', 'createToken']))
  await system.token('viewer')
  const stored = await databaseText()
  // The search reads what the gateway stores: the events of the calls, and the names of people.
  expect(stored).toContain('admin@example.com')
  expect(stored).not.toContain(secret.slice(0, 24))
  expect(lines.length).toBeGreaterThan(0)
  expect(lines.join('\n')).not.toContain(secret.slice(0, 24))
})
