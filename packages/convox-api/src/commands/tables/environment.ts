import { anyNumber, atLeast, type CommandTable, command } from '../definition/command.ts'
import { app, id, text, toggle, watch } from '../definition/flags.ts'
import { flagText, type Invocation, isEnabled, not } from '../definition/invocation.ts'
import { essentialCall, fieldsIf, onlyIf, optionalCall, type Step } from '../definition/step.ts'
import type { PlannedEnvironment } from '../definition/types.ts'
import { promotion } from './rollout.ts'

const hasRelease = (invocation: Invocation) => flagText('release')(invocation) !== ''
const readFlags = [app, text('release')]
const writeFlags = [...readFlags, toggle('promote', 'p')]
const release = 'GET /apps/{app}/releases/{id}'
const params = { id: (invocation: Invocation) => flagText('release')(invocation) || null }

/** An app without a release has no environment, so reading the newest release is optional. */
const readCurrent = (): readonly Step[] => [
  essentialCall('GET /apps/{app}/releases', { query: ['limit'], when: not(hasRelease) }),
  optionalCall(release, { params, when: not(hasRelease) }),
  essentialCall(release, { params, when: hasRelease }),
]

function writeEnvironment(environment: Step['environment']): Step[] {
  return [
    essentialCall('GET /system'),
    essentialCall('POST /apps/{app}/releases', {
      form: ['env', ...fieldsIf(hasRelease, 'parent-release')],
      environment,
    }),
    ...onlyIf(isEnabled('promote'), promotion()),
  ]
}

const maskConfig = { params: { name: () => 'cli-env-mask' } }
const readMask = () => optionalCall('GET /apps/{app}/configs/{name}', maskConfig)
const writeMask = () => [
  readMask(),
  essentialCall('PUT /apps/{app}/configs/{name}', { ...maskConfig, form: ['value'] }),
  readMask(),
]
const maskKey = /^[^\s=\x00-\x1f\x7f]+$/

/** The environment, and the list of keys that the CLI hides on a terminal. */
export const environmentCommands: CommandTable = {
  env: () =>
    command({ flags: [...readFlags, watch, toggle('reveal')] }, [
      ...readCurrent(),
      optionalCall('GET /apps/{app}/configs/{name}', { ...maskConfig, when: not(isEnabled('reveal')) }),
    ]),
  'env get': () =>
    command({ flags: readFlags, args: [1, 1] }, [
      essentialCall('GET /apps/{app}/releases', { query: ['limit'], when: not(hasRelease) }),
      essentialCall(release, { params }),
    ]),
  'env set': () =>
    command({ flags: [...writeFlags, id, toggle('replace')], args: anyNumber }, [
      ...onlyIf(not(isEnabled('replace')), readCurrent()),
      ...writeEnvironment(setKeys),
    ]),
  'env unset': () =>
    command({ flags: [...writeFlags, id], args: atLeast(1) }, [...readCurrent(), ...writeEnvironment(unsetKeys)]),
  'env edit': () =>
    command({ flags: writeFlags }, [...readCurrent(), ...writeEnvironment(() => ({ named: [], others: 'possible' }))]),
  'env mask': () => command({ flags: [app] }, [readMask()]),
  'env mask set': () => command({ flags: [app], args: atLeast(1), validate: checkMaskKeys }, writeMask()),
  'env mask unset': () => command({ flags: [app], args: atLeast(1) }, writeMask()),
}

function setKeys(invocation: Invocation): PlannedEnvironment {
  const named = invocation.args.flatMap((pair) => (pair.includes('=') ? [pair.slice(0, pair.indexOf('='))] : []))
  const namesAllKeys =
    invocation.context.input === 'terminal' && !isEnabled('replace')(invocation) && !hasRelease(invocation)
  return { named: [...new Set(named)], others: namesAllKeys ? 'none' : 'possible' }
}

function unsetKeys(invocation: Invocation): PlannedEnvironment {
  return { named: [...new Set(invocation.args)], others: hasRelease(invocation) ? 'possible' : 'none' }
}

function checkMaskKeys({ args }: Invocation): string | null {
  return args.every((key) => maskKey.test(key)) ? null : 'an argument is not a key'
}
