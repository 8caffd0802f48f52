import type { Server } from 'node:net'

/** Listens on any free port of loopback. @returns its address, without a slash at the end */
export function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('the server listens on no TCP port'))
      else resolve(`http://127.0.0.1:${address.port}`)
    })
  })
}
