import { type CommandTable, command } from '../definition/command.ts'
import { app, number, text, watch } from '../definition/flags.ts'
import {
  argument,
  flagText,
  hasArgument,
  type Invocation,
  isGiven,
  not,
  unknownToCli,
} from '../definition/invocation.ts'
import { essentialCall, fromFlags, onlyIf, optionalCall } from '../definition/step.ts'
import { rollout } from './rollout.ts'

const sizes = ['count', 'cpu', 'gpu', 'gpu-vendor', 'memory', 'min', 'max'] as const
const sizeFlags = sizes.map((name) => (name === 'gpu-vendor' ? text(name) : number(name)))
const oneArgument = { flags: [app], args: [1, 1] } as const
const service = { service: argument(0) }
const services = 'GET /apps/{app}/services'
const updateService = () =>
  essentialCall('PUT /apps/{app}/services/{service}', { params: service, form: fromFlags(...sizes) })

const isAnyGiven =
  (...flags: readonly string[]) =>
  (invocation: Invocation) =>
    flags.some((flag) => isGiven(flag)(invocation))
const hasSize = isAnyGiven(...sizes)
const scalesToZero = (invocation: Invocation) => isGiven('min')(invocation) && Number(flagText('min')(invocation)) === 0
const triggers = ['cpu', 'memory', 'gpu', 'queue'] as const

/** With these calls, a command finds out whether the budget of the app is exhausted. It shows the response. */
export const showBudget = () => [
  optionalCall('GET /apps/{app}/budget'),
  optionalCall('GET /apps/{app}/budget/shutdown-state'),
  optionalCall(services),
]

/** Only the rack knows the names of the services. */
export const restartServices = () => [
  essentialCall(services),
  optionalCall('POST /apps/{app}/services/{service}/restart', { params: { service: unknownToCli }, repeated: true }),
]

export const serviceCommands: CommandTable = {
  services: () => command({ flags: [app, watch] }, [essentialCall(services), ...showBudget().slice(0, 2)]),
  'services restart': () =>
    command(oneArgument, [essentialCall('POST /apps/{app}/services/{service}/restart', { params: service })]),
  'services update': () => command({ ...oneArgument, flags: [...sizeFlags, app] }, [updateService(), ...rollout()]),
  'services triggers enable': () =>
    command(
      {
        ...oneArgument,
        flags: [app, ...['min', 'max', ...triggers].map((name) => number(name))],
        validate: requireTrigger,
      },
      [
        essentialCall('GET /system'),
        essentialCall('POST /apps/{app}/services/{service}/triggers/enable', { params: service, form: ['opts'] }),
      ],
    ),
  'services triggers disable': () =>
    command(oneArgument, [
      essentialCall('GET /system'),
      essentialCall('POST /apps/{app}/services/{service}/triggers/disable', { params: service }),
    ]),
  'services triggers threshold-set': () =>
    command({ ...oneArgument, flags: [app, text('type'), text('threshold')], validate: checkThreshold }, [
      essentialCall('GET /system'),
      essentialCall('POST /apps/{app}/services/{service}/triggers/threshold', {
        params: service,
        form: ['type', 'threshold'],
      }),
    ]),
  restart: () => command({ flags: [app] }, restartServices()),
  scale: () =>
    command({ flags: [...sizeFlags, app, watch], args: [0, 1], validate: checkScale }, [
      ...onlyIf(hasSize, [
        essentialCall('GET /system', { when: isAnyGiven('min', 'max') }),
        essentialCall(services, { when: scalesToZero }),
        updateService(),
        ...rollout(),
      ]),
      ...onlyIf(not(hasSize), [
        essentialCall(services),
        essentialCall('GET /apps/{app}/processes'),
        ...showBudget().slice(0, 2),
      ]),
    ]),
}

function requireTrigger(invocation: Invocation): string | null {
  return triggers.some((name) => Number(flagText(name)(invocation)) > 0) ? null : 'it names no trigger'
}

function checkThreshold(invocation: Invocation): string | null {
  const types = ['cpu', 'memory', 'gpu', 'gpuUtilization', 'queue', 'queueDepth']
  const isMetric = types.includes(flagText('type')(invocation).trim())
  const isNumber = /^[0-9]{1,15}(?:\.[0-9]{1,15})?$/.test(flagText('threshold')(invocation).trim())
  return isMetric && isNumber ? null : 'convox may not accept its type or threshold'
}

function checkScale(invocation: Invocation): string | null {
  if (!hasSize(invocation)) return null
  if (!hasArgument(invocation)) return 'it names no service to scale'
  if (isGiven('count')(invocation) && isAnyGiven('min', 'max')(invocation)) return 'it has both a count and a range'
  const [min, max] = ['min', 'max'].map((name) =>
    isGiven(name)(invocation) ? Number(flagText(name)(invocation)) : null,
  )
  const isRange = (min ?? 0) >= 0 && (max ?? 1) >= 1 && (max ?? Number.POSITIVE_INFINITY) >= (min ?? 0)
  return isRange ? null : 'its range is invalid'
}
