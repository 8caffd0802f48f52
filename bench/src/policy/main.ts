/** Measures decisions, with few and with many rules and bindings, and in comparison with two other engines. */
import { compileRules, matchCommand, splitCommand } from '@rack-gateway/command-matcher'
import { compilePolicy } from '@rack-gateway/rbac-policy'
import { machine } from '../machine.ts'
import { findCores } from '../processes/cores.ts'
import { type BatchFigures, timeBatches } from './batches.ts'
import { casbinSubject, cedarSubject, type Subject } from './peers.ts'
import { createWorkload, type Workload } from './workload.ts'

const sizes = [10, 100, 1_000, 10_000]
const distinctCalls = 10_000
const rounds = 3
/** The maximum processor time of a decision in microseconds, in the best round. */
const bound = { size: 1_000, p50: 1, p99: 10 }

console.log(JSON.stringify(machine(findCores())))
for (const size of sizes) {
  const workload = createWorkload(size, distinctCalls)
  const policy = compilePolicy(workload.document)
  const decide = (index: number) => policy.decide(workload.principal, callAt(workload, index))
  const allowedCount = workload.calls.filter((_, index) => decide(index).effect === 'allow').length
  timeBatches(decide, { items: distinctCalls, batch: 100, batches: 1_000 })
  const figures = Array.from({ length: rounds }, () =>
    timeBatches(decide, { items: distinctCalls, batch: 100, batches: 2_000 }),
  )
  for (const { p50, p99 } of figures)
    printFigures(`${size} rules and bindings, ${distinctCalls} distinct calls (${allowedCount} allowed)`, {
      p50,
      p99,
    })
  if (size === bound.size) checkBound(figures)
}
compareObserveMode()
await comparePeers()
matchLongCommands()

function checkBound(figures: readonly BatchFigures[]): void {
  const p50 = Math.min(...figures.map((one) => one.p50))
  const p99 = Math.min(...figures.map((one) => one.p99))
  const isMet = p50 <= bound.p50 && p99 <= bound.p99
  console.log(`p50 ≤ ${bound.p50} µs and p99 ≤ ${bound.p99} µs with ${bound.size}: ${isMet ? 'met' : 'MISSED'}`)
  if (!isMet) process.exitCode = 1
}

/** Side by side, for the calls that the policy allows and for those that it denies. */
function compareObserveMode(): void {
  const workload = createWorkload(1_000, distinctCalls)
  const enforced = compilePolicy(workload.document)
  const observing = compilePolicy(workload.document, { observes: () => true })
  const isAllowed = (call: Workload['calls'][number]) => enforced.decide(workload.principal, call).effect === 'allow'
  const parts = [
    { what: 'allowed', calls: workload.calls.filter(isAllowed) },
    { what: 'denied', calls: workload.calls.filter((call) => !isAllowed(call)) },
  ]
  for (const { what, calls } of parts) {
    const own = { ...workload, calls }
    for (let round = 0; round < rounds; round++) {
      const [one, other] = [enforced, observing].map((policy) => {
        const decide = (index: number) => policy.decide(own.principal, callAt(own, index))
        return timeBatches(decide, { items: calls.length, batch: 100, batches: 1_000 }).p50
      })
      if (one === undefined || other === undefined) throw new Error('there are no figures')
      console.log(
        `${what} calls: enforced ${one.toFixed(2)} µs, in observe mode ${other.toFixed(2)} µs (× ${(other / one).toFixed(1)})`,
      )
    }
  }
}

/** Uses only roles and bindings, which all engines support. All engines must make the same decisions. */
async function comparePeers(): Promise<void> {
  const workload = createWorkload(1_000, distinctCalls)
  const withoutCommands = { ...workload, calls: workload.calls.filter(({ command }) => command === null).slice(0, 500) }
  const policy = compilePolicy(workload.document)
  const ours: Subject = {
    name: 'this policy',
    decide: (call) => policy.decide(workload.principal, call).effect === 'allow',
  }
  const subjects = [ours, await casbinSubject(withoutCommands), cedarSubject(withoutCommands)]
  const expected = withoutCommands.calls.map(ours.decide)
  for (const { name, decide } of subjects) {
    const wrong = withoutCommands.calls.findIndex((call, index) => decide(call) !== expected[index])
    if (wrong !== -1) throw new Error(`${name} decides call ${wrong} differently`)
  }
  for (let round = 0; round < rounds; round++) {
    const micros = subjects.map(({ name, decide }) => {
      const items = withoutCommands.calls.length
      const batches = name === ours.name ? 1_000 : 10
      const { p50 } = timeBatches((index) => decide(callAt(withoutCommands, index)), {
        items,
        batch: 10,
        batches: batches,
      })
      return { name, p50 }
    })
    const [own] = micros
    console.log(
      micros
        .map(({ name, p50 }) => `${name}: ${p50.toFixed(2)} µs (× ${(p50 / (own?.p50 ?? 1)).toFixed(0)})`)
        .join(', '),
    )
  }
}

function matchLongCommands(): void {
  const rules = compileRules(
    Array.from({ length: 1_000 }, (_, index) => ({
      id: `rule-${index}`,
      argv: [
        ...Array.from({ length: index % 90 }, () => ({ name: 'any', type: 'word' as const })),
        'x',
        `end-${index}`,
      ],
      services: ['command'],
      roles: ['deployer'],
    })),
  )
  const context = { service: 'command', app: 'web', rack: 'staging', mode: 'exec', roles: ['deployer'] } as const
  for (const words of [64, 256, 1_024, 4_096]) {
    const split = splitCommand(Array.from({ length: words }, () => 'x').join(' '))
    if ('error' in split) throw new Error(split.error)
    const work = () => matchCommand(rules, { ...context, argv: split.argv })
    timeBatches(work, { items: 1, batch: 10, batches: 20 })
    const { p50, p99 } = timeBatches(work, { items: 1, batch: 10, batches: 100 })
    printFigures(`a command of ${words} words, with 1000 rules that begin like it`, { p50, p99 })
  }
}

function printFigures(what: string, { p50, p99 }: { readonly p50: number; readonly p99: number }): void {
  console.log(`${what}: p50 ${p50.toFixed(2)} µs, p99 ${p99.toFixed(2)} µs`)
}

function callAt({ calls }: Workload, index: number) {
  const call = calls[index]
  if (call === undefined) throw new Error(`there is no call ${index}`)
  return call
}
