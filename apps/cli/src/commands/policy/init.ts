import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nearest } from '@rack-gateway/errors/nearest'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { Usage } from '../../errors/errors.ts'
import type { Context } from '../../invocation/context.ts'
import { printable } from '../../terminal/terminal.ts'
import { type ExampleName, exampleNames, exampleText } from './example-policies.ts'

const names = `${exampleNames.slice(0, -1).join(', ')}, or ${exampleNames.at(-1)}`

export const command = 'init <framework>'
export const describe = 'Write a first policy document, with its tests, for the commands of a framework.'
export const details = 'Writes policy.yaml and policy.cases.yaml into the current directory, and replaces no file.'
export const examples = ['rack-gateway policy init rails', 'rack-gateway policy init node']
export const builder = {
  framework: { type: 'string', demandOption: true, describe: `The framework of the app: ${names}` },
} as const satisfies CommandOptions
export const progress = null

const files = ['policy.yaml', 'policy.cases.yaml'] as const

export async function handler({ context, framework }: Arguments<typeof builder>): Promise<void> {
  const example = exampleNamed(framework)
  await writeNewFiles(
    context,
    files.map((name) => ({ name, text: exampleText(example, name) })),
  )
  for (const line of nextSteps) context.print(line)
}

function exampleNamed(name: string): ExampleName {
  const found = exampleNames.find((one) => one === name)
  if (found !== undefined) return found
  const near = nearest(name, exampleNames)
  const suggestion = near === null ? '' : `Did you mean ${near}? `
  throw new Usage(`There is no first policy for ${printable(name)}.`, `${suggestion}The frameworks are ${names}.`)
}

interface NewFile {
  readonly name: string
  readonly text: string
}

/** Writes all files or none. @throws Usage if a file exists or cannot be written */
async function writeNewFiles({ cwd }: Pick<Context, 'cwd'>, newFiles: readonly NewFile[]): Promise<void> {
  const written: string[] = []
  for (const { name, text } of newFiles) {
    const path = join(cwd, name)
    try {
      await writeFile(path, text, { flag: 'wx' })
      written.push(path)
    } catch (error) {
      // An existing file is not ours. Any other error can leave a part of the file.
      if (codeOf(error) !== 'EEXIST') written.push(path)
      await Promise.all(written.map((one) => rm(one, { force: true })))
      throw writeError(name, error)
    }
  }
}

function writeError(name: string, error: unknown): Error {
  const code = codeOf(error)
  return code === 'EEXIST'
    ? new Usage(`${name} already exists, so nothing was written.`, 'Run the command in another directory.')
    : new Usage(
        `${name} cannot be written (${code}), so nothing was written.`,
        'Check the permissions of the directory.',
      )
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}

const nextSteps = [
  'Wrote policy.yaml, and its tests in policy.cases.yaml.',
  '',
  'Change both for your team. Then check and test them, and compare them with the current policy:',
  '  rack-gateway policy check policy.yaml',
  '  rack-gateway policy test . --strict',
  '  rack-gateway policy diff @in-force policy.yaml',
  '',
  'The gateway uses the document that its setting POLICY_FILE names.',
]
