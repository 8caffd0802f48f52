import { atLeast, type ConvoxCommand, command } from '../command.ts'
import { force, number, text, toggle, watch } from '../flags.ts'
import { argument, flagText, given, type Invocation, not } from '../invocation.ts'
import { ask, fromFlags, mayAsk } from '../step.ts'
import { noPairs } from './pairs.ts'

const system = ask('GET /system')
const ofOne = { args: [1, 1] } as const
/** Which groups there are is the CLI's own affair, and it looks before it asks. */
const ofGroup = (invocation: Invocation) => flagText('group')(invocation) !== ''
const isScaled = (invocation: Invocation) => given('count')(invocation) || given('type')(invocation)

/** The rack itself, its instances and registries. */
export const rackCommands: readonly ConvoxCommand[] = [
  command('version', {}, [system]),
  command('rack', { flags: [watch] }, [system]),
  command('rack params', { flags: [text('group', 'g'), toggle('reveal')] }, [
    ask('GET /system', { when: not(ofGroup) }),
    mayAsk('GET /system', { when: ofGroup }),
  ]),
  command('rack params set', { flags: [{ ...force, short: 'f' }], args: atLeast(1), misuse: noPairs(0) }, [
    system,
    ask('PUT /system', { form: ['parameters'] }),
  ]),
  command('rack scale', { flags: [number('count', 'c'), text('type', 't')] }, [
    system,
    ask('PUT /system', { form: fromFlags('count', 'type'), when: isScaled }),
  ]),
  command('rack update', { flags: [force], args: [0, 1] }, [
    system,
    ask('PUT /system', { form: ['version', 'force'] }),
  ]),
  command('rack ps', { flags: [toggle('all', 'a')] }, [ask('GET /system/processes', { query: fromFlags('all') })]),
  command('rack releases', {}, [ask('GET /system/releases')]),
  command('rack karpenter cleanup', {}, [ask('POST /system/karpenter/cleanup')]),
  command('rack access', { flags: [text('role'), number('duration-in-hours')], misuse: noRole }, [
    system,
    ask('POST /system/jwt/token', { form: ['role', 'durationInHour'] }),
  ]),
  command('rack access key rotate', {}, [ask('PUT /system/jwt/rotate')]),

  command('instances', { flags: [watch] }, [ask('GET /instances')]),
  command('instances terminate', { args: atLeast(1) }, [ask('DELETE /instances/{id}', { at: { id: argument(0) } })]),
  command('instances ssh', { flags: [text('key')], args: atLeast(1) }, [
    system,
    ask('WS /instances/{id}/shell', { at: { id: argument(0) } }),
  ]),
  command('instances keyroll', {}, [
    ask('POST /instances/keyroll'),
    mayAsk('GET /system'),
    mayAsk('PUT /system', { form: ['parameters'] }),
  ]),

  command('registries', { flags: [watch] }, [ask('GET /registries')]),
  command('registries add', { args: [3, 3] }, [ask('POST /registries', { form: ['server', 'username', 'password'] })]),
  command('registries remove', ofOne, [system, ask('DELETE /registries/{server:.*}', { at: { server: argument(0) } })]),

  command('api get', ofOne, 'any-get'),
]

function noRole(invocation: Invocation): string | null {
  const hours = flagText('duration-in-hours')(invocation)
  return flagText('role')(invocation) === '' || Number(hours) === 0 ? 'it names no role, or no duration' : null
}
