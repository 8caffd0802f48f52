import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const workspace = fileURLToPath(new URL('../..', import.meta.url))

function isExecutable(file: string): boolean {
  return (statSync(join(workspace, file)).mode & 0o111) === 0o111
}

test('each command of a package is built as an executable file', () => {
  const built = readdirSync(join(workspace, 'apps')).flatMap((name) => {
    const { bin = {} } = JSON.parse(readFileSync(join(workspace, 'apps', name, 'package.json'), 'utf8'))
    return Object.values<string>(bin).map((file) => join('apps', name, file))
  })
  expect(built).toEqual(
    expect.arrayContaining(['apps/cli/dist/rack-gateway.js', 'apps/gateway/dist/rack-gateway-server.js']),
  )
  expect(built.filter((file) => !isExecutable(file))).toEqual([])
})

test('each script in the repository is an executable file', () => {
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: workspace, encoding: 'utf8' })
    .split('\0')
    .filter(Boolean)
  // TypeScript is not run as it is, but built first.
  const scripts = files.filter(
    (file) => !file.endsWith('.ts') && readFileSync(join(workspace, file), 'latin1').startsWith('#!'),
  )
  expect(scripts).toEqual(expect.arrayContaining(['infra/install.sh']))
  expect(scripts.filter((file) => !isExecutable(file))).toEqual([])
})
