import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { nameServersAnswer } from './name-servers.ts'

/** A name server that answers that there is no such name, or nothing. */
async function asked(host: string, answers: 'no such name' | 'nothing'): Promise<boolean> {
  const server = createSocket('udp4')
  server.on('message', (query, { port, address }) => {
    if (answers === 'nothing') return
    query.writeUInt16BE(0x8183, 2)
    server.send(query, port, address)
  })
  server.bind(0, '127.0.0.1')
  await once(server, 'listening')
  const resolver = new Resolver({ timeout: 60_000, tries: 1 })
  resolver.setServers([`127.0.0.1:${server.address().port}`])
  try {
    return await nameServersAnswer(host, { patience: 300, resolver })
  } finally {
    server.close()
  }
}

test('a name server that is silent is given up before the resolver does', async () => {
  expect(await asked('gateway.example.com', 'nothing')).toBe(false)
})

test('one that knows no such name has answered: the system may know it', async () => {
  expect(await asked('gateway.example.com', 'no such name')).toBe(true)
})

test.each(['127.0.0.1', '[::1]', 'localhost'])('%s needs none', async (host) => {
  expect(await asked(host, 'nothing')).toBe(true)
})
