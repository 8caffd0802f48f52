import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gatewayEnvironment } from '../support/gateway/gateway-environment.ts'
import { type PackageFiles, packageFiles } from '../support/gateway/policy-packages.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import { leaveNothing, runCommand, startCommand } from '../support/processes.ts'

const main = 'gateway'
const workspace = fileURLToPath(new URL('../../', import.meta.url))

describe('a gateway process with POLICY_PACKAGES', () => {
  let files: PackageFiles
  let system: System
  beforeAll(async () => {
    files = await packageFiles()
    system = await startSystem()
  })
  afterAll(async () => {
    await leaveNothing()
    await system.stop()
    await files.remove()
  })
  const environment = (policyPackages: string) => ({
    ...gatewayEnvironment(system, system.rack),
    POLICY_PACKAGES: policyPackages,
  })

  test('lends them its own copy of what they import, gives them no secret of its environment, and closes them', async () => {
    // Older Nodes run no .mts files.
    const isTyped = Boolean(Reflect.get(process.features, 'typescript'))
    const written = await files.write(
      `reads-environment.${isTyped ? 'mts' : 'mjs'}`,
      `import { ${isTyped ? 'type PackageCall, ' : ''}definePolicy } from '@rack-gateway/rbac-policy/packages'
      const secrets = ['APP_SECRET_KEY', 'DATABASE_URL', 'DATABASE_OWNER_URL', 'RACK_TOKEN_STAGING']
      export default definePolicy({
        name: 'reads-environment',
        evaluate(call${isTyped ? ': PackageCall' : ''}) {
          const reason = 'It sees ' + secrets.filter((name) => name in process.env).length + ' secrets.'
          return { effect: 'deny', rule: 'always', reason, next: call.rack + ' is closed.' }
        },
        close: () => console.error('the package was closed'),
      })`,
    )
    const gateway = startCommand(main, [], environment(written))
    const [, url] = await gateway.saw(/"event":"gateway.listening","url":"([^"]+)"/)
    const response = await fetch(`${url}/apps`, { headers: { authorization: `Bearer ${await system.token('admin')}` } })
    expect([response.status, await response.json()]).toEqual([
      403,
      expect.objectContaining({
        error: 'It sees 0 secrets. staging is closed. (rule package:reads-environment:always)',
      }),
    ])
    gateway.signal('SIGTERM')
    expect(await gateway.ended).toMatchObject({ code: 0, stderr: expect.stringContaining('the package was closed') })
  })

  test('loads a TypeScript package that was compiled as the documentation says, and an older Node names the remedy', async () => {
    const source = await files.write(
      'policy.ts',
      `import { definePolicy } from '@rack-gateway/rbac-policy/packages'
      const name: string = 'compiled'
      export default definePolicy({ name, evaluate: () => null })`,
    )
    if (!Reflect.get(process.features, 'typescript'))
      expect((await runCommand(main, [], environment(source))).stderr).toMatch(
        /which cannot be used: this version of Node cannot run \.ts files: compile it to \.mjs, or use Node 22\.18 or newer\n$/,
      )
    const page = readFileSync(`${workspace}docs/how-to/policy-packages.md`, 'utf8')
    const [, typed = ''] = /exec esbuild (.+)/.exec(page) ?? []
    const words = typed.replaceAll('$PWD', dirname(source)).split(' ')
    execFileSync(`${workspace}apps/cli/node_modules/.bin/esbuild`, words, { stdio: 'pipe' })
    const gateway = startCommand(main, [], environment(`${dirname(source)}/policy.mjs`))
    await gateway.saw(/"event":"gateway.listening"/)
    gateway.signal('SIGTERM')
    expect((await gateway.ended).code).toBe(0)
  })

  test('names the unusable package in one sentence, without a stack', async () => {
    const { code, stdout, stderr } = await runCommand(main, [], environment('./nowhere.mjs'))
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^the gateway could not start: POLICY_PACKAGES lists \.\/nowhere\.mjs, which cannot be used: there is no such file at \S+nowhere\.mjs: correct the path\n$/,
    )
    expect(stdout).not.toContain('"stack"')
  })
})
