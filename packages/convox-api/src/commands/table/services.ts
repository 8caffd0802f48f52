import { type CommandTable, command } from '../command.ts'
import { app, number, text, watch } from '../flags.ts'
import { argument, flagText, given, hasArgument, type Invocation, not, onlyTheRackKnows } from '../invocation.ts'
import { ask, fromFlags, mayAsk, only } from '../step.ts'
import { rollout } from './rollout.ts'

const sizes = ['count', 'cpu', 'gpu', 'gpu-vendor', 'memory', 'min', 'max'] as const
const sizeFlags = sizes.map((name) => (name === 'gpu-vendor' ? text(name) : number(name)))
const ofOne = { flags: [app], args: [1, 1] } as const
const service = { service: argument(0) }
const services = 'GET /apps/{app}/services'
const changed = () => ask('PUT /apps/{app}/services/{service}', { at: service, form: fromFlags(...sizes) })

const isGiven =
  (...flags: readonly string[]) =>
  (invocation: Invocation) =>
    flags.some((flag) => given(flag)(invocation))
const sizeGiven = isGiven(...sizes)
const downToNone = (invocation: Invocation) => given('min')(invocation) && Number(flagText('min')(invocation)) === 0
const triggers = ['cpu', 'memory', 'gpu', 'queue'] as const

/** A budget that is used up is shown beside what was asked for. */
export const budgetShown = () => [
  mayAsk('GET /apps/{app}/budget'),
  mayAsk('GET /apps/{app}/budget/shutdown-state'),
  mayAsk(services),
]

/** All services of an app, of which only the rack has the list. */
export const restarts = () => [
  ask(services),
  mayAsk('POST /apps/{app}/services/{service}/restart', { at: { service: onlyTheRackKnows } }),
]

export const serviceCommands: CommandTable = {
  services: () => command({ flags: [app, watch] }, [ask(services), ...budgetShown().slice(0, 2)]),
  'services restart': () => command(ofOne, [ask('POST /apps/{app}/services/{service}/restart', { at: service })]),
  'services update': () => command({ ...ofOne, flags: [...sizeFlags, app] }, [changed(), ...rollout()]),
  'services triggers enable': () =>
    command({ ...ofOne, flags: [app, ...['min', 'max', ...triggers].map((name) => number(name))], misuse: noTrigger }, [
      ask('GET /system'),
      ask('POST /apps/{app}/services/{service}/triggers/enable', { at: service, form: ['opts'] }),
    ]),
  'services triggers disable': () =>
    command(ofOne, [ask('GET /system'), ask('POST /apps/{app}/services/{service}/triggers/disable', { at: service })]),
  'services triggers threshold-set': () =>
    command({ ...ofOne, flags: [app, text('type'), text('threshold')], misuse: oddThreshold }, [
      ask('GET /system'),
      ask('POST /apps/{app}/services/{service}/triggers/threshold', { at: service, form: ['type', 'threshold'] }),
    ]),
  restart: () => command({ flags: [app] }, restarts()),
  scale: () =>
    command({ flags: [...sizeFlags, app, watch], args: [0, 1], misuse: oddScale }, [
      ...only(sizeGiven, [
        ask('GET /system', { when: isGiven('min', 'max') }),
        ask(services, { when: downToNone }),
        changed(),
        ...rollout(),
      ]),
      ...only(not(sizeGiven), [ask(services), ask('GET /apps/{app}/processes'), ...budgetShown().slice(0, 2)]),
    ]),
}

function noTrigger(invocation: Invocation): string | null {
  return triggers.some((name) => Number(flagText(name)(invocation)) > 0) ? null : 'it names no trigger'
}

function oddThreshold(invocation: Invocation): string | null {
  const types = ['cpu', 'memory', 'gpu', 'gpuUtilization', 'queue', 'queueDepth']
  const isWhole = types.includes(flagText('type')(invocation).trim())
  const isNumber = /^[0-9]{1,15}(?:\.[0-9]{1,15})?$/.test(flagText('threshold')(invocation).trim())
  return isWhole && isNumber ? null : 'its type or threshold is none that convox certainly takes'
}

function oddScale(invocation: Invocation): string | null {
  if (!sizeGiven(invocation)) return null
  if (!hasArgument(invocation)) return 'it names no service to scale'
  if (given('count')(invocation) && isGiven('min', 'max')(invocation)) return 'it has both a count and a range'
  const [min, max] = ['min', 'max'].map((name) => (given(name)(invocation) ? Number(flagText(name)(invocation)) : null))
  const isRange = (min ?? 0) >= 0 && (max ?? 1) >= 1 && (max ?? Number.POSITIVE_INFINITY) >= (min ?? 0)
  return isRange ? null : 'its range is none'
}
