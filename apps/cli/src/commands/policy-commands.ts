import type { Argv } from 'yargs'
import { commandParser, jsonOption, rackOption } from '../command-parser.ts'
import type { Context } from '../context.ts'
import { Usage } from '../errors.ts'
import { exitCodes } from '../exit-codes.ts'
import { stdinName } from '../policy/read-text.ts'
import { policyExamples } from '../policy-help.ts'
import { printable } from '../terminal.ts'

const actions = ['check', 'test', 'diff', 'impact']

/** Runs `rack-gateway policy …`. @param rack what stood before `policy` @returns the exit code */
export async function policy(context: Context, words: readonly string[], rack: string | null): Promise<number> {
  const [action = ''] = words
  if (!actions.includes(action) && !action.startsWith('-'))
    throw new Usage(
      `${action === '' ? 'say what to do with a policy' : `there is no "policy ${printable(action)}"`}: there are check, test, diff and impact; see rack-gateway policy --help`,
    )
  let code: number = exitCodes.ok
  const parser = policyParser(context, (ended) => {
    code = ended
  })
  // The parser would make an empty word of it.
  const named = words.map((word) => (word === '-' ? stdinName : word))
  await parser.parseAsync([...named, ...(rack === null ? [] : [`--rack=${rack}`])])
  return code
}

function policyParser(context: Context, end: (code: number) => void): Argv {
  return commandParser('rack-gateway policy --help')
    .scriptName('rack-gateway policy')
    .usage(policyExamples.policy)
    .command(
      'check <file>',
      'check a policy document as the gateway would',
      (own) => own.usage(policyExamples.check).positional('file', file).option('json', jsonOption),
      async (given) =>
        end(
          await (await import('./policy-check.ts')).policyCheck(context, { file: given.file, format: formatOf(given) }),
        ),
    )
    .command(
      'test <paths..>',
      'judge cases, and say which rules no case exercises',
      (own) =>
        own
          .usage(policyExamples.test)
          .positional('paths', { type: 'string', array: true, demandOption: true, describe: 'files and directories' })
          .option('policy', {
            type: 'string',
            requiresArg: true,
            describe: 'the document; else the one that a file of cases names, or the policy.yaml beside it',
          })
          .option('strict', { type: 'boolean', default: false, describe: 'fail, too, if no case exercises a rule' })
          .option('rack', rackOption)
          .option('json', jsonOption),
      async (given) => {
        const { policyTest } = await import('./policy-test.ts')
        const { paths, policy: document = null, rack = null } = given
        const coverage = given.strict ? 'required' : 'told'
        end(await policyTest(context, { paths, policy: document, coverage, rack, format: formatOf(given) }))
      },
    )
    .command(
      'diff <old> <new>',
      'say what changes for which role',
      (own) =>
        own
          .usage(policyExamples.diff)
          .positional('old', document)
          .positional('new', document)
          .option('rack', rackOption)
          .option('json', jsonOption),
      async (given) => {
        const { policyDiff } = await import('./policy-diff.ts')
        const { old, new: young, rack = null } = given
        end(await policyDiff(context, { old, new: young, rack, format: formatOf(given) }))
      },
    )
    .command(
      'impact <new>',
      'say which recorded calls would newly be refused or permitted, and to whom',
      (own) =>
        own
          .usage(policyExamples.impact)
          .positional('new', file)
          .option('since', {
            type: 'string',
            requiresArg: true,
            default: '30d',
            describe: 'how far back: 30d, 12h, 45m, or a time such as 2027-01-31T12:00:00Z',
          })
          .option('rack', rackOption)
          .option('json', jsonOption),
      async (given) => {
        const { policyImpact } = await import('./policy-impact.ts')
        const { new: young, since, rack = null } = given
        end(await policyImpact(context, { new: young, since, rack, format: formatOf(given) }))
      },
    )
    .demandCommand(1)
}

const file = { type: 'string', demandOption: true, describe: 'a policy document, or - for stdin' } as const
const document = {
  type: 'string',
  demandOption: true,
  describe: 'a policy document, - for stdin, @in-force (at the gateway) or @built-in',
} as const

function formatOf({ json }: { readonly json: boolean }): 'text' | 'json' {
  return json ? 'json' : 'text'
}
