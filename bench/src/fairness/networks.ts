import { createServer } from 'node:net'

const addressesPerBlock = 250

/**
 * A source address on loopback, different for each index. The gateway counts each address as a client network.
 *
 * @param index from 0 to 62,499
 */
export function loopbackAddress(index: number): string {
  const block = Math.floor(index / addressesPerBlock)
  return `127.0.${block + 1}.${(index % addressesPerBlock) + 1}`
}

/** On Linux, all of 127.0.0.0/8 is on loopback. On other systems, only 127.0.0.1 is. */
export function canUseLoopbackAddresses(): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(0, loopbackAddress(0), () => server.close(() => resolve(true)))
  })
}
