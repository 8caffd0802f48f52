import { atLeast, type CommandTable, command } from '../command.ts'
import { force, number, text, toggle, watch } from '../flags.ts'
import { argument, flagText, given, type Invocation, not, typedCommand } from '../invocation.ts'
import { ask, fromFlags, mayAsk } from '../step.ts'
import { noPairs } from './pairs.ts'

const system = () => ask('GET /system')
const ofOne = { args: [1, 1] } as const
/** Which groups there are is the CLI's own affair, and it looks before it asks. */
const ofGroup = (invocation: Invocation) => flagText('group')(invocation) !== ''
const isScaled = (invocation: Invocation) => given('count')(invocation) || given('type')(invocation)

/** The rack itself, its instances and registries. */
export const rackCommands: CommandTable = {
  version: () => command({}, [system()]),
  rack: () => command({ flags: [watch] }, [system()]),
  'rack params': () =>
    command({ flags: [text('group', 'g'), toggle('reveal')] }, [
      ask('GET /system', { when: not(ofGroup) }),
      mayAsk('GET /system', { when: ofGroup }),
    ]),
  'rack params set': () =>
    command({ flags: [{ ...force, short: 'f' }], args: atLeast(1), misuse: noPairs(0) }, [
      system(),
      ask('PUT /system', { form: ['parameters'] }),
    ]),
  'rack scale': () =>
    command({ flags: [number('count', 'c'), text('type', 't')] }, [
      system(),
      ask('PUT /system', { form: fromFlags('count', 'type'), when: isScaled }),
    ]),
  'rack update': () =>
    command({ flags: [force], args: [0, 1] }, [system(), ask('PUT /system', { form: ['version', 'force'] })]),
  'rack ps': () =>
    command({ flags: [toggle('all', 'a')] }, [ask('GET /system/processes', { query: fromFlags('all') })]),
  'rack releases': () => command({}, [ask('GET /system/releases')]),
  'rack karpenter cleanup': () => command({}, [ask('POST /system/karpenter/cleanup')]),
  'rack access': () =>
    command({ flags: [text('role'), number('duration-in-hours')], misuse: noRole }, [
      system(),
      ask('POST /system/jwt/token', { form: ['role', 'durationInHour'] }),
    ]),
  'rack access key rotate': () => command({}, [ask('PUT /system/jwt/rotate')]),

  instances: () => command({ flags: [watch] }, [ask('GET /instances')]),
  'instances terminate': () =>
    command({ args: atLeast(1) }, [ask('DELETE /instances/{id}', { at: { id: argument(0) } })]),
  'instances ssh': () =>
    command({ flags: [text('key')], args: atLeast(1) }, [
      system(),
      ask('WS /instances/{id}/shell', { at: { id: argument(0) }, command: typedCommand }),
    ]),
  'instances keyroll': () =>
    command({}, [
      ask('POST /instances/keyroll'),
      mayAsk('GET /system'),
      mayAsk('PUT /system', { form: ['parameters'] }),
    ]),

  registries: () => command({ flags: [watch] }, [ask('GET /registries')]),
  'registries add': () =>
    command({ args: [3, 3] }, [ask('POST /registries', { form: ['server', 'username', 'password'] })]),
  'registries remove': () =>
    command(ofOne, [system(), ask('DELETE /registries/{server:.*}', { at: { server: argument(0) } })]),

  'api get': () => command(ofOne, 'any-get'),
}

function noRole(invocation: Invocation): string | null {
  const hours = flagText('duration-in-hours')(invocation)
  return flagText('role')(invocation) === '' || Number(hours) === 0 ? 'it names no role, or no duration' : null
}
