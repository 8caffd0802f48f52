import { any, atLeast, type CommandTable, command } from '../command.ts'
import { app, id, text, toggle, watch } from '../flags.ts'
import { flagText, type Invocation, isOn, not } from '../invocation.ts'
import { ask, mayAsk, only, type Step, sentIf } from '../step.ts'
import type { PlannedEnvironment } from '../types.ts'
import { promotion } from './rollout.ts'

const ofRelease = (invocation: Invocation) => flagText('release')(invocation) !== ''
const readFlags = [app, text('release')]
const writeFlags = [...readFlags, toggle('promote', 'p')]
const release = 'GET /apps/{app}/releases/{id}'
const at = { id: (invocation: Invocation) => flagText('release')(invocation) || null }

/** An app without a release has an empty environment: then none is read. */
const current = (): readonly Step[] => [
  ask('GET /apps/{app}/releases', { query: ['limit'], when: not(ofRelease) }),
  mayAsk(release, { at, when: not(ofRelease) }),
  ask(release, { at, when: ofRelease }),
]

function written(environment: Step['environment']): Step[] {
  return [
    ask('GET /system'),
    ask('POST /apps/{app}/releases', { form: ['env', ...sentIf(ofRelease, 'parent-release')], environment }),
    ...only(isOn('promote'), promotion()),
  ]
}

const maskAt = { at: { name: () => 'cli-env-mask' } }
const readMask = () => mayAsk('GET /apps/{app}/configs/{name}', maskAt)
const writtenMask = () => [
  readMask(),
  ask('PUT /apps/{app}/configs/{name}', { ...maskAt, form: ['value'] }),
  readMask(),
]
const maskKey = /^[^\s=\x00-\x1f\x7f]+$/

/** The environment, and which keys of it the CLI hides on a terminal. */
export const environmentCommands: CommandTable = {
  env: () =>
    command({ flags: [...readFlags, watch, toggle('reveal')] }, [
      ...current(),
      mayAsk('GET /apps/{app}/configs/{name}', { ...maskAt, when: not(isOn('reveal')) }),
    ]),
  'env get': () =>
    command({ flags: readFlags, args: [1, 1] }, [
      ask('GET /apps/{app}/releases', { query: ['limit'], when: not(ofRelease) }),
      ask(release, { at }),
    ]),
  'env set': () =>
    command({ flags: [...writeFlags, id, toggle('replace')], args: any }, [
      ...only(not(isOn('replace')), current()),
      ...written(setKeys),
    ]),
  'env unset': () => command({ flags: [...writeFlags, id], args: atLeast(1) }, [...current(), ...written(unsetKeys)]),
  'env edit': () =>
    command({ flags: writeFlags }, [...current(), ...written(() => ({ named: [], others: 'possible' }))]),
  'env mask': () => command({ flags: [app] }, [readMask()]),
  'env mask set': () => command({ flags: [app], args: atLeast(1), misuse: oddMaskKeys }, writtenMask()),
  'env mask unset': () => command({ flags: [app], args: atLeast(1) }, writtenMask()),
}

function setKeys(invocation: Invocation): PlannedEnvironment {
  const named = invocation.args.flatMap((pair) => (pair.includes('=') ? [pair.slice(0, pair.indexOf('='))] : []))
  const isWhole = invocation.place.input === 'terminal' && !isOn('replace')(invocation) && !ofRelease(invocation)
  return { named: [...new Set(named)], others: isWhole ? 'none' : 'possible' }
}

function unsetKeys(invocation: Invocation): PlannedEnvironment {
  return { named: [...new Set(invocation.args)], others: ofRelease(invocation) ? 'possible' : 'none' }
}

function oddMaskKeys({ args }: Invocation): string | null {
  return args.every((key) => maskKey.test(key)) ? null : 'an argument of it is no key'
}
