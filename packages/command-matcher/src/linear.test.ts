import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CompiledRules, compileRules, type RuleNode } from './compile-rules.ts'
import { matchCommand } from './match-command.ts'
import type { ArgvWord, CommandRule } from './types.ts'

const word = fc.constantFrom<ArgvWord>(
  'a',
  'b',
  ['a', 'b', 'c'],
  { name: 'x', type: 'word' },
  { name: 'y', type: 'name' },
  { name: 'z', type: 'integer' },
  { prefix: 'a' },
  { prefix: 'aa' },
  { prefix: 'b' },
)
const rules = fc
  .array(fc.tuple(fc.array(word, { minLength: 1, maxLength: 6 }), fc.boolean(), fc.boolean()), { maxLength: 12 })
  .map((all) =>
    all.map(
      ([argv, open, own], index): CommandRule => ({
        id: `rule-${index}`,
        argv: open ? [...argv, { rest: true }] : argv,
        services: ['command'],
        roles: [own ? 'deployer' : 'admin'],
      }),
    ),
  )
const argv = fc.array(fc.constantFrom('a', 'aa', 'aab', 'b', 'b1', 'c', '1', '', ';', '$(id)'), {
  minLength: 1,
  maxLength: 1_500,
})

/** Counts the reads of each word, which backtracking or a loop over rules would increase. */
function counted(words: readonly string[]): { readonly argv: readonly string[]; reads(): number } {
  let reads = 0
  const argv = new Proxy(words, {
    get(target, key, receiver) {
      if (typeof key === 'string' && /^\d+$/.test(key)) reads += 1
      return Reflect.get(target, key, receiver)
    },
  })
  return { argv, reads: () => reads }
}

/** The same tree, with a count of the lookups of each node. */
function watched(root: RuleNode): { readonly root: RuleNode; readonly asked: readonly { times: number }[] } {
  const asked: { times: number }[] = []
  function watch(node: RuleNode): RuleNode {
    const count = { times: 0 }
    asked.push(count)
    const next = new Map([...node.next].map(([key, child]) => [key, watch(child)]))
    const get = next.get.bind(next)
    next.get = (key) => {
      count.times += 1
      return get(key)
    }
    return {
      ...node,
      next,
      typed: node.typed.map(({ accepts, node: child }) => ({ accepts, node: watch(child) })),
      prefixed: node.prefixed.map(({ length, nodes }) => ({
        length,
        nodes: new Map([...nodes].map(([prefix, child]) => [prefix, watch(child)])),
      })),
    }
  }
  return { root: watch(root), asked }
}

function matchTypical(compiled: CompiledRules, words: readonly string[]): void {
  const context = { service: 'command', app: 'web', rack: 'staging', mode: 'detached', roles: ['deployer'] } as const
  matchCommand(compiled, { ...context, argv: words })
}

describe('matching is linear in the length of the command, for any rules', () => {
  test('each word is read a few times, for any number of rules', () => {
    fc.assert(
      fc.property(rules, argv, (list, words) => {
        const { argv: read, reads } = counted(words)
        matchTypical(compileRules(list), read)
        expect(reads()).toBeLessThanOrEqual(mostReads * words.length)
      }),
    )
  })

  test('ten thousand rules read no word more often than one does', () => {
    const many = Array.from({ length: 10_000 }, (_, at): CommandRule => {
      return { id: `r-${at}`, argv: ['rake', `task${at}`, { rest: true }], services: ['command'], roles: ['deployer'] }
    })
    const { argv: read, reads } = counted(['rake', 'task9999', ...new Array<string>(2_000).fill('x')])
    matchTypical(compileRules(many), read)
    expect(reads()).toBeLessThanOrEqual(mostReads * read.length)
  })

  test('no node of the tree is visited twice, so there is no backtracking', () => {
    fc.assert(
      fc.property(rules, argv, (list, words) => {
        const compiled = compileRules(list)
        const { root, asked } = watched(compiled.root)
        matchTypical({ ...compiled, root }, words)
        expect(Math.max(...asked.map(({ times }) => times))).toBeLessThanOrEqual(1)
      }),
    )
  })
})

/** One read for the length, two for shell syntax (from both ends), one for the tree, and two for the message. */
const mostReads = 6
