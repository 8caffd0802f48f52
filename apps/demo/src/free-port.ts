import { once } from 'node:events'
import { createServer } from 'node:net'

/** Operating systems give ports above this range to connections, and to servers that listen on any port. */
const range = { first: 20_000, last: 32_000 }

/** For addresses that must be known before the server listens. */
export async function freePort(): Promise<number> {
  for (let attempt = 1; attempt <= 100; attempt++) {
    const port = range.first + Math.floor(Math.random() * (range.last - range.first + 1))
    if (await isFree(port)) return port
  }
  throw new Error(`No free port was found between ${range.first} and ${range.last}.`)
}

export async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening')
  } catch {
    return false
  }
  await once(server.close(), 'close')
  return true
}
