import { atLeast, type CommandTable, command, requirePairs } from '../definition/command.ts'
import { force, number, text, toggle, watch } from '../definition/flags.ts'
import { argument, commandFromArguments, flagText, type Invocation, isGiven, not } from '../definition/invocation.ts'
import { essentialCall, fromFlags, optionalCall } from '../definition/step.ts'

const system = () => essentialCall('GET /system')
const oneArgument = { args: [1, 1] } as const
/** With `--group`, the CLI can reject the name of the group before its call, so the call is optional. */
const hasGroup = (invocation: Invocation) => flagText('group')(invocation) !== ''
const isScaled = (invocation: Invocation) => isGiven('count')(invocation) || isGiven('type')(invocation)

export const rackCommands: CommandTable = {
  version: () => command({}, [system()]),
  rack: () => command({ flags: [watch] }, [system()]),
  'rack params': () =>
    command({ flags: [text('group', 'g'), toggle('reveal')] }, [
      essentialCall('GET /system', { when: not(hasGroup) }),
      optionalCall('GET /system', { when: hasGroup }),
    ]),
  'rack params set': () =>
    command({ flags: [{ ...force, short: 'f' }], args: atLeast(1), validate: requirePairs(0) }, [
      system(),
      essentialCall('PUT /system', { form: ['parameters'] }),
    ]),
  'rack scale': () =>
    command({ flags: [number('count', 'c'), text('type', 't')] }, [
      system(),
      essentialCall('PUT /system', { form: fromFlags('count', 'type'), when: isScaled }),
    ]),
  'rack update': () =>
    command({ flags: [force], args: [0, 1] }, [system(), essentialCall('PUT /system', { form: ['version', 'force'] })]),
  'rack ps': () =>
    command({ flags: [toggle('all', 'a')] }, [essentialCall('GET /system/processes', { query: fromFlags('all') })]),
  'rack releases': () => command({}, [essentialCall('GET /system/releases')]),
  'rack karpenter cleanup': () => command({}, [essentialCall('POST /system/karpenter/cleanup')]),
  'rack access': () =>
    command({ flags: [text('role'), number('duration-in-hours')], validate: requireRole }, [
      system(),
      essentialCall('POST /system/jwt/token', { form: ['role', 'durationInHour'] }),
    ]),
  'rack access key rotate': () => command({}, [essentialCall('PUT /system/jwt/rotate')]),

  instances: () => command({ flags: [watch] }, [essentialCall('GET /instances')]),
  'instances terminate': () =>
    command({ args: atLeast(1) }, [essentialCall('DELETE /instances/{id}', { params: { id: argument(0) } })]),
  'instances ssh': () =>
    command({ flags: [text('key')], args: atLeast(1) }, [
      system(),
      essentialCall('WS /instances/{id}/shell', { params: { id: argument(0) }, command: commandFromArguments }),
    ]),
  'instances keyroll': () =>
    command({}, [
      essentialCall('POST /instances/keyroll'),
      optionalCall('GET /system'),
      optionalCall('PUT /system', { form: ['parameters'] }),
    ]),

  registries: () => command({ flags: [watch] }, [essentialCall('GET /registries')]),
  'registries add': () =>
    command({ args: [3, 3] }, [essentialCall('POST /registries', { form: ['server', 'username', 'password'] })]),
  'registries remove': () =>
    command(oneArgument, [
      system(),
      essentialCall('DELETE /registries/{server:.*}', { params: { server: argument(0) } }),
    ]),

  'api get': () => command(oneArgument, 'any-get'),
}

function requireRole(invocation: Invocation): string | null {
  const hours = flagText('duration-in-hours')(invocation)
  return flagText('role')(invocation) === '' || Number(hours) === 0 ? 'it names no role or no duration' : null
}
