import { everyCommand } from '@rack-gateway/convox-api/commands'
import { builtInPolicy } from '@rack-gateway/rbac-policy/document'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { effectivePolicy } from '../testing/effective-policy.ts'
import { quietContext } from '../testing/quiet-context.ts'
import { judge } from './judgement.ts'
import type { Asked } from './precheck.ts'
import { traceOf } from './remembered.ts'

const standing = { appSetting: null, directory: 'web' }
const [one, other] = ['RAAAAAAAAAA', 'RZYXWVUTSRQ']
const place = '<id>'

const command = fc.constantFrom(...everyCommand()).chain(({ name, flags }) => {
  const word = fc.oneof(
    { weight: 3, arbitrary: fc.constant(place) },
    fc.constantFrom('web', '-a', '--', 'A=b', 'ls', '1', ...flags.map((flag) => `--${flag.name}`)),
  )
  return fc.array(word, { maxLength: 5 }).map((rest) => [...name.split(' '), ...rest])
})
const policy = fc.record({
  role: fc.constantFrom('viewer', 'ops', 'deployer', 'admin'),
  apps: fc.constantFrom('*', 'web', 'w*'),
  blocked: fc.boolean(),
})

interface Told {
  readonly role: string
  readonly apps: string
  readonly blocked: boolean
}

const answers = new Map<string, string>()

function answerOf({ role, apps, blocked }: Told): string {
  const key = JSON.stringify([role, apps, blocked])
  const document = {
    ...builtInPolicy(),
    ...(blocked ? {} : { blocked: [] }),
    protectedKeys: [one, 'A'],
    protectedParameters: [one],
  }
  const bindings = [{ id: 'b1', role, racks: '*', apps, expiresAt: null }]
  const principal = { kind: 'user', id: 'u1', name: 'ada@example.com', rack: null, groups: [], bindings, owner: null }
  const text = answers.get(key) ?? JSON.stringify(effectivePolicy({ document, change: { principal } }).body)
  answers.set(key, text)
  return text
}

function judged(words: readonly string[], told: Told) {
  const kept = { tag: '"1"', checkedAt: 0, text: answerOf(told), isWhole: () => true }
  const asked = { context: quietContext({ cwd: '/', configPath: '/' }), words, standing, kept } as unknown as Asked
  return judge(asked, kept)
}

test('what may be remembered is decided alike whichever release or build it names', () => {
  let memorable = 0
  fc.assert(
    fc.property(command, policy, (words, told) => {
      const [first, second] = [one, other].map((id) => words.map((word) => (word === place ? id : word)))
      const verdict = judged(first ?? [], told)
      if (verdict !== 'memorable' || !words.includes(place)) return
      memorable += 1
      expect(judged(second ?? [], told)).toBe('memorable')
      expect(traceOf(second ?? [], standing, '"1"')).toBe(traceOf(first ?? [], standing, '"1"'))
    }),
    { numRuns: 5_000 },
  )
  expect(memorable).toBeGreaterThan(100)
})
