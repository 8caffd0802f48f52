import { join } from 'node:path'
import { databasePools } from '@rack-gateway/gateway'
import { managementApi } from '@rack-gateway/testing/management-api'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { startSystem } from '../support/gateway/system.ts'
import { dataDirectory, leaveNothing } from '../support/processes.ts'

afterAll(leaveNothing)

/** Every database connection of the gateway must be in the list, which the reference shows. */
test('a gateway opens only the database connections that the reference lists', async () => {
  const directory = dataDirectory()
  const system = await startSystem({
    publicUrl: 'own',
    auditFallbackDir: join(directory, 'audit'),
    recordings: { address: join(directory, 'recordings') },
    sinks: [
      {
        name: 'file',
        target: { kind: 'file', path: join(directory, 'events'), rotateAt: null, keep: 1 },
        header: null,
        ca: null,
        kinds: [],
      },
    ],
    tuning: { checkpointInterval: 0, adoptionInterval: 10 },
  })
  onTestFinished(() => system.stop())
  const admin = await system.token('admin')
  for (const path of ['/audit/events', '/audit/log', '/audit/export', '/audit/keys', '/tokens'])
    expect((await system.get(`${managementApi}${path}`, admin)).status).toBe(200)
  await system.checkpoint()

  const names = Object.values<{ readonly applicationName: string }>(databasePools).map(
    ({ applicationName }) => applicationName,
  )
  await expect.poll(connections).toEqual(expect.arrayContaining(['rack-gateway recordings', 'rack-gateway sinks']))
  expect((await connections()).filter((name) => !names.includes(name))).toEqual([])

  async function connections(): Promise<string[]> {
    const rows = await system.sql<{ name: string }[]>`
      select distinct application_name as name from pg_stat_activity
      where datname = current_database() and usename <> current_user`
    return rows.map(({ name }) => name)
  }
})
