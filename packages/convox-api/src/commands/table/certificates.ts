import { atLeast, type CommandTable, command } from '../command.ts'
import { app, id, number, text, toggle, watch } from '../flags.ts'
import { argument, flagText, given, type Invocation, namedApp } from '../invocation.ts'
import { ask, fromFlags, sentIf } from '../step.ts'

const endpoint = (part: number) => (invocation: Invocation) => argument(0)(invocation).split(':')[part] ?? ''
const solver = number('id')
const solverFlags = [solver, ...['dns-zones', 'hosted-zone-id', 'role', 'region'].map((name) => text(name))]
const solversRead = () => ask('GET /letsencrypt/config')
const solversWritten = () => [solversRead(), ask('PUT /letsencrypt/config')]

export const certificateCommands: CommandTable = {
  certs: () => command({ flags: [toggle('generated'), watch], misuse: generated }, [ask('GET /certificates')]),
  'certs delete': () => command({ args: [1, 1] }, [ask('DELETE /certificates/{id}', { at: { id: argument(0) } })]),
  'certs generate': () =>
    command({ flags: [text('issuer'), text('duration'), id], args: atLeast(1) }, [
      ask('POST /certificates/generate', { form: ['domains', ...fromFlags('issuer', 'duration')] }),
    ]),
  'certs import': () =>
    command({ flags: [id, text('chain')], args: [2, 2] }, [
      ask('GET /system'),
      ask('POST /certificates', {
        form: ['pub', 'key', ...sentIf((invocation) => flagText('chain')(invocation) !== '', 'chain')],
      }),
    ]),
  'certs renew': () => command({ flags: [app] }, [ask('POST /certificates/{id}/renew', { at: { id: namedApp } })]),
  ssl: () => command({ flags: [app] }, [ask('GET /system'), ask('GET /apps/{app}/services'), ask('GET /certificates')]),
  'ssl update': () =>
    command({ flags: [app], args: [2, 2], misuse: oddEndpoint }, [
      ask('GET /apps/{app}'),
      ask('PUT /apps/{app}/ssl/{service}/{port}', { at: { service: endpoint(0), port: endpoint(1) }, form: ['id'] }),
      ask('GET /apps/{app}'),
    ]),
  'letsencrypt dns route53 list': () => command({}, [solversRead()]),
  'letsencrypt dns route53 role': () => command({}, [solversRead()]),
  'letsencrypt dns route53 add': () => command({ flags: solverFlags, misuse: oddNewSolver }, solversWritten()),
  'letsencrypt dns route53 update': () => command({ flags: solverFlags, misuse: oddSolver }, solversWritten()),
  'letsencrypt dns route53 delete': () => command({ flags: [solver], misuse: noId }, solversWritten()),
}

/** It would be a form on a GET. */
function generated(invocation: Invocation): string | null {
  return given('generated')(invocation) ? 'how --generated is sent is not known' : null
}

function oddEndpoint(invocation: Invocation): string | null {
  return /^[^:]+:[1-9][0-9]{0,4}$/.test(argument(0)(invocation)) ? null : 'its first argument is no service:port'
}

function noId(invocation: Invocation): string | null {
  return Number(flagText('id')(invocation)) > 0 ? null : 'it has no id'
}

function oddSolver(invocation: Invocation): string | null {
  const isWhole = /[^\s,]/.test(flagText('dns-zones')(invocation)) && flagText('role')(invocation) !== ''
  return isWhole ? null : 'it names no zone, or no role'
}

function oddNewSolver(invocation: Invocation): string | null {
  return noId(invocation) ?? oddSolver(invocation)
}
