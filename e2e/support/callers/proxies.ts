import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '@rack-gateway/demo/free-port'
import { serverIdentity } from '@rack-gateway/testing/certificates'
import { findProgram } from '@rack-gateway/testing/installed-programs'
import { vi } from 'vitest'
import { responses } from '../processes.ts'
import { start } from '../program.ts'

export type Product = 'nginx' | 'HAProxy' | 'Caddy'

interface ProductFiles {
  readonly program: string
  /** In infra/proxies. */
  readonly file: string
  /** Replaces the paths of the certificate, and what only a service of the system can use. */
  adapt(text: string, paths: Paths): string
  /** The arguments of the program, which writes further files that it needs to the directory. */
  prepare(directory: string): readonly string[]
}

interface Paths {
  readonly directory: string
  readonly certificate: string
  readonly key: string
  /** Both in one file. */
  readonly both: string
}

const products: Readonly<Record<Product, ProductFiles>> = {
  nginx: {
    program: 'nginx',
    file: 'nginx.conf',
    adapt: (text, { certificate, key }) =>
      replaceAll(text, {
        '/etc/nginx/tls/gateway.example.com.crt': certificate,
        '/etc/nginx/tls/gateway.example.com.key': key,
      }),
    prepare(directory) {
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (name) => `${name}_temp_path ${directory}/${name};`,
      )
      const main = [
        ...(process.getuid?.() === 0 ? ['user root;'] : []),
        'daemon off;',
        'worker_processes 1;',
        `pid ${directory}/nginx.pid;`,
        'events {}',
        'http {',
        'access_log off;',
        ...temporary,
        `include ${directory}/proxy.conf;`,
        '}',
      ]
      const path = join(directory, 'main.conf')
      writeFileSync(path, main.join('\n'))
      return ['-e', join(directory, 'error.log'), '-p', directory, '-c', path]
    },
  },
  HAProxy: {
    program: 'haproxy',
    file: 'haproxy.cfg',
    adapt: (text, { both }) => replaceAll(text, { '/etc/haproxy/tls/gateway.example.com.pem': both }),
    prepare: (directory) => ['-db', '-f', join(directory, 'proxy.conf')],
  },
  Caddy: {
    program: 'caddy',
    file: 'Caddyfile',
    adapt: (text, { directory, certificate, key }) =>
      `{\nadmin off\nauto_https disable_redirects\nstorage file_system ${directory}\n}\n${replaceAll(text, {
        'gateway.example.com {': `https://gateway.example.com:443 {\ntls ${certificate} ${key}`,
      })}`,
    prepare: (directory) => ['run', '--adapter', 'caddyfile', '--config', join(directory, 'proxy.conf')],
  },
}

function configurationOf(product: Product): string {
  return readFileSync(
    fileURLToPath(new URL(`../../../infra/proxies/${products[product].file}`, import.meta.url)),
    'utf8',
  )
}

/** The path of the program; null if it is not installed. */
export function findProxy(product: Product): string | null {
  return findProgram(products[product].program)
}

export interface RunningProxy {
  readonly url: string
  readonly port: number
  stop(): Promise<void>
}

export interface ProxyOptions {
  /** The port of the proxy. Default: a free one. */
  readonly port?: number
  readonly gatewayPort: number
  /** Changes the file of infra/proxies before its addresses and paths are replaced. */
  readonly edit?: (text: string) => string
}

/** Starts a proxy with the file of infra/proxies, at localhost with a certificate of the test authority. */
export async function startProxy(
  product: Product,
  { port: givenPort, gatewayPort, edit = (text) => text }: ProxyOptions,
): Promise<RunningProxy> {
  const { program, adapt, prepare } = products[product]
  const port = givenPort ?? (await freePort())
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'rack-gateway-proxy-')))
  chmodSync(directory, 0o755)
  const paths = {
    directory,
    certificate: join(directory, 'tls.crt'),
    key: join(directory, 'tls.key'),
    both: join(directory, 'tls.pem'),
  }
  writeFileSync(paths.certificate, `${serverIdentity.cert}\n`)
  writeFileSync(paths.key, `${serverIdentity.key}\n`)
  writeFileSync(paths.both, `${serverIdentity.cert}\n${serverIdentity.key}\n`)
  const replaced = replaceAll(adapt(edit(configurationOf(product)), paths), {
    '127.0.0.1:8447': `127.0.0.1:${gatewayPort}`,
    'gateway.example.com': 'localhost',
  })
  writeFileSync(join(directory, 'proxy.conf'), withPorts(replaced, port, await freePort()))
  const args = prepare(directory)
  mkdirSync(join(directory, 'home'))
  const env = { PATH: process.env.PATH, HOME: join(directory, 'home'), TMPDIR: tmpdir() }
  const proxy = start(findProxy(product) ?? program, args, { cwd: directory, env })
  const stop = async () => {
    proxy.signal('SIGTERM')
    await proxy.ended
    rmSync(directory, { recursive: true, force: true, maxRetries: 10 })
  }
  let ended: string | null = null
  proxy.ended.then(
    ({ stderr }) => {
      ended = stderr
    },
    (error: Error) => {
      ended = error.message
    },
  )
  const url = `https://localhost:${port}`
  await vi.waitUntil(async () => ended !== null || (await responses(`https://127.0.0.1:${port}`)), { timeout: 60_000 })
  if (ended !== null) throw new Error(`${program} ended: ${ended}`)
  return { url, port, stop }
}

/** @throws if the text does not contain one of the keys */
export function replaceAll(text: string, replacements: Readonly<Record<string, string>>): string {
  let replaced = text
  for (const [key, value] of Object.entries(replacements)) {
    if (!replaced.includes(key)) throw new Error(`the configuration does not contain ${key}`)
    replaced = replaced.replaceAll(key, value)
  }
  return replaced
}

/** Only Caddy's file has no port 80. */
function withPorts(text: string, https: number, http: number): string {
  return text
    .replace(
      /^(\s*(?:listen |bind :))443\b/m,
      (_, before) => `${before}${before.includes('listen') ? '127.0.0.1:' : ''}${https}`,
    )
    .replace(
      /^(\s*(?:listen |bind :))80\b/m,
      (_, before) => `${before}${before.includes('listen') ? '127.0.0.1:' : ''}${http}`,
    )
    .replace('https://localhost:443', `https://localhost:${https}`)
}
