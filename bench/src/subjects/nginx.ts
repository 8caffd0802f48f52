/** nginx in front of the rack. This process only starts and stops nginx, and reports the processor time of nginx. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { nginxConfiguration } from '../nginx-configuration.ts'
import { familyMicros, familyOf } from '../processes/processor-time.ts'
import { announce, requiredVariable } from './announce.ts'
import { listen } from './listen.ts'

const directory = await mkdtemp(join(tmpdir(), 'rack-gateway-bench-nginx-'))
// As root, the worker of nginx runs as another user, which must be able to enter the directory.
await chmod(directory, 0o711)
const url = await freeAddress()
const file = join(directory, 'nginx.conf')
const upstream = new URL(requiredVariable('BENCH_UPSTREAM')).host
await writeFile(file, nginxConfiguration({ directory, port: Number(new URL(url).port), upstream }))
const nginx = spawn('nginx', ['-e', 'stderr', '-p', directory, '-c', file], { stdio: ['ignore', 'ignore', 'inherit'] })
const ended = once(nginx, 'exit')
const master = nginx.pid
if (master === undefined) throw new Error('nginx could not be started')
await untilServing()

announce({
  url,
  pids: familyOf(master),
  cpuMicros: () => familyMicros(master) ?? 0,
  async close() {
    nginx.kill('SIGTERM')
    await ended
    await rm(directory, { recursive: true, force: true })
  },
})

async function freeAddress(): Promise<string> {
  const server = createServer()
  const address = await listen(server)
  server.close()
  await once(server, 'close')
  return address
}

async function untilServing(): Promise<void> {
  for (let attempt = 0; attempt < 200 && nginx.exitCode === null; attempt++) {
    const answered = await fetch(`${url}/apps`).then(
      (response) => response.arrayBuffer(),
      () => null,
    )
    if (answered) return
    await wait(25)
  }
  nginx.kill('SIGKILL')
  await rm(directory, { recursive: true, force: true })
  throw new Error('nginx does not serve')
}
