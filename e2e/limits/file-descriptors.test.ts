import { readdirSync } from 'node:fs'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { connectRaw, parseMessage, sendRaw, statusOf, writeRequest } from '@rack-gateway/testing/http'
import { waitUntilStable } from '@rack-gateway/testing/wait-until-stable'
import { expect, onTestFinished, test } from 'vitest'
import { gatewayEnvironment } from '../support/gateway/gateway-environment.ts'
import { canMeasure } from '../support/gateway/gateway-process.ts'
import { startSystem } from '../support/gateway/system.ts'
import { builtCommand } from '../support/processes.ts'
import { start } from '../support/program.ts'

const fileDescriptors = 512

test.runIf(canMeasure)(
  'a gateway without free file descriptors answers on open connections, and serves again once some are free',
  async () => {
    const system = await startSystem()
    onTestFinished(() => system.stop())
    const program = ['-c', `ulimit -n ${fileDescriptors} && exec "$0" "$@"`, ...builtCommand('gateway', []).flat()]
    const env = { PATH: process.env.PATH, ...gatewayEnvironment(system, system.rack), LOG_LEVEL: 'info' }
    const gateway = start('/bin/sh', program, { cwd: process.cwd(), env })
    onTestFinished(async () => {
      gateway.signal('SIGTERM')
      await gateway.ended
    })
    const [, url = ''] = await gateway.saw(/"url":"([^"]+)"/)
    const authorization = `Authorization: ${basicAuthorization(await system.token('admin'))}`
    const get = (path: string) => writeRequest(`GET ${path}`, ['Host: gateway', authorization])
    const status = async () => (await sendRaw(url, get('/apps?'))).status
    expect(await status()).toBe(200)

    const connections = await Promise.all(Array.from({ length: fileDescriptors + 20 }, () => connectRaw(url)))
    await expect.poll(() => readdirSync(`/proc/${gateway.pid}/fd`).length).toBe(fileDescriptors)
    const refused = () => connections.filter(({ socket }) => socket.closed)
    await expect.poll(() => refused().length).toBeGreaterThan(20)
    // Connections that the kernel accepted are closed one after another.
    await waitUntilStable(() => refused().length)
    const open = connections.filter(({ socket }) => !socket.closed)
    for (const connection of open) connection.send(get('/apps/myapp/services'))
    const responses = await Promise.all(
      open.map(async (connection) => {
        await expect.poll(() => parseMessage(connection.received)).not.toBeNull()
        return parseMessage(connection.received)?.message
      }),
    )
    for (const response of responses) {
      if (!response || statusOf(response) === 200) continue
      expect([502, 503]).toContain(statusOf(response))
      expect(JSON.parse(response.body)).toMatchObject({ code: expect.stringMatching(/^RGW_/) })
    }

    for (const { socket } of connections) socket.destroy()
    await expect.poll(status).toBe(200)
  },
)
