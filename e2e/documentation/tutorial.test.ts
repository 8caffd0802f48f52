import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { startDemoProcess } from '../support/demo.ts'
import { builtCommand, dataDirectory, leaveNothing } from '../support/processes.ts'
import { run } from '../support/program.ts'

const page = readFileSync(fileURLToPath(new URL('../../docs/tutorial/ask-approve-work.md', import.meta.url)), 'utf8')

afterAll(leaveNothing)

test('the commands of the tutorial about access requests succeed, and print what the page shows', async () => {
  const { commands, shown } = readPage(page)
  const [start = '', ...typed] = commands
  const [, policyFile] = /^POLICY_FILE=(\S+) npx -y pnpm@[\d.]+ demo$/.exec(start) ?? []
  expect(policyFile).toBeDefined()
  expect(typed.length).toBeGreaterThan(15)
  expect(shown.length).toBeGreaterThan(40)
  const directory = dataDirectory()
  await startDemoProcess(join(directory, '.demo'), { POLICY_FILE: policyFile })
  const output = await runInClone(directory, typed)
  expect(missingLines(shown, output), output).toEqual([])
})

test('a line that the output does not have, or has only earlier, is found', () => {
  expect(missingLines(['b', 'a  2026-01-31 10:00', 'b', 'c …'], 'b\na 2026-02-01 11:30\nc of d\n')).toEqual(['b'])
})

/** Indented lines of code are commands. Fenced code is output. */
function readPage(text: string) {
  const blocks = text.split(/^```\n/m)
  return {
    commands: blocks
      .filter((_, index) => index % 2 === 0)
      .flatMap((block) => block.split('\n').filter((line) => line.startsWith('    ')))
      .map((line) => line.trim()),
    shown: blocks
      .filter((_, index) => index % 2 === 1)
      .flatMap((block) => block.split('\n'))
      .filter((line) => !/^\s*…?$/.test(line)),
  }
}

/** Runs the lines in one shell, which stops at the first command that fails. @returns all output */
async function runInClone(directory: string, lines: readonly string[]): Promise<string> {
  const bin = join(directory, 'bin')
  const path = join(directory, 'output')
  mkdirSync(bin)
  symlinkSync(process.execPath, join(bin, 'node'))
  writeFileSync(join(bin, 'npx'), npxScript())
  chmodSync(join(bin, 'npx'), 0o755)
  const script = [
    `exec >${path} 2>&1`,
    ...lines.map((line) => line.replace(/^ID=.*/, `ID=$(sed -n 's/^A reviewer approves it with: .* //p' ${path})`)),
  ]
  const env = { PATH: `${bin}:${process.env.PATH}`, HOME: directory, TZ: 'UTC' }
  const { code } = await run('bash', ['-e', '-c', script.join('\n')], { cwd: directory, env })
  const output = readFileSync(path, 'utf8')
  expect(code, output).toBe(0)
  return output
}

/** Runs the built program in place of the package script. */
function npxScript(): string {
  const [program, args] = builtCommand('rack-gateway', [])
  return `#!/bin/sh
case "$*" in "-y pnpm@"*" --silent rack-gateway "*) ;; *) exit 64 ;; esac
shift 4
exec ${program} ${args.join(' ')} "$@"
`
}

/** Lines that do not follow the line before them in the output. Times, IDs, and ports can differ. */
function missingLines(shown: readonly string[], output: string): string[] {
  let rest = output
  return shown.filter((line) => {
    const found = patternOf(line).exec(rest)
    if (found === null) return true
    rest = rest.slice(found.index + found[0].length)
    return false
  })
}

function patternOf(line: string): RegExp {
  const text = line
    .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '[0-9a-f-]{36}')
    .replaceAll(/\d{4}-\d\d-\d\d/g, '\\d{4}-\\d\\d-\\d\\d')
    .replaceAll(/\d\d:\d\d(:\d\d\\\.\d{3})?/g, (time) => time.replaceAll(/\d/g, '\\d'))
    // On another day than today, a table shows the day too.
    .replaceAll('answer by ', 'answer by .*')
    .replaceAll(/localhost:\d+/g, 'localhost:\\d+')
    .replaceAll(/run-\w{10}/g, 'run-\\w{10}')
    .replaceAll(/\d+ minutes left/g, '\\d+ minutes left')
    .replaceAll(/ ?…/g, '.*')
    .replaceAll(/ +/g, ' +')
  return new RegExp(`^${text}$`, 'm')
}
