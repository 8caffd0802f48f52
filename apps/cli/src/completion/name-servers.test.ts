import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { doNameServersRespond } from './name-servers.ts'

/** Resolves with a name server that answers that the name does not exist, or does not answer. */
async function resolveWith(host: string, responses: 'no such name' | 'nothing'): Promise<boolean> {
  const server = createSocket('udp4')
  server.on('message', (query, { port, address }) => {
    if (responses === 'nothing') return
    query.writeUInt16BE(0x8183, 2)
    server.send(query, port, address)
  })
  server.bind(0, '127.0.0.1')
  await once(server, 'listening')
  const resolver = new Resolver({ timeout: 60_000, tries: 1 })
  resolver.setServers([`127.0.0.1:${server.address().port}`])
  try {
    return await doNameServersRespond(host, { timeout: 300, resolver })
  } finally {
    server.close()
  }
}

test('a lookup without a response ends at our timeout, even if the timeout of the resolver is longer', async () => {
  expect(await resolveWith('gateway.example.com', 'nothing')).toBe(false)
})

test('an unknown name is a response, because the system resolver can find it elsewhere', async () => {
  expect(await resolveWith('gateway.example.com', 'no such name')).toBe(true)
})

test.each(['127.0.0.1', '[::1]', 'localhost'])('%s needs no name server', async (host) => {
  expect(await resolveWith(host, 'nothing')).toBe(true)
})
