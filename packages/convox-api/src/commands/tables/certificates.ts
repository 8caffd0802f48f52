import { atLeast, type CommandTable, command } from '../definition/command.ts'
import { app, id, number, text, toggle, watch } from '../definition/flags.ts'
import { argument, flagText, type Invocation, isGiven, selectedApp } from '../definition/invocation.ts'
import { essentialCall, fieldsIf, fromFlags } from '../definition/step.ts'

const endpoint = (part: number) => (invocation: Invocation) => argument(0)(invocation).split(':')[part] ?? ''
const solver = number('id')
const solverFlags = [solver, ...['dns-zones', 'hosted-zone-id', 'role', 'region'].map((name) => text(name))]
const readSolvers = () => essentialCall('GET /letsencrypt/config')
const writeSolvers = () => [readSolvers(), essentialCall('PUT /letsencrypt/config')]

export const certificateCommands: CommandTable = {
  certs: () =>
    command({ flags: [toggle('generated'), watch], validate: rejectGenerated }, [essentialCall('GET /certificates')]),
  'certs delete': () =>
    command({ args: [1, 1] }, [essentialCall('DELETE /certificates/{id}', { params: { id: argument(0) } })]),
  'certs generate': () =>
    command({ flags: [text('issuer'), text('duration'), id], args: atLeast(1) }, [
      essentialCall('POST /certificates/generate', { form: ['domains', ...fromFlags('issuer', 'duration')] }),
    ]),
  'certs import': () =>
    command({ flags: [id, text('chain')], args: [2, 2] }, [
      essentialCall('GET /system'),
      essentialCall('POST /certificates', {
        form: ['pub', 'key', ...fieldsIf((invocation) => flagText('chain')(invocation) !== '', 'chain')],
      }),
    ]),
  // Convox sends the name of the app as the ID.
  'certs renew': () =>
    command({ flags: [app] }, [essentialCall('POST /certificates/{id}/renew', { params: { id: selectedApp } })]),
  ssl: () =>
    command({ flags: [app] }, [
      essentialCall('GET /system'),
      essentialCall('GET /apps/{app}/services'),
      essentialCall('GET /certificates'),
    ]),
  'ssl update': () =>
    command({ flags: [app], args: [2, 2], validate: checkEndpoint }, [
      essentialCall('GET /apps/{app}'),
      essentialCall('PUT /apps/{app}/ssl/{service}/{port}', {
        params: { service: endpoint(0), port: endpoint(1) },
        form: ['id'],
      }),
      essentialCall('GET /apps/{app}'),
    ]),
  'letsencrypt dns route53 list': () => command({}, [readSolvers()]),
  'letsencrypt dns route53 role': () => command({}, [readSolvers()]),
  'letsencrypt dns route53 add': () => command({ flags: solverFlags, validate: checkNewSolver }, writeSolvers()),
  'letsencrypt dns route53 update': () => command({ flags: solverFlags, validate: checkSolver }, writeSolvers()),
  'letsencrypt dns route53 delete': () => command({ flags: [solver], validate: requireId }, writeSolvers()),
}

/** With `--generated`, convox would send a form with a GET request. So the parameters can't be predicted. */
function rejectGenerated(invocation: Invocation): string | null {
  return isGiven('generated')(invocation) ? 'it is unclear how convox sends --generated' : null
}

function checkEndpoint(invocation: Invocation): string | null {
  return /^[^:]+:[1-9][0-9]{0,4}$/.test(argument(0)(invocation)) ? null : 'the first argument is not service:port'
}

function requireId(invocation: Invocation): string | null {
  return Number(flagText('id')(invocation)) > 0 ? null : 'it has no ID'
}

function checkSolver(invocation: Invocation): string | null {
  const isComplete = /[^\s,]/.test(flagText('dns-zones')(invocation)) && flagText('role')(invocation) !== ''
  return isComplete ? null : 'it names no zone or no role'
}

function checkNewSolver(invocation: Invocation): string | null {
  return requireId(invocation) ?? checkSolver(invocation)
}
