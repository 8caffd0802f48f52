import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Suggestion } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { Usage } from '../../errors/errors.ts'
import { exitCodes } from '../../errors/exit-codes.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import type { Context } from '../../invocation/context.ts'
import { safeJson } from '../../output/safe-json.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { printable } from '../../terminal/terminal.ts'
import { jsonOption, rackOption } from '../options/shared-options.ts'
import { rackFilter } from './rack-filter.ts'

export const command = 'suggest'
export const describe =
  'Write a policy document, bindings, and test cases that allow the recorded calls, and little else.'
export const details =
  'Writes policy.yaml, bindings.sh, and policy.cases.yaml, and applies nothing. Read them first: they contain names and commands from the audit log. You need the permissions gateway:audit:read and gateway:policy:read. The audit log records the request.'
export const examples = [
  'rack-gateway policy suggest --since 7d --output suggestion',
  'rack-gateway policy suggest --rack staging --output suggestion --force',
]
export const builder = {
  since: {
    type: 'string',
    default: '7d',
    describe: 'How far back: 30d, 12h, 45m, or a time such as 2027-01-31T12:00:00Z',
  },
  output: { type: 'string', default: '.', complete: 'file', describe: 'The directory of the files' },
  force: { type: 'boolean', describe: 'Replace existing files' },
  json: jsonOption,
  rack: { ...rackOption, describe: 'Ask the gateway of this rack, and only for calls on this rack' },
} as const satisfies CommandOptions
export const progress = 'the gateway is reading recorded calls'

/** Milliseconds. Longer than the gateway's own limit. */
const deadline = 120_000

export async function handler(args: Arguments<typeof builder>): Promise<number> {
  const { context, rack, json, since, output, force = false } = args
  const directory = resolve(context.cwd, output)
  const shownPaths = pathsIn(output)
  if (!force) await assertNoneExists(directory, shownPaths)
  const target = await targetOf(context, rack)
  const body = { since, ...rackFilter(rack, target) }
  const suggestion = await callGateway(target, 'suggestPolicy', { body }, { deadline })
  await writeFiles(directory, suggestion.files, force)
  if (json) context.print(safeJson(suggestion, 2))
  else printSummary(context, suggestion, shownPaths)
  return exitCodes.ok
}

const fileNames = { policy: 'policy.yaml', bindings: 'bindings.sh', cases: 'policy.cases.yaml' } as const
type FileKey = keyof typeof fileNames

/** The paths to print, as words of a shell. A path never looks like an option. */
function pathsIn(output: string): Readonly<Record<FileKey, string>> {
  const pathOf = (name: string) => {
    const path = join(output, name)
    return quoted(path.startsWith('-') ? `./${path}` : path)
  }
  return { policy: pathOf(fileNames.policy), bindings: pathOf(fileNames.bindings), cases: pathOf(fileNames.cases) }
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}

async function assertNoneExists(directory: string, shownPaths: Readonly<Record<FileKey, string>>): Promise<void> {
  for (const [key, name] of Object.entries(fileNames)) {
    const exists = await stat(join(directory, name)).then(
      () => true,
      () => false,
    )
    if (exists)
      throw new Usage(
        printable(`${shownPaths[key as FileKey]} already exists, so nothing was written.`),
        'Choose another directory with --output, or pass --force.',
      )
  }
}

/** Each file replaces the old one as a whole. */
async function writeFiles(directory: string, files: Readonly<Record<FileKey, string>>, force: boolean): Promise<void> {
  const temporary: string[] = []
  try {
    await mkdir(directory, { recursive: true })
    for (const [key, name] of Object.entries(fileNames)) {
      const path = join(directory, force ? `.${name}.new` : name)
      const file = await open(path, force ? 'w' : 'wx', 0o600)
      temporary.push(path)
      await file.writeFile(files[key as FileKey])
      await file.close()
    }
    if (force)
      for (const name of Object.values(fileNames)) await rename(join(directory, `.${name}.new`), join(directory, name))
  } catch (error) {
    await Promise.all(temporary.map((path) => rm(path, { force: true })))
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new Usage(
      `The files cannot be written (${code}), so nothing was written.`,
      'Check the directory of --output and its permissions.',
    )
  }
}

function printSummary(
  context: Pick<Context, 'print'>,
  { summary, cut }: Pick<Suggestion, 'summary' | 'cut'>,
  { policy, bindings, cases }: Readonly<Record<FileKey, string>>,
): void {
  const lines = [
    ...summary,
    ...(cut === null ? [] : [`only calls since ${cut.from} were read, because a limit was reached`]),
    '',
    `Wrote ${policy}, ${bindings}, and ${cases}. Read them, and change what is too much or too little. Then:`,
    `  rack-gateway policy check ${policy}`,
    `  rack-gateway policy test ${cases}`,
    `  rack-gateway policy diff @in-force ${policy}`,
  ]
  for (const line of lines) context.print(printable(line))
}
