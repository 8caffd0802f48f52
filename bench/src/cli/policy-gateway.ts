import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compilePolicy } from '@rack-gateway/rbac-policy'
import { builtInPolicy } from '@rack-gateway/rbac-policy/document'

export const shippedCli = fileURLToPath(new URL('../../../apps/cli/dist/rack-gateway.js', import.meta.url))

/** A server on loopback in place of a gateway. It answers each request with the caller's policy. */
export interface PolicyGateway {
  /** Variables for the CLI: a home directory, a configuration with this gateway, and `/bin/true` instead of convox. */
  readonly environment: NodeJS.ProcessEnv
  close(): void
}

export async function startPolicyGateway(): Promise<PolicyGateway> {
  const home = mkdtempSync(join(tmpdir(), 'rack-gateway-bench-'))
  const gateway = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', etag: '"1"' }).end(effectivePolicy())
  })
  gateway.listen(0, '127.0.0.1')
  await once(gateway, 'listening')
  const { port } = gateway.address() as AddressInfo
  writeConfig(home, `http://127.0.0.1:${port}`)
  const { PATH } = process.env
  return {
    environment: { HOME: home, PATH, RACK_GATEWAY_CONFIG_DIR: join(home, 'config'), CONVOX_BIN: '/bin/true' },
    close() {
      gateway.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** @returns milliseconds */
export function timeProgram([program = '', ...words]: readonly string[], env: NodeJS.ProcessEnv): number {
  const startedAt = process.hrtime.bigint()
  const { status } = spawnSync(program, words, { env, stdio: 'ignore' })
  if (status !== 0) throw new Error(`${[program, ...words].join(' ')} ended with ${status}`)
  return Number(process.hrtime.bigint() - startedAt) / 1e6
}

function writeConfig(home: string, url: string): void {
  mkdirSync(join(home, 'config'), { mode: 0o700 })
  const config = {
    gateways: { bench: { url, rack: 'bench' } },
    tokens: { bench: { token: 'rgs_bench' } },
    current: 'bench',
  }
  writeFileSync(join(home, 'config', 'config.json'), JSON.stringify(config), { mode: 0o600 })
}

function effectivePolicy(): string {
  const document = builtInPolicy()
  const bindings = ['deployer', 'viewer', 'ops', 'ci', 'deployer', 'viewer'].map((role, index) => ({
    id: `b${index}`,
    role,
    racks: index > 3 ? 'staging' : '*',
    apps: '*',
    expiresAt: null,
  }))
  const principal = { kind: 'user', id: 'u', name: 'ada@example.com', rack: null, groups: [], bindings, owner: null }
  return JSON.stringify({ format: 1, rack: 'bench', policy: compilePolicy(document).hash, document, principal })
}
