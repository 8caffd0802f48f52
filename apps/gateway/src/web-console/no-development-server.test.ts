import { readdirSync, readFileSync } from 'node:fs'
import { ServerEnvironment } from '@rack-gateway/config'
import { expect, test } from 'vitest'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

test('no configuration variable leads to the development server of the web console', () => {
  const variables = Object.keys(ServerEnvironment.properties)
  expect(variables.filter((name) => /WEB(?!HOOK|SOCKET)|CONSOLE|VITE|DEV(?!ICE)|NODE_ENV/.test(name))).toEqual([])
  // The server gives its configuration and its log, and nothing in place of the built console.
  expect(read('../main.ts')).toContain('startGateway(config, log)')
})

test('production code can load neither Vite nor a proxy to it', () => {
  const packages = readdirSync(new URL('../../../../packages', import.meta.url)).map((name) => `packages/${name}`)
  for (const path of ['apps/gateway', 'apps/web', ...packages]) {
    const { dependencies = {} } = JSON.parse(read(`../../../../${path}/package.json`))
    if (path === 'packages/testing') continue
    expect([path, ...Object.keys(dependencies).filter((name) => /vite|http-proxy/.test(name))]).toEqual([path])
  }
})
