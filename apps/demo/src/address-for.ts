import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/** Where the gateway will be reached, which its login must know before it listens. @param port 0: any free one */
export async function addressFor(port: number): Promise<{ gatewayPort: number; publicUrl: string }> {
  const gatewayPort = port === 0 ? await freePort() : port
  return { gatewayPort, publicUrl: `http://127.0.0.1:${gatewayPort}` }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
